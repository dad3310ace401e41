//! The messages between controller and agent, and their version.
//!
//! One WebSocket over TLS, opened by the agent; every message is one JSON
//! object in a text frame. Unknown fields are ignored, so that either side may
//! be newer; a change that the other side must understand raises [`PROTOCOL`].
//! The order of a conversation: the agent says [`AgentMessage::Hello`], the
//! controller [`ControllerMessage::Welcome`]; from then on both speak freely.
//! Reports are numbered by the agent's journal and repeated until they are
//! acknowledged; orders are numbered by the controller and never repeated with
//! another content.

mod agent;
mod controller;
mod enrol;
mod ensure;
mod fields;
mod gate;
mod hidden;
mod installer;
mod order;
mod progress;

pub mod convert;

pub use convert::Malformed;

pub use agent::{AgentMessage, Facts, Hello, OsFacts, Refusal, Report, ReportBody};
pub use controller::{Blob, ControllerMessage, Order, OrderBody, OrderHead, Welcome};
pub use enrol::{EnrolRequest, EnrolResponse, Identity, RenewRequest, RenewResponse};
pub use ensure::{EnsureSpec, ResourceSpec, TriggerSpec};
pub use gate::{GateSpec, HoldSpec, StretchSpec};
pub use hidden::{
    ArgumentSpec, ContentSpec, HiddenSpec, HiddenVariableSpec, KeptSpec, MadeSpec, OutputSpec,
    SecretSpec,
};
pub use installer::{ArtifactSpec, CloseFirstSpec, InstallerSpec, NeedsSpec};
pub use order::{
    AskSpec, AudienceSpec, BarredSpec, CheckHowSpec, CheckSpec, ExpectSpec, FileSpec,
    FileVersionSpec, OfferSpec, ProbeSpec, RebootSpec, RestartsSpec, RunSpec, RunWhatSpec,
    StepSpec, WhatSpec, WorkSpec,
};
pub use progress::{AtSpec, EndSpec, FindingSpec, FoundSpec, OutcomeSpec, ProgressSpec};

/// The version of the protocol; both sides name theirs and the lower one is spoken.
pub const PROTOCOL: u32 = 1;

/// The largest message either side accepts, in bytes.
pub const MAX_MESSAGE: usize = 16 * 1024 * 1024;
