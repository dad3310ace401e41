//! Merges the packs of a mirror when they grow many.
//!
//! Each fetch adds a pack and libgit2 never merges any, so that reading would
//! slow down with every commit. All objects are kept, also those that no ref
//! reaches: one of them may be the commit in force.

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

use git2::{Error, Oid, Repository};

/// From this many packs on they are merged into one.
const MANY: usize = 50;

pub(super) fn merge(git: &Repository) -> Result<(), Error> {
    let folder = git.commondir().join("objects/pack");
    let old = packs(&folder)?;
    if old.len() < MANY {
        return Ok(());
    }
    let odb = git.odb()?;
    let mut all: BTreeSet<Oid> = BTreeSet::new();
    odb.foreach(|id| {
        all.insert(*id);
        true
    })?;
    let mut builder = git.packbuilder()?;
    for id in all {
        builder.insert_object(id, None)?;
    }
    builder.write(&folder, 0)?;
    let new = format!("pack-{}", builder.name()?.unwrap_or_default());
    // The index goes first: without it git takes no notice of a pack.
    for pack in old.iter().filter(|pack| !pack.ends_with(&new)) {
        for ending in ["idx", "pack"] {
            fs::remove_file(pack.with_extension(ending)).map_err(io)?;
        }
    }
    odb.refresh()
}

/// The packs, without their endings.
fn packs(folder: &Path) -> Result<Vec<PathBuf>, Error> {
    let mut found = Vec::new();
    for entry in fs::read_dir(folder).map_err(io)? {
        let path = entry.map_err(io)?.path();
        if path.extension().is_some_and(|ending| ending == "idx") {
            found.push(path.with_extension(""));
        }
    }
    Ok(found)
}

fn io(error: std::io::Error) -> Error {
    Error::from_str(&error.to_string())
}
