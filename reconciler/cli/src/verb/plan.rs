//! `ordain plan`: what each computer would get.
//!
//! Computers are shown as they are planned, so that a large fleet takes no
//! more memory than its facts do.

use std::cell::{Cell, RefCell};

use ordain_core::change::Places;
use ordain_core::fleet::{Fleet, World};
use ordain_core::plan::{ComputerPlan, Exceeded, Planner, Seats, TenantPlan, Totals};

use crate::args::{Format, PlanArgs};
use crate::error::{CommandError, Exit};
use crate::json::plan::Heading;
use crate::printer::Printer;
use crate::request::{computers_exist, is_named, request, session_word};
use crate::{inventory, json, policy, render, repository, scripts};

pub(super) fn run(args: &PlanArgs, printer: &mut Printer) -> Result<Exit, CommandError> {
    let snapshot = repository::snapshot(args.source.path.as_deref(), args.source.rev.as_deref())?;
    let inventory = inventory::read(&args.facts, printer)?;
    let now = inventory::moment(args.now.now, &inventory);
    let Some(policy) = policy::valid(&snapshot, now, args.format, printer) else {
        return Ok(Exit::Findings);
    };
    let request = request(&args.session, &policy)?;
    let mut fleet = Fleet::new(inventory);
    computers_exist(
        &args.computers,
        fleet.computers().iter().map(|one| (&*one.tenant, &*one.name)),
    )?;
    scripts::answer_aloud(&policy, &snapshot, &mut fleet, printer);
    let world = World::new(&policy, &fleet, now);
    let planner = Planner::new(&world, &request);
    let heading =
        Heading { revision: policy.revision.as_deref(), session: session_word(&args.session), now };
    let seats = RefCell::new(Seats::new(&policy));
    let totals = if args.totals {
        counts(&planner.totals(), heading, args, printer)
    } else if args.computers.is_empty() {
        let plans = planner.computers().inspect(|plan| seats.borrow_mut().add(plan));
        show(plans, &planner.tenants(), heading, args, printer)
    } else {
        let places = places(&args.computers, &fleet);
        show(planner.only(&places), &[], heading, args, printer)
    };
    for short in seats.borrow().exceeded() {
        let Exceeded { path, name, seats, used } = short;
        printer.note(format!(
            "{path}: the licence `{name}` has {seats} seats, and {used} computers are given it"
        ));
    }
    drop(seats);
    // The process is about to end: the facts of a whole fleet need no tidying up.
    std::mem::forget((fleet, policy, snapshot));
    Ok(Exit::found(totals.has_findings()))
}

/// Where the named computers stand in the fleet.
fn places(named: &[String], fleet: &Fleet) -> Places {
    let wanted = |tenant: &str, name: &str| named.iter().any(|one| is_named(one, tenant, name));
    let computers = (0..).zip(fleet.computers());
    computers.filter(|(_, one)| wanted(&one.tenant, &one.name)).map(|(place, _)| place).collect()
}

fn counts(totals: &Totals, heading: Heading<'_>, args: &PlanArgs, printer: &mut Printer) -> Totals {
    match args.format {
        Format::Human => printer.line(render::plan::totals(totals, printer.style())),
        Format::Json => printer.json(&json::plan::Counts::new(heading, totals)),
        Format::Jsonl => printer.json_line(&json::plan::Counts::new(heading, totals)),
    }
    *totals
}

fn show(
    plans: impl Iterator<Item = ComputerPlan>,
    tenants: &[TenantPlan],
    heading: Heading<'_>,
    args: &PlanArgs,
    printer: &mut Printer,
) -> Totals {
    let totals = Cell::new(Totals::default());
    let add = |of: &dyn Fn(&mut Totals)| {
        let mut sum = totals.get();
        of(&mut sum);
        totals.set(sum);
    };
    for tenant in tenants {
        add(&|sum| sum.add_tenant(tenant));
    }
    let plans_counted = plans.inspect(|plan| add(&|sum| sum.add_computer(plan)));
    match args.format {
        Format::Human => {
            people(plans_counted, tenants, args.changes_only, printer);
            printer.line(render::plan::totals(&totals.get(), printer.style()));
        }
        Format::Json => printer.json(&json::plan::Plan::new(
            heading,
            plans_counted,
            tenants,
            &totals,
            args.changes_only,
        )),
        Format::Jsonl => {
            for plan in plans_counted {
                printer.json_line(&json::plan::ComputerRow::new(&plan, args.changes_only));
            }
            for tenant in tenants {
                printer.json_line(&json::plan::TenantRow::new(tenant, args.changes_only));
            }
        }
    }
    totals.get()
}

fn people(
    plans: impl Iterator<Item = ComputerPlan>,
    tenants: &[TenantPlan],
    changes_only: bool,
    printer: &mut Printer,
) {
    let style = printer.style();
    let mut quiet = 0;
    for plan in plans {
        match render::plan::computer(&plan, changes_only, style) {
            Some(text) => printer.text(text),
            None => quiet += 1,
        }
    }
    for tenant in tenants {
        if let Some(text) = render::plan::tenant(tenant, changes_only, style) {
            printer.text(text);
        }
    }
    if let Some(text) = render::plan::quiet(quiet, style) {
        printer.text(text);
    }
}
