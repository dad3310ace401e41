//! The agent with real processes: on its own parts, and as a program against a
//! controller that the test plays.
//!
//! `stage` is that controller, `orders` builds what it orders, `bench` drives
//! the carrying thread without a connection, `files_server` serves files badly, `root` is a folder laid out as a computer, `fifo` is where scripts and tests
//! wait for each other. Tests that need root say so.

#![expect(
    clippy::unwrap_used,
    clippy::expect_used,
    reason = "a test stops at the first thing that is not as it should be"
)]

mod bench;
mod fifo;
mod files_server;
mod orders;
mod root;
mod stage;

mod carrying;
mod connection;
mod crashes;
mod enrolment;
mod ensure;
mod ensured;
mod files;
mod gates;
mod packages;
mod people;
mod processes;
mod restarts;
mod secrets;
