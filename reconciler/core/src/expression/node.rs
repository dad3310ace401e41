//! The tree that is evaluated.

use regex::Regex;

/// One node. Slots count from the outermost loop.
#[derive(Debug, Clone)]
pub(super) enum Node {
    /// A constant.
    Literal(Literal),
    /// A dotted path from one of the roots.
    Path(Path),
    /// What a loop binds.
    Slot(usize),
    /// A member of something that is no path.
    Member {
        /// Of what.
        of: Box<Node>,
        /// Which.
        key: Box<str>,
        /// The dotted path as written, where it is one.
        text: Option<Box<str>>,
    },
    /// Whether something has a member.
    Has(Box<Node>, Box<str>),
    /// A member by a computed key.
    Index {
        /// Of what.
        of: Box<Node>,
        /// Which.
        key: Box<Node>,
        /// The dotted path of what it is a member of, where it is one.
        text: Option<Box<str>>,
    },
    Not(Box<Node>),
    And(Box<Node>, Box<Node>),
    Or(Box<Node>, Box<Node>),
    If(Box<[Node; 3]>),
    /// True for whatever is not false, unknown included: goes on in a loop.
    NotFalse(Box<Node>),
    Binary(Operator, Box<Node>, Box<Node>),
    Negate(Box<Node>),
    Call(Function, Vec<Node>),
    /// `matches` with a pattern that is known beforehand.
    Matches(Box<Node>, Regex),
    List(Vec<Node>),
    Map(Vec<(Node, Node)>),
    Loop(Box<Loop>),
}

/// A constant.
#[derive(Debug, Clone)]
pub(super) enum Literal {
    Null,
    Bool(bool),
    Int(i64),
    Uint(u64),
    Double(f64),
    Text(Box<str>),
    /// The name of a type.
    Type(&'static str),
}

/// A dotted path from one of the roots.
#[derive(Debug, Clone)]
pub(super) struct Path {
    pub(super) root: Root,
    pub(super) keys: Vec<Box<str>>,
    /// As written.
    pub(super) text: Box<str>,
}

/// The names at the root.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Root {
    Computer,
    Person,
    Tenant,
}

/// Operators whose operands must both be known.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Operator {
    Equal,
    NotEqual,
    Less,
    LessEqual,
    Greater,
    GreaterEqual,
    In,
    Add,
    Subtract,
    Multiply,
    Divide,
    Remainder,
}

/// The functions of the standard library that make sense for facts.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Function {
    Size,
    Contains,
    StartsWith,
    EndsWith,
    Matches,
    Int,
    Uint,
    Double,
    String,
    Bool,
    Dyn,
    Type,
}

/// A macro's loop: over each element of `range`, bound to one slot, `step`
/// makes the next accumulator, bound to the slot before it, while `condition` holds.
#[derive(Debug, Clone)]
pub(super) struct Loop {
    pub(super) range: Node,
    pub(super) init: Node,
    pub(super) condition: Node,
    pub(super) step: Node,
    pub(super) result: Node,
}
