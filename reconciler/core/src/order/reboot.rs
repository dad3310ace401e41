//! Restarts of the computer: what an agent needs to know of them, when the
//! line is down as well.

use ordain_schema::document::OnTimeout;

/// One restart.
#[derive(Debug, Clone, PartialEq)]
pub struct Reboot {
    /// Whether it happens only where the system says that one is pending.
    pub only_pending: bool,
    /// Whom to ask before; nobody where none.
    pub ask: Option<Ask>,
    /// When it must not happen, in the order of time.
    pub barred: Vec<Barred>,
}

/// Asking who is logged on. Nobody logged on: no question, no restart.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Ask {
    /// How many seconds an answer may take.
    pub seconds: u64,
    /// What happens without one.
    pub on_timeout: OnTimeout,
}

/// A stretch of time in Unix milliseconds: its first moment belongs to it, its end does not.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Barred {
    /// When it begins.
    pub from_ms: i64,
    /// When it ends; never where none.
    pub until_ms: Option<i64>,
}

impl Barred {
    /// Whether a moment lies in it.
    pub fn contains(&self, moment_ms: i64) -> bool {
        self.from_ms <= moment_ms && self.until_ms.is_none_or(|until| moment_ms < until)
    }
}

/// The restarts around an execution.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Restarts {
    /// The one before the first step.
    pub start: Option<Reboot>,
    /// The one after the last step.
    pub end: Option<Reboot>,
}

impl Restarts {
    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.start.is_none() && self.end.is_none()
    }
}

crate::item::words! {
    /// Why a restart did not happen though nothing failed.
    Stay {
        /// Nothing asks for it.
        NotNeeded = "not-needed",
        /// People work now.
        BusinessHours = "business-hours",
        /// Nobody is logged on who could be asked.
        NobodyLoggedOn = "nobody-logged-on",
        /// Who was asked said no.
        Declined = "declined",
        /// Who was asked said nothing.
        NoAnswer = "no-answer",
    }
}
