//! Sessions that schedules start by the clock, which a test sets by hand.

use jiff::Timestamp;
use ordain_controller::Clock;
use reqwest::Method;
use serde_json::{Value, json};
use tokio::sync::watch;

use crate::agent::{Agent, enrolled};
use crate::harness::{Running, start_with};

pub(crate) fn at(text: &str) -> Timestamp {
    text.parse().unwrap()
}

/// A clock with the hand that sets it.
pub(crate) fn clock(text: &str) -> (watch::Sender<Timestamp>, Clock) {
    let (hand, shown) = watch::channel(at(text));
    (hand, Clock::set_by(shown))
}

async fn commit(controller: &Running, schedule: &str) {
    let text = format!("kind: Schedule\nname: s\n{schedule}\n");
    controller.repo.write("schedules/s.yaml", &text);
    let commit = controller.repo.commit("a schedule");
    let in_force = |status: &Value| status["commit"]["inForce"] == commit.as_str();
    controller.eventually("the commit in force", in_force).await;
}

pub(crate) async fn sessions(controller: &Running, count: usize) -> Vec<Value> {
    let all = |status: &Value| {
        let counts = status["sessions"].as_object().unwrap().values();
        counts.map(|count| count.as_u64().unwrap()).sum::<u64>() == count as u64
    };
    controller.eventually(&format!("{count} sessions"), all).await;
    let listed = controller.get("/api/v1/sessions").await;
    listed["sessions"].as_array().unwrap().clone()
}

async fn pass(agent: &mut Agent, controller: &Running, orders: usize) {
    let (mut line, _) = agent.connect(controller).await;
    agent.serve_until_acked(&mut line, orders).await;
    controller
        .eventually("no open session", |status| status["sessions"]["running"].is_null())
        .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_session_starts_when_its_time_comes_and_but_once() {
    let (hand, shown) = clock("2026-03-02T07:59:00Z");
    let controller = start_with(|config| config.clock = shown).await;
    let mut agent = enrolled(&controller, "contoso", "pc").await;
    enrolled(&controller, "fabrikam", "other").await;
    commit(&controller, "target: {computer: contoso/pc}\nwhen: {cron: \"0 8 * * *\"}").await;

    hand.send(at("2026-03-02T08:00:20Z")).unwrap();
    let first = sessions(&controller, 1).await;
    assert_eq!((&first[0]["computer"], &first[0]["kind"]), (&json!("pc"), &json!("maintenance")));
    pass(&mut agent, &controller, 2).await;

    // The same moment again starts nothing, the next day does; two days that
    // were missed while the controller was away start one session.
    hand.send(at("2026-03-02T08:00:40Z")).unwrap();
    hand.send(at("2026-03-03T08:00:05Z")).unwrap();
    sessions(&controller, 2).await;
    pass(&mut agent, &controller, 1).await;
    let stopped = controller.stop().await;
    let (_hand, shown) = clock("2026-03-05T12:00:00Z");
    let controller = stopped.start_with(|config| config.clock = shown).await;
    sessions(&controller, 3).await;
    pass(&mut agent, &controller, 1).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_computer_that_is_away_gathers_no_sessions() {
    let (hand, shown) = clock("2026-03-02T08:00:00Z");
    let controller = start_with(|config| config.clock = shown).await;
    let mut agent = enrolled(&controller, "contoso", "pc").await;
    commit(&controller, "target: {all: true}\nwhen: {every: 1h}").await;
    hand.send(at("2026-03-02T09:00:00Z")).unwrap();
    let waiting = |status: &Value| status["sessions"]["pending-connectivity"] == 1;
    controller.eventually("a session that waits", waiting).await;
    for hour in 10..20 {
        hand.send(at(&format!("2026-03-02T{hour}:00:00Z"))).unwrap();
    }
    pass(&mut agent, &controller, 2).await;
    hand.send(at("2026-03-02T21:00:00Z")).unwrap();
    sessions(&controller, 2).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_found_waits_for_its_time_of_execution() {
    let (hand, shown) = clock("2026-03-02T08:00:00Z");
    let controller = start_with(|config| config.clock = shown.clone()).await;
    let mut agent = enrolled(&controller, "contoso", "pc").await;
    commit(&controller, "target: {all: true}\nwhen: {every: 1h}\nexecute: active-hours").await;
    let (mut line, _) = agent.connect(&controller).await;
    hand.send(at("2026-03-02T09:00:00Z")).unwrap();
    agent.serve_until_acked(&mut line, 1).await;
    let awaits = |status: &Value| status["sessions"]["awaiting-execution"] == 1;
    controller.eventually("a session that waits", awaits).await;
    drop(line);
    let controller = controller.stop().await.start_with(|config| config.clock = shown).await;
    let (_line, _) = agent.connect(&controller).await;
    controller.eventually("a session that still waits", awaits).await;
    let shown = sessions(&controller, 1).await;
    assert_eq!(shown[0]["reason"], "execution-time");
    let path = format!("/api/v1/sessions/{}/cancel", shown[0]["id"].as_str().unwrap());
    let (status, _) = controller.api(Method::POST, &path, None).await;
    assert!(status.is_success(), "{status}");
    let cancelled = |status: &Value| status["sessions"]["cancelled"] == 1;
    controller.eventually("the session cancelled", cancelled).await;
    assert_eq!(agent.installed, None);
}

#[tokio::test(flavor = "multi_thread")]
async fn what_a_schedule_says_of_restarts_reaches_its_sessions() {
    let (hand, shown) = clock("2026-03-02T08:00:00Z");
    let controller = start_with(|config| config.clock = shown).await;
    let mut agent = enrolled(&controller, "contoso", "pc").await;
    commit(&controller, "target: {all: true}\nwhen: {every: 1h}\nreboot: force").await;
    let (mut line, _) = agent.connect(&controller).await;
    hand.send(at("2026-03-02T09:00:00Z")).unwrap();
    let look = line.order().await;
    agent.obey(&mut line, &look).await;
    let order = line.order().await;
    let ordain_wire::OrderBody::Execute { steps, restarts } = &order.body else {
        panic!("{order:?}")
    };
    assert!(restarts.start.is_some() && restarts.end.is_some(), "{restarts:?}");
    let told = serde_json::to_value(steps).unwrap();
    let environment = &told[0]["works"][0]["what"]["run"]["environment"];
    assert_eq!(environment["ORDAIN_REBOOT"], "force", "{told}");
    agent.obey(&mut line, &order).await;
    let passed = |status: &Value| status["sessions"]["passed"] == 1;
    controller.eventually("the end", passed).await;
    let listed = sessions(&controller, 1).await;
    let path = format!("/api/v1/sessions/{}", listed[0]["id"].as_str().unwrap());
    let shown = controller.get(&path).await;
    let restarts: Vec<_> = shown["restarts"].as_array().unwrap().iter().collect();
    assert_eq!(restarts.len(), 2, "{shown}");
    assert!(restarts.iter().all(|one| one["result"] == "passed"), "{restarts:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_schedule_with_an_hour_of_its_own_starts_beside_one_that_goes_round() {
    let (hand, shown) = clock("2026-03-02T08:30:00Z");
    let controller = start_with(|config| config.clock = shown).await;
    enrolled(&controller, "contoso", "pc").await;
    controller.repo.write(
        "schedules/round.yaml",
        "kind: Schedule\nname: round\ntarget: {all: true}\nwhen: {every: 1h}\n",
    );
    commit(
        &controller,
        "target: {all: true}\nwhen: {cron: \"0 12 * * *\"}\nexecute: {at: \"22:00\"}",
    )
    .await;
    hand.send(at("2026-03-02T10:00:00Z")).unwrap();
    sessions(&controller, 1).await;
    let shown = controller.get("/api/v1/computers/pc").await;
    let next: Vec<&str> = shown["next"]
        .as_array()
        .unwrap()
        .iter()
        .map(|one| one["schedule"].as_str().unwrap())
        .collect();
    assert_eq!(next, ["schedules/round.yaml#round", "schedules/s.yaml#s"]);
    assert_eq!(shown["next"][1]["at"], "2026-03-02T12:00:00Z");
    hand.send(at("2026-03-02T12:30:00Z")).unwrap();
    let both = sessions(&controller, 2).await;
    let id = both[0]["id"].as_str().unwrap();
    let shown = controller.get(&format!("/api/v1/sessions/{id}")).await;
    assert_eq!(
        (&shown["origin"], &shown["schedule"]),
        (&json!("schedule"), &json!("schedules/s.yaml#s"))
    );
    // Its next day comes while it still waits for its computer: one is enough.
    hand.send(at("2026-03-03T12:30:00Z")).unwrap();
    hand.send(at("2026-03-03T12:31:00Z")).unwrap();
    sessions(&controller, 2).await;
}
