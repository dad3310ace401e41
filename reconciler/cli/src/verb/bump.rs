//! `ordain bump`: newer versions, pinned, put into the documents.
//!
//! Asks for each software, checks the whole repository with the new entries as
//! `ordain validate` would, and only then writes.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use ordain_core::load::Loaded;
use ordain_core::version;
use ordain_schema::document::{
    Body, Document, Latest, Scope, Software, SoftwareVersion, VersionScheme,
};
use ordain_schema::{Content, Entry as SnapshotEntry, Mode, Severity, Snapshot};

use crate::args::{BumpArgs, Format};
use crate::bump::ask::{Ask, Sources};
use crate::bump::entry::{self, File};
use crate::bump::offer::Offer;
use crate::bump::place::Place;
use crate::bump::splice::{self, End};
use crate::error::{CommandError, Exit};
use crate::json::bump as json;
use crate::printer::Printer;
use crate::web::Web;
use crate::{files, policy, progress, repository, suggest};

/// What was found out about one piece of software.
pub(crate) struct Finding {
    /// NAME, or TENANT/NAME.
    pub name: String,
    /// Its document, by its path from the root.
    pub path: String,
    /// What was asked.
    pub source: String,
    /// The newest version of the document.
    pub from: Option<String>,
    /// What came of it.
    pub what: What,
}

/// What came of asking.
pub(crate) enum What {
    /// Nothing newer.
    UpToDate,
    /// The source knows no such software.
    Unknown,
    /// A newer version, with its files once they are pinned.
    Newer { to: String, files: Vec<File> },
    /// It could not be asked, or not be written.
    Failed(CommandError),
}

pub(super) fn run(args: &BumpArgs, printer: &mut Printer) -> Result<Exit, CommandError> {
    let root = repository::folder(args.path.as_deref())?;
    let snapshot = repository::as_it_stands(&root)?;
    let loaded = policy::load(&snapshot, policy::clock());
    let chosen = chosen(&loaded, args)?;
    let web = Web::new()?;
    let winget = Place::of(&args.winget);
    let fleet = Place::of(&args.fleet);
    let scoop = args.scoop.as_deref().map(Place::of);
    let sources = Sources {
        winget: &winget,
        fleet: &fleet,
        scoop: scoop.as_ref(),
        upstream: args.upstream,
        github: args.github_api.trim_end_matches('/'),
        web: &web,
    };
    let bar = progress::bar(printer, "asking", chosen.len() as u64);
    let mut findings = Vec::new();
    for one in &chosen {
        findings.push(one.find(&sources, args));
        bar.inc(1);
    }
    bar.finish_and_clear();
    if !args.check {
        write(&chosen, &mut findings, &root, &snapshot, &loaded)?;
    }
    show(&findings, args, printer);
    end(&findings, args)
}

/// Software that says where to look.
struct Chosen<'a> {
    document: &'a Document,
    software: &'a Software,
    ask: Ask<'a>,
}

/// The software that is meant: what was named, or all that says where to look.
fn chosen<'a>(loaded: &'a Loaded, args: &BumpArgs) -> Result<Vec<Chosen<'a>>, CommandError> {
    let all = loaded.policy.documents().iter().filter_map(|document| match &document.body {
        Body::Software(software) => Some((&**document, &**software)),
        _ => None,
    });
    let all: Vec<(&Document, &Software)> = all.collect();
    for named in &args.software {
        let mut found = all.iter().filter(|(document, _)| shown(document) == *named).peekable();
        if found.peek().is_none() {
            let names: Vec<String> = all.iter().map(|(document, _)| shown(document)).collect();
            let error = anyhow::anyhow!("the policy has no software `{named}`");
            let hint = suggest::hint(named, names.iter().map(String::as_str));
            return Err(CommandError::usage(error).hint_if(hint));
        }
        if found.all(|(_, software)| ask(software).is_none()) {
            let error = anyhow::anyhow!("`{named}` does not say where newer versions are");
            return Err(CommandError::usage(error).hint(
                "give it `source: {winget: ID}`, or `scoop`, `fleet`, `github` or `feed`: `brew` is not asked",
            ));
        }
    }
    let wanted =
        |document: &Document| args.software.is_empty() || args.software.contains(&shown(document));
    let chosen = all.into_iter().filter(|(document, _)| wanted(document));
    Ok(chosen
        .filter_map(|(document, software)| Some(Chosen { document, software, ask: ask(software)? }))
        .collect())
}

/// NAME, or TENANT/NAME.
fn shown(document: &Document) -> String {
    match &document.scope {
        Scope::CrossTenant => document.name.value.clone(),
        Scope::Tenant(tenant) => format!("{tenant}/{}", document.name.value),
    }
}

fn ask(software: &Software) -> Option<Ask<'_>> {
    let source = software.source.as_ref();
    let named = source.and_then(|source| {
        let winget = source.winget.as_ref().map(|id| Ask::Winget(id));
        let scoop = source.scoop.as_ref().map(|id| Ask::Scoop(id));
        let github = source.github.as_ref().map(|id| Ask::GitHub(id));
        let fleet = source.fleet.as_ref().map(|slug| Ask::Fleet(slug));
        winget.or(scoop).or(fleet).or(github).or(source.feed.as_ref().map(Ask::Feed))
    });
    let feed = match &software.latest {
        Latest::Feed(feed) => Some(Ask::Feed(feed)),
        _ => None,
    };
    named.or(feed)
}

impl Chosen<'_> {
    fn scheme(&self) -> VersionScheme {
        version::resolve(self.software.version_scheme, &self.software.detect)
    }

    /// The newest entry of the list.
    fn newest(&self) -> Option<&SoftwareVersion> {
        let scheme = self.scheme();
        let versions = self.software.versions.iter();
        versions.max_by(|one, other| version::compare(scheme, &one.version, &other.version))
    }

    /// At which end of the list the newest stands; at the front where the list
    /// does not say.
    fn end(&self) -> End {
        let (first, last) = (self.software.versions.first(), self.software.versions.last());
        let scheme = self.scheme();
        let rises = first.zip(last).is_some_and(|(first, last)| {
            version::compare(scheme, &first.version, &last.version).is_lt()
        });
        if rises { End::Last } else { End::First }
    }

    fn find(&self, sources: &Sources<'_>, args: &BumpArgs) -> Finding {
        Finding {
            name: shown(self.document),
            path: self.document.path.to_string(),
            source: self.ask.shown(),
            from: self.newest().map(|newest| newest.version.value.clone()),
            what: self.what(sources, args).unwrap_or_else(What::Failed),
        }
    }

    fn what(&self, sources: &Sources<'_>, args: &BumpArgs) -> Result<What, CommandError> {
        let Some(offer) = self.ask.newest(self.scheme(), sources)? else {
            return Ok(What::Unknown);
        };
        let newest = self.newest();
        let to = entry::version(newest, &offer);
        let is_newer = newest
            .is_none_or(|newest| version::compare(self.scheme(), &to, &newest.version).is_gt());
        if !is_newer {
            return Ok(What::UpToDate);
        }
        let files = if args.check { Vec::new() } else { self.pinned(&offer, &to, sources, args)? };
        Ok(What::Newer { to, files })
    }

    /// The files of the new version; those without a hash are fetched for it.
    fn pinned(
        &self,
        offer: &Offer,
        to: &str,
        sources: &Sources<'_>,
        args: &BumpArgs,
    ) -> Result<Vec<File>, CommandError> {
        let mut files =
            entry::files(self.software, self.newest(), offer, to).map_err(|address| {
                let error = anyhow::anyhow!(
                    "nobody says where `{address}` is in version {}",
                    offer.version
                );
                CommandError::failed(error).hint("write the new version's artifacts by hand")
            })?;
        for file in &mut files {
            if file.sha256.is_none() || (file.wants_size && file.size.is_none()) {
                let largest = u64::from(args.max_download) * 1024 * 1024;
                let found = sources.web.hash(&file.url, largest)?;
                if file.sha256.as_ref().is_some_and(|said| *said != found.sha256) {
                    let error = anyhow::anyhow!(
                        "`{}` is not the file whose hash the source gives",
                        file.url
                    );
                    return Err(CommandError::failed(error)
                        .hint("the maker may have replaced it: ask before trusting it"));
                }
                file.size = Some(found.size);
                file.sha256 = Some(found.sha256);
            }
        }
        Ok(files)
    }

    /// The document's file with the new entry.
    fn edited(&self, text: &str, to: &str, files: &[File]) -> Result<String, CommandError> {
        let entry = entry::yaml(to, files);
        splice::insert(text, self.document.span.line, self.end(), &entry).map_err(|error| {
            let error = anyhow::anyhow!("`{}` was not changed: {error}", self.document.path);
            CommandError::failed(error)
                .hint("`ordain fmt` may make it plainer; else add the version by hand")
        })
    }
}

/// Puts all that is newer into the documents, unless the repository would
/// then have errors that it does not have now.
fn write(
    chosen: &[Chosen<'_>],
    findings: &mut [Finding],
    root: &Path,
    snapshot: &Snapshot,
    before: &Loaded,
) -> Result<(), CommandError> {
    let mut after = snapshot.clone();
    let mut changed: Vec<(usize, PathBuf, String)> = Vec::new();
    for (index, (one, finding)) in chosen.iter().zip(findings.iter_mut()).enumerate() {
        let What::Newer { to, files } = &finding.what else { continue };
        let known = after.entries.get(&finding.path).and_then(SnapshotEntry::bytes);
        let text = String::from_utf8_lossy(known.unwrap_or_default()).into_owned();
        match one.edited(&text, to, files) {
            Ok(text) => {
                let content = Content::Bytes(text.as_bytes().into());
                after.entries.insert(
                    finding.path.clone(),
                    SnapshotEntry { mode: Mode::File, id: None, content },
                );
                changed.push((index, root.join(&finding.path), text));
            }
            Err(error) => finding.what = What::Failed(error),
        }
    }
    let known: BTreeSet<String> = errors(before).collect();
    let loaded = policy::load(&after, policy::clock());
    let fresh: Vec<String> = errors(&loaded).filter(|said| !known.contains(said)).collect();
    if let Some(first) = fresh.first() {
        let error = anyhow::anyhow!(
            "nothing was written: the repository would not pass `ordain validate`: {first}"
        );
        return Err(CommandError::failed(error)
            .hint("bump the others by name, and write this version by hand"));
    }
    for (index, place, text) in changed {
        if let Err(error) = files::replace(&place, text.as_bytes()) {
            findings[index].what = What::Failed(error);
        }
    }
    Ok(())
}

fn errors(loaded: &Loaded) -> impl Iterator<Item = String> + '_ {
    let errors = loaded.diagnostics.iter().filter(|one| one.severity == Severity::Error);
    errors.map(|one| format!("{}: {}", one.file, one.message))
}

fn show(findings: &[Finding], args: &BumpArgs, printer: &mut Printer) {
    match args.format {
        Format::Json => printer.json(&json::Report::new(findings, args.check)),
        Format::Jsonl => {
            for one in findings {
                printer.json_line(&json::Row::new(one, args.check));
            }
        }
        Format::Human => {
            for one in findings {
                let from = one.from.as_deref().unwrap_or("nothing");
                match &one.what {
                    What::Newer { to, .. } => {
                        let style = printer.style();
                        let to = style.green(to);
                        printer.line(format!("{}: {from} -> {to} ({})", one.name, one.source));
                    }
                    What::Unknown => {
                        printer.warn(format!("{}: {} is not known there", one.name, one.source));
                    }
                    What::UpToDate | What::Failed(_) => {}
                }
            }
            let newer = count(findings, |what| matches!(what, What::Newer { .. }));
            let same = count(findings, |what| matches!(what, What::UpToDate));
            let done = if args.check { "newer" } else { "written" };
            printer.note(format!("{newer} {done}, {same} up to date, {} asked", findings.len()));
        }
    }
    for one in findings {
        if let What::Failed(error) = &one.what {
            printer.note(format!("{}:", one.name));
            printer.error(error);
        }
    }
}

fn count(findings: &[Finding], which: impl Fn(&What) -> bool) -> usize {
    findings.iter().filter(|one| which(&one.what)).count()
}

fn end(findings: &[Finding], args: &BumpArgs) -> Result<Exit, CommandError> {
    let failed = count(findings, |what| matches!(what, What::Failed(_)));
    if failed > 0 {
        let error =
            anyhow::anyhow!("{failed} of {} could not be looked up or written", findings.len());
        return Err(CommandError::failed(error));
    }
    let newer = count(findings, |what| matches!(what, What::Newer { .. }));
    Ok(Exit::found(args.check && newer > 0))
}
