//! What expressions say about one computer, and what is no expression.

use proptest::prelude::*;
use serde_json::json;

use super::{Expression, Facts, Verdict};

fn facts() -> Facts {
    Facts {
        computer: json!({
            "name": "pc-02", "tenant": "contoso", "online": true, "chassis": "desktop", "tags": ["cnc", "lab"],
            "os": {"family": "windows", "arch": "x64"},
            "facts": {"department": "accounting", "ram": 16, "ratio": 1.5, "disks": [{"size": 10}, {"size": 20}], "none": null},
            "software": {"office": "16.0"}, "tests": {}, "tasks": {"bitlocker": false},
            "deviceGroups": [{"integration": "rmm", "name": "Lab"}],
        }),
        person: None,
        tenant: json!({"id": "contoso", "tags": []}),
    }
}

/// `true`, `false`, the unknown fact, or `bad: message`.
fn say(source: &str) -> String {
    match Expression::parse(source).map(|expression| expression.evaluate(&facts())) {
        Ok(Verdict::True) => "true".to_owned(),
        Ok(Verdict::False) => "false".to_owned(),
        Ok(Verdict::Unknown { fact }) => fact,
        Err(error) => format!("bad at {}: {error}", error.offset),
    }
}

fn check(cases: &[(&str, &str)]) {
    for (source, expected) in cases {
        assert_eq!(say(source), *expected, "{source}");
    }
}

#[test]
fn what_is_known() {
    check(&[
        ("computer.os.family == 'windows'", "true"),
        ("computer.facts.department == 'sales'", "false"),
        ("'cnc' in computer.tags && !('x' in computer.tags)", "true"),
        ("computer.tags.exists(t, t.startsWith('la'))", "true"),
        ("computer.tags.all(t, size(t) == 3)", "true"),
        ("computer.tags.exists_one(t, t == 'cnc')", "true"),
        ("computer.tags.filter(t, t != 'cnc') == ['lab']", "true"),
        ("computer.facts.disks.map(d, d.size) == [10, 20]", "true"),
        ("computer.facts.disks[1].size > 15", "true"),
        ("computer.facts['department'] == 'accounting'", "true"),
        ("computer.facts.ram >= 15.5 && computer.facts.ratio < 2", "true"),
        ("computer.deviceGroups.exists(g, g.integration == 'rmm' && g.name == 'Lab')", "true"),
        ("computer.name.matches('^pc-[0-9]+$')", "true"),
        ("matches(computer.name, 'x')", "false"),
        ("computer.tasks.bitlocker ? false : true", "true"),
        ("computer.facts.none == null", "true"),
        ("{'a': 1}.a + 1 == 2", "true"),
        ("{'a': 1} == {'a': 1.0} && [1] != [2]", "true"),
        ("type(computer.facts.ram) == int", "true"),
        ("int('12') == 12 && string(12) == '12' && double(1) == 1.0 && 1u == 1", "true"),
        ("7 / 2 == 3 && 7 % 4 == 3 && -7 < 0 && 7.0 / 2.0 == 3.5", "true"),
        ("'department' in computer.facts", "true"),
        ("tenant.tags.exists(tags, tags == 'x')", "false"),
    ]);
}

#[test]
fn different_types_differ() {
    check(&[
        ("computer.facts.ram == '16'", "false"),
        ("computer.facts.ram != '16'", "true"),
        ("computer.facts.department == 1", "false"),
        ("[1] == {'a': 1}", "false"),
    ]);
}

#[test]
fn what_is_missing_is_told_by_its_path() {
    check(&[
        ("computer.facts.site == 'x'", "computer.facts.site"),
        ("!(computer.facts.site == 'x')", "computer.facts.site"),
        ("computer.facts.a.b.c == 1", "computer.facts.a.b.c"),
        ("computer.facts['site'] == 'x'", "computer.facts.site"),
        ("computer.os.version.startsWith('10')", "computer.os.version"),
        ("computer.software.chrome == '1'", "computer.software.chrome"),
        ("person.upn == 'jo@contoso.example'", "person.upn"),
        ("'Accounting' in person.groups", "person.groups"),
        ("computer.person == 'x'", "computer.person"),
        ("computer.facts.disks.exists(d, d.kind == 'ssd')", "d.kind"),
        ("computer.facts[computer.name] == 1", "computer.facts"),
        ("computer.facts.x == 1 && computer.facts.y == 1", "computer.facts.x"),
    ]);
}

#[test]
fn unknown_is_absorbed() {
    check(&[
        ("computer.facts.site == 'x' || true", "true"),
        ("true || computer.facts.site == 'x'", "true"),
        ("computer.facts.site == 'x' && false", "false"),
        ("false && computer.facts.site == 'x'", "false"),
        ("computer.facts.site == 'x' || false", "computer.facts.site"),
        ("computer.facts.site == 'x' && true", "computer.facts.site"),
        ("true && person.upn == 'x'", "person.upn"),
        ("person.upn == 'x' || computer.online", "true"),
        ("computer.tags.exists(t, t == 'lab' || computer.facts.x)", "true"),
        ("computer.tags.all(t, t == 'x' && computer.facts.x)", "false"),
        ("computer.tags.exists(t, computer.facts.x == t)", "computer.facts.x"),
        ("computer.facts.x ? true : true", "computer.facts.x"),
        ("true ? true : computer.facts.x", "true"),
        ("('a' < 1) || true", "true"),
    ]);
}

#[test]
fn has_is_never_unknown() {
    check(&[
        ("has(computer.facts.site)", "false"),
        ("has(computer.facts.department)", "true"),
        ("has(computer.facts.a.b.c)", "false"),
        ("has(computer.facts.ram.x)", "false"),
        ("has(person.upn)", "false"),
        ("has(computer.software.office)", "true"),
        ("has(computer.os.version) && computer.os.version == 'x'", "false"),
        ("!has(person.groups) || 'x' in person.groups", "true"),
    ]);
}

#[test]
fn type_errors_are_unknown_by_the_first_path() {
    check(&[
        ("computer.facts.department > 1", "computer.facts.department"),
        ("computer.name == 'pc-02' && computer.facts.ram + 'x' == 'y'", "computer.name"),
        ("has(computer.facts.site) || computer.facts.ram.startsWith('1')", "computer.facts.site"),
        ("computer.name", "computer.name"),
        ("!computer.facts.ram", "computer.facts.ram"),
        ("computer.facts.ram.x == 1", "computer.facts.ram.x"),
        ("computer.facts.disks[2].size == 1", "computer.facts.disks"),
        ("computer.facts.ram / 0 == 1", "computer.facts.ram"),
        ("computer.facts.ram.all(x, true)", "computer.facts.ram"),
        ("'a' in computer.name", "computer.name"),
        ("1 + 9223372036854775807 > computer.facts.ram", "computer.facts.ram"),
    ]);
}

#[test]
fn what_is_no_expression() {
    check(&[
        ("computr.name == 'x'", "bad at 0: `computr` is not declared"),
        ("true && foo", "bad at 8: `foo` is not declared"),
        ("computer.tags.exists(t, x == 'a')", "bad at 24: `x` is not declared"),
        ("computer.department == 'x'", "bad at 8: `computer` has no `department`"),
        ("has(tenant.nam)", "bad at 3: `tenant` has no `nam`"),
        ("computer.os.familly == 'x'", "bad at 11: `computer.os` has no `familly`"),
        ("lower(computer.name) == 'x'", "bad at 5: there is no function `lower`"),
        (
            "size(computer.tags, 1)",
            "bad at 4: `size` is not called like this: write `size(x)` or `x.size()`",
        ),
        (
            "contains('a', 'b')",
            "bad at 8: `contains` is not called like this: write `x.contains(y)`",
        ),
        (
            "computer.name.matches('(')",
            "bad at 21: `(` is no regular expression: error: unclosed group",
        ),
        ("Foo{a: 1}", "bad at 3: there is no message type `Foo`"),
        ("b'abc' == b'abc'", "bad at 0: bytes are no values of facts"),
    ]);
    for broken in [
        "",
        "   ",
        "computer.name ==",
        "computer.name = 'x'",
        "(",
        "'abc",
        "a ? b",
        "1 +* 2",
        "has(x)",
    ] {
        assert!(say(broken).starts_with("bad at "), "{broken}");
    }
    let hint = |source: &str| Expression::parse(source).expect_err("bad").hint;
    assert_eq!(hint("computer.chasis == 'x'").as_deref(), Some("did you mean `computer.chassis`?"));
    assert_eq!(hint("computr.name == 'x'").as_deref(), Some("did you mean `computer`?"));
}

#[test]
fn size_and_depth_are_bounded() {
    let long = format!("computer.name == '{}'", "x".repeat(5000));
    assert_eq!(say(&long), "bad at 0: the expression is longer than 4096 bytes");
    let nested = "computer.tags.all(a, computer.tags.all(b, computer.tags.all(c, computer.tags.all(d, true))))";
    assert!(say(nested).contains("more than 3 deep"), "{}", say(nested));
    let deep = [
        format!("{}true", "!".repeat(4000)),
        format!("{}1{}", "(".repeat(2000), ")".repeat(2000)),
        format!("{}1", "1+".repeat(2000)),
        format!("computer{}", ".facts".repeat(600)),
        format!("{}{}", "[".repeat(2000), "]".repeat(2000)),
        format!("{}true", "true&&".repeat(600)),
        "true?".repeat(800),
        "{".repeat(4000),
    ];
    for source in deep {
        let _ = say(&source);
    }
}

#[test]
fn evaluation_is_bounded() {
    let list: Vec<u32> = (0..2000).collect();
    let facts = Facts { computer: json!({"facts": {"list": list}}), ..facts() };
    let source = "computer.facts.list.all(a, computer.facts.list.all(b, computer.facts.list.all(c, c >= 0)))";
    let expression = Expression::parse(source).expect("an expression");
    assert_eq!(
        expression.evaluate(&facts),
        Verdict::Unknown { fact: "computer.facts.list".to_owned() }
    );
    let once = Expression::parse("computer.facts.list.all(a, a >= 0)").expect("an expression");
    assert_eq!(once.evaluate(&facts), Verdict::True);
}

#[test]
fn the_paths_read_stand_in_order() {
    let expression = Expression::parse(
        "person.upn == 'x' || computer.facts.a == 1 && has(computer.facts.b) || person.upn == 'y'",
    );
    let paths: Vec<String> =
        expression.expect("an expression").paths().map(ToOwned::to_owned).collect();
    assert_eq!(paths, ["person.upn", "computer.facts.a", "computer.facts.b"]);
}

fn source() -> impl Strategy<Value = String> {
    let words = prop::sample::select(vec![
        "computer", "person", "tenant", ".", "facts", "tags", "name", "(", ")", "[", "]", "{", "}",
        "==", "&&", "||", "!", "?", ":", ",", "'a'", "1", "1.5", "2u", "in", "has", "exists",
        "all", "map", "t", "null", "true", "-", "+", "/", "<", "\"", "'", "`", "\\", "b'", "size",
        " ", "matches",
    ]);
    prop::collection::vec(words, 0..24).prop_map(|words| words.concat())
}

proptest! {
    #[test]
    fn no_text_panics(source in source(), bytes in "\\PC{0,40}") {
        let _ = say(&source);
        let _ = say(&bytes);
    }
}
