//! The store's trait for what goes out: messages to persons, calls of webhooks.
//!
//! Both are written with a session's journal, by
//! [`Sessions::journal`](crate::Sessions::journal). `body/outgoing.rs` answers it.

use async_trait::async_trait;
use jiff::Timestamp;

use crate::rows::{
    CallKey, CallRow, Handed, LinkRow, MessageKey, MessageRow, OutcomeRow, TokenHash,
};
use crate::{ComputerId, SessionId, StoreError, TenantScope};

/// Messages to persons with the links in them, and calls of webhooks.
#[async_trait]
pub trait Outgoing {
    /// Messages that wait and are due, at most so many, the oldest first.
    async fn due_messages(
        &self,
        scope: &TenantScope,
        now: Timestamp,
        most: u32,
    ) -> Result<Vec<MessageRow>, StoreError>;

    /// Notes that a message that waits is being sent; false where it does not
    /// wait any more. Of two at once one gets it.
    async fn take_message(&self, key: &MessageKey, now: Timestamp) -> Result<bool, StoreError>;

    /// Gives up on messages that were being sent when a controller died; gives
    /// how many.
    async fn give_up_on_taken_messages(&self, now: Timestamp) -> Result<u64, StoreError>;

    /// Notes what became of a message.
    async fn message_handed(
        &self,
        key: &MessageKey,
        handed: Handed,
        now: Timestamp,
    ) -> Result<(), StoreError>;

    /// A session's messages, those before its execution first.
    async fn messages(
        &self,
        scope: &TenantScope,
        session: &SessionId,
    ) -> Result<Vec<MessageRow>, StoreError>;

    /// How many messages there are of each state.
    async fn message_counts(&self, scope: &TenantScope) -> Result<Vec<(String, u64)>, StoreError>;

    /// The message that a link stood in; whoever holds the link is its bearer.
    async fn link(
        &self,
        scope: &TenantScope,
        hash: &TokenHash,
    ) -> Result<Option<LinkRow>, StoreError>;

    /// How each item of a computer ended in the last session that was about it.
    async fn last_outcomes(
        &self,
        scope: &TenantScope,
        computer: &ComputerId,
    ) -> Result<Vec<OutcomeRow>, StoreError>;

    /// A webhook's calls that are due, at most so many, the oldest first.
    async fn due_calls(
        &self,
        scope: &TenantScope,
        hook: &str,
        now: Timestamp,
        most: u32,
    ) -> Result<Vec<CallRow>, StoreError>;

    /// Notes what became of a call; one that was taken is removed.
    async fn call_handed(
        &self,
        key: &CallKey,
        handed: Handed,
        now: Timestamp,
    ) -> Result<(), StoreError>;

    /// How many calls there are, by webhook and state: `waiting` or `failed`.
    async fn call_counts(
        &self,
        scope: &TenantScope,
    ) -> Result<Vec<(String, String, u64)>, StoreError>;

    /// Removes the calls of all webhooks but these, which nobody makes any more;
    /// gives how many.
    async fn keep_calls_of(&self, hooks: &[String]) -> Result<u64, StoreError>;
}
