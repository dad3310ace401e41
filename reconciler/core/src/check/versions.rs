//! Versions in the scheme of their software.

use ordain_schema::document::{
    Body, Deployment, Document, Licence, Rule, Software, SoftwareVersion, VersionScheme,
    VersionWish,
};
use ordain_schema::{Code, Diagnostic, Spanned, nearest};
use rustc_hash::FxHashMap;

use super::review::Review;
use crate::policy::{Kind, written};
use crate::version::{self, Key};

/// Reports what is no version, stands twice, or is not there.
pub(super) fn check(review: &mut Review<'_>) {
    for (_, document) in review.documents() {
        for (_, rule) in written(&document.body) {
            of_rule(review, document, rule);
        }
        match &document.body {
            Body::Software(software) => of_software(review, document, software),
            Body::Licence(licence) => of_licence(review, document, licence),
            _ => {}
        }
    }
    for (_, document, deployment) in review.deployments() {
        of_deployment(review, document, deployment);
    }
}

fn of_software(review: &mut Review<'_>, document: &Document, software: &Software) {
    let scheme = version::resolve(software.version_scheme, &software.detect);
    let mut listed: FxHashMap<Key, &SoftwareVersion> = FxHashMap::default();
    for entry in &software.versions {
        let version = &entry.version;
        if version.trim().is_empty() || !is_version(review, document, scheme, version) {
            continue;
        }
        let key = version::key(scheme, version);
        let Some(first) = listed.get(&key) else {
            listed.insert(key, entry);
            continue;
        };
        let first = &first.version;
        let message = if first.value == version.value {
            format!("version `{}` is listed twice", version.value)
        } else {
            format!("version `{}` is the same as `{}`", version.value, first.value)
        };
        let diagnostic =
            Diagnostic::error(Code::BadVersion, &*document.path, version.span, message)
                .hint("keep one of them")
                .related(&*document.path, first.span.line, "the first one stands here");
        review.push(diagnostic);
    }
    for entry in &software.versions {
        if let Some(base) = &entry.requires_version {
            of_base(review, document, scheme, &listed, entry, base);
        }
    }
}

fn of_base(
    review: &mut Review<'_>,
    document: &Document,
    scheme: VersionScheme,
    listed: &FxHashMap<Key, &SoftwareVersion>,
    entry: &SoftwareVersion,
    base: &Spanned<String>,
) {
    let key = version::key(scheme, base);
    let (message, hint) = if !listed.contains_key(&key) {
        // It may be the entry that is at fault.
        if document.is_faulty(&["versions"]) {
            return;
        }
        let known = listed.values().map(|entry| entry.version.as_str());
        let hint = match nearest(base, known) {
            Some(near) => format!("did you mean `{near}`?"),
            None => "add the base to `versions`".to_owned(),
        };
        (format!("`versions` lists no `{}`", base.value), hint)
    } else if key >= version::key(scheme, &entry.version) {
        (
            format!("the base `{}` is not older than `{}`", base.value, entry.version.value),
            "a patch is newer than the version that it patches".to_owned(),
        )
    } else {
        return;
    };
    review.error(document, Code::BadVersion, base.span, message, hint);
}

fn is_version(
    review: &mut Review<'_>,
    document: &Document,
    scheme: VersionScheme,
    text: &Spanned<String>,
) -> bool {
    let Err(error) = version::check(scheme, text) else {
        return true;
    };
    let hint = "mend it, or choose another `versionScheme` for the software";
    review.error_once(document, Code::BadVersion, text.span, error.to_string(), hint);
    false
}

fn of_deployment(review: &mut Review<'_>, document: &Document, deployment: &Deployment) {
    let Some(wish) = &deployment.version else { return };
    let (VersionWish::Exactly(text) | VersionWish::AtLeast(text) | VersionWish::AtMost(text)) =
        &wish.value
    else {
        return;
    };
    let scheme = deployment.software.as_ref().and_then(|name| scheme_of(review, document, name));
    let text = Spanned::new(text.clone(), wish.span);
    is_version(review, document, scheme.unwrap_or_default(), &text);
}

/// The version of a prerequisite, in that one's scheme.
fn of_rule(review: &mut Review<'_>, document: &Document, rule: &Rule) {
    let Some((name, bound)) = rule.software.as_ref().zip(rule.version.as_ref()) else {
        return;
    };
    let scheme = scheme_of(review, document, name).unwrap_or_default();
    let text = Spanned::new(bound.version().to_owned(), bound.span);
    is_version(review, document, scheme, &text);
}

fn of_licence(review: &mut Review<'_>, document: &Document, licence: &Licence) {
    let Some(major) = &licence.restrict_to_major else {
        return;
    };
    let scheme = scheme_of(review, document, &licence.software).unwrap_or_default();
    // A major number alone is enough, also where the scheme wants more.
    if version::check(VersionScheme::Segments, major).is_err() {
        is_version(review, document, scheme, major);
    }
}

fn scheme_of(review: &Review<'_>, document: &Document, software: &str) -> Option<VersionScheme> {
    let policy = review.policy;
    let scope = review.scope(document);
    let found = policy.names().lookup(policy.tenants(), Kind::Software, scope, software).found()?;
    match &policy.document(found).body {
        Body::Software(software) => {
            Some(version::resolve(software.version_scheme, &software.detect))
        }
        _ => None,
    }
}
