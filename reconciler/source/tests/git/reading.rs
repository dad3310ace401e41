//! Snapshots, revisions and blobs from the object database.

use std::fmt::Write as _;
use std::fs;
use std::io::Write as _;
use std::os::unix::fs::symlink;
use std::path::Path;
use std::process::{Command, Stdio};

use ordain_source::{Mode, OpenError, ReadError, Repository, Snapshot, blob_id};

use crate::support::{Sandbox, Work, git};

pub(crate) fn open(work: &Work) -> Repository {
    Repository::open(&work.path).unwrap()
}

fn text(snapshot: &Snapshot, path: &str) -> String {
    let bytes = snapshot.entries[path].bytes().unwrap();
    String::from_utf8(bytes.to_vec()).unwrap()
}

#[test]
fn a_commit_is_read_without_a_checkout() {
    let sandbox = Sandbox::new();
    let work = sandbox.repository("work");
    work.write("ordain.yaml", "kind: Repository\n");
    work.write("software/a/install.sh", "exit 0\n");
    work.write_executable(
        "run",
        "#!/bin/sh
",
    );
    let first = work.commit("first");
    work.write("ordain.yaml", "kind: Changed\n");
    let second = work.commit("second");
    fs::remove_file(work.path.join("ordain.yaml")).unwrap();

    for place in [work.path.clone(), work.path.join(".git"), sandbox.bare(&work, "bare").path] {
        let repository = Repository::open(&place).unwrap();
        let snapshot = repository.snapshot("main").unwrap();
        assert_eq!(snapshot.revision.as_deref(), Some(second.as_str()));
        assert_eq!(text(&snapshot, "ordain.yaml"), "kind: Changed\n");
        let paths: Vec<_> = snapshot.entries.keys().map(String::as_str).collect();
        assert_eq!(paths, ["ordain.yaml", "run", "software/a/install.sh"]);
        let script = &snapshot.entries["software/a/install.sh"];
        assert_eq!((script.mode, script.id.as_deref()), (Mode::File, Some(&*blob_id(b"exit 0\n"))));
        assert_eq!(snapshot.entries["run"].mode, Mode::Executable);
        assert_eq!(repository.blob(script.id.as_deref().unwrap()).unwrap(), b"exit 0\n");
        assert_eq!(
            text(&repository.snapshot(&first).unwrap(), "ordain.yaml"),
            "kind: Repository\n"
        );
    }
}

#[test]
fn revisions_are_resolved_as_git_does() {
    let sandbox = Sandbox::new();
    let work = sandbox.repository("work");
    work.write("a", "1");
    let first = work.commit("first");
    work.git(&["tag", "--annotate", "--message", "v1", "v1"]);
    work.git(&["branch", "feature/x"]);
    work.write("a", "2");
    let second = work.commit("second");
    work.git(&["pack-refs", "--all"]);
    let repository = open(&work);
    let table = [
        ("main", &second),
        ("HEAD", &second),
        ("main~1", &first),
        ("HEAD^", &first),
        ("v1", &first),
        ("feature/x", &first),
        ("refs/heads/main", &second),
        (&second[..10], &second),
        (&first, &first),
    ];
    for (revision, id) in table {
        assert_eq!(&repository.resolve(revision).unwrap().to_string(), id, "{revision}");
    }
    assert_eq!(repository.branches().unwrap(), ["feature/x", "main"]);
    assert_eq!(repository.branch("main").unwrap().to_string(), second);
    let commit = repository.commit(repository.resolve("HEAD").unwrap()).unwrap();
    assert_eq!(
        (commit.author.as_str(), commit.summary.as_str()),
        ("Jo <jo@msp.example>", "second")
    );
    assert_eq!(commit.parents[0].to_string(), first);

    for unknown in ["nope", "main~7", "deadbeef", "", "..", "a:b:c", "@{-9}", "-x", "main^{blob}"] {
        let error = repository.resolve(unknown).unwrap_err();
        assert!(
            matches!(error, ReadError::UnknownRevision { .. } | ReadError::Git(_)),
            "{unknown}: {error:?}"
        );
    }
    assert!(matches!(
        repository.resolve("main:a").unwrap_err(),
        ReadError::NotCommit { kind: "blob", .. }
    ));
    let error = repository.branch("mian").unwrap_err();
    assert_eq!(error.to_string(), "the repository has no branch `mian`");
    assert_eq!(error.hint().as_deref(), Some("it has feature/x, main"));
}

#[test]
fn what_is_no_readable_repository_says_so() {
    let sandbox = Sandbox::new();
    let empty = sandbox.repository("empty");
    assert!(matches!(open(&empty).snapshot("main"), Err(ReadError::Empty { .. })));
    assert!(matches!(open(&empty).snapshot("HEAD"), Err(ReadError::Empty { .. })));
    assert!(matches!(open(&empty).branch("main"), Err(ReadError::Empty { .. })));
    fs::create_dir(sandbox.path("plain")).unwrap();
    let refused = |path: &Path| Repository::open(path).err().unwrap();
    assert!(matches!(refused(&sandbox.path("plain")), OpenError::NotRepository { .. }));
    assert!(matches!(refused(&sandbox.path("none")), OpenError::Missing { .. }));
    let inside = empty.path.join("inside");
    fs::create_dir(&inside).unwrap();
    assert!(matches!(refused(&inside), OpenError::NotRepository { .. }));
    git(&sandbox.path(""))
        .args(["init", "--quiet", "--object-format=sha256", "wide"])
        .status()
        .unwrap();
    let error = refused(&sandbox.path("wide"));
    assert!(matches!(error, OpenError::Sha256 { .. }), "{error:?}");
    assert!(error.hint().unwrap().contains("sha1"));
    empty.git(&["config", "core.repositoryformatversion", "1"]);
    empty.git(&["config", "extensions.unheardof", "true"]);
    assert!(matches!(refused(&empty.path), OpenError::Unreadable { .. }));
}

#[test]
fn the_repository_around_a_folder_is_found() {
    let sandbox = Sandbox::new();
    let work = sandbox.repository("work");
    work.write("msp/policy/ordain.yaml", "kind: Repository\n");
    work.write("msp/policy/groups/g.yaml", "");
    work.write("other", "");
    work.commit("first");
    let (repository, below) = Repository::discover(&work.path.join("msp/policy")).unwrap();
    assert_eq!(below, "msp/policy");
    let head = repository.resolve("HEAD").unwrap();
    let snapshot = repository.snapshot_below(head, &below).unwrap();
    let paths: Vec<_> = snapshot.entries.keys().map(String::as_str).collect();
    assert_eq!(paths, ["groups/g.yaml", "ordain.yaml"]);
    assert_eq!(Repository::discover(&work.path).unwrap().1, "");
    for missing in ["msp/none", "other"] {
        let error = repository.snapshot_below(head, missing).unwrap_err();
        assert!(matches!(error, ReadError::NoFolder { .. }), "{missing}");
    }
}

#[test]
fn a_shallow_clone_is_read_at_its_head_and_explains_itself_before() {
    let sandbox = Sandbox::new();
    let work = sandbox.repository("work");
    let first = work.commit("first");
    work.write("ordain.yaml", "");
    work.commit("second");
    let url = format!("file://{}", work.path.display());
    let clone = sandbox.path("clone");
    work.git(&["clone", "--quiet", "--depth=1", &url, clone.to_str().unwrap()]);
    let repository = Repository::open(&clone).unwrap();
    assert!(repository.is_shallow());
    assert_eq!(repository.snapshot("HEAD").unwrap().entries.len(), 1);
    for revision in [first.as_str(), "HEAD~1"] {
        let error = repository.resolve(revision).unwrap_err();
        assert!(error.hint().unwrap().contains("--unshallow"), "{error:?}");
    }
}

#[test]
fn linked_work_trees_read_their_own_head() {
    let sandbox = Sandbox::new();
    let work = sandbox.repository("work");
    work.commit("first");
    let linked = sandbox.path("linked");
    work.git(&["worktree", "add", "--quiet", "-b", "side", linked.to_str().unwrap()]);
    let side = Work { path: linked };
    side.write("a", "");
    let head = side.commit("aside");
    let repository = open(&side);
    assert_eq!(repository.resolve("HEAD").unwrap().to_string(), head);
    assert_ne!(repository.branch("main").unwrap().to_string(), head);
}

#[test]
fn ten_thousand_files_are_read_loose_packed_and_after_a_gc() {
    let sandbox = Sandbox::new();
    let work = sandbox.repository("work");
    let mut stream =
        String::from("commit refs/heads/main\ncommitter Jo <jo@msp.example> 0 +0000\ndata 0\n");
    for n in 0..10_000 {
        let body = format!("kind: Deployment\nname: d{n}\n");
        let path = format!("tenants/t{}/deployments/d{n}.yaml", n % 100);
        let length = body.len();
        write!(stream, "M 644 inline {path}\ndata {length}\n{body}\n").unwrap();
    }
    let mut child: Command = git(&work.path);
    let mut child = child.args(["fast-import", "--quiet"]).stdin(Stdio::piped()).spawn().unwrap();
    child.stdin.take().unwrap().write_all(stream.as_bytes()).unwrap();
    assert!(child.wait().unwrap().success());
    let repository = open(&work);
    let packed = repository.snapshot("main").unwrap();
    assert_eq!(packed.entries.len(), 10_000);
    assert_eq!(text(&packed, "tenants/t99/deployments/d99.yaml"), "kind: Deployment\nname: d99\n");
    work.git(&["gc", "--quiet", "--prune=now"]);
    assert_eq!(repository.snapshot("main").unwrap(), packed);
}

#[test]
fn only_what_differs_is_read_again() {
    let sandbox = Sandbox::new();
    let work = sandbox.repository("work");
    let steps: [&dyn Fn(); 8] = [
        &|| work.write("a/b/c", "1"),
        &|| work.write("a/b/d.yaml", "2"),
        &|| work.write("a.x", "beside"),
        &|| {
            fs::remove_dir_all(work.path.join("a")).unwrap();
            work.write("a", "a file now");
        },
        &|| {
            fs::remove_file(work.path.join("a")).unwrap();
            work.write("a/z", "a folder again");
        },
        &|| symlink("z", work.path.join("a/y")).unwrap(),
        &|| fs::remove_dir_all(work.path.join("a")).unwrap(),
        &|| {},
    ];
    work.write("policy/ordain.yaml", "0");
    let repository = open(&work);
    let (mut whole, mut below) = (Snapshot::default(), Snapshot::default());
    for (step, change) in steps.into_iter().enumerate() {
        change();
        work.write("policy/step", step.to_string());
        let id = work.commit("step").parse().unwrap();
        whole = repository.snapshot_after(whole, id).unwrap();
        assert_eq!(whole, repository.snapshot_at(id).unwrap(), "step {step}");
        below = repository.snapshot_below_after(below, id, "policy").unwrap();
        assert_eq!(below, repository.snapshot_below(id, "policy").unwrap(), "step {step}");
        assert_eq!(below.entries.len(), 2);
    }
}
