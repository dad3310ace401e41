//! Which calls of webhooks follow from a step of a session, and what they say.
//!
//! Pure: the same step gives the same calls under the same ids, so that a crash
//! neither loses nor doubles one, and a receiver can tell one that comes twice.
//! The shapes are documented in `docs/operating.md`; making the calls is
//! [`super::call`]'s.

use std::collections::BTreeMap;
use std::path::PathBuf;

use jiff::Timestamp;
use ordain_core::session::Session;
use ordain_source::Secret;
use ordain_store::rows::{NewCall, OutcomeRow, SessionRow, SessionWrite};
use serde::Serialize;

use crate::view::standing;

/// A webhook.
#[derive(Debug, Clone)]
pub struct HookConfig {
    /// What it is called.
    pub name: String,
    /// What is called.
    pub url: String,
    /// What calls are signed with.
    pub secret: Secret,
    /// What it is told.
    pub events: Vec<HookEvent>,
    /// The tenants it is told of; none for all.
    pub tenants: Vec<String>,
    /// A PEM file of the authorities that are trusted instead of the system's.
    pub ca: Option<PathBuf>,
    /// Whether `http` to another computer is put up with.
    pub allow_http: bool,
}

/// What a webhook is told.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum HookEvent {
    /// A session's status changed.
    Session,
    /// Items of a computer stand otherwise than before.
    Compliance,
}

impl HookEvent {
    fn word(self) -> &'static str {
        match self {
            Self::Session => "session",
            Self::Compliance => "compliance",
        }
    }
}

impl HookConfig {
    /// Whether it is told of that, for that tenant.
    fn wants(&self, event: HookEvent, tenant: &str) -> bool {
        let of_tenant = self.tenants.is_empty() || self.tenants.iter().any(|own| own == tenant);
        of_tenant && self.events.contains(&event)
    }
}

/// Whether any of them wants to know how a tenant's items stood before.
pub(crate) fn compare(hooks: &[HookConfig], tenant: &str) -> bool {
    hooks.iter().any(|hook| hook.wants(HookEvent::Compliance, tenant))
}

/// The calls that a write gives occasion to. `status` is the session's before,
/// `known` how the computer's items ended before.
pub(crate) fn calls(
    hooks: &[HookConfig],
    status: &str,
    session: &Session,
    write: &SessionWrite,
    known: &[OutcomeRow],
) -> Vec<NewCall> {
    let mut told: Vec<(HookEvent, Happening<'_>)> = Vec::new();
    if status != write.row.status {
        told.push((HookEvent::Session, Happening::Session(Told::of(status, session, write))));
    }
    let items = changed(known, &write.outcomes);
    if !items.is_empty() {
        let session = write.row.id.as_str();
        told.push((HookEvent::Compliance, Happening::Compliance { session, items }));
    }
    let mut calls = Vec::new();
    for (event, happening) in told {
        let wanting = || hooks.iter().filter(|hook| hook.wants(event, write.row.tenant.as_str()));
        if wanting().next().is_none() {
            continue;
        }
        // The journal has no such entry yet, and never has another one.
        let id = format!("{}.{:06}.{}", write.row.id, write.after, event.word());
        let body = Body {
            id: &id,
            event: event.word(),
            at: write.at,
            tenant: write.row.tenant.as_str(),
            computer: &write.row.computer_name,
            happening,
        };
        let body = serde_json::to_string(&body).expect("texts, numbers and times are JSON");
        calls.extend(wanting().map(|hook| NewCall {
            id: id.clone(),
            hook: hook.name.clone(),
            event: event.word().to_owned(),
            body: body.clone(),
        }));
    }
    calls
}

/// What is sent.
#[derive(Serialize)]
struct Body<'a> {
    id: &'a str,
    event: &'static str,
    at: Timestamp,
    tenant: &'a str,
    computer: &'a str,
    #[serde(flatten)]
    happening: Happening<'a>,
}

#[derive(Serialize)]
#[serde(untagged)]
enum Happening<'a> {
    Session(Told<'a>),
    Compliance { session: &'a str, items: Vec<Change<'a>> },
}

/// A session, as far as it has come.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Told<'a> {
    session: &'a str,
    kind: &'a str,
    /// Its status, and the one before.
    status: &'a str,
    was: &'a str,
    reason: Option<&'a str>,
    revision: Option<&'a str>,
    /// When its plan is carried out, while it waits for that.
    executes_at: Option<Timestamp>,
    started_at: Option<Timestamp>,
    ended_at: Option<Timestamp>,
    /// How many actions have which result, once it is over.
    results: BTreeMap<&'a str, usize>,
}

impl<'a> Told<'a> {
    fn of(was: &'a str, session: &Session, write: &'a SessionWrite) -> Self {
        let row: &SessionRow = &write.row;
        let mut results = BTreeMap::new();
        for outcome in &write.outcomes {
            *results.entry(outcome.result.as_deref().unwrap_or("none")).or_default() += 1;
        }
        Self {
            session: row.id.as_str(),
            kind: &row.kind,
            status: &row.status,
            was,
            reason: row.reason.as_deref(),
            revision: row.revision.as_deref(),
            executes_at: session.executes_at(),
            started_at: row.started_at,
            ended_at: row.ended_at,
            results,
        }
    }
}

/// An item that stands otherwise than before, in the words of `ordain compliance`.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Change<'a> {
    item: &'a str,
    /// None where nothing was known of it.
    was: Option<&'static str>,
    now: &'static str,
    action: &'a str,
    reason: &'a str,
    by: Option<&'a str>,
    message: Option<&'a str>,
}

fn changed<'a>(known: &[OutcomeRow], outcomes: &'a [OutcomeRow]) -> Vec<Change<'a>> {
    // Of several actions on one item, a patch and its base, the last one counts.
    let last = |rows: &'a [OutcomeRow]| {
        let rows: BTreeMap<&'a str, &'a OutcomeRow> =
            rows.iter().map(|row| (row.item.as_str(), row)).collect();
        rows
    };
    let before: BTreeMap<&str, &'static str> =
        known.iter().map(|row| (row.item.as_str(), standing(row).word())).collect();
    let change = |outcome: &'a OutcomeRow| {
        let was = before.get(outcome.item.as_str()).copied();
        let now = standing(outcome).word();
        (was != Some(now)).then(|| Change {
            item: &outcome.item,
            was,
            now,
            action: &outcome.action,
            reason: &outcome.reason,
            by: outcome.by.as_deref(),
            message: outcome.message.as_deref(),
        })
    };
    last(outcomes).into_values().filter_map(change).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn outcome(item: &str, result: &str) -> OutcomeRow {
        OutcomeRow {
            item: item.into(),
            action: "none".into(),
            reason: "compliant".into(),
            from: None,
            to: None,
            by: None,
            status: "done".into(),
            result: Some(result.into()),
            message: None,
            exit_code: None,
            cause: None,
        }
    }

    #[test]
    fn only_what_stands_otherwise_than_before_is_told() {
        let known = [outcome("task/a", "passed"), outcome("task/b", "failed")];
        let now = [
            outcome("task/a", "passed"),
            outcome("task/b", "passed"),
            outcome("task/c", "failed"),
            // A patch and its base: the last one counts.
            outcome("task/d", "passed"),
            outcome("task/d", "failed"),
        ];
        let told = changed(&known, &now);
        let told: Vec<_> = told.iter().map(|one| (one.item, one.was, one.now)).collect();
        assert_eq!(
            told,
            [
                ("task/b", Some("failed"), "compliant"),
                ("task/c", None, "failed"),
                ("task/d", None, "failed"),
            ]
        );
    }

    #[test]
    fn a_webhook_is_told_of_its_events_and_tenants() {
        let hook = |events: &[HookEvent], tenants: &[&str]| HookConfig {
            name: "desk".into(),
            url: "https://desk.example".into(),
            secret: Secret::new("x"),
            events: events.to_vec(),
            tenants: tenants.iter().map(ToString::to_string).collect(),
            ca: None,
            allow_http: false,
        };
        let everything = hook(&[HookEvent::Session, HookEvent::Compliance], &[]);
        assert!(everything.wants(HookEvent::Session, "acme"));
        assert!(everything.wants(HookEvent::Compliance, "other"));
        let narrow = hook(&[HookEvent::Session], &["acme"]);
        assert!(narrow.wants(HookEvent::Session, "acme"));
        assert!(!narrow.wants(HookEvent::Session, "acme-two"));
        assert!(!compare(&[narrow], "acme") && compare(&[everything], "acme"));
    }
}
