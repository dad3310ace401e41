//! Fuzz bodies as plain functions, over the committed corpus and seeded
//! mutations of it: no bytes make the reader panic, and the swift reader and
//! the full parser agree.

#![expect(clippy::unwrap_used, reason = "tests fail by panicking")]
#![expect(clippy::disallowed_methods, reason = "the corpus is a folder")]

use crate::tree::{self, Fault, Node};

/// Texts of every part of the language and of what goes wrong in it.
fn corpus() -> Vec<(String, Vec<u8>)> {
    let folder = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("fuzz-corpus");
    let mut files: Vec<(String, Vec<u8>)> = std::fs::read_dir(folder)
        .unwrap()
        .map(|entry| {
            let path = entry.unwrap().path();
            (path.file_name().unwrap().to_str().unwrap().to_owned(), std::fs::read(path).unwrap())
        })
        .collect();
    files.sort();
    assert!(files.len() > 10);
    files
}

/// The next number of a seed: splitmix64 (Steele, Lea and Flood, 2014).
pub(crate) struct Seed(pub(crate) u64);

impl Seed {
    fn next(&mut self) -> usize {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut mixed = self.0;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        usize::try_from((mixed ^ (mixed >> 31)) >> 1).unwrap_or(0)
    }

    pub(crate) fn below(&mut self, bound: usize) -> usize {
        self.next() % bound.max(1)
    }
}

/// Pieces that make a difference in YAML and in the language.
const PIECES: &[&[u8]] = &[
    b": ",
    b":",
    b"- ",
    b"-",
    b"\n",
    b"\n\n",
    b"  ",
    b" ",
    b"#",
    b" # x",
    b"[",
    b"]",
    b"{",
    b"}",
    b",",
    b"'",
    b"''",
    b"\"",
    b"\\",
    b"|",
    b"|-\n  ",
    b">",
    b"&a ",
    b"*a",
    b"!!str ",
    b"? ",
    b"---\n",
    b"---",
    b"...",
    b"%YAML",
    b"~",
    b"null",
    b"24.10",
    b"\t",
    b"\r\n",
    b"\r",
    b"\0",
    b"\xff",
    b"\xc3\xbc",
    b"\xef\xbb\xbf",
    b"\xe2\x80\xa8",
    b"\xc2\x85",
    b"<<: ",
    b"a: 1",
    b"- a: 1",
    b"kind: Group\n",
    b"name: x\n",
    b"{a: [b]}",
    b"\"q\": ",
    b"'k': ",
    b"=",
    b"@",
    b"`",
    b"0x",
    b"1e3",
    b"://",
    b"a:b",
    b"99999999999999999999",
    b"-1",
];

fn mutate(bytes: &[u8], other: &[u8], seed: &mut Seed) -> Vec<u8> {
    let mut bytes = bytes.to_vec();
    for _ in 0..=seed.below(3) {
        let at = seed.below(bytes.len() + 1);
        let until = (at + seed.below(12)).min(bytes.len());
        match seed.below(7) {
            0 => drop(bytes.drain(at..until)),
            1 => {
                let piece = bytes[at..until].to_vec();
                bytes.splice(at..at, piece);
            }
            2..=4 => {
                let piece = PIECES[seed.below(PIECES.len())];
                bytes.splice(at..at, piece.iter().copied());
            }
            5 => bytes.truncate(at),
            _ => {
                let from = seed.below(other.len() + 1);
                let to = (from + seed.below(40)).min(other.len());
                bytes.splice(at..until, other[from..to].iter().copied());
            }
        }
    }
    bytes
}

/// Runs a body on the corpus and on mutations of it. The seed is in the
/// message of whatever panics.
fn fuzz(rounds: usize, seed: u64, body: impl Fn(&str, &[u8])) {
    let corpus = corpus();
    for (name, bytes) in &corpus {
        body(name, bytes);
    }
    let mut random = Seed(seed);
    for round in 0..rounds {
        let (name, bytes) = &corpus[random.below(corpus.len())];
        let (_, other) = &corpus[random.below(corpus.len())];
        let mutant = mutate(bytes, other, &mut random);
        let run = std::panic::catch_unwind(std::panic::AssertUnwindSafe(|| body(name, &mutant)));
        if run.is_err() {
            let text = String::from_utf8_lossy(&mutant);
            panic!("seed {seed} round {round}, from {name}:\n{text}\n{mutant:?}");
        }
    }
}

fn full(text: &str) -> (Vec<Node<'_>>, Vec<Fault>) {
    tree::full_yaml(text)
}

#[test]
fn the_swift_reader_reads_as_the_full_parser() {
    let read = std::cell::Cell::new(0);
    fuzz(15_000, 7, |_, bytes| {
        let Ok(text) = std::str::from_utf8(bytes) else { return };
        let Some(nodes) = tree::swift_yaml(text) else { return };
        read.set(read.get() + 1);
        assert_eq!((nodes, Vec::new()), full(text));
    });
    assert!(read.get() > 500, "the swift reader gives up nearly always: {}", read.get());
}

#[test]
fn no_bytes_panic() {
    let places = [
        "ordain.yaml",
        "tenants/t/tenant.yaml",
        "software/tool/software.yaml",
        "tasks/t/task.yaml",
        "deployments/d.yaml",
        "groups/g.yaml",
        "schedules/s.yaml",
        "windows/w.yaml",
        "roles/r.yaml",
        "licences/l.yaml",
        "brandings/b.yaml",
        "integrations/i.yaml",
        "tests/t.yaml",
        ".ordain/trust.yaml",
        "tenants/t/computers/c.yaml",
        "elsewhere/x.yaml",
    ];
    fuzz(3_000, 11, |name, bytes| {
        let place = places[bytes.len() % places.len()];
        for diagnostic in crate::read_file(place, bytes).1 {
            assert!(diagnostic.span.line >= 1 && diagnostic.span.column >= 1);
        }
        for form in ["i.yaml", "i.json", "i.jsonl", name] {
            crate::inventory(form, bytes);
        }
    });
}

#[test]
fn layout_keeps_the_meaning_and_is_done_at_once() {
    fuzz(1_500, 13, |_, bytes| {
        let Ok(text) = std::str::from_utf8(bytes) else { return };
        let (before, faults) = tree::yaml(text);
        let Ok(after) = crate::format(text) else { return };
        let json = |nodes: &[Node<'_>]| nodes.iter().map(Node::to_json).collect::<Vec<_>>();
        let (nodes, _) = tree::yaml(&after);
        assert_eq!(json(&nodes), json(&before), "{faults:?}");
        assert_eq!(crate::format(&after).as_deref(), Ok(after.as_str()));
    });
}
