//! `cargo demo`: the whole way from a commit to a changed computer, on this one.
//!
//! Owns the story: what is done in which order and what is said about it. The
//! config repository is made in [`repository`], processes and the folder that
//! they live in belong to [`stage`]. Uses the standard library alone, so that
//! it builds in seconds; what it shows are the real programs.
#![expect(clippy::print_stdout, clippy::print_stderr, reason = "a program for a terminal")]

mod repository;
mod stage;

use std::path::Path;
use std::process::ExitCode;
use std::time::Instant;

use repository::Repository;
use stage::Stage;

const HELP: &str = "\
Shows Ordain at work on this very computer: a controller and an agent are
started, a commit is carried out, another one too, and a change by hand is put
right. Everything happens in a temporary folder, needs no root, and is gone
when the demo ends.

Usage: cargo demo [--keep]

  --keep   leave the folder for a look around
  --help   print this
";

/// How the agent's computer is called in the demo.
const COMPUTER: &str = "this-computer";

fn main() -> ExitCode {
    let mut keep = false;
    for argument in std::env::args().skip(1) {
        match argument.as_str() {
            "--keep" => keep = true,
            "--help" | "-h" => {
                print!("{HELP}");
                return ExitCode::SUCCESS;
            }
            other => {
                eprintln!("demo: unknown argument `{other}`\nhint: cargo demo --help");
                return ExitCode::from(2);
            }
        }
    }
    match tell(keep) {
        Ok(()) => ExitCode::SUCCESS,
        Err(fault) => {
            eprintln!("\ndemo: {fault}");
            ExitCode::FAILURE
        }
    }
}

fn tell(keep: bool) -> Result<(), String> {
    say("Building ordain and ordain-agent (minutes the first time, seconds after that)");
    stage::build()?;
    let started = Instant::now();
    let mut stage = Stage::new(keep)?;
    let told = acts(&mut stage);
    if let Err(fault) = told {
        stage.show_logs();
        return Err(fault);
    }
    say(&format!("That took {:.0} seconds. Where to look next", started.elapsed().as_secs_f64()));
    println!("{NEXT}");
    if keep {
        let folder = stage.folder.display();
        println!("\n  kept: {folder}");
        println!("  {}", stage.serve_line());
        println!("  {}", stage.agent_line());
    }
    Ok(())
}

const NEXT: &str = "  examples/quickstart    the policy that you have just seen at work
  docs/policy-guide.md   the language, by example
  docs/operating.md      a controller for real, and agents on other computers
  cargo run -p ordain -- init my-policy    a config repository to start from
  cargo demo --keep      the same again, with the folder left for a look around";

fn acts(stage: &mut Stage) -> Result<(), String> {
    let repository = first_commit(stage)?;
    controller(stage, &repository)?;
    agent(stage)?;

    say("A session: detect, plan, execute, verify");
    session(stage)?;
    show(&stage.computer().join("bin/greet"))?;
    println!("  {}", read(&stage.computer().join("welcome.txt"))?);

    say("A commit: version 1.1 of greet is released");
    repository.release("1.1")?;
    println!("  {}", repository.head_line()?);
    stage.wait_in_force(&repository.head()?)?;
    session(stage)?;
    show(&stage.computer().join("bin/greet"))?;

    say("Drift: somebody changes the note by hand");
    let note = stage.computer().join("welcome.txt");
    std::fs::write(&note, "I know better.\n").map_err(|error| error.to_string())?;
    println!("  {}", read(&note)?);
    session(stage)?;
    println!("  {}", read(&note)?);

    say("And once more: there is nothing left to do");
    session(stage)
}

fn first_commit(stage: &Stage) -> Result<Repository, String> {
    say("A config repository, made from examples/quickstart");
    let repository = Repository::make(&stage.folder.join("policy"), &stage.computer())?;
    println!("  {}", repository.head_line()?);
    let folder = repository.folder.display().to_string();
    stage.ordain(&["validate", &folder])?;
    stage.ordain(&["test", &folder])?;
    Ok(repository)
}

fn controller(stage: &mut Stage, repository: &Repository) -> Result<(), String> {
    say("A controller, with its store in a file");
    println!("  {}", stage.serve_line());
    stage.serve()?;
    stage.wait_in_force(&repository.head()?)
}

fn agent(stage: &mut Stage) -> Result<(), String> {
    say("An agent on this computer: it makes its own key and proves it with a one-time token");
    stage.enrol("acme", COMPUTER)?;
    println!("  {}", stage.agent_line());
    stage.run_agent()?;
    stage.wait_online(COMPUTER)
}

fn session(stage: &Stage) -> Result<(), String> {
    stage.ordain_daemon(&["sessions", "start", "--computer", COMPUTER, "--wait"])
}

/// Runs a program that the session has installed.
fn show(program: &Path) -> Result<(), String> {
    let shown = program.display();
    let output = std::process::Command::new(program).output();
    let output = output.map_err(|error| format!("{shown}: {error}"))?;
    print!("  $ {shown}\n  {}", String::from_utf8_lossy(&output.stdout));
    Ok(())
}

fn read(file: &Path) -> Result<String, String> {
    let text = std::fs::read_to_string(file);
    let text = text.map_err(|error| format!("{}: {error}", file.display()))?;
    Ok(format!("{} says: {}", file.display(), text.trim_end()))
}

fn say(line: &str) {
    println!("\n== {line}");
}
