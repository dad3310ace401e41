//! `cargo verify`: everything that decides whether a change may be merged.
//!
//! Owns the order of the steps and the report. What a step needs from the
//! computer is in [`needs`]; what it checks is cargo's business and the
//! tests'. Uses the standard library alone, so that it builds in seconds.
#![expect(clippy::print_stdout, clippy::print_stderr, reason = "a program for a terminal")]

mod needs;
mod steps;

use std::process::ExitCode;
use std::time::{Duration, Instant};

use steps::{STEPS, Step};

const HELP: &str = "\
Checks the work tree as continuous integration does, and stops at the first fault.

Usage: cargo verify [--only STEP]... [--list]

  --only STEP   run this step alone; may be given several times
  --list        print the steps and what they run
  --help        print this

Missing programs are installed through the computer's package manager when
that is permitted (as root, or with sudo that asks for no password).

Example: cargo verify --only clippy
";

fn main() -> ExitCode {
    match wanted(std::env::args().skip(1)) {
        Ok(Wanted::Help) => {
            print!("{HELP}");
            ExitCode::SUCCESS
        }
        Ok(Wanted::List) => {
            for step in STEPS {
                println!("{:10} {}", step.name, step.does);
            }
            ExitCode::SUCCESS
        }
        Ok(Wanted::Run(steps)) => run(&steps),
        Err(message) => {
            eprintln!("verify: {message}\nhint: cargo verify --help");
            ExitCode::from(2)
        }
    }
}

/// What the command line asks for.
enum Wanted {
    Help,
    List,
    Run(Vec<&'static Step>),
}

fn wanted(mut arguments: impl Iterator<Item = String>) -> Result<Wanted, String> {
    let mut only = Vec::new();
    while let Some(argument) = arguments.next() {
        let name = match argument.as_str() {
            "--help" | "-h" => return Ok(Wanted::Help),
            "--list" => return Ok(Wanted::List),
            "--only" => arguments.next().ok_or("--only wants the name of a step")?,
            other => match other.strip_prefix("--only=") {
                Some(name) => name.to_owned(),
                None => return Err(format!("unknown argument `{other}`")),
            },
        };
        let step = STEPS.iter().find(|step| step.name == name);
        only.push(step.ok_or_else(|| format!("no step `{name}`, there are: {}", names()))?);
    }
    Ok(Wanted::Run(if only.is_empty() { STEPS.iter().collect() } else { only }))
}

fn names() -> String {
    STEPS.map(|step| step.name).join(", ")
}

fn run(steps: &[&Step]) -> ExitCode {
    let started = Instant::now();
    let mut times = Vec::new();
    for (index, step) in steps.iter().enumerate() {
        println!("\n== {} ({} of {}): {}", step.name, index + 1, steps.len(), step.does);
        let begun = Instant::now();
        let outcome = (step.run)();
        times.push((step.name, begun.elapsed()));
        if let Err(fault) = outcome {
            report(&times, started.elapsed());
            eprintln!("\nverify: `{}` failed: {fault}", step.name);
            eprintln!("hint: cargo verify --only {}", step.name);
            return ExitCode::FAILURE;
        }
    }
    report(&times, started.elapsed());
    println!("\nverify: all is well");
    ExitCode::SUCCESS
}

fn report(times: &[(&str, Duration)], total: Duration) {
    println!();
    for (name, time) in times {
        println!("{name:10} {:>8.1} s", time.as_secs_f64());
    }
    println!("{:10} {:>8.1} s", "total", total.as_secs_f64());
}
