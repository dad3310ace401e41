//! The world of a test: a config repository in a temporary folder, and the
//! binary in a clean environment.

use std::ffi::OsStr;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};

use serde_json::Value;
use tempfile::TempDir;

/// What a run of the binary said and how it ended.
#[derive(Debug)]
pub(crate) struct Ran {
    pub(crate) code: i32,
    pub(crate) out: String,
    pub(crate) err: String,
}

impl Ran {
    pub(crate) fn new(output: &Output) -> Self {
        Self {
            code: output.status.code().expect("it ends by itself"),
            out: String::from_utf8(output.stdout.clone()).unwrap(),
            err: String::from_utf8(output.stderr.clone()).unwrap(),
        }
    }

    /// Checks the exit code and gives itself back.
    #[track_caller]
    pub(crate) fn exits(self, code: i32) -> Self {
        assert_eq!(self.code, code, "{self:#?}");
        self
    }

    /// The JSON object on standard output.
    #[track_caller]
    pub(crate) fn json(&self) -> Value {
        serde_json::from_str(&self.out).unwrap_or_else(|error| panic!("{error}: {self:#?}"))
    }

    /// The JSON objects on the lines of standard output.
    #[track_caller]
    pub(crate) fn lines(&self) -> Vec<Value> {
        self.out.lines().map(|line| serde_json::from_str(line).unwrap()).collect()
    }

    /// Checks that standard error says all of these.
    #[track_caller]
    pub(crate) fn complains(self, parts: &[&str]) -> Self {
        for part in parts {
            assert!(self.err.contains(part), "`{part}` is not said: {self:#?}");
        }
        self
    }
}

/// The binary, with nothing of this machine's environment in it.
pub(crate) fn ordain(folder: &Path, args: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_ordain"));
    command.args(args).current_dir(folder).stdin(Stdio::null()).env_clear();
    command.env("HOME", folder).env("PATH", std::env::var_os("PATH").unwrap_or_default());
    command
}

/// Runs the binary to its end.
pub(crate) fn run(folder: &Path, args: &[&str]) -> Ran {
    Ran::new(&ordain(folder, args).output().unwrap())
}

/// A config repository in a temporary folder.
pub(crate) struct Repository {
    place: TempDir,
}

impl Repository {
    /// An empty folder.
    pub(crate) fn empty() -> Self {
        Self { place: tempfile::tempdir().unwrap() }
    }

    /// A repository of one tenant, two software packages and two deployments,
    /// with an inventory of two computers beside it.
    pub(crate) fn small() -> Self {
        let made = Self::empty();
        for (path, text) in SMALL {
            made.write(path, text);
        }
        made
    }

    pub(crate) fn path(&self) -> &Path {
        self.place.path()
    }

    pub(crate) fn write(&self, path: &str, text: &str) -> PathBuf {
        let place = self.path().join(path);
        fs::create_dir_all(place.parent().unwrap()).unwrap();
        fs::write(&place, text).unwrap();
        place
    }

    pub(crate) fn run(&self, args: &[&str]) -> Ran {
        run(self.path(), args)
    }

    /// Runs git in the folder.
    #[track_caller]
    pub(crate) fn git(&self, args: &[&str]) {
        let mut command = Command::new("git");
        command.args(["-c", "user.name=Test", "-c", "user.email=test@example.org"]);
        command.args(args).current_dir(self.path()).env("HOME", self.path());
        command.env("GIT_CONFIG_NOSYSTEM", "1");
        let output = command.output().unwrap();
        assert!(
            output.status.success(),
            "git {args:?}: {}",
            String::from_utf8_lossy(&output.stderr)
        );
    }

    /// Commits everything there is, making the git repository first.
    pub(crate) fn commit(&self, message: &str) {
        if !self.path().join(".git").exists() {
            self.git(&["init", "-q", "-b", "main"]);
        }
        self.git(&["add", "-A"]);
        self.git(&["commit", "-q", "-m", message]);
    }
}

/// Whether a text bears escape sequences of a terminal.
pub(crate) fn is_coloured(text: impl AsRef<OsStr>) -> bool {
    text.as_ref().to_string_lossy().contains('\u{1b}')
}

const SMALL: &[(&str, &str)] = &[
    ("ordain.yaml", "apiVersion: ordain/v1\nkind: Repository\nname: small\ntimezone: Etc/UTC\n"),
    ("tenants/contoso/tenant.yaml", "kind: Tenant\nname: contoso\ndisplayName: Contoso\n"),
    (
        "software/reader/software.yaml",
        "kind: Software\nname: reader\ndetect: {package: {manager: dpkg, name: reader}}\nversions: [{version: \"1.0\"}, {version: \"2.0\"}]\ninstall: {script: install.sh}\nuninstall: {script: install.sh}\n",
    ),
    ("software/reader/install.sh", "#!/bin/sh\nexit 0\n"),
    (
        "software/viewer/software.yaml",
        "kind: Software\nname: viewer\ndetect: {package: {manager: dpkg, name: viewer}}\nversions: [{version: \"5\"}]\ninstall: {script: install.sh}\nuninstall: {script: install.sh}\nrequires:\n  - software: reader\n",
    ),
    ("software/viewer/install.sh", "#!/bin/sh\nexit 0\n"),
    (
        "deployments/viewer.yaml",
        "kind: Deployment\nname: viewer\nsoftware: viewer\ntarget: {all: true}\n",
    ),
    (
        "tests/viewer.yaml",
        "kind: Test\nname: viewer-brings-its-reader\ncomputers:\n  - {name: pc-1, tenant: contoso, os: {family: linux}, software: {}}\nexpect:\n  pc-1:\n    - {item: software/reader, action: install, to: \"2.0\"}\n    - {item: software/viewer, action: install, to: \"5\"}\n",
    ),
    (
        "fleet.yaml",
        "now: 2026-03-02T09:00:00Z\ncomputers:\n  - {name: pc-1, tenant: contoso, os: {family: linux}, software: {}}\n  - {name: pc-2, tenant: contoso, os: {family: linux}, software: {reader: \"1.0\", viewer: \"5\"}}\n",
    ),
];
