//! End to end: the real programs as processes, a real repository that is
//! pushed to, a real computer.
//!
//! [`stage`] is what every test stands on; each other module is one promise.
//! The programs are those beside this test's own folder, built by `cargo
//! verify --only binaries`; crash tests use the variants in `kill-points`.
//! Everything is waited for as an event, a line or the end of a process, each
//! with a deadline. Tests of packages, of logged-on users and of full disks need
//! root on a system like Debian, and fail where they find something else.

mod stage;

mod bad_input;
mod commits;
mod converge;
mod course;
mod cut_off;
mod ensured;
mod files;
mod filters;
mod hardening;
mod hooks;
mod killed;
mod letters;
mod network;
mod packages;
mod person;
mod refused;
mod scripts;
mod secrets;
mod unmatch;
mod windows;
