//! New repositories with a first commit.

use std::fs;

use ordain_source::{InitError, Mode, NewFile, Repository, init_with_first_commit};

use crate::support::{Sandbox, Work};

fn file(path: &str, content: &str) -> NewFile {
    NewFile {
        path: path.to_owned(),
        content: content.as_bytes().to_vec(),
        executable: path.contains(".sh"),
    }
}

#[test]
fn the_first_commit_holds_the_files_and_leaves_a_clean_tree() {
    let sandbox = Sandbox::new();
    let files = [
        file("ordain.yaml", "kind: Repository\n"),
        file("tasks/x/set.sh", "exit 0\n"),
        file(".gitignore", "*.sh\n"),
    ];
    let work = Work { path: sandbox.path("new/policy") };
    let commit = init_with_first_commit(&work.path, &files, "Start").unwrap();
    assert_eq!(work.git(&["rev-parse", "main"]), commit.to_string());
    assert_eq!(work.git(&["status", "--porcelain"]), "");
    assert_eq!(work.git(&["log", "--format=%s"]), "Start");
    assert_eq!(work.git(&["fsck", "--strict"]), "");
    let snapshot = Repository::open(&work.path).unwrap().snapshot("HEAD").unwrap();
    assert_eq!(snapshot.entries.len(), 3);
    assert_eq!(snapshot.entries["tasks/x/set.sh"].mode, Mode::Executable);
}

#[test]
fn nothing_is_overwritten_or_written_outside() {
    let sandbox = Sandbox::new();
    let folder = sandbox.path("used");
    fs::create_dir(&folder).unwrap();
    fs::write(folder.join("mine"), "").unwrap();
    let used = init_with_first_commit(&folder, &[file("a", "")], "x");
    assert!(matches!(used, Err(InitError::NotEmpty { .. })));
    for path in ["../a", "/a", "", ".git/config", "a/../../b"] {
        let made = init_with_first_commit(&sandbox.path("new"), &[file(path, "")], "x");
        assert!(matches!(made, Err(InitError::BadPath { .. })), "{path}");
    }
    assert!(!sandbox.path("new").exists());
}
