//! `ordain secrets`, as far as it needs no controller.

use std::fs;
use std::os::unix::fs::PermissionsExt as _;

use crate::support::Repository;

#[test]
fn identities_stay_outside_and_public_keys_go_in() {
    let small = Repository::small();
    let folder = tempfile::tempdir().unwrap();
    let keys = folder.path().join("keys");
    let keys = keys.to_str().unwrap();
    let inside = small.path().join("keys");
    small
        .run(&["secrets", "init", "--identities", inside.to_str().unwrap()])
        .exits(2)
        .complains(&["is within the repository"]);
    assert!(!inside.exists());
    small
        .run(&["secrets", "init", "--identities", keys, "--tenant", "contso"])
        .exits(2)
        .complains(&["did you mean `contoso`?"]);
    small.run(&["secrets", "init", "--identities", keys]).exits(0);
    let file = folder.path().join("keys/contoso.txt");
    assert_eq!(fs::metadata(&file).unwrap().permissions().mode() & 0o777, 0o600);
    assert!(fs::read_to_string(&file).unwrap().contains("\nAGE-SECRET-KEY-1"));
    let public = small.path().join("tenants/contoso/secrets/recipient.txt");
    let first = fs::read_to_string(&public).unwrap();
    assert!(first.contains("\nage1"));
    // Again changes nothing; a public half that was lost comes back as it was.
    small.run(&["secrets", "init", "--identities", keys]).exits(0);
    fs::remove_file(&public).unwrap();
    small.run(&["secrets", "init", "--identities", keys, "--tenant", "contoso"]).exits(0);
    assert_eq!(fs::read_to_string(&public).unwrap(), first);
    let found = small.run(&["validate", "--format", "json"]).exits(0).json();
    assert!(!found.to_string().contains("recipient.txt"), "{found}");
}

#[test]
fn a_secret_needs_readers_uses_and_a_value() {
    let small = Repository::small();
    let add = ["secrets", "add", "key", "--for", "software/viewer"];
    let with = |more: &[&'static str]| [&add[..], more].concat();
    small.run(&add).exits(2);
    small.run(&["secrets", "add", "key", "--tenant", "contoso"]).exits(2);
    small
        .run(&with(&["--tenant", "contoso"]))
        .exits(3)
        .complains(&["ordain secrets init --tenant contoso"]);
    let folder = tempfile::tempdir().unwrap();
    let keys = folder.path().to_str().unwrap();
    small.run(&["secrets", "init", "--identities", keys]).exits(0);
    small.run(&with(&["--tenant", "contoso", "--tenants", "contoso"])).exits(2);
    small.run(&["secrets", "add", "../key", "--tenant", "contoso", "--for", "task/a"]).exits(2);
    small
        .run(&["secrets", "add", "key", "--tenant", "contoso", "--for", "viewer"])
        .exits(2)
        .complains(&["names no item"]);
    // Nothing on standard input.
    small.run(&with(&["--tenant", "contoso"])).exits(2).complains(&["holds no value"]);
    assert!(!small.path().join("tenants/contoso/secrets/key.age").exists());
    fs::create_dir_all(small.path().join("secrets")).unwrap();
    fs::write(small.path().join("secrets/foreign.age"), "made elsewhere").unwrap();
    small
        .run(&["secrets", "rewrap", "--identities", keys])
        .exits(1)
        .complains(&["foreign.age is as it was"]);
}
