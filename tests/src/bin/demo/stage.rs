//! The demo's processes and their folder, and that nothing of them remains.
//!
//! Owns building, starting, waiting and clearing away. A small shell waits
//! beside the demo and clears away for it where the demo is killed.

use std::fs::{self, File};
use std::io::Write;
use std::net::{TcpListener, TcpStream};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::thread::sleep;
use std::time::{Duration, Instant};

/// How long the demo waits for anything.
const PATIENCE: Duration = Duration::from_secs(30);

/// Reads what runs until the demo ends: ids of processes that stay, and of the
/// one client that runs at the moment. Where that was not the end that the demo
/// meant, stops what is left of it and removes the folder.
const CARETAKER: &str = r#"
trap "" INT TERM HUP
pids=
client=
while read -r word pid; do
    case "$word" in
        done) exit 0 ;;
        stays) pids="$pids $pid" ;;
        client) client=$pid ;;
    esac
done
for pid in $client $pids; do kill "$pid" 2> /dev/null; done
sleep 1
rm -rf "$1"
"#;

/// Everything that the demo has on the computer.
pub(crate) struct Stage {
    pub(crate) folder: PathBuf,
    keep: bool,
    port: u16,
    children: Vec<Child>,
    caretaker: Child,
}

/// The root of the work tree.
pub(crate) fn root() -> PathBuf {
    let here = std::env::var("CARGO_MANIFEST_DIR");
    let here = here.unwrap_or_else(|_| env!("CARGO_MANIFEST_DIR").to_owned());
    Path::new(&here).parent().map_or_else(|| PathBuf::from("."), Path::to_path_buf)
}

/// Builds both programs as they are shipped, one at a time.
pub(crate) fn build() -> Result<(), String> {
    let cargo = std::env::var("CARGO").unwrap_or_else(|_| "cargo".to_owned());
    for package in ["ordain", "ordain-agent"] {
        let mut command = Command::new(&cargo);
        command.args(["build", "--locked", "--package", package]).current_dir(root());
        let status = command.status().map_err(|error| format!("{cargo}: {error}"))?;
        if !status.success() {
            return Err(format!("cargo build --package {package}: {status}"));
        }
    }
    Ok(())
}

/// A program that lies beside this one.
fn program(name: &str) -> PathBuf {
    let own = std::env::current_exe().unwrap_or_default();
    own.with_file_name(name).with_extension(std::env::consts::EXE_EXTENSION)
}

impl Stage {
    /// A fresh folder, removed at the end unless `keep`.
    pub(crate) fn new(keep: bool) -> Result<Self, String> {
        let name = format!("ordain-demo-{}", std::process::id());
        let folder = std::env::temp_dir().join(name);
        fs::create_dir(&folder).map_err(|error| format!("{}: {error}", folder.display()))?;
        let free = TcpListener::bind("127.0.0.1:0").and_then(|listener| listener.local_addr());
        let port = free.map_err(|error| format!("no port of 127.0.0.1 is free: {error}"))?.port();
        let caretaker = Command::new("sh")
            .args(["-c", CARETAKER, "ordain-demo"])
            .arg(if keep { Path::new("") } else { &folder })
            .stdin(Stdio::piped())
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()
            .map_err(|error| format!("sh: {error}"))?;
        Ok(Self { folder, keep, port, children: Vec::new(), caretaker })
    }

    /// Where the quickstart installs.
    pub(crate) fn computer(&self) -> PathBuf {
        self.folder.join("computer")
    }

    /// Starts the controller and waits until it answers.
    pub(crate) fn serve(&mut self) -> Result<(), String> {
        let line = self.serve_arguments();
        self.start("ordain", "controller", &line)?;
        let address = ([127, 0, 0, 1], self.port).into();
        wait("the controller answers", || {
            TcpStream::connect_timeout(&address, Duration::from_millis(200)).is_ok()
        })
    }

    /// The command that starts the controller.
    pub(crate) fn serve_line(&self) -> String {
        format!("ordain {}", self.serve_arguments().join(" "))
    }

    fn serve_arguments(&self) -> Vec<String> {
        let folder = |name| self.folder.join(name).display().to_string();
        let listen = format!("127.0.0.1:{}", self.port);
        let words = ["serve", "--repo", &folder("policy"), "--branch", "main", "--data"];
        let data = folder("controller");
        words.into_iter().chain([data.as_str(), "--listen", &listen]).map(str::to_owned).collect()
    }

    /// Asks the controller for a token and lets the agent use it.
    pub(crate) fn enrol(&self, tenant: &str, name: &str) -> Result<(), String> {
        let invitation = self.ask(&["enroll", "--tenant", tenant, "--format", "json"])?;
        let value = |key: &str| {
            member(&invitation, key).ok_or_else(|| format!("`ordain enroll` gave no {key}"))
        };
        let data = self.folder.join("agent");
        let output = Command::new(program("ordain-agent"))
            .args(["enroll", "--server", &value("server")?, "--token", &value("token")?])
            .args(["--pin", &value("pin")?, "--name", name, "--proxy", "", "--data"])
            .arg(&data)
            .output()
            .map_err(|error| format!("ordain-agent: {error}"))?;
        if output.status.success() {
            return Ok(());
        }
        Err(format!("ordain-agent enroll: {}", String::from_utf8_lossy(&output.stderr).trim()))
    }

    /// Starts the agent.
    pub(crate) fn run_agent(&mut self) -> Result<(), String> {
        let data = self.folder.join("agent").display().to_string();
        self.start("ordain-agent", "agent", &["run".to_owned(), "--data".to_owned(), data])
    }

    /// The command that starts the agent.
    pub(crate) fn agent_line(&self) -> String {
        format!("ordain-agent run --data {}", self.folder.join("agent").display())
    }

    /// Waits until the controller goes by that commit.
    pub(crate) fn wait_in_force(&self, commit: &str) -> Result<(), String> {
        wait("the commit is in force", || {
            let status = self.ask(&["status", "--format", "json"]).unwrap_or_default();
            member(&status, "inForce").is_some_and(|found| found == commit)
        })
    }

    /// Waits until the agent is connected.
    pub(crate) fn wait_online(&self, name: &str) -> Result<(), String> {
        wait("the agent is connected", || {
            let shown = self.ask(&["computers", "show", name, "--format", "json"]);
            let shown = shown.unwrap_or_default();
            shown.replace(' ', "").contains("\"online\":true")
        })
    }

    /// Runs a verb that needs no controller, for everybody to see.
    pub(crate) fn ordain(&self, arguments: &[&str]) -> Result<(), String> {
        self.show(&mut self.command(arguments), arguments)
    }

    /// Runs a verb that asks the controller, for everybody to see.
    pub(crate) fn ordain_daemon(&self, arguments: &[&str]) -> Result<(), String> {
        let mut command = self.command(arguments);
        command.arg("--data").arg(self.folder.join("controller"));
        self.show(&mut command, arguments)
    }

    fn show(&self, command: &mut Command, arguments: &[&str]) -> Result<(), String> {
        let folder = self.folder.display().to_string();
        let words = arguments.iter().map(|word| word.replace(&folder, "…"));
        let shown = format!("ordain {}", words.collect::<Vec<_>>().join(" "));
        println!("  $ {shown}");
        let mut client = command.spawn().map_err(|error| format!("ordain: {error}"))?;
        self.tell(&format!("client {}", client.id()))?;
        let status = client.wait().map_err(|error| format!("ordain: {error}"))?;
        self.tell("client")?;
        if status.success() { Ok(()) } else { Err(format!("{shown}: {status}")) }
    }

    /// Runs a verb that asks the controller, for its answer.
    fn ask(&self, arguments: &[&str]) -> Result<String, String> {
        let mut command = self.command(arguments);
        command.arg("--data").arg(self.folder.join("controller"));
        let output = command.output().map_err(|error| format!("ordain: {error}"))?;
        if output.status.success() {
            return Ok(String::from_utf8_lossy(&output.stdout).into_owned());
        }
        let said = String::from_utf8_lossy(&output.stderr);
        Err(format!("ordain {}: {}", arguments.join(" "), said.trim()))
    }

    /// The client, with nobody's settings but the demo's.
    fn command(&self, arguments: &[&str]) -> Command {
        let mut command = Command::new(program("ordain"));
        command.args(arguments).current_dir(&self.folder).env("NO_PROXY", "127.0.0.1");
        command.env_remove("ORDAIN_SERVER").env_remove("ORDAIN_TOKEN");
        command
    }

    fn start(&mut self, name: &str, log: &str, arguments: &[String]) -> Result<(), String> {
        let log = self.folder.join(format!("{log}.log"));
        let file = File::create(&log).map_err(|error| format!("{}: {error}", log.display()))?;
        let copy = file.try_clone().map_err(|error| error.to_string())?;
        let child = Command::new(program(name))
            .args(arguments)
            .current_dir(&self.folder)
            .env("NO_PROXY", "127.0.0.1")
            .stdin(Stdio::null())
            .stdout(file)
            .stderr(copy)
            .spawn()
            .map_err(|error| format!("{name}: {error}"))?;
        let told = self.tell(&format!("stays {}", child.id()));
        self.children.push(child);
        told
    }

    /// Tells the caretaker what it would have to stop.
    fn tell(&self, line: &str) -> Result<(), String> {
        let Some(mut pipe) = self.caretaker.stdin.as_ref() else { return Ok(()) };
        writeln!(pipe, "{line}").map_err(|error| format!("sh: {error}"))
    }

    /// The last lines of what the processes said, for when something went wrong.
    pub(crate) fn show_logs(&self) {
        for name in ["controller", "agent"] {
            let path = self.folder.join(format!("{name}.log"));
            let Ok(text) = fs::read_to_string(path) else { continue };
            let lines: Vec<&str> = text.lines().collect();
            eprintln!("\n-- {name}, last lines");
            for line in &lines[lines.len().saturating_sub(15)..] {
                eprintln!("{line}");
            }
        }
    }
}

impl Drop for Stage {
    fn drop(&mut self) {
        for child in self.children.iter_mut().rev() {
            stop(child);
        }
        if !self.keep && fs::remove_dir_all(&self.folder).is_err() {
            eprintln!("demo: could not remove {}", self.folder.display());
        }
        if let Some(mut pipe) = self.caretaker.stdin.take() {
            // A caretaker that is gone already needs no word.
            drop(writeln!(pipe, "done"));
        }
        drop(self.caretaker.wait());
    }
}

/// Tries again until something holds.
fn wait(what: &str, mut holds: impl FnMut() -> bool) -> Result<(), String> {
    let begun = Instant::now();
    while !holds() {
        if begun.elapsed() > PATIENCE {
            return Err(format!("waited {} seconds until {what}", PATIENCE.as_secs()));
        }
        sleep(Duration::from_millis(100));
    }
    Ok(())
}

/// Asks a process to end, and ends it where it does not.
fn stop(child: &mut Child) {
    let asked = Command::new("kill").arg(child.id().to_string()).stderr(Stdio::null()).status();
    let begun = Instant::now();
    while asked.is_ok() && begun.elapsed() < Duration::from_secs(5) {
        if matches!(child.try_wait(), Ok(Some(_))) {
            return;
        }
        sleep(Duration::from_millis(50));
    }
    drop(child.kill());
    drop(child.wait());
}

/// The string that a JSON text gives for a key. Enough for answers of our own.
fn member(json: &str, key: &str) -> Option<String> {
    let (_, rest) = json.split_once(&format!("\"{key}\""))?;
    let rest = rest.trim_start().strip_prefix(':')?.trim_start().strip_prefix('"')?;
    rest.split_once('"').map(|(value, _)| value.to_owned())
}
