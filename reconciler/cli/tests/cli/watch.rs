//! `ordain validate --watch`: a real process, a real folder, a real interrupt.

use std::io::{BufRead, BufReader};
use std::process::{Child, ChildStdout, Command, Stdio};

use serde_json::Value;

use crate::support::{Repository, ordain};

struct Watching {
    child: Child,
    lines: BufReader<ChildStdout>,
}

impl Watching {
    fn start(repository: &Repository) -> Self {
        let mut command = ordain(repository.path(), &["validate", "--watch", "--format", "jsonl"]);
        let mut child = command.stdout(Stdio::piped()).stderr(Stdio::null()).spawn().unwrap();
        let lines = BufReader::new(child.stdout.take().unwrap());
        Self { child, lines }
    }

    fn report(&mut self) -> Value {
        let mut line = String::new();
        self.lines.read_line(&mut line).unwrap();
        serde_json::from_str(&line).unwrap()
    }

    /// Reports until one has so many errors.
    fn until(&mut self, errors: u64) {
        while self.report()["errors"] != errors {}
    }

    fn interrupt(mut self) -> i32 {
        let id = self.child.id().to_string();
        assert!(Command::new("kill").args(["-INT", &id]).status().unwrap().success());
        self.child.wait().unwrap().code().unwrap()
    }
}

#[test]
fn every_change_is_validated_until_it_is_interrupted() {
    let small = Repository::small();
    let mut watching = Watching::start(&small);
    assert_eq!(watching.report()["errors"], 0);
    let bad = "name: bad\nsoftware: nothing\ntarget: {all: true}\n";
    small.write("tenants/contoso/deployments/bad.yaml", bad);
    watching.until(1);
    small.write("deployments/worse.yaml", &bad.replace("bad", "worse"));
    watching.until(2);
    assert_eq!(watching.interrupt(), 1);
    let mut watching = Watching::start(&small);
    assert_eq!(watching.report()["errors"], 2);
    small.write("tenants/contoso/deployments/bad.yaml", &bad.replace("nothing", "viewer"));
    watching.until(1);
    small.write("deployments/worse.yaml", "");
    watching.until(0);
    assert_eq!(watching.interrupt(), 0);
}

#[test]
fn one_commit_and_one_report_are_not_watched() {
    let small = Repository::small();
    small.run(&["validate", "--watch", "--rev", "main"]).exits(2);
    small
        .run(&["validate", "--watch", "--format", "sarif"])
        .exits(2)
        .complains(&["--format jsonl"]);
}
