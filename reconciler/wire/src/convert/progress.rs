//! Progress and findings, out and in.

use ordain_core::execute::{At, End, Outcome, Progress};
use ordain_core::order::{Finding, Found};

use super::gate::moment;
use super::words::Word;
use super::{MAX_LIST, MAX_OUTPUT, Malformed, Problem, bounded};
use crate::{AtSpec, EndSpec, FindingSpec, FoundSpec, OutcomeSpec, ProgressSpec};

impl From<At> for AtSpec {
    fn from(at: At) -> Self {
        Self { step: at.step, attempt: at.attempt, work: at.work }
    }
}

impl TryFrom<AtSpec> for At {
    type Error = Malformed;

    fn try_from(at: AtSpec) -> Result<Self, Malformed> {
        if at.attempt == 0 {
            let problem = Problem::Missing("attempts count from 1");
            return Err(Malformed::at("progress")(problem));
        }
        Ok(Self { step: at.step, attempt: at.attempt, work: at.work })
    }
}

impl From<Progress> for ProgressSpec {
    fn from(progress: Progress) -> Self {
        match progress {
            Progress::Started(at) => Self::Started { at: at.into() },
            Progress::Finished(at, outcome) => {
                Self::Finished { at: at.into(), outcome: outcome.into() }
            }
            Progress::Interrupted(at) => Self::Interrupted { at: at.into() },
            Progress::Held { step, at } => Self::Held { step, at_ms: at.as_millisecond() },
            Progress::Cancelled => Self::Cancelled,
        }
    }
}

impl TryFrom<ProgressSpec> for Progress {
    type Error = Malformed;

    fn try_from(progress: ProgressSpec) -> Result<Self, Malformed> {
        Ok(match progress {
            ProgressSpec::Started { at } => Self::Started(at.try_into()?),
            ProgressSpec::Finished { at, outcome } => {
                Self::Finished(at.try_into()?, outcome.try_into()?)
            }
            ProgressSpec::Interrupted { at } => Self::Interrupted(at.try_into()?),
            ProgressSpec::Held { step, at_ms } => Self::Held { step, at: moment(at_ms)? },
            ProgressSpec::Cancelled => Self::Cancelled,
        })
    }
}

impl From<Outcome> for OutcomeSpec {
    fn from(outcome: Outcome) -> Self {
        Self {
            end: outcome.end.into(),
            output: outcome.output,
            started_ms: outcome.started_ms,
            ended_ms: outcome.ended_ms,
        }
    }
}

impl TryFrom<OutcomeSpec> for Outcome {
    type Error = Malformed;

    fn try_from(outcome: OutcomeSpec) -> Result<Self, Malformed> {
        bounded("bytes of output", outcome.output.len(), MAX_OUTPUT)
            .map_err(Malformed::at("progress"))?;
        Ok(Self {
            end: outcome.end.try_into()?,
            output: outcome.output,
            started_ms: outcome.started_ms,
            ended_ms: outcome.ended_ms,
        })
    }
}

impl From<End> for EndSpec {
    fn from(end: End) -> Self {
        match end {
            End::Exit(code) => Self::Exit { code },
            End::Answer { answer, code } => Self::Answer { answer, code },
            End::Detected(version) => Self::Detected { version },
            End::Fetched => Self::Fetched,
            End::TimedOut => Self::TimedOut,
            End::Killed => Self::Killed,
            End::Pending(what) => Self::Pending { waiting_for: what.word().to_owned() },
            End::Stayed(why) => Self::Stayed { why: why.word().to_owned() },
            End::Failed(message) => Self::Failed { message },
        }
    }
}

impl TryFrom<EndSpec> for End {
    type Error = Malformed;

    fn try_from(end: EndSpec) -> Result<Self, Malformed> {
        Ok(match end {
            EndSpec::Exit { code } => Self::Exit(code),
            EndSpec::Answer { answer, code } => Self::Answer { answer, code },
            EndSpec::Detected { version } => Self::Detected(version),
            EndSpec::Fetched => Self::Fetched,
            EndSpec::TimedOut => Self::TimedOut,
            EndSpec::Killed => Self::Killed,
            EndSpec::Pending { waiting_for } => {
                Self::Pending(Word::read(&waiting_for).map_err(Malformed::at("progress"))?)
            }
            EndSpec::Stayed { why } => {
                Self::Stayed(Word::read(&why).map_err(Malformed::at("progress"))?)
            }
            EndSpec::Failed { message } => Self::Failed(message),
        })
    }
}

impl From<Finding> for FindingSpec {
    fn from(finding: Finding) -> Self {
        Self {
            item: finding.item.to_string(),
            found: match finding.found {
                Found::Software { version, test, offered } => {
                    FoundSpec::Software { version, test, offered }
                }
                Found::Answer { answer, changes } => FoundSpec::Answer { answer, changes },
                Found::Output(output) => FoundSpec::Output { output },
                Found::Pending(what) => FoundSpec::Pending { waiting_for: what.word().to_owned() },
                Found::Failed(message) => FoundSpec::Failed { message },
            },
        }
    }
}

impl TryFrom<FindingSpec> for Finding {
    type Error = Malformed;

    fn try_from(finding: FindingSpec) -> Result<Self, Malformed> {
        let item =
            finding.item.parse().map_err(|fault| Malformed::at("finding")(Problem::Item(fault)))?;
        let found = match finding.found {
            FoundSpec::Software { version, test, offered } => {
                bounded("offered versions", offered.as_ref().map_or(0, Vec::len), MAX_LIST)
                    .map_err(Malformed::at(format!("finding of {item}")))?;
                Found::Software { version, test, offered }
            }
            FoundSpec::Answer { answer, changes } => {
                bounded("bytes of changes", changes.len(), MAX_OUTPUT)
                    .map_err(Malformed::at(format!("finding of {item}")))?;
                Found::Answer { answer, changes }
            }
            FoundSpec::Output { output } => {
                bounded("bytes of output", output.len(), MAX_OUTPUT)
                    .map_err(Malformed::at(format!("finding of {item}")))?;
                Found::Output(output)
            }
            FoundSpec::Pending { waiting_for } => Found::Pending(
                Word::read(&waiting_for).map_err(Malformed::at(format!("finding of {item}")))?,
            ),
            FoundSpec::Failed { message } => Found::Failed(message),
        };
        Ok(Self { item, found })
    }
}
