//! Homebrew's JSON API: formulae and casks, from one of them to a [`Draft`],
//! or the reason why there is none.
//!
//! Homebrew does the work: its bottles and casks are put in place by its own
//! scripts, and it offers one version only, so `latest` is what it has.

use serde_json::Value;

use super::draft::{Draft, Platform, Way};
use super::name;
use super::reason::{Reason, Refusal};
use super::yaml::Yaml;

/// A formula or a cask.
#[derive(Debug, Clone)]
pub(crate) struct Keg {
    /// Its name at Homebrew.
    pub name: String,
    kind: Kind,
    homepage: Option<String>,
    description: Option<String>,
    licence: Option<String>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Kind {
    Formula,
    Cask,
}

/// The formulae and casks of an answer: one, a list, or both lists at once.
/// What is none is given by the name that it says it has.
pub(crate) fn kegs(value: &Value) -> Vec<Result<Keg, (Option<String>, Refusal)>> {
    let both = ["formulae", "casks"].map(|key| value.get(key));
    match value {
        Value::Array(all) => all.iter().flat_map(kegs).collect(),
        _ if both.iter().any(Option::is_some) => {
            both.into_iter().flatten().flat_map(kegs).collect()
        }
        one => vec![keg(one).map_err(|refusal| (text(one, "name"), refusal))],
    }
}

fn keg(value: &Value) -> Result<Keg, Refusal> {
    let stable = value.get("versions").and_then(|versions| text(versions, "stable"));
    let (kind, name, version) = match (text(value, "token"), text(value, "name")) {
        (Some(token), _) => (Kind::Cask, token, text(value, "version")),
        (None, Some(name)) if value.get("versions").is_some() => (Kind::Formula, name, stable),
        _ => return Err(Reason::NotAManifest.into()),
    };
    if version.is_none() {
        return Err(Reason::NoVersion.into());
    }
    if value.get("disabled") == Some(&Value::Bool(true)) {
        return Err(Reason::Retired.into());
    }
    let (homepage, description) = (text(value, "homepage"), text(value, "desc"));
    Ok(Keg { name, kind, homepage, description, licence: text(value, "license") })
}

/// Names for it, the best first.
pub(crate) fn names(keg: &Keg) -> Result<Vec<String>, Refusal> {
    let name = name::valid(&keg.name).ok_or_else(|| Refusal::with(Reason::NoName, &keg.name))?;
    Ok([Some(name), name::valid(&format!("brew-{}", keg.name))].into_iter().flatten().collect())
}

/// A formula or cask as a draft of that name.
pub(crate) fn draft(keg: &Keg, name: &str) -> Draft {
    let named = Yaml::row([("manager", Yaml::word("brew")), ("name", Yaml::text(&keg.name))]);
    let package = Yaml::Map(vec![("package".to_owned(), named)]);
    let systems: &[&'static str] = match keg.kind {
        Kind::Formula => &["macos", "linux"],
        Kind::Cask => &["macos"],
    };
    Draft {
        id: keg.name.clone(),
        name: name.to_owned(),
        publisher: None,
        homepage: keg.homepage.clone(),
        description: keg.description.clone(),
        licence: keg.licence.clone(),
        platforms: systems.iter().map(|os| Platform { os, arch: None }).collect(),
        detect: package.clone(),
        versions: Vec::new(),
        install: package.clone(),
        uninstall: Some(package),
        uninstalls_first: false,
        // Homebrew brings along by itself what a formula depends on.
        requires: Vec::new(),
        source: None,
        files: Vec::new(),
        way: Way::OwnTool(Reason::OwnScripts),
        left_out: Vec::new(),
    }
}

fn text(value: &Value, key: &str) -> Option<String> {
    let text = value.get(key)?.as_str()?.trim();
    (!text.is_empty()).then(|| text.to_owned())
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn answers_hold_one_or_many() {
        let formula = json!({"name": "wget", "versions": {"stable": "1.25"}, "desc": "Retriever"});
        let cask = json!({"token": "vlc", "name": ["VLC"], "version": "3.0"});
        let count = |value: &Value| kegs(value).len();
        assert_eq!((count(&formula), count(&cask)), (1, 1));
        assert_eq!(count(&json!([formula, cask])), 2);
        assert_eq!(count(&json!({"formulae": [formula], "casks": [cask, cask]})), 3);
    }

    #[test]
    fn what_cannot_be_installed_says_why() {
        let reason = |value: Value| match kegs(&value).remove(0) {
            Ok(keg) => panic!("{keg:?}"),
            Err((_, refusal)) => refusal.reason,
        };
        assert_eq!(reason(json!({"name": "x"})), Reason::NotAManifest);
        assert_eq!(reason(json!({"name": "x", "versions": {"stable": null}})), Reason::NoVersion);
        let gone = json!({"token": "x", "version": "1", "disabled": true});
        assert_eq!(reason(gone), Reason::Retired);
    }

    #[test]
    fn a_cask_is_for_macos_alone() {
        let cask = json!({"token": "visual-studio-code@insiders", "version": "1"});
        let keg = kegs(&cask).remove(0).map_err(|(_, refusal)| refusal.reason);
        let keg = keg.expect("it is a cask");
        assert_eq!(
            names(&keg).map(|names| names[0].clone()),
            Ok("visual-studio-code-insiders".to_owned())
        );
        let systems: Vec<&str> = draft(&keg, "x").platforms.iter().map(|one| one.os).collect();
        assert_eq!(systems, ["macos"]);
    }
}
