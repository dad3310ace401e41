//! From what a catalogue has to documents: each gets a name of its own, what
//! it depends on becomes `requires`, and the rest becomes a stated reason.

use std::collections::{BTreeMap, BTreeSet};

use super::draft::{Draft, LeftOut, Needed, Way};
use super::reason::{Reason, Refusal};
use super::write::{self, Required};
use super::{brew, fleet, name, scoop, winget};

/// One entry of a catalogue.
#[derive(Debug, Clone)]
pub(crate) enum Entry {
    /// Of a scoop bucket.
    Scoop(Box<scoop::App>),
    /// Of winget's repository.
    Winget(winget::Package),
    /// Of Fleet's maintained apps.
    Fleet(Box<fleet::App>),
    /// Of Homebrew's API.
    Brew(brew::Keg),
    /// Something that could not even be read, by the name of its place.
    Unreadable(String, Refusal),
}

/// What is wanted of an import.
#[derive(Debug, Clone, Default)]
pub(crate) struct Wanted {
    /// The one document's name, where it is given.
    pub name: Option<String>,
    /// Refuse what another tool would have to install.
    pub pinned: bool,
    /// How many versions of each, the newest first.
    pub versions: usize,
}

/// What the repository has already: software of the catalogue by name, and
/// the names that a tenant's own software has.
#[derive(Debug, Clone, Default)]
pub(crate) struct Present {
    /// Names of cross-tenant software.
    pub shared: BTreeSet<String>,
    /// Names of software of tenants.
    pub of_tenants: BTreeSet<String>,
    /// Names by what their `source` says: `winget Google.Chrome`.
    pub by_source: BTreeMap<String, String>,
}

/// A document that came of an import.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Document {
    /// Its identity in the other catalogue.
    pub id: String,
    /// Its name in the repository.
    pub name: String,
    /// Its newest version.
    pub version: Option<String>,
    /// Who does the work.
    pub way: Way,
    /// What the catalogue says and the document does not.
    pub left_out: Vec<LeftOut>,
    /// Its files by path from the repository's root; the document first.
    pub files: Vec<(String, String)>,
}

/// What became no document.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Refused {
    /// Its identity, or the name of its place.
    pub id: String,
    /// Why.
    pub refusal: Refusal,
}

/// What an import comes to.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Settled {
    /// By name.
    pub documents: Vec<Document>,
    /// In the order of the catalogue.
    pub refused: Vec<Refused>,
}

/// Settles entries; those in `faulty` (by id) turned out not to be valid.
pub(crate) fn settle(
    entries: &[Entry],
    wanted: &Wanted,
    present: &Present,
    faulty: &BTreeMap<String, String>,
) -> Settled {
    let mut refused = Vec::new();
    let mut taken = BTreeSet::new();
    let mut drafts = Vec::new();
    for entry in entries {
        match draft(entry, wanted, present, &taken, faulty) {
            Ok(draft) => {
                taken.insert(draft.name.clone());
                drafts.push(draft);
            }
            Err(refusal) => refused.push(Refused { id: id(entry), refusal }),
        }
    }
    drafts.sort_by(|one, other| one.name.cmp(&other.name));
    let names = Names::new(&drafts, present);
    let documents = drafts.iter().map(|draft| document(draft.clone(), &names)).collect();
    Settled { documents, refused }
}

fn id(entry: &Entry) -> String {
    match entry {
        Entry::Scoop(app) => app.id(),
        Entry::Winget(package) => package.id.clone(),
        Entry::Fleet(app) => app.slug.clone(),
        Entry::Brew(keg) => keg.name.clone(),
        Entry::Unreadable(place, _) => place.clone(),
    }
}

fn draft(
    entry: &Entry,
    wanted: &Wanted,
    present: &Present,
    taken: &BTreeSet<String>,
    faulty: &BTreeMap<String, String>,
) -> Result<Draft, Refusal> {
    if let Some(said) = faulty.get(&id(entry)) {
        return Err(Refusal::with(Reason::Invalid, said));
    }
    let wished = match (entry, &wanted.name) {
        (Entry::Unreadable(_, refusal), _) => return Err(refusal.clone()),
        (_, Some(name)) => vec![name.clone()],
        (Entry::Scoop(app), None) => scoop::names(app)?,
        (Entry::Winget(package), None) => winget::names(package)?,
        (Entry::Fleet(app), None) => fleet::names(app)?,
        (Entry::Brew(keg), None) => brew::names(keg)?,
    };
    let name = name::unique(&wished, taken).ok_or(Reason::NoName)?;
    if present.of_tenants.contains(&name) {
        return Err(Refusal::with(
            Reason::Exists,
            format!("a tenant has software/{name} of its own"),
        ));
    }
    let mut draft = match entry {
        Entry::Scoop(app) => scoop::draft(app, &name),
        Entry::Winget(package) => winget::draft(package, &name)?,
        Entry::Fleet(app) => fleet::draft(app, &name)?,
        Entry::Brew(keg) => brew::draft(keg, &name),
        Entry::Unreadable(_, refusal) => return Err(refusal.clone()),
    };
    if let (Way::OwnTool(reason), true) = (draft.way, wanted.pinned) {
        return Err(reason.into());
    }
    draft.versions.truncate(wanted.versions.max(1));
    Ok(draft)
}

/// Names in the repository by identities in the catalogue.
struct Names<'a> {
    exact: BTreeMap<&'a str, &'a str>,
    /// By the part behind the bucket, where that is of one draft alone.
    short: BTreeMap<&'a str, &'a str>,
    present: &'a Present,
}

impl<'a> Names<'a> {
    fn new(drafts: &'a [Draft], present: &'a Present) -> Self {
        let exact = drafts.iter().map(|draft| (draft.id.as_str(), draft.name.as_str())).collect();
        let behind = |draft: &'a Draft| Some((draft.id.split_once('/')?.1, draft.name.as_str()));
        // The first by name wins: the one that kept the short name.
        let short = drafts.iter().rev().filter_map(behind).collect();
        Self { exact, short, present }
    }

    /// The name of what a draft needs.
    fn of(&self, draft: &Draft, needed: &Needed) -> Option<String> {
        let id = needed.id.as_str();
        let bucket = draft.id.split_once('/').map(|(bucket, _)| bucket);
        let in_bucket = bucket.and_then(|bucket| self.exact.get(format!("{bucket}/{id}").as_str()));
        let found = self.exact.get(id).or(in_bucket).or_else(|| self.short.get(id));
        if let Some(name) = found {
            return Some((*name).to_owned());
        }
        let key = draft.source.as_ref().map_or("", |(key, _)| key);
        let bare = id.rsplit('/').next().and_then(name::valid);
        let by_source = self.present.by_source.get(&format!("{key} {id}"));
        by_source.cloned().or_else(|| bare.filter(|name| self.present.shared.contains(name)))
    }
}

fn document(mut draft: Draft, names: &Names<'_>) -> Document {
    let mut requires: Vec<Required> = Vec::new();
    for needed in &draft.requires {
        match names.of(&draft, needed) {
            Some(name) if name == draft.name => {}
            Some(name) if requires.iter().any(|one| one.name == name) => {}
            Some(name) => requires.push(Required { name, at_least: needed.at_least.clone() }),
            None => draft.left_out.push(LeftOut::Dependency(needed.id.clone())),
        }
    }
    let folder = format!("software/{}", draft.name);
    let mut files = vec![(format!("{folder}/software.yaml"), write::document(&draft, &requires))];
    files.extend(draft.files.iter().map(|(file, text)| (format!("{folder}/{file}"), text.clone())));
    Document {
        version: draft.versions.first().map(|version| version.text.clone()),
        id: draft.id,
        name: draft.name,
        way: draft.way,
        left_out: draft.left_out,
        files,
    }
}
