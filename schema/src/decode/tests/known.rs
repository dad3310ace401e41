//! Words that tests of a policy may use, and what is known of a document of
//! which some key is at fault.

use super::faults::found;
use crate::read_file;

#[test]
fn words_of_tests() {
    insta::assert_snapshot!(found("tests/a.yaml", "
kind: Test
name: a
session: item
---
kind: Test
name: b
session: {kind: item}
expect:
  pc: [{item: reader, action: upgrade, phase: late}, {item: software/, action: null}]
conflicts:
  pc: [{item: software/reader, rule: luck}]
given:
- {file: ../a.yaml, text: x}
- {file: /a.yaml, text: x}
- {file: \"\", text: x}
"), @"
    4:10-14 bad-value `item` is no session by itself, as `session` asks for (write `{kind: item, item: software/NAME}`)
    6:1-5 missing-key `item` is missing in `session` at line 8 (add `item` at line 8)
    10:15-21 bad-value `reader` names no item (write `software/NAME` or `task/NAME`)
    10:31-38 bad-value `upgrade` is no value of `action` (did you mean `update`? write one of `none`, `install`, `update`, `downgrade`, `uninstall`, `repair`, `set`)
    10:47-51 bad-value `late` is no value of `phase` (write one of `onboarding`, `main`)
    10:61-70 bad-value `software/` names no item (write `software/NAME` or `task/NAME`)
    10:80-84 bad-value `null` is no value of `action` (write one of `none`, `install`, `update`, `downgrade`, `uninstall`, `repair`, `set`)
    12:38-42 bad-value `luck` is no value of `rule` (write one of `state`, `path`, `prerequisite`)
    14:10-19 bad-value `../a.yaml` is no path within the repository (write the path from the root, as `deployments/new.yaml`)
    15:10-17 bad-value `/a.yaml` is no path within the repository (write the path from the root, as `deployments/new.yaml`)
    16:10-12 bad-value `` is no path within the repository (write the path from the root, as `deployments/new.yaml`)
    ");
}

#[test]
fn what_a_faulty_key_says_is_unknown() {
    let faulty = |path: &str, text: &str| {
        let (documents, _) = read_file(path, text.as_bytes());
        documents.into_iter().map(|document| document.faulty).collect::<Vec<_>>()
    };
    let deployment = "kind: Deployment\nname: a\n";
    let cases: [(&str, &[&str]); 5] = [
        ("software: s\ntarget: {all: true}\npriority: 1\n", &[]),
        ("software: s\ntarget: {all: true, tag: x}\nfoo: 1\n", &["target"]),
        ("software: s\ntask: t\ntarget: {all: true}\n", &["software", "task", "items"]),
        ("software: s\nstate: enforce\nversion: 1\ntarget: {all: true}\n", &["version", "state"]),
        ("software: [s]\ntarget: {all: true}\nexpires: soon\n", &["software", "expires"]),
    ];
    for (text, keys) in cases {
        assert_eq!(faulty("deployments/a.yaml", &format!("{deployment}{text}")), [keys], "{text}");
    }
    let task = "kind: Task\nname: a\ntest: {script: t.sh}\nscript: t.sh\n";
    assert_eq!(faulty("tasks/a/task.yaml", task), [["script", "test", "set", "get"]]);
}
