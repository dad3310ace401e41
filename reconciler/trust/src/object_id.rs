//! The ids of git objects: parsing, printing, and computing them.
//!
//! Owns the header that git puts before the content (`KIND LENGTH NUL`) and
//! the refusal of SHA-1 collision blocks. Does not read objects from disk; see
//! `ordain-source` for that.

use std::fmt;
use std::str::FromStr;

use sha1_checked::Sha1;
use sha2::Digest as _;
use sha2::Sha256;

/// The hash by which a repository names its objects.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum ObjectFormat {
    /// SHA-1, 20 bytes; computed with collision detection.
    Sha1,
    /// SHA-256, 32 bytes.
    Sha256,
}

impl ObjectFormat {
    /// Git's own word for it: `sha1` or `sha256`.
    pub fn name(self) -> &'static str {
        match self {
            Self::Sha1 => "sha1",
            Self::Sha256 => "sha256",
        }
    }

    /// The length of an id in bytes: 20 or 32.
    pub fn id_length(self) -> usize {
        match self {
            Self::Sha1 => 20,
            Self::Sha256 => 32,
        }
    }
}

/// What a git object is. Tags stand in no chain that agents follow.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum ObjectKind {
    /// The bytes of a file.
    Blob,
    /// A folder.
    Tree,
    /// A commit.
    Commit,
}

impl ObjectKind {
    /// Git's own word for it.
    pub fn name(self) -> &'static str {
        match self {
            Self::Blob => "blob",
            Self::Tree => "tree",
            Self::Commit => "commit",
        }
    }
}

/// The id of a git object. Prints as lower-case hexadecimal, 40 or 64 digits.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum ObjectId {
    /// Of a SHA-1 repository.
    Sha1([u8; 20]),
    /// Of a SHA-256 repository.
    Sha256([u8; 32]),
}

impl ObjectId {
    /// The hash it was made with.
    pub fn format(&self) -> ObjectFormat {
        match self {
            Self::Sha1(_) => ObjectFormat::Sha1,
            Self::Sha256(_) => ObjectFormat::Sha256,
        }
    }

    /// An id from its bytes, where their number is that of the format.
    pub fn from_bytes(bytes: &[u8], format: ObjectFormat) -> Option<Self> {
        match format {
            ObjectFormat::Sha1 => bytes.try_into().ok().map(Self::Sha1),
            ObjectFormat::Sha256 => bytes.try_into().ok().map(Self::Sha256),
        }
    }

    /// Its bytes: 20 or 32.
    pub fn as_bytes(&self) -> &[u8] {
        match self {
            Self::Sha1(bytes) => bytes,
            Self::Sha256(bytes) => bytes,
        }
    }
}

impl fmt::Display for ObjectId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&hex::encode(self.as_bytes()))
    }
}

/// A text that is no object id.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("`{0}` is no object id: 40 or 64 lower-case hexadecimal digits are expected")]
pub struct BadObjectId(pub String);

impl FromStr for ObjectId {
    type Err = BadObjectId;

    fn from_str(text: &str) -> Result<Self, BadObjectId> {
        let bad = || BadObjectId(text.chars().take(80).collect());
        if text.bytes().any(|b| b.is_ascii_uppercase()) {
            return Err(bad());
        }
        match text.len() {
            40 => {
                let mut bytes = [0; 20];
                hex::decode_to_slice(text, &mut bytes).map_err(|_| bad())?;
                Ok(Self::Sha1(bytes))
            }
            64 => {
                let mut bytes = [0; 32];
                hex::decode_to_slice(text, &mut bytes).map_err(|_| bad())?;
                Ok(Self::Sha256(bytes))
            }
            _ => Err(bad()),
        }
    }
}

/// Content that was built to share its SHA-1 with another content.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("the content bears the marks of a SHA-1 collision attack")]
pub struct Collision;

/// The id under which git stores `content` as a blob.
///
/// # Errors
/// [`Collision`] where the content holds the disturbance vectors of a known
/// SHA-1 attack, as git itself refuses such objects.
pub fn blob_id(content: &[u8], format: ObjectFormat) -> Result<ObjectId, Collision> {
    object_id(ObjectKind::Blob, content, format)
}

/// The id under which git stores `content` as an object of that kind.
///
/// # Errors
/// [`Collision`], as for [`blob_id`].
pub fn object_id(
    kind: ObjectKind,
    content: &[u8],
    format: ObjectFormat,
) -> Result<ObjectId, Collision> {
    let header = format!("{} {}\0", kind.name(), content.len());
    match format {
        ObjectFormat::Sha1 => {
            let mut hash = Sha1::new();
            hash.update(header.as_bytes());
            hash.update(content);
            finish_sha1(hash)
        }
        ObjectFormat::Sha256 => {
            let mut hash = Sha256::new();
            hash.update(header.as_bytes());
            hash.update(content);
            Ok(ObjectId::Sha256(hash.finalize().into()))
        }
    }
}

fn finish_sha1(hash: Sha1) -> Result<ObjectId, Collision> {
    let result = hash.try_finalize();
    if result.has_collision() {
        Err(Collision)
    } else {
        Ok(ObjectId::Sha1((*result.hash()).into()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Ids printed by `git hash-object` in repositories of both formats.
    const KNOWN: &[(&[u8], &str, &str)] = &[
        (
            b"",
            "e69de29bb2d1d6434b8b29ae775ad8c2e48c5391",
            "473a0f4c3be8a93681a267e3b1e9a7dcda1185436fe141f7749120a303721813",
        ),
        (
            b"hello\n",
            "ce013625030ba8dba906f756967f9e9ca394464a",
            "2cf8d83d9ee29543b34a87727421fdecb7e3f3a183d337639025de576db9ebb4",
        ),
    ];

    #[test]
    fn blobs_are_named_as_git_names_them() {
        for (content, sha1, sha256) in KNOWN {
            assert_eq!(
                blob_id(content, ObjectFormat::Sha1).map(|id| id.to_string()),
                Ok((*sha1).to_owned())
            );
            assert_eq!(
                blob_id(content, ObjectFormat::Sha256).map(|id| id.to_string()),
                Ok((*sha256).to_owned())
            );
        }
    }

    #[test]
    fn ids_are_read_strictly() {
        for (_, sha1, sha256) in KNOWN {
            assert_eq!(sha1.parse::<ObjectId>().map(|id| id.to_string()), Ok((*sha1).to_owned()));
            assert_eq!(
                sha256.parse::<ObjectId>().map(|id| id.to_string()),
                Ok((*sha256).to_owned())
            );
            assert!(sha1.to_uppercase().parse::<ObjectId>().is_err());
        }
        for bad in ["", "e69d", "zz9de29bb2d1d6434b8b29ae775ad8c2e48c5391", "../../etc/passwd"] {
            assert!(bad.parse::<ObjectId>().is_err(), "{bad}");
        }
    }

    /// The first 320 bytes of the first published SHA-1 collision: its common
    /// prefix and its two near-collision blocks.
    const SHATTERED: &[&str] = &[
        "255044462d312e330a25e2e3cfd30a0a0a312030206f626a0a3c3c2f57696474682032203020522f",
        "4865696768742033203020522f547970652034203020522f537562747970652035203020522f4669",
        "6c7465722036203020522f436f6c6f7253706163652037203020522f4c656e677468203820302052",
        "2f42697473506572436f6d706f6e656e7420383e3e0a73747265616d0affd8fffe00245348412d31",
        "20697320646561642121212121852fec092339759c39b1a1c63c4c97e1fffe017346dc9166b67e11",
        "8f029ab621b2560ff9ca67cca8c7f85ba84c79030c2b3de218f86db3a90901d5df45c14f26fedfb3",
        "dc38e96ac22fe7bd728f0e45bce046d23c570feb141398bb552ef5a0a82be331fea48037b8b5d71f",
        "0e332edf93ac3500eb4ddc0decc1a864790c782c76215660dd309791d06bd0af3f98cda4bc4629b1",
    ];

    #[test]
    fn a_collision_block_is_refused() {
        let bytes = hex::decode(SHATTERED.concat()).expect("hexadecimal");
        let mut hash = Sha1::new();
        hash.update(&bytes);
        assert_eq!(finish_sha1(hash), Err(Collision));
    }
}
