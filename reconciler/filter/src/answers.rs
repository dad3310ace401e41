//! The answers of a policy's filter scripts for a fleet.

use std::collections::BTreeSet;

use jiff::Timestamp;
use ordain_core::fleet::{Fleet, World};
use ordain_core::load::Loaded;
use ordain_core::policy::{Listed, Policy};
use ordain_schema::{Code, Content, Diagnostic, Snapshot, Span};

use crate::facts::{self, TenantFacts};
use crate::uses::{self, Reach};
use crate::{FilterError, check, evaluate};

/// Asks every filter script that the policy uses about each tenant in reach, and
/// gives the fleet what they say. An answer that is there already stands. A
/// script that fails for one tenant has no answer at all, and is returned; one
/// whose bytes are not at hand has none either.
pub fn answer(policy: &Policy, snapshot: &Snapshot, fleet: &mut Fleet) -> Vec<FilterError> {
    let mut asked = uses::scripts(policy);
    asked.retain(|path, _| !fleet.answered(path));
    if asked.is_empty() {
        return Vec::new();
    }
    let mut errors = Vec::new();
    let mut answers = Vec::new();
    {
        // A filter script knows no time: none of what it is told depends on it.
        let world = World::new(policy, fleet, Timestamp::UNIX_EPOCH);
        let tenants =
            facts::by_tenant(&world, |tenant| asked.values().any(|reach| reach.covers(tenant)));
        for (path, reach) in &asked {
            match source(snapshot, path).map(|source| ask(path, &source?, reach, &tenants)) {
                Some(Ok(members)) => answers.push((path.clone(), members)),
                Some(Err(error)) => errors.push(error),
                None => (),
            }
        }
    }
    for (path, members) in answers {
        fleet.answer(&path, members);
    }
    errors
}

/// What is wrong with the policy's filter scripts, as far as it can be said
/// without facts; by path.
pub fn faults(policy: &Policy, snapshot: &Snapshot) -> Vec<FilterError> {
    let fault = |path: String| {
        let source = match source(snapshot, &path)? {
            Ok(source) => source,
            Err(error) => return Some(error),
        };
        let (line, column, message) = check(&path, &source)?;
        Some(FilterError { message, file: path, line, column })
    };
    uses::named(policy).into_iter().filter_map(fault).collect()
}

/// Adds what is wrong with filter scripts to what is wrong with a policy.
pub fn diagnose(loaded: &mut Loaded, snapshot: &Snapshot) {
    let found = faults(&loaded.policy, snapshot);
    loaded.diagnostics.extend(found.into_iter().map(|error| {
        let FilterError { message, file, line, column } = error;
        let span = Span { line, column, end_column: column + 1 };
        Diagnostic::warning(Code::BadExpression, file, span, message)
            .hint("until it is mended, what the script selects is unknown")
    }));
    loaded.diagnostics.sort_by(|a, b| {
        (&a.file, a.span, a.code, &a.message).cmp(&(&b.file, b.span, b.code, &b.message))
    });
}

/// A script's text; none where it is not at hand.
fn source(snapshot: &Snapshot, path: &str) -> Option<Result<String, FilterError>> {
    match &snapshot.entries.get(path)?.content {
        Content::Bytes(bytes) => Some(match std::str::from_utf8(bytes) {
            Ok(text) => Ok(text.to_owned()),
            Err(_) => Err(FilterError::whole(path, "a filter script must be UTF-8")),
        }),
        _ => None,
    }
}

/// What a script says, tenant by tenant. A name of another tenant, or of no
/// computer, says nothing.
fn ask(
    path: &str,
    source: &str,
    reach: &Reach,
    tenants: &[TenantFacts],
) -> Result<Vec<Listed>, FilterError> {
    let mut members = Vec::new();
    for tenant in tenants.iter().filter(|tenant| reach.covers(tenant.id)) {
        let own = own_names(tenant);
        let returned = evaluate(path, source, &tenant.input)?;
        let named: BTreeSet<&str> =
            returned.iter().filter_map(|name| own_name(name, tenant, &own)).collect();
        members.extend(
            named
                .into_iter()
                .map(|name| Listed { tenant: Some(tenant.name.clone()), name: name.to_owned() }),
        );
    }
    Ok(members)
}

fn own_names(tenant: &TenantFacts) -> BTreeSet<&str> {
    tenant.input.computers.iter().filter_map(|one| one.get("name")?.as_str()).collect()
}

fn own_name<'a>(written: &'a str, tenant: &TenantFacts, own: &BTreeSet<&str>) -> Option<&'a str> {
    let name = match written.split_once('/') {
        Some((owner, name)) if owner == tenant.name => name,
        Some(_) => return None,
        None => written,
    };
    own.contains(name).then_some(name)
}
