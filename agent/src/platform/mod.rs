//! What differs between computers and operating systems, behind one small trait.
//!
//! [`Platform`] holds exactly what a test machine cannot give: firmware, the
//! installation's id, logged-on persons, the boot id, the reboot command, where settings are kept
//! and those that only other systems have. Everything else that is
//! particular to Linux stands in `linux` ([`sessions`], [`processes`],
//! [`spawn`]); Windows and macOS get folders beside it.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use ordain_core::order::{Ensure, Resource};

#[cfg(target_os = "linux")]
mod linux;
#[cfg(target_os = "linux")]
pub use linux::{Linux, processes, sessions, spawn};

#[cfg(feature = "test-platform")]
pub mod staged;

/// Where the program meets a computer that tests cannot provide.
pub trait Platform: Send + Sync {
    /// The folder with the firmware's identity, one value a file, as `/sys/class/dmi/id`.
    fn dmi_root(&self) -> &Path;

    /// Changes with every start of the operating system.
    fn boot_id(&self) -> String;

    /// Changes when the operating system is installed anew; none where it tells none.
    fn installation_id(&self) -> Option<String> {
        crate::facts::installation_id()
    }

    /// Account names of those who are logged on now; who sits at the screen first.
    fn logged_on(&self) -> Vec<String>;

    /// The program and its arguments that restart the computer.
    fn reboot_command(&self) -> Vec<String>;

    /// Whether the system says that it waits for a restart.
    fn is_restart_pending(&self) -> bool {
        false
    }

    /// The program that asks a person whether the computer may be restarted,
    /// where there is one. It is given the account's name and for how many
    /// seconds it may wait; it ends with 0 for yes, 1 for no, and anything else
    /// where it had no answer.
    fn ask_program(&self) -> Option<PathBuf> {
        None
    }

    /// Below which folder settings without scripts are looked at and set: `/` on a computer.
    fn settings_root(&self) -> &Path {
        Path::new("/")
    }

    /// What would change of a setting that only some systems have (registry,
    /// features, scheduled tasks, defaults), one thing an entry.
    ///
    /// # Errors
    /// Where this system does not have such settings.
    fn look_at_setting(&self, setting: &Ensure) -> Result<Vec<String>, NotOfThisSystem> {
        Err(NotOfThisSystem::of(&setting.resource))
    }

    /// Puts such a setting right; what was changed, one thing an entry.
    ///
    /// # Errors
    /// Where this system does not have such settings.
    fn set_setting(&self, setting: &Ensure) -> Result<Vec<String>, NotOfThisSystem> {
        Err(NotOfThisSystem::of(&setting.resource))
    }
}

/// The system that has settings of a kind, where this one does not.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct NotOfThisSystem(pub &'static str);

impl NotOfThisSystem {
    fn of(resource: &Resource) -> Self {
        Self(if matches!(resource, Resource::Defaults(_)) { "macOS" } else { "Windows" })
    }
}

/// The platform of this computer.
pub fn present() -> Arc<dyn Platform> {
    #[cfg(feature = "test-platform")]
    if let Some(folder) = std::env::var_os("ORDAIN_PLATFORM") {
        return Arc::new(staged::Staged::new(folder.into()));
    }
    Arc::new(Linux)
}
