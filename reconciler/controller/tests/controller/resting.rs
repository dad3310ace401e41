//! Sessions that rest: until a preflight holds, or for as long as a person says;
//! and those that are done again.

use reqwest::{Method, StatusCode};
use serde_json::{Value, json};

use crate::agent::enrolled;
use crate::harness::{Running, start, start_with};
use crate::timetable::{at, clock};

async fn in_force(controller: &Running) {
    let commit = controller.repo.commit("more");
    let there = |status: &Value| status["commit"]["inForce"] == commit.as_str();
    controller.eventually("the commit in force", there).await;
}

/// Waits until a session has a status; shows it.
async fn until(controller: &Running, session: &str, wanted: &str) -> Value {
    let one = |status: &Value| status["sessions"][wanted].is_u64();
    controller.eventually(wanted, one).await;
    let shown = controller.get(&format!("/api/v1/sessions/{session}")).await;
    assert_eq!(shown["status"], wanted, "{shown}");
    shown
}

#[tokio::test(flavor = "multi_thread")]
async fn a_preflight_that_does_not_hold_parks_the_session_alone() {
    let (hand, shown) = clock("2026-03-02T08:00:00Z");
    let controller = start_with(|config| config.clock = shown).await;
    controller
        .repo
        .write("tasks/power/task.yaml", "kind: Task\nname: power\ntest: {script: t.sh}\n");
    controller.repo.write("tasks/power/t.sh", "exit 0\n");
    let tenant = "kind: Tenant\nname: contoso\npreflight: [power]\n";
    controller.repo.write("tenants/contoso/tenant.yaml", tenant);
    in_force(&controller).await;
    let mut agent = enrolled(&controller, "contoso", "pc").await;
    agent.holds = false;
    let (mut line, _) = agent.connect(&controller).await;
    let session = controller.session("pc").await;
    agent.serve_until_acked(&mut line, 1).await;
    let parked = until(&controller, &session, "pending-preflight").await;
    assert_eq!(
        (&parked["waitingFor"], &parked["waitsUntil"], &parked["message"]),
        (
            &json!("preflight"),
            &json!("2026-03-02T08:05:00Z"),
            &json!("task/power does not hold: its test says false")
        )
    );

    // It keeps nobody waiting, and survives a restart.
    drop(line);
    let (hand, shown) = {
        drop(hand);
        clock("2026-03-02T08:01:00Z")
    };
    let controller = controller.stop().await.start_with(|config| config.clock = shown).await;
    let (mut line, _) = agent.connect(&controller).await;
    agent.holds = true;
    let other = controller.session("pc").await;
    agent.serve_until_acked(&mut line, 3).await;
    until(&controller, &other, "passed").await;
    until(&controller, &session, "pending-preflight").await;
    hand.send(at("2026-03-02T08:05:00Z")).unwrap();
    agent.serve_until_acked(&mut line, 2).await;
    controller.followed(&session).await;
    let passed = controller.get(&format!("/api/v1/sessions/{session}")).await;
    assert_eq!((&passed["status"], &passed["message"]), (&json!("passed"), &Value::Null));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_session_is_put_off_as_its_schedule_allows() {
    let (hand, shown) = clock("2026-03-02T08:00:00Z");
    let controller = start_with(|config| config.clock = shown).await;
    let schedule = "kind: Schedule\nname: s\ntarget: {all: true}\nwhen: {every: 1h}\npostpone: {choices: [1h, 4h], max: 1}\n";
    controller.repo.write("schedules/s.yaml", schedule);
    in_force(&controller).await;
    let mut agent = enrolled(&controller, "contoso", "pc").await;
    hand.send(at("2026-03-02T09:00:00Z")).unwrap();
    let waits = |status: &Value| status["sessions"]["pending-connectivity"] == 1;
    controller.eventually("a session that waits", waits).await;
    let listed = controller.get("/api/v1/sessions").await;
    let session = listed["sessions"][0]["id"].as_str().unwrap();
    let path = format!("/api/v1/sessions/{session}/postpone");
    let postpone = async |seconds: u64| {
        let (status, answer) =
            controller.api(Method::POST, &path, Some(json!({"seconds": seconds}))).await;
        (status, answer["error"]["code"].as_str().unwrap_or_default().to_owned())
    };
    assert_eq!(postpone(1).await, (StatusCode::BAD_REQUEST, "bad-request".into()));
    assert_eq!(postpone(7200).await, (StatusCode::CONFLICT, "not-postponable".into()));
    assert_eq!(postpone(4 * 3600).await.0, StatusCode::ACCEPTED);
    until(&controller, session, "postponed").await;
    assert_eq!(postpone(3600).await, (StatusCode::CONFLICT, "not-postponable".into()));

    // A computer that comes back is left alone until then.
    let (mut line, _) = agent.connect(&controller).await;
    until(&controller, session, "postponed").await;
    hand.send(at("2026-03-02T23:30:00Z")).unwrap();
    agent.serve_until_acked(&mut line, 2).await;
    controller.followed(session).await;
    let passed = controller.get(&format!("/api/v1/sessions/{session}")).await;
    assert_eq!(passed["status"], "passed");
    let (status, answer) =
        controller.api(Method::POST, &path, Some(json!({"seconds": 3600}))).await;
    assert_eq!(
        (status, &answer["error"]["code"]),
        (StatusCode::CONFLICT, &json!("session-under-way"))
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn a_session_that_is_over_is_done_again() {
    let controller = start().await;
    let mut agent = enrolled(&controller, "contoso", "pc").await;
    let first = controller.session("pc").await;
    let path = format!("/api/v1/sessions/{first}/rerun");
    let (status, answer) = controller.api(Method::POST, &path, Some(json!({}))).await;
    assert_eq!(
        (status, &answer["error"]["code"]),
        (StatusCode::CONFLICT, &json!("session-under-way"))
    );
    let (mut line, _) = agent.connect(&controller).await;
    agent.serve_until_acked(&mut line, 2).await;
    controller.followed(&first).await;
    let (status, answer) =
        controller.api(Method::POST, &path, Some(json!({"item": "software/other"}))).await;
    assert_eq!(
        (status, &answer["error"]["code"]),
        (StatusCode::UNPROCESSABLE_ENTITY, &json!("unknown-item"))
    );
    for (wanted, kind) in [(json!({}), "maintenance"), (json!({"item": "software/tool"}), "item")] {
        let again = controller.post(&path, wanted).await;
        let again = again["sessions"][0]["id"].as_str().unwrap().to_owned();
        agent.serve_until_acked(&mut line, 1).await;
        controller.followed(&again).await;
        let shown = controller.get(&format!("/api/v1/sessions/{again}")).await;
        assert_eq!(
            (&shown["status"], &shown["kind"], &shown["rerunOf"]),
            (&json!("passed"), &json!(kind), &json!(first))
        );
    }
}
