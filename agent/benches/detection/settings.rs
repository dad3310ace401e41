//! 200 settings without scripts that are as they should be, against a loop in C
//! that reads and compares the same.

use std::fs::{self, Permissions};
use std::os::unix::fs::PermissionsExt as _;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::Duration;

use ordain_wire::{
    CheckHowSpec, EnsureSpec, FoundSpec, ReportBody, ResourceSpec, RunSpec, RunWhatSpec,
};

use crate::figures::{cpu_of, report};
use crate::stage::{Conversation, Stage};
use crate::{NATIVE_SESSIONS, ROUNDS, orders, session};

const FILES: usize = 100;
const LINES: usize = 50;
const FOLDERS: usize = 50;
/// How many settings one task has.
const TASK: usize = 10;

pub(crate) async fn run(
    stage: &Stage,
    conversation: &mut Conversation,
    pid: u32,
    number: &mut u64,
) {
    let folder = stage.folder.path().join("settings");
    let resources = lay_out(&folder);
    let checks: Vec<CheckHowSpec> = resources.chunks(TASK).map(task).collect();
    *number += 1;
    conversation.order(&orders::detect(*number, checks.clone())).await;
    let reports = conversation.until_ended(*number, &[]).await;
    let findings = reports.iter().find_map(|report| match &report.body {
        ReportBody::Detected { findings } => Some(findings),
        _ => None,
    });
    let settled = FoundSpec::Answer { answer: true, changes: String::new() };
    assert!(findings.unwrap().iter().all(|finding| finding.found == settled), "{reports:?}");
    let plain = Loop::make(stage.folder.path(), &folder);
    // The last task has folders only; one of them stands for a session that has next to nothing to do.
    let one = vec![task(&resources[resources.len() - 1..])];
    let (mut whole, mut own) = (Vec::new(), Vec::new());
    for _ in 0..ROUNDS {
        let ours = sessions(conversation, pid, number, &checks).await;
        let beside = plain.run();
        let bare = sessions(conversation, pid, number, &one).await;
        whole.push((ours, beside));
        own.push((ours.saturating_sub(bare), beside));
    }
    let what = format!("{FILES} files, {LINES} lines, {FOLDERS} folders as settings");
    let loop_in_c = "a C loop that reads and compares the same";
    report(&what, &whole, loop_in_c, None);
    report(&format!("{what}, above a session with one"), &own, loop_in_c, Some(3.0));
}

/// The CPU time of the agent for a session.
async fn sessions(
    conversation: &mut Conversation,
    pid: u32,
    number: &mut u64,
    checks: &[CheckHowSpec],
) -> Duration {
    let before = cpu_of(pid);
    for _ in 0..NATIVE_SESSIONS {
        *number += 1;
        session(conversation, *number, checks.to_vec(), &[]).await;
    }
    cpu_of(pid).saturating_sub(before) / NATIVE_SESSIONS
}

/// What is there already, and the settings that say so.
fn lay_out(folder: &Path) -> Vec<EnsureSpec> {
    fs::create_dir(folder).unwrap();
    let at = |name: String| folder.join(name);
    let files = (0..FILES).map(|index| {
        let (path, text) = (at(format!("file-{index}")), text(index));
        fs::write(&path, &text).unwrap();
        fs::set_permissions(&path, Permissions::from_mode(0o644)).unwrap();
        let path = path.display().to_string();
        ResourceSpec::File { path, text: Some(text), blob: None, mode: Some(0o644), owner: None }
    });
    let lines = (0..LINES).map(|index| {
        let path = at(format!("lines-{index}"));
        fs::write(&path, format!("{}setting = {index}\n", text(index))).unwrap();
        ResourceSpec::Line {
            path: path.display().to_string(),
            line: Some(format!("setting = {index}")),
            pattern: None,
            after: None,
        }
    });
    let folders = (0..FOLDERS).map(|index| {
        let path = at(format!("folder-{index}"));
        fs::create_dir(&path).unwrap();
        fs::set_permissions(&path, Permissions::from_mode(0o750)).unwrap();
        let path = path.display().to_string();
        ResourceSpec::Directory { path, mode: Some(0o750), owner: None, force: false }
    });
    let all = files.chain(lines).chain(folders);
    all.map(|resource| EnsureSpec { present: true, resource }).collect()
}

/// Half a kilobyte that is like no other.
fn text(index: usize) -> String {
    format!("# file {index}\n{}", "key = value\n".repeat(40))
}

fn task(resources: &[EnsureSpec]) -> CheckHowSpec {
    let what = RunWhatSpec::Ensure { resources: resources.to_vec() };
    CheckHowSpec::Test { run: RunSpec { what, ..orders::shell("", 60) } }
}

const LOOP: &str = include_str!("compare.c");

/// The loop, and the folder it looks at.
struct Loop {
    program: PathBuf,
    folder: PathBuf,
}

impl Loop {
    fn make(place: &Path, folder: &Path) -> Self {
        let (source, program) = (place.join("compare.c"), place.join("compare"));
        fs::write(&source, LOOP).unwrap();
        let mut build = Command::new("cc");
        for (name, count) in [("FILES", FILES), ("LINES", LINES), ("FOLDERS", FOLDERS)] {
            build.arg(format!("-D{name}={count}"));
        }
        let built = build.arg("-O2").arg("-o").arg(&program).arg(&source).status().unwrap();
        assert!(built.success());
        Self { program, folder: folder.to_owned() }
    }

    /// The CPU time of one round.
    fn run(&self) -> Duration {
        let rounds = NATIVE_SESSIONS.to_string();
        let output = Command::new(&self.program).arg(&self.folder).arg(rounds).output().unwrap();
        assert!(output.status.success(), "something is not as it was laid out");
        let nanoseconds = String::from_utf8(output.stdout).unwrap().trim().parse().unwrap();
        Duration::from_nanos(nanoseconds) / NATIVE_SESSIONS
    }
}
