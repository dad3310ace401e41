//! Reading the work tree: the files under version control's eye, as text.
//!
//! Owns the walk and the way faults are reported. Knows no rule.

use std::fs;
use std::path::{Path, PathBuf};

/// One text file: its path from the root with forward slashes, and its text.
pub(crate) struct TextFile {
    pub(crate) path: String,
    pub(crate) text: String,
}

/// The root of the work tree.
pub(crate) fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR"))
        .parent()
        .expect("the tests' crate lies in the root")
        .to_path_buf()
}

/// All files whose name ends in one of `endings`, in the order of their paths.
pub(crate) fn files(endings: &[&str]) -> Vec<TextFile> {
    let root = root();
    let mut paths = Vec::new();
    collect(&root, &mut paths);
    let mut files: Vec<TextFile> = paths
        .into_iter()
        .map(|path| (relative(&root, &path), path))
        .filter(|(name, _)| endings.iter().any(|ending| name.ends_with(ending)))
        .filter_map(|(name, path)| {
            let text = fs::read_to_string(path).ok()?;
            Some(TextFile { path: name, text })
        })
        .collect();
    files.sort_by(|one, other| one.path.cmp(&other.path));
    files
}

/// One file that must be there.
pub(crate) fn text(path: &str) -> String {
    fs::read_to_string(root().join(path)).unwrap_or_else(|error| panic!("{path}: {error}"))
}

/// Ends the test with every fault on a line of its own.
pub(crate) fn refuse(rule: &str, faults: &[String]) {
    assert!(faults.is_empty(), "{rule}\n  {}\n{} in all", faults.join("\n  "), faults.len());
}

fn collect(folder: &Path, found: &mut Vec<PathBuf>) {
    let entries = fs::read_dir(folder).expect("a folder of the work tree can be read");
    for entry in entries {
        let entry = entry.expect("an entry of the work tree can be read");
        let kind = entry.file_type().expect("an entry has a type");
        let name = entry.file_name();
        if kind.is_dir() {
            if name != "target" && name != ".git" {
                collect(&entry.path(), found);
            }
        } else if kind.is_file() {
            found.push(entry.path());
        }
    }
}

fn relative(root: &Path, path: &Path) -> String {
    path.strip_prefix(root)
        .expect("the walk started at the root")
        .components()
        .map(|part| part.as_os_str().to_string_lossy())
        .collect::<Vec<_>>()
        .join("/")
}
