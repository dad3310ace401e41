//! Secrets from a person's hand to a script and back, and in the clear nowhere
//! between.

use std::fs;
use std::io::Write as _;
use std::path::Path;
use std::process::{Command, Stdio};

use crate::stage::{Build, COMPUTER, Process, Stage};

/// Stands in no file of the test's programs but this one.
const KEY: &str = "correct-horse-battery";
/// What the script hands back, put together by itself.
const RECOVERY: &str = "recovery-4711";

/// A task that is given a secret and hands one back, and one whose password
/// each computer makes itself.
const SECRETS: &[(&str, &str)] = &[
    ("ordain.yaml", "apiVersion: ordain/v1\nkind: Repository\nname: e2e\ntimezone: Etc/UTC\n"),
    ("tenants/acme/tenant.yaml", "kind: Tenant\nname: acme\n"),
    (
        "tasks/door/task.yaml",
        "kind: Task\nname: door\nparameters: {key: {type: secret, required: true}}\n\
         outputs: {recovery-key: {type: secret, escrow: true}, lock: {type: string}}\n\
         test: {script: test.sh}\nset: {script: set.sh}\n",
    ),
    (
        "tasks/door/test.sh",
        "[ \"$(printf '%s' \"$ORDAIN_PARAM_KEY\" | sha256sum)\" = \"$(cat {place}/door)\" ]\n",
    ),
    (
        "tasks/door/set.sh",
        "printf '%s' \"$ORDAIN_PARAM_KEY\" | sha256sum > {place}/door\n\
         echo \"the key is $ORDAIN_PARAM_KEY\"\ncat\n\
         printf '%s-%s' recovery 4711 | tee \"$ORDAIN_OUTPUT/recovery-key\"\n\
         echo oak > \"$ORDAIN_OUTPUT/lock\"\n",
    ),
    (
        "deployments/door.yaml",
        "kind: Deployment\nname: door\ntask: door\ntarget: {all: true}\n\
         parameters: {key: {secret: door-key}}\n",
    ),
    (
        "tasks/admin/task.yaml",
        "kind: Task\nname: admin\n\
         parameters: {password: {type: secret, default: {generate: {length: 20, rotate: 30d}}}}\n\
         test: {script: test.sh}\nset: {script: set.sh}\n",
    ),
    (
        "tasks/admin/test.sh",
        "[ \"$(printf '%s' \"$ORDAIN_PARAM_PASSWORD\" | sha256sum)\" = \"$(cat {place}/admin)\" ]\n",
    ),
    (
        "tasks/admin/set.sh",
        "echo set >> {place}/starts\n\
         printf '%s' \"$ORDAIN_PARAM_PASSWORD\" | sha256sum > {place}/admin\n",
    ),
    ("deployments/admin.yaml", "kind: Deployment\nname: admin\ntask: admin\ntarget: {all: true}\n"),
];

/// A stage whose tenant has an identity and a secret, and a computer that has
/// the identity; nothing runs but the controller.
pub(crate) fn stage_with_secrets(build: Build) -> (Stage, Process) {
    let stage = Stage::new(build, SETS_NOTHING);
    let clone = stage.repository.clone_path().display().to_string();
    let identities = stage.path("identities").display().to_string();
    stage.repository.push(SECRETS);
    let made =
        local(&stage, &["secrets", "init", "--identities", &identities, "--path", &clone], "");
    assert!(made.contains("tenants/acme/secrets/recipient.txt"), "{made}");
    let add = ["secrets", "add", "door-key", "--tenant", "acme", "--for", "task/door"];
    local(&stage, &[&add[..], &["--path", &clone]].concat(), &format!("{KEY}\n"));
    let commit = stage.repository.push(&[]);
    let controller = stage.controller();
    controller.says(&["the commit is in force", &commit]);
    let file = format!("{identities}/acme.txt");
    let made = stage.ask(&["enroll", "--tenant", "acme", "--identity", &file]);
    let identity = made["identity"].as_str().expect("it stands in the line").to_owned();
    let invitation = stage.invite("acme");
    let enrolled = stage.enrol_with(COMPUTER, &invitation, |command| {
        command.args(["--identity", &identity]);
    });
    assert!(enrolled.ends().success(), "{}", enrolled.errors());
    (stage, controller)
}

/// Enough for a first commit.
const SETS_NOTHING: &[(&str, &str)] = &[SECRETS[0], SECRETS[1]];

/// Runs a verb that needs no controller, with that on standard input.
fn local(stage: &Stage, arguments: &[&str], input: &str) -> String {
    let mut command: Command = stage.command("ordain");
    command.args(arguments).stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
    let mut child = command.spawn().expect("it starts");
    child.stdin.take().expect("piped").write_all(input.as_bytes()).expect("it reads");
    let output = child.wait_with_output().expect("it ends");
    let said = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{arguments:?}: {said}");
    String::from_utf8_lossy(&output.stdout).into_owned()
}

/// What `ordain secrets show` prints.
pub(crate) fn shown(stage: &Stage, item: &str, name: &str) -> String {
    let file = stage.path("identities/acme.txt").display().to_string();
    let arguments = ["secrets", "show", COMPUTER, item, name, "--identity", &file];
    let client = stage.run(&[&arguments[..], &["--reason", "ticket 4"]].concat());
    assert!(client.ends().success(), "{}", client.errors());
    client.results().trim_end().to_owned()
}

/// The files below a folder that hold a text.
pub(crate) fn files_with(folder: &Path, text: &str) -> Vec<String> {
    let mut found = Vec::new();
    for entry in fs::read_dir(folder).expect("a folder") {
        let path = entry.expect("an entry").path();
        if path.is_dir() {
            found.extend(files_with(&path, text));
        } else {
            let bytes = fs::read(&path).unwrap_or_default();
            let holds = bytes.windows(text.len()).any(|part| part == text.as_bytes());
            found.extend(holds.then(|| path.display().to_string()));
        }
    }
    found
}

#[test]
fn a_secret_reaches_its_script_and_what_comes_back_only_its_tenant_reads() {
    let (stage, controller) = stage_with_secrets(Build::Shipped);
    let agent = stage.agent(COMPUTER);
    let session = stage.session();
    let deeds = [
        "task/admin set not-compliant - - done passed",
        "task/door set not-compliant - - done passed",
    ];
    assert_eq!((session.status(), session.deeds()), ("passed", deeds.map(String::from).to_vec()));
    let hashed = |value: &str| {
        let script = "printf '%s' \"$1\" | sha256sum";
        let output = Command::new("sh").args(["-c", script, "sh", value]).output();
        String::from_utf8(output.expect("a shell").stdout).expect("text")
    };
    assert_eq!(stage.read("door"), hashed(KEY), "the script had the whole value");
    let printed = format!("{:?}", session.value());
    assert!(printed.contains("the key is ***") && !printed.contains(KEY), "{printed}");
    assert!(!printed.contains(RECOVERY), "{printed}");

    // What was handed back, and what was made, can be read by who has the identity.
    assert_eq!(shown(&stage, "task/door", "recovery-key"), RECOVERY);
    assert_eq!(shown(&stage, "task/door", "lock"), "oak");
    let password = shown(&stage, "task/admin", "password");
    assert_eq!((password.len(), hashed(&password)), (20, stage.read("admin")));
    let stranger = stage.run(&["secrets", "show", COMPUTER, "task/admin", "password"]);
    assert_eq!(stranger.ends().code(), Some(2), "{}", stranger.results());
    let audit = stage.ask(&["audit"]);
    let entries = audit["entries"].as_array().expect("a list");
    assert_eq!(entries.len(), 4, "{audit:#}");
    assert_eq!(entries[1]["name"], "password");
    assert_eq!(entries[3]["reason"], "ticket 4");

    // The value stays, and nothing is done again.
    stage.is_settled();
    assert_eq!(shown(&stage, "task/admin", "password"), password);
    assert_eq!(stage.read("starts"), "set\n");
    for secret in [KEY, RECOVERY, &password] {
        for folder in ["controller".into(), stage.agent_data(COMPUTER)] {
            assert_eq!(files_with(&stage.path("").join(folder), secret), [""; 0], "{secret}");
        }
        for process in [&controller, &agent] {
            assert!(!process.errors().contains(secret), "{}", process.errors());
        }
    }
}

#[test]
fn without_the_identity_the_item_fails_and_says_what_to_do() {
    let (stage, _controller) = stage_with_secrets(Build::Shipped);
    fs::remove_file(stage.agent_data(COMPUTER).join("identity.txt")).expect("it was given");
    let _agent = stage.agent(COMPUTER);
    let session = stage.session();
    assert_eq!(session.status(), "failed", "{session:?}");
    let said = format!("{:?}", session.value());
    assert!(said.contains("ordain-agent identity"), "{said}");
    assert_eq!((stage.read("door"), stage.read("starts")), (String::new(), String::new()));

    // A person gives it; nothing need be started again.
    let mut command = stage.command("ordain-agent");
    command.arg("identity").arg(stage.path("identities/acme.txt"));
    command.arg("--data").arg(stage.agent_data(COMPUTER));
    assert!(Process::start("ordain-agent identity", &mut command).ends().success());
    assert_eq!(stage.session().status(), "passed");
    stage.is_settled();
}
