//! Object ids: a commit's as a type, a blob's as the hexadecimal text that a
//! [`Snapshot`](ordain_schema::Snapshot) carries.

use std::fmt;
use std::str::FromStr;

use git2::{ObjectType, Oid};

/// The full id of a commit that was seen in a repository.
#[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct CommitId(pub(crate) Oid);

/// The text is no object id of forty hexadecimal digits.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("`{text}` is no commit id (forty hexadecimal digits)")]
pub struct CommitIdError {
    /// What was given.
    pub text: String,
}

impl FromStr for CommitId {
    type Err = CommitIdError;

    fn from_str(text: &str) -> Result<Self, CommitIdError> {
        full_id(text).map(Self).ok_or_else(|| CommitIdError { text: text.to_owned() })
    }
}

impl fmt::Display for CommitId {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(&self.0, out)
    }
}

impl fmt::Debug for CommitId {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(&self.0, out)
    }
}

/// Reads a whole id; libgit2 alone would pad a short one with zeros.
pub(crate) fn full_id(text: &str) -> Option<Oid> {
    let whole = text.len() == 40 && text.bytes().all(|byte| byte.is_ascii_hexdigit());
    whole.then(|| Oid::from_str(text).ok()).flatten()
}

/// The id that git gives a blob of these bytes: SHA-1 over
/// `blob LENGTH NUL bytes`, in hexadecimal.
pub fn blob_id(bytes: &[u8]) -> String {
    Oid::hash_object(ObjectType::Blob, bytes)
        .expect("hashing bytes in memory has no way to fail")
        .to_string()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn blob_ids_are_gits() {
        // `git hash-object --stdin` of the same bytes.
        let table: [(&[u8], &str); 3] = [
            (b"", "e69de29bb2d1d6434b8b29ae775ad8c2e48c5391"),
            (b"hello\n", "ce013625030ba8dba906f756967f9e9ca394464a"),
            (b"\0\xff", "ba01f6b05bdbb386b35f4d086e268c5d422cafb9"),
        ];
        for (bytes, id) in table {
            assert_eq!(blob_id(bytes), id);
        }
    }

    #[test]
    fn only_whole_ids_are_commit_ids() {
        let id = "ce013625030ba8dba906f756967f9e9ca394464a";
        assert_eq!(id.parse::<CommitId>().map(|id| id.to_string()).as_deref(), Ok(id));
        for wrong in ["", "ce0136", "main", "zz013625030ba8dba906f756967f9e9ca394464a"] {
            assert!(wrong.parse::<CommitId>().is_err(), "{wrong}");
        }
    }
}
