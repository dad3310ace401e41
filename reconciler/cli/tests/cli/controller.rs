//! The verbs around a running controller, on a real one: `ordain serve` on the
//! loopback interface with a repository of its own.

use std::fs;
use std::io::Read;
use std::path::PathBuf;
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use serde_json::{Value, json};

use crate::support::{Ran, Repository, ordain};

/// How long the controller may take to answer, on a machine under load.
const PATIENCE: Duration = Duration::from_mins(2);

/// A running controller; ends with the test.
struct Running {
    small: Repository,
    child: Child,
}

impl Drop for Running {
    fn drop(&mut self) {
        // It may have ended already, which is as good.
        let _gone = self.child.kill();
        let _code = self.child.wait();
    }
}

impl Running {
    fn start() -> Self {
        let small = Repository::small();
        small.commit("first");
        let args = ["serve", "--repo", ".", "--data", "data", "--listen", "127.0.0.1:0"];
        let log = fs::File::create(small.path().join("serve.log")).unwrap();
        let mut command = ordain(small.path(), &args);
        let child = command.stdout(Stdio::piped()).stderr(log).spawn().unwrap();
        let running = Self { small, child };
        running.until_in_force();
        running
    }

    fn until_in_force(&self) {
        let deadline = Instant::now() + PATIENCE;
        loop {
            let ran = self.ask(&["status", "--format", "json"]);
            if ran.code == 0 && !ran.json()["commit"]["inForce"].is_null() {
                return;
            }
            let log =
                || fs::read_to_string(self.small.path().join("serve.log")).unwrap_or_default();
            assert!(Instant::now() < deadline, "no commit is in force: {ran:#?}\n{}", log());
            std::thread::yield_now();
        }
    }

    /// Asks as somebody on the same machine does.
    fn ask(&self, args: &[&str]) -> Ran {
        self.small.run(&[args, &["--data", "data"]].concat())
    }

    fn data(&self, name: &str) -> PathBuf {
        self.small.path().join("data").join(name)
    }

    /// A command as somebody elsewhere gives it: an address, and the token in
    /// the environment.
    fn elsewhere(&self, args: &[&str]) -> Command {
        let endpoint: Value =
            serde_json::from_slice(&fs::read(self.data("endpoint.json")).unwrap()).unwrap();
        let mut command = ordain(self.small.path(), args);
        command.env("ORDAIN_SERVER", endpoint["url"].as_str().unwrap());
        command.env("ORDAIN_TOKEN", fs::read_to_string(self.data("admin.token")).unwrap().trim());
        command
    }

    fn pin(&self) -> String {
        let endpoint: Value =
            serde_json::from_slice(&fs::read(self.data("endpoint.json")).unwrap()).unwrap();
        endpoint["pin"].as_str().unwrap().to_owned()
    }
}

fn ran(mut command: Command) -> Ran {
    Ran::new(&command.output().unwrap())
}

#[test]
fn somebody_on_the_same_machine_needs_the_data_folder_only() {
    let running = Running::start();
    let status = running.ask(&["status", "--format", "json"]).exits(0).json();
    assert_eq!(status["commit"]["inForce"].as_str().map(str::len), Some(40), "{status}");
    assert_eq!(status["commit"]["rejected"], json!([]));
    assert_eq!(status["paused"], json!([]));
    assert_eq!(status["computers"], json!({"online": 0, "total": 0}));
    assert!(status["sessions"].is_object());
    assert!(running.ask(&["status"]).exits(0).out.contains("in force"));

    let made = running.ask(&[
        "enroll",
        "--tenant",
        "contoso",
        "--count",
        "2",
        "--expires",
        "1h",
        "--format",
        "json",
    ]);
    let made = made.exits(0).json();
    let keys: Vec<&str> = made.as_object().unwrap().keys().map(String::as_str).collect();
    assert_eq!(keys, ["expires", "pin", "server", "tenant", "token"]);
    assert_eq!(made["pin"], running.pin());
    let line = running.ask(&["enroll", "--tenant", "contoso"]).exits(0).out;
    assert!(
        line.starts_with("ordain-agent enroll --server https://") && line.lines().count() == 1,
        "{line}"
    );
    running.ask(&["enroll", "--tenant", "nobody"]).exits(2).complains(&["nobody", "contoso"]);

    assert_eq!(
        running.ask(&["computers", "--format", "json"]).exits(0).json(),
        json!({"computers": []})
    );
    assert_eq!(running.ask(&["computers", "list"]).exits(0).out, "no computer is enrolled\n");
    running.ask(&["computers", "show", "pc-1"]).exits(2).complains(&["pc-1"]);
    running.ask(&["computers", "remove", "contoso/pc-1"]).exits(2).complains(&["pc-1"]);
    assert_eq!(
        running.ask(&["sessions", "list", "--format", "json"]).exits(0).json(),
        json!({"sessions": []})
    );
    running.ask(&["sessions", "show", "s-none"]).exits(2).complains(&["s-none"]);
    running.ask(&["sessions", "logs", "s-none", "--follow"]).exits(2).complains(&["s-none"]);
    running
        .ask(&["sessions", "start", "--computer", "pc-1", "--wait"])
        .exits(2)
        .complains(&["pc-1"]);
    running
        .ask(&["sessions", "start", "--computer", "pc-1", "--kind", "nonsense"])
        .exits(2)
        .complains(&["nonsense"]);

    let paused = running.ask(&["pause", "--tenant", "contoso", "--format", "json"]).exits(0).json();
    assert_eq!(paused["paused"][0]["tenant"], "contoso");
    assert!(running.ask(&["status"]).exits(0).out.contains("paused     contoso"));
    assert!(
        running.ask(&["resume", "--tenant", "contoso"]).exits(0).out.contains("nothing is paused")
    );

    running.small.write("exported.yaml", &running.ask(&["export", "inventory"]).exits(0).out);
    running.small.run(&["plan", "--inventory", "exported.yaml"]).exits(0);
    running.ask(&["export", "inventory", "--format", "jsonl"]).exits(0);
    let plan = running.ask(&["plan", "--format", "json"]).exits(0).json();
    assert_eq!(plan["totals"]["computers"], 0);
}

#[test]
fn somebody_elsewhere_needs_address_token_and_authority() {
    let running = Running::start();
    let with_pin = |pin: &str| ran(running.elsewhere(&["status", "--pin", pin]));
    with_pin(&running.pin()).exits(0);
    let other = format!("sha256/{}=", "A".repeat(43));
    with_pin(&other).exits(3).complains(&["another authority", "--ca FILE"]);
    with_pin("sha256/short").exits(2).complains(&["no pin"]);
    ran(running.elsewhere(&["status", "--ca", "data/ca.pem"])).exits(0);
    ran(running.elsewhere(&["status", "--ca", "ordain.yaml"]))
        .exits(3)
        .complains(&["no certificate"]);
    ran(running.elsewhere(&["status"])).exits(3).complains(&["--ca FILE"]);

    let mut command = running.elsewhere(&["status", "--ca", "data/ca.pem"]);
    command.env("ORDAIN_TOKEN", "a-wrong-token-that-must-not-be-shown");
    let refused = ran(command).exits(3).complains(&["administrator's token"]);
    assert!(!refused.err.contains("must-not-be-shown"), "{refused:?}");
    let mut command = running.elsewhere(&["status", "--ca", "data/ca.pem"]);
    command.env_remove("ORDAIN_TOKEN");
    ran(command).exits(3).complains(&["ORDAIN_TOKEN"]);
    let mut command = running.elsewhere(&["status", "--ca", "data/ca.pem"]);
    command.env("ORDAIN_CA", "none.pem").env("ORDAIN_SERVER", "https://127.0.0.1:1");
    ran(command).exits(3).complains(&["127.0.0.1:1", "is the controller running"]);
}

#[test]
#[cfg(unix)]
fn a_signal_ends_it_in_order() {
    let mut running = Running::start();
    let id = running.child.id().to_string();
    assert!(Command::new("kill").args(["-TERM", &id]).status().unwrap().success());
    let mut said = String::new();
    running.child.stdout.take().unwrap().read_to_string(&mut said).unwrap();
    assert_eq!(running.child.wait().unwrap().code(), Some(0));
    assert_eq!(said, "", "a log is no result");
    running.ask(&["status"]).exits(3).complains(&["endpoint.json", "ordain serve"]);
}

#[test]
fn a_second_one_on_the_same_data_is_refused() {
    let running = Running::start();
    let second =
        running.small.run(&["serve", "--repo", ".", "--data", "data", "--listen", "127.0.0.1:0"]);
    second.exits(3).complains(&["another controller", "--data"]);
    let taken: Value =
        serde_json::from_slice(&fs::read(running.data("endpoint.json")).unwrap()).unwrap();
    let address = taken["url"].as_str().unwrap().trim_start_matches("https://").to_owned();
    let third =
        running.small.run(&["serve", "--repo", ".", "--data", "other", "--listen", &address]);
    third.exits(3).complains(&[&address, "--listen"]);
}

#[test]
fn many_computers_need_a_yes() {
    let running = Running::start();
    let names: Vec<String> = (1..=11).map(|number| format!("pc-{number}")).collect();
    let names: Vec<&str> = names.iter().map(String::as_str).collect();
    let start = |names: &[&str], more: &[&str]| {
        running.ask(&[&["sessions", "start", "--computer"], names, more].concat())
    };
    start(&names, &[]).exits(4).complains(&["11 computers", "nothing was started", "--yes"]);
    // Those who may go on find that there are no such computers.
    start(&names[1..], &[]).exits(2).complains(&["pc-2"]);
    start(&names, &["--yes"]).exits(2).complains(&["pc-1"]);
}

#[test]
fn a_data_folder_is_copied() {
    let running = Running::start();
    let small = &running.small;
    let backup =
        |data: &str| small.run(&["backup", "--data", data, "--to", "copy", "--format", "json"]);
    backup("nowhere").exits(3).complains(&["no data folder", "hint"]);
    let made = backup("data").exits(0).json();
    assert_eq!(made["backup"], "copy");
    assert!(made["bytes"].as_u64().unwrap() > 0, "{made}");
    let mut files: Vec<String> = fs::read_dir(small.path().join("copy"))
        .unwrap()
        .map(|entry| entry.unwrap().file_name().to_string_lossy().into_owned())
        .collect();
    files.sort();
    assert_eq!(files, ["admin.token", "ca.key", "ca.pem", "enrolments.jsonl", "ordain.db"]);
    backup("data").exits(3).complains(&["there already"]);
}
