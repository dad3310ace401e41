//! The values of an evaluation: those of facts are borrowed, not copied.

use std::borrow::Cow;
use std::cmp::Ordering;
use std::rc::Rc;

use serde_json::{Map, Value};

use super::node::Literal;

/// No overload fits the operands, or the result has no value.
#[derive(Debug)]
pub(super) struct NoValue;

/// A value.
#[derive(Debug, Clone)]
pub(super) enum Val<'a> {
    Null,
    Bool(bool),
    Int(i64),
    Uint(u64),
    Double(f64),
    Text(Cow<'a, str>),
    /// A list of the facts.
    Array(&'a [Value]),
    /// A map of the facts.
    Object(&'a Map<String, Value>),
    /// A list that the expression made.
    List(Rc<Vec<Val<'a>>>),
    /// A map that the expression made.
    Map(Rc<Vec<(Val<'a>, Val<'a>)>>),
    /// A type.
    Type(&'static str),
}

impl<'a> From<&'a Value> for Val<'a> {
    fn from(value: &'a Value) -> Self {
        match value {
            Value::Null => Self::Null,
            Value::Bool(value) => Self::Bool(*value),
            Value::Number(number) => match (number.as_i64(), number.as_u64()) {
                (Some(int), _) => Self::Int(int),
                (None, Some(uint)) => Self::Uint(uint),
                (None, None) => Self::Double(number.as_f64().unwrap_or(f64::NAN)),
            },
            Value::String(text) => Self::Text(Cow::Borrowed(text)),
            Value::Array(values) => Self::Array(values),
            Value::Object(map) => Self::Object(map),
        }
    }
}

impl<'a> From<&'a Literal> for Val<'a> {
    fn from(literal: &'a Literal) -> Self {
        match literal {
            Literal::Null => Self::Null,
            Literal::Bool(value) => Self::Bool(*value),
            Literal::Int(value) => Self::Int(*value),
            Literal::Uint(value) => Self::Uint(*value),
            Literal::Double(value) => Self::Double(*value),
            Literal::Text(text) => Self::Text(Cow::Borrowed(text)),
            Literal::Type(name) => Self::Type(name),
        }
    }
}

impl<'a> Val<'a> {
    /// The name of its type.
    pub(super) fn type_name(&self) -> &'static str {
        match self {
            Self::Null => "null_type",
            Self::Bool(_) => "bool",
            Self::Int(_) => "int",
            Self::Uint(_) => "uint",
            Self::Double(_) => "double",
            Self::Text(_) => "string",
            Self::Array(_) | Self::List(_) => "list",
            Self::Object(_) | Self::Map(_) => "map",
            Self::Type(_) => "type",
        }
    }

    /// The same as JSON; no value for what JSON has no word for.
    pub(super) fn json(&self) -> Result<Value, NoValue> {
        Ok(match self {
            Self::Null => Value::Null,
            Self::Bool(value) => (*value).into(),
            Self::Int(value) => (*value).into(),
            Self::Uint(value) => (*value).into(),
            Self::Double(value) => {
                serde_json::Number::from_f64(*value).map(Value::Number).ok_or(NoValue)?
            }
            Self::Text(text) => Value::String(text.clone().into_owned()),
            Self::Array(values) => Value::Array(values.to_vec()),
            Self::Object(map) => Value::Object((*map).clone()),
            Self::List(values) => {
                Value::Array(values.iter().map(Self::json).collect::<Result<_, _>>()?)
            }
            Self::Map(entries) => {
                let named = entries.iter().map(|(key, value)| match key {
                    Self::Text(key) => Ok((key.clone().into_owned(), value.json()?)),
                    _ => Err(NoValue),
                });
                Value::Object(named.collect::<Result<_, _>>()?)
            }
            Self::Type(_) => return Err(NoValue),
        })
    }

    /// The elements of a list, or none for what is no list.
    pub(super) fn elements(&self) -> Option<Vec<Val<'a>>> {
        match self {
            Self::Array(values) => Some(values.iter().map(Val::from).collect()),
            Self::List(values) => Some(values.as_ref().clone()),
            _ => None,
        }
    }

    /// What a loop goes over: elements of a list, keys of a map.
    pub(super) fn range(&self) -> Option<Vec<Val<'a>>> {
        match self {
            Self::Object(map) => {
                let keys = map.keys().map(|key| Val::Text(Cow::Borrowed(key.as_str())));
                Some(keys.collect())
            }
            Self::Map(entries) => Some(entries.iter().map(|(key, _)| key.clone()).collect()),
            _ => self.elements(),
        }
    }

    /// The entry of a map, if it has one of that key; no value for what is no map.
    pub(super) fn entry(&self, key: &str) -> Result<Option<Val<'a>>, NoValue> {
        match self {
            Self::Object(map) => Ok(map.get(key).map(Val::from)),
            Self::Map(entries) => {
                let is =
                    |(own, _): &&(Val<'a>, Val<'a>)| matches!(own, Val::Text(own) if own == key);
                Ok(entries.iter().find(is).map(|(_, value)| value.clone()))
            }
            _ => Err(NoValue),
        }
    }

    /// Equality; values of different types differ, numbers compare as numbers.
    pub(super) fn equals(&self, other: &Val<'_>) -> bool {
        match (self, other) {
            (Self::Null, Val::Null) => true,
            (Self::Bool(a), Val::Bool(b)) => a == b,
            (Self::Text(a), Val::Text(b)) => a == b,
            (Self::Type(a), Val::Type(b)) => a == b,
            _ => match (numeric(self, other), self.elements(), other.elements()) {
                (Ok(order), _, _) => order == Some(Ordering::Equal),
                (Err(NoValue), Some(a), Some(b)) => {
                    a.len() == b.len() && a.iter().zip(&b).all(|(a, b)| a.equals(b))
                }
                _ => match (self.range(), other.range()) {
                    (Some(a), Some(b))
                        if self.type_name() == "map" && other.type_name() == "map" =>
                    {
                        a.len() == b.len() && a.iter().all(|key| self.same_entry(other, key))
                    }
                    _ => false,
                },
            },
        }
    }

    fn same_entry(&self, other: &Val<'_>, key: &Val<'_>) -> bool {
        match (self.member(key), other.member(key)) {
            (Ok(Some(a)), Ok(Some(b))) => a.equals(&b),
            _ => false,
        }
    }

    /// As [`Val::entry`], for a key of any type.
    pub(super) fn member(&self, key: &Val<'_>) -> Result<Option<Val<'a>>, NoValue> {
        match (self, key) {
            (_, Val::Text(key)) => self.entry(key),
            (Self::Object(_), _) => Ok(None),
            (Self::Map(entries), _) => {
                let is = |(own, _): &&(Val<'a>, Val<'a>)| own.equals(key);
                Ok(entries.iter().find(is).map(|(_, value)| value.clone()))
            }
            _ => Err(NoValue),
        }
    }

    /// Order, where the types have one; none where it holds between neither, as for NaN.
    pub(super) fn order(&self, other: &Val<'_>) -> Result<Option<Ordering>, NoValue> {
        match (self, other) {
            (Self::Text(a), Val::Text(b)) => Ok(Some(a.cmp(b))),
            (Self::Bool(a), Val::Bool(b)) => Ok(Some(a.cmp(b))),
            _ => numeric(self, other),
        }
    }
}

/// How two numbers compare.
fn numeric(a: &Val<'_>, b: &Val<'_>) -> Result<Option<Ordering>, NoValue> {
    Ok(match (a, b) {
        (Val::Int(a), Val::Int(b)) => Some(a.cmp(b)),
        (Val::Uint(a), Val::Uint(b)) => Some(a.cmp(b)),
        (Val::Int(a), Val::Uint(b)) => Some(i128::from(*a).cmp(&i128::from(*b))),
        (Val::Uint(a), Val::Int(b)) => Some(i128::from(*a).cmp(&i128::from(*b))),
        (Val::Double(a), Val::Double(b)) => a.partial_cmp(b),
        (Val::Double(a), _) => a.partial_cmp(&as_double(b)?),
        (_, Val::Double(b)) => as_double(a)?.partial_cmp(b),
        _ => return Err(NoValue),
    })
}

#[expect(clippy::cast_precision_loss, reason = "CEL compares across number types as doubles")]
fn as_double(value: &Val<'_>) -> Result<f64, NoValue> {
    match value {
        Val::Int(value) => Ok(*value as f64),
        Val::Uint(value) => Ok(*value as f64),
        Val::Double(value) => Ok(*value),
        _ => Err(NoValue),
    }
}
