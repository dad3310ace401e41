//! The texts that `ordain new` writes.

use ordain_schema::document::{GivenFile, Kind};

use crate::args::{NewDeployment, NewSoftware, NewTask, NewTenant};

/// Where the schemas of the documents are found by editors.
const SCHEMAS: &str = "https://raw.githubusercontent.com/ordain/ordain/main/schema/json";

/// Software that a package manager has.
pub(super) fn software(new: &NewSoftware, below: &str) -> Vec<GivenFile> {
    let (manager, name) = (&new.manager, scalar(new.package.as_ref().unwrap_or(&new.name)));
    let os = match manager.as_str() {
        "winget" | "choco" => "windows",
        "brew" | "pkgutil" => "macos",
        _ => "linux",
    };
    let package = format!("{{package: {{manager: {manager}, name: {name}}}}}");
    let text = format!(
        "detect: {package}\nlatest: package\ninstall: {package}\nuninstall: {package}\nplatforms: [{{os: {os}}}]\n"
    );
    vec![document(Kind::Software, format!("{below}software/{}/software.yaml", new.name), &text)]
}

/// A task with two scripts.
pub(super) fn task(new: &NewTask, below: &str) -> Vec<GivenFile> {
    let folder = format!("{below}tasks/{}", new.name);
    let (ending, test, set) = if new.powershell {
        (
            "ps1",
            "# Its last line says whether all is as it should be: true or false.\n'true'\n",
            "# Puts it right; the test runs again afterwards.\n$ErrorActionPreference = 'Stop'\n",
        )
    } else {
        (
            "sh",
            "#!/bin/sh\n# Its last line says whether all is as it should be: true or false.\nset -eu\necho true\n",
            "#!/bin/sh\n# Puts it right; the test runs again afterwards.\nset -eu\n",
        )
    };
    let text = format!("test: {{script: test.{ending}}}\nset: {{script: set.{ending}}}\n");
    vec![
        document(Kind::Task, format!("{folder}/task.yaml"), &text),
        GivenFile { file: format!("{folder}/test.{ending}"), text: test.to_owned() },
        GivenFile { file: format!("{folder}/set.{ending}"), text: set.to_owned() },
    ]
}

/// A deployment of an item.
pub(super) fn deployment(
    new: &NewDeployment,
    below: &str,
    kind: &str,
    item: &str,
) -> Vec<GivenFile> {
    let target = match (&new.group, &new.tag, &new.computer) {
        (Some(group), _, _) => format!("group: {}", scalar(group)),
        (None, Some(tag), _) => format!("tag: {}", scalar(tag)),
        (None, None, Some(computer)) => format!("computer: {}", scalar(computer)),
        (None, None, None) => "all: true".to_owned(),
    };
    let (name, item) = (scalar(&new.name), scalar(item));
    let text = format!("name: {name}\n{kind}: {item}\ntarget: {{{target}}}\n");
    vec![document(Kind::Deployment, format!("{below}deployments/{}.yaml", new.name), &text)]
}

/// A tenant.
pub(super) fn tenant(new: &NewTenant) -> Vec<GivenFile> {
    let shown = scalar(new.display_name.as_ref().unwrap_or(&new.name));
    let further = [("parent", &new.parent), ("timezone", &new.timezone)];
    let further = further.into_iter().filter_map(|(key, value)| Some((key, value.as_ref()?)));
    let further = further.map(|(key, value)| format!("{key}: {}\n", scalar(value)));
    let text = format!("displayName: {shown}\n{}", further.collect::<String>());
    vec![document(Kind::Tenant, format!("tenants/{}/tenant.yaml", new.name), &text)]
}

/// A document in the layout of `ordain fmt`, with the line that editors read.
fn document(kind: Kind, file: String, text: &str) -> GivenFile {
    let text = format!("# yaml-language-server: $schema={SCHEMAS}/{}.json\n{text}", kind.word());
    let text = ordain_schema::format(&text).unwrap_or(text);
    GivenFile { file, text }
}

/// A text as YAML reads it back: quoted unless it is plain beyond doubt.
fn scalar(text: &str) -> String {
    const WORDS: &[&str] = &["true", "false", "null", "yes", "no", "on", "off", "y", "n"];
    let safe = |sign: char| sign.is_ascii_alphanumeric() || matches!(sign, '-' | '_' | '/' | '.');
    let plain = text.starts_with(|first: char| first.is_ascii_alphanumeric())
        && text.chars().all(safe)
        && text.contains(|sign: char| sign.is_ascii_alphabetic())
        && text.parse::<f64>().is_err()
        && !text.starts_with('0')
        && !WORDS.contains(&text.to_ascii_lowercase().as_str());
    if plain { text.to_owned() } else { serde_json::Value::from(text).to_string() }
}

#[cfg(test)]
mod tests {
    use super::scalar;

    #[test]
    fn only_plain_texts_stand_bare() {
        for text in ["contoso", "7zip", "contoso/pc-01", "Europe/Oslo", "firefox-esr"] {
            assert_eq!(scalar(text), text);
        }
        for text in ["", "no", "Null", "7", "1e5", "0x1f", "Contoso Dental", "a: b", "#x", "-x"] {
            assert!(scalar(text).starts_with('"'), "{text}");
        }
    }
}
