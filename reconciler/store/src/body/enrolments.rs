//! Queries about tokens and agents.

use jiff::Timestamp;
use ordain_core::identity::{Candidate, Life, Lives, Place, Standing, place};
use sqlx::{query, query_as};

use super::super::Connection;
use super::text::{count, millis, number, some_time, time};
use super::{computers, identities};
use crate::rows::{
    AgentRow, AgentStatus, BurnOutcome, ComputerRow, Doubt, EnrolAgent, EnrolRefusal, Enrolled,
    TokenHash, TokenRow,
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
    let place = find_place(on, &tenant, new).await?;
    let named = computers::named(on, &TenantScope::One(tenant.clone()), &new.name).await?;
    let own = match &place {
        Place::Same(id) | Place::Reinstalled(id) => Some(id),
        Place::New | Place::Doubtful(_) => None,
    };
    // What may be a copy of a computer most often bears its name, and gets one of its own.
    let copy = matches!(place, Place::Doubtful(_));
    if !copy && named.iter().any(|row| Some(&row.id) != own) {
        return Ok(Err(EnrolRefusal::NameTaken));
    }
    let burnt = query("UPDATE tokens SET uses_left = uses_left - 1 WHERE tenant = $1 AND hash = $2 AND uses_left > 0")
        .bind(tenant.as_str())
        .bind(&new.token.0)
        .execute(&mut *on)
        .await?;
    if burnt.rows_affected() == 0 {
        return Ok(Err(EnrolRefusal::TokenUsed));
    }
    let row = match own {
        Some(id) => refresh_computer(on, &tenant, id, &place, new).await?,
        None => insert_computer(on, &tenant, &place, new).await?,
    };
    insert_agent(on, &tenant, &row.id, new).await?;
    let superseded = identities::settle_agents(on, &row).await?;
    Ok(Ok(Enrolled { tenant, computer: row.id, name: row.name, place, superseded }))
}

/// Where the newcomer belongs among the tenant's computers.
async fn find_place(
    on: &mut Connection,
    tenant: &TenantId,
    new: &EnrolAgent,
) -> Result<Place<ComputerId>, StoreError> {
    let rows = computers::on_machine(on, tenant, &new.life.hardware).await?;
    let mut alive = Vec::with_capacity(rows.len());
    for row in &rows {
        let agents = of_computer(on, tenant, &row.id).await?;
        alive.push(agents.iter().any(|(id, _, _)| new.online.contains(id)));
    }
    let candidates: Vec<Candidate<'_, usize>> = rows
        .iter()
        .zip(alive)
        .enumerate()
        .map(|(computer, (row, alive))| Candidate { computer, lives: &row.lives, alive })
        .collect();
    let id = |at: usize| rows[at].id.clone();
    Ok(match place(&new.life, &candidates) {
        Place::New => Place::New,
        Place::Same(at) => Place::Same(id(at)),
        Place::Reinstalled(at) => Place::Reinstalled(id(at)),
        Place::Doubtful(at) => Place::Doubtful(id(at)),
    })
}

async fn refresh_computer(
    on: &mut Connection,
    tenant: &TenantId,
    id: &ComputerId,
    place: &Place<ComputerId>,
    new: &EnrolAgent,
) -> Result<ComputerRow, StoreError> {
    let scope = TenantScope::One(tenant.clone());
    let mut row = computers::one(on, &scope, id)
        .await?
        .ok_or_else(|| StoreError::Missing(format!("computer {id}")))?;
    row.name.clone_from(&new.name);
    if let Place::Reinstalled(_) = place {
        row.lives.begin(new.life.clone());
        identities::begin_anew(&mut row, new.onboarding, new.at);
    } else if row.lives.present.installation.is_none() {
        row.lives.present.installation.clone_from(&new.life.installation);
    }
    identities::write(on, &row).await?;
    Ok(row)
}

async fn insert_computer(
    on: &mut Connection,
    tenant: &TenantId,
    place: &Place<ComputerId>,
    new: &EnrolAgent,
) -> Result<ComputerRow, StoreError> {
    let (doubt, standing) = match place {
        Place::Doubtful(original) => {
            (Some(Doubt::CopyOf(original.clone())), Standing::NeedsDecision)
        }
        Place::New | Place::Same(_) | Place::Reinstalled(_) => (None, Standing::Identifying),
    };
    let row = ComputerRow {
        tenant: tenant.clone(),
        id: new.computer.clone(),
        name: identities::free_name(on, tenant, &new.name).await?,
        lives: Lives::new(new.life.clone()),
        doubt,
        standing,
        standing_at: new.at,
        begun_at: new.at,
        enrolled_at: new.at,
        excluded_at: None,
        logons: Vec::new(),
        person: None,
        facts: None,
        facts_at: None,
        inventoried_at: None,
    };
    query("INSERT INTO computers (tenant, id, name, identity_key, installation_id, enrolled_at) VALUES ($1, $2, $3, $4, $5, $6)")
        .bind(tenant.as_str())
        .bind(row.id.as_str())
        .bind(&row.name)
        .bind(&new.life.hardware)
        .bind(&new.life.installation)
        .bind(millis(new.at))
        .execute(&mut *on)
        .await?;
    identities::write(on, &row).await?;
    Ok(row)
}

async fn insert_agent(
    on: &mut Connection,
    tenant: &TenantId,
    computer: &ComputerId,
    new: &EnrolAgent,
) -> Result<(), StoreError> {
    query(
        "INSERT INTO agents (tenant, id, computer, key_fingerprint, certificate_expires_at, status, enrolled_at, identity_key, installation_id) \
         VALUES ($1, $2, $3, $4, $5, 'active', $6, $7, $8)",
    )
    .bind(tenant.as_str())
    .bind(new.agent.as_str())
    .bind(computer.as_str())
    .bind(&new.key_fingerprint)
    .bind(millis(new.certificate_expires_at))
    .bind(millis(new.at))
    .bind(&new.life.hardware)
    .bind(&new.life.installation)
    .execute(on)
    .await?;
    Ok(())
}

/// A computer's agents, each with its status and the life that it belongs to.
pub(super) async fn of_computer(
    on: &mut Connection,
    tenant: &TenantId,
    computer: &ComputerId,
) -> Result<Vec<(AgentId, String, Option<Life>)>, StoreError> {
    let columns: Vec<(String, String, Option<String>, Option<String>)> = query_as(
        "SELECT id, status, identity_key, installation_id FROM agents WHERE tenant = $1 AND computer = $2 ORDER BY id",
    )
    .bind(tenant.as_str())
    .bind(computer.as_str())
    .fetch_all(on)
    .await?;
    let agent = |(id, status, hardware, installation): (String, _, _, _)| {
        (AgentId::new(id), status, identities::life(hardware, installation))
    };
    Ok(columns.into_iter().map(agent).collect())
}

/// Notes the life that an agent belongs to.
pub(super) async fn live(on: &mut Connection, id: &AgentId, life: &Life) -> Result<(), StoreError> {
    query("UPDATE agents SET identity_key = $2, installation_id = COALESCE($3, installation_id) WHERE id = $1")
        .bind(id.as_str())
        .bind(&life.hardware)
        .bind(&life.installation)
        .execute(on)
        .await?;
    Ok(())
}

type Columns = (
    String,
    String,
    String,
    String,
    i64,
    String,
    i64,
    Option<i64>,
    Option<String>,
    i64,
    i64,
    Option<String>,
    Option<String>,
);

pub(super) async fn agent(
    on: &mut Connection,
    scope: &TenantScope,
    id: &AgentId,
) -> Result<Option<AgentRow>, StoreError> {
    let columns: Option<Columns> = query_as(
        "SELECT tenant, id, computer, key_fingerprint, certificate_expires_at, status, enrolled_at, seen_at, version, acked, last_order, identity_key, installation_id \
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
    computer: Option<&ComputerId>,
) -> Result<Vec<AgentRow>, StoreError> {
    let columns: Vec<Columns> = match computer {
        None => {
            query_as(
                "SELECT tenant, id, computer, key_fingerprint, certificate_expires_at, status, enrolled_at, seen_at, version, acked, last_order, identity_key, installation_id \
                 FROM agents WHERE (CAST($1 AS TEXT) IS NULL OR tenant = $1) ORDER BY tenant, id",
            )
            .bind(scope.tenant())
            .fetch_all(on)
            .await?
        }
        Some(computer) => {
            query_as(
                "SELECT tenant, id, computer, key_fingerprint, certificate_expires_at, status, enrolled_at, seen_at, version, acked, last_order, identity_key, installation_id \
                 FROM agents WHERE computer = $2 AND (CAST($1 AS TEXT) IS NULL OR tenant = $1) ORDER BY id",
            )
            .bind(scope.tenant())
            .bind(computer.as_str())
            .fetch_all(on)
            .await?
        }
    };
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
        hardware,
        installation,
    ) = columns;
    Ok(AgentRow {
        tenant: TenantId::new(tenant),
        id: AgentId::new(id),
        computer: ComputerId::new(computer),
        key_fingerprint,
        certificate_expires_at: time(certificate_expires_at)?,
        status: AgentStatus::from_word(&status)
            .ok_or_else(|| StoreError::Damaged(format!("`{status}` is no status of an agent")))?,
        life: identities::life(hardware, installation),
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
