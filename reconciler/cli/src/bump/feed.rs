//! What a JSON feed says: `latest: {feed: {url, versions, …}}`.
//!
//! `versions` is the path of the versions. Where it goes through a list, each
//! element of that list is one release, and the paths `url` and `sha256`,
//! which begin alike, give the files of the same release.

use ordain_schema::document::{Feed, VersionScheme};
use serde_json::Value;

use super::ask::Sources;
use super::offer::{Offer, Offered};
use super::path::{self, Step};
use crate::error::CommandError;

/// The newest release of a feed; none where it lists no version.
pub(super) fn newest(
    feed: &Feed,
    scheme: VersionScheme,
    sources: &Sources<'_>,
) -> Result<Option<Offer>, CommandError> {
    let text = sources.web.text(&feed.url)?;
    let value: Value = serde_json::from_str(&text).map_err(|error| {
        let error = anyhow::Error::new(error).context(format!("`{}` is no JSON", feed.url));
        CommandError::failed(error).hint("`latest.feed.url` names a JSON document")
    })?;
    let read = |key: &str, written: &str| {
        path::parse(written).ok_or_else(|| {
            let error = anyhow::anyhow!("`{written}` is no path for `{key}`");
            CommandError::usage(error).hint("write it as `releases[].version`")
        })
    };
    let versions = read("versions", &feed.versions)?;
    let field = |key: &str| feed.fields.get(key).map(|written| read(key, written)).transpose();
    let (url, sha256) = (field("url")?, field("sha256")?);
    Ok(releases(&value, &versions, url.as_deref(), sha256.as_deref(), scheme))
}

fn releases(
    value: &Value,
    versions: &[Step],
    url: Option<&[Step]>,
    sha256: Option<&[Step]>,
    scheme: VersionScheme,
) -> Option<Offer> {
    let begun = versions.iter().position(|step| *step == Step::Each).map_or(0, |at| at + 1);
    let (list, rest) = versions.split_at(begun);
    let within = |steps: Option<&[Step]>, release: &Value| -> Vec<String> {
        let inner = steps.and_then(|steps| steps.strip_prefix(list));
        let found = inner.map(|inner| path::at(release, inner)).unwrap_or_default();
        found.into_iter().filter_map(path::text).collect()
    };
    let mut all = Vec::new();
    for release in path::at(value, list) {
        for version in path::at(release, rest).into_iter().filter_map(path::text) {
            let hashes = within(sha256, release);
            let urls = within(url, release);
            let paired = hashes.len() == urls.len();
            let files = urls.into_iter().enumerate().map(|(at, url)| Offered {
                url,
                sha256: hashes
                    .get(at)
                    .filter(|hash| paired && is_sha256(hash))
                    .map(|hash| hash.to_ascii_lowercase()),
                arch: None,
            });
            all.push(Offer { version, files: files.collect() });
        }
    }
    all.retain(|offer| !offer.version.is_empty() && !is_preview(&offer.version));
    all.into_iter()
        .max_by(|one, other| ordain_core::version::compare(scheme, &one.version, &other.version))
}

fn is_sha256(hash: &str) -> bool {
    hash.len() == 64 && hash.bytes().all(|byte| byte.is_ascii_hexdigit())
}

/// Whether a version is announced before it is finished.
fn is_preview(version: &str) -> bool {
    let words = ["alpha", "beta", "rc", "pre", "preview", "dev", "nightly", "canary", "snapshot"];
    let version = version.to_ascii_lowercase();
    version.split(|sign: char| !sign.is_ascii_alphabetic()).any(|word| words.contains(&word))
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "a test that cannot prepare its world has failed")]
mod tests {
    use serde_json::json;

    use super::*;

    fn newest(value: &Value, paths: [&str; 3]) -> Option<Offer> {
        let [versions, url, sha256] = paths.map(|text| path::parse(text).unwrap());
        releases(value, &versions, Some(&url), Some(&sha256), VersionScheme::Segments)
    }

    #[test]
    fn the_newest_finished_release_is_taken_with_its_files() {
        let hash = "a".repeat(64);
        let value = json!({"releases": [
            {"v": "1.9", "files": [{"u": "https://x.example/1.9", "h": hash}]},
            {"v": "1.10", "files": [{"u": "https://x.example/1.10", "h": "B".repeat(64)}]},
            {"v": "2.0-rc.1", "files": []},
        ]});
        let found =
            newest(&value, ["releases[].v", "releases[].files[].u", "releases[].files[].h"])
                .unwrap();
        assert_eq!(found.version, "1.10");
        let file = Offered {
            url: "https://x.example/1.10".into(),
            sha256: Some("b".repeat(64)),
            arch: None,
        };
        assert_eq!(found.files, [file]);
        let one = json!({"version": "3", "url": "https://x.example/3"});
        let found = newest(&one, ["version", "url", "none"]).unwrap();
        assert_eq!((found.version.as_str(), found.files.len()), ("3", 1));
        assert_eq!(newest(&json!([]), ["[].v", "[].u", "[].h"]), None);
    }

    #[test]
    fn previews_are_no_versions_to_go_to() {
        for preview in ["2.0-rc.1", "1.0beta", "3.0.0-alpha2", "nightly-7"] {
            assert!(is_preview(preview), "{preview}");
        }
        for finished in ["2.0", "1.0-build7", "v3", "2024a"] {
            assert!(!is_preview(finished), "{finished}");
        }
    }
}
