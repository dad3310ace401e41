//! Against git and ssh-keygen themselves: whatever is accepted here, they
//! accept.
//!
//! Only what was accepted is shown to them, so the number of processes stays
//! small; that enough of it is no copy of the corpus is asserted.

use std::io::Write as _;
use std::path::Path;
use std::process::{Command, Stdio};

use ordain_trust::{Commit, Namespace, ObjectFormat, ObjectId, SshSignature, Tree};

use crate::forge::{Signer, armour, tree_bytes, who};
use crate::fuzz::{Seed, mutate};
use crate::golden::{text, vector};

/// Names that are fine, and parts that spoil them or not.
const NAMES: &[&str] = &[
    "a",
    "A",
    "b",
    "a-b",
    "a.b",
    "a0",
    "tenants",
    "Tenants",
    ".git",
    ".gitignore",
    ".gitattributes",
    ".github",
    ".gitmodules",
    "git~1",
    "con",
    "com1.txt",
    "x.",
    "x ",
    "..",
    "é",
    "e\u{301}",
    "\u{200c}.git",
    "a:b",
    "ß",
    "SS",
    "nul",
    "git",
    ".gitt",
    "a~b",
    "~1",
];

const MODES: &[&str] =
    &["100644", "100755", "40000", "100644", "40000", "100664", "120000", "160000", "0100644"];

/// A tree with names, modes and order that are right most of the time.
fn random_tree(seed: &mut Seed, format: ObjectFormat) -> Vec<u8> {
    let id = match format {
        ObjectFormat::Sha1 => ObjectId::Sha1([3; 20]),
        ObjectFormat::Sha256 => ObjectId::Sha256([3; 32]),
    };
    let count = seed.below(5);
    let mut entries: Vec<(&str, &[u8], ObjectId)> = Vec::new();
    for _ in 0..count {
        let names = if seed.below(4) == 0 { NAMES } else { &NAMES[..7] };
        let modes = if seed.below(8) == 0 { MODES } else { &MODES[..3] };
        let (name, mode) = (names[seed.below(names.len())], modes[seed.below(modes.len())]);
        entries.push((mode, name.as_bytes(), id));
    }
    let slash = |mode: &str| if mode == "40000" { "/" } else { "" };
    if seed.below(5) != 0 {
        entries.sort_by_key(|(mode, name, _)| [name, slash(mode).as_bytes()].concat());
        entries.dedup_by(|one, other| one.1 == other.1);
    }
    let bytes = tree_bytes(&entries);
    if seed.below(4) == 0 { mutate(&bytes, b"100644 x\0", seed) } else { bytes }
}

/// Has git take objects of a kind, with the checks of `git fsck --strict`.
fn git_takes(kind: &str, format: ObjectFormat, objects: &[Vec<u8>], seed: u64) {
    let folder = tempfile::tempdir().unwrap();
    let git = |arguments: &[&str]| {
        let mut git = Command::new("git");
        git.arg("-C").arg(folder.path()).args(arguments);
        git.env("GIT_CONFIG_NOSYSTEM", "1").env("HOME", folder.path());
        git
    };
    let format = format!("--object-format={}", format.name());
    assert!(git(&["init", "-q", &format]).status().unwrap().success());
    let mut paths = String::new();
    for (number, object) in objects.iter().enumerate() {
        let path = folder.path().join(format!("object-{number}"));
        std::fs::write(&path, object).unwrap();
        paths.extend([path.to_str().unwrap(), "\n"]);
    }
    let output = answer(&mut git(&["hash-object", "-t", kind, "--stdin-paths"]), paths.as_bytes());
    let taken = String::from_utf8_lossy(&output.stdout).lines().count();
    let refused = objects.get(taken).map(|object| object.escape_ascii().to_string());
    let complaint = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "seed {seed}: git refuses {refused:?}: {complaint}");
    assert_eq!(taken, objects.len(), "seed {seed}");
}

fn answer(command: &mut Command, input: &[u8]) -> std::process::Output {
    command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
    let mut child = command.spawn().unwrap();
    let mut stdin = child.stdin.take().unwrap();
    std::thread::scope(|scope| {
        // git stops reading at the first object that it refuses.
        scope.spawn(move || drop(stdin.write_all(input)));
        child.wait_with_output().unwrap()
    })
}

#[test]
fn trees_that_are_accepted_git_accepts() {
    const SEED: u64 = 21;
    for format in [ObjectFormat::Sha1, ObjectFormat::Sha256] {
        let mut seed = Seed(SEED);
        let mut accepted: Vec<Vec<u8>> = Vec::new();
        for _ in 0..6_000 {
            let tree = random_tree(&mut seed, format);
            if Tree::parse(&tree, format).is_ok() {
                accepted.push(tree);
            }
        }
        accepted.sort();
        accepted.dedup();
        assert!(accepted.len() > 200, "{}", accepted.len());
        git_takes("tree", format, &accepted, SEED);
    }
}

#[test]
fn commits_that_are_accepted_git_accepts() {
    const SEED: u64 = 22;
    for (format, names) in [
        (ObjectFormat::Sha1, ["commit-sha1-ed25519", "commit-sha1-ecdsa"].as_slice()),
        (ObjectFormat::Sha256, ["commit-sha256-ed25519"].as_slice()),
    ] {
        let corpus: Vec<Vec<u8>> = names.iter().map(|name| vector(name)).collect();
        let mut seed = Seed(SEED);
        let mut accepted: Vec<Vec<u8>> = corpus.clone();
        for _ in 0..20_000 {
            let bytes = &corpus[seed.below(corpus.len())];
            let other = &corpus[seed.below(corpus.len())];
            let mutant = mutate(bytes, other, &mut seed);
            if Commit::parse(&mutant, format).is_ok() {
                accepted.push(mutant);
            }
        }
        accepted.sort();
        accepted.dedup();
        assert!(accepted.len() > 200, "{}", accepted.len());
        git_takes("commit", format, &accepted, SEED);
    }
}

/// Whether `ssh-keygen -Y verify` takes a signature by that key.
fn ssh_keygen_takes(
    folder: &Path,
    line: &str,
    namespace: &str,
    signature: &[u8],
    message: &[u8],
) -> Result<(), String> {
    let (allowed, file) = (folder.join("allowed"), folder.join("signature"));
    std::fs::write(&allowed, format!("jo {line}\n")).unwrap();
    std::fs::write(&file, armour(signature)).unwrap();
    let mut command = Command::new("ssh-keygen");
    command.args(["-Y", "verify", "-I", "jo", "-n", namespace, "-f"]);
    command.arg(&allowed).arg("-s").arg(&file);
    let output = answer(&mut command, message);
    if output.status.success() {
        return Ok(());
    }
    Err(String::from_utf8_lossy(&[output.stdout, output.stderr].concat()).into_owned())
}

#[test]
fn signatures_that_are_accepted_ssh_keygen_accepts() {
    const SEED: u64 = 23;
    let folder = tempfile::tempdir().unwrap();
    let mut seed = Seed(SEED);
    let mut known: Vec<(String, Signer)> = Vec::new();
    for name in ["ann", "bob", "cy", "eve"] {
        known.push((who(name).line(), who(name)));
    }
    let (mut shown, mut refused) = (0, 0);
    for round in 0..2_000 {
        let (line, signer) = &known[seed.below(known.len())];
        let message = format!("message {}", seed.below(50)).into_bytes();
        let namespace = Namespace::ALL[seed.below(6)];
        let mut signer = signer.clone();
        if seed.below(6) == 0 {
            signer.flags = u8::try_from(seed.below(8)).unwrap();
        }
        let honest = match seed.below(3) {
            0 => signer.sign_sha256(namespace.as_str(), &message),
            _ => signer.sign(namespace.as_str(), &message),
        };
        let signature = match seed.below(8) {
            0 => honest.clone(),
            _ => mutate(&honest, &signer.blob(), &mut seed),
        };
        let ours = SshSignature::parse(&signature)
            .and_then(|signature| signature.verify(&message, namespace).map(|()| signature));
        let Ok(ours) = ours else {
            refused += 1;
            continue;
        };
        assert_eq!(ours.key.blob(), signer.blob(), "seed {SEED} round {round}");
        shown += 1;
        let theirs =
            ssh_keygen_takes(folder.path(), line, namespace.as_str(), &signature, &message);
        assert_eq!(theirs, Ok(()), "seed {SEED} round {round}");
    }
    assert!(shown > 100 && refused > 1_000, "{shown} {refused}");
}

#[test]
fn golden_signatures_are_accepted_by_both() {
    let folder = tempfile::tempdir().unwrap();
    let message = vector("statement");
    for (name, key) in
        [("ed25519", "ed25519"), ("ed25519-sha256", "ed25519"), ("ecdsa", "ecdsa"), ("rsa", "rsa")]
    {
        let bytes = ordain_trust::armour::unarmoured(&text(&format!("statement-{name}.sig")));
        let line = text(&format!("{key}.pub"));
        let namespace = Namespace::Heartbeat.as_str();
        let taken =
            ssh_keygen_takes(folder.path(), line.trim(), namespace, &bytes.unwrap(), &message);
        assert_eq!(taken, Ok(()), "{name}");
    }
}
