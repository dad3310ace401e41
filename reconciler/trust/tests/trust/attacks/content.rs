//! Attacks on content.

use ordain_trust::walk::walk;
use ordain_trust::{ObjectFormat, ObjectKind, Objects, RefusalCode, bounds, object_id};

use crate::forge::{Chain, commit_text, tree_bytes, who, with_signature};

#[test]
fn flipped_bit() {
    let mut chain = Chain::beating();
    chain.put("ordain.yaml", "x: 1\n");
    let tree = chain.tree();
    let text = commit_text(&tree, &[chain.head(), chain.main()], "promote\n");
    let armour = who("dan").armour("git", text.as_bytes());
    let bytes = with_signature(&text, &armour, chain.format);
    let (mut refused, mut judged) = (0, 0);
    // Every seventh bit comes by every place of a byte.
    for at in (0..bytes.len() * 8).step_by(7) {
        let mut flipped = bytes.clone();
        flipped[at / 8] ^= 1 << (at % 8);
        let mut spoilt = chain.clone();
        let Ok(id) = spoilt.objects.add(ObjectKind::Commit, &flipped) else {
            refused += 1;
            continue;
        };
        assert!(spoilt.judge(&[id], None).is_err(), "bit {at}");
        judged += 1;
    }
    assert!(refused > 20 && judged > 100, "{refused} {judged}");
    let id = chain.objects.add(ObjectKind::Commit, &bytes).unwrap();
    assert!(chain.judge(&[id], None).is_ok());
}

#[test]
fn swapped_install_and_uninstall() {
    let mut chain = Chain::beating();
    let honest = chain.put("ordain.yaml", "x: 1\n").forge(&who("dan"));
    let signed = chain.objects.commit(&honest).unwrap().tree;
    // The controller delivers the folder with both files' ids exchanged.
    let mut delivered = Objects::new(chain.format);
    let folder = walk(&chain.objects, &signed, "").unwrap();
    let id = |path: &str| folder.snapshot.entries[path].id.as_deref().unwrap().parse().unwrap();
    let (install, uninstall) = (id("software/tool/install.sh"), id("software/tool/uninstall.sh"));
    let swapped =
        tree_bytes(&[("100644", b"install.sh", uninstall), ("100644", b"uninstall.sh", install)]);
    delivered.add(ObjectKind::Tree, &swapped).unwrap();
    for id in [signed, chain.objects.tree(&signed).unwrap().get("software").unwrap().id] {
        let bytes = chain.objects.tree(&id).unwrap().bytes().to_vec();
        delivered.add(ObjectKind::Tree, &bytes).unwrap();
    }
    // The folder that was signed is unknown now; the swapped one stands nowhere.
    let walked = walk(&delivered, &signed, "").unwrap();
    assert!(walked.withheld.contains_key("software/tool"));
    assert!(!walked.snapshot.entries.contains_key("software/tool/install.sh"));
    chain.objects = delivered;
    chain.refuses(&[honest], RefusalCode::Withheld);
}

#[test]
fn script_from_another_commit() {
    let mut chain = Chain::beating();
    let old = chain.objects.clone();
    chain.put("software/tool/install.sh", "echo better\n").promote(&who("dan"));
    let root = chain.store.head.tree;
    // The old script in the place of the new one.
    let mut delivered = Objects::new(chain.format);
    for folder in ["", "software", "software/tool"] {
        let mut id = root;
        for part in folder.split('/').filter(|part| !part.is_empty()) {
            id = chain.objects.tree(&id).unwrap().get(part).unwrap().id;
        }
        let bytes = chain.objects.tree(&id).unwrap().bytes().to_vec();
        delivered.add(ObjectKind::Tree, &bytes).unwrap();
    }
    let script = object_id(ObjectKind::Blob, b"echo install\n", chain.format).unwrap();
    delivered.add(ObjectKind::Blob, old.blob(&script).unwrap()).unwrap();
    let walked = walk(&delivered, &root, "").unwrap();
    let entry = &walked.snapshot.entries["software/tool/install.sh"];
    assert_eq!(entry.bytes(), None, "the old script was taken for the new one");
}

#[test]
fn tree_from_another_commit() {
    let mut chain = Chain::beating();
    let old = chain.store.head.tree;
    let tree = chain.put("ordain.yaml", "x: 1\n").tree();
    let text = commit_text(&tree, &[chain.head(), chain.main()], "promote\n");
    let armour = who("dan").armour("git", text.as_bytes());
    let text = text.replace(&tree.to_string(), &old.to_string());
    let bytes = with_signature(&text, &armour, chain.format);
    let commit = chain.objects.add(ObjectKind::Commit, &bytes).unwrap();
    chain.refuses(&[commit], RefusalCode::Forged);
}

#[test]
fn missing_tree() {
    let mut chain = Chain::beating();
    let nowhere = object_id(ObjectKind::Tree, b"nowhere", chain.format).unwrap();
    let parents = [chain.head(), chain.main()];
    let commit = chain.forge_from(&who("dan"), &nowhere, &parents);
    chain.refuses(&[commit], RefusalCode::Withheld);
}

#[test]
fn wrong_type() {
    let mut chain = Chain::beating();
    let blob = chain.objects.add(ObjectKind::Blob, b"a file").unwrap();
    let parents = [chain.head(), chain.main()];
    let commit = chain.forge_from(&who("dan"), &blob, &parents);
    chain.refuses(&[commit], RefusalCode::WrongType);
    let tree = chain.tree();
    chain.refuses(&[tree], RefusalCode::WrongType);
    let folder = tree_bytes(&[("40000", b"software", blob)]);
    let root = chain.objects.add(ObjectKind::Tree, &folder).unwrap();
    assert_eq!(walk(&chain.objects, &root, "").unwrap_err().code, RefusalCode::WrongType);
    let file = tree_bytes(&[("100644", b"a", tree)]);
    let root = chain.objects.add(ObjectKind::Tree, &file).unwrap();
    assert_eq!(walk(&chain.objects, &root, "").unwrap_err().code, RefusalCode::WrongType);
}

#[test]
fn objects_of_the_other_format() {
    let chain = Chain::beating();
    let other = Chain::of(ObjectFormat::Sha256);
    chain.refused(RefusalCode::Withheld, |chain| chain.judge(&[other.commits[0]], None).map(drop));
    // A policy that speaks of the other format than its objects have.
    let mut wrong = Chain::beating();
    let text = crate::forge::policy(crate::forge::ROLES, ObjectFormat::Sha256);
    let commit = wrong.put(".ordain/trust.yaml", &text).approve(&who("bob")).forge(&who("ann"));
    wrong.refuses(&[commit], RefusalCode::WrongFormat);
}

#[test]
fn sha1_collision_block() {
    // A commit whose message ends in a near-collision block would have to begin
    // where a block of SHA-1 begins: a blob without its header can not, so the
    // hash itself is asked in `object_id`. Here: what it says is passed on.
    let mut objects = Objects::new(ObjectFormat::Sha1);
    assert!(objects.add(ObjectKind::Blob, b"harmless").is_ok());
    let refusal: ordain_trust::Refusal = ordain_trust::Collision.into();
    assert_eq!(refusal.code, RefusalCode::Collision);
}

#[test]
fn oversized_everything() {
    let mut objects = Objects::new(ObjectFormat::Sha1);
    for (kind, most) in [
        (ObjectKind::Blob, bounds::BLOB_BYTES),
        (ObjectKind::Tree, bounds::TREE_BYTES),
        (ObjectKind::Commit, bounds::COMMIT_BYTES),
    ] {
        let refusal = objects.add(kind, &vec![b'x'; most + 1]).unwrap_err();
        assert_eq!(refusal.code, RefusalCode::TooLarge, "{kind:?}");
    }
    for number in 0..bounds::OBJECTS {
        objects.add(ObjectKind::Blob, number.to_string().as_bytes()).unwrap();
    }
    let refusal = objects.add(ObjectKind::Blob, b"one more").unwrap_err();
    assert_eq!(refusal.code, RefusalCode::TooLarge);
}

#[test]
fn few_objects_that_unfold_to_many_files() {
    let mut objects = Objects::new(ObjectFormat::Sha1);
    let mut id = objects.add(ObjectKind::Blob, b"x").unwrap();
    let names: Vec<String> = (0..40).map(|number| format!("n{number:02}")).collect();
    for level in 0..bounds::TREE_DEPTH {
        let mode = if level == 0 { "100644" } else { "40000" };
        let entries: Vec<_> = names.iter().map(|name| (mode, name.as_bytes(), id)).collect();
        id = objects.add(ObjectKind::Tree, &tree_bytes(&entries)).unwrap();
    }
    assert_eq!(walk(&objects, &id, "").unwrap_err().code, RefusalCode::TooLarge);
}

#[test]
fn folders_in_folders_without_end() {
    let mut objects = Objects::new(ObjectFormat::Sha1);
    let mut id = objects.add(ObjectKind::Tree, b"").unwrap();
    for _ in 1..bounds::TREE_DEPTH {
        id = objects.add(ObjectKind::Tree, &tree_bytes(&[("40000", b"n", id)])).unwrap();
    }
    assert!(walk(&objects, &id, "").is_ok());
    id = objects.add(ObjectKind::Tree, &tree_bytes(&[("40000", b"n", id)])).unwrap();
    assert_eq!(walk(&objects, &id, "").unwrap_err().code, RefusalCode::TooLarge);
}
