//! Keys that change execution and that this version does not carry out yet.
//!
//! A plan honours them all; what a session does not do yet is said here as a
//! warning, so that nothing is ignored in silence.

use ordain_schema::document::{
    Action, Body, Deployment, Document, ParameterType, RunContext, RunsOn, Software, Task,
};
use ordain_schema::{Code, Span};

use super::review::Review;

/// Warns of what sessions do not carry out yet.
pub(super) fn check(review: &mut Review<'_>) {
    for (_, document) in review.documents() {
        match &document.body {
            Body::Schedule(_) => whole(review, document, "schedules start no sessions yet"),
            Body::Window(_) => whole(review, document, "windows hold nothing back yet"),
            Body::Role(_) => whole(review, document, "roles limit nobody yet"),
            Body::Integration(_) => whole(review, document, "integrations fetch nothing yet"),
            Body::Branding(_) => whole(review, document, "no messages are sent yet"),
            Body::Repository(repository) => {
                let rollout = repository.defaults.rollout.as_ref();
                warn(
                    review,
                    document,
                    rollout.map(|rollout| rollout.span),
                    "rollouts hold nothing back yet",
                );
            }
            Body::Deployment(deployment) => of_deployment(review, document, deployment),
            Body::Task(task) => of_task(review, document, task),
            Body::Software(software) => of_software(review, document, software),
            Body::Tenant(_)
            | Body::Group(_)
            | Body::Computer(_)
            | Body::Licence(_)
            | Body::Test(_)
            | Body::Trust(_) => {}
        }
    }
}

fn of_deployment(review: &mut Review<'_>, document: &Document, deployment: &Deployment) {
    let rollout = deployment.rollout.as_ref().map(|rollout| rollout.span);
    warn(review, document, rollout, "rollouts hold nothing back yet");
}

fn of_task(review: &mut Review<'_>, document: &Document, task: &Task) {
    let actions = [&task.test, &task.set, &task.get].into_iter().flatten();
    let context = context(task.context, actions);
    let why = match (task.runs_on, context) {
        (_, Some(RunContext::Metascript)) => Some("metascripts do not run yet, and the item fails"),
        (_, Some(RunContext::Cloud)) | (RunsOn::Tenant, _) => {
            Some("cloud tasks do not run yet, and the item fails")
        }
        (RunsOn::Computer | RunsOn::Person, _) => None,
    };
    warn(review, document, why.map(|_| document.span), why.unwrap_or_default());
    let secret = task.parameters.values().any(|parameter| parameter.kind == ParameterType::Secret);
    let secret = secret.then_some(document.span);
    warn(
        review,
        document,
        secret,
        "secrets reach no script yet, and an item that is given one fails",
    );
}

fn of_software(review: &mut Review<'_>, document: &Document, software: &Software) {
    let own = software.versions.iter().map(|version| &version.actions);
    let actions = own.chain([&software.actions]).flat_map(|actions| {
        let all = [
            &actions.install,
            &actions.uninstall,
            &actions.upgrade,
            &actions.post_install,
            &actions.post_uninstall,
            &actions.test,
            &actions.download,
        ];
        all.into_iter().flatten()
    });
    let found = context(None, actions);
    let controller = found.map(|_| document.span);
    warn(
        review,
        document,
        controller,
        "metascripts and cloud actions do not run yet, and the item fails",
    );
}

/// The context on the controller that one of them runs in.
fn context<'a>(
    whole: Option<RunContext>,
    actions: impl Iterator<Item = &'a Action>,
) -> Option<RunContext> {
    let mut contexts = actions.filter_map(|action| action.context).chain(whole);
    contexts.find(|context| matches!(context, RunContext::Metascript | RunContext::Cloud))
}

fn whole(review: &mut Review<'_>, document: &Document, why: &str) {
    warn(review, document, Some(document.span), why);
}

fn warn(review: &mut Review<'_>, document: &Document, span: Option<Span>, why: &str) {
    let Some(span) = span else { return };
    let message = format!("not carried out by this version: {why}");
    let hint = "it is checked and planned with; a later version carries it out";
    review.warning(document, Code::NotExecutedYet, span, message, hint);
}
