//! A computer's facts as an expression sees them.

use ordain_schema::document::{Chassis, ComputerFacts, DomainRole};
use serde_json::{Map, Value, json};

use super::Subject;
use crate::expression::Facts;

/// Everything an expression may ask about a computer. What was not reported is
/// not there; a list that was not given is empty.
pub(super) fn of(subject: &Subject<'_>) -> Facts {
    Facts { computer: computer(subject), person: person(subject), tenant: tenant(subject) }
}

fn computer(subject: &Subject<'_>) -> Value {
    let facts = subject.facts;
    let mut map = Map::new();
    map.insert("name".into(), facts.name.clone().into());
    map.insert("tenant".into(), facts.tenant.clone().into());
    map.insert("tags".into(), tags(facts, subject).into());
    map.insert("deviceGroups".into(), device_groups(facts));
    insert(&mut map, "online", facts.online.map(Value::from));
    insert(
        &mut map,
        "chassis",
        facts.chassis.filter(|c| *c != Chassis::Unknown).map(|c| chassis(c).into()),
    );
    insert(&mut map, "domainRole", facts.domain_role.map(|role| domain_role(role).into()));
    insert(
        &mut map,
        "os",
        facts.os.as_ref().map(|os| serde_json::to_value(os).unwrap_or_default()),
    );
    insert(&mut map, "person", subject.person.as_ref().map(|person| person.upn.clone().into()));
    insert(&mut map, "role", subject.pin.and_then(|pin| pin.role.clone()).map(Value::from));
    map.insert("facts".into(), Value::Object(facts.facts.clone().unwrap_or_default()));
    // What firmware and directory say of it stands among the facts.
    let reported = facts.facts.as_ref();
    for name in ["serial", "manufacturer", "model", "domain"] {
        insert(&mut map, name, reported.and_then(|all| all.get(name)).cloned());
    }
    insert(&mut map, "software", facts.software.as_ref().map(|software| json!(software)));
    map.insert("tests".into(), json!(facts.tests));
    map.insert("tasks".into(), json!(facts.tasks));
    Value::Object(map)
}

fn tags(facts: &ComputerFacts, subject: &Subject<'_>) -> Vec<String> {
    let pinned = subject.pin.into_iter().flat_map(|pin| &pin.tags);
    let mut all: Vec<String> = facts.tags.iter().chain(pinned).cloned().collect();
    all.sort();
    all.dedup();
    all
}

fn device_groups(facts: &ComputerFacts) -> Value {
    facts
        .device_groups
        .iter()
        .map(|group| json!({"integration": group.integration, "name": group.name}))
        .collect()
}

fn person(subject: &Subject<'_>) -> Option<Value> {
    let primary = subject.person.as_ref()?;
    let known = primary.facts;
    let mut map = Map::new();
    map.insert("upn".into(), primary.upn.clone().into());
    map.insert("tenant".into(), primary.tenant.clone().into());
    map.insert("groups".into(), known.map_or_else(Vec::new, |person| person.groups.clone()).into());
    map.insert("tags".into(), known.map_or_else(Vec::new, |person| person.tags.clone()).into());
    map.insert(
        "facts".into(),
        Value::Object(known.and_then(|person| person.facts.clone()).unwrap_or_default()),
    );
    Some(Value::Object(map))
}

fn tenant(subject: &Subject<'_>) -> Value {
    let mut map = Map::new();
    map.insert("id".into(), subject.facts.tenant.clone().into());
    map.insert("name".into(), subject.facts.tenant.clone().into());
    let mut tags: Vec<String> = subject.tenant.tags.iter().cloned().collect();
    tags.sort();
    map.insert("tags".into(), tags.into());
    let policy = subject.world.policy;
    if let Some(document) = subject.tenant.id.and_then(|id| policy.tenant(id)) {
        insert(&mut map, "displayName", document.display_name.clone().map(Value::from));
        insert(&mut map, "slug", document.slug.as_ref().map(|slug| slug.value.clone().into()));
        insert(
            &mut map,
            "parent",
            document.parent.as_ref().map(|parent| parent.value.clone().into()),
        );
        insert(
            &mut map,
            "timezone",
            document.timezone.as_ref().map(|zone| zone.value.clone().into()),
        );
    }
    Value::Object(map)
}

fn insert(map: &mut Map<String, Value>, key: &str, value: Option<Value>) {
    if let Some(value) = value {
        map.insert(key.to_owned(), value);
    }
}

fn chassis(chassis: Chassis) -> &'static str {
    match chassis {
        Chassis::Desktop => "desktop",
        Chassis::Portable => "portable",
        Chassis::Server => "server",
        Chassis::Unknown => "unknown",
    }
}

fn domain_role(role: DomainRole) -> &'static str {
    match role {
        DomainRole::Standalone => "standalone",
        DomainRole::Member => "member",
        DomainRole::Dc => "dc",
        DomainRole::PrimaryDc => "primary-dc",
    }
}
