//! A scenario's folder: what stands in the repository and what is expected.

use std::fs;
use std::path::{Path, PathBuf};

use serde_json::Value;
use tempfile::TempDir;

/// The files that do not belong to the repository under test.
const BESIDE: [&str; 3] = ["about.yaml", "expect-diagnostics.yaml", "expect-plan.yaml"];

/// One scenario.
pub(crate) struct Scenario {
    pub(crate) name: String,
    pub(crate) diagnostics: Option<Vec<Value>>,
    pub(crate) plans: Vec<Value>,
    folder: PathBuf,
}

impl Scenario {
    /// Every scenario of a folder, by name.
    pub(crate) fn all(folder: &Path) -> Vec<Self> {
        let entries = fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path());
        let mut folders: Vec<PathBuf> = entries.filter(|path| path.is_dir()).collect();
        folders.sort();
        folders.into_iter().map(Self::read).collect()
    }

    fn read(folder: PathBuf) -> Self {
        let list = |name: &str| -> Option<Vec<Value>> {
            let text = fs::read_to_string(folder.join(name)).ok()?;
            Some(serde_yaml::from_str(&text).unwrap())
        };
        Self {
            name: folder.file_name().unwrap().to_str().unwrap().to_owned(),
            diagnostics: list("expect-diagnostics.yaml"),
            plans: list("expect-plan.yaml").unwrap_or_default(),
            folder,
        }
    }

    /// Whether the repository is expected to be valid.
    pub(crate) fn is_valid(&self) -> bool {
        let is_error = |one: &Value| one["severity"] != "warning";
        !self.diagnostics.iter().flatten().any(is_error)
    }

    /// A copy of the repository alone, in a new empty place.
    pub(crate) fn copy(&self) -> TempDir {
        let place = tempfile::tempdir().unwrap();
        copy(&self.folder, place.path(), true);
        place
    }
}

fn copy(from: &Path, to: &Path, is_top: bool) {
    for entry in fs::read_dir(from).unwrap() {
        let entry = entry.unwrap();
        let name = entry.file_name();
        if is_top && BESIDE.iter().any(|beside| name == *beside) {
            continue;
        }
        let target = to.join(&name);
        if entry.file_type().unwrap().is_dir() {
            fs::create_dir(&target).unwrap();
            copy(&entry.path(), &target, false);
        } else {
            fs::copy(entry.path(), target).unwrap();
        }
    }
}

/// A file of Test documents.
pub(crate) struct TestFile {
    pub(crate) path: PathBuf,
    pub(crate) documents: Vec<Value>,
}

/// The Test documents of a repository, by path.
pub(crate) fn tests(repository: &Path) -> Vec<TestFile> {
    let mut files = Vec::new();
    collect(&repository.join("tests"), &mut files);
    files.sort_by(|a, b| a.path.cmp(&b.path));
    files
}

fn collect(folder: &Path, files: &mut Vec<TestFile>) {
    let Ok(entries) = fs::read_dir(folder) else { return };
    for path in entries.map(|entry| entry.unwrap().path()) {
        if path.is_dir() {
            collect(&path, files);
        } else if path.extension().is_some_and(|ending| ending == "yaml") {
            let text = fs::read_to_string(&path).unwrap();
            let documents = serde_yaml::Deserializer::from_str(&text);
            let documents =
                documents.map(|one| serde::Deserialize::deserialize(one).unwrap()).collect();
            files.push(TestFile { path, documents });
        }
    }
}

impl TestFile {
    /// Writes the documents back.
    pub(crate) fn write(&self) {
        let texts = self.documents.iter().map(yaml);
        let whole = texts.collect::<Vec<_>>().join("---\n");
        fs::write(&self.path, whole).unwrap();
    }
}

/// A value as YAML. It goes through text, since a number of JSON keeps its
/// digits in a form of its own that another writer does not know.
pub(crate) fn yaml(value: &Value) -> String {
    let value: serde_yaml::Value = serde_yaml::from_str(&value.to_string()).unwrap();
    serde_yaml::to_string(&value).unwrap()
}
