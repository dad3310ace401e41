//! What becomes of a commit: it is made, unless a simulation says otherwise.
//!
//! Built with the feature `simulation` a test may have the database refuse a
//! commit, as a full disk does, or the whole program die before or after one.
#![cfg_attr(
    not(feature = "simulation"),
    expect(unreachable_pub, reason = "only a simulation says what becomes of commits")
)]

#[cfg(feature = "simulation")]
use std::collections::BTreeMap;
#[cfg(feature = "simulation")]
use std::sync::{Arc, Mutex, PoisonError};

/// What becomes of a commit.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Fate {
    /// It is made.
    Made,
    /// The disk is full: nothing of it is written.
    #[cfg(feature = "simulation")]
    Refused,
    /// The program dies just before it.
    #[cfg(feature = "simulation")]
    DiesBefore,
    /// The program dies just behind it: it is made, and nobody hears of it.
    #[cfg(feature = "simulation")]
    DiesBehind,
}

/// The fates of a database's commits.
#[derive(Debug, Clone, Default)]
pub struct Fates {
    #[cfg(feature = "simulation")]
    book: Arc<Mutex<Book>>,
}

#[cfg(feature = "simulation")]
#[derive(Debug, Default)]
struct Book {
    /// Commits so far.
    commits: u64,
    /// By the number of the commit.
    fates: BTreeMap<u64, Fate>,
    died: bool,
}

#[cfg(feature = "simulation")]
impl Fates {
    /// Says what becomes of the commit so many from now; the next one is 0 away.
    pub fn tell(&self, away: u64, fate: Fate) {
        let mut book = self.book.lock().unwrap_or_else(PoisonError::into_inner);
        let number = book.commits + away;
        book.fates.insert(number, fate);
    }

    /// Takes back what was told and has not come.
    pub fn calm(&self) {
        self.book.lock().unwrap_or_else(PoisonError::into_inner).fates.clear();
    }

    /// Commits so far, made or not.
    pub fn commits(&self) -> u64 {
        self.book.lock().unwrap_or_else(PoisonError::into_inner).commits
    }

    /// Whether the program has died.
    pub fn has_died(&self) -> bool {
        self.book.lock().unwrap_or_else(PoisonError::into_inner).died
    }

    pub(super) fn next(&self) -> Fate {
        let mut book = self.book.lock().unwrap_or_else(PoisonError::into_inner);
        let number = book.commits;
        book.commits += 1;
        book.fates.remove(&number).unwrap_or(Fate::Made)
    }

    /// Nothing happens any more, to nobody.
    pub(super) async fn die(&self) -> std::convert::Infallible {
        self.book.lock().unwrap_or_else(PoisonError::into_inner).died = true;
        std::future::pending().await
    }
}

#[cfg(not(feature = "simulation"))]
impl Fates {
    #[expect(clippy::unused_self, reason = "a simulation's fates differ")]
    pub(super) fn next(&self) -> Fate {
        Fate::Made
    }
}
