//! `ordain diff`: what a change does to the fleet.

use std::sync::Arc;

use jiff::Timestamp;
use ordain_core::change::{Changed, Places, touched};
use ordain_core::diff::{Diff, Exceeded, diff};
use ordain_core::fleet::{Fleet, World};
use ordain_core::load::Loaded;
use ordain_core::plan::{Plan, Planner};
use ordain_core::policy::Policy;
use ordain_core::resolve::{Request, is_excluded};
use ordain_schema::document::Inventory;
use ordain_schema::{Code, Diagnostic, FilesRead, Snapshot, Span};

use crate::args::{DiffArgs, DiffFormat, Format};
use crate::error::{CommandError, Exit};
use crate::printer::Printer;
use crate::render::diagnostics;
use crate::repository::{self, Commits};
use crate::request::request;
use crate::{inventory, json, policy, render, scripts};

pub(super) fn run(args: &DiffArgs, printer: &mut Printer) -> Result<Exit, CommandError> {
    let (sides, inventory) = std::thread::scope(|scope| {
        let sides = scope.spawn(|| Side::both(args));
        let inventory = inventory::read(&args.facts, printer);
        (sides.join().expect("reading does not panic"), inventory)
    });
    let ([base, head], inventory) = (sides?, inventory?);
    let now = inventory::moment(args.now.now, &inventory);
    let format = match args.format {
        DiffFormat::Human | DiffFormat::Markdown => Format::Human,
        DiffFormat::Json => Format::Json,
        DiffFormat::Jsonl => Format::Jsonl,
    };
    let Some(before) = base.accepted(now, format, printer) else {
        printer.note(format!("the policy at {} has errors", args.base));
        return Ok(Exit::Findings);
    };
    let Some(after) = head.accepted(now, format, printer) else {
        printer.note(format!("the policy at {} has errors", args.head));
        return Ok(Exit::Findings);
    };
    let sides = [(&*before, &base.snapshot), (&*after, &head.snapshot)];
    let diff = compare(args, sides, inventory, now)?;
    show(&diff, args.format, printer);
    let refused = !diff.limits.is_empty();
    let found: Vec<_> = diff.limits.iter().map(|one| exceeded(one, &base.snapshot)).collect();
    if refused {
        let style = printer.error_style();
        printer.note(diagnostics::all(&found, &base.snapshot, style).trim_end());
    }
    // The process is about to end: two policies need no tidying up.
    std::mem::forget((base, head, before, after));
    Ok(if refused { Exit::Refused } else { Exit::Done })
}

/// A limit that the change exceeds, at its key in the commit before.
fn exceeded(one: &Exceeded, base: &Snapshot) -> Diagnostic {
    const FILE: &str = "ordain.yaml";
    let bytes = base.entries.get(FILE).and_then(|entry| entry.bytes()).unwrap_or_default();
    let text = String::from_utf8_lossy(bytes);
    let lines = (1..).zip(text.lines());
    let mut places = lines.filter_map(|(line, text)| Some((line, text.find(one.limit)?)));
    let (line, before) = places.next().unwrap_or((1, 0));
    let column = u32::try_from(before).unwrap_or_default() + 1;
    let span = Span { line, column, end_column: column + one.limit.len() as u32 };
    let message =
        format!("`{}` allows {}, and the change comes to {}", one.limit, one.allowed, one.actual);
    Diagnostic::error(Code::LimitExceeded, FILE, span, message)
        .hint("make the change in smaller steps, or raise the limit in a commit before it")
}

/// One side of the comparison.
struct Side {
    snapshot: Snapshot,
    loaded: Loaded,
}

impl Side {
    /// Reads both sides; what they share only once.
    fn both(args: &DiffArgs) -> Result<[Self; 2], CommandError> {
        let path = args.path.as_deref();
        let commits = Commits::open(path)?;
        let stands = || repository::as_it_stands(&repository::folder(path)?);
        let base = if args.base == "." { stands()? } else { commits.at(&args.base)? };
        let head = if args.head == "." { stands()? } else { commits.after(&base, &args.head)? };
        // What a policy asks for does not depend on the day; only warnings do.
        let day = args.now.now.unwrap_or_else(policy::clock);
        let mut files = FilesRead::default();
        Ok([base, head].map(|snapshot| {
            let loaded = policy::load_again(&snapshot, day, &mut files);
            Self { snapshot, loaded }
        }))
    }

    /// The policy, where it may be planned with; else it is shown as of `now`.
    fn accepted(
        &self,
        now: Timestamp,
        format: Format,
        printer: &mut Printer,
    ) -> Option<Arc<Policy>> {
        if self.loaded.is_valid() {
            return Some(self.loaded.policy.clone());
        }
        policy::accepted(policy::load(&self.snapshot, now), &self.snapshot, format, printer)
    }
}

/// Plans both sides for the same fleet, as far as the change could touch it.
/// What the session names need be known to one side only: the other has
/// nothing to plan for it.
fn compare(
    args: &DiffArgs,
    [before, after]: [(&Policy, &Snapshot); 2],
    inventory: Inventory,
    now: Timestamp,
) -> Result<Diff, CommandError> {
    let fleet = Fleet::new(inventory);
    let answered = |(policy, snapshot): (&Policy, &Snapshot)| {
        let mut fleet = fleet.clone();
        scripts::answer(policy, snapshot, &mut fleet);
        fleet
    };
    let (old_fleet, new_fleet) = (answered(before), answered(after));
    let old = World::new(before.0, &old_fleet, now);
    let new = World::new(after.0, &new_fleet, now);
    let requests = (request(&args.session, before.0), request(&args.session, after.0));
    let (base, head) = match requests {
        (Err(_), Err(error)) => return Err(error),
        (Ok(base), Ok(head)) => {
            let changed = Changed::between(before.0, after.0);
            let places = touched(&old, &new, &changed, &head);
            (plan_only(&old, &base, &places), plan_only(&new, &head, &places))
        }
        (Ok(base), Err(_)) => (plan_only(&old, &base, &everyone(&fleet)), nothing(&new)),
        (Err(_), Ok(head)) => (nothing(&old), plan_only(&new, &head, &everyone(&fleet))),
    };
    let known = new.subjects().filter(|subject| !is_excluded(subject)).count();
    let diff = diff((&old, &base), (&new, &head), known as u64);
    // The process is about to end: the facts of a whole fleet need no tidying up.
    std::mem::forget(fleet);
    Ok(diff)
}

fn everyone(fleet: &Fleet) -> Places {
    (0..fleet.computers().len() as u32).collect()
}

fn plan_only(world: &World<'_>, request: &Request, places: &Places) -> Plan {
    let computers = Planner::new(world, request).only(places).collect();
    Plan { computers, ..nothing(world) }
}

fn nothing(world: &World<'_>) -> Plan {
    let revision = world.policy.revision.clone();
    Plan { revision, now: world.now, computers: Vec::new(), tenants: Vec::new() }
}

fn show(diff: &Diff, format: DiffFormat, printer: &mut Printer) {
    match format {
        DiffFormat::Human => {
            let text = render::diff::table(diff, printer.style());
            printer.text(text);
        }
        DiffFormat::Markdown => printer.text(render::markdown::comment(diff)),
        DiffFormat::Json => printer.json(&json::diff::Report::new(diff)),
        DiffFormat::Jsonl => {
            for row in json::diff::computers(diff) {
                printer.json_line(&row);
            }
        }
    }
}
