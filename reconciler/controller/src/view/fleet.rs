//! How a whole fleet stands, from how each item ended last on each computer.
//!
//! Pure: rows in, the shapes of `ordain compliance --format json` and
//! `ordain failures --format json` out.

use std::collections::{BTreeMap, BTreeSet};

use jiff::Timestamp;
use ordain_store::rows::{LatestOutcome, OutcomeRow};
use serde::Serialize;

/// How many computers are named where there are many.
const NAMED: usize = 20;

/// How an item stands on a computer.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Standing {
    /// As wished, or brought there.
    Compliant,
    /// It was tried, or known to fail.
    Failed,
    /// Something is to be done that was not carried out.
    Open,
    /// Nobody knows.
    Unknown,
    /// Left alone by the policy: never counted as compliant.
    Ignored,
    /// Not for this computer.
    NotApplicable,
}

impl Standing {
    /// Its word.
    pub(crate) fn word(self) -> &'static str {
        match self {
            Self::Compliant => "compliant",
            Self::Failed => "failed",
            Self::Open => "open",
            Self::Unknown => "unknown",
            Self::Ignored => "ignored",
            Self::NotApplicable => "not-applicable",
        }
    }
}

/// How an item stands after an outcome.
pub(crate) fn standing(outcome: &OutcomeRow) -> Standing {
    match (outcome.result.as_deref(), outcome.reason.as_str()) {
        (_, "ignored") => Standing::Ignored,
        (_, "not-applicable") => Standing::NotApplicable,
        // An audit that does not hold, and is not put right.
        (Some("passed"), "not-compliant") if outcome.action == "none" => Standing::Open,
        (Some("passed"), _) => Standing::Compliant,
        (Some("failed"), _) => Standing::Failed,
        (Some("unknown"), _) => Standing::Unknown,
        _ => Standing::Open,
    }
}

/// How far a tenant's computers are as the policy wishes.
#[derive(Debug, Serialize)]
pub(crate) struct Compliance {
    tenants: Vec<TenantCompliance>,
}

#[derive(Debug, Serialize)]
struct TenantCompliance {
    tenant: String,
    /// Computers of which anything is known.
    computers: usize,
    /// Those on which everything that counts is compliant.
    compliant: usize,
    items: Vec<ItemCompliance>,
}

#[derive(Debug, Default, Serialize)]
#[serde(rename_all = "camelCase")]
struct ItemCompliance {
    item: String,
    compliant: usize,
    failed: usize,
    open: usize,
    unknown: usize,
    ignored: usize,
    not_applicable: usize,
}

/// Counts, by tenant and item.
pub(crate) fn compliance(latest: &[LatestOutcome]) -> Compliance {
    let tenant = |rows: &[LatestOutcome]| {
        let mut items: BTreeMap<&str, ItemCompliance> = BTreeMap::new();
        let mut computers: BTreeMap<&str, bool> = BTreeMap::new();
        for row in rows {
            let standing = standing(&row.outcome);
            let good = computers.entry(row.computer.as_str()).or_insert(true);
            *good &= !matches!(standing, Standing::Failed | Standing::Open | Standing::Unknown);
            let counts = items.entry(&row.outcome.item).or_default();
            *match standing {
                Standing::Compliant => &mut counts.compliant,
                Standing::Failed => &mut counts.failed,
                Standing::Open => &mut counts.open,
                Standing::Unknown => &mut counts.unknown,
                Standing::Ignored => &mut counts.ignored,
                Standing::NotApplicable => &mut counts.not_applicable,
            } += 1;
        }
        TenantCompliance {
            tenant: rows[0].tenant.to_string(),
            computers: computers.len(),
            compliant: computers.values().filter(|good| **good).count(),
            items: items
                .into_iter()
                .map(|(item, counts)| ItemCompliance { item: item.to_owned(), ..counts })
                .collect(),
        }
    };
    Compliance { tenants: latest.chunk_by(|a, b| a.tenant == b.tenant).map(tenant).collect() }
}

/// What fails, the most frequent first.
#[derive(Debug, Serialize)]
pub(crate) struct Failures {
    failures: Vec<Failure>,
}

/// The same failure on one or many computers.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
struct Failure {
    item: String,
    action: String,
    reason: String,
    exit_code: Option<i32>,
    /// What they have in common, `#` for what differs.
    cause: String,
    /// On how many computers.
    count: usize,
    tenants: usize,
    /// Items that failed on these computers because of it, with how many.
    held_up: BTreeMap<String, usize>,
    /// Some of the computers, as `TENANT/NAME`.
    computers: Vec<String>,
    /// One session to look at.
    session: String,
    since: Option<Timestamp>,
}

/// Groups failures by their root: what failed only because a prerequisite did
/// is counted with that one's failure on the same computer.
pub(crate) fn failures(latest: &[LatestOutcome]) -> Failures {
    let failed = |row: &&LatestOutcome| standing(&row.outcome) == Standing::Failed;
    let mut groups: BTreeMap<Cause<'_>, Vec<&LatestOutcome>> = BTreeMap::new();
    let mut followers: BTreeMap<&str, BTreeSet<&str>> = BTreeMap::new();
    let own: BTreeSet<&str> = latest
        .iter()
        .filter(failed)
        .filter(|row| row.outcome.reason != FOLLOWS)
        .map(|row| row.computer.as_str())
        .collect();
    for row in latest.iter().filter(failed) {
        if row.outcome.reason == FOLLOWS && own.contains(row.computer.as_str()) {
            followers.entry(row.computer.as_str()).or_default().insert(&row.outcome.item);
        } else {
            groups.entry(Cause::of(&row.outcome)).or_default().push(row);
        }
    }
    let mut failures: Vec<Failure> =
        groups.into_iter().map(|(cause, rows)| cause.failure(&rows, &followers)).collect();
    failures.sort_by_key(|failure| std::cmp::Reverse(failure.count));
    Failures { failures }
}

/// The reason of an item that failed only because another one did.
const FOLLOWS: &str = "prerequisite-failed";

/// What makes failures the same.
#[derive(PartialEq, Eq, PartialOrd, Ord)]
struct Cause<'a> {
    item: &'a str,
    action: &'a str,
    reason: &'a str,
    exit_code: Option<i32>,
    said: &'a str,
}

impl<'a> Cause<'a> {
    fn of(outcome: &'a OutcomeRow) -> Self {
        Self {
            item: &outcome.item,
            action: &outcome.action,
            reason: &outcome.reason,
            exit_code: outcome.exit_code,
            said: outcome.cause.as_deref().or(outcome.message.as_deref()).unwrap_or_default(),
        }
    }

    fn failure(
        &self,
        rows: &[&LatestOutcome],
        followers: &BTreeMap<&str, BTreeSet<&str>>,
    ) -> Failure {
        let mut held_up = BTreeMap::new();
        for item in rows.iter().filter_map(|row| followers.get(row.computer.as_str())).flatten() {
            *held_up.entry((*item).to_owned()).or_default() += 1;
        }
        let named = rows.iter().take(NAMED);
        Failure {
            item: self.item.to_owned(),
            action: self.action.to_owned(),
            reason: self.reason.to_owned(),
            exit_code: self.exit_code,
            cause: self.said.to_owned(),
            count: rows.len(),
            tenants: rows.iter().map(|row| &row.tenant).collect::<BTreeSet<_>>().len(),
            held_up,
            computers: named.map(|row| format!("{}/{}", row.tenant, row.computer_name)).collect(),
            session: rows[0].session.to_string(),
            since: rows.iter().filter_map(|row| row.ended_at).min(),
        }
    }
}

#[cfg(test)]
mod tests {
    use ordain_store::{ComputerId, SessionId, TenantId};
    use serde_json::json;

    use super::*;

    /// `TENANT/COMPUTER ITEM ACTION REASON RESULT CODE CAUSE`, a hyphen for nothing.
    fn rows(text: &str) -> Vec<LatestOutcome> {
        let some = |word: &str| (word != "-").then(|| word.to_owned());
        let row = |line: &str| {
            let words: Vec<&str> = line.split_whitespace().collect();
            let (tenant, computer) = words[0].split_once('/').expect("a tenant and a computer");
            LatestOutcome {
                tenant: TenantId::new(tenant),
                computer: ComputerId::new(words[0]),
                computer_name: computer.to_owned(),
                session: SessionId::new(format!("s-{computer}")),
                ended_at: None,
                outcome: OutcomeRow {
                    item: words[1].to_owned(),
                    action: words[2].to_owned(),
                    reason: words[3].to_owned(),
                    from: None,
                    to: None,
                    by: None,
                    status: "done".to_owned(),
                    result: some(words[4]),
                    message: None,
                    exit_code: words[5].parse().ok(),
                    cause: some(words[6]),
                },
            }
        };
        text.lines().map(str::trim).filter(|line| !line.is_empty()).map(row).collect()
    }

    #[test]
    fn computers_are_counted_by_item() {
        let latest = rows(
            "a/one   software/x none     up-to-date       passed  - -
             a/one   task/y     none     not-compliant    passed  - -
             a/two   software/x install  software-missing failed  1 no-space
             a/two   task/y     none     ignored          -       - -
             a/three software/x install  software-missing -       - -
             a/four  software/x install  software-missing passed  0 -
             a/four  task/y     none     not-applicable   -       - -
             b/five  software/x none     unknown          unknown - -",
        );
        assert_eq!(
            serde_json::to_value(compliance(&latest)).expect("JSON"),
            json!({"tenants": [
                {"tenant": "a", "computers": 4, "compliant": 1, "items": [
                    {"item": "software/x", "compliant": 2, "failed": 1, "open": 1, "unknown": 0, "ignored": 0, "notApplicable": 0},
                    {"item": "task/y", "compliant": 0, "failed": 0, "open": 1, "unknown": 0, "ignored": 1, "notApplicable": 1}
                ]},
                {"tenant": "b", "computers": 1, "compliant": 0, "items": [
                    {"item": "software/x", "compliant": 0, "failed": 0, "open": 0, "unknown": 1, "ignored": 0, "notApplicable": 0}
                ]}
            ]})
        );
    }

    #[test]
    fn failures_are_grouped_by_their_root() {
        let latest = rows(
            "a/one   software/runtime install software-missing    failed 1 no-space
             a/one   software/client  none    prerequisite-failed failed - -
             a/two   software/runtime install software-missing    failed 1 no-space
             b/three software/runtime install software-missing    failed 2 no-space
             b/four  software/client  none    prerequisite-failed failed - absent-x
             b/five  software/client  install software-missing    passed 0 -",
        );
        let failures = serde_json::to_value(failures(&latest)).expect("JSON");
        let told: Vec<String> = failures["failures"]
            .as_array()
            .expect("a list")
            .iter()
            .map(|one| {
                format!(
                    "{} {} {} x{} {} {}",
                    one["item"],
                    one["exitCode"],
                    one["cause"],
                    one["count"],
                    one["heldUp"],
                    one["computers"]
                )
                .replace('"', "")
            })
            .collect();
        assert_eq!(
            told,
            [
                "software/runtime 1 no-space x2 {software/client:1} [a/one,a/two]",
                "software/client null absent-x x1 {} [b/four]",
                "software/runtime 2 no-space x1 {} [b/three]",
            ]
        );
    }
}
