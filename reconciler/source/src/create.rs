//! Makes a new configuration repository with its first commit.
//!
//! The one place that writes into a person's folder; used by `ordain init`
//! and the demo. What the files say comes from the caller.

use std::fs;
use std::io;
use std::path::{Component, Path, PathBuf};

use git2::{IndexAddOption, RepositoryInitOptions, Signature};

use crate::git;
use crate::id::CommitId;

/// A file of the first commit.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NewFile {
    /// Its path from the root, with `/` between the parts.
    pub path: String,
    /// Its bytes.
    pub content: Vec<u8>,
    /// Mode 100755 in place of 100644.
    pub executable: bool,
}

/// Why no repository could be made.
#[derive(Debug, thiserror::Error)]
pub enum InitError {
    /// The folder holds something already.
    #[error("`{}` is not empty", path.display())]
    NotEmpty {
        /// The folder.
        path: PathBuf,
    },
    /// A file's path is absolute or leaves the folder.
    #[error("`{path}` is no path inside the repository")]
    BadPath {
        /// The path.
        path: String,
    },
    /// The disk refused.
    #[error("`{}` cannot be written", path.display())]
    Write {
        /// The file or folder.
        path: PathBuf,
        /// The system's reason.
        #[source]
        source: io::Error,
    },
    /// git refused.
    #[error("git could not make the repository")]
    Git(#[from] git2::Error),
}

/// Writes the files into `folder`, which may exist but must be empty, and
/// commits them on the branch `main`. The author is the one of git's
/// configuration, else `Ordain <ordain@localhost>`.
pub fn init_with_first_commit(
    folder: &Path,
    files: &[NewFile],
    message: &str,
) -> Result<CommitId, InitError> {
    git::prepare();
    let wrong = files.iter().find(|file| !inside(&file.path));
    if let Some(file) = wrong {
        return Err(InitError::BadPath { path: file.path.clone() });
    }
    fs::create_dir_all(folder).map_err(|error| write(folder, error))?;
    let mut list = fs::read_dir(folder).map_err(|error| write(folder, error))?;
    if list.next().is_some() {
        return Err(InitError::NotEmpty { path: folder.to_owned() });
    }
    for file in files {
        put(folder, file)?;
    }
    let mut options = RepositoryInitOptions::new();
    options.initial_head("main").no_reinit(true).external_template(false);
    let repository = git2::Repository::init_opts(folder, &options)?;
    let mut index = repository.index()?;
    // FORCE: a file given is a file wanted, whatever a person's ignore rules say.
    index.add_all(["*"], IndexAddOption::FORCE, None)?;
    index.write()?;
    let tree = repository.find_tree(index.write_tree()?)?;
    let author =
        repository.signature().or_else(|_| Signature::now("Ordain", "ordain@localhost"))?;
    let commit = repository.commit(Some("HEAD"), &author, &author, message, &tree, &[])?;
    Ok(CommitId(commit))
}

fn inside(path: &str) -> bool {
    let mut parts = Path::new(path).components().peekable();
    parts.peek().is_some()
        && parts.all(|part| matches!(part, Component::Normal(name) if name != ".git"))
}

fn put(folder: &Path, file: &NewFile) -> Result<(), InitError> {
    let place = folder.join(&file.path);
    let above = place.parent().unwrap_or(folder);
    fs::create_dir_all(above).map_err(|error| write(above, error))?;
    fs::write(&place, &file.content).map_err(|error| write(&place, error))?;
    if file.executable {
        make_executable(&place).map_err(|error| write(&place, error))?;
    }
    Ok(())
}

#[cfg(unix)]
fn make_executable(place: &Path) -> io::Result<()> {
    use std::os::unix::fs::PermissionsExt;
    fs::set_permissions(place, fs::Permissions::from_mode(0o755))
}

#[cfg(not(unix))]
fn make_executable(_place: &Path) -> io::Result<()> {
    Ok(())
}

fn write(path: &Path, source: io::Error) -> InitError {
    InitError::Write { path: path.to_owned(), source }
}
