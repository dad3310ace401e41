//! What a source offers: a version and, where it says so, its files.

use ordain_schema::document::Arch;

/// A version that a source offers.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Offer {
    /// As detection will find it.
    pub version: String,
    /// The files of it that the source names.
    pub files: Vec<Offered>,
}

/// A file that a source names.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Offered {
    /// Where it is.
    pub url: String,
    /// Its SHA-256 in lower case, where the source gives that.
    pub sha256: Option<String>,
    /// What it is for, where the source says so.
    pub arch: Option<Arch>,
}
