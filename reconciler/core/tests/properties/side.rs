//! A case made ready to be planned, and plans as lines that can be compared.

use std::collections::BTreeMap;
use std::sync::Arc;

use ordain_core::fleet::{Fleet, World};
use ordain_core::plan::{ComputerPlan, Plan, TenantPlan, plan};
use ordain_core::policy::{DeploymentId, Policy};
use ordain_core::resolve::{Limit, Request};
use ordain_schema::document::SessionKind;

use super::generator::Case;
use super::random::Random;

/// A policy and its fleet.
pub(crate) struct Side {
    pub(crate) policy: Arc<Policy>,
    pub(crate) fleet: Fleet,
}

impl Case {
    pub(crate) fn side(&self) -> Side {
        let loaded = self.repository.load(self.now);
        assert!(loaded.is_valid(), "{:?}", loaded.diagnostics);
        let mut inventory = self.inventory.clone();
        for (path, text) in &self.repository.scripts {
            if let Some(answer) = self.answers.get(text) {
                inventory.scripts.insert(path.clone(), answer.clone());
            }
        }
        let scripts: Vec<String> = inventory.scripts.keys().cloned().collect();
        let mut fleet = Fleet::new(inventory);
        for (script, tenant) in
            scripts.iter().flat_map(|script| self.unanswered.iter().map(move |one| (script, one)))
        {
            fleet.no_answer(script, tenant.clone());
        }
        Side { policy: loaded.policy, fleet }
    }

    /// Everything, for people.
    pub(crate) fn text(&self) -> String {
        format!(
            "{}\n=== inventory at {}\n{}\n=== answers, none for {:?}\n{:#?}",
            self.repository.text(),
            self.now,
            serde_json::to_string_pretty(&self.inventory).unwrap(),
            self.unanswered,
            self.answers,
        )
    }
}

impl Side {
    pub(crate) fn world(&self, case: &Case) -> World<'_> {
        World::new(&self.policy, &self.fleet, case.now)
    }

    pub(crate) fn plan(&self, case: &Case, request: &Request) -> Plan {
        plan(&self.policy, &self.fleet, request, case.now)
    }

    /// Sessions of both kinds, and some limited to an item, a deployment or a schedule.
    pub(crate) fn requests(&self, seed: u64) -> Vec<Request> {
        let mut requests = self.limited(seed);
        let deployments = self.policy.deployments().len();
        if deployments > 0 {
            let id = DeploymentId(Random::new(seed).below(deployments) as u32);
            let name = self.policy.deployment_name(id);
            let limit = self.policy.deployments_named(&name).map(Limit::Deployments);
            requests.push(Request { kind: SessionKind::Item, limit, ..Request::default() });
        }
        let schedules = 0..self.policy.schedules().len();
        requests
            .extend(schedules.map(|index| Request { schedule: Some(index), ..Request::default() }));
        requests
    }

    /// Sessions that mean the same in any policy: of both kinds, and of one item.
    pub(crate) fn limited(&self, seed: u64) -> Vec<Request> {
        let of = |kind, limit| Request { kind, limit, ..Request::default() };
        let mut requests = vec![Request::default(), of(SessionKind::Onboarding, None)];
        let items: Vec<_> =
            self.policy.items().iter().map(|(_, entry)| entry.item.clone()).collect();
        if !items.is_empty() {
            let item = Random::new(seed).pick(&items);
            requests.push(of(SessionKind::Item, Some(Limit::Item(item))));
        }
        requests
    }
}

/// A plan without the numbers that only mean something within one policy, and
/// without lines; the rows apart from the rest.
pub(crate) fn rows(plan: &ComputerPlan) -> Vec<String> {
    let row = |one: &ordain_core::plan::Action| {
        let by = one.by.as_ref().map(|place| &place.path);
        let waits: Vec<String> = one.waits_for.iter().map(ToString::to_string).collect();
        format!(
            "{} {} {} {:?}->{:?} by {by:?} because {:?} waits {waits:?} {} {} {:?}",
            one.item,
            one.act,
            one.reason,
            one.from,
            one.to,
            one.because.as_ref().map(ToString::to_string),
            one.phase,
            one.failed,
            one.message
        )
    };
    let path = |place: &String| place.rsplit_once(':').map_or("", |(path, _)| path).to_owned();
    let conflicts = plan.conflicts.iter().map(|one| {
        let mut by: Vec<String> = one.by.iter().map(path).collect();
        by.sort();
        format!("conflict {} {:?} {by:?}", one.item, one.rule)
    });
    plan.actions.iter().map(row).chain(conflicts).collect()
}

/// What is done, in what version, and on whose word.
pub(crate) fn deeds(plan: &ComputerPlan) -> Vec<String> {
    let deed = |one: &ordain_core::plan::Action| {
        let by = one.by.as_ref().map(|place| &place.path);
        format!("{} {} {:?} {by:?}", one.item, one.act, one.to)
    };
    plan.actions.iter().map(deed).collect()
}

/// The lines of every computer by tenant and name.
pub(crate) fn by_computer<T>(
    plan: &Plan,
    lines: impl Fn(&ComputerPlan) -> T,
) -> BTreeMap<(String, String), T> {
    let one = |plan: &ComputerPlan| ((plan.tenant.clone(), plan.computer.clone()), lines(plan));
    plan.computers.iter().map(one).collect()
}

/// What a tenant gets of cloud items, as lines.
pub(crate) fn cloud(plan: &TenantPlan) -> Vec<String> {
    let row = |one: &ordain_core::plan::Action| {
        format!("{} {} {:?}", one.item, one.reason, one.by.as_ref().map(|place| &place.path))
    };
    plan.actions.iter().map(row).collect()
}
