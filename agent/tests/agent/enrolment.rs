//! Enrolling: pins, tokens, proxies, and what is left behind when it fails.

use std::os::unix::fs::PermissionsExt as _;

use ordain_wire::EnrolRequest;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::{TcpListener, TcpStream};

use crate::stage::{Stage, error_of, output};

#[tokio::test]
async fn an_enrolled_agent_connects_with_its_certificate_and_says_what_it_is() {
    let stage = Stage::new().await;
    stage.enrol().await;
    for file in ["key.pem", "agent.json", "certificate.pem"] {
        let mode = std::fs::metadata(stage.data().join(file)).unwrap().permissions().mode();
        assert_eq!(mode & 0o777, 0o600, "{file}");
    }
    assert!(
        !std::fs::read_to_string(stage.data().join("agent.json")).unwrap().contains("t-1"),
        "the token is not kept"
    );
    let _agent = stage.run();
    let mut conversation = stage.connected().await;
    let hello = conversation.hello();
    assert_eq!((hello.protocol, hello.highest_order, hello.current_order), (1, 0, None));
    assert!(!hello.boot_id.is_empty() && !hello.identity.key.is_empty());
    let facts = conversation.facts().await;
    assert_eq!((facts.name.as_str(), facts.os.family.as_str()), ("pc-1", "linux"));

    let again = output(stage.enrol_command()).await;
    assert_eq!(again.status.code(), Some(4), "{}", error_of(&again));
    assert!(error_of(&again).contains("is enrolled already"));
}

#[tokio::test]
async fn a_server_with_another_key_is_refused_for_safety() {
    let stage = Stage::new().await;
    let other = Stage::new().await;
    let mut command = stage.agent("enroll");
    command.args([
        "--server",
        &format!("https://{}", stage.address),
        "--token",
        "t-1",
        "--pin",
        &other.pin(),
    ]);
    let program = tokio::spawn(output(command));
    let listening = tokio::time::timeout(std::time::Duration::from_secs(5), stage.asked());
    let output = tokio::select! {
        output = program => output.unwrap(),
        _ = listening => panic!("nothing may be said to another server"),
    };
    assert_eq!(output.status.code(), Some(4), "{}", error_of(&output));
    assert!(error_of(&output).contains("not the one that the pin names"), "{}", error_of(&output));
    assert!(!error_of(&output).contains("t-1"), "no secret in messages");
    let run = crate::stage::output(stage.agent("run")).await;
    assert_eq!(run.status.code(), Some(3));
    assert!(
        error_of(&run).contains("holds no enrolment")
            && error_of(&run).contains("hint: run `ordain-agent enroll` first")
    );
}

#[tokio::test]
async fn a_refused_token_is_explained_in_the_controllers_words() {
    let stage = Stage::new().await;
    let program = tokio::spawn(output(stage.enrol_command()));
    let asked = stage.asked().await;
    let request: EnrolRequest = serde_json::from_slice(&asked.body).unwrap();
    assert_eq!((request.token.as_str(), request.name.as_str()), ("t-1", "pc-1"));
    let body = br#"{"error":{"code":"token-used","message":"this token was used already","hint":"make a new one"}}"#;
    asked.answer(403, body).await;
    let output = program.await.unwrap();
    assert_eq!(output.status.code(), Some(3));
    assert_eq!(
        error_of(&output),
        "error: the controller refuses (token-used): this token was used already\n  hint: make a new one\n"
    );
    assert!(!stage.data().join("agent.json").exists());
}

#[tokio::test]
async fn nonsense_on_the_command_line_is_wrong_usage() {
    let stage = Stage::new().await;
    for (server, pin, message) in [
        ("http://x", stage.pin(), "write https://HOST"),
        ("https://x/path", stage.pin(), "must not have a path"),
        ("https://x", "sha1/abc".into(), "is no pin"),
    ] {
        let mut command = stage.agent("enroll");
        command.args(["--server", server, "--token", "t", "--pin", &pin]);
        let output = output(command).await;
        assert_eq!(output.status.code(), Some(2), "{server}: {}", error_of(&output));
        assert!(error_of(&output).contains(message), "{}", error_of(&output));
    }
}

#[tokio::test]
async fn nobody_there_is_said_with_a_hint() {
    let stage = Stage::new().await;
    let free = TcpListener::bind("127.0.0.1:0").await.unwrap().local_addr().unwrap();
    let mut command = stage.agent("enroll");
    command.args(["--server", &format!("https://{free}"), "--token", "t", "--pin", &stage.pin()]);
    let output = output(command).await;
    assert_eq!(output.status.code(), Some(3));
    assert!(
        error_of(&output).contains("cannot reach") && error_of(&output).contains("hint:"),
        "{}",
        error_of(&output)
    );
}

/// A proxy that wants credentials, and counts whom it let through.
async fn proxy(listener: TcpListener, expected: &'static str) {
    loop {
        let (mut client, _) = listener.accept().await.unwrap();
        let mut head = Vec::new();
        while !head.ends_with(b"\r\n\r\n") {
            head.push(client.read_u8().await.unwrap());
        }
        let head = String::from_utf8(head).unwrap();
        let target = head.split(' ').nth(1).unwrap().to_owned();
        if !head.starts_with("CONNECT ") || !head.contains(expected) {
            client.write_all(b"HTTP/1.1 407 Proxy Authentication Required\r\n\r\n").await.unwrap();
            continue;
        }
        client
            .write_all(b"HTTP/1.1 200 Connection established\r\nVia: test\r\n\r\n")
            .await
            .unwrap();
        tokio::spawn(async move {
            let mut server = TcpStream::connect(target).await.unwrap();
            let _ = tokio::io::copy_bidirectional(&mut client, &mut server).await;
        });
    }
}

#[tokio::test]
async fn a_proxy_is_used_at_enrolment_and_remembered() {
    let stage = Stage::new().await;
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    // jo:pass
    tokio::spawn(proxy(listener, "Proxy-Authorization: Basic am86cGFzcw=="));

    let mut wrong = stage.enrol_command();
    wrong.args(["--proxy", &format!("http://jo:wrong@{address}")]);
    let refused = output(wrong).await;
    assert_eq!(refused.status.code(), Some(3));
    assert!(
        error_of(&refused).contains("407") && !error_of(&refused).contains("wrong"),
        "{}",
        error_of(&refused)
    );

    let mut command = stage.enrol_command();
    command
        .env("HTTPS_PROXY", "http://127.0.0.1:1")
        .args(["--proxy", &format!("http://jo:pass@{address}")]);
    let program = tokio::spawn(output(command));
    let asked = stage.asked().await;
    let request: EnrolRequest = serde_json::from_slice(&asked.body).unwrap();
    let body = serde_json::json!({"agent": "a-1", "tenant": "contoso", "certificate": stage.certificate(&request.csr), "ca": stage.ca_pem()});
    asked.answer(200, body.to_string().as_bytes()).await;
    assert!(program.await.unwrap().status.success());
    let agent = stage.run();
    stage.connected().await.facts().await;
    assert!(!stage.log().contains("pass"), "no secret in the log");
    drop(agent);
}

#[tokio::test]
async fn an_answer_with_another_ca_is_refused() {
    let stage = Stage::new().await;
    let other = Stage::new().await;
    let program = tokio::spawn(output(stage.enrol_command()));
    let asked = stage.asked().await;
    let request: EnrolRequest = serde_json::from_slice(&asked.body).unwrap();
    let body = serde_json::json!({"agent": "a-1", "tenant": "contoso", "certificate": stage.certificate(&request.csr), "ca": other.ca_pem()});
    asked.answer(200, body.to_string().as_bytes()).await;
    let output = program.await.unwrap();
    assert_eq!(output.status.code(), Some(4), "{}", error_of(&output));
    assert!(!stage.data().join("agent.json").exists());
}

#[tokio::test]
async fn doctor_examines_every_part() {
    let stage = Stage::new().await;
    stage.enrol().await;
    let program = tokio::spawn(output(stage.agent("doctor")));
    let asked = stage.asked().await;
    assert_eq!(asked.path, "/healthz");
    asked.answer(200, b"ok").await;
    let found = program.await.unwrap();
    let text = String::from_utf8(found.stdout).unwrap();
    for part in ["disk", "journal", "enrolment", "certificate", "proxy", "connection", "clock"] {
        assert!(text.contains(part), "{part} in\n{text}");
    }
    assert_eq!(found.status.code(), Some(0), "{text}");
    drop(stage);
}
