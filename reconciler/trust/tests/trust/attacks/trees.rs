//! Attacks by trees.

use ordain_trust::walk::walk;
use ordain_trust::{ObjectFormat, ObjectId, ObjectKind, Objects, RefusalCode, Tree};

use crate::forge::tree_bytes;

fn id() -> ObjectId {
    ObjectId::Sha1([7; 20])
}

#[track_caller]
fn refused(entries: &[(&str, &[u8])], code: RefusalCode) {
    let entries: Vec<_> = entries.iter().map(|(mode, name)| (*mode, *name, id())).collect();
    let refusal =
        Tree::parse(&tree_bytes(&entries), ObjectFormat::Sha1).expect_err("the tree went through");
    assert_eq!(refusal.code, code, "{refusal}");
}

#[test]
fn symlink_file_and_folder() {
    refused(&[("120000", b"link")], RefusalCode::Symlink);
    refused(&[("100644", b"a"), ("120000", b"tenants")], RefusalCode::Symlink);
}

#[test]
fn submodule() {
    refused(&[("160000", b"module")], RefusalCode::Submodule);
}

#[test]
fn odd_modes() {
    for mode in
        ["100664", "100600", "100777", "040000", "0100644", "", "1", "10064", "40755", "100645"]
    {
        refused(&[(mode, b"a")], RefusalCode::BadMode);
    }
    refused(&[("1006444444", b"a")], RefusalCode::BadTree);
}

#[test]
fn duplicate_names() {
    refused(&[("100644", b"a"), ("100644", b"a")], RefusalCode::BadTree);
    refused(&[("100644", b"a"), ("40000", b"a")], RefusalCode::BadTree);
    // Between a file and a folder of one name others may sort.
    let apart: [(&str, &[u8]); 3] = [("100644", b"a"), ("100644", b"a-b"), ("40000", b"a")];
    refused(&apart, RefusalCode::CaseCollision);
}

#[test]
fn unsorted_names() {
    refused(&[("100644", b"b"), ("100644", b"a")], RefusalCode::BadTree);
    refused(&[("40000", b"a"), ("100644", b"a.b")], RefusalCode::BadTree);
}

#[test]
fn case_colliding_names() {
    refused(&[("100644", b"Readme"), ("100644", b"readme")], RefusalCode::CaseCollision);
    refused(&[("40000", b"Tenants"), ("40000", b"tenants")], RefusalCode::CaseCollision);
    let upper = "\u{c9}".as_bytes();
    let lower = "\u{e9}".as_bytes();
    refused(&[("100644", upper), ("100644", lower)], RefusalCode::CaseCollision);
}

#[test]
fn git_disguises() {
    for name in [
        ".git",
        ".GIT",
        ".gIt",
        "git~1",
        "GIT~2",
        ".git.",
        ".git ",
        ".git . .",
        ".g\u{200c}it",
        "\u{200d}.git",
        ".gi\u{feff}t",
        ".git::$INDEX_ALLOCATION",
        ".git\\hooks",
        ".gitmodules",
        "gitmod~1",
        "..",
        ".",
        "",
    ] {
        refused(&[("40000", name.as_bytes())], RefusalCode::BadName);
    }
}

#[test]
fn device_names() {
    for name in ["con", "NUL", "aux.txt", "PRN", "COM1", "lpt9.log", "CONOUT$", "com\u{b2}"] {
        refused(&[("100644", name.as_bytes())], RefusalCode::BadName);
    }
}

#[test]
fn control_characters() {
    for name in ["a\nb", "a\tb", "\u{7f}", "a\u{1b}[2J", "a\u{202e}exe.txt", "a\u{85}"] {
        refused(&[("100644", name.as_bytes())], RefusalCode::BadName);
    }
}

#[test]
fn names_that_are_not_composed_or_not_utf8() {
    refused(&[("100644", "e\u{301}".as_bytes())], RefusalCode::BadName);
    refused(&[("100644", b"\xff\xfe")], RefusalCode::BadName);
}

#[test]
fn separators_and_tails() {
    for name in ["a/b", "a\\b", "c:", "end.", "end ", "../x"] {
        refused(&[("100644", name.as_bytes())], RefusalCode::BadName);
    }
}

#[test]
fn entries_cut_short_or_of_nothing() {
    let whole = tree_bytes(&[("100644", b"a", id())]);
    for length in 1..whole.len() {
        let refusal = Tree::parse(&whole[..length], ObjectFormat::Sha1).unwrap_err();
        assert_eq!(refusal.code, RefusalCode::BadTree, "{length}");
    }
    let nothing = tree_bytes(&[("100644", b"a", ObjectId::Sha1([0; 20]))]);
    let refusal = Tree::parse(&nothing, ObjectFormat::Sha1).unwrap_err();
    assert_eq!(refusal.code, RefusalCode::BadTree);
    assert!(Tree::parse(&whole, ObjectFormat::Sha256).is_err());
}

#[test]
fn lfs_pointer() {
    let mut objects = Objects::new(ObjectFormat::Sha1);
    let pointer = b"version https://git-lfs.github.com/spec/v1\noid sha256:00\nsize 1\n";
    let blob = objects.add(ObjectKind::Blob, pointer).unwrap();
    let tree = tree_bytes(&[("100644", b"setup.exe", blob)]);
    let root = objects.add(ObjectKind::Tree, &tree).unwrap();
    assert_eq!(walk(&objects, &root, "").unwrap_err().code, RefusalCode::LfsPointer);
}
