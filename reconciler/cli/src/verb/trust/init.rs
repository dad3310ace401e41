//! `ordain trust init`: the policy of who may sign what, as a file to look at
//! and edit before the genesis is signed.

use std::fs;
use std::path::{Path, PathBuf};

use ordain_trust::policy::POLICY_PATH;
use ordain_trust::{Policy, PublicKey};
use serde::Serialize;

use crate::args::TrustInit;
use crate::error::{CommandError, Exit};
use crate::printer::Printer;
use crate::{files, repository};

/// The file that was written.
#[derive(Serialize)]
struct WrittenRow {
    file: String,
    /// How many persons must sign for `.ordain/`.
    threshold: usize,
    /// Fingerprints by the key's name.
    keys: Vec<(String, String)>,
}

pub(super) fn run(args: &TrustInit, printer: &mut Printer) -> Result<Exit, CommandError> {
    let root = repository::folder(args.path.as_deref())?;
    let place = root.join(POLICY_PATH);
    if place.exists() {
        let error = anyhow::anyhow!("`{}` is there already", place.display());
        return Err(CommandError::usage(error).hint("edit it, and promote what you changed"));
    }
    let mut keys = Vec::new();
    for (person, file) in &args.roots {
        keys.push((name_of(person, keys.len()), person.clone(), public_key(file)?));
    }
    let heartbeat = args.heartbeat.as_deref().map(public_key).transpose()?;
    let text = text(&keys, heartbeat.as_ref());
    let policy = Policy::parse(text.as_bytes())
        .map_err(|refusal| CommandError::usage(refusal).hint("name each person's own key, once"))?;
    if let Some(folder) = place.parent() {
        fs::create_dir_all(folder).map_err(|error| files::failed(error, folder, "made"))?;
    }
    files::replace(&place, text.as_bytes())?;
    let threshold = policy.threshold(&ordain_trust::Role::Root).unwrap_or_default();
    let keys = keys.iter().map(|(name, _, key)| (name.clone(), key.1.clone())).collect();
    let row = WrittenRow { file: POLICY_PATH.to_owned(), threshold, keys };
    if args.format.is_for_machines() {
        printer.json_line(&row);
        return Ok(Exit::Done);
    }
    let style = printer.style();
    printer.line(format!("{} {POLICY_PATH}", style.green("wrote")));
    for (name, fingerprint) in &row.keys {
        printer.line(format!("  {name} {fingerprint}"));
    }
    if args.heartbeat.is_none() {
        printer.note("no key signs heartbeats yet: agents will look and report, and do nothing");
    }
    let others = threshold.saturating_sub(1);
    let sign = if others == 0 { String::new() } else { format!("{others} × `ordain sign`, ") };
    printer.note(format!("next: look at it, commit it to main, then {sign}`ordain promote`"));
    Ok(Exit::Done)
}

/// A key's line and its fingerprint.
type Key = (String, String);

fn public_key(file: &Path) -> Result<Key, CommandError> {
    let mut file: PathBuf = file.to_owned();
    // A shell does not expand what stands behind `PERSON=`.
    if let (Ok(rest), Some(home)) = (file.strip_prefix("~"), std::env::home_dir()) {
        file = home.join(rest);
    }
    let text = fs::read_to_string(&file).map_err(|error| files::failed(error, &file, "read"))?;
    let line = text.trim_end();
    let key = PublicKey::from_line(line).map_err(|refusal| {
        let hint = "name the public half, `.pub`, of an ed25519, ECDSA P-256 or RSA key";
        CommandError::usage(refusal).hint(format!("{}: {hint}", file.display()))
    })?;
    let words: Vec<&str> = line.splitn(3, ' ').take(2).collect();
    Ok((words.join(" "), key.fingerprint().to_string()))
}

/// A name for a person's key that YAML takes as it is.
fn name_of(person: &str, number: usize) -> String {
    let letter = |letter: char| if letter.is_ascii_alphanumeric() { letter } else { '-' };
    let name: String = person.chars().map(letter).collect::<String>().to_lowercase();
    format!("{}-{}", name.trim_matches('-'), number + 1)
}

fn text(keys: &[(String, String, Key)], heartbeat: Option<&Key>) -> String {
    let quoted = |text: &str| serde_json::Value::from(text).to_string();
    let mut text = "\
# Who may sign what. A change of this file needs the threshold of `root`, under
# the policy before it and under the one that it makes.
kind: Trust
name: trust
objectFormat: sha1
keys:
"
    .to_owned();
    let entry = |name: &str, key: &str, person: &str| {
        format!("  {name}:\n    key: {}\n    person: {}\n", quoted(key), quoted(person))
    };
    text.extend(keys.iter().map(|(name, person, (key, _))| entry(name, key, person)));
    text.extend(heartbeat.map(|(key, _)| entry("heartbeat", key, "heartbeat")));
    let names: Vec<&str> = keys.iter().map(|(name, ..)| name.as_str()).collect();
    let names = names.join(", ");
    let threshold = keys.len().min(2);
    let mut roles = format!(
        "roles:\n  root: {{keys: [{names}], threshold: {threshold}}}\n  release: {{keys: [{names}]}}\n  global: {{keys: [{names}]}}\n  adhoc: {{keys: [{names}]}}\n"
    );
    if heartbeat.is_some() {
        roles.push_str("  heartbeat: {keys: [heartbeat]}\n");
    }
    text + &roles
}
