//! The state table: what one software needs on one computer.
//!
//! Looks at nothing but that software: prerequisites are [`super::evaluate`]'s.

use std::cmp::Ordering;
use std::rc::Rc;
use std::sync::Arc;

use ordain_schema::document::{
    Licence, LicenceNeed, OsFacts, RepairStrategy, Software, UpgradeStrategy, VersionBound,
    VersionScheme, VersionWish,
};

use super::versions::{Offered, entry, offered};
use crate::fleet::Subject;
use crate::item::{Act, Reason};
use crate::policy::Wish;
use crate::resolve::Missing;
use crate::version;

/// What is asked of a software.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(super) enum Need<'a> {
    /// What its winner wishes.
    Winner(&'a Wish),
    /// A prerequisite: it must be there, in a version that all of these allow.
    Present(&'a [VersionBound]),
    /// A prerequisite: it must not be there.
    Absent,
}

/// What is detected of a software.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(super) enum Detected<'a> {
    /// The computer's software was never inventoried.
    Unknown,
    /// It is not there.
    Missing,
    /// It is there, in this version.
    Version(&'a str),
}

impl Detected<'_> {
    /// The version in which it is there.
    pub(super) fn version(self) -> Option<Arc<str>> {
        match self {
            Detected::Version(version) => Some(version.into()),
            Detected::Missing | Detected::Unknown => None,
        }
    }
}

/// What comes of it.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Outcome {
    /// Nothing is to be done.
    Settled(Reason),
    /// It is not for this computer.
    NotApplicable,
    /// The software was never looked for.
    Unknown,
    /// Whether it is for this computer is not known.
    Undecided(Missing),
    /// These changes, one after the other.
    Change(Rc<[Change]>),
    /// It is known to fail.
    Fails(Reason),
}

/// One change.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Change {
    /// What is done.
    pub(super) act: Act,
    /// Why.
    pub(super) reason: Reason,
    /// From this version.
    pub(super) from: Option<Arc<str>>,
    /// To this version.
    pub(super) to: Option<Arc<str>>,
}

/// What is found of a software on a computer, and for it.
#[derive(Debug, Clone, Copy)]
pub(super) struct Found<'a> {
    /// The version.
    pub(super) detected: Detected<'a>,
    /// The answer of its test.
    pub(super) test: Option<bool>,
    /// Whether a required parameter has no value.
    pub(super) lacks_value: bool,
}

/// A software on a computer, with all that its state table looks at.
#[derive(Debug)]
pub(super) struct Case<'a> {
    /// The software's name.
    pub(super) name: &'a str,
    /// The document.
    pub(super) software: &'a Software,
    /// The computer's operating system.
    pub(super) os: Option<&'a OsFacts>,
    /// What is detected.
    pub(super) detected: Detected<'a>,
    /// The answer of its test.
    pub(super) test: Option<bool>,
    /// What may be installed.
    pub(super) offered: Offered<'a>,
    /// Whether the deployment names a licence.
    pub(super) licensed: bool,
    /// Whether a required parameter has no value.
    lacks_value: bool,
}

impl<'a> Case<'a> {
    /// Looks a software up on a computer.
    pub(super) fn new(
        subject: &Subject<'a>,
        name: &'a str,
        software: &'a Software,
        licence: Option<&Licence>,
        found: Found<'a>,
    ) -> Self {
        Self {
            name,
            software,
            os: subject.facts.os.as_ref(),
            detected: found.detected,
            test: found.test,
            lacks_value: found.lacks_value,
            offered: offered(subject, name, software, licence),
            licensed: licence.is_some(),
        }
    }

    /// What comes of a need. Also says whether an offer from outside was missing.
    pub(super) fn outcome(&self, need: Need<'_>) -> (Outcome, bool) {
        match self.detected {
            Detected::Unknown => (Outcome::Unknown, false),
            Detected::Missing => self.missing(need),
            Detected::Version(version) => self.present(need, version),
        }
    }

    fn missing(&self, need: Need<'_>) -> (Outcome, bool) {
        let to = match need {
            Need::Winner(Wish::Installed(wish)) => self.wished(wish),
            Need::Present(bounds) => self.allowed(bounds),
            Need::Winner(_) | Need::Absent => {
                return (Outcome::Settled(Reason::SoftwareMissing), false);
            }
        };
        (
            self.change(Act::Install, Reason::SoftwareMissing, None, to),
            to.is_none() && self.offered.unheard,
        )
    }

    fn present(&self, need: Need<'_>, version: &str) -> (Outcome, bool) {
        let settled = (Outcome::Settled(Reason::UpToDate), false);
        let wish = match need {
            Need::Winner(Wish::Absent) | Need::Absent => return (self.uninstall(version), false),
            Need::Present(bounds) => return self.within(bounds, version),
            Need::Winner(Wish::Installed(wish)) => wish,
            Need::Winner(Wish::UpdateIfFound) => &VersionWish::Latest,
            Need::Winner(_) => return settled,
        };
        if self.test_fails(version) {
            return self.repair(wish, version);
        }
        let newest = || self.wished(wish);
        let compared = |wanted: &str| self.offered.compare(version, wanted);
        let (act, reason, to) = match wish {
            VersionWish::Any => return settled,
            VersionWish::Latest => match newest() {
                Some(newest) if compared(newest) == Ordering::Less => {
                    (Act::Update, Reason::UpdateAvailable, Some(newest))
                }
                newest => return (settled.0, newest.is_none() && self.offered.unheard),
            },
            VersionWish::Exactly(wanted) => match compared(wanted) {
                Ordering::Equal => return settled,
                Ordering::Less => (Act::Update, Reason::UpdateAvailable, newest()),
                Ordering::Greater => (Act::Downgrade, Reason::OlderVersionRequired, newest()),
            },
            VersionWish::AtLeast(wanted) if compared(wanted) == Ordering::Less => {
                (Act::Update, Reason::UpdateAvailable, newest())
            }
            VersionWish::AtMost(wanted) if compared(wanted) == Ordering::Greater => {
                (Act::Downgrade, Reason::OlderVersionRequired, newest())
            }
            VersionWish::AtLeast(_) | VersionWish::AtMost(_) => return settled,
        };
        (self.change(act, reason, Some(version), to), to.is_none() && self.offered.unheard)
    }

    /// Present as a prerequisite: as it is where its version will do, else the
    /// newest one that does.
    fn within(&self, bounds: &[VersionBound], version: &str) -> (Outcome, bool) {
        if bounds.iter().all(|bound| allows(self.offered.scheme, bound, version)) {
            return (Outcome::Settled(Reason::UpToDate), false);
        }
        let to = self.allowed(bounds);
        let (act, reason) = match to.map(|to| self.offered.compare(version, to)) {
            Some(Ordering::Greater) => (Act::Downgrade, Reason::OlderVersionRequired),
            _ => (Act::Update, Reason::UpdateAvailable),
        };
        (self.change(act, reason, Some(version), to), to.is_none() && self.offered.unheard)
    }

    /// The newest version that all bounds allow.
    fn allowed(&self, bounds: &[VersionBound]) -> Option<&'a str> {
        let scheme = self.offered.scheme;
        self.offered.newest(|version| bounds.iter().all(|bound| allows(scheme, bound, version)))
    }

    /// The newest version that a wish allows.
    fn wished(&self, wish: &VersionWish) -> Option<&'a str> {
        let compare = |version: &str, wanted: &str| self.offered.compare(version, wanted);
        self.offered.newest(|version| match wish {
            VersionWish::Latest | VersionWish::Any => true,
            VersionWish::Exactly(wanted) => compare(version, wanted) == Ordering::Equal,
            VersionWish::AtLeast(wanted) => compare(version, wanted) != Ordering::Less,
            VersionWish::AtMost(wanted) => compare(version, wanted) != Ordering::Greater,
        })
    }

    fn test_fails(&self, version: &str) -> bool {
        let own = entry(self.software, self.offered.scheme, version)
            .and_then(|entry| entry.actions.test.as_deref());
        self.test == Some(false) && own.or(self.software.actions.test.as_deref()).is_some()
    }

    fn repair(&self, wish: &VersionWish, version: &str) -> (Outcome, bool) {
        if self.software.repair.strategy == RepairStrategy::None {
            return (Outcome::Fails(Reason::TestFailed), false);
        }
        let to = self.wished(wish);
        let Some(to) = to else {
            return (Outcome::Fails(Reason::NoApplicableVersion), self.offered.unheard);
        };
        if let Some(hindered) = self.hindrance(Act::Repair, Some(version), to) {
            return (hindered, false);
        }
        if let Some(reason) = self.lacks() {
            return (Outcome::Fails(reason), false);
        }
        let change = Change {
            act: Act::Repair,
            reason: Reason::TestFailed,
            from: Some(version.into()),
            to: Some(to.into()),
        };
        (Outcome::Change(Rc::new([change])), false)
    }

    /// What a change to some version needs and does not get.
    fn lacks(&self) -> Option<Reason> {
        if self.software.licence == LicenceNeed::Required && !self.licensed {
            Some(Reason::NoLicence)
        } else {
            self.lacks_value.then_some(Reason::MissingValue)
        }
    }

    fn change(&self, act: Act, reason: Reason, from: Option<&str>, to: Option<&str>) -> Outcome {
        let Some(to) = to else {
            return Outcome::Fails(Reason::NoApplicableVersion);
        };
        let Some(changes) = self.through_bases(act, reason, from, to) else {
            return Outcome::Fails(Reason::NoApplicableVersion);
        };
        let hindered = changes.iter().find_map(|change| {
            self.hindrance(change.act, change.from.as_deref(), change.to.as_deref()?)
        });
        if let Some(hindered) = hindered {
            return hindered;
        }
        if let Some(reason) = self.lacks() {
            return Outcome::Fails(reason);
        }
        if changes
            .iter()
            .any(|change| change.act == Act::Update && !self.can_update(change.to.as_deref()))
        {
            return Outcome::Fails(Reason::UpgradeNotPossible);
        }
        Outcome::Change(changes.into())
    }

    /// A patch brings its base first, recursively; none where a base is not to be had.
    fn through_bases(
        &self,
        act: Act,
        reason: Reason,
        from: Option<&str>,
        to: &str,
    ) -> Option<Vec<Change>> {
        let mut steps = vec![to];
        let mut next = to;
        while let Some(base) = self.base(next) {
            let reached =
                from.is_some_and(|from| self.offered.compare(from, base) != Ordering::Less);
            if reached || steps.len() > self.software.versions.len() {
                break;
            }
            let written = self
                .offered
                .newest(|version| self.offered.compare(version, base) == Ordering::Equal)?;
            steps.push(written);
            next = written;
        }
        let mut changes = Vec::new();
        let mut from = from;
        for (index, to) in steps.into_iter().rev().enumerate() {
            let (act, reason) =
                if index == 0 { (act, reason) } else { (Act::Update, Reason::UpdateAvailable) };
            changes.push(Change { act, reason, from: from.map(Into::into), to: Some(to.into()) });
            from = Some(to);
        }
        Some(changes)
    }

    fn uninstall(&self, version: &str) -> Outcome {
        if let Some(hindered) = self.removal(Some(version)) {
            return hindered;
        }
        Outcome::Change(Rc::new([Change {
            act: Act::Uninstall,
            reason: Reason::SoftwareDetected,
            from: Some(version.into()),
            to: None,
        }]))
    }

    fn base(&self, version: &str) -> Option<&'a str> {
        let entry = entry(self.software, self.offered.scheme, version)?;
        entry.requires_version.as_ref().map(|base| base.as_str())
    }

    fn can_update(&self, to: Option<&str>) -> bool {
        match self.software.upgrade_strategy {
            UpgradeStrategy::None => false,
            UpgradeStrategy::InstallOver | UpgradeStrategy::UninstallInstall => true,
            UpgradeStrategy::UpgradeScript => {
                let own = to.and_then(|to| entry(self.software, self.scheme(), to));
                own.and_then(|entry| entry.actions.upgrade.as_deref())
                    .or(self.software.actions.upgrade.as_deref())
                    .is_some()
            }
        }
    }

    fn scheme(&self) -> VersionScheme {
        self.offered.scheme
    }
}

/// Whether a version will do for a prerequisite.
pub(super) fn allows(scheme: VersionScheme, bound: &VersionBound, version: &str) -> bool {
    let order = version::compare(scheme, version, bound.version());
    match bound {
        VersionBound::Exactly(_) => order.is_eq(),
        VersionBound::AtLeast(_) => order.is_ge(),
        VersionBound::AtMost(_) => order.is_le(),
    }
}

/// What is detected of a software on a computer.
pub(super) fn detected<'a>(subject: &Subject<'a>, name: &str) -> Detected<'a> {
    match &subject.facts.software {
        None => Detected::Unknown,
        Some(all) => all.get(name).map_or(Detected::Missing, Detected::Version),
    }
}
