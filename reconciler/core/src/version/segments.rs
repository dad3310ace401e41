//! The language's own scheme: runs of digits and of letters.
//!
//! A leading `v` and a `+build` suffix are dropped, case is ignored, a
//! missing segment equals zero, letters sort below numbers and below a
//! missing segment. To make bytes sort that way, zeros are not written:
//! every other segment says how many zeros stand before it. With letters
//! next, fewer zeros sort lower; with a number next, fewer zeros sort higher;
//! the endless zeros of a version that ends stand between the two.

use super::key::{Key, Writer};

const LETTERS: u8 = 1;
const END: u8 = 2;
const NUMBER: u8 = 3;

/// The sort key.
pub(super) fn key(text: &str) -> Key {
    let mut key = Writer::for_text(text);
    write(text, &mut key);
    key.finish()
}

/// Writes the sort key behind what stands there already.
pub(super) fn write(text: &str, key: &mut Writer) {
    let mut zeros = 0;
    for segment in split(&plain(text)) {
        if segment.bytes().all(|byte| byte == b'0') {
            zeros += 1;
            continue;
        }
        if is_number(segment) {
            key.mark(NUMBER);
            key.countdown(zeros);
            key.number(segment);
        } else {
            key.mark(LETTERS);
            key.count(zeros);
            key.text(segment);
        }
        zeros = 0;
    }
    key.mark(END);
}

/// What is wrong with a text, if anything.
pub(super) fn fault(text: &str) -> Option<&'static str> {
    let none = split(&plain(text)).next().is_none();
    none.then_some("it has neither a number nor a letter")
}

/// The first segment without leading zeros, for comparing major numbers.
pub(super) fn first(text: &str) -> String {
    let plain = plain(text);
    let first = split(&plain).next().unwrap_or_default();
    if is_number(first) { first.trim_start_matches('0').to_owned() } else { first.to_owned() }
}

/// The text in small letters, without a leading `v` and a `+build` suffix.
fn plain(text: &str) -> String {
    let mut plain = text.trim().to_lowercase();
    if let Some(build) = plain.find('+') {
        plain.truncate(build);
    }
    if plain.starts_with('v') {
        plain.remove(0);
    }
    plain
}

fn is_number(segment: &str) -> bool {
    segment.starts_with(|c: char| c.is_ascii_digit())
}

fn split(plain: &str) -> impl Iterator<Item = &str> {
    plain.split(|c: char| !c.is_ascii_digit() && !c.is_alphabetic()).flat_map(Runs)
}

/// The runs of digits and of letters in a piece that holds nothing else.
struct Runs<'a>(&'a str);

impl<'a> Iterator for Runs<'a> {
    type Item = &'a str;

    fn next(&mut self) -> Option<&'a str> {
        let number = self.0.chars().next()?.is_ascii_digit();
        let end = self.0.find(|c: char| c.is_ascii_digit() != number).unwrap_or(self.0.len());
        let (run, rest) = self.0.split_at(end);
        self.0 = rest;
        Some(run)
    }
}
