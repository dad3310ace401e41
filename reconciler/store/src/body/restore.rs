//! Taking in enrolments that a restored database does not know.

use sqlx::{query, query_scalar};

use super::super::Connection;
use super::text::millis;
use crate::StoreError;
use crate::rows::EnrolledAgent;

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

/// Makes the computer where it is missing; false where its name or identity is another's by now.
async fn place(on: &mut Connection, agent: &EnrolledAgent) -> Result<bool, StoreError> {
    query(
        "INSERT INTO computers (tenant, id, name, identity_key, installation_id, enrolled_at) \
         VALUES ($1, $2, $3, $4, $5, $6) ON CONFLICT DO NOTHING",
    )
    .bind(agent.tenant.as_str())
    .bind(agent.computer.as_str())
    .bind(&agent.name)
    .bind(&agent.identity_key)
    .bind(&agent.installation_id)
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
    query("UPDATE agents SET status = 'superseded' WHERE tenant = $1 AND computer = $2 AND status = 'active'")
        .bind(agent.tenant.as_str())
        .bind(agent.computer.as_str())
        .execute(&mut *on)
        .await?;
    query(
        "INSERT INTO agents (tenant, id, computer, key_fingerprint, certificate_expires_at, status, enrolled_at) \
         VALUES ($1, $2, $3, $4, $5, 'active', $6)",
    )
    .bind(agent.tenant.as_str())
    .bind(agent.agent.as_str())
    .bind(agent.computer.as_str())
    .bind(&agent.key_fingerprint)
    .bind(millis(agent.certificate_expires_at))
    .bind(millis(agent.at))
    .execute(on)
    .await?;
    Ok(())
}
