//! Compiled regular expressions, kept between checks since compiling costs more than matching.

use std::collections::HashMap;

use regex::bytes::{Regex, RegexBuilder};

/// How many are kept; what comes beyond empties the store.
const KEPT: usize = 256;
/// The largest compiled form, in bytes.
const LARGEST: usize = 1024 * 1024;

/// The expressions of the checks so far.
#[derive(Debug, Default)]
pub struct Patterns(HashMap<String, Regex>);

impl Patterns {
    /// The version in `text`: the group named `version`, else the whole match.
    /// None where nothing matches; a message where the expression is none.
    pub fn version(&mut self, pattern: &str, text: &[u8]) -> Result<Option<String>, String> {
        let regex = self.compiled(pattern)?;
        let Some(found) = regex.captures(text) else { return Ok(None) };
        let part = found.name("version").or_else(|| found.get(0));
        let version = part.map(|part| String::from_utf8_lossy(part.as_bytes()).trim().to_owned());
        Ok(version.filter(|version| !version.is_empty()))
    }

    /// Drops everything that was kept.
    pub fn clear(&mut self) {
        self.0 = HashMap::new();
    }

    /// An expression, compiled.
    ///
    /// # Errors
    /// Where it is none, for people.
    pub fn compiled(&mut self, pattern: &str) -> Result<&Regex, String> {
        if !self.0.contains_key(pattern) {
            let regex = RegexBuilder::new(pattern)
                .size_limit(LARGEST)
                .build()
                .map_err(|error| format!("`{pattern}` is no regular expression: {error}"))?;
            if self.0.len() >= KEPT {
                self.0.clear();
            }
            self.0.insert(pattern.to_owned(), regex);
        }
        Ok(&self.0[pattern])
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_named_group_or_the_whole_match() {
        let mut patterns = Patterns::default();
        for (pattern, text, expected) in [
            (r"version (?P<version>\d+\.\d+)", "app version 24.1 (x64)", Some("24.1")),
            (r"\d+\.\d+", "app version 24.1 (x64)", Some("24.1")),
            (r"(?m)^v(?<version>.*)$", "name\nv1.2.3\r\nend", Some("1.2.3")),
            (r"nothing", "app", None),
            (r"x*", "app", None),
        ] {
            assert_eq!(
                patterns.version(pattern, text.as_bytes()),
                Ok(expected.map(str::to_owned)),
                "{pattern}"
            );
        }
        assert!(patterns.version("(", b"").is_err());
        assert_eq!(
            patterns.version(r"v(?P<version>\d)", b"\xff\xfev3\xff"),
            Ok(Some("3".to_owned()))
        );
    }
}
