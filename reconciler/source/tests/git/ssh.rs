//! Fetching over ssh from a real sshd.
//!
//! A listener on loopback hands each connection to `sshd -i`; host key, user
//! key and configuration are the test's own.

use std::fs;
use std::net::TcpListener;
use std::os::fd::OwnedFd;
use std::os::unix::fs::PermissionsExt;
use std::path::Path;
use std::process::{Command, Stdio};
use std::thread;
use std::time::Duration;

use ordain_source::mirror::Fault;
use ordain_source::{Access, FetchError, Location, Mirror, Remote};

use crate::support::Sandbox;

const SSHD: &str = "/usr/sbin/sshd";

/// A running sshd and what a client needs.
struct Server {
    port: u16,
    user: String,
    /// `GIT_SSH_COMMAND`.
    command: String,
}

fn run(program: &str, arguments: &[&str]) -> String {
    let output = Command::new(program).args(arguments).output();
    let output = output.unwrap_or_else(|error| panic!("{program}: {error}"));
    assert!(output.status.success(), "{program}: {}", String::from_utf8_lossy(&output.stderr));
    String::from_utf8(output.stdout).unwrap().trim().to_owned()
}

fn serve(sandbox: &Sandbox) -> Server {
    assert!(Path::new(SSHD).exists(), "{SSHD} is missing: apt-get install -y openssh-server");
    // Debian's sshd wants it, and makes it only when started as a service.
    let _ = fs::create_dir_all("/run/sshd");
    let path = |name: &str| sandbox.path(name).display().to_string();
    for key in ["host", "user", "stranger"] {
        run("ssh-keygen", &["-q", "-t", "ed25519", "-N", "", "-f", &path(key)]);
    }
    fs::copy(sandbox.path("user.pub"), sandbox.path("authorized")).unwrap();
    let config = format!(
        "HostKey {}\nAuthorizedKeysFile {}\nStrictModes no\nUsePAM no\n\
         PasswordAuthentication no\nPermitRootLogin yes\nLogLevel ERROR\nPidFile none\n",
        path("host"),
        path("authorized"),
    );
    fs::write(sandbox.path("sshd_config"), config).unwrap();
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let port = listener.local_addr().unwrap().port();
    let config = path("sshd_config");
    thread::spawn(move || {
        for stream in listener.incoming().flatten() {
            let output = stream.try_clone().unwrap();
            let mut sshd = Command::new(SSHD)
                .args(["-i", "-e", "-f", &config])
                .stdin(Stdio::from(OwnedFd::from(stream)))
                .stdout(Stdio::from(OwnedFd::from(output)))
                .stderr(Stdio::null())
                .spawn()
                .unwrap();
            thread::spawn(move || sshd.wait());
        }
    });
    let host_key = fs::read_to_string(sandbox.path("host.pub")).unwrap();
    fs::write(sandbox.path("known"), format!("[127.0.0.1]:{port} {host_key}")).unwrap();
    fs::write(sandbox.path("unknown"), "").unwrap();
    Server { port, user: run("id", &["-un"]), command: client(sandbox, "user", "known") }
}

fn client(sandbox: &Sandbox, key: &str, known: &str) -> String {
    format!(
        "ssh -F none -i {} -o IdentitiesOnly=yes -o IdentityAgent=none -o StrictHostKeyChecking=yes \
         -o GlobalKnownHostsFile=none -o UserKnownHostsFile={}",
        sandbox.path(key).display(),
        sandbox.path(known).display(),
    )
}

fn mirror(sandbox: &Sandbox, text: &str) -> Mirror {
    let Location::Remote(remote @ Remote::Ssh(_)) = Location::parse(text).unwrap() else {
        panic!("{text} is no ssh address");
    };
    Mirror::open(&sandbox.path("mirror"), remote).unwrap()
}

fn said(error: FetchError) -> (String, Option<&'static str>) {
    let hint = error.hint();
    match error {
        FetchError::Remote { source: Fault::Ssh { said, .. }, .. } => (said, hint),
        other => panic!("{other:?}"),
    }
}

#[test]
fn a_mirror_follows_its_remote_over_ssh() {
    let sandbox = Sandbox::new();
    let server = serve(&sandbox);
    let work = sandbox.repository("it's here!");
    work.write("ordain.yaml", "kind: Repository\n");
    work.commit("first");
    let Server { port, user, command } = &server;
    let access = Access { ssh_command: Some(command.clone()), ..Access::default() };

    let url = format!("ssh://{user}@127.0.0.1:{port}{}", work.path.display());
    let over_url = mirror(&sandbox, &url.replace(' ', "%20"));
    assert!(over_url.fetch(&access).unwrap().moved);
    assert!(!over_url.fetch(&access).unwrap().moved);
    work.pile(500);
    let second = work.commit("second");
    assert!(over_url.fetch(&access).unwrap().moved);
    assert_eq!(over_url.repository().resolve("HEAD").unwrap().to_string(), second);
    drop(over_url);

    let short = mirror(&sandbox, &format!("{user}@127.0.0.1:{}", work.path.display()));
    let with_port = format!("{command} -p {port}");
    let third = work.commit("third");
    let access = Access { ssh_command: Some(with_port), ..Access::default() };
    assert!(short.fetch(&access).unwrap().moved);
    assert_eq!(short.repository().branch("main").unwrap().to_string(), third);
}

#[test]
fn what_ssh_complains_of_is_passed_on_with_a_hint() {
    let sandbox = Sandbox::new();
    let server = serve(&sandbox);
    let work = sandbox.repository("work");
    work.commit("first");
    let fetch = |path: &str, command: String| {
        let url = format!("ssh://{}@127.0.0.1:{}{path}", server.user, server.port);
        let access = Access { ssh_command: Some(command), ..Access::default() };
        said(mirror(&sandbox, &url).fetch(&access).unwrap_err())
    };
    let here = work.path.display().to_string();
    let (gone, _) = fetch("/nowhere.git", server.command.clone());
    assert!(gone.contains("does not appear to be a git repository"), "{gone}");
    let (denied, hint) = fetch(&here, client(&sandbox, "stranger", "known"));
    assert!(denied.contains("Permission denied") && hint.unwrap().contains("ssh key"), "{denied}");
    let (strange, hint) = fetch(&here, client(&sandbox, "user", "unknown"));
    assert!(strange.contains("Host key verification failed"), "{strange}");
    assert!(hint.unwrap().contains("ssh-keyscan"));
    let (nothing, _) = fetch(&here, "echo oops >&2; exit 3; :".to_owned());
    assert_eq!(nothing, "oops");
}

#[test]
fn an_ssh_that_hangs_is_given_up_and_ended() {
    let sandbox = Sandbox::new();
    let script = sandbox.path("hang");
    let pid = sandbox.path("pid");
    fs::write(&script, format!("#!/bin/sh\necho $$ > '{}'\nexec sleep 600\n", pid.display()))
        .unwrap();
    fs::set_permissions(&script, fs::Permissions::from_mode(0o755)).unwrap();
    let access = Access {
        ssh_command: Some(format!("exec {}", script.display())),
        patience: Duration::from_millis(300),
        ..Access::default()
    };
    let error = mirror(&sandbox, "git@nowhere.invalid:p").fetch(&access).unwrap_err();
    assert!(matches!(error, FetchError::Remote { source: Fault::Silent { .. }, .. }), "{error:?}");
    let pid = fs::read_to_string(pid).unwrap();
    assert!(!Path::new("/proc").join(pid.trim()).exists(), "it still runs");
}
