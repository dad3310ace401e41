//! A platform that a test lays out in a folder: `dmi/`, `installation`, `boot_id`, `users`,
//! `reboot`, `restart-pending`, `ask`, `root/`.
//!
//! Built only with the feature `test-platform`. `users` holds one account name
//! a line, `reboot` the words of the command, one a line; `restart-pending` is
//! there where one is, `ask` is the program that asks. Where there is a
//! `root/`, settings are kept below it, and the system's programs are looked
//! for there.

use std::path::{Path, PathBuf};

use super::Platform;

/// Reads what a test wrote; a file that is not there is empty.
#[derive(Debug, Clone)]
pub struct Staged {
    folder: PathBuf,
    dmi: PathBuf,
    root: PathBuf,
}

impl Staged {
    /// Of that folder.
    pub fn new(folder: PathBuf) -> Self {
        let own = folder.join("root");
        let root = if own.is_dir() { own } else { PathBuf::from("/") };
        Self { dmi: folder.join("dmi"), root, folder }
    }

    fn lines(&self, name: &str) -> Vec<String> {
        let text = std::fs::read_to_string(self.folder.join(name)).unwrap_or_default();
        text.lines().map(str::trim).filter(|line| !line.is_empty()).map(str::to_owned).collect()
    }
}

impl Platform for Staged {
    fn dmi_root(&self) -> &Path {
        &self.dmi
    }

    fn boot_id(&self) -> String {
        self.lines("boot_id").into_iter().next().unwrap_or_default()
    }

    fn installation_id(&self) -> Option<String> {
        self.lines("installation").into_iter().next().or_else(crate::facts::installation_id)
    }

    fn logged_on(&self) -> Vec<String> {
        self.lines("users")
    }

    fn reboot_command(&self) -> Vec<String> {
        self.lines("reboot")
    }

    fn is_restart_pending(&self) -> bool {
        self.folder.join("restart-pending").exists()
    }

    fn ask_program(&self) -> Option<PathBuf> {
        Some(self.folder.join("ask")).filter(|program| program.exists())
    }

    fn settings_root(&self) -> &Path {
        &self.root
    }
}
