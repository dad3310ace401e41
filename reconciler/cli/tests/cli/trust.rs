//! `ordain trust init`, `promote`, `sign` and `verify`, with real git and real
//! keys of ssh-keygen.

use std::path::{Path, PathBuf};
use std::process::Command;

use tempfile::TempDir;

use crate::support::{Ran, Repository};

/// A small repository and a folder of keys beside it.
struct Signed {
    repository: Repository,
    keys: TempDir,
}

impl Signed {
    fn new() -> Self {
        let made = Self { repository: Repository::small(), keys: tempfile::tempdir().unwrap() };
        made.repository.commit("first");
        made.repository.git(&["config", "user.name", "Jo"]);
        made.repository.git(&["config", "user.email", "jo@example.org"]);
        for (name, kind) in [("jo", "ed25519"), ("sam", "ecdsa"), ("eve", "ed25519")] {
            let file = made.key(name);
            let mut keygen = Command::new("ssh-keygen");
            keygen.args(["-q", "-N", "", "-C", name, "-t", kind, "-f"]).arg(file);
            assert!(keygen.status().unwrap().success());
        }
        made
    }

    fn key(&self, name: &str) -> PathBuf {
        self.keys.path().join(name)
    }

    /// Runs a verb with somebody's key.
    fn with_key(&self, name: &str, args: &[&str]) -> Ran {
        let key = self.key(name);
        let mut args = args.to_vec();
        args.extend(["--key", key.to_str().unwrap(), "--format", "json"]);
        self.repository.run(&args)
    }

    fn verify(&self) -> Ran {
        self.repository.run(&["verify", "--format", "json"])
    }

    /// Writes the policy with these persons as roots and commits it.
    fn init(&self, roots: &[&str]) {
        let roots: Vec<String> =
            roots.iter().map(|name| format!("{name}={}.pub", self.key(name).display())).collect();
        let mut args = vec!["trust", "init"];
        args.extend(roots.iter().flat_map(|root| ["--root", root.as_str()]));
        self.repository.run(&args).exits(0);
        self.repository.commit("trust");
    }

    fn git_says(&self, args: &[&str]) -> String {
        let mut git = Command::new("git");
        git.args(args).current_dir(self.repository.path());
        String::from_utf8(git.output().unwrap().stdout).unwrap().trim().to_owned()
    }
}

#[test]
fn one_person_begins_promotes_and_anybody_verifies() {
    let signed = Signed::new();
    signed.init(&["jo"]);
    let genesis = signed.with_key("jo", &["promote"]).exits(0).json();
    assert_eq!(genesis["previous"], serde_json::Value::Null);
    signed.repository.write("lib/more.sh", "exit 0\n");
    signed.repository.commit("second");
    let second = signed.with_key("jo", &["promote"]).exits(0).json();
    assert_eq!(second["files"], serde_json::json!({"lib/more.sh": "added"}));
    assert_eq!(second["previous"], genesis["commit"]);
    let verified = signed.verify().exits(0).json();
    assert_eq!(verified["depth"], 1);
    assert_eq!(verified["head"], second["commit"]);
    assert_eq!(verified["repo"], genesis["repo"]);
    // git itself takes what was made for good.
    signed.repository.git(&["fsck", "--strict"]);
    let allowed = signed.key("allowed");
    let line = std::fs::read_to_string(signed.key("jo.pub")).unwrap();
    std::fs::write(&allowed, format!("jo {line}")).unwrap();
    let setting = format!("gpg.ssh.allowedSignersFile={}", allowed.display());
    signed.repository.git(&["-c", &setting, "verify-commit", "deploy"]);
    // Another repository id is not this one.
    let other = "0".repeat(64);
    let refused = signed.repository.run(&["verify", "--repo", &other, "--format", "json"]).exits(4);
    assert_eq!(refused.json()["code"], "foreign-repository");
}

#[test]
fn two_persons_are_needed_for_the_genesis_and_for_the_policy() {
    let signed = Signed::new();
    signed.init(&["jo", "sam"]);
    let alone = signed.with_key("jo", &["promote"]).exits(4);
    assert_eq!(alone.json()["code"], "below-threshold");
    assert_eq!(signed.git_says(&["branch", "--list", "deploy"]), "");
    signed.with_key("sam", &["sign"]).exits(0);
    signed.with_key("jo", &["promote"]).exits(0);
    // An approval counts for its tree alone.
    let policy = signed.repository.path().join(".ordain/trust.yaml");
    let text = std::fs::read_to_string(&policy).unwrap();
    std::fs::write(&policy, format!("{text}staleGrace: 3d\n")).unwrap();
    signed.repository.commit("third");
    let alone = signed.with_key("jo", &["promote"]).exits(4);
    assert_eq!(alone.json()["code"], "below-threshold");
    let stranger = signed.with_key("eve", &["sign"]).exits(4);
    assert_eq!(stranger.json()["code"], "unknown-key");
    signed.with_key("sam", &["sign"]).exits(0);
    std::fs::write(&policy, format!("{text}staleGrace: 9d\n")).unwrap();
    signed.repository.commit("fourth");
    signed.with_key("jo", &["promote"]).exits(4);
    signed.with_key("jo", &["promote", "main~1"]).exits(0);
    assert_eq!(signed.verify().exits(0).json()["depth"], 1);
}

#[test]
fn what_was_not_signed_is_not_verified() {
    let signed = Signed::new();
    signed.init(&["jo"]);
    signed.repository.run(&["verify"]).exits(2).complains(&["deploy"]);
    signed.with_key("jo", &["promote"]).exits(0);
    // A commit on the branch without a signature.
    signed.repository.git(&["checkout", "-q", "deploy"]);
    signed.repository.write("lib/evil.sh", "exit 1\n");
    signed.repository.commit("unsigned");
    let head = signed.git_says(&["rev-parse", "HEAD"]);
    let refused = signed.verify().exits(4).json();
    assert_eq!((&refused["code"], &refused["commit"]), (&"unsigned".into(), &head.into()));
    // One that git signed, by somebody else.
    let setting = format!("user.signingKey={}", signed.key("eve").display());
    let amend =
        ["-c", &setting, "-c", "gpg.format=ssh", "commit", "-q", "--amend", "-S", "-m", "x"];
    signed.repository.git(&amend);
    assert_eq!(signed.verify().exits(4).json()["code"], "bad-shape");
}

#[test]
fn a_policy_with_errors_is_not_promoted() {
    let signed = Signed::new();
    signed.init(&["jo"]);
    signed.repository.write("groups/a.yaml", "kind: Group\nname: a\nmembers: []\n");
    signed.repository.commit("broken");
    signed.with_key("jo", &["promote"]).exits(1);
    assert_eq!(signed.git_says(&["branch", "--list", "deploy"]), "");
}

#[test]
fn the_policy_of_a_person_is_not_overwritten() {
    let signed = Signed::new();
    signed.init(&["jo"]);
    let root = format!("sam={}.pub", signed.key("sam").display());
    signed
        .repository
        .run(&["trust", "init", "--root", &root])
        .exits(2)
        .complains(&["there already"]);
    let private = format!("sam={}", signed.key("sam").display());
    let other = Repository::small();
    other.run(&["trust", "init", "--root", &private]).exits(2);
    assert!(!Path::new(&other.path().join(".ordain/trust.yaml")).exists());
}

#[test]
fn looking_at_a_promotion_signs_nothing() {
    let signed = Signed::new();
    signed.init(&["jo"]);
    let row = signed.repository.run(&["promote", "--check", "--format", "json"]).exits(0).json();
    assert_eq!(row["commit"], serde_json::Value::Null);
    assert_eq!(row["files"]["ordain.yaml"], "added");
    assert_eq!(signed.git_says(&["branch", "--list", "deploy"]), "");
    signed.repository.run(&["promote"]).exits(2).complains(&["no key", "--key"]);
}
