//! Reading targets: exactly one selector, and optionally `only`.

use super::{Decode, Faults, Input};
use crate::document::{DeviceGroup, Target};
use crate::tree::{Plain, Value};
use crate::{Code, Spanned};

const SELECTORS: &[&[&str]] = &[
    &["computer"],
    &["person"],
    &["script"],
    &["group"],
    &["tag"],
    &["directoryGroup"],
    &["product"],
    &["agreement"],
    &["deviceGroup"],
    &["all"],
    &["tenants"],
    &["tenant"],
    &["tenantTag"],
];

impl Decode for Target {
    fn decode(input: Input<'_, '_>, faults: &mut Faults) -> Option<Self> {
        if let Value::Scalar(_) = input.node.value {
            let hint = match input.node.plain() {
                Some(Plain::Text("all")) => "write `{all: true}`",
                _ => "write one selector, as `{group: NAME}` or `{all: true}`",
            };
            faults.wrong_type(input, "a mapping").hint = Some(hint.to_owned());
            return None;
        }
        let mut fields = input.fields(faults)?;
        fields.exactly_one_of(SELECTORS);
        let target = Self {
            computer: fields.optional("computer"),
            person: fields.optional("person"),
            script: fields.script(),
            group: fields.optional("group"),
            tag: fields.optional("tag"),
            directory_group: fields.optional("directoryGroup"),
            product: fields.optional("product"),
            agreement: fields.optional("agreement"),
            device_group: fields.optional("deviceGroup"),
            all: fields.only_true("all"),
            tenants: fields.optional("tenants").filter(|word| is_all(word, fields.faults)),
            tenant: fields.optional("tenant"),
            tenant_tag: fields.optional("tenantTag"),
            only: fields.optional("only"),
        };
        fields.finish();
        Some(target)
    }
}

fn is_all(word: &Spanned<String>, faults: &mut Faults) -> bool {
    let fits = word.value == "all";
    if !fits {
        let message = format!("`tenants` may only be `all`, not `{}`", word.value);
        let hint = format!("write `tenant: {}` for one tenant", word.value);
        faults.hinted(Code::BadValue, word.span, message, hint);
    }
    fits
}

impl Decode for DeviceGroup {
    fn decode(input: Input<'_, '_>, faults: &mut Faults) -> Option<Self> {
        let mut fields = input.fields(faults)?;
        let (integration, name) = (fields.required("integration"), fields.required("name"));
        fields.finish();
        Some(Self { integration: integration?, name: name? })
    }
}

/// The selector that only cloud tasks may have, and where it stands.
pub(super) fn cloud_selector(target: &Target) -> Option<(&'static str, crate::Span)> {
    let found =
        |key, value: &Option<Spanned<String>>| value.as_ref().map(|value| (key, value.span));
    found("tenants", &target.tenants)
        .or_else(|| found("tenant", &target.tenant))
        .or_else(|| found("tenantTag", &target.tenant_tag))
}
