//! What git and ssh-keygen made is read as they meant it. `vectors/make.sh`
//! makes the files.

use std::path::PathBuf;

use ordain_trust::{
    Commit, Namespace, ObjectFormat, ObjectKind, PublicKey, RefusalCode, SshSignature, Tree,
    TreeMode, object_id,
};

pub(crate) fn vector(name: &str) -> Vec<u8> {
    let folder = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("tests/vectors");
    std::fs::read(folder.join(name)).unwrap()
}

pub(crate) fn text(name: &str) -> String {
    String::from_utf8(vector(name)).unwrap()
}

fn format_of(name: &str) -> ObjectFormat {
    if name.contains("sha256") { ObjectFormat::Sha256 } else { ObjectFormat::Sha1 }
}

#[test]
fn objects_have_the_names_that_git_gives_them() {
    let ids = text("ids");
    let mut count = 0;
    for line in ids.lines() {
        let [name, kind, id] = line.split(' ').collect::<Vec<_>>()[..] else { panic!("{line}") };
        let kind = if kind == "tree" { ObjectKind::Tree } else { ObjectKind::Commit };
        assert_eq!(object_id(kind, &vector(name), format_of(name)).unwrap().to_string(), id);
        count += 1;
    }
    assert_eq!(count, 7);
}

#[test]
fn commits_that_git_signed_are_verified() {
    for (name, key) in [
        ("commit-sha1-ed25519", "ed25519.pub"),
        ("commit-sha1-ecdsa", "ecdsa.pub"),
        ("commit-sha1-rsa", "rsa.pub"),
        ("commit-sha256-ed25519", "ed25519.pub"),
    ] {
        let commit = Commit::parse(&vector(name), format_of(name)).unwrap();
        assert_eq!(commit.parents.len(), 1, "{name}");
        assert_eq!(commit.message(), "signed\n\nwith a body, ü\n", "{name}");
        let signature = SshSignature::from_armour(&commit.armour).unwrap();
        assert_eq!(signature.key, PublicKey::from_line(&text(key)).unwrap(), "{name}");
        assert_eq!(signature.verify(&commit.payload, Namespace::Git), Ok(()), "{name}");
        let mut other = commit.payload.clone();
        *other.last_mut().unwrap() ^= 1;
        let refusal = signature.verify(&other, Namespace::Git).unwrap_err();
        assert_eq!(refusal.code, RefusalCode::Forged, "{name}");
    }
}

#[test]
fn statements_that_ssh_keygen_signed_are_verified() {
    let statement = vector("statement");
    for name in ["ed25519", "ed25519-sha256", "ecdsa", "rsa"] {
        let signature = SshSignature::from_armour(&text(&format!("statement-{name}.sig"))).unwrap();
        assert_eq!(signature.verify(&statement, Namespace::Heartbeat), Ok(()), "{name}");
        for namespace in Namespace::ALL {
            let outcome = signature.verify(&statement, namespace).map_err(|refusal| refusal.code);
            if namespace != Namespace::Heartbeat {
                assert_eq!(outcome, Err(RefusalCode::WrongNamespace), "{name}");
            }
        }
    }
}

#[test]
fn keys_that_are_too_short_or_of_another_curve_do_not_count() {
    for (name, code) in
        [("rsa-short", RefusalCode::WeakKey), ("ecdsa-384", RefusalCode::UnsupportedKey)]
    {
        let refusal = PublicKey::from_line(&text(&format!("{name}.pub"))).unwrap_err();
        assert_eq!(refusal.code, code, "{name}");
        let armour = text(&format!("statement-{name}.sig"));
        assert_eq!(SshSignature::from_armour(&armour).unwrap_err().code, code, "{name}");
    }
    let commit = Commit::parse(&vector("commit-sha1-rsa-short"), ObjectFormat::Sha1).unwrap();
    let refusal = SshSignature::from_armour(&commit.armour).unwrap_err();
    assert_eq!(refusal.code, RefusalCode::WeakKey);
}

#[test]
fn trees_that_git_wrote_are_read() {
    for name in ["tree-sha1", "tree-sha256"] {
        let tree = Tree::parse(&vector(name), format_of(name)).unwrap();
        let found: Vec<_> = tree.entries().map(|entry| (entry.name, entry.mode)).collect();
        let wanted = [
            (".ordain", TreeMode::Folder),
            ("software", TreeMode::Folder),
            ("software-b", TreeMode::File),
            ("software.yaml", TreeMode::File),
            ("tenants", TreeMode::Folder),
        ];
        // Git sorts a folder as if it ended with a slash, and keeps no empty one.
        let mut wanted: Vec<_> =
            wanted.into_iter().filter(|(name, _)| *name != ".ordain").collect();
        wanted.sort_by_key(|(name, mode)| {
            let slash = if *mode == TreeMode::Folder { "/" } else { "" };
            format!("{name}{slash}")
        });
        assert_eq!(found, wanted, "{name}");
    }
}
