//! What no order and no report may say in the clear, in transit: encrypted
//! secrets by their object ids, what a computer makes itself, and what it
//! hands back.

use serde::{Deserialize, Serialize};

use crate::order::FileSpec;

/// What of a run the agent adds itself.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct HiddenSpec {
    /// The item that a secret must name.
    pub item: String,
    /// The secrets, each once.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub secrets: Vec<SecretSpec>,
    /// Parameters that the computer makes itself.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub made: Vec<MadeSpec>,
    /// Further variables that hold a secret.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub variables: Vec<HiddenVariableSpec>,
    /// What it hands back.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub outputs: Vec<OutputSpec>,
    /// The public key of the computer's tenant.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub recipient: Option<String>,
}

/// A secret with the file that holds it, encrypted.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct SecretSpec {
    /// Its name.
    pub name: String,
    /// Its file.
    pub file: FileSpec,
}

/// A parameter whose value the computer makes itself.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct MadeSpec {
    /// The parameter.
    pub parameter: String,
    /// The item that declares it.
    pub owner: String,
    /// How many letters and digits it has.
    pub length: u32,
    /// After how many seconds it is due to be made anew.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub rotate_seconds: Option<u64>,
    /// `make`, `judge` or `give`.
    pub dealing: String,
}

/// A variable that holds a secret.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct HiddenVariableSpec {
    /// Its name, as `ORDAIN_…`.
    pub name: String,
    /// The secret's name.
    pub secret: String,
    /// `value` or `file`.
    pub form: String,
}

/// Something that a run hands back.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct OutputSpec {
    /// Its name.
    pub name: String,
    /// `plain`, `masked` or `escrow`.
    pub keeping: String,
}

/// An argument of a program: a text, or what stands for a secret.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(untagged)]
pub enum ArgumentSpec {
    /// As it is.
    Text(String),
    /// The secret of a name.
    Secret {
        /// The name.
        secret: String,
    },
    /// What a parameter holds.
    Parameter {
        /// Its name.
        parameter: String,
    },
}

/// Something of a computer that is kept: what a run handed back, or a value
/// that the computer made itself.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct KeptSpec {
    /// The item.
    pub item: String,
    /// The output's or the parameter's name.
    pub name: String,
    /// Unix milliseconds at which it was made or handed back.
    pub made_ms: i64,
    /// What it is.
    pub content: ContentSpec,
}

/// What is kept.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "type", rename_all = "kebab-case", rename_all_fields = "camelCase")]
pub enum ContentSpec {
    /// A text that may be read.
    Plain {
        /// The text, bounded.
        text: String,
    },
    /// Encrypted to the tenant.
    Escrow {
        /// An age file in base64.
        age: String,
    },
}
