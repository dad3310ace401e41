//! Reading the values of parameters, as deployments and tenants give them.

use std::collections::BTreeMap;

use super::plain::named;
use super::{Decode, Faults, Input};
use crate::document::GivenParameter;
use crate::tree::{Entry, Plain, Value};
use crate::{Code, Spanned};

/// The parameters of a deployment.
pub(super) struct Given(pub(super) BTreeMap<String, GivenParameter>);

impl Decode for Given {
    fn decode(input: Input<'_, '_>, faults: &mut Faults) -> Option<Self> {
        let entries = named(input, faults)?;
        let given = entries.iter().map(|entry| {
            let given = given_parameter(entry, Giver::Deployment, faults)
                .unwrap_or_else(|| not_given(entry));
            (entry.key.to_string(), given)
        });
        Some(Self(given.collect()))
    }
}

/// The values that a tenant gives to one item.
pub(super) struct TenantValues(pub(super) BTreeMap<String, GivenParameter>);

impl Decode for TenantValues {
    /// As a deployment's parameters, but null counts as not given.
    fn decode(input: Input<'_, '_>, faults: &mut Faults) -> Option<Self> {
        if input.node.is_null() {
            return Some(Self(BTreeMap::new()));
        }
        let entries = named(input, faults)?;
        let given = entries.iter().map(|entry| {
            let given = if entry.value.is_null() {
                None
            } else {
                given_parameter(entry, Giver::Tenant, faults)
            };
            (entry.key.to_string(), given.unwrap_or_else(|| not_given(entry)))
        });
        Some(Self(given.collect()))
    }
}

/// Who gives a value: only a deployment says what an onboarding may do with it.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Giver {
    Deployment,
    Tenant,
}

/// `{cel: TEXT}`: the value as written, at the place of its text.
pub(super) fn computed(
    input: Input<'_, '_>,
    faults: &mut Faults,
) -> Option<Spanned<serde_json::Value>> {
    let mut fields = input.fields(faults)?;
    let source: Option<Spanned<String>> = fields.required("cel");
    fields.finish();
    let source = source?;
    Some(Spanned::new(serde_json::json!({"cel": source.value}), source.span))
}

/// A scalar, `{secret: NAME}`, `{cel: TEXT}`, or `{value, override}`.
fn given_parameter(entry: &Entry<'_>, giver: Giver, faults: &mut Faults) -> Option<GivenParameter> {
    let input = Input::of(entry);
    let key = Spanned::new((), entry.span);
    let plain = |value| GivenParameter { key: key.clone(), value, over: None };
    let entries = match &input.node.value {
        Value::Mapping(entries) => entries,
        Value::Sequence(_) => {
            faults.wrong_type(input, "a value, `{secret: NAME}`, `{cel: …}` or `{value: …}`");
            return None;
        }
        Value::Scalar(_) if input.node.plain() == Some(Plain::Null) => {
            let hint = "give it a value, or leave the key out";
            faults.wrong_type(input, "a value").hint = Some(hint.to_owned());
            return None;
        }
        Value::Scalar(_) => return Spanned::decode(input, faults).map(plain),
    };
    let has = |key: &str| entries.iter().any(|entry| entry.key == key);
    if has("secret") {
        let secret = crate::document::SecretRef::decode(input, faults)?;
        let value = serde_json::json!({"secret": secret.secret.value});
        return Some(plain(Spanned::new(value, input.place)));
    }
    if has("cel") {
        return computed(input, faults).map(plain);
    }
    if !has("value") && !has("override") {
        // A map that was written without `value`.
        let message = format!("the map for `{}` stands bare", input.key);
        faults.hinted(Code::BadParameter, input.place, message, "write a map as `{value: {…}}`");
        return None;
    }
    let mut fields = input.fields(faults)?;
    let value = fields.required("value");
    let over = if giver == Giver::Deployment { fields.optional("override") } else { None };
    fields.finish();
    Some(GivenParameter { key, value: value?, over })
}

/// What stands for a value that is null or at fault, so that nobody calls the
/// parameter undeclared or missing where it is only misspelt.
fn not_given(entry: &Entry<'_>) -> GivenParameter {
    let value = Spanned::new(serde_json::Value::Null, entry.place());
    GivenParameter { key: Spanned::new((), entry.span), value, over: None }
}
