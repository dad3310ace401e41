//! What a scoop bucket has of an application, and what its makers have where
//! the bucket says how to ask them.

use ordain_schema::document::VersionScheme;
use serde_json::Value;

use super::ask::Sources;
use super::checkver;
use super::offer::{Offer, Offered};
use super::place::{Place, is_plain};
use crate::catalogue::scoop;
use crate::error::CommandError;

/// The repositories of the buckets that scoop itself knows.
const BUCKETS: [(&str, &str); 10] = [
    ("main", "ScoopInstaller/Main"),
    ("extras", "ScoopInstaller/Extras"),
    ("versions", "ScoopInstaller/Versions"),
    ("nonportable", "ScoopInstaller/Nonportable"),
    ("java", "ScoopInstaller/Java"),
    ("php", "ScoopInstaller/PHP"),
    ("games", "Calinou/scoop-games"),
    ("nerd-fonts", "matthewjberger/scoop-nerd-fonts"),
    ("nirsoft", "ScoopInstaller/Nirsoft"),
    ("sysinternals", "niheaven/scoop-sysinternals"),
];

/// Where a name without a bucket is looked for, as scoop does: its own first.
const UNSAID: [&str; 2] = ["main", "extras"];

/// The newest version of `BUCKET/NAME`, or of a name in the first bucket that
/// has it; none where there is no such thing.
pub(super) fn newest(id: &str, sources: &Sources<'_>) -> Result<Option<Offer>, CommandError> {
    let (buckets, name) = match id.split_once('/') {
        Some((bucket, name)) => (vec![bucket], name),
        None => (UNSAID.to_vec(), id),
    };
    if !buckets.iter().all(|bucket| is_plain(bucket)) || !is_plain(name) {
        return Ok(None);
    }
    for bucket in buckets {
        if let Some(offer) = in_bucket(bucket, name, sources)? {
            return Ok(Some(offer));
        }
    }
    Ok(None)
}

fn in_bucket(
    bucket: &str,
    name: &str,
    sources: &Sources<'_>,
) -> Result<Option<Offer>, CommandError> {
    let file = format!("{name}.json");
    let known = BUCKETS.iter().find(|(known, _)| *known == bucket);
    let text = match (sources.scoop, known) {
        (Some(place), _) => place.file(&[bucket, "bucket", &file], sources.web)?,
        (None, Some((_, repository))) => {
            Place::GitHub((*repository).to_owned()).file(&["bucket", &file], sources.web)?
        }
        (None, None) => {
            let error = anyhow::anyhow!("scoop knows no bucket `{bucket}` by itself");
            let hint = "name a folder or mirror that has it with `--scoop`";
            return Err(CommandError::failed(error).hint(hint));
        }
    };
    let Some(manifest) = text.and_then(|text| serde_json::from_str::<Value>(&text).ok()) else {
        return Ok(None);
    };
    let Ok(app) = scoop::app(&manifest, Some(name), Some(bucket)) else { return Ok(None) };
    let files = app.contents.builds.iter().map(|build| Offered {
        url: build.url.clone(),
        sha256: build.sha256.clone(),
        arch: build.arch,
    });
    let known = Offer { version: app.version.clone(), files: files.collect() };
    if !sources.upstream {
        return Ok(Some(known));
    }
    let newer = |offer: &Offer| {
        ordain_core::version::compare(VersionScheme::Segments, &offer.version, &known.version)
            .is_gt()
    };
    let made = checkver::newest(&manifest, sources)?.filter(newer);
    Ok(Some(made.unwrap_or(known)))
}
