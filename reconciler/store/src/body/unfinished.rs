//! The store's trait for what is not finished, answered by the queries of this folder.

use async_trait::async_trait;
use jiff::Timestamp;

use super::super::Database;
use super::{held, rollouts};
use crate::rows::{DueRow, HaltRow, HeldRow, InstalledRow, RolloutKey, RolloutRow};
use crate::{ComputerId, StoreError, TenantId, TenantScope, Unfinished};

#[async_trait]
impl Unfinished for Database {
    async fn held(&self, scope: &TenantScope) -> Result<Vec<HeldRow>, StoreError> {
        read!(self, held::all, scope)
    }

    async fn due(
        &self,
        scope: &TenantScope,
        now: Timestamp,
        limit: u32,
    ) -> Result<Vec<DueRow>, StoreError> {
        read!(self, held::due, scope, now, limit)
    }

    async fn forget_held(&self, due: DueRow) -> Result<(), StoreError> {
        write!(self, |on| held::forget(on, &due))
    }

    async fn follow_rollouts(&self, declared: Vec<RolloutRow>) -> Result<(), StoreError> {
        self.write(move |on| {
            Box::pin(async move {
                rollouts::keep_only(on, &declared).await?;
                rollouts::start(on, &declared).await
            })
        })
        .await
    }

    async fn start_rollouts(&self, rollouts: Vec<RolloutRow>) -> Result<(), StoreError> {
        write!(self, |on| rollouts::start(on, &rollouts))
    }

    async fn rollouts(&self, scope: &TenantScope) -> Result<Vec<RolloutRow>, StoreError> {
        read!(self, rollouts::all, scope)
    }

    async fn halt_rollout(&self, key: RolloutKey, halt: HaltRow) -> Result<bool, StoreError> {
        write!(self, |on| rollouts::halt(on, &key, &halt))
    }

    async fn clear_rollout(&self, key: RolloutKey, at: Timestamp) -> Result<bool, StoreError> {
        write!(self, |on| rollouts::clear(on, &key, at))
    }

    async fn failures(
        &self,
        scope: &TenantScope,
        item: &str,
        by: &str,
        since: Timestamp,
    ) -> Result<Vec<(TenantId, String)>, StoreError> {
        read!(self, rollouts::failures, scope, item, by, since)
    }

    async fn installed(
        &self,
        scope: &TenantScope,
        computer: &ComputerId,
    ) -> Result<Vec<InstalledRow>, StoreError> {
        read!(self, held::installed, scope, computer)
    }
}
