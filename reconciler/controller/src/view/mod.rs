//! Sessions as people and programs see them: one at a glance ([`shown`]), or
//! line by line as it happens ([`log()`]).

mod follow;
mod lines;
mod shown;

pub(crate) use follow::log;
pub(crate) use shown::{Shown, shown};
