//! What entries of archives may be called, and where their links may lead.

use super::UnpackError;

fn evil(name: &[u8], why: &'static str) -> UnpackError {
    let name = String::from_utf8_lossy(name);
    let plain = name.chars().filter(|sign| !sign.is_control()).take(200).collect();
    UnpackError::Evil { name: plain, why }
}

/// The parts of an entry's path; none where all of them are dropped.
pub(super) fn parts(name: &[u8], strip: usize) -> Result<Option<Vec<Vec<u8>>>, UnpackError> {
    if name.starts_with(b"/") {
        return Err(evil(name, "an entry has an absolute path"));
    }
    if name.contains(&0) {
        return Err(evil(name, "an entry's path holds a NUL"));
    }
    let parts = name.split(|byte| *byte == b'/').filter(|part| !matches!(*part, b"" | b"."));
    let parts: Vec<Vec<u8>> = parts.map(<[u8]>::to_vec).collect();
    if parts.iter().any(|part| part == b"..") {
        return Err(evil(name, "an entry leads out of its folder"));
    }
    let rest: Vec<Vec<u8>> = parts.into_iter().skip(strip).collect();
    Ok(if rest.is_empty() { None } else { Some(rest) })
}

/// Whether a symbolic link stays within the folder: relative, and up only at
/// its beginning and no further than the folder, so that other links on its
/// way cannot change what it means.
pub(super) fn link(entry: &[Vec<u8>], target: &[u8]) -> Result<(), UnpackError> {
    let name = entry.join(&b'/');
    if target.is_empty() || target.starts_with(b"/") || target.contains(&0) {
        return Err(evil(&name, "a link leads out of the folder"));
    }
    let mut parts = target.split(|byte| *byte == b'/').filter(|part| !matches!(*part, b"" | b"."));
    let up = parts.clone().take_while(|part| *part == b"..").count();
    if up >= entry.len() || parts.by_ref().skip(up).any(|part| part == b"..") {
        return Err(evil(&name, "a link leads out of the folder"));
    }
    Ok(())
}

/// An entry that is neither file nor folder nor link.
pub(super) fn special(name: &[u8]) -> UnpackError {
    evil(name, "an entry is a device or a pipe")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn paths() {
        let parts = |name: &str, strip| {
            parts(name.as_bytes(), strip)
                .map(|parts| parts.map(|parts| String::from_utf8(parts.join(&b'/')).expect("text")))
                .map_err(|_| ())
        };
        let some = |text: &str| Ok(Some(text.to_owned()));
        assert_eq!(parts("a/b", 0), some("a/b"));
        assert_eq!(parts("./a//b/", 1), some("b"));
        assert_eq!(parts("a/b", 2), Ok(None));
        assert_eq!(parts("", 0), Ok(None));
        assert_eq!(parts("./", 0), Ok(None));
        for name in ["/a", "../a", "a/../../b", "a/..", "..", "a\0b"] {
            assert_eq!(parts(name, 0), Err(()), "{name:?}");
            assert_eq!(parts(name, 3), Err(()), "{name:?} also where it is dropped");
        }
    }

    #[test]
    fn links() {
        let stays = |entry: &str, target: &str| {
            let entry: Vec<Vec<u8>> =
                entry.split('/').map(|part| part.as_bytes().to_vec()).collect();
            link(&entry, target.as_bytes()).is_ok()
        };
        assert!(stays("a", "b"));
        assert!(stays("a/b", "../c"));
        assert!(stays("a/b/c", "../../d/e"));
        for (entry, target) in [
            ("a", "/etc/passwd"),
            ("a", ".."),
            ("a", "../b"),
            ("a/b", "../../c"),
            ("a/b/c", "d/../e"),
            ("a/b/c", "./../../../d"),
            ("a", ""),
        ] {
            assert!(!stays(entry, target), "{entry} -> {target}");
        }
    }
}
