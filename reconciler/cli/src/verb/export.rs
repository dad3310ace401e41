//! `ordain export inventory`: the file that `--inventory` reads.

use anyhow::Context as _;
use serde_json::{Value, json};

use crate::args::{ExportArgs, ExportInventory, ExportVerb, InventoryFormat};
use crate::client::Client;
use crate::error::{CommandError, Exit};
use crate::printer::Printer;

pub(super) fn run(args: &ExportArgs, printer: &mut Printer) -> Result<Exit, CommandError> {
    match &args.verb {
        ExportVerb::Inventory(args) => inventory(args, printer),
    }
}

fn inventory(args: &ExportInventory, printer: &mut Printer) -> Result<Exit, CommandError> {
    let client = Client::new(&args.connection)?;
    let inventory = client.get("/api/v1/inventory", &[("tenant", args.tenant.as_deref())])?;
    match args.format {
        InventoryFormat::Json => printer.json(&inventory),
        InventoryFormat::Yaml => {
            let text =
                serde_yaml::to_string(&yaml(&inventory)).context("the inventory has no YAML form");
            printer.text(text.map_err(CommandError::failed)?);
        }
        InventoryFormat::Jsonl => {
            for line in lines(&inventory) {
                printer.json_line(&line);
            }
        }
    }
    Ok(Exit::Done)
}

/// The same value for YAML. Written out, since numbers of JSON keep all their
/// digits in a form of their own, which is no number to another writer.
fn yaml(value: &Value) -> serde_yaml::Value {
    use serde_yaml::Value as Yaml;
    match value {
        Value::Null => Yaml::Null,
        Value::Bool(is) => Yaml::Bool(*is),
        Value::Number(number) => {
            let whole = number.as_i64().map(Yaml::from).or_else(|| number.as_u64().map(Yaml::from));
            let broken = || number.as_f64().map(Yaml::from);
            whole.or_else(broken).unwrap_or_else(|| Yaml::String(number.to_string()))
        }
        Value::String(text) => Yaml::String(text.clone()),
        Value::Array(all) => Yaml::Sequence(all.iter().map(yaml).collect()),
        Value::Object(keys) => {
            let pairs = keys.iter().map(|(key, value)| (Yaml::String(key.clone()), yaml(value)));
            Yaml::Mapping(pairs.collect())
        }
    }
}

/// One object a line, each with one key.
fn lines(inventory: &Value) -> Vec<Value> {
    const LISTS: [(&str, &str); 4] = [
        ("tenants", "tenant"),
        ("persons", "person"),
        ("approvals", "approval"),
        ("computers", "computer"),
    ];
    const MAPS: [(&str, &str); 2] = [("available", "available"), ("scripts", "script")];
    let lists = LISTS.iter().flat_map(|(many, one)| {
        let rows = inventory[*many].as_array().into_iter().flatten();
        rows.map(move |row| json!({ *one: row }))
    });
    let maps = MAPS.iter().flat_map(|(many, one)| {
        let rows = inventory[*many].as_object().into_iter().flatten();
        rows.map(move |(name, row)| json!({ *one: { name: row } }))
    });
    lists.chain(maps).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn yaml_says_what_json_says() {
        let value = json!({"a": [1, -2, 0.5, true, null], "b": {"version": "24.10", "no": "no"}});
        let text = serde_yaml::to_string(&yaml(&value)).expect("it has a YAML form");
        assert_eq!(
            text,
            "a:\n- 1\n- -2\n- 0.5\n- true\n- null\nb:\n  no: no\n  version: '24.10'\n"
        );
    }

    #[test]
    fn every_part_of_an_inventory_becomes_lines() {
        let inventory = json!({
            "computers": [{"name": "a"}, {"name": "b"}],
            "available": {"x": ["1"]},
            "tenants": [{"id": "t"}],
        });
        let lines: Vec<String> = lines(&inventory).iter().map(ToString::to_string).collect();
        let expected = [
            r#"{"tenant":{"id":"t"}}"#,
            r#"{"computer":{"name":"a"}}"#,
            r#"{"computer":{"name":"b"}}"#,
            r#"{"available":{"x":["1"]}}"#,
        ];
        assert_eq!(lines, expected);
    }
}
