//! Handing messages over: which, when, and what is written down.
//!
//! Guarantees: a message waits in the store until a mail server has asked for
//! its text; that it is being sent is durable before the first byte of the text
//! leaves, and that it was sent after the server has said so. So a crash
//! anywhere but between those two has it sent once. What a crash or a broken
//! line leaves in between is not sent again, since the server may have it. What
//! a server turns down for now is tried again, ever more seldom, for two days;
//! what it turns down for good is given up. A lost signal costs at most
//! [`INTERVAL`]. Speaking to the server is [`super::smtp`]'s.

use std::sync::Arc;
use std::time::Duration;

use jiff::{SignedDuration, Timestamp};
use ordain_store::rows::{Handed, MessageRow};
use ordain_store::{Store, StoreError, TenantScope};
use tokio::sync::Notify;
use tokio_util::sync::CancellationToken;

use super::smtp::{Line, MailConfig, OnPaper, PostError, Refused, Server};
use crate::kill_point;

/// How often to look when nobody calls.
const INTERVAL: Duration = Duration::from_secs(5);
/// How many messages are looked at a time.
const MOST: u32 = 20;
/// How often a message is tried.
const TRIES: u32 = 20;

/// Hands over what is due.
#[derive(Debug)]
pub(crate) struct Post {
    store: Arc<dyn Store>,
    server: Server,
    called: Arc<Notify>,
}

impl Post {
    /// Over a store; [`Notify::notify_one`] calls it.
    pub(crate) fn new(
        config: &MailConfig,
        store: Arc<dyn Store>,
        called: Arc<Notify>,
    ) -> Result<Self, PostError> {
        Ok(Self { store, server: Server::new(config)?, called })
    }

    /// Hands messages over until the controller stops.
    pub(crate) async fn run(self, closing: CancellationToken) {
        match self.store.give_up_on_taken_messages(Timestamp::now()).await {
            Ok(0) => {}
            Ok(count) => {
                tracing::warn!(
                    count,
                    "messages were being sent when the controller died; they are not sent again"
                );
            }
            Err(error) => tracing::error!(%error, "messages cannot be looked at"),
        }
        loop {
            if let Err(error) = self.deliver(&closing).await {
                tracing::error!(%error, "messages cannot be handed over");
            }
            tokio::select! {
                () = closing.cancelled() => return,
                () = self.called.notified() => {}
                () = tokio::time::sleep(INTERVAL) => {}
            }
        }
    }

    /// Everything that is due, over one line.
    async fn deliver(&self, closing: &CancellationToken) -> Result<(), StoreError> {
        let mut line = None;
        loop {
            let now = Timestamp::now();
            let due = self.store.due_messages(&TenantScope::All, now, MOST).await?;
            if due.is_empty() || closing.is_cancelled() {
                break;
            }
            for message in due {
                let refused = match self.hand_over(&message, &mut line).await? {
                    Sent::Over => None,
                    Sent::Not(refused) => Some(refused),
                    Sent::Elsewhere => continue,
                };
                let no_line = matches!(refused, Some(Refused::NoLine(_)));
                let handed = refused.map_or(Handed::Over, |refused| after(refused, &message));
                tell(&message, &handed);
                self.store.message_handed(&message.key, handed, Timestamp::now()).await?;
                if no_line {
                    return Ok(());
                }
            }
        }
        if let Some(line) = line {
            line.end().await;
        }
        Ok(())
    }

    /// Hands one over, on the open line or on a new one, which stays open.
    async fn hand_over(
        &self,
        row: &MessageRow,
        line: &mut Option<Line>,
    ) -> Result<Sent, StoreError> {
        let letter = match self.server.letter(row) {
            Ok(letter) => letter,
            Err(why) => return Ok(Sent::Not(Refused::ForGood(why))),
        };
        let mut open = match self.offered(&letter, line.take()).await {
            Ok(open) => open,
            Err(refused) => return Ok(Sent::Not(refused)),
        };
        kill_point::reach("message-offered");
        if !self.store.take_message(&row.key, Timestamp::now()).await? {
            return Ok(Sent::Elsewhere);
        }
        kill_point::reach("message-taken");
        match open.text(&letter).await {
            Ok(()) => {
                kill_point::reach("message-sent");
                *line = Some(open);
                Ok(Sent::Over)
            }
            Err(refused) => Ok(Sent::Not(refused)),
        }
    }

    /// A line that was open may have been closed by the server meanwhile.
    async fn offered(&self, letter: &OnPaper, open: Option<Line>) -> Result<Line, Refused> {
        if let Some(mut open) = open {
            match open.offer(letter).await {
                Ok(()) => return Ok(open),
                Err(refused @ Refused::ForGood(_)) => return Err(refused),
                Err(_) => {}
            }
        }
        self.server.offered(letter).await
    }
}

/// What became of a message.
enum Sent {
    /// The server has it.
    Over,
    /// The server has not taken it.
    Not(Refused),
    /// Somebody else sends it.
    Elsewhere,
}

/// What follows from a refusal.
fn after(refused: Refused, row: &MessageRow) -> Handed {
    let tried = row.attempts.saturating_add(1);
    match refused {
        Refused::ForNow(error) | Refused::NoLine(error) if tried < TRIES => {
            let at = Timestamp::now().checked_add(pause(tried));
            Handed::Again { at: at.unwrap_or(Timestamp::MAX), error }
        }
        Refused::ForNow(error) | Refused::NoLine(error) | Refused::ForGood(error) => {
            Handed::Never(error)
        }
        Refused::NobodyKnows(error) => Handed::Perhaps(error),
    }
}

/// Five seconds, then twice as long each time, six hours at most.
fn pause(tried: u32) -> SignedDuration {
    let seconds = 5_i64.checked_shl(tried.saturating_sub(1)).unwrap_or(i64::MAX);
    SignedDuration::from_secs(seconds.clamp(5, 6 * 3600))
}

fn tell(message: &MessageRow, handed: &Handed) {
    let (key, attempts) = (&message.key, message.attempts.saturating_add(1));
    match handed {
        Handed::Over => {
            tracing::info!(session = %key.session, tenant = %key.tenant, kind = key.kind, "a message was sent");
        }
        Handed::Again { error, at } => {
            tracing::warn!(session = %key.session, tenant = %key.tenant, kind = key.kind, attempts, error, again = %at, "a message was not taken");
        }
        Handed::Never(error) => {
            tracing::error!(session = %key.session, tenant = %key.tenant, kind = key.kind, attempts, error, "a message is given up");
        }
        Handed::Perhaps(error) => {
            tracing::error!(session = %key.session, tenant = %key.tenant, kind = key.kind, attempts, error, "a message may have been sent or not; it is not sent again");
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tries_are_ever_further_apart() {
        let seconds: Vec<i64> = (1..TRIES).map(|tried| pause(tried).as_secs()).collect();
        assert_eq!(seconds[..4], [5, 10, 20, 40]);
        assert_eq!(seconds.last(), Some(&(6 * 3600)));
        let hours = seconds.iter().sum::<i64>() / 3600;
        assert!((40..60).contains(&hours), "{hours}: {seconds:?}");
    }
}
