//! A simulated computer: what scripts do to it, and nothing else.

use std::collections::BTreeMap;

use crate::execute::End;
use crate::item::Item;
use crate::order::{RunWhat, Step, What, Work};

/// What is there of one item.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Thing {
    /// The installed version.
    pub(super) version: Option<u8>,
    /// Present, and yet its test says false.
    pub(super) broken: bool,
    /// Its post-action has run.
    pub(super) posted: bool,
    /// A task's test holds.
    pub(super) right: bool,
}

/// The simulated computer.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Computer {
    things: BTreeMap<Item, Thing>,
}

impl Computer {
    /// A computer on which those things are, each as its step was planned for.
    pub(super) fn of(things: impl IntoIterator<Item = (Item, Thing)>) -> Self {
        Self { things: things.into_iter().collect() }
    }

    /// Carries out a work to its end.
    pub(super) fn run(&mut self, step: &Step, work: &Work) -> End {
        let thing = self.things.entry(step.item.clone()).or_default();
        match &work.what {
            What::Probe(_) => End::Detected(thing.version.map(|version| version.to_string())),
            What::Fetch(_) => End::Fetched,
            What::Reboot(_) => End::Exit(0),
            What::Run(run) => match &run.what {
                RunWhat::Script { path, .. } => script(thing, path),
                RunWhat::Package { .. } | RunWhat::Installer(_) | RunWhat::Ensure(_) => {
                    End::Failed("unknown here".into())
                }
            },
        }
    }
}

fn script(thing: &mut Thing, name: &str) -> End {
    match name {
        "install" => {
            thing.version = Some(2);
            thing.broken = false;
            thing.posted = false;
            End::Exit(0)
        }
        "uninstall" if thing.version.is_none() => End::Exit(1),
        "uninstall" => {
            *thing = Thing::default();
            End::Exit(0)
        }
        "post" => {
            thing.posted = true;
            End::Exit(0)
        }
        "set" => {
            thing.right = true;
            End::Exit(0)
        }
        "test-software" => answer(thing.version.is_some() && !thing.broken),
        "test-task" => answer(thing.right),
        "lie" => End::Exit(0),
        _ => End::Exit(5),
    }
}

fn answer(answer: bool) -> End {
    End::Answer { answer, code: i32::from(!answer) }
}
