//! The page behind the link in a message: what will be done, and buttons.
//!
//! Whoever holds the link is its bearer: nothing else is asked. Looking at the
//! page changes nothing, since mail scanners look too; a button is a POST,
//! and the link is used up by the first.

use std::sync::Arc;
use std::time::Duration;

use axum::extract::{Form, Path, State};
use axum::http::{HeaderMap, HeaderValue, StatusCode, header};
use axum::response::{Html, IntoResponse as _, Response};
use jiff::{SignedDuration, Timestamp};
use ordain_core::schedule;
use ordain_core::session::Session;
use ordain_schema::document::Schedule;
use ordain_store::TenantScope;
use ordain_store::rows::{LinkRow, SessionRow};
use serde::Deserialize;
use tokio::sync::oneshot;

use super::Refusal;
use crate::controller::Controller;
use crate::drive::request::Asked;
use crate::drive::{Decided, Decision, Signal, journal};
use crate::follow::InForce;
use crate::notify::{About, Choice, Due, Look};
use crate::{recorded, tokens};

/// How long a decision may take to be journaled.
const PATIENCE: Duration = Duration::from_secs(20);
const LATER: &str = "That did not work. Please try again in a few minutes.";

/// What a button sends.
#[derive(Deserialize)]
pub(crate) struct Pressed {
    value: String,
}

/// Shows what a link is about.
pub(crate) async fn show(
    State(controller): State<Arc<Controller>>,
    Path(token): Path<String>,
) -> Result<Response, Refusal> {
    let Some(held) = Held::of(&controller, &token).await? else { return Ok(unknown()) };
    Ok(held.page(&token))
}

/// Carries a decision out.
pub(crate) async fn decide(
    State(controller): State<Arc<Controller>>,
    Path((token, action)): Path<(String, String)>,
    Form(pressed): Form<Pressed>,
) -> Result<Response, Refusal> {
    let Some(held) = Held::of(&controller, &token).await? else { return Ok(unknown()) };
    let choices = held.choices();
    let chosen =
        choices.iter().find(|choice| choice.action == action && choice.value == pressed.value);
    let decision = match chosen.map(|choice| choice.action) {
        Some("run") => Decision::Run,
        Some("postpone") => Decision::Postpone(later(held.now, &pressed.value)),
        Some("cancel") => Decision::Cancel,
        _ => return Ok(held.page(&token)),
    };
    let session = held.row.id.clone();
    let (answer, answered) = oneshot::channel();
    let link = tokens::hash(&token);
    let signal = Signal::Decide { session: session.clone(), link, decision, answer };
    controller.drive.tell(&held.row.computer, signal).await;
    let decided = tokio::time::timeout(PATIENCE, answered).await;
    let told = match decided.ok().and_then(Result::ok) {
        Some(Decided::Done) => {
            tracing::info!(%session, tenant = %held.row.tenant, action, "a person decided about a session");
            match decision {
                Decision::Run => "It begins as soon as your computer can be reached.",
                Decision::Postpone(_) => "It is put off as you chose.",
                Decision::Cancel => "It is cancelled.",
            }
        }
        Some(Decided::Before) => "This has been decided already.",
        Some(Decided::NotNow) => "That is not possible now. Nothing has changed.",
        None => return Ok(held.shown(StatusCode::SERVICE_UNAVAILABLE, LATER, &[])),
    };
    Ok(held.over(told))
}

/// A link that somebody holds, with its session as it stands.
struct Held {
    link: LinkRow,
    row: SessionRow,
    session: Session,
    asked: Asked,
    in_force: Option<Arc<InForce>>,
    /// The computer's own time zone, as it reported it.
    zone: Option<String>,
    url: String,
    now: Timestamp,
}

impl Held {
    async fn of(controller: &Controller, token: &str) -> Result<Option<Self>, Refusal> {
        let link = controller.store.link(&TenantScope::All, &tokens::hash(token)).await?;
        let Some(link) = link else { return Ok(None) };
        let scope = TenantScope::One(link.key.tenant.clone());
        let Some(row) = controller.store.session(&scope, &link.key.session).await? else {
            return Ok(None);
        };
        let events = controller.store.events(&scope, &row.id, 1).await?;
        let session = journal::replay(&events).map_err(|error| Refusal::internal(&error))?;
        let first = events.first().map(|first| first.event.as_str());
        let (_, asked) = journal::beginning(first).map_err(|error| Refusal::internal(&error))?;
        let in_force = controller.policy().in_force;
        let (url, now) = (controller.url.clone(), controller.clock.now());
        let computer = controller.store.computer(&scope, &row.computer).await?;
        let zone = computer.as_ref().and_then(recorded::time_zone);
        Ok(Some(Self { link, row, session, asked, in_force, zone, url, now }))
    }

    fn schedule(&self) -> Option<&Schedule> {
        self.in_force.as_ref()?.policy.schedule_at(self.asked.schedule.as_deref()?)
    }

    /// What may be decided, while there is something to decide.
    fn choices(&self) -> Vec<Choice> {
        let open = self.link.used_at.is_none()
            && self.now <= self.link.until
            && self.session.decidable_until().is_some();
        let Some(schedule) = self.schedule().filter(|_| open) else { return Vec::new() };
        let choice = |action, value: String, label: String| Choice {
            action,
            target: String::new(),
            value,
            label,
        };
        let mut choices = vec![choice("run", "now".to_owned(), "Do it now".to_owned())];
        if let Some(rule) = &schedule.postpone {
            let often = rule.max.is_none_or(|max| self.session.postponements() < max);
            let by = rule.choices.iter().filter(|_| often).map(|by| by.0);
            let later = by.map(|by| choice("postpone", by.to_string(), label(by)));
            choices.extend(later);
            choices.push(choice("cancel", "cancel".to_owned(), "Not this time".to_owned()));
        }
        choices
    }

    fn page(&self, token: &str) -> Response {
        let choices: Vec<Choice> = self
            .choices()
            .into_iter()
            .map(|choice| Choice { target: format!("/m/{token}/{}", choice.action), ..choice })
            .collect();
        if choices.is_empty() {
            return self.over("There is nothing to decide any more.");
        }
        self.shown(StatusCode::OK, &self.text(), &choices)
    }

    fn over(&self, told: &str) -> Response {
        self.shown(StatusCode::OK, told, &[])
    }

    /// What will be done, as in the message.
    fn text(&self) -> String {
        let due = Due::while_it_waits(&self.session);
        self.about(|about| about.text(due, &self.session)).unwrap_or_default()
    }

    fn about<T>(&self, told: impl FnOnce(&About<'_>) -> T) -> Option<T> {
        let policy = &self.in_force.as_ref()?.policy;
        let tenant = policy.tenants().find(self.row.tenant.as_str());
        let zone = schedule::zone(policy, self.schedule()?, tenant, self.zone.as_deref());
        Some(told(&About {
            policy,
            tenant,
            computer: &self.row.computer_name,
            zone,
            person: None,
            url: &self.url,
        }))
    }

    fn shown(&self, status: StatusCode, text: &str, choices: &[Choice]) -> Response {
        let policy = self.in_force.as_ref().map(|in_force| &in_force.policy);
        let tenant = policy.and_then(|policy| policy.tenants().find(self.row.tenant.as_str()));
        let look = Look(policy.zip(tenant).and_then(|(policy, id)| policy.branding(id)));
        let html = look.page(&self.row.computer_name, text, None, choices);
        (status, headers(), Html(html)).into_response()
    }
}

/// What stands on the button that puts a session off by so many seconds.
fn label(seconds: u64) -> String {
    let (count, unit) = match seconds {
        seconds if seconds % 86_400 == 0 => (seconds / 86_400, "day"),
        seconds if seconds % 3_600 == 0 => (seconds / 3_600, "hour"),
        seconds => (seconds.div_ceil(60), "minute"),
    };
    format!("In {count} {unit}{}", if count == 1 { "" } else { "s" })
}

/// The time after so many seconds, which is one of the choices.
fn later(now: Timestamp, seconds: &str) -> Timestamp {
    let by = SignedDuration::from_secs(seconds.parse().unwrap_or(0));
    now.saturating_add(by).unwrap_or(Timestamp::MAX)
}

/// The same answer whatever is wrong with a link.
fn unknown() -> Response {
    let html = Look(None).page("Ordain", "This link is not valid (any more).", None, &[]);
    (StatusCode::NOT_FOUND, headers(), Html(html)).into_response()
}

/// Kept nowhere, shown in no frame, and no page that follows learns the link.
fn headers() -> HeaderMap {
    let mut headers = HeaderMap::new();
    for (name, value) in [
        (header::CACHE_CONTROL, "no-store"),
        (header::REFERRER_POLICY, "no-referrer"),
        (header::X_FRAME_OPTIONS, "DENY"),
        (
            header::CONTENT_SECURITY_POLICY,
            "default-src 'none'; style-src 'unsafe-inline'; form-action 'self'",
        ),
    ] {
        headers.insert(name, HeaderValue::from_static(value));
    }
    headers
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn buttons_say_how_long() {
        for (seconds, wanted) in [
            (60, "In 1 minute"),
            (5400, "In 90 minutes"),
            (3600, "In 1 hour"),
            (14_400, "In 4 hours"),
            (86_400, "In 1 day"),
            (604_800, "In 7 days"),
        ] {
            assert_eq!(label(seconds), wanted);
        }
    }
}
