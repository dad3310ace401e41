//! What agents that verify for themselves could not check, or would refuse.

use ordain_schema::document::{
    Body, ControllerFact, Deployment, Document, Enforcement, Group, Latest, Software, Target, Trust,
};
use ordain_schema::{Code, Diagnostic, Severity, Span, Spanned};

use super::review::Review;
use crate::policy::Kind;

/// Warns of artifacts without a hash, of names that every agent would see, and
/// of targets that no agent can check.
pub(super) fn check(review: &mut Review<'_>) {
    let trust = review.policy.trust();
    for (_, document) in review.documents() {
        match &document.body {
            Body::Software(software) => unpinned(review, document, software, trust),
            Body::Deployment(deployment) => {
                if let Some(trust) = trust {
                    unattested_approval(review, document, deployment, trust);
                    for selector in deployment.target.selectors() {
                        unattested(review, document, selector, trust);
                    }
                }
            }
            _ => {}
        }
        if trust.is_some() && review.scope(document).is_none() {
            named_in(review, document);
        }
    }
}

/// What a cross-tenant file tells every tenant's agents about one of them.
fn named_in(review: &mut Review<'_>, document: &Document) {
    let target = match &document.body {
        Body::Deployment(deployment) => Some(&deployment.target),
        Body::Schedule(schedule) => Some(&schedule.target),
        Body::Window(window) => window.target.as_ref(),
        Body::Group(group) => return named_in_group(review, document, group),
        _ => None,
    };
    for selector in target.iter().flat_map(|target| target.selectors()) {
        named_in_target(review, document, selector);
    }
}

/// An artifact without a hash is a warning, and an error where agents would refuse it.
fn unpinned(
    review: &mut Review<'_>,
    document: &Document,
    software: &Software,
    trust: Option<&Trust>,
) {
    let severity = match trust {
        Some(trust) if trust.unpinned_artifacts => return,
        Some(_) => Severity::Error,
        None => Severity::Warning,
    };
    let named = software.versions.iter().flat_map(|version| &version.artifacts);
    // Versions that are not listed here get the templates as they are.
    let elsewhere = !matches!(software.latest, Latest::Static);
    let unlisted = software.artifacts.iter().filter(|_| elsewhere);
    for artifact in named.chain(unlisted).filter(|artifact| artifact.sha256.is_none()) {
        let Some(location) = artifact.location() else { continue };
        let own = location.span.line == artifact.span.line;
        let message = format!("`{}` is fetched without a hash", location.value);
        let place = if own { location.span } else { artifact.span };
        let mut diagnostic =
            Diagnostic::warning(Code::UnpinnedArtifact, &*document.path, place, message)
                .hint("add its `sha256`, so that nobody can put another file in its place");
        diagnostic.severity = severity;
        review.push(diagnostic);
    }
}

fn named_in_target(review: &mut Review<'_>, document: &Document, target: &Target) {
    if let Some(person) = &target.person {
        named(review, document, person, true);
    }
    if let Some(computer) = &target.computer {
        named(review, document, computer, computer.contains('/'));
    }
}

fn named_in_group(review: &mut Review<'_>, document: &Document, group: &Group) {
    for person in &group.persons {
        named(review, document, person, true);
    }
    for listed in group.computers.iter().chain(&group.except) {
        named(review, document, listed, listed.contains(['/', '@']));
    }
}

fn named(review: &mut Review<'_>, document: &Document, name: &Spanned<String>, telling: bool) {
    if !telling {
        return;
    }
    let message = format!(
        "`{}` stands in a cross-tenant file, which every tenant's agents may read",
        name.value
    );
    let hint = "move the document below the folder of the tenant that it concerns";
    review.warning(document, Code::NamedInCrossTenant, name.span, message, hint);
}

/// A target by a fact that only the controller knows counts on an agent only
/// where the trust policy lets the controller attest that kind.
fn unattested(review: &mut Review<'_>, document: &Document, target: &Target, trust: &Trust) {
    let group = target.group.as_ref();
    let scripted = group.is_some_and(|name| {
        let policy = review.policy;
        let found = policy.names().lookup(policy.tenants(), Kind::Group, review.scope(document), name).found();
        matches!(found.map(|id| &policy.document(id).body), Some(Body::Group(group)) if group.script.is_some())
    });
    let device_group = target.device_group.as_ref().map(|group| group.name.span);
    let span = |name: &Option<Spanned<String>>| name.as_ref().map(|name| name.span);
    let kinds = [
        (span(&target.product), ControllerFact::Product, "product"),
        (span(&target.agreement), ControllerFact::Agreement, "agreement"),
        (span(&target.directory_group), ControllerFact::DirectoryGroup, "directoryGroup"),
        (device_group, ControllerFact::DeviceGroup, "deviceGroup"),
        (span(&target.script), ControllerFact::FilterScript, "filterScript"),
        (
            group.filter(|_| scripted).map(|name| name.span),
            ControllerFact::FilterScript,
            "filterScript",
        ),
    ];
    for (span, fact, word) in kinds {
        if let Some(span) = span {
            unbelieved(review, document, trust, span, (fact, word));
        }
    }
}

/// An approval is known to the controller alone.
fn unattested_approval(
    review: &mut Review<'_>,
    document: &Document,
    deployment: &Deployment,
    trust: &Trust,
) {
    if deployment.enforcement == Enforcement::Optional {
        let fact = (ControllerFact::Approval, "approval");
        unbelieved(review, document, trust, document.span, fact);
    }
}

fn unbelieved(
    review: &mut Review<'_>,
    document: &Document,
    trust: &Trust,
    span: Span,
    (fact, word): (ControllerFact, &str),
) {
    if !trust.controller_facts.contains(&fact) {
        let message = format!(
            "agents cannot check `{word}` for themselves, and do not believe the controller about it"
        );
        let hint = format!(
            "list `{word}` under `controllerFacts` in `.ordain/trust.yaml`, or choose another target"
        );
        review.warning(document, Code::UnattestedTarget, span, message, hint);
    }
}
