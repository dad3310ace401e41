//! Reading a manifest: what is fetched for which architecture, what is placed
//! where, and what keeps Ordain from doing it.

use ordain_schema::document::Arch;
use serde_json::Value;

use super::App;
use crate::catalogue::reason::Reason;

/// What one architecture gets.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Build {
    /// Where it is fetched from.
    pub url: String,
    /// Its SHA-256 in lower case, where the manifest has that.
    pub sha256: Option<String>,
    /// Which architecture; any where nothing is given.
    pub arch: Option<Arch>,
    /// The file's name as scoop would keep it.
    pub file: String,
}

/// What an installation consists of.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Contents {
    /// The files to fetch, one for each architecture.
    pub builds: Vec<Build>,
    /// Folders in the archives whose content is what is wanted.
    pub inner: Vec<String>,
    /// Folders to be found by the command line.
    pub path: Vec<String>,
    /// Entries of the start menu: program, label, arguments.
    pub shortcuts: Vec<(String, String, String)>,
    /// Environment variables; `$dir` is the folder.
    pub variables: Vec<(String, String)>,
    /// Variables that cannot be set without scoop.
    pub unset: Vec<String>,
    /// Files and folders that hold people's settings.
    pub kept: Vec<String>,
}

/// The keys under which scoop runs scripts.
const SCRIPTS: [&str; 6] =
    ["installer", "uninstaller", "pre_install", "post_install", "pre_uninstall", "post_uninstall"];

pub(super) fn read(manifest: &Value) -> App {
    let parts = parts(manifest);
    let obstacle = obstacle(manifest, &parts).or_else(|| parts.iter().find_map(Part::obstacle));
    App {
        bucket: None,
        name: text(manifest, "name").unwrap_or_default(),
        version: text(manifest, "version").unwrap_or_default(),
        homepage: text(manifest, "homepage"),
        description: description(manifest),
        licence: licence(manifest),
        archs: parts.iter().filter_map(|part| part.arch).collect(),
        depends: strings(manifest, "depends"),
        obstacle,
        contents: contents(manifest, &parts),
    }
}

/// A manifest as one architecture sees it.
struct Part<'a> {
    arch: Option<Arch>,
    whole: &'a Value,
    own: &'a Value,
}

fn parts(manifest: &Value) -> Vec<Part<'_>> {
    let own = manifest.get("architecture").and_then(Value::as_object);
    let named = own
        .into_iter()
        .flatten()
        .filter_map(|(word, own)| Some(Part { arch: Some(arch(word)?), whole: manifest, own }));
    let mut parts: Vec<Part<'_>> = named.collect();
    parts.sort_by_key(|part| part.arch);
    if parts.is_empty() {
        parts.push(Part { arch: None, whole: manifest, own: &Value::Null });
    }
    parts
}

impl<'a> Part<'a> {
    fn get(&self, key: &str) -> Option<&'a Value> {
        self.own.get(key).or_else(|| self.whole.get(key))
    }

    fn strings(&self, key: &str) -> Vec<String> {
        let from = if self.own.get(key).is_some() { self.own } else { self.whole };
        strings(from, key)
    }

    /// The one file it fetches.
    fn build(&self) -> Option<Build> {
        let urls = self.strings("url");
        let [url] = urls.as_slice() else { return None };
        let (address, renamed) = url
            .split_once("#/")
            .map_or((url.as_str(), None), |(address, file)| (address, Some(file)));
        if !address.starts_with("https://") && !address.starts_with("http://") {
            return None;
        }
        let file = renamed.unwrap_or_else(|| {
            let path = address.split(['?', '#']).next().unwrap_or(address);
            path.rsplit('/').next().unwrap_or(path)
        });
        let hash = self.strings("hash").into_iter().next().unwrap_or_default().to_ascii_lowercase();
        let sha256 = hash.strip_prefix("sha256:").unwrap_or(&hash);
        let sha256 = Some(sha256.to_owned()).filter(|hash| is_sha256(hash));
        Some(Build { url: address.to_owned(), sha256, arch: self.arch, file: file.to_owned() })
    }

    /// What keeps Ordain from fetching and placing it.
    fn obstacle(&self) -> Option<Reason> {
        let count = self.strings("url").len();
        let Some(build) = self.build() else {
            return Some(if count > 1 { Reason::SeveralFiles } else { Reason::NoAddress });
        };
        if build.sha256.is_none() {
            let none = self.strings("hash").is_empty();
            return Some(if none { Reason::NoHash } else { Reason::OtherHash });
        }
        match Kind::of(&build.file) {
            Kind::Archive | Kind::Program => None,
            Kind::Installer => Some(Reason::UnpacksInstaller),
            Kind::Unknown => Some(Reason::UnknownArchive),
        }
    }
}

fn is_sha256(hash: &str) -> bool {
    hash.len() == 64 && hash.bytes().all(|byte| byte.is_ascii_hexdigit())
}

/// What a file is, by its name.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Kind {
    /// Windows' own `tar` unpacks it.
    Archive,
    /// It is placed as it is.
    Program,
    /// It would be taken apart.
    Installer,
    /// Nothing that Windows unpacks by itself.
    Unknown,
}

impl Kind {
    pub(super) fn of(file: &str) -> Self {
        let file = file.to_ascii_lowercase();
        let ends = |endings: &[&str]| endings.iter().any(|ending| file.ends_with(ending));
        if ends(&[".zip", ".nupkg", ".tar", ".tar.gz", ".tgz"]) {
            Self::Archive
        } else if ends(&[".exe", ".jar", ".bat", ".cmd", ".com", ".ps1", ".py"]) {
            Self::Program
        } else if ends(&[".msi", ".msi_", ".exe_", ".zip_", ".7z_"]) {
            Self::Installer
        } else {
            Self::Unknown
        }
    }
}

/// What keeps Ordain from it, whatever the files are.
fn obstacle(manifest: &Value, parts: &[Part<'_>]) -> Option<Reason> {
    let has =
        |key: &str| parts.iter().any(|part| part.get(key).is_some_and(|value| !is_nothing(value)));
    if SCRIPTS.into_iter().any(has) {
        Some(Reason::OwnScripts)
    } else if manifest.get("innosetup") == Some(&Value::Bool(true)) {
        Some(Reason::UnpacksInstaller)
    } else if has("extract_to") || has("psmodule") || has("cookie") {
        Some(Reason::OwnScripts)
    } else {
        None
    }
}

fn is_nothing(value: &Value) -> bool {
    match value {
        Value::Null => true,
        Value::String(text) => text.trim().is_empty(),
        Value::Array(items) => items.is_empty(),
        Value::Object(entries) => entries.is_empty(),
        Value::Bool(_) | Value::Number(_) => false,
    }
}

fn contents(manifest: &Value, parts: &[Part<'_>]) -> Contents {
    let builds = parts.iter().filter_map(Part::build).collect();
    let mut contents = Contents { builds, ..Contents::default() };
    for part in parts {
        add(&mut contents.inner, part.strings("extract_dir"));
        let folders = part.get("bin").map(programs).unwrap_or_default();
        add(&mut contents.path, folders.iter().map(|program| folder(program)).collect());
        add(&mut contents.path, part.strings("env_add_path"));
        let shortcuts = part.get("shortcuts").and_then(Value::as_array);
        add(
            &mut contents.shortcuts,
            shortcuts.into_iter().flatten().filter_map(shortcut).collect(),
        );
        let set = part.get("env_set").and_then(Value::as_object);
        for (name, value) in set.into_iter().flatten() {
            let value = value.as_str().unwrap_or_default();
            let rest = value.replace("$dir", "");
            if rest.contains('$') {
                add(&mut contents.unset, vec![name.clone()]);
            } else {
                add(&mut contents.variables, vec![(name.clone(), value.to_owned())]);
            }
        }
    }
    let kept = manifest.get("persist").map(programs).unwrap_or_default();
    contents.kept = kept.iter().map(|path| top(path)).collect();
    contents.kept.dedup();
    contents
}

fn add<T: PartialEq>(to: &mut Vec<T>, what: Vec<T>) {
    for one in what {
        if !to.contains(&one) {
            to.push(one);
        }
    }
}

/// The paths of a list whose entries are a path, or a path with more behind it.
fn programs(value: &Value) -> Vec<String> {
    match value {
        Value::String(path) => vec![path.clone()],
        Value::Array(items) => {
            let path = |item: &Value| match item {
                Value::String(path) => Some(path.clone()),
                Value::Array(inner) => inner.first()?.as_str().map(str::to_owned),
                _ => None,
            };
            items.iter().filter_map(path).collect()
        }
        _ => Vec::new(),
    }
}

/// The folder of a path inside the installation; `.` is its root.
fn folder(path: &str) -> String {
    let path = path.replace('/', "\\");
    path.rsplit_once('\\').map_or_else(|| ".".to_owned(), |(folder, _)| folder.to_owned())
}

fn top(path: &str) -> String {
    path.trim_start_matches(['.', '\\', '/']).split(['\\', '/']).next().unwrap_or(path).to_owned()
}

fn shortcut(value: &Value) -> Option<(String, String, String)> {
    let parts = value.as_array()?;
    let part = |at: usize| parts.get(at).and_then(Value::as_str).map(str::to_owned);
    Some((part(0)?, part(1)?, part(2).unwrap_or_default()))
}

fn description(manifest: &Value) -> Option<String> {
    let said = strings(manifest, "description");
    (!said.is_empty()).then(|| said.join(" "))
}

/// A word, or an identifier with an address.
fn licence(manifest: &Value) -> Option<String> {
    let value = manifest.get("license")?;
    match value {
        Value::String(word) => Some(word.clone()),
        Value::Object(_) => match (text(value, "identifier"), text(value, "url")) {
            (Some(word), Some(url)) => Some(format!("{word} ({url})")),
            (one, other) => one.or(other),
        },
        _ => None,
    }
}

fn arch(word: &str) -> Option<Arch> {
    match word {
        "64bit" => Some(Arch::X64),
        "32bit" => Some(Arch::X86),
        "arm64" => Some(Arch::Arm64),
        _ => None,
    }
}

pub(super) fn archs<'a>(words: impl Iterator<Item = &'a str>) -> Vec<Arch> {
    let mut archs: Vec<Arch> = words.filter_map(arch).collect();
    archs.sort_unstable();
    archs.dedup();
    archs
}

/// A text of a key; numbers as they are written.
pub(super) fn text(value: &Value, key: &str) -> Option<String> {
    let text = match value.get(key)? {
        Value::String(text) => text.trim().to_owned(),
        Value::Number(number) => number.to_string(),
        _ => return None,
    };
    (!text.is_empty()).then_some(text)
}

/// The texts of a key that has one or a list of them.
pub(super) fn strings(value: &Value, key: &str) -> Vec<String> {
    match value.get(key) {
        Some(Value::String(text)) => vec![text.clone()],
        Some(Value::Array(items)) => {
            items.iter().filter_map(Value::as_str).map(str::to_owned).collect()
        }
        _ => Vec::new(),
    }
}
