//! A repository as a test holds it: documents with keys, scripts, a layout.
//!
//! What stands in it is [`super::generator`]'s; here it becomes files.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::hash::{DefaultHasher, Hash as _, Hasher as _};
use std::sync::Arc;

use jiff::Timestamp;
use ordain_core::load::{Loaded, load};
use ordain_schema::{Content, Entry, Mode, Severity, Snapshot};
use serde_json::Value;

use super::random::Random;

/// The keys of a document with their values, as they are written.
pub(crate) type Keys = Vec<(&'static str, Value)>;

/// One document.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Doc {
    pub(crate) path: String,
    pub(crate) kind: &'static str,
    pub(crate) name: String,
    pub(crate) keys: Keys,
    /// Only its lines are left, as comments: what stands below keeps its place.
    pub(crate) gone: bool,
}

/// Documents and scripts.
#[derive(Debug, Clone, Default)]
pub(crate) struct Repository {
    pub(crate) docs: Vec<Doc>,
    pub(crate) scripts: BTreeMap<String, String>,
    /// Comments, blank lines and the order of keys and documents follow from it.
    pub(crate) layout: Option<u64>,
}

impl Doc {
    fn lines(&self, layout: Option<u64>) -> Vec<String> {
        let mut keys = vec![
            format!("kind: {}", self.kind),
            format!("name: {}", Value::from(self.name.as_str())),
        ];
        keys.extend(self.keys.iter().map(|(key, value)| format!("{key}: {value}")));
        let Some(seed) = layout else { return keys };
        let mut random = Random::new(seed);
        random.shuffle(&mut keys);
        let mut lines = Vec::new();
        for key in keys {
            if random.chance(30) {
                lines.push(random.pick(&["", "# a comment", "  # another"]).to_owned());
            }
            lines.push(key);
        }
        lines
    }
}

impl Repository {
    /// The documents by file, in the order in which they stand there.
    fn files(&self) -> BTreeMap<&str, Vec<usize>> {
        let mut files: BTreeMap<&str, Vec<usize>> = BTreeMap::new();
        for (place, doc) in self.docs.iter().enumerate() {
            files.entry(&doc.path).or_default().push(place);
        }
        files.retain(|_, places| places.iter().any(|place| !self.docs[*place].gone));
        if let Some(seed) = self.layout {
            for places in files.values_mut() {
                Random::new(seed).shuffle(places);
            }
        }
        files
    }

    /// One file, with the document of each line.
    fn file(&self, places: &[usize]) -> (String, Vec<usize>) {
        let (mut text, mut owners) = (String::new(), Vec::new());
        let mut begun = false;
        for place in places {
            let doc = &self.docs[*place];
            let mut lines = doc.lines(self.layout);
            if *place != places[0] {
                let separates = begun && !doc.gone;
                lines.insert(0, if separates { "---".to_owned() } else { "#".to_owned() });
            }
            if doc.gone {
                lines.fill("# gone".to_owned());
            }
            begun |= !doc.gone;
            for line in lines {
                text.push_str(&line);
                text.push('\n');
                owners.push(*place);
            }
        }
        (text, owners)
    }

    /// The files as git would give them.
    pub(crate) fn snapshot(&self) -> Snapshot {
        let mut snapshot = Snapshot::default();
        let yaml = self.files().into_iter().map(|(path, places)| (path, self.file(&places).0));
        let scripts = self.scripts.iter().map(|(path, text)| (path.as_str(), text.clone()));
        for (path, text) in yaml.chain(scripts) {
            let mut hasher = DefaultHasher::new();
            text.hash(&mut hasher);
            let id = Some(format!("{:040x}", hasher.finish()).into());
            let content = Content::Bytes(Arc::from(text.into_bytes()));
            snapshot.entries.insert(path.to_owned(), Entry { mode: Mode::File, id, content });
        }
        snapshot
    }

    pub(crate) fn load(&self, now: Timestamp) -> Loaded {
        load(&self.snapshot(), now)
    }

    /// Takes away what leads to errors until none is left; false where that cannot be.
    pub(crate) fn mend(&mut self, now: Timestamp) -> bool {
        for _ in 0..60 {
            let loaded = self.load(now);
            let mut errors: Vec<_> =
                loaded.diagnostics.iter().filter(|one| one.severity == Severity::Error).collect();
            if errors.is_empty() {
                return true;
            }
            // One of each file at a time: what else is wrong may follow from it.
            errors.reverse();
            errors.dedup_by(|a, b| a.file == b.file);
            let files = self.files();
            let culprit = |file: &str, line: u32| -> Option<usize> {
                let (_, owners) = self.file(files.get(file)?);
                owners.get(line.max(1) as usize - 1).copied()
            };
            let mut culprits: Vec<usize> =
                errors.iter().filter_map(|one| culprit(&one.file, one.span.line)).collect();
            if culprits.is_empty() {
                return false;
            }
            culprits.sort_unstable();
            culprits.dedup();
            for place in culprits.into_iter().rev() {
                // A tenant without its document would be another fault.
                let keys = &mut self.docs[place].keys;
                let values = keys.iter().position(|(key, _)| *key == "values");
                match values {
                    Some(values) => drop(keys.remove(values)),
                    None => drop(self.docs.remove(place)),
                }
            }
        }
        false
    }

    /// Everything, for people.
    pub(crate) fn text(&self) -> String {
        let mut text = String::new();
        for (path, places) in self.files() {
            write!(text, "=== {path}\n{}", self.file(&places).0).unwrap();
        }
        for (path, script) in &self.scripts {
            writeln!(text, "=== {path}\n{script}").unwrap();
        }
        text
    }
}
