//! Recovery: the root's persons name another head.
//!
//! Owns the statement for the day on which the chain itself is lost or spoilt,
//! and what it takes: two persons at least, whatever the threshold, under the
//! policy in force and under the one that it leads to.

use std::collections::BTreeSet;
use std::sync::Arc;

use crate::approval::signer;
use crate::bounds;
use crate::commit::PayloadId;
use crate::heartbeat::{check_repo, validity};
use crate::key::Fingerprint;
use crate::object_id::ObjectId;
use crate::objects::Objects;
use crate::path_class::policy_bytes;
use crate::policy::{Policy, Role};
use crate::refusal::{Checked, Refusal, RefusalCode};
use crate::repo::{RepoId, check_format, require};
use crate::sshsig::{Namespace, SshSignature};
use crate::statement::{Lines, Statement, UnixTime, bad};
use crate::store::{Head, Step, Store};

const TITLE: &str = "ordain-recovery v1";

/// What a recovery says.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Recovery {
    /// The repository.
    pub repo: RepoId,
    /// Rises with every recovery.
    pub number: u64,
    /// When it was signed.
    pub issued: UnixTime,
    /// Until when it holds: 24 hours at most.
    pub expires: UnixTime,
    /// The depth at which the chain goes on.
    pub depth: u64,
    /// The new head by its id.
    pub commit: ObjectId,
    /// The new head by what was signed.
    pub head: PayloadId,
}

impl Recovery {
    /// The text to sign in the namespace `ordain-recovery@v1`.
    pub fn text(&self) -> String {
        let Self { repo, number, issued, expires, depth, commit, head } = self;
        format!(
            "{TITLE}\nrepo {repo}\nnumber {number}\nissued {issued}\nexpires {expires}\n\
             depth {depth}\ncommit {commit}\nhead {head}\n"
        )
    }

    /// Reads the signed text.
    ///
    /// # Errors
    /// `bad-statement`, `too-long`.
    pub fn parse(text: &str) -> Checked<Self> {
        let mut lines = Lines::below(text, TITLE)?;
        let repo = RepoId(lines.digest("repo")?);
        let number = lines.number("number")?;
        let (issued, expires) = validity(&mut lines, bounds::RECOVERY_SECONDS)?;
        let depth = lines.number("depth")?;
        let commit = lines.field("commit")?.parse().map_err(bad)?;
        let head = PayloadId(lines.digest("head")?);
        lines.end()?;
        Ok(Self { repo, number, issued, expires, depth, commit, head })
    }
}

/// Refuses a statement that is not of this time.
pub(crate) fn check_time(
    store: &Store,
    issued: UnixTime,
    expires: UnixTime,
    now: UnixTime,
) -> Checked<()> {
    let now = store.time(now);
    if issued > now.after(bounds::AHEAD_SECONDS) {
        return Err(Refusal::new(RefusalCode::NotYet, "the statement is of a later time"));
    }
    if now > expires {
        return Err(Refusal::new(RefusalCode::Expired, "the statement has expired"));
    }
    Ok(())
}

/// Moves the head to where a recovery says.
///
/// # Errors
/// `foreign-repository`, `number-falls`, `expired`, `not-yet`,
/// `below-threshold`, `bad-policy`, `wrong-format`, `not-release`, and those
/// of statements, signatures and objects.
pub(crate) fn take(
    store: &mut Store,
    bytes: &[u8],
    objects: &Objects,
    now: UnixTime,
) -> Checked<()> {
    let statement = Statement::parse(bytes, bounds::STATEMENT_SIGNATURES)?;
    let recovery = Recovery::parse(statement.text)?;
    check_repo(store, recovery.repo)?;
    if recovery.number <= store.recovery {
        let what = format!("recovery {} after {}", recovery.number, store.recovery);
        return Err(Refusal::new(RefusalCode::NumberFalls, what));
    }
    check_time(store, recovery.issued, recovery.expires, now)?;
    let revoked = store.revoked();
    let mut signers = BTreeSet::new();
    for signature in &statement.signatures {
        let message = statement.text.as_bytes();
        signers.insert(signer(signature, message, Namespace::Recovery, &store.policy, &revoked)?);
    }
    let commit = objects.commit(&recovery.commit)?;
    if commit.payload_id != recovery.head {
        let what = "the recovery's commit is not the head that it names";
        return Err(Refusal::new(RefusalCode::UnknownHead, what));
    }
    let policy = Policy::parse(policy_bytes(objects, &commit.tree)?)?;
    check_format(&policy, objects)?;
    for policy in [&*store.policy, &policy] {
        enough(policy, &signers)?;
    }
    let signature = SshSignature::from_armour(&commit.armour)?;
    let by = signer(&signature, &commit.payload, Namespace::Git, &policy, &revoked)?;
    if !policy.bears(&by, &Role::Release) && !policy.bears(&by, &Role::Root) {
        let what = format!("the key {by} may not promote");
        return Err(Refusal::new(RefusalCode::NotRelease, what));
    }
    signers.insert(by);
    store.head = Head {
        commit: recovery.commit,
        payload: recovery.head,
        depth: recovery.depth,
        tree: commit.tree,
    };
    store.policy = Arc::new(policy);
    let (payload, depth) = (recovery.head, recovery.depth);
    store.trail = vec![Step { payload, depth, signers: signers.into_iter().collect() }];
    store.recovery = recovery.number;
    store.floor = store.floor.max(recovery.issued);
    Ok(())
}

fn enough(policy: &Policy, signers: &BTreeSet<Fingerprint>) -> Checked<()> {
    require(policy, signers, &Role::Root, "a recovery")?;
    if policy.persons(signers, &Role::Root) < 2 {
        let what = "a recovery needs two persons of the role `root`";
        return Err(Refusal::new(RefusalCode::BelowThreshold, what));
    }
    Ok(())
}
