//! What an agent says.

use serde::{Deserialize, Serialize};

use crate::{FindingSpec, Identity, KeptSpec, ProgressSpec};

/// A message from an agent.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(tag = "type", rename_all = "kebab-case", rename_all_fields = "camelCase")]
pub enum AgentMessage {
    /// First on every connection.
    Hello(Hello),
    /// What the computer is; on connecting and when it changes.
    Facts(Facts),
    /// Asks for scripts by object id.
    WantBlobs {
        /// Object ids in hexadecimal.
        ids: Vec<String>,
    },
    /// An entry of the agent's journal; repeated until acknowledged.
    Report(Report),
    /// An order or a script of it that is not carried out, and why.
    Refused(Refusal),
    /// Output of a running process, as it comes; not repeated, may be lost.
    Output {
        /// The order's number.
        order: u64,
        /// Which work.
        at: crate::AtSpec,
        /// Text, lossily decoded.
        text: String,
    },
}

/// First message on every connection.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Hello {
    /// The highest protocol the agent speaks.
    pub protocol: u32,
    /// The agent program's version.
    pub version: String,
    /// Changes with every start of the operating system.
    pub boot_id: String,
    /// Who the computer is.
    pub identity: Identity,
    /// The highest order number it has ever seen; the controller goes on above it.
    pub highest_order: u64,
    /// The order it is carrying out now, or has carried out last.
    pub current_order: Option<u64>,
    /// The number of the last report that was acknowledged to it; it may not have it any more,
    /// nor those before it.
    #[serde(default)]
    pub acked: u64,
    /// Seconds since the epoch by the agent's clock.
    pub clock: i64,
}

/// What the computer is.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct Facts {
    /// The computer's name.
    pub name: String,
    /// Operating system.
    pub os: OsFacts,
    /// desktop, portable, server or unknown.
    pub chassis: String,
    /// standalone, member, dc or primary-dc.
    pub domain_role: String,
    /// The domain it belongs to.
    pub domain: Option<String>,
    /// UPNs or account names of those who are logged on now.
    pub users: Vec<String>,
    /// IANA time zone of the computer.
    pub timezone: Option<String>,
    /// Further facts by name.
    pub facts: serde_json::Map<String, serde_json::Value>,
}

/// The operating system.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct OsFacts {
    /// windows, macos or linux.
    pub family: String,
    /// Its version.
    pub version: String,
    /// x64, x86 or arm64.
    pub arch: String,
}

/// An entry of the agent's journal.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Report {
    /// Its number in the agent's journal, rising by one, never reused.
    pub seq: u64,
    /// The order's number.
    pub order: u64,
    /// The order's session.
    pub session: String,
    /// What happened.
    pub body: ReportBody,
}

/// What an entry of the journal says.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(tag = "type", rename_all = "kebab-case", rename_all_fields = "camelCase")]
pub enum ReportBody {
    /// The order was accepted and written down.
    Accepted,
    /// Everything that a detection order asked for.
    Detected {
        /// In the order's order.
        findings: Vec<FindingSpec>,
    },
    /// Execution moved on.
    Progress(ProgressSpec),
    /// Something that is kept beyond the session.
    Kept(KeptSpec),
    /// The order has been carried out to its end.
    Ended,
}

/// An order that is not carried out; with `script-mismatch`, an order that was
/// accepted and of which one script is never run. The reports of that order
/// then say the same of all that names the script.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Refusal {
    /// The order's number.
    pub order: u64,
    /// The order's session.
    pub session: String,
    /// A word: `stale`, `expired`, `not-for-me`, `malformed`, `script-mismatch`, `journal-full`, `busy`.
    pub code: String,
    /// For people.
    pub message: String,
}
