//! Reading `Trust`.

use std::collections::BTreeMap;

use super::{Decode, Faults, Fields, Input, nearest};
use crate::document::{AdhocBounds, ObjectFormat, Trust, TrustKey, TrustRole};
use crate::tree::Entry;
use crate::{Code, Spanned};

const ROLES: &[&str] = &["root", "release", "global", "adhoc", "heartbeat", "agent-release"];

pub(super) fn trust(fields: &mut Fields<'_, '_, '_>) -> Trust {
    let object_format = fields.required("objectFormat").unwrap_or(ObjectFormat::Sha1);
    let keys: BTreeMap<String, TrustKey> = fields.required_or_default("keys");
    let keys_read = fields.key("keys").is_some();
    let roles = fields
        .required_input("roles")
        .map(|input| roles(input, keys_read.then_some(&keys), fields.faults))
        .unwrap_or_default();
    Trust {
        object_format,
        keys,
        roles,
        controller_facts: fields.or_default("controllerFacts"),
        unpinned_artifacts: fields.or_default("unpinnedArtifacts"),
        stale_grace: fields.optional("staleGrace"),
        adhoc: fields.optional("adhoc"),
    }
}

fn roles(
    input: Input<'_, '_>,
    keys: Option<&BTreeMap<String, TrustKey>>,
    faults: &mut Faults,
) -> BTreeMap<String, TrustRole> {
    let entries = super::plain::named(input, faults).unwrap_or_default();
    let read = entries.iter().filter_map(|entry| {
        check_role_name(entry, faults);
        Some((entry.key.to_string(), role(Input::of(entry), keys, faults)?))
    });
    read.collect()
}

fn check_role_name(entry: &Entry<'_>, faults: &mut Faults) {
    let tenant = entry.key.strip_prefix("tenant:").is_some_and(|id| !id.is_empty());
    if tenant || ROLES.contains(&&*entry.key) {
        return;
    }
    let hint = match nearest(&entry.key, ROLES.iter().copied()) {
        Some(near) => format!("did you mean `{near}`?"),
        None => format!("write one of {}, or `tenant:<id>`", ROLES.join(", ")),
    };
    let message = format!("`{}` is no role", super::faults::excerpt(&entry.key));
    faults.hinted(Code::BadValue, entry.span, message, hint);
}

fn role(
    input: Input<'_, '_>,
    known: Option<&BTreeMap<String, TrustKey>>,
    faults: &mut Faults,
) -> Option<TrustRole> {
    let mut fields = input.fields(faults)?;
    let keys: Option<Vec<Spanned<String>>> = fields.required("keys");
    for key in keys.iter().flatten() {
        if let Some(known) = known.filter(|known| !known.contains_key(&key.value)) {
            let hint = match nearest(key, known.keys().map(String::as_str)) {
                Some(near) => format!("did you mean `{near}`?"),
                None => "add it to `keys`".to_owned(),
            };
            let message = format!("no key is called `{}`", key.value);
            fields.faults.hinted(Code::UnknownReference, key.span, message, hint);
        }
    }
    let threshold: Option<Spanned<u32>> = fields.optional("threshold");
    if let (Some(threshold), Some(keys)) = (&threshold, &keys) {
        let distinct: std::collections::BTreeSet<&str> =
            keys.iter().map(|key| key.value.as_str()).collect();
        let most = distinct.len();
        if threshold.value < 1 || threshold.value as usize > most {
            let message =
                format!("a threshold of {} can never be right with {most} keys", threshold.value);
            let hint = format!("write a number from 1 to {most}");
            fields.faults.hinted(Code::BadValue, threshold.span, message, hint);
        }
    }
    fields.finish();
    let keys = keys?.into_iter().map(|key| key.value).collect();
    Some(TrustRole { keys, threshold: threshold.map(|threshold| threshold.value) })
}

impl Decode for TrustKey {
    fn decode(input: Input<'_, '_>, faults: &mut Faults) -> Option<Self> {
        let mut fields = input.fields(faults)?;
        let (key, person) = (fields.required("key"), fields.required("person"));
        fields.finish();
        Some(Self { key: key?, person: person? })
    }
}

impl Decode for AdhocBounds {
    fn decode(input: Input<'_, '_>, faults: &mut Faults) -> Option<Self> {
        let mut fields = input.fields(faults)?;
        let bounds =
            Self { max_agents: fields.optional("maxAgents"), max_age: fields.optional("maxAge") };
        fields.finish();
        Some(bounds)
    }
}
