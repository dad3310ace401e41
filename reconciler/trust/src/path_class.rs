//! Which parts of a tree a promotion changes, and whose they are.
//!
//! Owns the classes of paths and finding those that differ between two roots,
//! by tree ids alone. Who has signed for them is [`crate::promotion`]'s.

use std::collections::{BTreeMap, BTreeSet};

use crate::object_id::ObjectId;
use crate::objects::Objects;
use crate::policy::{Policy, Role};
use crate::refusal::{Checked, Refusal, RefusalCode};
use crate::tree::{Tree, TreeEntry, TreeMode};

/// A part of a tree that one role answers for.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum PathClass {
    /// `.ordain/`.
    Trust,
    /// `tenants/<id>/`.
    Tenant(String),
    /// Everything else.
    Global,
}

impl PathClass {
    /// The role that answers for it. A tenant for whom the policy names no
    /// role of its own is everybody's who answers for everything else.
    pub fn role(&self, policy: &Policy) -> Role {
        match self {
            Self::Trust => Role::Root,
            Self::Global => Role::Global,
            Self::Tenant(tenant) => {
                let own = Role::Tenant(tenant.clone());
                if policy.has(&own) { own } else { Role::Global }
            }
        }
    }
}

/// The classes that differ between two root trees.
///
/// # Errors
/// `withheld`, `wrong-type`: both roots and, where they differ, both trees
/// `tenants` must be there.
pub fn changed(
    objects: &Objects,
    before: &ObjectId,
    after: &ObjectId,
) -> Checked<BTreeSet<PathClass>> {
    let mut classes = BTreeSet::new();
    if before == after {
        return Ok(classes);
    }
    for (name, old, new) in differing(objects.tree(before)?, objects.tree(after)?) {
        match name {
            ".ordain" => {
                classes.insert(PathClass::Trust);
            }
            "tenants" => {
                let empty = Tree::empty(objects.format());
                let folder = |entry: Option<TreeEntry<'_>>| match entry {
                    Some(entry) if entry.mode == TreeMode::Folder => objects.tree(&entry.id),
                    _ => Ok(&empty),
                };
                // A file in the place of the folder, or gone from it.
                let file = |entry: Option<TreeEntry<'_>>| {
                    entry.is_some_and(|entry| entry.mode != TreeMode::Folder)
                };
                if file(old) || file(new) {
                    classes.insert(PathClass::Global);
                }
                for (tenant, old, new) in differing(folder(old)?, folder(new)?) {
                    let folders = [old, new].into_iter().flatten();
                    let whole = folders.clone().all(|entry| entry.mode == TreeMode::Folder);
                    if !whole {
                        classes.insert(PathClass::Global);
                    }
                    let any = folders.clone().any(|entry| entry.mode == TreeMode::Folder);
                    if any && ordain_schema::is_name(tenant) {
                        classes.insert(PathClass::Tenant(tenant.to_owned()));
                    } else {
                        classes.insert(PathClass::Global);
                    }
                }
            }
            _ => {
                classes.insert(PathClass::Global);
            }
        }
    }
    Ok(classes)
}

/// An entry's name and what stands under it before and after.
type Difference<'a> = (&'a str, Option<TreeEntry<'a>>, Option<TreeEntry<'a>>);

/// The entries that are not the same in both trees.
fn differing<'a>(before: &'a Tree, after: &'a Tree) -> Vec<Difference<'a>> {
    let (before, after): (Vec<_>, Vec<_>) = (before.entries().collect(), after.entries().collect());
    // Trees differ in few places: what is the same at both ends need not be sorted.
    let same = |(one, other): &(&TreeEntry<'a>, &TreeEntry<'a>)| one == other;
    let head = before.iter().zip(&after).take_while(same).count();
    let (before, after) = (&before[head..], &after[head..]);
    let tail = before.iter().rev().zip(after.iter().rev()).take_while(same).count();
    let (before, after) = (&before[..before.len() - tail], &after[..after.len() - tail]);
    let mut old: BTreeMap<&str, TreeEntry<'_>> =
        before.iter().map(|entry| (entry.name, *entry)).collect();
    let mut found = Vec::new();
    for entry in after.iter().copied() {
        let was = old.remove(entry.name);
        if was != Some(entry) {
            found.push((entry.name, was, Some(entry)));
        }
    }
    found.extend(old.into_values().map(|entry| (entry.name, Some(entry), None)));
    found
}

/// The bytes of the policy in a root tree.
///
/// # Errors
/// `bad-policy` where there is none, `withheld`, `wrong-type`.
pub fn policy_bytes<'a>(objects: &'a Objects, root: &ObjectId) -> Checked<&'a [u8]> {
    let none = || Refusal::new(RefusalCode::BadPolicy, "the tree holds no trust policy");
    let folder = objects.tree(root)?.get(".ordain").ok_or_else(none)?;
    if folder.mode != TreeMode::Folder {
        return Err(none());
    }
    let file = objects.tree(&folder.id)?.get("trust.yaml").ok_or_else(none)?;
    if file.mode == TreeMode::Folder {
        return Err(none());
    }
    objects.blob(&file.id)
}
