//! Attacks on recovery, and that it works.

use ordain_trust::recovery::Recovery;
use ordain_trust::{Event, ObjectId, Refusal, RefusalCode, Standing, Store, UnixTime, verify};

use crate::forge::{Chain, NOW, ROLES, Signer, policy, signed, who};

const HOUR: u64 = 3600;

/// A chain whose head is spoilt, and a commit from before that recovers it.
fn spoilt() -> (Chain, ObjectId) {
    let mut chain = Chain::beating();
    let mut good = chain.clone();
    let recovered = good.put("ordain.yaml", "x: good\n").forge(&who("ann"));
    chain.objects = good.objects;
    chain.put("ordain.yaml", "x: spoilt\n").promote(&who("dan"));
    chain.beat();
    (chain, recovered)
}

fn statement(chain: &Chain, head: &ObjectId) -> Recovery {
    Recovery {
        repo: chain.repo(),
        number: 1,
        issued: NOW,
        expires: NOW.after(12 * HOUR),
        depth: 1,
        commit: *head,
        head: chain.payload(head),
    }
}

fn by(signers: &[Signer], recovery: &Recovery) -> Vec<u8> {
    let text = recovery.text();
    let armours = signers.iter().map(|one| one.armour("ordain-recovery@v1", text.as_bytes()));
    [text.clone()].into_iter().chain(armours).collect::<String>().into_bytes()
}

fn judge(chain: &Chain, bytes: &[u8], now: UnixTime) -> Result<Store, Refusal> {
    verify(&chain.store, Event::Recovery(bytes), &chain.objects, now)
}

#[track_caller]
fn refused(chain: &Chain, bytes: &[u8], code: RefusalCode) {
    chain.refused(code, |chain| judge(chain, bytes, NOW).map(drop));
}

#[test]
fn two_roots_name_another_head() {
    let (mut chain, head) = spoilt();
    let recovery = statement(&chain, &head);
    let bytes = by(&[who("ann"), who("cy")], &recovery);
    chain.store = judge(&chain, &bytes, NOW).unwrap();
    assert_eq!((chain.store.head.commit, chain.store.head.depth), (head, 1));
    // It goes on from there, and the same statement does not come again.
    chain.commits = vec![chain.commits[0], head];
    chain.put("ordain.yaml", "x: 2\n").promote(&who("dan"));
    chain.beat();
    assert_eq!(chain.store.standing(NOW), Standing::InForce);
    refused(&chain, &bytes, RefusalCode::NumberFalls);
}

#[test]
fn recovery_by_too_few() {
    let (chain, head) = spoilt();
    let recovery = statement(&chain, &head);
    for signers in [
        vec![who("ann")],
        vec![who("ann"), who("ann")],
        vec![who("ann"), who("ann-two")],
        vec![who("dan"), who("gus")],
    ] {
        refused(&chain, &by(&signers, &recovery), RefusalCode::BelowThreshold);
    }
    let stranger = Signer::ed25519("vendor", "Vendor");
    refused(&chain, &by(&[who("ann"), stranger], &recovery), RefusalCode::UnknownKey);
}

#[test]
fn recovery_by_one_where_the_policy_would_let_one() {
    let mut chain = Chain::beating();
    let roles = ROLES.replace("ann-two], threshold: 2", "ann-two], threshold: 1");
    chain.put(".ordain/trust.yaml", &policy(&roles, chain.format)).approve(&who("bob"));
    chain.promote(&who("ann"));
    let head = chain.head();
    let bytes = by(&[who("ann")], &statement(&chain, &head));
    refused(&chain, &bytes, RefusalCode::BelowThreshold);
}

#[test]
fn recovery_that_is_late_early_long_or_foreign() {
    let (chain, head) = spoilt();
    let honest = statement(&chain, &head);
    let both = [who("ann"), who("bob")];
    let day = 24 * HOUR;
    for (recovery, code) in [
        (
            Recovery {
                issued: UnixTime(NOW.0 - day),
                expires: UnixTime(NOW.0 - 1),
                ..honest.clone()
            },
            RefusalCode::Expired,
        ),
        (
            Recovery { issued: NOW.after(day), expires: NOW.after(day), ..honest.clone() },
            RefusalCode::NotYet,
        ),
        (Recovery { expires: NOW.after(day + 1), ..honest.clone() }, RefusalCode::TooLong),
        (
            Recovery { repo: ordain_trust::RepoId([3; 32]), ..honest.clone() },
            RefusalCode::ForeignRepository,
        ),
        (Recovery { number: 0, ..honest.clone() }, RefusalCode::NumberFalls),
        (
            Recovery { head: ordain_trust::PayloadId([3; 32]), ..honest.clone() },
            RefusalCode::UnknownHead,
        ),
        (Recovery { commit: chain.store.head.tree, ..honest.clone() }, RefusalCode::WrongType),
    ] {
        refused(&chain, &by(&both, &recovery), code);
    }
    let text = honest.text();
    let signed = [who("ann").statement("git", &text)].concat();
    refused(&chain, &signed, RefusalCode::WrongNamespace);
}

#[test]
fn recovery_to_a_head_that_takes_the_roots_away() {
    let mut chain = Chain::beating();
    let roles = ROLES.replace("root: {keys: [ann, bob, cy, ann-two]", "root: {keys: [fay, gus]");
    chain.put(".ordain/trust.yaml", &policy(&roles, chain.format));
    let head = chain.forge(&who("ann"));
    let recovery = statement(&chain, &head);
    refused(&chain, &by(&[who("ann"), who("bob")], &recovery), RefusalCode::BelowThreshold);
}

#[test]
fn recovery_to_a_commit_by_nobody_who_may_promote() {
    let (mut chain, _) = spoilt();
    let head = chain.put("ordain.yaml", "x: 3\n").forge(&who("tech"));
    let recovery = statement(&chain, &head);
    refused(&chain, &by(&[who("ann"), who("bob")], &recovery), RefusalCode::NotRelease);
}

#[test]
fn recovery_by_a_revoked_root() {
    let (mut chain, head) = spoilt();
    let mut heartbeat = chain.heartbeat();
    heartbeat.revoked.insert(who("bob").fingerprint());
    chain.take(&signed(&heartbeat));
    let bytes = by(&[who("ann"), who("bob")], &statement(&chain, &head));
    refused(&chain, &bytes, RefusalCode::RevokedKey);
}
