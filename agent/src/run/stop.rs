//! Stopping what runs: a flag that also wakes whoever waits for a process.

use std::collections::BTreeSet;
use std::io;
use std::os::fd::{AsFd, BorrowedFd, OwnedFd};
use std::sync::{Mutex, PoisonError};

use rustix::event::{EventfdFlags, eventfd};

/// Which sessions are to stop. Shared between the connection, which learns of
/// it, and the thread that runs things, which polls [`Stop::handle`].
#[derive(Debug)]
pub struct Stop {
    sessions: Mutex<BTreeSet<String>>,
    wake: OwnedFd,
}

impl Stop {
    /// Nothing is to stop.
    pub fn new() -> io::Result<Self> {
        let wake = eventfd(0, EventfdFlags::CLOEXEC | EventfdFlags::NONBLOCK)?;
        Ok(Self { sessions: Mutex::default(), wake })
    }

    /// Asks that the session stop, and wakes whoever waits.
    pub fn request(&self, session: &str) {
        self.lock().insert(session.to_owned());
        // It fails only where the counter is full, and then the waiter wakes anyway.
        let _ = rustix::io::write(&self.wake, &1u64.to_ne_bytes());
    }

    /// Whether the session is to stop.
    pub fn is_requested(&self, session: &str) -> bool {
        self.lock().contains(session)
    }

    /// Forgets a session that has ended.
    pub fn forget(&self, session: &str) {
        self.lock().remove(session);
    }

    /// Readable after a request, until [`Stop::rest`].
    pub fn handle(&self) -> BorrowedFd<'_> {
        self.wake.as_fd()
    }

    /// Makes the handle wait for the next request.
    pub fn rest(&self) {
        let mut count = [0; 8];
        let _ = rustix::io::read(&self.wake, &mut count);
    }

    fn lock(&self) -> std::sync::MutexGuard<'_, BTreeSet<String>> {
        self.sessions.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
