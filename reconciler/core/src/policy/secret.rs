//! Secrets of a repository: encrypted files below `secrets/`, and to whom each
//! tenant's are encrypted.
//!
//! Knows paths and public keys. Nothing here opens a secret.

use std::collections::{BTreeMap, BTreeSet};

use ordain_schema::Snapshot;

use super::{Policy, TenantId};

/// The name of the file in a tenant's `secrets/` that holds its public key.
pub const RECIPIENT: &str = "recipient.txt";
/// How a public key begins.
const PUBLIC: &str = "age1";
/// How many letters a public key has.
const LENGTH: usize = 62;

impl Policy {
    /// The paths of the secrets.
    pub fn secrets(&self) -> &BTreeSet<String> {
        &self.secrets
    }

    /// The file of a secret for a tenant: its own, an ancestor's, or the root's.
    pub fn secret_path(&self, tenant: Option<TenantId>, name: &str) -> Option<String> {
        let line = tenant.into_iter().flat_map(|own| self.tenants().line(own));
        let folders = line.map(|id| format!("tenants/{}/", self.tenants().node(id).id));
        let mut paths =
            folders.chain([String::new()]).map(|folder| format!("{folder}secrets/{name}.age"));
        paths.find(|path| self.secrets.contains(path))
    }

    /// Whether a secret is there for a tenant.
    pub fn has_secret(&self, tenant: Option<TenantId>, name: &str) -> bool {
        self.secret_path(tenant, name).is_some()
    }

    /// The public key that a tenant's secrets are encrypted to.
    pub fn recipient(&self, tenant: &str) -> Option<&str> {
        self.recipients.get(tenant).map(String::as_str)
    }
}

/// Whether a path is that of a secret: `secrets/NAME.age`, or the same of a tenant.
pub(super) fn is_secret(path: &str) -> bool {
    let own = path.strip_prefix("tenants/").and_then(|rest| rest.split_once('/'));
    let within = own.map_or(path, |(_, within)| within);
    within.starts_with("secrets/")
}

/// The tenant whose public key stands at a path.
pub fn recipient_of(path: &str) -> Option<&str> {
    let (tenant, within) = path.strip_prefix("tenants/")?.split_once('/')?;
    (within.strip_prefix("secrets/")? == RECIPIENT).then_some(tenant)
}

/// The public key in a file: its one line that is neither empty nor a comment.
///
/// # Errors
/// Where there is none, or more than one, or something else.
pub fn public_key(text: &str) -> Result<&str, &'static str> {
    let lines = text.lines().map(str::trim);
    let mut lines = lines.filter(|line| !line.is_empty() && !line.starts_with('#'));
    let key = lines.next().ok_or("it holds no public key")?;
    if lines.next().is_some() {
        return Err("it holds more than one line that is no comment");
    }
    let plain = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit();
    if key.starts_with(PUBLIC) && key.len() == LENGTH && key.bytes().all(plain) {
        Ok(key)
    } else if key.starts_with("AGE-SECRET-KEY-") {
        Err("it holds a private key, which must never stand in a repository")
    } else {
        Err("its line is no public key of age, which begins with `age1` and has 62 letters")
    }
}

/// The public keys of tenants, by id; a file that holds none counts as missing.
pub(super) fn recipients(snapshot: &Snapshot) -> BTreeMap<String, String> {
    let each = snapshot.entries.iter().filter_map(|(path, entry)| {
        let tenant = recipient_of(path)?;
        let key = public_key(str::from_utf8(entry.bytes()?).ok()?).ok()?;
        Some((tenant.to_owned(), key.to_owned()))
    });
    each.collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_recipient_file_holds_one_public_key() {
        let key = format!("age1{}", "q".repeat(58));
        assert_eq!(public_key(&format!("# contoso\n\n{key}\r\n")), Ok(&*key));
        for text in ["", "# only\n", "age1qq\n", &format!("{key}\n{key}\n"), &key.to_uppercase()] {
            assert!(public_key(text).is_err(), "{text}");
        }
        let private = public_key("AGE-SECRET-KEY-1QQ").expect_err("a private key");
        assert!(private.contains("private key"));
        assert_eq!(recipient_of("tenants/contoso/secrets/recipient.txt"), Some("contoso"));
        assert_eq!(recipient_of("secrets/recipient.txt"), None);
    }
}
