//! Parameters that deployments and tenants give, against what items declare.

use std::collections::BTreeMap;

use ordain_schema::document::{Body, Deployment, Document, GivenParameter, ItemValues, Tenant};
use ordain_schema::{Code, Spanned, nearest};

use super::review::Review;
use crate::parameter::{declared, described, fault};
use crate::policy::{DocumentId, Kind};

/// Reports parameters that are undeclared or of the wrong type.
pub(super) fn check(review: &mut Review<'_>) {
    for (id, document) in review.documents() {
        match &document.body {
            Body::Task(_) | Body::Software(_) => defaults(review, id, document),
            Body::Tenant(tenant) => of_tenant(review, document, tenant),
            _ => {}
        }
    }
    for (_, document, deployment) in review.deployments() {
        if let Some(item) = deployed(review, document, deployment) {
            given(review, document, item, &deployment.parameters);
        }
    }
}

/// A default fits its own declaration, and where it reaches a configuration
/// task also that one's.
fn defaults(review: &mut Review<'_>, id: DocumentId, document: &Document) {
    let declarations = declarations(review, id).unwrap_or_else(|| vec![document]);
    for (name, parameter) in declared(document) {
        let Some(default) = &parameter.default else { continue };
        if parameter.generate().is_some() {
            continue;
        }
        let mut all = declarations.iter().filter_map(|at| declared(at).get(name));
        if let Some(why) = all.find_map(|parameter| fault(parameter, default)) {
            let message = format!("the default of `{name}` does not fit it: {why}");
            let hint = "mend the default, or the declaration";
            review.error(document, Code::BadParameter, default.span, message, hint);
        }
    }
}

/// The software or task document of a deployment.
fn deployed(
    review: &Review<'_>,
    document: &Document,
    deployment: &Deployment,
) -> Option<DocumentId> {
    let policy = review.policy;
    let (kind, name) = match (&deployment.software, &deployment.task) {
        (Some(name), _) => (Kind::Software, name),
        (None, Some(name)) => (Kind::Task, name),
        (None, None) => return None,
    };
    policy.names().lookup(policy.tenants(), kind, review.scope(document), name).found()
}

fn of_tenant(review: &mut Review<'_>, document: &Document, tenant: &Tenant) {
    for (key, ItemValues { key: place, parameters }) in &tenant.values {
        let (kind, name) = match key.split_once('/') {
            Some(("software", name)) => (Kind::Software, name),
            Some((_, name)) => (Kind::Task, name.split_once('#').map_or(name, |(name, _)| name)),
            None => continue,
        };
        let name = Spanned::new(name.to_owned(), place.span);
        if let Some(item) = review.resolve(document, kind, &name) {
            given(review, document, item, parameters);
        }
    }
}

/// The declarations that a value must satisfy: an item's own, and for software
/// that of its configuration task. None where one of them is not known.
pub(super) fn declarations<'a>(review: &Review<'a>, item: DocumentId) -> Option<Vec<&'a Document>> {
    let policy = review.policy;
    let own = policy.document(item);
    let Body::Software(software) = &own.body else {
        return Some(vec![own]);
    };
    let Some(task) = &software.configure else {
        return Some(vec![own]);
    };
    let found = policy.names().lookup(policy.tenants(), Kind::Task, review.scope(own), task);
    Some(vec![own, policy.document(found.found()?)])
}

/// `task` or `software`, with the name.
pub(super) fn called(document: &Document) -> String {
    let word = if matches!(document.body, Body::Task(_)) { "task" } else { "software" };
    format!("{word} `{}`", document.name.value)
}

fn given(
    review: &mut Review<'_>,
    document: &Document,
    item: DocumentId,
    parameters: &BTreeMap<String, GivenParameter>,
) {
    let Some(declarations) = declarations(review, item) else { return };
    for (name, given) in parameters {
        let mut declaring =
            declarations.iter().filter_map(|at| Some((*at, declared(at).get(name)?))).peekable();
        if declaring.peek().is_none() {
            undeclared(review, document, &declarations, (name, given));
        }
        // A faulty value is reported where it was read, and stands here as null.
        for (at, parameter) in declaring.filter(|_| !given.value.value.is_null()) {
            let Some(why) = fault(parameter, &given.value) else { continue };
            let message = format!("`{name}` does not fit: {why}");
            let hint = format!("{} declares it as {}", called(at), described(parameter.kind));
            review.error_once(document, Code::BadParameter, given.key.span, message, hint);
            break;
        }
    }
}

fn undeclared(
    review: &mut Review<'_>,
    document: &Document,
    declarations: &[&Document],
    (name, given): (&str, &GivenParameter),
) {
    // It may be the one whose declaration is at fault.
    if declarations.iter().any(|at| at.is_faulty(&["parameters", "configure"])) {
        return;
    }
    let known: Vec<&str> =
        declarations.iter().flat_map(|at| declared(at).keys()).map(String::as_str).collect();
    let (message, none) = match declarations {
        [software] if matches!(software.body, Body::Software(_)) && known.is_empty() => (
            format!(
                "`{name}` is declared nowhere: the software has no parameters and no configuration task"
            ),
            "declare it in `parameters` of the software, name a task in `configure`, or remove it",
        ),
        _ => {
            let task = declarations.last().copied().unwrap_or(document);
            let by = called(if known.is_empty() { task } else { declarations[0] });
            (format!("{by} declares no parameter `{name}`"), "it declares no parameters")
        }
    };
    let hint = match nearest(name, known.iter().copied()) {
        Some(near) => format!("did you mean `{near}`?"),
        None if known.is_empty() => none.to_owned(),
        None => {
            let quoted: Vec<String> = known.iter().map(|name| format!("`{name}`")).collect();
            format!("it declares {}", quoted.join(", "))
        }
    };
    review.error_once(document, Code::BadParameter, given.key.span, message, hint);
}
