//! How results look to machines: the rows of the contract, one file a result.
//!
//! Field names are camelCase, enums kebab-case, times RFC 3339. The core's
//! own types are not serialized; what stands here changes only with an entry
//! in the changelog.

pub(crate) mod bump;
pub(crate) mod diagnostics;
pub(crate) mod diff;
pub(crate) mod explain;
pub(crate) mod graph;
pub(crate) mod import;
pub(crate) mod init;
pub(crate) mod new;
pub(crate) mod plan;
pub(crate) mod sarif;
pub(crate) mod test;
