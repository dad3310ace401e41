//! Taking an order in: which are refused, which are answered from the journal.
//!
//! Everything is decided before anything is written; an order that passes is
//! durable in the journal before it counts as taken in. Only one that just
//! reads files is flushed together with its findings, and reported then.

use ordain_core::order::Task;
use ordain_wire::{Order, Refusal};

use crate::command::chain;
use crate::detect::Detectors;
use crate::journal::{Journal, JournalError};

/// Who the agent is, and what time it is.
#[derive(Debug, Clone, Copy)]
pub struct Stand<'a> {
    /// The agent's id.
    pub agent: &'a str,
    /// Its tenant.
    pub tenant: &'a str,
    /// Seconds since the epoch by this computer's clock.
    pub now: i64,
    /// By how many seconds the controller's clock is ahead.
    pub skew: i64,
}

/// What becomes of an order.
#[derive(Debug, Clone, PartialEq)]
pub enum Taken {
    /// It is in the journal and is to be carried out.
    In,
    /// It was taken in before: its reports are to be sent again.
    Before,
    /// It is not carried out.
    Refused(Refusal),
}

/// How many orders may wait at a time.
const WAITING: usize = 16;

/// Takes an order in, or says why not.
pub fn take(order: &Order, journal: &mut Journal, stand: Stand<'_>) -> Taken {
    match judge(order, journal, stand) {
        Err((code, message)) => refuse(order, code, message),
        Ok(None) => Taken::Before,
        Ok(Some(task)) => match write_down(order, &task, journal) {
            Ok(()) => Taken::In,
            Err(error @ JournalError::Full(_)) => refuse(order, "journal-full", chain(&error)),
            Err(error) => refuse(
                order,
                "journal-full",
                format!("the journal takes nothing: {}", chain(&error)),
            ),
        },
    }
}

fn refuse(order: &Order, code: &str, message: String) -> Taken {
    tracing::warn!(order = order.number, session = order.session, code, message, "order refused");
    Taken::Refused(Refusal {
        order: order.number,
        session: order.session.clone(),
        code: code.to_owned(),
        message,
    })
}

/// An order that is over in a moment is flushed together with what came of it.
fn write_down(order: &Order, task: &Task, journal: &mut Journal) -> Result<(), JournalError> {
    match task {
        Task::Detect(checks) if checks.iter().all(Detectors::only_read_for) => {
            journal.accept_until_reported(order)
        }
        _ => journal.accept(order),
    }
}

/// What the order asks for, none where it is a repetition; else the word and the text of its refusal.
fn judge(
    order: &Order,
    journal: &Journal,
    stand: Stand<'_>,
) -> Result<Option<Task>, (&'static str, String)> {
    if order.agent != stand.agent || order.tenant != stand.tenant {
        let text = format!("it is for agent `{}` of tenant `{}`", order.agent, order.tenant);
        return Err(("not-for-me", text));
    }
    if journal.known(order.number).is_some() {
        if journal.holds(order) {
            return Ok(None);
        }
        let text = format!("order {} was given before with another content", order.number);
        return Err(("malformed", text));
    }
    if order.number <= journal.highest_order() {
        let text = format!("order {} comes after order {}", order.number, journal.highest_order());
        return Err(("stale", text));
    }
    if order.expires < stand.now {
        let late = stand.now - order.expires;
        let clocks = match stand.skew {
            -60..=60 => String::new(),
            skew => format!("; the controller's clock is {skew} s ahead of this computer's"),
        };
        return Err(("expired", format!("it expired {late} s ago{clocks}")));
    }
    let task = Task::try_from(order.body.clone());
    let task = task.map_err(|error| ("malformed", error.to_string()))?;
    if journal.unfinished().len() >= WAITING {
        return Err(("busy", format!("{WAITING} orders are waiting already")));
    }
    Ok(Some(task))
}

#[cfg(test)]
mod tests {
    use super::*;
    use ordain_wire::{CheckHowSpec, CheckSpec, OrderBody, ProbeSpec, ReportBody};

    fn order(number: u64) -> Order {
        let probe = ProbeSpec::Package { manager: "dpkg".into(), name: "hello".into() };
        let check = CheckSpec {
            item: "software/hello".into(),
            how: CheckHowSpec::Software { probe, test: None, offered: None },
        };
        Order {
            number,
            agent: "a-1".into(),
            tenant: "contoso".into(),
            session: format!("s-{number}"),
            revision: "9f2c".into(),
            expires: 1000,
            body: OrderBody::Detect { checks: vec![check] },
        }
    }

    const STAND: Stand<'_> = Stand { agent: "a-1", tenant: "contoso", now: 900, skew: 0 };

    fn code(taken: &Taken) -> &str {
        match taken {
            Taken::In => "in",
            Taken::Before => "before",
            Taken::Refused(refusal) => &refusal.code,
        }
    }

    #[test]
    fn every_way_of_not_being_carried_out_has_its_word() {
        let folder = tempfile::tempdir().expect("a temporary folder");
        let mut journal = Journal::open(folder.path()).expect("opens");
        let mut take = |order: &Order, stand| code(&take(order, &mut journal, stand)).to_owned();
        assert_eq!(take(&order(5), STAND), "in");
        assert_eq!(take(&order(5), STAND), "before");
        assert_eq!(
            take(&order(5), Stand { now: 2000, ..STAND }),
            "before",
            "a repetition does not expire"
        );
        assert_eq!(take(&order(4), STAND), "stale");
        assert_eq!(take(&Order { revision: "other".into(), ..order(5) }, STAND), "malformed");
        assert_eq!(take(&Order { agent: "a-2".into(), ..order(6) }, STAND), "not-for-me");
        assert_eq!(take(&Order { tenant: "fabrikam".into(), ..order(6) }, STAND), "not-for-me");
        assert_eq!(take(&order(6), Stand { now: 1001, ..STAND }), "expired");
        let mut odd = order(6);
        let OrderBody::Detect { checks } = &mut odd.body else { unreachable!("made so above") };
        checks[0].item = "nonsense".into();
        assert_eq!(take(&odd, STAND), "malformed");
        assert_eq!(take(&order(6), STAND), "in", "what was refused left no trace");
    }

    #[test]
    fn a_heap_of_orders_is_turned_away() {
        let folder = tempfile::tempdir().expect("a temporary folder");
        let mut journal = Journal::open(folder.path()).expect("opens");
        for number in 1..=WAITING as u64 {
            assert_eq!(take(&order(number), &mut journal, STAND), Taken::In);
        }
        assert_eq!(code(&take(&order(99), &mut journal, STAND)), "busy");
        journal.report(1, "s-1", vec![ReportBody::Ended]).expect("written");
        assert_eq!(take(&order(99), &mut journal, STAND), Taken::In);
    }

    #[test]
    fn clocks_that_differ_are_mentioned() {
        let folder = tempfile::tempdir().expect("a temporary folder");
        let mut journal = Journal::open(folder.path()).expect("opens");
        let Taken::Refused(refusal) =
            take(&order(1), &mut journal, Stand { now: 4600, skew: -3600, ..STAND })
        else {
            panic!("it has expired")
        };
        assert_eq!(
            refusal.message,
            "it expired 3600 s ago; the controller's clock is -3600 s ahead of this computer's"
        );
    }
}
