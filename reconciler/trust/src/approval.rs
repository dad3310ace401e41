//! Approvals: a person's signature under one tree that is to follow one head.
//!
//! Owns the statement, what is needed for one to count, and the pile that
//! somebody hands over, in which worthless ones must displace nothing. How many
//! it takes is [`crate::promotion`]'s.

use std::collections::{BTreeSet, HashMap};

use crate::commit::PayloadId;
use crate::key::Fingerprint;
use crate::object_id::ObjectId;
use crate::policy::Policy;
use crate::refusal::{Checked, Refusal, RefusalCode};
use crate::repo::RepoId;
use crate::sshsig::{Namespace, SshSignature};
use crate::statement::{Lines, Statement, bad};

const TITLE: &str = "ordain-approval v1";

/// What is approved: that `tree` follows `onto` in that repository.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Approves {
    /// The repository; none for the approval of a genesis, which makes it.
    pub repo: Option<RepoId>,
    /// The root tree.
    pub tree: ObjectId,
    /// The promotion before; none for the genesis.
    pub onto: Option<PayloadId>,
}

impl Approves {
    /// The text to sign in the namespace `ordain-approval@v1`.
    pub fn text(&self) -> String {
        let repo = self.repo.map_or_else(|| "none".to_owned(), |repo| repo.to_string());
        let onto = self.onto.map_or_else(|| "none".to_owned(), |onto| onto.to_string());
        format!("{TITLE}\nrepo {repo}\ntree {}\nonto {onto}\n", self.tree)
    }
}

/// An approval that was read; its signature is not yet checked.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Approval {
    /// What it approves.
    pub approves: Approves,
    text: String,
    signature: SshSignature,
}

impl Approval {
    /// Reads an approval.
    ///
    /// # Errors
    /// `bad-statement`, `unsigned`, `too-large`, and those of signatures.
    pub fn parse(bytes: &[u8]) -> Checked<Self> {
        let statement = Statement::parse(bytes, 1)?;
        let mut lines = Lines::below(statement.text, TITLE)?;
        let repo = optional_digest(&mut lines, "repo")?.map(RepoId);
        let tree = lines.field("tree")?.parse().map_err(bad)?;
        let onto = optional_digest(&mut lines, "onto")?.map(PayloadId);
        lines.end()?;
        let approves = Approves { repo, tree, onto };
        let text = statement.text.to_owned();
        let [signature] = <[SshSignature; 1]>::try_from(statement.signatures)
            .map_err(|_| bad("it has not one signature"))?;
        Ok(Self { approves, text, signature })
    }

    /// The key that approves `wanted`, where this approval does.
    ///
    /// # Errors
    /// `foreign-repository`, `not-allowed` for an approval of something else,
    /// `unknown-key`, `revoked-key`, and those of [`SshSignature::verify`].
    pub fn verify(
        &self,
        wanted: &Approves,
        policy: &Policy,
        revoked: &BTreeSet<Fingerprint>,
    ) -> Checked<Fingerprint> {
        if self.approves.repo != wanted.repo {
            let what = "an approval is for another repository";
            return Err(Refusal::new(RefusalCode::ForeignRepository, what));
        }
        if self.approves != *wanted {
            let what = "an approval is for another tree, or for it to follow another head";
            return Err(Refusal::new(RefusalCode::NotAllowed, what));
        }
        signer(&self.signature, self.text.as_bytes(), Namespace::Approval, policy, revoked)
    }
}

/// Approvals by what they approve. What is no approval at all is left out:
/// whoever relays them could add any bytes, and must not stop anything.
///
/// None is left out for being one too many, since nobody has looked at their
/// signatures yet. Each names the promotion that it is to follow, so however
/// many there are, each is looked at for one promotion at most.
#[derive(Debug, Clone, Default)]
pub struct Approvals {
    by_subject: HashMap<Approves, Vec<Approval>>,
}

impl Approvals {
    /// Sorts out what was delivered.
    pub fn sorted<'a>(delivered: impl IntoIterator<Item = &'a [u8]>) -> Self {
        let mut by_subject: HashMap<Approves, Vec<Approval>> = HashMap::new();
        for approval in delivered.into_iter().filter_map(|bytes| Approval::parse(bytes).ok()) {
            by_subject.entry(approval.approves).or_default().push(approval);
        }
        Self { by_subject }
    }

    /// Those that approve just that, by whomever.
    pub fn of(&self, wanted: &Approves) -> &[Approval] {
        self.by_subject.get(wanted).map_or(&[], Vec::as_slice)
    }
}

fn optional_digest(lines: &mut Lines<'_>, name: &str) -> Checked<Option<[u8; 32]>> {
    match lines.field(name)? {
        "none" => Ok(None),
        text => crate::statement::digest(text).map(Some),
    }
}

/// The key of a signature over `message`, where the policy knows it and it is
/// not revoked.
///
/// # Errors
/// `unknown-key`, `revoked-key`, and those of [`SshSignature::verify`].
pub(crate) fn signer(
    signature: &SshSignature,
    message: &[u8],
    namespace: Namespace,
    policy: &Policy,
    revoked: &BTreeSet<Fingerprint>,
) -> Checked<Fingerprint> {
    let fingerprint = signature.key.fingerprint();
    if !policy.knows(&signature.key) {
        let what = format!("the policy does not name the key {fingerprint}");
        return Err(Refusal::new(RefusalCode::UnknownKey, what));
    }
    if revoked.contains(&fingerprint) {
        let what = format!("the key {fingerprint} is revoked");
        return Err(Refusal::new(RefusalCode::RevokedKey, what));
    }
    signature.verify(message, namespace)?;
    Ok(fingerprint)
}
