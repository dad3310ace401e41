//! A pretended computer: what is on it, and what its scripts do.

use std::collections::BTreeMap;

use ordain_core::execute::End;
use ordain_core::item::Item;
use ordain_core::order::{
    Check, CheckHow, Expect, Finding, Found, Reboot, Stay, Step, What, Work, WorkPhase,
};

/// How an item's changes go.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Behaviour {
    /// Well.
    Good,
    /// Wrong so many times, then well.
    Flaky(u32),
    /// Never well.
    Bad,
    /// It says that it went well, and nothing changes.
    Idle,
}

/// The computer.
#[derive(Debug, Clone, Default)]
pub(crate) struct Computer {
    /// Versions by software.
    pub(crate) software: BTreeMap<String, String>,
    /// Whether tasks hold.
    pub(crate) tasks: BTreeMap<String, bool>,
    pub(crate) behaviours: BTreeMap<String, Behaviour>,
    /// How often each item's changes were tried.
    tried: BTreeMap<String, u32>,
    /// Restarts so far.
    pub(crate) boots: u32,
}

impl Computer {
    pub(crate) fn boot_id(&self) -> String {
        format!("boot {}", self.boots)
    }

    /// Everything on it, in order.
    pub(crate) fn state(&self) -> Vec<String> {
        let software =
            self.software.iter().map(|(name, version)| format!("software/{name} {version}"));
        let held = self.tasks.iter().filter(|(_, holds)| **holds);
        software.chain(held.map(|(item, _)| item.clone())).collect()
    }

    /// Finds out about an item.
    pub(crate) fn check(&self, check: &Check) -> Finding {
        let found = match (&check.item, &check.how) {
            (Item::Software(name), _) => Found::Software {
                version: self.software.get(&**name).cloned(),
                test: None,
                offered: None,
            },
            (item, CheckHow::Get(_)) => Found::Output(format!("{item} says so")),
            (item, _) => Found::Answer { answer: self.holds(item), changes: String::new() },
        };
        Finding { item: check.item.clone(), found }
    }

    /// Does a piece of work to its end.
    pub(crate) fn work(&mut self, step: &Step, work: &Work) -> End {
        match (&work.what, work.phase) {
            (What::Probe(_), _) => {
                let name = step.item.name().to_owned();
                End::Detected(self.software.get(&name).cloned())
            }
            (What::Fetch(_), _) => End::Fetched,
            (What::Reboot(reboot), _) => self.restart(reboot),
            (What::Run(_), WorkPhase::Test) => self.answer(step),
            (What::Run(_), _)
                if matches!(work.expect, Expect::True | Expect::False | Expect::TrueEndsStep) =>
            {
                self.answer(step)
            }
            (What::Run(_), phase) => self.change(step, phase),
        }
    }

    /// Restarts, where that is wanted: nothing on it asks for one by itself.
    pub(crate) fn restart(&mut self, reboot: &Reboot) -> End {
        if reboot.only_pending {
            return End::Stayed(Stay::NotNeeded);
        }
        self.boots += 1;
        End::Exit(0)
    }

    /// How often changes were tried that go wrong at first, until they went well.
    pub(crate) fn flaky_tries(&self) -> u32 {
        let tries = |(item, behaviour): (&String, &Behaviour)| match behaviour {
            Behaviour::Flaky(times) => self.tried.get(item).map(|tried| *tried.min(&(times + 1))),
            Behaviour::Good | Behaviour::Bad | Behaviour::Idle => None,
        };
        self.behaviours.iter().filter_map(tries).sum()
    }

    fn answer(&self, step: &Step) -> End {
        let answer = match &step.item {
            Item::Software(name) => self.software.contains_key(&**name),
            item @ Item::Task { .. } => self.holds(item),
        };
        End::Answer { answer, code: i32::from(!answer) }
    }

    fn change(&mut self, step: &Step, phase: WorkPhase) -> End {
        let item = step.item.to_string();
        let tried = self.tried.entry(item.clone()).or_default();
        *tried += 1;
        match self.behaviours.get(&item).copied().unwrap_or(Behaviour::Good) {
            Behaviour::Bad => return End::Exit(5),
            Behaviour::Flaky(times) if *tried <= times => return End::Exit(75),
            Behaviour::Idle => return End::Exit(0),
            Behaviour::Good | Behaviour::Flaky(_) => {}
        }
        match (&step.item, phase) {
            (Item::Software(name), WorkPhase::Install) => {
                let version = step.to.clone().unwrap_or_else(|| "1.0".to_owned());
                self.software.insert(name.to_string(), version);
            }
            (Item::Software(name), WorkPhase::Uninstall) => {
                self.software.remove(&**name);
            }
            (_, WorkPhase::Set) => {
                self.tasks.insert(item, true);
            }
            (_, WorkPhase::Uninstall) => {
                self.tasks.insert(item, false);
            }
            _ => {}
        }
        End::Exit(0)
    }

    fn holds(&self, item: &Item) -> bool {
        self.tasks.get(&item.to_string()).copied().unwrap_or(false)
    }
}
