//! Secrets that documents refer to, and their files.

use ordain_schema::document::{Body, Document, SecretRef};
use ordain_schema::{Code, Span, Spanned};
use rustc_hash::FxHashSet;
use serde_json::Value;

use super::review::Review;
use crate::parameter::secret;

/// Reports every secret that has no file where it is looked for.
pub(super) fn check(review: &mut Review<'_>) {
    let mut used = FxHashSet::default();
    for (_, document) in review.documents() {
        for secret in references(document) {
            of_name(review, document, &secret);
            used.insert(secret.value);
        }
    }
    super::files::unused_secrets(review, &used);
}

/// Every secret that a document refers to.
fn references(document: &Document) -> Vec<Spanned<String>> {
    let mut found = Vec::new();
    match &document.body {
        Body::Licence(licence) => {
            let references = [&licence.key, &licence.file].into_iter().flatten();
            found.extend(references.map(|SecretRef { secret }| secret.clone()));
        }
        Body::Integration(integration) => {
            for setting in integration.settings.values() {
                within(setting, setting.span, &mut found);
            }
        }
        Body::Deployment(deployment) => {
            for given in deployment.written_parameters() {
                within(&given.value, given.value.span, &mut found);
            }
        }
        Body::Task(task) => {
            for default in task.parameters.values().filter_map(|one| one.default.as_ref()) {
                within(default, default.span, &mut found);
            }
        }
        _ => {}
    }
    found
}

fn within(value: &Value, span: Span, found: &mut Vec<Spanned<String>>) {
    if let Some(name) = secret(value) {
        found.push(Spanned::new(name.to_owned(), span));
        return;
    }
    match value {
        Value::Object(map) => map.values().for_each(|value| within(value, span, found)),
        Value::Array(values) => values.iter().for_each(|value| within(value, span, found)),
        _ => {}
    }
}

/// A tenant's document looks in its own folder, its ancestors' and the root;
/// a cross-tenant one in the root and, for the computer's tenant, there.
fn of_name(review: &mut Review<'_>, document: &Document, name: &Spanned<String>) {
    let tenants = review.policy.tenants();
    let scope = review.scope(document);
    let in_folder = |id: &str| {
        let path = format!("tenants/{id}/secrets/{}.age", name.value);
        review.snapshot.entries.contains_key(&path)
    };
    let in_root = format!("secrets/{}.age", name.value);
    let found = review.snapshot.entries.contains_key(&in_root)
        || match scope {
            Some(own) => {
                let line = tenants.node(own).ancestors.iter().chain([&own]);
                line.into_iter().any(|id| in_folder(&tenants.node(*id).id))
            }
            None => tenants.iter().any(|(_, node)| in_folder(&node.id)),
        };
    if found {
        return;
    }
    let message = format!("there is no secret `{}`", name.value);
    let hint = match scope {
        Some(own) => format!(
            "encrypt it to `tenants/{}/secrets/{}.age` or `{in_root}`",
            tenants.node(own).id,
            name.value
        ),
        None => format!("encrypt it to `{in_root}`"),
    };
    review.error(document, Code::UnknownReference, name.span, message, hint);
}
