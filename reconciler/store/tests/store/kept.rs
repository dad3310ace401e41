//! What computers handed back or made, and who read it.

use ordain_store::rows::{AuditRow, KeptContent, KeptRow};
use ordain_store::{AgentId, ComputerId, Store, TenantId, TenantScope};

use crate::at;

fn kept(tenant: &str, seq: u64, name: &str, second: i64) -> KeptRow {
    KeptRow {
        tenant: TenantId::new(tenant),
        computer: ComputerId::new("pc"),
        agent: AgentId::new("agent"),
        seq,
        item: "task/bitlocker".into(),
        name: name.into(),
        made_at: at(second),
        content: KeptContent::Escrow(format!("age {seq}")),
    }
}

fn read(tenant: &str, id: &str, second: i64) -> AuditRow {
    AuditRow {
        tenant: TenantId::new(tenant),
        id: id.into(),
        at: at(second),
        who: "jo".into(),
        what: "secret-read".into(),
        computer: Some("pc".into()),
        item: Some("task/bitlocker".into()),
        name: None,
        reason: Some("locked out".into()),
    }
}

pub(crate) async fn history(store: &dyn Store) {
    let rows = vec![
        kept("kept-a", 1, "key", 10),
        kept("kept-a", 2, "key", 20),
        kept("kept-a", 3, "id", 5),
        kept("kept-b", 9, "key", 30),
    ];
    store.keep(rows.clone()).await.unwrap();
    // The same report again is the same thing.
    store.keep(rows.clone()).await.unwrap();
    let scope = TenantScope::One(TenantId::new("kept-a"));
    let found = store.kept(&scope, &ComputerId::new("pc")).await.unwrap();
    assert_eq!(found, [rows[2].clone(), rows[1].clone(), rows[0].clone()]);
    assert!(store.kept(&scope, &ComputerId::new("other")).await.unwrap().is_empty());
    let all = store.kept(&TenantScope::All, &ComputerId::new("pc")).await.unwrap();
    assert_eq!(all.len(), 4);
}

pub(crate) async fn audit(store: &dyn Store) {
    let rows = [read("audit-a", "1", 10), read("audit-b", "2", 20), read("audit-a", "3", 30)];
    for row in rows.clone() {
        store.note_audit(row).await.unwrap();
    }
    let scope = TenantScope::One(TenantId::new("audit-a"));
    let found = store.audit(&scope, 10).await.unwrap();
    assert_eq!(found, [rows[2].clone(), rows[0].clone()]);
    assert_eq!(store.audit(&scope, 1).await.unwrap(), [rows[2].clone()]);
    let all = store.audit(&TenantScope::All, 10).await.unwrap();
    assert_eq!(all, [rows[2].clone(), rows[1].clone(), rows[0].clone()]);
}
