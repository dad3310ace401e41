//! Operators and functions over values that are known.

use std::borrow::Cow;
use std::cmp::Ordering;
use std::rc::Rc;

use super::functions;
use super::node::{Function, Operator};
use super::value::{NoValue, Val};

type Result<'a> = std::result::Result<Val<'a>, NoValue>;

/// Applies an operator.
pub(super) fn binary<'a>(operator: Operator, a: &Val<'a>, b: &Val<'a>) -> Result<'a> {
    let ordered = |holds: fn(Ordering) -> bool| {
        let order = a.order(b)?;
        Ok(Val::Bool(order.is_some_and(holds)))
    };
    match operator {
        Operator::Equal => Ok(Val::Bool(a.equals(b))),
        Operator::NotEqual => Ok(Val::Bool(!a.equals(b))),
        Operator::Less => ordered(Ordering::is_lt),
        Operator::LessEqual => ordered(Ordering::is_le),
        Operator::Greater => ordered(Ordering::is_gt),
        Operator::GreaterEqual => ordered(Ordering::is_ge),
        Operator::In => contains(a, b),
        Operator::Add => add(a, b),
        Operator::Subtract => arithmetic(a, b, i64::checked_sub, u64::checked_sub, |a, b| a - b),
        Operator::Multiply => arithmetic(a, b, i64::checked_mul, u64::checked_mul, |a, b| a * b),
        Operator::Divide => arithmetic(a, b, i64::checked_div, u64::checked_div, |a, b| a / b),
        Operator::Remainder => match (a, b) {
            (Val::Double(_), _) | (_, Val::Double(_)) => Err(NoValue),
            _ => arithmetic(a, b, i64::checked_rem, u64::checked_rem, |a, b| a % b),
        },
    }
}

fn contains<'a>(element: &Val<'a>, container: &Val<'a>) -> Result<'a> {
    if let Val::Array(values) = container {
        let holds = values.iter().any(|value| Val::from(value).equals(element));
        return Ok(Val::Bool(holds));
    }
    if let Some(elements) = container.elements() {
        return Ok(Val::Bool(elements.iter().any(|value| value.equals(element))));
    }
    let entry = container.member(element)?;
    Ok(Val::Bool(entry.is_some()))
}

fn add<'a>(a: &Val<'a>, b: &Val<'a>) -> Result<'a> {
    if let (Val::Text(a), Val::Text(b)) = (a, b) {
        return Ok(Val::Text(Cow::Owned(format!("{a}{b}"))));
    }
    if let (Some(mut both), Some(more)) = (a.elements(), b.elements()) {
        both.extend(more);
        return Ok(Val::List(Rc::new(both)));
    }
    arithmetic(a, b, i64::checked_add, u64::checked_add, |a, b| a + b)
}

fn arithmetic<'a>(
    a: &Val<'a>,
    b: &Val<'a>,
    int: fn(i64, i64) -> Option<i64>,
    uint: fn(u64, u64) -> Option<u64>,
    double: fn(f64, f64) -> f64,
) -> Result<'a> {
    match (a, b) {
        (Val::Int(a), Val::Int(b)) => int(*a, *b).map(Val::Int).ok_or(NoValue),
        (Val::Uint(a), Val::Uint(b)) => uint(*a, *b).map(Val::Uint).ok_or(NoValue),
        (Val::Double(a), Val::Double(b)) => Ok(Val::Double(double(*a, *b))),
        _ => Err(NoValue),
    }
}

/// Applies unary minus.
pub(super) fn negate<'a>(value: &Val<'a>) -> Result<'a> {
    match value {
        Val::Int(value) => value.checked_neg().map(Val::Int).ok_or(NoValue),
        Val::Double(value) => Ok(Val::Double(-value)),
        _ => Err(NoValue),
    }
}

/// Takes an element of a list by number.
pub(super) fn element<'a>(list: &Val<'a>, index: &Val<'a>) -> Result<'a> {
    let index = match index {
        Val::Int(index) => usize::try_from(*index).ok(),
        Val::Uint(index) => usize::try_from(*index).ok(),
        Val::Double(index) if index.fract() == 0.0 => {
            int_of(*index).and_then(|index| usize::try_from(index).ok())
        }
        _ => None,
    };
    let elements = list.elements().ok_or(NoValue)?;
    elements.get(index.ok_or(NoValue)?).cloned().ok_or(NoValue)
}

/// Calls a function; a method's target is its first argument.
pub(super) fn call<'a>(function: Function, args: &[Val<'a>]) -> Result<'a> {
    match (function, args) {
        (Function::Size, [value]) => size(value),
        (Function::Contains, [Val::Text(text), Val::Text(part)]) => {
            Ok(Val::Bool(text.contains(&**part)))
        }
        (Function::StartsWith, [Val::Text(text), Val::Text(part)]) => {
            Ok(Val::Bool(text.starts_with(&**part)))
        }
        (Function::EndsWith, [Val::Text(text), Val::Text(part)]) => {
            Ok(Val::Bool(text.ends_with(&**part)))
        }
        (Function::Matches, [Val::Text(text), Val::Text(pattern)]) => {
            let pattern = functions::pattern(pattern).map_err(|_| NoValue)?;
            Ok(Val::Bool(pattern.is_match(text)))
        }
        (Function::Int, [value]) => int(value).map(Val::Int).ok_or(NoValue),
        (Function::Uint, [value]) => uint(value).map(Val::Uint).ok_or(NoValue),
        (Function::Double, [value]) => double(value).map(Val::Double).ok_or(NoValue),
        (Function::String, [value]) => text(value).map(Val::Text).ok_or(NoValue),
        (Function::Bool, [value]) => boolean(value).map(Val::Bool).ok_or(NoValue),
        (Function::Dyn, [value]) => Ok(value.clone()),
        (Function::Type, [value]) => Ok(Val::Type(value.type_name())),
        _ => Err(NoValue),
    }
}

fn size<'a>(value: &Val<'a>) -> Result<'a> {
    let size = match value {
        Val::Text(text) => text.chars().count(),
        Val::Array(values) => values.len(),
        Val::List(values) => values.len(),
        Val::Object(map) => map.len(),
        Val::Map(entries) => entries.len(),
        _ => return Err(NoValue),
    };
    i64::try_from(size).map(Val::Int).map_err(|_| NoValue)
}

fn int(value: &Val<'_>) -> Option<i64> {
    match value {
        Val::Int(value) => Some(*value),
        Val::Uint(value) => i64::try_from(*value).ok(),
        Val::Double(value) => int_of(value.trunc()),
        Val::Text(text) => text.parse().ok(),
        _ => None,
    }
}

#[expect(clippy::cast_precision_loss, reason = "the bounds of integers, as doubles")]
fn int_of(value: f64) -> Option<i64> {
    let fits = value > i64::MIN as f64 && value < i64::MAX as f64;
    fits.then_some(value as i64)
}

fn uint(value: &Val<'_>) -> Option<u64> {
    match value {
        Val::Uint(value) => Some(*value),
        Val::Text(text) => text.parse().ok(),
        _ => u64::try_from(int(value)?).ok(),
    }
}

#[expect(clippy::cast_precision_loss, reason = "what a conversion to double means")]
fn double(value: &Val<'_>) -> Option<f64> {
    match value {
        Val::Int(value) => Some(*value as f64),
        Val::Uint(value) => Some(*value as f64),
        Val::Double(value) => Some(*value),
        Val::Text(text) => text.parse().ok(),
        _ => None,
    }
}

fn text<'a>(value: &Val<'a>) -> Option<Cow<'a, str>> {
    match value {
        Val::Text(text) => Some(text.clone()),
        Val::Int(value) => Some(value.to_string().into()),
        Val::Uint(value) => Some(value.to_string().into()),
        Val::Double(value) => Some(value.to_string().into()),
        Val::Bool(value) => Some(value.to_string().into()),
        _ => None,
    }
}

fn boolean(value: &Val<'_>) -> Option<bool> {
    match value {
        Val::Bool(value) => Some(*value),
        Val::Text(text) => match &**text {
            "true" | "True" | "TRUE" | "t" | "1" => Some(true),
            "false" | "False" | "FALSE" | "f" | "0" => Some(false),
            _ => None,
        },
        _ => None,
    }
}
