//! Commits, facts, findings and pauses.

use ordain_store::rows::{
    CommitRow, DiagnosticRow, FindingRow, NewFact, PauseRow, SessionRow, SessionWrite, Verdict,
};
use ordain_store::{ComputerId, SessionId, Store, TenantId, TenantScope};

use crate::identities::fact;
use crate::{at, enrolments};

fn diagnostic(file: &str) -> DiagnosticRow {
    DiagnosticRow {
        severity: "error".into(),
        code: "unknown-key".into(),
        message: "unknown key `stat`".into(),
        hint: Some("did you mean `state`?".into()),
        file: file.into(),
        line: 4,
        column: 1,
        end_column: 5,
        related: Vec::new(),
    }
}

fn commit(revision: &str, verdict: Verdict, files: &[&str]) -> CommitRow {
    CommitRow {
        revision: revision.into(),
        verdict,
        decided_at: at(5),
        diagnostics: files.iter().map(|file| diagnostic(file)).collect(),
    }
}

pub(crate) async fn commits(store: &dyn Store) {
    let all = TenantScope::All;
    assert_eq!(store.commit_in_force(&all).await.unwrap(), None);
    store.record_commit(commit("aaa", Verdict::Accepted, &[])).await.unwrap();
    store
        .record_commit(commit(
            "bbb",
            Verdict::Rejected,
            &["deployments/a.yaml", "tenants/acme/x.yaml", "tenants/contoso/x.yaml"],
        ))
        .await
        .unwrap();
    assert_eq!(store.commit_in_force(&all).await.unwrap().unwrap().revision, "aaa");
    let rejected = store.rejected_commits(&all).await.unwrap();
    assert_eq!(
        rejected,
        [commit(
            "bbb",
            Verdict::Rejected,
            &["deployments/a.yaml", "tenants/acme/x.yaml", "tenants/contoso/x.yaml"]
        )]
    );

    let acme = TenantScope::One(TenantId::new("acme"));
    let files: Vec<_> = store
        .rejected_commits(&acme)
        .await
        .unwrap()
        .remove(0)
        .diagnostics
        .into_iter()
        .map(|each| each.file)
        .collect();
    assert_eq!(
        files,
        ["deployments/a.yaml", "tenants/acme/x.yaml"],
        "no diagnostic of another tenant's file"
    );

    store.record_commit(commit("ccc", Verdict::Accepted, &[])).await.unwrap();
    assert_eq!(store.rejected_commits(&all).await.unwrap(), []);
    assert_eq!(store.commit_in_force(&all).await.unwrap().unwrap().revision, "ccc");
    assert_eq!(store.commit_history(&all, 2).await.unwrap().len(), 2);
}

pub(crate) async fn facts_and_findings(store: &dyn Store) {
    let (computer, _) = enrolments::enrolled(store, "known", "known-1").await;
    let scope = TenantScope::One(TenantId::new("known"));
    let facts = serde_json::json!({"chassis": "desktop"});
    store.record_facts(&computer, &facts, at(9)).await.unwrap();
    let row = store.computer(&scope, &computer).await.unwrap().unwrap();
    assert_eq!((row.facts, row.facts_at, row.inventoried_at), (Some(facts), Some(at(9)), None));

    let mut write = SessionWrite::of(session("known-s", &computer), 0, at(10));
    write.findings = vec![
        finding(&computer, "software/x", Some("1.0"), at(10)),
        finding(&computer, "task/y", None, at(10)),
    ];
    write.inventoried = true;
    store.journal(write).await.unwrap();
    let mut write = SessionWrite::of(session("known-s", &computer), 0, at(11));
    write.findings = vec![finding(&computer, "software/x", Some("2.0"), at(11))];
    store.journal(SessionWrite { row: session("known-s2", &computer), ..write }).await.unwrap();

    let found = store.findings(&scope, Some(&computer)).await.unwrap();
    assert_eq!(
        found,
        [
            finding(&computer, "software/x", Some("2.0"), at(11)),
            finding(&computer, "task/y", None, at(10))
        ]
    );
    assert_eq!(
        store.computer(&scope, &computer).await.unwrap().unwrap().inventoried_at,
        Some(at(10))
    );
    let other = TenantScope::One(TenantId::new("other"));
    assert_eq!(store.findings(&other, Some(&computer)).await.unwrap(), []);
    assert_eq!(store.findings(&other, None).await.unwrap(), []);
    assert_eq!(store.computers_named(&scope, "pc-known-1").await.unwrap().len(), 1);
    assert_eq!(store.computers_named(&other, "pc-known-1").await.unwrap().len(), 0);
}

pub(crate) fn session(id: &str, computer: &ComputerId) -> SessionRow {
    SessionRow {
        tenant: TenantId::new("known"),
        id: SessionId::new(id),
        computer: computer.clone(),
        computer_name: "pc-known-1".into(),
        kind: "maintenance".into(),
        status: "passed".into(),
        open: false,
        revision: None,
        created_at: at(10),
        started_at: None,
        ended_at: None,
        running_seconds: 0,
        reason: None,
    }
}

pub(crate) fn finding(
    computer: &ComputerId,
    item: &str,
    version: Option<&str>,
    found_at: jiff::Timestamp,
) -> FindingRow {
    FindingRow {
        tenant: TenantId::new("known"),
        computer: computer.clone(),
        item: item.into(),
        version: version.map(Into::into),
        offered: version.map(|version| vec![version.to_owned(), "0.1".to_owned()]),
        answer: version.is_none().then_some(false),
        output: None,
        failure: None,
        found_at,
    }
}

pub(crate) async fn pauses(store: &dyn Store) {
    let one = PauseRow { tenant: Some(TenantId::new("paused")), since: at(1) };
    store.pause(one.clone()).await.unwrap();
    store.pause(PauseRow { since: at(2), ..one.clone() }).await.unwrap();
    store.pause(PauseRow { tenant: None, since: at(3) }).await.unwrap();
    assert_eq!(
        store.pauses(&TenantScope::All).await.unwrap(),
        [PauseRow { tenant: None, since: at(3) }, one]
    );
    let other = TenantScope::One(TenantId::new("other"));
    assert_eq!(store.pauses(&other).await.unwrap(), [PauseRow { tenant: None, since: at(3) }]);
    store.resume(None).await.unwrap();
    store.resume(Some(&TenantId::new("paused"))).await.unwrap();
    assert_eq!(store.pauses(&TenantScope::All).await.unwrap(), []);
}

/// Time goes forward only.
pub(crate) async fn schedules(store: &dyn Store) {
    let followed = || store.schedules_followed(&TenantScope::All);
    assert_eq!(followed().await.unwrap(), None);
    for (noted, wanted) in [(5, 5), (9, 9), (7, 9)] {
        store.note_schedules_followed(at(noted)).await.unwrap();
        assert_eq!(followed().await.unwrap(), Some(at(wanted)));
    }
}

pub(crate) async fn inventory(store: &dyn Store) {
    let (computer, _) = enrolments::enrolled(store, "facts", "facts-1").await;
    let scope = TenantScope::One(TenantId::new("facts"));
    for (second, value) in [(1, 1), (2, 1), (3, 2), (4, 1)] {
        let mut write =
            SessionWrite::of(session(&format!("facts-{second}"), &computer), 0, at(second));
        write.row.tenant = TenantId::new("facts");
        write.facts = vec![
            fact("disk", serde_json::json!(value)),
            NewFact { history: false, ..fact("load", serde_json::json!({"now": second})) },
        ];
        store.journal(write).await.unwrap();
    }
    let told: Vec<_> = store
        .facts(&scope, Some(&computer))
        .await
        .unwrap()
        .into_iter()
        .map(|row| (row.fact, row.value, row.since, row.at))
        .collect();
    assert_eq!(
        told,
        [
            ("disk".to_owned(), serde_json::json!(1), at(4), at(4)),
            ("load".to_owned(), serde_json::json!({"now": 4}), at(4), at(4)),
        ]
    );
    let history = store.fact_history(&scope, &computer, "disk").await.unwrap();
    let changes: Vec<_> = history.into_iter().map(|one| (one.at, one.value)).collect();
    let one = serde_json::json!(1);
    assert_eq!(changes, [(at(4), one.clone()), (at(3), serde_json::json!(2)), (at(1), one)]);
    assert_eq!(store.fact_history(&scope, &computer, "load").await.unwrap(), []);
    let other = TenantScope::One(TenantId::new("other"));
    assert_eq!(store.facts(&other, Some(&computer)).await.unwrap(), []);
    assert_eq!(store.fact_history(&other, &computer, "disk").await.unwrap(), []);
}
