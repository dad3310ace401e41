//! Real packages through the real apt, by committed YAML.
//!
//! Wants root on Debian. The packages are built here into a repository of
//! files; apt is told of it by a list file of its own that goes with the test.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::{Mutex, MutexGuard, PoisonError};

use crate::stage::{Build, COMPUTER, Stage, wants_root_on_debian};

const PACKAGE: &str = "ordain-e2e-probe";

const POLICY: &[(&str, &str)] = &[
    ("ordain.yaml", "apiVersion: ordain/v1\nkind: Repository\nname: e2e\ntimezone: Etc/UTC\n"),
    ("tenants/acme/tenant.yaml", "kind: Tenant\nname: acme\n"),
    (
        "software/probe/software.yaml",
        "kind: Software\nname: probe\n\
         detect: {package: {manager: dpkg, name: ordain-e2e-probe}}\n\
         versions: [{version: \"2.0-1\"}, {version: \"1.0-1\"}]\n\
         install: {package: {manager: dpkg, name: ordain-e2e-probe}}\n\
         uninstall: {package: {manager: dpkg, name: ordain-e2e-probe}}\n",
    ),
];

fn deployment(wish: &str) -> String {
    format!("kind: Deployment\nname: probe\nsoftware: probe\n{wish}\ntarget: {{all: true}}\n")
}

/// There is only one dpkg.
static ALONE: Mutex<()> = Mutex::new(());

/// Versions of a package that apt can install; gone with everything of it at the end.
struct Archive {
    list: PathBuf,
    _alone: MutexGuard<'static, ()>,
}

impl Archive {
    /// One that offers these versions.
    fn build(stage: &Stage, versions: &[&str]) -> Self {
        let alone = ALONE.lock().unwrap_or_else(PoisonError::into_inner);
        let list = PathBuf::from("/etc/apt/sources.list.d/ordain-e2e.list");
        let archive = Self { list, _alone: alone };
        archive.offer(stage, versions);
        archive
    }

    /// Offers these versions from now on, and has apt read its lists again.
    fn offer(&self, stage: &Stage, versions: &[&str]) {
        let folder = stage.path("archive");
        let gate = stage.path("place/gate").display().to_string();
        let log = stage.path("place/starts").display().to_string();
        // The newer one is slow: it stands before a gate, where the test has made one.
        let slow = format!("if [ -p {gate} ]; then read -r _ < {gate}; fi");
        let index = versions.iter().map(|version| {
            let wait = if *version == "2.0-1" { slow.as_str() } else { ":" };
            deb(&folder, version, &format!("echo {version} >> {log}\n{wait}"))
        });
        let index: String = index.collect();
        fs::write(folder.join("Packages"), index).expect("writable");
        let line = format!("deb [trusted=yes] file:{} ./\n", folder.display());
        fs::write(&self.list, line).expect("root may");
        // Only this list: no test needs the network.
        let only = format!("Dir::Etc::sourcelist={}", self.list.display());
        let rest = ["Dir::Etc::sourceparts=-", "APT::Get::List-Cleanup=0"];
        run("apt-get", &["-q", "update", "-o", &only, "-o", rest[0], "-o", rest[1]]);
    }
}

impl Drop for Archive {
    fn drop(&mut self) {
        // What is not there need not be removed.
        drop(Command::new("dpkg").args(["--purge", "--force-all", PACKAGE]).output());
        drop(fs::remove_file(&self.list));
        let lists = fs::read_dir("/var/lib/apt/lists").into_iter().flatten().flatten();
        for list in lists.filter(|list| list.file_name().to_string_lossy().contains("ordain-e2e")) {
            drop(fs::remove_file(list.path()));
        }
    }
}

/// Builds one version; gives its paragraph of the index.
fn deb(folder: &Path, version: &str, postinst: &str) -> String {
    use std::os::unix::fs::PermissionsExt as _;
    let tree = folder.join(format!("tree-{version}"));
    fs::create_dir_all(tree.join("DEBIAN")).expect("writable");
    fs::create_dir_all(tree.join("usr/share").join(PACKAGE)).expect("writable");
    fs::write(tree.join("usr/share").join(PACKAGE).join("version"), version).expect("writable");
    let control = format!(
        "Package: {PACKAGE}\nVersion: {version}\nArchitecture: all\n\
         Maintainer: Ordain <test@ordain.example>\nDescription: A probe of the tests\n"
    );
    fs::write(tree.join("DEBIAN/control"), &control).expect("writable");
    let script = tree.join("DEBIAN/postinst");
    fs::write(&script, format!("#!/bin/sh\nset -e\n{postinst}\n")).expect("writable");
    fs::set_permissions(&script, fs::Permissions::from_mode(0o755)).expect("our own");
    let file = format!("{PACKAGE}_{version}_all.deb");
    let target = folder.join(&file);
    let (tree, target) = (tree.display().to_string(), target.display().to_string());
    run("dpkg-deb", &["--root-owner-group", "--build", &tree, &target]);
    let sum = run("sha256sum", &[&target]);
    let sum = sum.split_whitespace().next().expect("a sum");
    let size = fs::metadata(&target).expect("built").len();
    format!("{control}Filename: ./{file}\nSize: {size}\nSHA256: {sum}\n\n")
}

fn run(program: &str, arguments: &[&str]) -> String {
    let output = Command::new(program).args(arguments).output();
    let output = output.unwrap_or_else(|error| panic!("{program}: {error}"));
    let said = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{program} {arguments:?}: {said}");
    String::from_utf8_lossy(&output.stdout).into_owned()
}

/// What dpkg says of the package: its status and version.
fn installed() -> String {
    let format = "-f=${db:Status-Status} ${Version}";
    let asked = Command::new("dpkg-query").args(["-W", format, PACKAGE]).output();
    let asked = asked.expect("dpkg is installed");
    if asked.status.success() {
        String::from_utf8_lossy(&asked.stdout).into_owned()
    } else {
        String::new()
    }
}

#[test]
fn what_the_archive_offers_next_is_installed_next() {
    wants_root_on_debian();
    let listed = "versions: [{version: \"2.0-1\"}, {version: \"1.0-1\"}]";
    let software = POLICY[2].1.replace(listed, "latest: package");
    let wish = deployment("version: latest");
    let files =
        [("software/probe/software.yaml", &*software), ("deployments/probe.yaml", wish.as_str())];
    let policy = [&POLICY[..2], &files].concat();
    let (stage, _controller, _agent) = Stage::running(Build::Shipped, &policy);
    let archive = Archive::build(&stage, &["1.0-1"]);

    let session = stage.session();
    let install = "software/probe install software-missing - 1.0-1 done passed";
    assert_eq!(session.deeds(), [install], "{session:?}");
    assert_eq!(installed(), "installed 1.0-1");
    stage.is_settled();

    archive.offer(&stage, &["1.0-1", "2.0-1"]);
    let session = stage.session();
    let update = "software/probe update update-available 1.0-1 2.0-1 done passed";
    assert_eq!(session.deeds(), [update], "{session:?}");
    assert_eq!(installed(), "installed 2.0-1");
    stage.is_settled();

    // Nothing is offered any more: what is there stays, and counts as the newest.
    archive.offer(&stage, &[]);
    let session = stage.session();
    let unheard = "software/probe none up-to-date 2.0-1 - done passed";
    assert_eq!(session.deeds(), [unheard], "{session:?}");
    assert_eq!(installed(), "installed 2.0-1");
}

#[test]
fn packages_are_installed_upgraded_and_removed_by_commits() {
    wants_root_on_debian();
    let wish = deployment("version: \"=1.0-1\"");
    let policy = [POLICY, &[("deployments/probe.yaml", wish.as_str())]].concat();
    let (stage, controller, agent) = Stage::running(Build::Shipped, &policy);
    let _archive = Archive::build(&stage, &["1.0-1", "2.0-1"]);

    let session = stage.session();
    let install = "software/probe install software-missing - 1.0-1 done passed";
    assert_eq!(session.deeds(), [install], "{session:?}");
    assert_eq!(installed(), "installed 1.0-1");
    stage.is_settled();

    let push = |wish: &str| {
        let commit = stage.repository.push(&[("deployments/probe.yaml", &deployment(wish))]);
        controller.says(&["the commit is in force", &commit]);
    };
    // While dpkg configures the new version both programs are killed.
    push("version: latest");
    let (client, held) = stage.held_session();
    agent.kill();
    let agent = stage.agent(COMPUTER);
    agent.says(&["a process of an earlier run still lives"]);
    controller.kill();
    let controller = stage.controller();
    held.open();
    let session = Stage::waited_for(&client);
    let update = "software/probe update update-available 1.0-1 2.0-1 done passed";
    assert_eq!(session.deeds(), [update], "{session:?}");
    assert_eq!(installed(), "installed 2.0-1");
    assert_eq!(stage.read("starts"), "1.0-1\n2.0-1\n", "each was configured once");
    stage.is_settled();

    let commit = stage.repository.push(&[("deployments/probe.yaml", &deployment("state: absent"))]);
    controller.says(&["the commit is in force", &commit]);
    let session = stage.session();
    let removal = "software/probe uninstall software-detected 2.0-1 - done passed";
    assert_eq!(session.deeds(), [removal], "{session:?}");
    assert!(!installed().starts_with("installed"), "{}", installed());
    stage.is_settled();
}
