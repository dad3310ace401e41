//! What runs one at a time: all turns or none, in the order of coming, and given
//! back by the journal of their session.

use ordain_store::rows::{SerialClaim, SessionRow, SessionWrite};
use ordain_store::{ComputerId, SessionId, Store, TenantId, TenantScope};

use crate::{at, enrolments, journal};

async fn claim(store: &dyn Store, tenant: &str, what: &[&str]) -> (SerialClaim, SessionRow) {
    let (computer, _) = enrolments::enrolled(store, tenant, &format!("{tenant}-serial")).await;
    let row = journal::row(tenant, &format!("s-{tenant}"), &computer);
    store.journal(journal::write(row.clone(), 0, &["one"])).await.unwrap();
    let claim = SerialClaim {
        tenant: TenantId::new(tenant),
        session: SessionId::new(format!("s-{tenant}")),
        computer,
        what: what.iter().map(|what| (*what).to_owned()).collect(),
    };
    (claim, row)
}

async fn end(store: &dyn Store, row: SessionRow) {
    let over = SessionRow { open: false, status: "passed".into(), ..row };
    store.journal(SessionWrite::of(over, 1, at(2))).await.unwrap();
}

pub(crate) async fn one_at_a_time(store: &dyn Store) {
    let (a, a_row) = claim(store, "serial-a", &["x"]).await;
    let (both, both_row) = claim(store, "serial-b", &["x", "y"]).await;
    let (y, y_row) = claim(store, "serial-c", &["y"]).await;
    let (z, _) = claim(store, "serial-d", &["z"]).await;
    let take = async |claim: &SerialClaim| store.take_serial(claim.clone()).await.unwrap();
    let line = async || store.serial_line(&TenantScope::All).await.unwrap();
    assert!(take(&a).await && take(&a).await, "again is the same turn");
    assert!(!take(&both).await, "somebody has x");
    assert!(!take(&y).await, "somebody came earlier for y");
    assert!(take(&z).await, "z is free");
    let computers = |claims: &[&SerialClaim]| -> Vec<ComputerId> {
        claims.iter().map(|claim| claim.computer.clone()).collect()
    };
    assert_eq!(line().await, computers(&[&both, &y]));
    let own = TenantScope::One(TenantId::new("serial-c"));
    assert_eq!(store.serial_line(&own).await.unwrap(), computers(&[&y]));

    end(store, a_row).await;
    assert!(!take(&y).await, "whoever came earlier goes first");
    assert!(take(&both).await, "both at once");
    assert!(!take(&y).await);
    end(store, both_row).await;
    assert!(take(&y).await);
    let again = SerialClaim { what: vec!["y".to_owned()], ..z.clone() };
    assert!(!take(&again).await, "somebody has y");
    let goes_on = SessionWrite::of(y_row.clone(), 1, at(2));
    store.journal(SessionWrite { gives_back: true, ..goes_on }).await.unwrap();
    assert!(take(&again).await, "given back by one that goes on");
    end(store, y_row).await;
    assert_eq!(line().await, []);
}
