//! What an outcome means: whether a piece of work did what was expected of it.
//!
//! Pure and without memory, apart from the last change of the attempt, which
//! only makes messages better.

use std::cmp::Ordering;

use crate::execute::{End, Outcome};
use crate::item::Reason;
use crate::order::{Expect, Pending, Probe, Relation, Run, What, Work, WorkPhase};
use crate::version;

/// What an outcome means for its step.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Verdict {
    /// As expected: go on.
    Met,
    /// The step is as wished already.
    EndsStep,
    /// Not as expected: why.
    Missed(Option<Reason>, String),
    /// It waits for something.
    Pending(Pending),
    /// Killed by a cancel.
    Killed,
}

/// Judges an outcome; `change` is the attempt's last change before it.
pub(super) fn judge(work: &Work, outcome: &Outcome, change: Option<&Change>) -> Verdict {
    let missed = |text: String| Verdict::Missed(None, text);
    if !fits(&work.what, &outcome.end) {
        return misfit();
    }
    match &outcome.end {
        End::Killed => Verdict::Killed,
        End::Pending(pending) => Verdict::Pending(*pending),
        End::Stayed(why) => {
            let text = format!("the computer was not restarted: {why}");
            Verdict::Missed(Some(Reason::RebootsSuppressed), text)
        }
        End::TimedOut => missed(match timeout(work) {
            Some(seconds) => format!("{}killed after {seconds}s", subject(work.phase)),
            None => format!("{}stopped, it took too long", subject(work.phase)),
        }),
        End::Failed(message) => {
            let detection = work.phase == WorkPhase::Detect;
            let reason = detection.then_some(Reason::DetectionFailed);
            Verdict::Missed(reason, message.clone())
        }
        End::Detected(found) => detected(&work.expect, found.as_deref(), change),
        End::Answer { answer, code } => match &work.expect {
            Expect::Success => exited(work, *code),
            _ => answered(&work.expect, *answer, change),
        },
        End::Exit(code) => match &work.expect {
            Expect::True | Expect::False | Expect::TrueEndsStep => {
                answered(&work.expect, *code == 0, change)
            }
            Expect::Success => exited(work, *code),
            Expect::Present | Expect::Absent | Expect::Version { .. } => misfit(),
        },
        End::Fetched => Verdict::Met,
    }
}

/// Whether an end can be that of such a work at all.
fn fits(what: &What, end: &End) -> bool {
    match end {
        End::Exit(_) => matches!(what, What::Run(_) | What::Reboot(_)),
        End::Stayed(_) => matches!(what, What::Reboot(_)),
        End::Answer { .. } => matches!(what, What::Run(_)),
        End::Detected(_) => matches!(what, What::Probe(_)),
        End::Fetched => matches!(what, What::Fetch(_)),
        End::TimedOut | End::Killed | End::Pending(_) | End::Failed(_) => true,
    }
}

/// The attempt's last change: what ran and how it ended.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Change {
    pub(super) phase: WorkPhase,
    pub(super) code: Option<i32>,
}

fn misfit() -> Verdict {
    Verdict::Missed(None, "the outcome does not fit what was asked for".into())
}

/// Whose time ran out, where it is not the action itself.
fn subject(phase: WorkPhase) -> &'static str {
    match phase {
        WorkPhase::Install | WorkPhase::Uninstall | WorkPhase::Set => "",
        WorkPhase::Detect => "the detection was ",
        WorkPhase::Download => "the download was ",
        WorkPhase::Post => "the post-action was ",
        WorkPhase::Test => "the test was ",
        WorkPhase::Get => "the reading was ",
    }
}

fn run(work: &Work) -> Option<&Run> {
    match &work.what {
        What::Run(run) | What::Probe(Probe::Script(run)) => Some(run),
        What::Probe(_) | What::Fetch(_) | What::Reboot(_) => None,
    }
}

fn timeout(work: &Work) -> Option<u64> {
    run(work).map(|run| run.timeout_seconds)
}

fn exited(work: &Work, code: i32) -> Verdict {
    let fine = run(work).is_none_or(|run| {
        let default = run.success_codes.is_empty() && code == 0;
        default || run.success_codes.contains(&code) || run.reboot_codes.contains(&code)
    });
    if fine {
        return Verdict::Met;
    }
    let which = match work.phase {
        WorkPhase::Post => "the post-action ended with ",
        WorkPhase::Download => "the download ended with ",
        _ => "",
    };
    Verdict::Missed(None, format!("{which}exit code {code}"))
}

fn detected(expect: &Expect, found: Option<&str>, change: Option<&Change>) -> Verdict {
    let before = preface(change);
    let text = match (expect, found) {
        (Expect::Success, _) | (Expect::Present, Some(_)) | (Expect::Absent, None) => {
            return Verdict::Met;
        }
        (Expect::Present | Expect::Version { .. }, None) => {
            format!("{before}nothing is detected afterwards")
        }
        (Expect::Absent, Some(version)) => format!("{before}version {version} is still detected"),
        (Expect::Version { relation, version, scheme }, Some(found)) => {
            let order = version::compare(*scheme, found, version);
            if holds(*relation, order) {
                return Verdict::Met;
            }
            let wished = match relation {
                Relation::Equal => "",
                Relation::AtLeast => " or newer",
                Relation::AtMost => " or older",
            };
            format!("{before}version {found} is detected afterwards, not {version}{wished}")
        }
        (Expect::True | Expect::False | Expect::TrueEndsStep, _) => return misfit(),
    };
    Verdict::Missed(None, text)
}

fn holds(relation: Relation, found_to_wished: Ordering) -> bool {
    match relation {
        Relation::Equal => found_to_wished.is_eq(),
        Relation::AtLeast => found_to_wished.is_ge(),
        Relation::AtMost => found_to_wished.is_le(),
    }
}

fn answered(expect: &Expect, answer: bool, change: Option<&Change>) -> Verdict {
    match (expect, answer) {
        (Expect::TrueEndsStep, true) => Verdict::EndsStep,
        (Expect::TrueEndsStep | Expect::False, false) | (Expect::True, true) => Verdict::Met,
        (Expect::False, true) => {
            let before = change.map_or_else(String::new, |change| match change.code {
                Some(code) => format!("unset exited {code}, but "),
                None => String::new(),
            });
            Verdict::Missed(None, format!("{before}its test still says true"))
        }
        (Expect::True, false) => {
            let text = match change {
                Some(change) if change.phase == WorkPhase::Set => {
                    format!("{}its test still says false", preface(Some(change)))
                }
                Some(_) | None => "its test says false".to_owned(),
            };
            Verdict::Missed(None, text)
        }
        (Expect::Success | Expect::Present | Expect::Absent | Expect::Version { .. }, _) => {
            misfit()
        }
    }
}

/// `exit code 0, but `, or `set exited 0, but `, or nothing.
fn preface(change: Option<&Change>) -> String {
    match change {
        Some(Change { phase: WorkPhase::Set, code: Some(code) }) => {
            format!("set exited {code}, but ")
        }
        Some(Change { code: Some(code), .. }) => format!("exit code {code}, but "),
        Some(Change { code: None, .. }) | None => String::new(),
    }
}
