//! What whoever onboards a computer says with the session: whose it is, and
//! values of parameters. Checked here, so that a slip costs no session.

use std::collections::BTreeMap;

use axum::http::StatusCode;
use ordain_core::fleet::Domains;
use ordain_core::parameter::{computed, declared, fault, secrets};
use ordain_core::policy::Policy;
use ordain_schema::document::ParameterType;
use ordain_store::rows::ComputerRow;
use serde_json::Value;

use super::Refusal;
use crate::controller::Controller;

/// Values by item and name.
type Given = BTreeMap<String, BTreeMap<String, Value>>;

/// Checks the values against what the items declare.
pub(super) fn given(policy: &Policy, wanted: &Given) -> Result<Given, Refusal> {
    let mut given = Given::new();
    for (text, values) in wanted {
        let entry = policy.items().iter().find(|(_, entry)| entry.item.to_string() == *text);
        let (_, entry) = entry.ok_or_else(|| {
            refused(format!("no software or task of the policy is called `{text}`"))
        })?;
        let declared = declared(policy.document(entry.document));
        for (name, value) in values {
            let parameter = declared
                .get(name)
                .ok_or_else(|| refused(format!("{text} declares no parameter `{name}`")))?;
            let value = read(parameter.kind, value);
            if !secrets(&value).is_empty() || computed(&value).is_some() {
                let message = format!("the parameter `{name}` of {text} takes a plain value here");
                return Err(refused(message));
            }
            if let Some(why) = fault(parameter, &value) {
                return Err(refused(format!("the parameter `{name}` of {text}: {why}")));
            }
            given.entry(text.clone()).or_default().insert(name.clone(), value);
        }
    }
    Ok(given)
}

/// A text from a command line is read as what the parameter wants.
fn read(kind: ParameterType, value: &Value) -> Value {
    let wants_text = matches!(
        kind,
        ParameterType::String | ParameterType::Select | ParameterType::File | ParameterType::Uri
    );
    match value {
        Value::String(text) if !wants_text => {
            serde_json::from_str(text).unwrap_or_else(|_| value.clone())
        }
        other => other.clone(),
    }
}

/// A person is one of each computer's tenant.
pub(super) fn check_person(
    controller: &Controller,
    upn: &str,
    computers: &[ComputerRow],
) -> Result<(), Refusal> {
    let plain =
        upn.split_once('@').is_some_and(|(name, domain)| !name.is_empty() && !domain.is_empty());
    if !plain || upn.len() > 256 || upn.chars().any(|c| c.is_whitespace() || c.is_control()) {
        return Err(refused(format!("`{upn}` is no UPN")).hint("write it as NAME@DOMAIN"));
    }
    let in_force = controller.policy().in_force;
    let domains = in_force.as_ref().map(|in_force| Domains::new(&in_force.policy));
    let owner = domains.unwrap_or_default();
    let owner = owner.tenant_of(&upn.to_lowercase());
    let other = computers.iter().find(|row| owner.is_some_and(|own| own != row.tenant.as_str()));
    match other {
        None => Ok(()),
        Some(row) => Err(refused(format!("{upn} is no person of {}", row.tenant))),
    }
}

fn refused(message: String) -> Refusal {
    Refusal::new(StatusCode::UNPROCESSABLE_ENTITY, "bad-parameter", message)
}
