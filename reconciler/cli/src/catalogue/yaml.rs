//! Writing YAML: a small tree with an order, and its canonical layout.
//!
//! Owns quoting: what YAML could read as something else than the text that is
//! meant stands in quotes. Reading is `ordain-schema`'s.

use std::fmt::Write as _;

/// A value to write.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Yaml {
    /// A text, in quotes where it needs them.
    Text(String),
    /// A text that stands in quotes in any case: versions.
    Quoted(String),
    /// A word, number or boolean that is written as it is.
    Word(String),
    /// A list; on one line where it is short and of scalars.
    List(Vec<Yaml>),
    /// A mapping over several lines.
    Map(Vec<(String, Yaml)>),
    /// A mapping on one line.
    Row(Vec<(String, Yaml)>),
}

/// How wide a list on one line may be.
const WIDTH: usize = 80;

impl Yaml {
    /// A text.
    pub(crate) fn text(text: impl Into<String>) -> Self {
        Self::Text(text.into())
    }

    /// A word of the language.
    pub(crate) fn word(text: impl Into<String>) -> Self {
        Self::Word(text.into())
    }

    /// A mapping over several lines.
    pub(crate) fn map<const N: usize>(entries: [(&str, Yaml); N]) -> Self {
        Self::Map(entries.map(|(key, value)| (key.to_owned(), value)).into())
    }

    /// A mapping on one line.
    pub(crate) fn row<const N: usize>(entries: [(&str, Yaml); N]) -> Self {
        Self::Row(entries.map(|(key, value)| (key.to_owned(), value)).into())
    }

    /// The value on one line.
    pub(crate) fn flow(&self) -> String {
        let inside = |entries: &[(String, Self)]| {
            let entries =
                entries.iter().map(|(key, value)| format!("{}: {}", text(key), value.flow()));
            entries.collect::<Vec<_>>().join(", ")
        };
        match self {
            Self::Text(plain) => text(plain),
            Self::Quoted(plain) => double(plain),
            Self::Word(word) => word.clone(),
            Self::List(items) => {
                format!("[{}]", items.iter().map(Self::flow).collect::<Vec<_>>().join(", "))
            }
            Self::Map(entries) | Self::Row(entries) => format!("{{{}}}", inside(entries)),
        }
    }

    /// Whether it stands on the line of its key.
    fn is_short(&self) -> bool {
        match self {
            Self::Text(_) | Self::Quoted(_) | Self::Word(_) | Self::Row(_) => true,
            Self::List(items) => {
                let scalar =
                    |item: &Self| !matches!(item, Self::Map(_) | Self::Row(_) | Self::List(_));
                items.iter().all(scalar) && self.flow().len() <= WIDTH
            }
            Self::Map(entries) => entries.is_empty(),
        }
    }

    /// Writes it behind a key or a dash, whose column is `column`.
    fn behind(&self, out: &mut String, column: usize) {
        if self.is_short() {
            let _ = writeln!(out, " {}", self.flow());
            return;
        }
        out.push('\n');
        self.block(out, column + 2);
    }

    /// Writes it over several lines, each from a column on.
    pub(crate) fn block(&self, out: &mut String, column: usize) {
        match self {
            Self::Map(entries) => entries.iter().for_each(|(key, value)| {
                let _ = write!(out, "{:column$}{}:", "", text(key));
                value.behind(out, column);
            }),
            Self::List(items) => items.iter().for_each(|item| {
                let mut inner = String::new();
                let deep = match item {
                    Self::Map(_) | Self::List(_) if !item.is_short() => {
                        item.block(&mut inner, column + 2);
                        inner.trim_start_matches(' ')
                    }
                    _ => {
                        let _ = writeln!(inner, "{}", item.flow());
                        inner.as_str()
                    }
                };
                let _ = write!(out, "{:column$}- {deep}", "");
            }),
            short => {
                let _ = writeln!(out, "{:column$}{}", "", short.flow());
            }
        }
    }
}

/// A text as YAML, in quotes where it needs them.
fn text(plain: &str) -> String {
    if is_plain(plain) {
        return plain.to_owned();
    }
    let single = !plain.chars().any(|sign| sign.is_control() || is_odd(sign));
    if single && plain.contains(['\\', '"', '{', '[']) {
        return format!("'{}'", plain.replace('\'', "''"));
    }
    double(plain)
}

/// Signs that not every reader takes as they are.
fn is_odd(sign: char) -> bool {
    matches!(sign, '\u{2028}' | '\u{2029}' | '\u{feff}' | '\u{85}')
}

/// A text in double quotes.
pub(crate) fn double(plain: &str) -> String {
    let mut out = String::from('"');
    for sign in plain.chars() {
        match sign {
            '"' | '\\' => out.extend(['\\', sign]),
            '\n' => out.push_str("\\n"),
            '\t' => out.push_str("\\t"),
            sign if sign.is_control() || is_odd(sign) => {
                let _ = write!(out, "\\u{:04x}", u32::from(sign));
            }
            sign => out.push(sign),
        }
    }
    out.push('"');
    out
}

/// Whether a text may stand without quotes, in brackets too, and is read as
/// that text.
fn is_plain(plain: &str) -> bool {
    let inner = |sign: char| sign.is_alphanumeric() || " ._/+()@=~%&;$^-".contains(sign);
    let next = plain.chars().skip(1).map(Some).chain([None]);
    let begun = plain.trim_start_matches('-').starts_with(char::is_alphabetic);
    let fits = (begun || plain.starts_with(|sign: char| sign.is_alphanumeric() || sign == '/'))
        && !plain.ends_with(' ')
        && plain.chars().zip(next).all(|(sign, next)| {
            let goes_on = next.is_some_and(|next| next.is_alphanumeric() || next == '/');
            inner(sign) || (sign == ':' && goes_on)
        });
    let lower = plain.to_ascii_lowercase();
    let reserved = ["null", "true", "false", "yes", "no", "on", "off", "y", "n"];
    fits && !reserved.contains(&lower.as_str()) && !looks_like_a_number(&lower)
}

/// Whether some reader of YAML could take it for a number or a date.
fn looks_like_a_number(text: &str) -> bool {
    let digits = text.starts_with(|sign: char| sign.is_ascii_digit());
    digits
        && (text.parse::<f64>().is_ok()
            || ["0x", "0o", "0b"].iter().any(|prefix| text.starts_with(prefix))
            || text.chars().all(|sign| sign.is_ascii_digit() || "-:._e+".contains(sign)))
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "a test that cannot prepare its world has failed")]
mod tests {
    use ordain_schema::tree::{self, Plain};

    use super::*;

    /// Texts are read back as they were, bare and inside brackets.
    #[test]
    fn what_is_written_is_read() {
        let texts = [
            "",
            " ",
            "a",
            "no",
            "Null",
            "1.10",
            "1e5",
            "0x1f",
            "12:30",
            "2024-01-01",
            "7zip",
            "C:\\Program Files\\x",
            "it's",
            "a: b",
            "a #b",
            "- a",
            "#x",
            "{a}",
            "[a",
            "a,b",
            "*a",
            "&a",
            "!a",
            "%a",
            "@a",
            "`a",
            "|",
            ">",
            "a\nb",
            "tab\there",
            "https://example.org/a?b=c#d",
            "http://x:80/",
            "ä ö",
            "日本: x",
            "\u{2028}",
            "\u{7}",
            "\"q\"",
            "'q'",
            "a:",
            ":a",
            "~",
            "a b ",
            "é:é",
            "+1",
            "-1",
            ".5",
            "=",
            "<<",
            "a\\b\"c'd",
        ];
        for one in texts {
            let value = Yaml::map([
                ("block", Yaml::text(one)),
                (
                    "flow",
                    Yaml::row([
                        ("key", Yaml::text(one)),
                        ("list", Yaml::List(vec![Yaml::text(one)])),
                    ]),
                ),
                ("quoted", Yaml::Quoted(one.to_owned())),
            ]);
            let mut out = String::new();
            value.block(&mut out, 0);
            let (nodes, faults) = tree::yaml(&out);
            assert!(faults.is_empty(), "{one:?}: {faults:?}\n{out}");
            let root = &nodes[0];
            let flow = root.get("flow").unwrap();
            let list = match &flow.get("list").unwrap().value {
                tree::Value::Sequence(items) => &items[0],
                _ => panic!("{out}"),
            };
            for node in [
                root.get("block").unwrap(),
                flow.get("key").unwrap(),
                list,
                root.get("quoted").unwrap(),
            ] {
                assert_eq!(node.plain(), Some(Plain::Text(one)), "{out}");
            }
        }
    }

    /// The layout is the canonical one.
    #[test]
    fn what_is_written_is_laid_out_already() {
        let value = Yaml::map([
            ("name", Yaml::text("x")),
            (
                "list",
                Yaml::List(vec![
                    Yaml::map([
                        ("version", Yaml::Quoted("1".into())),
                        (
                            "of",
                            Yaml::List(vec![Yaml::map([
                                ("url", Yaml::text("https://example.org/x")),
                                ("arch", Yaml::word("x64")),
                            ])]),
                        ),
                    ]),
                    Yaml::row([("os", Yaml::word("windows"))]),
                    Yaml::text("plain"),
                ]),
            ),
            ("args", Yaml::List(vec![Yaml::text("/S"), Yaml::text("/D=C:\\x")])),
            ("long", Yaml::List((0..20).map(|n| Yaml::text(format!("argument-{n}"))).collect())),
        ]);
        let mut out = String::new();
        value.block(&mut out, 0);
        assert_eq!(ordain_schema::format(&out).unwrap(), out);
        let expected = "name: x\nlist:\n  - version: \"1\"\n    of:\n      - url: https://example.org/x\n        arch: x64\n  - {os: windows}\n  - plain\nargs: [/S, '/D=C:\\x']\nlong:\n  - argument-0\n";
        assert!(out.starts_with(expected), "{out}");
    }
}
