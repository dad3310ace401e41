//! What a process prints, bounded: its beginning and its end are kept.
//!
//! Also owns decoding: bytes become text lossily, but never torn within a
//! character where output is streamed in pieces.

use std::collections::VecDeque;

/// How much of a process's output is kept unless said otherwise, in bytes.
pub const LIMIT: usize = 64 * 1024;

/// Collects output up to a limit: half of it the head, half the tail.
#[derive(Debug)]
pub struct Bounded {
    head: Vec<u8>,
    tail: VecDeque<u8>,
    head_limit: usize,
    tail_limit: usize,
    seen: u64,
}

impl Bounded {
    /// Keeps at most `limit` bytes.
    pub fn new(limit: usize) -> Self {
        Self {
            head: Vec::new(),
            tail: VecDeque::new(),
            head_limit: limit / 2,
            tail_limit: limit / 2,
            seen: 0,
        }
    }

    /// Takes what was printed.
    pub fn push(&mut self, mut bytes: &[u8]) {
        self.seen += bytes.len() as u64;
        let room = self.head_limit - self.head.len();
        let (first, rest) = bytes.split_at(room.min(bytes.len()));
        self.head.extend_from_slice(first);
        bytes = &rest[rest.len().saturating_sub(self.tail_limit)..];
        let excess = (self.tail.len() + bytes.len()).saturating_sub(self.tail_limit);
        self.tail.drain(..excess);
        self.tail.extend(bytes);
    }

    /// Whether the beginning is not complete yet.
    pub fn wants_head(&self) -> bool {
        self.head.len() < self.head_limit
    }

    /// Counts bytes that were printed and that nobody read.
    pub fn skip(&mut self, bytes: u64) {
        self.seen += bytes;
        // The head ends here, or the gap would be hidden within it.
        self.head_limit = self.head.len();
        self.tail.clear();
    }

    /// What was kept, as text; a line in brackets stands where something was left out.
    pub fn text(&self) -> String {
        let kept = (self.head.len() + self.tail.len()) as u64;
        let (front, back) = self.tail.as_slices();
        let tail = [front, back].concat();
        if self.seen == kept {
            let whole = [self.head.as_slice(), &tail].concat();
            return String::from_utf8_lossy(&whole).into_owned();
        }
        let left_out = self.seen - kept;
        let head = String::from_utf8_lossy(&self.head);
        format!("{head}\n[{left_out} bytes left out]\n{}", String::from_utf8_lossy(&tail))
    }
}

/// Turns a stream of bytes into pieces of text without tearing characters.
#[derive(Debug, Default)]
pub struct Decoder {
    rest: Vec<u8>,
}

impl Decoder {
    /// The text that is complete so far; an unfinished character waits for the next piece.
    pub fn decode(&mut self, bytes: &[u8]) -> String {
        self.rest.extend_from_slice(bytes);
        let complete = match std::str::from_utf8(&self.rest) {
            Ok(_) => self.rest.len(),
            // None: the input ends within a character that may yet be completed.
            Err(error) if error.error_len().is_none() => error.valid_up_to(),
            Err(_) => self.rest.len(),
        };
        let text = String::from_utf8_lossy(&self.rest[..complete]).into_owned();
        self.rest.drain(..complete);
        text
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn short_output_is_kept_whole() {
        let mut kept = Bounded::new(16);
        kept.push(b"0123456789");
        kept.push(b"abcdef");
        assert_eq!(kept.text(), "0123456789abcdef");
    }

    #[test]
    fn long_output_keeps_its_ends() {
        for piece in [1, 3, 7, 1000] {
            let mut kept = Bounded::new(16);
            let all: Vec<u8> = (0..1000u32).map(|n| b'a' + (n % 26) as u8).collect();
            for bytes in all.chunks(piece) {
                kept.push(bytes);
            }
            assert_eq!(
                kept.text(),
                "abcdefgh\n[984 bytes left out]\nefghijkl",
                "pieces of {piece}"
            );
        }
    }

    #[test]
    fn characters_are_not_torn() {
        let mut decoder = Decoder::default();
        let bytes = "grün €".as_bytes();
        let text: String = bytes.iter().map(|byte| decoder.decode(&[*byte])).collect();
        assert_eq!(text, "grün €");
        assert_eq!(decoder.decode(&[0xff, b'x']), "\u{fffd}x");
    }
}
