//! `docs/cli.md`, made from the definitions: run the tests with
//! `ORDAIN_BLESS=1` to write it anew.

use std::fmt::Write;
use std::path::Path;

use clap::{Arg, Command, CommandFactory};

use super::Cli;

const HEAD: &str = "\
# The command line

<!-- Made from the program's own definitions: `ORDAIN_BLESS=1 cargo test -p ordain reference`. -->

Results go to standard output, everything else to standard error. Every verb takes `--color
auto|always|never` and `--help`; `NO_COLOR` is honoured.

| exit code | meaning |
|---|---|
| 0 | done, nothing found |
| 1 | findings: an invalid policy, a failed test, a conflict or an item known to fail |
| 2 | wrong usage: of flags and names, or an inventory file with faults |
| 3 | could not do it: files, network, permission |
| 4 | refused for safety: a limit, a signature, an approval |
";

#[test]
fn the_reference_is_up_to_date() {
    let mut command = Cli::command();
    command.build();
    let mut page = HEAD.to_owned();
    for verb in command.get_subcommands().filter(|verb| verb.get_name() != "help") {
        section(&mut page, verb, "ordain", 2);
    }
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../docs/cli.md");
    if std::env::var_os("ORDAIN_BLESS").is_some() {
        std::fs::write(&path, &page).expect("docs/cli.md can be written");
    }
    let written = std::fs::read_to_string(&path).unwrap_or_default();
    assert!(written == page, "docs/cli.md is out of date: run with ORDAIN_BLESS=1");
}

#[test]
fn the_definitions_hold_and_every_verb_has_an_example() {
    fn check(command: &Command, path: &str) {
        for verb in command.get_subcommands().filter(|verb| verb.get_name() != "help") {
            let path = format!("{path} {}", verb.get_name());
            let after = verb.get_after_help().map(ToString::to_string).unwrap_or_default();
            assert!(after.contains(&path), "`{path} --help` has no example");
            check(verb, &path);
        }
    }
    Cli::command().debug_assert();
    check(&Cli::command(), "ordain");
}

fn section(page: &mut String, command: &Command, above: &str, level: usize) {
    let name = format!("{above} {}", command.get_name());
    let _ = write!(page, "\n{} {name}\n\n", "#".repeat(level));
    let about = command.get_long_about().or_else(|| command.get_about());
    let _ = writeln!(page, "{}\n", about.map(ToString::to_string).unwrap_or_default());
    let mut usage = command.clone();
    let usage = usage.render_usage().to_string();
    let _ = writeln!(page, "```text\n{}\n```\n", usage.trim_start_matches("Usage: "));
    let shown = |arg: &&Arg| {
        !arg.is_hide_set() && !matches!(arg.get_id().as_str(), "help" | "color" | "version")
    };
    let args: Vec<&Arg> = command.get_arguments().filter(shown).collect();
    if !args.is_empty() {
        page.push_str("| argument | meaning |\n|---|---|\n");
        for arg in args {
            row(page, arg);
        }
        page.push('\n');
    }
    if let Some(after) = command.get_after_help().map(ToString::to_string) {
        let lines = after.lines().skip(1).map(str::trim).collect::<Vec<_>>().join("\n");
        let _ = writeln!(page, "```sh\n{lines}\n```");
    }
    for verb in command.get_subcommands().filter(|verb| verb.get_name() != "help") {
        section(page, verb, &name, level + 1);
    }
}

fn row(page: &mut String, arg: &Arg) {
    let value = arg
        .get_value_names()
        .filter(|_| arg.get_action().takes_values())
        .map(|names| names.iter().map(ToString::to_string).collect::<Vec<_>>().join(" "));
    let written = match (arg.get_long(), value) {
        (Some(long), Some(value)) => format!("--{long} {value}"),
        (Some(long), None) => format!("--{long}"),
        (None, value) => value.unwrap_or_else(|| arg.get_id().to_string()),
    };
    let help = arg.get_long_help().or_else(|| arg.get_help()).map(ToString::to_string);
    let mut help = help.unwrap_or_default().replace('\n', " ");
    let values: Vec<String> =
        arg.get_possible_values().iter().map(|value| format!("`{}`", value.get_name())).collect();
    if !values.is_empty() {
        let _ = write!(help, " One of {}.", values.join(", "));
    }
    if let Some(default) =
        arg.get_default_values().first().filter(|_| arg.get_action().takes_values())
    {
        let _ = write!(help, " Default: `{}`.", default.to_string_lossy());
    }
    let _ = writeln!(page, "| `{written}` | {} |", help.replace('|', "\\|"));
}
