//! Enrolment and renewal: plain HTTPS requests, before and beside the socket.
//!
//! `POST /agent/v1/enrol` with [`EnrolRequest`] (server known by its pin
//! only), `POST /agent/v1/renew` with [`RenewRequest`].

use serde::{Deserialize, Serialize};

/// What an agent says to be taken in.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct EnrolRequest {
    /// The one-time token.
    pub token: String,
    /// A PKCS#10 request in PEM over the agent's own key; its subject is ignored.
    pub csr: String,
    /// The computer's name.
    pub name: String,
    /// Who the computer is.
    pub identity: Identity,
}

/// Who a computer is, as its firmware and system say.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct Identity {
    /// The SMBIOS system UUID in lower case, unless it is known to be bad.
    pub smbios_uuid: Option<String>,
    /// The manufacturer as SMBIOS says.
    pub manufacturer: Option<String>,
    /// The model as SMBIOS says.
    pub model: Option<String>,
    /// The serial number as SMBIOS says.
    pub serial: Option<String>,
    /// The operating system's installation id (machine-id on Linux).
    pub installation_id: Option<String>,
    /// The identity derived by the agent's rule: `uuid:…`, `serial:MANUFACTURER:…` or `key:…`.
    pub key: String,
}

/// What a controller answers to an enrolment.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct EnrolResponse {
    /// The agent's id.
    pub agent: String,
    /// The tenant it belongs to.
    pub tenant: String,
    /// The agent's certificate in PEM.
    pub certificate: String,
    /// The controller's CA certificate in PEM.
    pub ca: String,
}

/// Asks for a fresh certificate with proof of the same key.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct RenewRequest {
    /// The agent's id.
    pub agent: String,
    /// A new PKCS#10 request in PEM over the same key, signed with it: the proof.
    pub csr: String,
    /// The present certificate in PEM; may have expired up to 90 days ago.
    pub certificate: String,
    /// Unix seconds at the agent, to bound a replay.
    pub issued: i64,
    /// ECDSA P-256 signature in base64 over `ordain-renew-v1\nAGENT\nISSUED\nSHA256(csr)` with the agent's key.
    pub signature: String,
}

/// A fresh certificate.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct RenewResponse {
    /// The agent's certificate in PEM.
    pub certificate: String,
    /// The controller's CA certificate in PEM.
    pub ca: String,
}
