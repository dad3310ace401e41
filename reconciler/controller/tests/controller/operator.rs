//! What people and programs ask, and how they are refused.

use reqwest::{Method, StatusCode};
use serde_json::{Value, json};

use crate::agent::enrolled;
use crate::harness::start;

fn code(body: &Value) -> &str {
    body["error"]["code"]
        .as_str()
        .unwrap_or_else(|| panic!("an error of the one shape, not {body}"))
}

#[tokio::test(flavor = "multi_thread")]
async fn nothing_is_answered_without_the_token() {
    let controller = start().await;
    let paths = [
        (Method::GET, "/api/v1/status"),
        (Method::POST, "/api/v1/enrolments"),
        (Method::GET, "/api/v1/computers"),
        (Method::GET, "/api/v1/computers/x"),
        (Method::DELETE, "/api/v1/computers/x"),
        (Method::GET, "/api/v1/sessions"),
        (Method::POST, "/api/v1/sessions"),
        (Method::GET, "/api/v1/sessions/x"),
        (Method::POST, "/api/v1/sessions/x/cancel"),
        (Method::GET, "/api/v1/sessions/x/logs"),
        (Method::GET, "/api/v1/inventory"),
        (Method::POST, "/api/v1/pause"),
        (Method::POST, "/api/v1/resume"),
    ];
    for (method, path) in paths {
        for token in [None, Some(""), Some("wrong"), Some("oat_")] {
            let (status, body) = controller.ask(method.clone(), path, token, Some(json!({}))).await;
            assert_eq!(status, StatusCode::UNAUTHORIZED, "{method} {path} {token:?}");
            assert!(["token-missing", "token-wrong"].contains(&code(&body)), "{body}");
        }
    }
    let (status, body) = controller.ask(Method::GET, "/healthz", None, None).await;
    assert_eq!((status, body), (StatusCode::OK, Value::from("ok\n")));
}

#[tokio::test(flavor = "multi_thread")]
async fn bad_requests_get_errors_of_one_shape() {
    let controller = start().await;
    enrolled(&controller, "contoso", "twin").await;
    enrolled(&controller, "fabrikam", "twin").await;
    let start = |body: Value| (Method::POST, "/api/v1/sessions", Some(body));
    let table = [
        ((Method::GET, "/nowhere", None), 404, "not-found"),
        ((Method::PUT, "/api/v1/status", None), 405, "bad-method"),
        ((Method::GET, "/api/v1/sessions?limit=many", None), 400, "bad-request"),
        ((Method::GET, "/api/v1/sessions/s-none", None), 404, "unknown-session"),
        ((Method::GET, "/api/v1/computers/none", None), 404, "unknown-computer"),
        (start(json!({"computers": ["contoso/twin"], "emergency": " "})), 400, "bad-request"),
        ((Method::GET, "/api/v1/computers/twin", None), 409, "ambiguous-computer"),
        (
            (Method::POST, "/api/v1/enrolments", Some(json!({"tenant": "contosso"}))),
            422,
            "unknown-tenant",
        ),
        (
            (Method::POST, "/api/v1/enrolments", Some(json!({"tenant": "contoso", "count": 0}))),
            400,
            "bad-request",
        ),
        (
            (
                Method::POST,
                "/api/v1/enrolments",
                Some(json!({"tenant": "contoso", "expiresSeconds": 0})),
            ),
            400,
            "bad-request",
        ),
        ((Method::POST, "/api/v1/enrolments", Some(json!([]))), 400, "bad-request"),
        (start(json!({"computers": []})), 400, "bad-request"),
        (start(json!({"computers": ["twin"]})), 409, "ambiguous-computer"),
        (start(json!({"computers": ["none"]})), 404, "unknown-computer"),
        (start(json!({"computers": ["contoso/twin"], "kind": "grand"})), 400, "bad-request"),
        (start(json!({"computers": ["contoso/twin"], "kind": "item"})), 400, "bad-request"),
        (
            start(json!({"computers": ["contoso/twin"], "item": "software/none"})),
            422,
            "unknown-item",
        ),
        (
            start(json!({"computers": ["contoso/twin"], "deployment": "deployments/none.yaml"})),
            422,
            "unknown-item",
        ),
        (start(json!({"computers": ["contoso/twin"], "surprise": 1})), 400, "bad-request"),
    ];
    for ((method, path, body), status, wanted) in table {
        let asked = format!("{method} {path} {body:?}");
        let (answered, body) = controller.api(method, path, body).await;
        assert_eq!((answered.as_u16(), code(&body)), (status, wanted), "{asked}");
    }
    let huge = json!({"tenant": "x".repeat(1_000_000)});
    let (status, body) = controller.api(Method::POST, "/api/v1/enrolments", Some(huge)).await;
    assert_eq!((status, code(&body)), (StatusCode::PAYLOAD_TOO_LARGE, "too-large"));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_tenant_narrows_what_is_seen() {
    let controller = start().await;
    enrolled(&controller, "contoso", "twin").await;
    enrolled(&controller, "fabrikam", "twin").await;
    let names = |list: &Value| {
        list["computers"]
            .as_array()
            .unwrap()
            .iter()
            .map(|one| one["tenant"].as_str().unwrap().to_owned())
            .collect::<Vec<_>>()
    };
    assert_eq!(names(&controller.get("/api/v1/computers").await), ["contoso", "fabrikam"]);
    assert_eq!(names(&controller.get("/api/v1/computers?tenant=fabrikam").await), ["fabrikam"]);
    assert_eq!(names(&controller.get("/api/v1/inventory?tenant=contoso").await), ["contoso"]);
    assert_eq!(controller.get("/api/v1/computers/twin?tenant=contoso").await["tenant"], "contoso");
    let made = controller
        .post("/api/v1/sessions", json!({"computers": ["twin"], "tenant": "fabrikam"}))
        .await;
    assert_eq!(made["sessions"][0]["tenant"], "fabrikam");
    assert_eq!(controller.get("/api/v1/sessions?tenant=contoso").await["sessions"], json!([]));
    assert_eq!(controller.get("/api/v1/status?tenant=contoso").await["computers"]["total"], 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn an_emergency_is_marked_with_its_reason() {
    let controller = start().await;
    enrolled(&controller, "contoso", "pc").await;
    let wanted = json!({"computers": ["pc"], "emergency": " a hole in ssh "});
    let made = controller.post("/api/v1/sessions", wanted).await;
    let path = format!("/api/v1/sessions/{}", made["sessions"][0]["id"].as_str().unwrap());
    assert_eq!(controller.get(&path).await["emergency"], "a hole in ssh");
    // Several objects, one on each line, are no JSON and come as they are.
    let log = controller.get(&format!("{path}/logs")).await;
    let log = log.as_str().unwrap();
    let lines = log.lines().map(|line| serde_json::from_str::<Value>(line).unwrap());
    let marked: Vec<Value> = lines.filter(|line| line["type"] == "emergency").collect();
    assert_eq!(marked.len(), 1, "{log}");
    assert_eq!(marked[0]["message"], "a hole in ssh");
    let usual = controller.session("pc").await;
    assert!(controller.get(&format!("/api/v1/sessions/{usual}")).await["emergency"].is_null());
}
