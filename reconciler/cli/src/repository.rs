//! Which repository is meant, and its content: the folder as it stands, or a
//! commit straight from git's object database.

use std::path::{Path, PathBuf};

use ordain_source::worktree::FolderError;
use ordain_source::{ReadError, Repository, Snapshot, enclosing, snapshot_of_folder};

use crate::error::CommandError;

/// The folder that is meant: what was written, else the repository around the
/// current folder.
pub(crate) fn folder(path: Option<&Path>) -> Result<PathBuf, CommandError> {
    match path {
        Some(path) => Ok(path.to_owned()),
        None => enclosing(Path::new(".")).map_err(folder_error),
    }
}

/// The content of a repository: of the folder as it stands, or of a commit.
pub(crate) fn snapshot(path: Option<&Path>, rev: Option<&str>) -> Result<Snapshot, CommandError> {
    match rev {
        None => as_it_stands(&folder(path)?),
        Some(rev) => Commits::open(path)?.at(rev),
    }
}

/// The content of a folder as it stands.
pub(crate) fn as_it_stands(folder: &Path) -> Result<Snapshot, CommandError> {
    let snapshot = snapshot_of_folder(folder).map_err(folder_error)?;
    if is_bare(&snapshot) {
        let error = anyhow::anyhow!("`{}` is a bare git repository", folder.display());
        return Err(
            CommandError::usage(error).hint("name a commit with `--rev`, for example `--rev main`")
        );
    }
    Ok(snapshot)
}

fn is_bare(snapshot: &Snapshot) -> bool {
    let holds = |path: &str| snapshot.entries.contains_key(path);
    holds("HEAD") && holds("config") && !holds("ordain.yaml")
}

/// The commits of the repository that is meant.
pub(crate) struct Commits {
    git: Repository,
    below: String,
}

impl Commits {
    /// Opens the git repository in or around a folder; by default around the
    /// config repository that encloses the current folder.
    pub(crate) fn open(path: Option<&Path>) -> Result<Self, CommandError> {
        let start = match path {
            Some(path) => path.to_owned(),
            None => enclosing(Path::new(".")).unwrap_or_else(|_| PathBuf::from(".")),
        };
        let (git, below) = Repository::discover(&start).map_err(|error| {
            let hint = error.hint();
            CommandError::failed(error).hint_if(hint)
        })?;
        Ok(Self { git, below })
    }

    /// The content at a commit, branch or tag.
    pub(crate) fn at(&self, rev: &str) -> Result<Snapshot, CommandError> {
        let found = self.git.resolve(rev);
        found.and_then(|commit| self.git.snapshot_below(commit, &self.below)).map_err(read_error)
    }

    /// The same, given the content at another commit: only what differs is read.
    pub(crate) fn after(&self, other: &Snapshot, rev: &str) -> Result<Snapshot, CommandError> {
        let found = self
            .git
            .resolve(rev)
            .and_then(|commit| self.git.snapshot_below_after(other.clone(), commit, &self.below));
        found.map_err(read_error)
    }
}

/// An error of reading git, with what to do about it.
pub(crate) fn read_error(error: ReadError) -> CommandError {
    use ReadError as E;
    let hint = error.hint();
    let is_usage = matches!(
        error,
        E::UnknownRevision { .. } | E::Ambiguous { .. } | E::NotCommit { .. } | E::NoFolder { .. }
    );
    let error = if is_usage { CommandError::usage(error) } else { CommandError::failed(error) };
    error.hint_if(hint)
}

fn folder_error(error: FolderError) -> CommandError {
    let hint = error.hint();
    let error = match error {
        FolderError::NoRepository { .. } => CommandError::usage(error),
        _ => CommandError::failed(error),
    };
    error.hint_if(hint)
}
