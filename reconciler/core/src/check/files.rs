//! Files that documents name, and files that nothing uses.

use ordain_schema::document::{Body, Document, Ensure, Latest, Software, Target, Task};
use ordain_schema::{Code, Diagnostic, Span, Spanned};
use rustc_hash::FxHashSet;

use super::review::Review;
use super::unread::within;
use crate::policy::{actions_of_software, actions_of_task, beside, libraries};

/// The folder of files that scripts of several documents use.
const LIBRARY: &str = "lib";

/// The folders in which documents stand, and what belongs to them beside them.
const FOLDERS: &[&str] = &[
    "software",
    "tasks",
    "groups",
    "deployments",
    "schedules",
    "windows",
    "computers",
    "integrations",
    "licences",
    "brandings",
    "roles",
];

/// How many files beside a document are compared with a missing script's name.
const MAX_CANDIDATES: usize = 200;

/// Reports scripts that are missing, and files that nothing uses.
pub(super) fn check(review: &mut Review<'_>) {
    let mut used = FxHashSet::default();
    for (_, document) in review.documents() {
        for script in scripts(&document.body) {
            used.insert(beside(&document.path, script));
            of_script(review, document, script);
        }
        for file in libraries(&document.body) {
            used.insert(file.value.clone());
            of_library(review, document, file);
        }
        for picture in pictures(&document.body) {
            used.insert(beside(&document.path, picture));
        }
    }
    orphans(review, &used);
}

/// Every script that a document names, and every file that it puts on computers.
fn scripts(body: &Body) -> Vec<&Spanned<String>> {
    match body {
        Body::Software(software) => of_software(software),
        Body::Task(task) => of_task(task),
        Body::Group(group) => group.script.iter().collect(),
        Body::Deployment(deployment) => of_target(&deployment.target).collect(),
        Body::Window(window) => window.target.iter().flat_map(of_target).collect(),
        _ => Vec::new(),
    }
}

fn of_target(target: &Target) -> impl Iterator<Item = &Spanned<String>> {
    target.selectors().filter_map(|selector| selector.script.as_ref())
}

/// What is written in `use` must be a file of the root's `lib/`.
fn of_library(review: &mut Review<'_>, document: &Document, file: &Spanned<String>) {
    let mut parts = file.split('/');
    let within = parts.next() == Some(LIBRARY) && parts.clone().next().is_some();
    if !within || parts.any(|part| matches!(part, "" | "." | "..")) {
        let message = format!("`{}` is no file of the root's `lib/`", file.value);
        let hint = "write the path from the repository's root, as `lib/msi.psm1`";
        review.error_once(document, Code::MissingScript, file.span, message, hint);
        return;
    }
    if review.snapshot.entries.contains_key(&file.value) {
        return;
    }
    let others = review.snapshot.entries.range(format!("{LIBRARY}/")..);
    let names = others.map(|(path, _)| path.as_str());
    let names = names.take_while(|path| path.starts_with("lib/")).take(MAX_CANDIDATES);
    let hint = match ordain_schema::nearest(file, names) {
        Some(near) => format!("did you mean `{near}`?"),
        None => format!("add `{}`", file.value),
    };
    let message = format!("there is no file `{}`", file.value);
    review.error_once(document, Code::MissingScript, file.span, message, hint);
}

fn of_software(software: &Software) -> Vec<&Spanned<String>> {
    let mut found: Vec<&Spanned<String>> =
        software.detect.values().filter_map(|detect| detect.script.as_ref()).collect();
    if let Latest::Script(script) = &software.latest {
        found.push(script);
    }
    found.extend(actions_of_software(software).filter_map(|action| action.script.as_ref()));
    found
}

fn of_task(task: &Task) -> Vec<&Spanned<String>> {
    let scripts = actions_of_task(task).filter_map(|action| action.script.as_ref());
    let files = task.ensure.iter().filter_map(|one| match &one.value {
        Ensure::File(file) => file.from.as_ref(),
        _ => None,
    });
    scripts.chain(&task.script).chain(files).collect()
}

/// Pictures, and texts in files: no scripts, and no error where they are missing.
fn pictures(body: &Body) -> impl Iterator<Item = &Spanned<String>> {
    let picture = match body {
        Body::Software(software) => software.icon.as_ref(),
        Body::Branding(branding) => branding.logo.as_ref(),
        _ => None,
    };
    picture.into_iter()
}

fn of_script(review: &mut Review<'_>, document: &Document, script: &Spanned<String>) {
    let mut parts = script.split('/');
    let leaves = script.is_empty()
        || script.contains('\\')
        || parts.any(|part| matches!(part, "" | "." | ".."));
    if leaves {
        let message = format!("`{}` does not stay in the document's own folder", script.value);
        let hint = "write the path from the document's folder, without `.`, `..` or a leading `/`";
        review.error(document, Code::MissingScript, script.span, message, hint);
        return;
    }
    let path = beside(&document.path, script);
    if review.snapshot.entries.contains_key(&path) {
        return;
    }
    let folder = beside(&document.path, "");
    let beside = review.snapshot.entries.range(folder.clone()..);
    let names = beside
        .map_while(|(path, _)| path.strip_prefix(&*folder))
        .filter(|name| ending(name) != "yaml")
        .take(MAX_CANDIDATES);
    let hint = match ordain_schema::nearest(script, names) {
        Some(near) => format!("did you mean `{near}`?"),
        None => format!("add `{path}`"),
    };
    let message = format!("there is no file `{path}`");
    review.error(document, Code::MissingScript, script.span, message, hint);
}

fn orphans(review: &mut Review<'_>, used: &FxHashSet<String>) {
    let snapshot = review.snapshot;
    let documents: FxHashSet<&str> =
        review.documents().map(|(_, document)| &*document.path).collect();
    for path in snapshot.entries.keys() {
        let Some((folder, file)) = path.rsplit_once('/') else {
            continue;
        };
        let kind = within(path).split('/').next().unwrap_or_default();
        let known = FOLDERS.contains(&kind) || path.starts_with("lib/");
        let known = known && !used.contains(path);
        let read = documents.contains(&**path) || is_document(within(path));
        if !known || is_for_people(file) || read || review.unread.is_in(folder) {
            continue;
        }
        let hint = if path.starts_with("lib/") {
            "remove it, or name it in `use` of an action"
        } else if ending(file) == "yml" {
            "only `.yaml` files are documents; rename it"
        } else {
            "remove it, or name it in a document beside it"
        };
        orphan(review, path, hint);
    }
}

/// Whether a path, within its scope, is that of a document file; an empty one holds none.
fn is_document(path: &str) -> bool {
    let mut parts = path.split('/');
    match (parts.next(), parts.clone().count()) {
        (Some("software"), 2) => path.ends_with("/software.yaml"),
        (Some("tasks"), 2) => path.ends_with("/task.yaml"),
        (Some("software" | "tasks"), _) => false,
        _ => ending(path) == "yaml",
    }
}

fn ending(file: &str) -> &str {
    file.rsplit_once('.').map_or("", |(_, ending)| ending)
}

/// Whether a file is for people and tools, not for the policy.
fn is_for_people(file: &str) -> bool {
    let (stem, ending) = file.rsplit_once('.').unwrap_or((file, ""));
    let upper = stem.to_ascii_uppercase();
    file.starts_with('.')
        || matches!(ending, "md" | "markdown" | "rst" | "adoc")
        || ["README", "LICENSE", "LICENCE", "CHANGELOG", "CODEOWNERS", "NOTICE"]
            .contains(&upper.as_str())
}

/// Reports secrets that no document refers to.
pub(super) fn unused_secrets(review: &mut Review<'_>, used: &FxHashSet<String>) {
    if !review.unread.is_empty() {
        return;
    }
    let snapshot = review.snapshot;
    for path in snapshot.entries.keys() {
        let name = within(path).strip_prefix("secrets/").and_then(|file| file.strip_suffix(".age"));
        if name.is_some_and(|name| !used.contains(name)) {
            orphan(review, path, "remove it, or refer to it as `{secret: NAME}`");
        }
    }
}

fn orphan(review: &mut Review<'_>, path: &str, hint: &str) {
    let top = Span { line: 1, column: 1, end_column: 1 };
    let message = format!("nothing uses `{path}`");
    review.push(Diagnostic::warning(Code::OrphanFile, path, top, message).hint(hint));
}
