//! The chain of promotions of a clone, read from git's object database.
//!
//! Owns finding the commits and handing their objects over in portions that
//! stay within the bounds of a delivery. Nothing that git says about an object
//! is believed: ids are computed again from the bytes.

use std::path::Path;

use ordain_source::Repository;
use ordain_trust::repo::begin;
use ordain_trust::verify::advance;
use ordain_trust::{
    Approvals, Commit, ObjectFormat, ObjectId, ObjectKind, Objects, Refusal, RefusalCode, Store,
    TreeMode,
};

use crate::error::CommandError;
use crate::repository::read_error;

/// Where approvals stand.
pub(super) const APPROVALS: &str = "refs/ordain/approvals/";
/// How many promotions are judged at once.
const PORTION: usize = 200;

/// A chain that was verified from its genesis to its head.
pub(super) struct Chain {
    /// The first commit.
    pub(super) genesis: ObjectId,
    /// What an agent would have accepted.
    pub(super) store: Store,
    /// Objects of the last promotions.
    pub(super) objects: Objects,
}

/// What became of a chain.
pub(super) enum Judged {
    /// It may be followed to its head.
    Verified(Box<Chain>),
    /// A commit of it may not.
    Refused(ObjectId, Refusal),
}

/// Opens the repository in or around a folder.
pub(super) fn open(path: Option<&Path>) -> Result<Repository, CommandError> {
    let start = path.unwrap_or(Path::new("."));
    let (git, _) = Repository::discover(start).map_err(|error| {
        let hint = error.hint();
        CommandError::failed(error).hint_if(hint)
    })?;
    Ok(git)
}

/// The head of a branch: the local one, else that of `origin`.
pub(super) fn head(git: &Repository, branch: &str) -> Result<Option<ObjectId>, CommandError> {
    for name in [format!("refs/heads/{branch}"), format!("refs/remotes/origin/{branch}")] {
        if let Some(id) = git.ref_target(&name).map_err(read_error)? {
            return Ok(Some(id.parse().map_err(CommandError::failed)?));
        }
    }
    Ok(None)
}

/// All approvals of the clone.
pub(super) fn approvals(git: &Repository) -> Result<Approvals, CommandError> {
    let mut found = Vec::new();
    for (_, id) in git.refs_below(APPROVALS).map_err(read_error)? {
        found.push(git.object(&id).map_err(read_error)?.1);
    }
    Ok(Approvals::sorted(found.iter().map(Vec::as_slice)))
}

/// Judges the chain that ends at a commit.
pub(super) fn judge(
    git: &Repository,
    head: ObjectId,
    approvals: &Approvals,
) -> Result<Judged, CommandError> {
    let commits = match first_parents(git, head)? {
        Ok(commits) => commits,
        Err((commit, refusal)) => return Ok(Judged::Refused(commit, refusal)),
    };
    let mut commits = commits.as_slice();
    let genesis = commits[0];
    let mut objects = Objects::new(ObjectFormat::Sha1);
    let first = take(git, &mut objects, &genesis)?
        .and_then(|()| begin(None, &genesis, approvals, &objects, ""));
    let mut store = match first {
        Ok(store) => store,
        Err(refusal) => return Ok(Judged::Refused(genesis, refusal)),
    };
    commits = &commits[1..];
    while !commits.is_empty() {
        let (portion, rest) = commits.split_at(commits.len().min(PORTION));
        objects = Objects::new(ObjectFormat::Sha1);
        for commit in [store.head.commit].iter().chain(portion) {
            if let Err(refusal) = take(git, &mut objects, commit)? {
                return Ok(Judged::Refused(*commit, refusal));
            }
        }
        store = match advance(&store, portion, approvals, &objects) {
            Ok(store) => store,
            Err(refusal) => {
                let commit = culprit(store, portion, approvals, &objects);
                return Ok(Judged::Refused(commit.unwrap_or(head), refusal));
            }
        };
        commits = rest;
    }
    Ok(Judged::Verified(Box::new(Chain { genesis, store, objects })))
}

/// The first of some promotions that may not follow.
fn culprit(
    mut store: Store,
    portion: &[ObjectId],
    approvals: &Approvals,
    objects: &Objects,
) -> Option<ObjectId> {
    for commit in portion {
        match advance(&store, &[*commit], approvals, objects) {
            Ok(next) => store = next,
            Err(_) => return Some(*commit),
        }
    }
    None
}

/// A commit that may not stand in a chain, and why.
type Spoilt = (ObjectId, Refusal);

/// The commits from the genesis to a head, by their first parents.
fn first_parents(
    git: &Repository,
    head: ObjectId,
) -> Result<Result<Vec<ObjectId>, Spoilt>, CommandError> {
    let mut found = vec![head];
    let mut next = head;
    loop {
        let (_, bytes) = git.object(&next.to_string()).map_err(read_error)?;
        match Commit::parse(&bytes, ObjectFormat::Sha1) {
            Err(refusal) => return Ok(Err((next, refusal))),
            Ok(commit) => match commit.parents.first() {
                None => break,
                Some(parent) => next = *parent,
            },
        }
        found.push(next);
    }
    found.reverse();
    Ok(Ok(found))
}

/// Takes in what a promotion is judged by: the commit, its root, the folders
/// `tenants` and `.ordain`, the policy.
fn take(
    git: &Repository,
    objects: &mut Objects,
    commit: &ObjectId,
) -> Result<Result<(), Refusal>, CommandError> {
    if let Err(refusal) = one(git, objects, ObjectKind::Commit, commit)? {
        return Ok(Err(refusal));
    }
    match objects.commit(commit).map(|commit| commit.tree) {
        Ok(tree) => take_tree(git, objects, &tree),
        Err(refusal) => Ok(Err(refusal)),
    }
}

/// Takes in what is judged of a root tree.
pub(super) fn take_tree(
    git: &Repository,
    objects: &mut Objects,
    root: &ObjectId,
) -> Result<Result<(), Refusal>, CommandError> {
    let mut wanted = vec![(ObjectKind::Tree, *root, &["tenants", ".ordain"][..])];
    while let Some((kind, id, names)) = wanted.pop() {
        if let Err(refusal) = one(git, objects, kind, &id)? {
            return Ok(Err(refusal));
        }
        let Ok(tree) = objects.tree(&id) else { continue };
        for name in names {
            match tree.get(name) {
                Some(entry) if entry.mode == TreeMode::Folder => {
                    let below = if *name == ".ordain" { &["trust.yaml"][..] } else { &[] };
                    wanted.push((ObjectKind::Tree, entry.id, below));
                }
                Some(entry) if *name == "trust.yaml" => {
                    wanted.push((ObjectKind::Blob, entry.id, &[]));
                }
                _ => {}
            }
        }
    }
    Ok(Ok(()))
}

fn one(
    git: &Repository,
    objects: &mut Objects,
    kind: ObjectKind,
    id: &ObjectId,
) -> Result<Result<(), Refusal>, CommandError> {
    if objects.get(id).is_some() {
        return Ok(Ok(()));
    }
    let (found, bytes) = git.object(&id.to_string()).map_err(read_error)?;
    if found.str() != kind.name() {
        let what = format!("{id} is no {}", kind.name());
        return Ok(Err(Refusal::new(RefusalCode::WrongType, what)));
    }
    Ok(objects.add(kind, &bytes).and_then(|computed| {
        if computed == *id {
            return Ok(());
        }
        let what = format!("what the clone holds as {id} is {computed}");
        Err(Refusal::new(RefusalCode::Withheld, what))
    }))
}
