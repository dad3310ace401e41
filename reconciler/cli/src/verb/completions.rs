//! `ordain completions`.

use clap::CommandFactory;

use crate::args::{Cli, CompletionsArgs};
use crate::error::Exit;
use crate::printer::Printer;

pub(super) fn run(args: &CompletionsArgs, printer: &mut Printer) -> Exit {
    let mut script = Vec::new();
    clap_complete::generate(args.shell, &mut Cli::command(), "ordain", &mut script);
    printer.text(String::from_utf8_lossy(&script));
    Exit::Done
}
