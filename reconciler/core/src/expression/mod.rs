//! CEL expressions over `computer`, `person` and `tenant`, in three truth
//! values; where a parameter is computed, any value.
//!
//! The grammar is that of the `cel` crate; what it parses is lowered to a
//! small tree of our own (`lower`, which also refuses undeclared names;
//! `bounds` keeps what is too deep away from the parser), and
//! that is walked (`evaluate`), so that a missing fact is told by its dotted
//! path and absorbed as the language says: `unknown || true` is true,
//! `unknown && false` is false, `has()` is never unknown. What the facts of a
//! computer are is the business of `fleet`.

mod bounds;
mod evaluate;
mod functions;
mod lower;
mod names;
mod node;
mod operator;
mod value;

#[cfg(test)]
mod tests;

pub use names::{Known, known};

use serde_json::Value;

/// The longest source of an expression, in bytes.
pub const MAX_SOURCE: usize = 4096;

/// How deep `all`, `exists` and the like may stand in one another.
pub const MAX_NESTING: usize = 3;

/// An expression that may be evaluated.
#[derive(Debug, Clone)]
pub struct Expression {
    root: node::Node,
    paths: Vec<Box<str>>,
}

/// A text that is no expression.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{message}")]
pub struct BadExpression {
    /// What is wrong, for people.
    pub message: String,
    /// Where in the source, in characters from 0.
    pub offset: usize,
    /// What to do about it.
    pub hint: Option<String>,
}

/// What an expression may ask about. Each is a JSON object; what was not
/// reported is not there, lists that were not given are empty lists.
#[derive(Debug, Clone, PartialEq)]
pub struct Facts {
    /// The computer.
    pub computer: Value,
    /// Its primary person, where it has one.
    pub person: Option<Value>,
    /// Its tenant.
    pub tenant: Value,
}

/// What an expression says about a computer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Verdict {
    /// It holds.
    True,
    /// It does not hold.
    False,
    /// It cannot be told.
    Unknown {
        /// The dotted path, as written, of the fact that is not known; for a
        /// type error the first one of the expression.
        fact: String,
    },
}

impl Expression {
    /// Reads an expression.
    pub fn parse(source: &str) -> Result<Self, BadExpression> {
        lower::parse(source)
    }

    /// Evaluates it over facts.
    pub fn evaluate(&self, facts: &Facts) -> Verdict {
        evaluate::verdict(self, facts)
    }

    /// Its value over facts, where it has one that JSON can hold.
    ///
    /// # Errors
    /// The dotted path of the fact that is not known; for a type error, null
    /// and what JSON has no word for, the first one of the expression.
    pub fn compute(&self, facts: &Facts) -> Result<Value, String> {
        evaluate::value(self, facts)
    }

    /// The dotted paths that it reads, in the order of the source, each once.
    pub fn paths(&self) -> impl Iterator<Item = &str> {
        self.paths.iter().map(AsRef::as_ref)
    }
}
