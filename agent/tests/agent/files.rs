//! Artifacts: fetched from a server that breaks off, lies and leads on; given
//! to scripts, unpacked, and programs that are closed before.

use std::fs;
use std::os::unix::fs::PermissionsExt as _;
use std::path::Path;
use std::process::{Child, ChildStdin, Command, Stdio};

use ordain_wire::{
    ArtifactSpec, CloseFirstSpec, EndSpec, ExpectSpec, InstallerSpec, NeedsSpec, RunSpec,
    RunWhatSpec, WhatSpec, WorkSpec,
};
use sha2::{Digest as _, Sha256};

use crate::bench::{Bench, ends};
use crate::files_server::{Server, Turn};
use crate::orders::{execute, shell, step, work};

fn hash(content: &[u8]) -> String {
    hex::encode(Sha256::digest(content))
}

/// A file that is longer than any buffer on the way.
fn long() -> Vec<u8> {
    (0..700_000_u32).flat_map(u32::to_le_bytes).collect()
}

fn artifact(server: &Server, content: &[u8]) -> ArtifactSpec {
    ArtifactSpec {
        name: "setup".into(),
        file: "setup 1.bin".into(),
        url: format!("{}/a/setup.bin?v=1", server.address),
        sha256: Some(hash(content)),
        size: Some(content.len() as u64),
        extract: false,
    }
}

fn fetch(artifacts: Vec<ArtifactSpec>) -> WorkSpec {
    WorkSpec {
        phase: "download".into(),
        what: WhatSpec::Fetch { artifacts },
        expect: ExpectSpec::Success,
    }
}

fn with(run: RunSpec, artifacts: Vec<ArtifactSpec>) -> WorkSpec {
    let needs = NeedsSpec { artifacts, close_first: None };
    work("install", RunSpec { needs: Some(Box::new(needs)), ..run }, ExpectSpec::Success)
}

fn failure(end: &EndSpec) -> &str {
    match end {
        EndSpec::Failed { message } => message,
        other => panic!("it did not fail: {other:?}"),
    }
}

#[test]
fn a_broken_line_is_taken_up_where_it_broke_and_what_is_here_is_not_fetched_again() {
    let content = long();
    let server = Server::new(&content, vec![Turn::Cut(1_000_000), Turn::Cut(500_000)]);
    let bench = Bench::new();
    let (end, told) = bench.run_one(1, fetch(vec![artifact(&server, &content)]));
    assert_eq!(end, EndSpec::Fetched, "{:?}", server.asked());
    assert!(told.contains(&hash(&content)), "{told}");
    assert_eq!(
        server.asked(),
        ["/a/setup.bin?v=1 0", "/a/setup.bin?v=1 1000000", "/a/setup.bin?v=1 1500000",]
    );
    assert_eq!(bench.run_one(2, fetch(vec![artifact(&server, &content)])).0, EndSpec::Fetched);
    assert_eq!(server.asked().len(), 3);
    let kept = bench.folder.path().join("artifacts").join(hash(&content));
    assert_eq!(fs::metadata(kept).unwrap().permissions().mode() & 0o777, 0o400);
}

#[test]
fn a_download_that_was_given_up_goes_on_in_another_session() {
    let content = long();
    let none = || Turn::Status(503);
    let server = Server::new(&content, vec![Turn::Cut(1_000_000), none()]);
    let bench = Bench::new();
    let (end, _) = bench.run_one(1, fetch(vec![artifact(&server, &content)]));
    assert!(failure(&end).contains("answers 503"), "{end:?}");
    assert_eq!(bench.run_one(2, fetch(vec![artifact(&server, &content)])).0, EndSpec::Fetched);
    assert_eq!(server.asked()[2], "/a/setup.bin?v=1 1000000");
}

#[test]
fn what_is_left_of_another_file_does_not_stay() {
    let content = long();
    let server = Server::new(&content, vec![]);
    let bench = Bench::new();
    let folder = bench.folder.path().join("artifacts");
    fs::create_dir(&folder).unwrap();
    let part = folder.join(format!("{}.part", hash(&content)));
    fs::write(&part, "of something else").unwrap();
    assert_eq!(bench.run_one(1, fetch(vec![artifact(&server, &content)])).0, EndSpec::Fetched);
    assert_eq!(server.asked(), ["/a/setup.bin?v=1 17", "/a/setup.bin?v=1 0"]);
    assert!(!part.exists());
}

#[test]
fn another_file_than_the_policy_says_is_refused() {
    let content = long();
    let wanted = &content[..content.len() - 1];
    let bench = Bench::new();
    let mut other = content.clone();
    other[0] ^= 1;
    for (number, served, turn, message) in [
        (1, &other, Turn::Whole, "has the SHA-256"),
        (2, &content, Turn::Endless, "and the policy says 2799999"),
        (3, &content, Turn::Whole, "has 2800000 bytes, and the policy says 2799999"),
    ] {
        let server = Server::new(served, vec![turn]);
        let wanted = if number == 1 { &content[..] } else { wanted };
        let (end, _) = bench.run_one(number, fetch(vec![artifact(&server, wanted)]));
        assert!(failure(&end).contains(message), "{end:?}");
    }
    let left: Vec<_> = fs::read_dir(bench.folder.path().join("artifacts")).unwrap().collect();
    assert!(left.is_empty(), "{left:?}");
}

#[test]
fn a_server_may_lead_on_but_not_for_ever() {
    let content = b"hello".to_vec();
    let home = Server::new(&content, vec![]);
    let there = format!("{}/there", home.address);
    let server = Server::new(&content, vec![Turn::Lead("/b".into()), Turn::Lead(there)]);
    let bench = Bench::new();
    assert_eq!(bench.run_one(1, fetch(vec![artifact(&server, &content)])).0, EndSpec::Fetched);
    assert_eq!(server.asked(), ["/a/setup.bin?v=1 0", "/b 0"]);
    assert_eq!(home.asked(), ["/there 0"]);
    let circle = Server::new(&content, vec![Turn::Lead("/c".into()); 20]);
    let spec = ArtifactSpec { sha256: None, ..artifact(&circle, &content) };
    let (end, _) = bench.run_one(2, fetch(vec![spec]));
    assert!(failure(&end).contains("leads on more than 10 times"), "{end:?}");
    for (number, url, message) in [
        (3, "ftp://127.0.0.1/x", "only http:// and https:// are fetched"),
        (4, "http://me:secret@127.0.0.1/x", "it holds a password"),
    ] {
        let spec = ArtifactSpec { url: url.into(), sha256: None, ..artifact(&circle, &content) };
        let (end, _) = bench.run_one(number, fetch(vec![spec]));
        assert!(failure(&end).contains(message), "{end:?}");
    }
}

#[test]
fn scripts_find_their_files() {
    let content = b"#!/bin/sh\necho ran\n".to_vec();
    let packed = packed(&[("tool-1/VERSION", "1.0")]);
    let (server, other) = (Server::new(&content, vec![]), Server::new(&packed, vec![]));
    let one = ArtifactSpec { file: "my setup.sh".into(), ..artifact(&server, &content) };
    let two =
        ArtifactSpec { name: "the-tool.tar".into(), extract: true, ..artifact(&other, &packed) };
    let script = "sh \"$ORDAIN_ARTIFACT_SETUP\"; basename \"$ORDAIN_ARTIFACT_SETUP\"\n\
        cat \"$ORDAIN_ARTIFACT_THE_TOOL_TAR/tool-1/VERSION\"; echo \" ${ORDAIN_ARTIFACT-none}\"\n";
    let alone = "sh \"$ORDAIN_ARTIFACT\"\n";
    let bench = Bench::new();
    bench.keep(script);
    bench.keep(alone);
    let both = vec![one.clone(), two];
    let works = vec![fetch(both.clone()), with(shell(script, 60), both)];
    let ended = ends(&bench.carry_out(&execute(1, vec![step("task/t", works)])));
    assert_eq!(ended[1], (EndSpec::Exit { code: 0 }, "ran\nmysetup.sh\n1.0 none\n".into()));
    let (end, told) = bench.run_one(2, with(shell(alone, 60), vec![one.clone()]));
    assert_eq!((end, told.as_str()), (EndSpec::Exit { code: 0 }, "ran\n"));
    // What was changed meanwhile is found out, and not run.
    let kept = bench.folder.path().join("artifacts").join(hash(&content));
    fs::set_permissions(&kept, fs::Permissions::from_mode(0o600)).unwrap();
    fs::write(&kept, "echo evil").unwrap();
    let (end, _) = bench.run_one(3, with(shell(alone, 60), vec![one]));
    assert!(failure(&end).contains("`setup` has not been fetched"), "{end:?}");
}

/// A tar archive, by the system's own program.
fn packed(files: &[(&str, &str)]) -> Vec<u8> {
    let folder = tempfile::tempdir().unwrap();
    for (name, text) in files {
        let path = folder.path().join(name);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, text).unwrap();
    }
    let top = files[0].0.split('/').next().unwrap();
    let packed = Command::new("tar").args(["-cz", top]).current_dir(folder.path()).output();
    packed.unwrap().stdout
}

fn unpacked(server: &Server, content: &[u8], to: &Path) -> WorkSpec {
    let installer =
        InstallerSpec::Archive { artifact: "setup".into(), to: to.display().to_string(), strip: 1 };
    let run = RunSpec { what: RunWhatSpec::Installer { installer }, ..shell("", 60) };
    with(run, vec![artifact(server, content)])
}

#[test]
fn an_archive_is_unpacked_where_the_policy_says() {
    let content = packed(&[("tool-1/bin/tool", "#!"), ("tool-1/VERSION", "1.0")]);
    let server = Server::new(&content, vec![]);
    let bench = Bench::new();
    let to = bench.folder.path().join("opt/tool");
    let works = vec![fetch(vec![artifact(&server, &content)]), unpacked(&server, &content, &to)];
    let ended = ends(&bench.carry_out(&execute(1, vec![step("task/t", works)])));
    assert_eq!(ended[1].0, EndSpec::Exit { code: 0 }, "{ended:?}");
    assert_eq!(fs::read_to_string(to.join("VERSION")).unwrap(), "1.0");
    assert_eq!(fs::read_to_string(to.join("bin/tool")).unwrap(), "#!");
    let (end, _) = bench.run_one(2, unpacked(&server, &content, Path::new("opt")));
    assert!(failure(&end).contains("`opt` is no absolute path"), "{end:?}");
}

/// A program of its own name that lives until it is ended, or its input is.
fn program(folder: &Path, name: &str) -> (Child, ChildStdin) {
    let path = folder.join(name);
    fs::copy("/bin/cat", &path).unwrap();
    let mut child = Command::new(&path).stdin(Stdio::piped()).spawn().unwrap();
    let input = child.stdin.take().unwrap();
    (child, input)
}

#[test]
fn programs_are_closed_before_or_the_action_is_put_off() {
    let done = "echo done\n";
    let closing = |name: &str, on_busy: &str| {
        let close_first = Some(CloseFirstSpec {
            processes: vec!["nothing-of-that-name".into(), name.into()],
            on_busy: on_busy.into(),
        });
        let needs = NeedsSpec { artifacts: Vec::new(), close_first };
        work(
            "install",
            RunSpec { needs: Some(Box::new(needs)), ..shell(done, 60) },
            ExpectSpec::Success,
        )
    };
    let folder = tempfile::tempdir().unwrap();
    let name = "ordain-test-busy";
    let (mut busy, _input) = program(folder.path(), name);
    let put_off = EndSpec::Pending { waiting_for: "busy".into() };
    let bench = Bench::with_users(&["jo"]);
    bench.keep(done);
    let told = format!("`{name}` is running");
    assert_eq!(bench.run_one(1, closing(name, "postpone")), (put_off.clone(), told));
    assert_eq!(bench.run_one(2, closing(name, "prompt")).0, put_off);
    assert_eq!(busy.try_wait().unwrap(), None);
    let reaped = std::thread::spawn(move || busy.wait().unwrap());
    assert_eq!(bench.run_one(3, closing(name, "kill")).0, EndSpec::Exit { code: 0 });
    assert!(!reaped.join().unwrap().success());
    // With nobody there to be asked, it is ended as well.
    let (mut busy, _input) = program(folder.path(), "ordain-test-bsy2");
    let reaped = std::thread::spawn(move || busy.wait().unwrap());
    let bench = Bench::new();
    bench.keep(done);
    let (end, _) = bench.run_one(1, closing("ordain-test-bsy2", "prompt"));
    assert_eq!(end, EndSpec::Exit { code: 0 });
    assert!(!reaped.join().unwrap().success());
}
