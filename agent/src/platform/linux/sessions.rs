//! Who is logged on: logind's runtime files, else utmp; no process is started.
//!
//! Formats: `sd-login(3)`'s files under `/run/systemd` are lines of KEY=VALUE;
//! utmp is the array of records of `utmp(5)`, 384 bytes each on every Linux
//! architecture the agent is built for.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;

/// Account names, each once; who is at the screen and active comes first.
pub fn logged_on(root: &Path) -> Vec<String> {
    let mut names = from_logind(root);
    if names.is_empty() {
        names = ["run/utmp", "var/run/utmp"]
            .iter()
            .find_map(|path| fs::read(root.join(path)).ok())
            .map(|records| from_utmp(&records, &|pid| root.join(format!("proc/{pid}")).exists()))
            .unwrap_or_default();
    }
    let mut seen = std::collections::BTreeSet::new();
    names.retain(|name| seen.insert(name.clone()));
    names
}

fn from_logind(root: &Path) -> Vec<String> {
    let mut found: Vec<(u8, String)> = Vec::new();
    for (id, session) in key_value_files(&root.join("run/systemd/sessions")) {
        let value = |key: &str| session.get(key).map(String::as_str).unwrap_or_default();
        let is_person = value("CLASS").starts_with("user");
        if !is_person || value("STATE") == "closing" || value("USER").is_empty() {
            continue;
        }
        let rank = 2 * u8::from(value("ACTIVE") != "1") + u8::from(value("REMOTE") == "1");
        tracing::trace!(session = id, user = value("USER"), "logged on");
        found.push((rank, value("USER").to_owned()));
    }
    if found.is_empty() {
        for (_, user) in key_value_files(&root.join("run/systemd/users")) {
            let state = user.get("STATE").map(String::as_str).unwrap_or_default();
            if let Some(name) = user.get("NAME")
                && matches!(state, "active" | "online")
            {
                found.push((u8::from(state != "active"), name.clone()));
            }
        }
    }
    found.sort();
    found.into_iter().map(|(_, name)| name).collect()
}

/// The files of a folder by name, each as its KEY=VALUE lines.
fn key_value_files(folder: &Path) -> BTreeMap<String, BTreeMap<String, String>> {
    let Ok(entries) = fs::read_dir(folder) else { return BTreeMap::new() };
    entries
        .filter_map(Result::ok)
        .filter(|entry| entry.file_type().is_ok_and(|kind| kind.is_file()))
        .filter_map(|entry| {
            let text = fs::read_to_string(entry.path()).ok()?;
            Some((entry.file_name().to_string_lossy().into_owned(), key_values(&text)))
        })
        .collect()
}

/// Lines of KEY=VALUE, quotes around the value taken off; other lines are passed over.
pub fn key_values(text: &str) -> BTreeMap<String, String> {
    text.lines()
        .map(str::trim)
        .filter(|line| !line.starts_with('#'))
        .filter_map(|line| line.split_once('='))
        .map(|(key, value)| {
            let value = value.trim();
            let bare = ['"', '\'']
                .iter()
                .find_map(|quote| value.strip_prefix(*quote)?.strip_suffix(*quote))
                .unwrap_or(value);
            (key.trim().to_owned(), bare.to_owned())
        })
        .collect()
}

const RECORD: usize = 384;
const USER_PROCESS: i16 = 7;

fn from_utmp(records: &[u8], lives: &dyn Fn(i32) -> bool) -> Vec<String> {
    let mut local = Vec::new();
    let mut remote = Vec::new();
    for record in records.chunks_exact(RECORD) {
        let kind = i16::from_ne_bytes([record[0], record[1]]);
        let pid = i32::from_ne_bytes([record[4], record[5], record[6], record[7]]);
        let name = text_field(&record[44..76]);
        if kind != USER_PROCESS || name.is_empty() || !lives(pid) {
            continue;
        }
        if text_field(&record[76..332]).is_empty() { local.push(name) } else { remote.push(name) }
    }
    local.append(&mut remote);
    local
}

fn text_field(bytes: &[u8]) -> String {
    let end = bytes.iter().position(|byte| *byte == 0).unwrap_or(bytes.len());
    String::from_utf8_lossy(&bytes[..end]).into_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn write(root: &Path, path: &str, text: &[u8]) {
        let path = root.join(path);
        fs::create_dir_all(path.parent().expect("has one")).expect("writable");
        fs::write(path, text).expect("writable");
    }

    #[test]
    fn logind_names_who_is_at_the_screen_first() {
        let root = tempfile::tempdir().expect("a temporary folder");
        write(
            root.path(),
            "run/systemd/sessions/3",
            b"UID=1001\nUSER=remo\nACTIVE=1\nREMOTE=1\nCLASS=user\nSTATE=active\n",
        );
        write(
            root.path(),
            "run/systemd/sessions/5",
            b"UID=1000\nUSER=jo\nACTIVE=1\nREMOTE=0\nCLASS=user\nSTATE=active\n",
        );
        write(
            root.path(),
            "run/systemd/sessions/c1",
            b"UID=112\nUSER=gdm\nACTIVE=1\nREMOTE=0\nCLASS=greeter\nSTATE=active\n",
        );
        write(
            root.path(),
            "run/systemd/sessions/9",
            b"UID=1002\nUSER=gone\nACTIVE=0\nREMOTE=0\nCLASS=user\nSTATE=closing\n",
        );
        assert_eq!(logged_on(root.path()), ["jo", "remo"]);
    }

    #[test]
    fn a_lingering_user_is_not_logged_on() {
        let root = tempfile::tempdir().expect("a temporary folder");
        write(root.path(), "run/systemd/users/1000", b"NAME=jo\nSTATE=active\n");
        write(root.path(), "run/systemd/users/1001", b"NAME=cron\nSTATE=lingering\n");
        assert_eq!(logged_on(root.path()), ["jo"]);
    }

    #[test]
    fn utmp_counts_only_live_user_processes() {
        let record = |kind: i16, pid: i32, name: &str, host: &str| {
            let mut bytes = vec![0; RECORD];
            bytes[..2].copy_from_slice(&kind.to_ne_bytes());
            bytes[4..8].copy_from_slice(&pid.to_ne_bytes());
            bytes[44..44 + name.len()].copy_from_slice(name.as_bytes());
            bytes[76..76 + host.len()].copy_from_slice(host.as_bytes());
            bytes
        };
        let mut file = record(USER_PROCESS, 10, "far", "203.0.113.9");
        file.extend(record(USER_PROCESS, 11, "near", ""));
        file.extend(record(USER_PROCESS, 12, "dead", ""));
        file.extend(record(8, 13, "ended", ""));
        file.extend(b"a torn record");
        assert_eq!(from_utmp(&file, &|pid| pid != 12), ["near", "far"]);
    }

    #[test]
    fn nobody_is_nobody() {
        let root = tempfile::tempdir().expect("a temporary folder");
        assert!(logged_on(root.path()).is_empty());
    }
}
