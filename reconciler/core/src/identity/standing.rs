//! How far a computer is taken in: from its first sign to onboarded.

use crate::item::words;
use crate::session::Status;

words! {
    /// How far a computer is taken in.
    Standing {
        /// Enrolled, and not heard of since.
        Identifying = "identifying",
        /// Nobody has onboarded it.
        NeedsOnboarding = "needs-onboarding",
        /// Its onboarding session is under way.
        Onboarding = "onboarding",
        /// That session has passed.
        Onboarded = "onboarded",
        /// That session has failed, wholly or in part.
        Failed = "failed",
        /// Two are alive that say to be it.
        NeedsDecision = "needs-decision",
        /// Its tenant takes computers in without onboarding.
        Skipped = "skipped",
    }
}

/// What happens to a computer, as far as its standing is concerned.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Happening {
    /// Its agent has said what it is.
    Identified,
    /// It begins anew: its system was installed anew, or it came to another tenant.
    BeganAnew,
    /// Somebody else says to be it.
    Doubted,
    /// A person has decided who it is; none where what it was before still holds.
    Decided(Option<Standing>),
    /// Its onboarding session has begun.
    Begun,
    /// Its onboarding session is over.
    Ended(Status),
}

impl Standing {
    /// The standing of a computer that waits to be taken in; `onboarding` says
    /// whether its tenant onboards computers at all.
    pub fn fresh(onboarding: bool) -> Self {
        if onboarding { Self::NeedsOnboarding } else { Self::Skipped }
    }

    /// The standing after something has happened.
    #[must_use]
    pub fn after(self, happening: Happening, onboarding: bool) -> Self {
        match (self, happening) {
            (_, Happening::Doubted) => Self::NeedsDecision,
            (Self::NeedsDecision, Happening::Decided(before)) => {
                before.unwrap_or_else(|| Self::fresh(onboarding))
            }
            (Self::NeedsDecision, _) | (_, Happening::Decided(_)) => self,
            (Self::Identifying, Happening::Identified) | (_, Happening::BeganAnew) => {
                Self::fresh(onboarding)
            }
            (_, Happening::Identified) => self,
            (_, Happening::Begun) => Self::Onboarding,
            (Self::Onboarding, Happening::Ended(status)) => match status {
                Status::Passed => Self::Onboarded,
                Status::PartiallyPassed | Status::Failed => Self::Failed,
                _ => Self::NeedsOnboarding,
            },
            (_, Happening::Ended(_)) => self,
        }
    }

    /// Whether sessions may be started on it.
    pub fn is_settled(self) -> bool {
        self != Self::NeedsDecision
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_way_of_a_computer() {
        use Happening::{BeganAnew, Begun, Decided, Doubted, Ended, Identified};
        for (from, happening, to) in [
            ("identifying", Identified, "needs-onboarding"),
            ("needs-onboarding", Identified, "needs-onboarding"),
            ("onboarded", Identified, "onboarded"),
            ("needs-onboarding", Begun, "onboarding"),
            ("onboarded", Begun, "onboarding"),
            ("onboarding", Ended(Status::Passed), "onboarded"),
            ("onboarding", Ended(Status::PartiallyPassed), "failed"),
            ("onboarding", Ended(Status::Failed), "failed"),
            ("onboarding", Ended(Status::Cancelled), "needs-onboarding"),
            ("onboarding", Ended(Status::Missed), "needs-onboarding"),
            ("failed", Begun, "onboarding"),
            ("onboarded", BeganAnew, "needs-onboarding"),
            // A session of the former system says nothing of the new one.
            ("needs-onboarding", Ended(Status::Passed), "needs-onboarding"),
            ("onboarded", Doubted, "needs-decision"),
            ("needs-decision", Identified, "needs-decision"),
            ("needs-decision", BeganAnew, "needs-decision"),
            ("needs-decision", Begun, "needs-decision"),
            ("needs-decision", Decided(None), "needs-onboarding"),
            ("needs-decision", Decided(Some(Standing::Onboarded)), "onboarded"),
            ("onboarded", Decided(None), "onboarded"),
        ] {
            let from = Standing::from_word(from).expect("a word");
            assert_eq!(from.after(happening, true).word(), to, "{from} {happening:?}");
        }
        let skipped = Standing::Identifying.after(Identified, false);
        assert_eq!(skipped, Standing::Skipped);
        assert_eq!(skipped.after(Begun, false), Standing::Onboarding, "by hand it may be");
    }
}
