//! Webhooks are told of sessions and compliance: signed, again until they
//! listen, and under one id each.

use std::fs;
use std::process::Command;

use serde_json::{Value, json};

use crate::stage::{Build, COMPUTER, Call, Listener, POLICY, Stage};

const SECRET: &str = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw";

/// Writes `serve.yaml` with one webhook.
pub(crate) fn told(stage: &Stage, listener: &Listener, more: &str) {
    let config = format!(
        "webhooks:\n  - {{name: desk, url: \"http://127.0.0.1:{}/hook?key=hidden\", \
         secretFile: hook.secret, events: [session, compliance]{more}}}\n",
        listener.port()
    );
    fs::write(stage.path("serve.yaml"), config).expect("writable");
    fs::write(stage.path("hook.secret"), format!("{SECRET}\n")).expect("writable");
}

/// As a receiver checks it, with another program than ours.
pub(crate) fn is_genuine(call: &Call) {
    let script = "import base64, hashlib, hmac, sys\n\
        key = base64.b64decode(sys.argv[1].removeprefix('whsec_'))\n\
        signed = f'{sys.argv[2]}.{sys.argv[3]}.{sys.argv[4]}'.encode()\n\
        ours = base64.b64encode(hmac.new(key, signed, hashlib.sha256).digest()).decode()\n\
        sys.exit(0 if hmac.compare_digest('v1,' + ours, sys.argv[5]) else 1)\n";
    let mut python = Command::new("python3");
    python.args(["-c", script, SECRET, call.header("webhook-id")]);
    python.args([call.header("webhook-timestamp"), &call.body, call.header("webhook-signature")]);
    let status = python.status().expect("python3");
    assert!(status.success(), "{call:?}");
    assert_eq!(call.header("content-type"), "application/json");
}

/// So many calls, each of them genuine; retries come between others.
fn take(listener: &Listener, count: usize) -> Vec<Value> {
    let body = |_| {
        let call = listener.next();
        is_genuine(&call);
        let body: Value = serde_json::from_str(&call.body).expect("JSON");
        assert_eq!(body["id"], call.header("webhook-id"));
        assert_eq!((&body["tenant"], &body["computer"]), (&json!("acme"), &json!(COMPUTER)));
        body
    };
    (0..count).map(body).collect()
}

/// The one that holds that value.
fn one<'a>(calls: &'a [Value], key: &str, value: &str) -> &'a Value {
    let found = calls.iter().find(|call| call[key] == value);
    found.unwrap_or_else(|| panic!("{key} {value}: {calls:#?}"))
}

#[test]
fn a_webhook_is_told_until_it_listens() {
    let stage = Stage::new(Build::Shipped, POLICY);
    // It fails, sends elsewhere, says nothing, and then listens.
    let listener = Listener::open(&["500 No", "302 Found\r\nLocation: http://127.0.0.1:1/x", ""]);
    told(&stage, &listener, "");
    let config = stage.path("serve.yaml");
    let controller = stage.controller_with(|command| {
        command.arg("--config").arg(&config);
    });
    stage.enrol(COMPUTER);
    let _agent = stage.agent(COMPUTER);
    let session = stage.session();
    let id = session.value()["id"].clone();

    for failure in ["it answers 500", "it answers 302", "error sending"] {
        controller.says(&["a webhook did not take a call", failure]);
    }
    // It begins, it ends, and what that means: each was turned down once, and
    // came again under the same id with the same text.
    let calls = take(&listener, 6);
    for call in &calls {
        assert_eq!(calls.iter().filter(|other| *other == call).count(), 2, "{calls:#?}");
    }
    let began = one(&calls, "status", "running");
    assert_eq!((&began["event"], &began["session"]), (&json!("session"), &id), "{began:#}");
    assert_eq!(began["was"], "created");

    let ended = one(&calls, "status", "passed");
    assert_eq!(ended["results"], json!({"passed": 2}), "{ended:#}");
    let items = one(&calls, "event", "compliance")["items"].as_array().expect("a list");
    let brief = |item: &Value| json!([item["item"], item["was"], item["now"]]);
    assert_eq!(
        items.iter().map(brief).collect::<Vec<_>>(),
        [json!(["software/tool", null, "compliant"]), json!(["task/note", null, "compliant"])]
    );

    // What stays as it is, is not told; what has changed is.
    stage.session();
    let calls = take(&listener, 2);
    assert!(calls.iter().all(|call| call["event"] == "session"), "{calls:#?}");
    let commit = stage.repository.push(&[("tasks/note/test.sh", "exit 3\n")]);
    controller.says(&["the commit is in force", &commit]);
    assert_eq!(stage.session().status(), "failed");
    let calls = take(&listener, 3);
    let compliance = one(&calls, "event", "compliance");
    let items = compliance["items"].as_array().expect("a list");
    assert_eq!(items.len(), 1, "{compliance:#}");
    assert_eq!((&items[0]["was"], &items[0]["now"]), (&json!("compliant"), &json!("failed")));

    let said = controller.errors();
    assert!(!said.contains("hidden") && !said.contains(SECRET), "{said}");
    controller.stop();
}
