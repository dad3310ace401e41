//! What is not fetched, and what is said about it: credentials, certificates,
//! redirects, and servers that serve no git.

use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::time::Duration;

use ordain_source::mirror::Fault;
use ordain_source::{Access, FetchError, Mirror, Secret};

use crate::forge::{Forge, Reply, Request};
use crate::support::{Sandbox, Work};
use crate::web::{access, mirror, published, remote};

fn fault(error: FetchError) -> Fault {
    match error {
        FetchError::Remote { source, .. } => source,
        FetchError::Git { source, .. } => panic!("git's own error: {source}"),
    }
}

fn basic(request: &Request) -> Option<&str> {
    request.header("authorization")
}

const PRESENT: &str = "Basic am86czNjcmV0"; // jo:s3cret
const WANTED: &str = "WWW-Authenticate: Basic realm=\"x\"\r\n";

#[test]
fn credentials_come_from_setting_url_or_askpass_and_never_show() {
    let sandbox = Sandbox::new();
    published(&sandbox);
    let forge = Forge::tls(sandbox.path("srv"), |request| {
        if basic(request) == Some(PRESENT) {
            Reply::Git
        } else {
            Reply::Own("401 Unauthorized", WANTED.to_owned(), Vec::new())
        }
    });
    let askpass = sandbox.path("askpass");
    fs::write(&askpass, "#!/bin/sh\necho s3cret\n").unwrap();
    fs::set_permissions(&askpass, fs::Permissions::from_mode(0o755)).unwrap();
    let plain = forge.url("policy.git");
    let with = |user: &str| plain.replace("://", &format!("://{user}@"));
    let jo = Some("jo".to_owned());
    let base = access(&sandbox, &forge);
    let token = |text: &str| Some(Secret::new(text));
    let table = [
        (with("jo:s3cret"), base.clone(), true),
        (with("jo"), Access { token: token("s3cret"), ..base.clone() }, true),
        (
            with("no:wr0ng"),
            Access { token: token("s3cret"), username: jo.clone(), ..base.clone() },
            true,
        ),
        (plain.clone(), Access { askpass: Some(askpass), username: jo, ..base.clone() }, true),
        (with("jo:wr0ng"), base.clone(), false),
        (plain.clone(), Access { token: token("s3cret"), ..base.clone() }, false),
        (plain.clone(), base, false),
    ];
    for (number, (url, access, enters)) in table.into_iter().enumerate() {
        let mirror = Mirror::open(&sandbox.path(&format!("mirror{number}")), remote(&url)).unwrap();
        let result = mirror.fetch(&access);
        assert_eq!(result.is_ok(), enters, "{number}: {result:?}");
        if let Err(error) = result {
            let shown = format!("{error} {error:?} {:?}", error.hint());
            assert!(!shown.contains("s3cret") && !shown.contains("wr0ng"), "{shown}");
            let sent = number < 6;
            assert_eq!(fault(error), Fault::Unauthorized { sent });
        }
    }
    let config = fs::read_to_string(sandbox.path("mirror0/config")).unwrap();
    assert!(!config.contains("s3cret") && !config.contains("localhost"), "{config}");
}

#[test]
fn certificates_that_nobody_vouches_for_are_refused() {
    let sandbox = Sandbox::new();
    published(&sandbox);
    let forge = Forge::tls(sandbox.path("srv"), |_| Reply::Git);
    let mirror = mirror(&sandbox, &forge.url("policy.git"));
    let trusting = access(&sandbox, &forge);
    let system = mirror.fetch(&Access::default()).unwrap_err();
    assert!(system.hint().unwrap().contains("ORDAIN_GIT_CA_FILE"), "{system:?}");
    assert!(matches!(fault(system), Fault::Connection { .. }));

    let other = Forge::tls(sandbox.path("srv"), |_| Reply::Git);
    let foreign = mirror.fetch(&access(&sandbox, &other)).unwrap_err();
    assert!(matches!(fault(foreign), Fault::Connection { .. }));
    for (name, content) in [("none.pem", None), ("bad.pem", Some("no PEM here"))] {
        let file = sandbox.path(name);
        if let Some(content) = content {
            fs::write(&file, content).unwrap();
        }
        let access = Access { ca_file: Some(file), ..trusting.clone() };
        let refused = fault(mirror.fetch(&access).unwrap_err());
        assert!(matches!(refused, Fault::CaFile { .. }), "{refused:?}");
    }
    assert!(forge.log().is_empty(), "nothing was asked over an untrusted connection");
}

#[test]
fn plain_http_is_for_this_computer_only() {
    let sandbox = Sandbox::new();
    published(&sandbox);
    let forge = Forge::plain(sandbox.path("srv"), |_| Reply::Git);
    assert!(mirror(&sandbox, &forge.url("policy.git")).fetch(&Access::default()).unwrap().moved);
    // 192.0.2.0/24 is for documentation: nothing is sent there.
    let elsewhere = mirror(&sandbox, "http://192.0.2.1/policy.git");
    assert_eq!(fault(elsewhere.fetch(&Access::default()).unwrap_err()), Fault::Plain);
}

#[test]
fn redirects_are_followed_within_bounds() {
    let sandbox = Sandbox::new();
    published(&sandbox);
    let target = Forge::tls(sandbox.path("srv"), |_| Reply::Git);
    let plain = Forge::plain(sandbox.path("srv"), |_| Reply::Git);
    let tail = "info/refs?service=git-upload-pack";
    let places = [
        format!("/policy.git/{tail}"),
        target.url(&format!("policy.git/{tail}")),
        plain.url(&format!("policy.git/{tail}")),
        format!("/4/{tail}"),
        "/login?then=policy".to_owned(),
    ];
    let forge = Forge::tls(sandbox.path("srv"), move |request| {
        let number = request.target.get(1..2).and_then(|digit| digit.parse::<usize>().ok());
        match number.and_then(|number| places.get(number.checked_sub(1)?)) {
            Some(place) => Reply::Own("302 Found", format!("Location: {place}\r\n"), Vec::new()),
            None => Reply::Git,
        }
    });
    let bundle = format!("{}{}", forge.ca.clone().unwrap(), target.ca.clone().unwrap());
    fs::write(sandbox.path("both.pem"), bundle).unwrap();
    let access = Access {
        ca_file: Some(sandbox.path("both.pem")),
        token: Some(Secret::new("s3cret")),
        ..Access::default()
    };
    let fetch = |path: &str| {
        let mirror = mirror(&sandbox, &forge.url(path));
        mirror.fetch(&access)
    };
    assert!(fetch("1").unwrap().moved, "to another path");
    assert!(forge.log().iter().all(|request| basic(request).is_some()));
    fs::remove_dir_all(sandbox.path("mirror")).unwrap();
    assert!(fetch("2").unwrap().moved, "to another host");
    assert!(target.log().len() >= 2);
    assert!(target.log().iter().all(|request| basic(request).is_none()), "credentials stay behind");
    for (path, reason) in
        [("3", "without encryption"), ("4", "without end"), ("5", "no repository")]
    {
        match fault(fetch(path).unwrap_err()) {
            Fault::Redirect { reason: given } => assert!(given.contains(reason), "{path}: {given}"),
            other => panic!("{path}: {other:?}"),
        }
    }
    assert!(plain.log().is_empty());
}

#[test]
fn servers_that_serve_no_git_are_told_apart() {
    let sandbox = Sandbox::new();
    let (_, _) = published(&sandbox);
    let forge = Forge::tls(sandbox.path("srv"), |request| {
        let html = || "Content-Type: text/html\r\n".to_owned();
        let git = || "Content-Type: application/x-git-upload-pack-advertisement\r\n".to_owned();
        match request.target.get(..3) {
            Some("/pa") => Reply::Own("200 OK", html(), b"<html>".to_vec()),
            Some("/do") => Reply::Own("503 Unavailable", html(), Vec::new()),
            Some("/fo") => Reply::Own("403 Forbidden", html(), Vec::new()),
            Some("/si") => Reply::Silence,
            Some("/ju") => Reply::Own("200 OK", git(), b"\xff\0garbage".to_vec()),
            Some("/li") => Reply::Own("200 OK", git(), b"fffe# service=git-upload-pack\n".to_vec()),
            _ => Reply::Git,
        }
    });
    let patience = Duration::from_millis(300);
    let access = Access { patience, ..access(&sandbox, &forge) };
    let fetch = |path: &str| mirror(&sandbox, &forge.url(path)).fetch(&access).unwrap_err();
    assert_eq!(fault(fetch("none.git")), Fault::NoRepository);
    assert_eq!(fault(fetch("page")), Fault::NotGit);
    assert_eq!(fault(fetch("down")), Fault::Status { status: 503 });
    assert_eq!(fault(fetch("forbidden")), Fault::Forbidden);
    assert_eq!(fault(fetch("silent")), Fault::Silent { seconds: 0 });
    assert!(matches!(fetch("junk"), FetchError::Git { .. }));
    assert!(matches!(fetch("lies"), FetchError::Git { .. }));
    let gone = mirror(&sandbox, "https://localhost:1/p").fetch(&access).unwrap_err();
    assert!(matches!(fault(gone), Fault::Connection { .. }));
}

#[test]
fn a_sha256_remote_is_refused_by_name() {
    let sandbox = Sandbox::new();
    fs::create_dir(sandbox.path("srv")).unwrap();
    let work = Work { path: sandbox.path("srv") };
    work.git(&["init", "--quiet", "--object-format=sha256", "wide"]);
    let wide = Work { path: sandbox.path("srv/wide") };
    wide.commit("first");
    let forge = Forge::tls(sandbox.path("srv"), |_| Reply::Git);
    let mirror = mirror(&sandbox, &forge.url("wide/.git"));
    let error = mirror.fetch(&access(&sandbox, &forge)).unwrap_err();
    assert_eq!(fault(error), Fault::Sha256);
}
