//! `ordain man`.

use clap::CommandFactory;

use crate::args::{Cli, ManArgs};
use crate::error::{CommandError, Exit};
use crate::printer::Printer;
use crate::suggest;

pub(super) fn run(args: &ManArgs, printer: &mut Printer) -> Result<Exit, CommandError> {
    let mut command = Cli::command();
    command.build();
    let page = match &args.verb {
        None => command,
        Some(verb) => {
            let found = command.find_subcommand(verb).cloned();
            found.ok_or_else(|| {
                let names = command.get_subcommands().map(clap::Command::get_name);
                let hint = suggest::hint(verb, names.collect::<Vec<_>>());
                CommandError::usage(anyhow::anyhow!("there is no verb `{verb}`")).hint_if(hint)
            })?
        }
    };
    let mut text = Vec::new();
    let rendered = clap_mangen::Man::new(page).render(&mut text);
    rendered.expect("writing to memory does not fail");
    printer.text(String::from_utf8_lossy(&text));
    Ok(Exit::Done)
}
