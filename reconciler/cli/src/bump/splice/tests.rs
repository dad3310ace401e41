//! Tables of layouts, and layouts at random: comments and every other byte
//! stay, and the entry stands at its end of the list.

use std::fmt::Write as _;

use super::*;

fn entry(version: &str) -> Yaml {
    Yaml::map([("version", Yaml::Quoted(version.to_owned()))])
}

#[track_caller]
fn inserts(before: &str, end: End, after: &str) {
    let line = tree::yaml(before).0[0].span.line;
    assert_eq!(insert(before, line, end, &entry("9")).as_deref(), Ok(after));
}

#[test]
fn lists_of_dashes() {
    inserts(
        "versions:\n  - version: \"2\"\n  - version: \"1\"\n",
        End::First,
        "versions:\n  - version: \"9\"\n  - version: \"2\"\n  - version: \"1\"\n",
    );
    inserts(
        "versions:\n- version: \"1\"\n- version: \"2\"\ninstall: {}\n",
        End::Last,
        "versions:\n- version: \"1\"\n- version: \"2\"\n- version: \"9\"\ninstall: {}\n",
    );
    inserts(
        "versions:\n  - {version: \"1\"}",
        End::Last,
        "versions:\n  - {version: \"1\"}\n  - {version: \"9\"}",
    );
    inserts(
        "a: 1\r\nversions:\r\n  - version: \"1\"\r\n",
        End::First,
        "a: 1\r\nversions:\r\n  - version: \"9\"\r\n  - version: \"1\"\r\n",
    );
}

#[test]
fn comments_stay_with_what_they_are_about() {
    inserts(
        "versions: # the list\n  # about two\n  - version: \"2\" # two\n",
        End::First,
        "versions: # the list\n  - version: \"9\"\n  # about two\n  - version: \"2\" # two\n",
    );
    inserts(
        "versions:\n  # newest first\n\n  - version: \"2\"\n",
        End::First,
        "versions:\n  # newest first\n\n  - version: \"9\"\n  - version: \"2\"\n",
    );
    inserts(
        "versions:\n  - version: \"1\"\n    # within\n    notes: |\n      # text\n\n      more\n\n# install\ninstall: {}\n",
        End::Last,
        "versions:\n  - version: \"1\"\n    # within\n    notes: |\n      # text\n\n      more\n  - version: \"9\"\n\n# install\ninstall: {}\n",
    );
}

#[test]
fn lists_in_brackets() {
    inserts("versions: []\n", End::First, "versions: [{version: \"9\"}]\n");
    inserts(
        "versions: [{version: \"2\"}] # why\n",
        End::First,
        "versions: [{version: \"9\"}, {version: \"2\"}] # why\n",
    );
    inserts(
        "versions: [\n  {version: \"1\", notes: \"a ] } b\"}, # one ]\n  {version: '2'}, # two\n]\n",
        End::Last,
        "versions: [\n  {version: \"1\", notes: \"a ] } b\"}, # one ]\n  {version: '2'}, {version: \"9\"}, # two\n]\n",
    );
}

#[test]
fn no_list_yet() {
    inserts("versions:\na: 1\n", End::First, "versions:\n  - version: \"9\"\na: 1\n");
    inserts(
        "detect:\n  file:\n    path: /x # p\n# install\ninstall: {}\n",
        End::First,
        "detect:\n  file:\n    path: /x # p\nversions:\n  - version: \"9\"\n# install\ninstall: {}\n",
    );
}

#[test]
fn what_is_not_sure_is_left_alone() {
    for text in [
        "versions: &a [{version: \"1\"}]\nx: *a\n",
        "{detect: 1, install: 2}\n",
        "versions: text\n",
    ] {
        assert_eq!(insert(text, 1, End::First, &entry("9")), Err(NoPlace::Layout), "{text}");
    }
    assert_eq!(insert("a: [\n", 1, End::First, &entry("9")), Err(NoPlace::Unreadable));
    assert_eq!(insert("a: 1\n", 7, End::First, &entry("9")), Err(NoPlace::Unreadable));
}

/// Numbers that look random and depend on the seed alone.
struct Random(u64);

impl Random {
    fn below(&mut self, bound: usize) -> usize {
        self.0 =
            self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (self.0 >> 33) as usize % bound
    }

    fn pick<'a>(&mut self, from: &[&'a str]) -> &'a str {
        from[self.below(from.len())]
    }
}

/// A document with comments and blank lines at random places.
fn document(random: &mut Random) -> String {
    let between = ["", "", "", "\n", "# between: [{\n", "  # deeper 'quote\n", "\n# ä\n\n"];
    let behind = ["", "", " # behind \" it", "   "];
    let mut out = String::from(random.pick(&["", "# first line\n\n", "---\n"]));
    out.push_str("kind: Software\n");
    out.push_str(random.pick(&between));
    writeln!(out, "versions:{}", random.pick(&behind)).expect("a text takes all");
    let indent = random.pick(&["", "  ", "    "]);
    for number in 0..=random.below(4) {
        if random.below(3) == 0 {
            writeln!(out, "{indent}# about {number}").expect("a text takes all");
        }
        match random.below(3) {
            0 => writeln!(out, "{indent}- {{version: \"{number}\"}}{}", random.pick(&behind)).expect("a text takes all"),
            1 => writeln!(out, "{indent}- version: \"{number}\"{}\n{indent}  artifacts:\n{indent}    - url: https://x.example/{number}\n{indent}      # hash\n{indent}      sha256: abc",
                random.pick(&behind)).expect("a text takes all"),
            _ => writeln!(out, "{indent}-   version: '{number}'\n{indent}    notes: |\n{indent}      # no comment\n{indent}      - no item").expect("a text takes all"),
        }
        if random.below(4) == 0 {
            out.push('\n');
        }
    }
    out.push_str(random.pick(&between));
    out.push_str(random.pick(&["install: {script: a.sh}\n", "install:\n  script: a.sh # x", ""]));
    if random.below(4) == 0 { out.replace('\n', "\r\n") } else { out }
}

#[test]
fn every_other_byte_stays_at_random() {
    let seed =
        std::env::var("ORDAIN_SEED").ok().and_then(|seed| seed.parse().ok()).unwrap_or(20_261_123);
    let mut random = Random(seed);
    let mut placed = 0;
    for round in 0..3_000 {
        let before = document(&mut random);
        let line = tree::yaml(&before).0.first().map_or(1, |node| node.span.line);
        let end = if random.below(2) == 0 { End::First } else { End::Last };
        let wanted = Yaml::map([
            ("version", Yaml::Quoted("9.9".into())),
            (
                "artifacts",
                Yaml::List(vec![Yaml::map([("url", Yaml::text("https://x.example/9"))])]),
            ),
        ]);
        let after = insert(&before, line, end, &wanted)
            .unwrap_or_else(|error| panic!("ORDAIN_SEED={seed} round {round}: {error}\n{before}"));
        // What was there is still there: its beginning, what was added, its end.
        let common =
            before.bytes().zip(after.bytes()).take_while(|(one, other)| one == other).count();
        let added = after.len() - before.len();
        let fits =
            (0..=common).rev().any(|at| after.as_bytes()[at + added..] == before.as_bytes()[at..]);
        assert!(fits, "ORDAIN_SEED={seed} round {round}\n{before}\n--- became\n{after}");
        let list = tree::yaml(&after).0;
        let Value::Sequence(items) = &list[0].get("versions").unwrap().value else {
            panic!("{after}")
        };
        let at = if end == End::First { items.first() } else { items.last() };
        assert_eq!(
            at.unwrap().get("version").unwrap().to_json(),
            "9.9",
            "ORDAIN_SEED={seed} round {round}\n{after}"
        );
        placed += 1;
    }
    assert_eq!(placed, 3_000);
}
