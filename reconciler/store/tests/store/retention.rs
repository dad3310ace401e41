//! What is kept once, and what is removed.

use jiff::Timestamp;
use ordain_store::rows::{OutcomeRow, Pruned, Retained, SessionRow, SessionWrite};
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
    store.journal(journal::write(row.clone(), 0, &["one", "two"])).await.unwrap();
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
        let Pruned { journals, sessions } = store.prune(before, most).await.unwrap();
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
    assert!(store.session(&scope, &SessionId::new("s-kept-0001")).await.unwrap().is_some());

    // A session that was put off is the last one about its items, however old it is.
    ended(store, &computer, 5, &[outcome("task/y", "not-compliant")]).await;
    let last = latest().await;
    assert_eq!(last[1], ("s-kept-0005".to_owned(), outcome("task/y", "not-compliant")));

    // What was done is one more each time.
    let set = OutcomeRow { action: "set".into(), ..outcome("task/z", "not-compliant") };
    for second in [11, 12] {
        ended(store, &computer, second, std::slice::from_ref(&set)).await;
        assert_eq!(stored(second).await, std::slice::from_ref(&set));
    }
}
