//! Writing files of a config repository.

use std::fs;
use std::io::Write as _;
use std::path::Path;

use crate::error::CommandError;

/// Puts a new text in a file's place at once: a power cut leaves the old or
/// the new one, never half of either.
pub(crate) fn replace(place: &Path, content: &[u8]) -> Result<(), CommandError> {
    let mut name = place.file_name().unwrap_or_default().to_owned();
    name.push(".ordain-new");
    let beside = place.with_file_name(name);
    let write = || {
        let permissions = fs::metadata(place).map(|about| about.permissions());
        let mut file = fs::File::create(&beside)?;
        file.write_all(content)?;
        if let Ok(permissions) = permissions {
            file.set_permissions(permissions)?;
        }
        file.sync_all()?;
        fs::rename(&beside, place)
    };
    write().map_err(|error| {
        // What is left of a failed attempt is of no use to anybody.
        let _gone = fs::remove_file(&beside);
        failed(error, place, "written")
    })
}

/// That a file cannot be read or written.
pub(crate) fn failed(error: std::io::Error, path: &Path, what: &str) -> CommandError {
    let said = format!("`{}` cannot be {what}", path.display());
    CommandError::failed(anyhow::Error::new(error).context(said))
}

/// Writes a new file, with the folders above it. What an interrupted import
/// leaves is git's to show, so thousands of files need not wait for the disk.
pub(crate) fn put(place: &Path, text: &str) -> Result<(), CommandError> {
    if let Some(folder) = place.parent() {
        fs::create_dir_all(folder).map_err(|error| failed(error, folder, "made"))?;
    }
    fs::write(place, text).map_err(|error| failed(error, place, "written"))
}
