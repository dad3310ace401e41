//! What is wrong with the entries of a tree, whatever they hold: symbolic
//! links, submodules, names that are not UTF-8, names that are one where case
//! does not count.

use std::collections::{HashMap, HashSet};

use super::TOP;
use crate::{Code, Content, Diagnostic, Mode, Snapshot};

pub(super) fn check(snapshot: &Snapshot) -> Vec<Diagnostic> {
    let mut diagnostics = Vec::new();
    for (path, entry) in &snapshot.entries {
        let linked = match entry.mode {
            Mode::File | Mode::Executable => None,
            Mode::Symlink => Some(("a symbolic link", "put the file itself there")),
            Mode::Submodule => Some(("a submodule", "put the files themselves there")),
        };
        if let Some((what, hint)) = linked {
            let message = format!("`{path}` is {what}, which the repository may not hold");
            diagnostics.push(Diagnostic::error(Code::Symlink, path, TOP, message).hint(hint));
        }
        if entry.content == Content::BadName {
            let message = format!("the name of `{path}` is not UTF-8");
            let hint = "rename the file";
            diagnostics.push(Diagnostic::error(Code::NotUtf8, path, TOP, message).hint(hint));
        }
    }
    diagnostics.extend(collisions(snapshot));
    diagnostics
}

/// Paths, and folders, that differ in case alone. Where two files collide
/// their folders are not reported again.
fn collisions(snapshot: &Snapshot) -> Vec<Diagnostic> {
    let mut diagnostics = Vec::new();
    let mut reported: HashSet<&str> = HashSet::new();
    let paths = || snapshot.entries.keys().map(String::as_str);
    for (path, first) in twins(paths().map(|path| (path, path))) {
        diagnostics.push(collision(path, first));
        reported.extend(folders(path));
    }
    let all = paths().flat_map(|path| folders(path).map(move |folder| (folder, path)));
    for (path, first) in twins(all) {
        // The shortest folder that differs is the one to rename.
        let folder = folders(path).zip(folders(first)).find(|(folder, other)| folder != other);
        if let Some((folder, _)) = folder
            && reported.insert(folder)
        {
            diagnostics.push(collision(path, first));
        }
    }
    diagnostics
}

/// The folders above a path, shortest first.
fn folders(path: &str) -> impl Iterator<Item = &str> + Clone {
    path.match_indices('/').map(|(end, _)| &path[..end])
}

/// Of names that are one where case does not count: where each later spelling
/// is met first, with where the first spelling was.
fn twins<'p>(named: impl Iterator<Item = (&'p str, &'p str)> + Clone) -> Vec<(&'p str, &'p str)> {
    // Of two names that differ in case one folds to something else. Most fold
    // to themselves, and are looked at only where one of the few comes to that.
    let odd = named.clone().map(|(name, _)| name).filter(|name| !folds_to_itself(name));
    let odd: HashSet<String> = odd.map(folded).collect();
    let mut firsts: HashMap<String, (&str, &str)> = HashMap::new();
    let mut spellings: HashSet<&str> = HashSet::new();
    let mut twins = Vec::new();
    if odd.is_empty() {
        return twins;
    }
    for (name, path) in named {
        let alone = folds_to_itself(name) && !odd.contains(name);
        if alone || !spellings.insert(name) {
            continue;
        }
        let (first, of) = *firsts.entry(folded(name)).or_insert((name, path));
        if first != name {
            twins.push((path, of));
        }
    }
    twins
}

fn folded(name: &str) -> String {
    name.chars().flat_map(char::to_lowercase).collect()
}

fn folds_to_itself(name: &str) -> bool {
    name.bytes().all(|byte| byte.is_ascii() && !byte.is_ascii_uppercase())
}

fn collision(path: &str, first: &str) -> Diagnostic {
    let message = format!("`{path}` and `{first}` are one where case does not count");
    Diagnostic::error(Code::CaseCollision, path, TOP, message).hint("rename one of them").related(
        first,
        1,
        "the other one",
    )
}
