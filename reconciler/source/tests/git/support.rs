//! A folder of its own for each test, and `git` with no configuration but
//! the test's.

use std::fs;
use std::io::Write;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};

use tempfile::TempDir;

/// A temporary folder that goes away with the test.
pub(crate) struct Sandbox {
    folder: TempDir,
}

impl Sandbox {
    pub(crate) fn new() -> Self {
        Self { folder: tempfile::tempdir().unwrap() }
    }

    pub(crate) fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    /// A work tree with the branch `main` and no commit.
    pub(crate) fn repository(&self, name: &str) -> Work {
        let work = Work { path: self.path(name) };
        fs::create_dir_all(&work.path).unwrap();
        work.git(&["init", "--quiet", "--initial-branch=main"]);
        work
    }

    /// A bare copy of it.
    pub(crate) fn bare(&self, of: &Work, name: &str) -> Work {
        let path = self.path(name);
        of.git(&["clone", "--quiet", "--bare", ".", path.to_str().unwrap()]);
        Work { path }
    }
}

/// A repository to run `git` in.
pub(crate) struct Work {
    pub(crate) path: PathBuf,
}

impl Work {
    /// Runs `git`, which must succeed; gives its output without the last newline.
    pub(crate) fn git(&self, arguments: &[&str]) -> String {
        let output = self.try_git(arguments);
        assert!(
            output.status.success(),
            "git {arguments:?}: {}",
            String::from_utf8_lossy(&output.stderr)
        );
        String::from_utf8_lossy(&output.stdout).trim_end().to_owned()
    }

    pub(crate) fn try_git(&self, arguments: &[&str]) -> Output {
        git(&self.path).args(arguments).output().unwrap()
    }

    pub(crate) fn write(&self, path: &str, content: impl AsRef<[u8]>) {
        let place = self.path.join(path);
        fs::create_dir_all(place.parent().unwrap()).unwrap();
        fs::write(place, content).unwrap();
    }

    /// Writes a file that may be run.
    pub(crate) fn write_executable(&self, path: &str, content: impl AsRef<[u8]>) {
        self.write(path, content);
        let mode = fs::Permissions::from_mode(0o755);
        fs::set_permissions(self.path.join(path), mode).unwrap();
    }

    /// Puts that many empty commits on top of `main`, quickly.
    pub(crate) fn pile(&self, count: usize) {
        let mut child =
            git(&self.path).args(["fast-import", "--quiet"]).stdin(Stdio::piped()).spawn().unwrap();
        let mut stdin = child.stdin.take().unwrap();
        let mut base = format!("from {}\n", self.git(&["rev-parse", "main"]));
        for n in 0..count {
            let head = format!("commit refs/heads/main\ncommitter Jo <jo@msp.example> {n} +0000");
            writeln!(stdin, "{head}\ndata 0\n{base}").unwrap();
            base.clear();
        }
        drop(stdin);
        assert!(child.wait().unwrap().success());
    }

    /// Commits everything; gives the commit's id.
    pub(crate) fn commit(&self, message: &str) -> String {
        self.git(&["add", "--all"]);
        self.git(&["commit", "--quiet", "--allow-empty", "--message", message]);
        self.git(&["rev-parse", "HEAD"])
    }
}

/// `git` in that folder, with nobody's configuration.
pub(crate) fn git(folder: &Path) -> Command {
    let mut command = Command::new("git");
    command
        .current_dir(folder)
        .env_clear()
        .env("PATH", std::env::var_os("PATH").unwrap_or_default())
        .env("HOME", folder)
        .env("GIT_CONFIG_NOSYSTEM", "1")
        .envs([
            ("GIT_AUTHOR_NAME", "Jo"),
            ("GIT_AUTHOR_EMAIL", "jo@msp.example"),
            ("GIT_COMMITTER_NAME", "Jo"),
            ("GIT_COMMITTER_EMAIL", "jo@msp.example"),
        ])
        .args(["-c", "protocol.file.allow=always", "-c", "gc.auto=0"]);
    command
}
