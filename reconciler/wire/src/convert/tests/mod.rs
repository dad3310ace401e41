//! Round trips of arbitrary values, and what is refused.

mod arbitrary;
mod timing;

use ordain_core::execute::Progress;
use ordain_core::order::{CheckHow, Finding, Task};
use proptest::prelude::*;

use super::{MAX_LIST, Malformed};
use crate::{
    AgentMessage, ControllerMessage, FindingSpec, FoundSpec, Order, OrderBody, ProgressSpec,
    Report, ReportBody,
};

fn order(body: OrderBody) -> ControllerMessage {
    ControllerMessage::Order(Order {
        number: 7,
        agent: "a".into(),
        tenant: "t".into(),
        session: "s".into(),
        revision: "r".into(),
        expires: 0,
        body,
    })
}

fn report(body: ReportBody) -> AgentMessage {
    AgentMessage::Report(Report { seq: 1, order: 7, session: "s".into(), body })
}

proptest! {
    #[test]
    fn orders_survive_the_way(task in arbitrary::task()) {
        let text = serde_json::to_string(&order(task.clone().into())).expect("messages serialise");
        let ControllerMessage::Order(read) = serde_json::from_str(&text).expect("messages parse") else {
            panic!("an order stays an order: {text}");
        };
        prop_assert_eq!(Task::try_from(read.body), Ok(task));
    }

    #[test]
    fn progress_survives_the_way(progress in arbitrary::progress()) {
        let body = ReportBody::Progress(progress.clone().into());
        let text = serde_json::to_string(&report(body)).expect("messages serialise");
        let AgentMessage::Report(Report { body: ReportBody::Progress(read), .. }) =
            serde_json::from_str(&text).expect("messages parse")
        else {
            panic!("progress stays progress: {text}");
        };
        prop_assert_eq!(Progress::try_from(read), Ok(progress));
    }

    #[test]
    fn findings_survive_the_way(finding in arbitrary::finding()) {
        let text = serde_json::to_string(&FindingSpec::from(finding.clone())).expect("messages serialise");
        let read: FindingSpec = serde_json::from_str(&text).expect("messages parse");
        prop_assert_eq!(Finding::try_from(read), Ok(finding));
    }

    #[test]
    fn garbage_is_an_error_and_no_panic(bytes in prop::collection::vec(any::<u8>(), 0..200)) {
        let _ = serde_json::from_slice::<ControllerMessage>(&bytes);
        let _ = serde_json::from_slice::<AgentMessage>(&bytes);
    }
}

/// A step that is accepted, as JSON, to be spoilt by the table below.
fn good() -> serde_json::Value {
    serde_json::json!({"type": "execute", "steps": [{
        "item": "software/hello", "act": "install", "reason": "software-missing",
        "from": null, "to": "2.10", "phase": "main", "attempts": 1,
        "works": [{
            "phase": "install",
            "what": {"type": "run", "run": {
                "what": {"type": "script", "blob": "a".repeat(40), "path": "software/hello/i.sh", "interpreter": "sh"},
                "context": "system", "timeoutSeconds": 60, "successCodes": [0],
                "environment": {"ORDAIN_ITEM": "software/hello"}, "needs": null,
            }},
            "expect": {"type": "success"},
        }],
    }]})
}

fn read(body: serde_json::Value) -> Result<Task, Malformed> {
    let body: OrderBody = serde_json::from_value(body).expect("the shape is right");
    body.try_into()
}

#[test]
fn what_makes_no_sense_is_refused_with_its_place() {
    read(good()).expect("the good one is accepted");
    let run = "/steps/0/works/0/what/run";
    let table = [
        ("/steps", serde_json::json!([]), "order: an execution needs at least one step"),
        (
            "/steps/0/item",
            "hello".into(),
            "step 1, item: `hello` names no item: write software/NAME, task/NAME or task/NAME#INSTANCE",
        ),
        ("/steps/0/act", "explode".into(), "step 1, software/hello: unknown action `explode`"),
        (
            "/steps/0/act",
            "none".into(),
            "step 1, software/hello: work is there exactly where the action is not `none`",
        ),
        (
            "/steps/0/works",
            serde_json::json!([]),
            "step 1, software/hello: work is there exactly where the action is not `none`",
        ),
        ("/steps/0/reason", "".into(), "step 1, software/hello: unknown reason ``"),
        ("/steps/0/attempts", 0.into(), "step 1, software/hello: it needs at least one attempt"),
        (
            "/steps/0/attempts",
            101.into(),
            "step 1, software/hello: 101 attempts, at most 100 are accepted",
        ),
        ("/steps/0/works/0/phase", "x".into(), "step 1, work 1, phase: unknown phase of work `x`"),
        (
            "/steps/0/works/0/expect",
            serde_json::json!({"type": "version", "relation": "above", "version": "1", "scheme": "dpkg"}),
            "step 1, work 1, expect: unknown relation `above`",
        ),
        (
            &format!("{run}/timeoutSeconds"),
            0.into(),
            "step 1, work 1, run: 0 seconds of time limit (at least 1), at most 604800 are accepted",
        ),
        (
            &format!("{run}/environment"),
            serde_json::json!({"PATH": "/tmp"}),
            "step 1, work 1, run: variables are named ORDAIN_… in upper case, and hold no NUL",
        ),
        (&format!("{run}/context"), "root".into(), "step 1, work 1, run: unknown context `root`"),
        (
            &format!("{run}/what/blob"),
            "../../etc/passwd".into(),
            "step 1, work 1, script: an object id has 40 or 64 hexadecimal digits",
        ),
        (
            &format!("{run}/what/interpreter"),
            "perl".into(),
            "step 1, work 1, script: unknown interpreter `perl`",
        ),
        (
            &format!("{run}/what"),
            serde_json::json!({"type": "package", "manager": "dpkg", "name": "-o", "version": null, "remove": false}),
            "step 1, work 1, package: names and versions are no options and hold no blanks",
        ),
        (
            &format!("{run}/what"),
            serde_json::json!({"type": "ensure", "resources": [{"resource": {"file": {"path": "/a", "mode": 4096}}}]}),
            "step 1, work 1, ensure, file: 4096 as permission bits, at most 4095 are accepted",
        ),
        (
            &format!("{run}/what"),
            serde_json::json!({"type": "ensure", "resources": [{"resource": {"file": {"path": "/a", "text": "", "blob": ["a", "b"]}}}]}),
            "step 1, work 1, ensure, file: a file has one content, not two",
        ),
        (
            &format!("{run}/what"),
            serde_json::json!({"type": "ensure", "resources": [{"resource": {"file": {"path": "/a", "blob": ["../x", "b"]}}}]}),
            "step 1, work 1, ensure, file: an object id has 40 or 64 hexadecimal digits",
        ),
        (
            &format!("{run}/what"),
            serde_json::json!({"type": "ensure", "resources": [{"resource": {"line": {"path": "/a"}}, "present": false}]}),
            "step 1, work 1, ensure, line: it needs a line or a pattern",
        ),
        (
            &format!("{run}/what"),
            serde_json::json!({"type": "ensure", "resources": [{"resource": {"service": {"name": "a", "start": "never"}}}]}),
            "step 1, work 1, ensure, service: unknown start of a service `never`",
        ),
        (
            &format!("{run}/what"),
            serde_json::json!({"type": "installer", "installer": {"type": "exe", "artifact": "a", "arguments": ["a\0b"]}}),
            "step 1, work 1, installer: arguments are short and hold no NUL",
        ),
        (
            &format!("{run}/needs"),
            serde_json::json!({"closeFirst": {"processes": [], "onBusy": "shout"}}),
            "step 1, work 1, closeFirst: unknown answer to a busy program `shout`",
        ),
        (
            &format!("{run}/needs"),
            serde_json::json!({"artifacts": [{"name": "a", "file": "a", "url": "u", "sha256": "0", "size": null, "extract": false}]}),
            "step 1, work 1, artifact: a SHA-256 has 64 hexadecimal digits",
        ),
    ];
    for (pointer, value, expected) in table {
        let mut body = good();
        *body.pointer_mut(pointer).expect("the pointer fits") = value;
        let fault = read(body).expect_err(pointer);
        assert_eq!(fault.to_string(), expected, "{pointer}");
    }
}

#[test]
fn a_check_fits_its_item() {
    let run = good().pointer("/steps/0/works/0/what/run").cloned();
    let body = serde_json::json!({"type": "detect", "checks": [{"item": "software/hello", "how": {"type": "test", "run": run}}]});
    let fault = read(body).expect_err("software is not merely tested");
    assert_eq!(
        fault.to_string(),
        "check 1, software/hello: software is probed, tasks are tested or read"
    );
}

#[test]
fn what_knows_no_offers_is_understood() {
    let hello = || serde_json::json!({"type": "package", "manager": "dpkg", "name": "hello"});
    let how = serde_json::json!({"type": "software", "probe": hello()});
    let check = serde_json::json!({"item": "software/hello", "how": how});
    let task = read(serde_json::json!({"type": "detect", "checks": [check]})).expect("a check");
    let Task::Detect(checks) = task else { panic!("no detection: {task:?}") };
    let how = &checks[0].how;
    assert!(matches!(how, CheckHow::Software { offered: None, .. }), "{how:?}");
    let text = r#"{"type":"software","version":null,"test":null}"#;
    let found: FoundSpec = serde_json::from_str(text).expect("a finding");
    assert_eq!(serde_json::to_string(&found).expect("serialises"), text);
}

#[test]
fn lists_are_bounded() {
    let mut body = good();
    let codes = vec![0; MAX_LIST + 1];
    *body.pointer_mut("/steps/0/works/0/what/run/successCodes").expect("the pointer fits") =
        codes.into();
    let fault = read(body).expect_err("too many");
    assert_eq!(
        fault.to_string(),
        "step 1, work 1, run: 1001 exit codes, at most 1000 are accepted"
    );
}

#[test]
fn a_report_stays_readable() {
    let started = ProgressSpec::Started { at: crate::AtSpec { step: 0, attempt: 1, work: 2 } };
    let text = serde_json::to_string(&report(ReportBody::Progress(started))).expect("serialises");
    assert_eq!(
        text,
        r#"{"type":"report","seq":1,"order":7,"session":"s","body":{"type":"progress","progress":"started","at":{"step":0,"attempt":1,"work":2}}}"#
    );
    let fault = Progress::try_from(ProgressSpec::Interrupted {
        at: crate::AtSpec { step: 0, attempt: 0, work: 0 },
    });
    assert_eq!(fault.expect_err("attempt 0").to_string(), "progress: attempts count from 1");
}
