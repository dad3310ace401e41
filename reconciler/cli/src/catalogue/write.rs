//! From a draft to the text of `software.yaml`.

use super::draft::{Artifact, Draft, Platform, Version, word};
use super::yaml::Yaml;

/// The line by which editors know the schema.
const SCHEMA: &str = "# yaml-language-server: $schema=https://raw.githubusercontent.com/ordain/ordain/main/schema/json/Software.json\n";

/// A prerequisite by its final name.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Required {
    /// The software's name in the repository.
    pub name: String,
    /// At least this version.
    pub at_least: Option<String>,
}

/// The document, with what it requires by names.
pub(crate) fn document(draft: &Draft, requires: &[Required]) -> String {
    let mut out = SCHEMA.to_owned();
    for comment in comments(draft) {
        out.push_str("# ");
        out.push_str(&comment);
        out.push('\n');
    }
    Yaml::Map(entries(draft, requires)).block(&mut out, 0);
    out
}

/// What people should know and no key says.
fn comments(draft: &Draft) -> Vec<String> {
    let mut lines = Vec::new();
    lines.extend(draft.description.as_deref().map(line));
    lines.extend(draft.licence.as_deref().map(|licence| format!("Licence: {}", line(licence))));
    lines.extend(draft.left_out.iter().map(|left| format!("Left out: {}", line(&left.comment()))));
    lines.retain(|line| !line.is_empty());
    lines
}

/// A text as one line of a comment.
fn line(text: &str) -> String {
    const LONGEST: usize = 160;
    let words: Vec<&str> =
        text.split(|sign: char| sign.is_whitespace() || sign.is_control()).collect();
    let joined = words.into_iter().filter(|word| !word.is_empty()).collect::<Vec<_>>().join(" ");
    let kept: String = joined.chars().filter(|sign| *sign != '\u{feff}').take(LONGEST).collect();
    if kept.chars().count() == LONGEST { format!("{}…", kept.trim_end()) } else { kept }
}

fn entries(draft: &Draft, requires: &[Required]) -> Vec<(String, Yaml)> {
    let mut entries: Vec<(&str, Yaml)> =
        vec![("kind", Yaml::word("Software")), ("name", Yaml::text(&draft.name))];
    let about = [("publisher", &draft.publisher), ("homepage", &draft.homepage)];
    entries.extend(
        about.into_iter().filter_map(|(key, value)| Some((key, Yaml::text(value.as_deref()?)))),
    );
    if !draft.platforms.is_empty() {
        entries.push(("platforms", Yaml::List(draft.platforms.iter().map(platform).collect())));
    }
    entries.push(("detect", draft.detect.clone()));
    if let Some((key, value)) = &draft.source {
        entries.push(("source", Yaml::row([(key, Yaml::text(value))])));
    }
    if draft.versions.is_empty() {
        // What offers no versions to choose from is asked for what it has.
        entries.push(("latest", Yaml::word("package")));
    } else {
        entries.push(("versions", Yaml::List(draft.versions.iter().map(version).collect())));
    }
    entries.push(("install", draft.install.clone()));
    entries.extend(draft.uninstall.clone().map(|uninstall| ("uninstall", uninstall)));
    if draft.uninstalls_first {
        entries.push(("upgradeStrategy", Yaml::word("uninstall-install")));
    }
    if !requires.is_empty() {
        entries.push(("requires", Yaml::List(requires.iter().map(required).collect())));
    }
    entries.into_iter().map(|(key, value)| (key.to_owned(), value)).collect()
}

fn platform(platform: &Platform) -> Yaml {
    let mut row = vec![("os".to_owned(), Yaml::word(platform.os))];
    row.extend(platform.arch.map(|arch| ("arch".to_owned(), Yaml::word(word(arch)))));
    Yaml::Row(row)
}

fn required(required: &Required) -> Yaml {
    let software = ("software".to_owned(), Yaml::text(&required.name));
    let version = required.at_least.as_ref();
    let version = version.map(|least| ("version".to_owned(), Yaml::Quoted(format!(">={least}"))));
    Yaml::Row([software].into_iter().chain(version).collect())
}

/// An entry of `versions`.
pub(crate) fn version(version: &Version) -> Yaml {
    let mut entry = vec![("version".to_owned(), Yaml::Quoted(version.text.clone()))];
    if !version.artifacts.is_empty() {
        let artifacts = version.artifacts.iter().map(artifact).collect();
        entry.push(("artifacts".to_owned(), Yaml::List(artifacts)));
    }
    entry.extend(version.install.clone().map(|install| ("install".to_owned(), install)));
    Yaml::Map(entry)
}

fn artifact(artifact: &Artifact) -> Yaml {
    let mut entry = vec![
        ("url".to_owned(), Yaml::text(&artifact.url)),
        ("sha256".to_owned(), Yaml::text(&artifact.sha256)),
    ];
    entry.extend(artifact.arch.map(|arch| ("arch".to_owned(), Yaml::word(word(arch)))));
    Yaml::Map(entry)
}
