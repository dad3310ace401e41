//! What is kept once, and what is removed.

use jiff::Timestamp;
use ordain_store::rows::{
    Handed, Letter, NewCall, NewMessage, OutcomeRow, Pruned, Retained, SessionRow, SessionWrite,
};
use ordain_store::{ComputerId, SessionId, Store, TenantId, TenantScope};

use crate::{at, enrolments, journal};

/// A second before everything else that the suite does, which is kept.
fn long_ago(second: i64) -> Timestamp {
    at(second - 1000)
}

fn outcome(item: &str, reason: &str) -> OutcomeRow {
    OutcomeRow {
        item: item.to_owned(),
        action: "none".into(),
        reason: reason.to_owned(),
        from: None,
        to: None,
        by: None,
        status: "done".into(),
        result: Some("passed".into()),
        message: None,
        exit_code: None,
        cause: None,
    }
}

/// A session that ended at a second with these outcomes.
async fn ended(store: &dyn Store, computer: &ComputerId, second: i64, outcomes: &[OutcomeRow]) {
    let row = journal::row("kept", &format!("s-kept-{second:04}"), computer);
    let message = NewMessage {
        kind: "after".into(),
        recipient: "jo@kept.example".into(),
        letter: Letter::default(),
        link: None,
    };
    let first = journal::write(row.clone(), 0, &["one", "two"]);
    store.journal(SessionWrite { messages: vec![message], ..first }).await.unwrap();
    let over = SessionRow {
        open: false,
        status: "passed".into(),
        ended_at: Some(long_ago(second)),
        ..row
    };
    let outcomes = outcomes.to_vec();
    let write = SessionWrite { outcomes, ..SessionWrite::of(over, 2, long_ago(second)) };
    store.journal(write).await.unwrap();
}

pub(crate) async fn kept(store: &dyn Store) {
    let (computer, _) = enrolments::enrolled(store, "kept", "kept-1").await;
    let scope = TenantScope::One(TenantId::new("kept"));
    let (x, y) = (outcome("task/x", "compliant"), outcome("task/y", "compliant"));
    let worse = outcome("task/y", "not-compliant");
    ended(store, &computer, 1, &[x.clone(), y.clone()]).await;
    ended(store, &computer, 2, &[x.clone(), worse.clone()]).await;
    ended(store, &computer, 3, &[x.clone(), worse.clone()]).await;
    ended(store, &computer, 4, std::slice::from_ref(&x)).await;

    // What did not change is stored once, and still known to be of the last session.
    let stored = async |second: i64| {
        let id = SessionId::new(format!("s-kept-{second:04}"));
        store.outcomes(&scope, &id).await.unwrap()
    };
    assert_eq!(stored(1).await, [x.clone(), y]);
    assert_eq!(stored(2).await, std::slice::from_ref(&worse));
    assert_eq!((stored(3).await, stored(4).await), (vec![], vec![]));
    let latest = async || {
        let latest = store.latest_outcomes(&scope).await.unwrap();
        let each = latest.into_iter().map(|one| (one.session.to_string(), one.outcome));
        each.collect::<Vec<_>>()
    };
    let wanted = [("s-kept-0004".to_owned(), x), ("s-kept-0003".to_owned(), worse)];
    assert_eq!(latest().await, wanted);

    // Journals go first, a few at a time; then what no item needs.
    let prune = async |logs: i64, outcomes: i64, most: u32| {
        let before = Retained { logs: long_ago(logs), outcomes: long_ago(outcomes) };
        let Pruned { journals, sessions, .. } = store.prune(before, most).await.unwrap();
        (journals, sessions)
    };
    assert_eq!(prune(0, 0, 9).await, (0, 0));
    assert_eq!(prune(3, 0, 1).await, (1, 0), "the oldest first");
    assert_eq!(prune(3, 0, 9).await, (1, 0));
    assert_eq!(prune(3, 0, 9).await, (0, 0));
    let events = async |second: i64| {
        let id = SessionId::new(format!("s-kept-{second:04}"));
        store.events(&scope, &id, 1).await.unwrap().len()
    };
    assert_eq!((events(1).await, events(2).await, events(3).await), (0, 0, 2));
    assert_eq!(prune(9, 9, 9).await, (2, 0), "each says what some item came to last");
    assert_eq!(latest().await, wanted);
    let better = outcome("task/y", "compliant");
    ended(store, &computer, 10, &[better]).await;
    assert_eq!(prune(9, 9, 9).await, (0, 2), "the second and third say nothing any more");
    assert!(store.session(&scope, &SessionId::new("s-kept-0003")).await.unwrap().is_none());
    assert_eq!(latest().await.len(), 2);
    let told = async |second: i64| {
        let id = SessionId::new(format!("s-kept-{second:04}"));
        store.messages(&scope, &id).await.unwrap().len()
    };
    assert_eq!((told(1).await, told(2).await), (1, 0), "messages go with their session");
    assert!(store.session(&scope, &SessionId::new("s-kept-0001")).await.unwrap().is_some());

    // A session that was put off is the last one about its items, however old it is.
    ended(store, &computer, 5, &[outcome("task/y", "not-compliant")]).await;
    let last = latest().await;
    assert_eq!(last[1], ("s-kept-0005".to_owned(), outcome("task/y", "not-compliant")));

    calls(store, &scope, &computer).await;

    // What was done is one more each time.
    let set = OutcomeRow { action: "set".into(), ..outcome("task/z", "not-compliant") };
    for second in [11, 12] {
        ended(store, &computer, second, std::slice::from_ref(&set)).await;
        assert_eq!(stored(second).await, std::slice::from_ref(&set));
    }
}

/// Calls that nobody took are kept as long as journals; those that wait are kept.
async fn calls(store: &dyn Store, scope: &TenantScope, computer: &ComputerId) {
    let call = |id: &str| NewCall {
        id: id.into(),
        hook: "desk-kept".into(),
        event: "session".into(),
        body: "{}".into(),
    };
    let write = SessionWrite {
        events: vec!["{}".into()],
        calls: vec![call("a"), call("b"), call("c")],
        ..SessionWrite::of(journal::row("kept", "s-kept-calls", computer), 0, long_ago(0))
    };
    store.journal(write).await.unwrap();
    let due = store.due_calls(scope, "desk-kept", at(0), 10).await.unwrap();
    for (call, second) in due.iter().zip([20, 30]) {
        let never = Handed::Never("410".into());
        store.call_handed(&call.key, never, long_ago(second)).await.unwrap();
    }
    let logs = Retained { logs: long_ago(25), outcomes: long_ago(0) };
    assert_eq!(store.prune(logs, 9).await.unwrap().calls, 1, "the older one of those given up");
    assert_eq!(store.prune(logs, 9).await.unwrap().calls, 0);
    let counts = store.call_counts(scope).await.unwrap();
    let count = |state: &str| ("desk-kept".to_owned(), state.to_owned(), 1);
    assert_eq!(counts, [count("failed"), count("waiting")]);
    for call in &due {
        store.call_handed(&call.key, Handed::Over, at(0)).await.unwrap();
    }
}
