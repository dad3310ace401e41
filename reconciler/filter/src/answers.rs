//! The answers of a policy's filter scripts for a fleet.

use std::collections::BTreeSet;

use jiff::Timestamp;
use ordain_core::fleet::{Fleet, World};
use ordain_core::load::Loaded;
use ordain_core::policy::{Listed, Policy};
use ordain_schema::{Code, Content, Diagnostic, Snapshot, Span};

use crate::facts::{self, TenantFacts};
use crate::uses;
use crate::{FilterError, check, evaluate};

/// What filter scripts say of a fleet.
#[derive(Debug, Default)]
pub struct Answers {
    answers: Vec<Answer>,
    /// Why a script has no answer for a tenant: its first failure.
    pub errors: Vec<FilterError>,
}

/// What one script says.
#[derive(Debug)]
struct Answer {
    path: String,
    members: Vec<Listed>,
    /// The tenants for which it failed.
    unknown: Vec<String>,
}

impl Answers {
    /// Gives a fleet what was said; an answer that is there already stands.
    pub fn give(self, fleet: &mut Fleet) {
        for Answer { path, members, unknown } in self.answers {
            fleet.answer(&path, members);
            for tenant in unknown {
                fleet.no_answer(&path, tenant);
            }
        }
    }
}

/// Asks every filter script that the policy uses about each tenant in reach, and
/// gives the fleet what they say. An answer that is there already stands. A
/// script that fails for a tenant has no answer for that one, and the first
/// failure is returned; one whose bytes are not at hand has none at all.
pub fn answer(policy: &Policy, snapshot: &Snapshot, fleet: &mut Fleet) -> Vec<FilterError> {
    let mut answers = answers(policy, snapshot, fleet);
    let errors = std::mem::take(&mut answers.errors);
    answers.give(fleet);
    errors
}

/// The same as [`answer`], but the fleet is only looked at.
pub fn answers(policy: &Policy, snapshot: &Snapshot, fleet: &Fleet) -> Answers {
    let mut asked = uses::scripts(policy);
    asked.retain(|path, _| !fleet.answered(path));
    let mut answers = Answers::default();
    if asked.is_empty() {
        return answers;
    }
    // A filter script knows no time: none of what it is told depends on it.
    let world = World::new(policy, fleet, Timestamp::UNIX_EPOCH);
    let tenants =
        facts::by_tenant(&world, |tenant| asked.values().any(|reach| reach.covers(tenant)));
    for (path, reach) in asked {
        let in_reach = tenants.iter().filter(|tenant| reach.covers(tenant.id));
        match source(snapshot, &path) {
            Some(Ok(source)) => answers.ask(path, &source, in_reach),
            Some(Err(error)) => answers.errors.push(error),
            None => (),
        }
    }
    answers
}

/// Whether any filter script is asked about a tenant, by its id.
pub fn asks(policy: &Policy, tenant: &str) -> bool {
    let tenant = policy.tenants().find(tenant);
    uses::scripts(policy).values().any(|reach| reach.covers(tenant))
}

/// The files of a snapshot that [`answers`] reads.
pub fn sources(policy: &Policy, snapshot: &Snapshot) -> Snapshot {
    let entry = |path: String| {
        let entry = snapshot.entries.get(&path)?.clone();
        Some((path, entry))
    };
    Snapshot {
        revision: snapshot.revision.clone(),
        entries: uses::named(policy).into_iter().filter_map(entry).collect(),
    }
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

impl Answers {
    /// What a script says, tenant by tenant.
    fn ask<'a>(
        &mut self,
        path: String,
        source: &str,
        tenants: impl Iterator<Item = &'a TenantFacts>,
    ) {
        let mut answer = Answer { members: Vec::new(), unknown: Vec::new(), path };
        for tenant in tenants {
            match evaluate(&answer.path, source, &tenant.input) {
                Ok(returned) => answer.members.extend(own(&returned, tenant)),
                Err(error) => {
                    if answer.unknown.is_empty() {
                        self.errors.push(error);
                    }
                    answer.unknown.push(tenant.name.clone());
                }
            }
        }
        self.answers.push(answer);
    }
}

/// The tenant's own computers among the names. A name of another tenant, or of
/// no computer, says nothing.
fn own(returned: &[String], tenant: &TenantFacts) -> Vec<Listed> {
    let own = own_names(tenant);
    let named: BTreeSet<&str> =
        returned.iter().filter_map(|name| own_name(name, tenant, &own)).collect();
    let listed = |name: &str| Listed { tenant: Some(tenant.name.clone()), name: name.to_owned() };
    named.into_iter().map(listed).collect()
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
