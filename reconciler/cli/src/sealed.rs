//! Encrypting and opening with age: identities in a folder, recipients in a
//! repository.

use std::fs;
use std::io::Write as _;
use std::os::unix::fs::{DirBuilderExt as _, OpenOptionsExt as _};
use std::path::{Path, PathBuf};
use std::str::FromStr as _;

use age::secrecy::ExposeSecret as _;
use age::x25519::{Identity, Recipient};
use age::{Decryptor, Encryptor};

use crate::error::CommandError;
use crate::files::failed;

/// The file of a tenant's identity in a folder of them.
pub(crate) fn identity_file(folder: &Path, tenant: &str) -> PathBuf {
    folder.join(format!("{tenant}.txt"))
}

/// Makes an identity and keeps it, for nobody else to read.
pub(crate) fn make_identity(file: &Path, tenant: &str) -> Result<Recipient, CommandError> {
    let identity = Identity::generate();
    let public = identity.to_public();
    let text = format!(
        "# the identity of tenant {tenant}; keep it secret, and keep a copy of it\n# public key: {public}\n{}\n",
        identity.to_string().expose_secret()
    );
    if let Some(folder) = file.parent() {
        let made = fs::DirBuilder::new().recursive(true).mode(0o700).create(folder);
        made.map_err(|error| failed(error, folder, "made"))?;
    }
    let write = || {
        let mut opened =
            fs::OpenOptions::new().write(true).create_new(true).mode(0o600).open(file)?;
        opened.write_all(text.as_bytes())?;
        opened.sync_all()
    };
    write().map_err(|error| failed(error, file, "written"))?;
    Ok(public)
}

/// The identities of a file.
pub(crate) fn identities(file: &Path) -> Result<Vec<Identity>, CommandError> {
    let text = fs::read_to_string(file).map_err(|error| failed(error, file, "read"))?;
    let lines = text.lines().map(str::trim);
    let lines = lines.filter(|line| !line.is_empty() && !line.starts_with('#'));
    let all: Result<Vec<Identity>, _> = lines.map(Identity::from_str).collect();
    let wrong = || {
        let error = anyhow::anyhow!("`{}` holds no identity", file.display());
        CommandError::usage(error)
            .hint("it is a file of `ordain secrets init`, with a line AGE-SECRET-KEY-1…")
    };
    all.ok().filter(|all| !all.is_empty()).ok_or_else(wrong)
}

/// The identities of all files of a folder.
pub(crate) fn identities_in(folder: &Path) -> Result<Vec<Identity>, CommandError> {
    let entries = fs::read_dir(folder).map_err(|error| failed(error, folder, "read"))?;
    let mut files: Vec<PathBuf> = entries
        .filter_map(Result::ok)
        .map(|entry| entry.path())
        .filter(|path| path.extension().is_some_and(|ending| ending == "txt"))
        .collect();
    files.sort();
    let mut all = Vec::new();
    for file in files {
        all.extend(identities(&file)?);
    }
    Ok(all)
}

/// A public key as a repository has it.
pub(crate) fn recipient(text: &str) -> Result<Recipient, CommandError> {
    Recipient::from_str(text)
        .map_err(|why| CommandError::failed(anyhow::anyhow!("`{text}` is no public key: {why}")))
}

/// Encrypts to all of them.
pub(crate) fn seal(recipients: &[Recipient], plain: &[u8]) -> Result<Vec<u8>, CommandError> {
    let all = recipients.iter().map(|one| one as &dyn age::Recipient);
    let sealed = Encryptor::with_recipients(all).map_err(anyhow::Error::from).and_then(|sealer| {
        let mut sealed = Vec::new();
        let mut writer = sealer.wrap_output(&mut sealed)?;
        writer.write_all(plain)?;
        writer.finish()?;
        Ok(sealed)
    });
    sealed.map_err(CommandError::failed)
}

/// Opens with the first identity that fits; none where none does.
pub(crate) fn open(identities: &[Identity], file: &[u8]) -> Option<Vec<u8>> {
    let decryptor = Decryptor::new_buffered(file).ok()?;
    let all = identities.iter().map(|one| one as &dyn age::Identity);
    let mut reader = decryptor.decrypt(all).ok()?;
    let mut plain = Vec::new();
    std::io::Read::read_to_end(&mut reader, &mut plain).ok()?;
    Some(plain)
}
