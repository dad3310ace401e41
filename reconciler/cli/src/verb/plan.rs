//! `ordain plan`: what each computer would get.

use jiff::Timestamp;
use ordain_core::fleet::{Fleet, World};
use ordain_core::plan::{Plan, plan, plan_computer};
use ordain_core::policy::Policy;
use ordain_core::resolve::{Candidates, Request};

use crate::args::{Format, PlanArgs};
use crate::error::{CommandError, Exit};
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
    let plan = of_computers(&args.computers, &policy, &fleet, &request, now);
    show(&plan, args, printer);
    Ok(Exit::found(plan.has_findings()))
}

/// The plan for the named computers; for all where none is named.
fn of_computers(
    named: &[String],
    policy: &Policy,
    fleet: &Fleet,
    request: &Request,
    now: Timestamp,
) -> Plan {
    if named.is_empty() {
        return plan(policy, fleet, request, now);
    }
    let world = World::new(policy, fleet, now);
    let candidates = Candidates::new(&world);
    let wanted = |tenant: &str, name: &str| named.iter().any(|one| is_named(one, tenant, name));
    let computers = world
        .subjects()
        .filter(|subject| wanted(&subject.facts.tenant, &subject.facts.name))
        .filter_map(|subject| plan_computer(&subject, &candidates, request));
    Plan {
        revision: policy.revision.clone(),
        now,
        computers: computers.collect(),
        tenants: Vec::new(),
    }
}

fn show(plan: &Plan, args: &PlanArgs, printer: &mut Printer) {
    let session = session_word(&args.session);
    match args.format {
        Format::Human => {
            let text = render::plan::plan(plan, args.changes_only, printer.style());
            printer.text(text);
        }
        Format::Json => printer.json(&json::plan::Plan::new(plan, session, args.changes_only)),
        Format::Jsonl => {
            for row in json::plan::computers(plan, args.changes_only) {
                printer.json_line(&row);
            }
            for tenant in &plan.tenants {
                printer.json_line(&json::plan::TenantRow::new(tenant, args.changes_only));
            }
        }
    }
}
