//! Having a key sign: `ssh-keygen -Y sign`, which knows key files, ssh-agents
//! and hardware keys alike. No private key is read here.

use std::io::Write as _;
use std::path::PathBuf;
use std::process::{Command, Stdio};

use anyhow::Context as _;
use ordain_source::Repository;
use ordain_trust::Namespace;

use crate::args::KeyArgs;
use crate::error::CommandError;

/// The key to sign with: what was named, else what git signs with.
pub(super) fn key(args: &KeyArgs, git: &Repository) -> Result<PathBuf, CommandError> {
    if let Some(key) = &args.key {
        return Ok(key.clone());
    }
    git.setting("user.signingkey").map(PathBuf::from).ok_or_else(|| {
        let error = anyhow::anyhow!("no key to sign with");
        let hint = "name one with `--key FILE`, or set git's `user.signingKey`";
        CommandError::usage(error).hint(hint)
    })
}

/// The armour of a signature over a message.
pub(super) fn sign(
    key: &std::path::Path,
    namespace: Namespace,
    message: &[u8],
) -> Result<String, CommandError> {
    let output = ssh_keygen(key, namespace, message)
        .context("`ssh-keygen` could not be started")
        .map_err(|error| CommandError::failed(error).hint("install OpenSSH's client"))?;
    if !output.status.success() {
        let said = String::from_utf8_lossy(&output.stderr);
        let error = anyhow::anyhow!("`{}` did not sign: {}", key.display(), said.trim());
        let hint = "the private key, or an ssh-agent that holds it, must be at hand";
        return Err(CommandError::failed(error).hint(hint));
    }
    String::from_utf8(output.stdout).map_err(CommandError::failed)
}

fn ssh_keygen(
    key: &std::path::Path,
    namespace: Namespace,
    message: &[u8],
) -> std::io::Result<std::process::Output> {
    let mut child = Command::new("ssh-keygen")
        .args(["-q", "-Y", "sign", "-n", namespace.as_str(), "-f"])
        .arg(key)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()?;
    // It reads all of a message before it answers; one that it does not want
    // closes the pipe, and its own words say why.
    let mut stdin = child.stdin.take().expect("it was asked for above");
    drop(stdin.write_all(message));
    drop(stdin);
    child.wait_with_output()
}
