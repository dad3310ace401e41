//! How a verb of the program ends badly: an exit code, what is wrong, a hint.
//!
//! The codes are a contract: 1 findings, 2 wrong usage, 3 could not do it,
//! 4 refused for safety.

use std::fmt;

/// The classes of failure, each an exit code.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// Something was looked at and found wanting.
    Findings,
    /// The command line makes no sense.
    Usage,
    /// Disk, network or permission stood in the way.
    CouldNot,
    /// Going on would not be safe.
    Refused,
}

impl Kind {
    /// The process's exit code.
    pub fn code(self) -> u8 {
        match self {
            Self::Findings => 1,
            Self::Usage => 2,
            Self::CouldNot => 3,
            Self::Refused => 4,
        }
    }
}

/// Why a verb ended badly.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CommandError {
    /// Which exit code.
    pub kind: Kind,
    /// What is wrong, for people.
    pub message: String,
    /// What to do about it.
    pub hint: Option<String>,
}

impl CommandError {
    /// Without a hint.
    pub fn new(kind: Kind, message: impl fmt::Display) -> Self {
        Self { kind, message: message.to_string(), hint: None }
    }

    /// The whole chain of an error as one message.
    pub fn chain(kind: Kind, error: &dyn std::error::Error) -> Self {
        Self::new(kind, chain(error))
    }

    /// Adds what to do about it.
    #[must_use]
    pub fn hint(mut self, hint: impl Into<String>) -> Self {
        self.hint = Some(hint.into());
        self
    }
}

impl fmt::Display for CommandError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "error: {}", self.message)?;
        match &self.hint {
            Some(hint) => write!(f, "\n  hint: {hint}"),
            None => Ok(()),
        }
    }
}

impl std::error::Error for CommandError {}

/// An error and everything beneath it, joined by colons.
pub fn chain(error: &dyn std::error::Error) -> String {
    let mut text = error.to_string();
    let mut next = error.source();
    while let Some(error) = next {
        let below = error.to_string();
        // Some libraries repeat their source in their own text.
        if !text.ends_with(&below) {
            text.push_str(": ");
            text.push_str(&below);
        }
        next = error.source();
    }
    text
}
