//! Rollouts: rings that open as time passes, halts that a person clears.

use serde_json::{Value, json};

use crate::agent::{Agent, enrolled};
use crate::harness::{Running, start_with};
use crate::timetable::{at, clock, sessions};

const RINGS: &str = "kind: Deployment\nname: tool\nsoftware: tool\ntarget: {all: true}\nrollout: {rings: [{computer: pilot, soak: 1d}, {percent: 100}], haltAt: 50%}\n";

async fn roll_out(controller: &Running) {
    controller.repo.write("deployments/tool.yaml", RINGS);
    let commit = controller.repo.commit("rings");
    let in_force = |status: &Value| status["commit"]["inForce"] == commit.as_str();
    controller.eventually("the commit in force", in_force).await;
}

/// Has a computer's session run to its end; gives its action on the tool.
async fn session(
    controller: &Running,
    agent: &mut Agent,
    name: &str,
    now: &str,
    orders: usize,
) -> Value {
    let id = controller.session(name).await;
    serve(controller, agent, now, orders).await;
    controller.followed(&id).await;
    let shown = controller.get(&format!("/api/v1/sessions/{id}")).await;
    shown["actions"][0].clone()
}

async fn serve(controller: &Running, agent: &mut Agent, now: &str, orders: usize) {
    agent.clock = Some(at(now));
    let (mut line, _) = agent.connect(controller).await;
    agent.serve_until_acked(&mut line, orders).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_ring_opens_once_the_one_before_it_has_soaked() {
    let (hand, shown) = clock("2026-03-02T12:00:00Z");
    let controller = start_with(|config| config.clock = shown).await;
    let mut pilot = enrolled(&controller, "contoso", "pilot").await;
    let mut other = enrolled(&controller, "contoso", "pc").await;
    roll_out(&controller).await;
    let first = session(&controller, &mut pilot, "pilot", "2026-03-02T12:00:00Z", 2).await;
    assert_eq!((&first["action"], &first["result"]), (&json!("install"), &json!("passed")));
    let held = session(&controller, &mut other, "pc", "2026-03-02T12:00:00Z", 1).await;
    let until = "2026-03-03T12:00:00Z";
    assert_eq!((&held["action"], &held["reason"]), (&json!("none"), &json!("held")));
    assert_eq!(held["heldBy"], json!([{"what": "ring 2", "until": until}]));
    assert_eq!(other.installed, None);

    let listed = controller.get("/api/v1/rollouts").await;
    assert_eq!(
        listed["rollouts"][0]["rings"],
        json!([
            {"ring": 1, "opensAt": "2026-03-02T12:00:00Z", "open": true},
            {"ring": 2, "opensAt": until, "open": false}
        ])
    );
    let inventory = controller.get("/api/v1/inventory").await;
    assert_eq!(
        inventory["rollouts"],
        json!([{"item": "software/tool", "started": "2026-03-02T12:00:00Z", "deployment": "deployments/tool.yaml#tool"}])
    );

    // A restart begins nothing anew; the second ring is come back for.
    let stopped = controller.stop().await;
    drop(hand);
    let (_hand, shown) = clock("2026-03-03T12:00:01Z");
    let controller = stopped.start_with(|config| config.clock = shown).await;
    sessions(&controller, 3).await;
    serve(&controller, &mut other, "2026-03-03T12:00:02Z", 2).await;
    assert_eq!(other.installed.as_deref(), Some("1.0"));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_ring_that_fails_halts_until_a_person_clears_it() {
    let (hand, shown) = clock("2026-03-02T12:00:00Z");
    let controller = start_with(|config| config.clock = shown).await;
    let mut pilot = enrolled(&controller, "contoso", "pilot").await;
    let mut other = enrolled(&controller, "contoso", "pc").await;
    roll_out(&controller).await;
    pilot.fails = true;
    let failed = session(&controller, &mut pilot, "pilot", "2026-03-02T12:00:00Z", 2).await;
    assert_eq!(failed["result"], "failed");
    hand.send(at("2026-03-05T12:00:00Z")).unwrap();
    let halts = |list: &Value| !list["rollouts"][0]["halted"].is_null();
    let listed = controller.until("/api/v1/rollouts", "a halt", halts).await;
    let halted = &listed["rollouts"][0]["halted"];
    assert_eq!(
        (&halted["ring"], &halted["failed"], &halted["computers"]),
        (&json!(1), &json!(1), &json!(1))
    );
    let held = session(&controller, &mut other, "pc", "2026-03-05T12:00:00Z", 1).await;
    assert_eq!(held["heldBy"], json!([{"what": "ring 2", "until": null}]));

    // Ring one soaks anew, and what waited is looked at again.
    let wanted = json!({"deployment": "deployments/tool.yaml"});
    let cleared = controller.post("/api/v1/rollouts/clear", wanted).await;
    assert_eq!(cleared, json!({"cleared": 1}));
    hand.send(at("2026-03-05T12:00:20Z")).unwrap();
    sessions(&controller, 3).await;
    serve(&controller, &mut other, "2026-03-05T12:00:20Z", 1).await;
    let wished = |list: &Value| list["sessions"][0]["status"] == "partially-passed";
    controller.until("/api/v1/sessions", "held again", wished).await;
    hand.send(at("2026-03-06T12:00:30Z")).unwrap();
    sessions(&controller, 4).await;
    serve(&controller, &mut other, "2026-03-06T12:00:40Z", 2).await;
    assert_eq!(other.installed.as_deref(), Some("1.0"));
}
