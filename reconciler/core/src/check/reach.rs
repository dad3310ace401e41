//! Selectors that name computers or tenants beyond a tenant's reach.

use ordain_schema::document::{Body, Document, Group, Target};
use ordain_schema::{Code, Spanned};

use super::review::Review;
use crate::policy::TenantId;

/// Reports selectors in tenants' files that reach for another tenant.
pub(super) fn check(review: &mut Review<'_>) {
    for (_, document) in review.documents() {
        let Some(own) = review.scope(document) else {
            continue;
        };
        match &document.body {
            Body::Deployment(deployment) => {
                let descendants = deployment.propagate.value;
                of_target(review, document, own, &deployment.target, descendants);
                let rollout = deployment.rollout.iter();
                for ring in rollout.flat_map(|rollout| rollout.value.selectors()) {
                    of_target(review, document, own, ring, descendants);
                }
            }
            Body::Schedule(schedule) => of_target(review, document, own, &schedule.target, false),
            Body::Window(window) => {
                if let Some(target) = &window.target {
                    of_target(review, document, own, target, false);
                }
            }
            Body::Group(group) => of_group(review, document, own, group),
            _ => {}
        }
    }
}

fn of_target(
    review: &mut Review<'_>,
    document: &Document,
    own: TenantId,
    target: &Target,
    descendants: bool,
) {
    for selector in target.selectors() {
        if let Some(computer) = &selector.computer
            && let Some((tenant, _)) = computer.split_once('/')
        {
            check_tenant(review, document, own, computer, tenant, descendants);
        }
        if let Some(tenant) = &selector.tenant {
            check_tenant(review, document, own, tenant, tenant, descendants);
        }
    }
}

/// A tenant's group may list computers of descendants: a propagated deployment may name it.
fn of_group(review: &mut Review<'_>, document: &Document, own: TenantId, group: &Group) {
    for listed in group.computers.iter().chain(&group.except) {
        if let Some((tenant, _)) = listed.split_once('/') {
            check_tenant(review, document, own, listed, tenant, true);
        }
    }
}

fn check_tenant(
    review: &mut Review<'_>,
    document: &Document,
    own: TenantId,
    written: &Spanned<String>,
    tenant: &str,
    descendants: bool,
) {
    let tenants = review.policy.tenants();
    let in_reach = match tenants.find(tenant) {
        Some(other) => other == own || (descendants && tenants.covers(own, other)),
        None => false,
    };
    if in_reach {
        return;
    }
    let below = tenants.find(tenant).is_some_and(|other| tenants.covers(own, other));
    let own = &tenants.node(own).id;
    let message = format!("`{}` is out of reach of tenant `{own}`", written.value);
    let hint = if below && matches!(document.body, Body::Deployment(_)) {
        format!("`propagate: true` lets a deployment of tenant `{own}` reach its descendants")
    } else {
        format!("a document below `tenants/{own}/` reaches that tenant's computers only")
    };
    review.error(document, Code::OutOfReach, written.span, message, hint);
}
