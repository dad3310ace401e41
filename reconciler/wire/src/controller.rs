//! What a controller says.

use std::borrow::Cow;

use serde::{Deserialize, Serialize};

use crate::{CheckSpec, StepSpec};

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
    /// may be long, is read straight from the text instead of by way of a
    /// copy of it.
    ///
    /// # Errors
    /// Where the text is no message that this version knows.
    pub fn read(text: &str) -> Result<Self, serde_json::Error> {
        #[derive(Deserialize)]
        struct Head<'a> {
            #[serde(borrow)]
            r#type: Cow<'a, str>,
        }
        match serde_json::from_str::<Head<'_>>(text) {
            Ok(head) if head.r#type == "order" => serde_json::from_str(text).map(Self::Order),
            _ => serde_json::from_str(text),
        }
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

/// The fields of an [`OrderBody`] side by side: read in one go, where a tagged
/// enum would first be copied as a whole.
#[derive(Deserialize)]
struct BodyFields {
    r#type: BodyType,
    checks: Option<Vec<CheckSpec>>,
    steps: Option<Vec<StepSpec>>,
}

#[derive(Deserialize)]
#[serde(rename_all = "kebab-case")]
enum BodyType {
    Detect,
    Execute,
}

impl TryFrom<BodyFields> for OrderBody {
    type Error = &'static str;

    fn try_from(fields: BodyFields) -> Result<Self, &'static str> {
        match fields.r#type {
            BodyType::Detect => {
                let checks = fields.checks.ok_or("missing field `checks`")?;
                Ok(Self::Detect { checks })
            }
            BodyType::Execute => {
                let steps = fields.steps.ok_or("missing field `steps`")?;
                Ok(Self::Execute { steps })
            }
        }
    }
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
}
