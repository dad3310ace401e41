//! Who watches a run: what may stop it, and who is told of it.

use std::time::Instant;

use super::stop::Stop;
use crate::platform::processes::Process;

/// Who watches a run.
pub struct Watch<'a> {
    /// What may stop it.
    pub stop: &'a Stop,
    /// The session that would be stopped.
    pub session: &'a str,
    /// When it is stopped, whatever the session does; never where none.
    pub until: Option<Instant>,
    /// Told once, when the process has started, where that matters to anybody.
    pub started: Option<&'a mut dyn FnMut(Process)>,
    /// Told when it is stopped and before anything is killed, where that matters to anybody.
    pub stopping: Option<&'a mut dyn FnMut()>,
    /// Told what it prints, as it comes.
    pub printed: &'a mut dyn FnMut(&[u8]),
}

impl<'a> Watch<'a> {
    /// Over something of which nothing is written down: it may be stopped with
    /// its session, and is heard.
    pub fn over(stop: &'a Stop, session: &'a str, printed: &'a mut dyn FnMut(&[u8])) -> Self {
        Self { stop, session, until: None, started: None, stopping: None, printed }
    }

    /// Whether it is to stop now.
    pub fn stops(&self) -> bool {
        self.stop.is_requested(self.session)
            || self.until.is_some_and(|until| Instant::now() >= until)
    }

    /// Says that it is being stopped.
    pub fn stopping(&mut self) {
        if let Some(stopping) = &mut self.stopping {
            stopping();
        }
    }
}
