//! Attacks on history.

use std::collections::BTreeSet;

use ordain_trust::verify::{Lowest, enrol};
use ordain_trust::{Anchor, DetectOnly, RefusalCode, RepoId, Standing};

use crate::forge::{Chain, NOW, Signer, signed, who};

#[test]
fn rollback() {
    let mut chain = Chain::beating();
    chain.put("ordain.yaml", "x: 1\n").promote(&who("dan"));
    let old = chain.commits.clone();
    chain.put("ordain.yaml", "x: 2\n").promote(&who("dan"));
    chain.refuses(&[old[0]], RefusalCode::BadShape);
    chain.refuses(&[old[1]], RefusalCode::NotNext);
    chain.refuses(&[chain.head()], RefusalCode::NotNext);
}

#[test]
fn unrelated_history() {
    let mut chain = Chain::beating();
    let tree = chain.put("ordain.yaml", "another: one\n").tree();
    let genesis = chain.forge_from(&who("ann"), &tree, &[]);
    let parents = [genesis, chain.main()];
    let promotion = chain.forge_from(&who("dan"), &tree, &parents);
    chain.refuses(&[genesis], RefusalCode::BadShape);
    chain.refuses(&[promotion], RefusalCode::NotNext);
    chain.refuses(&[genesis, promotion], RefusalCode::BadShape);
}

#[test]
fn another_genesis_at_enrolment() {
    let mut chain = Chain::new();
    let honest = chain.anchor();
    let tree = chain.tree();
    let other = chain.forge_from(&who("ann"), &tree, &[]);
    let approvals = chain.approved();
    for anchor in [
        Anchor { repo: honest.repo, genesis: other },
        Anchor { repo: RepoId([0; 32]), genesis: honest.genesis },
    ] {
        let refusal = enrol(&anchor, None, &[], &approvals, &chain.objects, "contoso").unwrap_err();
        assert_eq!(refusal.code, RefusalCode::ForeignRepository);
    }
    let parents = [honest.genesis, chain.main()];
    let late = chain.forge_from(&who("ann"), &tree, &parents);
    let anchor = Anchor { repo: honest.repo, genesis: late };
    let refusal = enrol(&anchor, None, &[], &approvals, &chain.objects, "contoso").unwrap_err();
    assert_eq!(refusal.code, RefusalCode::BadShape);
}

#[test]
fn genesis_below_the_root_threshold() {
    let chain = Chain::new();
    let nothing = ordain_trust::Approvals::default();
    let refusal =
        enrol(&chain.anchor(), None, &[], &nothing, &chain.objects, "contoso").unwrap_err();
    assert_eq!(refusal.code, RefusalCode::BelowThreshold);
}

#[test]
fn chain_that_ends_before_the_lowest_head() {
    let mut chain = Chain::new();
    chain.put("ordain.yaml", "x: 1\n").promote(&who("dan"));
    chain.put("ordain.yaml", "x: 2\n").promote(&who("dan"));
    let lowest = Lowest { depth: 1, payload: chain.payload(&chain.commits[1]) };
    let approvals = chain.approved();
    let enrol = |lowest, commits: &[_]| {
        let anchor = chain.anchor();
        enrol(&anchor, Some(lowest), commits, &approvals, &chain.objects, "contoso")
            .map_err(|refusal| refusal.code)
    };
    assert!(enrol(lowest, &chain.commits[1..]).is_ok());
    assert_eq!(enrol(lowest, &[]), Err(RefusalCode::BelowLowest));
    let other = Lowest { payload: chain.payload(&chain.head()), ..lowest };
    assert_eq!(enrol(other, &chain.commits[1..]), Err(RefusalCode::BelowLowest));
}

#[test]
fn fork_before_last_seen() {
    let mut chain = Chain::beating();
    let mut fork = chain.clone();
    chain.put("ordain.yaml", "x: 1\n").promote(&who("dan"));
    fork.objects = chain.objects.clone();
    let forked = fork.put("ordain.yaml", "x: evil\n").forge(&who("dan"));
    chain.objects = fork.objects;
    chain.refuses(&[forked], RefusalCode::NotNext);
}

#[test]
fn fork_before_a_revocation() {
    let mut chain = Chain::beating();
    let before = chain.clone();
    chain.put("ordain.yaml", "x: 1\n").approve(&who("gus")).promote(&who("ann"));
    let mut heartbeat = chain.heartbeat();
    heartbeat.revoked = BTreeSet::from([who("dan").fingerprint()]);
    chain.take(&signed(&heartbeat));
    // Whoever has the revoked key goes on from before it was revoked.
    let mut fork = before;
    fork.objects = chain.objects.clone();
    let forked = fork.put("ordain.yaml", "x: evil\n").forge(&who("dan"));
    let mut attacked = chain.clone();
    attacked.objects = fork.objects.clone();
    attacked.refuses(&[forked], RefusalCode::NotNext);
    // An agent that had not seen the revocation follows the fork, but the
    // heartbeat names no commit of it, so it never gets that into force.
    fork.store = fork.judge(&[forked], None).unwrap();
    fork.refuses_heartbeat(&signed(&heartbeat), RefusalCode::UnknownHead);
    // And on top of the head the key counts no more.
    let late = chain.put("ordain.yaml", "x: evil\n").forge(&who("dan"));
    chain.refuses(&[late], RefusalCode::RevokedKey);
}

#[test]
fn head_by_a_key_that_is_revoked_afterwards() {
    let mut chain = Chain::beating();
    let mut heartbeat = chain.heartbeat();
    heartbeat.revoked = BTreeSet::from([who("dan").fingerprint()]);
    chain.put("ordain.yaml", "x: evil\n").promote(&who("dan"));
    assert_eq!(chain.store.standing(NOW), Standing::InForce);
    chain.take(&signed(&heartbeat));
    assert_eq!(chain.store.standing(NOW), Standing::DetectOnly(DetectOnly::RevokedHead));
    // Another person looks at what was promoted and promotes on top; the next
    // heartbeat names that.
    chain.put("ordain.yaml", "x: 1\n").approve(&who("gus")).promote(&who("ann"));
    let mut heartbeat = chain.heartbeat();
    heartbeat.revoked = BTreeSet::from([who("dan").fingerprint()]);
    chain.take(&signed(&heartbeat));
    assert_eq!(chain.store.standing(NOW), Standing::InForce);
}

#[test]
fn approval_by_a_key_that_is_revoked() {
    let mut chain = Chain::beating();
    let mut heartbeat = chain.heartbeat();
    heartbeat.revoked = BTreeSet::from([who("gus").fingerprint()]);
    chain.take(&signed(&heartbeat));
    let commit = chain.put("ordain.yaml", "x: 1\n").approve(&who("gus")).forge(&who("bob"));
    chain.refuses(&[commit], RefusalCode::BelowThreshold);
}

#[test]
fn foxtrot_merge() {
    let mut chain = Chain::beating();
    let tree = chain.put("ordain.yaml", "x: 1\n").tree();
    let parents = [chain.main(), chain.head()];
    let commit = chain.forge_from(&who("dan"), &tree, &parents);
    chain.refuses(&[commit], RefusalCode::NotNext);
}

#[test]
fn octopus_merge_and_other_numbers_of_parents() {
    let mut chain = Chain::beating();
    let tree = chain.put("ordain.yaml", "x: 1\n").tree();
    let (head, main) = (chain.head(), chain.main());
    for parents in [vec![], vec![head], vec![head, main, tree], vec![head, head]] {
        let commit = chain.forge_from(&who("dan"), &tree, &parents);
        chain.refuses(&[commit], RefusalCode::BadShape);
    }
}

#[test]
fn one_bad_promotion_among_good_ones() {
    let mut chain = Chain::beating();
    let mut ahead = chain.clone();
    let good = ahead.put("ordain.yaml", "x: 1\n").promote(&who("dan"));
    let bad = ahead.put("ordain.yaml", "x: 2\n").forge(&Signer::ed25519("stranger", "M"));
    chain.objects = ahead.objects;
    chain.refuses(&[good, bad], RefusalCode::UnknownKey);
    assert!(chain.judge(&[good], None).is_ok());
}

#[test]
fn a_key_that_may_sign_something_else_promotes() {
    let mut chain = Chain::beating();
    for name in ["cy", "eve", "fay", "gus", "pulse", "tech"] {
        let commit = chain.put("ordain.yaml", "x: 1\n").forge(&who(name));
        chain.refuses(&[commit], RefusalCode::NotRelease);
    }
}
