//! What a plain scalar is: the core schema of YAML 1.2.2, section 10.3.2.
//!
//! `no`, `on`, `off` and `yes` are texts. Numbers keep their text beside
//! their value, since `1.10` is a version and not 1.1.

use super::{Scalar, Style};

/// What a scalar is by the core schema.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Plain<'a> {
    /// Nothing.
    Null,
    /// `true` or `false`.
    Boolean(bool),
    /// A whole number; none where it does not fit 64 bits.
    Integer(Option<i64>),
    /// A number with a fraction or an exponent, or `.inf`, `.nan`.
    Float(f64),
    /// Anything else.
    Text(&'a str),
}

impl Scalar<'_> {
    /// What it is by the core schema.
    pub fn plain(&self) -> Plain<'_> {
        match self.style {
            Style::Text => Plain::Text(&self.text),
            Style::Plain => resolve(&self.text),
        }
    }
}

impl Plain<'_> {
    /// The same value as JSON; what JSON cannot write becomes null.
    pub fn to_json(self) -> serde_json::Value {
        match self {
            Self::Null | Self::Integer(None) => serde_json::Value::Null,
            Self::Boolean(value) => value.into(),
            Self::Integer(Some(value)) => value.into(),
            Self::Float(value) => value.into(),
            Self::Text(text) => text.into(),
        }
    }
}

fn resolve(text: &str) -> Plain<'_> {
    let Some(first) = text.bytes().next() else {
        return Plain::Null;
    };
    match first {
        b'~' | b'n' | b'N' if matches!(text, "~" | "null" | "Null" | "NULL") => Plain::Null,
        b't' | b'T' if matches!(text, "true" | "True" | "TRUE") => Plain::Boolean(true),
        b'f' | b'F' if matches!(text, "false" | "False" | "FALSE") => Plain::Boolean(false),
        b'0'..=b'9' | b'+' | b'-' | b'.' => number(text).unwrap_or(Plain::Text(text)),
        _ => Plain::Text(text),
    }
}

fn number(text: &str) -> Option<Plain<'static>> {
    if let Some(digits) = text.strip_prefix("0x") {
        return radix(digits, 16);
    }
    if let Some(digits) = text.strip_prefix("0o") {
        return radix(digits, 8);
    }
    let unsigned = text.strip_prefix(['+', '-']).unwrap_or(text);
    if matches!(text, ".nan" | ".NaN" | ".NAN") {
        return Some(Plain::Float(f64::NAN));
    }
    if matches!(unsigned, ".inf" | ".Inf" | ".INF") {
        let infinity = if text.starts_with('-') { f64::NEG_INFINITY } else { f64::INFINITY };
        return Some(Plain::Float(infinity));
    }
    if !unsigned.is_empty() && unsigned.bytes().all(|byte| byte.is_ascii_digit()) {
        return Some(Plain::Integer(text.parse().ok()));
    }
    is_float(unsigned).then(|| Plain::Float(text.parse().unwrap_or(f64::NAN)))
}

fn radix(digits: &str, radix: u32) -> Option<Plain<'static>> {
    let whole = !digits.is_empty() && digits.chars().all(|digit| digit.is_digit(radix));
    whole.then(|| Plain::Integer(i64::from_str_radix(digits, radix).ok()))
}

/// `( \. [0-9]+ | [0-9]+ ( \. [0-9]* )? ) ( [eE] [-+]? [0-9]+ )?`
fn is_float(unsigned: &str) -> bool {
    let (mantissa, exponent) = match unsigned.split_once(['e', 'E']) {
        Some((mantissa, exponent)) => (mantissa, Some(exponent)),
        None => (unsigned, None),
    };
    let digits = |text: &str| text.bytes().all(|byte| byte.is_ascii_digit());
    let (whole, fraction) = mantissa.split_once('.').unwrap_or((mantissa, ""));
    let exponent_fits = exponent.is_none_or(|exponent| {
        let exponent = exponent.strip_prefix(['+', '-']).unwrap_or(exponent);
        !exponent.is_empty() && digits(exponent)
    });
    let some_digit = !whole.is_empty() || !fraction.is_empty();
    some_digit && digits(whole) && digits(fraction) && exponent_fits
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn core_schema() {
        let texts = [
            "no",
            "on",
            "off",
            "yes",
            "y",
            "nULL",
            "tRUE",
            "1.2.3",
            "1_000",
            "0b1",
            "0x",
            "0o8",
            "-",
            "+",
            ".",
            "e3",
            "1e",
            "12:30",
            "2026-03-02",
            "0xfg",
            "+.",
            ".e1",
            "1.e",
            "-0x1",
            "nan",
            "inf",
        ];
        for text in texts {
            assert_eq!(resolve(text), Plain::Text(text), "{text}");
        }
        for text in ["", "~", "null", "Null", "NULL"] {
            assert_eq!(resolve(text), Plain::Null, "{text}");
        }
        let integers = [("0", 0), ("-7", -7), ("+12", 12), ("007", 7), ("0x1F", 31), ("0o17", 15)];
        for (text, value) in integers {
            assert_eq!(resolve(text), Plain::Integer(Some(value)), "{text}");
        }
        assert_eq!(resolve("99999999999999999999"), Plain::Integer(None));
        let floats =
            [("24.10", 24.1), ("1.", 1.0), (".5", 0.5), ("-1e3", -1000.0), ("1.5E-1", 0.15)];
        for (text, value) in floats {
            assert_eq!(resolve(text), Plain::Float(value), "{text}");
        }
        assert_eq!(resolve("-.inf"), Plain::Float(f64::NEG_INFINITY));
        assert!(matches!(resolve(".nan"), Plain::Float(value) if value.is_nan()));
    }
}
