//! What a deployment needs of the item that it names.

use std::collections::BTreeMap;

use ordain_schema::document::{
    Body, Deployment, DeploymentState, Document, RunContext, RunsOn, Software, Task,
};
use ordain_schema::{Code, Diagnostic, Spanned};

use super::review::Review;
use crate::policy::{DeploymentEntry, DocumentId, Kind};

/// How many deployments are named beside an item that lacks something.
const MAX_RELATED: usize = 100;

/// The deployments that need an action which their item lacks, by item and key.
type Lacks<'a> = BTreeMap<(DocumentId, &'static str), Vec<(&'a DeploymentEntry, &'static str)>>;

/// Reports what an item lacks for a deployment of it, and what does not fit it.
pub(super) fn check(review: &mut Review<'_>) {
    let mut lacks = Lacks::new();
    for (_, document) in review.documents() {
        superseded(review, document);
    }
    for (entry, document, deployment) in review.deployments() {
        superseded_in(review, document, deployment.task.as_ref());
        let told = !review.policy.is_faulty(entry, &["state"]);
        if let Some((id, item)) =
            find(review, document, Kind::Software, deployment.software.as_ref())
            && let Body::Software(software) = &item.body
            && let Some((key, state)) = lacking_of_software(software, deployment)
            && told
            && !item.is_faulty(&[key, "versions"])
        {
            lacks.entry((id, key)).or_default().push((entry, state));
        }
        if let Some((id, item)) = find(review, document, Kind::Task, deployment.task.as_ref())
            && let Body::Task(task) = &item.body
        {
            let lacking = lacking_of_task(task, deployment);
            for (key, state) in
                lacking.filter(|(key, _)| told && !item.is_faulty(&[key, "script", "ensure"]))
            {
                lacks.entry((id, key)).or_default().push((entry, state));
            }
            selector(review, document, deployment, task);
        }
        licence(review, document, deployment);
    }
    report(review, lacks);
}

fn find<'a>(
    review: &Review<'a>,
    document: &Document,
    kind: Kind,
    name: Option<&Spanned<String>>,
) -> Option<(DocumentId, &'a Document)> {
    let policy = review.policy;
    let found =
        policy.names().lookup(policy.tenants(), kind, review.scope(document), name?).found()?;
    Some((found, policy.document(found)))
}

fn lacking_of_software(
    software: &Software,
    deployment: &Deployment,
) -> Option<(&'static str, &'static str)> {
    let state = deployment.state.as_ref().map(|state| state.value);
    let own = software.versions.iter().map(|version| &version.actions);
    let removable = own.chain([&software.actions]).any(|actions| actions.uninstall.is_some());
    (state == Some(DeploymentState::Absent) && !removable).then_some(("uninstall", "absent"))
}

fn lacking_of_task(
    task: &Task,
    deployment: &Deployment,
) -> impl Iterator<Item = (&'static str, &'static str)> {
    let state = deployment.state.as_ref().map_or(DeploymentState::Enforce, |state| state.value);
    let (needs, word): (&[&'static str], _) = match state {
        DeploymentState::Enforce => (&["test", "set"], "enforce"),
        DeploymentState::Audit => (&["test"], "audit"),
        DeploymentState::Monitor => (&["get"], "monitor"),
        DeploymentState::Absent => (&["test", "unset"], "absent"),
        DeploymentState::Installed | DeploymentState::UpdateIfFound | DeploymentState::Ignored => {
            (&[], "")
        }
    };
    let one_for_all = task.script.is_some();
    // Settings without scripts are tested, set and undone of themselves.
    let ensured = !task.ensure.is_empty();
    let (test, set) = (ensured || task.test.is_some(), ensured || task.set.is_some());
    let (get, unset) = (task.get.is_some(), ensured || task.unset.is_some());
    // One script serves test, set and get; what undoes is always written out.
    let has = move |key: &str| match key {
        "test" => one_for_all || test,
        "set" => one_for_all || set,
        "unset" => unset,
        _ => one_for_all || get,
    };
    let lacking = needs.iter().filter(move |key| !has(key));
    lacking.map(move |key| (*key, word))
}

fn report(review: &mut Review<'_>, lacks: Lacks<'_>) {
    for ((id, key), deployments) in lacks {
        let item = review.policy.document(id);
        let word = match item.body {
            Body::Software(_) => "software",
            _ => "task",
        };
        let state = deployments.first().map_or("", |(_, state)| state);
        let message =
            format!("{word} `{}` has no `{key}`, which `state: {state}` needs", item.name.value);
        let mut diagnostic = Diagnostic::error(Code::MissingKey, &*item.path, item.span, message)
            .hint(format!("add `{key}` to the {word}, or wish for another state"));
        for (deployment, state) in deployments.into_iter().take(MAX_RELATED) {
            let said = format!("this deployment says `{state}`");
            diagnostic = diagnostic.related(&*deployment.path, deployment.line, said);
        }
        review.push(diagnostic);
    }
}

/// A cloud selector fits only tasks that run for a tenant.
fn selector(review: &mut Review<'_>, document: &Document, deployment: &Deployment, task: &Task) {
    let cloud = task.runs_on == RunsOn::Tenant || task.context == Some(RunContext::Cloud);
    for (key, span) in deployment.target.cloud_selectors().filter(|_| !cloud) {
        let message = format!("`{key}` is for cloud tasks; this task runs on computers");
        let hint = "choose a selector of computers, as `all: true`, or let the task run on tenants: `runsOn: tenant`";
        review.error_once(document, Code::BadValue, span, message, hint);
    }
}

/// A task in use that another one supersedes.
fn superseded(review: &mut Review<'_>, document: &Document) {
    let (one, several): (Option<&Spanned<String>>, &[Spanned<String>]) = match &document.body {
        Body::Software(software) => (software.configure.as_ref(), &[]),
        Body::Tenant(tenant) => (None, &tenant.preflight),
        Body::Schedule(schedule) => (None, &schedule.preflight),
        _ => return,
    };
    superseded_in(review, document, one.into_iter().chain(several));
}

fn superseded_in<'n>(
    review: &mut Review<'_>,
    document: &Document,
    names: impl IntoIterator<Item = &'n Spanned<String>>,
) {
    for name in names {
        let Some((_, item)) = find(review, document, Kind::Task, Some(name)) else {
            continue;
        };
        let Body::Task(task) = &item.body else { continue };
        let Some(other) = &task.superseded_by else { continue };
        let message = format!("task `{}` is superseded by `{}`", name.value, other.value);
        let diagnostic = Diagnostic::warning(Code::Superseded, &*document.path, name.span, message)
            .hint(format!("use `{}` instead", other.value))
            .related(&*item.path, other.span.line, "the task says so here");
        review.push(diagnostic);
    }
}

/// A deployment names a licence of its own software.
fn licence(review: &mut Review<'_>, document: &Document, deployment: &Deployment) {
    let Some(name) = &deployment.licence else { return };
    let Some((_, found)) = find(review, document, Kind::Licence, Some(name)) else {
        return;
    };
    let Body::Licence(licence) = &found.body else {
        return;
    };
    let (message, hint) = match &deployment.software {
        Some(software) if software.value == licence.software.value => return,
        Some(software) => (
            format!(
                "licence `{}` is for `{}`, not for `{}`",
                name.value, licence.software.value, software.value
            ),
            "name a licence of the deployed software",
        ),
        None => (
            format!("licence `{}` is for software, and a task is deployed", name.value),
            "remove `licence`",
        ),
    };
    let diagnostic = Diagnostic::error(Code::BadValue, &*document.path, name.span, message)
        .hint(hint)
        .related(&*found.path, licence.software.span.line, "the licence names its software here");
    review.push_once(diagnostic);
}
