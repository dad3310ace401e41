//! What a verb ends with: an exit code on success, or an error with its kind
//! and hints. The codes are a contract; no other file names a number.

use std::fmt;

/// How a verb that did its work ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Exit {
    /// Nothing was found.
    Done,
    /// The policy is invalid, a test failed, an item conflicts or fails.
    Findings,
    /// Refused for safety: a limit was exceeded, a signature does not count.
    Refused,
}

impl Exit {
    /// Findings where there are any.
    pub(crate) fn found(any: bool) -> Self {
        if any { Self::Findings } else { Self::Done }
    }

    pub(crate) fn code(self) -> u8 {
        match self {
            Self::Done => 0,
            Self::Findings => 1,
            Self::Refused => 4,
        }
    }
}

/// Why a verb could not do its work.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Kind {
    /// What was asked for makes no sense here.
    Usage,
    /// Files, network or permissions stood in the way.
    Failed,
    /// It was not done for safety: nobody has said yes to it.
    Refused,
}

/// An error with what a person can do about it.
#[derive(Debug)]
pub(crate) struct CommandError {
    kind: Kind,
    error: anyhow::Error,
    hints: Vec<String>,
}

impl CommandError {
    fn new(kind: Kind, error: impl Into<anyhow::Error>) -> Self {
        Self { kind, error: error.into(), hints: Vec::new() }
    }

    /// Wrong usage.
    pub(crate) fn usage(error: impl Into<anyhow::Error>) -> Self {
        Self::new(Kind::Usage, error)
    }

    /// It could not be done.
    pub(crate) fn failed(error: impl Into<anyhow::Error>) -> Self {
        Self::new(Kind::Failed, error)
    }

    /// It was not done for safety.
    pub(crate) fn refused(error: impl Into<anyhow::Error>) -> Self {
        Self::new(Kind::Refused, error)
    }

    /// Adds what to do about it.
    #[must_use]
    pub(crate) fn hint(mut self, hint: impl Into<String>) -> Self {
        self.hints.push(hint.into());
        self
    }

    /// Adds what to do about it, where that is known.
    #[must_use]
    pub(crate) fn hint_if(mut self, hint: Option<impl Into<String>>) -> Self {
        self.hints.extend(hint.map(Into::into));
        self
    }

    pub(crate) fn code(&self) -> u8 {
        match self.kind {
            Kind::Usage => 2,
            Kind::Failed => 3,
            Kind::Refused => 4,
        }
    }

    pub(crate) fn hints(&self) -> &[String] {
        &self.hints
    }
}

/// The message and what caused it, one a line.
impl fmt::Display for CommandError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.error)?;
        let mut last = self.error.to_string();
        for cause in self.error.chain().skip(1) {
            let text = cause.to_string();
            if !last.ends_with(&text) {
                write!(f, "\n  because: {text}")?;
            }
            last = text;
        }
        Ok(())
    }
}
