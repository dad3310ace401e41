//! Between messages and the core's types: out is always possible, in is
//! checked, since neither side trusts what the other sends.
//!
//! Owns the bounds of what is accepted and the error [`Malformed`]. Look at
//! `order` for orders, at `run` and `ensure` for what they run, at `gate` for when, at
//! `reboot` for restarts, at `progress` for reports, at `words` for the words.

mod ensure;
mod gate;
mod hidden;
mod installer;
mod order;
mod progress;
mod reboot;
mod run;
#[cfg(test)]
mod tests;
mod words;

/// The most checks in one detection order.
pub const MAX_CHECKS: usize = 20_000;
/// The most steps in one execution order.
pub const MAX_STEPS: usize = 10_000;
/// The most pieces of work in one step.
pub const MAX_WORKS: usize = 64;
/// The most attempts of one step.
pub const MAX_ATTEMPTS: u32 = 100;
/// The most entries of a small list: prerequisites, exit codes, variables, arguments, artifacts.
pub const MAX_LIST: usize = 1_000;
/// The most stretches of a step's gate.
pub const MAX_STRETCHES: usize = 256;
/// The longest time limit, in seconds: a week.
pub const MAX_TIMEOUT: u64 = 7 * 24 * 3600;
/// The longest output of one piece of work, in bytes.
pub const MAX_OUTPUT: usize = 1024 * 1024;

/// A message that does not make sense: where in it, and what.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{place}: {problem}")]
pub struct Malformed {
    /// Such as `step 3, work 1`.
    pub place: String,
    /// What is wrong there.
    pub problem: Problem,
}

/// What can be wrong in a message.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Problem {
    /// A word that this version does not know.
    #[error("unknown {what} `{word}`")]
    Word {
        /// What the word should say.
        what: &'static str,
        /// The word.
        word: String,
    },
    /// A text that names no item.
    #[error(transparent)]
    Item(#[from] ordain_core::item::NoItem),
    /// A list or text beyond its bound.
    #[error("{count} {what}, at most {limit} are accepted")]
    TooMany {
        /// Of what.
        what: &'static str,
        /// How many.
        count: u64,
        /// The bound.
        limit: u64,
    },
    /// Something that has no place there.
    #[error("`{0}` has no place here")]
    Misplaced(&'static str),
    /// Something that must be there is not.
    #[error("{0}")]
    Missing(&'static str),
}

impl Malformed {
    /// Something that has no place where it stands.
    pub fn misplaced(place: &str, what: &'static str) -> Self {
        Self { place: place.to_owned(), problem: Problem::Misplaced(what) }
    }

    fn at(place: impl Into<String>) -> impl FnOnce(Problem) -> Self {
        let place = place.into();
        move |problem| Self { place, problem }
    }

    /// The same fault, seen from further out.
    fn within(mut self, outer: &str) -> Self {
        self.place = format!("{outer}, {}", self.place);
        self
    }
}

fn bounded(what: &'static str, count: usize, limit: usize) -> Result<(), Problem> {
    if count > limit {
        return Err(Problem::TooMany { what, count: count as u64, limit: limit as u64 });
    }
    Ok(())
}
