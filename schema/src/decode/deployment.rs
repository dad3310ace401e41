//! Reading `Deployment`.

use super::given::Given;
use super::plain::{OneOrMore, TextOrNumber};
use super::{Decode, Faults, Fields, Input};
use crate::document::{Deployment, DeploymentItem, DeploymentState, Enforcement};
use crate::tree::Value;
use crate::{Code, Span, Spanned};

pub(super) fn deployment(fields: &mut Fields<'_, '_, '_>) -> Deployment {
    fields.exactly_one_of(&[&["software"], &["task"], &["items"]]);
    let both = fields.faulty().contains(&"software");
    let mut deployment = Deployment {
        software: fields.optional("software"),
        task: fields.optional("task"),
        items: fields.optional("items"),
        instance: fields.optional("instance"),
        state: fields.optional("state"),
        version: fields.optional("version"),
        target: fields.required_or_default("target"),
        enforcement: fields.or_default("enforcement"),
        parameters: fields.optional("parameters").map(|Given(map)| map).unwrap_or_default(),
        propagate: fields.or_default("propagate"),
        mandatory: fields.or_default("mandatory"),
        priority: fields.or_default("priority"),
        disabled: fields.or_default("disabled"),
        licence: fields.optional("licence"),
        visibility: fields.optional("visibility").map(|OneOrMore(words)| words),
        notes: fields.optional("notes"),
        ticket: fields.optional("ticket").map(|TextOrNumber(ticket)| ticket),
        starts: fields.optional("starts"),
        expires: fields.optional("expires"),
        on_unmatch: fields.or_default("onUnmatch"),
        rollout: fields.optional("rollout"),
    };
    check_place(&deployment, fields);
    // Where both are written, what fits the one may be meant for the other.
    if !both {
        check_items(&mut deployment, fields);
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
    check_mandatory(deployment, fields);
    check_days(deployment, fields);
}

fn check_mandatory(deployment: &Deployment, fields: &mut Fields<'_, '_, '_>) {
    let unknown = fields.faulty().contains(&"enforcement");
    let (message, hint) = if !fields.faults.cross_tenant {
        (
            "`mandatory` has no meaning in a tenant's file: it is for every tenant",
            "remove it, or move the file to `deployments/`",
        )
    } else if deployment.enforcement != Enforcement::Required && !unknown {
        (
            "`mandatory` goes with the enforcement `required` alone",
            "remove `mandatory`, or `enforcement`",
        )
    } else {
        return;
    };
    if deployment.mandatory.value {
        fields.faults.hinted(Code::BadValue, deployment.mandatory.span, message, hint);
        fields.mark_faulty("mandatory");
    }
}

fn check_days(deployment: &Deployment, fields: &mut Fields<'_, '_, '_>) {
    let (Some(starts), Some(expires)) = (&deployment.starts, &deployment.expires) else {
        return;
    };
    if starts.value > expires.value {
        let message =
            format!("`starts` is {}, after the last day, {}", starts.value, expires.value);
        let hint = "let it start on its last day or earlier";
        fields.faults.hinted(Code::BadValue, starts.span, message, hint);
        fields.mark_faulty("starts");
    }
}

/// What does not fit the item that is deployed, or one of several.
fn check_items(deployment: &mut Deployment, fields: &mut Fields<'_, '_, '_>) {
    let Some(singles) = deployment.singles(fields.faulty()) else {
        for misfit in misfits(deployment) {
            misfit.report(fields.faults);
            fields.mark_faulty(misfit.key);
        }
        return;
    };
    let mut said: Vec<Span> = Vec::new();
    let entries = deployment.items.iter_mut().flatten();
    for (entry, single) in entries.map(|entry| &mut entry.value).zip(&singles) {
        if entry.faulty.contains(&"software") {
            continue;
        }
        for misfit in misfits(&single.deployment) {
            entry.faulty.push(misfit.key);
            if has_own(entry, misfit.key) {
                misfit.report(fields.faults);
            } else if !said.contains(&misfit.span) {
                // A key of the document, which holds for every entry: said once.
                said.push(misfit.span);
                misfit.report(fields.faults);
                fields.faults.relate(single.span.line, "it does not fit this entry".to_owned());
                fields.mark_faulty(misfit.key);
            }
        }
    }
}

fn has_own(entry: &DeploymentItem, key: &str) -> bool {
    match key {
        "instance" => entry.instance.is_some(),
        "state" => entry.state.is_some(),
        "version" => entry.version.is_some(),
        _ => false,
    }
}

/// A key that does not fit the item.
struct Misfit {
    key: &'static str,
    span: Span,
    message: String,
    hint: String,
}

impl Misfit {
    fn report(&self, faults: &mut Faults) {
        faults.hinted(Code::BadValue, self.span, self.message.as_str(), self.hint.as_str());
    }
}

/// What does not fit the item of a single deployment.
fn misfits(deployment: &Deployment) -> Vec<Misfit> {
    let mut found = Vec::new();
    let state = deployment.state.as_ref();
    found.extend(state.and_then(|state| state_misfit(deployment, state)));
    found.extend(version_misfit(deployment));
    if let (Some(instance), Some(_)) = (&deployment.instance, &deployment.software) {
        found.push(Misfit {
            key: "instance",
            span: instance.span,
            message: "software has no instances".to_owned(),
            hint: "remove `instance`".to_owned(),
        });
    }
    let cloud = deployment.target.cloud_selectors().filter(|_| deployment.software.is_some());
    for (key, span) in cloud {
        found.push(Misfit {
            key: "target",
            span,
            message: format!("`{key}` is for cloud tasks; software is installed on computers"),
            hint: "choose a selector of computers, as `all: true`".to_owned(),
        });
    }
    found
}

fn version_misfit(deployment: &Deployment) -> Option<Misfit> {
    let version = deployment.version.as_ref()?;
    let other = deployment.state.as_ref().map(|state| state.value).filter(|state| {
        use DeploymentState::{Absent, Ignored, UpdateIfFound};
        matches!(state, Absent | Ignored | UpdateIfFound)
    });
    let message = match (&deployment.task, other) {
        (Some(_), _) => "a task has no version".to_owned(),
        (None, Some(state)) => format!("`version` has no meaning with `state: {}`", word(state)),
        (None, None) => return None,
    };
    let hint = "remove `version`, or wish for `state: installed` of a software".to_owned();
    Some(Misfit { key: "version", span: version.span, message, hint })
}

fn state_misfit(deployment: &Deployment, state: &Spanned<DeploymentState>) -> Option<Misfit> {
    use DeploymentState::{Absent, Audit, Enforce, Ignored, Installed, Monitor, UpdateIfFound};
    let (wrong, of, words) = match state.value {
        Ignored | Absent => return None,
        Installed | UpdateIfFound => (
            deployment.task.is_some(),
            "a task",
            "`enforce`, `audit`, `monitor`, `absent`, `ignored`",
        ),
        Enforce | Audit | Monitor => (
            deployment.software.is_some(),
            "software",
            "`installed`, `absent`, `update-if-found`, `ignored`",
        ),
    };
    wrong.then(|| Misfit {
        key: "state",
        span: state.span,
        message: format!("`{}` is no state of {of}", word(state.value)),
        hint: format!("write one of {words}"),
    })
}

fn word(state: DeploymentState) -> &'static str {
    use super::words::Words;
    let index = DeploymentState::VALUES.iter().position(|value| *value == state);
    index.map_or("", |index| DeploymentState::WORDS[index])
}

/// The name of a software, or a mapping.
impl Decode for DeploymentItem {
    fn decode(input: Input<'_, '_>, faults: &mut Faults) -> Option<Self> {
        if let Value::Scalar(_) = input.node.value {
            let software = Spanned::decode(input, faults)?;
            return Some(Self { software: Some(software), ..Self::default() });
        }
        let mut fields = input.fields(faults)?;
        fields.exactly_one_of(&[&["software"], &["task"]]);
        let mut item = Self {
            software: fields.optional("software"),
            task: fields.optional("task"),
            instance: fields.optional("instance"),
            state: fields.optional("state"),
            version: fields.optional("version"),
            parameters: fields.optional("parameters").map(|Given(map)| map),
            licence: fields.optional("licence"),
            faulty: Vec::new(),
        };
        item.faulty = fields.faulty().to_vec();
        fields.finish();
        Some(item)
    }
}
