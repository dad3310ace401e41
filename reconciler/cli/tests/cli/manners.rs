//! Help, colour, pipes that close: what every verb has in common.

use std::io::{BufRead, BufReader, Read};
use std::process::Stdio;

use crate::support::{Repository, is_coloured, ordain, run};

#[test]
fn every_verb_has_help_with_an_example() {
    let place = Repository::empty();
    let help = run(place.path(), &["--help"]).exits(0).out;
    let verbs = help.lines().skip_while(|line| *line != "Commands:").skip(1);
    let verbs = verbs
        .take_while(|line| !line.is_empty())
        .filter(|line| line.starts_with("  ") && !line.starts_with("   "));
    let verbs: Vec<&str> = verbs
        .filter_map(|line| line.split_whitespace().next())
        .filter(|verb| *verb != "help")
        .collect();
    assert!(verbs.len() >= 15, "{verbs:?}");
    for verb in verbs {
        let ran = run(place.path(), &[verb, "--help"]).exits(0);
        assert!(
            ran.out.contains(&format!("  ordain {verb}")),
            "{verb} has no example:\n{}",
            ran.out
        );
        assert_eq!(ran.err, "");
    }
    run(place.path(), &["--version"]).exits(0);
}

#[test]
fn completions_and_manual_pages_are_printed() {
    let place = Repository::empty();
    for shell in ["bash", "zsh", "fish", "powershell", "elvish"] {
        let ran = run(place.path(), &["completions", shell]).exits(0);
        assert!(ran.out.contains("validate"), "{shell}");
    }
    assert!(run(place.path(), &["man"]).exits(0).out.contains(".TH"));
    assert!(run(place.path(), &["man", "plan"]).exits(0).out.contains("inventory"));
}

#[test]
fn colour_is_for_terminals_unless_somebody_insists() {
    let small = Repository::small();
    small.write(
        "deployments/bad.yaml",
        "kind: Deployment\nname: bad\nsoftware: nope\ntarget: {all: true}\n",
    );
    assert!(!is_coloured(&small.run(&["validate"]).exits(1).out));
    assert!(is_coloured(&small.run(&["validate", "--color", "always"]).exits(1).out));
    assert!(!is_coloured(&small.run(&["validate", "--color", "never"]).exits(1).out));
    let of = |name: &str| {
        let output = ordain(small.path(), &["validate"]).env(name, "1").output().unwrap();
        String::from_utf8(output.stdout).unwrap()
    };
    assert!(!is_coloured(of("NO_COLOR")));
    assert!(is_coloured(of("CLICOLOR_FORCE")));
    assert!(!is_coloured(&small.run(&["validate", "--format", "json", "--color", "always"]).out));
}

#[test]
fn a_reader_that_goes_away_is_no_failure() {
    let small = Repository::small();
    let computers = (0..20_000)
        .map(|number| format!("{{\"computer\": {{\"name\": \"pc-{number}\", \"tenant\": \"contoso\", \"software\": {{}}}}}}\n"))
        .collect::<Vec<_>>().concat();
    small.write("fleet.jsonl", &computers);
    let mut command =
        ordain(small.path(), &["plan", "--inventory", "fleet.jsonl", "--format", "jsonl"]);
    let mut child = command.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
    let mut first = String::new();
    let mut reader = BufReader::new(child.stdout.take().unwrap());
    reader.read_line(&mut first).unwrap();
    drop(reader);
    let mut said = String::new();
    child.stderr.take().unwrap().read_to_string(&mut said).unwrap();
    assert_eq!(child.wait().unwrap().code(), Some(0));
    assert_eq!(said, "");
    assert!(first.starts_with("{\"computer\":\"pc-0\""), "{first}");
}

#[test]
#[cfg(target_os = "linux")]
fn a_result_that_cannot_be_written_could_not_be_done() {
    let small = Repository::small();
    let full = std::fs::File::options().write(true).open("/dev/full").unwrap();
    let output = ordain(small.path(), &["validate"]).stdout(full).output().unwrap();
    let said = String::from_utf8(output.stderr).unwrap();
    assert_eq!(output.status.code(), Some(3), "{said}");
    assert!(said.contains("could not be written"), "{said}");
}
