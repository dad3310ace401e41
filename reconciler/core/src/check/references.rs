//! Names that must mean something at their place.

use ordain_schema::document::{
    Applies, Body, Document, Licence, Rollout, Rule, Schedule, Software, Target, Task, Tenant,
    Window,
};
use ordain_schema::{Code, Spanned, nearest};

use super::review::Review;
use crate::policy::{Kind, written};

/// Reports every name that means nothing where it stands.
pub(super) fn check(review: &mut Review<'_>) {
    for (_, document) in review.documents() {
        for (_, rule) in written(&document.body) {
            each(review, document, Kind::Software, rule_names(rule));
        }
        match &document.body {
            Body::Software(software) => of_software(review, document, software),
            Body::Task(task) => of_task(review, document, task),
            Body::Tenant(tenant) => of_tenant(review, document, tenant),
            Body::Deployment(deployment) => {
                each(review, document, Kind::Software, &deployment.software);
                each(review, document, Kind::Task, &deployment.task);
                each(review, document, Kind::Licence, &deployment.licence);
                for entry in deployment.items.iter().flatten() {
                    each(review, document, Kind::Software, &entry.software);
                    each(review, document, Kind::Task, &entry.task);
                    each(review, document, Kind::Licence, &entry.licence);
                }
                of_target(review, document, &deployment.target);
                if let Some(rollout) = &deployment.rollout {
                    of_rollout(review, document, rollout);
                }
            }
            Body::Licence(licence) => of_licence(review, document, licence),
            Body::Schedule(schedule) => of_schedule(review, document, schedule),
            Body::Window(window) => of_window(review, document, window),
            Body::Repository(repository) => {
                if let Some(rollout) = &repository.defaults.rollout {
                    of_rollout(review, document, rollout);
                }
            }
            Body::Role(role) => {
                let tenant = role.scope.as_ref().and_then(|scope| scope.tenant.as_ref());
                if let Some(tenant) = tenant {
                    of_tenant_id(review, document, tenant);
                }
            }
            Body::Group(_)
            | Body::Computer(_)
            | Body::Branding(_)
            | Body::Integration(_)
            | Body::Test(_)
            | Body::Trust(_) => {}
        }
    }
}

fn each<'n>(
    review: &mut Review<'_>,
    document: &Document,
    kind: Kind,
    names: impl IntoIterator<Item = &'n Spanned<String>>,
) {
    for name in names {
        review.resolve(document, kind, name);
    }
}

fn of_software(review: &mut Review<'_>, document: &Document, software: &Software) {
    each(review, document, Kind::Task, &software.configure);
    applies_if(review, document, &software.applies_if);
    let versions = software.versions.iter().flat_map(|version| &version.artifacts);
    let stores = software.artifacts.iter().chain(versions);
    each(review, document, Kind::Integration, stores.filter_map(|one| one.store.as_ref()));
}

fn applies_if(review: &mut Review<'_>, document: &Document, conditions: &[Spanned<Applies>]) {
    for condition in conditions {
        let named = condition.software.iter().chain(&condition.absent);
        each(review, document, Kind::Software, named);
    }
}

/// Every software that a rule names.
fn rule_names(rule: &Rule) -> impl Iterator<Item = &Spanned<String>> {
    let condition = rule.condition.iter();
    let conditions = condition.flat_map(|condition| [&condition.any_of, &condition.all_of]);
    let then = rule.then.iter().flat_map(|then| [&then.install, &then.uninstall]);
    let lists = conditions.chain(then).flatten().flatten();
    rule.software.iter().chain(&rule.absent).chain(lists)
}

fn of_task(review: &mut Review<'_>, document: &Document, task: &Task) {
    applies_if(review, document, &task.applies_if);
    let Some(other) = &task.superseded_by else {
        return;
    };
    if **other == *document.name {
        let hint = "name the task that should be used instead";
        review.error(document, Code::BadValue, other.span, "a task cannot supersede itself", hint);
        return;
    }
    review.resolve(document, Kind::Task, other);
}

fn of_tenant(review: &mut Review<'_>, document: &Document, tenant: &Tenant) {
    each(review, document, Kind::Task, &tenant.preflight);
    let integrations = tenant.clients.iter().map(|client| &client.integration);
    each(review, document, Kind::Integration, integrations);
    each(review, document, Kind::Branding, &tenant.branding);
    if let Some(parent) = &tenant.parent {
        of_tenant_id(review, document, parent);
    }
}

/// The id of a tenant where it is a reference; in a target it is a selector.
fn of_tenant_id(review: &mut Review<'_>, document: &Document, id: &Spanned<String>) {
    let tenants = review.policy.tenants();
    // A folder without its document is a fault of its own.
    if tenants.find(id).is_some() || review.unread.may_hold_tenant(id) {
        return;
    }
    let own = matches!(document.body, Body::Tenant(_)).then_some(document.name.as_str());
    let names = tenants.iter().map(|(_, node)| &*node.id).filter(|id| Some(*id) != own);
    let hint = match nearest(id, names) {
        Some(near) => format!("did you mean `{near}`?"),
        None => format!("write `tenants/{}/tenant.yaml`, or name another tenant", id.value),
    };
    let message = format!("there is no tenant `{}`", id.value);
    review.error(document, Code::UnknownReference, id.span, message, hint);
}

fn of_licence(review: &mut Review<'_>, document: &Document, licence: &Licence) {
    review.resolve(document, Kind::Software, &licence.software);
}

fn of_schedule(review: &mut Review<'_>, document: &Document, schedule: &Schedule) {
    of_target(review, document, &schedule.target);
    each(review, document, Kind::Task, &schedule.preflight);
    let Some(item) = &schedule.item else { return };
    let (kind, name) = match item.split_once('/') {
        Some(("software", name)) => (Kind::Software, name),
        Some(("task", name)) => (Kind::Task, name.split_once('#').map_or(name, |(name, _)| name)),
        _ => return,
    };
    let name = Spanned::new(name.to_owned(), item.span);
    review.resolve(document, kind, &name);
}

fn of_window(review: &mut Review<'_>, document: &Document, window: &Window) {
    if let Some(target) = &window.target {
        of_target(review, document, target);
    }
    for item in window.items.iter().flatten() {
        each(review, document, Kind::Software, &item.software);
        each(review, document, Kind::Task, &item.task);
    }
}

fn of_rollout(review: &mut Review<'_>, document: &Document, rollout: &Rollout) {
    rollout.selectors().for_each(|selector| of_target(review, document, selector));
}

fn of_target(review: &mut Review<'_>, document: &Document, target: &Target) {
    for selector in target.selectors() {
        each(review, document, Kind::Group, &selector.group);
        let integration = selector.device_group.as_ref().map(|group| &group.integration);
        each(review, document, Kind::Integration, integration);
    }
}
