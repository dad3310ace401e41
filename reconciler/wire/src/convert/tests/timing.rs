//! What an order says of time: when steps may start, and when the computer may restart.

use ordain_core::order::{Ask, Barred, Gate, Hold, OnTimeout, Reboot, Stretch, Timestamp};
use proptest::collection::vec;
use proptest::option::of;
use proptest::prelude::*;
use proptest::sample::select;

use super::arbitrary::text;

pub(super) fn reboot() -> impl Strategy<Value = Reboot> {
    let on_timeout = select(vec![OnTimeout::Reboot, OnTimeout::Suppress, OnTimeout::Fail]);
    let ask =
        (0_u64..1000, on_timeout).prop_map(|(seconds, on_timeout)| Ask { seconds, on_timeout });
    let stretch = (any::<i64>(), of(any::<i64>()))
        .prop_map(|(from_ms, until_ms)| Barred { from_ms, until_ms });
    (any::<bool>(), of(ask), vec(stretch, 0..3)).prop_map(|(only_pending, ask, barred)| Reboot {
        only_pending,
        ask,
        barred,
    })
}

pub(super) fn moment(milliseconds: i64) -> Timestamp {
    Timestamp::from_millisecond(milliseconds).expect("a moment in range")
}

pub(super) fn gate() -> impl Strategy<Value = Gate> {
    let hold = (text(), of(0_i64..1 << 40))
        .prop_map(|(what, until)| Hold { what, until: until.map(moment) });
    let stretch = (1_i64..1 << 30, vec(hold, 0..3), any::<bool>());
    (vec(stretch, 1..4), any::<bool>()).prop_map(|(all, endless)| {
        let mut at = 0;
        let each = all.into_iter().map(|(length, held_by, stops)| {
            at += length;
            Stretch { until: Some(moment(at)), held_by, stops }
        });
        let mut stretches: Vec<Stretch> = each.collect();
        if let Some(last) = stretches.last_mut().filter(|_| endless) {
            last.until = None;
        }
        Gate { stretches }
    })
}
