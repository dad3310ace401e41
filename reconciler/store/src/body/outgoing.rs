//! The store's trait for what goes out, answered by the queries of this folder.

use async_trait::async_trait;
use jiff::Timestamp;

use super::super::Database;
use super::{calls, messages, outcomes};
use crate::rows::{
    CallKey, CallRow, Handed, LinkRow, MessageKey, MessageRow, OutcomeRow, TokenHash,
};
use crate::{ComputerId, Outgoing, SessionId, StoreError, TenantScope};

#[async_trait]
impl Outgoing for Database {
    async fn due_messages(
        &self,
        scope: &TenantScope,
        now: Timestamp,
        most: u32,
    ) -> Result<Vec<MessageRow>, StoreError> {
        read!(self, messages::due, scope, now, most)
    }

    async fn take_message(&self, key: &MessageKey, now: Timestamp) -> Result<bool, StoreError> {
        let key = key.clone();
        write!(self, |on| messages::take(on, &key, now))
    }

    async fn give_up_on_taken_messages(&self, now: Timestamp) -> Result<u64, StoreError> {
        write!(self, |on| messages::give_up_on_taken(on, now))
    }

    async fn message_handed(
        &self,
        key: &MessageKey,
        handed: Handed,
        now: Timestamp,
    ) -> Result<(), StoreError> {
        let key = key.clone();
        write!(self, |on| messages::handed(on, &key, &handed, now))
    }

    async fn messages(
        &self,
        scope: &TenantScope,
        session: &SessionId,
    ) -> Result<Vec<MessageRow>, StoreError> {
        read!(self, messages::of_session, scope, session)
    }

    async fn message_counts(&self, scope: &TenantScope) -> Result<Vec<(String, u64)>, StoreError> {
        read!(self, messages::counts, scope)
    }

    async fn link(
        &self,
        scope: &TenantScope,
        hash: &TokenHash,
    ) -> Result<Option<LinkRow>, StoreError> {
        read!(self, messages::link, scope, hash)
    }

    async fn last_outcomes(
        &self,
        scope: &TenantScope,
        computer: &ComputerId,
    ) -> Result<Vec<OutcomeRow>, StoreError> {
        read!(self, outcomes::of_computer, scope, computer)
    }

    async fn due_calls(
        &self,
        scope: &TenantScope,
        hook: &str,
        now: Timestamp,
        most: u32,
    ) -> Result<Vec<CallRow>, StoreError> {
        read!(self, calls::due, scope, hook, now, most)
    }

    async fn call_handed(
        &self,
        key: &CallKey,
        handed: Handed,
        now: Timestamp,
    ) -> Result<(), StoreError> {
        let key = key.clone();
        write!(self, |on| calls::handed(on, &key, &handed, now))
    }

    async fn call_counts(
        &self,
        scope: &TenantScope,
    ) -> Result<Vec<(String, String, u64)>, StoreError> {
        read!(self, calls::counts, scope)
    }

    async fn keep_calls_of(&self, hooks: &[String]) -> Result<u64, StoreError> {
        let hooks = hooks.to_vec();
        write!(self, |on| calls::keep_only(on, &hooks))
    }
}
