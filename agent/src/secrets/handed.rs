//! What a run hands back: files in the folder that `ORDAIN_OUTPUT` names, one
//! for each output, called as it is.

use std::fs::{self, DirBuilder, OpenOptions};
use std::io::Read as _;
use std::os::unix::fs::{DirBuilderExt as _, OpenOptionsExt as _, chown};
use std::path::{Path, PathBuf};

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD as BASE64;
use ordain_core::order::{Keeping, Output, Run};
use ordain_wire::{ContentSpec, KeptSpec};
use rand::CryptoRng;

use super::{Keyring, Plain, SecretError};
use crate::age;
use crate::disk::{self, DiskError};
use crate::platform::spawn::Account;
use crate::run::mask::Mask;

/// The variable that names the folder.
pub const VARIABLE: &str = "ORDAIN_OUTPUT";
/// The name of the folder within a run's own.
pub const FOLDER: &str = "handed";
/// The longest output, in bytes.
const LONGEST: usize = 64 * 1024;

/// Where a run puts what it hands back.
#[derive(Debug)]
pub struct HandedFolder(PathBuf);

impl HandedFolder {
    /// Makes the folder within a run's own; `writer` is an account other than
    /// this program's that writes into it.
    pub fn make(place: &Path, writer: Option<&Account>) -> Result<Self, DiskError> {
        let path = place.join(FOLDER);
        DirBuilder::new().mode(0o700).create(&path).map_err(disk::at("make the folder", &path))?;
        if let Some(writer) = writer {
            chown(&path, Some(writer.uid), Some(writer.gid))
                .map_err(disk::at("change the owner of", &path))?;
        }
        Ok(Self(path))
    }

    /// The folder of a run that an earlier start of this program began.
    pub fn left(place: &Path) -> Self {
        Self(place.join(FOLDER))
    }

    /// Its path.
    pub fn path(&self) -> &Path {
        &self.0
    }

    /// What was put there of what is declared; what is not there was not handed back.
    ///
    /// # Errors
    /// Where something is no plain file, or too long.
    pub fn take(&self, declared: &[Output]) -> Result<Handed, SecretError> {
        let mut all = Handed::default();
        for output in declared {
            if let Some(plain) = self.one(&output.name)? {
                all.outputs.push((output.clone(), plain));
            }
        }
        let Ok(entries) = fs::read_dir(&self.0) else { return Ok(all) };
        for entry in entries.filter_map(Result::ok) {
            let name = entry.file_name().to_string_lossy().into_owned();
            if !declared.iter().any(|output| output.name == name) {
                all.undeclared.push(name);
            }
        }
        all.undeclared.sort();
        Ok(all)
    }

    fn one(&self, name: &str) -> Result<Option<Plain>, SecretError> {
        let path = self.0.join(name);
        let refuse = |why| SecretError::Output { name: name.to_owned(), why };
        // Whoever runs the script could put anything there: nothing is followed or waited for.
        let flags = rustix::fs::OFlags::NOFOLLOW | rustix::fs::OFlags::NONBLOCK;
        let flags = i32::try_from(flags.bits()).unwrap_or_default();
        let file = match OpenOptions::new().read(true).custom_flags(flags).open(&path) {
            Ok(file) => file,
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => return Ok(None),
            Err(_) => return Err(refuse("is no file that can be read")),
        };
        let metadata = file.metadata().map_err(disk::at("look at", &path))?;
        if !metadata.is_file() {
            return Err(refuse("is no file that can be read"));
        }
        let mut bytes = Vec::new();
        let mut bounded = file.take(LONGEST as u64 + 2);
        bounded.read_to_end(&mut bytes).map_err(disk::at("read", &path))?;
        // A line's end is none of the text that stands in it.
        if bytes.last() == Some(&b'\n') {
            bytes.pop();
            if bytes.last() == Some(&b'\r') {
                bytes.pop();
            }
        }
        if bytes.len() > LONGEST {
            return Err(refuse("is longer than 64 KiB"));
        }
        Ok(Some(Plain(bytes)))
    }
}

/// What a run handed back.
#[derive(Debug, Default)]
pub struct Handed {
    /// Each with what becomes of it.
    pub outputs: Vec<(Output, Plain)>,
    /// Files of other names, which are dropped.
    pub undeclared: Vec<String>,
}

impl Handed {
    /// Hides the secrets among them.
    pub fn mask(&self) -> Mask {
        let secret = self.outputs.iter().filter(|(output, _)| output.keeping != Keeping::Plain);
        Mask::of(secret.map(|(_, plain)| plain.0.as_slice()))
    }

    /// Adds what another one handed back, which wins where both did.
    pub fn add(&mut self, other: Self) {
        self.outputs.retain(|(own, _)| other.outputs.iter().all(|(one, _)| one.name != own.name));
        self.outputs.extend(other.outputs);
        self.undeclared.extend(other.undeclared);
    }
}

impl Keyring {
    /// What the controller is told of what a run handed back: secrets encrypted
    /// to the tenant, the rest as it is.
    ///
    /// # Errors
    /// Where there is nobody to encrypt to.
    pub fn seal(
        &self,
        run: &Run,
        handed: &Handed,
        now_ms: i64,
        random: &mut impl CryptoRng,
    ) -> Result<Vec<KeptSpec>, SecretError> {
        let Some(hidden) = run.hidden.as_deref() else { return Ok(Vec::new()) };
        let mut all = Vec::new();
        for (output, plain) in &handed.outputs {
            let content = match output.keeping {
                Keeping::Masked => continue,
                Keeping::Plain => {
                    ContentSpec::Plain { text: String::from_utf8_lossy(&plain.0).into_owned() }
                }
                Keeping::Escrow => {
                    let recipient = self.recipient(hidden.recipient.as_deref())?;
                    let sealed = age::seal(&[recipient], &plain.0, random);
                    let sealed = sealed
                        .map_err(|why| SecretError::Sealed { name: output.name.clone(), why })?;
                    ContentSpec::Escrow { age: BASE64.encode(sealed) }
                }
            };
            let (item, name) = (hidden.item.to_string(), output.name.clone());
            all.push(KeptSpec { item, name, made_ms: now_ms, content });
        }
        Ok(all)
    }
}
