//! A named pipe that holds a script until the test lets it go on.
//!
//! Opening it is the event: it returns once the script has come to the gate.

use std::fs::{self, File, OpenOptions};
use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::mpsc;
use std::thread;

use super::PATIENCE;

/// A gate that is closed until [`Gate::open`].
pub(crate) struct Gate(PathBuf);

impl Gate {
    /// Makes it.
    pub(crate) fn make(path: &Path) -> Self {
        let made = Command::new("mkfifo").args(["-m", "666"]).arg(path).status();
        assert!(made.is_ok_and(|status| status.success()), "mkfifo {}", path.display());
        Self(path.to_owned())
    }

    /// Waits until somebody stands before it.
    pub(crate) fn is_reached(&self) -> Held {
        let (sender, reached) = mpsc::channel();
        let path = self.0.clone();
        thread::spawn(move || sender.send(OpenOptions::new().write(true).open(path)));
        let opened = reached.recv_timeout(PATIENCE);
        let pipe = opened.unwrap_or_else(|_| panic!("nobody came to {}", self.0.display()));
        Held { pipe: pipe.expect("a named pipe"), path: self.0.clone() }
    }
}

/// Somebody waits; dropping this lets it go on, and everybody after it.
pub(crate) struct Held {
    pipe: File,
    path: PathBuf,
}

impl Held {
    /// Lets it go on.
    pub(crate) fn open(mut self) {
        // A script that comes later finds no gate any more.
        fs::remove_file(&self.path).expect("made by this test");
        self.pipe.write_all(b"go on\n").expect("somebody reads");
    }
}
