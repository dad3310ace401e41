//! `ordain promote`: one signed commit on the branch that agents follow.

use std::collections::BTreeMap;

use ordain_source::{NewObject, Repository, Snapshot};
use ordain_trust::commit::signed;
use ordain_trust::repo::begin;
use ordain_trust::verify::advance;
use ordain_trust::{
    Approvals, Checked, Namespace, ObjectFormat, ObjectId, ObjectKind, Objects, RefusalCode, Store,
};
use serde::Serialize;

use super::chain::{Chain, Judged, approvals, head, judge, open, take_tree};
use super::sign::{needs, tree_of};
use super::{refused, signing};
use crate::args::PromoteArgs;
use crate::error::{CommandError, Exit};
use crate::policy;
use crate::printer::Printer;
use crate::render::count;
use crate::repository::read_error;

/// A promotion that was made, or could be.
#[derive(Serialize)]
struct PromotedRow {
    /// The new commit; null with `--check`.
    commit: Option<String>,
    /// The promotion before; null for the genesis.
    previous: Option<String>,
    repo: Option<String>,
    tree: String,
    /// Files by path: `added`, `changed`, `removed`.
    files: BTreeMap<String, &'static str>,
}

pub(crate) fn run(args: &PromoteArgs, printer: &mut Printer) -> Result<Exit, CommandError> {
    let git = open(args.chain.path.as_deref())?;
    let snapshot = git.snapshot(&args.rev).map_err(read_error)?;
    if policy::valid(&snapshot, policy::clock(), args.format, printer).is_none() {
        return Ok(Exit::Findings);
    }
    let tree = tree_of(&git, &args.rev)?;
    let approvals = approvals(&git)?;
    let before = head(&git, &args.chain.branch)?;
    let mut chain = match before {
        None => None,
        Some(head) => match judge(&git, head, &approvals)? {
            Judged::Verified(chain) => Some(*chain),
            Judged::Refused(commit, refusal) => {
                return Ok(refused(&refusal, Some(commit.to_string()), args.format, printer));
            }
        },
    };
    let mut objects = match &mut chain {
        Some(chain) => std::mem::replace(&mut chain.objects, Objects::new(ObjectFormat::Sha1)),
        None => Objects::new(ObjectFormat::Sha1),
    };
    if let Err(refusal) = take_tree(&git, &mut objects, &tree)? {
        return Ok(refused(&refusal, None, args.format, printer));
    }
    let files = files(&git, before.as_ref(), &snapshot)?;
    if let Some(chain) = &mut chain {
        chain.objects = objects.clone();
        needs(chain, &tree, printer);
    }
    let previous = before.map(|before| before.to_string());
    let mut row = PromotedRow { commit: None, previous, repo: None, tree: tree.to_string(), files };
    if args.check {
        show(&row, args, printer);
        return Ok(Exit::Done);
    }
    let bytes = commit(args, &git, &tree, before.as_ref())?;
    let judged = objects
        .add(ObjectKind::Commit, &bytes)
        .and_then(|id| Ok((id, accept(chain.as_ref(), id, &approvals, &objects)?)));
    let (id, store) = match judged {
        Ok(accepted) => accepted,
        Err(refusal) => {
            let exit = refused(&refusal, None, args.format, printer);
            if refusal.code == RefusalCode::BelowThreshold {
                printer.note(format!("others approve it with: ordain sign {}", args.rev));
            }
            return Ok(exit);
        }
    };
    let written = git.add_object(NewObject::Commit, &bytes).map_err(CommandError::failed)?;
    let name = format!("refs/heads/{}", args.chain.branch);
    let from = git.ref_target(&name).map_err(read_error)?;
    git.move_ref(&name, from.as_deref(), &written, "promote").map_err(CommandError::failed)?;
    row.commit = Some(id.to_string());
    row.repo = Some(store.repo.to_string());
    show(&row, args, printer);
    Ok(Exit::Done)
}

/// What an agent would make of the promotion.
fn accept(
    chain: Option<&Chain>,
    id: ObjectId,
    approvals: &Approvals,
    objects: &Objects,
) -> Checked<Store> {
    match chain {
        Some(chain) => advance(&chain.store, &[id], approvals, objects),
        None => begin(None, &id, approvals, objects, ""),
    }
}

/// The signed commit.
fn commit(
    args: &PromoteArgs,
    git: &Repository,
    tree: &ObjectId,
    before: Option<&ObjectId>,
) -> Result<Vec<u8>, CommandError> {
    let person = git.person().ok_or_else(|| {
        let error = anyhow::anyhow!("git does not know who you are");
        CommandError::usage(error).hint("set git's `user.name` and `user.email`")
    })?;
    let main = git.resolve(&args.rev).map_err(read_error)?.to_string();
    let parents = before.map(|before| format!("parent {before}\nparent {main}\n"));
    let seconds = policy::clock().as_second();
    let text = format!(
        "tree {tree}\n{}author {person} {seconds} +0000\ncommitter {person} {seconds} +0000\n\n{}\n",
        parents.unwrap_or_default(),
        args.message.trim_end(),
    );
    let key = signing::key(&args.key, git)?;
    let armour = signing::sign(&key, Namespace::Git, text.as_bytes())?;
    Ok(signed(&text, &armour, ObjectFormat::Sha1))
}

/// The files that differ from the promotion before.
fn files(
    git: &Repository,
    before: Option<&ObjectId>,
    after: &Snapshot,
) -> Result<BTreeMap<String, &'static str>, CommandError> {
    let before = match before {
        Some(id) => git.snapshot(&id.to_string()).map_err(read_error)?,
        None => Snapshot::default(),
    };
    let mut found = BTreeMap::new();
    for (path, entry) in &after.entries {
        match before.entries.get(path) {
            None => found.insert(path.clone(), "added"),
            Some(old) if old.id != entry.id || old.mode != entry.mode => {
                found.insert(path.clone(), "changed")
            }
            Some(_) => None,
        };
    }
    let gone = before.entries.into_keys().filter(|path| !after.entries.contains_key(path));
    found.extend(gone.map(|path| (path, "removed")));
    Ok(found)
}

fn show(row: &PromotedRow, args: &PromoteArgs, printer: &mut Printer) {
    if args.format.is_for_machines() {
        printer.json_line(row);
        return;
    }
    for (path, how) in &row.files {
        printer.line(format!("{how:>8} {path}"));
    }
    let files = count(row.files.len(), "file");
    let Some(commit) = &row.commit else {
        printer.line(format!("{files} to promote"));
        return;
    };
    let style = printer.style();
    printer.line(format!("{} {files} in {commit:.12}", style.green("promoted")));
    if row.previous.is_none()
        && let Some(repo) = &row.repo
    {
        printer.line(format!("repository id {repo}"));
    }
    printer.note(format!("hand it on with: git push origin {}", args.chain.branch));
}
