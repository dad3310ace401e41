//! The command line of Ordain, as a function from arguments to output and an
//! exit code: the binary calls it with the process's streams, tests with
//! their own.
//!
//! Owns the verbs, their flags, how results are shown and which exit code
//! they lead to. Decides nothing about policies: that is `ordain-core`'s, and
//! a running controller is asked over its API (`client/`). In reading order: `args/` is
//! what can be written, `verb/` does it (one file a verb), `json/` and
//! `render/` say how results look to machines and to people, `catalogue/` and `bump/`
//! know other catalogues of software, `printer.rs` is
//! the only place that writes them, `error.rs` gives failures their exit code.

mod args;

mod catalogue;

mod bump;
mod client;
mod files;
mod inventory;
mod policy;
mod repository;
mod request;
mod scripts;
mod sealed;
mod suggest;
mod web;

mod verb;

mod json;
mod render;

mod error;
mod printer;
mod progress;

use std::ffi::OsString;
use std::panic::{AssertUnwindSafe, catch_unwind};

use clap::Parser;

use args::{Cli, Colour};
use error::{CommandError, Exit};
pub use printer::Printer;

/// Does what the arguments say and returns the exit code: 0 done and nothing
/// found, 1 findings, 2 wrong usage, 3 could not do it, 4 refused for safety.
/// The first argument is the program's name.
pub fn run(
    args: impl IntoIterator<Item = impl Into<OsString> + Clone>,
    mut printer: Printer,
) -> u8 {
    let cli = match Cli::try_parse_from(args) {
        Ok(cli) => cli,
        Err(error) => {
            printer.usage(&error);
            return printer.finish(u8::try_from(error.exit_code()).unwrap_or(2));
        }
    };
    match cli.color {
        Colour::Auto => {}
        Colour::Always => printer.force_colour(true),
        Colour::Never => printer.force_colour(false),
    }
    let outcome = caught(|| verb::run(&cli.verb, &mut printer));
    let code = match outcome {
        Ok(exit) => exit.code(),
        Err(error) => {
            printer.error(&error);
            error.code()
        }
    };
    printer.finish(code)
}

/// A defect in a verb is reported like any other failure, without a backtrace.
fn caught(verb: impl FnOnce() -> Result<Exit, CommandError>) -> Result<Exit, CommandError> {
    catch_unwind(AssertUnwindSafe(verb)).unwrap_or_else(|panic| {
        let said = panic
            .downcast_ref::<String>()
            .map(String::as_str)
            .or_else(|| panic.downcast_ref::<&str>().copied())
            .unwrap_or("no message");
        Err(CommandError::failed(anyhow::anyhow!("a defect in ordain itself: {said}"))
            .hint("report it with the command and the repository that led here"))
    })
}
