//! The configuration language: what an engineer writes, as values with positions.
//!
//! Owns the document types, reading them from a [`Snapshot`] of a repository,
//! the diagnostics and the generated JSON Schemas. Knows nothing of other
//! documents than the one at hand: names that refer to other documents are
//! resolved in `ordain-core`. Start at [`document`] for the types and at
//! [`read`] for the way from bytes to documents.

#[cfg(any(feature = "conformance", test))]
pub mod conformance;
pub mod document;
pub mod tree;

mod decode;
mod diagnostic;
#[cfg(test)]
mod fuzz;
mod inventory;
mod layout;
mod read;
mod schemas;
mod snapshot;
mod span;

pub use decode::nearest;
pub use diagnostic::{Code, Diagnostic, Related, Severity};
pub use inventory::{Lines as InventoryLines, inventory};
pub use layout::format;
pub use read::{Documents, FilesRead, is_name, read, read_again, read_file};
pub use schemas::{inventory_schema, json_schema, schema_files};
pub use snapshot::{Content, Entry, Mode, Snapshot};
pub use span::{Span, Spanned};
