//! `ordain trust`, `verify`, `sign`, `promote`: the chain of promotions in a
//! person's own clone.
//!
//! What is accepted is `ordain-trust`'s to say. Here: reading the chain from
//! git (`chain.rs`), having a key sign (`signing.rs`), and one file a verb.

mod chain;
mod init;
mod promote;
mod sign;
mod signing;
mod verify;

use ordain_trust::Refusal;
use serde::Serialize;

use crate::args::{Format, TrustArgs, TrustVerb};
use crate::error::{CommandError, Exit};
use crate::printer::Printer;

pub(super) use promote::run as promote;
pub(super) use sign::run as sign;
pub(super) use verify::run as verify;

pub(super) fn run(args: &TrustArgs, printer: &mut Printer) -> Result<Exit, CommandError> {
    match &args.verb {
        TrustVerb::Init(args) => init::run(args, printer),
    }
}

/// A refusal in JSON.
#[derive(Serialize)]
struct RefusedRow<'a> {
    verified: bool,
    code: &'a str,
    message: &'a str,
    /// The commit that is refused, where it is one.
    commit: Option<String>,
}

/// Says what was refused and why.
fn refused(
    refusal: &Refusal,
    commit: Option<String>,
    format: Format,
    printer: &mut Printer,
) -> Exit {
    let (code, message) = (refusal.code.as_str(), refusal.what.as_str());
    if format.is_for_machines() {
        printer.json_line(&RefusedRow { verified: false, code, message, commit });
    } else {
        let at = commit.map(|commit| format!("{commit:.12}: ")).unwrap_or_default();
        let style = printer.style();
        printer.line(format!("{} [{code}] {at}{message}", style.red("refused")));
    }
    Exit::Refused
}
