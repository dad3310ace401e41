//! How the fleet stands after sessions: compliance, versions, history.

use reqwest::{Method, StatusCode};
use serde_json::json;

use crate::agent::enrolled;
use crate::harness::start;

#[tokio::test(flavor = "multi_thread")]
async fn sessions_leave_a_picture_of_the_fleet() {
    let controller = start().await;
    let mut agent = enrolled(&controller, "contoso", "pc").await;
    enrolled(&controller, "fabrikam", "away").await;
    let (mut line, _) = agent.connect(&controller).await;
    let session = controller.session("pc").await;
    agent.serve_until_acked(&mut line, 2).await;
    controller.followed(&session).await;

    let compliance = controller.get("/api/v1/compliance").await;
    let tool = json!({"item": "software/tool", "compliant": 1, "failed": 0, "open": 0, "unknown": 0, "ignored": 0, "notApplicable": 0});
    let contoso = json!({"tenant": "contoso", "computers": 1, "compliant": 1, "items": [tool]});
    assert_eq!(compliance, json!({"tenants": [contoso]}));
    assert_eq!(controller.get("/api/v1/compliance?tenant=fabrikam").await, json!({"tenants": []}));
    assert_eq!(controller.get("/api/v1/failures").await, json!({"failures": []}));
    assert_eq!(
        controller.get("/api/v1/versions/tool").await,
        json!({"item": "software/tool", "versions": [{"version": "1.0", "computers": 1}], "notInstalled": 0, "unknown": 0})
    );
    let (status, _) = controller.api(Method::GET, "/api/v1/versions/nothing", None).await;
    assert_eq!(status, StatusCode::NOT_FOUND);

    // A commit that changes something for the computer has converged once a session says so.
    controller.repo.write(
        "deployments/tool.yaml",
        "kind: Deployment\nname: tool\nsoftware: tool\nversion: any\ntarget: {computer: contoso/pc}\n",
    );
    let commit = controller.repo.commit("any version will do");
    controller
        .eventually("the commit", |status| status["commit"]["inForce"] == commit.as_str())
        .await;
    let session = controller.session("pc").await;
    agent.serve_until_acked(&mut line, 1).await;
    controller.followed(&session).await;
    let history = controller.get("/api/v1/history?limit=1").await;
    let last = &history["commits"][0];
    assert_eq!((&last["revision"], &last["verdict"]), (&json!(commit), &json!("accepted")));
    // The one that is away is concerned too: nothing is wanted of it any more.
    assert_eq!((&last["computers"], &last["converged"]), (&json!(2), &json!(1)), "{last}");
    assert!(last["p50Seconds"].is_u64() && last["p99Seconds"].is_u64(), "{last}");
}
