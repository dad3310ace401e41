//! Filter scripts over plain facts: what they may do, and where they end.

#![expect(clippy::unwrap_used, reason = "tests fail by panicking")]

use serde_json::json;

use crate::script::within;
use crate::{FilterError, Input, check};

fn input() -> Input {
    Input {
        computers: vec![
            json!({"name": "pc-01", "tenant": "contoso", "tags": ["lab"], "facts": {"ram": 16}}),
            json!({"name": "pc-ü", "tenant": "contoso", "tags": [], "person": "jo@contoso.example"}),
        ],
        persons: vec![json!({"upn": "jo@contoso.example", "groups": ["Büro"], "tags": []})],
        tenant: json!({"id": "contoso", "tags": ["gold"]}),
    }
}

fn run(source: &str) -> Result<Vec<String>, FilterError> {
    within("groups/lab.star", source, &input(), 20_000)
}

/// Runs the body of `members`.
fn body(lines: &str) -> Result<Vec<String>, FilterError> {
    let lines: Vec<String> = lines.lines().map(|line| format!("    {line}\n")).collect();
    run(&format!("def members(computers, persons, tenant):\n{}", lines.concat()))
}

#[test]
fn what_a_script_may_say() {
    let cases: &[(&str, &[&str])] = &[
        ("return [c[\"name\"] for c in computers if \"lab\" in c[\"tags\"]]", &["pc-01"]),
        (
            "return [c[\"name\"] for c in computers if c.get(\"facts\", {}).get(\"ram\", 0) > 8]",
            &["pc-01"],
        ),
        ("return [c[\"name\"] for c in computers if c.get(\"person\")]", &["pc-ü"]),
        (
            "office = set([p[\"upn\"] for p in persons if \"Büro\" in p[\"groups\"]])\n\
             return [c[\"name\"] for c in computers if c.get(\"person\") in office]",
            &["pc-ü"],
        ),
        ("return [tenant[\"id\"] + \"/\" + computers[0][\"name\"]]", &["contoso/pc-01"]),
        ("return [\"%s/%s\" % (tenant[\"id\"], \"pc-01\")]", &["contoso/pc-01"]),
        ("return [\"{}/{}\".format(tenant[\"id\"], \"pc-01\")]", &["contoso/pc-01"]),
        ("return (\"a\", \"b\")", &["a", "b"]),
        ("return [\"a\"] * 2 + [\"b\" * 3]", &["a", "a", "bbb"]),
        ("return [str(n) for n in range(3) if n % 2 == 0 and n << 1 < 9]", &["0", "2"]),
        ("n = 0\nfor c in computers:\n    n += 1\nreturn [str(n)]", &["2"]),
        ("return []", &[]),
    ];
    for (lines, expected) in cases {
        assert_eq!(body(lines).unwrap(), *expected, "{lines}");
    }
}

#[test]
fn what_a_script_may_not_do() {
    let cases = [
        ("return {}", "must return a list of computer names, not dict"),
        ("return None", "must return a list of computer names, not NoneType"),
        ("return \"pc-01\"", "must return a list of computer names, not string"),
        ("return computers", "must return names of computers, and one is of type dict"),
        ("return [1]", "one is of type int"),
        ("print(\"hello\")\nreturn []", "print"),
        ("return open(\"/etc/passwd\")", "open"),
        ("computers.append({})\nreturn []", "mmutable"),
        ("tenant[\"id\"] = \"fabrikam\"\nreturn []", "mmutable"),
        ("return fail(\"on purpose\")", "on purpose"),
        ("x = 2\nx *= 2\nreturn []", "write `x = x * y`"),
        ("return computers[0][\"serial\"]", "serial"),
    ];
    for (lines, part) in cases {
        let error = body(lines).unwrap_err();
        assert!(error.message.contains(part), "{lines}: {error}");
        assert_eq!(error.file, "groups/lab.star");
    }
}

#[test]
fn a_script_ends() {
    let cases = [
        (
            "for i in range(1000000):\n    for j in range(1000000):\n        pass\nreturn []",
            "ticks",
        ),
        ("n = 0\nfor i in range(1000000):\n    n += i\nreturn []", "ticks"),
        ("def f(n):\n    return f(n + 1)\nreturn f(0)", "stack overflow"),
        ("x = \"a\"\nfor i in range(100):\n    x += x\nreturn [x]", "memory"),
        ("x = \"a\"\nfor i in range(100):\n    x = x + x\nreturn [x]", "memory"),
        ("x = [1]\nfor i in range(100):\n    x = x + x\nreturn []", "memory"),
        ("x = []\nfor i in range(100):\n    x = [x, x]\nreturn [\"%s\" % x]", "memory"),
        ("return [\"a\" * 2000000000]", "memory"),
        ("return 2000000000 * [\"a\"]", "memory"),
        ("return [\"%s%s\" % (\"a\" * 3000 * 10000, \"b\" * 3000 * 10000)]", "memory"),
        ("return [\"a\" * 1000 * 1000 for i in range(900)]", "memory"),
        ("return list(range(2000000000))", "range"),
        ("x = 3\nfor i in range(100):\n    x = x * x\nreturn []", "64 bits"),
        ("return [str(1 << 100000)]", "64 bits"),
    ];
    for (lines, part) in cases {
        let error = body(lines).unwrap_err();
        assert!(error.message.to_lowercase().contains(part), "{lines}: {error}");
    }
}

#[test]
fn nesting_exhausts_no_stack() {
    let many = 30_000;
    for source in [
        format!("x = {}", "(".repeat(many)),
        format!("x = {}1{}", "[".repeat(many), "]".repeat(many)),
        format!("x = {}1", "-".repeat(many)),
        format!("x = 1{}", " + 1".repeat(many / 2)),
    ] {
        let _ends = check("a.star", &source);
    }
    assert!(check("a.star", &" ".repeat(1 << 17)).unwrap().2.contains("64 KiB"));
}

#[test]
fn a_fault_is_found_without_facts() {
    let cases = [
        ("def members(computers, persons, tenant)\n    return []\n", 1, ""),
        ("x = 1\n\ndef members(a, b, c):\n    return [ü\n", 4, ""),
        ("load(\"x.star\", \"y\")\n", 1, "load"),
        ("def members(a, b, c):\n    return nobody\n", 2, "nobody"),
        ("x = 1\n", 1, "no `def members"),
    ];
    for (source, line, part) in cases {
        let (found, column, message) = check("a.star", source).unwrap();
        assert_eq!(found, line, "{source}: {message}");
        assert!(column >= 1 && message.to_lowercase().contains(part), "{source}: {message}");
    }
    assert_eq!(check("a.star", "def members(a, b, c):\n    return []\n"), None);
}

#[test]
fn the_same_facts_give_the_same_answer() {
    let source = "def members(computers, persons, tenant):\n    \
        seen = {c[\"name\"]: c for c in computers}\n    \
        return [n for n in seen] + [k for k in computers[0]] + sorted(set([\"b\", \"a\"]))\n";
    let first = run(source).unwrap();
    assert!((0..20).all(|_| run(source).unwrap() == first));
}
