//! What verification costs: one promotion, and catching up on three thousand
//! in a repository of 300 tenants of which each changes one.
//!
//! Prints the least and the median of several rounds. Objects are hashed and
//! read within the measured time, as an agent has to.

#![expect(clippy::print_stdout, reason = "a bench prints")]
#![expect(clippy::disallowed_methods, reason = "a bench reads the clock")]
#![expect(clippy::unwrap_used, reason = "a bench fails by panicking")]

#[path = "../tests/trust/forge/mod.rs"]
#[expect(dead_code, unused_imports, reason = "the tests use the rest of it")]
mod forge;

use std::time::{Duration, Instant};

use forge::{Chain, NOW, who};
use ordain_trust::{Approvals, Event, Object, ObjectId, ObjectKind, Objects, Store, verify};

const PROMOTIONS: usize = 3_000;
const TENANTS: usize = 300;

/// What a controller would send for one promotion.
type Sent = Vec<(ObjectKind, Vec<u8>)>;

fn main() {
    let mut chain = Chain::new();
    for number in 0..TENANTS {
        chain.put(&format!("tenants/customer-{number:03}/tenant.yaml"), "kind: Tenant\n");
    }
    chain.approve(&who("eve")).approve(&who("fay")).promote(&who("dan"));
    chain.beat();
    let before = chain.store.clone();
    let held = essential(&chain, &chain.head());
    let (mut sent, mut commits) = (Vec::new(), Vec::new());
    for number in 0..PROMOTIONS {
        let path = format!("tenants/customer-{:03}/tenant.yaml", number % TENANTS);
        chain.put(&path, &format!("kind: Tenant\nslug: s{number}\n"));
        // Nothing of the past is needed but what the store's head names.
        let kept = chain.head();
        if number % 500 == 499 {
            chain.objects = only(&chain, &kept);
        }
        let commit = chain.promote(&who("dan"));
        sent.push(essential(&chain, &commit));
        commits.push(commit);
    }
    let all: usize = sent.iter().flatten().map(|(_, bytes)| bytes.len()).sum();
    println!("{PROMOTIONS} promotions, {TENANTS} tenants, {} KiB of objects", all / 1024);
    show("one promotion", 200, || one(&before, &held, &sent[0], commits[0]));
    show("one promotion without tenants' folder", 200, || small(&before));
    show("catching up on all", 9, || catch_up(&before, &held, &sent, &commits, &chain.store));
}

/// The objects by which a promotion is judged.
fn essential(chain: &Chain, commit: &ObjectId) -> Sent {
    let found = chain.objects.commit(commit).unwrap();
    let text = std::str::from_utf8(&found.payload).unwrap();
    let bytes = forge::with_signature(text, &found.armour, chain.format);
    let mut sent = vec![(ObjectKind::Commit, bytes)];
    let root = chain.objects.tree(&found.tree).unwrap();
    sent.push((ObjectKind::Tree, root.bytes().to_vec()));
    let tenants = chain.objects.tree(&root.get("tenants").unwrap().id).unwrap();
    sent.push((ObjectKind::Tree, tenants.bytes().to_vec()));
    sent
}

/// The objects of a chain that its next promotion needs.
fn only(chain: &Chain, commit: &ObjectId) -> Objects {
    let mut objects = Objects::new(chain.format);
    for (kind, bytes) in essential(chain, commit) {
        objects.add(kind, &bytes).unwrap();
    }
    let root = chain.objects.commit(commit).unwrap().tree;
    let root = chain.objects.tree(&root).unwrap();
    for name in ["software", ".ordain"] {
        let id = root.get(name).unwrap().id;
        if let Some(Object::Tree(tree)) = chain.objects.get(&id) {
            objects.add(ObjectKind::Tree, tree.bytes()).unwrap();
        }
    }
    objects
}

fn one(before: &Store, held: &Sent, sent: &Sent, commit: ObjectId) -> Duration {
    let mut objects = Objects::new(before.policy.format);
    for (kind, bytes) in held {
        objects.add(*kind, bytes).unwrap();
    }
    let start = Instant::now();
    for (kind, bytes) in sent {
        objects.add(*kind, bytes).unwrap();
    }
    let approvals = Approvals::default();
    let event = Event::Chain { promotions: &[commit], approvals: &approvals, heartbeat: None };
    let after = verify(before, event, &objects, NOW).unwrap();
    let took = start.elapsed();
    assert_eq!(after.head.commit, commit);
    took
}

/// Commit, root tree and signature: a change beside the tenants.
fn small(before: &Store) -> Duration {
    let mut chain = Chain::beating();
    let commit = chain.put("ordain.yaml", "x: 1\n").forge(&who("dan"));
    let found = chain.objects.commit(&commit).unwrap();
    let text = std::str::from_utf8(&found.payload).unwrap();
    let bytes = forge::with_signature(text, &found.armour, chain.format);
    let mut objects = Objects::new(before.policy.format);
    let root = chain.objects.tree(&chain.store.head.tree).unwrap();
    objects.add(ObjectKind::Tree, root.bytes()).unwrap();
    let start = Instant::now();
    objects.add(ObjectKind::Commit, &bytes).unwrap();
    objects.add(ObjectKind::Tree, chain.objects.tree(&found.tree).unwrap().bytes()).unwrap();
    let approvals = Approvals::default();
    let event = Event::Chain { promotions: &[commit], approvals: &approvals, heartbeat: None };
    verify(&chain.store, event, &objects, NOW).unwrap();
    start.elapsed()
}

fn catch_up(
    before: &Store,
    held: &Sent,
    sent: &[Sent],
    commits: &[ObjectId],
    wanted: &Store,
) -> Duration {
    let start = Instant::now();
    let mut objects = Objects::new(before.policy.format);
    for (kind, bytes) in held.iter().chain(sent.iter().flatten()) {
        objects.add(*kind, bytes).unwrap();
    }
    let approvals = Approvals::default();
    let event = Event::Chain { promotions: commits, approvals: &approvals, heartbeat: None };
    let after = verify(before, event, &objects, NOW).unwrap();
    let took = start.elapsed();
    assert_eq!(after.head, wanted.head);
    took
}

fn show(what: &str, rounds: usize, mut run: impl FnMut() -> Duration) {
    let mut times: Vec<Duration> = (0..rounds).map(|_| run()).collect();
    times.sort();
    println!("{what}: least {:?}, median {:?}", times[0], times[rounds / 2]);
}
