//! Why something was refused: a code for programs, a sentence for people.
//!
//! Owns the codes, each of which `docs/trust.md` explains. Does not say what
//! becomes of a refusal: the agent reports it and changes nothing.

use std::fmt;

/// Something that was not accepted. Displays as one sentence.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{what}")]
pub struct Refusal {
    /// The rule that was broken.
    pub code: RefusalCode,
    /// What was found, in words.
    pub what: String,
}

impl Refusal {
    /// A refusal with its sentence.
    pub fn new(code: RefusalCode, what: impl Into<String>) -> Self {
        Self { code, what: what.into() }
    }
}

impl From<crate::Collision> for Refusal {
    fn from(collision: crate::Collision) -> Self {
        Self::new(RefusalCode::Collision, collision.to_string())
    }
}

/// The result of every check.
pub type Checked<T> = Result<T, Refusal>;

macro_rules! codes {
    ($($(#[$doc:meta])* $name:ident = $text:literal,)*) => {
        /// The rules that can be broken. Displays as the word in reports.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
        pub enum RefusalCode {
            $($(#[$doc])* $name,)*
        }

        impl RefusalCode {
            /// All of them, in the order of the checks.
            pub const ALL: &[Self] = &[$(Self::$name,)*];

            /// The word in reports and in the documentation.
            pub fn as_str(self) -> &'static str {
                match self {
                    $(Self::$name => $text,)*
                }
            }
        }
    };
}

codes! {
    /// More bytes, objects or levels than are looked at.
    TooLarge = "too-large",
    /// Bytes built to share their SHA-1 with others.
    Collision = "sha1-collision",
    /// An object, or a policy, of the other object format.
    WrongFormat = "wrong-format",
    /// An object is of another kind than its place wants.
    WrongType = "wrong-type",
    /// An object that the check needs was not delivered.
    Withheld = "withheld",
    /// A commit that is not in the strict form.
    BadCommit = "bad-commit",
    /// A commit without a signature.
    Unsigned = "unsigned",
    /// More than one signature header.
    SeveralSignatures = "several-signatures",
    /// A tree that is not in the strict form, or out of order.
    BadTree = "bad-tree",
    /// A symbolic link.
    Symlink = "symlink",
    /// A submodule.
    Submodule = "submodule",
    /// A mode other than those of files, programs and folders.
    BadMode = "bad-mode",
    /// A name that some file system would take for another.
    BadName = "bad-name",
    /// Two names that are one where case does not count.
    CaseCollision = "case-collision",
    /// A pointer of git-lfs in the place of a file's bytes.
    LfsPointer = "lfs-pointer",
    /// A signature whose armour is not the one that `ssh-keygen` writes.
    BadArmour = "bad-armour",
    /// A signature that is not in the strict form.
    BadSignature = "bad-signature",
    /// A signature made for another purpose.
    WrongNamespace = "wrong-namespace",
    /// A kind of key that does not count.
    UnsupportedKey = "unsupported-key",
    /// A key that is too short or malformed.
    WeakKey = "weak-key",
    /// A hash that does not count.
    WeakHash = "weak-hash",
    /// A hardware key signed without being touched.
    NoTouch = "no-touch",
    /// The signature is not one over these bytes by this key.
    Forged = "forged",
    /// A key that the policy does not name.
    UnknownKey = "unknown-key",
    /// A key that a heartbeat has revoked.
    RevokedKey = "revoked-key",
    /// A trust policy that cannot be in force.
    BadPolicy = "bad-policy",
    /// Made for another repository, or from another genesis.
    ForeignRepository = "foreign-repository",
    /// A promotion has a previous promotion and a commit of the main branch as parents.
    BadShape = "bad-shape",
    /// The first parent is not the head.
    NotNext = "not-next",
    /// The signer may not promote.
    NotRelease = "not-release",
    /// Too few allowed persons have signed for what changed.
    BelowThreshold = "below-threshold",
    /// The chain does not reach what the installer named.
    BelowLowest = "below-lowest",
    /// A statement that is not in the strict form.
    BadStatement = "bad-statement",
    /// A statement of a key that does not bear the role for it.
    NotAllowed = "not-allowed",
    /// A promotion while the last heartbeat has expired.
    Frozen = "frozen",
    /// Issued later than now.
    NotYet = "not-yet",
    /// Past its time.
    Expired = "expired",
    /// Valid for longer than such a statement may be.
    TooLong = "too-long",
    /// A heartbeat or recovery whose number was passed already.
    NumberFalls = "number-falls",
    /// Two heartbeats of one number that say different things.
    HeartbeatDiffers = "heartbeat-differs",
    /// A heartbeat that names neither the head nor an ancestor since the last one.
    UnknownHead = "unknown-head",
    /// An ad-hoc statement that names more agents than allowed.
    TooWide = "too-wide",
    /// An ad-hoc statement for other computers.
    NotAddressed = "not-addressed",
    /// A statement that was used before.
    Replayed = "replayed",
}

impl fmt::Display for RefusalCode {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}
