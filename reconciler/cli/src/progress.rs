//! Long work shows how far it is: a bar with a count and a rate, on a
//! terminal only.

use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};

use crate::printer::Printer;

/// A bar for work of a known length; drawn on a terminal only.
pub(crate) fn bar(printer: &Printer, what: &'static str, length: u64) -> ProgressBar {
    let bar = ProgressBar::with_draw_target(Some(length), target(printer)).with_message(what);
    bar.set_style(style("{msg} {wide_bar} {human_pos}/{human_len} {per_sec}"));
    bar
}

fn target(printer: &Printer) -> ProgressDrawTarget {
    if printer.is_watched() { ProgressDrawTarget::stderr() } else { ProgressDrawTarget::hidden() }
}

fn style(template: &str) -> ProgressStyle {
    ProgressStyle::with_template(template).expect("the templates above are right")
}
