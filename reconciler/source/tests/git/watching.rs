//! Signals when refs change; every wait is on the signal itself.

use std::path::Path;
use std::time::Duration;

use ordain_source::{Repository, Signal, Watch};
use tokio::runtime::{Builder, Runtime};
use tokio::time::timeout;

use crate::support::Sandbox;

/// Far beyond what an event takes, far below the interval.
const SOON: Duration = Duration::from_secs(20);
const NEVER: Duration = Duration::from_hours(1);

fn runtime() -> Runtime {
    Builder::new_current_thread().enable_all().build().unwrap()
}

fn watch(path: &Path) -> (Repository, Watch) {
    let repository = Repository::open(path).unwrap();
    let watch = Watch::local(&repository, NEVER);
    assert!(watch.is_prompt(), "this system offers no file events");
    (repository, watch)
}

/// Waits until the branch is there, looking at each signal only.
fn await_head(watch: &mut Watch, repository: &Repository, branch: &str, id: &str) {
    runtime().block_on(async {
        loop {
            let signal = timeout(SOON, watch.next()).await;
            assert_eq!(signal.expect("no signal came"), Signal::Called);
            if repository.branch(branch).is_ok_and(|head| head.to_string() == id) {
                return;
            }
        }
    });
}

#[test]
fn commits_pushes_packing_and_new_branches_are_noticed() {
    let sandbox = Sandbox::new();
    let work = sandbox.repository("work");
    work.commit("first");
    let bare = sandbox.bare(&work, "bare");
    work.git(&["remote", "add", "origin", bare.path.to_str().unwrap()]);
    let (here, mut local) = watch(&work.path);
    let (there, mut remote) = watch(&bare.path);

    let second = work.commit("second");
    await_head(&mut local, &here, "main", &second);
    work.git(&["push", "--quiet", "origin", "main"]);
    await_head(&mut remote, &there, "main", &second);

    bare.git(&["pack-refs", "--all"]);
    bare.git(&["gc", "--quiet", "--prune=now"]);
    let third = work.commit("third");
    work.git(&["push", "--quiet", "origin", "main"]);
    await_head(&mut remote, &there, "main", &third);

    work.git(&["push", "--quiet", "origin", "main:refs/heads/deep/er/branch"]);
    await_head(&mut remote, &there, "deep/er/branch", &third);

    work.git(&["commit", "--quiet", "--amend", "--allow-empty", "--message", "rewritten"]);
    let amended = work.git(&["rev-parse", "HEAD"]);
    work.git(&["push", "--quiet", "--force", "origin", "main"]);
    await_head(&mut remote, &there, "main", &amended);
}

#[test]
fn the_first_push_into_an_empty_bare_repository_is_noticed() {
    let sandbox = Sandbox::new();
    let work = sandbox.repository("work");
    let bare = sandbox.bare(&work, "bare");
    let (there, mut remote) = watch(&bare.path);
    let first = work.commit("first");
    work.git(&["push", "--quiet", bare.path.to_str().unwrap(), "main"]);
    await_head(&mut remote, &there, "main", &first);
}

#[test]
fn reading_does_not_wake_the_reader() {
    let sandbox = Sandbox::new();
    let work = sandbox.repository("work");
    work.commit("first");
    let (repository, mut watch) = watch(&work.path);
    for _ in 0..5 {
        repository.snapshot("main").unwrap();
        repository.branches().unwrap();
    }
    // inotify keeps the order: had reading made a signal, it would come first
    // and the head would still be the old one.
    let second = work.commit("second");
    runtime().block_on(async { timeout(SOON, watch.next()).await.unwrap() });
    assert_eq!(repository.branch("main").unwrap().to_string(), second);
}

#[test]
fn webhooks_wake_and_calls_melt_into_one() {
    let mut watch = Watch::remote(NEVER);
    let waker = watch.waker();
    runtime().block_on(async {
        for _ in 0..3 {
            waker.wake();
        }
        assert_eq!(timeout(SOON, watch.next()).await, Ok(Signal::Called));
        let nothing = timeout(Duration::from_millis(1), watch.next()).await;
        assert!(nothing.is_err(), "three calls melt into one signal");
        let elsewhere = std::thread::spawn(move || waker.wake());
        assert_eq!(timeout(SOON, watch.next()).await, Ok(Signal::Called));
        elsewhere.join().unwrap();
    });
}

#[test]
fn the_interval_passes_without_any_call() {
    let mut watch = Watch::remote(Duration::from_millis(5));
    let signal = runtime().block_on(async { timeout(SOON, watch.next()).await });
    assert_eq!(signal, Ok(Signal::Interval));
}
