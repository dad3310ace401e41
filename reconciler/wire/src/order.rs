//! Orders in transit: what `ordain_core::order` says, as JSON.
//!
//! Owns shapes only. Words are kept as text here and judged in
//! [`crate::convert`], so that an unknown word gets an error that names it.
//! How the shapes that orders are full of are read from text without a copy
//! stands in [`crate::fields`].

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::ensure::EnsureSpec;
use crate::fields::{FileVersionFields, HowFields, ProbeFields};
use crate::gate::GateSpec;
use crate::hidden::HiddenSpec;
use crate::installer::{ArtifactSpec, InstallerSpec, NeedsSpec};

/// One item to find out about.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct CheckSpec {
    /// `software/NAME`, `task/NAME` or `task/NAME#INSTANCE`.
    pub item: String,
    /// How.
    pub how: CheckHowSpec,
}

/// How to find out about an item.
#[expect(clippy::large_enum_variant, reason = "software is by far the most frequent")]
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(tag = "type", rename_all = "kebab-case", rename_all_fields = "camelCase")]
#[serde(try_from = "HowFields")]
pub enum CheckHowSpec {
    /// Software: its version, and where it is there, its test.
    Software {
        /// How to find the version.
        probe: ProbeSpec,
        /// Whether it works.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        test: Option<RunSpec>,
        /// Whose versions are to be found out too.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        offered: Option<OfferSpec>,
    },
    /// A task's test.
    Test {
        /// What runs.
        run: RunSpec,
    },
    /// A task's `get`.
    Get {
        /// What runs.
        run: RunSpec,
    },
}

/// A package of which the package manager knows versions.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct OfferSpec {
    /// The manager's word.
    pub manager: String,
    /// The package's name there.
    pub name: String,
}

/// One action of a plan, complete.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct StepSpec {
    /// The item.
    pub item: String,
    /// The action's word.
    pub act: String,
    /// The reason's word.
    pub reason: String,
    /// The detected version.
    pub from: Option<String>,
    /// The version it is brought to.
    pub to: Option<String>,
    /// `onboarding` or `main`.
    pub phase: String,
    /// Direct prerequisites that stand in the plan.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub waits_for: Vec<String>,
    /// How often it is tried, at least 1.
    pub attempts: u32,
    /// When it may start; at any time without one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub gate: Option<GateSpec>,
    /// What is done, in this order; empty where the item is known to fail.
    pub works: Vec<WorkSpec>,
}

/// One piece of work of a step.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct WorkSpec {
    /// The phase's word.
    pub phase: String,
    /// What runs.
    pub what: WhatSpec,
    /// What must come of it.
    pub expect: ExpectSpec,
}

/// What runs.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(tag = "type", rename_all = "kebab-case", rename_all_fields = "camelCase")]
pub enum WhatSpec {
    /// Looks for a version.
    Probe {
        /// How.
        probe: ProbeSpec,
    },
    /// Runs a script or built-in.
    Run {
        /// Which.
        run: RunSpec,
    },
    /// Fetches files, which are kept by their hash.
    Fetch {
        /// Which.
        artifacts: Vec<ArtifactSpec>,
    },
    /// Restarts the computer.
    Reboot(RebootSpec),
}

/// One restart of the computer.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct RebootSpec {
    /// Only where the system says that one is pending.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub only_pending: bool,
    /// Whom to ask before.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub ask: Option<AskSpec>,
    /// When it must not happen.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub barred: Vec<BarredSpec>,
}

/// Asking who is logged on.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct AskSpec {
    /// How many seconds an answer may take.
    pub seconds: u64,
    /// The word for what happens without one.
    pub on_timeout: String,
}

/// A stretch of time, in milliseconds since the epoch.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct BarredSpec {
    /// Its first.
    pub from: i64,
    /// The first behind it; none where it never ends.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub until: Option<i64>,
}

/// The restarts around an execution.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct RestartsSpec {
    /// Before the first step.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub start: Option<RebootSpec>,
    /// After the last step.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub end: Option<RebootSpec>,
}

impl RestartsSpec {
    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.start.is_none() && self.end.is_none()
    }
}

/// What must come of a piece of work.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(tag = "type", rename_all = "kebab-case", rename_all_fields = "camelCase")]
pub enum ExpectSpec {
    /// It succeeded.
    Success,
    /// Something is detected.
    Present,
    /// Nothing is detected.
    Absent,
    /// A version is detected that stands so to the wished one.
    Version {
        /// `equal`, `at-least` or `at-most`.
        relation: String,
        /// The wished version.
        version: String,
        /// The scheme's word, never `auto`.
        scheme: String,
    },
    /// The answer is true.
    True,
    /// The answer is false.
    False,
    /// True ends the step as passed, false goes on.
    TrueEndsStep,
}

/// How to find a version.
#[expect(
    clippy::large_enum_variant,
    reason = "an order holds some hundreds, most of them short-lived"
)]
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(tag = "type", rename_all = "kebab-case", rename_all_fields = "camelCase")]
#[serde(try_from = "ProbeFields")]
pub enum ProbeSpec {
    /// A package manager's database.
    Package {
        /// The manager's word.
        manager: String,
        /// The package's name there.
        name: String,
    },
    /// A file.
    File {
        /// Its absolute path.
        path: String,
        /// How it tells its version.
        version: FileVersionSpec,
    },
    /// A program's output.
    Command {
        /// The command line, split at blanks, without a shell.
        run: String,
        /// What to look for in the output.
        version: String,
    },
    /// A script that prints the version, or nothing.
    Script {
        /// Which.
        run: RunSpec,
    },
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
    UpgradeCode {
        /// The code.
        code: String,
    },
    /// The Windows installer's product code.
    ProductCode {
        /// The code.
        code: String,
    },
}

/// How a file tells its version.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "type", rename_all = "kebab-case", rename_all_fields = "camelCase")]
#[serde(try_from = "FileVersionFields")]
pub enum FileVersionSpec {
    /// Not at all.
    None,
    /// From its own version resource.
    Own,
    /// The first match in its content.
    Regex {
        /// The regex.
        regex: String,
    },
}

/// Something that runs in a process of its own.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct RunSpec {
    /// What.
    pub what: RunWhatSpec,
    /// The context's word: as whom.
    pub context: String,
    /// For whom in the user context.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub users: Option<AudienceSpec>,
    /// After how many seconds the whole process tree is killed, at least 1.
    pub timeout_seconds: u64,
    /// Exit codes that mean success.
    pub success_codes: Vec<i32>,
    /// Exit codes that mean success and a reboot.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub reboot_codes: Vec<i32>,
    /// Further environment variables.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub environment: BTreeMap<String, String>,
    /// What stands on standard input.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub input: Option<String>,
    /// What must be at hand, or out of the way, before.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub needs: Option<Box<NeedsSpec>>,
    /// What no order may hold.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub hidden: Option<Box<HiddenSpec>>,
}

/// For whom something runs in the user context.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "type", rename_all = "kebab-case", rename_all_fields = "camelCase")]
pub enum AudienceSpec {
    /// Everybody who is logged on.
    Each,
    /// The computer's primary person.
    Primary {
        /// The UPN in lower case; none where nobody is known.
        person: Option<String>,
    },
}

/// A file of the commit.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct FileSpec {
    /// Its path from the repository's root.
    pub path: String,
    /// Its blob's object id in hexadecimal.
    pub blob: String,
}

/// What runs in a process of its own.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(tag = "type", rename_all = "kebab-case", rename_all_fields = "camelCase")]
pub enum RunWhatSpec {
    /// A script, by the object id of its blob.
    Script {
        /// The blob's object id in hexadecimal.
        blob: String,
        /// Its path from the repository's root.
        path: String,
        /// The interpreter's word.
        interpreter: String,
        /// `get`, `set` or `test` where one script serves all three.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        method: Option<String>,
        /// Files of `lib/` that stand beside it under their paths.
        #[serde(default, skip_serializing_if = "Vec::is_empty")]
        library: Vec<FileSpec>,
    },
    /// Installs or removes a package.
    Package {
        /// The manager's word.
        manager: String,
        /// The package's name there.
        name: String,
        /// The version to ask for.
        version: Option<String>,
        /// Removes instead of installing.
        remove: bool,
    },
    /// Settings without scripts, which the agent carries out itself.
    Ensure {
        /// All of them.
        resources: Vec<EnsureSpec>,
    },
    /// An installer of the platform.
    Installer {
        /// Which.
        installer: InstallerSpec,
    },
}
