//! Who a computer is: from firmware to a name of its own, and what becomes of
//! it when somebody says that name again.
//!
//! Pure. [`hardware`] derives the name from what firmware says, [`Lives`] is
//! one computer that is met again and again, [`place`] finds the computer of a
//! newcomer, [`Standing`] is how far a computer is taken in. Nothing here ever
//! makes one computer of two that are alive: that takes a person.

mod firmware;
mod lives;
mod place;
mod standing;

pub use firmware::{Firmware, Hardware, hardware};
pub use lives::{Change, Decision, Life, Lives, Meeting};
pub use place::{Candidate, Place, place};
pub use standing::{Happening, Standing};
