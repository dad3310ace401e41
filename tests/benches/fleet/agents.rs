//! Agents that find everything in order, as fast as a line within the process allows.

use std::fmt::Write as _;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use jiff::Timestamp;
use ordain_controller::simulation::{Daemon, Wire};
use ordain_wire::{AgentMessage, Facts, Hello, Identity, OsFacts, PROTOCOL};
use tokio::sync::Notify;

use crate::ITEMS;

/// How many sessions have ended: detected, reported, and acknowledged.
#[derive(Clone, Default)]
pub(crate) struct Ended(Arc<(AtomicUsize, Notify)>);

impl Ended {
    fn one_more(&self) {
        self.0.0.fetch_add(1, Ordering::SeqCst);
        self.0.1.notify_one();
    }

    /// Waits until so many have.
    pub(crate) async fn wait(&self, count: usize) {
        while self.0.0.load(Ordering::SeqCst) < count {
            self.0.1.notified().await;
        }
    }
}

pub(crate) fn id(number: usize) -> String {
    format!("a-{number:05}")
}

pub(crate) fn hardware(number: usize) -> String {
    format!("uuid:{number:05}")
}

/// Connects them all; each answers from now on.
pub(crate) async fn connect(daemon: &Arc<Daemon>, count: usize) -> Ended {
    let (ended, findings) = (Ended::default(), Arc::<str>::from(findings()));
    let mut connected = tokio::task::JoinSet::new();
    for number in 0..count {
        let wire = daemon.connect(&id(number)).await.unwrap().unwrap();
        let (ended, findings) = (ended.clone(), findings.clone());
        let (ready, welcomed) = tokio::sync::oneshot::channel();
        tokio::spawn(live(number, wire, findings, ended, ready));
        connected.spawn(welcomed);
    }
    while let Some(welcomed) = connected.join_next().await {
        welcomed.unwrap().unwrap();
    }
    ended
}

async fn live(
    number: usize,
    mut wire: Wire,
    findings: Arc<str>,
    ended: Ended,
    ready: tokio::sync::oneshot::Sender<()>,
) {
    let mut ready = Some(ready);
    let hello = Hello {
        protocol: PROTOCOL,
        version: "bench".into(),
        boot_id: "boot".into(),
        identity: Identity {
            key: hardware(number),
            installation_id: Some("1".into()),
            ..Identity::default()
        },
        highest_order: 0,
        current_order: None,
        acked: 0,
        clock: Timestamp::now().as_second(),
    };
    say(&wire, &AgentMessage::Hello(hello));
    let (mut seq, mut last) = (0, 0);
    while let Some(text) = wire.hear.recv().await {
        if text.starts_with(r#"{"type":"welcome""#) {
            let os = OsFacts { family: "linux".into(), version: "13".into(), arch: "x64".into() };
            let name = format!("pc-{number:05}");
            say(&wire, &AgentMessage::Facts(Facts { name, os, ..Facts::default() }));
            ready.take().unwrap().send(()).unwrap();
        } else if text.starts_with(r#"{"type":"order""#) {
            let order = field(&text, "number");
            let session = field(&text, "session");
            for body in [r#"{"type":"accepted"}"#, &*findings, r#"{"type":"ended"}"#] {
                seq += 1;
                let mut report = String::with_capacity(body.len() + 120);
                write!(report, r#"{{"type":"report","seq":{seq},"order":{order},"session":{session},"body":{body}}}"#).unwrap();
                wire.say.send(report).unwrap();
            }
            last = seq;
        } else if text.starts_with(r#"{"type":"ack""#) && field(&text, "seq") == last.to_string() {
            ended.one_more();
        }
    }
}

/// The text of a field with a plain value.
fn field<'a>(text: &'a str, name: &str) -> &'a str {
    let from = text.find(&format!("\"{name}\":")).unwrap() + name.len() + 3;
    let rest = &text[from..];
    &rest[..rest.find([',', '}']).unwrap()]
}

fn say(wire: &Wire, message: &AgentMessage) {
    wire.say.send(serde_json::to_string(message).unwrap()).unwrap();
}

/// Every item is there, in the version that is wanted.
fn findings() -> String {
    let found: Vec<String> = (0..ITEMS)
        .map(|item| {
            format!(
                r#"{{"item":"software/app-{item}","found":{{"type":"software","version":"1.0"}}}}"#
            )
        })
        .collect();
    format!(r#"{{"type":"detected","findings":[{}]}}"#, found.join(","))
}
