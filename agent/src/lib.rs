//! The program of Ordain on a managed computer, as a library.
//!
//! The binary only parses a command line; everything else is here so that
//! tests and benchmarks drive the same code. In reading order: [`home`] is the
//! data folder, [`identity`] and [`facts`] say what the computer is,
//! [`journal`] is what survives a crash, [`detect`] finds out, [`fetch`] gets files and
//! [`unpack`] opens archives, [`run`] starts processes,
//! [`secrets`] opens what an order may not say (with [`age`]), [`ensure`] sets what needs no process, [`carry`] carries orders out on a thread of its own, [`link`]
//! holds the connection. [`platform`] is the only place that differs between
//! operating systems.
//!
//! Guarantees: nothing runs before its intent is durable in the journal, a
//! piece of work starts at most once within an attempt, and a report is
//! repeated until the controller has acknowledged it.

pub mod command;
pub mod printer;

pub mod disk;
pub mod home;
pub mod kill_point;
pub mod platform;

pub mod facts;
pub mod identity;

pub mod dial;
pub mod enrol;
pub mod http;
pub mod proxy;
pub mod renew;
pub mod server;
pub mod tls;

pub mod age;
pub mod blobs;
pub mod detect;
pub mod ensure;
pub mod fetch;
pub mod journal;
pub mod run;
pub mod secrets;
pub mod unpack;

pub mod carry;
pub mod intake;
pub mod link;

pub mod doctor;
pub mod local;
pub mod unit;
