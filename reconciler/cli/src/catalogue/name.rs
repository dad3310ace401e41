//! Names of the language from names of other catalogues.

use std::collections::BTreeSet;

/// How long a name may be.
const LONGEST: usize = 63;

/// The nearest valid name, where anything of it is left: lower case, `+` as
/// `plus`, everything else that no name may hold as a dash.
pub(crate) fn valid(foreign: &str) -> Option<String> {
    let mut name = String::new();
    for sign in foreign.chars().flat_map(char::to_lowercase) {
        match sign {
            'a'..='z' | '0'..='9' => name.push(sign),
            '+' => name.push_str("plus"),
            _ if name.ends_with('-') || name.is_empty() => {}
            _ => name.push('-'),
        }
    }
    name.truncate(LONGEST);
    let name = name.trim_end_matches('-');
    (!name.is_empty()).then(|| name.to_owned())
}

/// The first of some names that is not taken, else the last one with a number.
pub(crate) fn unique(wished: &[String], taken: &BTreeSet<String>) -> Option<String> {
    if let Some(free) = wished.iter().find(|name| !taken.contains(*name)) {
        return Some(free.clone());
    }
    let last = wished.last()?;
    let numbered = (2..=9_999).map(|number| {
        let suffix = format!("-{number}");
        let kept = &last[..last.len().min(LONGEST - suffix.len())];
        format!("{}{suffix}", kept.trim_end_matches('-'))
    });
    numbered.into_iter().find(|name| !taken.contains(name))
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "a test that cannot prepare its world has failed")]
mod tests {
    use super::*;

    #[test]
    fn names_become_valid() {
        let cases = [
            ("7zip", Some("7zip")),
            ("paint.net", Some("paint-net")),
            ("Notepad++", Some("notepadplusplus")),
            ("notepad--", Some("notepad")),
            ("win10_BrightnessSlider", Some("win10-brightnessslider")),
            ("--a..b--", Some("a-b")),
            ("Größe", Some("gr-e")),
            ("日本", None),
            ("", None),
        ];
        for (foreign, expected) in cases {
            assert_eq!(valid(foreign).as_deref(), expected, "{foreign}");
        }
        let long = valid(&format!("{}-b", "a".repeat(62))).unwrap();
        assert_eq!(long, "a".repeat(62));
    }

    #[test]
    fn names_are_taken_once() {
        let taken: BTreeSet<String> = ["python", "main-python", "a"].map(str::to_owned).into();
        let wished =
            |names: &[&str]| names.iter().map(|name| (*name).to_owned()).collect::<Vec<_>>();
        assert_eq!(unique(&wished(&["git"]), &taken).as_deref(), Some("git"));
        assert_eq!(unique(&wished(&["python", "x-python"]), &taken).as_deref(), Some("x-python"));
        assert_eq!(
            unique(&wished(&["python", "main-python"]), &taken).as_deref(),
            Some("main-python-2")
        );
        let full = "a".repeat(63);
        let taken: BTreeSet<String> = [full.clone()].into();
        assert_eq!(unique(&[full], &taken), Some(format!("{}-2", "a".repeat(61))));
    }
}
