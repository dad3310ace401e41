//! What puts a session off: a preflight that does not hold, and people.
//!
//! Either way it begins anew when its time has come, since what was found
//! before says little then. That an execution waits for its time stands in
//! `course`.

use jiff::{SignedDuration, Timestamp};

use crate::order::{Check, Finding, Found, Restarts};
use crate::session::machine::{Session, State};
use crate::session::parts::Part;
use crate::session::view::Stages;
use crate::session::{Effect, Stage, StageStatus};

/// Minutes until a preflight that did not hold for the first time is asked
/// again; it doubles each time.
const AGAIN_MINUTES: i64 = 5;
/// The most minutes between two.
const MOST_MINUTES: i64 = 60;

impl Session {
    /// Goes on where every test holds; else the session is parked, and no
    /// action fails for it.
    pub(super) fn preflight(
        &mut self,
        findings: &[Finding],
        checks: Vec<Check>,
        now: Timestamp,
    ) -> Vec<Effect> {
        let Some(why) = findings.iter().find_map(unmet) else {
            self.held_up = 0;
            self.message = None;
            return self.detect(checks);
        };
        let minutes = AGAIN_MINUTES << self.held_up.min(4);
        self.held_up += 1;
        self.message = Some(why);
        self.stages.set(Stage::Resolution, StageStatus::Waiting);
        let until = now.saturating_add(SignedDuration::from_mins(minutes.min(MOST_MINUTES)));
        self.state = State::Parked(until.unwrap_or(now));
        self.pending()
    }

    /// Whether it can be put off: nothing of it is under way.
    pub fn can_be_postponed(&self) -> bool {
        matches!(
            self.state,
            State::Created
                | State::Offline
                | State::Parked(_)
                | State::Postponed(_)
                | State::Awaiting(_)
        )
    }

    /// How often it was put off.
    pub fn postponements(&self) -> u32 {
        self.postponements
    }

    /// Until when it waits, where that is a time.
    pub fn waits_until(&self) -> Option<Timestamp> {
        match &self.state {
            State::Parked(at) | State::Postponed(at) | State::Awaiting(at) => Some(*at),
            _ => None,
        }
    }

    /// What its plan carries out that runs one at a time in the whole installation.
    pub fn serial(&self) -> &[String] {
        &self.serial
    }

    /// Whether it stands in line for what runs one at a time.
    pub fn stands_in_line(&self) -> bool {
        self.state == State::InLine
    }

    pub(super) fn postpone(&mut self, until: Timestamp) -> Vec<Effect> {
        if !self.can_be_postponed() {
            return Vec::new();
        }
        self.postponements += 1;
        self.forget();
        self.state = State::Postponed(until);
        self.pending()
    }

    /// Begins anew.
    pub(super) fn start_over(&mut self) -> Vec<Effect> {
        self.forget();
        self.set_out()
    }

    /// Nothing of what was found or planned counts any more, but what a first
    /// part has carried out.
    fn forget(&mut self) {
        let onboarding = self.stages.get(Stage::Onboarding);
        self.stages = Stages::new(self.created.kind);
        self.message = None;
        self.findings.clear();
        self.restarts = Restarts::default();
        self.serial.clear();
        self.forget_plan();
        if self.part == Part::Between {
            self.stages.set(Stage::Onboarding, onboarding);
        }
    }
}

/// Why a test that must hold does not; none where it does.
fn unmet(finding: &Finding) -> Option<String> {
    let why = match &finding.found {
        Found::Answer { answer: true, .. } => return None,
        Found::Answer { answer: false, .. } => "its test says false".to_owned(),
        Found::Pending(what) => format!("its test waits for {}", what.word()),
        Found::Failed(message) => message.clone(),
        Found::Software { .. } | Found::Output(_) => "its test gave no answer".to_owned(),
    };
    Some(format!("{} does not hold: {why}", finding.item))
}
