//! `ordain secrets add`: a value from standard input into an encrypted file.

use std::io::{IsTerminal as _, Read as _};

use ordain_core::item::Item;
use ordain_core::secret::OpenSecret;
use ordain_schema::is_name;

use super::{Place, replace};
use crate::args::SecretsAdd;
use crate::error::{CommandError, Exit};
use crate::printer::Printer;
use crate::render::count;
use crate::sealed::seal;

/// The longest value, in bytes: an agent opens nothing longer.
const LONGEST: u64 = 1024 * 1024 - 64 * 1024;

pub(super) fn run(args: &SecretsAdd, printer: &mut Printer) -> Result<Exit, CommandError> {
    if !is_name(&args.name) {
        let error = anyhow::anyhow!("`{}` breaks the rule for names", args.name);
        let hint = "use a to z, 0 to 9 and dashes between them, at most 63";
        return Err(CommandError::usage(error).hint(hint));
    }
    let place = Place::open(args.path.as_deref())?;
    let items = args.uses.iter().map(|text| item(&place, text, printer));
    let items = items.collect::<Result<Vec<Item>, _>>()?;
    let (path, tenants) = match &args.tenant {
        Some(tenant) => (format!("tenants/{tenant}/secrets/{}.age", args.name), Vec::new()),
        None => (format!("secrets/{}.age", args.name), args.tenants.clone()),
    };
    let recipients = place.recipients_of(&path, &tenants)?;
    let value = value(args.exact)?;
    let sealed = seal(&recipients, &OpenSecret { items, tenants, value }.write())?;
    let before = place.snapshot.entries.contains_key(&path);
    replace(&place.folder.join(&path), &sealed)?;
    let word = if before { "replaced" } else { "wrote" };
    let readers = count(recipients.len(), "tenant");
    printer.line(format!("{word} {path}, which {readers} can read"));
    Ok(Exit::Done)
}

/// An item that may be given the secret; one that is not there yet is only noted.
fn item(place: &Place, text: &str, printer: &mut Printer) -> Result<Item, CommandError> {
    let item: Item = text.parse().map_err(CommandError::usage)?;
    let mut known = place.policy.items().iter().map(|(_, entry)| &entry.item);
    let is_it = |one: &Item| one.is_software() == item.is_software() && one.name() == item.name();
    if !known.any(is_it) {
        printer.note(format!("no such item is deployed yet: {item}"));
    }
    Ok(item)
}

fn value(exact: bool) -> Result<Vec<u8>, CommandError> {
    let mut input = std::io::stdin();
    if input.is_terminal() {
        let error = anyhow::anyhow!("the value comes from standard input, which is a terminal");
        return Err(CommandError::usage(error)
            .hint("write `ordain secrets add … < FILE`, or pipe it from your password store"));
    }
    let mut value = Vec::new();
    let mut bounded = input.by_ref().take(LONGEST + 1);
    bounded.read_to_end(&mut value).map_err(CommandError::failed)?;
    if value.len() as u64 > LONGEST {
        return Err(CommandError::usage(anyhow::anyhow!("the value is longer than 960 KiB")));
    }
    if !exact && value.last() == Some(&b'\n') {
        value.pop();
        if value.last() == Some(&b'\r') {
            value.pop();
        }
    }
    if value.is_empty() {
        return Err(CommandError::usage(anyhow::anyhow!("standard input holds no value")));
    }
    Ok(value)
}
