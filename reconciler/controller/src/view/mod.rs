//! Sessions as people and programs see them: one at a glance ([`shown`]), or
//! line by line as it happens ([`log()`]); and the fleet as sessions left it
//! ([`compliance`], [`failures`]).

mod fleet;
mod follow;
mod lines;
mod restart;
mod shown;

pub(crate) use fleet::{Compliance, Failures, compliance, failures, standing};
pub(crate) use follow::log;
pub(crate) use shown::{Shown, remembered, shown};
