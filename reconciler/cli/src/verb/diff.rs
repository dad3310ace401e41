//! `ordain diff`: what a change does to the fleet.

use jiff::Timestamp;
use ordain_core::change::{Changed, Places, touched};
use ordain_core::diff::{Diff, Exceeded, diff};
use ordain_core::fleet::{Fleet, World};
use ordain_core::plan::{Plan, Planner};
use ordain_core::policy::Policy;
use ordain_core::resolve::{Request, is_excluded};
use ordain_schema::document::Inventory;
use ordain_schema::{Code, Diagnostic, Snapshot, Span};

use crate::args::{DiffArgs, DiffFormat, Format};
use crate::error::{CommandError, Exit};
use crate::printer::Printer;
use crate::render::diagnostics;
use crate::repository::{self, Commits};
use crate::request::request;
use crate::{inventory, json, policy, render, scripts};

pub(super) fn run(args: &DiffArgs, printer: &mut Printer) -> Result<Exit, CommandError> {
    let (base, head) = sides(args)?;
    let inventory = inventory::read(&args.facts, printer)?;
    let now = inventory::moment(args.now.now, &inventory);
    let format = match args.format {
        DiffFormat::Human | DiffFormat::Markdown => Format::Human,
        DiffFormat::Json => Format::Json,
        DiffFormat::Jsonl => Format::Jsonl,
    };
    let (old, new) = std::thread::scope(|scope| {
        let new = scope.spawn(|| policy::load(&head, now));
        (policy::load(&base, now), new.join().expect("loading does not panic"))
    });
    let Some(before) = policy::accepted(old, &base, format, printer) else {
        printer.note(format!("the policy at {} has errors", args.base));
        return Ok(Exit::Findings);
    };
    let Some(after) = policy::accepted(new, &head, format, printer) else {
        printer.note(format!("the policy at {} has errors", args.head));
        return Ok(Exit::Findings);
    };
    let diff = compare(args, [(&before, &base), (&after, &head)], inventory, now)?;
    show(&diff, args.format, printer);
    let refused = !diff.limits.is_empty();
    let found: Vec<_> = diff.limits.iter().map(|one| exceeded(one, &base)).collect();
    if refused {
        let style = printer.error_style();
        printer.note(diagnostics::all(&found, &base, style).trim_end());
    }
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

fn sides(args: &DiffArgs) -> Result<(Snapshot, Snapshot), CommandError> {
    let path = args.path.as_deref();
    let commits = Commits::open(path)?;
    let at = |rev: &str| match rev {
        "." => repository::as_it_stands(&repository::folder(path)?),
        rev => commits.at(rev),
    };
    Ok((at(&args.base)?, at(&args.head)?))
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
    let diff = diff((before.0, &base), (after.0, &head), known as u64);
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
