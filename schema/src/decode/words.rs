//! Reading enumerations: one table of words for each.

use super::{Decode, Faults, Input};
use crate::document::{
    Arch, Chassis, ControllerFact, DeploymentState, DomainRole, Effect, Enforcement, Interpreter,
    Keep, LicenceNeed, ObjectFormat, Offline, OnBusy, OnTimeout, OnUnmatch, OnlyChassis, OnlyKind,
    OnlyRole, OrderAt, OsFamily, OutputType, Override, PackageManager, ParameterType, Presence,
    RegistryContext, RegistryType, RepairStrategy, RunContext, RunsOn, ServiceStart, SessionKind,
    TenantMode, TriggerEvent, UpgradeStrategy, Users, VersionScheme, Visibility, Weekday,
};

/// The words of an enumeration, each with what it stands for.
pub(super) trait Words: Sized + 'static {
    /// The words, in the order of the documentation.
    const WORDS: &'static [&'static str];
    /// What they stand for, in the same order.
    const VALUES: &'static [Self];
}

macro_rules! words {
    ($($type:ident { $($word:literal => $variant:ident),+ $(,)? })+) => {
        $(impl Words for $type {
            const WORDS: &'static [&'static str] = &[$($word),+];
            const VALUES: &'static [Self] = &[$(Self::$variant),+];
        }

        impl Decode for $type {
            fn decode(input: Input<'_, '_>, faults: &mut Faults) -> Option<Self> {
                word(input, faults)
            }
        })+
    };
}

/// Reads a word. Words are taken as they stand in the text, so that `no` is one.
fn word<T: Words + Copy>(input: Input<'_, '_>, faults: &mut Faults) -> Option<T> {
    let index = input.raw().and_then(|text| T::WORDS.iter().position(|word| *word == text));
    if index.is_none() {
        faults.bad_word(input, T::WORDS);
    }
    T::VALUES.get(index?).copied()
}

words! {
    Arch { "x64" => X64, "x86" => X86, "arm64" => Arm64 }
    Chassis { "desktop" => Desktop, "portable" => Portable, "server" => Server, "unknown" => Unknown }
    ControllerFact {
        "product" => Product, "agreement" => Agreement, "directoryGroup" => DirectoryGroup,
        "deviceGroup" => DeviceGroup, "filterScript" => FilterScript,
        "inventoryTag" => InventoryTag, "approval" => Approval,
    }
    DeploymentState {
        "installed" => Installed, "absent" => Absent, "update-if-found" => UpdateIfFound,
        "ignored" => Ignored, "enforce" => Enforce, "audit" => Audit, "monitor" => Monitor,
    }
    DomainRole {
        "standalone" => Standalone, "member" => Member, "dc" => Dc, "primary-dc" => PrimaryDc,
    }
    Effect { "allow" => Allow, "deny" => Deny }
    Enforcement {
        "required" => Required, "onboarding" => Onboarding, "ad-hoc" => AdHoc, "optional" => Optional,
    }
    Interpreter {
        "sh" => Sh, "bash" => Bash, "powershell" => Powershell, "pwsh" => Pwsh, "cmd" => Cmd,
        "python3" => Python3,
    }
    Keep { "latest" => Latest, "history" => History }
    LicenceNeed { "none" => None, "optional" => Optional, "required" => Required }
    ObjectFormat { "sha1" => Sha1, "sha256" => Sha256 }
    OnBusy { "postpone" => Postpone, "prompt" => Prompt, "kill" => Kill }
    Offline { "skip" => Skip, "on-connect" => OnConnect }
    OnTimeout { "reboot" => Reboot, "suppress" => Suppress, "fail" => Fail }
    OnUnmatch { "leave" => Leave, "remove" => Remove }
    OnlyChassis { "desktop" => Desktop, "portable" => Portable, "server" => Server }
    OnlyKind {
        "workstations" => Workstations, "portables" => Portables,
        "workstations-and-portables" => WorkstationsAndPortables, "servers" => Servers,
        "domain-controllers" => DomainControllers,
        "primary-domain-controllers" => PrimaryDomainControllers,
    }
    OnlyRole {
        "domain-controllers" => DomainControllers,
        "primary-domain-controllers" => PrimaryDomainControllers,
    }
    OrderAt { "first" => First, "last" => Last }
    OsFamily { "windows" => Windows, "macos" => Macos, "linux" => Linux }
    OutputType { "string" => String, "secret" => Secret }
    Override { "no" => No, "allow" => Allow, "require" => Require }
    PackageManager {
        "dpkg" => Dpkg, "rpm" => Rpm, "apk" => Apk, "brew" => Brew, "winget" => Winget,
        "choco" => Choco, "pkgutil" => Pkgutil,
    }
    ParameterType {
        "string" => String, "integer" => Integer, "number" => Number, "boolean" => Boolean,
        "select" => Select, "secret" => Secret, "file" => File, "uri" => Uri, "map" => Map,
    }
    Presence { "installed" => Installed, "absent" => Absent }
    RegistryContext { "machine" => Machine, "user" => User }
    RegistryType {
        "string" => String, "expand" => Expand, "multi" => Multi, "dword" => Dword,
        "qword" => Qword, "binary" => Binary,
    }
    RepairStrategy {
        "uninstall-install" => UninstallInstall, "install-over" => InstallOver, "script" => Script,
        "none" => None,
    }
    RunContext { "system" => System, "user" => User, "metascript" => Metascript, "cloud" => Cloud }
    RunsOn { "computer" => Computer, "tenant" => Tenant, "person" => Person }
    ServiceStart { "automatic" => Automatic, "manual" => Manual, "disabled" => Disabled }
    SessionKind {
        "maintenance" => Maintenance, "item" => Item, "onboarding" => Onboarding,
        "detection-only" => DetectionOnly, "resolution-only" => ResolutionOnly,
        "inventory-only" => InventoryOnly, "download-only" => DownloadOnly, "repair" => Repair,
    }
    TenantMode { "enforce" => Enforce, "observe" => Observe }
    TriggerEvent { "startup" => Startup, "logon" => Logon }
    UpgradeStrategy {
        "install-over" => InstallOver, "uninstall-install" => UninstallInstall,
        "upgrade-script" => UpgradeScript, "none" => None,
    }
    Users { "each" => Each, "primary" => Primary }
    VersionScheme {
        "auto" => Auto, "segments" => Segments, "semver" => Semver, "dpkg" => Dpkg, "rpm" => Rpm,
        "apk" => Apk,
    }
    Visibility { "technician-tools" => TechnicianTools, "self-service" => SelfService }
    Weekday {
        "MON" => Mon, "TUE" => Tue, "WED" => Wed, "THU" => Thu, "FRI" => Fri, "SAT" => Sat,
        "SUN" => Sun,
    }
}
