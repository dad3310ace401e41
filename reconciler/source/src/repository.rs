//! A git repository on this computer, read from its object database.
//!
//! Owns opening, resolving revisions, and reading snapshots and blobs at a
//! commit. Never checks out, never writes, never runs anything that the
//! repository names. Trees are read by `tree.rs`, errors stand in
//! `repository/error.rs`, moving heads are judged by `head.rs`.

mod error;

use std::path::{Path, PathBuf};

use git2::{BranchType, ErrorClass, ErrorCode, ObjectType, Oid, Tree};
use ordain_schema::{Content, Snapshot};

use crate::git;
use crate::id::{CommitId, full_id};
use crate::tree::{Reader, missing};
pub use error::{OpenError, ReadError};

/// An open repository. May move between threads, is used by one at a time.
pub struct Repository {
    pub(crate) git: git2::Repository,
    place: PathBuf,
}

/// What a commit says about itself.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Commit {
    /// Its id.
    pub id: CommitId,
    /// Its parents, the first one first.
    pub parents: Vec<CommitId>,
    /// `Name <address>` of the author, lossily.
    pub author: String,
    /// Seconds since 1970 of the committer's clock.
    pub time: i64,
    /// The first line of the message, lossily.
    pub summary: String,
}

impl Repository {
    /// Opens the repository at exactly this folder: a bare one, a work tree,
    /// or its `.git`.
    pub fn open(path: &Path) -> Result<Self, OpenError> {
        git::prepare();
        if !path.exists() {
            return Err(OpenError::Missing { path: path.to_owned() });
        }
        match git2::Repository::open(path) {
            Ok(git) => Self::checked(git, path),
            Err(error) => Err(refused(path, error)),
        }
    }

    /// Opens the repository that contains `path`, and gives the way from its
    /// root to `path` with `/` between the parts; empty for the root itself.
    pub fn discover(path: &Path) -> Result<(Self, String), OpenError> {
        git::prepare();
        let missing = |_| OpenError::Missing { path: path.to_owned() };
        let whole = path.canonicalize().map_err(missing)?;
        let found = match git2::Repository::discover(&whole) {
            Ok(git) => Self::checked(git, path)?,
            Err(error) => return Err(refused(path, error)),
        };
        let root = found.git.workdir().and_then(|root| root.canonicalize().ok());
        let below = root.as_deref().and_then(|root| whole.strip_prefix(root).ok());
        let parts = below.into_iter().flat_map(Path::components);
        let parts: Vec<_> = parts.map(|part| part.as_os_str().to_string_lossy()).collect();
        Ok((found, parts.join("/")))
    }

    fn checked(git: git2::Repository, path: &Path) -> Result<Self, OpenError> {
        let format = git.config().and_then(|config| config.get_string("extensions.objectformat"));
        match format.as_deref() {
            Err(_) | Ok("sha1") => Ok(Self { git, place: path.to_owned() }),
            Ok(_) => Err(OpenError::Sha256 { path: path.to_owned() }),
        }
    }

    /// Where it was opened.
    pub fn place(&self) -> &Path {
        &self.place
    }

    /// Whether its history was cut off when it was cloned.
    pub fn is_shallow(&self) -> bool {
        self.git.is_shallow()
    }

    /// The head of a branch, by its name alone (`main`).
    pub fn branch(&self, branch: &str) -> Result<CommitId, ReadError> {
        match self.git.find_branch(branch, BranchType::Local) {
            Ok(found) => Ok(CommitId(found.get().peel_to_commit()?.id())),
            Err(error) if !absent(&error) => Err(error.into()),
            Err(_) if self.is_empty()? => Err(self.empty()),
            Err(_) => {
                Err(ReadError::UnknownBranch { branch: branch.to_owned(), known: self.branches()? })
            }
        }
    }

    /// The names of all branches, sorted. Names that are not UTF-8 are left
    /// out.
    pub fn branches(&self) -> Result<Vec<String>, ReadError> {
        let mut names = Vec::new();
        for branch in self.git.branches(Some(BranchType::Local))? {
            let (branch, _) = branch?;
            names.extend(branch.name().ok().flatten().map(str::to_owned));
        }
        names.sort();
        Ok(names)
    }

    /// The commit that a revision names: a branch, a tag, an id or the
    /// beginning of one, `HEAD`, `main~1` and the other forms of
    /// gitrevisions.
    pub fn resolve(&self, revision: &str) -> Result<CommitId, ReadError> {
        let object = match self.git.revparse_single(revision) {
            Ok(object) => object,
            Err(error) if error.code() == ErrorCode::Ambiguous && digits(revision) >= 4 => {
                return Err(ReadError::Ambiguous { revision: revision.to_owned() });
            }
            Err(error) if !absent(&error) => return Err(error.into()),
            Err(_) if self.is_empty()? => return Err(self.empty()),
            Err(_) => {
                return Err(ReadError::UnknownRevision {
                    revision: revision.to_owned(),
                    shallow: self.is_shallow(),
                });
            }
        };
        match object.peel_to_commit() {
            Ok(commit) => Ok(CommitId(commit.id())),
            Err(error) if error.code() == ErrorCode::NotFound => {
                Err(missing(error, object.id(), revision))
            }
            Err(error) => match object.peel(ObjectType::Blob) {
                Ok(_) => Err(not_commit(revision, "blob")),
                Err(_) if object.peel(ObjectType::Tree).is_ok() => {
                    Err(not_commit(revision, "tree"))
                }
                Err(_) => Err(error.into()),
            },
        }
    }

    /// All files at a revision.
    pub fn snapshot(&self, revision: &str) -> Result<Snapshot, ReadError> {
        self.snapshot_at(self.resolve(revision)?)
    }

    /// All files at a commit.
    pub fn snapshot_at(&self, commit: CommitId) -> Result<Snapshot, ReadError> {
        self.snapshot_below(commit, "")
    }

    /// The files of one folder at a commit, with paths from that folder, for
    /// a configuration that shares a repository with other things.
    pub fn snapshot_below(&self, commit: CommitId, folder: &str) -> Result<Snapshot, ReadError> {
        let tree = self.folder(commit, folder)?;
        Ok(Snapshot {
            revision: Some(commit.to_string()),
            entries: Reader::new(&self.git)?.read(&tree)?,
        })
    }

    fn folder(&self, commit: CommitId, folder: &str) -> Result<Tree<'_>, ReadError> {
        let mut tree = self.root(commit)?;
        for part in folder.split('/').filter(|part| !part.is_empty()) {
            let below = tree.get_name(part).filter(|e| e.kind() == Some(ObjectType::Tree));
            let id = below
                .map(|entry| entry.id())
                .ok_or_else(|| ReadError::NoFolder { commit, path: folder.to_owned() })?;
            tree = self.git.find_tree(id).map_err(|error| missing(error, id, folder))?;
        }
        Ok(tree)
    }

    /// All files at a commit, given the snapshot of another one (from
    /// [`snapshot_at`](Self::snapshot_at), of the whole repository): only what
    /// differs is read.
    pub fn snapshot_after(
        &self,
        previous: Snapshot,
        commit: CommitId,
    ) -> Result<Snapshot, ReadError> {
        self.snapshot_below_after(previous, commit, "")
    }

    /// The same for one folder, of which the other snapshot must be too.
    pub fn snapshot_below_after(
        &self,
        previous: Snapshot,
        commit: CommitId,
        folder: &str,
    ) -> Result<Snapshot, ReadError> {
        let known = previous.revision.as_deref().and_then(full_id);
        let old = known.and_then(|id| self.folder(CommitId(id), folder).ok());
        let odd = |entry: &ordain_schema::Entry| matches!(entry.content, Content::BadName);
        let Some(old) = old.filter(|_| !previous.entries.values().any(odd)) else {
            return self.snapshot_below(commit, folder);
        };
        let new = self.folder(commit, folder)?;
        Ok(Snapshot {
            revision: Some(commit.to_string()),
            entries: Reader::new(&self.git)?.update(previous.entries, &old, &new)?,
        })
    }

    /// The bytes of a blob, by its full id.
    pub fn blob(&self, id: &str) -> Result<Vec<u8>, ReadError> {
        let (kind, bytes) = self.object(id)?;
        if kind == ObjectType::Blob {
            Ok(bytes)
        } else {
            Err(ReadError::Damaged { id: id.to_owned(), path: kind.str().to_owned() })
        }
    }

    /// The type and bytes of any object, by its full id, for handing on to
    /// those who check them.
    pub fn object(&self, id: &str) -> Result<(ObjectType, Vec<u8>), ReadError> {
        let oid = full_id(id).ok_or_else(|| ReadError::BadId { id: id.to_owned() })?;
        let odb = self.git.odb()?;
        let object = odb.read(oid).map_err(|error| missing(error, oid, id))?;
        Ok((object.kind(), object.data().to_vec()))
    }

    /// What a commit says about itself.
    pub fn commit(&self, id: CommitId) -> Result<Commit, ReadError> {
        let text = id.to_string();
        let commit = self.git.find_commit(id.0).map_err(|error| missing(error, id.0, &text))?;
        let author = commit.author();
        Ok(Commit {
            id,
            parents: commit.parent_ids().map(CommitId).collect(),
            author: format!(
                "{} <{}>",
                String::from_utf8_lossy(author.name_bytes()),
                String::from_utf8_lossy(author.email_bytes()),
            ),
            time: commit.time().seconds(),
            summary: String::from_utf8_lossy(
                commit.message_bytes().split(|byte| *byte == b'\n').next().unwrap_or_default(),
            )
            .into_owned(),
        })
    }

    fn root(&self, commit: CommitId) -> Result<git2::Tree<'_>, ReadError> {
        let lost = |error| missing(error, commit.0, &commit.to_string());
        let commit = self.git.find_commit(commit.0).map_err(lost)?;
        let id: Oid = commit.tree_id();
        self.git.find_tree(id).map_err(|error| missing(error, id, "/"))
    }

    /// libgit2's own test also asks that `HEAD` has its idea of a usual name.
    fn is_empty(&self) -> Result<bool, ReadError> {
        Ok(self.git.head().is_err() && self.git.references()?.next().is_none())
    }

    fn empty(&self) -> ReadError {
        ReadError::Empty { path: self.place.clone() }
    }
}

fn not_commit(revision: &str, kind: &'static str) -> ReadError {
    ReadError::NotCommit { revision: revision.to_owned(), kind }
}

/// How many hexadecimal digits a text begins with; fewer than four name no
/// object, which libgit2 calls ambiguous.
fn digits(revision: &str) -> usize {
    revision.bytes().take_while(u8::is_ascii_hexdigit).count()
}

/// Not there, or no text that could name anything.
fn absent(error: &git2::Error) -> bool {
    matches!(
        error.code(),
        ErrorCode::NotFound
            | ErrorCode::Ambiguous
            | ErrorCode::InvalidSpec
            | ErrorCode::UnbornBranch
    )
}

fn refused(path: &Path, error: git2::Error) -> OpenError {
    let path = path.to_owned();
    if error.code() == ErrorCode::NotFound {
        return OpenError::NotRepository { path };
    }
    let sha256 = error.class() == ErrorClass::Repository && error.message().contains("sha256");
    if sha256 { OpenError::Sha256 { path } } else { OpenError::Unreadable { path, source: error } }
}
