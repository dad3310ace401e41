//! How results look to people, one file a result. Everything here makes text;
//! only the printer writes it.

pub(crate) mod diagnostics;
pub(crate) mod diff;
pub(crate) mod explain;
pub(crate) mod github;
pub(crate) mod markdown;
pub(crate) mod plan;
mod style;
mod table;
pub(crate) mod test;

pub(crate) use style::Style;
pub(crate) use table::table;

/// "1 error", "3 errors".
pub(crate) fn count(number: usize, one: &str) -> String {
    match number {
        1 => format!("1 {one}"),
        _ => format!("{number} {one}s"),
    }
}
