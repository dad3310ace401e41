//! What runs one at a time does so in the whole installation, through restarts.

use ordain_wire::{ControllerMessage, OrderBody, ReportBody};
use serde_json::{Value, json};

use crate::agent::enrolled;
use crate::harness::{Running, start};

/// A task that everybody gets, and that is set on one computer at a time.
async fn with_a_serial_task(controller: &Running) {
    controller.repo.write(
        "tasks/once/task.yaml",
        "kind: Task\nname: once\nserial: true\ntest: {script: t.sh}\nset: {script: s.sh}\n",
    );
    controller.repo.write("tasks/once/t.sh", "exit 1\n");
    controller.repo.write("tasks/once/s.sh", "exit 0\n");
    controller.repo.write(
        "deployments/once.yaml",
        "kind: Deployment\nname: once\ntask: once\ntarget: {all: true}\n",
    );
    let commit = controller.repo.commit("a serial task");
    let there = |status: &Value| status["commit"]["inForce"] == commit.as_str();
    controller.eventually("the commit in force", there).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_serial_task_is_set_on_one_computer_after_the_other() {
    let controller = start().await;
    with_a_serial_task(&controller).await;
    let mut first = enrolled(&controller, "contoso", "first").await;
    let mut second = enrolled(&controller, "fabrikam", "second").await;
    (first.holds, second.holds) = (false, false);
    let (mut line, _) = first.connect(&controller).await;
    controller.session("first").await;
    let look = line.order().await;
    first.obey(&mut line, &look).await;
    let set = line.order().await;
    assert!(matches!(set.body, OrderBody::Execute { .. }), "{set:?}");

    let (mut other, _) = second.connect(&controller).await;
    let waiting = controller.session("second").await;
    second.serve_until_acked(&mut other, 1).await;
    let waits = |status: &Value| status["sessions"]["awaiting-execution"] == 1;
    controller.eventually("a session in line", waits).await;
    let shown = controller.get(&format!("/api/v1/sessions/{waiting}")).await;
    assert_eq!(shown["waitingFor"], "serial");

    drop((line, other));
    let controller = controller.stop().await.start().await;
    let (mut other, _) = second.connect(&controller).await;
    controller.eventually("a session that still stands in line", waits).await;
    let (mut line, _) = first.connect(&controller).await;
    let set = line.order().await;
    first.obey(&mut line, &set).await;
    let set = other.order().await;
    assert!(matches!(set.body, OrderBody::Execute { .. }), "{set:?}");
    second.obey(&mut other, &set).await;
    let passed = |status: &Value| status["sessions"] == json!({"passed": 2});
    controller.eventually("both", passed).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn whoever_vanished_with_its_turn_is_cancelled_and_told_to_stop_when_it_is_back() {
    let controller = start().await;
    with_a_serial_task(&controller).await;
    let mut first = enrolled(&controller, "contoso", "first").await;
    let mut second = enrolled(&controller, "fabrikam", "second").await;
    (first.holds, second.holds) = (false, false);
    let (mut line, _) = first.connect(&controller).await;
    let id = controller.session("first").await;
    let look = line.order().await;
    first.obey(&mut line, &look).await;
    let set = line.order().await;
    first.highest_order = set.number;
    first.report(&mut line, &set, ReportBody::Accepted).await;
    let running = |status: &Value| status["sessions"] == json!({"running": 1});
    controller.eventually("it is at it", running).await;
    drop(line);
    let away = |status: &Value| status["computers"]["online"] == 0;
    controller.eventually("it is away", away).await;

    let (mut other, _) = second.connect(&controller).await;
    controller.session("second").await;
    second.serve_until_acked(&mut other, 1).await;
    let waits = |status: &Value| status["sessions"]["awaiting-execution"] == 1;
    controller.eventually("a session in line", waits).await;
    controller.post(&format!("/api/v1/sessions/{id}/cancel"), json!({})).await;
    let set_there = other.order().await;
    second.obey(&mut other, &set_there).await;
    let over = |status: &Value| status["sessions"] == json!({"cancelled": 1, "passed": 1});
    controller.eventually("the one is over, the other goes on", over).await;

    first.current_order = Some(set.number);
    let (mut line, _) = first.connect(&controller).await;
    loop {
        if let ControllerMessage::Cancel { session } = line.hear().await {
            assert_eq!(session, id);
            break;
        }
    }
}
