//! The suite on SQLite, and what only a file can do.

use std::path::Path;

use ordain_store::rows::{PauseRow, TokenHash};
use ordain_store::{Commits, Computers, Enrolments, SqliteStore, StoreError, TenantScope};

use crate::{at, enrolments, whole_suite};

async fn open(folder: &Path) -> SqliteStore {
    SqliteStore::open(&folder.join("ordain.db")).await.unwrap()
}

#[tokio::test]
async fn holds_the_suite() {
    let folder = tempfile::tempdir().unwrap();
    whole_suite(&open(folder.path()).await).await;
}

#[tokio::test]
async fn outlives_the_process() {
    let folder = tempfile::tempdir().unwrap();
    let store = open(folder.path()).await;
    enrolments::add_token(&store, "t1", "acme", 1).await;
    store.close().await;
    let store = open(folder.path()).await;
    let seen =
        store.look_at_token(&TenantScope::All, &TokenHash("t1".into()), at(1)).await.unwrap();
    assert!(matches!(seen, ordain_store::rows::BurnOutcome::Usable(_)));
}

#[tokio::test]
async fn a_closed_store_says_so() {
    let folder = tempfile::tempdir().unwrap();
    let store = open(folder.path()).await;
    store.close().await;
    let refused = store.pause(PauseRow { tenant: None, since: at(0) }).await;
    assert!(matches!(refused, Err(StoreError::Closed)));
}

#[tokio::test]
async fn a_newer_database_is_refused() {
    let folder = tempfile::tempdir().unwrap();
    open(folder.path()).await.close().await;
    let path = folder.path().join("ordain.db");
    let pool =
        sqlx::SqlitePool::connect_with(sqlx::sqlite::SqliteConnectOptions::new().filename(&path))
            .await
            .unwrap();
    sqlx::raw_sql("PRAGMA user_version = 99").execute(&pool).await.unwrap();
    pool.close().await;
    assert!(matches!(SqliteStore::open(&path).await, Err(StoreError::Newer { found: 99, .. })));
}

#[tokio::test]
async fn what_is_no_database_is_an_error() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("ordain.db");
    std::fs::write(&path, [b'x'; 4096]).unwrap();
    assert!(SqliteStore::open(&path).await.is_err());
    assert!(SqliteStore::open(&folder.path().join("no/such/folder.db")).await.is_err());
}

#[tokio::test]
async fn writes_of_many_share_commits_and_all_arrive() {
    let folder = tempfile::tempdir().unwrap();
    let store = std::sync::Arc::new(open(folder.path()).await);
    let writers: Vec<_> = (0..300)
        .map(|number| {
            let store = store.clone();
            tokio::spawn(async move {
                enrolments::add_token(&*store, &format!("many-{number}"), "acme", 1).await;
            })
        })
        .collect();
    for writer in writers {
        writer.await.unwrap();
    }
    for number in 0..300 {
        let seen = store
            .look_at_token(&TenantScope::All, &TokenHash(format!("many-{number}")), at(1))
            .await
            .unwrap();
        assert!(matches!(seen, ordain_store::rows::BurnOutcome::Usable(_)));
    }
    assert_eq!(store.commit_in_force(&TenantScope::All).await.unwrap(), None);
}
