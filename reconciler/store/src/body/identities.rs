//! Queries about who computers are: agents that say it, persons who decide.
//!
//! Each is read, judged by `ordain_core::identity` and written within one
//! transaction, so that two at once never see the same past.

use jiff::Timestamp;
use ordain_core::identity::{Decision, Happening, Life, Meeting, Standing};
use sqlx::{query, query_scalar};

use super::super::Connection;
use super::lives::{affinity, others};
use super::text::millis;
use super::{approvals, computers, enrolments};
use crate::rows::{ComputerRow, Decide, Decided, Doubt, Meet, Met, Undecided};
use crate::{AgentId, ComputerId, StoreError, TenantId, TenantScope};

/// Writes everything of a computer that these queries may change.
pub(super) async fn write(on: &mut Connection, row: &ComputerRow) -> Result<(), StoreError> {
    query(
        "UPDATE computers SET name = $3, identity_key = $4, installation_id = $5, standing = $6, standing_at = $7, \
         begun_at = $8, others = $9, excluded_at = $10, affinity = $11 WHERE tenant = $1 AND id = $2",
    )
    .bind(row.tenant.as_str())
    .bind(row.id.as_str())
    .bind(&row.name)
    .bind(&row.lives.present.hardware)
    .bind(&row.lives.present.installation)
    .bind(row.standing.word())
    .bind(millis(row.standing_at))
    .bind(millis(row.begun_at))
    .bind(others(row)?)
    .bind(row.excluded_at.map(millis))
    .bind(affinity(&row.logons, row.person.as_deref())?)
    .execute(on)
    .await?;
    Ok(())
}

/// Lets something happen to a computer's standing.
pub(super) fn advance(
    row: &mut ComputerRow,
    happening: Happening,
    onboarding: bool,
    at: Timestamp,
) {
    let after = row.standing.after(happening, onboarding);
    if after != row.standing {
        (row.standing, row.standing_at) = (after, at);
    }
}

/// Lets only agents of the computer's present life in; gives those that are not any more.
pub(super) async fn settle_agents(
    on: &mut Connection,
    row: &ComputerRow,
) -> Result<Vec<AgentId>, StoreError> {
    let all = enrolments::of_computer(on, &row.tenant, &row.id).await?;
    let mut superseded = Vec::new();
    for (id, status, life) in all {
        let belongs = life.is_none_or(|life| row.lives.present.fits(&life));
        let wished = if belongs { "active" } else { "superseded" };
        if status == wished || status == "removed" {
            continue;
        }
        query("UPDATE agents SET status = $2 WHERE id = $1")
            .bind(id.as_str())
            .bind(wished)
            .execute(&mut *on)
            .await?;
        if !belongs {
            superseded.push(id);
        }
    }
    Ok(superseded)
}

pub(super) async fn meet(on: &mut Connection, said: &Meet) -> Result<Option<Met>, StoreError> {
    let Some(agent) = enrolments::agent(on, &TenantScope::All, &said.agent).await? else {
        return Ok(None);
    };
    let scope = TenantScope::One(agent.tenant.clone());
    let Some(mut row) = computers::one(on, &scope, &agent.computer).await? else {
        return Ok(None);
    };
    let Some(life) = said.life.clone().or(agent.life) else {
        return Ok(Some(Met { meeting: Meeting::Known, computer: row, superseded: Vec::new() }));
    };
    let others = enrolments::of_computer(on, &row.tenant, &row.id).await?;
    let alive = said.beside
        || others.iter().any(|(id, _, _)| *id != said.agent && said.online.contains(id));
    // A machine that another computer is known on is that one's.
    let moved = life.hardware != row.lives.present.hardware;
    let taken = moved && !computers::on_machine(on, &row.tenant, &life.hardware).await?.is_empty();
    let before = row.standing;
    let meeting = row.lives.meet(&life, alive || taken);
    match meeting {
        Meeting::Known => advance(&mut row, Happening::Identified, said.onboarding, said.at),
        Meeting::Changed(change) => {
            if change == ordain_core::identity::Change::Installation {
                begin_anew(&mut row, said.onboarding, said.at);
            }
        }
        Meeting::Doubtful => {
            row.doubt.get_or_insert_with(|| Doubt::Another(said.agent.clone(), before));
            advance(&mut row, Happening::Doubted, said.onboarding, said.at);
        }
        Meeting::Foreign => {
            return Ok(Some(Met { meeting, computer: row, superseded: Vec::new() }));
        }
    }
    if meeting != Meeting::Doubtful {
        enrolments::live(on, &said.agent, &life).await?;
    }
    write(on, &row).await?;
    let superseded = settle_agents(on, &row).await?;
    Ok(Some(Met { meeting, computer: row, superseded }))
}

/// Another life begins: what was known of the one before is not of this one.
pub(super) fn begin_anew(row: &mut ComputerRow, onboarding: bool, at: Timestamp) {
    advance(row, Happening::BeganAnew, onboarding, at);
    row.begun_at = at;
}

pub(super) async fn decide(
    on: &mut Connection,
    asked: &Decide,
) -> Result<Result<Decided, Undecided>, StoreError> {
    let Some(mut row) = computers::one(on, &TenantScope::All, &asked.computer).await? else {
        return Ok(Err(Undecided::Missing));
    };
    match row.doubt.take() {
        None => Ok(Err(Undecided::Settled)),
        Some(Doubt::CopyOf(original)) if asked.decision == Decision::Same => {
            join(on, row, &original, asked).await
        }
        Some(Doubt::CopyOf(_)) => {
            advance(&mut row, Happening::Decided(None), asked.onboarding, asked.at);
            row.begun_at = asked.at;
            finish(on, row, Vec::new()).await
        }
        Some(Doubt::Another(agent, before)) => {
            let life = row.lives.decide(asked.decision);
            let after = match (asked.decision, life) {
                (Decision::Same, Some(life)) => {
                    row.begun_at = asked.at;
                    enrolments::live(on, &agent, &life).await?;
                    None
                }
                (Decision::New, _) | (_, None) => Some(before),
            };
            advance(&mut row, Happening::Decided(after), asked.onboarding, asked.at);
            finish(on, row, Vec::new()).await
        }
    }
}

/// What was taken for a copy is the original, in another life.
async fn join(
    on: &mut Connection,
    copy: ComputerRow,
    original: &ComputerId,
    asked: &Decide,
) -> Result<Result<Decided, Undecided>, StoreError> {
    let scope = TenantScope::One(copy.tenant.clone());
    let Some(mut row) = computers::one(on, &scope, original).await? else {
        return Ok(Err(Undecided::OriginalGone));
    };
    row.lives.begin(copy.lives.present.clone());
    row.doubt = None;
    row.lives.doubtful = None;
    advance(&mut row, Happening::Decided(None), asked.onboarding, asked.at);
    begin_anew(&mut row, asked.onboarding, asked.at);
    let moved: Vec<String> = query_scalar(
        "UPDATE agents SET computer = $3 WHERE tenant = $1 AND computer = $2 RETURNING id",
    )
    .bind(copy.tenant.as_str())
    .bind(copy.id.as_str())
    .bind(original.as_str())
    .fetch_all(&mut *on)
    .await?;
    computers::forget(on, &copy.tenant, &copy.id).await?;
    finish(on, row, moved.into_iter().map(AgentId::new).collect()).await
}

async fn finish(
    on: &mut Connection,
    row: ComputerRow,
    moved: Vec<AgentId>,
) -> Result<Result<Decided, Undecided>, StoreError> {
    write(on, &row).await?;
    let superseded = settle_agents(on, &row).await?;
    Ok(Ok(Decided { computer: row, moved, superseded }))
}

pub(super) async fn stand(
    on: &mut Connection,
    id: &ComputerId,
    happening: Happening,
    onboarding: bool,
    at: Timestamp,
) -> Result<Option<Standing>, StoreError> {
    let Some(mut row) = computers::one(on, &TenantScope::All, id).await? else { return Ok(None) };
    advance(&mut row, happening, onboarding, at);
    write(on, &row).await?;
    Ok(Some(row.standing))
}

pub(super) async fn exclude(
    on: &mut Connection,
    tenant: &TenantId,
    id: &ComputerId,
    since: Option<Timestamp>,
) -> Result<(), StoreError> {
    query("UPDATE computers SET excluded_at = $3 WHERE tenant = $1 AND id = $2")
        .bind(tenant.as_str())
        .bind(id.as_str())
        .bind(since.map(millis))
        .execute(on)
        .await?;
    Ok(())
}

/// Takes a computer to another tenant: who it is goes along, what was found
/// out and whose it was does not.
pub(super) async fn move_to(
    on: &mut Connection,
    id: &ComputerId,
    to: &TenantId,
    onboarding: bool,
    at: Timestamp,
) -> Result<Result<Vec<AgentId>, Undecided>, StoreError> {
    let Some(mut row) = computers::one(on, &TenantScope::All, id).await? else {
        return Ok(Err(Undecided::Missing));
    };
    let named = computers::named(on, &TenantScope::One(to.clone()), &row.name).await?;
    if !named.is_empty() {
        return Ok(Err(Undecided::NameTaken));
    }
    computers::forget_findings(on, &row.tenant, id).await?;
    approvals::forget(on, &row.tenant, id).await?;
    query("UPDATE computers SET tenant = $3, inventoried_at = NULL, facts = NULL, facts_at = NULL WHERE tenant = $1 AND id = $2")
        .bind(row.tenant.as_str())
        .bind(id.as_str())
        .bind(to.as_str())
        .execute(&mut *on)
        .await?;
    let agents: Vec<String> = query_scalar(
        "UPDATE agents SET tenant = $3 WHERE tenant = $1 AND computer = $2 RETURNING id",
    )
    .bind(row.tenant.as_str())
    .bind(id.as_str())
    .bind(to.as_str())
    .fetch_all(&mut *on)
    .await?;
    row.tenant = to.clone();
    (row.logons, row.person) = (Vec::new(), None);
    begin_anew(&mut row, onboarding, at);
    write(on, &row).await?;
    Ok(Ok(agents.into_iter().map(AgentId::new).collect()))
}

/// Notes who is logged on; false where that is no news.
pub(super) async fn note_logon(
    on: &mut Connection,
    id: &ComputerId,
    upn: &str,
    at: Timestamp,
) -> Result<bool, StoreError> {
    let Some(mut row) = computers::one(on, &TenantScope::All, id).await? else { return Ok(false) };
    let news = ordain_core::affinity::note(&mut row.logons, upn, at);
    if news {
        set_affinity(on, &row).await?;
    }
    Ok(news)
}

/// Notes whose computer it is, as a person says; logons count from here on.
pub(super) async fn give_person(
    on: &mut Connection,
    id: &ComputerId,
    upn: Option<&str>,
) -> Result<(), StoreError> {
    let Some(mut row) = computers::one(on, &TenantScope::All, id).await? else { return Ok(()) };
    (row.person, row.logons) = (upn.map(str::to_lowercase), Vec::new());
    set_affinity(on, &row).await
}

async fn set_affinity(on: &mut Connection, row: &ComputerRow) -> Result<(), StoreError> {
    query("UPDATE computers SET affinity = $3 WHERE tenant = $1 AND id = $2")
        .bind(row.tenant.as_str())
        .bind(row.id.as_str())
        .bind(affinity(&row.logons, row.person.as_deref())?)
        .execute(on)
        .await?;
    Ok(())
}

/// A computer's name that nobody in the tenant bears: the one asked for, or that with a number.
pub(super) async fn free_name(
    on: &mut Connection,
    tenant: &TenantId,
    wanted: &str,
) -> Result<String, StoreError> {
    let scope = TenantScope::One(tenant.clone());
    let mut name = wanted.to_owned();
    for number in 2_u32.. {
        if computers::named(on, &scope, &name).await?.is_empty() {
            break;
        }
        name = format!("{wanted}-{number}");
    }
    Ok(name)
}

/// The life of an agent's columns.
pub(super) fn life(hardware: Option<String>, installation: Option<String>) -> Option<Life> {
    hardware.map(|hardware| Life { hardware, installation })
}
