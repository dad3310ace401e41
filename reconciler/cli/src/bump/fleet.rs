//! What Fleet has of a maintained app.

use super::ask::Sources;
use super::offer::{Offer, Offered};
use super::place::is_plain;
use crate::catalogue::fleet;
use crate::error::CommandError;

/// The newest version of `NAME/windows` or `NAME/darwin`; none where there is
/// no such app, or none that could be pinned.
pub(super) fn newest(slug: &str, sources: &Sources<'_>) -> Result<Option<Offer>, CommandError> {
    let Some((name, system)) =
        slug.split_once('/').filter(|(name, system)| is_plain(name) && is_plain(system))
    else {
        return Ok(None);
    };
    let file = format!("{system}.json");
    let path = ["ee", "maintained-apps", "outputs", name, &file];
    let Some(text) = sources.fleet.file(&path, sources.web)? else { return Ok(None) };
    let value = serde_json::from_str(&text).unwrap_or_default();
    Ok(fleet::app(&value, &path.join("/")).ok().map(|app| {
        let (version, url, sha256) = fleet::offered(&app);
        let file = Offered { url: url.to_owned(), sha256: Some(sha256.to_owned()), arch: None };
        Offer { version: version.to_owned(), files: vec![file] }
    }))
}
