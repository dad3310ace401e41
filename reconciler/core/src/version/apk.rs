//! Alpine's rules, as apk-tools 3 has them: numbers divided by dots, one
//! letter, suffixes (`_rc1`, `_p2`), a commit's hash (`~1a2b`), a revision (`-r3`).
//!
//! Where one version has a token and the other has another kind or none,
//! the mark of the token settles the order. What does not fit the rules is
//! kept as it is and sorts below a version that ends there.

use super::key::{Key, Writer, digits, run};

const END: u8 = 6;
const BROKEN: u8 = 5;
const REVISION: u8 = 7;
const HASH: u8 = 8;
const SUFFIX_NUMBER: u8 = 9;
const LETTER: u8 = 20;
const PADDED: u8 = 21;
const NUMBER: u8 = 22;

/// Suffixes and their marks: those up to `rc` sort below the version without.
const SUFFIXES: [(&str, u8); 9] = [
    ("alpha", 1),
    ("beta", 2),
    ("pre", 3),
    ("rc", 4),
    ("cvs", 10),
    ("svn", 11),
    ("git", 12),
    ("hg", 13),
    ("p", 14),
];

/// The sort key.
pub(super) fn key(text: &str) -> Key {
    let mut key = Writer::for_text(text);
    write(text.trim(), &mut key);
    key.finish()
}

/// What is wrong with a text, if anything.
pub(super) fn fault(text: &str) -> Option<&'static str> {
    let mut key = Writer::for_text(text);
    (!write(text.trim(), &mut key)).then_some(
        "it must be numbers divided by dots, then perhaps a letter, suffixes such as `_rc1` and a revision such as `-r0`",
    )
}

/// Writes the key; whether all of the text fits the rules.
fn write(text: &str, key: &mut Writer) -> bool {
    let (first, mut rest) = digits(text);
    if first.is_empty() {
        return broken(text, key);
    }
    key.mark(NUMBER);
    key.number(first);
    while let Some((number, behind)) = behind(rest, '.').map(digits)
        && !number.is_empty()
    {
        if number.starts_with('0') {
            key.mark(PADDED);
            key.text(number);
        } else {
            key.mark(NUMBER);
            key.number(number);
        }
        rest = behind;
    }
    if let Some(letter) = rest.chars().next().filter(char::is_ascii_lowercase) {
        key.mark(LETTER);
        key.mark(letter as u8);
        rest = &rest[1..];
    }
    while let Some((word, after)) = behind(rest, '_').map(word)
        && let Some((_, mark)) = SUFFIXES.iter().find(|(suffix, _)| *suffix == word)
    {
        key.mark(*mark);
        let (number, after) = digits(after);
        if !number.is_empty() {
            key.mark(SUFFIX_NUMBER);
            key.number(number);
        }
        rest = after;
    }
    if let Some((hash, after)) = behind(rest, '~').map(hash)
        && !hash.is_empty()
    {
        key.mark(HASH);
        key.text(hash);
        rest = after;
    }
    if let Some((number, after)) = rest.strip_prefix("-r").map(digits)
        && !number.is_empty()
    {
        key.mark(REVISION);
        key.number(number);
        rest = after;
    }
    if rest.is_empty() {
        key.mark(END);
        return true;
    }
    broken(rest, key)
}

fn behind(text: &str, sign: char) -> Option<&str> {
    text.strip_prefix(sign)
}

fn word(text: &str) -> (&str, &str) {
    run(text, |byte| byte.is_ascii_lowercase())
}

fn hash(text: &str) -> (&str, &str) {
    run(text, |byte| byte.is_ascii_digit() || (b'a'..=b'f').contains(&byte))
}

fn broken(rest: &str, key: &mut Writer) -> bool {
    key.mark(BROKEN);
    key.text(rest);
    false
}
