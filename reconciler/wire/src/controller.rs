//! What a controller says.

use std::fmt;

use serde::de::value::MapAccessDeserializer;
use serde::de::{IgnoredAny, MapAccess, Visitor};
use serde::{Deserialize, Deserializer, Serialize};

use crate::fields::BodyFields;
use crate::{CheckSpec, RestartsSpec, StepSpec};

/// A message from the controller.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(tag = "type", rename_all = "kebab-case", rename_all_fields = "camelCase")]
pub enum ControllerMessage {
    /// Answers a hello.
    Welcome(Welcome),
    /// Something to do.
    Order(Order),
    /// Stop what this session does; its process tree is killed.
    Cancel {
        /// The session.
        session: String,
    },
    /// A script that was asked for.
    Blob(Blob),
    /// Every report up to this number is durable here.
    Ack {
        /// The number.
        seq: u64,
    },
    /// The agent is not known any more: it stops and says so.
    Removed {
        /// For people.
        message: String,
    },
}

impl ControllerMessage {
    /// Reads a message. The same as serde's own reading, but an order, which
    /// may be long, is read in one go where it says first that it is one, as
    /// those do that this crate writes.
    ///
    /// # Errors
    /// Where the text is no message that this version knows.
    pub fn read(text: &str) -> Result<Self, serde_json::Error> {
        match serde_json::from_str(text)? {
            Opened::Order(order) => Ok(Self::Order(order)),
            Opened::Other => serde_json::from_str(text),
        }
    }
}

/// A message that says first that it is an order, or any other.
enum Opened {
    Order(Order),
    Other,
}

impl<'de> Deserialize<'de> for Opened {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_map(Opening)
    }
}

struct Opening;

impl<'de> Visitor<'de> for Opening {
    type Value = Opened;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a message")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Opened, A::Error> {
        let opening = map.next_key::<String>()?;
        if opening.as_deref() == Some("type") {
            if map.next_value::<String>()? == "order" {
                return Order::deserialize(MapAccessDeserializer::new(map)).map(Opened::Order);
            }
        } else if opening.is_some() {
            map.next_value::<IgnoredAny>()?;
        }
        while map.next_entry::<IgnoredAny, IgnoredAny>()?.is_some() {}
        Ok(Opened::Other)
    }
}

/// Answers a hello.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Welcome {
    /// The protocol spoken from here on.
    pub protocol: u32,
    /// The agent's id.
    pub agent: String,
    /// The agent's tenant.
    pub tenant: String,
    /// Every report up to this number is durable here.
    pub acked: u64,
    /// Seconds since the epoch by the controller's clock.
    pub clock: i64,
}

/// Something to do.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Order {
    /// Rises with every order to this agent; an agent refuses lower ones, and answers equal ones from its journal.
    pub number: u64,
    /// The agent it is for.
    pub agent: String,
    /// The agent's tenant.
    pub tenant: String,
    /// The session it belongs to.
    pub session: String,
    /// The commit it follows from.
    pub revision: String,
    /// Seconds since the epoch after which it is refused.
    pub expires: i64,
    /// What to do.
    pub body: OrderBody,
}

/// An order without its body.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OrderHead {
    /// As [`Order::number`].
    pub number: u64,
    /// As [`Order::agent`].
    pub agent: String,
    /// As [`Order::tenant`].
    pub tenant: String,
    /// As [`Order::session`].
    pub session: String,
    /// As [`Order::revision`].
    pub revision: String,
    /// As [`Order::expires`].
    pub expires: i64,
}

impl Order {
    /// The head and the body.
    pub fn apart(self) -> (OrderHead, OrderBody) {
        let Self { number, agent, tenant, session, revision, expires, body } = self;
        (OrderHead { number, agent, tenant, session, revision, expires }, body)
    }
}

impl OrderHead {
    /// The head of an order's message, and the rest of the text from the name
    /// of the body on: orders with the same rest ask for the same, whatever
    /// their numbers. None where the text is no order, or where more than the
    /// body stands in the rest.
    pub fn split(text: &str) -> Option<(Self, &str)> {
        let (before, rest) = text.split_at(text.find(BODY)?);
        // With nothing for a body it is a whole message only where the body's
        // name really stands there, and everything else before it.
        let alone = [before, BODY, "null}"].concat();
        let fields: HeadFields = serde_json::from_str(&alone).ok()?;
        let HeadFields { r#type: Word::Order, body: (), .. } = fields;
        let HeadFields { number, agent, tenant, session, revision, expires, .. } = fields;
        Some((Self { number, agent, tenant, session, revision, expires }, rest))
    }
}

const BODY: &str = r#""body":"#;

/// The fields of an order's message that has nothing for a body.
#[derive(Deserialize)]
struct HeadFields {
    r#type: Word,
    number: u64,
    agent: String,
    tenant: String,
    session: String,
    revision: String,
    expires: i64,
    body: (),
}

#[derive(Deserialize)]
#[serde(rename_all = "kebab-case")]
enum Word {
    Order,
}

/// What to do.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(tag = "type", rename_all = "kebab-case", rename_all_fields = "camelCase")]
#[serde(try_from = "BodyFields")]
pub enum OrderBody {
    /// Find out, read-only.
    Detect {
        /// About these.
        checks: Vec<CheckSpec>,
    },
    /// Carry out.
    Execute {
        /// In this order.
        steps: Vec<StepSpec>,
        /// With these restarts around them.
        #[serde(default, skip_serializing_if = "RestartsSpec::is_empty")]
        restarts: Box<RestartsSpec>,
    },
}

/// A script that was asked for.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Blob {
    /// Its object id in hexadecimal.
    pub id: String,
    /// Its bytes in base64; none where the controller has none.
    pub data: Option<String>,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_order_reads_as_serde_reads_it() {
        let checks = r#""checks": [{"item": "software/a", "how": {"type": "software", "probe": {"type": "package", "manager": "dpkg", "name": "a"}}}]"#;
        let order = |kind: &str, fields: &str| {
            format!(
                r#"{{"number": 1, "agent": "a-1", "tenant": "t", "session": "s", "body": {{{fields}, "type": "{kind}"}}, "revision": "r", "expires": 9, "type": "order", "ofTomorrow": [1]}}"#
            )
        };
        let good = [order("detect", checks), order("execute", r#""steps": []"#)];
        for text in &good {
            let read = ControllerMessage::read(text).expect("an order");
            assert_eq!(read, serde_json::from_str(text).expect("an order"));
            let again = serde_json::to_string(&read).expect("plain fields");
            assert_eq!(ControllerMessage::read(&again).expect("an order"), read);
        }
        let bad = [
            order("detect", r#""steps": []"#),
            order("execute", checks),
            order("of-tomorrow", checks),
            r#"{"type": "order", "number": -1}"#.to_owned(),
            r#"{"type": "of-tomorrow"}"#.to_owned(),
            "garbage".to_owned(),
            "[".repeat(100_000),
        ];
        for text in bad {
            assert!(ControllerMessage::read(&text).is_err(), "{}", text.get(..80).unwrap_or(&text));
        }
        let ack = ControllerMessage::read(r#"{"type": "ack", "seq": 3}"#).expect("a message");
        assert_eq!(ack, ControllerMessage::Ack { seq: 3 });
    }

    #[test]
    fn a_head_is_split_off_where_the_body_stands_last() {
        let order = |session: &str| {
            format!(
                r#"{{"type":"order","number":7,"agent":"a-1","tenant":"t","session":{session},"revision":"r","expires":9,"body":{{"type":"detect","checks":[]}}}}"#
            )
        };
        let rest = r#""body":{"type":"detect","checks":[]}}"#;
        let text = order(r#""s""#);
        let ControllerMessage::Order(whole) = ControllerMessage::read(&text).expect("an order")
        else {
            panic!("it is an order")
        };
        let (head, _) = whole.apart();
        assert_eq!(OrderHead::split(&text), Some((head, rest)));
        for odd in [
            // The first place that looks like the body's name lies within something else.
            order(r#""s","x\"body":1"#),
            order(r#"{"body":1}"#),
            order(r#""s","body":null"#),
            text.replace(r#""agent":"a-1","#, ""),
            text.replace(r#""type":"order""#, r#""type":"cancel""#),
            text.replace(rest, r#""body":{}},"expires":8}"#).replace(r#""expires":9,"#, ""),
            r#"{"type":"ack","seq":1}"#.to_owned(),
            "garbage".to_owned(),
        ] {
            assert_eq!(OrderHead::split(&odd).map(|(_, rest)| rest.to_owned()), None, "{odd}");
        }
    }
}
