//! What keeps software from being installed or removed on a platform.
//!
//! Which versions are candidates at all is `versions`' business; here stands
//! what is found out only once a change is chosen.

use ordain_schema::document::{
    Action, ByPlatform, RepairStrategy, SoftwareVersion, UpgradeStrategy,
};

use super::platform::{self, Choice, choose};
use super::versions::entry;
use super::wish::{Case, Outcome};
use crate::item::{Act, Reason};
use crate::resolve::Missing;

impl<'a> Case<'a> {
    /// What keeps a change to a version from being made on this platform.
    pub(super) fn hindrance(&self, act: Act, from: Option<&str>, to: &str) -> Option<Outcome> {
        let install = platform::install(self.software, self.entry(Some(to)));
        let (installs, removes) = match act {
            Act::Repair => match self.software.repair.strategy {
                RepairStrategy::UninstallInstall => (true, true),
                RepairStrategy::InstallOver => (true, false),
                RepairStrategy::Script | RepairStrategy::None => (false, false),
            },
            Act::Update | Act::Downgrade => match self.software.upgrade_strategy {
                UpgradeStrategy::UninstallInstall => (true, true),
                UpgradeStrategy::InstallOver => (true, false),
                UpgradeStrategy::UpgradeScript => (act == Act::Downgrade, false),
                UpgradeStrategy::None => (false, false),
            },
            _ => (true, false),
        };
        let hindered = install.filter(|_| installs).and_then(|by| self.hinders("install", by));
        hindered.or_else(|| if removes { self.removal(from) } else { None })
    }

    /// What keeps a version from being removed on this platform.
    pub(super) fn removal(&self, version: Option<&str>) -> Option<Outcome> {
        let by = platform::uninstall(self.software, self.entry(version))?;
        self.hinders("uninstall", by)
    }

    fn hinders(&self, key: &str, by: &ByPlatform<Action>) -> Option<Outcome> {
        match choose(by, self.os) {
            Choice::Fits(_) => None,
            Choice::Nothing => Some(Outcome::Fails(Reason::NoApplicableVersion)),
            Choice::Unknown(fact) => Some(Outcome::Undecided(Missing {
                what: format!("{key} of software/{}", self.name),
                fact: fact.to_owned(),
            })),
        }
    }

    fn entry(&self, version: Option<&str>) -> Option<&'a SoftwareVersion> {
        entry(self.software, self.offered.scheme, version?)
    }
}
