//! The policy guide shows what is true.
//!
//! Owns the blocks of YAML in `docs/policy-guide.md` that open with a path:
//! files of an example are shown as they stand, the others together are a
//! repository that is valid. Blocks without a path are fragments.

use std::fs;
use std::path::Path;

use ordain_core::load::load;

use crate::{now, refuse, root};

/// A block that opens with `# path`, and what follows.
struct Shown {
    path: String,
    text: String,
    line: usize,
}

fn shown() -> Vec<Shown> {
    let guide = fs::read_to_string(root().join("docs/policy-guide.md")).unwrap();
    let mut found = Vec::new();
    let mut lines = guide.lines().enumerate();
    while let Some((number, line)) = lines.next() {
        if line != "```yaml" {
            continue;
        }
        let block: Vec<&str> =
            lines.by_ref().map(|(_, line)| line).take_while(|line| *line != "```").collect();
        if let Some((path, text)) = block.split_first()
            && let Some(path) = path.strip_prefix("# ")
        {
            let text = text.iter().flat_map(|line| [*line, "\n"]).collect();
            found.push(Shown { path: path.to_owned(), text, line: number + 1 });
        }
    }
    found
}

#[test]
fn files_of_examples_are_shown_as_they_stand() {
    let mut faults = Vec::new();
    let mut compared = 0;
    for Shown { path, text, line } in shown() {
        if !path.starts_with("examples/") {
            continue;
        }
        compared += 1;
        let file = fs::read_to_string(root().join(&path)).unwrap_or_default();
        let stands = file.split_once('\n').map_or("", |(_, rest)| rest);
        if stands != text {
            faults.push(format!("docs/policy-guide.md:{line}: {path} says something else"));
        }
    }
    refuse(&faults);
    assert!(compared >= 8, "the guide shows files of the examples");
}

#[test]
fn shortest_repository_is_valid_as_printed() {
    let folder = tempfile::tempdir().unwrap();
    for Shown { path, text, .. } in shown() {
        if !path.starts_with("examples/") {
            let file = folder.path().join(Path::new(&path));
            fs::create_dir_all(file.parent().unwrap()).unwrap();
            fs::write(file, text).unwrap();
        }
    }
    let snapshot = ordain_source::snapshot_of_folder(folder.path()).unwrap();
    let loaded = load(&snapshot, now());
    assert_eq!(loaded.diagnostics, []);
    assert_eq!(loaded.documents, 4);
}
