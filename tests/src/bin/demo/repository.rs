//! The demo's config repository: the quickstart, in a folder of its own.
//!
//! Owns copying, the one change that puts the quickstart's files below the
//! demo's folder, and git. Does not own what the policy says: that stands in
//! `examples/quickstart`.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

/// Where the quickstart installs; the demo puts its own folder there.
const PLACE: &str = "/opt/ordain-quickstart";

/// A git repository with the quickstart in it.
pub(crate) struct Repository {
    pub(crate) folder: PathBuf,
}

impl Repository {
    /// Copies the quickstart, lets it install into `place`, and commits.
    pub(crate) fn make(folder: &Path, place: &Path) -> Result<Self, String> {
        let quickstart = crate::stage::root().join("examples/quickstart");
        copy(&quickstart, folder, &place.display().to_string()).map_err(|error| {
            format!("copying {} to {}: {error}", quickstart.display(), folder.display())
        })?;
        let repository = Self { folder: folder.to_path_buf() };
        repository.git(&["init", "--quiet", "--initial-branch", "main"])?;
        repository.commit("The first policy")?;
        Ok(repository)
    }

    /// Adds a version of `greet` and commits.
    pub(crate) fn release(&self, version: &str) -> Result<(), String> {
        let file = self.folder.join("software/greet/software.yaml");
        let text = fs::read_to_string(&file).map_err(|error| error.to_string())?;
        let listed =
            text.replace("versions:\n", &format!("versions:\n  - version: \"{version}\"\n"));
        fs::write(&file, listed).map_err(|error| error.to_string())?;
        self.commit(&format!("greet {version}"))
    }

    /// The id of the last commit.
    pub(crate) fn head(&self) -> Result<String, String> {
        Ok(self.git(&["rev-parse", "HEAD"])?.trim().to_owned())
    }

    /// The last commit as people want to see it.
    pub(crate) fn head_line(&self) -> Result<String, String> {
        Ok(self.git(&["log", "-1", "--format=commit %h: %s"])?.trim().to_owned())
    }

    fn commit(&self, message: &str) -> Result<(), String> {
        self.git(&["add", "--all"])?;
        self.git(&["commit", "--quiet", "--message", message]).map(drop)
    }

    /// Git with nobody's settings but its own.
    fn git(&self, arguments: &[&str]) -> Result<String, String> {
        let output = Command::new("git")
            .args(["-c", "user.name=Demo", "-c", "user.email=demo@ordain.example"])
            .args(arguments)
            .current_dir(&self.folder)
            .env("GIT_CONFIG_GLOBAL", "/dev/null")
            .env("GIT_CONFIG_NOSYSTEM", "1")
            .env_remove("GIT_DIR")
            .env_remove("GIT_WORK_TREE")
            .output()
            .map_err(|error| format!("git: {error}"))?;
        if output.status.success() {
            Ok(String::from_utf8_lossy(&output.stdout).into_owned())
        } else {
            let said = String::from_utf8_lossy(&output.stderr);
            Err(format!("git {}: {}", arguments.join(" "), said.trim()))
        }
    }
}

fn copy(from: &Path, to: &Path, place: &str) -> std::io::Result<()> {
    fs::create_dir_all(to)?;
    for entry in fs::read_dir(from)? {
        let entry = entry?;
        let target = to.join(entry.file_name());
        if entry.file_type()?.is_dir() {
            copy(&entry.path(), &target, place)?;
            continue;
        }
        let text = fs::read_to_string(entry.path())?;
        // The line for editors points at this checkout and would lead nowhere.
        let kept = text.lines().filter(|line| !line.starts_with("# yaml-language-server:"));
        let text: String = kept.flat_map(|line| [line, "\n"]).collect();
        fs::write(&target, text.replace(PLACE, place))?;
        fs::set_permissions(&target, entry.metadata()?.permissions())?;
    }
    Ok(())
}
