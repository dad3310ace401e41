//! When a step may start, out and in.

use ordain_core::order::{Gate, Hold, Stretch, Timestamp};

use super::{MAX_LIST, MAX_STRETCHES, Malformed, Problem, bounded};
use crate::{GateSpec, HoldSpec, StretchSpec};

const PLACE: &str = "gate";

impl From<Gate> for GateSpec {
    fn from(gate: Gate) -> Self {
        Self { stretches: gate.stretches.into_iter().map(Into::into).collect() }
    }
}

impl TryFrom<GateSpec> for Gate {
    type Error = Malformed;

    fn try_from(gate: GateSpec) -> Result<Self, Malformed> {
        bounded("stretches", gate.stretches.len(), MAX_STRETCHES).map_err(Malformed::at(PLACE))?;
        let each = gate.stretches.into_iter().map(TryInto::try_into);
        let stretches: Vec<Stretch> = each.collect::<Result<_, Malformed>>()?;
        // One without end, or that ends before the one before it, hides those behind it.
        let rises = stretches.windows(2).all(|pair| match (pair[0].until, pair[1].until) {
            (Some(first), Some(second)) => first < second,
            (Some(_), None) => true,
            (None, _) => false,
        });
        if stretches.is_empty() || !rises {
            let text = "its stretches must end one after the other";
            return Err(Malformed::at(PLACE)(Problem::Missing(text)));
        }
        Ok(Self { stretches })
    }
}

impl From<Stretch> for StretchSpec {
    fn from(stretch: Stretch) -> Self {
        let Stretch { until, held_by, stops } = stretch;
        let hold = |hold: Hold| HoldSpec {
            what: hold.what,
            until: hold.until.map(Timestamp::as_millisecond),
        };
        Self {
            until: until.map(Timestamp::as_millisecond),
            held_by: held_by.into_iter().map(hold).collect(),
            stops,
        }
    }
}

impl TryFrom<StretchSpec> for Stretch {
    type Error = Malformed;

    fn try_from(stretch: StretchSpec) -> Result<Self, Malformed> {
        bounded("reasons", stretch.held_by.len(), MAX_LIST).map_err(Malformed::at(PLACE))?;
        let hold = |hold: HoldSpec| {
            Ok(Hold { what: hold.what, until: hold.until.map(moment).transpose()? })
        };
        Ok(Self {
            until: stretch.until.map(moment).transpose()?,
            held_by: stretch.held_by.into_iter().map(hold).collect::<Result<_, Malformed>>()?,
            stops: stretch.stops,
        })
    }
}

/// A moment, from milliseconds since 1970.
pub(super) fn moment(milliseconds: i64) -> Result<Timestamp, Malformed> {
    Timestamp::from_millisecond(milliseconds)
        .map_err(|_| Malformed::at("time")(Problem::Missing("it is no moment in time")))
}
