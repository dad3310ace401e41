//! Versions against the orders of package managers, and against themselves.

use std::cmp::Ordering::{self, Equal, Greater, Less};

use ordain_schema::document::VersionScheme::{self, Apk, Dpkg, Rpm, Segments, Semver};
use proptest::prelude::*;

use super::{check, compare, has_major, key};

/// Real versions: kind, version, operator, version, truth.
const CASES: &str = include_str!("../../testdata/versions.tsv");

fn cases() -> impl Iterator<Item = [&'static str; 5]> {
    CASES.lines().map(|line| {
        let mut fields = line.split('\t');
        [(); 5].map(|()| fields.next().unwrap_or_default())
    })
}

#[test]
fn debian_versions_compare_as_dpkg_compares_them() {
    let mut seen = 0;
    for [kind, a, operator, b, truth] in cases() {
        let order = compare(Dpkg, a, b);
        let holds = match (kind, operator) {
            ("debian-relation", "<<") => order == Less,
            ("debian-relation", "<=") => order != Greater,
            ("debian-relation", "=") => order == Equal,
            ("debian-relation", ">=") => order != Less,
            ("debian-relation", ">>") => order == Greater,
            ("debian-compare", _) => {
                assert_eq!(order, sign(truth), "{a} {b}");
                seen += 1;
                continue;
            }
            _ => continue,
        };
        assert_eq!(holds, truth == "true", "{a} {operator} {b}");
        assert_eq!((check(Dpkg, a), check(Dpkg, b)), (Ok(()), Ok(())));
        seen += 1;
    }
    assert_eq!(seen, 383);
}

#[test]
fn numeric_versions_compare_by_segments() {
    let mut seen = 0;
    for [_, a, _, b, truth] in cases().filter(|case| case[0] == "numeric-padded-compare") {
        assert_eq!(compare(Segments, a, b), sign(truth), "{a} {b}");
        seen += 1;
    }
    assert_eq!(seen, 258);
}

#[test]
fn every_real_transition_is_a_change() {
    let (mut seen, mut equal) = (0, Vec::new());
    for [_, a, _, b, _] in cases().filter(|case| case[0] == "no-truth-real-transition") {
        if compare(Segments, a, b) == Equal {
            equal.push((a, b));
        }
        for scheme in SCHEMES {
            assert_eq!(compare(scheme, a, b), compare(scheme, b, a).reverse());
        }
        seen += 1;
    }
    assert_eq!(seen, 153);
    // Nothing but a build, a leading `v` or a sign differs: by definition a
    // change of the text alone, and none of the version.
    assert_eq!(
        equal,
        [
            ("4.1+225-1b48507", "4.1+239-8be7dbf"),
            ("3.5+10-82786fc", "3.5+11-c8905a7"),
            ("v1.1.2-9-gdafa727", "1.1.2-9-gdafa727"),
            ("4.1+211-9e551a9", "4.1+222-afa0028"),
            ("3.5+68-40e37bc", "3.5+69-cc25ead"),
            ("3.5+115-3cf6c1e", "3.5+116-5a6d85d"),
            ("2.5.1", "2.5.1."),
        ]
    );
}

fn sign(sign: &str) -> Ordering {
    match sign {
        "<" => Less,
        "=" => Equal,
        ">" => Greater,
        other => panic!("no sign: {other}"),
    }
}

/// Each line ascends; `=` stands between equal versions.
fn ascending(scheme: VersionScheme, line: &str) {
    let words: Vec<&str> = line.split_whitespace().collect();
    let mut rank = 0;
    let mut ranked = Vec::new();
    for (at, word) in words.iter().enumerate() {
        if *word == "=" {
            continue;
        }
        if at > 0 && words[at - 1] != "=" {
            rank += 1;
        }
        ranked.push((rank, *word));
    }
    for (x, a) in &ranked {
        for (y, b) in &ranked {
            assert_eq!(compare(scheme, a, b), x.cmp(y), "{scheme:?}: {a} {b}");
        }
    }
}

#[test]
fn segments_in_ascending_order() {
    ascending(
        Segments,
        "24.1 = 24.1.0 = v24.1 = V24.1.0.0 = 24.01 = 24.1+b7 24.2 24.9 24.10 24.100",
    );
    ascending(
        Segments,
        "1-beta 1.0-alpha 1.0-beta = 1.0-BETA = 1.0beta 1.0-rc1 1.0-rc2 1.0 = 1 1.0.0.1 1.0.1",
    );
    ascending(Segments, "1.a 1.0.a = 1.0a 1.0.0.a 1 1.0.0.1 1.0.1 1.1");
    ascending(Segments, "8u391 8u401 8.0.1 9");
    ascending(
        Segments,
        "1-rc 1-rc.1 1-rcx 1 18446744073709551615 18446744073709551616 99999999999999999999999",
    );
}

#[test]
fn semver_in_ascending_order() {
    ascending(
        Semver,
        "1.0.0-0 1.0.0-2 1.0.0-11 1.0.0-alpha = 1-alpha+b 1.0.0-alpha.1 1.0.0-alpha.beta 1.0.0-beta 1.0.0-beta.2 \
         1.0.0-beta.11 1.0.0-rc.1 1.0.0 = 1.0 = 1 = 1.0.0.0 = 1.0.0+x.1 1.0.0.1 1.0.1 1.9 1.10 2",
    );
    ascending(Semver, "rubbish 2.x 0 = 0.0 0.1");
    for good in ["1", "1.2", "1.2.3", "1.2.3.4", "1.0-rc.1+b.001", "0.0.0", "1.0--x"] {
        assert_eq!(check(Semver, good), Ok(()));
    }
    for bad in
        ["", "v1", "1.x", "01.2", "1..2", "1.2-", "1.2-a..b", "1.2-01", "1.2+", "1 2", "latest"]
    {
        assert!(check(Semver, bad).is_err(), "{bad}");
    }
}

#[test]
fn dpkg_in_ascending_order() {
    ascending(
        Dpkg,
        "1.0~~ 1.0~~a 1.0~ 1.0~rc1 1.0 = 0:1.0 = 1.0-0 1.0-1~bpo 1.0-1 1.0-1+b1 1.0a 1.0+x 1.0.1 1:0.1",
    );
    for bad in ["", "a:1", "1-", "1_2", "1 2", ":1", "-1"] {
        assert!(check(Dpkg, bad).is_err(), "{bad}");
    }
}

#[test]
fn rpm_in_ascending_order() {
    ascending(
        Rpm,
        "1.0~rc1 1.0~rc1^git1 1.0 = 0:1.0 = 1_0 = 1.00 1.0-1.el8 1.0-1.el9 1.0^git1 1.0^git2~x 1.0^git2 1.0a = 1.0.a 1.0.1 1:0.1",
    );
    ascending(Rpm, "xyz xyz.4 8 = 8.");
    assert_eq!(check(Rpm, "1:2.3~rc1-4.fc40"), Ok(()));
    for bad in ["", "a:1", "1-", "1 2", "1-2-3", "1/2"] {
        assert!(check(Rpm, bad).is_err(), "{bad}");
    }
}

#[test]
fn apk_in_ascending_order() {
    ascending(
        Apk,
        "1.0_alpha 1.0_alpha1 1.0_alpha2 1.0_beta 1.0_pre2 1.0_rc1 1.0_rc1-r1 1.0_rc1_p1 1.0 1.0-r0 1.0-r1 1.0_git20200101 1.0_p1 1.0_p2 1.0_p10 1.0a 1.0b 1.0.1 1.1 1.2.2 1.2.10 10",
    );
    ascending(Apk, "1.01 1.010 1.1");
    for good in ["1", "3.1.4-r5", "1.2.3a_rc1_p2-r0", "0.1_git20240101-r0", "1.0~1a2b-r1"] {
        assert_eq!(check(Apk, good), Ok(()));
    }
    for bad in ["", "a", "1.x", "1.0-1", "1.0_foo", "1.0A", "1.0-r", "1."] {
        assert!(check(Apk, bad).is_err(), "{bad}");
    }
}

#[test]
fn majors() {
    assert!(has_major(Segments, "24.2", "24"));
    assert!(has_major(Segments, "v24.2", "024.1"));
    assert!(!has_major(Segments, "2.4", "24"));
    assert!(has_major(Dpkg, "2:24.2-1", "24"));
}

const SCHEMES: [VersionScheme; 5] = [Segments, Semver, Dpkg, Rpm, Apk];

fn version() -> impl Strategy<Value = String> {
    prop_oneof![
        3 => "v?(0|1|00|9|10)([.\\-_~^:+]?(0|00|1|2|10|a|b|rc|p|r1|_p|_rc)){0,5}",
        1 => "\\PC{0,8}",
    ]
}

proptest! {
    #[test]
    fn the_order_is_total(a in version(), b in version(), c in version()) {
        for scheme in SCHEMES {
            let (x, y, z) = (key(scheme, &a), key(scheme, &b), key(scheme, &c));
            prop_assert_eq!(compare(scheme, &a, &b), x.cmp(&y));
            prop_assert_eq!(compare(scheme, &b, &a), x.cmp(&y).reverse());
            if x <= y && y <= z {
                prop_assert!(x <= z);
            }
            let _ = check(scheme, &a);
        }
    }

    /// The byte order is that of the page, told the long way.
    #[test]
    fn segments_compare_as_the_page_says(a in version(), b in version()) {
        prop_assert_eq!(compare(Segments, &a, &b), by_the_page(&a, &b), "{} {}", a, b);
    }

    #[test]
    fn debian_order_agrees_with_another_implementation(a in version(), b in version()) {
        if check(Dpkg, &a).is_ok() && check(Dpkg, &b).is_ok() && let (Ok(x), Ok(y)) = (a.parse::<debversion::Version>(), b.parse::<debversion::Version>()) {
            prop_assert_eq!(compare(Dpkg, &a, &b), x.cmp(&y), "{} {}", a, b);
        }
    }
}

fn by_the_page(a: &str, b: &str) -> Ordering {
    fn segments(text: &str) -> Vec<Result<num::Digits, String>> {
        let text = text.trim().to_lowercase();
        let text = text.split('+').next().unwrap_or_default();
        let text = text.strip_prefix('v').unwrap_or(text);
        let mut out: Vec<(u8, String)> = Vec::new();
        let mut last = 0;
        for c in text.chars() {
            let kind = if c.is_ascii_digit() {
                1
            } else if c.is_alphabetic() {
                2
            } else {
                0
            };
            match out.last_mut() {
                Some((_, run)) if kind == last && kind != 0 => run.push(c),
                _ if kind != 0 => out.push((kind, c.to_string())),
                _ => {}
            }
            last = kind;
        }
        out.into_iter()
            .map(|(kind, run)| if kind == 1 { Ok(num::Digits::new(&run)) } else { Err(run) })
            .collect()
    }
    let (a, b) = (segments(a), segments(b));
    for at in 0..a.len().max(b.len()) {
        let order = match (a.get(at), b.get(at)) {
            (Some(Ok(x)), Some(Ok(y))) => x.cmp(y),
            (Some(Err(x)), Some(Err(y))) => x.cmp(y),
            (Some(Err(_)), _) => Less,
            (_, Some(Err(_))) => Greater,
            (Some(Ok(x)), None) => x.cmp(&num::Digits::new("0")),
            (None, Some(Ok(y))) => num::Digits::new("0").cmp(y),
            (None, None) => Equal,
        };
        if order != Equal {
            return order;
        }
    }
    Equal
}

mod num {
    //! Numbers of any size.

    #[derive(Debug, PartialEq, Eq, PartialOrd, Ord)]
    pub(super) struct Digits(usize, String);

    impl Digits {
        pub(super) fn new(digits: &str) -> Self {
            let digits = digits.trim_start_matches('0');
            Self(digits.len(), digits.to_owned())
        }
    }
}
