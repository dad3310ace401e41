//! Promotions: whether one commit may follow the head.
//!
//! Owns the shape of the chain and who must have signed for what changed,
//! judged by the policy of the parent. It asks for nothing that two root trees
//! and their differing folders cannot answer.

use std::collections::BTreeSet;
use std::sync::Arc;

use crate::approval::{Approvals, Approves, signer};
use crate::bounds;
use crate::commit::Commit;
use crate::key::Fingerprint;
use crate::object_id::ObjectId;
use crate::objects::Objects;
use crate::path_class::{PathClass, changed, policy_bytes};
use crate::policy::{Policy, Role};
use crate::refusal::{Checked, Refusal, RefusalCode};
use crate::repo::{check_format, require};
use crate::sshsig::{Namespace, SshSignature};
use crate::store::{Head, Step, Store};

/// Moves the head on by one promotion.
///
/// # Errors
/// `bad-shape`, `not-next`, `unknown-key`, `revoked-key`, `not-release`,
/// `below-threshold`, `bad-policy`, `wrong-format`, `too-large`, and those of
/// signatures and objects. The store is untouched then.
pub(crate) fn follow(
    store: &mut Store,
    id: &ObjectId,
    approvals: &Approvals,
    objects: &Objects,
    revoked: &BTreeSet<Fingerprint>,
) -> Checked<()> {
    let commit = objects.commit(id)?;
    check_shape(store, commit, objects)?;
    make_room(store)?;
    let signature = SshSignature::from_armour(&commit.armour)?;
    let message = &commit.payload;
    let first = signer(&signature, message, Namespace::Git, &store.policy, revoked)?;
    if !store.policy.bears(&first, &Role::Release) {
        let what = format!("the key {first} may not promote");
        return Err(Refusal::new(RefusalCode::NotRelease, what));
    }
    let classes = changed(objects, &store.head.tree, &commit.tree)?;
    let policy = if classes.contains(&PathClass::Trust) {
        let policy = Policy::parse(policy_bytes(objects, &commit.tree)?)?;
        check_format(&policy, objects)?;
        Some(Arc::new(policy))
    } else {
        None
    };
    let mut signers = BTreeSet::from([first]);
    if demands(store, &classes, policy.as_deref(), &signers).is_err() {
        let wanted =
            Approves { repo: Some(store.repo), tree: commit.tree, onto: Some(store.head.payload) };
        // A key that only the new policy knows counts for that one alone: no
        // role of the old policy is borne by it.
        signers.extend(approvals.of(&wanted).iter().filter_map(|one| {
            let known = one.verify(&wanted, &store.policy, revoked);
            known
                .or_else(|refusal| match &policy {
                    Some(policy) => one.verify(&wanted, policy, revoked),
                    None => Err(refusal),
                })
                .ok()
        }));
        demands(store, &classes, policy.as_deref(), &signers)?;
    }
    let depth = store.head.depth + 1;
    store.head = Head { commit: *id, payload: commit.payload_id, depth, tree: commit.tree };
    let signers = signers.into_iter().collect();
    store.trail.push(Step { payload: commit.payload_id, depth, signers });
    if let Some(policy) = policy {
        store.policy = policy;
    }
    Ok(())
}

/// Keeps the trail within its bound. Before the first heartbeat the oldest steps
/// are forgotten; after one each may matter, should its signer be revoked.
fn make_room(store: &mut Store) -> Checked<()> {
    if store.heartbeat.is_some() && store.trail.len() >= bounds::TRAIL {
        let what = "too many promotions since the one that the last heartbeat named";
        return Err(Refusal::new(RefusalCode::TooLarge, what));
    }
    if store.trail.len() >= 2 * bounds::TRAIL {
        store.trail.drain(..bounds::TRAIL);
    }
    Ok(())
}

/// Two parents, the first of which is the head: by what was signed, since
/// anybody can give a commit another armour and so another id.
fn check_shape(store: &Store, commit: &Commit, objects: &Objects) -> Checked<()> {
    let [previous, main] = commit.parents.as_slice() else {
        let count = commit.parents.len();
        let what = format!("a promotion has two parents, this one {count}");
        return Err(Refusal::new(RefusalCode::BadShape, what));
    };
    if previous == main {
        let what = "a promotion's two parents are one commit";
        return Err(Refusal::new(RefusalCode::BadShape, what));
    }
    let sibling =
        || objects.commit(previous).is_ok_and(|parent| parent.payload_id == store.head.payload);
    if *previous != store.head.commit && !sibling() {
        let what = format!("it follows {previous}, and the head is {}", store.head.commit);
        return Err(Refusal::new(RefusalCode::NotNext, what));
    }
    Ok(())
}

/// Every role that must have signed has.
fn demands(
    store: &Store,
    classes: &BTreeSet<PathClass>,
    policy: Option<&Policy>,
    signers: &BTreeSet<Fingerprint>,
) -> Checked<()> {
    require(&store.policy, signers, &Role::Release, "a promotion")?;
    for class in classes {
        let role = class.role(&store.policy);
        match class {
            PathClass::Trust => require(&store.policy, signers, &role, "a change of `.ordain/`")?,
            PathClass::Tenant(tenant) => {
                let subject = format!("a change of `tenants/{tenant}/`");
                require(&store.policy, signers, &role, &subject)?;
            }
            PathClass::Global => {
                require(&store.policy, signers, &role, "a change for all tenants")?;
            }
        }
    }
    match policy {
        Some(policy) => require(policy, signers, &Role::Root, "the new trust policy"),
        None => Ok(()),
    }
}
