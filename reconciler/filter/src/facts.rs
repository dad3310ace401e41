//! The facts of each tenant, as a filter script is given them.

use std::collections::BTreeMap;

use ordain_core::fleet::World;
use ordain_core::policy::TenantId;
use serde_json::{Value, json};

use crate::Input;

/// One tenant with computers, and what a script is told about it.
#[derive(Debug, Clone)]
pub(crate) struct TenantFacts {
    /// Its identity.
    pub(crate) name: String,
    /// Its place in the policy; none where the policy does not know it.
    pub(crate) id: Option<TenantId>,
    /// Its computers by name, its persons by UPN, and itself.
    pub(crate) input: Input,
}

/// What scripts are told, by tenant; only tenants that `wanted` lets through
/// and that have computers.
pub(crate) fn by_tenant(
    world: &World<'_>,
    wanted: impl Fn(Option<TenantId>) -> bool,
) -> Vec<TenantFacts> {
    let mut found: BTreeMap<String, (TenantFacts, BTreeMap<String, Value>)> = BTreeMap::new();
    for subject in world.subjects().filter(|subject| wanted(subject.tenant.id)) {
        let values = subject.values();
        let name = &subject.facts.tenant;
        let (tenant, persons) = found.entry(name.clone()).or_insert_with(|| {
            let input = Input { tenant: values.tenant.clone(), ..Input::default() };
            (TenantFacts { name: name.clone(), id: subject.tenant.id, input }, BTreeMap::new())
        });
        tenant.input.computers.push(values.computer.clone());
        if let (Some(primary), Some(person)) = (&subject.person, &values.person)
            && primary.tenant == *name
        {
            persons.entry(primary.upn.clone()).or_insert_with(|| person.clone());
        }
    }
    for row in world.fleet.all_persons() {
        let upn = row.upn.to_lowercase();
        let owner = row.tenant.as_deref().or_else(|| world.tenant_of_domain(&upn));
        let Some((tenant, persons)) = owner.and_then(|owner| found.get_mut(owner)) else {
            continue;
        };
        persons.entry(upn).or_insert_with_key(|upn| {
            let facts = row.facts.clone().unwrap_or_default();
            json!({"upn": upn, "tenant": tenant.name, "groups": row.groups, "tags": row.tags, "facts": facts})
        });
    }
    let told = found.into_values().map(|(mut tenant, persons)| {
        tenant.input.persons = persons.into_values().collect();
        tenant
    });
    told.collect()
}
