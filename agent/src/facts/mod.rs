//! What this computer is, read from files without starting a process.
//!
//! Gathered on connecting and every few minutes; only a change is sent.

mod computer;
mod domain;

use std::fs;
use std::path::Path;

use ordain_wire::{Facts, OsFacts};
use serde_json::{Map, Value};

use crate::identity::Dmi;
use crate::platform::Platform;
use crate::platform::sessions::key_values;

/// Everything that is reported of this computer.
pub fn gather(platform: &dyn Platform, name: &str) -> Facts {
    let root = Path::new("/");
    let release = os_release(root);
    let dmi = Dmi::read(platform.dmi_root());
    let membership = domain::membership(root);
    let chassis = computer::chassis(platform.dmi_root());
    let mut facts = Map::new();
    let mut put = |name: &str, value: Option<Value>| {
        if let Some(value) = value {
            facts.insert(name.to_owned(), value);
        }
    };
    put("distribution", release.get("ID").map(|id| Value::from(id.as_str())));
    put("distributionName", release.get("PRETTY_NAME").map(|name| Value::from(name.as_str())));
    put("kernel", first_line(Path::new("/proc/sys/kernel/osrelease")).map(Value::from));
    put("cpus", std::thread::available_parallelism().ok().map(|count| Value::from(count.get())));
    put("cpuModel", computer::cpu_model(root).map(Value::from));
    put("memoryBytes", computer::memory_bytes(root).map(Value::from));
    put("manufacturer", dmi.manufacturer.map(Value::from));
    put("model", dmi.model.map(Value::from));
    put("serial", dmi.serial.map(Value::from));
    put("bootId", Some(Value::from(platform.boot_id())));
    Facts {
        name: name.to_owned(),
        os: OsFacts {
            family: std::env::consts::OS.to_owned(),
            version: release.get("VERSION_ID").cloned().unwrap_or_default(),
            arch: computer::arch(&machine()).to_owned(),
        },
        chassis: chassis.to_owned(),
        domain_role: membership.role.to_owned(),
        domain: membership.domain,
        users: platform.logged_on(),
        timezone: computer::time_zone(root),
        facts,
    }
}

/// The operating system's installation id.
pub fn installation_id() -> Option<String> {
    first_line(Path::new("/etc/machine-id"))
        .or_else(|| first_line(Path::new("/var/lib/dbus/machine-id")))
}

/// The computer's own name, without its domain.
pub fn host_name() -> String {
    let name = nix::unistd::gethostname().unwrap_or_default();
    let name = name.to_string_lossy();
    name.split('.').next().unwrap_or_default().to_owned()
}

fn machine() -> String {
    rustix::system::uname().machine().to_string_lossy().into_owned()
}

fn os_release(root: &Path) -> std::collections::BTreeMap<String, String> {
    let text = ["etc/os-release", "usr/lib/os-release"]
        .iter()
        .find_map(|path| fs::read_to_string(root.join(path)).ok());
    key_values(&text.unwrap_or_default())
}

fn first_line(path: &Path) -> Option<String> {
    let text = fs::read_to_string(path).ok()?;
    let line = text.lines().next()?.trim();
    (!line.is_empty()).then(|| line.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    struct Bare;

    impl Platform for Bare {
        fn dmi_root(&self) -> &Path {
            Path::new("/nonexistent")
        }
        fn boot_id(&self) -> String {
            "b".into()
        }
        fn logged_on(&self) -> Vec<String> {
            vec!["jo".into()]
        }
        fn reboot_command(&self) -> Vec<String> {
            Vec::new()
        }
    }

    #[test]
    fn a_computer_without_firmware_has_facts_all_the_same() {
        let facts = gather(&Bare, "pc-1");
        assert_eq!(
            (facts.name.as_str(), facts.os.family.as_str(), facts.chassis.as_str()),
            ("pc-1", "linux", "unknown")
        );
        assert_eq!(facts.users, ["jo"]);
        assert!(facts.facts.contains_key("kernel") && facts.facts.contains_key("memoryBytes"));
        assert!(["x64", "arm64", "x86"].contains(&facts.os.arch.as_str()), "{}", facts.os.arch);
        let known = ordain_core::expression::known();
        for name in facts.facts.keys() {
            let path = format!("computer.facts.{name}");
            assert!(
                known.iter().any(|one| one.name == path),
                "`ordain schema --facts` lacks {path}"
            );
        }
        assert_eq!(gather(&Bare, "pc-1"), facts, "nothing changes by itself");
    }
}
