//! Which names a tree may hold.
//!
//! Owns what some file system or git itself would take for another name.
//! Names are refused on every platform alike, since one tree serves all.

use std::borrow::Cow;

use unicode_normalization::UnicodeNormalization as _;
use unicode_normalization::is_nfc;

use crate::bounds;

/// Why a name is refused; none where it is fine.
pub(crate) fn fault(name: &str) -> Option<&'static str> {
    if name.is_empty() || name == "." || name == ".." {
        return Some("it is no name of its own");
    }
    if name.len() > bounds::NAME_BYTES {
        return Some("it is longer than a file system takes");
    }
    if name.contains(['/', '\\', ':']) || name.chars().any(is_invisible) {
        return Some("it holds a separator, a control or an invisible character");
    }
    if !name.is_ascii() && !is_nfc(name) {
        return Some("it is not in the composed form (NFC)");
    }
    if name.ends_with(['.', ' ']) {
        return Some("it ends with a dot or a space, which Windows drops");
    }
    let folded = folded(name);
    if is_git(&folded) {
        return Some("it is a name of git's own");
    }
    is_device(&folded).then_some("it is a device on Windows")
}

/// The name with case and composition taken away: equal for names that are
/// one on a file system where case does not count.
pub(crate) fn folded(name: &str) -> Cow<'_, str> {
    if name.is_ascii() {
        let upper = name.bytes().any(|byte| byte.is_ascii_uppercase());
        return if upper { name.to_ascii_lowercase().into() } else { name.into() };
    }
    // Upper case first, so that letters with two lower forms (final sigma,
    // long s, the Kelvin sign) and those that grow (sharp s) meet.
    let met = name.nfd().collect::<String>().to_uppercase().to_lowercase();
    met.nfkc().collect::<String>().into()
}

/// Control characters, and those that HFS+ passes over or that turn the
/// direction of a text, as git's own list has them.
fn is_invisible(letter: char) -> bool {
    letter.is_control()
        || matches!(letter, '\u{ad}' | '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}'
            | '\u{2060}'..='\u{206f}' | '\u{feff}' | '\u{fff9}'..='\u{fffb}')
}

/// `.git`, `.gitmodules`, and the short names that NTFS makes.
fn is_git(folded: &str) -> bool {
    let short = folded
        .split_once('~')
        .is_some_and(|(_, tail)| tail.starts_with(|letter: char| letter.is_ascii_digit()));
    // A tail of dots and spaces is dropped by Windows inside of paths as well.
    let plain = folded.trim_end_matches(['.', ' ']);
    short || plain == ".git" || plain == ".gitmodules"
}

/// The names that Windows keeps for devices, whatever ending they have.
fn is_device(folded: &str) -> bool {
    let stem = folded.split('.').next().unwrap_or_default().trim_end_matches(' ');
    if matches!(stem, "con" | "prn" | "aux" | "nul" | "conin$" | "conout$" | "clock$") {
        return true;
    }
    let Some(number) = stem.strip_prefix("com").or_else(|| stem.strip_prefix("lpt")) else {
        return false;
    };
    let mut letters = number.chars();
    let numbered = letters.next().is_some_and(|letter| {
        letter.is_ascii_digit() || matches!(letter, '\u{b9}' | '\u{b2}' | '\u{b3}')
    });
    numbered && letters.next().is_none()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_that_are_others_somewhere_are_refused() {
        for name in [
            "",
            ".",
            "..",
            "a/b",
            "a\\b",
            "a:b",
            "a\0",
            "a\n",
            "a\u{7f}",
            "a\u{200c}",
            ".git",
            ".GIT",
            ".Git",
            ".g\u{200c}it",
            ".git.",
            ".git ",
            "git~1",
            "GIT~12",
            "gitmod~1",
            ".gitmodules",
            ".GITMODULES",
            "con",
            "CON",
            "con.txt",
            "Aux.tar.gz",
            "nul",
            "com1",
            "LPT9.x",
            "com\u{b9}",
            "CONIN$",
            "con .txt",
            "end.",
            "end ",
            "e\u{301}",
            "\u{212b}",
            ".\u{11f}it\u{202e}",
        ] {
            assert!(fault(name).is_some(), "{name:?}");
        }
        for name in [
            "a",
            "A",
            ".gitignore",
            ".gitattributes",
            ".github",
            ".gitlab-ci.yml",
            "console",
            "com",
            "com10",
            "lpt",
            "a b",
            "a.b",
            "\u{e9}",
            "tilde~",
            "a~b",
            "..a",
            "...a",
            "nul0",
        ] {
            assert_eq!(fault(name), None, "{name:?}");
        }
    }

    #[test]
    fn names_fold_as_file_systems_do() {
        for (one, other) in [
            ("Read.me", "READ.ME"),
            ("stra\u{df}e", "STRASSE"),
            ("\u{3c3}", "\u{3c2}"),
            ("k", "\u{212a}"),
            ("s", "\u{17f}"),
            ("\u{c9}", "\u{e9}"),
        ] {
            assert_eq!(folded(one), folded(other), "{one} {other}");
        }
        assert_ne!(folded("a"), folded("b"));
    }
}
