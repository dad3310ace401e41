//! What is known of the computers of a generated repository, gaps included.

use std::collections::BTreeMap;

use ordain_schema::document::{
    AgreementRow, Approval, Arch, Chassis, ComputerFacts, Day, DetectedVersions, DeviceGroupFact,
    DomainRole, Inventory, OsFacts, OsFamily, PersonFacts, TenantFacts,
};
use serde_json::{Map, json};

use super::generator::{
    COMPUTERS, GROUPS, INTEGRATIONS, PERSONS, Plot, SOFTWARE, TAGS, TASKS, VERSIONS,
};
use super::random::Random;
use super::repository::Repository;

pub(crate) fn inventory(random: &mut Random, plot: &Plot, repository: &Repository) -> Inventory {
    let mut inventory = Inventory::default();
    for tenant in &plot.tenants {
        if random.chance(40) {
            inventory.tenants.push(tenant_facts(random, tenant));
        }
        for name in COMPUTERS {
            if random.chance(60) {
                inventory.computers.push(computer(random, tenant, name));
            }
        }
    }
    if random.chance(15) {
        inventory.computers.push(computer(random, "elsewhere", "pc-1"));
    }
    for upn in PERSONS {
        for _ in 0..random.pick(&[0, 1, 1, 1, 2]) {
            inventory.persons.push(person(random, plot, upn));
        }
    }
    for name in SOFTWARE {
        if random.chance(70) {
            let versions = random.some(VERSIONS, 3).into_iter().map(str::to_owned).collect();
            inventory.available.insert((*name).to_owned(), versions);
        }
    }
    let optional = repository.docs.iter().filter(|doc| {
        doc.keys.iter().any(|(key, value)| *key == "enforcement" && value == "optional")
    });
    for doc in optional {
        let computer = random.pick(COMPUTERS);
        let computer = if random.chance(50) {
            computer.to_owned()
        } else {
            format!("{}/{computer}", random.pick(&plot.tenants))
        };
        let siblings = repository.docs.iter().filter(|one| one.path == doc.path).count();
        let alone = siblings == 1 || random.chance(10);
        let deployment =
            if alone { doc.path.clone() } else { format!("{}#{}", doc.path, doc.name) };
        inventory.approvals.push(Approval { computer, deployment });
    }
    inventory
}

fn words(words: Vec<&str>) -> Vec<String> {
    words.into_iter().map(str::to_owned).collect()
}

fn tenant_facts(random: &mut Random, id: &str) -> TenantFacts {
    let day = |random: &mut Random| {
        let days = [None, Some((2026, 3, 2)), Some((2026, 3, 1)), Some((2025, 1, 1))];
        random.pick(&days).map(|(year, month, day)| Day { year, month, day })
    };
    let agreements = (0..random.between(0, 2)).map(|_| AgreementRow {
        agreement: Some(random.pick(&["Managed", "Basic"]).to_owned()),
        product: Some(random.pick(&["Gold", "Silver"]).to_owned()),
        from: day(random),
        to: day(random),
        integration: random.pick(&[None, Some("psa"), Some("rmm")]).map(str::to_owned),
    });
    let agreements = agreements.collect();
    TenantFacts { id: id.to_owned(), tags: words(random.some(TAGS, 1)), agreements }
}

fn person(random: &mut Random, plot: &Plot, upn: &str) -> PersonFacts {
    let upn = if random.chance(20) { upn.to_uppercase() } else { upn.to_owned() };
    let tenant = random.chance(40).then(|| random.pick(&plot.tenants).to_owned());
    let groups = words(random.some(GROUPS, 2));
    PersonFacts { upn, tenant, groups, tags: words(random.some(TAGS, 1)), facts: None }
}

fn computer(random: &mut Random, tenant: &str, name: &str) -> ComputerFacts {
    let chassis = [Chassis::Desktop, Chassis::Portable, Chassis::Server, Chassis::Unknown];
    let roles = [DomainRole::Member, DomainRole::Standalone, DomainRole::Dc, DomainRole::PrimaryDc];
    let os = OsFacts {
        family: random
            .chance(93)
            .then(|| random.pick(&[OsFamily::Windows, OsFamily::Windows, OsFamily::Linux])),
        version: None,
        arch: random
            .chance(93)
            .then(|| random.pick(&[Arch::X64, Arch::X64, Arch::X86, Arch::Arm64])),
    };
    let mut facts = Map::new();
    for key in ["dept", "floor"] {
        if random.chance(70) {
            facts.insert(key.into(), json!(random.pick(&["a", "b"])));
        }
    }
    if random.chance(50) {
        facts.insert("flag".into(), random.pick(&[json!(true), json!(false), json!("yes")]));
    }
    let software = random.chance(93).then(|| {
        let found = SOFTWARE.iter().filter(|_| random.chance(50)).collect::<Vec<_>>();
        let version = |random: &mut Random| random.pick(&[VERSIONS, &["v1.0", "2"]].concat());
        let pairs = found.into_iter().map(|name| ((*name).to_owned(), version(random).to_owned()));
        pairs.collect::<DetectedVersions>()
    });
    let tests = SOFTWARE.iter().filter(|_| random.chance(40)).collect::<Vec<_>>();
    let tests = tests.into_iter().map(|name| ((*name).to_owned(), random.chance(50))).collect();
    let mut tasks = BTreeMap::new();
    for task in TASKS {
        for key in [(*task).to_owned(), format!("{task}#one"), format!("{task}#two")] {
            if random.chance(75) {
                tasks.insert(key, random.chance(50));
            }
        }
    }
    let device_groups = if random.chance(40) {
        let integration = random.pick(INTEGRATIONS).to_owned();
        vec![DeviceGroupFact { integration, name: "Lab".to_owned() }]
    } else {
        Vec::new()
    };
    ComputerFacts {
        name: name.to_owned(),
        tenant: tenant.to_owned(),
        key: None,
        online: None,
        chassis: random.chance(90).then(|| random.pick(&chassis)),
        domain_role: random.chance(50).then(|| random.pick(&roles)),
        os: random.chance(95).then_some(os),
        person: random.chance(50).then(|| random.pick(PERSONS).to_owned()),
        excluded: false,
        tags: words(random.some(TAGS, 2)),
        device_groups,
        facts: Some(facts),
        software,
        tests,
        tasks,
    }
}
