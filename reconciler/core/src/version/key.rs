//! Bytes that sort as versions do, and the writer that the schemes share.
//!
//! Every scheme writes a sequence of tokens. A token is a mark, which settles
//! the order among kinds of tokens (the end of the version is one of them),
//! and for most marks a body that delimits itself.

use std::fmt;

/// A version's place in its scheme's order. Keys of different schemes must not be compared.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Key(Box<[u8]>);

impl fmt::Debug for Key {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Key({})", self.0.escape_ascii())
    }
}

/// Writes a key.
pub(super) struct Writer(Vec<u8>);

impl Writer {
    pub(super) fn for_text(text: &str) -> Self {
        Self(Vec::with_capacity(text.len() + 8))
    }

    pub(super) fn mark(&mut self, mark: u8) {
        self.0.push(mark);
    }

    /// A number of any size, given by its digits: its length without leading
    /// zeros, then its digits.
    pub(super) fn number(&mut self, digits: &str) {
        let digits = digits.trim_start_matches('0').as_bytes();
        self.count(digits.len());
        self.0.extend_from_slice(digits);
    }

    /// A small number, ascending.
    pub(super) fn count(&mut self, count: usize) {
        match u8::try_from(count) {
            Ok(short) if short < u8::MAX => self.0.push(short),
            _ => {
                self.0.push(u8::MAX);
                self.0.extend_from_slice(&(count as u64).to_be_bytes());
            }
        }
    }

    /// A small number, descending.
    pub(super) fn countdown(&mut self, count: usize) {
        let from = self.0.len();
        self.count(count);
        for byte in &mut self.0[from..] {
            *byte = !*byte;
        }
    }

    /// A text that holds no zero byte: a shorter one sorts before its continuations.
    pub(super) fn text(&mut self, text: &str) {
        self.0.extend(text.bytes().map(|byte| if byte == 0 { 1 } else { byte }));
        self.0.push(0);
    }

    pub(super) fn finish(self) -> Key {
        Key(self.0.into_boxed_slice())
    }
}

/// Splits the longest run of such bytes off the front.
pub(super) fn run(text: &str, belongs: impl Fn(u8) -> bool) -> (&str, &str) {
    let end = text.bytes().position(|byte| !belongs(byte)).unwrap_or(text.len());
    text.split_at(end)
}

/// Splits the digits off the front.
pub(super) fn digits(text: &str) -> (&str, &str) {
    run(text, |byte| byte.is_ascii_digit())
}
