//! Tasks: their check, and setting them right.

use ordain_schema::document::{Action, RunsOn, Task};

use crate::item::{Act, Item};
use crate::lower::run::{Method, Setting};
use crate::lower::software::attempts;
use crate::lower::{EnsureInput, NotExecutable, Parameters, Place};
use crate::order::{Check, CheckHow, Expect, Run, RunWhat, Step, What, Work, WorkPhase};
use crate::session::PlannedRow;

/// A task with what surrounds it.
#[derive(Debug, Clone, Copy)]
pub struct TaskInput<'a> {
    /// Where it runs.
    pub place: &'a Place<'a>,
    /// The item.
    pub item: &'a Item,
    /// The document's path from the repository's root.
    pub path: &'a str,
    /// The document.
    pub task: &'a Task,
    /// What its deployment gives.
    pub parameters: &'a Parameters,
    /// Whether its deployment says `absent`.
    pub undone: bool,
}

/// What is asked of a task.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum TaskMode {
    /// Its test.
    Test,
    /// Its `get`.
    Get,
}

/// How to find out about a task.
pub fn task_check(input: &TaskInput<'_>, mode: TaskMode) -> Result<Check, NotExecutable> {
    let how = match mode {
        TaskMode::Test => CheckHow::Test(run(input, Method::Test)?),
        TaskMode::Get => CheckHow::Get(run(input, Method::Get)?),
    };
    Ok(Check { item: input.item.clone(), how })
}

/// Sets a task right: `set`, then its test again; or `unset` where it is to be
/// undone, after which the test must say false. A gated one is tested first,
/// since what it configures has changed since it was looked at.
pub fn task_step(
    input: &TaskInput<'_>,
    row: &PlannedRow,
    gated: bool,
) -> Result<Step, NotExecutable> {
    let test = run(input, Method::Test)?;
    let mut works = Vec::new();
    if gated {
        let what = What::Run(test.clone());
        works.push(Work { phase: WorkPhase::Test, what, expect: Expect::TrueEndsStep });
    }
    let (method, action, expect) = if input.undone {
        (Method::Unset, &input.task.unset, Expect::False)
    } else {
        (Method::Set, &input.task.set, Expect::True)
    };
    works.push(Work {
        phase: WorkPhase::Set,
        what: What::Run(run(input, method)?),
        expect: Expect::Success,
    });
    if input.task.reboot_after {
        works.push(input.place.restart_now()?);
    }
    works.push(Work { phase: WorkPhase::Test, what: What::Run(test), expect });
    let attempts = match action {
        Some(action) => attempts(action, input.place),
        None => input.place.attempts.clamp(1, 100),
    };
    Ok(Step {
        item: row.item.clone(),
        act: Act::Set,
        reason: row.reason,
        from: None,
        to: None,
        phase: row.phase,
        waits_for: row.waits_for.clone(),
        attempts,
        gate: None,
        works,
    })
}

fn run(input: &TaskInput<'_>, method: Method) -> Result<Run, NotExecutable> {
    match input.task.runs_on {
        RunsOn::Computer | RunsOn::Person => {}
        RunsOn::Tenant => return Err(NotExecutable::RunsOn("tenant")),
    }
    let setting = Setting {
        place: input.place,
        item: input.item,
        path: input.path,
        context: input.task.context,
        uses: &input.task.uses,
        parameters: input.parameters,
        from: None,
        to: None,
        artifacts: &[],
        close_first: None,
        detect: None,
        licensed: None,
        outputs: Some(&input.task.outputs),
    };
    let action: Option<&Action> = match method {
        Method::Get => input.task.get.as_ref(),
        Method::Set => input.task.set.as_ref(),
        Method::Unset => {
            return match &input.task.unset {
                Some(unset) => setting.run(method, unset),
                None if !input.task.ensure.is_empty() => ensure(input, &setting, method),
                None => Err(NotExecutable::Missing("unset")),
            };
        }
        _ => input.task.test.as_ref(),
    };
    if !input.task.ensure.is_empty() && method != Method::Get {
        return ensure(input, &setting, method);
    }
    match (action, &input.task.script) {
        (Some(action), _) => setting.run(method, action),
        (None, Some(script)) => setting.script(method, script, true),
        (None, None) => Err(NotExecutable::Missing(method.word())),
    }
}

/// Settings without scripts: the same resources are what is tested and what is set.
fn ensure(
    input: &TaskInput<'_>,
    setting: &Setting<'_>,
    method: Method,
) -> Result<Run, NotExecutable> {
    let lowering =
        EnsureInput { place: input.place, path: input.path, parameters: input.parameters };
    let written = input.task.ensure.iter().map(|one| &one.value);
    let resources = if method == Method::Unset {
        // What was made last is taken away first.
        let undone: Vec<_> = written.rev().map(|one| one.clone().inverse()).collect();
        lowering.lower(&undone)?
    } else {
        lowering.lower(written)?
    };
    Ok(setting.native(method, RunWhat::Ensure(resources)))
}
