//! The words of the language in messages.

use ordain_core::item::{Act, Phase, Reason};
use ordain_core::order::{
    Dealing, Form, Interpreter, Keeping, OnBusy, OnTimeout, PackageManager, Pending, RegistryType,
    Relation, RunContext, ServiceStart, Stay, TriggerEvent, VersionScheme, Weekday, WorkPhase,
};

use super::Problem;

/// An enumeration whose members travel as words.
pub(super) trait Word: Copy + 'static {
    /// What the word says, for errors.
    const WHAT: &'static str;
    /// Every member.
    const MEMBERS: &'static [Self];

    fn word(self) -> &'static str;

    fn read(word: &str) -> Result<Self, Problem> {
        let found = Self::MEMBERS.iter().find(|each| each.word() == word);
        found.copied().ok_or_else(|| Problem::Word {
            what: Self::WHAT,
            word: word.chars().take(64).collect(),
        })
    }
}

macro_rules! of_the_core {
    ($($name:ident: $what:literal,)+) => {$(
        impl Word for $name {
            const WHAT: &'static str = $what;
            const MEMBERS: &'static [Self] = Self::ALL;
            fn word(self) -> &'static str {
                $name::word(self)
            }
        }
    )+};
}

macro_rules! spelled_here {
    ($($name:ident: $what:literal { $($member:ident = $word:literal,)+ })+) => {$(
        impl Word for $name {
            const WHAT: &'static str = $what;
            const MEMBERS: &'static [Self] = &[$(Self::$member,)+];
            fn word(self) -> &'static str {
                match self { $(Self::$member => $word,)+ }
            }
        }
    )+};
}

of_the_core! {
    Act: "action",
    Reason: "reason",
    Phase: "phase",
    WorkPhase: "phase of work",
    Pending: "reason to wait",
    Dealing: "dealing",
    Form: "form",
    Keeping: "keeping",
    Stay: "reason not to restart",
}

spelled_here! {
    Interpreter: "interpreter" {
        Sh = "sh",
        Bash = "bash",
        Powershell = "powershell",
        Pwsh = "pwsh",
        Cmd = "cmd",
        Python3 = "python3",
    }
    PackageManager: "package manager" {
        Dpkg = "dpkg",
        Rpm = "rpm",
        Apk = "apk",
        Brew = "brew",
        Winget = "winget",
        Choco = "choco",
        Pkgutil = "pkgutil",
    }
    RunContext: "context" {
        System = "system",
        User = "user",
        Metascript = "metascript",
        Cloud = "cloud",
    }
    OnTimeout: "answer to silence" {
        Reboot = "reboot",
        Suppress = "suppress",
        Fail = "fail",
    }
    OnBusy: "answer to a busy program" {
        Postpone = "postpone",
        Prompt = "prompt",
        Kill = "kill",
    }
    VersionScheme: "version scheme" {
        Auto = "auto",
        Segments = "segments",
        Semver = "semver",
        Dpkg = "dpkg",
        Rpm = "rpm",
        Apk = "apk",
    }
    RegistryType: "type of the registry" {
        String = "string",
        Expand = "expand",
        Multi = "multi",
        Dword = "dword",
        Qword = "qword",
        Binary = "binary",
    }
    ServiceStart: "start of a service" {
        Automatic = "automatic",
        Manual = "manual",
        Disabled = "disabled",
    }
    TriggerEvent: "event" {
        Startup = "startup",
        Logon = "logon",
    }
    Weekday: "day of the week" {
        Mon = "mon",
        Tue = "tue",
        Wed = "wed",
        Thu = "thu",
        Fri = "fri",
        Sat = "sat",
        Sun = "sun",
    }
    Relation: "relation" {
        Equal = "equal",
        AtLeast = "at-least",
        AtMost = "at-most",
    }
}

/// Reads a word that the core keeps as a static text.
pub(super) fn one_of(
    what: &'static str,
    known: &[&'static str],
    word: &str,
) -> Result<&'static str, Problem> {
    let found = known.iter().find(|each| **each == word);
    found.copied().ok_or_else(|| Problem::Word { what, word: word.chars().take(64).collect() })
}
