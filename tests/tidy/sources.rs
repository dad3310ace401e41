//! Rules for every Rust file.
//!
//! Owns heads, length, silenced lints, skipped tests, tests that sleep, kill
//! points and names. Does not own style (rustfmt) or anything that clippy
//! finds.

use crate::worktree::{files, refuse, text};

/// Past this many lines a file holds more than one idea.
const LONGEST: usize = 450;

/// The language itself speaks of package managers and of the context of a run.
const WORDS_OF_THE_LANGUAGE: [&str; 5] =
    ["PackageManager", "RunContext", "RegistryContext", "Service", "EnsureService"];

/// Words that say that nobody knew what a thing is.
const EMPTY_WORDS: [&str; 5] = ["Manager", "Helper", "Util", "Service", "Context"];

#[test]
fn every_file_opens_with_what_it_owns() {
    let faults: Vec<String> = files(&[".rs"])
        .iter()
        .filter(|file| !file.text.starts_with("//! "))
        .map(|file| format!("{}:1", file.path))
        .collect();
    refuse("open the file with `//!`: what it owns, what it does not, where to look next", &faults);
}

#[test]
fn no_file_is_too_long() {
    let faults: Vec<String> = files(&[".rs"])
        .iter()
        .map(|file| (&file.path, file.text.lines().count()))
        .filter(|(_, lines)| *lines > LONGEST)
        .map(|(path, lines)| format!("{path}: {lines} lines"))
        .collect();
    refuse(&format!("split these by idea, {LONGEST} lines are the limit"), &faults);
}

#[test]
fn nothing_is_silenced_for_good_and_no_test_is_skipped() {
    // Written in two halves, so that this file passes its own rule.
    let banned = [
        (concat!("[", "allow("), "write #[expect(lint, reason = \"…\")]"),
        (concat!("#[", "ignore"), "a test that does not run proves nothing"),
    ];
    let mut faults = Vec::new();
    for file in files(&[".rs"]) {
        for (number, line) in file.text.lines().enumerate() {
            let code = line.trim_start();
            for (word, advice) in banned {
                if code.starts_with('#') && code.contains(word) {
                    faults.push(format!("{}:{}: {advice}", file.path, number + 1));
                }
            }
        }
    }
    refuse("lints are expected with a reason, tests run", &faults);
}

#[test]
fn no_test_sleeps() {
    // Written in two halves, so that this file passes its own rule. A script
    // may sleep for long, as something that must be killed; a poll may not.
    let banned = [
        (concat!("thread::", "sleep"), "wait for an event with a deadline"),
        (concat!("time::", "sleep"), "wait for an event with a deadline"),
        (concat!("sleep", " 0"), "let the script read a named pipe"),
        (concat!("sleep", " ."), "let the script read a named pipe"),
    ];
    let mut faults = Vec::new();
    for file in files(&[".rs"]).iter().filter(|file| is_test(&file.path)) {
        for (number, line) in file.text.lines().enumerate() {
            for (word, advice) in banned {
                if line.contains(word) {
                    faults.push(format!("{}:{}: {advice}", file.path, number + 1));
                }
            }
        }
    }
    refuse("a test that sleeps is slow or fails on a busy computer", &faults);
}

/// Files that hold nothing but tests.
fn is_test(path: &str) -> bool {
    let programs = path.starts_with("tests/src/");
    let folder = path.starts_with("tests/") || path.contains("/tests/");
    (folder && !programs) || path.ends_with("/tests.rs")
}

#[test]
fn every_kill_point_has_a_test() {
    let tests = text("tests/e2e/killed.rs");
    let mut faults = Vec::new();
    let mut found = 0;
    for file in files(&[".rs"]).iter().filter(|file| file.path.contains("/src/")) {
        for call in file.text.split("kill_point::reach(").skip(1) {
            let arguments = call.split_once(';').map_or(call, |(arguments, _)| arguments);
            for name in arguments.split('"').skip(1).step_by(2) {
                found += 1;
                if !tests.contains(&format!("\"{name}\"")) {
                    faults.push(format!("{}: {name}", file.path));
                }
            }
        }
    }
    assert!(found > 10, "the kill points were not found");
    refuse("kill the program there in tests/e2e/killed.rs", &faults);
}

#[test]
fn nothing_is_left_for_later_in_a_comment() {
    let banned = [concat!("TO", "DO"), concat!("FIX", "ME"), concat!("X", "XX")];
    let mut faults = Vec::new();
    for file in files(&[".rs", ".toml", ".sh", ".md"]) {
        for (number, line) in file.text.lines().enumerate() {
            let mut words = line.split(|letter: char| !letter.is_alphanumeric());
            if words.any(|word| banned.contains(&word)) {
                faults.push(format!("{}:{}", file.path, number + 1));
            }
        }
    }
    refuse("do it, or write an issue", &faults);
}

#[test]
fn names_say_what_a_thing_is() {
    let mut faults = Vec::new();
    for file in files(&[".rs"]) {
        for (number, line) in file.text.lines().enumerate() {
            let Some(name) = defined_type(line) else {
                continue;
            };
            let ours = WORDS_OF_THE_LANGUAGE.contains(&name);
            if !ours && EMPTY_WORDS.iter().any(|word| name.ends_with(word)) {
                faults.push(format!("{}:{}: {name}", file.path, number + 1));
            }
        }
    }
    refuse("find a word that says what it is", &faults);
}

/// The name that a line defines as a type or trait, if it does.
fn defined_type(line: &str) -> Option<&str> {
    let mut words = line.split_whitespace().skip_while(|word| {
        *word == "pub" || word.starts_with("pub(") || *word == "unsafe" || *word == "crate)"
    });
    let keyword = words.next()?;
    if !["struct", "enum", "trait", "union"].contains(&keyword) {
        return None;
    }
    let name = words.next()?;
    let end = name.find(|letter: char| !letter.is_alphanumeric() && letter != '_');
    Some(&name[..end.unwrap_or(name.len())])
}
