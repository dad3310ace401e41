//! Settings without scripts, found out about and put right by the agent itself.
//!
//! [`Settings`] is what the carrying thread keeps between orders, [`Shift`]
//! looks at or sets one list of resources. `ground` opens paths that nobody
//! can lead elsewhere, `write` replaces files as a whole; then one file for
//! each kind. `accounts` reads users and groups, `tool` starts the system's
//! own programs where there is no other way.
//!
//! Guarantees: looking changes nothing; setting twice changes nothing the
//! second time; a file has its old content or its new one, whenever the
//! program dies; no path is followed that somebody without rights could turn.

mod accounts;
mod changes;
mod directory;
mod file;
mod ground;
mod group;
mod line;
mod service;
mod sysctl;
mod tool;
mod user;
mod write;

use std::path::Path;
use std::time::Instant;

use ordain_core::order::{Ensure, Resource};

use crate::blobs::{BlobError, Blobs};
use crate::detect::patterns::Patterns;
use crate::disk::DiskError;
use crate::platform::Platform;
use crate::run::output::{Bounded, LIMIT};
use crate::run::{Runner, Watch};
use accounts::Accounts;
use ground::Ground;

/// What is kept between orders, since it only makes the next one faster.
#[derive(Debug, Default)]
pub struct Settings {
    patterns: Patterns,
    accounts: Option<Accounts>,
    buffer: Vec<u8>,
}

impl Settings {
    /// Forgets everything.
    pub fn forget(&mut self) {
        *self = Self::default();
    }

    /// Reads accounts again before they count the next time: something was started.
    pub fn let_go(&mut self) {
        self.accounts = None;
    }
}

/// Whether looking at these reads files and starts nothing.
pub fn only_read_for(all: &[Ensure]) -> bool {
    all.iter().all(|one| match &one.resource {
        Resource::File(_)
        | Resource::Directory(_)
        | Resource::Line(_)
        | Resource::Sysctl(_)
        | Resource::User(_)
        | Resource::Group(_) => true,
        Resource::Service(_)
        | Resource::Registry(_)
        | Resource::Feature(_)
        | Resource::ScheduledTask(_)
        | Resource::Defaults(_) => false,
    })
}

/// Who looks and sets, and where.
pub struct Shift<'a, 'w> {
    /// What is kept.
    pub settings: &'a mut Settings,
    /// The computer.
    pub platform: &'a dyn Platform,
    /// The files of the repository.
    pub blobs: &'a Blobs,
    /// Starts the system's own programs.
    pub runner: &'a Runner,
    /// The run's marker.
    pub marker: &'a str,
    /// When it must be over.
    pub deadline: Instant,
    /// Who watches.
    pub watch: &'a mut Watch<'w>,
}

/// What came of a list of resources.
#[derive(Debug)]
pub struct Outcome {
    /// Whether nothing was, or is, to be changed; a message where that cannot be said.
    pub settled: Result<bool, String>,
    /// What would change or has changed, one thing a line, bounded.
    pub changes: String,
}

/// Why a resource can be neither judged nor put right.
#[derive(Debug, thiserror::Error)]
pub(crate) enum Fault {
    /// A file operation.
    #[error(transparent)]
    Disk(#[from] DiskError),
    /// A file of the repository.
    #[error(transparent)]
    Blob(#[from] BlobError),
    /// A path that is not gone along.
    #[error("{path}: {why}")]
    Refused {
        /// Which.
        path: String,
        /// Why.
        why: &'static str,
    },
    /// A kind of another system.
    #[error("{0} is set on {1} only")]
    OnlyOn(&'static str, &'static str),
    /// Anything else, for people.
    #[error("{0}")]
    Failed(String),
    /// The session is stopped.
    #[error("cancelled")]
    Stopped,
}

impl Fault {
    fn refused(path: &str, why: &'static str) -> Self {
        Self::Refused { path: path.to_owned(), why }
    }
}

/// What is to be changed of one resource, one thing an entry.
type Changes = Vec<String>;

impl Shift<'_, '_> {
    /// Finds out, without changing anything, what would change.
    pub fn look(&mut self, all: &[Ensure]) -> Outcome {
        let mut fault = None;
        let mut kept = Kept::default();
        match Ground::new(self.platform.settings_root()) {
            Err(error) => fault = Some(crate::command::chain(&error)),
            Ok(ground) => {
                for one in all {
                    match self.one(&ground, one, Way::Look) {
                        Ok(changes) => kept.add(one, &changes, self.watch),
                        Err(why) => {
                            let why = format!("{}: {}", title(one), crate::command::chain(&why));
                            kept.say(&why, self.watch);
                            fault.get_or_insert(why);
                        }
                    }
                }
            }
        }
        let settled = fault.map_or_else(|| Ok(kept.count == 0), Err);
        Outcome { settled, changes: kept.text() }
    }

    /// Puts right what is not as it should be, in the order of the list, up to
    /// the first that cannot be.
    pub fn set(&mut self, all: &[Ensure]) -> Outcome {
        let mut kept = Kept::default();
        let ground = match Ground::new(self.platform.settings_root()) {
            Ok(ground) => ground,
            Err(error) => {
                let why = crate::command::chain(&error);
                return Outcome { settled: Err(why), changes: String::new() };
            }
        };
        for one in all {
            let done = self.pause().and_then(|()| self.one(&ground, one, Way::Set));
            match done {
                Ok(changes) => kept.add(one, &changes, self.watch),
                Err(why) => {
                    let why = format!("{}: {}", title(one), crate::command::chain(&why));
                    kept.say(&why, self.watch);
                    return Outcome { settled: Err(why), changes: kept.text() };
                }
            }
        }
        Outcome { settled: Ok(kept.count == 0), changes: kept.text() }
    }

    /// Whether it was stopped, or its time is up, between two resources.
    fn pause(&self) -> Result<(), Fault> {
        if self.watch.stop.is_requested(self.watch.session) {
            return Err(Fault::Stopped);
        }
        if Instant::now() >= self.deadline {
            return Err(Fault::Failed("the time was up before it was reached".to_owned()));
        }
        Ok(())
    }

    fn one(&mut self, ground: &Ground, one: &Ensure, way: Way) -> Result<Changes, Fault> {
        let present = one.present;
        match &one.resource {
            Resource::File(file) => self.file(ground, file, present, way),
            Resource::Directory(directory) => self.directory(ground, directory, present, way),
            Resource::Line(line) => self.line(ground, line, present, way),
            Resource::Sysctl(sysctl) => self.sysctl(ground, sysctl, present, way),
            Resource::User(user) => self.user(ground, user, present, way),
            Resource::Group(group) => self.group(ground, group, present, way),
            Resource::Service(service) => self.service(ground, service, present, way),
            Resource::Registry(_)
            | Resource::Feature(_)
            | Resource::ScheduledTask(_)
            | Resource::Defaults(_) => match way {
                Way::Look => self.platform.look_at_setting(one),
                Way::Set => self.platform.set_setting(one),
            }
            .map_err(|system| Fault::OnlyOn(one.resource.word(), system.0)),
        }
    }

    /// The accounts of this computer, read once until something is started.
    fn accounts(&mut self, ground: &Ground) -> Result<&Accounts, Fault> {
        if self.settings.accounts.is_none() {
            self.settings.accounts = Some(Accounts::read(ground)?);
        }
        Ok(self.settings.accounts.as_ref().expect("it was just put there"))
    }
}

/// Whether something is only looked at, or put right.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Way {
    Look,
    Set,
}

/// What a resource is called where it is told about.
fn title(one: &Ensure) -> String {
    let name = match &one.resource {
        Resource::Registry(one) => &one.key,
        Resource::File(one) => &one.path,
        Resource::Directory(one) => &one.path,
        Resource::Line(one) => &one.path,
        Resource::Service(one) => &one.name,
        Resource::Feature(name) => name,
        Resource::ScheduledTask(one) => &one.name,
        Resource::Group(one) => &one.name,
        Resource::User(one) => &one.name,
        Resource::Sysctl(one) => &one.key,
        Resource::Defaults(one) => &one.domain,
    };
    format!("{} {name}", one.resource.word())
}

/// The lines so far, bounded, told as they come.
#[derive(Default)]
struct Kept {
    lines: Option<Bounded>,
    count: usize,
}

impl Kept {
    fn add(&mut self, one: &Ensure, changes: &[String], watch: &mut Watch<'_>) {
        for change in changes {
            self.say(&format!("{}: {change}", title(one)), watch);
        }
        self.count += changes.len();
    }

    fn say(&mut self, text: &str, watch: &mut Watch<'_>) {
        let line = format!("{text}\n");
        (watch.printed)(line.as_bytes());
        self.lines.get_or_insert_with(|| Bounded::new(LIMIT)).push(line.as_bytes());
    }

    fn text(&self) -> String {
        self.lines.as_ref().map(|lines| lines.text().trim_end().to_owned()).unwrap_or_default()
    }
}

/// The system that a path's root stands for: the computer itself, or a folder that a test lays out.
fn is_computer(root: &Path) -> bool {
    root == Path::new("/")
}
