//! Commits beyond the limits wait for a person.

use serde_json::{Value, json};

use crate::agent::enrolled;
use crate::harness::start;

#[tokio::test(flavor = "multi_thread")]
async fn a_commit_beyond_the_limits_waits_for_a_person() {
    let controller = start().await;
    for name in ["pc-1", "pc-2"] {
        let mut agent = enrolled(&controller, "contoso", name).await;
        let (mut line, _) = agent.connect(&controller).await;
        controller.session(name).await;
        agent.serve_until_acked(&mut line, 2).await;
    }
    let limits =
        "kind: Repository\nname: test\napiVersion: ordain/v1\nlimits: {maxUninstalls: 1}\n";
    controller.repo.write("ordain.yaml", limits);
    let limited = controller.repo.commit("limits");
    let in_force =
        |commit: String| move |status: &Value| status["commit"]["inForce"] == commit.as_str();
    controller.eventually("the limits in force", in_force(limited.clone())).await;

    let absent =
        "kind: Deployment\nname: tool\nsoftware: tool\ntarget: {all: true}\nstate: absent\n";
    controller.repo.write("deployments/tool.yaml", absent);
    let wide = controller.repo.commit("away with it");
    let waits = |status: &Value| {
        let rejected = &status["commit"]["rejected"][0];
        rejected["revision"] == wide.as_str()
            && rejected["diagnostics"][0]["code"] == "limit-exceeded"
    };
    let status = controller.eventually("the commit waiting", waits).await;
    assert_eq!(status["commit"]["inForce"], limited.as_str());
    let said = status["commit"]["rejected"][0]["diagnostics"][0]["message"].clone();
    assert_eq!(said, "`maxUninstalls` allows 1, and the commit comes to 2");

    // A restart does not let it slip through.
    let controller = controller.stop().await.start().await;
    controller.eventually("the commit waiting", waits).await;
    let approved =
        controller.post("/api/v1/commits/approve", json!({"revision": &wide[..8]})).await;
    assert_eq!(approved, json!({"approved": wide}));
    controller.eventually("the commit in force", in_force(wide.clone())).await;
}
