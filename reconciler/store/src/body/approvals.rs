//! Queries about optional deployments that were approved on computers.

use jiff::Timestamp;
use sqlx::{query, query_as};

use super::super::Connection;
use super::text::{millis, time};
use crate::rows::ApprovalRow;
use crate::{ComputerId, StoreError, TenantId, TenantScope};

/// Approves; what was approved before stays as it is.
pub(super) async fn approve(
    on: &mut Connection,
    tenant: &TenantId,
    computer: &ComputerId,
    deployment: &str,
    at: Timestamp,
) -> Result<(), StoreError> {
    query(
        "INSERT INTO approvals (tenant, computer, deployment, at) VALUES ($1, $2, $3, $4) \
         ON CONFLICT (tenant, computer, deployment) DO NOTHING",
    )
    .bind(tenant.as_str())
    .bind(computer.as_str())
    .bind(deployment)
    .bind(millis(at))
    .execute(on)
    .await?;
    Ok(())
}

pub(super) async fn withdraw(
    on: &mut Connection,
    tenant: &TenantId,
    computer: &ComputerId,
    deployment: &str,
) -> Result<bool, StoreError> {
    let gone =
        query("DELETE FROM approvals WHERE tenant = $1 AND computer = $2 AND deployment = $3")
            .bind(tenant.as_str())
            .bind(computer.as_str())
            .bind(deployment)
            .execute(on)
            .await?;
    Ok(gone.rows_affected() > 0)
}

/// Forgets all of a computer that is gone, or is another tenant's now.
pub(super) async fn forget(
    on: &mut Connection,
    tenant: &TenantId,
    computer: &ComputerId,
) -> Result<(), StoreError> {
    query("DELETE FROM approvals WHERE tenant = $1 AND computer = $2")
        .bind(tenant.as_str())
        .bind(computer.as_str())
        .execute(on)
        .await?;
    Ok(())
}

type Columns = (String, String, String, String, i64);

pub(super) async fn all(
    on: &mut Connection,
    scope: &TenantScope,
) -> Result<Vec<ApprovalRow>, StoreError> {
    let columns: Vec<Columns> = query_as(
        "SELECT a.tenant, a.computer, c.name, a.deployment, a.at FROM approvals a \
         JOIN computers c ON c.tenant = a.tenant AND c.id = a.computer \
         WHERE CAST($1 AS TEXT) IS NULL OR a.tenant = $1 ORDER BY a.tenant, c.name, a.deployment",
    )
    .bind(scope.tenant())
    .fetch_all(on)
    .await?;
    columns.into_iter().map(row).collect()
}

fn row(
    (tenant, computer, computer_name, deployment, at): Columns,
) -> Result<ApprovalRow, StoreError> {
    Ok(ApprovalRow {
        tenant: TenantId::new(tenant),
        computer: ComputerId::new(computer),
        computer_name,
        deployment,
        at: time(at)?,
    })
}
