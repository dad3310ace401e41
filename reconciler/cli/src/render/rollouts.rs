//! Rollouts for people.

use comfy_table::{Cell, Color};
use serde::Deserialize;

use super::{Style, table, when};

/// What the controller says of a rollout, as far as people see it.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Rollout {
    deployment: String,
    item: String,
    version: Option<String>,
    started_at: String,
    rings: Vec<Opening>,
    halted: Option<Halted>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Opening {
    ring: u32,
    opens_at: Option<String>,
    open: bool,
}

#[derive(Deserialize)]
struct Halted {
    ring: u32,
    failed: Option<u64>,
    computers: Option<u64>,
}

/// A list of rollouts.
pub(crate) fn list(rollouts: &[Rollout], style: Style) -> String {
    if rollouts.is_empty() {
        return "no rollouts\n".to_owned();
    }
    let mut rows = table(style, &["item", "deployment", "started", "rings"]);
    for one in rollouts {
        let item = match &one.version {
            Some(version) => format!("{} {version}", one.item),
            None => one.item.clone(),
        };
        let rings = Cell::new(rings(one));
        rows.add_row(vec![
            Cell::new(item),
            Cell::new(&one.deployment),
            Cell::new(when(Some(&one.started_at))),
            if one.halted.is_some() { rings.fg(Color::Red) } else { rings },
        ]);
    }
    super::plan::indented(&rows)
}

/// `2 of 3 open, ring 3 at …`, or why it has halted.
fn rings(rollout: &Rollout) -> String {
    if let Some(halted) = &rollout.halted {
        let share = match (halted.failed, halted.computers) {
            (Some(failed), Some(computers)) => format!(": {failed} of {computers} failed"),
            _ => String::new(),
        };
        return format!("halted in ring {}{share}", halted.ring);
    }
    let open = rollout.rings.iter().filter(|ring| ring.open).count();
    let text = format!("{open} of {} open", rollout.rings.len());
    match rollout.rings.iter().find(|ring| !ring.open) {
        Some(next) => {
            format!("{text}, ring {} at {}", next.ring, when(next.opens_at.as_deref()))
        }
        None => text,
    }
}
