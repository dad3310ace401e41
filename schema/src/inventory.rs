//! Inventory files, for `--inventory`: YAML, JSON, or JSON lines.
//!
//! The same decoders as for tests, without the bound on size that documents
//! have. [`Lines`] takes JSON lines one by one; parts of a file may be read side
//! by side and joined.

use std::collections::BTreeMap;
use std::collections::btree_map::Entry as Slot;

use crate::decode::{Decode, Faults, Input, fleet};
use crate::document::{Approval, ComputerFacts, Inventory, PersonFacts, RolloutFacts, TenantFacts};
use crate::tree::{self, Entry, Fault, Node, Value};
use crate::{Code, Diagnostic, Span};

/// Reads an inventory file; its ending says which form it has: `.json`,
/// `.jsonl`, anything else is YAML.
pub fn inventory(path: &str, bytes: &[u8]) -> (Inventory, Vec<Diagnostic>) {
    let text = match std::str::from_utf8(bytes) {
        Ok(text) => text,
        Err(error) => {
            let found = crate::read::not_utf8(path, bytes, error.valid_up_to());
            return (Inventory::default(), vec![found]);
        }
    };
    if has_ending(path, ".jsonl") {
        let mut lines = Lines::new(path);
        text.lines().for_each(|line| lines.line(line));
        return lines.finish();
    }
    let (nodes, faults) = if has_ending(path, ".json") { json(text) } else { tree::yaml(text) };
    let mut found = Faults::new(path, true);
    found.diagnostics.extend(faults.into_iter().map(|fault| fault.in_file(path)));
    let mut nodes = nodes.iter();
    let inventory = nodes.next().map(|node| whole(node, &mut found)).unwrap_or_default();
    if let Some(second) = nodes.next() {
        let message = "an inventory file holds one document";
        found.hinted(Code::WrongType, second.span, message, "remove the `---` and what follows");
    }
    (inventory, found.diagnostics)
}

fn has_ending(path: &str, ending: &str) -> bool {
    path.len() >= ending.len()
        && path.as_bytes()[path.len() - ending.len()..].eq_ignore_ascii_case(ending.as_bytes())
}

fn json(text: &str) -> (Vec<Node<'_>>, Vec<Fault>) {
    match tree::json(text.strip_prefix('\u{feff}').unwrap_or(text), 1) {
        Ok((node, faults)) => (vec![node], faults),
        Err(fault) => (Vec::new(), vec![fault]),
    }
}

fn whole(node: &Node<'_>, faults: &mut Faults) -> Inventory {
    let first = node.entries().and_then(|entries| entries.first());
    faults.document = first.map_or(node.span, |entry| entry.span);
    let Some(mut fields) = Input::root(node, "").fields(faults) else {
        return Inventory::default();
    };
    let inventory = fleet::inventory(&mut fields);
    fields.finish();
    inventory
}

/// Reads JSON lines: each an object with exactly one of the keys `tenant`,
/// `person`, `available`, `script`, `approval`, `rollout`, `computer`.
#[derive(Debug)]
pub struct Lines {
    path: String,
    number: u32,
    inventory: Inventory,
    faults: Faults,
    /// Where the lists by name stand: those of `available`, and of `script`.
    places: [BTreeMap<String, Span>; 2],
}

/// What a line may hold.
const KEYS: &[&str] =
    &["tenant", "person", "available", "script", "approval", "rollout", "computer"];

impl Lines {
    /// Nothing read yet of a file.
    pub fn new(path: &str) -> Self {
        Self::behind(path, 0)
    }

    /// Nothing read yet behind the first `lines` lines of a file, so that
    /// parts of it can be read side by side.
    pub fn behind(path: &str, lines: u32) -> Self {
        Self {
            path: path.to_owned(),
            number: lines,
            inventory: Inventory::default(),
            faults: Faults::new(path, true),
            places: Default::default(),
        }
    }

    /// Reads the next line; blank ones hold nothing.
    pub fn line(&mut self, text: &str) {
        self.number += 1;
        let text = if self.number == 1 { text.trim_start_matches('\u{feff}') } else { text };
        if text.trim().is_empty() {
            return;
        }
        self.faults.document = Span { line: self.number, column: 1, end_column: 2 };
        match tree::json(text, self.number) {
            Ok((node, faults)) => {
                let path = &self.path;
                let found = faults.into_iter().map(|fault| fault.in_file(path));
                self.faults.diagnostics.extend(found);
                self.node(&node);
            }
            Err(fault) => self.faults.diagnostics.push(fault.in_file(&self.path)),
        }
    }

    /// Takes in what was read of the part that follows.
    pub fn join(&mut self, next: Self) {
        self.number = next.number;
        let (own, more) = (&mut self.inventory, next.inventory);
        own.tenants.extend(more.tenants);
        own.persons.extend(more.persons);
        own.approvals.extend(more.approvals);
        own.rollouts.extend(more.rollouts);
        own.computers.extend(more.computers);
        self.faults.diagnostics.extend(next.faults.diagnostics);
        let lists = [(&mut own.available, more.available), (&mut own.scripts, more.scripts)];
        for (((into, more), places), known) in
            lists.into_iter().zip(next.places).zip(&mut self.places)
        {
            for (name, list) in more {
                match into.entry(name) {
                    Slot::Vacant(slot) => {
                        slot.insert(list);
                    }
                    Slot::Occupied(slot) => twice(slot.key(), places[slot.key()], &mut self.faults),
                }
            }
            known.extend(places);
        }
    }

    /// The inventory and everything that is wrong with it.
    pub fn finish(self) -> (Inventory, Vec<Diagnostic>) {
        (self.inventory, self.faults.diagnostics)
    }

    fn node(&mut self, node: &Node<'_>) {
        let Value::Mapping(entries) = &node.value else {
            self.faults.wrong_type(Input::root(node, ""), "an object");
            return;
        };
        let Some(entry) = entries.iter().find(|entry| KEYS.contains(&&*entry.key)) else {
            let message = "the line holds none of the keys of an inventory";
            let hint = format!("write an object with one of {}", KEYS.join(", "));
            self.faults.hinted(Code::MissingKey, node.span, message, hint);
            return;
        };
        for other in entries.iter().filter(|other| other.span != entry.span) {
            self.second_key(other);
        }
        self.entry(entry);
    }

    fn second_key(&mut self, entry: &Entry<'_>) {
        let (code, hint) = if KEYS.contains(&&*entry.key) {
            (Code::ExclusiveKeys, "write it on a line of its own".to_owned())
        } else {
            match crate::decode::nearest(&entry.key, KEYS.iter().copied()) {
                Some(near) => (Code::UnknownKey, format!("did you mean `{near}`?")),
                None => (Code::UnknownKey, "a line has one key".to_owned()),
            }
        };
        let message = format!("`{}` stands beside the line's one key", entry.key);
        self.faults.hinted(code, entry.span, message, hint);
    }

    fn entry(&mut self, entry: &Entry<'_>) {
        let (input, faults) = (Input::of(entry), &mut self.faults);
        match &*entry.key {
            "tenant" => self.inventory.tenants.extend(TenantFacts::decode(input, faults)),
            "person" => self.inventory.persons.extend(PersonFacts::decode(input, faults)),
            "approval" => self.inventory.approvals.extend(Approval::decode(input, faults)),
            "rollout" => self.inventory.rollouts.extend(RolloutFacts::decode(input, faults)),
            "computer" => self.inventory.computers.extend(ComputerFacts::decode(input, faults)),
            "available" => {
                lists(input, &mut self.inventory.available, &mut self.places[0], faults);
            }
            _ => lists(input, &mut self.inventory.scripts, &mut self.places[1], faults),
        }
    }
}

/// Adds lists by name; a name that was there before is refused.
fn lists(
    input: Input<'_, '_>,
    into: &mut BTreeMap<String, Vec<String>>,
    places: &mut BTreeMap<String, Span>,
    faults: &mut Faults,
) {
    let Some(entries) = input.node.entries() else {
        faults.wrong_type(input, "an object of lists by name");
        return;
    };
    for entry in entries {
        if into.contains_key(&*entry.key) {
            twice(&entry.key, entry.span, faults);
        } else if let Some(list) = Vec::decode(Input::of(entry), faults) {
            into.insert(entry.key.to_string(), list);
            places.insert(entry.key.to_string(), entry.span);
        }
    }
}

fn twice(name: &str, span: Span, faults: &mut Faults) {
    let message = format!("`{name}` stands on an earlier line too");
    faults.hinted(Code::DuplicateKey, span, message, "write all of it on one line");
}

#[cfg(test)]
mod tests {
    use std::fmt::Write;

    use super::*;

    const YAML: &str = "
now: 2026-03-02T09:00:00-06:00
tenants:
  - {id: contoso, tags: [a], agreements: [{agreement: Managed, product: Off, from: 2025-06-30, to: null}]}
persons: [{upn: jo@contoso.example, tenant: contoso, groups: [Accounting], tags: []}]
available: {reader: [\"24.2\", \"24.1\"]}
scripts: {\"groups/lab.star\": [pc-02]}
approvals: [{computer: pc-02, deployment: deployments/optional.yaml}]
rollouts: [{item: software/reader, started: 2026-03-01T09:00:00-06:00}]
computers:
  - name: pc-02
    tenant: contoso
    key: 5f2a
    chassis: desktop
    domainRole: member
    os: {family: windows, version: 10.0.19045.3803, arch: x64}
    facts: {department: accounting, racks: [1, 2.5, null]}
    software: {reader: \"23.1\", gone: null}
    tests: {reader: true}
    tasks: {bitlocker: false, \"printer#front\": true}
";

    #[test]
    fn three_forms_are_one() {
        let (yaml, found) = inventory("i.yaml", YAML.as_bytes());
        assert_eq!(found, []);
        assert_eq!(yaml.computers.len(), 1);
        let whole = tree::yaml(YAML).0[0].to_json();
        let (json, found) = inventory("i.json", whole.to_string().as_bytes());
        assert_eq!(found, []);
        assert_eq!(json, yaml);
        let mut lines = String::new();
        for (list, key) in [
            ("tenants", "tenant"),
            ("persons", "person"),
            ("approvals", "approval"),
            ("rollouts", "rollout"),
            ("computers", "computer"),
        ] {
            for item in whole[list].as_array().into_iter().flatten() {
                writeln!(lines, "{}\n", serde_json::json!({ key: item })).expect("texts take all");
            }
        }
        writeln!(lines, "{}", serde_json::json!({"available": whole["available"]}))
            .expect("as above");
        writeln!(lines, "{}", serde_json::json!({"script": whole["scripts"]})).expect("as above");
        let (jsonl, found) = inventory("i.JSONL", lines.as_bytes());
        assert_eq!(found, []);
        assert_eq!(jsonl, Inventory { now: None, ..yaml });
    }

    #[test]
    fn parts_of_a_file_are_the_file() {
        let lines = [
            r#"{"computer": {"name": "a", "tenant": "t"}}"#,
            r#"{"available": {"s": ["1"]}}"#,
            r#"{"computer": {"name": "b"}}"#,
            r#"{"available": {"t": ["1"], "s": ["2"]}}"#,
            r#"{"script": {"g.star": ["a"]}}"#,
        ];
        let whole = inventory("i.jsonl", lines.join("\n").as_bytes());
        assert_eq!(whole.1.len(), 2);
        for cut in 0..=lines.len() {
            let part = |lines: &[&str], behind| {
                let mut part = Lines::behind("i.jsonl", behind);
                for line in lines {
                    part.line(line);
                }
                part
            };
            let mut first = part(&lines[..cut], 0);
            first.join(part(&lines[cut..], u32::try_from(cut).expect("few lines")));
            assert_eq!(first.finish(), whole, "cut behind line {cut}");
        }
    }

    #[test]
    fn faults_have_their_line() {
        let lines = r#"{"computer": {"name": "a", "tenant": "t", "chassis": "laptop"}}
{"computer": {"name": "b"}}
{"tenant": {"id": "x"}, "person": {"upn": "u"}}
{"computr": {}}
[]
{"available": {"s": ["1"]}} x
{"available": {"s": ["1"]}}
{"available": {"s": ["2"], "t": "1"}}
{"computer": {"name": "c", "tenant": "t", "software": {"x": 1.2}}, "note": 1}
"#;
        let (read, found) = inventory("i.jsonl", lines.as_bytes());
        let all: Vec<String> = found
            .iter()
            .map(|of| {
                let (span, code, hint) =
                    (of.span, of.code.word(), of.hint.as_deref().unwrap_or(""));
                format!("{}:{} {code} {} ({hint})", span.line, span.column, of.message)
            })
            .collect();
        insta::assert_snapshot!(all.join("\n"), @r#"
        1:54 bad-value `laptop` is no value of `chassis` (write one of `desktop`, `portable`, `server`, `unknown`)
        2:1 missing-key `tenant` is missing in `computer` at line 2 (add `tenant` at line 2)
        3:25 exclusive-keys `person` stands beside the line's one key (write it on a line of its own)
        4:1 missing-key the line holds none of the keys of an inventory (write an object with one of tenant, person, available, script, approval, rollout, computer)
        5:1 wrong-type the document takes an object, not a list (write an object)
        6:29 syntax this is no JSON: something stands behind the value ()
        8:16 duplicate-key `s` stands on an earlier line too (write all of it on one line)
        8:33 wrong-type `t` takes a list, not a text (write `[…]`, or one entry a line, each after a dash)
        9:68 unknown-key `note` stands beside the line's one key (a line has one key)
        9:61 wrong-type `x` takes a text, not a number with a point (quote it: "1.2")
        "#);
        assert_eq!(read.computers.len(), 2);
    }
}
