//! `ordain-agent ensure`: a task's settings on this computer, without a controller.
//!
//! For people who write a task and want to see what it would do, and for a
//! computer that is set up before it is enrolled. Reads one document and the
//! files beside it; nothing of the agent's data is needed or touched.

use std::cell::RefCell;
use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::{Duration, Instant};

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD as BASE64;
use ordain_core::lower::{EnsureInput, Parameters, Place};
use ordain_core::order::Ensure;
use ordain_core::parameter;
use ordain_schema::document::{Body, OsFacts, OsFamily, Parameter, ParameterType, Task};
use ordain_schema::{Code, Severity, Spanned, read_file};
use ordain_trust::{ObjectFormat, ObjectId, blob_id};
use serde_json::{Map, Value};

use crate::blobs::Blobs;
use crate::command::{CommandError, Kind};
use crate::disk;
use crate::ensure::{Outcome, Settings, Shift};
use crate::fetch::{Fetcher, Keep, Roads};
use crate::platform::Platform;
use crate::run::{Runner, Stop, Watch};
use crate::secrets::Keyring;

/// How long all of it may take.
const PATIENCE: Duration = Duration::from_mins(30);

/// What is wished for.
#[derive(Debug, Clone)]
pub struct Wish {
    /// The task's document.
    pub file: PathBuf,
    /// Values of its parameters by name.
    pub parameters: Vec<(String, String)>,
    /// Whether it is only looked at.
    pub what_if: bool,
}

/// Looks at the settings of a task, or puts them right.
pub fn ensure(wish: &Wish, platform: Arc<dyn Platform>) -> Result<Outcome, CommandError> {
    let folder = wish.file.parent().unwrap_or(Path::new("."));
    let task = read(&wish.file)?;
    let parameters = values(&task, &wish.parameters)?;
    let beside = Beside { folder, files: RefCell::default() };
    let all = lower(&task, &parameters, &beside)?;
    let private = Private::make()?;
    let blobs = Arc::new(Blobs::open(private.0.join("blobs")).map_err(|error| could_not(&error))?);
    beside.deliver(&blobs)?;
    // Settings fetch nothing; nothing is kept.
    let fetcher = Fetcher::new(Keep::new(private.0.join("artifacts")), Roads::new(None));
    let (keyring, runs) = (Keyring::new(&private.0), private.0.join("run"));
    let runner = Runner::new(platform.clone(), blobs.clone(), fetcher, keyring, runs);
    let stop = Stop::new().map_err(|error| could_not(&error))?;
    let mut nobody = |_: &[u8]| {};
    let mut watch = Watch::over(&stop, "", &mut nobody);
    let mut shift = Shift {
        settings: &mut Settings::default(),
        platform: &*platform,
        blobs: &blobs,
        runner: &runner,
        marker: "ensure",
        deadline: Instant::now() + PATIENCE,
        watch: &mut watch,
    };
    Ok(if wish.what_if { shift.look(&all) } else { shift.set(&all) })
}

/// The task of a document, read as in a repository.
fn read(file: &Path) -> Result<Task, CommandError> {
    let bytes = fs::read(file).map_err(|error| could_not(&disk::at("read", file)(error)))?;
    let (documents, found) = read_file("tasks/task/task.yaml", &bytes);
    // Its folder is called as it likes here.
    let mut faults =
        found.iter().filter(|one| one.severity == Severity::Error && one.code != Code::BadName);
    if let Some(first) = faults.next() {
        let place = format!("{}:{}:{}", file.display(), first.span.line, first.span.column);
        let more = match faults.count() {
            0 => String::new(),
            count => format!(" (and {count} more)"),
        };
        let error = CommandError::new(Kind::Findings, format!("{place}: {}{more}", first.message));
        return Err(match &first.hint {
            Some(hint) => error.hint(hint),
            None => error,
        });
    }
    let mut tasks = documents.into_iter().filter_map(|document| match document.body {
        Body::Task(task) if !task.ensure.is_empty() => Some(*task),
        _ => None,
    });
    let task = tasks.next().filter(|_| tasks.next().is_none());
    task.ok_or_else(|| {
        let message = format!("{} is not the document of one task with `ensure`", file.display());
        CommandError::new(Kind::Usage, message).hint("name a task.yaml that has `ensure`")
    })
}

/// The values that are given, else the defaults.
fn values(task: &Task, given: &[(String, String)]) -> Result<Parameters, CommandError> {
    let usage = |message: String| CommandError::new(Kind::Usage, message);
    let mut all = Map::new();
    for (name, text) in given {
        let Some(declared) = task.parameters.get(name) else {
            return Err(usage(format!("the task declares no parameter `{name}`")));
        };
        let value = value(declared, text);
        if let Some(why) = parameter::fault(declared, &value) {
            return Err(usage(format!("the parameter `{name}` does not fit: {why}")));
        }
        all.insert(name.clone(), value);
    }
    for (name, declared) in
        task.parameters.iter().filter(|(name, _)| !given.iter().any(|(own, _)| own == *name))
    {
        match &declared.default {
            Some(Spanned { value, .. }) => drop(all.insert(name.clone(), value.clone())),
            None if declared.required => {
                let error = usage(format!("the parameter `{name}` needs a value"));
                return Err(error.hint(format!("add --param {name}=VALUE")));
            }
            None => {}
        }
    }
    Ok(Parameters::alone(all))
}

/// A value as it would be written in a document.
fn value(declared: &Parameter, text: &str) -> Value {
    let plain = || Value::String(text.to_owned());
    match declared.kind {
        ParameterType::Integer
        | ParameterType::Number
        | ParameterType::Boolean
        | ParameterType::Map => serde_json::from_str(text).unwrap_or_else(|_| plain()),
        ParameterType::String
        | ParameterType::Select
        | ParameterType::Secret
        | ParameterType::File
        | ParameterType::Uri => plain(),
    }
}

fn lower(
    task: &Task,
    parameters: &Parameters,
    beside: &Beside<'_>,
) -> Result<Vec<Ensure>, CommandError> {
    let os = OsFacts { family: Some(OsFamily::Linux), version: None, arch: None };
    let place = Place {
        tenant: "",
        slug: None,
        computer: "",
        person: None,
        reboot: "suppress",
        restart: None,
        restarts_barred: false,
        os: Some(&os),
        attempts: 1,
        blob: &|path| beside.read(path),
        secret: &|_| None,
        recipient: None,
    };
    let input = EnsureInput { place: &place, path: "task.yaml", parameters };
    let lowered = input.lower(task.ensure.iter().map(|one| &one.value));
    lowered.map_err(|error| CommandError::new(Kind::CouldNot, error))
}

/// The files beside the document that it names.
struct Beside<'f> {
    folder: &'f Path,
    files: RefCell<BTreeMap<ObjectId, Vec<u8>>>,
}

impl Beside<'_> {
    fn read(&self, path: &str) -> Option<String> {
        let within = path.split('/').all(|part| part != "..") && !path.starts_with('/');
        let bytes = if within { fs::read(self.folder.join(path)).ok()? } else { return None };
        let id = blob_id(&bytes, ObjectFormat::Sha1).ok()?;
        self.files.borrow_mut().insert(id, bytes);
        Some(id.to_string())
    }

    fn deliver(self, blobs: &Blobs) -> Result<(), CommandError> {
        for (id, bytes) in self.files.into_inner() {
            blobs.want([id]);
            let blob = ordain_wire::Blob { id: id.to_string(), data: Some(BASE64.encode(bytes)) };
            blobs.deliver(&blob).map_err(|error| could_not(&error))?;
        }
        Ok(())
    }
}

/// A private folder, gone when it is dropped.
struct Private(PathBuf);

impl Private {
    fn make() -> Result<Self, CommandError> {
        let name = format!("ordain-ensure-{:016x}", rand::random::<u64>());
        let path = std::env::temp_dir().join(name);
        disk::private_folder(&path).map_err(|error| could_not(&error))?;
        Ok(Self(path))
    }
}

impl Drop for Private {
    fn drop(&mut self) {
        let _ = fs::remove_dir_all(&self.0);
    }
}

fn could_not(error: &dyn std::error::Error) -> CommandError {
    CommandError::chain(Kind::CouldNot, error)
}
