//! A value that is written, or taken from a parameter.

use crate::Spanned;

/// A value as it is written, or one of the task's parameters: `{param: NAME}`.
#[derive(Debug, Clone, PartialEq)]
pub enum OrParameter<T> {
    /// The value.
    Written(Spanned<T>),
    /// The name of the parameter that gives it.
    Parameter(Spanned<String>),
}

/// A text of a resource.
pub type EnsureText = OrParameter<String>;

impl<T> OrParameter<T> {
    /// The name of the parameter that gives it.
    pub fn parameter(&self) -> Option<&Spanned<String>> {
        match self {
            Self::Written(_) => None,
            Self::Parameter(name) => Some(name),
        }
    }

    /// The value, where it is written.
    pub fn written(&self) -> Option<&Spanned<T>> {
        match self {
            Self::Written(value) => Some(value),
            Self::Parameter(_) => None,
        }
    }
}
