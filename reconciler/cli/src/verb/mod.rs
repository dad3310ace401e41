//! What each verb does, one file a verb: from its arguments to output and an
//! exit code.

mod init;
pub(crate) mod validate;

mod schema;
mod test;

mod diff;
mod explain;
mod plan;

mod completions;
mod man;

use crate::args::Verb;
use crate::error::{CommandError, Exit};
use crate::printer::Printer;

/// Does what a verb says.
pub(crate) fn run(verb: &Verb, printer: &mut Printer) -> Result<Exit, CommandError> {
    match verb {
        Verb::Init(args) => init::run(args, printer),
        Verb::Validate(args) => validate::run(args, printer),
        Verb::Schema(args) => schema::run(args, printer),
        Verb::Test(args) => test::run(args, printer),
        Verb::Plan(args) => plan::run(args, printer),
        Verb::Diff(args) => diff::run(args, printer),
        Verb::Explain(args) => explain::run(args, printer),
        Verb::Completions(args) => Ok(completions::run(args, printer)),
        Verb::Man(args) => man::run(args, printer),
        Verb::Fmt(_) | Verb::Graph(_) => {
            Err(CommandError::failed(anyhow::anyhow!("not there yet")))
        }
    }
}
