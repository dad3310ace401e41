//! Journals are continued by one, in order, and orders' numbers only rise.

use ordain_store::rows::{NewOrder, OutcomeRow, SessionFilter, SessionRow, SessionWrite};
use ordain_store::{AgentId, ComputerId, SessionId, Store, StoreError, TenantId, TenantScope};

use crate::{at, enrolments};

pub(crate) fn row(tenant: &str, id: &str, computer: &ComputerId) -> SessionRow {
    SessionRow {
        tenant: TenantId::new(tenant),
        id: SessionId::new(id),
        computer: computer.clone(),
        computer_name: "pc".into(),
        kind: "maintenance".into(),
        status: "created".into(),
        open: true,
        revision: None,
        created_at: at(0),
        started_at: None,
        ended_at: None,
        running_seconds: 0,
        reason: None,
    }
}

pub(crate) fn write(row: SessionRow, after: u64, events: &[&str]) -> SessionWrite {
    SessionWrite {
        events: events.iter().map(|&event| event.to_owned()).collect(),
        ..SessionWrite::of(row, after, at(1))
    }
}

pub(crate) async fn appends(store: &dyn Store) {
    let (computer, agent) = enrolments::enrolled(store, "journal", "journal-1").await;
    let row = row("journal", "s-journal", &computer);
    let scope = TenantScope::One(TenantId::new("journal"));
    store.journal(write(row.clone(), 0, &["one"])).await.unwrap();
    let mut next = write(
        SessionRow { status: "running".into(), started_at: Some(at(2)), ..row.clone() },
        1,
        &["two", "three"],
    );
    next.acked = Some((agent.clone(), 7));
    store.journal(next).await.unwrap();

    // Whoever knows less of the journal than there is writes nothing at all.
    let mut stale = write(SessionRow { status: "failed".into(), ..row.clone() }, 1, &["two'"]);
    stale.acked = Some((agent.clone(), 99));
    assert!(matches!(store.journal(stale).await, Err(StoreError::Conflict(_))));
    assert!(matches!(store.journal(write(row, 0, &["one'"])).await, Err(StoreError::Conflict(_))));

    let id = SessionId::new("s-journal");
    let events: Vec<_> = store
        .events(&scope, &id, 2)
        .await
        .unwrap()
        .into_iter()
        .map(|each| (each.seq, each.event))
        .collect();
    assert_eq!(events, [(2, "two".to_owned()), (3, "three".to_owned())]);
    let session = store.session(&scope, &id).await.unwrap().unwrap();
    assert_eq!((session.status.as_str(), session.started_at), ("running", Some(at(2))));
    assert_eq!(store.agent(&scope, &agent).await.unwrap().unwrap().acked, 7);
    store.acknowledge(&agent, 3).await.unwrap();
    assert_eq!(store.agent(&scope, &agent).await.unwrap().unwrap().acked, 7, "never falls");
}

pub(crate) async fn orders_rise(store: &dyn Store) {
    let (computer, agent) = enrolments::enrolled(store, "orders", "orders-1").await;
    let scope = TenantScope::One(TenantId::new("orders"));
    let order = |number| NewOrder {
        agent: agent.clone(),
        number,
        revision: "aaa".into(),
        expires_at: at(60),
    };
    let mut first = write(row("orders", "s-orders", &computer), 0, &["one"]);
    first.orders = vec![order(1), order(2)];
    store.journal(first).await.unwrap();

    // An agent that has seen more than this store knows: orders go on above it.
    store.agent_seen(&agent, at(3), "0.1.0", 40).await.unwrap();
    store.agent_seen(&agent, at(4), "0.1.1", 3).await.unwrap();
    let mut second = write(row("orders", "s-orders", &computer), 1, &["two"]);
    second.orders = vec![order(3)];
    assert!(matches!(store.journal(second.clone()).await, Err(StoreError::Conflict(_))));
    second.orders = vec![order(41)];
    store.journal(second).await.unwrap();
    let last = store.last_order(&scope, &SessionId::new("s-orders")).await.unwrap().unwrap();
    assert_eq!((last.number, last.expires_at), (41, at(60)));

    let known = store.agent(&scope, &agent).await.unwrap().unwrap();
    assert_eq!(
        (known.version.as_deref(), known.seen_at, known.last_order),
        (Some("0.1.1"), Some(at(4)), 41)
    );

    let mut nobody = write(row("orders", "s-nobody", &computer), 0, &["one"]);
    nobody.orders = vec![NewOrder { agent: AgentId::new("nobody"), ..order(1) }];
    assert!(matches!(store.journal(nobody).await, Err(StoreError::Conflict(_))));
    assert_eq!(
        store.session(&scope, &SessionId::new("s-nobody")).await.unwrap(),
        None,
        "all or nothing"
    );
}

pub(crate) async fn lists(store: &dyn Store) {
    let (computer, _) = enrolments::enrolled(store, "lists", "lists-1").await;
    let scope = TenantScope::One(TenantId::new("lists"));
    for number in 1..=5 {
        let row = SessionRow {
            open: number > 3,
            status: if number > 3 { "created" } else { "passed" }.into(),
            ..row("lists", &format!("s-l{number}"), &computer)
        };
        store.journal(write(row, 0, &["one"])).await.unwrap();
    }
    let ids =
        |rows: Vec<SessionRow>| rows.into_iter().map(|row| row.id.to_string()).collect::<Vec<_>>();
    let all = SessionFilter { limit: 10, ..SessionFilter::default() };
    assert_eq!(
        ids(store.sessions(&scope, &all).await.unwrap()),
        ["s-l5", "s-l4", "s-l3", "s-l2", "s-l1"]
    );
    let page = SessionFilter { before: Some(SessionId::new("s-l4")), limit: 2, ..all.clone() };
    assert_eq!(ids(store.sessions(&scope, &page).await.unwrap()), ["s-l3", "s-l2"]);
    let open = SessionFilter { open: true, computer: Some(computer), ..all };
    assert_eq!(ids(store.sessions(&scope, &open).await.unwrap()), ["s-l5", "s-l4"]);
    assert_eq!(ids(store.open_sessions(&scope).await.unwrap()), ["s-l4", "s-l5"]);
    assert_eq!(
        store.session_counts(&scope).await.unwrap(),
        [("created".to_owned(), 2), ("passed".to_owned(), 3)]
    );
}

pub(crate) async fn scopes(store: &dyn Store) {
    let (computer, _) = enrolments::enrolled(store, "scopes", "scopes-1").await;
    let id = SessionId::new("s-scopes");
    let mut new = write(row("scopes", "s-scopes", &computer), 0, &["one"]);
    new.outcomes = vec![OutcomeRow {
        item: "software/x".into(),
        action: "install".into(),
        reason: "software-missing".into(),
        from: None,
        to: Some("1.0".into()),
        by: Some("deployments/x.yaml".into()),
        status: "done".into(),
        result: Some("passed".into()),
        message: None,
        exit_code: Some(3010),
        cause: Some("error #".into()),
    }];
    let outcomes = new.outcomes.clone();
    store.journal(new).await.unwrap();
    let (own, other) =
        (TenantScope::One(TenantId::new("scopes")), TenantScope::One(TenantId::new("other")));
    assert_eq!(store.outcomes(&own, &id).await.unwrap(), outcomes);
    assert_eq!(store.outcomes(&other, &id).await.unwrap(), []);
    let mut later = write(row("scopes", "s-scopes2", &computer), 0, &["one"]);
    later.outcomes = vec![OutcomeRow { action: "none".into(), ..outcomes[0].clone() }];
    store.journal(later).await.unwrap();
    let latest = store.latest_outcomes(&own).await.unwrap();
    let told: Vec<_> = latest
        .iter()
        .map(|one| (one.session.as_str(), one.computer_name.as_str(), one.outcome.action.as_str()))
        .collect();
    assert_eq!(told, [("s-scopes2", "pc-scopes-1", "none")], "the last session's word counts");
    assert_eq!(latest[0].outcome.exit_code, Some(3010));
    assert_eq!(store.latest_outcomes(&other).await.unwrap(), []);
    assert_eq!(store.events(&other, &id, 1).await.unwrap(), []);
    assert_eq!(store.session(&other, &id).await.unwrap(), None);
    assert_eq!(store.last_order(&other, &id).await.unwrap(), None);
    assert_eq!(store.agents(&other).await.unwrap(), []);
    assert_eq!(store.computer(&other, &computer).await.unwrap(), None);
    assert_eq!(store.session_counts(&other).await.unwrap(), []);
}
