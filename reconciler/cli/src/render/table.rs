//! Tables for people: aligned columns, no lines, as wide as the terminal.

use comfy_table::{Cell, ContentArrangement, Table};

use super::Style;

/// An empty table with its head.
pub(crate) fn table(style: Style, head: &[&str]) -> Table {
    let mut table = Table::new();
    table
        .load_style(comfy_table::presets::NOTHING)
        .set_content_arrangement(ContentArrangement::Dynamic)
        .set_width(style.width);
    if style.colour {
        table.enforce_styling();
    } else {
        table.force_no_tty();
    }
    if !head.is_empty() {
        let dim = |text: &&str| Cell::new(text).add_attribute(comfy_table::Attribute::Dim);
        table.set_header(head.iter().map(dim).collect::<Vec<_>>());
    }
    table
}
