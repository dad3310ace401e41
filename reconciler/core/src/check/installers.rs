//! What built-in actions name: artifacts, parameters, fields of licences, and
//! what Windows has registered.

use ordain_schema::document::{
    Action, Argument, Body, Detect, Document, Licence, LicenceNeed, Software, SoftwareActions,
};
use ordain_schema::{Code, Diagnostic, Spanned, nearest};

use super::parameters::{called, declarations};
use super::review::Review;
use crate::parameter::declared;
use crate::policy::{DocumentId, Kind};

/// Reports what built-in actions name and is not there.
pub(super) fn check(review: &mut Review<'_>) {
    for (id, document) in review.documents() {
        for action in written(&document.body) {
            for argument in action.arguments() {
                if let Argument::Param(name) = argument {
                    parameter(review, id, document, name);
                }
            }
        }
        match &document.body {
            Body::Software(software) => of_software(review, document, software),
            Body::Task(_) => of_task(review, document),
            _ => {}
        }
    }
    licences(review);
}

/// Every action of a document.
pub(super) fn written(body: &Body) -> impl Iterator<Item = &Action> {
    let (software, task) = match body {
        Body::Software(software) => (Some(software), None),
        Body::Task(task) => (None, Some(task)),
        _ => (None, None),
    };
    let of_software = software.into_iter().flat_map(|software| {
        let versions = software.versions.iter().map(|version| &version.actions);
        let all = versions.chain([&software.actions]).flat_map(SoftwareActions::all);
        all.chain(&software.repair.script)
    });
    let of_task = task.into_iter().flat_map(|task| [&task.test, &task.set, &task.get]).flatten();
    of_software.chain(of_task)
}

/// A parameter that the item does not declare.
fn parameter(review: &mut Review<'_>, id: DocumentId, document: &Document, name: &Spanned<String>) {
    let Some(declaring) = declarations(review, id) else { return };
    let known = |at: &&Document| declared(at).contains_key(&name.value);
    let faulty = |at: &&Document| at.is_faulty(&["parameters", "configure"]);
    if declaring.iter().any(known) || declaring.iter().any(faulty) {
        return;
    }
    let message = format!("{} declares no parameter `{}`", called(document), name.value);
    let names = declaring.iter().flat_map(|at| declared(at).keys()).map(String::as_str);
    let hint = match nearest(name, names) {
        Some(near) => format!("did you mean `{near}`?"),
        None => format!("declare `{}` in its `parameters`", name.value),
    };
    review.error_once(document, Code::BadParameter, name.span, message, hint);
}

fn of_software(review: &mut Review<'_>, document: &Document, software: &Software) {
    let versions = software.versions.iter().map(|version| &version.actions);
    for actions in versions.chain([&software.actions]) {
        for action in actions.all() {
            artifacts(review, document, software, action);
            unlicensed(review, document, software, action);
        }
        let removes = || actions.uninstall.iter().flat_map(|by| by.values());
        let elsewhere =
            actions.all().filter(|action| !removes().any(|remove| std::ptr::eq(remove, *action)));
        misplaced(review, document, elsewhere);
        let mut registered = removes().filter_map(|action| action.registered.as_ref());
        if let Some(first) = registered.next()
            && !software.detect.values().any(is_registered)
            && !document.is_faulty(&["detect"])
        {
            let message = "`registered` removes what `registry`, `productCode` or `upgradeCode` finds, and `detect` says none of them";
            let hint = "detect it by one of them, or uninstall it in another way";
            review.error(document, Code::BadValue, first.span, message, hint);
        }
    }
    misplaced(review, document, software.repair.script.iter());
}

/// Whether what a detector finds is registered with its way of being removed.
fn is_registered(detect: &Detect) -> bool {
    detect.registry.is_some() || detect.product_code.is_some() || detect.upgrade_code.is_some()
}

fn of_task(review: &mut Review<'_>, document: &Document) {
    misplaced(review, document, written(&document.body));
    for action in written(&document.body) {
        for argument in action.arguments() {
            if let Argument::Licence(field) = argument {
                let message = "a task is deployed without a licence";
                let hint = "pass a `{secret: NAME}`, or a parameter of the type `secret`";
                review.error(document, Code::BadValue, field.span, message, hint);
            }
        }
    }
}

/// Only `uninstall` removes what is registered.
fn misplaced<'n>(
    review: &mut Review<'_>,
    document: &Document,
    actions: impl Iterator<Item = &'n Action>,
) {
    for registered in actions.filter_map(|action| action.registered.as_ref()) {
        let message = "`registered` removes what is installed, and this is no `uninstall`";
        let hint = "write it in `uninstall` of a software, or choose another action";
        review.error(document, Code::BadValue, registered.span, message, hint);
    }
}

/// An artifact that no version has.
fn artifacts(review: &mut Review<'_>, document: &Document, software: &Software, action: &Action) {
    if document.is_faulty(&["artifacts", "versions"]) {
        return;
    }
    let versions = software.versions.iter();
    let listed =
        versions.flat_map(|entry| entry.artifacts.iter().map(|one| (one, entry.version.as_str())));
    let templates = software.artifacts.iter().map(|one| (one, ""));
    let all: Vec<_> = listed.chain(templates).collect();
    for name in action.artifacts() {
        let names = all.iter().flat_map(|(artifact, version)| {
            [artifact.called(version), artifact.file_name(version)].into_iter().flatten()
        });
        let names: Vec<String> = names.collect();
        if names.contains(&name.value) {
            continue;
        }
        let message = format!("the software has no artifact `{}`", name.value);
        let hint = match nearest(name, names.iter().map(String::as_str)) {
            Some(near) => format!("did you mean `{near}`?"),
            None => format!("add one to `artifacts`, with `name: {}`", name.value),
        };
        review.error_once(document, Code::UnknownReference, name.span, message, hint);
    }
}

/// A field of a licence that the software does not want.
fn unlicensed(review: &mut Review<'_>, document: &Document, software: &Software, action: &Action) {
    if software.licence != LicenceNeed::None || document.is_faulty(&["licence"]) {
        return;
    }
    for argument in action.arguments() {
        if let Argument::Licence(field) = argument {
            let message = format!(
                "`{}` is a field of a licence, and the software says `licence: none`",
                field.value
            );
            let hint = "write `licence: required`, or `licence: optional`";
            review.error_once(document, Code::BadValue, field.span, message, hint);
        }
    }
}

/// Fields that an action takes and the licence of a deployment lacks.
fn licences(review: &mut Review<'_>) {
    for (_, document, deployment) in review.deployments() {
        let (Some(software), Some(name)) = (&deployment.software, &deployment.licence) else {
            continue;
        };
        let (policy, scope) = (review.policy, review.scope(document));
        let find = |kind, name: &str| {
            let found = policy.names().lookup(policy.tenants(), kind, scope, name).found()?;
            Some(policy.document(found))
        };
        let (Some(item), Some(other)) = (find(Kind::Software, software), find(Kind::Licence, name))
        else {
            continue;
        };
        let Body::Licence(licence) = &other.body else { continue };
        let fits = licence.software.value == software.value;
        if fits && !other.is_faulty(&["key", "file", "fields"]) {
            lacking(review, (document, name), item, licence);
        }
    }
}

fn lacking(
    review: &mut Review<'_>,
    (document, name): (&Document, &Spanned<String>),
    item: &Document,
    licence: &Licence,
) {
    let arguments = written(&item.body).flat_map(Action::arguments);
    let fields = arguments.filter_map(|argument| match argument {
        Argument::Licence(field) => Some(field),
        Argument::Text(_) | Argument::Param(_) | Argument::Secret(_) => None,
    });
    let mut said: Vec<&str> = Vec::new();
    for field in fields {
        if licence.field(field).is_some() || said.contains(&field.as_str()) {
            continue;
        }
        said.push(field);
        let message = format!(
            "licence `{}` has no field `{}`, which {} takes",
            name.value,
            field.value,
            called(item)
        );
        let known: Vec<String> =
            licence.all_fields().map(|(name, _)| format!("`{name}`")).collect();
        let hint = format!("add it to `fields` of the licence, which has {}", known.join(", "));
        let diagnostic =
            Diagnostic::error(Code::UnknownReference, &*document.path, name.span, message)
                .hint(hint)
                .related(&*item.path, field.span.line, "it is taken here");
        review.push(diagnostic);
    }
}
