//! What installing needs beside a script: files to fetch, programs to close,
//! and the built-in installers of the platforms.

pub use ordain_schema::document::OnBusy;

use super::{Argument, Probe};

/// What must be at hand, or out of the way, before something runs.
#[derive(Debug, Clone, PartialEq)]
pub struct Needs {
    /// Files that were fetched before.
    pub artifacts: Vec<Artifact>,
    /// Programs that must not run meanwhile.
    pub close_first: Option<CloseFirst>,
}

impl super::Run {
    /// The files that were fetched before.
    pub fn artifacts(&self) -> &[Artifact] {
        self.needs.as_ref().map_or(&[], |needs| &needs.artifacts)
    }

    /// The programs that must not run meanwhile.
    pub fn close_first(&self) -> Option<&CloseFirst> {
        self.needs.as_ref()?.close_first.as_ref()
    }
}

/// A file to fetch.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Artifact {
    /// What actions and scripts call it.
    pub name: String,
    /// Its own file name.
    pub file: String,
    /// Where it is.
    pub url: String,
    /// SHA-256 of its bytes in hexadecimal.
    pub sha256: Option<String>,
    /// Its length in bytes.
    pub size: Option<u64>,
    /// Whether it is unpacked.
    pub extract: bool,
}

/// Programs that must not run meanwhile.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CloseFirst {
    /// Their file names.
    pub processes: Vec<String>,
    /// What happens where one of them runs.
    pub on_busy: OnBusy,
}

/// An installer of a platform; artifacts are named as in [`Needs`].
#[derive(Debug, Clone, PartialEq)]
pub enum Installer {
    /// The Windows installer.
    Msi {
        /// The package.
        artifact: String,
        /// Properties by name.
        properties: Vec<(String, Argument)>,
        /// The artifact that is a transform.
        transform: Option<String>,
        /// Removes instead of installing.
        remove: bool,
    },
    /// An installer program.
    Exe {
        /// The program.
        artifact: String,
        /// Its arguments.
        arguments: Vec<Argument>,
    },
    /// An archive to unpack.
    Archive {
        /// The archive.
        artifact: String,
        /// The folder to unpack into.
        to: String,
        /// How many leading parts of the paths to drop.
        strip: u32,
    },
    /// A package of macOS.
    Pkg {
        /// The package.
        artifact: String,
    },
    /// A disk image of macOS.
    Dmg {
        /// The image.
        artifact: String,
        /// The application in it; its only one where none is named.
        app: Option<String>,
        /// The folder to copy it into.
        to: String,
    },
    /// The uninstaller that Windows has registered for what is found so.
    Registered {
        /// How it is found.
        by: Box<Probe>,
        /// Further arguments.
        arguments: Vec<Argument>,
    },
}

impl Installer {
    /// The word of the language for it.
    pub const fn word(&self) -> &'static str {
        match self {
            Self::Msi { .. } => "msi",
            Self::Exe { .. } => "exe",
            Self::Archive { .. } => "archive",
            Self::Pkg { .. } => "pkg",
            Self::Dmg { .. } => "dmg",
            Self::Registered { .. } => "registered",
        }
    }
}
