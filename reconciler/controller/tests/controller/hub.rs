//! Connections: who gets one, and what garbage does to it.

use futures_util::SinkExt as _;
use ordain_wire::{AgentMessage, ControllerMessage, Facts, OsFacts, Report, ReportBody};
use rcgen::{CertificateParams, KeyPair, SanType};
use serde_json::{Value, json};
use tokio_tungstenite::tungstenite::Message;

use crate::agent::{enrolled, open, tls};
use crate::harness::start;

#[tokio::test(flavor = "multi_thread")]
async fn garbage_ends_its_own_connection_only() {
    let controller = start().await;
    let (bad, good) = (
        enrolled(&controller, "contoso", "bad").await,
        enrolled(&controller, "contoso", "good").await,
    );
    let (mut calm, _) = good.connect(&controller).await;
    let nested = "[".repeat(200_000);
    let garbage = [
        Message::Text("{".into()),
        Message::Text(r#"{"type":"hello"}"#.into()),
        Message::Text(r#"{"type":"nonsense","x":1}"#.into()),
        Message::Text(nested.as_str().into()),
        Message::Binary(vec![0, 159, 146, 150].into()),
    ];
    for message in garbage {
        let (mut line, _) = bad.connect(&controller).await;
        line.0.send(message).await.unwrap();
        assert_eq!(line.closed().await, Some(1008));
    }
    // Without a hello there is no welcome either.
    let mut rude = bad.open(&controller).await;
    rude.say(&AgentMessage::WantBlobs { ids: vec![] }).await;
    assert_eq!(rude.closed().await, Some(1008));

    calm.say(&AgentMessage::Facts(Facts {
        name: "good".into(),
        chassis: "server".into(),
        ..Facts::default()
    }))
    .await;
    controller
        .eventually("the other one online", |status| status["computers"]["online"] == 1)
        .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn facts_are_recorded_and_exported() {
    let controller = start().await;
    let agent = enrolled(&controller, "contoso", "pc").await;
    let (mut line, _) = agent.connect(&controller).await;
    let os = OsFacts { family: "linux".into(), version: "13".into(), arch: "x64".into() };
    line.say(&AgentMessage::Facts(Facts {
        name: "pc".into(),
        os,
        chassis: "portable".into(),
        timezone: Some("Europe/Oslo".into()),
        ..Facts::default()
    }))
    .await;
    let wanted = json!({"name": "pc", "tenant": "contoso", "online": true, "chassis": "portable", "os": {"family": "linux", "version": "13", "arch": "x64"}, "facts": {"timezone": "Europe/Oslo"}});
    let begun = std::time::Instant::now();
    let mut ticks = tokio::time::interval(std::time::Duration::from_millis(20));
    loop {
        ticks.tick().await;
        let mut inventory = controller.get("/api/v1/inventory").await;
        let key = inventory["computers"][0].as_object_mut().and_then(|one| one.remove("key"));
        if inventory["computers"] == json!([wanted]) {
            // The fingerprint of its agent's key, by which its rings go.
            assert_eq!(key.as_ref().and_then(Value::as_str).map(str::len), Some(64), "{key:?}");
            return;
        }
        assert!(begun.elapsed() < crate::harness::PATIENCE, "{inventory}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_stolen_certificate_is_only_its_own_agent() {
    let controller = start().await;
    let victim = enrolled(&controller, "contoso", "victim").await;
    let thief = enrolled(&controller, "fabrikam", "thief").await;
    let (mut victims, _) = victim.connect(&controller).await;
    let (mut thiefs, welcome) = thief.connect(&controller).await;
    assert_eq!((welcome.agent.as_str(), welcome.tenant.as_str()), (thief.id.as_str(), "fabrikam"));

    // Another tenant's session goes on as if nothing had been said.
    let session = controller.session("contoso/victim").await;
    let order = victims.order().await;
    let forged =
        Report { seq: 1, order: order.number, session: session.clone(), body: ReportBody::Ended };
    thiefs.say(&AgentMessage::Report(forged)).await;
    assert_eq!(thiefs.hear().await, ControllerMessage::Ack { seq: 1 });
    // Nor does it get that session's scripts.
    let detect = controller.repo.git(&["rev-parse", "HEAD:software/tool/detect.sh"]);
    thiefs.say(&AgentMessage::WantBlobs { ids: vec![detect.clone()] }).await;
    let ControllerMessage::Blob(blob) = thiefs.hear().await else { panic!("no blob") };
    assert_eq!((blob.id, blob.data), (detect, None));
    assert_eq!(
        controller.get(&format!("/api/v1/sessions/{session}")).await["waitingFor"],
        "acceptance"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn certificates_of_others_do_not_connect() {
    let controller = start().await;
    let agent = enrolled(&controller, "contoso", "pc").await;
    let key = KeyPair::generate().unwrap();
    let mut parameters = CertificateParams::default();
    parameters.subject_alt_names =
        vec![SanType::URI(format!("ordain:agent:{}", agent.id).try_into().unwrap())];
    let own = parameters.self_signed(&key).unwrap().pem();
    let refused = match open(&controller, tls(&agent.ca, Some((&own, &key)))).await {
        Err(_) => true,
        // With TLS 1.3 the refusal may come with the first read.
        Ok(mut line) => line.frame().await.is_none_or(|frame| frame.is_err()),
    };
    assert!(refused, "a certificate that somebody else signed");
    assert!(open(&controller, tls(&agent.ca, None)).await.is_err(), "no certificate");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_second_connection_takes_the_first_ones_place() {
    let controller = start().await;
    let agent = enrolled(&controller, "contoso", "pc").await;
    let (mut first, _) = agent.connect(&controller).await;
    let (mut second, _) = agent.connect(&controller).await;
    assert_eq!(first.closed().await, Some(1001));
    controller.session("pc").await;
    second.order().await;
}
