//! `ordain schema`: the JSON Schemas of the documents.

use ordain_schema::document::Kind;
use ordain_schema::{inventory_schema, json_schema};
use serde_json::{Map, Value};

use crate::args::SchemaArgs;
use crate::error::{CommandError, Exit};
use crate::printer::Printer;
use crate::suggest;

const INVENTORY: &str = "Inventory";

pub(super) fn run(args: &SchemaArgs, printer: &mut Printer) -> Result<Exit, CommandError> {
    if args.facts {
        super::facts::show(args.format, printer);
        return Ok(Exit::Done);
    }
    let Some(word) = &args.kind else {
        let all = Kind::ALL.iter().map(|kind| (kind.word().to_owned(), json_schema(*kind)));
        let inventory = (INVENTORY.to_owned(), inventory_schema());
        let all: Map<String, Value> = all.chain([inventory]).collect();
        printer.json(&all);
        return Ok(Exit::Done);
    };
    let named = |name: &str| name.eq_ignore_ascii_case(word);
    let kind = Kind::ALL.iter().find(|kind| named(kind.word()));
    let schema = match kind {
        Some(kind) => json_schema(*kind),
        None if named(INVENTORY) => inventory_schema(),
        None => {
            let names = Kind::ALL.iter().map(|kind| kind.word()).chain([INVENTORY]);
            let near = suggest::nearest(word, names.clone());
            let hint = match near {
                Some(near) => format!("did you mean `{near}`?"),
                None => format!("there is {}", names.collect::<Vec<_>>().join(", ")),
            };
            let error = anyhow::anyhow!("there is no kind `{word}`");
            return Err(CommandError::usage(error).hint(hint));
        }
    };
    printer.json(&schema);
    Ok(Exit::Done)
}
