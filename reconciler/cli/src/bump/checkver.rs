//! Scoop's `checkver` and `autoupdate`: how a manifest says where its makers
//! announce versions, and what a new version's files are called.
//!
//! Carried out: `github`, a page with `regex`, JSON with `jsonpath`,
//! `replace` and `reverse`. Left to scoop: `script`, `xpath`, `sourceforge`,
//! and patterns that Rust's regular expressions do not have.

use ordain_schema::document::Arch;
use regex::{Captures, Regex};
use serde_json::Value;

use super::ask::Sources;
use super::offer::{Offer, Offered};
use super::path;
use crate::error::CommandError;

/// What the makers offer; none where the manifest does not say how to ask, or
/// says it in a way that is left to scoop.
pub(super) fn newest(
    manifest: &Value,
    sources: &Sources<'_>,
) -> Result<Option<Offer>, CommandError> {
    let Some(way) = Way::of(manifest, sources.github) else { return Ok(None) };
    let page = sources.web.text(&way.url)?;
    Ok(way
        .find(&page)
        .map(|found| Offer { files: files(manifest, &found), version: found.version }))
}

/// How the newest version is found out.
#[derive(Debug)]
struct Way {
    url: String,
    jsonpath: Option<Vec<path::Step>>,
    regex: Option<Regex>,
    replace: Option<String>,
    reverse: bool,
}

/// A version, and what its pattern found besides.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Found {
    version: String,
    /// By name or number: `$match1`, `$matchName`.
    groups: Vec<(String, String)>,
}

/// What scoop looks for in the answer of GitHub.
const RELEASE: &str = r"/releases/tag/(?:v|V)?([\d.]+)";

impl Way {
    fn of(manifest: &Value, github: &str) -> Option<Self> {
        let check = manifest.get("checkver")?;
        let text = |key: &str| check.get(key).and_then(Value::as_str);
        if ["script", "xpath", "sourceforge"].iter().any(|key| check.get(key).is_some()) {
            return None;
        }
        let homepage = manifest.get("homepage").and_then(Value::as_str);
        let releases = |page: &str| {
            let repository = page.strip_prefix("https://github.com/")?.trim_end_matches('/');
            let name: Vec<&str> = repository.split('/').take(2).collect();
            (name.len() == 2).then(|| format!("{github}/repos/{}/releases/latest", name.join("/")))
        };
        let (url, pattern) = match check.as_str() {
            Some("github") => (releases(homepage?)?, Some(RELEASE)),
            Some(pattern) => (homepage?.to_owned(), Some(pattern)),
            None => {
                let pattern = text("regex").or_else(|| text("re"));
                let url = match (text("url"), text("github")) {
                    (Some(url), _) => url.to_owned(),
                    (None, Some(page)) => releases(page)?,
                    (None, None) => homepage?.to_owned(),
                };
                let plain =
                    text("github").is_some() && pattern.is_none() && jsonpath(check).is_none();
                (url, if plain { Some(RELEASE) } else { pattern })
            }
        };
        let jsonpath = match jsonpath(check) {
            Some(written) => Some(path::parse(written)?),
            None => None,
        };
        let regex = match pattern {
            Some(pattern) => Some(Regex::new(pattern).ok()?),
            None => None,
        };
        let reverse = check.get("reverse") == Some(&Value::Bool(true));
        let replace = text("replace").map(str::to_owned);
        (regex.is_some() || jsonpath.is_some()).then_some(Self {
            url,
            jsonpath,
            regex,
            replace,
            reverse,
        })
    }

    fn find(&self, page: &str) -> Option<Found> {
        let chosen = match &self.jsonpath {
            Some(steps) => {
                let value: Value = serde_json::from_str(page).ok()?;
                let texts: Vec<String> =
                    path::at(&value, steps).into_iter().filter_map(path::text).collect();
                if self.reverse {
                    texts.into_iter().next_back()?
                } else {
                    texts.into_iter().next()?
                }
            }
            None => page.to_owned(),
        };
        let Some(regex) = &self.regex else {
            let version = chosen.trim_start_matches(['v', 'V']).to_owned();
            return Some(Found { version, groups: Vec::new() });
        };
        let mut all = regex.captures_iter(&chosen);
        let captures = if self.reverse { all.last()? } else { all.next()? };
        let version = match &self.replace {
            Some(replace) => {
                let mut out = String::new();
                captures.expand(replace, &mut out);
                out
            }
            None => captures.name("version").or_else(|| captures.get(1))?.as_str().to_owned(),
        };
        Some(Found { version, groups: groups(regex, &captures) })
    }
}

fn jsonpath(check: &Value) -> Option<&str> {
    check.get("jsonpath").or_else(|| check.get("jp")).and_then(Value::as_str)
}

fn groups(regex: &Regex, captures: &Captures<'_>) -> Vec<(String, String)> {
    let mut all = Vec::new();
    for (index, name) in regex.capture_names().enumerate().skip(1) {
        let Some(found) = captures.get(index) else { continue };
        all.push((index.to_string(), found.as_str().to_owned()));
        if let Some(name) = name {
            let mut signs = name.chars();
            let upper: String =
                signs.next().into_iter().flat_map(char::to_uppercase).chain(signs).collect();
            all.push((upper, found.as_str().to_owned()));
        }
    }
    all
}

/// The files of a new version, as `autoupdate` calls them.
fn files(manifest: &Value, found: &Found) -> Vec<Offered> {
    let Some(update) = manifest.get("autoupdate") else { return Vec::new() };
    let url =
        |value: &Value| value.get("url").and_then(Value::as_str).map(|url| substituted(url, found));
    let plain =
        |url: String| url.split_once("#/").map_or(url.clone(), |(address, _)| address.to_owned());
    let own = update.get("architecture").and_then(Value::as_object);
    let mut files = Vec::new();
    for (word, arch) in [("64bit", Arch::X64), ("32bit", Arch::X86), ("arm64", Arch::Arm64)] {
        let own = own.and_then(|own| own.get(word));
        if let Some(url) = own.and_then(url) {
            files.push(Offered { url: plain(url), sha256: None, arch: Some(arch) });
        }
    }
    if let Some(url) = url(update).filter(|_| files.is_empty()) {
        files.push(Offered { url: plain(url), sha256: None, arch: None });
    }
    files
}

/// A text of `autoupdate` with its variables filled in, longer names first.
fn substituted(text: &str, found: &Found) -> String {
    let version = found.version.as_str();
    let (first, last) = version.split_once('-').unwrap_or((version, ""));
    let parts: Vec<&str> = first.split('.').collect();
    let part = |index: usize| parts.get(index).copied().unwrap_or_default().to_owned();
    let head: String = {
        let digits = version.split(|sign: char| !sign.is_ascii_digit() && sign != '.').next();
        digits.unwrap_or_default().trim_end_matches('.').to_owned()
    };
    let mut variables = vec![
        ("underscoreVersion".to_owned(), version.replace('.', "_")),
        ("dashVersion".to_owned(), version.replace('.', "-")),
        ("cleanVersion".to_owned(), version.replace('.', "")),
        ("dotVersion".to_owned(), version.replace(['-', '_'], ".")),
        ("majorVersion".to_owned(), part(0)),
        ("minorVersion".to_owned(), part(1)),
        ("patchVersion".to_owned(), part(2)),
        ("buildVersion".to_owned(), part(3)),
        ("preReleaseVersion".to_owned(), last.to_owned()),
        ("matchTail".to_owned(), version[head.len()..].to_owned()),
        ("matchHead".to_owned(), head),
        ("version".to_owned(), version.to_owned()),
    ];
    variables
        .extend(found.groups.iter().map(|(name, value)| (format!("match{name}"), value.clone())));
    variables.sort_by_key(|(name, _)| std::cmp::Reverse(name.len()));
    let filled = |text: String, (name, value): &(String, String)| {
        text.replace(&format!("${name}"), value).replace(&format!("${{{name}}}"), value)
    };
    variables.iter().fold(text.to_owned(), filled)
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "a test that cannot prepare its world has failed")]
mod tests {
    use serde_json::json;

    use super::*;

    fn found(manifest: &Value, page: &str) -> Option<Found> {
        Way::of(manifest, "https://api.example").and_then(|way| way.find(page))
    }

    #[test]
    fn versions_are_found_as_scoop_finds_them() {
        let github = json!({"homepage": "https://github.com/a/b", "checkver": "github"});
        assert_eq!(
            Way::of(&github, "https://api.example").unwrap().url,
            "https://api.example/repos/a/b/releases/latest"
        );
        let page = r#"{"html_url": "https://github.com/a/b/releases/tag/v1.2.3"}"#;
        assert_eq!(found(&github, page).unwrap().version, "1.2.3");
        let pattern = json!({"homepage": "https://x.example", "checkver": "Version ([\\d.]+)"});
        assert_eq!(found(&pattern, "<b>Version 4.5</b> Version 4.4").unwrap().version, "4.5");
        let last = json!({"checkver": {"url": "https://x.example", "regex": "v([\\d.]+)", "reverse": true}});
        assert_eq!(found(&last, "v1.0 v2.0").unwrap().version, "2.0");
        let json_page = json!({"checkver": {"url": "https://x.example", "jsonpath": "$[0].name", "regex": "r(\\d+)"}});
        assert_eq!(found(&json_page, r#"[{"name": "r77"}]"#).unwrap().version, "77");
        let replaced = json!({"checkver": {"url": "https://x.example", "regex": "(\\d+)_(?<minor>\\d+)", "replace": "${1}.${2}"}});
        let answer = found(&replaced, "7_8").unwrap();
        assert_eq!(answer.version, "7.8");
        assert!(answer.groups.contains(&("Minor".to_owned(), "8".to_owned())));
        for left in [
            json!({"checkver": {"script": ["x"], "regex": "y"}}),
            json!({"checkver": {"sourceforge": "x"}}),
            json!({"homepage": "https://x.example", "checkver": "(?<=v)([\\d.]+)"}),
            json!({"version": "1"}),
        ] {
            assert!(Way::of(&left, "").is_none(), "{left}");
        }
    }

    #[test]
    fn files_are_called_as_autoupdate_says() {
        let update = json!({"autoupdate": {"architecture": {
            "64bit": {"url": "https://x.example/v$majorVersion.$minorVersion/a_$underscoreVersion-x64.zip#/dl.7z"},
            "arm64": {"url": "https://x.example/$cleanVersion/$matchBuild.zip"},
        }}});
        let version =
            Found { version: "1.2.3".into(), groups: vec![("Build".into(), "77".into())] };
        let urls: Vec<String> = files(&update, &version).into_iter().map(|file| file.url).collect();
        assert_eq!(
            urls,
            ["https://x.example/v1.2/a_1_2_3-x64.zip", "https://x.example/123/77.zip"]
        );
        let one =
            json!({"autoupdate": {"url": "https://x.example/$version/$matchHead$matchTail.exe"}});
        let version = Found { version: "2.0-rc1".into(), groups: Vec::new() };
        assert_eq!(files(&one, &version)[0].url, "https://x.example/2.0-rc1/2.0-rc1.exe");
    }
}
