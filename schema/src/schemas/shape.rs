//! What the Rust types do not say of the shapes.

use serde_json::{Map, Value, json};

/// The selectors of a target.
const SELECTORS: &[&str] = &[
    "computer",
    "person",
    "script",
    "group",
    "tag",
    "directoryGroup",
    "product",
    "agreement",
    "deviceGroup",
    "all",
    "tenants",
    "tenant",
    "tenantTag",
];

/// What an action runs.
const ACTIONS: &[&str] =
    &["script", "package", "msi", "exe", "archive", "pkg", "dmg", "registered"];

/// How software is found.
const DETECTORS: &[&str] =
    &["registry", "upgradeCode", "productCode", "package", "file", "command", "script"];

/// Types of which at least one of some keys must be written.
const AT_LEAST_ONE: &[(&str, &[&str])] = &[("Licence", &["key", "file", "fields"])];

/// What a ring may be.
const RINGS: &[&str] = &[
    "percent",
    "computer",
    "person",
    "group",
    "tag",
    "directoryGroup",
    "product",
    "agreement",
    "deviceGroup",
    "all",
];

/// Types of which exactly one of some keys must be written.
const EXACTLY_ONE: &[(&str, &[&str])] = &[
    ("Action", ACTIONS),
    ("ActionOnPlatform", ACTIONS),
    ("ArgumentFrom", &["param", "secret", "licence"]),
    ("Applies", &["software", "absent", "cel"]),
    ("Condition", &["anyOf", "allOf"]),
    ("Consequence", &["install", "uninstall", "fail"]),
    ("Deployment", &["software", "task", "items"]),
    ("DeploymentItem", &["software", "task"]),
    ("Detect", DETECTORS),
    ("DetectOnPlatform", DETECTORS),
    (
        "Ensure",
        &[
            "registry",
            "file",
            "directory",
            "line",
            "service",
            "feature",
            "scheduledTask",
            "localGroup",
            "user",
            "sysctl",
            "defaults",
        ],
    ),
    ("LatestFrom", &["script", "feed"]),
    ("Source", &["winget", "scoop", "brew", "fleet", "github", "feed"]),
    ("RoleScope", &["all", "tenant", "tag"]),
    ("Rule", &["software", "absent", "then"]),
    ("Exception", SELECTORS),
    ("Target", SELECTORS),
    ("TextMatch", &["contains", "regex"]),
    ("Trigger", &["at", "every", "on"]),
    ("Ring", RINGS),
    ("When", &["cron", "every", "on", "nth"]),
    ("Window", &["allow", "deny"]),
    ("WindowItem", &["software", "task"]),
];

/// Keys that stand only where another one stands too.
const DEPENDENT: &[(&str, &str, &[&str])] = &[
    ("Rule", "if", &["then"]),
    ("Rule", "version", &["software"]),
    ("When", "nth", &["weekday"]),
    ("When", "weekday", &["nth"]),
    ("When", "plus", &["nth"]),
    ("When", "at", &["nth"]),
    ("Window", "cron", &["duration"]),
    ("Window", "nth", &["weekday", "duration"]),
    ("Window", "weekday", &["nth"]),
    ("Window", "plus", &["nth"]),
    ("Window", "at", &["nth"]),
    ("WindowItem", "instance", &["task"]),
];

/// Types in which a key may say null, as machines write it.
const NULLABLE: &[&str] = &[
    "AgreementRow",
    "ComputerFacts",
    "ExpectedAction",
    "ExpectedHold",
    "Inventory",
    "OsFacts",
    "PersonFacts",
    "TenantFacts",
];

/// Properties whose values are bounded beyond their type.
const BOUNDS: &[(&str, &str, &str)] = &[
    ("Artifact", "sha256", r#"{"pattern": "^[0-9A-Fa-f]{64}$"}"#),
    ("Repository", "apiVersion", r#"{"const": "ordain/v1"}"#),
    ("Target", "all", r#"{"const": true}"#),
    ("Target", "tenants", r#"{"const": "all"}"#),
    ("Exception", "all", r#"{"const": true}"#),
    ("Exception", "tenants", r#"{"const": "all"}"#),
    ("OnlyWhere", "chassis", r#"{"minItems": 1}"#),
    ("RoleScope", "all", r#"{"const": true}"#),
    ("Window", "allow", r#"{"const": true}"#),
    ("Window", "deny", r#"{"const": true}"#),
    ("When", "on", r#"{"const": "commit"}"#),
    ("TextMatch", "regex", r#"{"format": "regex"}"#),
    ("CommandDetect", "version", r#"{"format": "regex"}"#),
    ("Parameter", "pattern", r#"{"format": "regex"}"#),
    (
        "Branding",
        "colours",
        r#"{"additionalProperties": {"type": "string", "pattern": "^#[0-9A-Fa-f]{6}$"}}"#,
    ),
    ("Client", "id", r#"{"type": ["string", "integer"]}"#),
    ("Deployment", "ticket", r#"{"type": ["string", "integer"]}"#),
    ("Licence", "restrictToMajor", r#"{"type": ["string", "integer"]}"#),
    ("Repair", "script", r##"{"anyOf": [{"type": "string"}, {"$ref": "#/$defs/Action"}]}"##),
    (
        "Test",
        "session",
        r##"{"anyOf": [{"$ref": "#/$defs/SessionKind"}, {"$ref": "#/$defs/TestSession"}]}"##,
    ),
    ("Action", "attempts", r#"{"minimum": 1}"#),
    ("ActionOnPlatform", "attempts", r#"{"minimum": 1}"#),
    ("Artifact", "name", r#"{"pattern": "^[A-Za-z0-9][A-Za-z0-9._-]{0,62}$"}"#),
    ("CloseFirst", "processes", r#"{"minItems": 1}"#),
    ("Licence", "seats", r#"{"minimum": 1}"#),
    ("SoftwareVersion", "sha256", r#"{"pattern": "^[0-9A-Fa-f]{64}$"}"#),
    ("Source", "github", r#"{"pattern": "^[^/ :]+/[^/ :]+$"}"#),
    ("Defaults", "attempts", r#"{"minimum": 1}"#),
    ("Schedule", "concurrency", r#"{"minimum": 1}"#),
    ("EnsureLine", "after", r#"{"format": "regex"}"#),
    ("EnsureLine", "match", r#"{"format": "regex"}"#),
    (
        "EnsureSysctl",
        "value",
        r##"{"anyOf": [{"type": ["string", "integer"]}, {"$ref": "#/$defs/ParameterRef"}]}"##,
    ),
    ("Task", "ensure", r#"{"minItems": 1}"#),
    ("Ring", "all", r#"{"const": true}"#),
    ("Rollout", "rings", r#"{"minItems": 1}"#),
    ("When", "nth", r#"{"minimum": 1, "maximum": 5}"#),
    ("Window", "nth", r#"{"minimum": 1, "maximum": 5}"#),
    ("TrustRole", "threshold", r#"{"minimum": 1}"#),
    ("Schedule", "item", r#"{"pattern": "^(software|task)/."}"#),
    ("TestSession", "item", r#"{"pattern": "^(software|task)/."}"#),
    ("ExpectedAction", "item", r#"{"pattern": "^(software|task)/."}"#),
    (
        "ExpectedAction",
        "action",
        r#"{"enum": ["none", "install", "update", "downgrade", "uninstall", "repair", "set"]}"#,
    ),
    ("ExpectedAction", "ring", r#"{"minimum": 1}"#),
    ("ExpectedHold", "until", r#"{"format": "date-time"}"#),
    ("RolloutFacts", "item", r#"{"pattern": "^(software|task)/."}"#),
    ("RolloutFacts", "started", r#"{"format": "date-time"}"#),
    ("RolloutFacts", "ring", r#"{"minimum": 1}"#),
    ("RolloutFacts", "halted", r#"{"minimum": 1}"#),
    ("ExpectedAction", "phase", r#"{"enum": ["onboarding", "main"]}"#),
    ("ExpectedConflict", "rule", r#"{"enum": ["state", "path", "prerequisite"]}"#),
    ("Inventory", "now", r#"{"format": "date-time"}"#),
    ("Test", "now", r#"{"format": "date-time"}"#),
];

/// Completes the schema of a type.
pub(super) fn object(name: &str, object: &mut Map<String, Value>) {
    if let Some((_, keys)) = EXACTLY_ONE.iter().find(|(of, _)| *of == name) {
        let each: Vec<Value> = keys.iter().map(|key| json!({"required": [key]})).collect();
        object.insert("oneOf".to_owned(), each.into());
    }
    if let Some((_, keys)) = AT_LEAST_ONE.iter().find(|(of, _)| *of == name) {
        let each: Vec<Value> = keys.iter().map(|key| json!({"required": [key]})).collect();
        object.insert("anyOf".to_owned(), each.into());
    }
    let dependent = DEPENDENT.iter().filter(|(of, _, _)| *of == name);
    let dependent: Map<String, Value> =
        dependent.map(|(_, key, others)| ((*key).to_owned(), json!(others))).collect();
    if !dependent.is_empty() {
        object.insert("dependentRequired".to_owned(), dependent.into());
    }
    // What a test's inventory may leave empty stands in a type of its own.
    let nullable = |key: &str| {
        NULLABLE.contains(&name) || name == "Test" && crate::document::INVENTORY_KEYS.contains(&key)
    };
    let Some(properties) = object.get_mut("properties").and_then(Value::as_object_mut) else {
        return;
    };
    for (key, property) in properties {
        let Some(property) = property.as_object_mut() else {
            continue;
        };
        if !nullable(key) {
            forbid_null(property);
        } else if !property.contains_key("anyOf") {
            allow_null(property);
        }
        tidy(property);
        if property.get("default").is_some_and(Value::is_null) {
            property.remove("default");
        }
        for (_, _, bound) in BOUNDS.iter().filter(|(of, on, _)| *of == name && on == key) {
            let bound: Map<String, Value> =
                serde_json::from_str(bound).expect("the table above holds objects");
            if bound.contains_key("anyOf") {
                property.remove("$ref");
            }
            property.extend(bound);
        }
    }
}

/// An optional value is left out, not null.
fn forbid_null(property: &mut Map<String, Value>) {
    if let Some(Value::Array(types)) = property.get_mut("type") {
        types.retain(|of| of != "null");
        if let [only] = types.as_slice() {
            let only = only.clone();
            property.insert("type".to_owned(), only);
        }
    }
    if let Some(Value::Array(any)) = property.get_mut("anyOf") {
        any.retain(|of| of != &json!({"type": "null"}));
        if let [Value::Object(only)] = any.as_slice() {
            let only = only.clone();
            property.remove("anyOf");
            property.extend(only);
        }
    }
}

fn allow_null(property: &mut Map<String, Value>) {
    if let Some(Value::String(of)) = property.get("type") {
        let of = of.clone();
        property.insert("type".to_owned(), json!([of, "null"]));
    }
}

/// Formats of Rust's numbers say nothing to an editor.
fn tidy(property: &mut Map<String, Value>) {
    let rusty = |of: &Value| of.as_str().is_some_and(|of| of.starts_with(['u', 'i', 'd', 'f']));
    property.remove("format").filter(|of| !rusty(of));
    if let Some(items) = property.get_mut("items").and_then(Value::as_object_mut) {
        tidy(items);
    }
    if let Some(items) = property.get_mut("additionalProperties").and_then(Value::as_object_mut) {
        tidy(items);
    }
}
