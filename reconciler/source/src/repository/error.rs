//! Why a repository could not be opened or read, and what to do about it.

use std::path::PathBuf;

use crate::id::CommitId;

/// Why a folder could not be opened as a repository.
#[derive(Debug, thiserror::Error)]
pub enum OpenError {
    /// Nothing is there.
    #[error("`{}` does not exist", path.display())]
    Missing {
        /// The folder asked for.
        path: PathBuf,
    },
    /// Something is there, but no repository.
    #[error("`{}` is not a git repository", path.display())]
    NotRepository {
        /// The folder asked for.
        path: PathBuf,
    },
    /// Its objects are named by SHA-256.
    #[error("`{}` is a SHA-256 repository, which cannot be read yet", path.display())]
    Sha256 {
        /// The folder asked for.
        path: PathBuf,
    },
    /// It exists but cannot be read as one.
    #[error("`{}` cannot be opened as a git repository", path.display())]
    Unreadable {
        /// The folder asked for.
        path: PathBuf,
        /// git's reason, such as an extension it does not know.
        #[source]
        source: git2::Error,
    },
}

impl OpenError {
    /// What to do about it.
    pub fn hint(&self) -> Option<&'static str> {
        match self {
            Self::Missing { .. } => Some("check the path, or make one with `ordain init DIR`"),
            Self::NotRepository { .. } => {
                Some("run `git init` and commit there, or make one with `ordain init DIR`")
            }
            Self::Sha256 { .. } => {
                Some("make the repository with `git init --object-format=sha1` and push to it")
            }
            Self::Unreadable { .. } => None,
        }
    }
}

/// Why a revision could not be read.
#[derive(Debug, thiserror::Error)]
pub enum ReadError {
    /// There is no commit at all.
    #[error("the repository at `{}` has no commit yet", path.display())]
    Empty {
        /// The repository.
        path: PathBuf,
    },
    /// No branch of that name.
    #[error("the repository has no branch `{branch}`")]
    UnknownBranch {
        /// The name asked for.
        branch: String,
        /// Those that exist, sorted.
        known: Vec<String>,
    },
    /// No branch, tag or commit of that name.
    #[error("the repository has no revision `{revision}`")]
    UnknownRevision {
        /// The text asked for.
        revision: String,
        /// Whether history was cut off when the repository was cloned.
        shallow: bool,
    },
    /// Several objects begin with these digits.
    #[error("`{revision}` is short for more than one object")]
    Ambiguous {
        /// The text asked for.
        revision: String,
    },
    /// A tag of a file or the like.
    #[error("`{revision}` names a {kind}, not a commit")]
    NotCommit {
        /// The text asked for.
        revision: String,
        /// `tree` or `blob`.
        kind: &'static str,
    },
    /// The commit has no such folder.
    #[error("commit {commit} has no folder `{path}`")]
    NoFolder {
        /// The commit.
        commit: CommitId,
        /// The folder.
        path: String,
    },
    /// The object database lacks what a tree names: a partial clone, a
    /// shallow one, or damage.
    #[error("object {id} (`{path}`) is missing from the repository")]
    MissingObject {
        /// The object.
        id: String,
        /// The path or revision that leads to it.
        path: String,
    },
    /// An object is of another type than its tree says.
    #[error("object {id} (`{path}`) is not the kind of object that its tree says")]
    Damaged {
        /// The object.
        id: String,
        /// Its path.
        path: String,
    },
    /// Folders inside folders without end.
    #[error("`{path}` lies deeper than {most} folders")]
    TooDeep {
        /// Where it was given up.
        path: String,
        /// The bound.
        most: usize,
    },
    /// More files than a policy has.
    #[error("the commit holds more than {most} files")]
    TooMany {
        /// The bound.
        most: usize,
    },
    /// More bytes than a policy has.
    #[error("the commit's files exceed {most} bytes")]
    TooBig {
        /// The bound.
        most: u64,
    },
    /// The text is no object id.
    #[error("`{id}` is no object id")]
    BadId {
        /// The text.
        id: String,
    },
    /// Anything else that git reports.
    #[error("git could not read the repository")]
    Git(#[from] git2::Error),
}

impl ReadError {
    /// What to do about it.
    pub fn hint(&self) -> Option<String> {
        match self {
            Self::Empty { .. } => Some("commit something first".to_owned()),
            Self::UnknownBranch { known, .. } if known.is_empty() => None,
            Self::UnknownBranch { known, .. } => Some(format!("it has {}", known.join(", "))),
            Self::UnknownRevision { shallow: true, .. } => Some(
                "the clone is shallow: fetch the rest with `git fetch --unshallow` \
                 (in a pipeline: fetch depth 0)"
                    .to_owned(),
            ),
            Self::Ambiguous { .. } => Some("give more digits".to_owned()),
            Self::MissingObject { .. } => {
                Some("fetch it: a clone for policies must not be partial".to_owned())
            }
            Self::UnknownRevision { .. }
            | Self::NotCommit { .. }
            | Self::NoFolder { .. }
            | Self::Damaged { .. }
            | Self::TooDeep { .. }
            | Self::TooMany { .. }
            | Self::TooBig { .. }
            | Self::BadId { .. }
            | Self::Git(_) => None,
        }
    }
}
