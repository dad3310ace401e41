//! Semantic Versioning 2.0.0, where missing numbers are zero and further
//! ones count. A text that is none sorts below all that are, by segments.

use super::key::{Key, Writer};
use super::segments;

const BROKEN: u8 = 0;
const SOUND: u8 = 1;

const END: u8 = 1;
const NUMBER: u8 = 2;
const WORD: u8 = 3;
const RELEASE: u8 = 4;

/// The sort key.
pub(super) fn key(text: &str) -> Key {
    let mut key = Writer::for_text(text);
    if let Ok(parts) = Parts::read(text) {
        parts.write(&mut key);
    } else {
        key.mark(BROKEN);
        segments::write(text, &mut key);
    }
    key.finish()
}

/// What is wrong with a text, if anything.
pub(super) fn fault(text: &str) -> Option<&'static str> {
    Parts::read(text).err()
}

struct Parts<'a> {
    numbers: Vec<&'a str>,
    prerelease: Option<Vec<&'a str>>,
}

impl<'a> Parts<'a> {
    fn read(text: &'a str) -> Result<Self, &'static str> {
        let (rest, build) = match text.split_once('+') {
            Some((rest, build)) => (rest, Some(build)),
            None => (text, None),
        };
        let (core, prerelease) = match rest.split_once('-') {
            Some((core, prerelease)) => (core, Some(prerelease)),
            None => (rest, None),
        };
        let numbers: Vec<&str> = core.split('.').collect();
        if !numbers.iter().all(|number| is_number(number)) {
            return Err("it must begin with numbers divided by dots, none with a leading zero");
        }
        if build.is_some_and(|build| !build.split('.').all(is_word)) {
            return Err("a build is words of letters, digits and `-`, divided by dots");
        }
        let prerelease = prerelease.map(|words| words.split('.').collect::<Vec<_>>());
        let sound = |word: &&str| is_word(word) && (!is_digits(word) || is_number(word));
        if !prerelease.iter().flatten().all(sound) {
            return Err("a pre-release is words of letters, digits and `-`, divided by dots");
        }
        Ok(Self { numbers, prerelease })
    }

    fn write(&self, key: &mut Writer) {
        key.mark(SOUND);
        let length = self.numbers.iter().rposition(|number| *number != "0");
        for number in &self.numbers[..length.map_or(0, |last| last + 1)] {
            key.mark(NUMBER);
            key.number(number);
        }
        key.mark(END);
        let Some(words) = &self.prerelease else {
            return key.mark(RELEASE);
        };
        for word in words {
            if is_digits(word) {
                key.mark(NUMBER);
                key.number(word);
            } else {
                key.mark(WORD);
                key.text(word);
            }
        }
        key.mark(END);
    }
}

fn is_digits(word: &str) -> bool {
    !word.is_empty() && word.bytes().all(|byte| byte.is_ascii_digit())
}

fn is_number(word: &str) -> bool {
    is_digits(word) && (word == "0" || !word.starts_with('0'))
}

fn is_word(word: &str) -> bool {
    !word.is_empty() && word.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-')
}
