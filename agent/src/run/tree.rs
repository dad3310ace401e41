//! Killing a whole process tree: asked first, then made to.
//!
//! Descendants that double-forked, left the group or started a session are
//! found by their marker, and by having been adopted; see
//! [`crate::platform::processes`].

use std::time::{Duration, Instant};

use rustix::process::Signal;

use crate::platform::processes::{Process, tree};

/// How long a tree has to end by itself.
const GRACE: Duration = Duration::from_secs(3);
/// How often the tree is looked at meanwhile.
const LOOK_EVERY: Duration = Duration::from_millis(20);
/// A tree that makes new members as fast as they are killed is given up after so many rounds.
const ROUNDS: u32 = 200;

/// Ends every process of a run; `reap` takes in the exit of its first one.
pub fn kill(first: Option<Process>, marker: &str, mut reap: impl FnMut() -> bool) {
    let members = tree(first, marker);
    for each in &members {
        each.signal(Signal::TERM);
        each.signal(Signal::CONT);
    }
    let patience = Instant::now() + GRACE;
    while Instant::now() < patience {
        reap();
        if !members.iter().any(Process::lives) {
            break;
        }
        std::thread::sleep(LOOK_EVERY);
    }
    for _ in 0..ROUNDS {
        let left = tree(first, marker);
        if left.is_empty() {
            return;
        }
        for each in left {
            each.signal(Signal::KILL);
        }
        std::thread::sleep(LOOK_EVERY);
        reap();
    }
    tracing::error!(marker, "some processes of a run could not be ended");
}
