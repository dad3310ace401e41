//! What a run is given and no order may hold: secrets, by the object ids of
//! their encrypted files, and values that the computer makes itself. And what
//! it hands back.

use crate::item::Item;
use crate::order::{File, Run};

/// What of a run the agent adds itself. In [`Run::input`] a secret stands as
/// `{"secret": NAME}`; what the agent makes stands nowhere.
#[derive(Debug, Clone, PartialEq)]
pub struct Hidden {
    /// The item that a secret must name to be given to this run.
    pub item: Item,
    /// The secrets, each once; sorted by name.
    pub secrets: Vec<Secret>,
    /// Parameters that the computer makes itself; sorted by name.
    pub made: Vec<Made>,
    /// Further variables that hold a secret; sorted by name.
    pub variables: Vec<HiddenVariable>,
    /// What it hands back; sorted by name.
    pub outputs: Vec<Output>,
    /// The public key of the computer's tenant, to which is encrypted what only
    /// the tenant may read; none where the repository has none.
    pub recipient: Option<String>,
}

impl Hidden {
    /// Nothing yet, for an item.
    pub fn new(item: Item, recipient: Option<String>) -> Self {
        Self {
            item,
            secrets: Vec::new(),
            made: Vec::new(),
            variables: Vec::new(),
            outputs: Vec::new(),
            recipient,
        }
    }

    /// Whether the agent adds nothing and takes nothing.
    pub fn is_nothing(&self) -> bool {
        self.secrets.is_empty()
            && self.made.is_empty()
            && self.variables.is_empty()
            && self.outputs.is_empty()
    }
}

/// A secret with the file that holds it, encrypted.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Secret {
    /// Its name.
    pub name: String,
    /// Its file.
    pub file: File,
}

/// A parameter whose value the computer makes itself.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Made {
    /// The parameter.
    pub parameter: String,
    /// The item that declares it, under which the value is kept.
    pub owner: String,
    /// How many letters and digits it has.
    pub length: u32,
    /// After how many seconds it is due to be made anew; never where none.
    pub rotate_seconds: Option<u64>,
    /// What the run has to do with it.
    pub dealing: Dealing,
}

crate::item::words! {
    /// What a run has to do with a value that the computer makes itself.
    Dealing {
        /// It is made where there is none or where it is due.
        Make = "make",
        /// Where there is none or where it is due, the answer of the test is false.
        Judge = "judge",
        /// It is given where there is one.
        Give = "give",
    }
}

/// A variable that holds a secret.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct HiddenVariable {
    /// Its name, as `ORDAIN_…`.
    pub name: String,
    /// The secret's name.
    pub secret: String,
    /// How it holds the secret.
    pub form: Form,
}

crate::item::words! {
    /// How a variable holds a secret.
    Form {
        /// As it is.
        Value = "value",
        /// By the path of a file that holds it.
        File = "file",
    }
}

/// Something that a run hands back.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Output {
    /// Its name.
    pub name: String,
    /// What becomes of it.
    pub keeping: Keeping,
}

crate::item::words! {
    /// What becomes of something that a run hands back.
    Keeping {
        /// It is kept as it is.
        Plain = "plain",
        /// It is hidden in logs and kept nowhere.
        Masked = "masked",
        /// It is kept, encrypted to the tenant.
        Escrow = "escrow",
    }
}

/// An argument of a program.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Argument {
    /// As it is.
    Text(String),
    /// The secret of this name.
    Secret(String),
    /// What the parameter of this name holds, where no order may say it.
    Parameter(String),
}

impl Run {
    /// The files of the repository that it needs, by their object ids.
    pub fn blobs(&self) -> Vec<&str> {
        let mut all = self.what.blobs();
        let secrets = self.hidden.iter().flat_map(|hidden| &hidden.secrets);
        all.extend(secrets.map(|secret| secret.file.blob.as_str()));
        all
    }

    /// What the computer makes itself and this run needs.
    pub fn made(&self) -> &[Made] {
        self.hidden.as_ref().map_or(&[], |hidden| &hidden.made)
    }

    /// What it hands back.
    pub fn outputs(&self) -> &[Output] {
        self.hidden.as_ref().map_or(&[], |hidden| &hidden.outputs)
    }
}
