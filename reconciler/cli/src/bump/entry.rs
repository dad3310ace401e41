//! From an offer to an entry of `versions`, in the likeness of the newest one
//! that is there: the same files, of the new version. Where the software has
//! templates the entry gives hashes alone.

use ordain_schema::document::{Arch, Artifact, OsFamily, Software, SoftwareVersion, filled};

use super::offer::{Offer, Offered};
use crate::catalogue::draft::word;
use crate::catalogue::yaml::Yaml;

/// A file of the new entry; its hash may still have to be found out.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct File {
    /// Where it is.
    pub url: String,
    /// Its SHA-256.
    pub sha256: Option<String>,
    /// Its length, where the list has lengths and it is known.
    pub size: Option<u64>,
    /// Whether the list has lengths.
    pub wants_size: bool,
    name: Option<String>,
    os: Option<OsFamily>,
    arch: Option<Arch>,
    extract: bool,
    says: Says,
}

/// What the entry says of a file.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Says {
    /// All of it.
    Whole,
    /// The template's name, and what its address cannot say.
    Named,
    /// What the address of the only template cannot say.
    Only,
}

/// The version's text as the list writes versions: without a leading `v`
/// where the others have none.
pub(crate) fn version(newest: Option<&SoftwareVersion>, offer: &Offer) -> String {
    let has_v = |text: &str| {
        let rest = text.strip_prefix(['v', 'V']);
        rest.is_some_and(|rest| rest.starts_with(|sign: char| sign.is_ascii_digit()))
    };
    let keeps = newest.is_some_and(|newest| has_v(&newest.version));
    if has_v(&offer.version) && !keeps {
        offer.version[1..].to_owned()
    } else {
        offer.version.clone()
    }
}

/// The files of the new entry. The error is the address of a file whose place
/// in the new version nobody says.
pub(crate) fn files(
    software: &Software,
    newest: Option<&SoftwareVersion>,
    offer: &Offer,
    version: &str,
) -> Result<Vec<File>, String> {
    let templates = &software.artifacts;
    let is_of = |artifact: &Artifact, template: &Artifact| {
        (template.name == artifact.name)
            && (template.os, template.arch) == (artifact.os, artifact.arch)
            && url(template) == url(artifact)
    };
    let follows = newest.is_none_or(|newest| {
        let any = |artifact: &Artifact| templates.iter().any(|one| is_of(artifact, one));
        newest.artifacts.iter().all(|artifact| any(artifact))
    });
    let named = templates.iter().all(|template| template.name.is_some());
    if !templates.is_empty() && follows && (templates.len() == 1 || named) {
        // What the newest version does not list is not there for the next one either.
        let listed = templates.iter().filter(|template| {
            let of =
                |newest: &SoftwareVersion| newest.artifacts.iter().any(|one| is_of(one, template));
            newest.is_none_or(of)
        });
        let says = if templates.len() == 1 { Says::Only } else { Says::Named };
        return listed
            .map(|template| of_template(template, says, newest, offer, version))
            .collect();
    }
    let Some(newest) = newest else {
        return Ok(offer.files.iter().map(whole).collect());
    };
    let alone = newest.artifacts.len() == 1;
    let of = |artifact: &Artifact| {
        let written = url(artifact).ok_or_else(|| "the store".to_owned())?;
        let written = filled(&written, &newest.version);
        let renewed = renewed(&written, &newest.version, &offer.version);
        let offered = nearest(artifact, renewed.as_deref(), alone, offer);
        let (url, sha256) = match (offered, renewed) {
            (Some(offered), _) => (offered.url.clone(), offered.sha256.clone()),
            (None, Some(url)) if offer.files.is_empty() => (url, None),
            (None, _) => return Err(written),
        };
        Ok(like(artifact, url, sha256, Says::Whole))
    };
    newest.artifacts.iter().map(|artifact| of(artifact)).collect()
}

fn url(artifact: &Artifact) -> Option<String> {
    artifact.url.as_ref().map(|url| url.value.clone())
}

/// The file of a template: its hash is the source's where that names the same
/// address, else it is fetched.
fn of_template(
    template: &Artifact,
    says: Says,
    newest: Option<&SoftwareVersion>,
    offer: &Offer,
    version: &str,
) -> Result<File, String> {
    let written = url(template).ok_or_else(|| "the store".to_owned())?;
    let url = filled(&written, version);
    let offered = offer.files.iter().find(|offered| offered.url == url);
    let sha256 = offered.and_then(|offered| offered.sha256.clone());
    let sized = newest.is_some_and(|newest| {
        newest.size.is_some() || newest.artifacts.iter().any(|artifact| artifact.size.is_some())
    });
    Ok(File { wants_size: sized, ..like(template, url, sha256, says) })
}

fn like(artifact: &Artifact, url: String, sha256: Option<String>, says: Says) -> File {
    File {
        url,
        sha256,
        size: None,
        wants_size: artifact.size.is_some(),
        name: artifact.name.as_ref().map(|name| name.value.clone()),
        os: artifact.os,
        arch: artifact.arch,
        extract: artifact.extract,
        says,
    }
}

fn whole(offered: &Offered) -> File {
    File {
        url: offered.url.clone(),
        sha256: offered.sha256.clone(),
        size: None,
        wants_size: false,
        name: None,
        os: None,
        arch: offered.arch,
        extract: false,
        says: Says::Whole,
    }
}

/// The offered file that takes an artifact's place: for the same architecture,
/// and the most alike by its name.
fn nearest<'a>(
    artifact: &Artifact,
    renewed: Option<&str>,
    alone: bool,
    offer: &'a Offer,
) -> Option<&'a Offered> {
    let fits = |offered: &&Offered| match (artifact.arch, offered.arch) {
        (Some(wanted), Some(arch)) => wanted == arch,
        (None, Some(arch)) => alone && arch != Arch::Arm64,
        (_, None) => alone || renewed.is_some_and(|renewed| name(renewed) == name(&offered.url)),
    };
    let likeness = |offered: &&Offered| {
        let exact = renewed == Some(offered.url.as_str());
        let named = renewed.is_some_and(|renewed| name(renewed) == name(&offered.url));
        (exact, named, url(artifact).is_some_and(|url| ending(&url) == ending(&offered.url)))
    };
    // The first of those that are equally alike: the source's own order.
    offer.files.iter().rev().filter(fits).max_by_key(likeness)
}

fn name(url: &str) -> &str {
    let path = url.split(['?', '#']).next().unwrap_or(url);
    path.rsplit('/').next().unwrap_or(path)
}

fn ending(url: &str) -> String {
    name(url).rsplit('.').next().unwrap_or_default().to_ascii_lowercase()
}

/// An address with the new version in the old one's place, however it is
/// written there; none where the address does not name the version.
fn renewed(url: &str, old: &str, new: &str) -> Option<String> {
    let (old, new) = (old.trim_start_matches(['v', 'V']), new.trim_start_matches(['v', 'V']));
    let ways: [fn(&str) -> String; 4] = [
        str::to_owned,
        |text| text.replace('.', "_"),
        |text| text.replace('.', "-"),
        |text| text.replace('.', ""),
    ];
    let mut renewed = url.to_owned();
    for way in ways {
        let written = way(old);
        // A single number stands in too many addresses by chance.
        if written.len() > 2 {
            renewed = renewed.replace(&written, &way(new));
        }
    }
    (renewed != url).then_some(renewed)
}

/// The entry; every file is pinned by now.
pub(crate) fn yaml(version: &str, files: &[File]) -> Yaml {
    let mut entry = vec![("version".to_owned(), Yaml::Quoted(version.to_owned()))];
    match files {
        [] => {}
        [File { says: Says::Only, .. }] => entry.extend(pin(&files[0])),
        files => {
            entry.push(("artifacts".to_owned(), Yaml::List(files.iter().map(artifact).collect())));
        }
    }
    Yaml::Map(entry)
}

/// What pins a file.
fn pin(file: &File) -> Vec<(String, Yaml)> {
    let hash = file.sha256.as_ref().map(|hash| ("sha256".to_owned(), Yaml::text(hash)));
    let size = file.size.filter(|_| file.wants_size);
    let size = size.map(|size| ("size".to_owned(), Yaml::word(size.to_string())));
    hash.into_iter().chain(size).collect()
}

fn artifact(file: &File) -> Yaml {
    let mut entry = Vec::new();
    let mut say = |key: &str, value: Yaml| entry.push((key.to_owned(), value));
    if let Some(name) = &file.name {
        say("name", Yaml::text(name));
    }
    if file.says == Says::Whole {
        say("url", Yaml::text(&file.url));
    }
    for (key, value) in pin(file) {
        say(&key, value);
    }
    let os = file.os.map(|os| match os {
        OsFamily::Windows => "windows",
        OsFamily::Macos => "macos",
        OsFamily::Linux => "linux",
    });
    if let Some(os) = os {
        say("os", Yaml::word(os));
    }
    if let Some(arch) = file.arch {
        say("arch", Yaml::word(word(arch)));
    }
    if file.extract && file.says == Says::Whole {
        say("extract", Yaml::word("true"));
    }
    if file.says == Says::Whole { Yaml::Map(entry) } else { Yaml::Row(entry) }
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "a test that cannot prepare its world has failed")]
mod tests {
    use super::*;

    fn there(rest: &str) -> Software {
        use ordain_schema::document::Body;
        let text = format!("kind: Software\nname: x\ndetect: {{productCode: x}}\n{rest}");
        let (documents, faults) =
            ordain_schema::read_file("software/x/software.yaml", text.as_bytes());
        let found = documents.into_iter().find_map(|document| match document.body {
            Body::Software(software) => Some(*software),
            _ => None,
        });
        found.unwrap_or_else(|| panic!("{faults:?}"))
    }

    fn found(software: &Software, offer: &Offer) -> Result<Vec<File>, String> {
        files(software, software.versions.first(), offer, &offer.version)
    }

    fn urls(software: &Software, offer: &Offer) -> Vec<String> {
        found(software, offer).unwrap().into_iter().map(|file| file.url).collect()
    }

    fn offered(url: &str, arch: Option<Arch>) -> Offered {
        Offered { url: url.to_owned(), sha256: Some("a".repeat(64)), arch }
    }

    #[test]
    fn files_are_those_of_the_same_architecture_and_kind() {
        let newest = there(
            "versions: [{version: \"1.0\", artifacts: [{url: \"https://x.example/1.0/a-x64.msi\", arch: x64}, {url: \"https://x.example/1.0/a-x86.msi\", arch: x86}]}]\n",
        );
        let offer = Offer {
            version: "2.0".to_owned(),
            files: vec![
                offered("https://x.example/2.0/a-x64.exe", Some(Arch::X64)),
                offered("https://x.example/2.0/a-x86.msi", Some(Arch::X86)),
                offered("https://x.example/2.0/a-x64.msi", Some(Arch::X64)),
                offered("https://x.example/2.0/a-arm64.msi", Some(Arch::Arm64)),
            ],
        };
        assert_eq!(
            urls(&newest, &offer),
            ["https://x.example/2.0/a-x64.msi", "https://x.example/2.0/a-x86.msi"]
        );
        let only = vec![offered("https://x.example/2.0/a-x64.msi", Some(Arch::X64))];
        let gone = Offer { version: "2.0".to_owned(), files: only };
        assert_eq!(found(&newest, &gone), Err("https://x.example/1.0/a-x86.msi".to_owned()));
    }

    #[test]
    fn addresses_are_renewed_where_nobody_gives_one() {
        let newest = there(
            "versions: [{version: \"1.2.3\", artifacts: [{url: \"https://x.example/v1.2.3/a_1_2_3.zip\"}]}]\n",
        );
        let offer = Offer { version: "1.3.0".to_owned(), files: Vec::new() };
        assert_eq!(urls(&newest, &offer), ["https://x.example/v1.3.0/a_1_3_0.zip"]);
        let fixed = there(
            "versions: [{version: \"1.2.3\", artifacts: [{url: \"https://x.example/latest.zip\"}]}]\n",
        );
        assert!(found(&fixed, &offer).is_err());
    }

    #[test]
    fn with_templates_the_entry_gives_hashes_alone() {
        let template = "{url: \"https://x.example/{version}/a.msi\"}";
        let one = there(&format!(
            "artifacts: [{template}]\nversions: [{{version: \"1.0\", sha256: {}}}]\n",
            "0".repeat(64)
        ));
        let offer = Offer {
            version: "2.0".to_owned(),
            files: vec![offered("https://x.example/2.0/a.msi", None)],
        };
        let files = found(&one, &offer).unwrap();
        assert_eq!(
            yaml("2.0", &files).flow(),
            format!("{{version: \"2.0\", sha256: {}}}", "a".repeat(64))
        );
        let several = there(
            "artifacts: [{name: installer, url: \"https://x.example/{version}/a.msi\", arch: x64}, {name: installer, url: \"https://x.example/{version}/b.msi\", arch: x86}]\nversions: []\n",
        );
        let files = found(&several, &offer).unwrap();
        assert_eq!(
            (files[0].sha256.is_some(), files[1].sha256.is_some()),
            (true, false),
            "the second must be fetched"
        );
        let expected = format!(
            "{{version: \"2.0\", artifacts: [{{name: installer, sha256: {}, arch: x64}}, {{name: installer, arch: x86}}]}}",
            "a".repeat(64)
        );
        assert_eq!(yaml("2.0", &files).flow(), expected);
    }

    #[test]
    fn versions_are_written_as_the_others() {
        let offer = Offer { version: "v2.0".to_owned(), files: Vec::new() };
        assert_eq!(
            version(there("versions: [{version: \"1.0\"}]\n").versions.first(), &offer),
            "2.0"
        );
        assert_eq!(
            version(there("versions: [{version: v1.0}]\n").versions.first(), &offer),
            "v2.0"
        );
        let word = Offer { version: "vista".to_owned(), files: Vec::new() };
        assert_eq!(version(None, &word), "vista");
    }
}
