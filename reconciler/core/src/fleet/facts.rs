//! A computer's facts as an expression sees them.

use ordain_schema::document::{Chassis, ComputerFacts, DomainRole};
use serde_json::{Map, Value, json};

use super::Subject;
use crate::expression::Facts;

/// Everything an expression may ask about a computer. What was not reported is
/// not there; a list that was not given is empty.
pub(super) fn of(subject: &Subject<'_>) -> Facts {
    let mut facts =
        Facts { computer: computer(subject), person: person(subject), tenant: tenant(subject) };
    for name in subject.attested.hidden() {
        hide(&mut facts, name);
    }
    facts
}

/// Takes out what an expression is told nothing about.
fn hide(facts: &mut Facts, name: &str) {
    let record = match name.split_once('.') {
        Some(("computer", field)) => Some((&mut facts.computer, field)),
        Some(("tenant", field)) => Some((&mut facts.tenant, field)),
        Some(("person", field)) => facts.person.as_mut().map(|person| (person, field)),
        _ => None,
    };
    if let Some((Value::Object(map), field)) = record {
        map.remove(field);
    }
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

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use ordain_schema::document::Inventory;
    use ordain_schema::{Content, Entry, Mode, Snapshot};

    use crate::expression::known;
    use crate::fleet::{Fleet, World};
    use crate::load::load;

    #[test]
    fn every_name_that_an_expression_knows_has_a_value_and_the_other_way_round() {
        let tenant = "slug: c\ndisplayName: C\nparent: up\ntimezone: Etc/UTC\ntags: [a]\n";
        let files = [
            ("ordain.yaml", "apiVersion: ordain/v1\nname: r\n"),
            ("tenants/up/tenant.yaml", ""),
            ("tenants/c/tenant.yaml", tenant),
            ("tenants/c/computers/pc.yaml", "name: pc\nrole: mill\n"),
        ];
        let mut snapshot = Snapshot::default();
        for (path, text) in files {
            let content = Content::Bytes(Arc::from(text.as_bytes()));
            snapshot.entries.insert(path.into(), Entry { mode: Mode::File, id: None, content });
        }
        let inventory = serde_json::json!({
            "persons": [{"upn": "jo@c.example", "tenant": "c"}],
            "computers": [{
                "name": "pc", "tenant": "c", "online": true, "chassis": "desktop",
                "domainRole": "member", "person": "jo@c.example", "software": {},
                "os": {"family": "linux", "version": "12", "arch": "x64"},
                "facts": {"serial": "1", "manufacturer": "m", "model": "x", "domain": "d"},
            }],
        });
        let (inventory, faults): (Inventory, _) =
            ordain_schema::inventory("i.json", inventory.to_string().as_bytes());
        assert_eq!(faults, []);
        let now = jiff::Timestamp::UNIX_EPOCH;
        let loaded = load(&snapshot, now);
        let fleet = Fleet::new(inventory);
        let world = World::new(&loaded.policy, &fleet, now);
        let subject = world.subject(0);
        let values = subject.values();
        let person = values.person.as_ref().expect("a primary person");
        let records = [
            ("computer", &values.computer),
            ("computer.os", &values.computer["os"]),
            ("person", person),
            ("tenant", &values.tenant),
        ];
        let mut there: Vec<String> = records
            .iter()
            .flat_map(|(path, value)| value.as_object().into_iter().map(move |map| (path, map)))
            .flat_map(|(path, map)| map.keys().map(move |key| format!("{path}.{key}")))
            .collect();
        there.sort();
        let open = |name: &str| {
            [
                "computer.facts.",
                "computer.software.",
                "computer.tasks.",
                "computer.tests.",
                "person.facts.",
            ]
            .iter()
            .any(|path| name.starts_with(path))
        };
        let named = known().into_iter().map(|known| known.name).filter(|name| !open(name));
        assert_eq!(named.collect::<Vec<_>>(), there);
    }
}
