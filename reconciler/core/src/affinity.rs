//! Whose computer it is: the last logons, and the person that follows from them.
//!
//! Agents report who is logged on daily and on change, and again whenever they
//! connect. What is noted is what is news: somebody else, or another day.

use jiff::{SignedDuration, Timestamp};

/// How many logons are kept.
pub const KEPT: usize = 10;
/// After how long the same person is noted again; agents report daily, give or take an hour.
const AGAIN: SignedDuration = SignedDuration::from_hours(23);

/// Somebody was logged on.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Logon {
    /// The UPN in lower case.
    pub upn: String,
    /// When that was reported.
    pub at: Timestamp,
}

/// The UPN among those who are logged on, who sits at the screen first; others
/// are accounts of this computer alone.
pub fn upn(users: &[String]) -> Option<String> {
    let is_upn = |user: &&String| {
        user.split_once('@').is_some_and(|(name, domain)| !name.is_empty() && !domain.is_empty())
    };
    users.iter().find(is_upn).map(|user| user.to_lowercase())
}

/// Notes a report, oldest first; false where it is no news.
pub fn note(logons: &mut Vec<Logon>, upn: &str, at: Timestamp) -> bool {
    let known = |last: &Logon| last.upn == upn && at.duration_since(last.at) < AGAIN;
    if logons.last().is_some_and(known) {
        return false;
    }
    logons.push(Logon { upn: upn.to_owned(), at });
    let over = logons.len().saturating_sub(KEPT);
    logons.drain(..over);
    true
}

/// Whose computer it is: the person whom somebody gave, until that many logons
/// were noted since; then the most frequent of those.
pub fn person<'a>(
    logons: &'a [Logon],
    given: Option<&'a str>,
    counts: impl Fn(&str) -> bool,
) -> Option<&'a str> {
    given.filter(|_| logons.len() < KEPT).or_else(|| primary(logons, counts))
}

/// The most frequent among those who count, of equals the most recent.
pub fn primary(logons: &[Logon], counts: impl Fn(&str) -> bool) -> Option<&str> {
    let times = |upn: &str| logons.iter().filter(|logon| logon.upn == upn).count();
    let those = logons.iter().enumerate().filter(|(_, logon)| counts(&logon.upn));
    let most = those.max_by_key(|(place, logon)| (times(&logon.upn), *place));
    most.map(|(_, logon)| logon.upn.as_str())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn hour(hour: i64) -> Timestamp {
        Timestamp::from_second(1_800_000_000 + hour * 3600).expect("in range")
    }

    fn noted(reports: &[(&str, i64)]) -> Vec<Logon> {
        let mut logons = Vec::new();
        for (upn, at) in reports {
            note(&mut logons, upn, hour(*at));
        }
        logons
    }

    #[test]
    fn what_is_news_is_noted() {
        let logons = noted(&[("jo", 0), ("jo", 1), ("jo", 22), ("jo", 24), ("al", 25), ("jo", 26)]);
        let told: Vec<_> = logons.iter().map(|one| (one.upn.as_str(), one.at)).collect();
        assert_eq!(told, [("jo", hour(0)), ("jo", hour(24)), ("al", hour(25)), ("jo", hour(26))]);
        let days: Vec<(&str, i64)> = (0..15).map(|day| ("jo", day * 24)).collect();
        assert_eq!(noted(&days).len(), KEPT);
        // A clock that was set back makes no news of the same person.
        assert_eq!(noted(&[("jo", 100), ("jo", 0)]).len(), 1);
    }

    #[test]
    fn the_primary_person() {
        let everybody = |_: &str| true;
        for (reports, who) in [
            (&[][..], None),
            (&["jo"][..], Some("jo")),
            (&["jo", "al"], Some("al")),
            (&["jo", "al", "jo", "al", "x"], Some("al")),
            (&["jo", "jo", "al"], Some("jo")),
            (&["al", "jo", "al", "jo"], Some("jo")),
        ] {
            let days: Vec<(&str, i64)> =
                (0..).map(|day| day * 24).zip(reports).map(|(at, upn)| (*upn, at)).collect();
            assert_eq!(primary(&noted(&days), everybody), who, "{reports:?}");
        }
        let logons = noted(&[("boss", 0), ("boss", 24), ("jo", 48)]);
        assert_eq!(primary(&logons, |upn| upn != "boss"), Some("jo"), "of another tenant");
        assert_eq!(primary(&logons, |_| false), None);
    }

    #[test]
    fn a_person_who_was_given_stands_until_others_are_known() {
        let days =
            |many: i64| -> Vec<(&str, i64)> { (0..many).map(|day| ("al", day * 24)).collect() };
        let everybody = |_: &str| true;
        assert_eq!(person(&noted(&days(9)), Some("jo"), everybody), Some("jo"));
        assert_eq!(person(&noted(&days(10)), Some("jo"), everybody), Some("al"));
        assert_eq!(person(&noted(&days(1)), None, everybody), Some("al"));
    }

    #[test]
    fn accounts_of_the_computer_alone_are_no_persons() {
        let users = ["root", "@x", "Jo@Contoso.Example", "al@contoso.example"].map(str::to_owned);
        assert_eq!(upn(&users).as_deref(), Some("jo@contoso.example"));
        assert_eq!(upn(&users[..2]), None);
    }
}
