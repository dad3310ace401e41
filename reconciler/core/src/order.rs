//! What travels to an agent: complete, so that nothing is left to choose.
//!
//! An order either asks for detections or carries a session's whole remaining
//! plan as [`Step`]s. [`crate::execute`] walks the steps; the agent's runner
//! carries out each [`Work`]. `ordain-wire` owns the messages of the same
//! shape.

pub mod ensure;
mod gate;
mod hidden;
mod installer;
mod reboot;

use std::sync::Arc;

pub use ensure::{
    Content, Defaults, Directory, Ensure, Group, Line, Registry, RegistryType, Resource,
    ScheduledTask, Service, ServiceStart, Sysctl, Trigger, TriggerEvent, User, Weekday,
};
pub use gate::{Gate, Hold, Holding, Stretch};
pub use hidden::{Argument, Dealing, Form, Hidden, HiddenVariable, Keeping, Made, Output, Secret};
pub use installer::{Artifact, CloseFirst, Installer, Needs, OnBusy};
pub use jiff::Timestamp;
pub use ordain_schema::document::{
    Interpreter, OnTimeout, PackageManager, RunContext, VersionScheme,
};
pub use reboot::{Ask, Barred, Reboot, Restarts, Stay};

use crate::item::{Act, Item, Phase, Reason};

/// What an agent is asked to do.
#[derive(Debug, Clone, PartialEq)]
pub enum Task {
    /// Find out, read-only.
    Detect(Vec<Check>),
    /// Carry out.
    Execute {
        /// In this order.
        steps: Vec<Step>,
        /// With these restarts around them.
        restarts: Restarts,
    },
}

/// One item to find out about.
#[derive(Debug, Clone, PartialEq)]
pub struct Check {
    /// The item.
    pub item: Item,
    /// How.
    pub how: CheckHow,
}

/// How to find out about an item.
#[derive(Debug, Clone, PartialEq)]
#[expect(clippy::large_enum_variant, reason = "some hundreds of them live as long as one order")]
pub enum CheckHow {
    /// Software: its version, and where it is there, its test.
    Software {
        /// How to find the version.
        probe: Probe,
        /// Whether it works; run only where it is there.
        test: Option<Run>,
        /// Whose versions are to be found out too, where newer ones come from a package manager.
        offered: Option<Offer>,
    },
    /// A task's test: true or false.
    Test(Run),
    /// A task's `get`: the output is stored.
    Get(Run),
}

/// A package of which the package manager knows versions.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Offer {
    /// Which manager.
    pub manager: PackageManager,
    /// The package's name there.
    pub name: String,
}

/// What was found out about an item.
#[derive(Debug, Clone, PartialEq)]
pub struct Finding {
    /// The item.
    pub item: Item,
    /// What was found.
    pub found: Found,
}

/// What was found out.
#[derive(Debug, Clone, PartialEq)]
pub enum Found {
    /// Software: the version, none for not installed, and the answer of its test.
    Software {
        /// The version as detected.
        version: Option<String>,
        /// The answer of its test, where it was run.
        test: Option<bool>,
        /// The versions that the package manager offers, newest first; none
        /// where nobody asked or where that could not be found out.
        offered: Option<Vec<String>>,
    },
    /// The answer of a task's test.
    Answer {
        /// The answer.
        answer: bool,
        /// What would change, one thing a line, bounded; empty where that is not known.
        changes: String,
    },
    /// The output of a task's `get`, bounded.
    Output(String),
    /// Finding out waits for something; nothing is known, and nothing failed.
    Pending(Pending),
    /// Finding out failed; the message is for people.
    Failed(String),
}

crate::item::words! {
    /// What an item waits for on its computer; it has not failed.
    Pending {
        /// Who it runs for is not logged on.
        LoggedOn = "logged-on",
        /// A program that must not run meanwhile is running.
        Busy = "busy",
    }
}

/// One action, lowered to what an agent does. Never built for an action
/// `none`, except where an item is known to fail, so that its dependants do.
#[derive(Debug, Clone, PartialEq)]
pub struct Step {
    /// The item.
    pub item: Item,
    /// What is done to it.
    pub act: Act,
    /// Why.
    pub reason: Reason,
    /// The detected version.
    pub from: Option<String>,
    /// The version it is brought to.
    pub to: Option<String>,
    /// The part of the session.
    pub phase: Phase,
    /// Direct prerequisites that stand in the plan: this step runs only where none of them failed.
    pub waits_for: Vec<Item>,
    /// How often it is tried, at least 1.
    pub attempts: u32,
    /// When it may start; at any time where none.
    pub gate: Option<Gate>,
    /// What is done, in this order; each must succeed.
    pub works: Vec<Work>,
}

/// One piece of work of a step.
#[derive(Debug, Clone, PartialEq)]
pub struct Work {
    /// Its name in logs.
    pub phase: WorkPhase,
    /// What runs.
    pub what: What,
    /// What must come of it.
    pub expect: Expect,
}

crate::item::words! {
    /// The phases of an attempt.
    WorkPhase {
        /// Finding the version.
        Detect = "detect",
        /// Fetching artifacts.
        Download = "download",
        /// Installing, updating or repairing.
        Install = "install",
        /// Removing.
        Uninstall = "uninstall",
        /// After an install or uninstall.
        Post = "post",
        /// Asking whether all is well.
        Test = "test",
        /// Reading a value.
        Get = "get",
        /// Putting right.
        Set = "set",
    }
}

/// What runs.
#[derive(Debug, Clone, PartialEq)]
pub enum What {
    /// Looks for a version.
    Probe(Probe),
    /// Runs a script or built-in.
    Run(Run),
    /// Fetches files, which are kept by their hash.
    Fetch(Vec<Artifact>),
    /// Restarts the computer, and goes on afterwards.
    Reboot(Reboot),
}

/// What must come of a piece of work for the step to go on.
#[derive(Debug, Clone, PartialEq)]
pub enum Expect {
    /// It succeeded.
    Success,
    /// Something is detected.
    Present,
    /// Nothing is detected.
    Absent,
    /// A version equal to this is detected.
    Version {
        /// How the detected version stands to the wished one.
        relation: Relation,
        /// The wished version.
        version: String,
        /// How they compare.
        scheme: VersionScheme,
    },
    /// The answer is true.
    True,
    /// The answer is false.
    False,
    /// Whatever the answer: true ends the step as passed at once, false goes on.
    TrueEndsStep,
}

/// How a detected version stands to a wished one.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Relation {
    /// Equal.
    Equal,
    /// Equal or newer.
    AtLeast,
    /// Equal or older.
    AtMost,
}

/// How to find a version.
#[derive(Debug, Clone, PartialEq)]
pub enum Probe {
    /// A package manager's database, read without starting a process where the platform allows.
    Package {
        /// Which one.
        manager: PackageManager,
        /// The package's name there.
        name: String,
    },
    /// A file.
    File {
        /// Its absolute path.
        path: String,
        /// How it tells its version; without one, a file that is there has the version `0`.
        version: FileVersion,
    },
    /// A program's output.
    Command {
        /// The command line, split at blanks, without a shell.
        run: String,
        /// What to look for; a group named `version`, else the whole match.
        version: String,
    },
    /// A script that prints the version, or nothing.
    Script(Run),
    /// Windows' uninstall keys: a part of the display name.
    RegistryContains {
        /// The part, case aside.
        contains: String,
        /// Of the users instead of the machine.
        user: bool,
    },
    /// Windows' uninstall keys: a regex over the display name.
    RegistryRegex {
        /// The regex.
        regex: String,
        /// Of the users instead of the machine.
        user: bool,
    },
    /// The Windows installer's upgrade code.
    UpgradeCode(String),
    /// The Windows installer's product code.
    ProductCode(String),
}

/// How a file tells its version.
#[derive(Debug, Clone, PartialEq)]
pub enum FileVersion {
    /// Not at all.
    None,
    /// From its own version resource.
    Own,
    /// The first match of this in its content.
    Regex(String),
}

/// Something that runs in a process of its own, or that the agent does itself.
#[derive(Debug, Clone, PartialEq)]
pub struct Run {
    /// What.
    pub what: RunWhat,
    /// As whom.
    pub context: RunContext,
    /// For whom in the user context; for who is at the screen where none.
    pub users: Option<Audience>,
    /// After how many seconds the whole process tree is killed.
    pub timeout_seconds: u64,
    /// Exit codes that mean success.
    pub success_codes: Vec<i32>,
    /// Exit codes that mean success and a reboot.
    pub reboot_codes: Vec<i32>,
    /// Further environment variables, as `ORDAIN_…`; sorted by name.
    pub environment: Vec<(String, String)>,
    /// What stands on standard input: the parameters as one JSON object.
    pub input: Option<Arc<str>>,
    /// What must be at hand, or out of the way, before; for most nothing.
    pub needs: Option<Box<Needs>>,
    /// What no order may hold; for most nothing.
    pub hidden: Option<Box<Hidden>>,
}

/// For whom something runs in the user context.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Audience {
    /// Everybody who is logged on, one after the other.
    Each,
    /// The computer's primary person, by UPN in lower case; none where nobody is known.
    Primary(Option<String>),
}

/// A file of the commit.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct File {
    /// Its path from the repository's root.
    pub path: String,
    /// Its blob's object id in hexadecimal.
    pub blob: String,
}

/// What runs in a process of its own, or what the agent does itself.
#[derive(Debug, Clone, PartialEq)]
pub enum RunWhat {
    /// A script, by the object id of its blob.
    Script {
        /// The blob's object id in hexadecimal; the agent recomputes it before it runs the script.
        blob: String,
        /// Its path from the repository's root, for logs and its ending.
        path: String,
        /// What interprets it.
        interpreter: Interpreter,
        /// `get`, `set` or `test` where one script serves all three.
        method: Option<&'static str>,
        /// Files of `lib/` that stand beside it under their paths; sorted by path.
        library: Vec<File>,
    },
    /// Installs or removes a package.
    Package {
        /// Which manager.
        manager: PackageManager,
        /// The package's name there.
        name: String,
        /// The version to ask for.
        version: Option<String>,
        /// Removes instead of installing.
        remove: bool,
    },
    /// Settings without scripts: found out about where the run looks, put right where it changes.
    Ensure(Vec<Ensure>),
    /// An installer of the platform.
    Installer(Installer),
}

impl RunWhat {
    /// The files of the repository that it needs, by their object ids.
    pub fn blobs(&self) -> Vec<&str> {
        match self {
            Self::Script { blob, library, .. } => {
                let files = library.iter().map(|file| file.blob.as_str());
                files.chain([blob.as_str()]).collect()
            }
            Self::Ensure(all) => {
                let contents = all.iter().filter_map(|one| match &one.resource {
                    Resource::File(file) => file.content.as_ref(),
                    _ => None,
                });
                let blobs = contents.filter_map(|content| match content {
                    Content::Blob { blob, path: _ } => Some(blob.as_str()),
                    Content::Text(_) => None,
                });
                blobs.collect()
            }
            Self::Package { .. } | Self::Installer(_) => Vec::new(),
        }
    }
}
