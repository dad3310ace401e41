//! Reading `Deployment`.

use super::plain::{OneOrMore, TextOrNumber};
use super::target::cloud_selector;
use super::{Decode, Faults, Fields, Input};
use crate::document::{Deployment, DeploymentState, GivenParameter};
use crate::tree::{Entry, Plain, Value};
use crate::{Code, Spanned};

pub(super) fn deployment(fields: &mut Fields<'_, '_, '_>) -> Deployment {
    fields.exactly_one_of(&[&["software"], &["task"]]);
    let both = fields.faulty().contains(&"software");
    let deployment = Deployment {
        software: fields.optional("software"),
        task: fields.optional("task"),
        instance: fields.optional("instance"),
        state: fields.optional("state"),
        version: fields.optional("version"),
        target: fields.required_or_default("target"),
        enforcement: fields.or_default("enforcement"),
        parameters: fields.optional("parameters").map(|Given(map)| map).unwrap_or_default(),
        propagate: fields.or_default("propagate"),
        priority: fields.or_default("priority"),
        disabled: fields.or_default("disabled"),
        licence: fields.optional("licence"),
        visibility: fields.optional("visibility").map(|OneOrMore(words)| words),
        notes: fields.optional("notes"),
        ticket: fields.optional("ticket").map(|TextOrNumber(ticket)| ticket),
        expires: fields.optional("expires"),
        on_unmatch: fields.or_default("onUnmatch"),
        rollout: fields.optional("rollout"),
    };
    check_place(&deployment, fields);
    // Where both are written, what fits the one may be meant for the other.
    if !both {
        check_item(&deployment, fields);
    }
    deployment
}

/// What does not fit the place of the file.
fn check_place(deployment: &Deployment, fields: &mut Fields<'_, '_, '_>) {
    if deployment.propagate.value && fields.faults.cross_tenant {
        let message = "`propagate` has no meaning in a cross-tenant file: it reaches every tenant";
        let hint = "remove it, or move the file below `tenants/<id>/`";
        fields.faults.hinted(Code::BadValue, deployment.propagate.span, message, hint);
        fields.mark_faulty("propagate");
    }
}

/// What does not fit the item that is deployed.
fn check_item(deployment: &Deployment, fields: &mut Fields<'_, '_, '_>) {
    let state = deployment.state.as_ref();
    if let Some(state) = state
        && !is_state_of_item(deployment, state, fields.faults)
    {
        fields.mark_faulty("state");
    }
    if let Some(version) = &deployment.version {
        let other = state.map(|state| state.value).filter(|state| {
            use DeploymentState::{Absent, Ignored, UpdateIfFound};
            matches!(state, Absent | Ignored | UpdateIfFound)
        });
        let misfit = match (&deployment.task, other) {
            (Some(_), _) => Some("a task has no version".to_owned()),
            (None, Some(state)) => {
                Some(format!("`version` has no meaning with `state: {}`", word(state)))
            }
            (None, None) => None,
        };
        if let Some(message) = misfit {
            let hint = "remove `version`, or wish for `state: installed` of a software";
            fields.faults.hinted(Code::BadValue, version.span, message, hint);
            fields.mark_faulty("version");
        }
    }
    if let (Some(instance), Some(_)) = (&deployment.instance, &deployment.software) {
        let message = "software has no instances";
        fields.faults.hinted(Code::BadValue, instance.span, message, "remove `instance`");
        fields.mark_faulty("instance");
    }
    if let (Some((key, span)), Some(_)) = (cloud_selector(&deployment.target), &deployment.software)
    {
        let message = format!("`{key}` is for cloud tasks; software is installed on computers");
        let hint = "choose a selector of computers, as `all: true`";
        fields.faults.hinted(Code::BadValue, span, message, hint);
        fields.mark_faulty("target");
    }
}

fn is_state_of_item(
    deployment: &Deployment,
    state: &Spanned<DeploymentState>,
    faults: &mut Faults,
) -> bool {
    use DeploymentState::{Absent, Audit, Enforce, Ignored, Installed, Monitor, UpdateIfFound};
    let (wrong, allowed) = match state.value {
        Ignored => return true,
        Installed | Absent | UpdateIfFound => {
            (deployment.task.is_some(), "a task: `enforce`, `audit`, `monitor`, `ignored`")
        }
        Enforce | Audit | Monitor => (
            deployment.software.is_some(),
            "software: `installed`, `absent`, `update-if-found`, `ignored`",
        ),
    };
    if wrong {
        let (of, words) = allowed.split_once(": ").expect("each of the two texts has a colon");
        let message = format!("`{}` is no state of {of}", word(state.value));
        faults.hinted(Code::BadValue, state.span, message, format!("write one of {words}"));
    }
    !wrong
}

fn word(state: DeploymentState) -> &'static str {
    use super::words::Words;
    let index = DeploymentState::VALUES.iter().position(|value| *value == state);
    index.map_or("", |index| DeploymentState::WORDS[index])
}

/// The parameters of a deployment.
struct Given(std::collections::BTreeMap<String, GivenParameter>);

impl Decode for Given {
    fn decode(input: Input<'_, '_>, faults: &mut Faults) -> Option<Self> {
        let entries = super::plain::named(input, faults)?;
        let given = entries.iter().map(|entry| {
            let given = given_parameter(entry, faults).unwrap_or_else(|| faulty(entry));
            (entry.key.to_string(), given)
        });
        Some(Self(given.collect()))
    }
}

/// A scalar, `{secret: NAME}`, or `{value, override}`.
fn given_parameter(entry: &Entry<'_>, faults: &mut Faults) -> Option<GivenParameter> {
    let input = Input::of(entry);
    let key = Spanned::new((), entry.span);
    let plain = |value| GivenParameter { key: key.clone(), value, over: None };
    let entries = match &input.node.value {
        Value::Mapping(entries) => entries,
        Value::Sequence(_) => {
            faults.wrong_type(input, "a value, `{secret: NAME}` or `{value: …}`");
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
    if !has("value") && !has("override") {
        // A map that was written without `value`.
        let message = format!("the map for `{}` stands bare", input.key);
        faults.hinted(Code::BadParameter, input.place, message, "write a map as `{value: {…}}`");
        return None;
    }
    let mut fields = input.fields(faults)?;
    let (value, over) = (fields.required("value"), fields.optional("override"));
    fields.finish();
    Some(GivenParameter { key, value: value?, over })
}

/// What stands for a faulty value: null, so that nobody calls the parameter missing.
fn faulty(entry: &Entry<'_>) -> GivenParameter {
    let value = Spanned::new(serde_json::Value::Null, entry.place());
    GivenParameter { key: Spanned::new((), entry.span), value, over: None }
}
