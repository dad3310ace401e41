//! Hiding secrets in what a process prints, as it comes.
//!
//! Bytes are held back for as long as they may be the beginning of a secret,
//! so that one that arrives in pieces is hidden like any other. Overlapping
//! secrets are hidden together.

use std::borrow::Cow;
use std::fmt;

/// What stands in the place of a secret.
const MASK: &[u8] = b"***";
/// Lines of a secret of several lines are hidden by themselves from this length on, in bytes.
const LINE: usize = 4;

/// The texts to hide. It prints none of them.
#[derive(Clone, Default, PartialEq, Eq)]
pub struct Mask {
    texts: Vec<Vec<u8>>,
    longest: usize,
    starts: Vec<u8>,
}

impl Mask {
    /// Hides these values, as they are, as they stand in JSON, and line by line.
    pub fn of<'v>(values: impl IntoIterator<Item = &'v [u8]>) -> Self {
        let mut texts = Vec::new();
        for value in values {
            texts.push(value.to_vec());
            texts.push(value.trim_ascii().to_vec());
            let lines = value.split(|byte| matches!(byte, b'\n' | b'\r'));
            texts.extend(lines.filter(|line| line.len() >= LINE).map(<[u8]>::to_vec));
            if let Ok(text) = str::from_utf8(value) {
                let quoted = serde_json::Value::from(text).to_string();
                texts.push(quoted.as_bytes()[1..quoted.len() - 1].to_vec());
            }
        }
        texts.retain(|text| !text.is_empty());
        texts.sort();
        texts.dedup();
        let longest = texts.iter().map(Vec::len).max().unwrap_or(0);
        let mut starts: Vec<u8> = texts.iter().map(|text| text[0]).collect();
        starts.dedup();
        Self { texts, longest, starts }
    }

    /// Whether there is nothing to hide.
    pub fn is_empty(&self) -> bool {
        self.texts.is_empty()
    }

    /// A whole text with the values hidden.
    pub fn hide(&self, text: &str) -> String {
        if self.is_empty() {
            return text.to_owned();
        }
        let mut stream = Masked::new(self);
        let mut hidden = stream.take(text.as_bytes()).into_owned();
        hidden.extend(stream.rest());
        String::from_utf8_lossy(&hidden).into_owned()
    }

    /// How long the longest text is that begins here.
    fn matched(&self, bytes: &[u8]) -> usize {
        if bytes.first().is_none_or(|first| !self.starts.contains(first)) {
            return 0;
        }
        let found = self.texts.iter().filter(|text| bytes.starts_with(text));
        found.map(Vec::len).max().unwrap_or(0)
    }
}

impl fmt::Debug for Mask {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Mask({})", self.texts.len())
    }
}

/// Hides nothing.
pub static NOTHING: Mask = Mask { texts: Vec::new(), longest: 0, starts: Vec::new() };

/// One stream with values hidden.
#[derive(Debug)]
pub struct Masked<'m> {
    mask: &'m Mask,
    /// What may be the beginning of a secret.
    held: Vec<u8>,
    /// How many of the next bytes belong to a secret.
    covered: usize,
    /// Whether the mask of that secret stands already.
    shown: bool,
}

impl<'m> Masked<'m> {
    /// A stream from its beginning.
    pub fn new(mask: &'m Mask) -> Self {
        Self { mask, held: Vec::new(), covered: 0, shown: false }
    }

    /// What may be shown of the stream after these bytes.
    pub fn take<'b>(&mut self, bytes: &'b [u8]) -> Cow<'b, [u8]> {
        if self.mask.is_empty() {
            return Cow::Borrowed(bytes);
        }
        self.held.extend_from_slice(bytes);
        let sure = (self.held.len() + 1).saturating_sub(self.mask.longest);
        Cow::Owned(self.show(sure))
    }

    /// What is left at the end of the stream.
    pub fn rest(&mut self) -> Vec<u8> {
        self.show(self.held.len())
    }

    /// The stream goes on elsewhere: what follows may be the end of a secret,
    /// whose beginning nobody saw. Gives what is left before the gap.
    pub fn gap(&mut self) -> Vec<u8> {
        let rest = self.rest();
        (self.covered, self.shown) = (self.mask.longest.saturating_sub(1), false);
        rest
    }

    fn show(&mut self, count: usize) -> Vec<u8> {
        let mut shown = Vec::with_capacity(count);
        for at in 0..count {
            self.covered = self.covered.max(self.mask.matched(&self.held[at..]));
            if self.covered == 0 {
                self.shown = false;
                shown.push(self.held[at]);
                continue;
            }
            if !self.shown {
                shown.extend_from_slice(MASK);
                self.shown = true;
            }
            self.covered -= 1;
        }
        self.held.drain(..count);
        shown
    }
}

#[cfg(test)]
mod tests {
    use rand::rngs::StdRng;
    use rand::{Rng as _, SeedableRng as _};

    use super::*;

    fn hide(values: &[&str], text: &str) -> String {
        Mask::of(values.iter().map(|value| value.as_bytes())).hide(text)
    }

    #[test]
    fn values_are_hidden_as_they_are_in_json_and_by_line() {
        for (values, text, hidden) in [
            (&["s3cret"][..], "the s3cret, s3cret.", "the ***, ***."),
            (&["s3cret"], "s3cre t", "s3cre t"),
            (&["ab\"c"], r#"{"a": "ab\"c"} ab"c"#, r#"{"a": "***"} ***"#),
            (&["line one\nline two\n"], "> line one\n> line two", "> ***\n> ***"),
            (&["abc", "abcdef"], "abcdef abcd", "*** ***d"),
            (&["abcX", "cXyz"], "abcXyz!", "***!"),
            (&["aa"], "aaaaa-", "***-"),
            (&[""], "text", "text"),
            (&[], "text", "text"),
        ] {
            assert_eq!(hide(values, text), hidden, "{values:?} in {text:?}");
        }
        assert_eq!(format!("{:?}", Mask::of([&b"s3cret"[..]])), "Mask(1)");
    }

    #[test]
    fn pieces_make_no_difference() {
        for seed in 0..200 {
            let mut random = StdRng::seed_from_u64(seed);
            let letter = |random: &mut StdRng| random.random_range(b'a'..b'd');
            let text: Vec<u8> = (0..200).map(|_| letter(&mut random)).collect();
            let length = random.random_range(1..6);
            let values: Vec<Vec<u8>> =
                (0..3).map(|_| (0..length).map(|_| letter(&mut random)).collect()).collect();
            let mask = Mask::of(values.iter().map(Vec::as_slice));
            let whole = mask.hide(str::from_utf8(&text).expect("letters"));
            let mut stream = Masked::new(&mask);
            let mut shown: Vec<u8> = Vec::new();
            let mut rest = text.as_slice();
            while !rest.is_empty() {
                let (piece, after) = rest.split_at(random.random_range(1..=rest.len().min(9)));
                shown.extend_from_slice(&stream.take(piece));
                rest = after;
            }
            shown.extend(stream.rest());
            assert_eq!(String::from_utf8_lossy(&shown), whole, "seed {seed}");
            for value in &values {
                let found = memchr::memmem::find(whole.as_bytes(), value);
                assert_eq!(found, None, "seed {seed}: {whole}");
            }
        }
    }

    #[test]
    fn behind_a_gap_the_end_of_a_secret_is_hidden_too() {
        let mask = Mask::of([&b"s3cret"[..]]);
        let mut stream = Masked::new(&mask);
        let mut shown = stream.take(b"a s3c").into_owned();
        shown.extend(stream.gap());
        shown.extend_from_slice(&stream.take(b"s3cret and more"));
        shown.extend(stream.rest());
        assert_eq!(String::from_utf8_lossy(&shown), "a s3c*** and more");
    }
}
