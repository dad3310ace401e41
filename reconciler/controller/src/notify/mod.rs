//! Telling the outside: e-mail to persons, webhooks to other systems.
//!
//! What follows from a step of a session is written with its journal, so that a
//! crash neither loses nor doubles it: [`due`] says which messages, [`hooks`]
//! which calls. [`letter`] writes the messages, [`post`] hands them over and
//! [`smtp`] speaks to the mail server; [`call`] makes the calls. The page behind
//! the link in a message is `api::links`.

mod call;
mod due;
mod hooks;
mod letter;
mod post;
mod smtp;

pub(crate) use call::Caller;
pub use call::HookError;
pub(crate) use due::{About, Due, due};
pub use hooks::{HookConfig, HookEvent};
pub(crate) use hooks::{calls, compare};
pub(crate) use letter::{Choice, Look};
pub(crate) use post::Post;
pub use smtp::{Encryption, MailConfig, PostError};

use std::sync::Arc;

use tokio::sync::Notify;

/// Who is told what happens, and how those are woken who tell it.
#[derive(Debug, Default)]
pub(crate) struct Outside {
    /// None where no e-mail is sent.
    pub(crate) mailing: Option<Mailing>,
    /// The webhooks.
    pub(crate) hooks: Vec<HookConfig>,
    /// Wakes their callers.
    pub(crate) called: Arc<Notify>,
}

/// What writing messages needs, where any are sent.
#[derive(Debug, Clone)]
pub(crate) struct Mailing {
    /// Where links in them lead.
    pub(crate) url: String,
    /// Calls the post.
    pub(crate) called: Arc<Notify>,
}

impl Outside {
    /// Wakes those who have something to tell.
    pub(crate) fn wake(&self, messages: bool, calls: bool) {
        if let Some(mailing) = self.mailing.as_ref().filter(|_| messages) {
            mailing.called.notify_one();
        }
        if calls {
            self.called.notify_waiters();
        }
    }
}
