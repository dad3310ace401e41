//! Sessions from start to end, with an agent that pretends.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use ordain_wire::{
    AgentMessage, ControllerMessage, FindingSpec, FoundSpec, OrderBody, Refusal, ReportBody,
};
use reqwest::{Method, StatusCode};
use serde_json::{Value, json};

use crate::agent::enrolled;
use crate::harness::start;

fn types(lines: &[Value]) -> Vec<&str> {
    let mut types: Vec<&str> = lines.iter().map(|line| line["type"].as_str().unwrap()).collect();
    types.dedup();
    types
}

#[tokio::test(flavor = "multi_thread")]
async fn a_session_installs_what_is_missing() {
    let controller = start().await;
    let mut agent = enrolled(&controller, "contoso", "pc").await;
    let (mut line, _) = agent.connect(&controller).await;
    let session = controller.session("pc").await;
    let log = tokio::spawn({
        let session = session.clone();
        async move { (controller.followed(&session).await, controller) }
    });
    agent.serve_until_acked(&mut line, 2).await;
    let (lines, controller) = log.await.unwrap();
    assert_eq!(lines.last().unwrap()["status"], "passed", "{lines:#?}");
    for wanted in ["status", "stage", "finding", "planned", "started", "finished", "action"] {
        assert!(types(&lines).contains(&wanted), "{wanted} in {lines:#?}");
    }

    let shown = controller.get(&format!("/api/v1/sessions/{session}")).await;
    assert_eq!(
        (&shown["status"], &shown["computer"], &shown["kind"]),
        (&json!("passed"), &json!("pc"), &json!("maintenance"))
    );
    let action = &shown["actions"][0];
    assert_eq!(
        (
            &action["item"],
            &action["action"],
            &action["reason"],
            &action["to"],
            &action["by"],
            &action["status"],
            &action["result"]
        ),
        (
            &json!("software/tool"),
            &json!("install"),
            &json!("software-missing"),
            &json!("1.0"),
            &json!("deployments/tool.yaml"),
            &json!("done"),
            &json!("passed")
        )
    );
    assert_eq!(action["attempts"][0]["phase"], "install");
    assert_eq!(action["attempts"][0]["output"], "install ran\n");
    let stages: Vec<(&str, &str)> = shown["stages"]
        .as_array()
        .unwrap()
        .iter()
        .map(|one| (one["stage"].as_str().unwrap(), one["status"].as_str().unwrap()))
        .collect();
    assert!(
        stages.contains(&("execution", "passed")) && stages.contains(&("report", "passed")),
        "{stages:?}"
    );

    // What the computer has now is known, and the next session finds nothing to do.
    assert_eq!(
        controller.get("/api/v1/inventory").await["computers"][0]["software"],
        json!({"tool": "1.0"})
    );
    let next = controller.session("pc").await;
    agent.serve_until_acked(&mut line, 1).await;
    controller.followed(&next).await;
    let shown = controller.get(&format!("/api/v1/sessions/{next}")).await;
    assert_eq!(
        (&shown["status"], &shown["actions"][0]["reason"]),
        (&json!("passed"), &json!("up-to-date"))
    );
    let status = controller.get("/api/v1/status").await;
    assert_eq!(status["sessions"], json!({"passed": 2}));
}

#[tokio::test(flavor = "multi_thread")]
async fn scripts_travel_once_the_order_names_them() {
    let controller = start().await;
    let agent = enrolled(&controller, "contoso", "pc").await;
    let (mut line, _) = agent.connect(&controller).await;
    let detect = controller.repo.git(&["rev-parse", "HEAD:software/tool/detect.sh"]);
    let install = controller.repo.git(&["rev-parse", "HEAD:software/tool/install.sh"]);
    controller.session("pc").await;
    let order = line.order().await;
    let OrderBody::Detect { .. } = &order.body else { panic!("{order:?}") };
    line.say(&AgentMessage::WantBlobs {
        ids: vec![detect.clone(), install.clone(), "nonsense".into()],
    })
    .await;
    let mut answers = Vec::new();
    for _ in 0..3 {
        let ControllerMessage::Blob(blob) = line.hear().await else { panic!("no blob") };
        answers.push((blob.id, blob.data));
    }
    assert_eq!(
        answers,
        [
            (detect, Some(STANDARD.encode("# detect\n"))),
            (install, None),
            ("nonsense".to_owned(), None)
        ]
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn one_session_at_a_time_and_the_offline_wait() {
    let controller = start().await;
    let mut agent = enrolled(&controller, "contoso", "pc").await;
    let first = controller.session("pc").await;
    let second = controller.session("pc").await;
    controller
        .eventually("one waiting", |status| {
            status["sessions"] == json!({"pending-connectivity": 1, "created": 1})
        })
        .await;
    let (mut line, _) = agent.connect(&controller).await;
    agent.serve_until_acked(&mut line, 2).await;
    controller.followed(&first).await;
    agent.serve_until_acked(&mut line, 1).await;
    controller.followed(&second).await;
    assert_eq!(controller.get("/api/v1/status").await["sessions"], json!({"passed": 2}));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_cancelled_session_ends() {
    let controller = start().await;
    let mut agent = enrolled(&controller, "contoso", "pc").await;
    let (mut line, _) = agent.connect(&controller).await;
    let (running, queued) = (controller.session("pc").await, controller.session("pc").await);
    let order = line.order().await;
    agent.report(&mut line, &order, ReportBody::Accepted).await;
    controller.post(&format!("/api/v1/sessions/{queued}/cancel"), json!({})).await;
    controller.followed(&queued).await;
    controller.post(&format!("/api/v1/sessions/{running}/cancel"), json!({})).await;
    line.next(|message| *message == ControllerMessage::Cancel { session: running.clone() }).await;
    controller.followed(&running).await;
    assert_eq!(controller.get("/api/v1/status").await["sessions"], json!({"cancelled": 2}));
    let (status, body) =
        controller.api(Method::POST, &format!("/api/v1/sessions/{running}/cancel"), None).await;
    assert_eq!((status, &body["error"]["code"]), (StatusCode::CONFLICT, &json!("session-over")));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_pause_holds_every_start() {
    let controller = start().await;
    let mut agent = enrolled(&controller, "contoso", "pc").await;
    let (mut line, _) = agent.connect(&controller).await;
    let pauses = controller.post("/api/v1/pause", json!({"tenant": "contoso"})).await;
    assert_eq!(pauses[0]["tenant"], "contoso");
    let session = controller.session("pc").await;
    let status = controller.get("/api/v1/status").await;
    assert_eq!(
        (status["paused"][0]["tenant"].as_str(), &status["sessions"]),
        (Some("contoso"), &json!({"created": 1}))
    );
    // Survives a restart.
    drop(line);
    let controller = controller.stop().await.start().await;
    (line, _) = agent.connect(&controller).await;
    assert_eq!(controller.get(&format!("/api/v1/sessions/{session}")).await["waitingFor"], "turn");
    controller.post("/api/v1/resume", json!({"tenant": "contoso"})).await;
    agent.serve_until_acked(&mut line, 2).await;
    controller.followed(&session).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn refusals_and_removals_end_sessions_with_a_reason() {
    let controller = start().await;
    let mut agent = enrolled(&controller, "contoso", "pc").await;
    let (mut line, _) = agent.connect(&controller).await;
    let session = controller.session("pc").await;
    let order = line.order().await;
    let refusal = Refusal {
        order: order.number,
        session: session.clone(),
        code: "journal-full".into(),
        message: "no room".into(),
    };
    line.say(&AgentMessage::Refused(refusal)).await;
    controller.followed(&session).await;
    let shown = controller.get(&format!("/api/v1/sessions/{session}")).await;
    assert_eq!(shown["status"], "failed");
    assert!(shown["message"].as_str().unwrap().contains("no room"), "{shown}");

    // Removed while it works: nobody will ever report the end.
    let session = controller.session("pc").await;
    let detect = line.order().await;
    agent.obey(&mut line, &detect).await;
    let execute = line.order().await;
    agent.report(&mut line, &execute, ReportBody::Accepted).await;
    line.next(|message| *message == ControllerMessage::Ack { seq: 4 }).await;
    controller.api(Method::DELETE, "/api/v1/computers/pc", None).await;
    controller.followed(&session).await;
    let shown = controller.get(&format!("/api/v1/sessions/{session}")).await;
    assert_eq!(
        (&shown["status"], &shown["message"]),
        (&json!("failed"), &json!("the computer was removed"))
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn a_session_that_nobody_will_report_about_is_given_up() {
    let controller = start().await;
    let mut agent = enrolled(&controller, "contoso", "pc").await;
    let (mut line, _) = agent.connect(&controller).await;
    let message = |session: String| {
        let controller = &controller;
        async move {
            controller.followed(&session).await;
            let shown = controller.get(&format!("/api/v1/sessions/{session}")).await;
            assert_eq!(shown["status"], "failed", "{shown}");
            shown["message"].as_str().unwrap().to_owned()
        }
    };

    // What cannot be read will not be read the second time either.
    let session = controller.session("pc").await;
    let detect = line.order().await;
    let found = FoundSpec::Answer { answer: true, changes: String::new() };
    let findings = vec![FindingSpec { item: "neither/nor".into(), found }];
    agent.report(&mut line, &detect, ReportBody::Detected { findings }).await;
    let said = message(session).await;
    assert!(said.contains("makes no sense") && said.contains("neither/nor"), "{said}");

    // The computer's next agent knows nothing of the order.
    let session = controller.session("pc").await;
    line.order().await;
    drop(line);
    controller.eventually("the line to drop", |status| status["computers"]["online"] == 0).await;
    enrolled(&controller, "contoso", "pc").await;
    let said = message(session).await;
    assert_eq!(said, "the computer was enrolled again while it worked on this session");
}

#[tokio::test(flavor = "multi_thread")]
async fn an_observed_tenant_is_planned_for_and_left_alone() {
    let controller = start().await;
    controller
        .repo
        .write("tenants/contoso/tenant.yaml", "kind: Tenant\nname: contoso\nmode: observe\n");
    let commit = controller.repo.commit("observe");
    controller
        .eventually("the commit", |status| status["commit"]["inForce"] == commit.as_str())
        .await;
    let mut agent = enrolled(&controller, "contoso", "pc").await;
    let (mut line, _) = agent.connect(&controller).await;
    let session = controller.session("pc").await;
    agent.serve_until_acked(&mut line, 1).await;
    controller.followed(&session).await;
    let shown = controller.get(&format!("/api/v1/sessions/{session}")).await;
    assert_eq!(
        (&shown["actions"][0]["action"], &shown["actions"][0]["status"]),
        (&json!("install"), &json!("skipped"))
    );
    assert_eq!(agent.installed, None);
}

#[tokio::test(flavor = "multi_thread")]
async fn an_optional_deployment_counts_where_it_is_approved() {
    let controller = start().await;
    controller.repo.write(
        "software/extra/software.yaml",
        "kind: Software\nname: extra\ndetect: {package: {manager: dpkg, name: extra}}\nversions: [{version: \"1.0\"}]\ninstall: {package: {manager: dpkg, name: extra}}\n",
    );
    controller.repo.write(
        "deployments/extra.yaml",
        "kind: Deployment\nname: extra\nsoftware: extra\nenforcement: optional\ntarget: {all: true}\n",
    );
    let commit = controller.repo.commit("an optional deployment");
    let there = |status: &Value| status["commit"]["inForce"] == commit.as_str();
    controller.eventually("the commit in force", there).await;
    let mut agent = enrolled(&controller, "contoso", "pc").await;
    enrolled(&controller, "fabrikam", "other").await;
    let (mut line, _) = agent.connect(&controller).await;
    let items = async |id: String| {
        let done = |shown: &Value| shown["status"] == "passed";
        let shown = controller.until(&format!("/api/v1/sessions/{id}"), "the end", done).await;
        let mut actions = shown["actions"].as_array().unwrap().iter();
        actions.any(|action| action["item"] == "software/extra")
    };
    let id = controller.session("pc").await;
    agent.serve_until_acked(&mut line, 2).await;
    assert!(!items(id).await, "nobody approved it");

    let body = json!({"computer": "contoso/pc", "deployment": "deployments/extra.yaml"});
    let approved = controller.post("/api/v1/approvals", body.clone()).await;
    assert_eq!(approved["approvals"][0]["deployment"], "deployments/extra.yaml#extra");
    controller.post("/api/v1/approvals", body).await;
    let listed = controller.get("/api/v1/approvals").await;
    assert_eq!(listed["approvals"].as_array().unwrap().len(), 1, "again is the same");
    assert_eq!(controller.get("/api/v1/approvals?tenant=fabrikam").await, json!({"approvals": []}));
    let exported = controller.get("/api/v1/inventory").await;
    assert_eq!(exported["approvals"][0]["computer"], "contoso/pc");
    let id = controller.session("pc").await;
    agent.serve_until_acked(&mut line, 1).await;
    assert!(items(id).await);

    let undo =
        json!({"computer": "contoso/pc", "deployment": "deployments/extra.yaml", "undo": true});
    assert_eq!(controller.post("/api/v1/approvals", undo.clone()).await, json!({"approvals": []}));
    for (body, code) in [
        (undo, "not-approved"),
        (
            json!({"computer": "contoso/pc", "deployment": "deployments/none.yaml"}),
            "unknown-deployment",
        ),
        (json!({"computer": "contoso/pc", "deployment": "deployments/tool.yaml"}), "not-optional"),
        (json!({"computer": "nobody", "deployment": "deployments/extra.yaml"}), "unknown-computer"),
    ] {
        let (status, said) = controller.api(Method::POST, "/api/v1/approvals", Some(body)).await;
        assert!(status.is_client_error(), "{status}");
        assert_eq!(said["error"]["code"], code, "{said}");
    }
}
