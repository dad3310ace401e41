//! The JSON Schemas of the documents, generated from the types that the
//! decoders fill; committed under `schema/json/` for editors.
//!
//! The types give shapes and descriptions, `examples.yaml` an example for
//! each property, [`shape`] what types cannot say: which keys exclude one
//! another, and that nothing is not a value.

mod shape;

use std::collections::BTreeMap;

use schemars::generate::SchemaSettings;
use schemars::{JsonSchema, Schema};
use serde_json::{Map, Value, json};

use crate::document::{
    Branding, Computer, Deployment, Group, Integration, Inventory, Kind, Licence, Repository, Role,
    Schedule, Software, Task, Tenant, Test, Trust, Window,
};

/// The JSON Schema of a kind of document.
pub fn json_schema(kind: Kind) -> Value {
    let schema = match kind {
        Kind::Repository => generate::<Repository>(),
        Kind::Tenant => generate::<Tenant>(),
        Kind::Software => generate::<Software>(),
        Kind::Task => generate::<Task>(),
        Kind::Deployment => generate::<Deployment>(),
        Kind::Group => generate::<Group>(),
        Kind::Computer => generate::<Computer>(),
        Kind::Schedule => generate::<Schedule>(),
        Kind::Window => generate::<Window>(),
        Kind::Licence => generate::<Licence>(),
        Kind::Branding => generate::<Branding>(),
        Kind::Integration => generate::<Integration>(),
        Kind::Role => generate::<Role>(),
        Kind::Test => generate::<Test>(),
        Kind::Trust => generate::<Trust>(),
    };
    finish(schema, kind.word(), Some(kind))
}

/// The JSON Schema of an inventory file in YAML or JSON.
pub fn inventory_schema() -> Value {
    finish(generate::<Inventory>(), "Inventory", None)
}

/// Every schema by the name of its file below `schema/json/`.
pub fn schema_files() -> BTreeMap<String, Value> {
    let kinds = Kind::ALL.iter().map(|kind| (format!("{}.json", kind.word()), json_schema(*kind)));
    kinds.chain([("inventory.json".to_owned(), inventory_schema())]).collect()
}

fn generate<T: JsonSchema>() -> Schema {
    SchemaSettings::draft2020_12().into_generator().into_root_schema_for::<T>()
}

fn finish(schema: Schema, title: &str, kind: Option<Kind>) -> Value {
    let mut schema = schema.to_value();
    let examples = examples();
    if let Some(root) = schema.as_object_mut() {
        root.insert("title".to_owned(), title.into());
        shape::object(title, root);
        if let Some(kind) = kind {
            add_head(kind, root);
        }
        describe(title, root, &examples);
        let definitions = root.get_mut("$defs").and_then(Value::as_object_mut);
        for (name, definition) in definitions.into_iter().flatten() {
            if let Some(definition) = definition.as_object_mut() {
                shape::object(name, definition);
                describe(name, definition, &examples);
            }
        }
    }
    sorted(schema)
}

/// The same value with its keys in order, whatever map holds them.
fn sorted(value: Value) -> Value {
    match value {
        Value::Object(map) => {
            let ordered: BTreeMap<String, Value> =
                map.into_iter().map(|(key, value)| (key, sorted(value))).collect();
            ordered.into_iter().collect()
        }
        Value::Array(items) => items.into_iter().map(sorted).collect(),
        plain => plain,
    }
}

/// `kind` and `name`, which every document has.
fn add_head(kind: Kind, root: &mut Map<String, Value>) {
    let by_folder = matches!(kind, Kind::Software | Kind::Task | Kind::Tenant);
    let said = if by_folder { " It equals the folder's, and may be left out." } else { "" };
    let Some(properties) = root.entry("properties").or_insert_with(|| json!({})).as_object_mut()
    else {
        return;
    };
    let word = kind.word();
    properties.insert(
        "kind".to_owned(),
        json!({
            "description": "The kind of document. May be left out where the folder says it.",
            "const": word,
            "examples": [word],
        }),
    );
    properties.insert(
        "name".to_owned(),
        json!({
            "description": format!("The document's name, unique within its scope.{said}"),
            "type": "string",
            "pattern": "^[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?$",
            "examples": ["acrobat-reader"],
        }),
    );
    if !by_folder
        && let Some(required) = root.entry("required").or_insert_with(|| json!([])).as_array_mut()
    {
        required.insert(0, "name".into());
    }
}

/// Gives each property a title and an example.
fn describe(name: &str, object: &mut Map<String, Value>, examples: &Value) {
    let Some(properties) = object.get_mut("properties").and_then(Value::as_object_mut) else {
        return;
    };
    for (key, property) in properties {
        let Some(property) = property.as_object_mut() else {
            continue;
        };
        property.insert("title".to_owned(), title(key).into());
        let of = |name: &str| examples.get(name).and_then(|of| of.get(key));
        let example = of(name).or_else(|| {
            let (_, part) = PARTS.iter().find(|(whole, _)| *whole == name)?;
            of(part)
        });
        if let Some(example) = example {
            property.insert("examples".to_owned(), json!([example]));
        }
    }
}

/// Types that share properties with another one, which has the examples.
const PARTS: &[(&str, &str)] = &[
    ("ActionOnPlatform", "Action"),
    ("DetectOnPlatform", "Detect"),
    ("Exception", "Target"),
    ("Ring", "Target"),
    ("Test", "Inventory"),
    ("SoftwareVersion", "Software"),
];

/// `requiresVersion` → `Requires version`.
fn title(key: &str) -> String {
    let mut title = String::with_capacity(key.len() + 4);
    for (index, letter) in key.chars().enumerate() {
        match letter {
            _ if index == 0 => title.extend(letter.to_uppercase()),
            'A'..='Z' => {
                title.push(' ');
                title.push(letter.to_ascii_lowercase());
            }
            _ => title.push(letter),
        }
    }
    title
}

/// An example for each property, by type and property.
fn examples() -> Value {
    let (nodes, _) = crate::tree::yaml(include_str!("examples.yaml"));
    nodes.first().map_or(Value::Null, crate::tree::Node::to_json)
}

#[cfg(test)]
mod tests;
