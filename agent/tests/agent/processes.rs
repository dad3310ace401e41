//! Scripts as real processes: their surroundings, their output, their end.

use ordain_agent::platform::processes::Process;
use ordain_wire::{
    AgentMessage, CheckHowSpec, EndSpec, ExpectSpec, FoundSpec, ProbeSpec, RunSpec, RunWhatSpec,
};

use crate::bench::Bench;
use crate::fifo::Fifo;
use crate::orders::{self, shell, work};

pub(crate) fn set(run: RunSpec) -> ordain_wire::WorkSpec {
    work("set", run, ExpectSpec::Success)
}

pub(crate) fn exit(code: i32) -> EndSpec {
    EndSpec::Exit { code }
}

#[test]
fn a_script_finds_clean_surroundings_and_its_parameters() {
    let bench = Bench::new();
    let script = "env | sort; echo; cat; echo; pwd; ls -a; basename \"$0\"\n";
    bench.keep(script);
    let mut run = shell(script, 60);
    run.environment.insert("ORDAIN_PARAM_COLOUR".into(), "grün; $(id)".into());
    run.input = Some(r#"{"colour": "grün"}"#.into());
    let (end, output) = bench.run_one(1, set(run));
    assert_eq!(end, exit(0), "{output}");
    let environment: Vec<&str> = output.lines().take_while(|line| !line.is_empty()).collect();
    let names: Vec<&str> = environment.iter().map(|line| line.split('=').next().unwrap()).collect();
    for name in &names {
        let known = [
            "HOME",
            "LANG",
            "LOGNAME",
            "PATH",
            "PWD",
            "USER",
            "_",
            "OLDPWD",
            "SHLVL",
            "XDG_RUNTIME_DIR",
            "DBUS_SESSION_BUS_ADDRESS",
        ];
        assert!(known.contains(name) || name.starts_with("ORDAIN_"), "{name} in {environment:?}");
    }
    assert!(environment.contains(&"ORDAIN_PARAM_COLOUR=grün; $(id)"));
    assert!(output.contains("\n{\"colour\": \"grün\"}\n"), "{output}");
    assert!(
        output.ends_with("script.sh\n")
            && output.contains(&bench.folder.path().join("run").display().to_string()),
        "{output}"
    );
    let left = std::fs::read_dir(bench.folder.path().join("run")).unwrap().count();
    assert_eq!(left, 0, "the private folder is gone");
}

#[test]
fn one_that_reads_no_input_of_a_megabyte_ends_all_the_same() {
    let bench = Bench::new();
    bench.keep("exit 7\n");
    let run = RunSpec { input: Some("x".repeat(1024 * 1024)), ..shell("exit 7\n", 60) };
    assert_eq!(bench.run_one(1, set(run)).0, exit(7));
}

#[test]
fn exit_codes_and_signals_are_told() {
    let bench = Bench::new();
    for (number, (script, code)) in
        (1..).zip([("exit 0\n", 0), ("exit 3\n", 3), ("kill -9 $$\n", 137), ("nonesuch\n", 127)])
    {
        bench.keep(script);
        assert_eq!(bench.run_one(number, set(shell(script, 60))).0, exit(code), "{script}");
    }
}

#[test]
fn interpreters_follow_the_order() {
    let bench = Bench::new();
    let script = "import sys\nprint('python', sys.version_info[0])\n";
    bench.keep(script);
    let what = RunWhatSpec::Script {
        blob: orders::id(script),
        path: "t.py".into(),
        interpreter: "python3".into(),
        method: None,
        library: Vec::new(),
    };
    let (end, output) = bench.run_one(1, set(RunSpec { what, ..shell(script, 60) }));
    assert_eq!((end, output.as_str()), (exit(0), "python 3\n"));
    let what = RunWhatSpec::Script {
        blob: orders::id(script),
        path: "t.cmd".into(),
        interpreter: "cmd".into(),
        method: None,
        library: Vec::new(),
    };
    let (end, _) = bench.run_one(2, set(RunSpec { what, ..shell(script, 60) }));
    assert_eq!(end, EndSpec::Failed { message: "cmd runs on Windows only".into() });
}

/// A script whose descendants do what they can to get away, all of them
/// writing their pid into a file before they wait for what never comes.
fn fugitives(pids: &std::path::Path) -> String {
    let pids = pids.display();
    format!(
        "mkfifo born never\n\
         exec 3<>born 4<>never\n\
         echo $$ >> {pids}\n\
         sh -c 'echo $$ >> {pids}; echo >&3; read _ <&4' &\n\
         setsid sh -c 'echo $$ >> {pids}; echo >&3; read _ <&4' &\n\
         setsid sh -c 'sh -c \"echo \\$\\$ >> {pids}; trap : TERM; echo >&3; while :; do read _ <&4; done\" & exit' \n\
         trap : TERM\n\
         for each in 1 2 3; do read _ <&3; done\n\
         echo ready\n\
         while :; do read _ <&4; done\n"
    )
}

fn pids(path: &std::path::Path) -> Vec<i32> {
    let text = std::fs::read_to_string(path).unwrap();
    text.lines().map(|line| line.parse().unwrap()).collect()
}

#[test]
fn a_timeout_kills_the_whole_tree_double_forks_included() {
    for phase in ["set", "test"] {
        let bench = Bench::new();
        let file = bench.folder.path().join("pids");
        let script = fugitives(&file);
        bench.keep(&script);
        let (end, output) = bench.run_one(1, work(phase, shell(&script, 2), ExpectSpec::Success));
        assert_eq!(end, EndSpec::TimedOut, "{output}");
        assert!(output.starts_with("ready\n"), "{output}");
        let all = pids(&file);
        assert_eq!(all.len(), 4);
        for pid in all {
            assert!(
                Process::of(pid).is_none_or(|process| process.ended),
                "{pid} lives on after {phase}"
            );
        }
    }
}

#[test]
fn a_cancel_is_written_down_and_kills_the_tree() {
    let bench = Bench::new();
    let file = bench.folder.path().join("pids");
    let script = fugitives(&file);
    bench.keep(&script);
    let second = "echo never\n";
    bench.keep(second);
    let steps = vec![
        orders::step("task/a", vec![set(shell(&script, 600))]),
        orders::step("task/b", vec![set(shell(second, 600))]),
    ];
    let mut bench = bench;
    bench.take(&orders::execute(1, steps));
    let ready = |message: AgentMessage| matches!(message, AgentMessage::Output { text, .. } if text.contains("ready"));
    while !ready(bench.live.blocking_recv().unwrap()) {}
    bench.desk.stop.request("s-1");
    let reports = bench.until(
        "the end",
        |reports| reports.iter().any(|each| each.body == ordain_wire::ReportBody::Ended),
        1,
    );
    let words: Vec<String> =
        reports.iter().map(|report| crate::carrying::word(&report.body)).collect();
    assert_eq!(words, ["accepted", "started 0.0", "cancelled", "finished 0.0 Killed", "ended"]);
    for pid in pids(&file) {
        assert!(Process::of(pid).is_none_or(|process| process.ended), "{pid} lives on");
    }
}

#[test]
fn a_service_that_a_script_starts_lives_on() {
    let bench = Bench::new();
    let file = bench.folder.path().join("pid");
    let script = format!(
        "mkfifo born never\n\
         exec 3<>born 4<>never\n\
         setsid sh -c 'echo $$ > {}; echo >&3; read _ <&4' &\n\
         read _ <&3\n",
        file.display()
    );
    bench.keep(&script);
    for (number, phase) in [(1, "set"), (2, "test")] {
        let _ = std::fs::remove_file(&file);
        let (end, _) = bench.run_one(number, work(phase, shell(&script, 600), ExpectSpec::Success));
        assert!(
            matches!(end, EndSpec::Exit { code: 0 } | EndSpec::Answer { answer: true, code: 0 }),
            "{end:?}"
        );
        let service = Process::of(pids(&file)[0]).expect("it lives");
        assert!(service.lives());
        service.signal(rustix::process::Signal::KILL);
    }
}

#[test]
fn output_is_bounded_and_keeps_its_ends() {
    for phase in ["set", "get"] {
        let bench = Bench::new();
        let script = "echo first\nhead -c 30000000 /dev/zero | tr '\\0' 'x'\nprintf '\\377\\376'\necho last >&2\n";
        bench.keep(script);
        let (end, output) = bench.run_one(1, work(phase, shell(script, 120), ExpectSpec::Success));
        assert_eq!(end, exit(0));
        assert!(output.len() < 70_000, "{} bytes", output.len());
        assert!(output.starts_with("first\nxxx") && output.ends_with("last\n"), "{phase}");
        assert!(output.contains("bytes left out]") && output.contains('\u{fffd}'));
    }
}

#[test]
fn a_flood_without_end_is_cut_off_by_its_timeout() {
    let bench = Bench::new();
    bench.keep("yes\n");
    for (number, phase) in [(1, "set"), (2, "test")] {
        let (end, output) =
            bench.run_one(number, work(phase, shell("yes\n", 1), ExpectSpec::Success));
        assert_eq!(end, EndSpec::TimedOut);
        assert!(output.len() < 70_000);
    }
}

#[test]
fn output_is_streamed_while_it_runs() {
    let mut bench = Bench::new();
    let gate = Fifo::make(bench.folder.path().join("gate"));
    let script = format!("echo one\n{}\necho two\n", gate.wait());
    bench.keep(&script);
    bench.take(&orders::execute(1, vec![orders::step("task/t", vec![set(shell(&script, 60))])]));
    let AgentMessage::Output { order, text, .. } = bench.live.blocking_recv().unwrap() else {
        panic!("output comes first")
    };
    assert_eq!((order, text.as_str()), (1, "one\n"));
    gate.open_gate();
    let AgentMessage::Output { text, .. } = bench.live.blocking_recv().unwrap() else {
        panic!("more output comes")
    };
    assert_eq!(text, "two\n");
}

#[test]
fn a_script_with_another_id_than_its_bytes_never_runs() {
    let bench = Bench::new();
    let trace = bench.folder.path().join("trace");
    let script = format!("touch {}\n", trace.display());
    bench.keep(&script);
    let id = orders::id(&script);
    let kept = bench.folder.path().join("blobs").join(&id[..2]).join(&id[2..]);
    std::fs::write(&kept, format!("touch {}; id\n", trace.display())).unwrap();
    let (end, _) = bench.run_one(1, set(shell(&script, 60)));
    let EndSpec::Failed { message } = end else { panic!("it must not run: {end:?}") };
    assert!(message.contains("is not what its object id says"), "{message}");
    assert!(!trace.exists());
    assert!(!kept.exists(), "what is damaged is fetched again");
}

#[test]
fn detections_by_script_and_command() {
    let bench = Bench::new();
    let scripted = |script: &str| {
        bench.keep(script);
        orders::software(ProbeSpec::Script { run: shell(script, 1) })
    };
    let command = |run: &str, version: &str| {
        orders::software(ProbeSpec::Command { run: run.into(), version: version.into() })
    };
    let version = |version: &str| FoundSpec::Software {
        version: Some(version.into()),
        test: None,
        offered: None,
    };
    let nothing = FoundSpec::Software { version: None, test: None, offered: None };
    let failed = |message: &str| FoundSpec::Failed { message: message.into() };
    let cases = [
        (scripted("echo noise; echo 24.1; echo; echo 'not me' >&2\n"), version("24.1")),
        (scripted("exit 0\n"), nothing.clone()),
        (scripted("cat /nonexistent\n"), nothing.clone()),
        (
            scripted("echo 'error: no'; exit 2\n"),
            failed("the detection script ended with exit code 2 after printing something"),
        ),
        (scripted("nonesuch-program\n"), FoundSpec::Failed { message: String::new() }),
        (
            scripted("mkfifo never; read _ < never\n"),
            failed("the detection script was killed: its time was up"),
        ),
        (command("sh --version-of-nothing", r"nothing \d+"), nothing.clone()),
        (command("echo app 7.2 (x64)", r"app (?P<version>[\d.]+)"), version("7.2")),
        (command("nonesuch-program --version", r"\d+"), nothing),
        (command("echo 1", "("), FoundSpec::Failed { message: String::new() }),
    ];
    for (number, (how, expected)) in (1..).zip(cases) {
        let found = bench.find_one(number, how.clone());
        match (&found, &expected) {
            (FoundSpec::Failed { .. }, FoundSpec::Failed { message }) if message.is_empty() => {}
            _ => assert_eq!(found, expected, "{how:?}"),
        }
    }
}

#[test]
fn tests_and_gets_answer() {
    let bench = Bench::new();
    let keep = |script: &'static str| {
        bench.keep(script);
        shell(script, 60)
    };
    let answer = |answer| FoundSpec::Answer { answer, changes: String::new() };
    let test = |script| CheckHowSpec::Test { run: keep(script) };
    let cases = [
        (test("echo true\n"), answer(true)),
        (test("echo true; echo false; echo true\n"), answer(false)),
        (test("exit 1\n"), answer(false)),
        (test("exit 0\n"), answer(true)),
        (
            CheckHowSpec::Get { run: keep("echo 42; echo noise >&2\n") },
            FoundSpec::Output { output: "42\n".into() },
        ),
        (
            CheckHowSpec::Get { run: keep("exit 9\n") },
            FoundSpec::Failed { message: "get ended with exit code 9".into() },
        ),
    ];
    for (number, (how, expected)) in (1..).zip(cases) {
        assert_eq!(bench.find_one(number, how.clone()), expected, "{how:?}");
    }
    let dpkg = ProbeSpec::Package { manager: "dpkg".into(), name: "dpkg".into() };
    let found = bench.find_one(
        99,
        CheckHowSpec::Software { probe: dpkg, test: Some(keep("echo false\n")), offered: None },
    );
    assert!(
        matches!(found, FoundSpec::Software { version: Some(_), test: Some(false), .. }),
        "{found:?}"
    );
}
