//! A line of a text file, in bytes: the rest of the file stays as it is, with
//! its own ends of lines.

use std::ops::Range;

use ordain_core::order::Line;
use regex::bytes::Regex;

use super::file::{PLAIN, gone};
use super::ground::{Ground, read};
use super::write::{self, Fresh, Owner};
use super::{Changes, Fault, Shift, Way, changes};
use crate::detect::patterns::Patterns;

impl Shift<'_, '_> {
    pub(super) fn line(
        &mut self,
        ground: &Ground,
        line: &Line,
        present: bool,
        way: Way,
    ) -> Result<Changes, Fault> {
        let (path, settings) = (&line.path, &mut *self.settings);
        let opened = ground.open(path)?;
        settings.buffer.clear();
        let (handle, stat) = match opened {
            Some((mut handle, stat)) => {
                read(&mut handle, &stat, path, &mut settings.buffer)?;
                (Some(handle), Some(stat))
            }
            None if !present => return Ok(Changes::new()),
            None => (None, None),
        };
        let shown = stat.as_ref().is_none_or(|stat| changes::is_open(stat.st_mode));
        let edit = Edit { text: &settings.buffer, shown };
        let edited = if present {
            edit.present(line, &mut settings.patterns)?
        } else {
            edit.absent(line, &mut settings.patterns)?
        };
        let Some((content, mut found)) = edited else { return Ok(Changes::new()) };
        if stat.is_none() {
            found.insert(0, format!("is made, mode {PLAIN:04o}"));
        }
        if way == Way::Set {
            let spot = ground.spot(path)?.ok_or_else(|| gone(path))?;
            let mode = stat.as_ref().map_or(PLAIN, |stat| stat.st_mode & 0o7777);
            let owner = stat.as_ref().map_or_else(Owner::default, Owner::of);
            let fresh = Fresh { content: &content, mode, owner, old: handle.as_ref() };
            write::replace(&spot, &fresh)?;
        }
        Ok(found)
    }
}

/// A file's text, and whether its lines may stand in a log.
struct Edit<'t> {
    text: &'t [u8],
    shown: bool,
}

/// A new content and what is told of it; none where nothing changes.
type Edited = Option<(Vec<u8>, Changes)>;

impl Edit<'_> {
    fn present(&self, line: &Line, patterns: &mut Patterns) -> Result<Edited, Fault> {
        let Some(wished) = line.line.as_deref() else {
            return Err(Fault::Failed("it says no line".to_owned()));
        };
        let replaced = match line.pattern.as_deref() {
            None => None,
            Some(pattern) => {
                let regex = compiled(patterns, pattern)?;
                if !regex.is_match(wished.as_bytes()) {
                    let why =
                        "`match` does not find the line itself: every run would change another one";
                    return Err(Fault::Failed(why.to_owned()));
                }
                self.last(regex)
            }
        };
        if let Some((number, at)) = replaced {
            let old = bare(&self.text[at.clone()]);
            if old == wished.as_bytes() {
                return Ok(None);
            }
            let mut content = self.text[..at.start].to_vec();
            content.extend(wished.as_bytes());
            content.extend(&self.text[at.start + old.len()..]);
            let told = self.told(&format!("line {number} changes"), Some(old), Some(wished));
            return Ok(Some((content, vec![told])));
        }
        if lines(self.text).any(|(_, at)| bare(&self.text[at]) == wished.as_bytes()) {
            return Ok(None);
        }
        let behind = match line.after.as_deref() {
            Some(pattern) => self.last(compiled(patterns, pattern)?),
            None => None,
        };
        let (number, place) = behind.map_or_else(
            || (lines(self.text).count() + 1, self.text.len()),
            |(number, at)| (number + 1, at.end),
        );
        let end: &[u8] = if self.text.ends_with(b"\r\n") { b"\r\n" } else { b"\n" };
        let mut content = self.text[..place].to_vec();
        if !content.is_empty() && !content.ends_with(b"\n") {
            content.extend(end);
        }
        content.extend(wished.as_bytes());
        content.extend(end);
        content.extend(&self.text[place..]);
        let told = self.told(&format!("line {number} is added"), None, Some(wished));
        Ok(Some((content, vec![told])))
    }

    fn absent(&self, line: &Line, patterns: &mut Patterns) -> Result<Edited, Fault> {
        let regex = match (&line.line, &line.pattern) {
            (Some(_), _) => None,
            (None, Some(pattern)) => Some(compiled(patterns, pattern)?),
            (None, None) => return Err(Fault::Failed("it says no line and no match".to_owned())),
        };
        let (mut content, mut found) = (Vec::new(), Changes::new());
        for (number, at) in lines(self.text) {
            let old = bare(&self.text[at.clone()]);
            let gone = match (&line.line, regex) {
                (Some(line), _) => old == line.as_bytes(),
                (None, Some(regex)) => regex.is_match(old),
                (None, None) => false,
            };
            if gone {
                found.push(self.told(&format!("line {number} is removed"), Some(old), None));
            } else {
                content.extend(&self.text[at]);
            }
        }
        Ok((!found.is_empty()).then_some((content, found)))
    }

    /// The last line that an expression finds, its number from 1.
    fn last(&self, regex: &Regex) -> Option<(usize, Range<usize>)> {
        lines(self.text).filter(|(_, at)| regex.is_match(bare(&self.text[at.clone()]))).last()
    }

    fn told(&self, what: &str, old: Option<&[u8]>, new: Option<&str>) -> String {
        let mut text = what.to_owned();
        if self.shown {
            let old = old.map(String::from_utf8_lossy);
            text.extend(old.map(|old| format!("\n  -{}", changes::one_line(&old))));
            text.extend(new.map(|new| format!("\n  +{}", changes::one_line(new))));
        }
        text
    }
}

fn compiled<'p>(patterns: &'p mut Patterns, pattern: &str) -> Result<&'p Regex, Fault> {
    patterns.compiled(pattern).map_err(Fault::Failed)
}

/// The lines with their ends, numbered from 1.
fn lines(text: &[u8]) -> impl Iterator<Item = (usize, Range<usize>)> {
    let mut start = 0;
    let mut ends = memchr::memchr_iter(b'\n', text).map(|end| end + 1);
    let lines = std::iter::from_fn(move || {
        if start >= text.len() {
            return None;
        }
        let end = ends.next().unwrap_or(text.len());
        let range = start..end;
        start = end;
        Some(range)
    });
    (1..).zip(lines)
}

/// A line without its end.
fn bare(line: &[u8]) -> &[u8] {
    let line = line.strip_suffix(b"\n").unwrap_or(line);
    line.strip_suffix(b"\r").unwrap_or(line)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn wished(line: Option<&str>, pattern: Option<&str>, after: Option<&str>) -> Line {
        let own = |text: Option<&str>| text.map(str::to_owned);
        Line { path: "/x".into(), line: own(line), pattern: own(pattern), after: own(after) }
    }

    fn edited(text: &str, line: &Line, present: bool) -> Option<String> {
        let edit = Edit { text: text.as_bytes(), shown: true };
        let mut patterns = Patterns::default();
        let edited = if present {
            edit.present(line, &mut patterns)
        } else {
            edit.absent(line, &mut patterns)
        };
        let (content, found) = edited.expect("a sound line")?;
        assert!(!found.is_empty());
        Some(String::from_utf8(content).expect("a text"))
    }

    #[test]
    fn a_line_is_added_replaced_or_removed() {
        let plain = wished(Some("b = 2"), None, None);
        let matching = wished(Some("b = 2"), Some(r"^#?\s*b\b"), None);
        let behind = wished(Some("b = 2"), Some(r"^b\b"), Some("^a"));
        let pattern = wished(None, Some("^b"), None);
        for (text, line, present, expected) in [
            ("", &plain, true, Some("b = 2\n")),
            ("a\n", &plain, true, Some("a\nb = 2\n")),
            ("a", &plain, true, Some("a\nb = 2\n")),
            ("a\r\n", &plain, true, Some("a\r\nb = 2\r\n")),
            ("a\nb = 2\nc", &plain, true, None),
            ("a\nb = 2\r\nc", &plain, true, None),
            ("b = 1\n# b = 3\nc\n", &matching, true, Some("b = 1\nb = 2\nc\n")),
            ("b = 1\nb = 2\nc\n", &matching, true, None),
            ("b = 2\nb = 1\n", &matching, true, Some("b = 2\nb = 2\n")),
            ("b = 1", &matching, true, Some("b = 2")),
            ("b = 1\r\nc\r\n", &matching, true, Some("b = 2\r\nc\r\n")),
            ("a\nc\n", &behind, true, Some("a\nb = 2\nc\n")),
            ("a\na2", &behind, true, Some("a\na2\nb = 2\n")),
            ("c\n", &behind, true, Some("c\nb = 2\n")),
            ("b = 2\nc\nb = 2\n", &plain, false, Some("c\n")),
            ("b = 3\n", &plain, false, None),
            ("b = 3\n", &matching, false, None),
            ("b = 3\na\nb", &pattern, false, Some("a\n")),
        ] {
            let found = edited(text, line, present);
            assert_eq!(found.as_deref(), expected, "{text:?} {line:?} {present}");
            let again = edited(found.as_deref().unwrap_or(text), line, present);
            assert_eq!(again, None, "twice: {text:?} {line:?} {present}");
        }
    }

    #[test]
    fn what_would_never_settle_is_refused() {
        let edit = Edit { text: b"b\n", shown: true };
        let line = wished(Some("c"), Some("^b"), None);
        let fault = edit.present(&line, &mut Patterns::default()).expect_err("never settles");
        assert!(fault.to_string().contains("every run would change another one"), "{fault}");
        let broken = wished(Some("c"), Some("("), None);
        assert!(edit.present(&broken, &mut Patterns::default()).is_err());
    }
}
