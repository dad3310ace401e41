//! Which movements of a branch are followed.

use ordain_source::{Access, CommitId, HeadError, Location, Movement, Repository, Source};

use crate::support::Sandbox;

fn id(text: &str) -> CommitId {
    text.parse().unwrap()
}

#[test]
fn movements_are_told_apart() {
    let sandbox = Sandbox::new();
    let work = sandbox.repository("work");
    let root = work.commit("root");
    let first = work.commit("first");
    let second = work.commit("second");
    work.git(&["checkout", "--quiet", "-b", "side", &root]);
    let side = work.commit("side");
    work.git(&["merge", "--quiet", "--no-edit", &second]);
    let merge = work.git(&["rev-parse", "HEAD"]);
    work.git(&["checkout", "--quiet", "--orphan", "other"]);
    let other = work.commit("other");
    let lost = "1234567890123456789012345678901234567890";

    let repository = Repository::open(&work.path).unwrap();
    let base = id(&root);
    let table = [
        (None, &second, Movement::First, true),
        (Some(second.as_str()), &second, Movement::Same, true),
        (Some(&root), &second, Movement::FastForward { commits: 2 }, true),
        (Some(&second), &merge, Movement::FastForward { commits: 2 }, true),
        (Some(&second), &side, Movement::Rewritten { base, dropped: 2, commits: 1 }, false),
        (
            Some(&second),
            &first,
            Movement::Rewritten { base: id(&first), dropped: 1, commits: 0 },
            false,
        ),
        (Some(&second), &other, Movement::Unrelated, false),
        (Some(lost), &second, Movement::Lost, false),
    ];
    for (accepted, head, expected, follows) in table {
        let movement = Movement::between(&repository, accepted.map(id), id(head)).unwrap();
        assert_eq!(movement, expected);
        assert_eq!(movement.permit(false).is_ok(), follows, "{movement:?}");
        assert_eq!(movement.permit(true), Ok(movement));
    }
    let error = Movement::between(&repository, None, id(lost)).unwrap_err();
    assert!(matches!(error, HeadError::NoHead { .. }));
}

#[test]
fn a_shallow_clone_cannot_tell() {
    let sandbox = Sandbox::new();
    let work = sandbox.repository("work");
    let first = work.commit("first");
    let second = work.commit("second");
    let url = format!("file://{}", work.path.display());
    let clone = sandbox.path("clone");
    work.git(&["clone", "--quiet", "--depth=1", &url, clone.to_str().unwrap()]);
    let repository = Repository::open(&clone).unwrap();
    let error = Movement::between(&repository, Some(id(&first)), id(&second)).unwrap_err();
    assert!(matches!(error, HeadError::Shallow { .. }));
}

#[test]
fn the_commit_in_force_outlives_a_rewritten_branch_and_gc() {
    let sandbox = Sandbox::new();
    let work = sandbox.repository("work");
    work.commit("root");
    let bare = sandbox.bare(&work, "bare");
    let (forced, lost) = (work.commit("in force"), work.commit("lost"));
    let push = ["push", "--quiet", "--force", bare.path.to_str().unwrap()];
    work.git(&[&push[..], &["main"]].concat());
    let location = Location::Folder(bare.path.clone());
    let source = Source::open(&location, &sandbox.path("data"), Access::default()).unwrap();
    source.keep(id(&forced)).unwrap();
    work.git(&[&push[..], &["main~2:main"]].concat());
    bare.git(&["gc", "--quiet", "--prune=now"]);
    assert!(source.repository().snapshot(&forced).is_ok());
    assert!(source.repository().snapshot(&lost).is_err());
    assert!(source.keep(id(&lost)).is_err());
}
