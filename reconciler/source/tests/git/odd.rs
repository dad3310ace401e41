//! Trees that no honest commit has: odd modes, names, sizes and depths.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::io::Write as _;
use std::os::unix::fs::symlink;
use std::process::Stdio;

use ordain_source::{Content, Mode, ReadError, blob_id};

use crate::reading::open;
use crate::support::{Sandbox, Work, git};

#[test]
fn odd_entries_keep_their_mode_and_large_ones_stay_unread() {
    let sandbox = Sandbox::new();
    let other = sandbox.repository("other");
    let pinned = other.commit("pinned");
    let work = sandbox.repository("work");
    symlink("/etc/passwd", work.path.join("link.yaml")).unwrap();
    work.git(&["submodule", "--quiet", "add", other.path.to_str().unwrap(), "sub"]);
    let mib = 1 << 20;
    work.write("big.yaml", vec![b'#'; mib + 1]);
    work.write("whole.yaml", vec![b'#'; mib]);
    work.write("big.ps1", vec![b'#'; 4 * mib + 1]);
    work.write("whole.ps1", vec![b'#'; 4 * mib]);
    work.commit("odd");
    let snapshot = open(&work).snapshot("HEAD").unwrap();
    let entry = |path: &str| &snapshot.entries[path];
    assert_eq!(entry("link.yaml").mode, Mode::Symlink);
    assert_eq!(entry("link.yaml").bytes(), Some(&b"/etc/passwd"[..]));
    assert_eq!((entry("sub").mode, entry("sub").id.as_deref()), (Mode::Submodule, Some(&*pinned)));
    assert_eq!(entry("sub").content, Content::Withheld);
    assert_eq!(entry("big.yaml").content, Content::TooLarge(mib as u64 + 1));
    assert_eq!(entry("big.ps1").content, Content::TooLarge(4 * mib as u64 + 1));
    assert_eq!(entry("whole.yaml").bytes().map(<[u8]>::len), Some(mib));
    assert_eq!(entry("whole.ps1").bytes().map(<[u8]>::len), Some(4 * mib));
}

/// Makes a tree from `git mktree` lines without git's own checks.
fn tree(work: &Work, lines: &[u8]) -> String {
    let mut child = git(&work.path)
        .args(["mktree", "-z", "--missing"])
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    child.stdin.take().unwrap().write_all(lines).unwrap();
    let output = child.wait_with_output().unwrap();
    assert!(output.status.success());
    String::from_utf8(output.stdout).unwrap().trim().to_owned()
}

fn commit_tree(work: &Work, tree: &str) -> String {
    work.git(&["commit-tree", "-m", "odd", tree])
}

#[test]
fn names_that_are_not_utf8_are_told_and_shadow_nothing() {
    let sandbox = Sandbox::new();
    let work = sandbox.repository("work");
    let id = blob_id(b"");
    work.git(&["hash-object", "-w", "-t", "blob", "/dev/null"]);
    let good = tree(&work, format!("100644 blob {id}\tdeep\0").as_bytes());
    let mut lines = Vec::new();
    lines.extend_from_slice(format!("100644 blob {id}\tbad-\u{fffd}.yaml\0").as_bytes());
    lines.extend_from_slice(format!("100644 blob {id}\tbad-").as_bytes());
    lines.extend_from_slice(b"\xff.yaml\0");
    lines.extend_from_slice(format!("040000 tree {good}\tdir-").as_bytes());
    lines.extend_from_slice(b"\xfe\0");
    lines.extend_from_slice(format!("100644 blob {id}\tgood\0").as_bytes());
    let commit = commit_tree(&work, &tree(&work, &lines));
    let snapshot = open(&work).snapshot(&commit).unwrap();
    let shown: BTreeMap<_, _> = snapshot
        .entries
        .iter()
        .map(|(path, entry)| (path.as_str(), entry.content == Content::BadName))
        .collect();
    let expected = [("bad-\u{fffd}.yaml", true), ("dir-\u{fffd}/deep", true), ("good", false)];
    assert_eq!(shown, BTreeMap::from(expected));
}

#[test]
fn missing_objects_are_named_with_their_path() {
    let sandbox = Sandbox::new();
    let work = sandbox.repository("work");
    let lost = "1234567890123456789012345678901234567890";
    let below = tree(&work, format!("100644 blob {lost}\tgone.yaml\0").as_bytes());
    let table = [
        (format!("040000 tree {below}\tdir\0"), "dir/gone.yaml"),
        (format!("040000 tree {lost}\tdir\0"), "dir"),
    ];
    for (lines, path) in table {
        let commit = commit_tree(&work, &tree(&work, lines.as_bytes()));
        match open(&work).snapshot(&commit) {
            Err(ReadError::MissingObject { id, path: at }) => {
                assert_eq!((id.as_str(), at.as_str()), (lost, path));
            }
            other => panic!("{other:?}"),
        }
    }
    let repository = open(&work);
    assert!(matches!(repository.blob(lost), Err(ReadError::MissingObject { .. })));
    assert!(matches!(repository.blob("12"), Err(ReadError::BadId { .. })));
}

#[test]
fn a_tree_of_trees_without_end_is_given_up() {
    let sandbox = Sandbox::new();
    let work = sandbox.repository("work");
    work.git(&["hash-object", "-w", "-t", "blob", "/dev/null"]);
    let mut below = tree(&work, format!("100644 blob {}\tx\0", blob_id(b"")).as_bytes());
    let leaf = below.clone();
    for _ in 0..70 {
        below = tree(&work, format!("040000 tree {below}\td\0").as_bytes());
    }
    let deep = commit_tree(&work, &below);
    assert!(matches!(open(&work).snapshot(&deep), Err(ReadError::TooDeep { .. })));
    let mut wide = leaf;
    for _ in 0..7 {
        let mut lines = String::new();
        for n in 0..10 {
            write!(lines, "040000 tree {wide}\t{n}\0").unwrap();
        }
        wide = tree(&work, lines.as_bytes());
    }
    let wide = commit_tree(&work, &wide);
    assert!(matches!(open(&work).snapshot(&wide), Err(ReadError::TooMany { .. })));
}
