//! What a controller says.

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
