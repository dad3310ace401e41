//! From rows to facts: what the core is told of a computer.

use std::collections::BTreeMap;

use ordain_core::affinity;
use ordain_core::fleet::Domains;
use ordain_core::policy::Policy;
use ordain_schema::document::{
    Approval, Arch, Chassis, ComputerFacts, DetectedVersions, DomainRole, Enforcement, OsFacts,
    OsFamily, RolloutFacts,
};
use ordain_schema::{Span, Spanned};
use ordain_store::rows::{
    AgentRow, AgentStatus, ApprovalRow, ComputerRow, FactRow, FindingRow, RolloutKey, RolloutRow,
};
use ordain_store::{ComputerId, Store, StoreError, TenantId, TenantScope};
use ordain_wire::Facts;
use serde::Serialize;

/// Everything recorded of the computers in scope, by tenant and name.
pub(crate) async fn computers(
    store: &dyn Store,
    scope: &TenantScope,
    policy: Option<&Policy>,
    online: impl Fn(&ComputerId) -> bool,
) -> Result<Vec<ComputerFacts>, StoreError> {
    let rows = store.computers(scope).await?;
    let mut findings: BTreeMap<ComputerId, Vec<FindingRow>> = BTreeMap::new();
    for finding in store.findings(scope, None).await? {
        findings.entry(finding.computer.clone()).or_default().push(finding);
    }
    let mut said: BTreeMap<ComputerId, Vec<FactRow>> = BTreeMap::new();
    for fact in store.facts(scope, None).await? {
        said.entry(fact.computer.clone()).or_default().push(fact);
    }
    let keys = keys(store.agents(scope).await?);
    let domains = policy.map(Domains::new).unwrap_or_default();
    let facts = |row: &ComputerRow| {
        let told = Told {
            findings: findings.get(&row.id).map_or(&[], Vec::as_slice),
            facts: said.get(&row.id).map_or(&[], Vec::as_slice),
        };
        let key = keys.get(&row.id).cloned();
        ComputerFacts { key, ..computer(row, &told, &domains, online(&row.id)) }
    };
    Ok(rows.iter().map(facts).collect())
}

/// The key by which each computer's rings go: that of its oldest pathway.
fn keys(mut agents: Vec<AgentRow>) -> BTreeMap<ComputerId, String> {
    agents.retain(|agent| agent.status == AgentStatus::Active);
    agents.sort_by_cached_key(|agent| std::cmp::Reverse((agent.enrolled_at, agent.id.clone())));
    agents.into_iter().map(|agent| (agent.computer, agent.key_fingerprint)).collect()
}

/// What was told of one computer, beside its row.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct Told<'a> {
    pub(crate) findings: &'a [FindingRow],
    /// What inventory tasks said.
    pub(crate) facts: &'a [FactRow],
}

/// The versions that package managers offer to any of the computers in scope, by software.
pub(crate) async fn available(
    store: &dyn Store,
    scope: &TenantScope,
) -> Result<BTreeMap<String, Vec<String>>, StoreError> {
    Ok(offers(store.findings(scope, None).await?))
}

/// What is approved in scope of optional deployments, where a policy has any.
pub(crate) async fn approvals(
    store: &dyn Store,
    scope: &TenantScope,
    policy: Option<&Policy>,
) -> Result<Vec<Approval>, StoreError> {
    if !policy.is_some_and(has_optional) {
        return Ok(Vec::new());
    }
    let approval = |row: ApprovalRow| Approval {
        computer: format!("{}/{}", row.tenant, row.computer_name),
        deployment: row.deployment,
    };
    Ok(store.approvals(scope).await?.into_iter().map(approval).collect())
}

fn has_optional(policy: &Policy) -> bool {
    let mut all = policy.deployments().iter();
    all.any(|entry| policy.says(entry).enforcement == Enforcement::Optional)
}

/// The rollouts that may reach a tenant's computers: its own, those of the
/// tenants above it, and cross-tenant ones.
pub(crate) async fn rollouts_of(
    store: &dyn Store,
    policy: &Policy,
    tenant: &TenantId,
) -> Result<Vec<RolloutFacts>, StoreError> {
    let tenants = policy.tenants();
    let above =
        tenants.find(tenant.as_str()).into_iter().flat_map(|id| &tenants.node(id).ancestors);
    let line: Vec<&str> = above.map(|id| &*tenants.node(*id).id).chain([tenant.as_str()]).collect();
    let mut rows = store.rollouts(&TenantScope::All).await?;
    rows.retain(|row| row.key.tenant.as_ref().is_none_or(|id| line.contains(&id.as_str())));
    Ok(under_way(&rows))
}

/// The rollouts in scope that are under way, as previews see them.
pub(crate) async fn rollouts(
    store: &dyn Store,
    scope: &TenantScope,
) -> Result<Vec<RolloutFacts>, StoreError> {
    Ok(under_way(&store.rollouts(scope).await?))
}

fn under_way(rows: &[RolloutRow]) -> Vec<RolloutFacts> {
    // A version that came to an earlier content counts no more.
    let counts = |row: &RolloutRow| {
        row.key.version.is_none()
            || rows.iter().any(|declared| {
                let whole = RolloutKey { version: None, ..row.key.clone() };
                declared.key == whole && declared.content == row.content
            })
    };
    let facts = |row: &RolloutRow| RolloutFacts {
        item: row.key.item.clone(),
        started: Spanned::new(row.since.to_string(), Span::default()),
        ring: (row.ring > 1).then_some(row.ring),
        deployment: Some(row.key.deployment.clone()),
        version: row.key.version.clone(),
        halted: row.halt.as_ref().map(|halt| halt.ring),
    };
    rows.iter().filter(|row| counts(row)).map(facts).collect()
}

/// The key by which a computer's rings go: that of its oldest pathway.
pub(crate) async fn key(
    store: &dyn Store,
    scope: &TenantScope,
    computer: &ComputerId,
) -> Result<Option<String>, StoreError> {
    let mut agents = store.agents(scope).await?;
    agents.retain(|agent| agent.computer == *computer);
    Ok(keys(agents).remove(computer))
}

fn offers(findings: Vec<FindingRow>) -> BTreeMap<String, Vec<String>> {
    let mut available: BTreeMap<String, Vec<String>> = BTreeMap::new();
    for finding in findings {
        let (Some(("software", name)), Some(offered)) =
            (finding.item.split_once('/'), finding.offered)
        else {
            continue;
        };
        let known = available.entry(name.to_owned()).or_default();
        for version in offered {
            if !known.contains(&version) {
                known.push(version);
            }
        }
    }
    available
}

/// What is recorded of one computer.
pub(crate) fn computer(
    row: &ComputerRow,
    told: &Told<'_>,
    domains: &Domains<'_>,
    online: bool,
) -> ComputerFacts {
    let reported: Facts = row
        .facts
        .as_ref()
        .and_then(|facts| serde_json::from_value(facts.clone()).ok())
        .unwrap_or_default();
    let mut facts = ComputerFacts {
        name: row.name.clone(),
        tenant: row.tenant.to_string(),
        online: Some(online),
        chassis: word(
            &[Chassis::Desktop, Chassis::Portable, Chassis::Server, Chassis::Unknown],
            &reported.chassis,
        ),
        domain_role: word(
            &[DomainRole::Standalone, DomainRole::Member, DomainRole::Dc, DomainRole::PrimaryDc],
            &reported.domain_role,
        ),
        os: os(&reported),
        person: person(row, domains),
        excluded: row.excluded_at.is_some(),
        facts: (!reported.facts.is_empty()).then_some(reported.facts),
        software: row.inventoried_at.map(|_| DetectedVersions::default()),
        ..ComputerFacts::default()
    };
    if let Some(zone) = time_zone(row) {
        facts.facts.get_or_insert_default().insert("timezone".to_owned(), zone.into());
    }
    for fact in told.facts {
        facts.facts.get_or_insert_default().insert(fact.fact.clone(), fact.value.clone());
    }
    for finding in told.findings {
        take_in(&mut facts, finding);
    }
    facts
}

/// The primary person: of those who were logged on, only persons of the computer's tenant count.
pub(crate) fn person(row: &ComputerRow, domains: &Domains<'_>) -> Option<String> {
    let counts = |upn: &str| domains.tenant_of(upn).is_none_or(|own| own == row.tenant.as_str());
    affinity::person(&row.logons, row.person.as_deref(), counts).map(str::to_owned)
}

/// The IANA name of a computer's time zone, as its agent reported it.
pub(crate) fn time_zone(row: &ComputerRow) -> Option<String> {
    Some(row.facts.as_ref()?.get("timezone")?.as_str()?.to_owned())
}

fn take_in(facts: &mut ComputerFacts, finding: &FindingRow) {
    match finding.item.split_once('/') {
        Some(("software", name)) => {
            if let (Some(version), None) = (&finding.version, &finding.failure) {
                facts.software.get_or_insert_default().insert(name, version);
                if let Some(answer) = finding.answer {
                    facts.tests.insert(name.to_owned(), answer);
                }
            }
        }
        Some(("task", name)) => {
            if let Some(answer) = finding.answer {
                facts.tasks.insert(name.to_owned(), answer);
            }
        }
        Some(_) | None => {}
    }
}

fn os(reported: &Facts) -> Option<OsFacts> {
    let family = word(&[OsFamily::Windows, OsFamily::Macos, OsFamily::Linux], &reported.os.family)?;
    Some(OsFacts {
        family: Some(family),
        version: (!reported.os.version.is_empty()).then(|| reported.os.version.clone()),
        arch: word(&[Arch::X64, Arch::X86, Arch::Arm64], &reported.os.arch),
    })
}

/// A word of the language; one that it does not have counts as not reported.
fn word<T: Serialize + Copy>(all: &[T], text: &str) -> Option<T> {
    all.iter().copied().find(|each| serde_json::to_value(each).is_ok_and(|value| value == text))
}

#[cfg(test)]
mod tests {
    use jiff::Timestamp;
    use ordain_core::affinity::Logon;
    use ordain_core::identity::{Life, Lives, Standing};
    use ordain_store::TenantId;
    use serde_json::json;

    use super::*;

    fn row(facts: Option<serde_json::Value>, inventoried: bool) -> ComputerRow {
        ComputerRow {
            tenant: TenantId::new("contoso"),
            id: ComputerId::new("c-1"),
            name: "pc-1".into(),
            lives: Lives::new(Life { hardware: "uuid:1".into(), installation: None }),
            doubt: None,
            standing: Standing::Onboarded,
            standing_at: Timestamp::UNIX_EPOCH,
            begun_at: Timestamp::UNIX_EPOCH,
            enrolled_at: Timestamp::UNIX_EPOCH,
            excluded_at: None,
            logons: Vec::new(),
            person: None,
            facts,
            facts_at: None,
            inventoried_at: inventoried.then_some(Timestamp::UNIX_EPOCH),
        }
    }

    fn finding(item: &str, version: Option<&str>, answer: Option<bool>) -> FindingRow {
        FindingRow {
            tenant: TenantId::new("contoso"),
            computer: ComputerId::new("c-1"),
            item: item.into(),
            version: version.map(Into::into),
            offered: None,
            answer,
            output: None,
            failure: None,
            found_at: Timestamp::UNIX_EPOCH,
        }
    }

    #[test]
    fn what_was_never_looked_for_is_unknown() {
        let (told, domains) = (Told::default(), Domains::default());
        let facts = computer(&row(None, false), &told, &domains, true);
        assert_eq!(
            (facts.software, facts.chassis, facts.os.is_none(), facts.online),
            (None, None, true, Some(true))
        );
        assert_eq!(
            computer(&row(None, true), &told, &domains, false).software,
            Some(DetectedVersions::default())
        );
    }

    #[test]
    fn what_any_computer_is_offered_is_available() {
        let offered = |item: &str, versions: &[&str]| FindingRow {
            offered: Some(versions.iter().map(|version| (*version).to_owned()).collect()),
            ..finding(item, None, None)
        };
        let findings = vec![
            offered("software/hello", &["2.12", "2.10"]),
            finding("software/quiet", Some("1"), None),
            offered("software/hello", &["2.10", "2.9"]),
        ];
        assert_eq!(
            offers(findings),
            BTreeMap::from([("hello".into(), ["2.12", "2.10", "2.9"].map(str::to_owned).into())])
        );
    }

    #[test]
    fn reports_and_findings_become_facts() {
        let reported = json!({"chassis": "portable", "domainRole": "nonsense", "users": ["root", "jo@contoso.example"],
            "os": {"family": "linux", "version": "13", "arch": "x64"}, "facts": {"department": "lab"}, "more": 1});
        let mut failed = finding("software/broken", None, None);
        failed.failure = Some("exit code 2".into());
        let findings = [
            finding("software/hello", Some("2.10"), Some(false)),
            finding("software/gone", None, None),
            failed,
            finding("task/a#b", None, Some(true)),
        ];
        let said = [FactRow {
            tenant: TenantId::new("contoso"),
            computer: ComputerId::new("c-1"),
            fact: "encrypted".into(),
            item: "task/disks".into(),
            value: json!(true),
            since: Timestamp::UNIX_EPOCH,
            at: Timestamp::UNIX_EPOCH,
        }];
        let told = Told { findings: &findings, facts: &said };
        let row = ComputerRow {
            logons: vec![Logon { upn: "jo@contoso.example".into(), at: Timestamp::UNIX_EPOCH }],
            ..row(Some(reported), true)
        };
        let facts = computer(&row, &told, &Domains::default(), true);
        let shown = serde_json::to_value(&facts).expect("JSON");
        assert_eq!(
            shown,
            json!({"name": "pc-1", "tenant": "contoso", "online": true, "chassis": "portable", "os": {"family": "linux", "version": "13", "arch": "x64"},
                "person": "jo@contoso.example", "facts": {"department": "lab", "encrypted": true}, "software": {"hello": "2.10"}, "tests": {"hello": false}, "tasks": {"a#b": true}})
        );
    }
}
