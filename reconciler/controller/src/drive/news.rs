//! What happens to sessions as it happens, for those who watch.
//!
//! News may be lost: whoever falls behind reads the journal instead.

use ordain_core::execute::At;
use ordain_store::SessionId;
use tokio::sync::broadcast;

/// Pieces of news kept for somebody who is slow.
const KEPT: usize = 1024;

/// A piece of news.
#[derive(Debug, Clone)]
pub(crate) enum Item {
    /// The session's journal has grown.
    Journaled(SessionId),
    /// A process wrote something.
    Output { session: SessionId, at: At, text: String },
}

/// Where news are told.
#[derive(Debug)]
pub(crate) struct News(broadcast::Sender<Item>);

impl Default for News {
    fn default() -> Self {
        Self(broadcast::Sender::new(KEPT))
    }
}

impl News {
    /// Tells everybody who watches now.
    pub(crate) fn tell(&self, item: Item) {
        // Nobody may be watching.
        let _listeners = self.0.send(item);
    }

    /// Everything from now on.
    pub(crate) fn watch(&self) -> broadcast::Receiver<Item> {
        self.0.subscribe()
    }
}
