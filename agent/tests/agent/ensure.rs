//! Settings without scripts in a folder that the test lays out as a computer's
//! root: what changes, what is refused, and that twice changes nothing.

use std::collections::BTreeMap;
use std::fs::{self, Permissions};
use std::os::unix::fs::{MetadataExt as _, PermissionsExt as _, symlink};
use std::path::{Path, PathBuf};

use ordain_core::order::ensure::File;
use ordain_core::order::{Content, Ensure, Registry, Resource, Service, ServiceStart};
use rand::rngs::StdRng;
use rand::seq::IndexedRandom as _;
use rand::{Rng as _, SeedableRng as _};

use crate::root::{Root, directory, file, gone, line, sysctl, there};

#[test]
fn what_is_told_is_what_happens() {
    let mut root = Root::new();
    fs::write(root.path("/etc/motd"), "old\nsame\n").unwrap();
    fs::set_permissions(root.path("/etc/motd"), Permissions::from_mode(0o600)).unwrap();
    let blob = root.keep("from the repository\n");
    let from = Content::Blob { blob, path: "tasks/t/issue".into() };
    let all = [
        there(file("/etc/motd", Some("new\nsame\n"), None, None)),
        there(file("/etc/open", Some("a\n"), Some(0o640), None)),
        there(Resource::File(File {
            path: "/etc/issue".into(),
            content: Some(from),
            mode: None,
            owner: None,
        })),
        there(directory("/srv/a/b", Some(0o2770), false)),
        there(line("/etc/conf", "b = 2", Some("^#?b\\b"))),
        there(sysctl("vm.swappiness", "10")),
        there(sysctl("net.ipv4.tcp_rmem", "4096 131072 6291456")),
        gone(file("/etc/none", None, None, None)),
    ];
    let told = root.settles(&all);
    let expected = "\
file /etc/motd: content changes, 9 bytes become 9
file /etc/open: is made, 2 bytes, mode 0640
file /etc/issue: is made, 20 bytes, mode 0644
directory /srv/a/b: is made, mode 2770
line /etc/conf: is made, mode 0644
line /etc/conf: line 1 is added
  +b = 2
sysctl vm.swappiness: 60 becomes 10
sysctl vm.swappiness: 10 is set at the system's start, by /etc/sysctl.d/99-zz-ordain-vm.swappiness.conf
sysctl net.ipv4.tcp_rmem: 4096 131072 6291456 is set at the system's start, by /etc/sysctl.d/99-zz-ordain-net.ipv4.tcp_rmem.conf";
    assert_eq!(told, expected);
    assert_eq!((root.read("/etc/motd"), root.mode("/etc/motd")), ("new\nsame\n".into(), 0o600));
    assert_eq!(root.read("/etc/issue"), "from the repository\n");
    assert_eq!(root.mode("/srv/a"), 0o755);
    assert_eq!(root.read("/proc/sys/vm/swappiness"), "10\n");

    let undone: Vec<Ensure> = [
        file("/etc/open", None, None, None),
        directory("/srv/a", None, true),
        line("/etc/conf", "b = 2", None),
        sysctl("vm.swappiness", "10"),
    ]
    .map(gone)
    .into();
    let told = root.settles(&undone);
    assert!(told.contains("directory /srv/a: is removed with everything in it"), "{told}");
    assert!(!root.path("/srv/a").exists() && !root.path("/etc/open").exists());
    assert_eq!(root.read("/etc/conf"), "");
    assert_eq!(root.read("/proc/sys/vm/swappiness"), "10\n", "until the next start");
}

#[test]
fn content_of_files_for_everybody_is_shown_and_of_no_others() {
    let mut root = Root::new();
    for (path, mode) in [("/etc/open", 0o644), ("/etc/secret", 0o640)] {
        fs::write(root.path(path), "password = old\n").unwrap();
        fs::set_permissions(root.path(path), Permissions::from_mode(mode)).unwrap();
    }
    let open = root.settles(&[there(file("/etc/open", Some("password = new\n"), None, None))]);
    assert!(open.ends_with("\n  -password = old\n  +password = new"), "{open}");
    let mut secret =
        root.settles(&[there(file("/etc/secret", Some("password = new\n"), None, None))]);
    secret += &root.settles(&[there(line("/etc/secret", "more = 1", None))]);
    assert!(!secret.contains("password") && !secret.contains("more"), "{secret}");
}

#[test]
fn modes_and_owners_are_kept_unless_given() {
    assert!(nix::unistd::geteuid().is_root(), "this test gives files away: run it as root");
    let mut root = Root::new();
    let path = root.path("/etc/app");
    fs::write(&path, "old").unwrap();
    fs::set_permissions(&path, Permissions::from_mode(0o640)).unwrap();
    std::os::unix::fs::chown(&path, Some(1000), Some(1500)).unwrap();
    root.settles(&[there(file("/etc/app", Some("new"), None, None))]);
    let is = path.metadata().unwrap();
    assert_eq!((is.uid(), is.gid(), is.mode() & 0o7777), (1000, 1500, 0o640));
    let told = root.settles(&[there(file("/etc/app", None, Some(0o4750), Some("root:office")))]);
    assert_eq!(
        told,
        "file /etc/app: mode 0640 becomes 4750\nfile /etc/app: owner 1000:1500 becomes root:office"
    );
    let is = path.metadata().unwrap();
    assert_eq!((is.uid(), is.gid(), is.mode() & 0o7777), (0, 1500, 0o4750));
    let stranger = [there(file("/etc/app", None, None, Some("stranger")))];
    assert_eq!(root.look(&stranger).settled, Ok(false), "an earlier resource may make it");
    let error = root.set(&stranger).settled.unwrap_err();
    assert!(error.contains("does not know the owner `stranger`"), "{error}");
}

#[test]
fn nobody_leads_a_path_elsewhere() {
    assert!(nix::unistd::geteuid().is_root(), "this test gives links away: run it as root");
    let mut root = Root::new();
    let outside = root.folder.path().join("outside");
    fs::create_dir(&outside).unwrap();
    fs::write(outside.join("shadow"), "untouched").unwrap();
    symlink(outside.join("shadow"), root.path("/etc/motd")).unwrap();
    fs::create_dir(root.path("/home")).unwrap();
    fs::set_permissions(root.path("/home"), Permissions::from_mode(0o777)).unwrap();
    symlink("../etc", root.path("/home/open")).unwrap();
    symlink("../etc", root.path("/srv/foreign")).unwrap();
    std::os::unix::fs::lchown(root.path("/srv/foreign"), Some(1000), None).unwrap();
    symlink("/etc", root.path("/srv/trusted")).unwrap();
    symlink("loop", root.path("/srv/loop")).unwrap();
    let last = "it is a symbolic link, which is not followed";
    let way = "a symbolic link on the way is not followed";
    for (resource, why) in [
        (file("/etc/motd", Some("x"), None, None), last),
        (line("/etc/motd", "x", None), last),
        (directory("/etc/motd", None, false), last),
        (file("/home/open/x", Some("x"), None, None), way),
        (line("/srv/foreign/x", "x", None), way),
        (directory("/srv/foreign/x/y", None, false), way),
        (file("/srv/loop/x", Some("x"), None, None), way),
        (file("/etc/../x", Some("x"), None, None), "it is no absolute path without `..`"),
        (file("/", Some("x"), None, None), "it names no file"),
        (file("/etc", Some("x"), None, None), "it is no ordinary file"),
        (directory("/etc/passwd", None, false), "it is no folder"),
        (file("/etc/passwd/x", Some("x"), None, None), "its folder is not there"),
    ] {
        let all = [there(resource)];
        let error = root.set(&all).settled.expect_err(why);
        assert!(error.contains(why), "{error}");
    }
    assert_eq!(fs::read_to_string(outside.join("shadow")).unwrap(), "untouched");
    assert!(!root.path("/etc/x").exists());
    // A link of root's own in a folder of root's own is as good as a folder; it never leads out of the root.
    root.settles(&[there(file("/srv/trusted/by-link", Some("x"), None, None))]);
    assert_eq!(root.read("/etc/by-link"), "x");
    // A link that is to be gone goes itself.
    root.settles(&[gone(file("/etc/motd", None, None, None))]);
    assert_eq!(fs::read_to_string(outside.join("shadow")).unwrap(), "untouched");
    assert!(root.path("/etc/motd").symlink_metadata().is_err());
}

#[test]
fn other_names_and_other_kinds_are_left_alone() {
    let mut root = Root::new();
    fs::write(root.path("/etc/one"), "x").unwrap();
    fs::hard_link(root.path("/etc/one"), root.path("/etc/other")).unwrap();
    let error = root.set(&[there(file("/etc/one", None, Some(0o777), None))]).settled.unwrap_err();
    assert!(error.contains("it has other names"), "{error}");
    root.settles(&[there(file("/etc/one", Some("y"), Some(0o600), None))]);
    assert_eq!((root.read("/etc/one"), root.read("/etc/other")), ("y".into(), "x".into()));
    nix::unistd::mkfifo(&root.path("/etc/pipe"), nix::sys::stat::Mode::S_IRWXU).unwrap();
    let error = root.look(&[there(file("/etc/pipe", Some("x"), None, None))]).settled.unwrap_err();
    assert!(error.contains("it is no ordinary file"), "{error}");
    fs::create_dir_all(root.path("/srv/full/of")).unwrap();
    let error = root.set(&[gone(directory("/srv/full", None, false))]).settled.unwrap_err();
    assert!(error.contains("it is not empty"), "{error}");
    // What another file would lead to is not gone along when a folder is emptied.
    symlink(root.path("/etc"), root.path("/srv/full/of/link")).unwrap();
    root.settles(&[gone(directory("/srv/full", None, true))]);
    assert!(root.path("/etc/one").exists());
}

#[test]
fn a_fault_stops_what_comes_behind_it() {
    let mut root = Root::new();
    let all = [
        there(file("/etc/first", Some("x"), None, None)),
        there(file("/none/second", Some("x"), None, None)),
        there(file("/etc/third", Some("x"), None, None)),
    ];
    let set = root.set(&all);
    assert!(set.settled.unwrap_err().starts_with("file /none/second: "), "{}", set.changes);
    assert!(set.changes.starts_with("file /etc/first: is made"), "{}", set.changes);
    assert!(root.path("/etc/first").exists() && !root.path("/etc/third").exists());
}

#[test]
fn bytes_that_are_not_what_their_id_says_are_never_written() {
    let mut root = Root::new();
    let id = root.keep("right\n");
    fs::write(root.blobs.path(&id.parse().unwrap()), "wrong\n").unwrap();
    let content = Some(Content::Blob { blob: id, path: "tasks/t/x".into() });
    let resource = File { path: "/etc/x".into(), content, mode: None, owner: None };
    let error = root.set(&[there(Resource::File(resource))]).settled.unwrap_err();
    assert!(error.contains("script-mismatch"), "{error}");
    assert!(!root.path("/etc/x").exists());
}

#[test]
fn what_other_systems_have_fails_clearly() {
    let mut root = Root::new();
    let registry = Resource::Registry(Registry {
        key: "HKLM\\X".into(),
        values: Vec::new(),
        each_user: false,
    });
    for resource in [registry, Resource::Feature("x".into())] {
        let error = root.set(&[there(resource)]).settled.unwrap_err();
        assert!(error.ends_with("is set on Windows only"), "{error}");
    }
    let service = Service { name: "ssh".into(), start: None, running: Some(true) };
    let error = root.look(&[there(Resource::Service(service))]).settled.unwrap_err();
    assert!(error.contains("systemd does not run this computer"), "{error}");
}

/// A systemctl that keeps its state in files.
const SYSTEMCTL: &str = r#"#!/bin/sh
cd "$(dirname "$0")/../../state" || exit 9
case $1 in
show) [ -e known ] && load=loaded || load=not-found
  [ -e sysv ] && file=generated || file=$(cat file)
  echo "LoadState=$load"; echo "ActiveState=$(cat active)"; echo "UnitFileState=$file";;
is-enabled) [ -e sysv ] && cat file;;
enable) echo enabled > file;;
disable|unmask) echo disabled > file;;
start) echo active > active;;
stop) echo inactive > active;;
*) exit 1;;
esac
"#;

#[test]
fn services_are_set_through_systemd() {
    let mut root = Root::new();
    for part in ["usr/bin", "state", "run/systemd/system"] {
        fs::create_dir_all(root.path(part)).unwrap();
    }
    fs::write(root.path("usr/bin/systemctl"), SYSTEMCTL).unwrap();
    fs::set_permissions(root.path("usr/bin/systemctl"), Permissions::from_mode(0o755)).unwrap();
    for (name, text) in [("known", ""), ("active", "inactive"), ("file", "masked")] {
        fs::write(root.path("state").join(name), text).unwrap();
    }
    let service =
        |start, running| Resource::Service(Service { name: "app".into(), start, running });
    let told = root.settles(&[there(service(Some(ServiceStart::Automatic), Some(true)))]);
    assert_eq!(
        told,
        "service app: is masked, may be started again\nservice app: is masked, starts with the system\nservice app: is started"
    );
    let told = root.settles(&[gone(service(None, None))]);
    assert_eq!(
        told,
        "service app: is enabled, starts with the system no longer\nservice app: is stopped"
    );
    let automatic = [there(service(Some(ServiceStart::Automatic), None))];
    fs::write(root.path("state/sysv"), "").unwrap();
    assert_eq!(
        root.settles(&automatic),
        "service app: is disabled, starts with the system",
        "systemd calls a script of System V generated, whether it starts or not"
    );
    fs::remove_file(root.path("state/sysv")).unwrap();
    fs::write(root.path("state/file"), "static").unwrap();
    let error = root.look(&automatic).settled.unwrap_err();
    assert!(error.contains("it is static"), "{error}");
    fs::remove_file(root.path("state/known")).unwrap();
    assert_eq!(root.settles(&[gone(service(None, None))]), "");
    let all = [there(service(None, Some(true)))];
    assert_eq!(root.look(&all).settled, Ok(false));
    assert!(root.set(&all).settled.unwrap_err().ends_with("the system has no such service"));
}

/// Random resources, of which some fit one another and some do not.
fn random(random: &mut StdRng) -> Ensure {
    let paths = ["/etc/a", "/etc/b", "/srv/x", "/srv/x/y", "/srv/x/z/w", "/tmp/q"];
    let path = *paths.choose(random).unwrap();
    let texts = ["", "a\n", "a\nb\n", "b = 1\r\nc\r\n", "no end", "b = 1"];
    let lines = ["a", "b = 1", "b = 2", "c"];
    let modes = [None, Some(0o600), Some(0o644), Some(0o1777), Some(0o4755)];
    let mode = *modes.choose(random).unwrap();
    let resource = match random.random_range(0..5) {
        0 => file(
            path,
            texts.choose(random).copied().filter(|_| random.random_bool(0.8)),
            mode,
            None,
        ),
        1 => directory(path, mode, random.random_bool(0.5)),
        2 => line(path, lines.choose(random).unwrap(), None),
        3 => line(path, ["b = 1", "b = 2"].choose(random).unwrap(), Some("^#?b\\b")),
        _ => sysctl("vm.swappiness", ["10", "20"].choose(random).unwrap()),
    };
    Ensure { present: random.random_bool(0.75), resource }
}

#[test]
fn twice_changes_nothing() {
    const SEED: u64 = 71;
    let mut settled = 0;
    for round in 0..150 {
        let seed = SEED + round;
        let mut dice = StdRng::seed_from_u64(seed);
        let mut root = Root { seed, ..Root::new() };
        fs::create_dir(root.path("/tmp")).unwrap();
        for _ in 0..8 {
            let one = random(&mut dice);
            let looked = root.look(std::slice::from_ref(&one));
            let before = root.picture();
            match root.set(std::slice::from_ref(&one)).settled {
                Ok(_) => {
                    settled += 1;
                    assert_eq!(
                        looked.settled,
                        Ok(root.picture() == before),
                        "seed {seed}: {one:?}"
                    );
                    root.settles(std::slice::from_ref(&one));
                }
                // What cannot be done leaves everything as it was.
                Err(_) => assert_eq!(named(&root), named_of(&before), "seed {seed}: {one:?}"),
            }
        }
    }
    assert!(settled > 600, "nearly nothing can be done: {settled}");
}

fn named(root: &Root) -> Vec<PathBuf> {
    named_of(&root.picture())
}

/// The names that stand there; a folder that was emptied before it could not be removed aside.
fn named_of<T>(picture: &BTreeMap<PathBuf, T>) -> Vec<PathBuf> {
    picture.keys().filter(|path| !path.starts_with(Path::new("/proc"))).cloned().collect()
}
