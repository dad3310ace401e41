//! When a step may start: what holds it back, over a stretch of time, as data.
//!
//! A plan may be carried out while nobody can be asked, so it takes along what
//! is known of windows, rings and business hours. Made by
//! [`crate::held::gate`]; [`crate::execute`] goes by it.

use super::Timestamp;

/// What a step is held back by for which its gate does not reach far enough.
const BEYOND: &str = "horizon";

/// Something that holds a step back, in the words of `heldBy`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Hold {
    /// `windows/NAME`, `tenants/ID/windows/NAME`, `ring N`, `business-hours`;
    /// `horizon` where the order is older than what it knows.
    pub what: String,
    /// Until when; none where no end is known.
    pub until: Option<Timestamp>,
}

/// A stretch of time in which the same holds a step back.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Stretch {
    /// Its end, at which the next one begins; none for without end.
    pub until: Option<Timestamp>,
    /// What holds the step back; where nothing does, it may start.
    pub held_by: Vec<Hold>,
    /// Whether a step that is under way is stopped.
    pub stops: bool,
}

/// When a step may start. The first stretch begins at the beginning of time.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Gate {
    /// The stretches, each behind the one before it.
    pub stretches: Vec<Stretch>,
}

/// That a step was held back: by what, and when it may start.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Holding {
    /// What holds it back.
    pub by: Vec<Hold>,
    /// When it may start, or when it is to be looked at again; none where that is not known.
    pub until: Option<Timestamp>,
}

impl std::fmt::Display for Holding {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("held by ")?;
        for (place, hold) in self.by.iter().enumerate() {
            let before = if place == 0 { "" } else { ", " };
            write!(f, "{before}{}", hold.what)?;
        }
        match self.until {
            Some(until) => write!(f, " until {until}"),
            None => Ok(()),
        }
    }
}

impl Gate {
    /// What holds a step back at a moment that has not begun.
    pub fn holding(&self, now: Timestamp) -> Option<Holding> {
        let Some(place) = self.place(now) else {
            // Older than what it knows: whoever plans anew knows more.
            let by = vec![Hold { what: BEYOND.to_owned(), until: Some(now) }];
            return Some(Holding { by, until: Some(now) });
        };
        let by = self.stretches[place].held_by.clone();
        (!by.is_empty()).then(|| Holding { by, until: self.opening(place) })
    }

    /// What stops a step at a moment that is under way.
    pub fn stopping(&self, now: Timestamp) -> Option<Holding> {
        let stops = self.place(now).is_some_and(|place| self.stretches[place].stops);
        self.holding(now).filter(|_| stops)
    }

    /// The first moment from one on at which a step that is under way is stopped.
    pub fn stops_at(&self, now: Timestamp) -> Option<Timestamp> {
        let place = self.place(now)?;
        if self.stretches[place].stops {
            return Some(now);
        }
        let later = self.stretches[place..].windows(2);
        later.filter(|pair| pair[1].stops).find_map(|pair| pair[0].until)
    }

    fn place(&self, now: Timestamp) -> Option<usize> {
        self.stretches.iter().position(|stretch| stretch.until.is_none_or(|until| now < until))
    }

    /// When the first stretch behind one begins that holds nothing back; where
    /// none is known, the end of what is known.
    fn opening(&self, place: usize) -> Option<Timestamp> {
        let held = self.stretches[place..].iter().take_while(|one| !one.held_by.is_empty());
        held.last()?.until
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(second: i64) -> Timestamp {
        Timestamp::from_second(second).expect("a time in range")
    }

    fn stretch(until: Option<i64>, held: &[&str], stops: bool) -> Stretch {
        let hold = |what: &&str| Hold { what: (*what).to_owned(), until: None };
        Stretch { until: until.map(at), held_by: held.iter().map(hold).collect(), stops }
    }

    #[test]
    fn a_gate_says_what_holds_and_until_when() {
        let gate = Gate {
            stretches: vec![
                stretch(Some(10), &["a"], false),
                stretch(Some(20), &["a", "b"], false),
                stretch(Some(30), &[], false),
                stretch(Some(40), &["c"], true),
            ],
        };
        let said = |now: i64| {
            let holding = gate.holding(at(now))?;
            let by: Vec<_> = holding.by.iter().map(|hold| hold.what.as_str()).collect();
            Some((by.join(" "), holding.until.map(Timestamp::as_second)))
        };
        let held = |by: &str, until| Some((by.to_owned(), until));
        for (now, expected) in [
            (-5, held("a", Some(20))),
            (9, held("a", Some(20))),
            (10, held("a b", Some(20))),
            (20, None),
            (29, None),
            (30, held("c", Some(40))),
            (40, held("horizon", Some(40))),
        ] {
            assert_eq!(said(now), expected, "at {now}");
        }
        let stops = |now| gate.stops_at(at(now)).map(Timestamp::as_second);
        assert_eq!(
            (stops(0), stops(25), stops(35), stops(50)),
            (Some(30), Some(30), Some(35), None)
        );
        assert!(gate.stopping(at(15)).is_none() && gate.stopping(at(35)).is_some());
    }

    #[test]
    fn what_never_ends_has_no_opening() {
        let gate = Gate { stretches: vec![stretch(None, &["ring 2"], false)] };
        assert_eq!(gate.holding(at(1)).map(|holding| holding.until), Some(None));
    }
}
