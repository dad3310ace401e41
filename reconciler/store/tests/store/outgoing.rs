//! Messages to persons with their links, and calls of webhooks.

use ordain_store::rows::{
    Handed, Letter, MessageKey, MessageRow, MessageState, NewCall, NewLink, NewMessage, OutcomeRow,
    SessionWrite, TokenHash,
};
use ordain_store::{SessionId, Store, TenantId, TenantScope};

use crate::at;
use crate::enrolments::enrolled;
use crate::journal::row as session;

fn message(kind: &str, recipient: &str, text: &str, link: Option<&str>) -> NewMessage {
    NewMessage {
        kind: kind.into(),
        recipient: recipient.into(),
        letter: Letter { text: text.into(), html: "<p>".into(), ..Letter::default() },
        link: link.map(|hash| NewLink { hash: TokenHash(hash.into()), until: at(100) }),
    }
}

fn call(id: &str, hook: &str) -> NewCall {
    NewCall { id: id.into(), hook: hook.into(), event: "session".into(), body: "{}".into() }
}

/// What is due at a second, of one tenant.
async fn due(store: &dyn Store, tenant: &str, second: i64) -> Vec<MessageRow> {
    let scope = TenantScope::One(TenantId::new(tenant));
    store.due_messages(&scope, at(second), 10).await.unwrap()
}

pub(crate) async fn messages(store: &dyn Store) {
    let computer = enrolled(store, "mail", "mail-1").await.0;
    let scope = TenantScope::One(TenantId::new("mail"));
    let row = session("mail", "s-mail", &computer);
    let first = SessionWrite {
        events: vec!["{}".into()],
        messages: vec![
            message("before", "jo@x.example", "first", Some("h-1")),
            message("before", "al@x.example", "first", None),
        ],
        ..SessionWrite::of(row.clone(), 0, at(0))
    };
    store.journal(first).await.unwrap();
    // The same message again changes nothing.
    let again = SessionWrite {
        events: vec!["{}".into()],
        messages: vec![message("before", "jo@x.example", "second", Some("h-2"))],
        ..SessionWrite::of(row.clone(), 1, at(1))
    };
    store.journal(again).await.unwrap();
    let waiting = due(store, "mail", 2).await;
    let brief: Vec<_> =
        waiting.iter().map(|row| (row.key.recipient.as_str(), row.letter.text.as_str())).collect();
    assert_eq!(brief, [("al@x.example", "first"), ("jo@x.example", "first")]);
    assert_eq!(due(store, "mail-other", 2).await, []);

    // One gets it, and while it has it nobody else does.
    let key = |recipient: &str| MessageKey {
        tenant: TenantId::new("mail"),
        session: SessionId::new("s-mail"),
        kind: "before".into(),
        recipient: recipient.into(),
    };
    let (jo, al) = (key("jo@x.example"), key("al@x.example"));
    assert!(store.take_message(&jo, at(3)).await.unwrap());
    assert!(!store.take_message(&jo, at(3)).await.unwrap());
    assert_eq!(due(store, "mail", 4).await.len(), 1);
    let later = Handed::Again { at: at(50), error: "busy".into() };
    store.message_handed(&jo, later, at(4)).await.unwrap();
    assert_eq!(due(store, "mail", 49).await.len(), 1);
    let waiting = due(store, "mail", 50).await;
    assert_eq!((waiting.len(), waiting[1].attempts), (2, 1), "{waiting:#?}");
    store.message_handed(&jo, Handed::Over, at(51)).await.unwrap();

    // What was being sent when everything ended may have been sent.
    assert!(store.take_message(&al, at(52)).await.unwrap());
    assert_eq!(store.give_up_on_taken_messages(at(53)).await.unwrap(), 1);
    let all = store.messages(&scope, &SessionId::new("s-mail")).await.unwrap();
    let states: Vec<_> = all.iter().map(|row| row.state).collect();
    assert_eq!(states, [MessageState::Unknown, MessageState::Sent]);
    assert!(all.iter().all(|row| row.letter.text.is_empty() && row.letter.html.is_empty()));
    let counts = store.message_counts(&scope).await.unwrap();
    assert_eq!(counts, [("sent".to_owned(), 1), ("unknown".to_owned(), 1)]);

    links(store, &scope, session("mail", "s-mail", &computer)).await;
}

async fn links(store: &dyn Store, scope: &TenantScope, row: ordain_store::rows::SessionRow) {
    let hash = TokenHash("h-1".into());
    let link = store.link(scope, &hash).await.unwrap().unwrap();
    assert_eq!((link.key.recipient.as_str(), link.until), ("jo@x.example", at(100)));
    assert_eq!(link.used_at, None);
    // A message that was not written has no link either.
    assert_eq!(store.link(scope, &TokenHash("h-2".into())).await.unwrap(), None);
    let other = TenantScope::One(TenantId::new("mail-other"));
    assert_eq!(store.link(&other, &hash).await.unwrap(), None);
    for (after, second) in [(2, 60), (3, 61)] {
        let used = SessionWrite {
            events: vec!["{}".into()],
            used_link: Some(hash.clone()),
            ..SessionWrite::of(row.clone(), after, at(second))
        };
        store.journal(used).await.unwrap();
        let link = store.link(scope, &hash).await.unwrap().unwrap();
        assert_eq!(link.used_at, Some(at(60)), "the first use stays");
    }
}

pub(crate) async fn calls(store: &dyn Store) {
    let computer = enrolled(store, "calls", "calls-1").await.0;
    let scope = TenantScope::One(TenantId::new("calls"));
    let write = SessionWrite {
        events: vec!["{}".into()],
        calls: vec![call("s.2", "desk"), call("s.1", "desk"), call("s.1", "gone")],
        ..SessionWrite::of(session("calls", "s-calls", &computer), 0, at(0))
    };
    store.journal(write).await.unwrap();
    let due = store.due_calls(&scope, "desk", at(1), 10).await.unwrap();
    assert_eq!(due.iter().map(|row| row.key.id.as_str()).collect::<Vec<_>>(), ["s.1", "s.2"]);
    let later = Handed::Again { at: at(9), error: "it answers 500".into() };
    store.call_handed(&due[0].key, later, at(2)).await.unwrap();
    store.call_handed(&due[1].key, Handed::Never("410".into()), at(2)).await.unwrap();
    assert_eq!(store.due_calls(&scope, "desk", at(8), 10).await.unwrap(), []);
    let again = store.due_calls(&scope, "desk", at(9), 10).await.unwrap();
    assert_eq!((again[0].key.id.as_str(), again[0].attempts), ("s.1", 1));
    let count = |hook: &str, state: &str| (hook.to_owned(), state.to_owned(), 1);
    assert_eq!(
        store.call_counts(&scope).await.unwrap(),
        [count("desk", "failed"), count("desk", "waiting"), count("gone", "waiting")]
    );
    store.call_handed(&again[0].key, Handed::Over, at(10)).await.unwrap();
    assert_eq!(store.keep_calls_of(&["desk".to_owned()]).await.unwrap(), 1);
    assert_eq!(store.call_counts(&scope).await.unwrap(), [count("desk", "failed")]);
}

pub(crate) async fn last_outcomes(store: &dyn Store) {
    let computer = enrolled(store, "last", "last-1").await.0;
    let scope = TenantScope::One(TenantId::new("last"));
    let outcome = |item: &str, result: &str| OutcomeRow {
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
    };
    let sessions = [
        ("s-last-1", vec![outcome("task/a", "passed"), outcome("task/b", "passed")]),
        ("s-last-2", vec![outcome("task/b", "failed")]),
    ];
    for (id, outcomes) in sessions {
        let write = SessionWrite {
            events: vec!["{}".into()],
            outcomes,
            ..SessionWrite::of(session("last", id, &computer), 0, at(0))
        };
        store.journal(write).await.unwrap();
    }
    let last = store.last_outcomes(&scope, &computer).await.unwrap();
    assert_eq!(last, [outcome("task/a", "passed"), outcome("task/b", "failed")]);
    let other = TenantScope::One(TenantId::new("last-other"));
    assert_eq!(store.last_outcomes(&other, &computer).await.unwrap(), []);
}
