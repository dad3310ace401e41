//! Fuzz bodies as plain functions: no bytes make a parser panic, and what one
//! reads it would write again.
//!
//! The corpus is what git, ssh-keygen and the honest repository make; the seed
//! of the mutations is printed by whatever panics.

use ordain_trust::adhoc::Adhoc;
use ordain_trust::approval::Approval;
use ordain_trust::armour::{armoured, unarmoured};
use ordain_trust::heartbeat::Heartbeat;
use ordain_trust::recovery::Recovery;
use ordain_trust::statement::Statement;
use ordain_trust::{
    Commit, ObjectFormat, ObjectKind, Policy, PublicKey, SshSignature, Tree, object_id,
};

use crate::forge::{Chain, signed, who};
use crate::golden::vector;

/// The next number of a seed: splitmix64 (Steele, Lea and Flood, 2014).
pub(crate) struct Seed(pub(crate) u64);

impl Seed {
    pub(crate) fn below(&mut self, bound: usize) -> usize {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut mixed = self.0;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        usize::try_from((mixed ^ (mixed >> 31)) >> 1).unwrap() % bound.max(1)
    }
}

/// Pieces that make a difference in some of the grammars.
const PIECES: &[&[u8]] = &[
    b"\n",
    b"\n\n",
    b" ",
    b"\0",
    b"\r",
    b"/",
    b"\xff",
    b"=",
    b"tree ",
    b"parent ",
    b"author ",
    b"gpgsig ",
    b"gpgsig-sha256 ",
    b"encoding UTF-8\n",
    b"mergetag ",
    b"100644 ",
    b"40000 ",
    b"120000 ",
    b"100644 .git\0",
    b"-----BEGIN SSH SIGNATURE-----\n",
    b"<",
    b">",
    b"> 0 +0000",
    b"-----END SSH SIGNATURE-----\n",
    b"SSHSIG",
    b"\0\0\0\x01",
    b"\xff\xff\xff\xff",
    b"\0\0\0\0",
    b"ssh-ed25519",
    b"ssh-rsa",
    b"sha256",
    b"sha1",
    b"git",
    b"none\n",
    b"head ",
    b"revoked ",
    b"seen ",
    b"agent ",
    b"18446744073709551616",
    b"-1",
    b"\xc3\xbc",
    b"\xe2\x80\x8d",
];

/// A few changes at random places, with pieces of another text among them.
pub(crate) fn mutate(bytes: &[u8], other: &[u8], seed: &mut Seed) -> Vec<u8> {
    let mut bytes = bytes.to_vec();
    for _ in 0..=seed.below(3) {
        let at = seed.below(bytes.len() + 1);
        let until = (at + seed.below(12)).min(bytes.len());
        match seed.below(8) {
            0 => drop(bytes.drain(at..until)),
            1 => {
                let piece = bytes[at..until].to_vec();
                bytes.splice(at..at, piece);
            }
            2 | 3 => {
                let piece = PIECES[seed.below(PIECES.len())];
                bytes.splice(at..at, piece.iter().copied());
            }
            4 => bytes.truncate(at),
            5 | 6 => {
                if let Some(byte) = bytes.get_mut(at) {
                    *byte ^= 1 << seed.below(8);
                }
            }
            _ => {
                let from = seed.below(other.len() + 1);
                let to = (from + seed.below(40)).min(other.len());
                bytes.splice(at..until, other[from..to].iter().copied());
            }
        }
    }
    bytes
}

fn corpus() -> Vec<Vec<u8>> {
    let mut chain = Chain::beating();
    chain.approve(&who("fay"));
    let commit = chain.promote(&who("dan"));
    let head = chain.objects.commit(&commit).unwrap();
    let mut corpus: Vec<Vec<u8>> = [
        "commit-sha1-ed25519",
        "commit-sha1-ecdsa",
        "commit-sha1-rsa",
        "commit-sha256-ed25519",
        "tree-sha1",
        "tree-sha256",
        "statement-ecdsa.sig",
        "statement-rsa.sig",
        "ed25519.pub",
        "ecdsa.pub",
        "rsa.pub",
    ]
    .map(vector)
    .to_vec();
    corpus.push(unarmoured(&head.armour).unwrap());
    corpus.push(who("bob").sign("git", b""));
    corpus.push(who("cy").sign("git", b""));
    corpus.push(who("eve").blob());
    corpus.push(signed(&chain.heartbeat()));
    corpus.push(chain.files[".ordain/trust.yaml"].clone().into_bytes());
    corpus.extend(chain.approvals.clone());
    corpus
}

/// Runs a body on the corpus and on mutations of it.
fn fuzz(rounds: usize, seed: u64, body: impl Fn(&[u8]) -> bool) {
    let corpus = corpus();
    let mut accepted = corpus.iter().filter(|bytes| body(bytes)).count();
    let mut random = Seed(seed);
    for round in 0..rounds {
        let bytes = &corpus[random.below(corpus.len())];
        let other = &corpus[random.below(corpus.len())];
        let mutant = mutate(bytes, other, &mut random);
        let run = std::panic::catch_unwind(std::panic::AssertUnwindSafe(|| body(&mutant)));
        let Ok(read) = run else {
            panic!("seed {seed} round {round}: {}", mutant.escape_ascii());
        };
        accepted += usize::from(read);
    }
    assert!(accepted > rounds / 1_000, "hardly anything is read: {accepted} of {rounds}");
}

const ROUNDS: usize = 10_000;

#[test]
fn commits() {
    fuzz(ROUNDS, 1, |bytes| {
        let mut read = false;
        for format in [ObjectFormat::Sha1, ObjectFormat::Sha256] {
            let Ok(commit) = Commit::parse(bytes, format) else { continue };
            let text = std::str::from_utf8(&commit.payload).unwrap();
            let whole = crate::forge::with_signature(text, &commit.armour, format);
            assert_eq!(whole, bytes, "a commit has one form");
            read = true;
        }
        read
    });
}

#[test]
fn trees() {
    fuzz(ROUNDS, 2, |bytes| {
        let mut read = false;
        for format in [ObjectFormat::Sha1, ObjectFormat::Sha256] {
            let Ok(tree) = Tree::parse(bytes, format) else { continue };
            let count = tree.entries().count();
            assert!(tree.entries().all(|entry| tree.get(entry.name) == Some(entry)));
            assert_eq!(count == 0, bytes.is_empty());
            read = true;
        }
        read
    });
}

#[test]
fn signatures_and_armours() {
    fuzz(ROUNDS / 5, 3, |bytes| {
        let armour = String::from_utf8_lossy(bytes);
        if let Ok(inner) = unarmoured(&armour) {
            assert_eq!(armoured(&inner), armour, "a signature has one armour");
        }
        let read = SshSignature::parse(bytes).or_else(|_| SshSignature::from_armour(&armour));
        for namespace in ordain_trust::Namespace::ALL {
            if let Ok(signature) = &read {
                drop(signature.verify(b"message", namespace));
            }
        }
        read.is_ok()
    });
}

#[test]
fn keys() {
    fuzz(ROUNDS / 4, 4, |bytes| {
        let line = String::from_utf8_lossy(bytes);
        let read = PublicKey::from_blob(bytes).or_else(|_| PublicKey::from_line(&line));
        if let Ok(key) = &read {
            assert_eq!(PublicKey::from_blob(key.blob()).as_ref(), Ok(key));
        }
        read.is_ok()
    });
}

#[test]
fn statements() {
    fuzz(ROUNDS, 5, |bytes| {
        if let Ok(approval) = Approval::parse(bytes) {
            assert!(bytes.starts_with(approval.approves.text().as_bytes()));
        }
        let Ok(statement) = Statement::parse(bytes, 16) else { return false };
        if let Ok(heartbeat) = Heartbeat::parse(statement.text) {
            assert_eq!(heartbeat.text(), statement.text, "a heartbeat has one form");
        }
        if let Ok(recovery) = Recovery::parse(statement.text) {
            assert_eq!(recovery.text(), statement.text, "a recovery has one form");
        }
        if let Ok(adhoc) = Adhoc::parse(statement.text) {
            assert_eq!(adhoc.text(), statement.text, "an ad-hoc statement has one form");
        }
        true
    });
}

#[test]
fn policies() {
    fuzz(ROUNDS / 10, 6, |bytes| Policy::parse(bytes).is_ok());
}

#[test]
fn names_of_objects() {
    fuzz(ROUNDS / 10, 7, |bytes| {
        [ObjectKind::Blob, ObjectKind::Tree, ObjectKind::Commit].into_iter().all(|kind| {
            object_id(kind, bytes, ObjectFormat::Sha1).is_ok()
                && object_id(kind, bytes, ObjectFormat::Sha256).is_ok()
        })
    });
}
