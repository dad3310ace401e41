//! Linux: firmware from sysfs, the boot id from procfs, sessions from logind or utmp.

use std::path::{Path, PathBuf};

use super::Platform;

pub mod processes;
pub mod sessions;
pub mod spawn;

/// Written by packages of Debian and its kin that want a restart.
const RESTART_PENDING: &str = "/run/reboot-required";
/// Where an installation puts the program that asks people.
const ASK: &str = "/etc/ordain-agent/ask";

/// A Linux computer.
#[derive(Debug, Clone, Copy, Default)]
pub struct Linux;

impl Platform for Linux {
    fn dmi_root(&self) -> &Path {
        Path::new("/sys/class/dmi/id")
    }

    fn boot_id(&self) -> String {
        std::fs::read_to_string("/proc/sys/kernel/random/boot_id")
            .map(|id| id.trim().to_owned())
            .unwrap_or_default()
    }

    fn logged_on(&self) -> Vec<String> {
        sessions::logged_on(Path::new("/"))
    }

    fn is_restart_pending(&self) -> bool {
        Path::new(RESTART_PENDING).exists()
    }

    fn ask_program(&self) -> Option<PathBuf> {
        Some(PathBuf::from(ASK)).filter(|program| program.exists())
    }

    fn reboot_command(&self) -> Vec<String> {
        ["/sbin/shutdown", "-r", "now"].map(str::to_owned).to_vec()
    }
}
