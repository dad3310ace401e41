//! A row that sums an application up: what a bucket's list says without its
//! manifests. It has neither addresses nor hashes, so scoop has to do the
//! work; the row still says what else would stand in the way.

use serde_json::Value;

use super::manifest::{archs, strings, text};
use super::{App, Contents};
use crate::catalogue::reason::Reason;

/// Whether this is a row: it counts addresses instead of giving them.
pub(super) fn is_row(value: &Value) -> bool {
    value.get("n_urls").is_some()
        && value.get("url").is_none()
        && value.get("architecture").is_none()
}

pub(super) fn read(row: &Value) -> App {
    let id = text(row, "id").unwrap_or_default();
    let of_id = id.split_once('/');
    App {
        bucket: text(row, "bucket").or_else(|| Some(of_id?.0.to_owned())),
        name: text(row, "name").or_else(|| Some(of_id?.1.to_owned())).unwrap_or(id.clone()),
        version: text(row, "version").unwrap_or_default(),
        homepage: text(row, "homepage"),
        description: text(row, "description"),
        licence: text(row, "licence"),
        archs: archs(strings(row, "arch").iter().map(String::as_str)),
        depends: strings(row, "depends"),
        obstacle: Some(obstacle(row)),
        contents: Contents::default(),
    }
}

/// The first thing in the way; without any, that no address is given.
fn obstacle(row: &Value) -> Reason {
    let kinds = strings(row, "file_types");
    let any = |names: &[&str]| kinds.iter().any(|kind| names.contains(&kind.as_str()));
    let scripts =
        row.get("script_lines").and_then(Value::as_object).is_some_and(|all| !all.is_empty());
    let inno = row.get("innosetup") == Some(&Value::Bool(true));
    if strings(row, "hash_algos").iter().any(|hash| hash != "sha256") {
        Reason::OtherHash
    } else if scripts {
        Reason::OwnScripts
    } else if inno || kinds.iter().any(|kind| kind == "msi" || kind.ends_with('_')) {
        Reason::UnpacksInstaller
    } else if any(&["7z", "rar", "xz", "lzma", "zst", "bz2", "txz"]) {
        Reason::UnknownArchive
    } else if kinds.len() > 1 {
        Reason::SeveralFiles
    } else {
        Reason::NoAddress
    }
}
