//! Secrets that documents refer to, and their files.

use ordain_schema::document::{Action, Argument, Body, Document, SecretRef};
use ordain_schema::{Code, Diagnostic, Span, Spanned};
use rustc_hash::FxHashSet;
use serde_json::Value;

use super::installers::written;
use super::review::Review;
use crate::parameter::declared;
use crate::parameter::secrets;
use crate::policy::{Policy, TenantId, public_key, recipient_of};

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
    recipients(review);
}

/// Reports files of public keys that hold none.
fn recipients(review: &mut Review<'_>) {
    let snapshot = review.snapshot;
    for (path, entry) in &snapshot.entries {
        let (Some(tenant), Some(bytes)) = (recipient_of(path), entry.bytes()) else { continue };
        let text = str::from_utf8(bytes).map_err(|_| "it is no text");
        let Err(why) = text.and_then(public_key) else { continue };
        let top = Span { line: 1, column: 1, end_column: 1 };
        let message = format!("`{path}` is no public key: {why}");
        let hint = format!("remove it and run `ordain secrets init --tenant {tenant}`");
        review.push(Diagnostic::error(Code::BadValue, path, top, message).hint(hint));
    }
}

/// Every secret that a document refers to.
fn references(document: &Document) -> Vec<Spanned<String>> {
    let mut found = Vec::new();
    match &document.body {
        Body::Licence(licence) => {
            let references = licence.all_fields();
            found.extend(references.map(|(_, SecretRef { secret })| secret.clone()));
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
        Body::Tenant(tenant) => {
            for given in tenant.values.values().flat_map(|item| item.parameters.values()) {
                within(&given.value, given.value.span, &mut found);
            }
        }
        Body::Task(_) | Body::Software(_) => {
            for default in declared(document).values().filter_map(|one| one.default.as_ref()) {
                within(default, default.span, &mut found);
            }
            found.extend(passed(document));
        }
        _ => {}
    }
    found
}

/// Secrets that are passed to built-ins as arguments.
fn passed(document: &Document) -> impl Iterator<Item = Spanned<String>> {
    let arguments = written(&document.body).flat_map(Action::arguments);
    arguments.filter_map(|argument| match argument {
        Argument::Secret(name) => Some(name.clone()),
        Argument::Text(_) | Argument::Param(_) | Argument::Licence(_) => None,
    })
}

fn within(value: &Value, span: Span, found: &mut Vec<Spanned<String>>) {
    found.extend(secrets(value).into_iter().map(|name| Spanned::new(name.to_owned(), span)));
}

/// A tenant's document looks in its own folder, its ancestors' and the root;
/// for a cross-tenant one it is enough that some tenant in reach has it, or the
/// root: which of them lack it is the business of `missing`.
fn of_name(review: &mut Review<'_>, document: &Document, name: &Spanned<String>) {
    let policy = review.policy;
    let tenants = policy.tenants();
    let scope = review.scope(document);
    let in_root = format!("secrets/{}.age", name.value);
    let found = policy.has_secret(scope, name)
        || scope.is_none()
            && tenants.iter().any(|(id, _)| {
                is_reached(policy, document, id) && policy.has_secret(Some(id), name)
            });
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

/// Whether what a cross-tenant document says may hold in a tenant.
fn is_reached(policy: &Policy, document: &Document, tenant: TenantId) -> bool {
    let asks = matches!(&document.body, Body::Deployment(one) if !one.mandatory.value);
    !asks || policy.tenant(tenant).is_none_or(|tenant| tenant.cross_tenant)
}
