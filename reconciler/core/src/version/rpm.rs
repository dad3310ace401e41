//! RPM's rules: `[epoch:]version[-release]`, as its `rpmvercmp` compares them.
//!
//! Runs of digits and of letters are segments, all else divides them, except
//! `~`, which sorts below the end, and `^`, which sorts directly above it.
//! Letters sort below numbers. A missing release sorts below every other.

use super::key::{Key, Writer, digits, run};
use super::split_epoch;

const TILDE: u8 = 1;
const END: u8 = 2;
const CARET: u8 = 3;
const LETTERS: u8 = 4;
const NUMBER: u8 = 5;

/// The sort key.
pub(super) fn key(text: &str) -> Key {
    let (epoch, version, release) = parts(text);
    let mut key = Writer::for_text(text);
    key.number(epoch);
    write(version, &mut key);
    write(release, &mut key);
    key.finish()
}

/// What is wrong with a text, if anything.
pub(super) fn fault(text: &str) -> Option<&'static str> {
    let (epoch, version, release) = parts(text);
    let allowed = |byte: u8| byte.is_ascii_alphanumeric() || b"._+~^".contains(&byte);
    if epoch.is_empty() && text.contains(':') {
        return Some("its epoch is no number");
    }
    if version.is_empty() {
        return Some("it has no version");
    }
    if text.ends_with('-') {
        return Some("its release is empty");
    }
    let sound = version.bytes().chain(release.bytes()).all(allowed);
    (!sound).then_some("only letters, digits and `._+~^` may stand in version and release")
}

fn parts(text: &str) -> (&str, &str, &str) {
    let (epoch, rest) = split_epoch(text.trim());
    let (version, release) = rest.rsplit_once('-').unwrap_or((rest, ""));
    (epoch, version, release)
}

fn write(part: &str, key: &mut Writer) {
    let mut rest = part;
    loop {
        rest = run(rest, |byte| !byte.is_ascii_alphanumeric() && byte != b'~' && byte != b'^').1;
        match rest.bytes().next() {
            None => return key.mark(END),
            Some(b'~') => {
                key.mark(TILDE);
                rest = &rest[1..];
            }
            Some(b'^') => {
                key.mark(CARET);
                rest = &rest[1..];
            }
            Some(byte) if byte.is_ascii_digit() => {
                let (number, behind) = digits(rest);
                key.mark(NUMBER);
                key.number(number);
                rest = behind;
            }
            Some(_) => {
                let (letters, behind) = run(rest, |byte| byte.is_ascii_alphabetic());
                key.mark(LETTERS);
                key.text(letters);
                rest = behind;
            }
        }
    }
}
