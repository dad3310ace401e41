//! For whom scripts run, and the files that stand beside them.

use ordain_wire::{AudienceSpec, CheckHowSpec, EndSpec, FileSpec, FoundSpec, RunSpec, RunWhatSpec};

use crate::bench::Bench;
use crate::orders::{self, shell};
use crate::processes::{exit, set};

#[test]
fn user_context_is_the_person_who_is_logged_on() {
    let user = TestUser::make("ordain-test-jo");
    let script = "id -un; id -Gn; echo $HOME; pwd; cat; touch /root/x 2>&1; [ -w \"$0\" ] && echo writable; ls -ld \"$(dirname \"$0\")\"\n";
    let bench = Bench::with_users(&["root", "ordain-test-jo"]);
    bench.keep(script);
    let run = RunSpec { context: "user".into(), input: Some("{}".into()), ..shell(script, 60) };
    let (end, output) = bench.run_one(1, set(run.clone()));
    assert_eq!(end, exit(0), "{output}");
    let lines: Vec<&str> = output.lines().collect();
    assert_eq!(lines[0], "ordain-test-jo", "{output}");
    assert!(
        lines[1].split(' ').any(|group| group == "ordain-test-jo-crew"),
        "supplementary groups: {output}"
    );
    assert_eq!(lines[2], "/home/ordain-test-jo");
    assert_eq!(lines[3], "/home/ordain-test-jo");
    assert!(lines[4].starts_with("{}") && lines[4].contains("Permission denied"), "{output}");
    assert!(!output.contains("writable"), "{output}");
    assert!(lines.last().unwrap().starts_with("drwxr-x--- 2 root"), "{output}");
    drop(user);

    let nobody = Bench::with_users(&["root"]);
    nobody.keep(script);
    let (end, _) = nobody.run_one(1, set(run));
    let pending = || EndSpec::Pending { waiting_for: "logged-on".into() };
    assert_eq!(end, pending());
    let test = RunSpec { context: "user".into(), ..shell(script, 60) };
    assert_eq!(
        nobody.find_one(2, CheckHowSpec::Test { run: test.clone() }),
        FoundSpec::Pending { waiting_for: "logged-on".into() }
    );
    let primary = |person: &str| AudienceSpec::Primary { person: Some(person.into()) };
    let run = RunSpec { users: Some(primary("jo@contoso.example")), ..test };
    let other = Bench::with_users(&["ordain-test-nobody"]);
    other.keep(script);
    assert_eq!(other.run_one(1, set(run)).0, pending(), "another person is logged on");
}

#[test]
fn each_user_counts_and_the_library_is_there_to_read() {
    let users = [TestUser::make("ordain-test-a"), TestUser::make("ordain-test-b")];
    let library = "name() { id -un; }\n";
    let script = ". \"$ORDAIN_FOLDER/lib/deep/name.sh\"; name\n\
        touch \"$ORDAIN_FOLDER/lib/x\" 2>/dev/null && echo writable\n\
        [ $(name) != ordain-test-a ] || exit 3\n";
    let bench = Bench::with_users(&["ordain-test-a", "ordain-test-b", "root"]);
    bench.keep(script);
    bench.keep(library);
    let RunSpec { what: RunWhatSpec::Script { blob, path, interpreter, method, .. }, .. } =
        shell(script, 60)
    else {
        panic!("a script runs")
    };
    let library = vec![FileSpec { path: "lib/deep/name.sh".into(), blob: orders::id(library) }];
    let what = RunWhatSpec::Script { blob, path, interpreter, method, library };
    let run = |audience| RunSpec {
        what: what.clone(),
        context: "user".into(),
        users: Some(audience),
        ..shell(script, 60)
    };
    let (end, output) = bench.run_one(1, set(run(AudienceSpec::Each)));
    assert_eq!(output, "[ordain-test-a]\nordain-test-a\n[ordain-test-b]\nordain-test-b\n");
    assert_eq!(end, exit(3), "what went worst counts");
    let primary = AudienceSpec::Primary { person: Some("Ordain-Test-B@contoso.example".into()) };
    let (end, output) = bench.run_one(2, set(run(primary)));
    assert_eq!((end, output.as_str()), (exit(0), "ordain-test-b\n"));
    let answer = bench.find_one(3, CheckHowSpec::Test { run: run(AudienceSpec::Each) });
    assert_eq!(
        answer,
        FoundSpec::Answer { answer: false, changes: String::new() },
        "a test holds where it holds for each"
    );
    drop(users);
}

#[test]
fn a_library_stands_beside_its_script_and_is_verified() {
    let bench = Bench::new();
    let (one, two) = ("echo one\n", "echo two\n");
    let script = "ls -R \"$ORDAIN_FOLDER\" | grep sh; . \"$ORDAIN_FOLDER/lib/one.sh\"; . \"$(dirname \"$0\")/lib/a/two.sh\"; echo $ORDAIN_SESSION\n";
    for text in [one, two, script] {
        bench.keep(text);
    }
    let file = |path: &str, text| FileSpec { path: path.into(), blob: orders::id(text) };
    let what = RunWhatSpec::Script {
        blob: orders::id(script),
        path: "tasks/t/script.sh".into(),
        interpreter: "sh".into(),
        method: None,
        library: vec![file("lib/a/two.sh", two), file("lib/one.sh", one)],
    };
    let run = RunSpec { what, ..shell(script, 60) };
    for number in [1, 2] {
        let (end, output) = bench.run_one(number, set(run.clone()));
        let expected = format!("script.sh\none.sh\ntwo.sh\none\ntwo\ns-{number}\n");
        assert_eq!((end, output), (exit(0), expected));
    }
    let get = bench.find_one(3, CheckHowSpec::Get { run: run.clone() });
    assert!(matches!(get, FoundSpec::Output { output } if output.ends_with("one\ntwo\ns-3\n")));
    // What only looks leaves nothing of its library to the next.
    let bare = "ls \"$ORDAIN_FOLDER\"\n";
    bench.keep(bare);
    let get = bench.find_one(4, CheckHowSpec::Get { run: shell(bare, 60) });
    assert_eq!(get, FoundSpec::Output { output: "script.sh\n".into() });
}

/// An account that is made for a test and removed behind it.
struct TestUser(&'static str);

impl TestUser {
    fn make(name: &'static str) -> Self {
        assert!(
            nix::unistd::Uid::effective().is_root(),
            "this test makes an account and runs a script as it: run the tests as root, in a container that may be changed"
        );
        let run = |line: &str| {
            let mut words = line.split(' ');
            std::process::Command::new(words.next().unwrap()).args(words).output().unwrap()
        };
        run(&format!("userdel -rf {name}"));
        run(&format!("groupadd -f {name}-crew"));
        let made = run(&format!("useradd -m -G {name}-crew -s /bin/sh {name}"));
        assert!(made.status.success(), "{}", String::from_utf8_lossy(&made.stderr));
        Self(name)
    }
}

impl Drop for TestUser {
    fn drop(&mut self) {
        let crew = format!("{}-crew", self.0);
        for args in [vec!["userdel", "-rf", self.0], vec!["groupdel", &crew]] {
            let _ = std::process::Command::new(args[0]).args(&args[1..]).output();
        }
    }
}
