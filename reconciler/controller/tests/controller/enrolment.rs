//! Tokens, identities, certificates and their renewal.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use ordain_wire::{ControllerMessage, Identity, RenewRequest, RenewResponse};
use rcgen::{KeyPair, SigningKey as _};
use reqwest::{Method, StatusCode};
use serde_json::{Value, json};
use sha2::{Digest, Sha256};

use crate::agent::{Agent, agent_of, csr, enrol_request, enrolled, open, tls, try_enrol};
use crate::harness::{Running, start};

fn code(body: &Value) -> &str {
    assert!(body["error"]["message"].is_string() && body["error"].get("hint").is_some(), "{body}");
    body["error"]["code"].as_str().unwrap()
}

async fn refused(controller: &Running, token: &str, name: &str, identity: &str) -> (u16, String) {
    let (status, body) = try_enrol(controller, token, name, identity).await.err().unwrap();
    (status.as_u16(), code(&body).to_owned())
}

#[tokio::test(flavor = "multi_thread")]
async fn tokens_work_once_and_say_why_not() {
    let controller = start().await;
    let token = controller.token("contoso", 1).await;
    assert_eq!(
        refused(&controller, "oet_nonsense", "pc", "uuid:1").await,
        (403, "token-unknown".into())
    );

    // A request that makes no sense costs no token.
    let mut bad = enrol_request(&token, "pc", "uuid:1", &KeyPair::generate().unwrap());
    bad["csr"] = json!("-----BEGIN NONSENSE-----");
    let (status, body) = controller.ask(Method::POST, "/agent/v1/enrol", None, Some(bad)).await;
    assert_eq!((status, code(&body)), (StatusCode::BAD_REQUEST, "bad-request"));
    assert_eq!(refused(&controller, &token, "a/b", "uuid:1").await, (400, "bad-request".into()));

    let agent = try_enrol(&controller, &token, "pc", "uuid:1").await.unwrap();
    assert_eq!(agent.tenant, "contoso");
    assert_eq!(refused(&controller, &token, "pc-2", "uuid:2").await, (403, "token-used".into()));
    let files = std::fs::read(controller.data.join("ordain.db")).unwrap();
    let wal = std::fs::read(controller.data.join("ordain.db-wal")).unwrap();
    let stored = |bytes: &[u8]| bytes.windows(token.len()).any(|part| part == token.as_bytes());
    assert!(!stored(&files) && !stored(&wal), "the token itself is nowhere in the database");
}

#[tokio::test(flavor = "multi_thread")]
async fn of_two_with_the_same_token_one_gets_in() {
    let controller = start().await;
    let token = controller.token("contoso", 1).await;
    let (first, second) = tokio::join!(
        try_enrol(&controller, &token, "one", "uuid:1"),
        try_enrol(&controller, &token, "two", "uuid:2")
    );
    let lost = match (first, second) {
        (Ok(_), Err((_, body))) | (Err((_, body)), Ok(_)) => body,
        (Ok(_), Ok(_)) => panic!("both got in"),
        (Err(one), Err(two)) => panic!("nobody got in: {one:?} {two:?}"),
    };
    assert_eq!(code(&lost), "token-used");
    assert_eq!(controller.get("/api/v1/status").await["computers"]["total"], 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn identities_are_never_merged_silently() {
    let controller = start().await;
    let token = controller.token("contoso", 9).await;
    let first = try_enrol(&controller, &token, "pc", "uuid:1").await.unwrap();
    assert_eq!(refused(&controller, &token, "pc", "uuid:2").await, (409, "name-taken".into()));

    // The same computer again: one computer with two pathways, of which one is enough.
    let (line, _) = first.connect(&controller).await;
    let second = try_enrol(&controller, &token, "pc", "uuid:1").await.unwrap();
    assert_eq!(controller.get("/api/v1/status").await["computers"]["total"], 1);
    let shown = controller.get("/api/v1/computers/pc").await;
    let online = |shown: &Value| {
        let pathways = shown["pathways"].as_array().unwrap().iter();
        pathways.filter(|one| one["online"] == true).count()
    };
    assert_eq!((shown["pathways"].as_array().unwrap().len(), online(&shown)), (2, 1), "{shown}");
    let (_second_line, _) = second.connect(&controller).await;
    assert_eq!(online(&controller.get("/api/v1/computers/pc").await), 2);
    drop(line);
    assert_eq!(controller.get("/api/v1/computers/pc").await["online"], true);

    // A clone beside it is a computer of its own that nothing is done to, until a person decides.
    let mut clone = someone(&controller, &token, "pc", ("uuid:1", "another installation")).await;
    let (mut line, _) = clone.connect(&controller).await;
    let shown = controller.get("/api/v1/computers/pc-2").await;
    assert_eq!(shown["standing"], "needs-decision");
    assert!(shown["doubt"].as_str().unwrap().contains("copy of pc"), "{shown}");
    let wanted = json!({"computers": ["pc-2"]});
    let (status, body) = controller.api(Method::POST, "/api/v1/sessions", Some(wanted)).await;
    assert_eq!((status, code(&body)), (StatusCode::CONFLICT, "needs-decision"));
    let path = "/api/v1/computers/pc/decide";
    let (status, body) = controller.api(Method::POST, path, Some(json!({"is": "same"}))).await;
    assert_eq!((status, code(&body)), (StatusCode::CONFLICT, "nothing-to-decide"));
    let settled = controller.post("/api/v1/computers/pc-2/decide", json!({"is": "new"})).await;
    assert_eq!(settled["standing"], "needs-onboarding");
    let session = controller.session("pc-2").await;
    clone.serve_until_acked(&mut line, 2).await;
    controller.followed(&session).await;
    assert_eq!(controller.get("/api/v1/computers").await["computers"].as_array().unwrap().len(), 2);
}

/// An agent of that identity and installation.
async fn someone(
    controller: &Running,
    token: &str,
    name: &str,
    (identity, installation): (&str, &str),
) -> Agent {
    let mut agent = agent_of(controller, token, name, identity, installation).await.unwrap();
    agent.identity = Identity {
        key: identity.to_owned(),
        installation_id: Some(installation.to_owned()),
        ..Identity::default()
    };
    agent
}

#[tokio::test(flavor = "multi_thread")]
async fn a_copy_of_an_agent_is_never_taken_for_it() {
    let controller = start().await;
    let token = controller.token("contoso", 9).await;
    let original = someone(&controller, &token, "pc", ("uuid:1", "i1")).await;
    let (line, _) = original.connect(&controller).await;
    let standing = async || controller.get("/api/v1/computers/pc").await["standing"].clone();
    assert_eq!(standing().await, "needs-onboarding", "it has said who it is");

    // The agent's files copied to another system: turned away while nobody has decided.
    let copy = original.copied("i2");
    let mut turned_away = copy.open(&controller).await;
    turned_away.say(&copy.hello()).await;
    assert_eq!(turned_away.closed().await, Some(1013));
    assert_eq!(standing().await, "needs-decision");
    controller.post("/api/v1/computers/pc/decide", json!({"is": "new"})).await;
    assert_eq!(standing().await, "needs-onboarding", "as it was before");
    let mut sent_away = copy.open(&controller).await;
    sent_away.say(&copy.hello()).await;
    assert!(matches!(sent_away.hear().await, ControllerMessage::Removed { .. }));

    // Away or not, the original is who it was; a system installed anew is a life of its own.
    drop(line);
    let (line, _) = original.connect(&controller).await;
    drop(line);
    controller.eventually("the line to drop", |status| status["computers"]["online"] == 0).await;
    let wiped = original.copied("i3");
    let (line, _) = wiped.connect(&controller).await;
    assert_eq!(controller.get("/api/v1/computers/pc").await["installation"], "i3");
    drop(line);
    controller.eventually("the line to drop", |status| status["computers"]["online"] == 0).await;
    // A system that was wiped never comes back: two are alive.
    let mut turned_away = original.open(&controller).await;
    turned_away.say(&original.hello()).await;
    assert_eq!(turned_away.closed().await, Some(1013));
    controller.post("/api/v1/computers/pc/decide", json!({"is": "same"})).await;
    let (_line, _) = original.connect(&controller).await;
    assert_eq!(controller.get("/api/v1/computers/pc").await["installation"], "i1");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_computer_moves_whole_and_takes_nothing_along() {
    let controller = start().await;
    let mut agent = enrolled(&controller, "contoso", "pc").await;
    let (mut line, _) = agent.connect(&controller).await;
    let session = controller.session("pc").await;
    agent.serve_until_acked(&mut line, 2).await;
    controller.followed(&session).await;
    assert_ne!(controller.get("/api/v1/computers/pc").await["items"], json!([]));

    let settled = controller.post("/api/v1/computers/pc/move", json!({"to": "fabrikam"})).await;
    assert_eq!(settled["tenant"], "fabrikam");
    line.closed().await;
    let (_line, welcome) = agent.connect(&controller).await;
    assert_eq!(welcome.tenant, "fabrikam");
    let shown = controller.get("/api/v1/computers/fabrikam%2Fpc").await;
    assert_eq!((&shown["items"], &shown["online"]), (&json!([]), &json!(true)), "{shown}");
    let (status, body) =
        controller.api(Method::GET, "/api/v1/computers/pc?tenant=contoso", None).await;
    assert_eq!((status, code(&body)), (StatusCode::NOT_FOUND, "unknown-computer"));
    let nowhere = Some(json!({"to": "nowhere"}));
    let (status, body) = controller.api(Method::POST, "/api/v1/computers/pc/move", nowhere).await;
    assert_eq!((status, code(&body)), (StatusCode::UNPROCESSABLE_ENTITY, "unknown-tenant"));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_computer_that_a_person_takes_out_is_left_alone() {
    let controller = start().await;
    let mut agent = enrolled(&controller, "contoso", "pc").await;
    let (mut line, _) = agent.connect(&controller).await;
    controller.post("/api/v1/computers/pc/exclude", json!({"excluded": true})).await;
    let exported = controller.get("/api/v1/inventory").await;
    assert_eq!(exported["computers"][0]["excluded"], true, "the file says so too");
    let session = controller.session("pc").await;
    controller.followed(&session).await;
    let shown = controller.get(&format!("/api/v1/sessions/{session}")).await;
    assert_eq!(shown["message"], "the policy excludes the computer from sessions");
    controller.post("/api/v1/computers/pc/exclude", json!({"excluded": false})).await;
    let session = controller.session("pc").await;
    agent.serve_until_acked(&mut line, 2).await;
    controller.followed(&session).await;
}

fn renewal(agent: &Agent, key: &KeyPair, issued: i64) -> RenewRequest {
    let csr = csr(key);
    let message = format!(
        "ordain-renew-v1\n{}\n{issued}\n{}",
        agent.id,
        hex::encode(Sha256::digest(csr.as_bytes()))
    );
    let signature = STANDARD.encode(key.sign(message.as_bytes()).unwrap());
    RenewRequest {
        agent: agent.id.clone(),
        csr,
        certificate: agent.certificate.clone(),
        issued,
        signature,
    }
}

async fn renew(controller: &Running, request: &RenewRequest) -> Result<RenewResponse, String> {
    let (status, body) =
        controller.ask(Method::POST, "/agent/v1/renew", None, Some(json!(request))).await;
    if status == StatusCode::OK {
        Ok(serde_json::from_value(body).unwrap())
    } else {
        Err(code(&body).to_owned())
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn certificates_renew_by_proof_of_the_same_key() {
    let controller = start().await;
    let mut agent = enrolled(&controller, "contoso", "pc").await;
    let other = enrolled(&controller, "contoso", "other").await;
    let now = jiff::Timestamp::now().as_second();

    let request = renewal(&agent, &agent.key, now);
    let renewed = renew(&controller, &request).await.unwrap();
    assert_ne!(renewed.certificate, agent.certificate);
    agent.certificate = renewed.certificate;
    agent.connect(&controller).await;

    // Another key; another agent's name on one's own key; a signature over something else; a clock far off.
    let foreign = renewal(&agent, &KeyPair::generate().unwrap(), now);
    let stolen = RenewRequest { agent: other.id.clone(), ..renewal(&agent, &agent.key, now) };
    let moved = RenewRequest { issued: now + 1, ..renewal(&agent, &agent.key, now) };
    let late = renewal(&agent, &agent.key, now - 3 * 86_400);
    let unknown = RenewRequest { agent: "a-nobody".into(), ..renewal(&agent, &agent.key, now) };
    let mut codes = Vec::new();
    for request in [foreign, stolen, moved, late, unknown] {
        codes.push(renew(&controller, &request).await.err().unwrap());
    }
    assert_eq!(codes, ["wrong-proof", "wrong-proof", "wrong-proof", "clock-skew", "agent-removed"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_removed_computer_is_refused_everywhere() {
    let controller = start().await;
    let agent = enrolled(&controller, "contoso", "pc").await;
    let (mut line, _) = agent.connect(&controller).await;
    let (status, _) = controller.api(Method::DELETE, "/api/v1/computers/pc", None).await;
    assert_eq!(status, StatusCode::NO_CONTENT);
    assert!(matches!(line.hear().await, ordain_wire::ControllerMessage::Removed { .. }));
    assert_eq!(line.closed().await, Some(1000));
    let mut again = agent.open(&controller).await;
    assert!(matches!(again.hear().await, ordain_wire::ControllerMessage::Removed { .. }));
    let request = renewal(&agent, &agent.key, jiff::Timestamp::now().as_second());
    assert_eq!(renew(&controller, &request).await.err().unwrap(), "agent-removed");
    assert_eq!(controller.get("/api/v1/computers").await["computers"], json!([]));
}

#[tokio::test(flavor = "multi_thread")]
async fn the_chain_ends_in_the_pinned_authority() {
    let controller = start().await;
    let agent = enrolled(&controller, "contoso", "pc").await;
    let stream = tokio::net::TcpStream::connect(controller.listening.address).await.unwrap();
    let name = rustls::pki_types::ServerName::try_from("localhost").unwrap();
    let connected =
        tokio_rustls::TlsConnector::from(tls(&agent.ca, None)).connect(name, stream).await.unwrap();
    let chain = connected.get_ref().1.peer_certificates().unwrap();
    assert_eq!(chain.len(), 2, "leaf and authority");
    let (_, authority) = x509_parser::parse_x509_certificate(&chain[1]).unwrap();
    let pin = format!("sha256/{}", STANDARD.encode(Sha256::digest(authority.public_key().raw)));
    assert_eq!(pin, controller.listening.pin);
    assert!(
        open(&controller, tls(&agent.ca, None)).await.is_err(),
        "no agent without a certificate"
    );
}
