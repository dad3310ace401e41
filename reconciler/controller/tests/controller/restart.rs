//! A controller that stops and starts again goes on where it was.

use ordain_wire::ReportBody;
use serde_json::json;

use crate::agent::{Agent, Line, enrolled};
use crate::harness::{Running, start};

#[tokio::test(flavor = "multi_thread")]
async fn a_session_goes_on_after_a_restart_at_every_point() {
    let controller = start().await;
    let mut agent = enrolled(&controller, "contoso", "pc").await;
    let (line, _) = agent.connect(&controller).await;
    let session = controller.session("pc").await;
    drop(line);

    // Before detection: the order that was never answered comes again, under its number.
    let controller = controller.stop().await.start().await;
    let (mut line, _) = agent.connect(&controller).await;
    let first = line.order().await;
    drop(line);
    let controller = controller.stop().await.start().await;
    let (mut line, _) = agent.connect(&controller).await;
    let detect = line.order().await;
    assert_eq!(
        (detect.number, &detect.body, detect.expires),
        (first.number, &first.body, first.expires)
    );

    // What was found out while the controller was away is repeated until it is acknowledged.
    agent.report(&mut line, &detect, ReportBody::Accepted).await;
    drop(line);
    let controller = controller.stop().await.start().await;
    let (mut line, _) = agent.connect(&controller).await;
    let again = line.order().await;
    assert_eq!(again.number, detect.number);
    let findings = vec![
        ordain_core::order::Finding {
            item: ordain_core::item::Item::software("tool"),
            found: ordain_core::order::Found::Software { version: None, test: None, offered: None },
        }
        .into(),
    ];
    agent.report(&mut line, &detect, ReportBody::Detected { findings }).await;
    agent.report(&mut line, &detect, ReportBody::Ended).await;
    let execute = line.order().await;
    assert!(execute.number > detect.number);

    // Between plan and execution, and in the middle of it.
    drop(line);
    let controller = controller.stop().await.start().await;
    let (mut line, _) = agent.connect(&controller).await;
    assert_eq!(line.order().await, execute);
    agent.obey(&mut line, &execute).await;
    drop(line);
    let controller = controller.stop().await.start().await;
    let (_line, _) = agent.connect(&controller).await;
    let last = agent.journal.len() as u64;
    let shown = controller.followed(&session).await;
    assert_eq!(shown.last().unwrap()["status"], "passed");
    let (_, welcome) = agent.connect(&controller).await;
    assert_eq!(welcome.acked, last);

    let shown = controller.get(&format!("/api/v1/sessions/{session}")).await;
    assert_eq!(
        (&shown["status"], &shown["actions"][0]["attempts"][0]["phase"]),
        (&json!("passed"), &json!("install"))
    );
    let started = shown["actions"][0]["attempts"]
        .as_array()
        .unwrap()
        .iter()
        .filter(|one| one["phase"] == "install")
        .count();
    assert_eq!(started, 1, "nothing started twice");
}

#[tokio::test(flavor = "multi_thread")]
async fn an_agent_that_knows_higher_orders_gets_higher_ones() {
    let controller = start().await;
    let mut agent = enrolled(&controller, "contoso", "pc").await;
    agent.highest_order = 41;
    let (mut line, _) = agent.connect(&controller).await;
    controller.session("pc").await;
    assert_eq!(line.order().await.number, 42);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_lost_database_costs_no_enrolment() {
    let controller = start().await;
    let (kept, gone) = (
        enrolled(&controller, "contoso", "kept").await,
        enrolled(&controller, "contoso", "gone").await,
    );
    controller.api(reqwest::Method::DELETE, "/api/v1/computers/gone", None).await;
    let stopped = controller.stop().await;
    for file in ["ordain.db", "ordain.db-wal", "ordain.db-shm"] {
        let removed = std::fs::remove_file(stopped.data.join(file));
        assert!(removed.is_ok() || file != "ordain.db");
    }
    let controller = stopped.start().await;
    let (mut line, _) = kept.connect(&controller).await;
    controller.eventually("a commit", |status| !status["commit"]["inForce"].is_null()).await;
    controller.session("contoso/kept").await;
    line.order().await;
    let refused = crate::agent::open(
        &controller,
        crate::agent::tls(&gone.ca, Some((&gone.certificate, &gone.key))),
    )
    .await;
    assert!(refused.is_err(), "a removed computer stays removed");
}

/// Lets an agent carry a session out in so many orders; shows how it ended.
async fn carried(
    controller: &Running,
    agent: &mut Agent,
    line: &mut Line,
    orders: usize,
) -> serde_json::Value {
    let session = controller.session("pc").await;
    agent.serve_until_acked(line, orders).await;
    controller.followed(&session).await;
    controller.get(&format!("/api/v1/sessions/{session}")).await
}

#[tokio::test(flavor = "multi_thread")]
async fn with_the_store_gone_nothing_runs_again_that_is_in_place() {
    let controller = start().await;
    let mut agent = enrolled(&controller, "contoso", "pc").await;
    let (mut line, _) = agent.connect(&controller).await;
    let before = carried(&controller, &mut agent, &mut line, 2).await;
    assert_eq!(before["actions"][0]["action"], "install");
    let highest = agent.highest_order;
    let stopped = controller.stop().await;
    for file in ["ordain.db", "ordain.db-wal", "ordain.db-shm"] {
        let _ = std::fs::remove_file(stopped.data.join(file));
    }
    let controller = stopped.start().await;
    controller.eventually("a commit", |status| !status["commit"]["inForce"].is_null()).await;
    assert_eq!(controller.get("/api/v1/status").await["sessions"], json!({}));
    let (mut line, _) = agent.connect(&controller).await;
    // One order is enough: it looks, and finds everything in place.
    let after = carried(&controller, &mut agent, &mut line, 1).await;
    assert_eq!(
        (&after["status"], &after["actions"][0]["reason"]),
        (&json!("passed"), &json!("up-to-date"))
    );
    assert!(agent.highest_order > highest, "numbers go on above what the agent knows");
    let inventory = controller.get("/api/v1/inventory").await;
    assert_eq!(inventory["computers"][0]["software"], json!({"tool": "1.0"}));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_running_controller_is_backed_up_and_served_from_the_copy() {
    let controller = start().await;
    let mut agent = enrolled(&controller, "contoso", "pc").await;
    let (mut line, _) = agent.connect(&controller).await;
    carried(&controller, &mut agent, &mut line, 2).await;
    let copy = controller.data.with_file_name("copy");
    ordain_controller::backup(&controller.data, &copy).await.unwrap();
    let again = ordain_controller::backup(&controller.data, &copy).await;
    assert!(matches!(again, Err(ordain_controller::BackupError::Taken { .. })));

    // What happens after the copy is unknown to it, and harms nothing.
    carried(&controller, &mut agent, &mut line, 1).await;
    enrolled(&controller, "contoso", "later").await;
    let highest = agent.highest_order;
    let stopped = controller.stop().await.at(copy);
    let controller = stopped.start().await;
    let (mut line, _) = agent.connect(&controller).await;
    let status = controller.get("/api/v1/status").await;
    assert_eq!(status["sessions"], json!({"passed": 1}));
    let next = carried(&controller, &mut agent, &mut line, 1).await;
    assert_eq!(next["status"], "passed");
    assert!(agent.highest_order > highest);
}
