//! git's protocol over a child process: `ssh HOST git-upload-pack 'PATH'`.
//!
//! Keys, known hosts, aliases and proxies are the business of ssh and of its
//! configuration; it never asks a question, since nobody is there to answer.

use std::io::{self, Read, Write};
use std::process::{Child, ChildStdin, Command, Stdio};
use std::sync::mpsc::SyncSender;
use std::sync::{Arc, Mutex, PoisonError};
use std::thread::{self, JoinHandle};

use git2::transport::{Service, SmartSubtransport, SmartSubtransportStream};

use super::pipe::{Chunk, Pipe};
use super::{Errand, Fault};
use crate::location::{Remote, SshAddress};

/// How much of standard error is kept for the message.
const SAID: usize = 2048;

pub(super) struct Ssh {
    errand: Arc<Errand>,
}

impl Ssh {
    pub(super) fn new(errand: Arc<Errand>) -> Self {
        Self { errand }
    }
}

impl SmartSubtransport for Ssh {
    fn action(
        &self,
        _url: &str,
        service: Service,
    ) -> Result<Box<dyn SmartSubtransportStream>, git2::Error> {
        let Remote::Ssh(address) = &self.errand.remote else {
            return Err(git2::Error::from_str("not an ssh address"));
        };
        if !matches!(service, Service::UploadPackLs | Service::UploadPack) {
            return Err(git2::Error::from_str("only fetching is supported"));
        }
        let command = command(address, self.errand.access.ssh_command.as_deref());
        match Session::start(command, Arc::clone(&self.errand)) {
            Ok(session) => Ok(Box::new(session)),
            Err(error) => {
                self.errand.keep(Fault::NoSsh { reason: error.to_string() });
                Err(git2::Error::from_str("ssh cannot be started"))
            }
        }
    }

    fn close(&self) -> Result<(), git2::Error> {
        Ok(())
    }
}

fn command(address: &SshAddress, instead: Option<&str>) -> Command {
    let mut command = if let Some(words) = instead {
        // As git does: a shell splits the words, our arguments follow as they are.
        let mut shell = Command::new("sh");
        shell.arg("-c").arg(format!("{words} \"$@\"")).arg(words);
        shell
    } else {
        let mut ssh = Command::new("ssh");
        ssh.args(["-o", "ConnectTimeout=30", "-o", "ServerAliveInterval=15"]);
        ssh
    };
    command.args(["-o", "BatchMode=yes", "-T"]);
    if let Some(port) = address.port {
        command.args(["-p", &port.to_string()]);
    }
    let host = address.host.trim_start_matches('[').trim_end_matches(']');
    match &address.user {
        Some(user) => command.arg(format!("{user}@{host}")),
        None => command.arg(host),
    };
    command.arg(format!("git-upload-pack {}", quoted(&address.path)));
    command.env_remove("GIT_DIR").env_remove("GIT_PROTOCOL");
    command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
    command
}

/// One word for the shell on the other side. `!` leaves the quotes too, for
/// csh.
fn quoted(path: &str) -> String {
    let mut word = String::from("'");
    for letter in path.chars() {
        match letter {
            '\'' => word.push_str(r"'\''"),
            '!' => word.push_str(r"'\!'"),
            letter => word.push(letter),
        }
    }
    word.push('\'');
    word
}

/// A running ssh.
struct Session {
    child: Child,
    stdin: Option<ChildStdin>,
    stdout: Pipe,
    said: Arc<Mutex<Vec<u8>>>,
    listener: Option<JoinHandle<()>>,
    heard: bool,
    errand: Arc<Errand>,
}

impl Session {
    fn start(mut command: Command, errand: Arc<Errand>) -> io::Result<Self> {
        let mut child = command.spawn()?;
        let missing = || io::Error::other("a pipe is missing");
        let stdin = child.stdin.take();
        let output = child.stdout.take().ok_or_else(missing)?;
        let errors = child.stderr.take().ok_or_else(missing)?;
        let (sender, stdout) = Pipe::new(errand.access.patience);
        let said = Arc::new(Mutex::new(Vec::new()));
        let shared = Arc::clone(&said);
        thread::spawn(move || pass_on(output, &sender));
        let listener = Some(thread::spawn(move || listen(errors, &shared)));
        Ok(Self { child, stdin, stdout, said, listener, heard: false, errand })
    }

    /// It ended before it said anything: keep what it complained of.
    fn explain(&mut self) {
        self.stdin = None;
        if let Some(listener) = self.listener.take() {
            // The listener ends with standard error; a panic there loses only words.
            let _ = listener.join();
        }
        let status = match self.child.wait() {
            Ok(status) => status.to_string(),
            Err(error) => error.to_string(),
        };
        let said = self.said.lock().unwrap_or_else(PoisonError::into_inner);
        let said = String::from_utf8_lossy(&said).trim().replace('\r', "");
        self.errand.keep(Fault::Ssh { status, said });
    }
}

impl Read for Session {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        match self.stdout.read(buffer) {
            Ok(0) if !self.heard => {
                self.explain();
                Ok(0)
            }
            Err(error) if error.kind() == io::ErrorKind::TimedOut => {
                let seconds = self.errand.access.patience.as_secs();
                self.errand.keep(Fault::Silent { seconds });
                Err(error)
            }
            other => {
                self.heard = true;
                other
            }
        }
    }
}

impl Write for Session {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        match &mut self.stdin {
            Some(stdin) => stdin.write(bytes),
            None => Err(io::ErrorKind::BrokenPipe.into()),
        }
    }

    fn flush(&mut self) -> io::Result<()> {
        self.stdin.as_mut().map_or(Ok(()), Write::flush)
    }
}

impl Drop for Session {
    fn drop(&mut self) {
        self.stdin = None;
        // It may have ended already; then there is nothing left to do.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

fn pass_on(mut output: impl Read, chunks: &SyncSender<Chunk>) {
    let mut buffer = vec![0; 64 << 10];
    loop {
        let chunk = match output.read(&mut buffer) {
            Ok(0) => return,
            Ok(count) => Ok(buffer[..count].to_vec()),
            Err(error) if error.kind() == io::ErrorKind::Interrupted => continue,
            Err(error) => Err(error),
        };
        let last = chunk.is_err();
        if chunks.send(chunk).is_err() || last {
            return;
        }
    }
}

/// Keeps the end of what ssh complains of, and never lets it block.
fn listen(mut errors: impl Read, said: &Mutex<Vec<u8>>) {
    let mut buffer = [0; 1024];
    while let Ok(count @ 1..) = errors.read(&mut buffer) {
        let mut said = said.lock().unwrap_or_else(PoisonError::into_inner);
        said.extend_from_slice(&buffer[..count]);
        let over = said.len().saturating_sub(SAID);
        said.drain(..over);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn paths_are_one_word_for_the_other_shell() {
        let table = [
            ("/srv/policy.git", "'/srv/policy.git'"),
            ("it's; reboot", r"'it'\''s; reboot'"),
            ("wow!", r"'wow'\!''"),
        ];
        for (path, word) in table {
            assert_eq!(quoted(path), word);
        }
    }

    #[test]
    fn arguments_follow_the_command_as_they_are() {
        let address = SshAddress {
            user: Some("git".to_owned()),
            host: "[::1]".to_owned(),
            port: Some(2222),
            path: "/p".to_owned(),
        };
        let shown = |instead| {
            let command = command(&address, instead);
            let mut words = vec![command.get_program().to_owned()];
            words.extend(command.get_args().map(ToOwned::to_owned));
            words.join("|".as_ref()).to_string_lossy().into_owned()
        };
        assert_eq!(
            shown(None),
            "ssh|-o|ConnectTimeout=30|-o|ServerAliveInterval=15|-o|BatchMode=yes|-T|-p|2222|git@::1|git-upload-pack '/p'"
        );
        assert_eq!(
            shown(Some("ssh -F x")),
            "sh|-c|ssh -F x \"$@\"|ssh -F x|-o|BatchMode=yes|-T|-p|2222|git@::1|git-upload-pack '/p'"
        );
    }
}
