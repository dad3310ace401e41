//! What is maintained, and what can be done to it: the words of a plan.

use std::fmt;
use std::str::FromStr;
use std::sync::Arc;

/// A maintenance item: its identity is type, name and instance.
///
/// Orders bytewise by its written form, which is the plan's last tie-breaker.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub enum Item {
    /// `software/NAME`.
    Software(Arc<str>),
    /// `task/NAME` or `task/NAME#INSTANCE`.
    Task {
        /// The task's name.
        name: Arc<str>,
        /// Tells several uses on one computer apart.
        instance: Option<Arc<str>>,
    },
}

impl Item {
    /// The software of that name.
    pub fn software(name: &str) -> Self {
        Self::Software(name.into())
    }

    /// The task of that name, without an instance.
    pub fn task(name: &str) -> Self {
        Self::Task { name: name.into(), instance: None }
    }

    /// The name without type and instance.
    pub fn name(&self) -> &str {
        match self {
            Self::Software(name) | Self::Task { name, .. } => name,
        }
    }

    /// Whether it is software.
    pub fn is_software(&self) -> bool {
        matches!(self, Self::Software(_))
    }
}

impl fmt::Display for Item {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Software(name) => write!(f, "software/{name}"),
            Self::Task { name, instance: None } => write!(f, "task/{name}"),
            Self::Task { name, instance: Some(instance) } => write!(f, "task/{name}#{instance}"),
        }
    }
}

impl PartialOrd for Item {
    fn partial_cmp(&self, other: &Self) -> Option<std::cmp::Ordering> {
        Some(self.cmp(other))
    }
}

impl Ord for Item {
    fn cmp(&self, other: &Self) -> std::cmp::Ordering {
        fn parts(item: &Item) -> (u8, &str, Option<&str>) {
            match item {
                Item::Software(name) => (0, name, None),
                Item::Task { name, instance } => (1, name, instance.as_deref()),
            }
        }
        fn written<'a>(
            (_, name, instance): &(u8, &'a str, Option<&'a str>),
        ) -> impl Iterator<Item = u8> + use<'a> {
            let tail = instance.map(|i| std::iter::once(b'#').chain(i.bytes()));
            name.bytes().chain(tail.into_iter().flatten())
        }
        let (a, b) = (parts(self), parts(other));
        a.0.cmp(&b.0).then_with(|| written(&a).cmp(written(&b)))
    }
}

/// A text that names no item.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("`{0}` names no item: write software/NAME, task/NAME or task/NAME#INSTANCE")]
pub struct NoItem(pub String);

impl FromStr for Item {
    type Err = NoItem;

    fn from_str(text: &str) -> Result<Self, NoItem> {
        let bad = || NoItem(text.to_owned());
        let (kind, rest) = text.split_once('/').ok_or_else(bad)?;
        match (kind, rest.split_once('#')) {
            ("software", None) if !rest.is_empty() => Ok(Self::Software(rest.into())),
            ("task", None) if !rest.is_empty() => {
                Ok(Self::Task { name: rest.into(), instance: None })
            }
            ("task", Some((name, instance))) if !name.is_empty() && !instance.is_empty() => {
                Ok(Self::Task { name: name.into(), instance: Some(instance.into()) })
            }
            _ => Err(bad()),
        }
    }
}

macro_rules! words {
    ($(#[doc = $doc:literal])+ $name:ident { $($(#[doc = $vdoc:literal])+ $variant:ident = $word:literal,)+ }) => {
        $(#[doc = $doc])+
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub enum $name { $($(#[doc = $vdoc])+ $variant,)+ }

        impl $name {
            /// Every word, in the order of the page.
            pub const ALL: &[Self] = &[$(Self::$variant,)+];

            /// The word of the language.
            pub const fn word(self) -> &'static str {
                match self { $(Self::$variant => $word,)+ }
            }

            /// Reads the word of the language.
            pub fn from_word(word: &str) -> Option<Self> {
                Self::ALL.iter().copied().find(|each| each.word() == word)
            }
        }

        impl std::fmt::Display for $name {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                f.write_str(self.word())
            }
        }
    };
}
pub(crate) use words;

words! {
    /// What is done to an item.
    Act {
        /// Nothing.
        None = "none",
        /// It is not there and will be.
        Install = "install",
        /// To a newer version.
        Update = "update",
        /// To an older version.
        Downgrade = "downgrade",
        /// It is there and will not be.
        Uninstall = "uninstall",
        /// It is there and broken.
        Repair = "repair",
        /// A task is put right.
        Set = "set",
    }
}

words! {
    /// Why an action is what it is.
    Reason {
        /// Nothing of that software is there.
        SoftwareMissing = "software-missing",
        /// It is there and should not be.
        SoftwareDetected = "software-detected",
        /// A newer version is wished for.
        UpdateAvailable = "update-available",
        /// An older version is wished for.
        OlderVersionRequired = "older-version-required",
        /// What is there is what is wished for.
        UpToDate = "up-to-date",
        /// Its test fails.
        TestFailed = "test-failed",
        /// A task's test holds.
        Compliant = "compliant",
        /// A task's test does not hold.
        NotCompliant = "not-compliant",
        /// A task is only read.
        Monitored = "monitored",
        /// A person wants it left alone.
        Ignored = "ignored",
        /// Deployments contradict each other.
        Conflict = "conflict",
        /// It is not for this kind of computer.
        NotApplicable = "not-applicable",
        /// Only the controller knows what decides about it, and agents do not believe that.
        Unattested = "unattested",
        /// Not known yet.
        Unknown = "unknown",
        /// No version satisfies the wish.
        NoApplicableVersion = "no-applicable-version",
        /// A licence is needed and none is named.
        NoLicence = "no-licence",
        /// A required parameter has no value here.
        MissingValue = "missing-value",
        /// The software cannot be updated.
        UpgradeNotPossible = "upgrade-not-possible",
        /// Finding out failed.
        DetectionFailed = "detection-failed",
        /// A prerequisite failed.
        PrerequisiteFailed = "prerequisite-failed",
        /// A prerequisite is ignored and not met.
        PrerequisiteIgnored = "prerequisite-ignored",
        /// It needs a reboot, and reboots are suppressed.
        RebootsSuppressed = "reboots-suppressed",
        /// A window, a ring or business hours hold it back.
        Held = "held",
        /// This version of the program does not carry it out yet.
        NotExecutedYet = "not-executed-yet",
    }
}

impl Reason {
    /// Whether nothing of the item runs on the computer, its detection neither.
    pub fn leaves_alone(self) -> bool {
        matches!(self, Self::Ignored | Self::Conflict | Self::NotApplicable | Self::Unattested)
    }
}

words! {
    /// The part of a session to which an action belongs.
    Phase {
        /// Onboarding items and what they pull in.
        Onboarding = "onboarding",
        /// All else.
        Main = "main",
    }
}
