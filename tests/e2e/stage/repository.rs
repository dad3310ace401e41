//! A config repository: a bare one that is pushed to, and somebody's clone.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

/// Both repositories.
pub(crate) struct Repository {
    bare: PathBuf,
    clone: PathBuf,
    /// What `{place}` in a file's text stands for.
    place: String,
}

impl Repository {
    /// Makes them, empty; `{place}` in texts becomes that folder.
    pub(crate) fn make(folder: &Path, place: &Path) -> Self {
        let (bare, clone) = (folder.join("policy.git"), folder.join("clone"));
        let repository = Self { bare, clone, place: place.display().to_string() };
        let bare = repository.bare.display().to_string();
        let clone = repository.clone.display().to_string();
        git(folder, &["init", "--quiet", "--bare", "--initial-branch", "main", &bare]);
        git(folder, &["init", "--quiet", "--initial-branch", "main", &clone]);
        git(&repository.clone, &["remote", "add", "origin", &bare]);
        repository
    }

    /// The bare one, which the controller follows.
    pub(crate) fn path(&self) -> &Path {
        &self.bare
    }

    /// The clone, for verbs that read a folder.
    pub(crate) fn clone_path(&self) -> &Path {
        &self.clone
    }

    /// Writes files into the clone, commits and pushes; gives the commit's id.
    pub(crate) fn push(&self, files: &[(&str, &str)]) -> String {
        for (path, text) in files {
            let path = self.clone.join(path);
            fs::create_dir_all(path.parent().expect("within the clone")).expect("writable");
            fs::write(path, text.replace("{place}", &self.place)).expect("writable");
        }
        git(&self.clone, &["add", "--all"]);
        git(&self.clone, &["commit", "--quiet", "--message", "a change"]);
        git(&self.clone, &["push", "--quiet", "origin", "HEAD:main"]);
        self.head()
    }

    /// Replaces the last commit by one with other files, against all manners.
    pub(crate) fn rewrite(&self, files: &[(&str, &str)]) -> String {
        for (path, text) in files {
            fs::write(self.clone.join(path), text).expect("writable");
        }
        git(&self.clone, &["add", "--all"]);
        git(&self.clone, &["commit", "--quiet", "--amend", "--message", "rewritten"]);
        git(&self.clone, &["push", "--quiet", "--force", "origin", "HEAD:main"]);
        self.head()
    }

    fn head(&self) -> String {
        git(&self.clone, &["rev-parse", "HEAD"]).trim().to_owned()
    }
}

/// Git with nobody's settings but its own.
fn git(folder: &Path, arguments: &[&str]) -> String {
    let output = Command::new("git")
        .args(["-c", "user.name=Test", "-c", "user.email=test@ordain.example"])
        .args(arguments)
        .current_dir(folder)
        .env("GIT_CONFIG_GLOBAL", "/dev/null")
        .env("GIT_CONFIG_NOSYSTEM", "1")
        .env_remove("GIT_DIR")
        .env_remove("GIT_WORK_TREE")
        .output()
        .expect("git is installed");
    let said = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "git {}: {said}", arguments.join(" "));
    String::from_utf8_lossy(&output.stdout).into_owned()
}
