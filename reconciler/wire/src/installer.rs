//! What installing needs, in transit: files to fetch, programs to close, and
//! the installers of the platforms.

use serde::{Deserialize, Serialize};

use crate::hidden::ArgumentSpec;
use crate::order::ProbeSpec;

/// What must be at hand, or out of the way, before something runs.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct NeedsSpec {
    /// Files that were fetched before.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub artifacts: Vec<ArtifactSpec>,
    /// Programs that must not run meanwhile.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub close_first: Option<CloseFirstSpec>,
}

/// A file to fetch.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct ArtifactSpec {
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
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct CloseFirstSpec {
    /// Their file names.
    pub processes: Vec<String>,
    /// `postpone`, `prompt` or `kill`.
    pub on_busy: String,
}

/// An installer of a platform; artifacts are named as in [`NeedsSpec`].
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(tag = "type", rename_all = "kebab-case", rename_all_fields = "camelCase")]
pub enum InstallerSpec {
    /// The Windows installer.
    Msi {
        /// The package.
        artifact: String,
        /// Properties by name, in order.
        properties: Vec<(String, ArgumentSpec)>,
        /// The artifact that is a transform.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        transform: Option<String>,
        /// Removes instead of installing.
        remove: bool,
    },
    /// An installer program.
    Exe {
        /// The program.
        artifact: String,
        /// Its arguments.
        arguments: Vec<ArgumentSpec>,
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
        /// The application in it.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        app: Option<String>,
        /// The folder to copy it into.
        to: String,
    },
    /// The uninstaller that Windows has registered.
    Registered {
        /// How what it removes is found.
        by: Box<ProbeSpec>,
        /// Further arguments.
        arguments: Vec<ArgumentSpec>,
    },
}
