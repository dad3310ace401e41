//! Paths into JSON: `releases[].version`, `[0].tag_name`, `$.assets[*].url`.
//!
//! A key after a dot or in `['…']`, `[]` or `[*]` for every element, `[N]` for
//! one; `$` at the beginning may stand there. Nothing else of JSONPath.

use serde_json::Value;

/// A step into a value.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Step {
    Key(String),
    Each,
    At(usize),
}

/// Reads a path; none where it has something else in it.
pub(super) fn parse(text: &str) -> Option<Vec<Step>> {
    let mut rest = text.strip_prefix('$').unwrap_or(text);
    let mut steps = Vec::new();
    while !rest.is_empty() {
        if let Some(inner) = rest.strip_prefix('[') {
            let (inside, behind) = inner.split_once(']')?;
            let quoted = inside.strip_prefix('\'').and_then(|inside| inside.strip_suffix('\''));
            steps.push(match (quoted, inside) {
                (Some(key), _) => Step::Key(key.to_owned()),
                (None, "" | "*") => Step::Each,
                (None, number) => Step::At(number.parse().ok()?),
            });
            rest = behind;
            continue;
        }
        let begun = steps.is_empty() && !rest.starts_with('.');
        let key = if begun { rest } else { rest.strip_prefix('.')? };
        let end = key.find(['.', '[']).unwrap_or(key.len());
        if end == 0 {
            return None;
        }
        steps.push(if &key[..end] == "*" { Step::Each } else { Step::Key(key[..end].to_owned()) });
        rest = &key[end..];
    }
    Some(steps)
}

/// The values at a path.
pub(super) fn at<'v>(value: &'v Value, steps: &[Step]) -> Vec<&'v Value> {
    let mut found = vec![value];
    for step in steps {
        found = found
            .into_iter()
            .flat_map(|value| match step {
                Step::Key(key) => value.get(key).into_iter().collect::<Vec<_>>(),
                Step::At(index) => value.get(*index).into_iter().collect(),
                Step::Each => match value {
                    Value::Array(items) => items.iter().collect(),
                    Value::Object(entries) => entries.values().collect(),
                    _ => Vec::new(),
                },
            })
            .collect();
    }
    found
}

/// A scalar as a text.
pub(super) fn text(value: &Value) -> Option<String> {
    match value {
        Value::String(text) => Some(text.trim().to_owned()),
        Value::Number(number) => Some(number.to_string()),
        _ => None,
    }
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "a test that cannot prepare its world has failed")]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn paths_find_what_they_name() {
        let value = json!({"a": [{"b": "1"}, {"b": 2}], "c d": {"e": [true, "x"]}});
        let cases: [(&str, &[&str]); 7] = [
            ("a[].b", &["1", "2"]),
            ("$.a[*].b", &["1", "2"]),
            ("a[1].b", &["2"]),
            ("$['c d'].e[1]", &["x"]),
            ("$['c d'].*[1]", &["x"]),
            ("a[7].b", &[]),
            ("nothing", &[]),
        ];
        for (path, expected) in cases {
            let steps = parse(path).unwrap();
            let found: Vec<String> = at(&value, &steps).into_iter().filter_map(text).collect();
            assert_eq!(found, expected, "{path}");
        }
        for path in ["a..b", "$..b", "a[?(@.x)]", "a[", "a."] {
            assert_eq!(parse(path), None, "{path}");
        }
    }
}
