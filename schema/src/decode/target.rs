//! Reading targets: exactly one selector, and optionally `only` and `except`.

use super::plain::{OneOrMore, not_empty};
use super::{Decode, Faults, Fields, Input};
use crate::document::{DeviceGroup, Exception, Only, OnlyKind, OnlyWhere, Target};
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
        let target = Self {
            only: fields.optional("only"),
            except: fields.or_default("except"),
            ..selector(&mut fields)
        };
        fields.finish();
        Some(target)
    }
}

/// Exactly one selector, without what narrows it.
fn selector(fields: &mut Fields<'_, '_, '_>) -> Target {
    fields.exactly_one_of(SELECTORS);
    Target {
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
        only: None,
        except: Vec::new(),
    }
}

/// One selector of computers by what is known of them, or another key that
/// excludes it; none where such a key is written, or nothing.
pub(super) fn named_computers(
    fields: &mut Fields<'_, '_, '_>,
    others: &[&'static str],
) -> Option<Target> {
    const NOT_HERE: &[&str] = &["script", "tenants", "tenant", "tenantTag"];
    let other: Vec<[&'static str; 1]> = others.iter().map(|key| [*key]).collect();
    let selectors = SELECTORS.iter().filter(|keys| !NOT_HERE.contains(&keys[0])).copied();
    let forms: Vec<&[&'static str]> =
        other.iter().map(<[_; 1]>::as_slice).chain(selectors).collect();
    let chosen = fields.one_of(&forms);
    if chosen.is_none() {
        fields.missing(&[others, &["tag"]].concat());
    }
    let target = Target {
        computer: fields.optional("computer"),
        person: fields.optional("person"),
        group: fields.optional("group"),
        tag: fields.optional("tag"),
        directory_group: fields.optional("directoryGroup"),
        product: fields.optional("product"),
        agreement: fields.optional("agreement"),
        device_group: fields.optional("deviceGroup"),
        all: fields.only_true("all"),
        ..Target::default()
    };
    (chosen.is_some_and(|key| !others.contains(&key)) && target != Target::default())
        .then_some(target)
}

impl Decode for Exception {
    fn decode(input: Input<'_, '_>, faults: &mut Faults) -> Option<Self> {
        if let Value::Scalar(_) = input.node.value {
            let hint = "write one selector, as `{group: NAME}`";
            faults.wrong_type(input, "a mapping").hint = Some(hint.to_owned());
            return None;
        }
        let mut fields = input.fields(faults)?;
        let target = selector(&mut fields);
        fields.finish();
        Some(Self(target))
    }
}

/// A word, or a mapping.
impl Decode for Only {
    fn decode(input: Input<'_, '_>, faults: &mut Faults) -> Option<Self> {
        match &input.node.value {
            Value::Mapping(_) => OnlyWhere::decode(input, faults).map(Self::Where),
            Value::Scalar(_) | Value::Sequence(_) => {
                OnlyKind::decode(input, faults).map(Self::Kind)
            }
        }
    }
}

impl Decode for OnlyWhere {
    fn decode(input: Input<'_, '_>, faults: &mut Faults) -> Option<Self> {
        let mut fields = input.fields(faults)?;
        let only = Self {
            os: fields.optional("os").map(|OneOrMore(words)| words).unwrap_or_default(),
            chassis: fields.or_default("chassis"),
            role: fields.optional("role"),
        };
        let (os, chassis) = (fields.input("os"), fields.input("chassis"));
        not_empty(&only.os, os, fields.faults);
        not_empty(&only.chassis, chassis, fields.faults);
        if matches!(&input.node.value, Value::Mapping(entries) if entries.is_empty()) {
            fields.missing(&["os", "chassis", "role"]);
        }
        fields.finish();
        (only != Self::default()).then_some(only)
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
