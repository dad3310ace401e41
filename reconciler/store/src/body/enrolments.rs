//! Queries about tokens and agents.

use jiff::Timestamp;
use sqlx::{query, query_as, query_scalar};

use super::super::Connection;
use super::text::{count, millis, number, some_time, time};
use crate::rows::{
    AgentRow, AgentStatus, BurnOutcome, EnrolAgent, EnrolRefusal, Enrolled, TokenHash, TokenRow,
};
use crate::{AgentId, ComputerId, StoreError, TenantId, TenantScope};

pub(super) async fn add_token(on: &mut Connection, token: &TokenRow) -> Result<(), StoreError> {
    query("INSERT INTO tokens (tenant, hash, created_at, expires_at, uses_left) VALUES ($1, $2, $3, $4, $5)")
        .bind(token.tenant.as_str())
        .bind(&token.hash.0)
        .bind(millis(token.created_at))
        .bind(millis(token.expires_at))
        .bind(i64::from(token.uses_left))
        .execute(on)
        .await?;
    Ok(())
}

pub(super) async fn look(
    on: &mut Connection,
    scope: &TenantScope,
    token: &TokenHash,
    now: Timestamp,
) -> Result<BurnOutcome, StoreError> {
    let columns: Option<(String, i64, i64)> =
        query_as("SELECT tenant, expires_at, uses_left FROM tokens WHERE hash = $2 AND (CAST($1 AS TEXT) IS NULL OR tenant = $1)")
            .bind(scope.tenant())
            .bind(&token.0)
            .fetch_optional(on)
            .await?;
    Ok(match columns {
        None => BurnOutcome::Unknown,
        Some((_, _, uses_left)) if uses_left <= 0 => BurnOutcome::Used,
        Some((_, expires_at, _)) if expires_at <= millis(now) => BurnOutcome::Expired,
        Some((tenant, _, _)) => BurnOutcome::Usable(TenantId::new(tenant)),
    })
}

/// Burns the token with one conditional update, so that of two at once one finds it used.
pub(super) async fn enrol(
    on: &mut Connection,
    new: &EnrolAgent,
) -> Result<Result<Enrolled, EnrolRefusal>, StoreError> {
    let tenant = match look(on, &TenantScope::All, &new.token, new.at).await? {
        BurnOutcome::Usable(tenant) => tenant,
        BurnOutcome::Unknown => return Ok(Err(EnrolRefusal::TokenUnknown)),
        BurnOutcome::Used => return Ok(Err(EnrolRefusal::TokenUsed)),
        BurnOutcome::Expired => return Ok(Err(EnrolRefusal::TokenExpired)),
    };
    let (computer, superseded) = match find_place(on, &tenant, new).await? {
        Place::Refused(refusal) => return Ok(Err(refusal)),
        Place::New => (None, Vec::new()),
        Place::Same(computer, agents) => (Some(computer), agents),
    };
    let burnt = query("UPDATE tokens SET uses_left = uses_left - 1 WHERE tenant = $1 AND hash = $2 AND uses_left > 0")
        .bind(tenant.as_str())
        .bind(&new.token.0)
        .execute(&mut *on)
        .await?;
    if burnt.rows_affected() == 0 {
        return Ok(Err(EnrolRefusal::TokenUsed));
    }
    let computer = match computer {
        Some(id) => refresh_computer(on, &tenant, id, new).await?,
        None => insert_computer(on, &tenant, new).await?,
    };
    insert_agent(on, &tenant, &computer, new).await?;
    Ok(Ok(Enrolled { tenant, computer, superseded }))
}

enum Place {
    New,
    Same(ComputerId, Vec<AgentId>),
    Refused(EnrolRefusal),
}

/// The computer of the same identity, unless a clone of it is connected or the name is another's.
async fn find_place(
    on: &mut Connection,
    tenant: &TenantId,
    new: &EnrolAgent,
) -> Result<Place, StoreError> {
    let named: Option<String> =
        query_scalar("SELECT id FROM computers WHERE tenant = $1 AND name = $2")
            .bind(tenant.as_str())
            .bind(&new.name)
            .fetch_optional(&mut *on)
            .await?;
    let same: Option<(String, Option<String>)> = query_as(
        "SELECT id, installation_id FROM computers WHERE tenant = $1 AND identity_key = $2",
    )
    .bind(tenant.as_str())
    .bind(&new.identity_key)
    .fetch_optional(&mut *on)
    .await?;
    let own = same.as_ref().map(|(id, _)| id);
    if named.as_ref().is_some_and(|id| Some(id) != own) {
        return Ok(Place::Refused(EnrolRefusal::NameTaken));
    }
    let Some((computer, installation)) = same else {
        return Ok(Place::New);
    };
    let agents: Vec<String> = query_scalar("SELECT id FROM agents WHERE tenant = $1 AND computer = $2 AND status = 'active' ORDER BY id")
        .bind(tenant.as_str())
        .bind(&computer)
        .fetch_all(&mut *on)
        .await?;
    let agents: Vec<AgentId> = agents.into_iter().map(AgentId::new).collect();
    if installation != new.installation_id && agents.iter().any(|agent| new.online.contains(agent))
    {
        return Ok(Place::Refused(EnrolRefusal::Clone));
    }
    Ok(Place::Same(ComputerId::new(computer), agents))
}

async fn refresh_computer(
    on: &mut Connection,
    tenant: &TenantId,
    id: ComputerId,
    new: &EnrolAgent,
) -> Result<ComputerId, StoreError> {
    query("UPDATE computers SET name = $3, installation_id = $4 WHERE tenant = $1 AND id = $2")
        .bind(tenant.as_str())
        .bind(id.as_str())
        .bind(&new.name)
        .bind(&new.installation_id)
        .execute(&mut *on)
        .await?;
    query("UPDATE agents SET status = 'superseded' WHERE tenant = $1 AND computer = $2 AND status = 'active'")
        .bind(tenant.as_str())
        .bind(id.as_str())
        .execute(on)
        .await?;
    Ok(id)
}

async fn insert_computer(
    on: &mut Connection,
    tenant: &TenantId,
    new: &EnrolAgent,
) -> Result<ComputerId, StoreError> {
    query("INSERT INTO computers (tenant, id, name, identity_key, installation_id, enrolled_at) VALUES ($1, $2, $3, $4, $5, $6)")
        .bind(tenant.as_str())
        .bind(new.computer.as_str())
        .bind(&new.name)
        .bind(&new.identity_key)
        .bind(&new.installation_id)
        .bind(millis(new.at))
        .execute(on)
        .await?;
    Ok(new.computer.clone())
}

async fn insert_agent(
    on: &mut Connection,
    tenant: &TenantId,
    computer: &ComputerId,
    new: &EnrolAgent,
) -> Result<(), StoreError> {
    query(
        "INSERT INTO agents (tenant, id, computer, key_fingerprint, certificate_expires_at, status, enrolled_at) \
         VALUES ($1, $2, $3, $4, $5, 'active', $6)",
    )
    .bind(tenant.as_str())
    .bind(new.agent.as_str())
    .bind(computer.as_str())
    .bind(&new.key_fingerprint)
    .bind(millis(new.certificate_expires_at))
    .bind(millis(new.at))
    .execute(on)
    .await?;
    Ok(())
}

type Columns =
    (String, String, String, String, i64, String, i64, Option<i64>, Option<String>, i64, i64);

pub(super) async fn agent(
    on: &mut Connection,
    scope: &TenantScope,
    id: &AgentId,
) -> Result<Option<AgentRow>, StoreError> {
    let columns: Option<Columns> = query_as(
        "SELECT tenant, id, computer, key_fingerprint, certificate_expires_at, status, enrolled_at, seen_at, version, acked, last_order \
         FROM agents WHERE id = $2 AND (CAST($1 AS TEXT) IS NULL OR tenant = $1)",
    )
    .bind(scope.tenant())
    .bind(id.as_str())
    .fetch_optional(on)
    .await?;
    columns.map(row).transpose()
}

pub(super) async fn agents(
    on: &mut Connection,
    scope: &TenantScope,
) -> Result<Vec<AgentRow>, StoreError> {
    let columns: Vec<Columns> = query_as(
        "SELECT tenant, id, computer, key_fingerprint, certificate_expires_at, status, enrolled_at, seen_at, version, acked, last_order \
         FROM agents WHERE (CAST($1 AS TEXT) IS NULL OR tenant = $1) ORDER BY tenant, id",
    )
    .bind(scope.tenant())
    .fetch_all(on)
    .await?;
    columns.into_iter().map(row).collect()
}

fn row(columns: Columns) -> Result<AgentRow, StoreError> {
    let (
        tenant,
        id,
        computer,
        key_fingerprint,
        certificate_expires_at,
        status,
        enrolled_at,
        seen_at,
        version,
        acked,
        last_order,
    ) = columns;
    Ok(AgentRow {
        tenant: TenantId::new(tenant),
        id: AgentId::new(id),
        computer: ComputerId::new(computer),
        key_fingerprint,
        certificate_expires_at: time(certificate_expires_at)?,
        status: AgentStatus::from_word(&status)
            .ok_or_else(|| StoreError::Damaged(format!("`{status}` is no status of an agent")))?,
        enrolled_at: time(enrolled_at)?,
        seen_at: some_time(seen_at)?,
        version,
        acked: count(acked)?,
        last_order: count(last_order)?,
    })
}

pub(super) async fn seen(
    on: &mut Connection,
    id: &AgentId,
    at: Timestamp,
    version: &str,
    highest_order: u64,
) -> Result<(), StoreError> {
    query(
        "UPDATE agents SET seen_at = $2, version = $3, last_order = CASE WHEN last_order > $4 THEN last_order ELSE $4 END WHERE id = $1",
    )
    .bind(id.as_str())
    .bind(millis(at))
    .bind(version)
    .bind(number(highest_order))
    .execute(on)
    .await?;
    Ok(())
}

pub(super) async fn raise_orders(
    on: &mut Connection,
    id: &AgentId,
    highest: u64,
) -> Result<(), StoreError> {
    query("UPDATE agents SET last_order = $2 WHERE id = $1 AND last_order < $2")
        .bind(id.as_str())
        .bind(number(highest))
        .execute(on)
        .await?;
    Ok(())
}

pub(super) async fn renewed(
    on: &mut Connection,
    id: &AgentId,
    expires_at: Timestamp,
) -> Result<(), StoreError> {
    query("UPDATE agents SET certificate_expires_at = $2 WHERE id = $1")
        .bind(id.as_str())
        .bind(millis(expires_at))
        .execute(on)
        .await?;
    Ok(())
}

pub(super) async fn acknowledge(
    on: &mut Connection,
    id: &AgentId,
    seq: u64,
) -> Result<(), StoreError> {
    query("UPDATE agents SET acked = $2 WHERE id = $1 AND acked < $2")
        .bind(id.as_str())
        .bind(number(seq))
        .execute(on)
        .await?;
    Ok(())
}
