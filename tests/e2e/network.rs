//! Ways through a network: a proxy that agents must take, a forge that calls.

use std::fs;
use std::io::{BufRead as _, BufReader, Write as _};
use std::net::{TcpListener, TcpStream};
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::thread;

use crate::stage::{Build, COMPUTER, Line, POLICY, Stage};

/// A proxy that knows CONNECT alone: RFC 9110, section 9.3.6.
struct Proxy {
    url: String,
    tunnels: Arc<AtomicUsize>,
}

impl Proxy {
    fn start() -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").expect("a port is free");
        let port = listener.local_addr().expect("bound").port();
        let tunnels = Arc::new(AtomicUsize::new(0));
        let counted = tunnels.clone();
        thread::spawn(move || {
            for client in listener.incoming().flatten() {
                let counted = counted.clone();
                thread::spawn(move || tunnel(client, &counted));
            }
        });
        // A password shows that it is sent and never printed.
        Self { url: format!("http://agent:geheim@127.0.0.1:{port}"), tunnels }
    }

    fn tunnels(&self) -> usize {
        self.tunnels.load(Ordering::SeqCst)
    }
}

fn tunnel(client: TcpStream, counted: &AtomicUsize) -> Option<()> {
    let mut reader = BufReader::new(client.try_clone().ok()?);
    let mut first = String::new();
    reader.read_line(&mut first).ok()?;
    let mut is_known = false;
    loop {
        let mut line = String::new();
        reader.read_line(&mut line).ok()?;
        // "agent:geheim" in base64.
        is_known |= line.to_lowercase().starts_with("proxy-authorization:")
            && line.trim_end().ends_with("YWdlbnQ6Z2VoZWlt");
        if line.trim_end().is_empty() {
            break;
        }
    }
    let mut client = client;
    let target = first.strip_prefix("CONNECT ")?.split(' ').next()?;
    if !is_known {
        return client.write_all(b"HTTP/1.1 407 Who are you?\r\n\r\n").ok();
    }
    let server = TcpStream::connect(target).ok()?;
    counted.fetch_add(1, Ordering::SeqCst);
    client.write_all(b"HTTP/1.1 200 OK\r\n\r\n").ok()?;
    let (mut to_server, mut from_server) = (server.try_clone().ok()?, server);
    let mut to_client = client.try_clone().ok()?;
    thread::spawn(move || {
        // Either side may simply go.
        drop(std::io::copy(&mut reader, &mut to_server));
        drop(to_server.shutdown(std::net::Shutdown::Both));
    });
    drop(std::io::copy(&mut from_server, &mut to_client));
    to_client.shutdown(std::net::Shutdown::Both).ok()
}

#[test]
fn an_agent_enrols_and_works_through_a_proxy() {
    let stage = Stage::new(Build::Shipped, POLICY);
    let controller = stage.controller();
    controller.says(&["the commit is in force"]);
    let proxy = Proxy::start();
    let enrolled = stage.enrol_with(COMPUTER, &stage.invite("acme"), |command| {
        command.args(["--proxy", &proxy.url]);
    });
    assert!(enrolled.ends().success(), "{}", enrolled.errors());
    assert_eq!(proxy.tunnels(), 1, "the enrolment went through it");

    let agent = stage.agent(COMPUTER);
    assert_eq!(proxy.tunnels(), 2, "so does what follows, as it was enrolled");
    assert_eq!(stage.session().status(), "passed");
    let said = enrolled.results() + &enrolled.errors() + &agent.errors();
    assert!(!said.contains("geheim"), "{said}");
    agent.stop();

    // The environment counts where nothing else was said, a wrong proxy is named.
    let lost = stage.agent_with(COMPUTER, |command| {
        command.args(["--proxy", "http://127.0.0.1:9"]);
    });
    lost.says(&["not connected", "127.0.0.1:9"]);
}

/// A push as GitHub tells of it, and its HMAC-SHA256 under the key `hunter2`.
const CALL: &str = r#"{"ref":"refs/heads/main","after":null,"repository":{"full_name":"msp/policy","clone_url":"https://git.example/msp/policy.git"}}"#;
const SIGNATURE: &str = "90ae0baa6e14244f67a18fa7c9c4600cf6d608f129118996ca69096f5f6e347f";

#[test]
fn a_webhook_wakes_the_controller_when_it_is_genuine() {
    let stage = Stage::new(Build::Shipped, POLICY);
    let (secret, file) = (stage.path("hook"), stage.path("serve.yaml"));
    fs::write(&secret, "hunter2\n").expect("writable");
    fs::write(&file, "webhookSecretFile: hook\npollSeconds: 3600\n").expect("writable");
    let controller = stage.controller_with(|command| {
        command.arg("--config").arg(&file).env("ORDAIN_LOG", "debug");
    });
    controller.says(&["the commit is in force"]);
    let call = |signature: &str| {
        let head = format!(
            "POST /webhook/github HTTP/1.1\r\nHost: 127.0.0.1\r\nX-GitHub-Event: push\r\n\
             Content-Type: application/json\r\nX-Hub-Signature-256: sha256={signature}"
        );
        let mut line = Line::open(&stage, None);
        line.request(&head, CALL);
        line.head()
    };
    let forged = call(&SIGNATURE.replace('9', "8"));
    assert!(forged.starts_with("HTTP/1.1 401"), "{forged}");
    controller.says(&["a webhook's call was refused"]);

    let said = controller.said();
    let genuine = call(SIGNATURE);
    assert!(genuine.starts_with("HTTP/1.1 204"), "{genuine}");
    controller.says_after(said, &["a webhook tells of a push", "msp/policy"]);
    controller.says_after(said, &["looking at the branch", "Called"]);
}
