//! Finding out, read-only: every check of a detection order, for one report.
//!
//! Nothing is journaled per check: a detection that was cut off is done again.

use std::time::{Duration, Instant};

use ordain_core::order::{Check, CheckHow, Finding, Found, Pending, Run, RunWhat};
use ordain_wire::{AtSpec, ReportBody};

use super::{Carrier, now_ms, scripts_of_check};
use crate::command::chain;
use crate::detect::{Detectors, Reading};
use crate::journal::OrderId;
use crate::kill_point;
use crate::run::answer::answer;
use crate::run::{Ended, Watch, Way};

/// What a check prints is streamed once it has run for so long.
const FOLLOWED_AFTER: Duration = Duration::from_millis(250);

impl Carrier {
    pub(super) fn detect(&mut self, order: &OrderId, checks: &[Check]) -> ReportBody {
        self.fetch(order, checks.iter().flat_map(scripts_of_check));
        kill_point::reach("before-detection");
        let findings = (0..).zip(checks).map(|(index, check)| self.check(order, index, check));
        let mut findings: Vec<Finding> = findings.collect();
        self.detectors.let_go();
        self.settings.let_go();
        self.look_for_offers(order, checks, &mut findings);
        self.runner.let_go();
        kill_point::reach("after-detection");
        ReportBody::Detected { findings: findings.into_iter().map(Into::into).collect() }
    }

    /// Adds what package managers offer of what was found: asked at once for all of it.
    fn look_for_offers(&self, order: &OrderId, checks: &[Check], findings: &mut [Finding]) {
        let asked = checks.iter().zip(findings).filter_map(|(check, finding)| {
            match (Detectors::offer_of(check), &mut finding.found) {
                (Some(name), Found::Software { offered, .. }) => Some((name, offered)),
                _ => None,
            }
        });
        let (names, places): (Vec<&str>, Vec<_>) = asked.unzip();
        if names.is_empty() || self.desk.stop.is_requested(&order.session) {
            return;
        }
        let step = u32::try_from(checks.len()).unwrap_or(u32::MAX);
        let marker = self.marker(order.number, AtSpec { step, attempt: 1, work: 0 });
        let mut nobody = |_: &[u8]| {};
        let mut watch = Watch::over(&self.desk.stop, &order.session, &mut nobody);
        let found = Detectors::offered(&names, &self.runner, &marker, &mut watch);
        for (place, offered) in places.into_iter().zip(found) {
            *place = offered;
        }
    }

    fn check(&mut self, order: &OrderId, index: u32, check: &Check) -> Finding {
        let found = if self.desk.stop.is_requested(&order.session) {
            Found::Failed("cancelled".to_owned())
        } else {
            self.find(order, index, check)
        };
        if let Found::Failed(message) = &found {
            tracing::warn!(item = %check.item, message, "a check failed");
        }
        Finding { item: check.item.clone(), found }
    }

    fn find(&mut self, order: &OrderId, index: u32, check: &Check) -> Found {
        let found = |version, test| Found::Software { version, test, offered: None };
        if let Some(reading) = Reading::of(check) {
            let version = self.detectors.read(reading);
            return version.map_or_else(Found::Failed, |version| found(version, None));
        }
        if let CheckHow::Test(run) = &check.how
            && let RunWhat::Ensure(all) = &run.what
        {
            return self.look_at_settings(order, index, run, all);
        }
        self.detectors.let_go();
        let at = AtSpec { step: index, attempt: 1, work: 0 };
        let marker = self.marker(order.number, at);
        let began = Instant::now();
        let mut stream = self.stream(order.number, at);
        let mut printed = |bytes: &[u8]| {
            // What is over at once needs nobody to follow it.
            if began.elapsed() > FOLLOWED_AFTER {
                stream(bytes);
            }
        };
        let desk = self.desk.clone();
        let mut watch = Watch::over(&desk.stop, &order.session, &mut printed);
        let found = match &check.how {
            CheckHow::Software { probe, test, offered: _ } => {
                match self.detectors.probe(probe, &self.runner, &marker, &mut watch) {
                    Err(message) => Found::Failed(message),
                    Ok(None) => found(None, None),
                    Ok(version) => {
                        match test.as_ref().map(|test| self.ask(test, &marker, &mut watch)) {
                            None => found(version, None),
                            Some(Ok(answer)) => found(version, Some(answer)),
                            // A test without an answer counts as passed.
                            Some(Err(NoAnswer::Pending(_))) => found(version, None),
                            Some(Err(NoAnswer::Failed(message))) => Found::Failed(message),
                        }
                    }
                }
            }
            CheckHow::Test(run) => match self.judged(run, &marker, &mut watch) {
                Ok((answer, changes)) => Found::Answer { answer, changes },
                Err(NoAnswer::Pending(what)) => Found::Pending(what),
                Err(NoAnswer::Failed(message)) => Found::Failed(message),
            },
            CheckHow::Get(run) => match self.runner.look(run, &marker, &mut watch) {
                Ok(Ended { way: Way::Exit(code), answer, .. }) if succeeded(run, code) => {
                    Found::Output(answer)
                }
                Ok(ended) => Found::Failed(failure("get", run, &ended)),
                Err(error) => match error.pending() {
                    Some(what) => Found::Pending(what),
                    None => Found::Failed(chain(&error)),
                },
            },
        };
        self.detectors.let_go();
        self.settings.let_go();
        found
    }

    /// Runs a task's test, unless a value is due that the task has to set.
    fn judged(
        &self,
        run: &Run,
        marker: &str,
        watch: &mut Watch<'_>,
    ) -> Result<(bool, String), NoAnswer> {
        match self.runner.keyring().judge(run, now_ms()) {
            Ok(Some(why)) => Ok((false, why)),
            Ok(None) => self.ask(run, marker, watch).map(|answer| (answer, String::new())),
            Err(error) => Err(NoAnswer::Failed(chain(&error))),
        }
    }

    /// Runs a test.
    fn ask(&self, run: &Run, marker: &str, watch: &mut Watch<'_>) -> Result<bool, NoAnswer> {
        match self.runner.look(run, marker, watch) {
            Ok(Ended { way: Way::Exit(code), answer: said, .. }) => {
                Ok(answer(&said, code, &run.success_codes))
            }
            Ok(ended) => Err(NoAnswer::Failed(failure("test", run, &ended))),
            Err(error) => Err(match error.pending() {
                Some(what) => NoAnswer::Pending(what),
                None => NoAnswer::Failed(chain(&error)),
            }),
        }
    }
}

/// Why a test has no answer.
enum NoAnswer {
    /// It waits for something.
    Pending(Pending),
    /// It failed; for people.
    Failed(String),
}

pub(super) fn succeeded(run: &Run, code: i32) -> bool {
    if run.success_codes.is_empty() { code == 0 } else { run.success_codes.contains(&code) }
}

fn failure(what: &str, run: &Run, ended: &Ended) -> String {
    match ended.way {
        Way::Exit(code) => format!("{what} ended with exit code {code}"),
        Way::TimedOut => format!("{what} was killed after {}s", run.timeout_seconds),
        Way::Stopped => "cancelled".to_owned(),
    }
}
