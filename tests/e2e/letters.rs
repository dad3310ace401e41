//! Persons are told by e-mail before and after, and decide by the link in it.
//!
//! Wants Debian's python3-aiosmtpd, a real mail server with TLS and a login.

use serde_json::Value;

use crate::commits::{NEWER, ON_COMMIT, ended, sessions};
use crate::stage::{Build, COMPUTER, Line, PASSWORD, POLICY, PostOffice, Process, Stage};

/// The tool's next version waits for the night; a person and somebody else are told.
pub(crate) const AT_NIGHT: &[(&str, &str)] = &[
    (
        "schedules/changes.yaml",
        "kind: Schedule\nname: changes\ntarget: {all: true}\nwhen: {on: commit}\n\
         execute: {at: \"03:00\"}\nnotify: {before: true, after: true}\n\
         postpone: {choices: [1h, 1d], max: 2}\n",
    ),
    (
        "tenants/acme/tenant.yaml",
        "kind: Tenant\nname: acme\ndisplayName: Acme & Sons\n\
         notifications: {recipients: [boss@acme.example]}\n",
    ),
    ("tenants/acme/computers/pc-01.yaml", "kind: Computer\nname: pc-01\nperson: jo@acme.example\n"),
    (
        "tenants/acme/brandings/acme.yaml",
        "kind: Branding\nname: acme\nfrom: Acme IT <it@acme.example>\ndefault: true\n\
         colours: {primary: \"#7a1f1f\"}\nsubject: \"[Acme] {{ computer }}: {{ kind }}\"\n",
    ),
];

/// A computer with version 1.0, and a session for 1.1 that waits for the night.
pub(crate) fn waiting(stage: &Stage, controller: &Process) -> String {
    let commit = stage.repository.push(&[("software/tool/software.yaml", NEWER)]);
    controller.says(&["the commit is followed", &commit, "computers=1"]);
    sessions(stage, COMPUTER)[0].clone()
}

pub(crate) fn stage(build: Build) -> Stage {
    Stage::new(build, &[POLICY, ON_COMMIT, AT_NIGHT].concat())
}

pub(crate) fn controller(stage: &Stage) -> Process {
    let config = stage.path("serve.yaml");
    stage.controller_with(|command| {
        command.arg("--config").arg(config);
    })
}

/// The path behind the link in a message.
fn link(message: &Value) -> String {
    let plain = message["plain"].as_str().expect("plain text");
    let line = plain.lines().find(|line| line.starts_with("https://")).expect("a link");
    let html = message["html"].as_str().expect("HTML");
    assert!(html.contains("<a href="), "{html}");
    line[line.find("/m/").expect("the page's path")..].trim().to_owned()
}

/// Asks for a page as a browser does; the head's first line and the page.
fn page(stage: &Stage, method: &str, path: &str, form: &str) -> (String, String) {
    let mut line = Line::open(stage, None);
    let head = format!(
        "{method} {path} HTTP/1.1\r\nHost: 127.0.0.1\r\nConnection: close\r\n\
         Content-Type: application/x-www-form-urlencoded"
    );
    line.request(&head, form);
    let head = line.head();
    assert!(head.to_lowercase().contains("cache-control: no-store"), "{head}");
    assert!(head.to_lowercase().contains("referrer-policy: no-referrer"), "{head}");
    let page = String::from_utf8(line.rest()).expect("a page");
    (head.lines().next().expect("a status").to_owned(), page)
}

pub(crate) fn status(stage: &Stage, id: &str) -> String {
    let shown = stage.ask(&["sessions", "show", id]);
    shown["status"].as_str().expect("a status").to_owned()
}

#[test]
fn a_person_is_told_and_runs_it_now() {
    let stage = stage(Build::Shipped);
    let office = PostOffice::open(&stage, "starttls");
    let controller = controller(&stage);
    stage.enrol(COMPUTER);
    let _agent = stage.agent(COMPUTER);
    stage.session();
    let id = waiting(&stage, &controller);

    let before = office.took("jo@acme.example", "before");
    assert_eq!(before["from"], "Acme IT <it@acme.example>");
    assert_eq!(before["sender"], "it@acme.example");
    assert_eq!(before["subject"], "[Acme] pc-01: before");
    assert_eq!(before["type"], "multipart/alternative");
    assert_eq!((&before["tls"], &before["login"]), (&Value::from(true), &Value::from(true)));
    let plain = before["plain"].as_str().expect("plain text");
    assert!(plain.contains("tool: version 1.0 becomes 1.1"), "{plain}");
    assert!(plain.contains("Acme & Sons") && plain.contains("03:00"), "{plain}");
    let html = before["html"].as_str().expect("HTML");
    assert!(html.contains("Acme &amp; Sons") && html.contains("#7a1f1f"), "{html}");
    // Who is told besides decides nothing.
    let other = office.took("boss@acme.example", "before");
    assert!(!other["plain"].as_str().expect("text").contains("https://"), "{other:#}");

    // Whoever only looks changes nothing, however often.
    let link = link(&before);
    for _ in 0..2 {
        let (answer, shown) = page(&stage, "GET", &link, "");
        assert!(answer.contains(" 200 "), "{answer}");
        assert!(shown.contains("1.0 becomes 1.1") && shown.contains("Do it now"), "{shown}");
    }
    for (path, form) in [("run", "value=cancel"), ("explode", "value=now")] {
        let (_, shown) = page(&stage, "POST", &format!("{link}/{path}"), form);
        assert!(shown.contains("Do it now"), "{path}: {shown}");
    }
    assert_eq!(status(&stage, &id), "awaiting-execution");
    let (answer, _) = page(&stage, "GET", "/m/olk_nobody-has-it", "");
    assert!(answer.contains(" 404 "), "{answer}");

    let (answer, shown) = page(&stage, "POST", &format!("{link}/run"), "value=now");
    assert!(answer.contains(" 200 ") && shown.contains("It begins"), "{answer}\n{shown}");
    assert_eq!(ended(&stage, &id).status(), "passed");
    assert_eq!(stage.read("tool"), "version=1.1\n");
    let after = office.took("jo@acme.example", "after");
    assert!(after["plain"].as_str().expect("text").contains("tool 1.1: done"), "{after:#}");
    office.took("boss@acme.example", "after");

    // The link has done its work.
    for method in ["GET", "POST"] {
        let path = if method == "GET" { link.clone() } else { format!("{link}/cancel") };
        let (_, shown) = page(&stage, method, &path, "value=cancel");
        assert!(shown.contains("nothing to decide any more"), "{method}: {shown}");
    }
    assert_eq!(office.taken().len(), 4, "{:#?}", office.taken());
    let said = controller.errors();
    assert!(!said.contains(PASSWORD) && !said.contains("olk_"), "{said}");
    controller.stop();
}

#[test]
fn a_message_waits_for_its_server_and_the_person_cancels() {
    let stage = stage(Build::Shipped);
    let office = PostOffice::open(&stage, "tls");
    let port = office.port();
    office.close();
    let controller = controller(&stage);
    stage.enrol(COMPUTER);
    let _agent = stage.agent(COMPUTER);
    stage.session();
    let id = waiting(&stage, &controller);
    controller.says(&["a message was not taken", "before"]);

    // A restart does not forget it.
    controller.stop();
    let controller = self::controller(&stage);
    let office = PostOffice::again(&stage, "tls", port);
    let before = office.took("jo@acme.example", "before");
    office.took("boss@acme.example", "before");
    let (_, shown) = page(&stage, "POST", &format!("{}/cancel", link(&before)), "value=cancel");
    assert!(shown.contains("It is cancelled"), "{shown}");
    assert_eq!(ended(&stage, &id).status(), "cancelled");
    assert_eq!(stage.read("tool"), "version=1.0\n");
    assert_eq!(office.taken().len(), 2, "{:#?}", office.taken());
    controller.stop();
}

#[test]
fn a_person_puts_it_off_by_one_of_the_choices() {
    let stage = stage(Build::Shipped);
    let office = PostOffice::open(&stage, "starttls");
    let controller = controller(&stage);
    stage.enrol(COMPUTER);
    let _agent = stage.agent(COMPUTER);
    stage.session();
    let id = waiting(&stage, &controller);
    let link = link(&office.took("jo@acme.example", "before"));
    let (_, shown) = page(&stage, "GET", &link, "");
    assert!(shown.contains("In 1 hour") && shown.contains("In 1 day"), "{shown}");

    // What its schedule does not offer changes nothing.
    let put_off = format!("{link}/postpone");
    for form in ["value=7200", "value=-1", "value="] {
        let (_, shown) = page(&stage, "POST", &put_off, form);
        assert!(shown.contains("In 1 hour"), "{form}: {shown}");
    }
    assert_eq!(status(&stage, &id), "awaiting-execution");
    let (_, shown) = page(&stage, "POST", &put_off, "value=3600");
    assert!(shown.contains("It is put off"), "{shown}");
    assert_eq!(status(&stage, &id), "postponed");
    let (_, shown) = page(&stage, "POST", &format!("{link}/run"), "value=now");
    assert!(shown.contains("nothing to decide any more"), "{shown}");
    assert_eq!(status(&stage, &id), "postponed");

    // The next message has a link of its own, by which it is put off once more.
    let again = self::link(&office.took("jo@acme.example", "postponed"));
    assert_ne!(again, link);
    let (_, shown) = page(&stage, "GET", &again, "");
    assert!(shown.contains("put off") && shown.contains("In 1 day"), "{shown}");
    let said = office.said();
    page(&stage, "POST", &format!("{again}/postpone"), "value=86400");
    let last = self::link(&office.took_after(said, "jo@acme.example", "postponed"));
    // So often and no more; now it is wanted at once.
    let (_, shown) = page(&stage, "GET", &last, "");
    assert!(shown.contains("Do it now") && !shown.contains("In 1 hour"), "{shown}");
    assert_eq!(stage.read("tool"), "version=1.0\n");
    page(&stage, "POST", &format!("{last}/run"), "value=now");
    assert_eq!(ended(&stage, &id).status(), "passed");
    assert_eq!(stage.read("tool"), "version=1.1\n");
    controller.stop();
}
