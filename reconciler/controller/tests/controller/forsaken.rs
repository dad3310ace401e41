//! `onUnmatch: remove`: what a deployment has installed goes with it.

use serde_json::{Value, json};

use crate::agent::{Agent, enrolled};
use crate::harness::{Running, start};

const TOOL: &str =
    "kind: Deployment\nname: tool\nsoftware: tool\ntarget: {all: true}\nonUnmatch: remove\n";

async fn in_force(controller: &Running, message: &str) {
    let commit = controller.repo.commit(message);
    let seen = |status: &Value| status["commit"]["inForce"] == commit.as_str();
    controller.eventually("the commit in force", seen).await;
}

/// A session from start to end, as it is shown.
async fn session(controller: &Running, agent: &mut Agent, orders: usize) -> Value {
    let id = controller.session("pc").await;
    let (mut line, _) = agent.connect(controller).await;
    // Where nothing is asked nothing is acknowledged.
    if orders > 0 {
        agent.serve_until_acked(&mut line, orders).await;
    }
    controller.followed(&id).await;
    controller.get(&format!("/api/v1/sessions/{id}")).await
}

#[tokio::test(flavor = "multi_thread")]
async fn what_a_deployment_installed_goes_with_it() {
    let controller = start().await;
    let mut agent = enrolled(&controller, "contoso", "pc").await;
    controller.repo.write("deployments/tool.yaml", TOOL);
    in_force(&controller, "removes").await;
    session(&controller, &mut agent, 2).await;
    assert_eq!(agent.installed.as_deref(), Some("1.0"));

    // Switched off is not gone.
    controller.repo.write("deployments/tool.yaml", &format!("{TOOL}disabled: true\n"));
    in_force(&controller, "disabled").await;
    let shown = session(&controller, &mut agent, 0).await;
    assert_eq!((&shown["status"], &shown["actions"]), (&json!("passed"), &json!([])));

    // The software goes from the catalogue in the same commit, and a restart comes between.
    controller.repo.git(&["rm", "-q", "-r", "deployments", "software"]);
    in_force(&controller, "gone").await;
    let controller = controller.stop().await.start().await;
    let shown = session(&controller, &mut agent, 2).await;
    let action = &shown["actions"][0];
    assert_eq!(
        (&action["item"], &action["action"], &action["reason"], &action["by"], &action["result"]),
        (
            &json!("software/tool"),
            &json!("uninstall"),
            &json!("software-detected"),
            &json!("deployments/tool.yaml"),
            &json!("passed")
        )
    );
    assert_eq!(agent.installed, None);
    let shown = session(&controller, &mut agent, 0).await;
    assert_eq!(shown["actions"], json!([]), "it is forgotten");
}

#[tokio::test(flavor = "multi_thread")]
async fn what_was_there_before_and_what_others_want_stays() {
    let controller = start().await;
    let mut agent = enrolled(&controller, "contoso", "pc").await;
    agent.installed = Some("1.0".to_owned());
    controller.repo.write("deployments/tool.yaml", TOOL);
    in_force(&controller, "removes").await;
    session(&controller, &mut agent, 1).await;
    controller.repo.write("deployments/tool.yaml", &TOOL.replace("all: true", "tag: nobody"));
    in_force(&controller, "elsewhere").await;
    let shown = session(&controller, &mut agent, 0).await;
    assert_eq!(shown["actions"], json!([]), "it was there before");

    agent.installed = None;
    controller.repo.write("deployments/tool.yaml", TOOL);
    in_force(&controller, "again").await;
    session(&controller, &mut agent, 2).await;
    controller.repo.write("deployments/tool.yaml", &TOOL.replace("all: true", "tag: nobody"));
    let other = TOOL.replace("name: tool", "name: other").replace("onUnmatch: remove\n", "");
    controller.repo.write("deployments/other.yaml", &other);
    in_force(&controller, "another wants it").await;
    let shown = session(&controller, &mut agent, 1).await;
    assert_eq!(shown["actions"][0]["reason"], "up-to-date");
    assert_eq!(agent.installed.as_deref(), Some("1.0"));
}
