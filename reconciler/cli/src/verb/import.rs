//! `ordain import`: software definitions from other catalogues.
//!
//! Reads the source, has the documents made, checks them together with the
//! repository as `ordain validate` would, and writes those that hold.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::Path;

use ordain_core::load::Loaded;
use ordain_schema::document::{Body, Scope};
use ordain_schema::{Content, Entry as SnapshotEntry, Mode, Severity, Snapshot};

use crate::args::{Catalogue, Format, ImportArgs};
use crate::catalogue::pieces;
use crate::catalogue::reason::{Reason, Refusal};
use crate::catalogue::settle::{Document, Entry, Present, Refused, Settled, Wanted, settle};
use crate::error::{CommandError, Exit};
use crate::json::import as json;
use crate::printer::Printer;
use crate::web::Web;
use crate::{catalogue, files, policy, render, repository};

pub(super) fn run(args: &ImportArgs, printer: &mut Printer) -> Result<Exit, CommandError> {
    let root = repository::folder(args.path.as_deref())?;
    let snapshot = repository::as_it_stands(&root)?;
    let entries = entries(args)?;
    let settled = valid(&entries, &wanted(args), &snapshot);
    let done = write(settled, args, &root, &snapshot)?;
    show(&done, args, printer);
    Ok(Exit::found(!done.refused.is_empty()))
}

/// What an import did.
pub(crate) struct Done {
    /// Documents that were written, or would be.
    pub written: Vec<Document>,
    /// Documents that were there already, word for word.
    pub unchanged: Vec<Document>,
    /// What became no document.
    pub refused: Vec<Refused>,
}

fn wanted(args: &ImportArgs) -> Wanted {
    Wanted { name: args.name.clone(), pinned: args.pinned, versions: usize::from(args.versions) }
}

fn entries(args: &ImportArgs) -> Result<Vec<Entry>, CommandError> {
    let web = Web::new()?;
    let mut entries = match args.from {
        Catalogue::Scoop => pieces::scoop(&args.source, &web)?,
        Catalogue::Winget => pieces::winget(&args.source, &web)?,
        Catalogue::Brew => pieces::brew(&args.source, &web)?,
        Catalogue::Fleet => pieces::fleet(&args.source, &web)?,
    };
    if !args.only.is_empty() {
        entries.retain(|entry| args.only.iter().any(|only| is_named(entry, only)));
    }
    if entries.is_empty() {
        let error = anyhow::anyhow!("`{}` has nothing of that name", args.source);
        return Err(
            CommandError::usage(error).hint("`--only` takes an identity or name of the catalogue")
        );
    }
    if let Some(name) = &args.name {
        if entries.len() > 1 {
            let error = anyhow::anyhow!(
                "`--name` is for one document, and the source has {}",
                entries.len()
            );
            return Err(CommandError::usage(error).hint("choose one with `--only`"));
        }
        if catalogue::valid(name).as_ref() != Some(name) {
            let error = anyhow::anyhow!("`{name}` is no name");
            let hint = "names are small letters, digits and dashes, 63 at most";
            return Err(CommandError::usage(error).hint(hint));
        }
    }
    Ok(entries)
}

fn is_named(entry: &Entry, only: &str) -> bool {
    match entry {
        Entry::Scoop(app) => app.name == only || app.id() == only,
        Entry::Winget(package) => package.id == only,
        Entry::Fleet(app) => app.slug == only || app.slug.split('/').next() == Some(only),
        Entry::Brew(keg) => keg.name == only,
        Entry::Unreadable(place, _) => place == only,
    }
}

/// The documents that hold together with the repository; one that would not
/// is refused, and what needs it is settled again without it.
fn valid(entries: &[Entry], wanted: &Wanted, snapshot: &Snapshot) -> Settled {
    let before = policy::load(snapshot, policy::clock());
    let present = present(&before);
    let known: BTreeSet<String> =
        errors(&before).map(|(file, said)| format!("{file}\n{said}")).collect();
    let mut faulty = BTreeMap::new();
    loop {
        let settled = settle(entries, wanted, &present, &faulty);
        let after = policy::load(&with(snapshot, &settled.documents), policy::clock());
        let count = faulty.len();
        for (file, said) in
            errors(&after).filter(|(file, said)| !known.contains(&format!("{file}\n{said}")))
        {
            let folder = file.rsplit_once('/').map_or(file, |(folder, _)| folder);
            let name = folder.strip_prefix("software/").unwrap_or(folder);
            if let Ok(at) = settled.documents.binary_search_by(|one| one.name.as_str().cmp(name)) {
                faulty.entry(settled.documents[at].id.clone()).or_insert_with(|| said.to_owned());
            }
        }
        if faulty.len() == count {
            return settled;
        }
    }
}

fn errors(loaded: &Loaded) -> impl Iterator<Item = (&str, &str)> {
    let errors = loaded.diagnostics.iter().filter(|one| one.severity == Severity::Error);
    errors.map(|one| (&*one.file, one.message.as_str()))
}

fn present(loaded: &Loaded) -> Present {
    let mut present = Present::default();
    for document in loaded.policy.documents() {
        let Body::Software(software) = &document.body else { continue };
        let name = document.name.value.clone();
        if let (Some(source), Scope::CrossTenant) = (&software.source, &document.scope) {
            let ids =
                [("winget", &source.winget), ("scoop", &source.scoop), ("fleet", &source.fleet)];
            let ids = ids
                .into_iter()
                .filter_map(|(key, id)| Some(format!("{key} {}", id.as_ref()?.value)));
            present.by_source.extend(ids.map(|id| (id, name.clone())));
        }
        match &document.scope {
            Scope::CrossTenant => present.shared.insert(name),
            Scope::Tenant(_) => present.of_tenants.insert(name),
        };
    }
    present
}

/// The repository as it would be.
fn with(snapshot: &Snapshot, documents: &[Document]) -> Snapshot {
    let mut after = snapshot.clone();
    for (path, text) in documents.iter().flat_map(|document| &document.files) {
        let content = Content::Bytes(text.as_bytes().into());
        after.entries.insert(path.clone(), SnapshotEntry { mode: Mode::File, id: None, content });
    }
    after
}

/// Writes what is new, unless it would write over something.
fn write(
    settled: Settled,
    args: &ImportArgs,
    root: &Path,
    snapshot: &Snapshot,
) -> Result<Done, CommandError> {
    let mut done = Done { written: Vec::new(), unchanged: Vec::new(), refused: settled.refused };
    for document in settled.documents {
        let folder = format!("software/{}/", document.name);
        let same = document.files.iter().all(|(path, text)| {
            fs::read(root.join(path)).is_ok_and(|bytes| bytes == text.as_bytes())
        });
        let there = snapshot
            .entries
            .range(folder.clone()..)
            .next()
            .is_some_and(|(path, _)| path.starts_with(&folder));
        if same {
            done.unchanged.push(document);
        } else if there && !args.force {
            let refusal =
                Refusal::with(Reason::Exists, format!("{folder} stays as it is without --force"));
            done.refused.push(Refused { id: document.id, refusal });
        } else {
            if !args.dry_run {
                document
                    .files
                    .iter()
                    .try_for_each(|(path, text)| files::put(&root.join(path), text))?;
            }
            done.written.push(document);
        }
    }
    Ok(done)
}

fn show(done: &Done, args: &ImportArgs, printer: &mut Printer) {
    match args.format {
        Format::Json => printer.json(&json::Report::new(done, args.dry_run)),
        Format::Jsonl => {
            done.written.iter().for_each(|one| printer.json_line(&json::Row::written(one)));
            done.unchanged.iter().for_each(|one| printer.json_line(&json::Row::unchanged(one)));
            done.refused.iter().for_each(|one| printer.json_line(&json::Row::refused(one)));
        }
        Format::Human => {
            let text = render::import::text(done, args.dry_run, printer.style());
            printer.text(text);
        }
    }
}
