//! Asking before sessions are started on many computers at once.

use std::collections::BTreeSet;
use std::io::{IsTerminal as _, stdin};

use anyhow::anyhow;

use crate::error::CommandError;
use crate::printer::Printer;

/// On more computers than this a person says yes first.
const UNASKED: usize = 10;

/// Lets sessions be started on these computers: a person is asked where they
/// are many and somebody is there to be asked.
///
/// # Errors
/// Nobody said yes.
pub(super) fn start(computers: &[String], printer: &mut Printer) -> Result<(), CommandError> {
    let count = computers.iter().collect::<BTreeSet<_>>().len();
    if count <= UNASKED {
        return Ok(());
    }
    let refused = anyhow!("sessions on {count} computers need a yes; nothing was started");
    if !stdin().is_terminal() || !printer.is_watched() {
        return Err(CommandError::refused(refused)
            .hint(format!("with --yes more than {UNASKED} are started without asking")));
    }
    printer.note(format!("Start sessions on {count} computers? Write yes to go on."));
    let mut answer = String::new();
    stdin().read_line(&mut answer).map_err(CommandError::failed)?;
    if answer.trim().eq_ignore_ascii_case("yes") {
        return Ok(());
    }
    Err(CommandError::refused(refused))
}
