//! Restarts, out and in.

use ordain_core::order::{Ask, Barred, Reboot, Restarts};

use super::words::Word;
use super::{MAX_LIST, MAX_TIMEOUT, Malformed, Problem, bounded};
use crate::{AskSpec, BarredSpec, RebootSpec, RestartsSpec};

impl From<Restarts> for RestartsSpec {
    fn from(restarts: Restarts) -> Self {
        Self { start: restarts.start.map(Into::into), end: restarts.end.map(Into::into) }
    }
}

impl TryFrom<RestartsSpec> for Restarts {
    type Error = Malformed;

    fn try_from(restarts: RestartsSpec) -> Result<Self, Malformed> {
        Ok(Self {
            start: restarts.start.map(TryInto::try_into).transpose()?,
            end: restarts.end.map(TryInto::try_into).transpose()?,
        })
    }
}

impl From<Reboot> for RebootSpec {
    fn from(reboot: Reboot) -> Self {
        let stretch =
            |stretch: Barred| BarredSpec { from: stretch.from_ms, until: stretch.until_ms };
        Self {
            only_pending: reboot.only_pending,
            ask: reboot.ask.map(|ask| AskSpec {
                seconds: ask.seconds,
                on_timeout: Word::word(ask.on_timeout).to_owned(),
            }),
            barred: reboot.barred.into_iter().map(stretch).collect(),
        }
    }
}

impl TryFrom<RebootSpec> for Reboot {
    type Error = Malformed;

    fn try_from(reboot: RebootSpec) -> Result<Self, Malformed> {
        bounded("stretches of time", reboot.barred.len(), MAX_LIST)
            .map_err(Malformed::at("restart"))?;
        Ok(Self {
            only_pending: reboot.only_pending,
            ask: reboot.ask.map(ask).transpose()?,
            barred: reboot.barred.into_iter().map(stretch).collect(),
        })
    }
}

fn ask(ask: AskSpec) -> Result<Ask, Malformed> {
    let on_timeout = Word::read(&ask.on_timeout).map_err(Malformed::at("restart"))?;
    if ask.seconds > MAX_TIMEOUT {
        let (what, limit) = ("seconds to answer", MAX_TIMEOUT);
        let problem = Problem::TooMany { what, count: ask.seconds, limit };
        return Err(Malformed::at("restart")(problem));
    }
    Ok(Ask { seconds: ask.seconds, on_timeout })
}

fn stretch(stretch: BarredSpec) -> Barred {
    Barred { from_ms: stretch.from, until_ms: stretch.until }
}
