//! What a change of policy concerns: which documents differ in content, and
//! which computers that could touch.
//!
//! Layout, comments and order are no content. [`Changed`] compares two
//! policies; [`touched`] turns that into computers by set algebra, resolving
//! again only the items concerned; [`woken`] plans those few on both sides and
//! keeps the computers for which something is really different. A commit that
//! changes nothing for a computer costs that computer nothing.

mod documents;
mod files;
#[cfg(test)]
mod tests;
mod touched;
mod values;
mod woken;

pub use documents::Changed;
/// Computers of a fleet, by their index in it.
pub use roaring::RoaringBitmap as Places;
pub use touched::touched;
pub(crate) use values::Values;
pub use woken::{woken, woken_for};
