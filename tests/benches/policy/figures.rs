//! Figures beside what is asked for.

use std::time::Duration;

/// Starts a part of the output.
pub(crate) fn title(text: &str) {
    println!("\n## {text}");
}

/// A time, with the most that is asked for.
pub(crate) fn time(what: &str, measured: Duration, most: Duration) {
    let met = verdict(measured <= most);
    println!("{what}: {measured:.1?} CPU (at most {most:?}) {met}");
}

/// A time from start to end, with the most that is asked for.
pub(crate) fn wall(what: &str, measured: Duration, most: Duration) {
    let met = verdict(measured <= most);
    println!("{what}: {measured:.1?} from start to end (at most {most:?}) {met}");
}

/// Memory in megabytes, with the most that is asked for.
pub(crate) fn memory(what: &str, measured: u64, most: u64) {
    println!("{what}: {measured} MB at its peak (at most {most} MB) {}", verdict(measured <= most));
}

/// A ratio, with the most that is asked for.
pub(crate) fn ratio(what: &str, measured: f64, most: f64) {
    println!("{what}: {measured:.2} (at most {most:.2}) {}", verdict(measured <= most));
}

/// A count that must be exactly so.
pub(crate) fn count(what: &str, measured: usize, expected: usize) {
    println!("{what}: {measured} (expected {expected}) {}", verdict(measured == expected));
}

fn verdict(met: bool) -> &'static str {
    if met { "ok" } else { "MISSED" }
}
