//! Debian's rules: `[epoch:]upstream[-revision]`, as deb-version(7) has them.
//!
//! Runs of other characters and numbers alternate. In a run `~` sorts below
//! the end of the run, letters above it, all else above letters.

use super::key::{Key, Writer, digits, run};
use super::split_epoch;

const TILDE: u8 = 1;
const END: u8 = 2;
const OTHER: u8 = 0x80;

/// The sort key.
pub(super) fn key(text: &str) -> Key {
    let (epoch, upstream, revision) = parts(text);
    let mut key = Writer::for_text(text);
    key.number(epoch);
    write(upstream, &mut key);
    write(revision, &mut key);
    key.finish()
}

/// What is wrong with a text, if anything.
pub(super) fn fault(text: &str) -> Option<&'static str> {
    let (epoch, upstream, revision) = parts(text);
    let allowed = |byte: u8| byte.is_ascii_alphanumeric() || b".+~".contains(&byte);
    if epoch.is_empty() && text.contains(':') {
        return Some("its epoch is no number");
    }
    if upstream.is_empty() {
        return Some("it has no upstream version");
    }
    if text.ends_with('-') {
        return Some("its revision is empty");
    }
    let sound = upstream.bytes().all(|byte| allowed(byte) || byte == b'-' || byte == b':')
        && revision.bytes().all(allowed);
    (!sound).then_some("only letters, digits and `.+-~` may stand in it")
}

fn parts(text: &str) -> (&str, &str, &str) {
    let (epoch, rest) = split_epoch(text.trim());
    let (upstream, revision) = rest.rsplit_once('-').unwrap_or((rest, ""));
    (epoch, upstream, revision)
}

fn write(part: &str, key: &mut Writer) {
    let mut rest = part;
    loop {
        let (other, behind) = run(rest, |byte| !byte.is_ascii_digit());
        for byte in other.bytes() {
            match byte {
                b'~' => key.mark(TILDE),
                byte if byte.is_ascii_alphabetic() => key.mark(byte),
                byte => {
                    key.mark(OTHER);
                    key.mark(byte);
                }
            }
        }
        key.mark(END);
        let (number, behind) = digits(behind);
        key.number(number);
        rest = behind;
        if rest.is_empty() {
            return key.mark(END);
        }
    }
}
