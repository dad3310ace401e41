//! Software: its check, and the works of each of its actions.
//!
//! An action is verified by detecting again, since an exit code proves
//! nothing; then follow the post-action and the test.

use std::cmp::Ordering;

use ordain_schema::document::{
    Action, ByPlatform, Licence, RepairStrategy, Software, SoftwareActions, SoftwareVersion,
    UpgradeStrategy, VersionScheme, VersionWish,
};

use crate::item::{Act, Item};
use crate::lower::files::{fetch, fetched};
use crate::lower::probe::{offer, probe};
use crate::lower::run::{Method, Setting, takes_artifact};
use crate::lower::{NotExecutable, Parameters, Place};
use crate::order::{
    Artifact, Check, CheckHow, Expect, OnBusy, Probe, Relation, Run, Step, What, Work, WorkPhase,
};
use crate::plan::{Choice, artifacts, choose};
use crate::session::PlannedRow;
use crate::version;

/// A software with what surrounds it.
#[derive(Clone, Copy)]
pub struct SoftwareInput<'a> {
    /// Where it runs.
    pub place: &'a Place<'a>,
    /// The item.
    pub item: &'a Item,
    /// The document's path from the repository's root.
    pub path: &'a str,
    /// The document.
    pub software: &'a Software,
    /// What its deployment gives.
    pub parameters: &'a Parameters,
    /// What its winner wishes, where it has an installed form; a prerequisite has none.
    pub wish: Option<&'a VersionWish>,
    /// The licence that its deployment names, where it is known.
    pub licensed: Option<&'a Licence>,
    /// Where the files of a store are, by its name.
    pub store: &'a dyn Fn(&str) -> Result<String, NotExecutable>,
}

impl std::fmt::Debug for SoftwareInput<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{} in {:?}", self.item, self.place)
    }
}

/// How to find out about a software. Its test is that of the version that was
/// detected last, where that version has its own.
pub fn software_check(
    input: &SoftwareInput<'_>,
    last: Option<&str>,
) -> Result<Check, NotExecutable> {
    let lowering = Lowering::new(input, last, None);
    let setting = lowering.looking();
    let test = lowering.action(Side::From, |actions| actions.test.as_deref());
    let test = test.map(|test| setting.run(Method::Test, test)).transpose()?;
    let probe = probe(&setting, &input.software.detect)?;
    let offered = offer(input.software, input.place.os);
    Ok(Check { item: input.item.clone(), how: CheckHow::Software { probe, test, offered } })
}

/// Lowers one action on a software.
pub fn software_step(input: &SoftwareInput<'_>, row: &PlannedRow) -> Result<Step, NotExecutable> {
    let lowering = Lowering::new(input, row.from.as_deref(), row.to.as_deref());
    let mut works = Vec::new();
    let action = match row.action {
        Act::Install => lowering.install(&mut works, Method::Install, &lowering.wished())?,
        Act::Update => lowering.update(&mut works)?,
        Act::Downgrade => lowering.downgrade(&mut works)?,
        Act::Repair => lowering.repair(&mut works)?,
        Act::Uninstall => lowering.uninstall(&mut works)?,
        Act::None | Act::Set => return Err(NotExecutable::Misfit(row.action.word())),
    };
    Ok(Step {
        item: row.item.clone(),
        act: row.action,
        reason: row.reason,
        from: row.from.clone(),
        to: row.to.clone(),
        phase: row.phase,
        waits_for: row.waits_for.clone(),
        attempts: attempts(action, input.place),
        gate: None,
        works,
    })
}

/// How often an action is tried.
pub(super) fn attempts(action: &Action, place: &Place<'_>) -> u32 {
    action.attempts.unwrap_or(place.attempts).clamp(1, 100)
}

/// Whose own actions win over the software's.
#[derive(Debug, Clone, Copy)]
enum Side {
    /// The version that is there.
    From,
    /// The version that it is brought to.
    To,
}

struct Lowering<'a> {
    input: &'a SoftwareInput<'a>,
    scheme: VersionScheme,
    from: Option<&'a str>,
    to: Option<&'a str>,
    /// The entries of `versions` for both.
    old: Option<&'a SoftwareVersion>,
    new: Option<&'a SoftwareVersion>,
    /// The files of both that are for this computer.
    fetched: [Result<Vec<Artifact>, NotExecutable>; 2],
}

impl<'a> Lowering<'a> {
    fn new(input: &'a SoftwareInput<'a>, from: Option<&'a str>, to: Option<&'a str>) -> Self {
        let software = input.software;
        let scheme = version::resolve(software.version_scheme, &software.detect);
        let entry = |wanted: Option<&str>| {
            let wanted = wanted?;
            let mut all = software.versions.iter();
            all.find(|each| version::compare(scheme, &each.version, wanted) == Ordering::Equal)
        };
        let files = |entry, version: Option<&str>| match version {
            Some(version) => fetched(input.place, input.store, artifacts(software, entry), version),
            None => Ok(Vec::new()),
        };
        let (old, new) = (entry(from), entry(to));
        let fetched = [files(old, from), files(new, to)];
        Self { input, scheme, from, to, old, new, fetched }
    }

    /// What surrounds what looks, and needs no files.
    fn looking(&self) -> Setting<'_> {
        Setting {
            place: self.input.place,
            item: self.input.item,
            path: self.input.path,
            context: None,
            uses: &self.input.software.uses,
            parameters: self.input.parameters,
            from: self.from,
            to: self.to,
            artifacts: &[],
            close_first: self.input.software.close_first.as_ref(),
            detect: Some(&self.input.software.detect),
            licensed: self.input.licensed,
            outputs: None,
        }
    }

    /// What surrounds what changes, with the files of a version.
    fn setting(&self, side: Side) -> Result<Setting<'_>, NotExecutable> {
        Ok(Setting { artifacts: self.files(side)?, ..self.looking() })
    }

    fn files(&self, side: Side) -> Result<&[Artifact], NotExecutable> {
        let [old, new] = &self.fetched;
        let files = match side {
            Side::From => old,
            Side::To => new,
        };
        files.as_deref().map_err(Clone::clone)
    }

    /// The first entry for this computer of a version's own list, else of the software's.
    fn listed(
        &self,
        side: Side,
        pick: fn(&SoftwareActions) -> Option<&ByPlatform<Action>>,
        name: &'static str,
    ) -> Result<&'a Action, NotExecutable> {
        let own = self.entry(side).and_then(|entry| pick(&entry.actions));
        let by = own.or_else(|| pick(&self.input.software.actions));
        match choose(by.ok_or(NotExecutable::Missing(name))?, self.input.place.os) {
            Choice::Fits(action) => Ok(action),
            Choice::Nothing | Choice::Unknown(_) => Err(NotExecutable::NoPlatform(name)),
        }
    }

    fn entry(&self, side: Side) -> Option<&'a SoftwareVersion> {
        match side {
            Side::From => self.old,
            Side::To => self.new,
        }
    }

    /// A version's own action, else the software's.
    fn action(
        &self,
        side: Side,
        pick: fn(&SoftwareActions) -> Option<&Action>,
    ) -> Option<&'a Action> {
        let own = self.entry(side).and_then(|entry| pick(&entry.actions));
        own.or_else(|| pick(&self.input.software.actions))
    }

    fn needed(
        &self,
        side: Side,
        pick: fn(&SoftwareActions) -> Option<&Action>,
        name: &'static str,
    ) -> Result<&'a Action, NotExecutable> {
        self.action(side, pick).ok_or(NotExecutable::Missing(name))
    }

    fn run(&self, method: Method, action: &Action) -> Result<Run, NotExecutable> {
        let setting = match method {
            Method::Uninstall if takes_artifact(action) => self.setting(Side::From)?,
            Method::Detect | Method::Test | Method::Uninstall | Method::PostUninstall => {
                self.looking()
            }
            _ => self.setting(Side::To)?,
        };
        setting.run(method, action)
    }

    fn update(&self, works: &mut Vec<Work>) -> Result<&'a Action, NotExecutable> {
        let wished = self.wished();
        match self.input.software.upgrade_strategy {
            UpgradeStrategy::InstallOver => self.install(works, Method::Install, &wished),
            UpgradeStrategy::UninstallInstall => {
                self.download(works)?;
                self.remove(works)?;
                self.install_only(works, Method::Install, &wished)
            }
            UpgradeStrategy::UpgradeScript => self.install(works, Method::Upgrade, &wished),
            UpgradeStrategy::None => Err(NotExecutable::NoUpgrade),
        }
    }

    /// A downgrade removes first only where updates do.
    fn downgrade(&self, works: &mut Vec<Work>) -> Result<&'a Action, NotExecutable> {
        let wished = self.wished();
        if self.input.software.upgrade_strategy == UpgradeStrategy::UninstallInstall {
            self.download(works)?;
            self.remove(works)?;
            return self.install_only(works, Method::Install, &wished);
        }
        self.install(works, Method::Install, &wished)
    }

    fn repair(&self, works: &mut Vec<Work>) -> Result<&'a Action, NotExecutable> {
        let present = Expect::Present;
        match self.input.software.repair.strategy {
            RepairStrategy::UninstallInstall => {
                self.download(works)?;
                self.remove(works)?;
                self.install_only(works, Method::Install, &present)
            }
            RepairStrategy::InstallOver => self.install(works, Method::Install, &present),
            RepairStrategy::Script => self.install(works, Method::Repair, &present),
            RepairStrategy::None => Err(NotExecutable::NoRepair),
        }
    }

    fn install(
        &self,
        works: &mut Vec<Work>,
        method: Method,
        expect: &Expect,
    ) -> Result<&'a Action, NotExecutable> {
        self.download(works)?;
        self.install_only(works, method, expect)
    }

    /// Installs, detects, runs the post-action and the test.
    fn install_only(
        &self,
        works: &mut Vec<Work>,
        method: Method,
        expect: &Expect,
    ) -> Result<&'a Action, NotExecutable> {
        let action = match method {
            Method::Upgrade => self.needed(Side::To, |all| all.upgrade.as_deref(), "upgrade")?,
            Method::Repair => {
                let script = self.input.software.repair.script.as_ref();
                script.ok_or(NotExecutable::Missing("repair.script"))?
            }
            _ => self.listed(Side::To, |all| all.install.as_deref(), "install")?,
        };
        let mut run = self.run(method, action)?;
        // What was removed cannot wait for another session.
        let removed = works.iter().any(|work| work.phase == WorkPhase::Uninstall);
        let needs = run.needs.as_mut().filter(|_| removed);
        if let Some(close) = needs.and_then(|needs| needs.close_first.as_mut()) {
            close.on_busy = OnBusy::Kill;
        }
        works.push(work(WorkPhase::Install, run));
        self.restart(works)?;
        works.push(self.verify(expect.clone())?);
        if let Some(post) = self.action(Side::To, |all| all.post_install.as_deref()) {
            works.push(work(WorkPhase::Post, self.run(Method::PostInstall, post)?));
        }
        if let Some(test) = self.action(Side::To, |all| all.test.as_deref()) {
            let run = self.run(Method::Test, test)?;
            works.push(Work { phase: WorkPhase::Test, what: What::Run(run), expect: Expect::True });
        }
        Ok(action)
    }

    fn uninstall(&self, works: &mut Vec<Work>) -> Result<&'a Action, NotExecutable> {
        self.remove(works)
    }

    /// Uninstalls, detects that nothing is there, runs the post-action.
    fn remove(&self, works: &mut Vec<Work>) -> Result<&'a Action, NotExecutable> {
        let action = self.listed(Side::From, |all| all.uninstall.as_deref(), "uninstall")?;
        if takes_artifact(action) {
            fetch(works, self.files(Side::From)?);
        }
        works.push(work(WorkPhase::Uninstall, self.run(Method::Uninstall, action)?));
        self.restart(works)?;
        works.push(self.verify(Expect::Absent)?);
        if let Some(post) = self.action(Side::From, |all| all.post_uninstall.as_deref()) {
            works.push(work(WorkPhase::Post, self.run(Method::PostUninstall, post)?));
        }
        Ok(action)
    }

    fn download(&self, works: &mut Vec<Work>) -> Result<(), NotExecutable> {
        fetch(works, self.files(Side::To)?);
        if let Some(action) = self.action(Side::To, |all| all.download.as_deref()) {
            works.push(work(WorkPhase::Download, self.run(Method::Download, action)?));
        }
        Ok(())
    }

    /// What needs a restart shows only after one whether it took effect.
    fn restart(&self, works: &mut Vec<Work>) -> Result<(), NotExecutable> {
        if self.input.software.reboot_needed {
            works.push(self.input.place.restart()?);
        }
        Ok(())
    }

    fn verify(&self, expect: Expect) -> Result<Work, NotExecutable> {
        let setting = self.looking();
        let probe: Probe = probe(&setting, &self.input.software.detect)?;
        Ok(Work { phase: WorkPhase::Detect, what: What::Probe(probe), expect })
    }

    /// What must be detected afterwards. A patch's base is short of the wish
    /// and held against itself.
    fn wished(&self) -> Expect {
        let Some(to) = self.to else { return Expect::Present };
        let against = |relation, version: &str| Expect::Version {
            relation,
            version: version.to_owned(),
            scheme: self.scheme,
        };
        let order = |wanted: &str| version::compare(self.scheme, to, wanted);
        match self.input.wish {
            Some(VersionWish::Any) => Expect::Present,
            Some(VersionWish::Exactly(wanted)) if order(wanted).is_eq() => {
                against(Relation::Equal, to)
            }
            Some(VersionWish::AtLeast(wanted)) if order(wanted).is_ge() => {
                against(Relation::AtLeast, wanted)
            }
            Some(VersionWish::AtMost(wanted)) if order(wanted).is_le() => {
                against(Relation::AtMost, wanted)
            }
            Some(
                VersionWish::Latest
                | VersionWish::Exactly(_)
                | VersionWish::AtLeast(_)
                | VersionWish::AtMost(_),
            )
            | None => against(Relation::AtLeast, to),
        }
    }
}

fn work(phase: WorkPhase, run: Run) -> Work {
    Work { phase, what: What::Run(run), expect: Expect::Success }
}
