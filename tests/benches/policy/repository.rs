//! Git repositories and folders to measure with.

use std::fs;
use std::io::Write as _;
use std::path::Path;

use git2::build::TreeUpdateBuilder;
use git2::{Buf, FileMode, Oid, Repository, RepositoryInitOptions, Signature};

/// A change of a file; nothing deletes it.
pub(crate) type Change = (String, Option<String>);

/// Writes files below a folder.
pub(crate) fn write(folder: &Path, files: &[(String, String)]) {
    for (path, text) in files {
        let path = folder.join(path);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, text).unwrap();
    }
}

/// Makes a git repository with the branch `main` and no commit.
pub(crate) fn init(folder: &Path) -> Repository {
    let mut options = RepositoryInitOptions::new();
    options.initial_head("main");
    Repository::init_opts(folder, &options).unwrap()
}

/// Commits changes on top of the last commit.
pub(crate) fn commit(git: &Repository, changes: &[Change]) -> Oid {
    let parent = git.head().ok().map(|head| head.peel_to_commit().unwrap());
    let base = match &parent {
        Some(parent) => parent.tree().unwrap(),
        None => git.find_tree(git.treebuilder(None).unwrap().write().unwrap()).unwrap(),
    };
    let mut update = TreeUpdateBuilder::new();
    for (path, text) in changes {
        match text {
            None if base.get_path(Path::new(path)).is_err() => continue,
            None => update.remove(path.as_str()),
            Some(text) => {
                update.upsert(path.as_str(), git.blob(text.as_bytes()).unwrap(), FileMode::Blob)
            }
        };
    }
    let tree = git.find_tree(update.create_updated(git, &base).unwrap()).unwrap();
    let person = Signature::new("bench", "bench@example.org", &git2::Time::new(0, 0)).unwrap();
    let parents: Vec<_> = parent.iter().collect();
    git.commit(Some("HEAD"), &person, &person, "A change", &tree, &parents).unwrap()
}

/// Commits into one pack, as a clone has it: the objects of all these commits.
pub(crate) fn commit_packed(git: &Repository, commits: &[&[Change]]) {
    let odb = git.odb().unwrap();
    let memory = odb.add_new_mempack_backend(1000).unwrap();
    for changes in commits {
        commit(git, changes);
    }
    let mut pack = Buf::new();
    memory.dump(git, &mut pack).unwrap();
    let mut writer = odb.packwriter().unwrap();
    writer.write_all(&pack).unwrap();
    writer.commit().unwrap();
    memory.reset().unwrap();
}
