//! Zones, days, cron expressions and days of the month.

use super::*;

#[test]
fn zones_are_iana_names() {
    for name in ["UTC", "Etc/UTC", "Europe/Oslo", "America/Chicago", "Asia/Kolkata"] {
        assert!(zone(name).is_some(), "{name}");
    }
    for name in ["", "Oslo", "europe/oslo", "CET+1", "Mars/Base", "tenant", "Europe/Oslo "] {
        assert!(zone(name).is_none(), "{name}");
    }
    assert_eq!(nearest_zone("europe/oslo").as_deref(), Some("Europe/Oslo"));
    assert_eq!(nearest_zone("Oslo").as_deref(), Some("Europe/Oslo"));
    assert_eq!(nearest_zone("America/New York").as_deref(), Some("America/New_York"));
    assert_eq!(nearest_zone("Mars/Base"), None);
}

#[test]
fn a_moment_belongs_to_a_day_of_its_zone() {
    let moment: Timestamp = "2026-03-01T23:30:00Z".parse().expect("a timestamp");
    let in_zone = |name: &str| day(moment, &zone(name).expect("a zone")).to_string();
    assert_eq!(in_zone("Etc/UTC"), "2026-03-01");
    assert_eq!(in_zone("Europe/Oslo"), "2026-03-02");
    assert_eq!(in_zone("America/Chicago"), "2026-03-01");
    let of = |year, month, day| Day { year, month, day };
    assert_eq!(days_between(of(2024, 2, 28), of(2024, 3, 1)), 2);
    assert_eq!(days_between(of(2024, 3, 1), of(2024, 2, 28)), -2);
}

#[test]
fn cron_expressions() {
    let good = [
        ("0 8 * * TUE", true),
        ("00 08 1,15 jan-MAR *", true),
        ("59 23 * * 7", true),
        ("0 0 29 2 *", true),
        ("0 8 * * SAT-SUN", true),
        ("*/5 * * * *", false),
        ("0 8-17/2 * * MON-FRI", false),
        ("0,30 8 * * 0", false),
        ("0 * * * *", false),
        ("0-0 8 * * *", false),
    ];
    for (text, once) in good {
        assert_eq!(Cron::parse(text).map(|cron| cron.is_once_a_day()), Ok(once), "{text}");
    }
    let bad = [
        "",
        "* * * *",
        "0 0 8 * * *",
        "60 8 * * *",
        "0 24 * * *",
        "0 8 0 * *",
        "0 8 32 * *",
        "0 8 * 13 *",
        "0 8 * * 8",
        "0 8 * * MONDAY",
        "MON 8 * * *",
        "0 8 * * 5-1",
        "0 8 31 2 *",
        "5/10 8 * * *",
        "0 8 * * *,",
        "0 8 */0 * *",
        "@daily",
        "0 8 L * *",
        "0 8 * * TUE#2",
        "-1 8 * * *",
        "0 +8 * * *",
        "a b c d e",
        "0 8 ? * *",
    ];
    for text in bad {
        assert!(Cron::parse(text).is_err(), "{text}");
    }
}

#[test]
fn occurrences_at_the_change_of_clocks() {
    let cron = Cron::parse("30 2 * * *").expect("a cron expression");
    let after = |text: &str| {
        let from: Zoned = text.parse().expect("a zoned time");
        cron.next(&from).expect("there is a next one").to_string()
    };
    assert_eq!(after("2026-03-28T12:00:00[Europe/Oslo]"), "2026-03-29T03:00:00+02:00[Europe/Oslo]");
    assert_eq!(after("2026-10-24T12:00:00[Europe/Oslo]"), "2026-10-25T02:30:00+02:00[Europe/Oslo]");
    assert_eq!(
        after("2026-10-25T02:30:00+02:00[Europe/Oslo]"),
        "2026-10-26T02:30:00+01:00[Europe/Oslo]"
    );
}
