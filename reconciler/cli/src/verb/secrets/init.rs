//! `ordain secrets init`: an identity for each tenant.

use std::path::Path;

use ordain_core::policy::RECIPIENT;

use super::{Place, replace};
use crate::args::SecretsInit;
use crate::error::{CommandError, Exit};
use crate::printer::Printer;
use crate::sealed::{identities, identity_file, make_identity};

pub(super) fn run(args: &SecretsInit, printer: &mut Printer) -> Result<Exit, CommandError> {
    let place = Place::open(args.path.as_deref())?;
    outside(&args.identities, &place.folder)?;
    let tenants = place.policy.tenants();
    let mut wanted: Vec<&str> = args.tenants.iter().map(String::as_str).collect();
    for name in &wanted {
        place.tenant(name)?;
    }
    if wanted.is_empty() {
        let all = tenants.iter().map(|(_, node)| &*node.id);
        wanted = all.filter(|name| place.policy.recipient(name).is_none()).collect();
    }
    if wanted.is_empty() {
        printer.note("every tenant has a public key");
    }
    for name in wanted {
        if place.policy.recipient(name).is_some() {
            printer.note(format!("{name} has a public key, which stays as it is"));
            continue;
        }
        let file = identity_file(&args.identities, name);
        // One that was made before, and whose public half never came into the repository.
        let public = if file.exists() {
            identities(&file)?[0].to_public()
        } else {
            make_identity(&file, name)?
        };
        let path = format!("tenants/{name}/secrets/{RECIPIENT}");
        let text = format!(
            "# what is encrypted to this key, only the computers of {name} can open\n{public}\n"
        );
        replace(&place.folder.join(&path), text.as_bytes())?;
        printer.line(format!("{name}: {} and {path}", file.display()));
    }
    printer.note(format!(
        "keep a copy of `{}` in a safe place: without it nothing can be read back",
        args.identities.display()
    ));
    Ok(Exit::Done)
}

/// Private halves never stand in a repository.
fn outside(identities: &Path, repository: &Path) -> Result<(), CommandError> {
    let whole = |path: &Path| {
        let absolute = std::path::absolute(path).unwrap_or_else(|_| path.to_owned());
        // The folder may not be there yet; what is there of its path counts.
        let there = absolute.ancestors().find_map(|above| {
            let rest = absolute.strip_prefix(above).ok()?;
            Some(above.canonicalize().ok()?.join(rest))
        });
        there.unwrap_or(absolute)
    };
    if !whole(identities).starts_with(whole(repository)) {
        return Ok(());
    }
    let error = anyhow::anyhow!("`{}` is within the repository", identities.display());
    Err(CommandError::usage(error)
        .hint("identities are private: name a folder elsewhere, for example ~/ordain-identities"))
}
