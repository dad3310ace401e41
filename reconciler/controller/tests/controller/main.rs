//! The whole controller in this process, with real git repositories, real TLS
//! and agents that speak the wire but run nothing.

#![expect(clippy::unwrap_used, reason = "a test stops at the first surprise")]

mod agent;
mod enrolment;
mod follow;
mod forsaken;
mod gathering;
mod harness;
mod held;
mod hub;
mod limits;
mod operator;
mod outcome;
mod restart;
mod resting;
mod rollouts;
mod serial;
mod sessions;
mod timetable;
mod turns;
