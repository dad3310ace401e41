//! The built-in installers, and the files that installing needs.
//!
//! `archive` is done here; the other systems' own installers are theirs, and
//! this is the place where a platform's module takes them over.

use std::fs::{self, Permissions};
use std::os::unix::fs::PermissionsExt as _;
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use ordain_core::order::{Artifact, Installer, Run};

use super::process::{Ended, Way};
use super::watch::Watch;
use super::{CannotRun, Runner};
use crate::disk;
use crate::fetch::{FetchError, Stops};
use crate::secrets::Handed;
use crate::unpack::{UnpackError, unpack};

impl Runner {
    /// Has these files here; says what each came to, for the log.
    ///
    /// # Errors
    /// Where one of them is not to be had.
    pub fn fetch(&self, artifacts: &[Artifact], stops: Stops<'_>) -> Result<String, FetchError> {
        self.fetcher.fetch(artifacts, stops)?;
        let told = artifacts.iter().map(|artifact| match &artifact.sha256 {
            Some(hash) => format!("{} has the SHA-256 {hash}\n", artifact.file),
            None => format!("{} was fetched without a hash\n", artifact.file),
        });
        Ok(told.collect())
    }

    /// Runs an installer of the platform.
    pub(super) fn install(
        &self,
        installer: &Installer,
        run: &Run,
        watch: &mut Watch<'_>,
    ) -> Result<Ended, CannotRun> {
        match installer {
            Installer::Archive { artifact, to, strip } => {
                let file = self.named(run.artifacts(), artifact)?;
                let deadline = Instant::now() + Duration::from_secs(run.timeout_seconds);
                let stops = || watch.stop.is_requested(watch.session) || Instant::now() >= deadline;
                let way = match unpack(&file, Path::new(to), *strip, &stops) {
                    Ok(()) => Way::Exit(0),
                    Err(UnpackError::Stopped(_)) if Instant::now() >= deadline => Way::TimedOut,
                    Err(UnpackError::Stopped(_)) => {
                        watch.stopping();
                        Way::Stopped
                    }
                    Err(error) => return Err(error.into()),
                };
                let output = format!("unpacked {artifact} into {to}\n");
                (watch.printed)(output.as_bytes());
                Ok(Ended {
                    way,
                    answer: output.clone(),
                    output,
                    disk_full: false,
                    handed: Handed::default(),
                })
            }
            Installer::Msi { .. } | Installer::Exe { .. } | Installer::Registered { .. } => {
                Err(CannotRun::OnlyOnWindows(installer.word()))
            }
            Installer::Pkg { .. } | Installer::Dmg { .. } => {
                Err(CannotRun::OnlyOnMacos(installer.word()))
            }
        }
    }

    /// The kept file of an artifact.
    fn named(&self, artifacts: &[Artifact], name: &str) -> Result<PathBuf, CannotRun> {
        let missing = || FetchError::Missing(name.to_owned());
        let artifact = artifacts.iter().find(|one| one.name == name).ok_or_else(missing)?;
        let kept = self.fetcher.keep().find(artifact).map_err(FetchError::from)?;
        Ok(kept.ok_or_else(missing)?.path)
    }

    /// Puts files into a run's folder, under their own names, and says in
    /// variables where they are. Where the run is another account's, that one
    /// can read them and change nothing.
    pub(super) fn lay_out(
        &self,
        artifacts: &[Artifact],
        place: &Path,
        for_another: bool,
        stops: Stops<'_>,
    ) -> Result<Vec<(String, String)>, CannotRun> {
        let mut variables = Vec::new();
        for (index, artifact) in artifacts.iter().enumerate() {
            let kept = self.named(artifacts, &artifact.name)?;
            let folder = place.join(format!("artifact-{index}"));
            let path = if artifact.extract {
                unpack(&kept, &folder, 0, stops)?;
                folder
            } else {
                fs::create_dir(&folder).map_err(disk::at("make the folder", &folder))?;
                let path = folder.join(super::script::file_name(&artifact.file));
                let linked = !for_another && fs::hard_link(&kept, &path).is_ok();
                if !linked {
                    fs::copy(&kept, &path).map_err(disk::at("write", &path))?;
                    let bits = Permissions::from_mode(if for_another { 0o444 } else { 0o600 });
                    fs::set_permissions(&path, bits).map_err(disk::at("open up", &path))?;
                }
                path
            };
            let path = path.display().to_string();
            if artifacts.len() == 1 {
                variables.push(("ORDAIN_ARTIFACT".to_owned(), path.clone()));
            }
            variables.push((variable(&artifact.name), path));
        }
        Ok(variables)
    }
}

/// `ORDAIN_ARTIFACT_<NAME>`, upper case with everything but letters and digits as underscores.
fn variable(name: &str) -> String {
    let letter = |c: char| if c.is_ascii_alphanumeric() { c.to_ascii_uppercase() } else { '_' };
    format!("ORDAIN_ARTIFACT_{}", name.chars().map(letter).collect::<String>())
}
