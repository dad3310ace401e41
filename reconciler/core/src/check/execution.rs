//! Keys that change execution and that this version does not carry out yet.
//!
//! A plan honours them all; what a session does not do yet is said here as a
//! warning, so that nothing is ignored in silence.

use ordain_schema::document::{
    Action, Body, ByPlatform, Deployment, Document, Ensure, Latest, OnBusy, PackageManager,
    ParameterType, Repository, RunContext, RunsOn, Software, Task,
};
use ordain_schema::{Code, Span};

use super::review::Review;
use crate::policy::{actions_of_software, actions_of_task};

/// Warns of what sessions do not carry out yet.
pub(super) fn check(review: &mut Review<'_>) {
    for (_, document) in review.documents() {
        match &document.body {
            Body::Role(_) => whole(review, document, "roles limit nobody yet"),
            Body::Integration(integration) if integration.kind.value == "http" => {}
            Body::Integration(_) => whole(review, document, "integrations fetch nothing yet"),
            Body::Branding(branding) => {
                let why = "messages bear no picture yet";
                keys(review, document, &[(branding.logo.is_some(), why)]);
            }
            Body::Repository(repository) => of_repository(review, document, repository),
            Body::Deployment(deployment) => of_deployment(review, document, deployment),
            Body::Task(task) => of_task(review, document, task),
            Body::Software(software) => of_software(review, document, software),
            Body::Computer(_)
            | Body::Group(_)
            | Body::Licence(_)
            | Body::Schedule(_)
            | Body::Tenant(_)
            | Body::Test(_)
            | Body::Window(_) => {}
            Body::Trust(_) => whole(review, document, "agents verify no signatures yet"),
        }
    }
}

fn of_repository(review: &mut Review<'_>, document: &Document, repository: &Repository) {
    keys(
        review,
        document,
        &[(repository.versions.cache_for.is_some(), "versions are looked up in every session yet")],
    );
}

fn of_deployment(review: &mut Review<'_>, document: &Document, deployment: &Deployment) {
    keys(review, document, &[(deployment.visibility.is_some(), "`visibility` shows nowhere yet")]);
}

fn of_task(review: &mut Review<'_>, document: &Document, task: &Task) {
    let context = context(task.context, actions_of_task(task));
    let why = match (task.runs_on, context) {
        (_, Some(RunContext::Metascript)) => Some("metascripts do not run yet, and the item fails"),
        (_, Some(RunContext::Cloud)) | (RunsOn::Tenant, _) => {
            Some("cloud tasks do not run yet, and the item fails")
        }
        (RunsOn::Computer | RunsOn::Person, _) => None,
    };
    warn(review, document, why.map(|_| document.span), why.unwrap_or_default());
    for one in &task.ensure {
        let why = match one.value {
            Ensure::Registry(_) => "`registry` is not set yet, and the item fails",
            Ensure::Feature(_) => "`feature` is not set yet, and the item fails",
            Ensure::ScheduledTask(_) => "`scheduledTask` is not set yet, and the item fails",
            Ensure::Defaults(_) => "`defaults` are not set yet, and the item fails",
            _ => continue,
        };
        warn(review, document, Some(one.span), why);
    }
    // A setting says what it changes, in logs and reports.
    let hidden = |name: &str| {
        let declared = task.parameters.get(name);
        declared.is_some_and(|one| one.kind == ParameterType::Secret || one.generate().is_some())
    };
    for name in task.ensure.iter().flat_map(|one| one.parameters()).filter(|name| hidden(name)) {
        let why = "secrets reach no setting yet, only scripts, and the item fails";
        warn(review, document, Some(name.span), why);
    }
}

fn of_software(review: &mut Review<'_>, document: &Document, software: &Software) {
    let all: Vec<&Action> = actions_of_software(software).collect();
    let unheard = match &software.latest {
        Latest::Static => false,
        Latest::Package => !only_dpkg(software),
        Latest::Source | Latest::Script(_) | Latest::Feed(_) => true,
    };
    let closing = all.iter().filter_map(|action| action.close_first.as_ref());
    let asks = closing.chain(&software.close_first).any(|close| close.on_busy == OnBusy::Prompt);
    let installers = all.iter().any(|action| {
        action.msi.is_some()
            || action.exe.is_some()
            || action.pkg.is_some()
            || action.dmg.is_some()
            || action.registered.is_some()
    });
    keys(
        review,
        document,
        &[
            (unheard, "only dpkg's versions are looked up yet, and a session finds none here"),
            (
                installers,
                "`msi`, `exe`, `pkg`, `dmg` and `registered` do not run yet, and the item fails",
            ),
            (
                asks,
                "nobody is asked with `onBusy: prompt` yet; while somebody is logged on it is as `postpone`",
            ),
        ],
    );
    let found = context(None, all.into_iter());
    let controller = found.map(|_| document.span);
    warn(
        review,
        document,
        controller,
        "metascripts and cloud actions do not run yet, and the item fails",
    );
}

/// Whether all that gives its versions is dpkg, wherever it is.
fn only_dpkg(software: &Software) -> bool {
    let install = software.actions.install.as_deref().into_iter().flat_map(ByPlatform::values);
    let mut installed: Vec<PackageManager> =
        install.filter_map(|action| Some(action.package.as_ref()?.manager)).collect();
    if installed.is_empty() {
        let detect = software.detect.values();
        installed = detect.filter_map(|detect| Some(detect.package.as_ref()?.manager)).collect();
    }
    !installed.is_empty() && installed.iter().all(|manager| *manager == PackageManager::Dpkg)
}

/// The context on the controller that one of them runs in.
fn context<'a>(
    whole: Option<RunContext>,
    actions: impl Iterator<Item = &'a Action>,
) -> Option<RunContext> {
    let mut contexts = actions.filter_map(|action| action.context).chain(whole);
    contexts.find(|context| matches!(context, RunContext::Metascript | RunContext::Cloud))
}

/// Warns at the document of every key that is in use.
fn keys(review: &mut Review<'_>, document: &Document, uses: &[(bool, &'static str)]) {
    let mut said: Vec<&str> = Vec::new();
    for (used, why) in uses {
        if *used && !said.contains(why) {
            said.push(why);
            whole(review, document, why);
        }
    }
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
