//! Sessions that have waited take their turn like those that begin: within the
//! limits, and not while starts are paused.

use serde_json::{Value, json};

use crate::agent::enrolled;
use crate::harness::{Running, start_with};
use crate::timetable::{at, clock, sessions};

async fn commit(controller: &Running, path: &str, text: &str) {
    controller.repo.write(path, text);
    let commit = controller.repo.commit("more");
    let there = |status: &Value| status["commit"]["inForce"] == commit.as_str();
    controller.eventually("the commit in force", there).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn those_whose_computers_come_back_together_go_one_after_the_other() {
    let controller = start_with(|_| ()).await;
    let text = "kind: Repository\nname: test\napiVersion: ordain/v1\nlimits: {concurrentSessions: {global: 1}}\n";
    commit(&controller, "ordain.yaml", text).await;
    let mut first = enrolled(&controller, "contoso", "first").await;
    let mut second = enrolled(&controller, "fabrikam", "second").await;
    controller.session("first").await;
    let waits = controller.session("second").await;
    let away = |status: &Value| status["sessions"] == json!({"pending-connectivity": 2});
    controller.eventually("both wait for their computers", away).await;

    let (mut line, _) = first.connect(&controller).await;
    let look = line.order().await;
    let (mut other, _) = second.connect(&controller).await;
    first.obey(&mut line, &look).await;
    let set = line.order().await;
    let one = json!({"pending-connectivity": 1, "running": 1});
    assert_eq!(controller.get("/api/v1/status").await["sessions"], one);
    let shown = controller.get(&format!("/api/v1/sessions/{waits}")).await;
    assert_eq!(shown["waitingFor"], "turn");
    first.obey(&mut line, &set).await;
    second.serve_until_acked(&mut other, 2).await;
    let passed = |status: &Value| status["sessions"] == json!({"passed": 2});
    controller.eventually("both", passed).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_pause_holds_what_has_waited_for_its_time_or_its_computer() {
    let (hand, shown) = clock("2026-03-02T08:00:00Z");
    let controller = start_with(|config| config.clock = shown).await;
    let text = "kind: Schedule\nname: s\ntarget: {computer: contoso/late}\nwhen: {cron: \"0 9 * * *\"}\nexecute: {at: \"22:00\"}\n";
    commit(&controller, "schedules/s.yaml", text).await;
    let mut late = enrolled(&controller, "contoso", "late").await;
    let mut away = enrolled(&controller, "contoso", "away").await;
    let mut free = enrolled(&controller, "fabrikam", "free").await;
    let (mut line, _) = late.connect(&controller).await;
    hand.send(at("2026-03-02T09:00:00Z")).unwrap();
    late.serve_until_acked(&mut line, 1).await;
    controller.session("away").await;
    let waiting = json!({"awaiting-execution": 1, "pending-connectivity": 1});
    controller.eventually("both wait", |status| status["sessions"] == waiting).await;

    controller.post("/api/v1/pause", json!({"tenant": "contoso"})).await;
    hand.send(at("2026-03-02T22:30:00Z")).unwrap();
    let (mut back, _) = away.connect(&controller).await;
    // Others go on meanwhile.
    let (mut own, _) = free.connect(&controller).await;
    controller.session("free").await;
    free.serve_until_acked(&mut own, 2).await;
    let waiting = json!({"awaiting-execution": 1, "pending-connectivity": 1, "passed": 1});
    controller.eventually("both still wait", |status| status["sessions"] == waiting).await;

    controller.post("/api/v1/resume", json!({"tenant": "contoso"})).await;
    late.serve_until_acked(&mut line, 1).await;
    away.serve_until_acked(&mut back, 2).await;
    let passed = |status: &Value| status["sessions"]["passed"] == 3;
    controller.eventually("all", passed).await;
    assert_eq!(sessions(&controller, 3).await.len(), 3);
}
