//! What trees look like: each node as `line:column-end value`.

#![expect(clippy::unwrap_used, reason = "tests fail by panicking")]

use std::fmt::Write;

use super::*;

/// One node a line, children below their collection.
fn show(nodes: &[Node<'_>]) -> String {
    let mut out = String::new();
    for (index, node) in nodes.iter().enumerate() {
        if index > 0 {
            out.push_str("---\n");
        }
        show_node(node, 0, &mut out);
    }
    out
}

fn show_node(node: &Node<'_>, depth: usize, out: &mut String) {
    let place = |span: Span| format!("{}:{}-{}", span.line, span.column, span.end_column);
    let at = place(node.span);
    match &node.value {
        Value::Scalar(_) => writeln!(out, "{} {:?}", at, node.plain().unwrap()).unwrap(),
        Value::Sequence(items) => {
            writeln!(out, "{at} list").unwrap();
            for item in items {
                write!(out, "{:1$}", "", depth * 2 + 2).unwrap();
                show_node(item, depth + 1, out);
            }
        }
        Value::Mapping(entries) => {
            writeln!(out, "{at} map").unwrap();
            for entry in entries {
                write!(out, "{:1$}", "", depth * 2 + 2).unwrap();
                write!(out, "{} `{}` ", place(entry.span), entry.key).unwrap();
                show_node(&entry.value, depth + 1, out);
            }
        }
    }
}

fn faults(text: &str) -> Vec<String> {
    let (_, faults) = yaml(text);
    faults
        .iter()
        .map(|fault| {
            let span = fault.span;
            let code = fault.code.word();
            format!("{}:{}-{} {code} {}", span.line, span.column, span.end_column, fault.message)
        })
        .collect()
}

#[test]
fn places_of_everything() {
    let text = "# head\n\
                kind: Deployment # why\n\
                name: \"über\" # comment behind a quote\n\
                'it''s': 'a \"b\"'   # more\n\
                target: {all: true, x: [1, ~]}\n\
                list:\n\
                - a: b\n  c: |\n    text\n    more\n\
                - plain over\n  two lines\n\
                ---\n\
                second: \"a \\\" b\" # x\n";
    insta::assert_snapshot!(show(&yaml(text).0), @r#"
    2:1-5 map
      2:1-5 `kind` 2:7-17 Text("Deployment")
      3:1-5 `name` 3:7-13 Text("über")
      4:1-8 `it's` 4:10-17 Text("a \"b\"")
      5:1-7 `target` 5:9-31 map
        5:10-13 `all` 5:15-19 Boolean(true)
        5:21-22 `x` 5:24-30 list
          5:25-26 Integer(Some(1))
          5:28-29 Null
      6:1-5 `list` 7:3-4 list
        7:3-4 map
          7:3-4 `a` 7:6-7 Text("b")
          8:3-4 `c` 9:5-9 Text("text\nmore\n")
        11:3-13 Text("plain over two lines")
    ---
    14:1-7 map
      14:1-7 `second` 14:9-17 Text("a \" b")
    "#);
}

#[test]
fn empty_documents_are_none() {
    for text in ["", "\n", "# only comments\n", "---\n", "---\n---\n...\n", "\u{feff}# c\n"] {
        assert_eq!(yaml(text), (vec![], vec![]), "{text:?}");
    }
    assert_eq!(yaml("\u{feff}a: 1\n---\n---\nb: 2").0.len(), 2);
}

#[test]
fn faults_have_their_line() {
    let texts = [
        "a: 1\nb: 2\na: 3\n",
        "a: [1, 2\nb: 3\n",
        "a: 1\n\tb: 2\n",
        "a: b: c\n",
        "a: 1\n  b: 2\n",
        "a: \"open\nb: 1\n",
        "a: 1\n? [x]\n: 2\n",
        "{[a]: 1}\n",
        "a: !!float 1\n",
        "a: !secret x\n",
        "a: !!str 24.10\n",
        "a: &x [*x]\n",
        "a: &x 1\n---\nb: *x\n",
        "a: *none\n",
        "<<: {a: 1}\n",
        "a: @x\n",
        "a: 1\n---\nb: [\n",
        "a: \"\\q\"\n",
        "- a\nb: 1\n",
        "a: }\n",
        "%YAML 1.1\n---\na: 1\n",
    ];
    let all: Vec<String> =
        texts.iter().map(|text| format!("{text:?} {:?}", faults(text))).collect();
    insta::assert_snapshot!(all.join("\n"), @r#"
    "a: 1\nb: 2\na: 3\n" ["3:1-2 duplicate-key the key `a` stands twice in this mapping"]
    "a: [1, 2\nb: 3\n" ["2:2-3 syntax this is no YAML: illegal placement of ':' indicator"]
    "a: 1\n\tb: 2\n" ["2:1-2 syntax this is no YAML: while scanning a plain scalar, found a tab"]
    "a: b: c\n" ["1:5-6 syntax this is no YAML: mapping values are not allowed in this context"]
    "a: 1\n  b: 2\n" ["2:4-5 syntax this is no YAML: mapping values are not allowed in this context"]
    "a: \"open\nb: 1\n" ["1:4-5 syntax this is no YAML: invalid indentation in quoted scalar"]
    "a: 1\n? [x]\n: 2\n" ["2:3-4 syntax a key must be a text, not a list or mapping"]
    "{[a]: 1}\n" ["1:2-3 syntax a key must be a text, not a list or mapping"]
    "a: !!float 1\n" ["1:4-5 syntax tags are no part of the language"]
    "a: !secret x\n" ["1:4-5 syntax tags are no part of the language"]
    "a: !!str 24.10\n" []
    "a: &x [*x]\n" ["1:8-10 syntax the alias has no finished anchor before it in its document"]
    "a: &x 1\n---\nb: *x\n" ["3:4-6 syntax the alias has no finished anchor before it in its document"]
    "a: *none\n" ["1:4-5 syntax this is no YAML: while parsing node, found unknown anchor"]
    "<<: {a: 1}\n" []
    "a: @x\n" ["1:4-5 syntax this is no YAML: unexpected character: `@'"]
    "a: 1\n---\nb: [\n" ["3:4-5 syntax this is no YAML: the `[` is never closed"]
    "a: \"\\q\"\n" ["1:4-5 syntax this is no YAML: while parsing a quoted scalar, found unknown escape character"]
    "- a\nb: 1\n" ["2:1-2 syntax this is no YAML: while parsing a block collection, did not find expected '-' indicator"]
    "a: }\n" ["1:4-5 syntax this is no YAML: misplaced bracket"]
    "%YAML 1.1\n---\na: 1\n" []
    "#);
}

#[test]
fn bombs_are_refused() {
    let mut laughs = "a0: &a0 [x, x, x, x, x, x, x, x, x, x]\n".to_owned();
    for level in 1..9 {
        let alias = format!("*a{}", level - 1);
        writeln!(laughs, "a{level}: &a{level} [{}]", [alias.as_str(); 10].join(", ")).unwrap();
    }
    assert!(faults(&laughs)[0].contains("too-large"), "{:?}", faults(&laughs));
    let many = format!("a: &a [{}]\nb: [{}]\n", "x, ".repeat(100), "*a, ".repeat(1000));
    assert!(faults(&many)[0].contains("too-large"));
    let fine = format!("a: &a [{}]\nb: [{}]\n", "x, ".repeat(100), "*a, ".repeat(90));
    assert_eq!(faults(&fine), Vec::<String>::new());
    for deep in ["- ".repeat(20_000), "[".repeat(200_000), "{a: ".repeat(100_000)] {
        assert!(faults(&deep)[0].contains("too-large"), "{:?}", faults(&deep));
    }
    let nested = format!("{}x{}", "&a [".repeat(60), "]".repeat(60));
    assert_eq!(faults(&nested), Vec::<String>::new());
}

#[test]
fn many_keys_in_one_mapping() {
    let mut text = String::new();
    for key in 0..30_000 {
        writeln!(text, "key{key}: 1").unwrap();
    }
    text.push_str("key7: 2\nkey29999: 3\n");
    assert_eq!(
        faults(&text),
        [
            "30001:1-5 duplicate-key the key `key7` stands twice in this mapping",
            "30002:1-9 duplicate-key the key `key29999` stands twice in this mapping",
        ]
    );
    assert_eq!(yaml(&text).0[0].entries().unwrap().len(), 30_000);
}

#[test]
fn json_is_read_as_yaml_reads_it() {
    let texts = [
        r#"{"a": [1, -2.5e3, true, null, "x"], "b": {"c": {}}, "d": []}"#,
        "{\n  \"ü\": \"ä\\n\\u00e9\",\n  \"z\": [\n    {\"k\": \"v\"}\n  ]\n}\n",
        r#"["10.0", 10.0, "true", ""]"#,
    ];
    for text in texts {
        let (node, faults) = json(text, 1).unwrap();
        assert_eq!(faults, []);
        assert_eq!(show(&[node]), show(&yaml(text).0), "{text}");
    }
}

#[test]
fn bad_json_is_refused() {
    let texts = [
        "",
        "{",
        "[1,]",
        "{\"a\":1,}",
        "{a: 1}",
        "'x'",
        "01",
        "1.",
        "+1",
        "nul",
        "\"a",
        "\"\\q\"",
        "\"\n\"",
        "[1 2]",
        "{\"a\" 1}",
        "1 2",
        "\"\\u12\"",
        "NaN",
        "\"\\",
    ];
    for text in texts {
        assert_eq!(json(text, 1).unwrap_err().code, Code::Syntax, "{text:?}");
    }
    assert_eq!(json(&"[".repeat(100_000), 1).unwrap_err().code, Code::TooLarge);
    let (_, faults) = json("{\"a\": 1, \"a\": 2}", 1).unwrap();
    assert_eq!(faults[0].code, Code::DuplicateKey);
}
