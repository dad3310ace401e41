//! What windows hold back, and how the controller comes back for it.

use serde_json::{Value, json};

use crate::agent::{Agent, enrolled};
use crate::harness::{Running, start_with};
use crate::timetable::{at, clock, sessions};

const NIGHT: &str = "kind: Window\nname: night\nallow: true\ncron: \"0 22 * * *\"\nduration: 2h\n";

async fn commit(controller: &Running, path: &str, text: &str) {
    controller.repo.write(path, text);
    let commit = controller.repo.commit(path);
    let in_force = |status: &Value| status["commit"]["inForce"] == commit.as_str();
    controller.eventually("the commit in force", in_force).await;
}

/// Lets an agent answer so many orders; its clock stands still meanwhile.
async fn serve(agent: &mut Agent, controller: &Running, now: &str, orders: usize) {
    agent.clock = Some(at(now));
    let (mut line, _) = agent.connect(controller).await;
    agent.serve_until_acked(&mut line, orders).await;
}

async fn ended(controller: &Running, status: &str, count: u64) {
    let wished = |seen: &Value| seen["sessions"][status] == count;
    controller.eventually(&format!("{count} {status}"), wished).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_a_window_holds_back_is_come_back_for_once() {
    let (_hand, shown) = clock("2026-03-02T12:00:00Z");
    let controller = start_with(|config| config.clock = shown).await;
    let mut agent = enrolled(&controller, "contoso", "pc").await;
    commit(&controller, "windows/night.yaml", NIGHT).await;
    let session = controller.session("pc").await;
    serve(&mut agent, &controller, "2026-03-02T12:00:00Z", 1).await;
    ended(&controller, "partially-passed", 1).await;
    assert_eq!(agent.installed, None);
    let shown = controller.get(&format!("/api/v1/sessions/{session}")).await;
    let action = &shown["actions"][0];
    let said = |key: &str| action[key].clone();
    assert_eq!(
        (said("action"), said("reason"), said("status"), said("planned")),
        (json!("none"), json!("held"), json!("held"), json!("install"))
    );
    let until = "2026-03-02T22:00:00Z";
    assert_eq!(said("heldBy"), json!([{"what": "windows/night", "until": until}]));
    assert_eq!(said("until"), until);

    // It survives a restart, and waits for the moment.
    let stopped = controller.stop().await;
    let (hand, shown) = clock("2026-03-02T21:59:40Z");
    let controller = stopped.start_with(|config| config.clock = shown).await;
    sessions(&controller, 1).await;
    hand.send(at("2026-03-02T22:00:05Z")).unwrap();
    let all = sessions(&controller, 2).await;
    assert_eq!((&all[0]["kind"], &all[0]["computer"]), (&json!("maintenance"), &json!("pc")));
    serve(&mut agent, &controller, "2026-03-02T22:00:10Z", 2).await;
    ended(&controller, "passed", 1).await;
    assert_eq!(agent.installed.as_deref(), Some("1.0"));
    hand.send(at("2026-03-02T23:30:00Z")).unwrap();
    hand.send(at("2026-03-03T22:00:05Z")).unwrap();
    sessions(&controller, 2).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn an_emergency_passes_a_window() {
    let (_hand, shown) = clock("2026-03-02T12:00:00Z");
    let controller = start_with(|config| config.clock = shown).await;
    let mut agent = enrolled(&controller, "contoso", "pc").await;
    commit(&controller, "windows/night.yaml", NIGHT).await;
    let wanted = json!({"computers": ["pc"], "emergency": "a worm"});
    controller.post("/api/v1/sessions", wanted).await;
    serve(&mut agent, &controller, "2026-03-02T12:00:00Z", 2).await;
    ended(&controller, "passed", 1).await;
    assert_eq!(agent.installed.as_deref(), Some("1.0"));
}
