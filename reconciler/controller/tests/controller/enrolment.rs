//! Tokens, identities, certificates and their renewal.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use ordain_wire::{RenewRequest, RenewResponse};
use rcgen::{KeyPair, SigningKey as _};
use reqwest::{Method, StatusCode};
use serde_json::{Value, json};
use sha2::{Digest, Sha256};

use crate::agent::{Agent, csr, enrol_request, enrolled, open, tls, try_enrol};
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

    // The same computer again: one computer, and the agent before is sent away.
    let (mut line, _) = first.connect(&controller).await;
    let second = try_enrol(&controller, &token, "pc", "uuid:1").await.unwrap();
    assert_eq!(line.closed().await, Some(1000));
    assert_eq!(controller.get("/api/v1/status").await["computers"]["total"], 1);
    let mut old = first.open(&controller).await;
    assert!(matches!(old.hear().await, ordain_wire::ControllerMessage::Removed { .. }));

    // A clone beside it is refused while the original is connected.
    let (_line, _) = second.connect(&controller).await;
    let key = KeyPair::generate().unwrap();
    let mut clone = enrol_request(&token, "pc", "uuid:1", &key);
    clone["identity"]["installationId"] = json!("another installation");
    let (status, body) = controller.ask(Method::POST, "/agent/v1/enrol", None, Some(clone)).await;
    assert_eq!((status, code(&body)), (StatusCode::CONFLICT, "needs-decision"));
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
