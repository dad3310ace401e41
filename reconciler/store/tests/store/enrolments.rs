//! Tokens are burnt once, and identities are never merged silently.

use ordain_core::identity::Life;
use ordain_store::rows::{
    AgentStatus, BurnOutcome, EnrolAgent, EnrolRefusal, EnrolledAgent, TokenHash, TokenRow,
};
use ordain_store::{AgentId, ComputerId, Enrolments, Store, TenantId, TenantScope};

use crate::at;

pub(crate) async fn add_token<S: Enrolments + ?Sized>(
    store: &S,
    hash: &str,
    tenant: &str,
    uses: u32,
) {
    store
        .add_token(TokenRow {
            hash: TokenHash(hash.into()),
            tenant: TenantId::new(tenant),
            created_at: at(0),
            expires_at: at(100),
            uses_left: uses,
        })
        .await
        .unwrap();
}

pub(crate) fn bearer(token: &str, agent: &str, name: &str, identity: &str) -> EnrolAgent {
    EnrolAgent {
        token: TokenHash(token.into()),
        agent: AgentId::new(agent),
        computer: ComputerId::new(format!("c-{agent}")),
        name: name.into(),
        life: Life {
            hardware: identity.into(),
            installation: Some(format!("installation of {name}")),
        },
        key_fingerprint: format!("key of {agent}"),
        certificate_expires_at: at(1000),
        onboarding: true,
        at: at(1),
        online: Vec::new(),
    }
}

/// A computer with its agent, through a token of its own.
pub(crate) async fn enrolled(
    store: &dyn Store,
    tenant: &str,
    agent: &str,
) -> (ComputerId, AgentId) {
    let token = format!("token of {agent}");
    add_token(store, &token, tenant, 1).await;
    let new = bearer(&token, agent, &format!("pc-{agent}"), &format!("uuid:{agent}"));
    let enrolled = store.enrol(new).await.unwrap().unwrap();
    (enrolled.computer, AgentId::new(agent))
}

pub(crate) async fn tokens(store: &dyn Store) {
    add_token(store, "once", "tokens", 1).await;
    assert_eq!(
        store.enrol(bearer("never made", "a0", "n0", "k0")).await.unwrap(),
        Err(EnrolRefusal::TokenUnknown)
    );
    let first = store.enrol(bearer("once", "tokens-a1", "n1", "k1")).await.unwrap().unwrap();
    assert_eq!(first.tenant, TenantId::new("tokens"));
    assert_eq!(
        store.enrol(bearer("once", "tokens-a2", "n2", "k2")).await.unwrap(),
        Err(EnrolRefusal::TokenUsed)
    );

    add_token(store, "late", "tokens", 1).await;
    let late = EnrolAgent { at: at(100), ..bearer("late", "tokens-a3", "n3", "k3") };
    assert_eq!(store.enrol(late).await.unwrap(), Err(EnrolRefusal::TokenExpired));

    add_token(store, "twice", "tokens", 2).await;
    assert!(store.enrol(bearer("twice", "tokens-a4", "n4", "k4")).await.unwrap().is_ok());
    assert!(store.enrol(bearer("twice", "tokens-a5", "n5", "k5")).await.unwrap().is_ok());
    assert_eq!(
        store.enrol(bearer("twice", "tokens-a6", "n6", "k6")).await.unwrap(),
        Err(EnrolRefusal::TokenUsed)
    );

    let other = TenantScope::One(TenantId::new("somebody-else"));
    assert_eq!(
        store.look_at_token(&other, &TokenHash("late".into()), at(1)).await.unwrap(),
        BurnOutcome::Unknown
    );
}

pub(crate) async fn race_for_the_last_use(store: &dyn Store) {
    add_token(store, "raced", "race", 1).await;
    let tries = (0..8).map(|number| {
        store.enrol(bearer(
            "raced",
            &format!("race-{number}"),
            &format!("r{number}"),
            &format!("uuid:r{number}"),
        ))
    });
    let results = futures_util::future::join_all(tries).await;
    let won = results.iter().filter(|result| result.as_ref().unwrap().is_ok()).count();
    assert_eq!(won, 1);
    assert!(
        results
            .iter()
            .all(|result| matches!(result.as_ref().unwrap(), Ok(_) | Err(EnrolRefusal::TokenUsed)))
    );
    assert_eq!(store.computers(&TenantScope::One(TenantId::new("race"))).await.unwrap().len(), 1);
}

pub(crate) async fn restoring(store: &dyn Store) {
    let (computer, agent) = enrolled(store, "restore", "restore-1").await;
    let written = |id: &str, computer: &str, name: &str| EnrolledAgent {
        tenant: TenantId::new("restore"),
        computer: ComputerId::new(computer),
        agent: AgentId::new(id),
        name: name.into(),
        life: Life { hardware: format!("uuid:{computer}"), installation: None },
        key_fingerprint: format!("key of {id}"),
        certificate_expires_at: at(500),
        at: at(2),
    };
    let again = written(agent.as_str(), computer.as_str(), "pc-restore-1");
    let newer = written("restore-2", computer.as_str(), "pc-restore-1");
    let other = written("restore-3", "c-restore-3", "pc-restore-3");
    let clash = written("restore-4", "c-restore-4", "pc-restore-3");
    let all = vec![again, newer, other, clash];
    assert_eq!(store.restore_enrolments(all.clone()).await.unwrap(), 2);
    assert_eq!(store.restore_enrolments(all).await.unwrap(), 0, "known by now");
    let scope = TenantScope::One(TenantId::new("restore"));
    let status = async |id: &str| {
        store.agent(&scope, &AgentId::new(id)).await.unwrap().map(|agent| agent.status)
    };
    assert_eq!(status("restore-1").await, Some(AgentStatus::Superseded));
    assert_eq!(status("restore-2").await, Some(AgentStatus::Active));
    assert_eq!(status("restore-3").await, Some(AgentStatus::Active));
    assert_eq!(status("restore-4").await, None);
    assert_eq!(store.computers(&scope).await.unwrap().len(), 2);
}
