//! Taking in enrolments that a restored database does not know.

use sqlx::{query, query_scalar};

use super::super::Connection;
use super::text::millis;
use super::{computers, identities};
use crate::rows::EnrolledAgent;
use crate::{StoreError, TenantScope};

pub(super) async fn enrolments(
    on: &mut Connection,
    agents: &[EnrolledAgent],
) -> Result<u64, StoreError> {
    let mut restored = 0;
    for agent in agents {
        let known: Option<String> = query_scalar("SELECT id FROM agents WHERE id = $1")
            .bind(agent.agent.as_str())
            .fetch_optional(&mut *on)
            .await?;
        if known.is_none() && place(on, agent).await? {
            take_in(on, agent).await?;
            restored += 1;
        }
    }
    Ok(restored)
}

/// Makes the computer where it is missing; false where its name is another's by now.
async fn place(on: &mut Connection, agent: &EnrolledAgent) -> Result<bool, StoreError> {
    query(
        "INSERT INTO computers (tenant, id, name, identity_key, installation_id, enrolled_at) \
         VALUES ($1, $2, $3, $4, $5, $6) ON CONFLICT DO NOTHING",
    )
    .bind(agent.tenant.as_str())
    .bind(agent.computer.as_str())
    .bind(&agent.name)
    .bind(&agent.life.hardware)
    .bind(&agent.life.installation)
    .bind(millis(agent.at))
    .execute(&mut *on)
    .await?;
    let there: Option<String> =
        query_scalar("SELECT id FROM computers WHERE tenant = $1 AND id = $2")
            .bind(agent.tenant.as_str())
            .bind(agent.computer.as_str())
            .fetch_optional(on)
            .await?;
    Ok(there.is_some())
}

async fn take_in(on: &mut Connection, agent: &EnrolledAgent) -> Result<(), StoreError> {
    query(
        "INSERT INTO agents (tenant, id, computer, key_fingerprint, certificate_expires_at, status, enrolled_at, identity_key, installation_id) \
         VALUES ($1, $2, $3, $4, $5, 'active', $6, $7, $8)",
    )
    .bind(agent.tenant.as_str())
    .bind(agent.agent.as_str())
    .bind(agent.computer.as_str())
    .bind(&agent.key_fingerprint)
    .bind(millis(agent.certificate_expires_at))
    .bind(millis(agent.at))
    .bind(&agent.life.hardware)
    .bind(&agent.life.installation)
    .execute(&mut *on)
    .await?;
    let scope = TenantScope::One(agent.tenant.clone());
    if let Some(mut row) = computers::one(on, &scope, &agent.computer).await? {
        if !row.lives.present.fits(&agent.life) {
            row.lives.begin(agent.life.clone());
        }
        identities::write(on, &row).await?;
        identities::settle_agents(on, &row).await?;
    }
    Ok(())
}
