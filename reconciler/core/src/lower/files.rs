//! The files that a version needs on a computer, and fetching them.

use ordain_schema::Spanned;
use ordain_schema::document::{self, filled};

use crate::lower::{NotExecutable, Place};
use crate::order::{Artifact, Expect, What, Work, WorkPhase};
use crate::plan::fitting;

/// Fetches files, where there are any.
pub(super) fn fetch(works: &mut Vec<Work>, files: &[Artifact]) {
    if !files.is_empty() {
        let what = What::Fetch(files.to_vec());
        works.push(Work { phase: WorkPhase::Download, what, expect: Expect::Success });
    }
}

/// The files of a version that are for a computer; `store` says where those of a store are.
pub(super) fn fetched(
    place: &Place<'_>,
    store: &dyn Fn(&str) -> Result<String, NotExecutable>,
    artifacts: &[Spanned<document::Artifact>],
    version: &str,
) -> Result<Vec<Artifact>, NotExecutable> {
    let each = fitting(artifacts, place.os).into_iter().map(|artifact| {
        let url = match (&artifact.url, &artifact.store, &artifact.path) {
            (Some(url), ..) => filled(url, version),
            (None, Some(name), Some(path)) => {
                let base = store(name)?;
                format!("{}/{}", base.trim_end_matches('/'), filled(path, version))
            }
            _ => return Err(NotExecutable::Missing("url")),
        };
        Ok(Artifact {
            name: artifact.called(version).unwrap_or_default(),
            file: artifact.file_name(version).unwrap_or_default(),
            url,
            sha256: artifact.sha256.as_ref().map(|hash| hash.value.clone()),
            size: artifact.size,
            extract: artifact.extract,
        })
    });
    each.collect()
}
