//! Checks documents against the JSON Schemas, for tools and tests. Agents
//! leave the feature off.

use std::collections::HashMap;
use std::sync::{Mutex, OnceLock, PoisonError};

use jsonschema::Validator;
use serde_json::Value;

use crate::document::Kind;
use crate::json_schema;

/// What of a document does not conform to the schema of its kind, each with
/// the place in the document as a JSON pointer; nothing where it conforms.
pub fn nonconformities(kind: Kind, document: &Value) -> Vec<String> {
    static VALIDATORS: OnceLock<Mutex<HashMap<Kind, &'static Validator>>> = OnceLock::new();
    let validators = VALIDATORS.get_or_init(Mutex::default);
    let validator = *validators
        .lock()
        .unwrap_or_else(PoisonError::into_inner)
        .entry(kind)
        .or_insert_with(|| Box::leak(Box::new(compile(kind))));
    let errors = validator.iter_errors(document);
    errors.map(|error| format!("{}: {error}", error.instance_path())).collect()
}

fn compile(kind: Kind) -> Validator {
    jsonschema::validator_for(&json_schema(kind)).expect("a test compiles every schema")
}
