//! Reading the names of scripts, as paths from the document's own folder, and
//! of the files they use, as paths from the root.
//!
//! Whether the file is there, and whether the path leaves the folder, is
//! checked where the whole tree is known.

use super::{Decode, Faults, Fields, Input};
use crate::Spanned;

impl Fields<'_, '_, '_> {
    /// The script at the key `script`.
    pub(super) fn script(&mut self) -> Option<Spanned<String>> {
        self.optional("script").map(|Script(path)| path)
    }

    /// The files of `lib/` at the key `use`.
    pub(super) fn uses(&mut self) -> Vec<Spanned<String>> {
        let paths: Vec<Script> = self.or_default("use");
        paths.into_iter().map(|Script(path)| path).collect()
    }
}

/// The name of a script, as short as it can be written.
pub(super) struct Script(pub(super) Spanned<String>);

impl Decode for Script {
    fn decode(input: Input<'_, '_>, faults: &mut Faults) -> Option<Self> {
        let written: Spanned<String> = Spanned::decode(input, faults)?;
        let path = shortest(&written).unwrap_or_else(|| written.value.clone());
        Some(Self(Spanned::new(path, written.span)))
    }
}

/// `./a.sh` is `a.sh`, and `b/../a.sh` is too; none where the path leaves the folder.
fn shortest(path: &str) -> Option<String> {
    if path.starts_with('/') {
        return None;
    }
    let mut parts: Vec<&str> = Vec::new();
    for part in path.split('/') {
        match part {
            "" | "." => {}
            ".." => drop(parts.pop()?),
            part => parts.push(part),
        }
    }
    (!parts.is_empty()).then(|| parts.join("/"))
}

#[cfg(test)]
mod tests {
    use super::shortest;

    #[test]
    fn paths_within_the_folder() {
        let paths = [
            ("a.sh", Some("a.sh")),
            ("./a.sh", Some("a.sh")),
            ("b/a.sh", Some("b/a.sh")),
            ("b//./a.sh", Some("b/a.sh")),
            ("b/../a.sh", Some("a.sh")),
            ("../a.sh", None),
            ("b/../../a.sh", None),
            ("/a.sh", None),
            ("", None),
            (".", None),
        ];
        for (written, path) in paths {
            assert_eq!(shortest(written).as_deref(), path, "{written}");
        }
    }
}
