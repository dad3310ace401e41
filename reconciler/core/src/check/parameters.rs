//! Parameters of deployments against what their task declares.

use std::collections::BTreeMap;

use ordain_schema::document::{Body, Deployment, DeploymentState, Document, Parameter, Task};
use ordain_schema::{Code, Diagnostic, nearest};
use serde_json::Value;

use super::review::Review;
use crate::parameter::fault;
use crate::policy::{DeploymentEntry, Kind};

/// Reports parameters that are undeclared, missing or of the wrong type.
pub(super) fn check(review: &mut Review<'_>) {
    for (_, document) in review.documents() {
        if let Body::Task(task) = &document.body {
            defaults(review, document, task);
        }
    }
    for (entry, document, deployment) in review.deployments() {
        of_deployment(review, entry, document, deployment);
    }
}

fn defaults(review: &mut Review<'_>, document: &Document, task: &Task) {
    for (name, parameter) in &task.parameters {
        let Some(default) = &parameter.default else { continue };
        if let Some(why) = fault(parameter, default) {
            let message = format!("the default of `{name}` does not fit it: {why}");
            review.error(
                document,
                Code::BadParameter,
                default.span,
                message,
                "mend the default, or the declaration",
            );
        }
    }
}

/// The task that declares a deployment's parameters.
enum Declared<'a> {
    /// This one.
    By(&'a Document, &'a BTreeMap<String, Parameter>),
    /// The software has no configuration task.
    Nobody,
    /// Some name means nothing, which is reported where it stands.
    Unknown,
}

fn declared<'a>(review: &Review<'a>, document: &Document, deployment: &Deployment) -> Declared<'a> {
    let policy = review.policy;
    let find = |kind, at: &Document, name: &str| {
        let found = policy.names().lookup(policy.tenants(), kind, review.scope(at), name).found();
        found.map(|id| policy.document(id))
    };
    let task = match (&deployment.software, &deployment.task) {
        (Some(name), _) => {
            let Some(item) = find(Kind::Software, document, name) else {
                return Declared::Unknown;
            };
            let Body::Software(software) = &item.body else {
                return Declared::Unknown;
            };
            match &software.configure {
                Some(task) => find(Kind::Task, item, task),
                None => return Declared::Nobody,
            }
        }
        (None, Some(name)) => find(Kind::Task, document, name),
        (None, None) => None,
    };
    match task.map(|document| (document, &document.body)) {
        Some((document, Body::Task(task))) => Declared::By(document, &task.parameters),
        _ => Declared::Unknown,
    }
}

fn of_deployment(
    review: &mut Review<'_>,
    entry: &DeploymentEntry,
    document: &Document,
    deployment: &Deployment,
) {
    match declared(review, document, deployment) {
        Declared::Unknown => {}
        Declared::Nobody => {
            for (name, given) in &deployment.parameters {
                let message =
                    format!("`{name}` is declared nowhere: the software has no configuration task");
                let hint = "name a task in `configure` of the software, or remove the parameter";
                review.error_once(document, Code::BadParameter, given.key.span, message, hint);
            }
        }
        Declared::By(task, parameters) => {
            given(review, document, deployment, task, parameters);
            missing(review, entry, deployment, task, parameters);
        }
    }
}

fn given(
    review: &mut Review<'_>,
    document: &Document,
    deployment: &Deployment,
    task: &Document,
    parameters: &BTreeMap<String, Parameter>,
) {
    for (name, given) in &deployment.parameters {
        let Some(parameter) = parameters.get(name) else {
            // It may be the one whose declaration is at fault.
            if task.is_faulty(&["parameters"]) {
                continue;
            }
            let hint = match nearest(name, parameters.keys().map(String::as_str)) {
                Some(near) => format!("did you mean `{near}`?"),
                None if parameters.is_empty() => "the task declares no parameters".to_owned(),
                None => format!("it declares {}", listed(parameters)),
            };
            let message = format!("task `{}` declares no parameter `{name}`", task.name.value);
            review.error_once(document, Code::BadParameter, given.key.span, message, hint);
            continue;
        };
        // A faulty value is reported where it was read, and stands here as null.
        if given.value.value == Value::Null {
            continue;
        }
        if let Some(why) = fault(parameter, &given.value) {
            let message = format!("`{name}` does not fit: {why}");
            let hint = format!(
                "task `{}` declares it as {}",
                task.name.value,
                crate::parameter::described(parameter.kind)
            );
            review.error_once(document, Code::BadParameter, given.key.span, message, hint);
        }
    }
}

fn listed(parameters: &BTreeMap<String, Parameter>) -> String {
    let quoted: Vec<String> = parameters.keys().map(|name| format!("`{name}`")).collect();
    quoted.join(", ")
}

fn missing(
    review: &mut Review<'_>,
    entry: &DeploymentEntry,
    deployment: &Deployment,
    task: &Document,
    parameters: &BTreeMap<String, Parameter>,
) {
    let state = deployment.state.as_ref().map(|state| state.value);
    let is_faulty = |key| review.policy.is_faulty(entry, &[key]);
    let unknown =
        is_faulty("state") || (is_faulty("parameters") && deployment.parameters.is_empty());
    if unknown || matches!(state, Some(DeploymentState::Absent | DeploymentState::Ignored)) {
        return;
    }
    for (name, parameter) in parameters {
        if !parameter.required || parameter.default.is_some() {
            continue;
        }
        if deployment.parameters.contains_key(name) {
            continue;
        }
        let message = format!("task `{}` needs `{name}`, and nothing gives it", task.name.value);
        let diagnostic = Diagnostic::error(Code::BadParameter, &*entry.path, entry.span, message)
            .hint(format!("add `{name}` to `parameters`"))
            .related(&*task.path, task.span.line, "the task that declares it");
        review.push(diagnostic);
    }
}
