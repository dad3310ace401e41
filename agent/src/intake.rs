//! Taking an order in: which are refused, which are answered from the journal.
//!
//! Everything is decided before anything is written; an order that passes is
//! durable in the journal before it counts as taken in. Only one that just
//! reads files is flushed together with its findings, and reported then.

use std::sync::Arc;

use ordain_core::order::{Check, CheckHow, Run, RunWhat, Task};
use ordain_wire::{Order, OrderBody, OrderHead, Refusal};

use crate::command::chain;
use crate::detect::Detectors;
use crate::ensure;
use crate::journal::{Given, Journal, JournalError, OrderId};

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

/// An order that came.
#[derive(Debug)]
pub struct Came {
    head: OrderHead,
    body: Body,
}

/// What an order asks for.
#[derive(Debug)]
enum Body {
    /// As it was read; it is still to be judged.
    Read(OrderBody),
    /// The same as another order that was judged.
    Known(Arc<Task>),
}

impl Came {
    /// Which order it is.
    pub fn id(&self) -> OrderId {
        OrderId { number: self.head.number, session: self.head.session.clone() }
    }
}

impl From<Order> for Came {
    fn from(order: Order) -> Self {
        let (head, body) = order.apart();
        Self { head, body: Body::Read(body) }
    }
}

/// The checks of the last order that only had any: a computer is mostly asked
/// the same again, and what was read and judged once is known by its text.
#[derive(Debug, Default)]
pub struct Recent(Option<(String, Arc<Task>)>);

/// How long a text is remembered at most, in bytes.
const REMEMBERED: usize = 256 * 1024;

impl Recent {
    /// The order, where its text asks for the same as the one before.
    pub fn again(&self, text: &str) -> Option<Came> {
        let (known, task) = self.0.as_ref().filter(|(known, _)| text.ends_with(known.as_str()))?;
        let (head, rest) = OrderHead::split(text)?;
        (rest == known).then(|| Came { head, body: Body::Known(task.clone()) })
    }

    fn remember(&mut self, text: &str, task: &Arc<Task>) {
        if matches!(**task, Task::Detect(_))
            && text.len() <= REMEMBERED
            && let Some((_, rest)) = OrderHead::split(text)
        {
            self.0 = Some((rest.to_owned(), task.clone()));
        }
    }
}

/// Takes an order in, or says why not. It came as `text`, which is what is written down.
pub fn take(
    order: Came,
    text: &str,
    recent: &mut Recent,
    journal: &mut Journal,
    stand: Stand<'_>,
) -> Taken {
    let id = order.id();
    let refused = |(code, message): NotTaken| refuse(&id, code, message);
    match judge(order, text, recent, journal, stand) {
        Err(reason) => refused(reason),
        Ok(None) => Taken::Before,
        Ok(Some(task)) => match write_down(Given { id: id.clone(), task }, text, journal) {
            Ok(()) => Taken::In,
            Err(error @ JournalError::Full(_)) => refused(("journal-full", chain(&error))),
            Err(error) => {
                refused(("journal-full", format!("the journal takes nothing: {}", chain(&error))))
            }
        },
    }
}

/// The word and the text of a refusal.
type NotTaken = (&'static str, String);

fn refuse(order: &OrderId, code: &str, message: String) -> Taken {
    tracing::warn!(order = order.number, session = order.session, code, message, "order refused");
    let OrderId { number, session } = order.clone();
    Taken::Refused(Refusal { order: number, session, code: code.to_owned(), message })
}

/// An order that is over in a moment is flushed together with what came of it.
fn write_down(order: Given, text: &str, journal: &mut Journal) -> Result<(), JournalError> {
    match &*order.task {
        Task::Detect(checks) if checks.iter().all(only_reads) => {
            journal.accept_until_reported(order, text)
        }
        _ => journal.accept(order, text),
    }
}

/// Whether a check is over in a moment: it reads files and starts nothing.
fn only_reads(check: &Check) -> bool {
    match &check.how {
        CheckHow::Test(Run { what: RunWhat::Ensure(all), .. }) => ensure::only_read_for(all),
        CheckHow::Software { .. } | CheckHow::Test(_) | CheckHow::Get(_) => {
            Detectors::only_read_for(check)
        }
    }
}

/// What the order asks for, none where it is a repetition.
fn judge(
    Came { head: order, body }: Came,
    text: &str,
    recent: &mut Recent,
    journal: &Journal,
    stand: Stand<'_>,
) -> Result<Option<Arc<Task>>, NotTaken> {
    if order.agent != stand.agent || order.tenant != stand.tenant {
        let text = format!("it is for agent `{}` of tenant `{}`", order.agent, order.tenant);
        return Err(("not-for-me", text));
    }
    if journal.known(order.number).is_some() {
        if journal.holds(text) {
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
    let task = match body {
        Body::Known(task) => task,
        Body::Read(body) => {
            let task = Task::try_from(body).map_err(|error| ("malformed", error.to_string()))?;
            let task = Arc::new(task);
            recent.remember(text, &task);
            task
        }
    };
    if journal.unfinished().len() >= WAITING {
        return Err(("busy", format!("{WAITING} orders are waiting already")));
    }
    Ok(Some(task))
}

#[cfg(test)]
mod tests {
    use super::*;
    use ordain_wire::{CheckHowSpec, CheckSpec, ControllerMessage, ProbeSpec, ReportBody};

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

    fn text(order: &Order) -> String {
        serde_json::to_string(&ControllerMessage::Order(order.clone())).expect("plain fields")
    }

    fn take(order: &Order, journal: &mut Journal, stand: Stand<'_>) -> Taken {
        let text = text(order);
        super::take(order.clone().into(), &text, &mut Recent::default(), journal, stand)
    }

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
        let first = OrderId { number: 1, session: "s-1".into() };
        journal.report(&first, &[ReportBody::Ended]).expect("written");
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

    #[test]
    fn the_same_checks_under_another_number_are_known_and_others_are_not() {
        let folder = tempfile::tempdir().expect("a temporary folder");
        let mut journal = Journal::open(folder.path()).expect("opens");
        let mut recent = Recent::default();
        let (first, second) = (text(&order(1)), text(&order(2)));
        assert!(recent.again(&first).is_none());
        super::take(order(1).into(), &first, &mut recent, &mut journal, STAND);
        let given = journal.take_fresh(1).expect("a moment ago");

        let again = recent.again(&second).expect("the same checks");
        assert_eq!(super::take(again, &second, &mut recent, &mut journal, STAND), Taken::In);
        assert_eq!(journal.order(2).expect("readable"), Some(order(2)));
        let known = journal.take_fresh(2).expect("a moment ago");
        assert_eq!((known.id.number, known.id.session.as_str()), (2, "s-2"));
        assert!(Arc::ptr_eq(&known.task, &given.task));

        let again = recent.again(&second).expect("the same checks");
        assert_eq!(super::take(again, &second, &mut recent, &mut journal, STAND), Taken::Before);
        let stale = recent.again(&first.replace("9f2c", "other")).expect("the same checks");
        let text = first.replace("9f2c", "other");
        let taken = super::take(stale, &text, &mut recent, &mut journal, STAND);
        assert_eq!(code(&taken), "malformed", "its number stood for another order");

        assert!(recent.again(&second.replace("hello", "hullo")).is_none());
        assert!(recent.again(&format!("{second} ")).is_none());
        assert!(recent.again(&second[1..]).is_none());
    }
}
