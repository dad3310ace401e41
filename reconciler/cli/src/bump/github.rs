//! The latest release of a repository at GitHub: its tag, and its files with
//! the digests that GitHub took of them.

use serde_json::Value;

use super::ask::Sources;
use super::offer::{Offer, Offered};
use super::path::text;
use super::place::is_plain;
use crate::error::CommandError;

/// The latest release of `OWNER/NAME`; none where there is no release.
pub(super) fn newest(id: &str, sources: &Sources<'_>) -> Result<Option<Offer>, CommandError> {
    let Some((owner, name)) =
        id.split_once('/').filter(|(owner, name)| is_plain(owner) && is_plain(name))
    else {
        return Ok(None);
    };
    let address = format!("{}/repos/{owner}/{name}/releases/latest", sources.github);
    let answer = sources.web.text_if_there(&address)?;
    let release: Option<Value> = answer.and_then(|answer| serde_json::from_str(&answer).ok());
    Ok(release.and_then(|release| offer(&release)))
}

fn offer(release: &Value) -> Option<Offer> {
    let version = text(release.get("tag_name")?)?;
    let assets = release.get("assets").and_then(Value::as_array);
    let file = |asset: &Value| {
        let digest = asset.get("digest").and_then(text);
        let sha256 =
            digest.and_then(|digest| digest.strip_prefix("sha256:").map(str::to_ascii_lowercase));
        Some(Offered { url: text(asset.get("browser_download_url")?)?, sha256, arch: None })
    };
    Some(Offer { version, files: assets.into_iter().flatten().filter_map(file).collect() })
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "a test that cannot prepare its world has failed")]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn a_release_offers_its_files_with_their_digests() {
        let release = json!({"tag_name": "v1.2", "assets": [
            {"browser_download_url": "https://x.example/a.zip", "digest": format!("sha256:{}", "A".repeat(64))},
            {"browser_download_url": "https://x.example/b.zip", "digest": null},
        ]});
        let found = offer(&release).unwrap();
        assert_eq!(found.version, "v1.2");
        assert_eq!(found.files[0].sha256, Some("a".repeat(64)));
        assert_eq!(found.files[1].sha256, None);
        assert_eq!(offer(&json!({})), None);
    }
}
