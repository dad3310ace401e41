//! How results look to people, one file a result. Everything here makes text;
//! only the printer writes it.

pub(crate) mod computers;
pub(crate) mod diagnostics;
pub(crate) mod diff;
pub(crate) mod explain;
pub(crate) mod github;
pub(crate) mod graph;
pub(crate) mod import;
pub(crate) mod log;
pub(crate) mod markdown;
pub(crate) mod outcome;
pub(crate) mod plan;
pub(crate) mod rollouts;
pub(crate) mod sessions;
pub(crate) mod status;
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

/// A moment to the second, as it was written; "never" where there is none.
pub(crate) fn when(time: Option<&str>) -> String {
    let Some(time) = time else {
        return "never".to_owned();
    };
    match (time.split_once('.'), time.chars().last()) {
        (Some((seconds, _)), Some('Z')) => format!("{seconds}Z"),
        _ => time.to_owned(),
    }
}
