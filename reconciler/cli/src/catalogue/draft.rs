//! A piece of software as another catalogue describes it, in the words of the
//! language: what each foreign format is turned into, and all that is written.

use ordain_schema::document::Arch;

use super::yaml::Yaml;

/// A piece of software, before its prerequisites have their names.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Draft {
    /// Its identity in the other catalogue: `Google.Chrome`, `extras/vlc`.
    pub id: String,
    /// Its name in the repository.
    pub name: String,
    /// Who makes it.
    pub publisher: Option<String>,
    /// Where to read about it.
    pub homepage: Option<String>,
    /// What it is, in a line.
    pub description: Option<String>,
    /// The terms it comes under, as the catalogue writes them.
    pub licence: Option<String>,
    /// The systems it is for.
    pub platforms: Vec<Platform>,
    /// The value of `detect`.
    pub detect: Yaml,
    /// Its versions, the newest first.
    pub versions: Vec<Version>,
    /// The value of `install`.
    pub install: Yaml,
    /// The value of `uninstall`.
    pub uninstall: Option<Yaml>,
    /// Whether an update takes the old version off first.
    pub uninstalls_first: bool,
    /// What must be there before, by the other catalogue's identities.
    pub requires: Vec<Needed>,
    /// Where newer versions are looked for: a key of `source` and its value.
    pub source: Option<(&'static str, String)>,
    /// Files beside the document.
    pub files: Vec<(&'static str, String)>,
    /// Who does the work.
    pub way: Way,
    /// What the catalogue says and the document does not.
    pub left_out: Vec<LeftOut>,
}

/// One version of it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Version {
    /// As detection finds it.
    pub text: String,
    /// The files to fetch.
    pub artifacts: Vec<Artifact>,
    /// Its own install action, where it differs from the newest version's.
    pub install: Option<Yaml>,
}

/// A file to fetch, always pinned.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Artifact {
    /// Where it is.
    pub url: String,
    /// Its SHA-256 in lower case.
    pub sha256: String,
    /// What it is for; any where nothing is given.
    pub arch: Option<Arch>,
}

/// A system it is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Platform {
    /// The word of the operating system.
    pub os: &'static str,
    /// The architecture; any where nothing is given.
    pub arch: Option<Arch>,
}

/// Something that must be there before.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Needed {
    /// Its identity in the other catalogue.
    pub id: String,
    /// At least this version.
    pub at_least: Option<String>,
}

/// Who does the work of installing.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Way {
    /// Ordain fetches pinned files and installs them.
    Pinned,
    /// The other catalogue's own tool, told which version; for this reason.
    OwnTool(super::reason::Reason),
}

/// What a catalogue says and the document does not; a closed list.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum LeftOut {
    /// A prerequisite that is neither imported nor in the repository.
    Dependency(String),
    /// Windows features or libraries that must be there.
    WindowsFeature(String),
    /// Environment variables or folders that its own tool sets.
    Environment(String),
    /// Detection goes by the product's name, which may be another one there.
    DetectedByName(String),
}

impl LeftOut {
    /// The word of the contract.
    pub(crate) fn word(&self) -> &'static str {
        match self {
            Self::Dependency(_) => "dependency",
            Self::WindowsFeature(_) => "windows-feature",
            Self::Environment(_) => "environment",
            Self::DetectedByName(_) => "detected-by-name",
        }
    }

    /// What to look at, for the comment in the document.
    pub(crate) fn comment(&self) -> String {
        match self {
            Self::Dependency(id) => format!("needs {id}, which was not imported"),
            Self::WindowsFeature(name) => format!("needs the Windows feature {name}"),
            Self::Environment(name) => format!("its own tool also sets {name}"),
            Self::DetectedByName(name) => {
                format!("found by the name {name}: check it on a computer that has it")
            }
        }
    }
}

/// The word of an architecture.
pub(crate) fn word(arch: Arch) -> &'static str {
    match arch {
        Arch::X64 => "x64",
        Arch::X86 => "x86",
        Arch::Arm64 => "arm64",
    }
}
