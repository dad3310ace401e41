//! A child process whose words and end can be waited for.
//!
//! Threads read what it writes and wait for its end; a test waits on a
//! condition, never on a clock alone. What is left running is killed when the
//! handle is dropped, and shown where the test has failed.
#![expect(clippy::print_stderr, reason = "a failed test shows what its processes said")]

use std::io::{BufRead as _, BufReader, Read};
use std::process::{Command, ExitStatus, Stdio};
use std::sync::{Arc, Condvar, Mutex, MutexGuard};
use std::thread;
use std::time::{Duration, Instant};

/// How long anything may take; generous, since a busy machine is no fault.
pub(crate) const PATIENCE: Duration = Duration::from_mins(2);

/// A running process.
pub(crate) struct Process {
    name: String,
    pid: u32,
    shared: Arc<Shared>,
}

#[derive(Default)]
struct Shared {
    state: Mutex<State>,
    news: Condvar,
}

#[derive(Default)]
struct State {
    lines: Vec<Line>,
    open_pipes: usize,
    ended: Option<ExitStatus>,
}

struct Line {
    text: String,
    is_result: bool,
}

impl Process {
    /// Starts it; `name` is for messages.
    pub(crate) fn start(name: &str, command: &mut Command) -> Self {
        command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped());
        let mut child = command.spawn().unwrap_or_else(|error| panic!("{name}: {error}"));
        let shared = Arc::new(Shared::default());
        shared.state().open_pipes = 2;
        shared.read(child.stdout.take().expect("piped"), true);
        shared.read(child.stderr.take().expect("piped"), false);
        let pid = child.id();
        let waiter = shared.clone();
        thread::spawn(move || {
            let status = child.wait().expect("a child of this process");
            waiter.state().ended = Some(status);
            waiter.news.notify_all();
        });
        Self { name: name.to_owned(), pid, shared }
    }

    /// Its number, while it runs.
    pub(crate) fn pid(&self) -> u32 {
        self.pid
    }

    /// Waits for a line, said or yet to be said, that holds all of the words.
    pub(crate) fn says(&self, words: &[&str]) -> String {
        self.says_after(0, words)
    }

    /// How many lines it has said.
    pub(crate) fn said(&self) -> usize {
        self.shared.state().lines.len()
    }

    /// The same as [`Process::says`], among the lines after the first `after` ones.
    pub(crate) fn says_after(&self, after: usize, words: &[&str]) -> String {
        let found = self.wait(|state| {
            let holds = |line: &&Line| words.iter().all(|word| line.text.contains(word));
            let line = state.lines.iter().skip(after).find(holds).map(|line| line.text.clone());
            match line {
                Some(line) => Some(Some(line)),
                None if state.ended.is_some() && state.open_pipes == 0 => Some(None),
                None => None,
            }
        });
        match found {
            Some(Some(line)) => line,
            Some(None) => panic!("{} ended without saying {words:?}", self.name),
            None => panic!("{} did not say {words:?} in {PATIENCE:?}", self.name),
        }
    }

    /// Waits for its end.
    pub(crate) fn ends(&self) -> ExitStatus {
        let ended = self.wait(|state| state.ended.filter(|_| state.open_pipes == 0));
        ended.unwrap_or_else(|| panic!("{} did not end in {PATIENCE:?}", self.name))
    }

    /// Waits until it is killed by SIGKILL, as a kill point does it.
    pub(crate) fn is_killed(&self) {
        use std::os::unix::process::ExitStatusExt as _;
        let ended = self.wait(|state| state.ended);
        let ended = ended.unwrap_or_else(|| panic!("{} was not killed", self.name));
        assert_eq!(ended.signal(), Some(9), "{} ended as {ended}", self.name);
    }

    /// Kills it, as a power cut would, and waits until it is gone.
    pub(crate) fn kill(&self) {
        self.signal("KILL");
        self.is_killed();
    }

    /// Asks it to stop, and waits until it has, in order.
    pub(crate) fn stop(&self) {
        self.signal("TERM");
        let status = self.ends();
        assert!(status.success(), "{} stopped with {status}", self.name);
    }

    /// What it wrote to standard output.
    pub(crate) fn results(&self) -> String {
        self.text(true)
    }

    /// What it wrote to standard error.
    pub(crate) fn errors(&self) -> String {
        self.text(false)
    }

    fn text(&self, is_result: bool) -> String {
        let state = self.shared.state();
        let lines = state.lines.iter().filter(|line| line.is_result == is_result);
        lines.flat_map(|line| [line.text.as_str(), "\n"]).collect()
    }

    fn signal(&self, signal: &str) {
        if self.shared.state().ended.is_none() {
            let pid = self.pid.to_string();
            let sent = Command::new("kill").args(["-s", signal, &pid]).status();
            assert!(sent.is_ok_and(|status| status.success()), "kill {}", self.name);
        }
    }

    fn wait<T>(&self, mut holds: impl FnMut(&State) -> Option<T>) -> Option<T> {
        let until = Instant::now() + PATIENCE;
        let mut state = self.shared.state();
        loop {
            if let Some(found) = holds(&state) {
                return Some(found);
            }
            let left = until.checked_duration_since(Instant::now())?;
            state = self.shared.news.wait_timeout(state, left).expect("no thread panics").0;
        }
    }
}

impl Drop for Process {
    fn drop(&mut self) {
        if thread::panicking() {
            eprintln!("---- {}", self.name);
            for line in &self.shared.state().lines {
                eprintln!("{}", line.text);
            }
        }
        if self.shared.state().ended.is_none() {
            // Gone in the meantime is as good.
            drop(Command::new("kill").args(["-KILL", &self.pid.to_string()]).output());
            self.wait(|state| state.ended);
        }
    }
}

impl Shared {
    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().expect("no thread panics while it holds this")
    }

    fn read(self: &Arc<Self>, pipe: impl Read + Send + 'static, is_result: bool) {
        let shared = self.clone();
        thread::spawn(move || {
            for line in BufReader::new(pipe).split(b'\n') {
                let Ok(line) = line else { break };
                let text = String::from_utf8_lossy(&line).into_owned();
                shared.state().lines.push(Line { text, is_result });
                shared.news.notify_all();
            }
            shared.state().open_pipes -= 1;
            shared.news.notify_all();
        });
    }
}
