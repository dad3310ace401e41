//! Which messages follow from a step of a session, and to whom.
//!
//! Pure: the same step gives the same messages but for the token in a link,
//! and of those the store keeps the first.

use jiff::Timestamp;
use jiff::tz::TimeZone;
use ordain_core::execute::ActionResult;
use ordain_core::item::Act;
use ordain_core::policy::{Policy, TenantId};
use ordain_core::session::{ActionView, Session, Status};
use ordain_schema::document::Notify;
use ordain_store::rows::{NewLink, NewMessage};

use super::letter::{Change, Look, Tale};
use crate::tokens;

/// Which message a step gives occasion to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Due {
    /// Something is going to be changed.
    Before,
    /// It was put off.
    Postponed,
    /// It is over.
    After,
}

impl Due {
    /// What a session gives occasion to tell while it waits.
    pub(crate) fn while_it_waits(session: &Session) -> Self {
        if session.executes_at().is_some() { Self::Before } else { Self::Postponed }
    }

    /// The word that templates know it by.
    fn word(self) -> &'static str {
        match self {
            Self::Before => "before",
            Self::Postponed => "postponed",
            Self::After => "after",
        }
    }

    /// What tells a session's messages apart: it may be put off several times.
    fn key(self, session: &Session) -> String {
        match self {
            Self::Postponed => format!("{}-{}", self.word(), session.postponements()),
            Self::Before | Self::After => self.word().to_owned(),
        }
    }
}

/// What a schedule wants to be told of a step, from how the session stood
/// before and behind it.
pub(crate) fn due(before: &Session, behind: &Session, notify: &Notify) -> Option<Due> {
    let planned = before.execution().is_none() && behind.execution().is_some();
    let put_off = behind.postponements() > before.postponements();
    if notify.before && put_off {
        return Some(Due::Postponed);
    }
    if notify.before && planned && !behind.status().is_over() {
        return Some(Due::Before);
    }
    let ended = !before.status().is_over()
        && matches!(behind.status(), Status::Passed | Status::PartiallyPassed | Status::Failed);
    let told = notify.when_compliant || behind.actions().any(|action| acts(&action));
    (notify.after && ended && told).then_some(Due::After)
}

/// Whose session it is, and what persons need to know of that.
pub(crate) struct About<'a> {
    /// The policy that counts.
    pub(crate) policy: &'a Policy,
    /// The tenant, where the policy has it.
    pub(crate) tenant: Option<TenantId>,
    /// The computer's name.
    pub(crate) computer: &'a str,
    /// In which times are told.
    pub(crate) zone: TimeZone,
    /// The UPN of the computer's primary person.
    pub(crate) person: Option<&'a str>,
    /// Where links lead.
    pub(crate) url: &'a str,
}

impl About<'_> {
    /// The messages of an occasion: one to the primary person, one to each of
    /// the tenant's further recipients, none where the tenant wants no e-mail.
    pub(crate) fn messages(&self, due: Due, session: &Session) -> Vec<NewMessage> {
        let tenant = self.tenant.and_then(|id| self.policy.tenant(id));
        let wanted = tenant.and_then(|tenant| tenant.notifications.as_ref());
        if wanted.is_some_and(|wanted| wanted.email == Some(false)) {
            return Vec::new();
        }
        let mut recipients: Vec<(String, bool)> =
            self.person.map(|upn| (upn.to_lowercase(), true)).into_iter().collect();
        for address in wanted.into_iter().flat_map(|wanted| &wanted.recipients) {
            if !recipients.iter().any(|(known, _)| known.eq_ignore_ascii_case(address)) {
                recipients.push((address.clone(), false));
            }
        }
        let look = Look(self.tenant.and_then(|id| self.policy.branding(id)));
        let letter = |(recipient, is_person)| {
            let until = session.decidable_until().filter(|_| is_person);
            let link = until.map(|until| (tokens::link(), until));
            let mut tale = self.tale(due, session);
            tale.link = link.as_ref().map(|(token, _)| format!("{}/m/{}", self.url, token));
            NewMessage {
                kind: due.key(session),
                recipient,
                letter: look.letter(&tale),
                link: link.map(|(token, until)| NewLink { hash: tokens::hash(&token), until }),
            }
        };
        recipients.into_iter().map(letter).collect()
    }

    /// What is told, as the built-in text; a page shows it.
    pub(crate) fn text(&self, due: Due, session: &Session) -> String {
        Look::text(&self.tale(due, session))
    }

    fn tale(&self, due: Due, session: &Session) -> Tale {
        let tenant = self.tenant.map(|id| {
            let display = self.policy.tenant(id).and_then(|tenant| tenant.display_name.clone());
            display.unwrap_or_else(|| self.policy.tenants().node(id).id.to_string())
        });
        let changes = session.actions().filter(|action| acts(action) && !action.row.failed);
        Tale {
            kind: due.word(),
            tenant: tenant.unwrap_or_default(),
            computer: self.computer.to_owned(),
            when: session.decidable_until().map(|at| self.told(at)),
            changes: changes.map(|action| change(&action)).collect(),
            status: (due == Due::After).then(|| session.status().word()),
            link: None,
        }
    }

    /// A moment as people of that computer say it.
    pub(crate) fn told(&self, at: Timestamp) -> String {
        at.to_zoned(self.zone.clone()).strftime("%Y-%m-%d %H:%M (%Q)").to_string()
    }
}

fn acts(action: &ActionView<'_>) -> bool {
    action.row.action != Act::None
}

fn change(action: &ActionView<'_>) -> Change {
    Change {
        action: action.row.action.word(),
        name: action.row.item.name().to_owned(),
        from: action.row.from.clone(),
        to: action.row.to.clone(),
        result: action.result.map(ActionResult::word),
    }
}
