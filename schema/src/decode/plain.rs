//! Reading texts, numbers, lists and maps.

use std::collections::BTreeMap;

use super::{Decode, Faults, Input};
use crate::tree::{Plain, Value};
use crate::{Code, Spanned};

impl Decode for String {
    fn decode(input: Input<'_, '_>, faults: &mut Faults) -> Option<Self> {
        text(input, faults).map(str::to_owned)
    }
}

/// A text, where it stands.
pub(super) fn text<'n>(input: Input<'n, '_>, faults: &mut Faults) -> Option<&'n str> {
    match input.node.plain() {
        Some(Plain::Text(text)) => return Some(text),
        Some(Plain::Boolean(_) | Plain::Integer(_) | Plain::Float(_)) => {
            let hint = format!("quote it: \"{}\"", input.raw().unwrap_or_default());
            faults.wrong_type(input, "a text").hint = Some(hint);
        }
        Some(Plain::Null) => {
            let hint = "give it a value, or leave the key out";
            faults.wrong_type(input, "a text").hint = Some(hint.to_owned());
        }
        None => {
            faults.wrong_type(input, "a text");
        }
    }
    None
}

impl Decode for bool {
    fn decode(input: Input<'_, '_>, faults: &mut Faults) -> Option<Self> {
        if let Some(Plain::Boolean(value)) = input.node.plain() {
            return Some(value);
        }
        let hint = match input.raw().map(str::to_lowercase).as_deref() {
            Some("yes" | "on" | "y") => "write `true`",
            Some("no" | "off" | "n") => "write `false`",
            _ => "write `true` or `false`, without quotes",
        };
        faults.wrong_type(input, "true or false").hint = Some(hint.to_owned());
        None
    }
}

macro_rules! whole_numbers {
    ($($type:ty),+) => {
        $(impl Decode for $type {
            fn decode(input: Input<'_, '_>, faults: &mut Faults) -> Option<Self> {
                let Some(Plain::Integer(number)) = input.node.plain() else {
                    no_whole_number(input, faults);
                    return None;
                };
                let value = number.and_then(|number| <$type>::try_from(number).ok());
                if value.is_none() {
                    let hint = format!("write a number from {} to {}", <$type>::MIN, <$type>::MAX);
                    faults.bad_value(input, "out of the range", &hint);
                }
                value
            }
        })+
    };
}

whole_numbers!(i32, i64, u32, u64);

fn no_whole_number(input: Input<'_, '_>, faults: &mut Faults) {
    let quoted =
        matches!(input.node.plain(), Some(Plain::Text(text)) if text.parse::<i64>().is_ok());
    let found = faults.wrong_type(input, "a whole number");
    if quoted {
        found.hint = Some("write the number without quotes".to_owned());
    }
}

impl Decode for f64 {
    fn decode(input: Input<'_, '_>, faults: &mut Faults) -> Option<Self> {
        match input.node.plain() {
            Some(Plain::Float(value)) if value.is_finite() => Some(value),
            #[expect(clippy::cast_precision_loss, reason = "bounds of parameters can bear it")]
            Some(Plain::Integer(Some(value))) => Some(value as Self),
            Some(Plain::Integer(None) | Plain::Float(_)) => {
                faults.bad_value(input, "no finite number", "write a number");
                None
            }
            _ => {
                faults.wrong_type(input, "a number");
                None
            }
        }
    }
}

impl<T: Decode> Decode for Spanned<T> {
    fn decode(input: Input<'_, '_>, faults: &mut Faults) -> Option<Self> {
        T::decode(input, faults).map(|value| Self::new(value, input.place))
    }
}

impl<T: Decode> Decode for Box<T> {
    fn decode(input: Input<'_, '_>, faults: &mut Faults) -> Option<Self> {
        T::decode(input, faults).map(Self::new)
    }
}

/// Faulty entries are left out.
impl<T: Decode> Decode for Vec<T> {
    fn decode(input: Input<'_, '_>, faults: &mut Faults) -> Option<Self> {
        list(input, faults, T::decode)
    }
}

/// A list whose entries a function reads; faulty ones are left out.
pub(super) fn list<T>(
    input: Input<'_, '_>,
    faults: &mut Faults,
    mut each: impl FnMut(Input<'_, '_>, &mut Faults) -> Option<T>,
) -> Option<Vec<T>> {
    match &input.node.value {
        Value::Sequence(items) => {
            Some(items.iter().filter_map(|item| each(input.item(item), faults)).collect())
        }
        Value::Scalar(_) | Value::Mapping(_) => {
            let hint = "write `[…]`, or one entry a line, each after a dash";
            faults.wrong_type(input, "a list").hint = Some(hint.to_owned());
            None
        }
    }
}

/// A text that people write without quotes where it is a whole number.
pub(super) struct TextOrNumber(pub(super) String);

impl Decode for TextOrNumber {
    fn decode(input: Input<'_, '_>, faults: &mut Faults) -> Option<Self> {
        let digits = input.raw().filter(|text| {
            matches!(input.node.plain(), Some(Plain::Integer(_)))
                && text.bytes().all(|byte| byte.is_ascii_digit())
        });
        match digits {
            Some(digits) => Some(Self(digits.to_owned())),
            None => String::decode(input, faults).map(Self),
        }
    }
}

/// A list, or its only entry by itself.
pub(super) struct OneOrMore<T>(pub(super) Vec<T>);

impl<T: Decode> Decode for OneOrMore<T> {
    fn decode(input: Input<'_, '_>, faults: &mut Faults) -> Option<Self> {
        let only = matches!(input.node.value, Value::Scalar(_)) && !input.node.is_null();
        if only {
            return T::decode(input, faults).map(|one| Self(vec![one]));
        }
        Vec::decode(input, faults).map(Self)
    }
}

/// Faulty entries are left out.
impl<T: Decode> Decode for BTreeMap<String, T> {
    fn decode(input: Input<'_, '_>, faults: &mut Faults) -> Option<Self> {
        let entries = named(input, faults)?;
        Some(
            entries
                .iter()
                .filter_map(|entry| {
                    Some((entry.key.to_string(), T::decode(Input::of(entry), faults)?))
                })
                .collect(),
        )
    }
}

/// The entries of a map whose keys are names.
pub(super) fn named<'n, 't>(
    input: Input<'n, 't>,
    faults: &mut Faults,
) -> Option<&'n [crate::tree::Entry<'t>]> {
    let entries = input.node.entries();
    if entries.is_none() {
        faults.wrong_type(input, "a mapping by name");
    }
    entries
}

/// Any value; what JSON cannot write is refused.
impl Decode for serde_json::Value {
    fn decode(input: Input<'_, '_>, faults: &mut Faults) -> Option<Self> {
        check_numbers(input, faults).then(|| input.node.to_json())
    }
}

/// A map of any values.
impl Decode for serde_json::Map<String, serde_json::Value> {
    fn decode(input: Input<'_, '_>, faults: &mut Faults) -> Option<Self> {
        named(input, faults)?;
        match serde_json::Value::decode(input, faults)? {
            serde_json::Value::Object(map) => Some(map),
            _ => None,
        }
    }
}

/// Reports numbers that are not finite or need more than 64 bits.
fn check_numbers(input: Input<'_, '_>, faults: &mut Faults) -> bool {
    let before = faults.diagnostics.len();
    match &input.node.value {
        Value::Sequence(items) => {
            for item in items {
                check_numbers(input.item(item), faults);
            }
        }
        Value::Mapping(entries) => {
            for entry in entries {
                check_numbers(Input::of(entry), faults);
            }
        }
        Value::Scalar(scalar) => match scalar.plain() {
            Plain::Integer(None) => {
                let hint = format!("quote it: \"{}\"", scalar.text);
                faults.bad_value(input, "too large a number", &hint);
            }
            Plain::Float(value) if !value.is_finite() => {
                faults.bad_value(input, "no finite number", "quote it if it is a text");
            }
            _ => {}
        },
    }
    faults.diagnostics.len() == before
}

/// Reports a list that must have an entry and has none.
pub(super) fn not_empty<T>(list: &[T], input: Option<Input<'_, '_>>, faults: &mut Faults) {
    if let Some(input) = input
        && list.is_empty()
        && matches!(&input.node.value, Value::Sequence(items) if items.is_empty())
    {
        let message = format!("{} needs at least one entry", input.name());
        faults.hinted(Code::BadValue, input.place, message, "add an entry, or leave the key out");
    }
}
