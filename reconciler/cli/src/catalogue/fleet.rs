//! Fleet's maintained apps: from the manifest of one, for one system, to a
//! [`Draft`], or the reason why there is none.
//!
//! A manifest has one pinned installer and Fleet's own scripts, which come
//! along beside the document. An MSI needs none of them. It is found by its
//! upgrade code or by what Fleet's query looks for.

use serde_json::Value;

use super::draft::{Artifact, Draft, LeftOut, Platform, Version, Way};
use super::reason::{Reason, Refusal};
use super::yaml::Yaml;
use super::{name, pattern};

/// An app for one system.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct App {
    /// `7-zip/windows`, as Fleet calls it.
    pub slug: String,
    system: System,
    version: String,
    url: String,
    sha256: String,
    found_by: FoundBy,
    install: Option<String>,
    uninstall: Option<String>,
}

/// The systems that Fleet has apps for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum System {
    Windows,
    Macos,
}

/// How an app is found.
#[derive(Debug, Clone, PartialEq, Eq)]
enum FoundBy {
    UpgradeCode(String),
    /// A regular expression over its name under Programs and Features.
    DisplayName(String),
    Bundle(String),
}

/// The app of a manifest that lies at `NAME/windows.json` or `NAME/darwin.json`.
pub(crate) fn app(value: &Value, place: &str) -> Result<App, Refusal> {
    let newest = value.get("versions").and_then(|versions| versions.get(0));
    let newest = newest.ok_or(Reason::NotAManifest)?;
    let query = newest.get("queries").and_then(|queries| text(queries, "exists"));
    let (slug, system) = of_place(place).ok_or_else(|| {
        Refusal::with(Reason::NoName, "it does not lie at NAME/windows.json or NAME/darwin.json")
    })?;
    let version = text(newest, "version").ok_or(Reason::NoVersion)?;
    if version == "latest" {
        return Err(Reason::MovingVersion.into());
    }
    let sha256 = text(newest, "sha256").filter(|hash| hash != "no_check").ok_or(Reason::NoHash)?;
    if sha256.len() != 64 || !sha256.bytes().all(|byte| byte.is_ascii_hexdigit()) {
        return Err(Reason::OtherHash.into());
    }
    let script = |key: &str| {
        let text = value.get("refs")?.get(text(newest, key)?)?.as_str()?;
        (!text.trim().is_empty()).then(|| text.to_owned())
    };
    Ok(App {
        slug,
        system,
        version,
        url: text(newest, "installer_url").ok_or(Reason::NoAddress)?,
        sha256: sha256.to_ascii_lowercase(),
        found_by: found_by(system, text(newest, "upgrade_code"), query.as_deref())?,
        install: script("install_script_ref"),
        uninstall: script("uninstall_script_ref"),
    })
}

/// What Fleet offers of it, for `ordain bump`: version, address and SHA-256.
pub(crate) fn offered(app: &App) -> (&str, &str, &str) {
    (&app.version, &app.url, &app.sha256)
}

fn of_place(place: &str) -> Option<(String, System)> {
    let place = place.split(['?', '#']).next()?.replace('\\', "/");
    let mut parts = place.rsplit('/');
    let (file, folder) = (parts.next()?, parts.next().filter(|folder| !folder.is_empty())?);
    let system = match file.strip_suffix(".json")? {
        "windows" => System::Windows,
        "darwin" => System::Macos,
        _ => return None,
    };
    Some((format!("{folder}/{}", file.trim_end_matches(".json")), system))
}

fn found_by(
    system: System,
    upgrade_code: Option<String>,
    query: Option<&str>,
) -> Result<FoundBy, Refusal> {
    let query = query.unwrap_or_default();
    let found = match system {
        System::Windows => {
            let code = upgrade_code.map(FoundBy::UpgradeCode);
            let named = || {
                let like = literal(query, "name LIKE ").map(|like| pattern::of_like(&like));
                let exactly = || {
                    let mut exactly = String::from("^");
                    pattern::escape(&literal(query, "name = ")?, &mut exactly);
                    Some(exactly + "$")
                };
                like.or_else(exactly).map(FoundBy::DisplayName)
            };
            code.or_else(named)
        }
        System::Macos => literal(query, "bundle_identifier = ").and_then(|bundle| {
            let plain = |byte: u8| byte.is_ascii_alphanumeric() || b".-_".contains(&byte);
            bundle.bytes().all(plain).then_some(FoundBy::Bundle(bundle))
        }),
    };
    found.ok_or_else(|| Refusal::with(Reason::NoDetection, query))
}

/// The quoted text behind `key` in a query.
fn literal(query: &str, key: &str) -> Option<String> {
    let (at, _) = query.match_indices(key).find(|(at, _)| {
        let before = query[..*at].chars().next_back();
        before.is_none_or(|sign| !sign.is_alphanumeric() && sign != '_')
    })?;
    let rest = query[at + key.len()..].strip_prefix('\'')?;
    let mut out = String::new();
    let mut signs = rest.chars().peekable();
    while let Some(sign) = signs.next() {
        match sign {
            '\'' if signs.next_if_eq(&'\'').is_none() => return Some(out),
            sign => out.push(sign),
        }
    }
    None
}

/// Names for it, the best first; the one for Windows has the short one.
pub(crate) fn names(app: &App) -> Result<Vec<String>, Refusal> {
    let bare = app.slug.split('/').next().unwrap_or_default();
    let names = match app.system {
        System::Windows => [name::valid(bare), name::valid(&format!("{bare}-windows"))],
        System::Macos => [name::valid(&format!("{bare}-macos")), None],
    };
    let names: Vec<String> = names.into_iter().flatten().collect();
    if names.is_empty() { Err(Refusal::with(Reason::NoName, &app.slug)) } else { Ok(names) }
}

/// An app as a draft of that name.
pub(crate) fn draft(app: &App, name: &str) -> Result<Draft, Refusal> {
    let mut files = Vec::new();
    let mut left_out = Vec::new();
    let detect = match &app.found_by {
        FoundBy::UpgradeCode(code) => Yaml::map([("upgradeCode", Yaml::text(code))]),
        FoundBy::DisplayName(pattern) => {
            left_out.push(LeftOut::DetectedByName(pattern.clone()));
            let shown = Yaml::row([("regex", Yaml::text(pattern))]);
            Yaml::map([("registry", Yaml::map([("displayName", shown)]))])
        }
        FoundBy::Bundle(bundle) => {
            files.push(("detect.sh", DETECT.replace("BUNDLE", bundle)));
            Yaml::row([("script", Yaml::text("detect.sh"))])
        }
    };
    let (install, uninstall) = if is_msi(app) {
        let nothing = || Yaml::Row(Vec::new());
        (Yaml::map([("msi", nothing())]), Some(Yaml::row([("registered", nothing())])))
    } else {
        let install = app.install.as_deref().ok_or(Reason::NoSilentInstall)?;
        let install = script(app.system, ["install.ps1", "install.sh"], install, &mut files);
        let uninstall = app.uninstall.as_deref();
        let names = ["uninstall.ps1", "uninstall.sh"];
        (install, uninstall.map(|text| script(app.system, names, text, &mut files)))
    };
    let scripts = files.iter().any(|(file, _)| *file != "detect.sh");
    let artifact = Artifact { url: app.url.clone(), sha256: app.sha256.clone(), arch: None };
    let version = Version { text: app.version.clone(), artifacts: vec![artifact], install: None };
    Ok(Draft {
        id: app.slug.clone(),
        name: name.to_owned(),
        publisher: None,
        homepage: None,
        description: None,
        licence: scripts
            .then(|| "the scripts are Fleet's, under its repository's terms".to_owned()),
        platforms: vec![Platform { os: app.system.word(), arch: None }],
        detect,
        versions: vec![version],
        install,
        uninstall,
        uninstalls_first: false,
        requires: Vec::new(),
        source: Some(("fleet", app.slug.clone())),
        files,
        way: Way::Pinned,
        left_out,
    })
}

impl System {
    fn word(self) -> &'static str {
        match self {
            Self::Windows => "windows",
            Self::Macos => "macos",
        }
    }
}

fn is_msi(app: &App) -> bool {
    let path = app.url.split(['?', '#']).next().unwrap_or_default();
    app.system == System::Windows && path.to_ascii_lowercase().ends_with(".msi")
}

/// One of Fleet's scripts as an action, told where the installer is.
fn script(
    system: System,
    names: [&'static str; 2],
    text: &str,
    files: &mut Vec<(&'static str, String)>,
) -> Yaml {
    let [powershell, shell] = names;
    let (file, text) = match system {
        System::Windows => {
            (powershell, format!("$env:INSTALLER_PATH = $env:ORDAIN_ARTIFACT\n{text}"))
        }
        System::Macos => {
            let (first, rest) = match text.split_once('\n') {
                Some((first, rest)) if first.starts_with("#!") => (first, rest),
                _ => ("#!/bin/sh", text),
            };
            (shell, format!("{first}\nexport INSTALLER_PATH=\"$ORDAIN_ARTIFACT\"\n{rest}"))
        }
    };
    files.push((file, text));
    Yaml::row([("script", Yaml::text(file))])
}

/// Prints the version of the application that has an identifier.
const DETECT: &str = r#"#!/bin/sh
# The version of the application with this identifier, where there is one.
for app in /Applications/*.app /Applications/*/*.app /Applications/Utilities/*.app; do
    about="$app/Contents/Info.plist"
    [ -f "$about" ] || continue
    if [ "$(/usr/libexec/PlistBuddy -c 'Print :CFBundleIdentifier' "$about" 2>/dev/null)" = 'BUNDLE' ]; then
        /usr/libexec/PlistBuddy -c 'Print :CFBundleShortVersionString' "$about"
        exit 0
    fi
done
"#;

fn text(value: &Value, key: &str) -> Option<String> {
    let text = value.get(key)?.as_str()?.trim();
    (!text.is_empty()).then(|| text.to_owned())
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn manifest(more: &[(&str, Value)]) -> Value {
        let mut version = json!({
            "version": "1.2",
            "queries": {"exists": "SELECT 1 FROM programs WHERE name = 'It''s (x64)' AND publisher = 'P';"},
            "installer_url": "https://x.example/it.exe",
            "install_script_ref": "a",
            "uninstall_script_ref": "b",
            "sha256": "A".repeat(64),
        });
        for (key, value) in more {
            version[*key] = value.clone();
        }
        json!({"versions": [version], "refs": {"a": "echo install", "b": "echo uninstall"}})
    }

    fn read(more: &[(&str, Value)], place: &str) -> Result<App, Reason> {
        app(&manifest(more), place).map_err(|refusal| refusal.reason)
    }

    #[test]
    fn what_is_missing_is_said() {
        let at = "outputs/it/windows.json";
        for (key, value, reason) in [
            ("version", json!(""), Reason::NoVersion),
            ("version", json!("latest"), Reason::MovingVersion),
            ("sha256", json!("no_check"), Reason::NoHash),
            ("sha256", json!("abc"), Reason::OtherHash),
            ("installer_url", Value::Null, Reason::NoAddress),
            ("queries", json!({"exists": "SELECT 1 FROM other;"}), Reason::NoDetection),
        ] {
            assert_eq!(read(&[(key, value)], at), Err(reason), "{key}");
        }
        for place in ["-", "windows.json", "it/linux.json"] {
            assert_eq!(read(&[], place), Err(Reason::NoName), "{place}");
        }
        let nothing = app(&json!({"versions": []}), at).map_err(|refusal| refusal.reason);
        assert_eq!(nothing, Err(Reason::NotAManifest));
    }

    #[test]
    fn queries_tell_how_it_is_found() {
        let found = |query: &str, place: &str| {
            let found = read(&[("queries", json!({"exists": query}))], place);
            found.map(|app| app.found_by)
        };
        let windows = "it/windows.json";
        let named = |pattern: &str| Ok(FoundBy::DisplayName(pattern.to_owned()));
        assert_eq!(found("... WHERE name = 'It''s (x64)'", windows), named(r"^It's \(x64\)$"));
        assert_eq!(found("... WHERE (name LIKE '7-Zip %')", windows), named("^7-Zip .*$"));
        assert_eq!(found("... WHERE rename = 'x'", windows), Err(Reason::NoDetection));
        let mac = |id: &str| found(&format!("... bundle_identifier = '{id}';"), "it/darwin.json");
        assert_eq!(mac("com.x.y"), Ok(FoundBy::Bundle("com.x.y".to_owned())));
        assert_eq!(mac("a b"), Err(Reason::NoDetection));
        let coded = read(&[("upgrade_code", json!("{A}"))], windows).map(|app| app.found_by);
        assert_eq!(coded, Ok(FoundBy::UpgradeCode("{A}".to_owned())));
    }
}
