//! Opening what an order may not say: secrets, and values this computer made.
//!
//! [`Keyring`] holds the tenant's identity and the values, on the disk of this
//! computer and nowhere else; [`Opened`] is what one run is given. `made` makes
//! values and keeps them encrypted, `handed` takes what a run hands back.
//!
//! Guarantees: a secret is given only to an item that it names; nothing opened
//! is written down, logged or reported; what a run prints is masked with
//! everything that was opened for it.

mod handed;
mod made;

use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use ordain_core::order::{Dealing, Form, Hidden, Keeping, Run, Secret};
use ordain_core::parameter;
use ordain_core::secret::{NoSecret, OpenSecret};
use ordain_trust::{BadObjectId, ObjectId};
use serde_json::{Map, Value};

use crate::age::{self, AgeError, BadKey, Identity, Recipient};
use crate::blobs::{BlobError, Blobs};
use crate::disk::{self, DiskError};
use crate::run::mask::Mask;
pub use handed::{FOLDER as HANDED, Handed, HandedFolder, VARIABLE};
pub use made::{Fresh, Kept};

/// The file of the tenant's identity in the data folder.
pub const IDENTITY: &str = "identity.txt";

/// Why what a run needs cannot be opened, or what it gives not be kept. No
/// message holds anything of a secret but its name.
#[derive(Debug, thiserror::Error)]
pub enum SecretError {
    /// No identity.
    #[error(
        "this computer has no identity of its tenant, so that it can open nothing: run `ordain-agent identity FILE` on it, or enrol it with `--identity`"
    )]
    NoIdentity,
    /// A file that is none.
    #[error("{}: {why}", path.display())]
    BadIdentity {
        /// The file.
        path: PathBuf,
        /// What is wrong.
        why: BadKey,
    },
    /// The encrypted file.
    #[error(transparent)]
    Blob(#[from] BlobError),
    /// For others.
    #[error(
        "the secret `{0}` is not encrypted to this computer's tenant: run `ordain secrets rewrap` and commit, or give the computer its tenant's identity"
    )]
    NotForMe(String),
    /// No sound age file.
    #[error("the secret `{name}` cannot be opened: {why}")]
    Sealed {
        /// Its name.
        name: String,
        /// What is wrong.
        why: AgeError,
    },
    /// Without a word on its use.
    #[error("the secret `{name}` cannot be used: {why}; make it with `ordain secrets add`")]
    NoUses {
        /// Its name.
        name: String,
        /// What is wrong.
        why: NoSecret,
    },
    /// For other items.
    #[error(
        "the secret `{name}` is not for {item}: add it again with `ordain secrets add {name} --for {item}`"
    )]
    NotNamed {
        /// Its name.
        name: String,
        /// The item that asks for it.
        item: String,
    },
    /// No text.
    #[error("the secret `{0}` holds bytes that no variable can hold; only a licence's `file` may")]
    NoText(String),
    /// Nothing to encrypt to.
    #[error("the order names no public key of the tenant")]
    NoRecipient,
    /// Somebody else's key.
    #[error(
        "the order names a public key that does not belong to this computer's identity; nothing is encrypted to it"
    )]
    ForeignRecipient,
    /// A value of this computer.
    #[error(
        "the value that was made for `{0}` is damaged or was made under another identity; remove it from the folder `made` to have another made"
    )]
    LostValue(String),
    /// What a run handed back.
    #[error("the output `{name}` {why}")]
    Output {
        /// Its name.
        name: String,
        /// What is wrong with it.
        why: &'static str,
    },
    /// The disk.
    #[error(transparent)]
    Disk(#[from] DiskError),
}

impl From<BadObjectId> for SecretError {
    fn from(error: BadObjectId) -> Self {
        Self::Blob(error.into())
    }
}

/// Bytes of a secret. It prints nothing of them.
#[derive(Clone, PartialEq, Eq)]
pub struct Plain(pub Vec<u8>);

impl std::fmt::Debug for Plain {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Plain(***)")
    }
}

/// What one run is given beside its order.
#[derive(Debug, Default)]
pub struct Opened {
    /// Variables.
    pub environment: Vec<(String, Plain)>,
    /// Variables that name a file, with what is in it.
    pub files: Vec<(String, Plain)>,
    /// Standard input in place of the order's.
    pub input: Option<Plain>,
    /// What is hidden in whatever it prints.
    pub mask: Mask,
}

/// The identity of the tenant and the values that this computer made, in its data folder.
#[derive(Debug, Clone)]
pub struct Keyring {
    folder: PathBuf,
}

impl Keyring {
    /// Of a data folder.
    pub fn new(folder: impl Into<PathBuf>) -> Self {
        Self { folder: folder.into() }
    }

    /// The identities, read anew each time: a person may add one at any time.
    ///
    /// # Errors
    /// Where there are none, or where the file is damaged.
    pub fn identities(&self) -> Result<Vec<Identity>, SecretError> {
        let path = self.folder.join(IDENTITY);
        match fs::read_to_string(&path) {
            Ok(text) => {
                Identity::read_all(&text).map_err(|why| SecretError::BadIdentity { path, why })
            }
            Err(error) if error.kind() == io::ErrorKind::NotFound => Err(SecretError::NoIdentity),
            Err(error) => Err(disk::at("read", &path)(error).into()),
        }
    }

    /// Keeps identities in place of those before, durably and for nobody else to read.
    pub fn keep_identities(&self, all: &[Identity]) -> Result<(), DiskError> {
        disk::private_folder(&self.folder)?;
        let text: String = all.iter().map(|one| one.to_text() + "\n").collect();
        disk::replace(&self.folder.join(IDENTITY), text.as_bytes(), 0o600)
    }

    /// Opens everything that a run is given.
    ///
    /// # Errors
    /// Where something cannot be opened; nothing has started.
    pub fn open(&self, run: &Run, blobs: &Blobs) -> Result<Opened, SecretError> {
        let Some(hidden) = run.hidden.as_deref() else { return Ok(Opened::default()) };
        self.check_recipient(hidden)?;
        let mut secrets = Vec::new();
        for secret in &hidden.secrets {
            secrets.push((secret.name.as_str(), self.secret(secret, hidden, blobs)?));
        }
        let mut opened = Opened::default();
        for variable in &hidden.variables {
            let found = secrets.iter().find(|(name, _)| *name == variable.secret);
            let (name, value) = found.ok_or_else(|| lacking(&variable.secret))?;
            match variable.form {
                Form::Value => {
                    let text = text(name, value)?;
                    opened.environment.push((variable.name.clone(), Plain(text.into_bytes())));
                }
                Form::File => opened.files.push((variable.name.clone(), value.clone())),
            }
        }
        let (mut hidden, mut values) = values(run, &secrets)?;
        let made = self.made_values(run)?;
        for (name, value) in &made {
            values.insert(name.clone(), Value::String(value.clone()));
            hidden.push(name.clone());
        }
        for name in &hidden {
            let value = values.get(name).map(parameter::text).unwrap_or_default();
            opened.environment.push((parameter::variable(name), Plain(value.into_bytes())));
        }
        if run.input.is_some() {
            opened.input = Some(Plain(Value::Object(values).to_string().into_bytes()));
        }
        let plain = secrets.iter().map(|(_, value)| value.0.as_slice());
        opened.mask = Mask::of(plain.chain(made.iter().map(|(_, value)| value.as_bytes())));
        Ok(opened)
    }

    /// The value of a secret, for an item that it names.
    fn secret(
        &self,
        secret: &Secret,
        hidden: &Hidden,
        blobs: &Blobs,
    ) -> Result<Plain, SecretError> {
        let identities = self.identities()?;
        let id: ObjectId = secret.file.blob.parse()?;
        let name = || secret.name.clone();
        let plain = age::open(&identities, &blobs.load(&id)?).map_err(|why| match why {
            AgeError::NotForMe => SecretError::NotForMe(name()),
            why => SecretError::Sealed { name: name(), why },
        })?;
        let open =
            OpenSecret::read(&plain).map_err(|why| SecretError::NoUses { name: name(), why })?;
        if !open.names(&hidden.item) {
            let item = hidden.item.to_string();
            return Err(SecretError::NotNamed { name: name(), item });
        }
        Ok(Plain(open.value))
    }

    /// The public key that an order names is this computer's own tenant's. An
    /// agent without an identity has to take the order's word.
    fn check_recipient(&self, hidden: &Hidden) -> Result<(), SecretError> {
        let sealed = hidden.outputs.iter().any(|output| output.keeping == Keeping::Escrow);
        let makes = hidden.made.iter().any(|made| made.dealing == Dealing::Make);
        if sealed || makes {
            self.recipient(hidden.recipient.as_deref())?;
        }
        Ok(())
    }

    /// To whom something of this computer is encrypted.
    ///
    /// # Errors
    /// Where the order names nobody, or somebody else than the computer's identity says.
    pub fn recipient(&self, named: Option<&str>) -> Result<Recipient, SecretError> {
        let named: Recipient =
            named.ok_or(SecretError::NoRecipient)?.parse().map_err(|_| SecretError::NoRecipient)?;
        match self.identities() {
            Ok(own) if own.iter().any(|one| one.recipient() == named) => Ok(named),
            Ok(_) => Err(SecretError::ForeignRecipient),
            Err(SecretError::NoIdentity) => Ok(named),
            Err(error) => Err(error),
        }
    }

    fn path(&self) -> &Path {
        &self.folder
    }
}

/// The parameters with their secrets in place, and which of them hold some.
fn values(
    run: &Run,
    secrets: &[(&str, Plain)],
) -> Result<(Vec<String>, Map<String, Value>), SecretError> {
    let written = run.input.as_deref().and_then(|input| serde_json::from_str(input).ok());
    let written: Map<String, Value> = written.unwrap_or_default();
    let mut hidden = Vec::new();
    let mut values = Map::new();
    for (name, value) in written {
        if !parameter::secrets(&value).is_empty() {
            hidden.push(name.clone());
        }
        let mut given = |wanted: &str| {
            let found = secrets.iter().find(|(name, _)| *name == wanted);
            let (name, plain) = found.ok_or_else(|| lacking(wanted))?;
            text(name, plain)
        };
        let value = parameter::filled::<SecretError>(&value, &mut given)?;
        values.insert(name, value);
    }
    Ok((hidden, values))
}

fn text(name: &str, plain: &Plain) -> Result<String, SecretError> {
    let text = String::from_utf8(plain.0.clone()).ok().filter(|text| !text.contains('\0'));
    text.ok_or_else(|| SecretError::NoText(name.to_owned()))
}

fn lacking(name: &str) -> SecretError {
    SecretError::NoUses { name: name.to_owned(), why: NoSecret::Damaged }
}

#[cfg(test)]
mod tests;
