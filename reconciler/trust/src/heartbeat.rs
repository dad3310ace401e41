//! Heartbeats: a signer away from the controller says what it has seen.
//!
//! Owns the statement and the conditions under which one is taken. Its expiry
//! bounds how long a controller can keep news from an agent.

use std::collections::{BTreeMap, BTreeSet};

use crate::approval::signer;
use crate::bounds;
use crate::commit::PayloadId;
use crate::key::Fingerprint;
use crate::policy::Role;
use crate::refusal::{Checked, Refusal, RefusalCode};
use crate::repo::RepoId;
use crate::sshsig::Namespace;
use crate::statement::{Lines, Statement, UnixTime, bad, digest, number};
use crate::store::{Age, Store};

const TITLE: &str = "ordain-heartbeat v1";

/// What a heartbeat says.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Heartbeat {
    /// The repository.
    pub repo: RepoId,
    /// Rises with every heartbeat.
    pub number: u64,
    /// When it was signed.
    pub issued: UnixTime,
    /// Until when it holds.
    pub expires: UnixTime,
    /// Promotions since the genesis, up to the head that the signer saw.
    pub depth: u64,
    /// The head that the signer saw.
    pub head: PayloadId,
    /// Keys that do not count any more.
    pub revoked: BTreeSet<Fingerprint>,
    /// When the signer first saw each head whose soak time may still run.
    pub first_seen: BTreeMap<PayloadId, UnixTime>,
}

impl Heartbeat {
    /// The text to sign in the namespace `ordain-heartbeat@v1`.
    pub fn text(&self) -> String {
        let Self { repo, number, issued, expires, depth, head, .. } = self;
        let mut text = format!(
            "{TITLE}\nrepo {repo}\nnumber {number}\nissued {issued}\nexpires {expires}\n\
             depth {depth}\nhead {head}\n"
        );
        let mut revoked: Vec<String> = self.revoked.iter().map(ToString::to_string).collect();
        revoked.sort();
        let revoked = revoked.iter().map(|key| format!("revoked {key}\n"));
        let seen = self.first_seen.iter().map(|(head, time)| format!("seen {head} {time}\n"));
        text.extend(revoked.chain(seen));
        text
    }

    /// Reads the signed text.
    ///
    /// # Errors
    /// `bad-statement`, `too-long`.
    pub fn parse(text: &str) -> Checked<Self> {
        let mut lines = Lines::below(text, TITLE)?;
        let repo = RepoId(lines.digest("repo")?);
        let number_ = lines.number("number")?;
        let (issued, expires) = validity(&mut lines, bounds::HEARTBEAT_SECONDS)?;
        let depth = lines.number("depth")?;
        let head = PayloadId(lines.digest("head")?);
        let revoked = lines.repeated("revoked")?;
        let revoked = revoked.into_iter().map(str::parse).collect::<Checked<_>>()?;
        let mut first_seen = BTreeMap::new();
        for line in lines.repeated("seen")? {
            let (head, time) = line.split_once(' ').ok_or_else(|| bad("`seen` lacks its time"))?;
            let time = UnixTime(number(time)?);
            if first_seen.insert(PayloadId(digest(head)?), time).is_some() {
                return Err(bad("one head was first seen twice"));
            }
        }
        lines.end()?;
        Ok(Self { repo, number: number_, issued, expires, depth, head, revoked, first_seen })
    }
}

/// The lines `issued` and `expires`, no further apart than `most` seconds.
pub(crate) fn validity(lines: &mut Lines<'_>, most: u64) -> Checked<(UnixTime, UnixTime)> {
    let (issued, expires) = (lines.time("issued")?, lines.time("expires")?);
    if expires < issued {
        return Err(bad("it expires before it is issued"));
    }
    if expires > issued.after(most) {
        let what = format!("a statement of that kind holds for {most} seconds at most");
        return Err(Refusal::new(RefusalCode::TooLong, what));
    }
    Ok((issued, expires))
}

/// Refuses a statement of another repository.
pub(crate) fn check_repo(store: &Store, repo: RepoId) -> Checked<()> {
    if store.repo == repo {
        return Ok(());
    }
    let what = "the statement is for another repository";
    Err(Refusal::new(RefusalCode::ForeignRepository, what))
}

/// Refuses a key that does not bear the role.
pub(crate) fn check_role(store: &Store, key: &Fingerprint, role: &Role) -> Checked<()> {
    if store.policy.bears(key, role) {
        return Ok(());
    }
    let what = format!("the key {key} does not bear the role `{role}`");
    Err(Refusal::new(RefusalCode::NotAllowed, what))
}

/// Takes a heartbeat.
///
/// # Errors
/// `foreign-repository`, `not-allowed`, `expired`, `number-falls`,
/// `heartbeat-differs`, `unknown-head`, and those of statements.
pub(crate) fn take(store: &mut Store, bytes: &[u8], now: UnixTime) -> Checked<()> {
    let statement = Statement::parse(bytes, 1)?;
    let heartbeat = Heartbeat::parse(statement.text)?;
    check_repo(store, heartbeat.repo)?;
    let message = statement.text.as_bytes();
    let key = signer(
        &statement.signatures[0],
        message,
        Namespace::Heartbeat,
        &store.policy,
        &store.revoked(),
    )?;
    check_role(store, &key, &Role::Heartbeat)?;
    if let Some(last) = &store.heartbeat {
        if heartbeat.number < last.number {
            let what = format!("heartbeat {} after {}", heartbeat.number, last.number);
            return Err(Refusal::new(RefusalCode::NumberFalls, what));
        }
        if heartbeat.number == last.number {
            if heartbeat == *last {
                return Ok(());
            }
            let what = format!("two heartbeats {} say different things", last.number);
            return Err(Refusal::new(RefusalCode::HeartbeatDiffers, what));
        }
    }
    if store.time(now).max(heartbeat.issued) > heartbeat.expires {
        let what = format!("heartbeat {} has expired", heartbeat.number);
        return Err(Refusal::new(RefusalCode::Expired, what));
    }
    let named = store
        .trail
        .iter()
        .position(|step| step.payload == heartbeat.head && step.depth == heartbeat.depth);
    let Some(named) = named else {
        let what = "the heartbeat names no promotion since the one that the last heartbeat named";
        return Err(Refusal::new(RefusalCode::UnknownHead, what));
    };
    store.trail.drain(..named);
    store.floor = store.floor.max(heartbeat.issued);
    store.heartbeat = Some(heartbeat);
    store.age = Age::Fresh;
    Ok(())
}
