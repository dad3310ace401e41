//! `ordain secrets`: making identities, encrypting values, reading what
//! computers keep.
//!
//! Values come from standard input and are never printed, but by `show`, which
//! is there for that.

mod add;
mod init;
mod kept;
mod rewrap;

use std::path::{Path, PathBuf};

use age::x25519::Recipient;
use ordain_core::policy::{Policy, TenantId};
use ordain_schema::Snapshot;

use crate::args::{SecretsArgs, SecretsVerb};
use crate::error::{CommandError, Exit};
use crate::printer::Printer;
use crate::{policy, repository, sealed};

pub(super) use kept::audit;

pub(super) fn run(args: &SecretsArgs, printer: &mut Printer) -> Result<Exit, CommandError> {
    match &args.verb {
        SecretsVerb::Init(args) => init::run(args, printer),
        SecretsVerb::Add(args) => add::run(args, printer),
        SecretsVerb::Rewrap(args) => rewrap::run(args, printer),
        SecretsVerb::List(args) => kept::list(args, printer),
        SecretsVerb::Show(args) => kept::show(args, printer),
    }
}

/// A repository's folder with what stands in it.
struct Place {
    folder: PathBuf,
    snapshot: Snapshot,
    policy: std::sync::Arc<Policy>,
}

impl Place {
    /// Faults of its documents are no matter here: secrets can be mended first.
    fn open(path: Option<&Path>) -> Result<Self, CommandError> {
        let folder = repository::folder(path)?;
        let snapshot = repository::as_it_stands(&folder)?;
        let policy = policy::load(&snapshot, policy::clock()).policy;
        Ok(Self { folder, snapshot, policy })
    }

    fn tenant(&self, name: &str) -> Result<TenantId, CommandError> {
        self.policy.tenants().find(name).ok_or_else(|| {
            let ids = self.policy.tenants().iter().map(|(_, node)| &*node.id);
            let near =
                ordain_schema::nearest(name, ids).map(|near| format!("did you mean `{near}`?"));
            CommandError::usage(anyhow::anyhow!("there is no tenant `{name}`"))
                .hint(near.unwrap_or_else(|| "tenants are the folders in `tenants/`".to_owned()))
        })
    }

    /// A tenant's public key.
    fn recipient(&self, tenant: TenantId) -> Result<Recipient, CommandError> {
        let name = &*self.policy.tenants().node(tenant).id;
        let key = self.policy.recipient(name).ok_or_else(|| {
            CommandError::failed(anyhow::anyhow!("the tenant `{name}` has no public key"))
                .hint(format!("run `ordain secrets init --tenant {name}`"))
        })?;
        sealed::recipient(key)
    }

    /// The public keys of a tenant and of those below it that have one.
    fn recipients_below(&self, tenant: TenantId) -> Result<Vec<Recipient>, CommandError> {
        let mut all = vec![self.recipient(tenant)?];
        let tenants = self.policy.tenants();
        for (id, node) in tenants.iter() {
            let is_below = id != tenant && tenants.line(id).any(|above| above == tenant);
            if is_below && self.policy.recipient(&node.id).is_some() {
                all.push(self.recipient(id)?);
            }
        }
        Ok(all)
    }

    /// The public keys that a secret at a path is encrypted to; `tenants` are
    /// those that a cross-tenant one names.
    fn recipients_of(
        &self,
        path: &str,
        tenants: &[String],
    ) -> Result<Vec<Recipient>, CommandError> {
        let own = path.strip_prefix("tenants/").and_then(|rest| rest.split_once('/'));
        match own {
            Some((tenant, _)) => self.recipients_below(self.tenant(tenant)?),
            None => tenants.iter().map(|name| self.recipient(self.tenant(name)?)).collect(),
        }
    }
}

/// Replaces a file as a whole.
fn replace(file: &Path, bytes: &[u8]) -> Result<(), CommandError> {
    if let Some(folder) = file.parent() {
        std::fs::create_dir_all(folder)
            .map_err(|error| crate::files::failed(error, folder, "made"))?;
    }
    crate::files::replace(file, bytes)
}
