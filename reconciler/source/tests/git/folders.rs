//! Snapshots of plain folders, equal to what git would commit.

use std::ffi::OsStr;
use std::fs;
use std::os::unix::ffi::OsStrExt;
use std::os::unix::fs::symlink;
use std::os::unix::net::UnixListener;

use ordain_source::{Content, FolderError, Mode, Repository, enclosing, snapshot_of_folder};

use crate::support::Sandbox;

#[test]
fn a_folder_reads_as_git_would_commit_it() {
    let sandbox = Sandbox::new();
    let other = sandbox.repository("other");
    other.commit("pinned");
    let work = sandbox.repository("work");
    work.write("ordain.yaml", "kind: Repository\n");
    work.write("software/a/install.sh", "exit 0\n");
    work.write("big.yaml", vec![b'#'; (1 << 20) + 1]);
    symlink("software", work.path.join("link")).unwrap();
    work.write_executable(
        "run",
        "#!/bin/sh
",
    );
    work.git(&["submodule", "--quiet", "add", other.path.to_str().unwrap(), "sub"]);
    work.commit("all");
    let committed = Repository::open(&work.path).unwrap().snapshot("HEAD").unwrap();
    let folder = snapshot_of_folder(&work.path).unwrap();
    let mut expected = committed.entries;
    for (path, entry) in &mut expected {
        if path.rsplit('.').next() == Some("yaml") && matches!(entry.content, Content::Bytes(_)) {
            entry.id = None;
        }
    }
    assert_eq!(folder.entries, expected);
    assert_eq!(folder.revision, None);
    assert_eq!(folder.entries["run"].mode, Mode::Executable);
}

#[test]
fn odd_files_neither_block_nor_hide() {
    let sandbox = Sandbox::new();
    let folder = sandbox.path("plain");
    fs::create_dir(&folder).unwrap();
    let _socket = UnixListener::bind(folder.join("socket")).unwrap();
    fs::write(folder.join(OsStr::from_bytes(b"bad\xff.yaml")), "").unwrap();
    symlink("loop", folder.join("loop")).unwrap();
    fs::create_dir(folder.join("empty")).unwrap();
    let snapshot = snapshot_of_folder(&folder).unwrap();
    let paths: Vec<_> = snapshot.entries.keys().map(String::as_str).collect();
    assert_eq!(paths, ["bad\u{fffd}.yaml", "loop"]);
    assert_eq!(snapshot.entries["bad\u{fffd}.yaml"].content, Content::BadName);
    assert_eq!(snapshot.entries["loop"].mode, Mode::Symlink);
}

#[test]
fn the_enclosing_repository_is_found_upwards() {
    let sandbox = Sandbox::new();
    let work = sandbox.repository("work");
    work.write("ordain.yaml", "");
    work.write("tenants/contoso/tenant.yaml", "");
    let root = work.path.canonicalize().unwrap();
    for start in ["", "tenants/contoso", "tenants/contoso/tenant.yaml"] {
        assert_eq!(enclosing(&work.path.join(start)).unwrap(), root, "{start}");
    }
    let outside = enclosing(&sandbox.path("")).unwrap_err();
    assert!(matches!(outside, FolderError::NoRepository { .. }));
    assert!(outside.hint().unwrap().contains("ordain init"));
    assert!(matches!(enclosing(&sandbox.path("none")), Err(FolderError::Missing { .. })));
    let file = work.path.join("ordain.yaml");
    assert!(matches!(snapshot_of_folder(&file), Err(FolderError::NotFolder { .. })));
}
