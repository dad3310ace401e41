//! Orders, out and in: checks, steps and their works. What those run is
//! converted in `run`.

use ordain_core::item::{Act, Item};
use ordain_core::order::{Check, CheckHow, Expect, Step, Task, What, Work};

use super::installer::files;
use super::words::Word;
use super::{
    MAX_ATTEMPTS, MAX_CHECKS, MAX_LIST, MAX_STEPS, MAX_WORKS, Malformed, Problem, bounded,
};
use crate::{CheckHowSpec, CheckSpec, ExpectSpec, OrderBody, StepSpec, WhatSpec, WorkSpec};

impl From<Task> for OrderBody {
    fn from(task: Task) -> Self {
        match task {
            Task::Detect(checks) => {
                Self::Detect { checks: checks.into_iter().map(Into::into).collect() }
            }
            Task::Execute { steps, restarts } => Self::Execute {
                steps: steps.into_iter().map(Into::into).collect(),
                restarts: Box::new(restarts.into()),
            },
        }
    }
}

impl TryFrom<OrderBody> for Task {
    type Error = Malformed;

    fn try_from(body: OrderBody) -> Result<Self, Malformed> {
        match body {
            OrderBody::Detect { checks } => {
                bounded("checks", checks.len(), MAX_CHECKS).map_err(Malformed::at("order"))?;
                numbered("check", checks).map(Self::Detect)
            }
            OrderBody::Execute { steps, restarts } => {
                bounded("steps", steps.len(), MAX_STEPS).map_err(Malformed::at("order"))?;
                if steps.is_empty() {
                    let problem = Problem::Missing("an execution needs at least one step");
                    return Err(Malformed::at("order")(problem));
                }
                let restarts = (*restarts).try_into()?;
                numbered("step", steps).map(|steps| Self::Execute { steps, restarts })
            }
        }
    }
}

/// Converts a list, and says at which entry, from 1, it went wrong.
fn numbered<S, T: TryFrom<S, Error = Malformed>>(
    what: &str,
    specs: Vec<S>,
) -> Result<Vec<T>, Malformed> {
    let each = specs.into_iter().enumerate();
    each.map(|(index, spec)| {
        T::try_from(spec).map_err(|fault| fault.within(&format!("{what} {}", index + 1)))
    })
    .collect()
}

fn item(text: &str) -> Result<Item, Malformed> {
    text.parse().map_err(|fault| Malformed::at("item")(Problem::Item(fault)))
}

impl From<Check> for CheckSpec {
    fn from(check: Check) -> Self {
        Self {
            item: check.item.to_string(),
            how: match check.how {
                CheckHow::Software { probe, test, offered } => CheckHowSpec::Software {
                    probe: probe.into(),
                    test: test.map(Into::into),
                    offered: offered.map(Into::into),
                },
                CheckHow::Test(run) => CheckHowSpec::Test { run: run.into() },
                CheckHow::Get(run) => CheckHowSpec::Get { run: run.into() },
            },
        }
    }
}

impl TryFrom<CheckSpec> for Check {
    type Error = Malformed;

    fn try_from(check: CheckSpec) -> Result<Self, Malformed> {
        let how = match check.how {
            CheckHowSpec::Software { probe, test, offered } => CheckHow::Software {
                probe: probe.try_into()?,
                test: test.map(TryInto::try_into).transpose()?,
                offered: offered.map(TryInto::try_into).transpose()?,
            },
            CheckHowSpec::Test { run } => CheckHow::Test(run.try_into()?),
            CheckHowSpec::Get { run } => CheckHow::Get(run.try_into()?),
        };
        let item = item(&check.item)?;
        if item.is_software() != matches!(how, CheckHow::Software { .. }) {
            let problem = Problem::Missing("software is probed, tasks are tested or read");
            return Err(Malformed::at(item.to_string())(problem));
        }
        Ok(Self { item, how })
    }
}

impl From<Step> for StepSpec {
    fn from(step: Step) -> Self {
        Self {
            item: step.item.to_string(),
            act: step.act.word().to_owned(),
            reason: step.reason.word().to_owned(),
            from: step.from,
            to: step.to,
            phase: step.phase.word().to_owned(),
            waits_for: step.waits_for.iter().map(ToString::to_string).collect(),
            attempts: step.attempts,
            gate: step.gate.map(Into::into),
            works: step.works.into_iter().map(Into::into).collect(),
        }
    }
}

impl TryFrom<StepSpec> for Step {
    type Error = Malformed;

    fn try_from(step: StepSpec) -> Result<Self, Malformed> {
        let place = || Malformed::at(step.item.chars().take(128).collect::<String>());
        bounded("pieces of work", step.works.len(), MAX_WORKS).map_err(place())?;
        bounded("prerequisites", step.waits_for.len(), MAX_LIST).map_err(place())?;
        bounded("attempts", step.attempts as usize, MAX_ATTEMPTS as usize).map_err(place())?;
        if step.attempts == 0 {
            return Err(place()(Problem::Missing("it needs at least one attempt")));
        }
        let act = Act::read(&step.act).map_err(place())?;
        if step.works.is_empty() != (act == Act::None) {
            let text = "work is there exactly where the action is not `none`";
            return Err(place()(Problem::Missing(text)));
        }
        Ok(Self {
            act,
            reason: Word::read(&step.reason).map_err(place())?,
            phase: Word::read(&step.phase).map_err(place())?,
            waits_for: step.waits_for.iter().map(|each| item(each)).collect::<Result<_, _>>()?,
            attempts: step.attempts,
            gate: step.gate.map(TryInto::try_into).transpose()?,
            item: item(&step.item)?,
            from: step.from,
            to: step.to,
            works: numbered("work", step.works)?,
        })
    }
}

impl From<Work> for WorkSpec {
    fn from(work: Work) -> Self {
        Self {
            phase: work.phase.word().to_owned(),
            what: match work.what {
                What::Probe(probe) => WhatSpec::Probe { probe: probe.into() },
                What::Run(run) => WhatSpec::Run { run: run.into() },
                What::Reboot(reboot) => WhatSpec::Reboot(reboot.into()),
                What::Fetch(artifacts) => {
                    WhatSpec::Fetch { artifacts: artifacts.into_iter().map(Into::into).collect() }
                }
            },
            expect: work.expect.into(),
        }
    }
}

impl TryFrom<WorkSpec> for Work {
    type Error = Malformed;

    fn try_from(work: WorkSpec) -> Result<Self, Malformed> {
        Ok(Self {
            phase: Word::read(&work.phase).map_err(Malformed::at("phase"))?,
            what: match work.what {
                WhatSpec::Probe { probe } => What::Probe(probe.try_into()?),
                WhatSpec::Run { run } => What::Run(run.try_into()?),
                WhatSpec::Reboot(reboot) => What::Reboot(reboot.try_into()?),
                WhatSpec::Fetch { artifacts } => What::Fetch(files(artifacts)?),
            },
            expect: work.expect.try_into()?,
        })
    }
}

impl From<Expect> for ExpectSpec {
    fn from(expect: Expect) -> Self {
        match expect {
            Expect::Success => Self::Success,
            Expect::Present => Self::Present,
            Expect::Absent => Self::Absent,
            Expect::Version { relation, version, scheme } => Self::Version {
                relation: relation.word().to_owned(),
                version,
                scheme: scheme.word().to_owned(),
            },
            Expect::True => Self::True,
            Expect::False => Self::False,
            Expect::TrueEndsStep => Self::TrueEndsStep,
        }
    }
}

impl TryFrom<ExpectSpec> for Expect {
    type Error = Malformed;

    fn try_from(expect: ExpectSpec) -> Result<Self, Malformed> {
        Ok(match expect {
            ExpectSpec::Success => Self::Success,
            ExpectSpec::Present => Self::Present,
            ExpectSpec::Absent => Self::Absent,
            ExpectSpec::Version { relation, version, scheme } => Self::Version {
                relation: Word::read(&relation).map_err(Malformed::at("expect"))?,
                scheme: Word::read(&scheme).map_err(Malformed::at("expect"))?,
                version,
            },
            ExpectSpec::True => Self::True,
            ExpectSpec::False => Self::False,
            ExpectSpec::TrueEndsStep => Self::TrueEndsStep,
        })
    }
}
