//! The folder of fetched files, by hash, within a bound.

use std::fs::{self, File, Permissions};
use std::io::{self, Read as _};
use std::os::unix::fs::PermissionsExt as _;
use std::path::{Path, PathBuf};
use std::time::{Duration, SystemTime};

use ordain_core::order::Artifact;
use sha2::{Digest as _, Sha256};

use crate::disk::{self, DiskError};

/// How much is kept, in bytes; what was used longest ago goes first.
const MOST: u64 = 8 * 1024 * 1024 * 1024;
/// After how long a download that nobody takes up again is removed.
const STALE: Duration = Duration::from_hours(7 * 24);

/// The folder of fetched files.
#[derive(Debug, Clone)]
pub struct Keep {
    folder: PathBuf,
}

/// A file that is here and right.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Kept {
    /// Where.
    pub path: PathBuf,
}

impl Keep {
    /// In that folder, which is made when it is needed.
    pub fn new(folder: PathBuf) -> Self {
        Self { folder }
    }

    /// An artifact that is here, hashed again; one that is not right is removed.
    ///
    /// # Errors
    /// Where the folder cannot be read.
    pub fn find(&self, artifact: &Artifact) -> Result<Option<Kept>, DiskError> {
        let path = self.folder.join(key(artifact));
        let found = match hash(&path) {
            Ok(found) => found,
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(None),
            Err(error) => return Err(disk::at("read", &path)(error)),
        };
        if artifact.sha256.as_ref().is_some_and(|wanted| !wanted.eq_ignore_ascii_case(&found)) {
            tracing::warn!(file = %path.display(), "a kept file is not what it was, and is fetched again");
            fs::remove_file(&path).map_err(disk::at("remove", &path))?;
            return Ok(None);
        }
        // It was used now; where that cannot be said it is only removed earlier.
        let _ = File::open(&path).and_then(|file| file.set_modified(SystemTime::now()));
        Ok(Some(Kept { path }))
    }

    /// Where an artifact is put together.
    pub(super) fn part(&self, artifact: &Artifact) -> Result<PathBuf, DiskError> {
        disk::private_folder(&self.folder)?;
        Ok(self.folder.join(format!("{}.part", key(artifact))))
    }

    /// Takes in what was put together, durably.
    pub(super) fn put(&self, artifact: &Artifact, part: &Path) -> Result<(), DiskError> {
        let path = self.folder.join(key(artifact));
        let settled = File::open(part).and_then(|file| {
            file.set_permissions(Permissions::from_mode(0o400))?;
            file.sync_all()
        });
        settled.map_err(disk::at("make durable", part))?;
        fs::rename(part, &path).map_err(disk::at("replace", &path))?;
        disk::sync_parent(&path)
    }

    /// Removes what was used longest ago until the rest is within the bound.
    pub(super) fn trim(&self, needed: &[Artifact]) {
        self.trim_to(needed, MOST);
    }

    fn trim_to(&self, needed: &[Artifact], most: u64) {
        let Ok(entries) = self.folder.read_dir() else { return };
        let needed: Vec<String> = needed.iter().map(key).collect();
        let mut others = Vec::new();
        let mut total = 0;
        for entry in entries.filter_map(Result::ok) {
            let Ok(about) = entry.metadata() else { continue };
            let name = entry.file_name().to_string_lossy().into_owned();
            let used = about.modified().unwrap_or(SystemTime::UNIX_EPOCH);
            let is_part = entry.path().extension() == Some("part".as_ref());
            if needed.iter().any(|needed| name.starts_with(needed.as_str())) {
                continue;
            }
            if is_part && used.elapsed().is_ok_and(|age| age > STALE) {
                let _ = fs::remove_file(entry.path());
                continue;
            }
            total += about.len();
            others.push((used, about.len(), entry.path()));
        }
        others.sort();
        for (_, size, path) in others {
            if total <= most {
                break;
            }
            if fs::remove_file(path).is_ok() {
                total -= size;
            }
        }
    }
}

/// The name of an artifact's file: its hash, or the hash of where it is.
fn key(artifact: &Artifact) -> String {
    match &artifact.sha256 {
        Some(hash) => hash.to_ascii_lowercase(),
        None => format!("unpinned-{}", hex::encode(Sha256::digest(&artifact.url))),
    }
}

/// The SHA-256 of a file, in hexadecimal.
pub(super) fn hash(path: &Path) -> io::Result<String> {
    let mut file = File::open(path)?;
    let mut hasher = Sha256::new();
    let mut piece = vec![0; 128 * 1024];
    loop {
        match file.read(&mut piece)? {
            0 => return Ok(hex::encode(hasher.finalize())),
            read => hasher.update(&piece[..read]),
        }
    }
}

/// The free bytes of the disk that holds a file; none where the system does not say.
pub(super) fn free(path: &Path) -> Option<u64> {
    let folder = path.parent()?;
    let found = rustix::fs::statvfs(folder).ok()?;
    Some(found.f_bavail.saturating_mul(found.f_frsize))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn artifact(text: &str) -> Artifact {
        Artifact {
            name: "a".into(),
            file: "a".into(),
            url: format!("https://x.example/{text}"),
            sha256: Some(hex::encode(Sha256::digest(text))),
            size: None,
            extract: false,
        }
    }

    fn put(keep: &Keep, text: &str) {
        let artifact = artifact(text);
        let part = keep.part(&artifact).expect("a folder");
        fs::write(&part, text).expect("writable");
        keep.put(&artifact, &part).expect("kept");
    }

    #[test]
    fn what_changed_is_not_handed_out() {
        let folder = tempfile::tempdir().expect("a temporary folder");
        let keep = Keep::new(folder.path().join("artifacts"));
        assert_eq!(keep.find(&artifact("one")).expect("readable"), None);
        put(&keep, "one");
        let kept = keep.find(&artifact("one")).expect("readable").expect("kept");
        fs::set_permissions(&kept.path, Permissions::from_mode(0o600)).expect("mine");
        fs::write(&kept.path, "other").expect("writable");
        assert_eq!(keep.find(&artifact("one")).expect("readable"), None);
        assert!(!kept.path.exists());
    }

    #[test]
    fn what_was_used_longest_ago_goes_first_and_what_is_needed_stays() {
        let folder = tempfile::tempdir().expect("a temporary folder");
        let keep = Keep::new(folder.path().to_owned());
        for (age, text) in [(3, "aaaa"), (2, "bbbb"), (1, "cccc")] {
            put(&keep, text);
            let path = folder.path().join(key(&artifact(text)));
            let then = SystemTime::now() - Duration::from_hours(age);
            File::open(path).and_then(|file| file.set_modified(then)).expect("mine");
        }
        let stale = folder.path().join("x.part");
        fs::write(&stale, "x").expect("writable");
        let then = SystemTime::now() - STALE - Duration::from_mins(1);
        File::open(&stale).and_then(|file| file.set_modified(then)).expect("mine");
        keep.trim_to(&[artifact("aaaa")], 4);
        let here = |text: &str| keep.find(&artifact(text)).expect("readable").is_some();
        assert_eq!([here("aaaa"), here("bbbb"), here("cccc")], [true, false, true]);
        assert!(!stale.exists());
    }
}
