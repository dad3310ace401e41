//! Following the branch: what takes effect, what does not, and what is said.

use std::path::Path;

use ordain_controller::{ServeError, serve};
use ordain_source::Secret;
use reqwest::{Method, StatusCode};
use serde_json::Value;

use crate::harness::{Repo, Running, config, start, start_with};

async fn in_force(controller: &Running, revision: &str) -> Value {
    controller
        .eventually("the commit in force", |status| status["commit"]["inForce"] == revision)
        .await
}

async fn rejected(controller: &Running, revision: &str) -> Value {
    controller
        .eventually("the commit rejected", |status| {
            status["commit"]["rejected"][0]["revision"] == revision
        })
        .await
}

#[tokio::test(flavor = "multi_thread")]
async fn a_bad_commit_never_takes_effect_and_says_why() {
    let controller = start().await;
    let good = controller.repo.git(&["rev-parse", "HEAD"]);
    in_force(&controller, &good).await;

    controller.repo.write(
        "deployments/tool.yaml",
        "kind: Deployment\nname: tool\nsoftware: tol\ntarget: {all: true}\n",
    );
    let bad = controller.repo.commit("a slip of the pen");
    let status = rejected(&controller, &bad).await;
    assert_eq!(
        (&status["commit"]["inForce"], &status["commit"]["head"]),
        (&Value::from(good), &Value::from(bad.clone()))
    );
    let why = &status["commit"]["rejected"][0]["diagnostics"][0];
    assert_eq!(
        (why["code"].as_str(), why["file"].as_str(), why["line"].as_u64()),
        (Some("unknown-reference"), Some("deployments/tool.yaml"), Some(3))
    );

    // A restart keeps both: what is in force, and why the head is not.
    let controller = controller.stop().await.start().await;
    let status = rejected(&controller, &bad).await;
    assert_ne!(status["commit"]["inForce"], Value::from(bad));

    controller.repo.write(
        "deployments/tool.yaml",
        "kind: Deployment\nname: tool\nsoftware: tool\ntarget: {all: true}\n",
    );
    let mended = controller.repo.commit("mended");
    let status = in_force(&controller, &mended).await;
    assert_eq!(status["commit"]["rejected"], Value::Array(Vec::new()));
}

#[tokio::test(flavor = "multi_thread")]
async fn rewritten_history_is_refused_unless_allowed() {
    let controller = start().await;
    let first = controller.repo.git(&["rev-parse", "HEAD"]);
    controller.repo.write("tenants/third/tenant.yaml", "kind: Tenant\nname: third\n");
    let second = controller.repo.commit("second");
    in_force(&controller, &second).await;

    controller.repo.git(&["reset", "-q", "--hard", &first]);
    let status = rejected(&controller, &first).await;
    assert_eq!(status["commit"]["inForce"], Value::from(second.clone()));
    assert_eq!(status["commit"]["rejected"][0]["diagnostics"][0]["code"], "rewritten-history");

    let controller =
        controller.stop().await.start_with(|config| config.allow_rewrites = true).await;
    in_force(&controller, &first).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_cannot_be_followed_is_said() {
    let controller = start_with(|_| ()).await;
    controller.repo.git(&["branch", "-m", "main", "elsewhere"]);
    let status =
        controller.eventually("a problem", |status| !status["commit"]["problem"].is_null()).await;
    assert!(status["commit"]["problem"].as_str().unwrap().contains("main"), "{status}");
    assert!(!status["commit"]["inForce"].is_null());
    controller.repo.git(&["branch", "-m", "elsewhere", "main"]);
    controller.eventually("no problem", |status| status["commit"]["problem"].is_null()).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn an_empty_repository_waits_for_its_first_commit() {
    let folder = tempfile::tempdir().unwrap();
    let full = Repo::new(folder.path());
    let empty = Repo(folder.path().join("empty.git"));
    std::fs::create_dir_all(&empty.0).unwrap();
    empty.git(&["init", "-q", "--bare", "-b", "main"]);
    let data = folder.path().join("data");
    let place = empty.0.clone();
    let stopped = crate::harness::Stopped::of(full, data, folder);
    let controller = stopped
        .start_with(|config| config.repository = ordain_source::Location::Folder(place.clone()))
        .await;
    let status =
        controller.eventually("a problem", |status| !status["commit"]["problem"].is_null()).await;
    assert!(status["commit"]["inForce"].is_null());
    let (ready, _) = controller.ask(Method::GET, "/readyz", None, None).await;
    assert_eq!(ready, StatusCode::SERVICE_UNAVAILABLE);
    controller.repo.git(&["push", "-q", place.to_str().unwrap(), "main"]);
    controller.eventually("a commit", |status| !status["commit"]["inForce"].is_null()).await;
    let (ready, _) = controller.ask(Method::GET, "/readyz", None, None).await;
    assert_eq!(ready, StatusCode::OK);
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_no_repository_ends_the_start_with_a_reason() {
    let folder = tempfile::tempdir().unwrap();
    let config = config(&Repo(folder.path().join("nowhere")), &folder.path().join("data"));
    let error = serve(config, async {}).await.expect_err("nothing is there");
    assert!(matches!(error, ServeError::Git(_)), "{error:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_data_folder_serves_one_controller() {
    let controller = start().await;
    let second = config(&Repo(controller.repo.0.clone()), Path::new(&controller.data));
    let error = serve(second, async {}).await.expect_err("the folder is in use");
    assert!(matches!(error, ServeError::Data(_)), "{error:?}");
    assert!(error.hint().is_some());
}

#[tokio::test(flavor = "multi_thread")]
async fn webhooks_prove_themselves() {
    let controller =
        start_with(|config| config.webhook_secret = Some(Secret::new("hunter2"))).await;
    let call = |token: Option<&'static str>| {
        let mut request = controller
            .request(Method::POST, "/webhook/gitlab")
            .header("X-Gitlab-Event", "Push Hook");
        if let Some(token) = token {
            request = request.header("X-Gitlab-Token", token);
        }
        let body = r#"{"ref":"refs/heads/main","project":{"path_with_namespace":"a/b"}}"#;
        async move { request.body(body).send().await.unwrap().status().as_u16() }
    };
    assert_eq!(
        (call(None).await, call(Some("wrong")).await, call(Some("hunter2")).await),
        (401, 401, 204)
    );
    let elsewhere = controller.request(Method::POST, "/webhook/sourceforge").send().await.unwrap();
    assert_eq!(elsewhere.status(), StatusCode::NOT_FOUND);

    let silent = start().await;
    let (status, body) = silent.ask(Method::POST, "/webhook/github", None, None).await;
    assert_eq!(
        (status, body["error"]["code"].as_str()),
        (StatusCode::FORBIDDEN, Some("no-secret"))
    );
}
