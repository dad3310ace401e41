//! Every property is described, every example holds, the committed files are
//! up to date. `ORDAIN_BLESS=1 cargo test -p ordain-schema` writes them.
#![expect(clippy::unwrap_used, reason = "tests fail by panicking")]

use super::*;

/// Every property of a schema with the type that has it.
fn properties(schema: &Value) -> Vec<(String, String, Value)> {
    let mut all = Vec::new();
    let title = schema["title"].as_str().unwrap();
    let definitions = schema["$defs"].as_object();
    let definitions = definitions.into_iter().flatten().map(|(name, of)| (name.as_str(), of));
    for (name, of) in definitions.chain([(title, schema)]) {
        for (key, property) in of["properties"].as_object().into_iter().flatten() {
            all.push((name.to_owned(), key.clone(), property.clone()));
        }
    }
    all
}

#[test]
fn every_property_is_described() {
    let mut lacking = Vec::new();
    for schema in schema_files().values() {
        for (name, key, property) in properties(schema) {
            for what in ["title", "description", "examples"] {
                if property.get(what).is_none() {
                    lacking.push(format!("{name}.{key} has no {what}"));
                }
            }
        }
    }
    lacking.sort();
    lacking.dedup();
    assert_eq!(lacking, Vec::<String>::new(), "{}", lacking.join("\n"));
}

#[test]
fn no_properties_hide_elsewhere() {
    // The test above looks at the root and the definitions only.
    fn count(value: &Value) -> usize {
        match value {
            Value::Object(map) => map
                .iter()
                .filter(|(key, _)| *key != "examples")
                .map(|(key, value)| {
                    usize::from(key == "properties" && value.is_object()) + count(value)
                })
                .sum(),
            Value::Array(items) => items.iter().map(count).sum(),
            _ => 0,
        }
    }
    for (name, schema) in schema_files() {
        let plain = schema["$defs"].as_object().into_iter().flatten();
        let known = plain.filter(|(_, of)| of.get("properties").is_some()).count() + 1;
        // A property may itself be called `properties`.
        let called = properties(&schema).iter().filter(|(_, key, _)| key == "properties").count();
        assert_eq!(count(&schema), known + called, "{name}");
    }
}

#[test]
fn examples_hold() {
    for (file, schema) in schema_files() {
        for (name, key, mut property) in properties(&schema) {
            let examples = property["examples"].clone();
            if let Some(definitions) = schema.get("$defs") {
                property["$defs"] = definitions.clone();
            }
            let validator = jsonschema::validator_for(&property).unwrap();
            for example in examples.as_array().unwrap() {
                let found: Vec<String> =
                    validator.iter_errors(example).map(|error| error.to_string()).collect();
                assert_eq!(found, Vec::<String>::new(), "{file} {name}.{key}");
            }
        }
    }
}

#[test]
fn no_example_is_left_over() {
    let schemas = schema_files();
    let used: Vec<(String, String)> =
        schemas.values().flat_map(properties).map(|(name, key, _)| (name, key)).collect();
    for (name, of) in examples().as_object().unwrap() {
        for key in of.as_object().unwrap().keys() {
            assert!(used.contains(&(name.clone(), key.clone())), "{name}.{key}");
        }
    }
}

#[test]
#[expect(clippy::disallowed_methods, reason = "the committed files are what is tested")]
fn committed_files_are_up_to_date() {
    let folder = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("json");
    let bless = std::env::var_os("ORDAIN_BLESS").is_some();
    for (name, schema) in schema_files() {
        let text = format!("{}\n", serde_json::to_string_pretty(&schema).unwrap());
        let path = folder.join(name);
        if bless {
            std::fs::create_dir_all(&folder).unwrap();
            std::fs::write(&path, text).unwrap();
        } else {
            let committed = std::fs::read_to_string(&path).unwrap_or_default();
            assert!(committed == text, "{} is old: ORDAIN_BLESS=1 writes it", path.display());
        }
    }
}
