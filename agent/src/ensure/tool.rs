//! The system's own programs, for what has no file to be written: accounts and
//! services. Found by absolute path below the root, in a bare environment,
//! with arguments of their own and never through a shell.

use std::ffi::OsString;
use std::time::{Duration, Instant};

use super::accounts::program;
use super::ground::Ground;
use super::{Fault, Shift};
use crate::run::{Ended, Way as Ending};

/// The last line of what a program complained of.
const LONGEST: usize = 400;

impl Shift<'_, '_> {
    /// Runs a program that changes the computer, to its end and with success.
    pub(super) fn change(
        &mut self,
        ground: &Ground,
        places: &[&str],
        args: &[&str],
    ) -> Result<(), Fault> {
        let ended = self.run(ground, places, args, true)?;
        self.settings.let_go();
        match ended.way {
            Ending::Exit(0) => Ok(()),
            Ending::Exit(code) => Err(Fault::Failed(format!(
                "{} ended with exit code {code}: {}",
                called(places),
                last_line(&ended.output)
            ))),
            Ending::TimedOut => Err(Fault::Failed(format!("{} took too long", called(places)))),
            Ending::Stopped => Err(Fault::Stopped),
        }
    }

    /// What a program that only looks prints; its exit code does not count.
    pub(super) fn ask(
        &mut self,
        ground: &Ground,
        places: &[&str],
        args: &[&str],
    ) -> Result<String, Fault> {
        let ended = self.run(ground, places, args, false)?;
        match ended.way {
            Ending::Exit(_) => Ok(ended.answer),
            Ending::TimedOut => Err(Fault::Failed(format!("{} took too long", called(places)))),
            Ending::Stopped => Err(Fault::Stopped),
        }
    }

    fn run(
        &mut self,
        ground: &Ground,
        places: &[&str],
        args: &[&str],
        changes: bool,
    ) -> Result<Ended, Fault> {
        let Some(program) = program(ground.root(), places) else {
            return Err(Fault::Failed(format!("{} is not on this computer", called(places))));
        };
        let left = self.deadline.saturating_duration_since(Instant::now());
        let patience = left.max(Duration::from_millis(1));
        let args = args.iter().map(OsString::from).collect();
        let run = if changes {
            self.runner.tool(&program, args, patience, self.marker, self.watch)
        } else {
            let ended = self.runner.program(&program, args, patience, self.marker, self.watch);
            ended.map_err(|source| crate::run::CannotRun::Start { program, source })
        };
        run.map_err(|error| Fault::Failed(crate::command::chain(&error)))
    }
}

/// A program's name.
fn called<'p>(places: &[&'p str]) -> &'p str {
    let place = places.first().copied().unwrap_or_default();
    place.rsplit('/').next().unwrap_or(place)
}

fn last_line(output: &str) -> String {
    let line = output.lines().map(str::trim).rfind(|line| !line.is_empty());
    line.unwrap_or("it printed nothing").chars().take(LONGEST).collect()
}
