//! Why something of another catalogue became no document, or one that leaves
//! the work to the other catalogue's own tool. The words are a contract.

/// Why; a closed list.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(crate) enum Reason {
    /// It is not of the form that was named.
    NotAManifest,
    /// It gives no name, or one of which nothing valid is left.
    NoName,
    /// It gives no version.
    NoVersion,
    /// Nothing says how it could be found on a computer.
    NoDetection,
    /// Its version is a word for whatever is newest: nothing could be pinned.
    MovingVersion,
    /// It gives no address to fetch from.
    NoAddress,
    /// It gives no SHA-256.
    NoHash,
    /// Its hashes are MD5, SHA-1 or SHA-512.
    OtherHash,
    /// It installs by scripts that only its own tool can run.
    OwnScripts,
    /// It takes an installer apart instead of running it.
    UnpacksInstaller,
    /// The archive is of a kind that Windows does not unpack by itself.
    UnknownArchive,
    /// Several files make up one installation.
    SeveralFiles,
    /// The installer has no arguments that keep it silent.
    NoSilentInstall,
    /// It is a Store, MSIX or web application.
    PackagedApp,
    /// It is a program without an installer, or one inside an archive.
    PortableProgram,
    /// It is a font, a driver or the like.
    UnknownInstaller,
    /// It is for another system than the one that is asked for.
    OtherSystem,
    /// Its catalogue installs it no longer.
    Retired,
    /// A document of that name is there already, with another content.
    Exists,
    /// What came of it does not pass `ordain validate`.
    Invalid,
}

impl Reason {
    /// The word of the contract.
    pub(crate) fn word(self) -> &'static str {
        match self {
            Self::NotAManifest => "not-a-manifest",
            Self::NoName => "no-name",
            Self::NoVersion => "no-version",
            Self::NoDetection => "no-detection",
            Self::MovingVersion => "moving-version",
            Self::NoAddress => "no-address",
            Self::NoHash => "no-hash",
            Self::OtherHash => "other-hash",
            Self::OwnScripts => "own-scripts",
            Self::UnpacksInstaller => "unpacks-installer",
            Self::UnknownArchive => "unknown-archive",
            Self::SeveralFiles => "several-files",
            Self::NoSilentInstall => "no-silent-install",
            Self::PackagedApp => "packaged-app",
            Self::PortableProgram => "portable-program",
            Self::UnknownInstaller => "unknown-installer",
            Self::OtherSystem => "other-system",
            Self::Retired => "retired",
            Self::Exists => "exists",
            Self::Invalid => "invalid",
        }
    }

    /// What it means, for people.
    pub(crate) fn meaning(self) -> &'static str {
        match self {
            Self::NotAManifest => "not of the form that was named",
            Self::NoName => "no name that could be made valid",
            Self::NoVersion => "no version is given",
            Self::NoDetection => "nothing says how to find it on a computer",
            Self::MovingVersion => "the version is a word for the newest build",
            Self::NoAddress => "no address to fetch from is given",
            Self::NoHash => "no SHA-256 is given",
            Self::OtherHash => "hashes are not SHA-256",
            Self::OwnScripts => "it installs by scripts of its own tool",
            Self::UnpacksInstaller => "it takes an installer apart",
            Self::UnknownArchive => "Windows does not unpack that archive by itself",
            Self::SeveralFiles => "several files make up one installation",
            Self::NoSilentInstall => "no arguments for a silent installation",
            Self::PackagedApp => "a Store, MSIX or web application",
            Self::PortableProgram => "a program without an installer",
            Self::UnknownInstaller => "a font, driver or other kind of installer",
            Self::OtherSystem => "for another operating system",
            Self::Retired => "its catalogue installs it no longer",
            Self::Exists => "a document of that name is there already",
            Self::Invalid => "what came of it does not pass `ordain validate`",
        }
    }
}

/// Why one entry of a catalogue became no document.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Refusal {
    /// The kind.
    pub reason: Reason,
    /// What exactly, where there is more to say.
    pub detail: Option<String>,
}

impl Refusal {
    /// With what exactly.
    pub(crate) fn with(reason: Reason, detail: impl Into<String>) -> Self {
        Self { reason, detail: Some(detail.into()) }
    }
}

impl From<Reason> for Refusal {
    fn from(reason: Reason) -> Self {
        Self { reason, detail: None }
    }
}
