//! `ordain sign`: a person's approval of a tree that is to be promoted next.

use std::collections::BTreeSet;

use ordain_source::{NewObject, Repository};
use ordain_trust::approval::{Approval, Approves};
use ordain_trust::path_class::{PathClass, changed};
use ordain_trust::{Namespace, ObjectId, Store};
use serde::Serialize;

use super::chain::{APPROVALS, Chain, Judged, approvals, head, judge, open, take_tree};
use super::{refused, signing};
use crate::args::SignArgs;
use crate::error::{CommandError, Exit};
use crate::printer::Printer;
use crate::repository::read_error;

/// An approval that was added.
#[derive(Serialize)]
struct SignedRow {
    /// The root tree that is approved.
    tree: String,
    /// The promotion that it may follow, by what was signed; null for the genesis.
    onto: Option<String>,
    /// The key.
    key: String,
    /// Where the approval stands.
    #[serde(rename = "ref")]
    reference: String,
}

pub(crate) fn run(args: &SignArgs, printer: &mut Printer) -> Result<Exit, CommandError> {
    let git = open(args.chain.path.as_deref())?;
    let tree = tree_of(&git, &args.rev)?;
    let (approves, policy) = match head(&git, &args.chain.branch)? {
        None => (Approves { repo: None, tree, onto: None }, genesis_policy(&git, &tree)?),
        Some(head) => match judge(&git, head, &approvals(&git)?)? {
            Judged::Refused(commit, refusal) => {
                return Ok(refused(&refusal, Some(commit.to_string()), args.format, printer));
            }
            Judged::Verified(mut chain) => {
                if let Err(refusal) = take_tree(&git, &mut chain.objects, &tree)? {
                    return Ok(refused(&refusal, None, args.format, printer));
                }
                needs(&chain, &tree, printer);
                let store = &chain.store;
                let onto = Some(store.head.payload);
                let approves = Approves { repo: Some(store.repo), tree, onto };
                (approves, Ok((*store.policy).clone()))
            }
        },
    };
    let policy = match policy {
        Ok(policy) => policy,
        Err(refusal) => return Ok(refused(&refusal, None, args.format, printer)),
    };
    let text = approves.text();
    let key = signing::key(&args.key, &git)?;
    let statement = text.clone() + &signing::sign(&key, Namespace::Approval, text.as_bytes())?;
    // What would not count is not written.
    let checked = Approval::parse(statement.as_bytes())
        .and_then(|approval| approval.verify(&approves, &policy, &BTreeSet::new()));
    let key = match checked {
        Ok(key) => key,
        Err(refusal) => return Ok(refused(&refusal, None, args.format, printer)),
    };
    let name: String = key.0.iter().map(|byte| format!("{byte:02x}")).collect::<Vec<_>>().concat();
    let reference = format!("{APPROVALS}{tree}/{name}");
    add(&git, &reference, statement.as_bytes())?;
    let onto = approves.onto.map(|onto| onto.to_string());
    let row = SignedRow { tree: tree.to_string(), onto, key: key.to_string(), reference };
    if args.format.is_for_machines() {
        printer.json_line(&row);
    } else {
        let style = printer.style();
        printer.line(format!("{} the tree {tree:.12} with {}", style.green("approved"), row.key));
        printer.note(format!("hand it on with: git push origin {}", row.reference));
    }
    Ok(Exit::Done)
}

/// The root tree of a revision.
pub(super) fn tree_of(git: &Repository, rev: &str) -> Result<ObjectId, CommandError> {
    let commit = git.resolve(rev).map_err(read_error)?;
    let tree = git.tree_id(commit).map_err(read_error)?;
    tree.parse().map_err(CommandError::failed)
}

/// The policy that a genesis brings along.
fn genesis_policy(
    git: &Repository,
    tree: &ObjectId,
) -> Result<Result<ordain_trust::Policy, ordain_trust::Refusal>, CommandError> {
    let mut objects = ordain_trust::Objects::new(ordain_trust::ObjectFormat::Sha1);
    Ok(take_tree(git, &mut objects, tree)?.and_then(|()| {
        ordain_trust::Policy::parse(ordain_trust::path_class::policy_bytes(&objects, tree)?)
    }))
}

/// Says who must sign for what a tree changes.
pub(super) fn needs(chain: &Chain, tree: &ObjectId, printer: &mut Printer) {
    let store: &Store = &chain.store;
    let Ok(classes) = changed(&chain.objects, &store.head.tree, tree) else { return };
    if classes.is_empty() {
        printer.note("nothing has changed since the last promotion");
    }
    for class in classes {
        let role = class.role(&store.policy);
        let needed = store.policy.threshold(&role).unwrap_or_default();
        let what = match &class {
            PathClass::Trust => ".ordain/".to_owned(),
            PathClass::Tenant(tenant) => format!("tenants/{tenant}/"),
            PathClass::Global => "what is for all tenants".to_owned(),
        };
        printer.note(format!("changes {what}: {needed} of the role {role} must sign"));
    }
}

/// Adds a statement and the ref by which it is found.
fn add(git: &Repository, reference: &str, statement: &[u8]) -> Result<(), CommandError> {
    let id = git.add_object(NewObject::Blob, statement).map_err(CommandError::failed)?;
    let from = git.ref_target(reference).map_err(read_error)?;
    git.move_ref(reference, from.as_deref(), &id, "approve").map_err(CommandError::failed)
}
