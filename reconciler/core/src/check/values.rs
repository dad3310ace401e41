//! Values in another grammar: time zones, cron, CEL.

use ordain_schema::document::{Action, Applies, Body, Document, RunContext};
use ordain_schema::{Code, Spanned};

use super::review::Review;
use crate::calendar::{Cron, nearest_zone, zone};
use crate::expression::Expression;
use crate::parameter::computed;
use crate::policy::{actions_of_software, actions_of_task, given_values};

/// Reports what is no zone, no cron expression, no CEL expression.
pub(super) fn check(review: &mut Review<'_>) {
    for (_, document) in review.documents() {
        match &document.body {
            Body::Repository(repository) => {
                of_zone(review, document, repository.timezone.as_ref(), &[]);
            }
            Body::Tenant(tenant) => of_zone(review, document, tenant.timezone.as_ref(), &[]),
            Body::Schedule(schedule) => {
                of_zone(review, document, schedule.timezone.as_ref(), &["tenant", "computer"]);
                of_cron(review, document, schedule.when.cron.as_ref(), true);
            }
            Body::Window(window) => {
                of_zone(review, document, window.timezone.as_ref(), &["tenant", "computer"]);
                of_cron(review, document, window.cron.as_ref(), false);
            }
            Body::Group(group) => of_expression(review, document, group.condition.as_ref()),
            Body::Software(software) => {
                of_conditions(review, document, &software.applies_if);
                of_users(review, document, None, actions_of_software(software));
            }
            Body::Task(task) => {
                of_conditions(review, document, &task.applies_if);
                of_users(review, document, task.context, actions_of_task(task));
            }
            _ => {}
        }
        for value in given_values(document) {
            if let Some(text) = computed(value) {
                let source = Spanned::new(text.to_owned(), value.span);
                of_expression(review, document, Some(&source));
            }
        }
    }
}

fn of_zone(
    review: &mut Review<'_>,
    document: &Document,
    name: Option<&Spanned<String>>,
    words: &[&str],
) {
    let Some(name) = name else { return };
    if words.contains(&name.as_str()) || zone(name).is_some() {
        return;
    }
    let hint = match (nearest_zone(name), words) {
        (Some(near), _) => format!("did you mean `{near}`?"),
        (None, []) => "write an IANA name such as `Europe/Oslo`".to_owned(),
        (None, _) => "write an IANA name such as `Europe/Oslo`, `tenant` or `computer`".to_owned(),
    };
    let message = format!("`{}` is no time zone", name.value);
    review.error(document, Code::BadValue, name.span, message, hint);
}

fn of_cron(
    review: &mut Review<'_>,
    document: &Document,
    text: Option<&Spanned<String>>,
    once_a_day: bool,
) {
    let Some(text) = text else { return };
    let (message, hint) = match Cron::parse(text) {
        Err(error) => {
            (error.to_string(), "write five fields, as `0 8 * * TUE` for Tuesdays at 08:00")
        }
        Ok(cron) if once_a_day && !cron.is_once_a_day() => (
            format!("`{}` may come more than once a day", text.value),
            "write minute and hour as plain numbers, or use `every` to reconcile continuously",
        ),
        Ok(_) => return,
    };
    review.error(document, Code::BadCron, text.span, message, hint);
}

/// Only what runs in the user context runs for somebody.
fn of_users<'n>(
    review: &mut Review<'_>,
    document: &Document,
    context: Option<RunContext>,
    actions: impl Iterator<Item = &'n Action>,
) {
    if document.is_faulty(&["context"]) {
        return;
    }
    let own = |action: &Action| action.context.or(context);
    for action in actions.filter(|action| own(action) != Some(RunContext::User)) {
        let Some(users) = &action.users else { continue };
        let message = "`users` has no meaning where it does not run as a person";
        let hint = "add `context: user`, or remove `users`";
        review.error_once(document, Code::BadValue, users.span, message, hint);
    }
}

fn of_conditions(review: &mut Review<'_>, document: &Document, conditions: &[Spanned<Applies>]) {
    for condition in conditions {
        of_expression(review, document, condition.cel.as_ref());
    }
}

fn of_expression(review: &mut Review<'_>, document: &Document, source: Option<&Spanned<String>>) {
    let Some(source) = source else { return };
    let Err(error) = Expression::parse(source) else {
        return;
    };
    let message = format!("{error} (at character {})", error.offset + 1);
    let hint = error.hint.unwrap_or_else(|| {
        "write CEL over `computer`, `person` and `tenant`, as `computer.os.family == \"windows\"`".to_owned()
    });
    review.error(document, Code::BadExpression, source.span, message, hint);
}
