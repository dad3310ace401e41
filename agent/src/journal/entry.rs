//! What the journal says, one entry a record, as JSON.
//!
//! An order stands in it as it came, and a report as it is sent: what is taken
//! in and given out is written once and copied from there on. Entries are read
//! straight from their text by the same rules as messages, so that an order
//! that was accepted can be read back whatever else stands in it.

use std::fmt;

use ordain_wire::{AgentMessage, AtSpec, Order, Report, ReportBody};
use serde::de::value::MapAccessDeserializer;
use serde::de::{Error as _, MapAccess, Visitor};
use serde::{Deserialize, Deserializer, Serialize};

/// One record of the journal.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[serde(tag = "entry", rename_all = "kebab-case", rename_all_fields = "camelCase")]
pub enum Entry {
    /// Opens a journal: what was known when older records were dropped.
    Base(Base),
    /// An order was taken in; it is the report of that number as well.
    Accepted(Accepted),
    /// A piece of work is about to start; a report of its start follows at once.
    Starting(Starting),
    /// Its process has started; not flushed, since a pid means nothing after a power cut.
    Running(Running),
    /// Something that the controller is told.
    Report(Report),
    /// Every report up to a number is durable at the controller.
    Acked(Acked),
}

/// What was known when older records were dropped.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Base {
    /// The highest order number ever seen.
    pub highest_order: u64,
    /// The number of the next report.
    pub next_seq: u64,
    /// Every report up to this number is durable at the controller.
    pub acked: u64,
}

/// An order that was taken in.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Accepted {
    /// The number of the report of it.
    pub seq: u64,
    /// The whole order.
    pub order: Order,
}

/// What the controller has.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Acked {
    /// Every report up to this number is durable there.
    pub seq: u64,
}

/// What is known of a piece of work before its process starts.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Starting {
    /// The order's number.
    pub order: u64,
    /// Which work.
    pub at: AtSpec,
    /// The marker that all its processes bear.
    pub marker: String,
    /// The start of the operating system within which it runs.
    pub boot_id: String,
    /// The session (in the sense of processes) of the agent that starts it.
    pub session: i32,
    /// Whether it runs a package manager, which is to be mended if it is cut off.
    pub package: bool,
    /// Unix milliseconds after which its time is up.
    pub deadline_ms: i64,
}

/// The process of a piece of work.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Running {
    /// The order's number.
    pub order: u64,
    /// Its number.
    pub pid: i32,
    /// When it started, in clock ticks since the boot.
    pub started: u64,
}

/// How an entry opens that is a report, and how the message of it does; the
/// rest is the same, byte for byte.
const REPORT: &str = r#"{"entry":"report","#;
const MESSAGE: &str = r#"{"type":"report","#;

/// Writes an accepted order as it came: `text` is its JSON.
pub(super) fn write_accepted(bytes: &mut Vec<u8>, seq: u64, text: &str) {
    bytes.reserve(text.len() + 64);
    bytes.extend_from_slice(format!(r#"{{"entry":"accepted","seq":{seq},"order":"#).as_bytes());
    bytes.extend_from_slice(text.as_bytes());
    bytes.push(b'}');
}

/// Writes a report.
pub(super) fn write_report(
    bytes: &mut Vec<u8>,
    seq: u64,
    order: u64,
    session: &str,
    body: &ReportBody,
) {
    #[derive(Serialize)]
    struct Fields<'a> {
        entry: &'static str,
        seq: u64,
        order: u64,
        session: &'a str,
        body: &'a ReportBody,
    }
    write(bytes, &Fields { entry: "report", seq, order, session, body });
}

/// Writes an entry, or fields that read as one.
pub(super) fn write(bytes: &mut Vec<u8>, entry: &impl Serialize) {
    serde_json::to_writer(bytes, entry).expect("entries hold nothing that JSON cannot say");
}

/// The message of a report that [`write_report`] wrote.
pub(super) fn message_of(payload: &[u8]) -> Option<String> {
    let rest = str::from_utf8(payload.strip_prefix(REPORT.as_bytes())?).ok()?;
    Some([MESSAGE, rest].concat())
}

/// The message of a report.
pub(super) fn message(report: Report) -> String {
    serde_json::to_string(&AgentMessage::Report(report))
        .expect("messages hold nothing that JSON cannot say")
}

/// The report of an order that was taken in.
pub(super) fn report_of_accepted(seq: u64, order: u64, session: String) -> Report {
    Report { seq, order, session, body: ReportBody::Accepted }
}

impl<'de> Deserialize<'de> for Entry {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_map(ByItsWord)
    }
}

/// Reads the word that opens every entry, then its fields as they come.
struct ByItsWord;

impl<'de> Visitor<'de> for ByItsWord {
    type Value = Entry;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("an entry of the journal")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Entry, A::Error> {
        #[derive(Deserialize)]
        #[serde(rename_all = "kebab-case")]
        enum Word {
            Base,
            Accepted,
            Starting,
            Running,
            Report,
            Acked,
        }
        if map.next_key::<String>()?.as_deref() != Some("entry") {
            return Err(A::Error::custom("it does not open with `entry`"));
        }
        let word = map.next_value()?;
        let fields = MapAccessDeserializer::new(map);
        Ok(match word {
            Word::Base => Entry::Base(Base::deserialize(fields)?),
            Word::Accepted => Entry::Accepted(Accepted::deserialize(fields)?),
            Word::Starting => Entry::Starting(Starting::deserialize(fields)?),
            Word::Running => Entry::Running(Running::deserialize(fields)?),
            Word::Report => Entry::Report(Report::deserialize(fields)?),
            Word::Acked => Entry::Acked(Acked::deserialize(fields)?),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(bytes: &[u8]) -> Entry {
        serde_json::from_slice(bytes).expect("an entry")
    }

    #[test]
    fn what_serde_writes_is_read_back() {
        let starting = Starting {
            order: 1,
            at: AtSpec { step: 0, attempt: 1, work: 0 },
            marker: "m".into(),
            boot_id: "b".into(),
            session: 1,
            package: false,
            deadline_ms: 5,
        };
        for entry in [
            Entry::Base(Base { highest_order: 3, next_seq: 9, acked: 8 }),
            Entry::Accepted(Accepted { seq: 4, order: crate::journal::tests::order(3) }),
            Entry::Starting(starting),
            Entry::Running(Running { order: 1, pid: 2, started: 3 }),
            Entry::Report(report_of_accepted(4, 3, "s".into())),
            Entry::Acked(Acked { seq: 7 }),
        ] {
            let bytes = serde_json::to_vec(&entry).expect("plain fields");
            assert_eq!(read(&bytes), entry);
        }
    }

    #[test]
    fn a_report_is_written_once_for_the_journal_and_the_controller() {
        let body = ReportBody::Detected { findings: Vec::new() };
        let report = Report { seq: 4, order: 3, session: "s \"é\"".into(), body };
        let mut bytes = Vec::new();
        write_report(&mut bytes, report.seq, report.order, &report.session, &report.body);
        assert_eq!(bytes, serde_json::to_vec(&Entry::Report(report.clone())).expect("plain"));
        assert_eq!(message_of(&bytes), Some(message(report)));
        assert_eq!(message_of(br#"{"entry":"acked","seq":4}"#), None);
    }

    #[test]
    fn an_order_stands_there_as_it_came() {
        let order = crate::journal::tests::order(3);
        let text = serde_json::to_string(&order).expect("plain fields");
        // What this version does not know is passed over in messages, and must be here.
        let odd =
            text.replacen('{', r#"{ "type": "order", "ofTomorrow": [1e999, {"entry": []}], "#, 1);
        for text in [text, odd] {
            let mut bytes = Vec::new();
            write_accepted(&mut bytes, 4, &text);
            assert_eq!(read(&bytes), Entry::Accepted(Accepted { seq: 4, order: order.clone() }));
        }
    }

    #[test]
    fn nonsense_is_no_entry() {
        for text in ["", "[]", "{}", r#"{"seq":1,"entry":"acked"}"#, r#"{"entry":"of-tomorrow"}"#] {
            assert!(serde_json::from_str::<Entry>(text).is_err(), "{text}");
        }
    }
}
