//! Pipes with a name: how a script waits for a test, and a test for a script.
//!
//! The test keeps both ends open, so that neither side ever waits for the
//! other to open its own, and what is written before it is read stays there.

use std::fs::File;
use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::time::Duration;

use tokio::io::{AsyncBufReadExt as _, BufReader};
use tokio::net::unix::pipe;

/// How long a line may take before a test gives up.
const PATIENCE: Duration = Duration::from_mins(1);

/// A named pipe.
pub(crate) struct Fifo {
    path: PathBuf,
    both_ends: File,
}

impl Fifo {
    /// Makes it.
    pub(crate) fn make(path: PathBuf) -> Self {
        nix::unistd::mkfifo(&path, nix::sys::stat::Mode::S_IRWXU).unwrap();
        let both_ends = File::options().read(true).write(true).open(&path).unwrap();
        Self { path, both_ends }
    }

    pub(crate) fn path(&self) -> &Path {
        &self.path
    }

    /// A line of a shell script that waits here until [`Fifo::open_gate`].
    pub(crate) fn wait(&self) -> String {
        format!("read _ < {}", self.path.display())
    }

    /// Lets everybody pass who waits now or comes later.
    pub(crate) fn open_gate(&self) {
        (&self.both_ends).write_all(&[b'\n'; 64]).unwrap();
    }

    /// The next line that a script writes here.
    pub(crate) async fn line(&self) -> String {
        let reader = pipe::OpenOptions::new().read_write(true).open_receiver(&self.path).unwrap();
        let mut line = String::new();
        let mut reader = BufReader::with_capacity(1, reader);
        tokio::time::timeout(PATIENCE, reader.read_line(&mut line))
            .await
            .unwrap_or_else(|_| panic!("nothing is written to {}", self.path.display()))
            .unwrap();
        line
    }
}
