//! What winget's repository has of a package.

use ordain_schema::document::VersionScheme;

use super::ask::Sources;
use super::offer::{Offer, Offered};
use super::place::is_plain;
use crate::catalogue::winget;
use crate::error::CommandError;

/// How many folders that look like newer versions are looked into.
const TRIES: usize = 5;

/// The newest version of a package; none where there is no such package.
pub(super) fn newest(id: &str, sources: &Sources<'_>) -> Result<Option<Offer>, CommandError> {
    let parts: Vec<&str> = id.split('.').collect();
    let Some(first) = id.chars().next().filter(|_| parts.iter().all(|part| is_plain(part))) else {
        return Ok(None);
    };
    let first = first.to_lowercase().to_string();
    let mut folder = vec!["manifests", first.as_str()];
    folder.extend(parts);
    let listed = sources.winget.list(&folder, sources.web, sources.github)?;
    let mut versions = listed.unwrap_or_default();
    // Beside versions there may be packages whose names go on, and hidden files.
    versions.retain(|name| {
        name.contains(|sign: char| sign.is_ascii_digit())
            && is_plain(name)
            && !name.starts_with('.')
    });
    versions
        .sort_by(|one, other| ordain_core::version::compare(VersionScheme::Segments, other, one));
    for version in versions.iter().take(TRIES) {
        let mut files = Vec::new();
        for ending in ["installer.yaml", "yaml"] {
            let file = format!("{id}.{ending}");
            let mut path = folder.clone();
            path.extend([version.as_str(), file.as_str()]);
            files.extend(sources.winget.file(&path, sources.web)?.map(|text| (file, text)));
            if !files.is_empty() {
                break;
            }
        }
        let (manifests, _) = winget::read(&files);
        let found = manifests.iter().find(|manifest| manifest.id.eq_ignore_ascii_case(id));
        if let Some(offer) = found.and_then(offer) {
            return Ok(Some(offer));
        }
    }
    Ok(None)
}

fn offer(manifest: &winget::Manifest) -> Option<Offer> {
    let version = winget::offered(manifest)?;
    let file = |artifact: crate::catalogue::draft::Artifact| Offered {
        url: artifact.url,
        sha256: Some(artifact.sha256),
        arch: artifact.arch,
    };
    Some(Offer { version: version.text, files: version.artifacts.into_iter().map(file).collect() })
}
