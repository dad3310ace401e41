//! The policy engine at scale, as a user meets it.
//!
//! `cargo bench -p ordain-tests --bench policy [-- PART...]` with the parts
//! `scale`, `values`, `validate`, `debian` and `replay`; all of them where none is
//! named. Each prints what it measured beside what is asked for. Times are
//! CPU times, user and system together, the least of a few runs.
//!
//! The program that is measured is built first; `ORDAIN=PROGRAM` names another
//! one. `debian` and `replay` need data: `ORDAIN_DATA=FOLDER` (`data.rs` says
//! what lies in it). `validate` needs a peer program (`validation.rs`).
//!
//! In reading order: `figures.rs` prints, `program.rs` measures a program,
//! `repository.rs` makes git repositories, `follow.rs` does what the daemon
//! does with a commit, and then a file for each part.

#![expect(
    clippy::print_stdout,
    clippy::print_stderr,
    clippy::unwrap_used,
    reason = "a benchmark prints its figures, and stops at the first thing that is not as it should be"
)]

mod data;
mod debian;
mod figures;
mod follow;
mod program;
mod replay;
mod repository;
mod scale;
mod validation;
mod values;

const PARTS: [(&str, fn()); 5] = [
    ("scale", scale::run),
    ("values", values::run),
    ("validate", validation::run),
    ("debian", debian::run),
    ("replay", replay::run),
];

fn main() {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    if arguments.first().map(String::as_str) == Some(program::MEASURE) {
        program::measure(&arguments[1..]);
    }
    let named: Vec<&str> =
        arguments.iter().map(String::as_str).filter(|one| !one.starts_with("--")).collect();
    if let Some(unknown) = named.iter().find(|one| PARTS.iter().all(|(name, _)| name != *one)) {
        eprintln!("`{unknown}` is no part; there are: scale, values, validate, debian, replay");
        std::process::exit(2);
    }
    for (_, run) in PARTS.iter().filter(|(name, _)| named.is_empty() || named.contains(name)) {
        run();
    }
}
