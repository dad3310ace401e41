//! The agent as a service of systemd: writing its unit, starting it, taking it out.

use std::path::{Path, PathBuf};
use std::process::Command;

use crate::command::{CommandError, Kind};
use crate::disk;

/// Where the unit stands.
pub const UNIT: &str = "/etc/systemd/system/ordain-agent.service";
/// Its name.
const NAME: &str = "ordain-agent.service";

const TEMPLATE: &str = include_str!("ordain-agent.service");

/// The unit's text for a program and its data folder.
pub fn text(program: &Path, data: &Path) -> Result<String, CommandError> {
    Ok(TEMPLATE.replace("{program}", &quoted(program)?).replace("{data}", &quoted(data)?))
}

/// A path as one word of a unit file.
fn quoted(path: &Path) -> Result<String, CommandError> {
    let text =
        path.to_str().filter(|text| text.starts_with('/') && !text.chars().any(char::is_control));
    let text = text.ok_or_else(|| {
        CommandError::new(Kind::Usage, format!("{} cannot stand in a unit file", path.display()))
    })?;
    let escaped =
        text.replace('\\', "\\\\").replace('"', "\\\"").replace('%', "%%").replace('$', "$$");
    Ok(format!("\"{escaped}\""))
}

/// Writes the unit and starts the service.
pub fn install(data: &Path) -> Result<(), CommandError> {
    let program = std::env::current_exe().map_err(|error| {
        CommandError::new(Kind::CouldNot, format!("this program's own path is not known: {error}"))
    })?;
    let data = std::path::absolute(data).map_err(|error| CommandError::new(Kind::Usage, error))?;
    let unit = PathBuf::from(UNIT);
    disk::replace(&unit, text(&program, &data)?.as_bytes(), 0o644).map_err(|error| {
        CommandError::chain(Kind::CouldNot, &error)
            .hint("run it as root, on a computer with systemd")
    })?;
    systemctl(&["daemon-reload"])?;
    systemctl(&["enable", "--now", NAME])
}

/// Stops the service and removes the unit; data and enrolment stay.
pub fn uninstall() -> Result<(), CommandError> {
    systemctl(&["disable", "--now", NAME])?;
    match std::fs::remove_file(UNIT) {
        Err(error) if error.kind() != std::io::ErrorKind::NotFound => {
            return Err(CommandError::new(
                Kind::CouldNot,
                format!("cannot remove {UNIT}: {error}"),
            ));
        }
        _ => {}
    }
    systemctl(&["daemon-reload"])
}

fn systemctl(args: &[&str]) -> Result<(), CommandError> {
    let line = format!("systemctl {}", args.join(" "));
    let output = Command::new("systemctl").args(args).output();
    let output = output.map_err(|error| {
        CommandError::new(Kind::CouldNot, format!("`{line}` cannot be run: {error}"))
            .hint("only systemd is supported as yet; start `ordain-agent run` by other means")
    })?;
    if output.status.success() {
        return Ok(());
    }
    let said = String::from_utf8_lossy(&output.stderr).trim().to_owned();
    Err(CommandError::new(Kind::CouldNot, format!("`{line}` failed: {said}")))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_unit_keeps_its_promises() {
        let unit = text(Path::new("/usr/bin/ordain-agent"), Path::new("/var/lib/a b%c"))
            .expect("plain paths");
        for line in [
            "KillMode=process",
            "Restart=always",
            "RestartPreventExitStatus=4",
            "ExecStart=\"/usr/bin/ordain-agent\" run --data \"/var/lib/a b%%c\"",
        ] {
            assert!(unit.lines().any(|each| each == line), "{line}");
        }
        assert!(!unit.contains('{'), "every placeholder is filled");
        assert!(text(Path::new("relative"), Path::new("/x")).is_err());
    }

    #[test]
    fn systemd_finds_no_fault_in_the_unit() {
        let folder = tempfile::tempdir().expect("a temporary folder");
        let unit = folder.path().join(NAME);
        let text = text(Path::new("/bin/true"), Path::new("/var/lib/ordain-agent"));
        std::fs::write(&unit, text.expect("plain paths")).expect("writable");
        let verified = Command::new("systemd-analyze").arg("verify").arg(&unit).output();
        let verified = verified.expect("this test needs systemd-analyze: install systemd");
        let said = String::from_utf8_lossy(&verified.stderr);
        assert!(verified.status.success() && said.is_empty(), "{said}");
    }
}
