//! A session as `sessions show --format json` tells it.

use serde_json::Value;

/// A session's JSON.
#[derive(Debug, Clone)]
pub(crate) struct Session(Value);

impl Session {
    /// Over what a verb has printed.
    pub(crate) fn new(value: Value) -> Self {
        assert!(value.is_object(), "no session: {value}");
        Self(value)
    }

    /// The whole.
    pub(crate) fn value(&self) -> &Value {
        &self.0
    }

    /// Its id.
    pub(crate) fn id(&self) -> &str {
        self.0["id"].as_str().expect("an id")
    }

    /// Its status.
    pub(crate) fn status(&self) -> &str {
        self.0["status"].as_str().expect("a status")
    }

    /// All actions.
    pub(crate) fn actions(&self) -> &[Value] {
        self.0["actions"].as_array().expect("actions")
    }

    /// What it did, a line for each action: item, action, reason, from, to, status, result.
    pub(crate) fn deeds(&self) -> Vec<String> {
        let word = |value: &Value| value.as_str().unwrap_or("-").to_owned();
        let keys = ["item", "action", "reason", "from", "to", "status", "result"];
        let line = |action: &Value| keys.map(|key| word(&action[key])).join(" ");
        self.actions().iter().map(line).collect()
    }
}
