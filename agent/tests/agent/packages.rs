//! Real packages through the real apt-get, from a repository that the test builds.
//!
//! Needs root on Debian or Ubuntu, in a container that may be changed. apt's
//! own settings are put aside while it runs, so that no mirror is asked.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::{Mutex, MutexGuard, PoisonError};

use ordain_wire::{CheckHowSpec, EndSpec, ExpectSpec, FoundSpec, OfferSpec, ProbeSpec};
use tempfile::TempDir;

use crate::bench::{Bench, findings};
use crate::fifo::Fifo;
use crate::orders::{self, package, probe_work, software, step, work};
use crate::stage::Stage;

/// One user of dpkg's database at a time.
static ALONE: Mutex<()> = Mutex::new(());
const SETTINGS: &str = "/etc/apt/apt.conf.d/99ordain-agent-test";
const NAME: &str = "ordain-agent-test-hello";

struct Mirror {
    folder: TempDir,
    /// Where the slow script waits.
    gate: Fifo,
    /// Where it says that it waits, with dpkg's pid.
    waits: Fifo,
    _alone: MutexGuard<'static, ()>,
}

fn run(program: &str, args: &[&str]) -> String {
    let output = Command::new(program).args(args).output().unwrap();
    let text = String::from_utf8_lossy(&output.stdout).into_owned();
    assert!(
        output.status.success(),
        "{program} {args:?}: {text}{}",
        String::from_utf8_lossy(&output.stderr)
    );
    text
}

impl Mirror {
    /// Versions 1.0 and 2.0; the latter's script waits for the gate, and counts its runs.
    fn new() -> Self {
        let alone = ALONE.lock().unwrap_or_else(PoisonError::into_inner);
        assert!(
            nix::unistd::Uid::effective().is_root() && Path::new("/usr/bin/apt-get").exists(),
            "this test installs packages it has built: run the tests as root on Debian, in a container that may be changed"
        );
        let folder = tempfile::tempdir().unwrap();
        let gate = Fifo::make(folder.path().join("gate"));
        let waits = Fifo::make(folder.path().join("waits"));
        let mirror = Self { folder, gate, waits, _alone: alone };
        clean_up();
        let path = mirror.path();
        let wait = format!(
            "#!/bin/sh\nset -e\nif [ \"$1\" = configure ]; then\necho $PPID >> {}/ran\necho $PPID > {}\n{}\nfi\n",
            path.display(),
            mirror.waits.path().display(),
            mirror.gate.wait()
        );
        mirror.build("1.0", "#!/bin/sh\n");
        mirror.build("2.0", &wait);
        fs::write(path.join("pool/Packages"), mirror.index()).unwrap();
        for folder in ["lists/partial", "cache/archives/partial"] {
            fs::create_dir_all(path.join(folder)).unwrap();
        }
        fs::write(
            path.join("sources.list"),
            format!("deb [trusted=yes] file:{} ./\n", path.join("pool").display()),
        )
        .unwrap();
        let settings = format!(
            "Dir::Etc::sourcelist \"{0}/sources.list\";\nDir::Etc::sourceparts \"-\";\nDir::State::lists \"{0}/lists/\";\nDir::Cache \"{0}/cache/\";\nAPT::Sandbox::User \"root\";\n",
            path.display()
        );
        fs::write(SETTINGS, settings).unwrap();
        mirror
    }

    fn path(&self) -> PathBuf {
        self.folder.path().to_owned()
    }

    fn build(&self, version: &str, postinst: &str) {
        let tree = self.path().join(format!("tree-{version}"));
        fs::create_dir_all(tree.join("DEBIAN")).unwrap();
        fs::create_dir_all(tree.join(format!("usr/share/{NAME}"))).unwrap();
        fs::write(tree.join(format!("usr/share/{NAME}/version")), version).unwrap();
        let control = format!(
            "Package: {NAME}\nVersion: {version}\nArchitecture: all\nMaintainer: Test <test@test.invalid>\nDescription: built by a test\n"
        );
        fs::write(tree.join("DEBIAN/control"), control).unwrap();
        fs::write(tree.join("DEBIAN/postinst"), postinst).unwrap();
        run("chmod", &["0755", tree.join("DEBIAN/postinst").to_str().unwrap()]);
        fs::create_dir_all(self.path().join("pool")).unwrap();
        run(
            "dpkg-deb",
            &[
                "--root-owner-group",
                "-b",
                tree.to_str().unwrap(),
                self.path().join("pool").to_str().unwrap(),
            ],
        );
    }

    /// The index of the pool, made without the tools for it, which may not be installed.
    fn index(&self) -> String {
        let stanzas = fs::read_dir(self.path().join("pool")).unwrap().map(|entry| {
            let path = entry.unwrap().path();
            let control = run("dpkg-deb", &["-f", path.to_str().unwrap()]);
            let sum = run("sha256sum", &[path.to_str().unwrap()]);
            let sum = sum.split(' ').next().unwrap();
            let name = path.file_name().unwrap().to_str().unwrap();
            let size = fs::metadata(&path).unwrap().len();
            format!("{control}Filename: ./{name}\nSize: {size}\nSHA256: {sum}\n\n")
        });
        stanzas.collect()
    }

    fn open_gate(&self) {
        self.gate.open_gate();
    }

    /// How often the slow script has run.
    fn runs(&self) -> usize {
        fs::read_to_string(self.path().join("ran")).unwrap_or_default().lines().count()
    }
}

/// Takes away what an earlier test, perhaps one that was cut off, has left.
fn clean_up() {
    let _ = fs::remove_file(SETTINGS);
    let _ = Command::new("dpkg").args(["--force-all", "--purge", NAME]).output();
}

impl Drop for Mirror {
    fn drop(&mut self) {
        self.open_gate();
        clean_up();
    }
}

fn probe() -> ProbeSpec {
    ProbeSpec::Package { manager: "dpkg".into(), name: NAME.into() }
}

fn found(version: Option<&str>) -> FoundSpec {
    FoundSpec::Software { version: version.map(Into::into), test: None, offered: None }
}

#[test]
fn packages_come_change_and_go_through_apt() {
    let mirror = Mirror::new();
    mirror.open_gate();
    let bench = Bench::new();
    let mut number = 0;
    let mut apt = |version: Option<&str>, remove: bool| {
        number += 2;
        let phase = if remove { "uninstall" } else { "install" };
        let ended =
            bench.run_one(number, work(phase, package(NAME, version, remove), ExpectSpec::Success));
        (ended, bench.find_one(number + 1, software(probe())))
    };
    let exit = |code| EndSpec::Exit { code };

    let ((end, output), now) = apt(Some("1.0"), false);
    assert_eq!((end, now), (exit(0), found(Some("1.0"))), "{output}");
    assert!(output.contains("apt-get update"), "the lists did not know it: {output}");
    let ((end, output), now) = apt(Some("2.0"), false);
    assert_eq!((end, now), (exit(0), found(Some("2.0"))), "{output}");
    assert!(!output.contains("apt-get update"), "the lists know it: {output}");
    let ((end, output), now) = apt(Some("1.0"), false);
    assert_eq!((end, now), (exit(0), found(Some("1.0"))), "a downgrade: {output}");

    let file = Path::new("/usr/share").join(NAME).join("version");
    fs::remove_file(&file).unwrap();
    let ((end, output), _) = apt(Some("1.0"), false);
    assert_eq!(end, exit(0), "{output}");
    assert!(file.exists(), "asking for what is there mends it: {output}");

    let ((end, output), now) = apt(Some("9.9"), false);
    assert_eq!((end, now), (exit(100), found(Some("1.0"))), "{output}");
    assert!(output.contains("9.9"), "{output}");
    let ((end, output), now) = apt(None, true);
    assert_eq!((end, now), (exit(0), found(None)), "{output}");
    let ((end, output), now) = apt(None, false);
    assert_eq!((end, now), (exit(0), found(Some("2.0"))), "without a version the newest: {output}");

    let dangerous = bench.run_one(
        number_after(),
        work("install", package("hello-", None, false), ExpectSpec::Success),
    );
    assert!(
        matches!(&dangerous.0, EndSpec::Failed { message } if message.contains("is no package name")),
        "{dangerous:?}"
    );
}

/// Above every number of the test before.
fn number_after() -> u64 {
    1000
}

#[test]
fn what_apt_offers_is_as_new_as_its_lists() {
    let mirror = Mirror::new();
    mirror.open_gate();
    let bench = Bench::new();
    let asked = |manager: &str, name: &str| CheckHowSpec::Software {
        probe: probe(),
        test: None,
        offered: Some(OfferSpec { manager: manager.into(), name: name.into() }),
    };
    // Its own, one that is nowhere, one that is no name, and a manager that is not asked.
    let checks = || {
        vec![
            asked("dpkg", NAME),
            asked("dpkg", "ordain-nowhere"),
            asked("dpkg", "--help"),
            asked("rpm", NAME),
            software(probe()),
        ]
    };
    let look = |number: u64| -> Vec<_> {
        let found = findings(&bench.carry_out(&orders::detect(number, checks())));
        found
            .into_iter()
            .map(|found| match found {
                FoundSpec::Software { version, offered, .. } => (version, offered),
                other => panic!("{other:?}"),
            })
            .collect()
    };
    let table = |version: Option<&str>, offered: &[&str]| -> Vec<_> {
        let own: Vec<String> = offered.iter().map(|version| (*version).to_owned()).collect();
        let each = [Some(own), Some(Vec::new()), None, None, None];
        each.map(|offered| (version.map(str::to_owned), offered)).into()
    };
    assert_eq!(look(1), table(None, &[]), "detection does not fetch lists");
    run("apt-get", &["update"]);
    assert_eq!(look(2), table(None, &["2.0", "1.0"]));
    let install = work("install", package(NAME, Some("1.0"), false), ExpectSpec::Success);
    let (end, output) = bench.run_one(3, install);
    assert_eq!(end, EndSpec::Exit { code: 0 }, "{output}");
    assert_eq!(look(4), table(Some("1.0"), &["2.0", "1.0"]));
    fs::write(mirror.path().join("pool/Packages"), "").unwrap();
    run("apt-get", &["update"]);
    assert_eq!(look(5), table(Some("1.0"), &[]), "what is installed is no offer");
}

#[test]
fn a_package_that_hangs_is_killed_and_the_next_run_mends_dpkg() {
    let mirror = Mirror::new();
    let bench = Bench::new();
    let hasty = ordain_wire::RunSpec { timeout_seconds: 8, ..package(NAME, Some("2.0"), false) };
    let (end, output) = bench.run_one(1, work("install", hasty, ExpectSpec::Success));
    assert_eq!(end, EndSpec::TimedOut, "{output}");
    assert_eq!(bench.find_one(2, software(probe())), found(None), "half-configured does not count");
    mirror.open_gate();
    let (end, output) =
        bench.run_one(3, work("install", package(NAME, Some("2.0"), false), ExpectSpec::Success));
    assert_eq!(end, EndSpec::Exit { code: 0 }, "{output}");
    assert_eq!(bench.find_one(4, software(probe())), found(Some("2.0")));
    assert!(run("dpkg", &["--audit"]).is_empty());
}

fn install_order() -> ordain_wire::Order {
    let expect = ExpectSpec::Version {
        relation: "equal".into(),
        version: "2.0".into(),
        scheme: "dpkg".into(),
    };
    let works = vec![
        work("install", package(NAME, Some("2.0"), false), ExpectSpec::Success),
        probe_work(probe(), expect),
    ];
    let mut install = step("software/hello", works);
    (install.act, install.reason, install.to) =
        ("install".into(), "software-missing".into(), Some("2.0".into()));
    orders::execute(1, vec![install])
}

/// The agent dies during an install that goes on, or that dies with it.
#[tokio::test]
async fn an_agent_killed_during_an_install_ends_as_an_undisturbed_one() {
    for all_die in [false, true] {
        let mirror = Mirror::new();
        let stage = Stage::new().await;
        stage.enrol().await;
        let mut agent = stage.run();
        let mut conversation = stage.connected().await;
        conversation.order(&install_order()).await;
        let dpkg: i32 = mirror.waits.line().await.trim().parse().unwrap();
        agent.kill();
        if all_die {
            kill_session_of(dpkg);
            mirror.open_gate();
        }
        let _agent = stage.run();
        let mut conversation = stage.connected().await;
        conversation.facts().await;
        mirror.open_gate();
        let reports = conversation.until_ended(1, &[]).await;
        let words: Vec<String> =
            reports.iter().map(|report| crate::carrying::word(&report.body)).collect();
        assert_eq!(words.iter().filter(|word| *word == "started 0.0").count(), 1, "{words:?}");
        assert!(words.contains(&"interrupted 0.0".to_owned()), "{words:?}");
        assert!(words[words.len() - 2].contains("2.0"), "{words:?}");
        assert_eq!(
            run("dpkg-query", &["-W", "-f", "${Status} ${Version}", NAME]),
            "install ok installed 2.0"
        );
        assert_eq!(mirror.runs(), if all_die { 2 } else { 1 }, "{words:?}");
    }
}

/// Kills a process, its ancestors up to apt-get, and what is below it; returns when they have ended.
fn kill_session_of(dpkg: i32) {
    use ordain_agent::platform::processes::Process;
    use rustix::event::{PollFd, PollFlags, poll};
    use rustix::process::{Pid, PidfdFlags, Signal, pidfd_open, pidfd_send_signal};
    let group = Process::of(dpkg).unwrap().group;
    loop {
        let members: Vec<_> = Process::all()
            .into_iter()
            .filter(|each| !each.ended && (each.group == group || each.parent == dpkg))
            .filter_map(|each| pidfd_open(Pid::from_raw(each.pid)?, PidfdFlags::empty()).ok())
            .collect();
        if members.is_empty() {
            return;
        }
        for each in &members {
            let _ = pidfd_send_signal(each, Signal::KILL);
        }
        for each in &members {
            poll(&mut [PollFd::new(each, PollFlags::IN)], None).unwrap();
        }
    }
}
