//! What is wrong with a filter script, and where.

use starlark::codemap::FileSpan;

/// What is wrong with a filter script, and where.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{file}:{line}:{column}: {message}")]
pub struct FilterError {
    /// What is wrong, without a full stop.
    pub message: String,
    /// The script, by its path from the repository's root.
    pub file: String,
    /// Line, from 1.
    pub line: u32,
    /// Column, from 1, in characters.
    pub column: u32,
}

impl FilterError {
    /// At the beginning of a file: what concerns the whole.
    pub(crate) fn whole(file: &str, message: impl Into<String>) -> Self {
        Self { message: message.into(), file: file.to_owned(), line: 1, column: 1 }
    }

    /// At a place.
    pub(crate) fn at(file: &str, place: &FileSpan, message: impl Into<String>) -> Self {
        let begin = place.resolve_span().begin;
        Self {
            message: message.into(),
            file: file.to_owned(),
            line: u32::try_from(begin.line).unwrap_or(u32::MAX).saturating_add(1),
            column: u32::try_from(begin.column).unwrap_or(u32::MAX).saturating_add(1),
        }
    }

    /// What the language says, at its place where it knows one.
    pub(crate) fn of(file: &str, error: &starlark::Error) -> Self {
        let said = error.without_diagnostic().to_string();
        let first = said.lines().next().unwrap_or_default().trim_end_matches('.');
        let message = first.replace(char::is_control, "\u{fffd}");
        match error.span() {
            Some(place) => Self::at(file, place, message),
            None => Self::whole(file, message),
        }
    }
}
