//! What is held back, rollouts, and what deployments take away again.

use ordain_store::rows::{
    DueRow, HaltRow, HeldAction, HeldWrite, InstalledRow, InstalledWrite, RolloutKey, RolloutRow,
    SessionWrite,
};
use ordain_store::{ComputerId, Store, TenantId, TenantScope};

use crate::at;
use crate::enrolments::enrolled;
use crate::journal::row as session;

fn action(item: &str, until: Option<i64>) -> HeldAction {
    HeldAction { item: item.into(), what: "windows/night".into(), until: until.map(at) }
}

async fn ends(
    store: &dyn Store,
    tenant: &str,
    computer: &ComputerId,
    id: &str,
    left: &[HeldAction],
) {
    let row = session(tenant, id, computer);
    let held = HeldWrite {
        sort: "maintenance".into(),
        request: format!("again after {id}"),
        actions: left.to_vec(),
    };
    let write = SessionWrite {
        events: vec!["{}".into()],
        held: Some(held),
        ..SessionWrite::of(row, 0, at(0))
    };
    store.journal(write).await.unwrap();
}

/// Who is due at a second, with the session that left it.
async fn due(store: &dyn Store, tenant: &str, second: i64, limit: u32) -> Vec<DueRow> {
    store.due(&TenantScope::One(TenantId::new(tenant)), at(second), limit).await.unwrap()
}

pub(crate) async fn held(store: &dyn Store) {
    let one = enrolled(store, "held", "held-1").await.0;
    let two = enrolled(store, "held", "held-2").await.0;
    let left = [action("software/a", Some(50)), action("software/b", None)];
    ends(store, "held", &one, "s-1", &left).await;
    ends(store, "held", &two, "s-2", &[action("software/a", Some(20))]).await;

    let scope = TenantScope::One(TenantId::new("held"));
    let all = store.held(&scope).await.unwrap();
    let names: Vec<_> =
        all.iter().map(|row| (row.computer_name.as_str(), row.action.item.as_str())).collect();
    assert_eq!(
        names,
        [("pc-held-1", "software/a"), ("pc-held-1", "software/b"), ("pc-held-2", "software/a")]
    );
    let other = TenantScope::One(TenantId::new("held-other"));
    assert_eq!(store.held(&other).await.unwrap(), []);

    assert_eq!(due(store, "held", 19, 9).await, []);
    let sessions = |due: Vec<DueRow>| -> Vec<String> {
        due.into_iter().map(|row| row.session.to_string()).collect()
    };
    assert_eq!(sessions(due(store, "held", 60, 9).await), ["s-2", "s-1"], "first come first");
    assert_eq!(sessions(due(store, "held", 60, 1).await), ["s-2"]);
    assert_eq!(due(store, "held-other", 60, 9).await, []);

    // What a later session leaves takes the place of all that the earlier one
    // left, and is not forgotten with it.
    let stale = due(store, "held", 60, 9).await.pop().unwrap();
    ends(store, "held", &one, "s-3", &[action("software/b", Some(40))]).await;
    store.forget_held(stale).await.unwrap();
    assert_eq!(sessions(due(store, "held", 60, 9).await), ["s-2", "s-3"]);
    let last = due(store, "held", 60, 9).await.pop().unwrap();
    assert_eq!((last.request.as_str(), last.at), ("again after s-3", at(40)));
    store.forget_held(last).await.unwrap();
    ends(store, "held", &two, "s-4", &[]).await;
    assert_eq!(store.held(&scope).await.unwrap(), []);

    ends(store, "held", &one, "s-5", &left).await;
    store.remove_computer(&TenantId::new("held"), &one).await.unwrap();
    assert_eq!(due(store, "held", 60, 9).await, [], "a computer that is gone is not come back for");
}

fn rollout(tenant: Option<&str>, content: &str, started: i64) -> RolloutRow {
    RolloutRow {
        key: RolloutKey {
            tenant: tenant.map(TenantId::new),
            deployment: "deployments/r.yaml".into(),
            item: "software/r".into(),
            version: None,
        },
        content: content.into(),
        revision: format!("commit of {content}"),
        started_at: at(started),
        ring: 1,
        since: at(started),
        halt: None,
    }
}

pub(crate) async fn rollouts(store: &dyn Store) {
    let computer = enrolled(store, "rolled", "rolled-1").await.0;
    let all = || store.rollouts(&TenantScope::All);
    let wide = rollout(None, "one", 10);
    let own = rollout(Some("rolled"), "one", 10);
    store.follow_rollouts(vec![wide.clone(), own.clone()]).await.unwrap();
    // The same again goes on; something else starts anew.
    store.follow_rollouts(vec![rollout(None, "one", 20), own.clone()]).await.unwrap();
    assert_eq!(all().await.unwrap(), [wide.clone(), own.clone()]);
    let newer = RolloutRow {
        key: RolloutKey { version: Some("2".into()), ..wide.key.clone() },
        ..wide.clone()
    };
    store.start_rollouts(vec![newer.clone()]).await.unwrap();
    let wide = rollout(None, "two", 30);
    store.follow_rollouts(vec![wide.clone(), own.clone()]).await.unwrap();
    assert_eq!(all().await.unwrap(), [wide.clone(), newer.clone(), own.clone()]);

    // A halt is cleared by a person, and what waited for it is looked at.
    ends(store, "rolled", &computer, "s-r1", &[action("software/r", None)]).await;
    let halt = HaltRow { ring: 2, at: at(40), failed: Some(3), computers: Some(20) };
    assert!(store.halt_rollout(wide.key.clone(), halt.clone()).await.unwrap());
    assert!(!store.halt_rollout(wide.key.clone(), halt.clone()).await.unwrap(), "it has halted");
    assert_eq!(all().await.unwrap()[0].halt, Some(halt.clone()));
    let seen = store.rollouts(&TenantScope::One(TenantId::new("stranger"))).await.unwrap();
    let bare = HaltRow { failed: None, computers: None, ..halt };
    let halts: Vec<_> = seen.iter().map(|row| row.halt.clone()).collect();
    assert_eq!(halts, [Some(bare), None], "no count over other tenants, nothing of theirs");
    assert_eq!(due(store, "rolled", 50, 9).await, []);
    assert!(store.clear_rollout(wide.key.clone(), at(50)).await.unwrap());
    assert!(!store.clear_rollout(wide.key.clone(), at(60)).await.unwrap(), "it goes on");
    let cleared = all().await.unwrap().remove(0);
    assert_eq!((cleared.ring, cleared.since, cleared.halt), (2, at(50), None));
    assert_eq!(due(store, "rolled", 50, 9).await.len(), 1);

    store.follow_rollouts(Vec::new()).await.unwrap();
    assert_eq!(all().await.unwrap(), []);
}

pub(crate) async fn installed(store: &dyn Store) {
    let computer = enrolled(store, "installed", "installed-1").await.0;
    let says = async |id: &str, revision: &str, write: InstalledWrite| {
        let mut row = session("installed", id, &computer);
        row.revision = Some(revision.into());
        let base = SessionWrite::of(row, 0, at(1));
        let write = SessionWrite { events: vec!["{}".into()], installed: vec![write], ..base };
        store.journal(write).await.unwrap();
    };
    let row = |deployment: &str, revision: &str| InstalledRow {
        tenant: TenantId::new("installed"),
        computer: computer.clone(),
        item: "software/a".into(),
        deployment: deployment.into(),
        revision: revision.into(),
        at: at(1),
    };
    let known = async |tenant: &str| {
        let scope = TenantScope::One(TenantId::new(tenant));
        store.installed(&scope, &computer).await.unwrap()
    };
    let item = || "software/a".to_owned();
    let seen =
        |deployment: &str| InstalledWrite::Seen { item: item(), deployment: deployment.into() };
    says("s-i1", "one", seen("a#a")).await;
    assert_eq!(known("installed").await, [], "what it found it has not installed");
    says("s-i2", "two", InstalledWrite::Made { item: item(), deployment: "a#a".into() }).await;
    assert_eq!(known("installed").await, [row("a#a", "two")]);
    says("s-i3", "three", seen("b#b")).await;
    assert_eq!(known("installed").await, [row("b#b", "three")]);
    assert_eq!(known("stranger").await, []);
    says("s-i4", "four", InstalledWrite::Gone { item: item() }).await;
    assert_eq!(known("installed").await, []);
    says("s-i5", "five", InstalledWrite::Made { item: item(), deployment: "a#a".into() }).await;
    store.remove_computer(&TenantId::new("installed"), &computer).await.unwrap();
    assert_eq!(known("installed").await, [], "nothing is kept of a computer that is gone");
}
