//! Which repository this is, and where its chain begins.
//!
//! Owns the repo id and the check of the genesis, the parentless commit that
//! the root threshold has signed. What follows it is [`crate::promotion`]'s.

use std::collections::BTreeSet;
use std::sync::Arc;

use sha2::{Digest as _, Sha256};

use crate::approval::{Approvals, Approves, signer};
use crate::commit::PayloadId;
use crate::key::Fingerprint;
use crate::object_id::{ObjectFormat, ObjectId};
use crate::objects::Objects;
use crate::path_class::policy_bytes;
use crate::policy::{Policy, Role};
use crate::refusal::{Checked, Refusal, RefusalCode};
use crate::sshsig::{Namespace, SshSignature};
use crate::store::{Head, Step, Store};

/// The identity of a repository. Displays as 64 hexadecimal digits.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct RepoId(pub [u8; 32]);

impl std::fmt::Display for RepoId {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&hex::encode(self.0))
    }
}

impl RepoId {
    /// SHA-256 of `ordain-intro-v1`, the format's name, the payload id of the
    /// genesis and SHA-256 of its trust policy, one after the other.
    pub fn of(format: ObjectFormat, genesis: PayloadId, policy: &[u8; 32]) -> Self {
        let mut hash = Sha256::new();
        hash.update(b"ordain-intro-v1");
        hash.update(format.name());
        hash.update(genesis.0);
        hash.update(policy);
        Self(hash.finalize().into())
    }
}

/// What an installer, or a person with a clone, knows beforehand.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Anchor {
    /// The repository.
    pub repo: RepoId,
    /// Its first commit.
    pub genesis: ObjectId,
}

/// The state in which nothing but the genesis was accepted.
///
/// # Errors
/// `foreign-repository` where it is not the anchor's; `bad-shape` where it has
/// parents; `bad-policy`, `wrong-format`, `below-threshold`, and those of
/// signatures and objects.
pub fn begin(
    anchor: Option<&Anchor>,
    genesis: &ObjectId,
    approvals: &Approvals,
    objects: &Objects,
    tenant: &str,
) -> Checked<Store> {
    let foreign = |what: &str| Refusal::new(RefusalCode::ForeignRepository, what);
    if anchor.is_some_and(|anchor| anchor.genesis != *genesis) {
        return Err(foreign("the chain begins with another commit"));
    }
    let commit = objects.commit(genesis)?;
    if !commit.parents.is_empty() {
        let what = "the genesis has a parent";
        return Err(Refusal::new(RefusalCode::BadShape, what));
    }
    let policy = Policy::parse(policy_bytes(objects, &commit.tree)?)?;
    check_format(&policy, objects)?;
    let repo = RepoId::of(policy.format, commit.payload_id, &policy.digest);
    if anchor.is_some_and(|anchor| anchor.repo != repo) {
        return Err(foreign("the genesis is that of another repository"));
    }
    let signature = SshSignature::from_armour(&commit.armour)?;
    let nobody = BTreeSet::new();
    let first = signer(&signature, &commit.payload, Namespace::Git, &policy, &nobody)?;
    let wanted = Approves { repo: None, tree: commit.tree, onto: None };
    let mut signers = BTreeSet::from([first]);
    signers.extend(
        approvals.of(&wanted).iter().filter_map(|one| one.verify(&wanted, &policy, &nobody).ok()),
    );
    require(&policy, &signers, &Role::Root, "the genesis")?;
    let head = Head { commit: *genesis, payload: commit.payload_id, depth: 0, tree: commit.tree };
    let step = Step { payload: head.payload, depth: 0, signers: signers.into_iter().collect() };
    Ok(Store::at(repo, tenant.to_owned(), head, Arc::new(policy), step))
}

/// The policy speaks of the format that the objects have.
pub(crate) fn check_format(policy: &Policy, objects: &Objects) -> Checked<()> {
    if policy.format == objects.format() {
        return Ok(());
    }
    let what = format!(
        "the policy is for {} and the objects are of {}",
        policy.format.name(),
        objects.format().name()
    );
    Err(Refusal::new(RefusalCode::WrongFormat, what))
}

/// Enough persons of a role have signed.
pub(crate) fn require(
    policy: &Policy,
    signers: &BTreeSet<Fingerprint>,
    role: &Role,
    subject: &str,
) -> Checked<()> {
    if policy.reached(signers, role) {
        return Ok(());
    }
    let found = policy.persons(signers, role);
    let what = match policy.threshold(role) {
        Some(threshold) => {
            format!("{subject} needs {threshold} of the role `{role}` and has {found}")
        }
        None => format!("{subject} needs the role `{role}`, which nobody bears"),
    };
    Err(Refusal::new(RefusalCode::BelowThreshold, what))
}
