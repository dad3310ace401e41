//! Refs and objects for those who check signatures, and for those who sign.
//!
//! Owns listing refs below a prefix and adding objects and refs to a person's
//! own clone. Nothing is pushed, checked out or overwritten: a ref moves only
//! from where it was seen.

use git2::{ErrorCode, ObjectType, Oid};

use crate::id::{CommitId, full_id};
use crate::repository::{ReadError, Repository};

/// What is added to an object database.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum NewObject {
    /// The bytes of a file.
    Blob,
    /// A commit as git stores it.
    Commit,
}

/// Why nothing was written.
#[derive(Debug, thiserror::Error)]
pub enum WriteError {
    /// The ref stands elsewhere than it was seen.
    #[error("`{name}` was moved meanwhile")]
    Moved {
        /// The ref.
        name: String,
    },
    /// git refused.
    #[error("git could not write to the repository")]
    Git(#[from] git2::Error),
}

impl Repository {
    /// The refs whose names begin with `prefix` and the ids they stand at,
    /// sorted by name. Symbolic ones and names that are not UTF-8 are left out.
    pub fn refs_below(&self, prefix: &str) -> Result<Vec<(String, String)>, ReadError> {
        let mut found = Vec::new();
        for reference in self.git.references()? {
            let reference = reference?;
            let Ok(name) = reference.name() else { continue };
            if let Some(id) = reference.target().filter(|_| name.starts_with(prefix)) {
                found.push((name.to_owned(), id.to_string()));
            }
        }
        found.sort();
        Ok(found)
    }

    /// The id of a commit's root tree.
    pub fn tree_id(&self, commit: CommitId) -> Result<String, ReadError> {
        Ok(self.git.find_commit(commit.0)?.tree_id().to_string())
    }

    /// The id that a ref stands at, by its full name.
    pub fn ref_target(&self, name: &str) -> Result<Option<String>, ReadError> {
        match self.git.find_reference(name) {
            Ok(found) => Ok(found.target().map(|id| id.to_string())),
            Err(error) if error.code() == ErrorCode::NotFound => Ok(None),
            Err(error) => Err(error.into()),
        }
    }

    /// Adds an object and says its id.
    pub fn add_object(&self, kind: NewObject, bytes: &[u8]) -> Result<String, WriteError> {
        let kind = match kind {
            NewObject::Blob => ObjectType::Blob,
            NewObject::Commit => ObjectType::Commit,
        };
        Ok(self.git.odb()?.write(kind, bytes)?.to_string())
    }

    /// Moves a ref from where it was seen, or makes it where it was not there.
    pub fn move_ref(
        &self,
        name: &str,
        from: Option<&str>,
        to: &str,
        why: &str,
    ) -> Result<(), WriteError> {
        let bad = || git2::Error::from_str("an object id is malformed");
        let to = full_id(to).ok_or_else(bad)?;
        let moved = |error: git2::Error| match error.code() {
            ErrorCode::Modified | ErrorCode::Exists => WriteError::Moved { name: name.to_owned() },
            _ => WriteError::Git(error),
        };
        match from {
            None => self.git.reference(name, to, false, why).map_err(moved)?,
            Some(from) => {
                let from: Oid = full_id(from).ok_or_else(bad)?;
                self.git.reference_matching(name, to, true, from, why).map_err(moved)?
            }
        };
        Ok(())
    }

    /// `NAME <ADDRESS>` of the person whose clone it is, as git's configuration
    /// says.
    pub fn person(&self) -> Option<String> {
        let signature = self.git.signature().ok()?;
        Some(format!("{} <{}>", signature.name().ok()?, signature.email().ok()?))
    }

    /// A value of git's configuration.
    pub fn setting(&self, key: &str) -> Option<String> {
        self.git.config().and_then(|config| config.get_string(key)).ok()
    }
}
