//! Scoop's manifests, and rows that sum a bucket up: from one of them to a
//! [`Draft`], or the reason why there is none.
//!
//! What Ordain can do by itself, it does, with pinned files: unpack one archive
//! or place one program for all users of the computer. Everything else is left
//! to scoop, which must be there then: the document names the version and
//! detects by what scoop writes down.

mod manifest;
mod row;
mod scripts;

use ordain_schema::document::Arch;
use serde_json::Value;

use super::draft::{Artifact, Draft, LeftOut, Needed, Platform, Version, Way};
use super::name;
use super::reason::{Reason, Refusal};
use super::yaml::Yaml;

pub(crate) use manifest::{Build, Contents};

/// An application of a bucket.
#[derive(Debug, Clone, Default)]
pub(crate) struct App {
    /// The bucket, where it is known.
    pub bucket: Option<String>,
    /// Its name there.
    pub name: String,
    /// Its version there.
    pub version: String,
    pub homepage: Option<String>,
    pub description: Option<String>,
    pub licence: Option<String>,
    /// The architectures it names; any where there are none.
    pub archs: Vec<Arch>,
    /// What it depends on, as it is written: `NAME` or `BUCKET/NAME`.
    pub depends: Vec<String>,
    /// Why Ordain cannot install it by itself.
    pub obstacle: Option<Reason>,
    /// What is fetched and placed, where there is no obstacle.
    pub contents: Contents,
}

impl App {
    /// `BUCKET/NAME`, or the name alone.
    pub(crate) fn id(&self) -> String {
        self.bucket
            .iter()
            .map(String::as_str)
            .chain([self.name.as_str()])
            .collect::<Vec<_>>()
            .join("/")
    }
}

/// Reads an application from a manifest, or from a row of a list. `name` and
/// `bucket` are those that the place says, where it says any.
pub(crate) fn app(value: &Value, name: Option<&str>, bucket: Option<&str>) -> Result<App, Refusal> {
    if !value.is_object() {
        return Err(Reason::NotAManifest.into());
    }
    let mut app = if row::is_row(value) { row::read(value) } else { manifest::read(value) };
    if app.name.is_empty() {
        name.unwrap_or_default().clone_into(&mut app.name);
    }
    app.bucket = app.bucket.or_else(|| bucket.map(str::to_owned));
    if app.name.is_empty() {
        return Err(Reason::NoName.into());
    }
    let version = app.version.to_ascii_lowercase();
    match version.as_str() {
        "" => Err(Reason::NoVersion.into()),
        "nightly" | "latest" | "current" | "rolling" | "stable" | "master" | "main" => {
            Err(Refusal::with(Reason::MovingVersion, &app.version))
        }
        _ => Ok(app),
    }
}

/// An application as a draft of that name.
pub(crate) fn draft(app: &App, name: &str) -> Draft {
    let way = app.obstacle.map_or(Way::Pinned, Way::OwnTool);
    let (detect, files, artifacts) = match way {
        Way::Pinned => {
            let placed = scripts::Placed::new(app, name);
            (
                placed.detect(),
                placed.files(),
                app.contents.builds.iter().filter_map(artifact).collect(),
            )
        }
        Way::OwnTool(_) => (scripts::detect_by_scoop(app), scripts::through_scoop(app), Vec::new()),
    };
    let script = |file: &str| Yaml::row([("script", Yaml::text(file))]);
    let version = Version { text: app.version.clone(), artifacts, install: None };
    Draft {
        id: app.id(),
        name: name.to_owned(),
        publisher: None,
        homepage: app.homepage.clone(),
        description: app.description.clone(),
        licence: app.licence.clone(),
        platforms: platforms(&app.archs),
        detect,
        versions: vec![version],
        install: script("install.ps1"),
        uninstall: Some(script("uninstall.ps1")),
        uninstalls_first: matches!(way, Way::OwnTool(_)),
        requires: app.depends.iter().map(|id| Needed { id: id.clone(), at_least: None }).collect(),
        source: app.bucket.is_some().then(|| ("scoop", app.id())),
        files,
        way,
        left_out: left_out(app, way),
    }
}

/// Names for it, the best first.
pub(crate) fn names(app: &App) -> Result<Vec<String>, Refusal> {
    let short = name::valid(&app.name).ok_or_else(|| Refusal::with(Reason::NoName, &app.name))?;
    let long =
        app.bucket.as_ref().and_then(|bucket| name::valid(&format!("{bucket}-{}", app.name)));
    Ok([short].into_iter().chain(long).collect())
}

fn artifact(build: &Build) -> Option<Artifact> {
    Some(Artifact { url: build.url.clone(), sha256: build.sha256.clone()?, arch: build.arch })
}

fn platforms(archs: &[Arch]) -> Vec<Platform> {
    if archs.is_empty() {
        return vec![Platform { os: "windows", arch: None }];
    }
    archs.iter().map(|arch| Platform { os: "windows", arch: Some(*arch) }).collect()
}

fn left_out(app: &App, way: Way) -> Vec<LeftOut> {
    let by_ordain = way == Way::Pinned;
    let unset = app.contents.unset.iter().filter(|_| by_ordain);
    unset.map(|name| LeftOut::Environment(name.clone())).collect()
}
