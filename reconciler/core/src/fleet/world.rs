//! A fleet seen through a policy at a moment.

use std::ops::Range;

use jiff::Timestamp;
use jiff::tz::TimeZone;
use ordain_schema::document::{AgreementRow, Body, ComputerFacts, Day, TenantFacts};
use rustc_hash::{FxHashMap, FxHashSet};

use super::{Attested, Fleet, Subject};
use crate::policy::{Kind, Policy, TenantId};

/// A fleet seen through a policy at a moment.
#[derive(Debug)]
pub struct World<'a> {
    /// The policy.
    pub policy: &'a Policy,
    /// The fleet.
    pub fleet: &'a Fleet,
    /// The moment.
    pub now: Timestamp,
    /// Which facts of the controller's count.
    pub attested: Attested,
    tenants: FxHashMap<&'a str, TenantView>,
    domains: Domains<'a>,
}

/// What a tenant is at that moment.
#[derive(Debug, Clone)]
pub struct TenantView {
    /// Its place in the policy; none where the policy does not know it.
    pub id: Option<TenantId>,
    /// Its time zone: its own, else the repository's, else UTC.
    pub zone: TimeZone,
    /// The day in its time zone.
    pub day: Day,
    /// Whether cross-tenant files reach it.
    pub cross_tenant: bool,
    /// Its tags, from git and from the inventory.
    pub tags: FxHashSet<String>,
    /// The agreements that are active.
    pub agreements: FxHashSet<String>,
    /// The products whose agreements are active.
    pub products: FxHashSet<String>,
}

impl<'a> World<'a> {
    /// Looks at a fleet through a policy.
    pub fn new(policy: &'a Policy, fleet: &'a Fleet, now: Timestamp) -> Self {
        let mut tenants = FxHashMap::default();
        let known = policy.tenants().iter().map(|(_, node)| &*node.id);
        let reported = fleet.tenants().map(|facts| facts.id.as_str());
        let used = fleet.computers().iter().map(|facts| facts.tenant.as_str());
        for id in known.chain(reported).chain(used) {
            tenants.entry(id).or_insert_with(|| view(policy, fleet, id, now));
        }
        let attested = Attested::under(policy);
        Self { policy, fleet, now, attested, tenants, domains: Domains::new(policy) }
    }

    /// What a tenant is at that moment, by its id.
    pub fn tenant(&self, id: &str) -> Option<&TenantView> {
        self.tenants.get(id)
    }

    /// All tenants, by id.
    pub fn tenants(&self) -> Vec<(&str, &TenantView)> {
        let mut all: Vec<_> = self.tenants.iter().map(|(id, view)| (*id, view)).collect();
        all.sort_by_key(|(id, _)| *id);
        all
    }

    /// One computer of the fleet.
    pub fn subject(&'a self, index: usize) -> Subject<'a> {
        Subject::new(self, &self.fleet.computers()[index])
    }

    /// The computer of that tenant and name, where the fleet has it.
    pub fn subject_of(&'a self, tenant: &str, name: &str) -> Option<Subject<'a>> {
        let key = |facts: &'a ComputerFacts| (facts.tenant.as_str(), facts.name.as_str());
        let found =
            self.fleet.computers().binary_search_by(|facts| key(facts).cmp(&(tenant, name)));
        found.ok().map(|index| self.subject(index))
    }

    /// The tenants that have computers, by id, with the places of these in the fleet.
    pub fn ranges(&self) -> Vec<(&'a str, Range<usize>)> {
        let mut start = 0;
        let chunks = self.fleet.computers().chunk_by(|a, b| a.tenant == b.tenant);
        let ranges = chunks.map(|computers| {
            let range = start..start + computers.len();
            start = range.end;
            (computers[0].tenant.as_str(), range)
        });
        ranges.collect()
    }

    /// Every computer, by tenant and name.
    pub fn subjects(&'a self) -> impl Iterator<Item = Subject<'a>> {
        self.fleet.computers().iter().map(|facts| Subject::new(self, facts))
    }

    /// The tenant whose domains hold a UPN, in lower case.
    pub fn tenant_of_domain(&self, upn: &str) -> Option<&str> {
        self.domains.tenant_of(upn)
    }
}

/// The tenants by their UPN domains, in lower case; the first by identity has a shared one.
#[derive(Debug, Clone, Default)]
pub struct Domains<'p>(FxHashMap<String, &'p str>);

impl<'p> Domains<'p> {
    /// Those of a policy.
    pub fn new(policy: &'p Policy) -> Self {
        let mut domains = FxHashMap::default();
        for (id, node) in policy.tenants().iter() {
            for domain in policy.tenant(id).into_iter().flat_map(|tenant| &tenant.domains) {
                domains.entry(domain.to_lowercase()).or_insert(&*node.id);
            }
        }
        Self(domains)
    }

    /// The tenant whose domains hold a UPN, in lower case.
    pub fn tenant_of(&self, upn: &str) -> Option<&'p str> {
        let (_, domain) = upn.rsplit_once('@')?;
        self.0.get(domain).copied()
    }
}

/// The time zone of a tenant: its own, else the repository's, else UTC.
pub fn zone(policy: &Policy, tenant: Option<TenantId>) -> TimeZone {
    let own = tenant.and_then(|id| policy.tenant(id)).and_then(|tenant| tenant.timezone.as_ref());
    let name =
        own.or_else(|| policy.repository().and_then(|repository| repository.timezone.as_ref()));
    name.and_then(|name| TimeZone::get(name).ok()).unwrap_or(TimeZone::UTC)
}

fn day(now: Timestamp, zone: TimeZone) -> Day {
    let date = now.to_zoned(zone).date();
    Day { year: date.year(), month: date.month().unsigned_abs(), day: date.day().unsigned_abs() }
}

fn view(policy: &Policy, fleet: &Fleet, name: &str, now: Timestamp) -> TenantView {
    let id = policy.tenants().find(name);
    let document = id.and_then(|id| policy.tenant(id));
    let facts = fleet.tenant(name);
    let zone = zone(policy, id);
    let today = day(now, zone.clone());
    let mut view = TenantView {
        id,
        zone,
        day: today,
        cross_tenant: document.is_none_or(|tenant| tenant.cross_tenant),
        tags: FxHashSet::default(),
        agreements: FxHashSet::default(),
        products: FxHashSet::default(),
    };
    view.tags.extend(document.into_iter().flat_map(|tenant| tenant.tags.iter().cloned()));
    view.tags.extend(facts.into_iter().flat_map(|facts| facts.tags.iter().cloned()));
    for row in agreements(policy, fleet, id, facts).filter(|row| is_active(row, today)) {
        view.agreements.extend(row.agreement.clone());
        view.products.extend(row.product.clone());
    }
    view
}

/// The agreement rows that count for a tenant: its own, and where it has none
/// those of the nearest ancestor that has any.
fn agreements<'f>(
    policy: &Policy,
    fleet: &'f Fleet,
    id: Option<TenantId>,
    own: Option<&'f TenantFacts>,
) -> impl Iterator<Item = &'f AgreementRow> {
    let line = id.into_iter().flat_map(|id| &policy.tenants().node(id).ancestors);
    let above = line.map(|id| fleet.tenant(&policy.tenants().node(*id).id));
    let rows = |facts: &'f TenantFacts| -> Vec<&'f AgreementRow> {
        facts.agreements.iter().filter(|row| !is_disabled(policy, id, row)).collect()
    };
    let all = std::iter::once(own).chain(above).flatten().map(rows);
    all.into_iter().find(|rows| !rows.is_empty()).into_iter().flatten()
}

fn is_active(row: &AgreementRow, today: Day) -> bool {
    row.from.is_none_or(|from| from <= today) && row.to.is_none_or(|to| today <= to)
}

fn is_disabled(policy: &Policy, tenant: Option<TenantId>, row: &AgreementRow) -> bool {
    let Some(integration) = &row.integration else {
        return false;
    };
    let found =
        policy.names().lookup(policy.tenants(), Kind::Integration, tenant, integration).found();
    found.is_some_and(
        |id| matches!(&policy.document(id).body, Body::Integration(one) if one.disabled),
    )
}
