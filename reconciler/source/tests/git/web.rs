//! Fetching over HTTPS from a real git server.

use std::fs;

use ordain_source::mirror::MirrorError;
use ordain_source::{Access, Fetched, Location, Mirror, ReadError, Remote, Repository, Source};

use crate::forge::{Forge, Reply};
use crate::support::{Sandbox, Work};

pub(crate) fn remote(url: &str) -> Remote {
    match Location::parse(url).unwrap() {
        Location::Remote(remote) => remote,
        Location::Folder(path) => panic!("{}", path.display()),
    }
}

/// Trusts the forge's certificate.
pub(crate) fn access(sandbox: &Sandbox, forge: &Forge) -> Access {
    let mut access = Access::default();
    if let Some(ca) = &forge.ca {
        let file = sandbox.path("ca.pem");
        fs::write(&file, ca).unwrap();
        access.ca_file = Some(file);
    }
    access
}

pub(crate) fn mirror(sandbox: &Sandbox, url: &str) -> Mirror {
    Mirror::open(&sandbox.path("mirror"), remote(url)).unwrap()
}

/// A work tree with one commit, and the bare repository that is served.
pub(crate) fn published(sandbox: &Sandbox) -> (Work, Work) {
    let work = sandbox.repository("work");
    work.write("ordain.yaml", "kind: Repository\n");
    work.commit("first");
    fs::create_dir(sandbox.path("srv")).unwrap();
    let bare = sandbox.bare(&work, "srv/policy.git");
    work.git(&["remote", "add", "origin", bare.path.to_str().unwrap()]);
    (work, bare)
}

#[test]
fn a_mirror_follows_its_remote_over_tls() {
    let sandbox = Sandbox::new();
    let (work, _) = published(&sandbox);
    let forge = Forge::tls(sandbox.path("srv"), |_| Reply::Git);
    let mirror = mirror(&sandbox, &forge.url("policy.git"));
    let access = access(&sandbox, &forge);
    let repository = mirror.repository();

    let first = mirror.fetch(&access).unwrap();
    assert!(first.moved && first.objects == 3, "{first:?}");
    assert_eq!(repository.snapshot("main").unwrap().entries.len(), 1);
    assert_eq!(mirror.fetch(&access).unwrap(), Fetched { moved: false, objects: 0, bytes: 0 });

    work.write("more.yaml", "");
    let second = work.commit("second");
    work.git(&["tag", "v1"]);
    work.git(&[
        "push",
        "--quiet",
        "origin",
        "main",
        "v1",
        "main:refs/ordain/heartbeat",
        "main:side",
    ]);
    assert!(mirror.fetch(&access).unwrap().moved);
    for revision in ["HEAD", "main", "v1", "refs/ordain/heartbeat", "side"] {
        assert_eq!(repository.resolve(revision).unwrap().to_string(), second, "{revision}");
    }

    work.git(&["reset", "--quiet", "--hard", "HEAD~1"]);
    let other = work.commit("other");
    work.git(&["push", "--quiet", "--force", "origin", "main", ":side", ":v1"]);
    assert!(mirror.fetch(&access).unwrap().moved);
    assert_eq!(repository.branch("main").unwrap().to_string(), other);
    assert_eq!(repository.branches().unwrap(), ["main"]);
    assert!(repository.resolve("v1").is_err());
    assert!(repository.snapshot(&second).is_ok(), "what was dropped stays readable");
}

#[test]
fn long_negotiations_over_a_rewritten_history_come_to_an_end() {
    let sandbox = Sandbox::new();
    let (work, bare) = published(&sandbox);
    work.pile(1000);
    work.git(&["push", "--quiet", "origin", "main"]);
    let forge = Forge::tls(sandbox.path("srv"), |_| Reply::Git);
    let mirror = mirror(&sandbox, &forge.url("policy.git"));
    let access = access(&sandbox, &forge);
    mirror.fetch(&access).unwrap();

    work.git(&["checkout", "--quiet", "--orphan", "fresh"]);
    work.write("fresh", "1");
    work.commit("fresh");
    work.git(&["push", "--quiet", "--force", "origin", "fresh:main"]);
    bare.git(&["gc", "--quiet", "--prune=now"]);
    assert!(mirror.fetch(&access).unwrap().moved);
    assert_eq!(mirror.repository().snapshot("main").unwrap().entries.len(), 2);
    let rounds = forge.log().iter().filter(|request| request.method == "POST").count();
    assert!(rounds > 3, "the history is long enough to talk about: {rounds}");
}

#[test]
fn an_empty_remote_is_no_error_and_fills_later() {
    let sandbox = Sandbox::new();
    let work = sandbox.repository("work");
    fs::create_dir(sandbox.path("srv")).unwrap();
    let bare = sandbox.bare(&work, "srv/policy.git");
    let forge = Forge::tls(sandbox.path("srv"), |_| Reply::Git);
    let mirror = mirror(&sandbox, &forge.url("policy.git"));
    let access = access(&sandbox, &forge);
    assert!(!mirror.fetch(&access).unwrap().moved);
    assert!(matches!(mirror.repository().branch("main"), Err(ReadError::Empty { .. })));
    let first = work.commit("first");
    work.git(&["push", "--quiet", bare.path.to_str().unwrap(), "main"]);
    assert!(mirror.fetch(&access).unwrap().moved);
    assert_eq!(mirror.repository().branch("main").unwrap().to_string(), first);
}

#[test]
fn a_fetch_that_breaks_off_changes_nothing_and_can_be_repeated() {
    let sandbox = Sandbox::new();
    let (work, _) = published(&sandbox);
    work.write("big", vec![7; 300_000]);
    let second = work.commit("second");
    let forge = Forge::tls(sandbox.path("srv"), {
        let broken = std::sync::atomic::AtomicBool::new(false);
        move |request| {
            let first = request.method == "POST"
                && request.body.windows(5).any(|five| five == b"done\n")
                && !broken.swap(true, std::sync::atomic::Ordering::SeqCst);
            if first { Reply::Cut(200) } else { Reply::Git }
        }
    });
    let access = access(&sandbox, &forge);
    let mirror = mirror(&sandbox, &forge.url("policy.git"));
    work.git(&["push", "--quiet", "origin", "main"]);
    mirror.fetch(&access).unwrap_err();
    assert!(matches!(mirror.repository().branch("main"), Err(ReadError::Empty { .. })));
    assert!(mirror.fetch(&access).unwrap().moved);
    assert_eq!(mirror.repository().branch("main").unwrap().to_string(), second);
}

#[test]
fn fetching_is_safe_on_any_thread_of_a_runtime() {
    let sandbox = Sandbox::new();
    published(&sandbox);
    let forge = Forge::tls(sandbox.path("srv"), |_| Reply::Git);
    let access = access(&sandbox, &forge);
    let location = Location::parse(&forge.url("policy.git")).unwrap();
    let source = Source::open(&location, &sandbox.path("data"), access).unwrap();
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    let (source, first) = runtime.block_on(async {
        tokio::task::spawn_blocking(move || {
            let fetched = source.refresh();
            (source, fetched)
        })
        .await
        .unwrap()
    });
    assert!(first.unwrap().moved);
    // Not a thing to do, but no panic either.
    let second = runtime.block_on(async { source.refresh() });
    assert!(!second.unwrap().moved);
    assert_eq!(source.repository().snapshot("main").unwrap().entries.len(), 1);
}

#[test]
fn a_mirror_is_held_by_one_and_swept_when_taken_over() {
    let sandbox = Sandbox::new();
    let (_, bare) = published(&sandbox);
    let forge = Forge::tls(sandbox.path("srv"), |_| Reply::Git);
    let access = access(&sandbox, &forge);
    let url = forge.url("policy.git");
    let held = mirror(&sandbox, &url);
    held.fetch(&access).unwrap();
    let second = Mirror::open(&sandbox.path("mirror"), remote(&url)).err().unwrap();
    assert!(matches!(second, MirrorError::Busy { .. }));
    drop(held);
    for left in
        ["refs/heads/main.lock", "HEAD.lock", "packed-refs.lock", "objects/pack/pack_git2_x"]
    {
        fs::write(sandbox.path("mirror").join(left), "").unwrap();
    }
    bare.git(&[
        "update-ref",
        "refs/heads/main",
        &bare.git(&["commit-tree", "-m", "x", "main^{tree}"]),
    ]);
    let mirror = mirror(&sandbox, &url);
    assert!(mirror.fetch(&access).unwrap().moved);
    assert!(!sandbox.path("mirror/objects/pack/pack_git2_x").exists());
}

#[test]
fn a_mirror_of_many_fetches_keeps_every_object_in_few_packs() {
    let sandbox = Sandbox::new();
    let (work, _) = published(&sandbox);
    let forge = Forge::plain(sandbox.path("srv"), |_| Reply::Git);
    let mirror = mirror(&sandbox, &forge.url("policy.git"));
    let other = Repository::open(&sandbox.path("mirror")).unwrap();
    let mut commits = Vec::new();
    for n in 0..52 {
        work.write("ordain.yaml", format!("number: {n}\n"));
        work.git(&["commit", "--quiet", "--all", "--amend", "--message", "rewritten"]);
        work.git(&["push", "--quiet", "--force", "origin", "main"]);
        mirror.fetch(&Access::default()).unwrap();
        commits.push(work.git(&["rev-parse", "HEAD"]));
        other.snapshot("main").unwrap();
    }
    let packs = fs::read_dir(sandbox.path("mirror/objects/pack")).unwrap();
    let packs =
        packs.filter(|entry| entry.as_ref().unwrap().path().extension() == Some("pack".as_ref()));
    assert!(packs.count() < 20);
    for commit in commits {
        assert_eq!(
            other.snapshot(&commit).unwrap(),
            mirror.repository().snapshot(&commit).unwrap()
        );
    }
    Work { path: sandbox.path("mirror") }.git(&["fsck", "--strict"]);
}
