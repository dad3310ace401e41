//! The only place that writes to standard output.
//!
//! Results go to standard output, everything else (logs, errors) to standard
//! error. A reader that closed the pipe is no failure.

use std::io::Write as _;

/// Prints one line of a result.
pub fn line(text: &str) {
    let mut out = std::io::stdout().lock();
    // Whoever reads may have gone away; nobody is left to be told.
    let _ = writeln!(out, "{text}");
    let _ = out.flush();
}

/// Prints one line to standard error, for people.
pub fn complain(text: &str) {
    let mut err = std::io::stderr().lock();
    let _ = writeln!(err, "{text}");
}
