//! Values of parameters against their declaration, and who gives them.
//!
//! Says what is wrong with a value in words; where it stands and what is to
//! be reported is the business of `check`. `settle` finds the value that holds,
//! `computed` works out those that depend on the computer.

mod computed;
mod settle;

pub use computed::{Computed, OnComputer, computed_values, settle_on, undecided};
pub use settle::{Given, Giver, MissingValue, Recipient, declared, missing, missing_one, settle};

use ordain_schema::document::{Parameter, ParameterType};
use regex::Regex;
use serde_json::Value;

/// Why a value does not fit its parameter, for people; what is computed fits
/// or not on each computer.
pub fn fault(parameter: &Parameter, value: &Value) -> Option<String> {
    if computed(value).is_some() {
        return None;
    }
    if let Some(why) = type_fault(parameter.kind, value) {
        return Some(why);
    }
    match (parameter.kind, value) {
        (ParameterType::Select, Value::String(text)) => {
            let offered = parameter.values.contains(text);
            (!offered).then(|| format!("`{text}` is none of {}", listed(&parameter.values)))
        }
        (ParameterType::Integer | ParameterType::Number, Value::Number(number)) => {
            bounds_fault(parameter, number.as_f64()?)
        }
        (ParameterType::String | ParameterType::Uri | ParameterType::File, Value::String(text)) => {
            pattern_fault(parameter, text)
        }
        _ => None,
    }
}

/// The name of the secret that a value refers to.
pub fn secret(value: &Value) -> Option<&str> {
    let map = value.as_object().filter(|map| map.len() == 1)?;
    map.get("secret")?.as_str()
}

/// The expression that a value is computed by: `{cel: TEXT}`.
pub fn computed(value: &Value) -> Option<&str> {
    let map = value.as_object().filter(|map| map.len() == 1)?;
    map.get("cel")?.as_str()
}

/// The names of all secrets that a value refers to, at any depth.
pub fn secrets(value: &Value) -> Vec<&str> {
    if let Some(name) = secret(value) {
        return vec![name];
    }
    match value {
        Value::Object(map) => map.values().flat_map(secrets).collect(),
        Value::Array(values) => values.iter().flat_map(secrets).collect(),
        _ => Vec::new(),
    }
}

/// The value with what stands for a secret replaced, at any depth; `given` has
/// a text for the name of each.
///
/// # Errors
/// Those of `given`.
pub fn filled<E>(
    value: &Value,
    given: &mut impl FnMut(&str) -> Result<String, E>,
) -> Result<Value, E> {
    if let Some(name) = secret(value) {
        return given(name).map(Value::String);
    }
    Ok(match value {
        Value::Object(map) => {
            let each = map.iter().map(|(key, one)| Ok((key.clone(), filled(one, given)?)));
            Value::Object(each.collect::<Result<_, E>>()?)
        }
        Value::Array(values) => {
            let each = values.iter().map(|one| filled(one, given));
            Value::Array(each.collect::<Result<_, E>>()?)
        }
        other => other.clone(),
    })
}

/// The variable of a parameter: `ORDAIN_PARAM_<NAME>`, upper case with
/// everything but letters and digits as underscores.
pub fn variable(name: &str) -> String {
    let letter = |c: char| if c.is_ascii_alphanumeric() { c.to_ascii_uppercase() } else { '_' };
    format!("ORDAIN_PARAM_{}", name.chars().map(letter).collect::<String>())
}

/// A value as scripts receive it: texts as they are, everything else as JSON.
pub fn text(value: &Value) -> String {
    match value {
        Value::String(text) => text.clone(),
        other => other.to_string(),
    }
}

/// A type in words, with its article.
pub const fn described(kind: ParameterType) -> &'static str {
    match kind {
        ParameterType::String => "a text",
        ParameterType::Integer => "a whole number",
        ParameterType::Number => "a number",
        ParameterType::Boolean => "`true` or `false`",
        ParameterType::Select => "one of its values",
        ParameterType::Secret => "a secret, written `{secret: NAME}`",
        ParameterType::File => "the name of a file",
        ParameterType::Uri => "an absolute URI",
        ParameterType::Map => "a map, written `{value: {…}}`",
    }
}

fn type_fault(kind: ParameterType, value: &Value) -> Option<String> {
    let fits = match kind {
        ParameterType::String | ParameterType::Select => value.is_string(),
        ParameterType::File => value.as_str().is_some_and(|name| !name.is_empty()),
        ParameterType::Integer => value.is_i64() || value.is_u64(),
        ParameterType::Number => value.is_number(),
        ParameterType::Boolean => value.is_boolean(),
        ParameterType::Secret => secret(value).is_some(),
        ParameterType::Uri => value.as_str().is_some_and(is_uri),
        ParameterType::Map => value.is_object(),
    };
    (!fits).then(|| format!("{} is not {}", written(value), described(kind)))
}

/// A scheme, a colon, and no blanks, as RFC 3986 has it.
fn is_uri(text: &str) -> bool {
    let Some((scheme, rest)) = text.split_once(':') else {
        return false;
    };
    let mut letters = scheme.bytes();
    letters.next().is_some_and(|first| first.is_ascii_alphabetic())
        && letters.all(|byte| byte.is_ascii_alphanumeric() || b"+.-".contains(&byte))
        && !rest.is_empty()
        && !rest.chars().any(|c| c.is_whitespace() || c.is_control())
}

fn bounds_fault(parameter: &Parameter, number: f64) -> Option<String> {
    match (parameter.minimum, parameter.maximum) {
        (Some(least), _) if number < least => Some(format!("{number} is less than {least}")),
        (_, Some(greatest)) if number > greatest => {
            Some(format!("{number} is more than {greatest}"))
        }
        _ => None,
    }
}

fn pattern_fault(parameter: &Parameter, text: &str) -> Option<String> {
    let pattern = parameter.pattern.as_ref()?;
    let whole = Regex::new(&format!("^(?:{})$", pattern.value)).ok()?;
    (!whole.is_match(text)).then(|| format!("`{text}` does not match `{}`", pattern.value))
}

fn written(value: &Value) -> String {
    match value {
        _ if secret(value).is_some() => "a secret".to_owned(),
        Value::Object(_) => "a map".to_owned(),
        Value::Array(_) => "a list".to_owned(),
        Value::String(text) => format!("the text `{text}`"),
        Value::Null => "null".to_owned(),
        Value::Bool(_) | Value::Number(_) => format!("`{value}`"),
    }
}

fn listed(values: &[String]) -> String {
    let quoted: Vec<String> = values.iter().map(|value| format!("`{value}`")).collect();
    quoted.join(", ")
}

#[cfg(test)]
mod tests {
    use ordain_schema::{Span, Spanned};
    use serde_json::json;

    use super::*;

    fn declared(kind: ParameterType) -> Parameter {
        Parameter {
            kind,
            required: false,
            default: None,
            values: vec!["left".to_owned(), "right".to_owned()],
            pattern: None,
            minimum: Some(1.0),
            maximum: Some(9.0),
            description: None,
        }
    }

    #[test]
    fn types() {
        use ParameterType::{Boolean, File, Integer, Map, Number, Secret, Select, String, Uri};
        let cases = [
            (String, json!("x"), true),
            (String, json!(1), false),
            (Integer, json!(9), true),
            (Integer, json!(1.5), false),
            (Integer, json!(10), false),
            (Integer, json!(0), false),
            (Integer, json!("5"), false),
            (Number, json!(1.5), true),
            (Number, json!(9.1), false),
            (Boolean, json!(true), true),
            (Boolean, json!("yes"), false),
            (Select, json!("left"), true),
            (Select, json!("top"), false),
            (Secret, json!({"secret": "key"}), true),
            (Secret, json!("key"), false),
            (String, json!({"secret": "key"}), false),
            (File, json!("a.txt"), true),
            (File, json!(""), false),
            (Uri, json!("https://a.example/x"), true),
            (Uri, json!("urn:x:y"), true),
            (Uri, json!("a.example/x"), false),
            (Uri, json!("https://a b"), false),
            (Map, json!({"a": 1}), true),
            (Map, json!([1]), false),
            (String, json!(null), false),
        ];
        for (kind, value, fits) in cases {
            let said = fault(&declared(kind), &value);
            assert_eq!(said.is_none(), fits, "{kind:?} {value} {said:?}");
        }
    }

    #[test]
    fn a_pattern_is_for_the_whole_text() {
        let pattern = Some(Spanned::new("[a-z]+|x1".to_owned(), Span::default()));
        let parameter = Parameter { pattern, ..declared(ParameterType::String) };
        assert_eq!(fault(&parameter, &json!("abc")), None);
        assert_eq!(fault(&parameter, &json!("x1")), None);
        assert_eq!(
            fault(&parameter, &json!("abc1")),
            Some("`abc1` does not match `[a-z]+|x1`".to_owned())
        );
    }
}
