//! `ordain secrets rewrap`: every secret encrypted anew, to those who may read
//! it now. For a new tenant below another, and after a change of keys.

use ordain_core::secret::OpenSecret;
use ordain_schema::Entry;

use super::{Place, replace};
use crate::args::SecretsRewrap;
use crate::error::{CommandError, Exit};
use crate::printer::Printer;
use crate::render::count;
use crate::sealed::{identities_in, open, seal};

pub(super) fn run(args: &SecretsRewrap, printer: &mut Printer) -> Result<Exit, CommandError> {
    let place = Place::open(args.path.as_deref())?;
    let identities = identities_in(&args.identities)?;
    let (mut done, mut left) = (0, 0);
    for path in place.policy.secrets().iter().filter(|path| path.strip_suffix(".age").is_some()) {
        let bytes = place.snapshot.entries.get(path).and_then(Entry::bytes);
        let plain = bytes.and_then(|bytes| open(&identities, bytes));
        let Some(plain) = plain else {
            left += 1;
            printer.note(format!("{path} is as it was: no identity here opens it"));
            continue;
        };
        let Ok(secret) = OpenSecret::read(&plain) else {
            left += 1;
            printer.note(format!(
                "{path} is as it was: it does not say where it may be used; add it anew"
            ));
            continue;
        };
        let recipients = place.recipients_of(path, &secret.tenants)?;
        replace(&place.folder.join(path), &seal(&recipients, &plain)?)?;
        done += 1;
        printer.line(format!("{path}: {}", count(recipients.len(), "tenant")));
    }
    printer.note(format!("encrypted {} anew", count(done, "secret")));
    Ok(Exit::found(left > 0))
}
