//! Reading what is known of a fleet: in tests and in inventory files.
//!
//! Machines write these too, so `null` is the same as a key left out.

use std::collections::BTreeMap;

use super::written::is_moment;
use super::{Decode, Faults, Fields, Input};
use crate::document::{
    AgreementRow, Approval, ComputerFacts, DetectedVersions, DeviceGroupFact, Inventory, OsFacts,
    PersonFacts, RolloutFacts, TenantFacts,
};
use crate::{Code, Spanned};

pub(crate) fn inventory(fields: &mut Fields<'_, '_, '_>) -> Inventory {
    let now: Option<Spanned<String>> = fields.nullable("now");
    Inventory {
        now: now.filter(|now| check_moment(now, fields.faults)),
        tenants: fields.nullable("tenants").unwrap_or_default(),
        persons: fields.nullable("persons").unwrap_or_default(),
        available: fields.nullable("available").unwrap_or_default(),
        scripts: fields.nullable("scripts").unwrap_or_default(),
        approvals: fields.nullable("approvals").unwrap_or_default(),
        rollouts: fields.nullable("rollouts").unwrap_or_default(),
        computers: fields.nullable("computers").unwrap_or_default(),
    }
}

/// Whether a text is a moment by RFC 3339; reports any other.
pub(super) fn check_moment(text: &Spanned<String>, faults: &mut Faults) -> bool {
    let fits = is_moment(text);
    if !fits {
        let message = format!("`{}` is no moment", super::faults::excerpt(text));
        let hint = "write date, time and offset: 2026-03-02T09:00:00-06:00";
        faults.hinted(Code::BadValue, text.span, message, hint);
    }
    fits
}

impl Decode for RolloutFacts {
    fn decode(input: Input<'_, '_>, faults: &mut Faults) -> Option<Self> {
        let mut fields = input.fields(faults)?;
        let item: Option<Spanned<String>> = fields.required("item");
        if let Some(item) = &item {
            super::schedule::check_item(item, fields.faults);
        }
        let started: Option<Spanned<String>> = fields.required("started");
        let started = started.filter(|started| check_moment(started, fields.faults));
        let ring = fields.nullable("ring");
        let deployment = fields.nullable("deployment");
        let version = fields.nullable("version");
        let halted = fields.nullable("halted");
        fields.finish();
        Some(Self { item: item?.value, started: started?, ring, deployment, version, halted })
    }
}

impl Decode for TenantFacts {
    fn decode(input: Input<'_, '_>, faults: &mut Faults) -> Option<Self> {
        let mut fields = input.fields(faults)?;
        let id = fields.required("id");
        let tags = fields.nullable("tags").unwrap_or_default();
        let agreements = fields.nullable("agreements").unwrap_or_default();
        fields.finish();
        Some(Self { id: id?, tags, agreements })
    }
}

impl Decode for AgreementRow {
    fn decode(input: Input<'_, '_>, faults: &mut Faults) -> Option<Self> {
        let mut fields = input.fields(faults)?;
        let row = Self {
            agreement: fields.nullable("agreement"),
            product: fields.nullable("product"),
            from: fields.nullable("from"),
            to: fields.nullable("to"),
            integration: fields.nullable("integration"),
        };
        fields.finish();
        Some(row)
    }
}

impl Decode for PersonFacts {
    fn decode(input: Input<'_, '_>, faults: &mut Faults) -> Option<Self> {
        let mut fields = input.fields(faults)?;
        let upn = fields.required("upn");
        let person = Self {
            upn: String::new(),
            tenant: fields.nullable("tenant"),
            groups: fields.nullable("groups").unwrap_or_default(),
            tags: fields.nullable("tags").unwrap_or_default(),
            facts: fields.nullable("facts"),
        };
        fields.finish();
        Some(Self { upn: upn?, ..person })
    }
}

impl Decode for Approval {
    fn decode(input: Input<'_, '_>, faults: &mut Faults) -> Option<Self> {
        let mut fields = input.fields(faults)?;
        let (computer, deployment) = (fields.required("computer"), fields.required("deployment"));
        fields.finish();
        Some(Self { computer: computer?, deployment: deployment? })
    }
}

impl Decode for ComputerFacts {
    fn decode(input: Input<'_, '_>, faults: &mut Faults) -> Option<Self> {
        let mut fields = input.fields(faults)?;
        let (name, tenant) = (fields.required("name"), fields.required("tenant"));
        let computer = Self {
            name: String::new(),
            tenant: String::new(),
            key: fields.nullable("key"),
            online: fields.nullable("online"),
            chassis: fields.nullable("chassis"),
            domain_role: fields.nullable("domainRole"),
            os: fields.nullable("os"),
            person: fields.nullable("person"),
            tags: fields.nullable("tags").unwrap_or_default(),
            excluded: fields.nullable("excluded").unwrap_or_default(),
            device_groups: fields.nullable("deviceGroups").unwrap_or_default(),
            facts: fields.nullable("facts"),
            software: fields.nullable("software"),
            tests: fields.nullable("tests").map(|Known(map)| map).unwrap_or_default(),
            tasks: fields.nullable("tasks").map(|Known(map)| map).unwrap_or_default(),
        };
        fields.finish();
        Some(Self { name: name?, tenant: tenant?, ..computer })
    }
}

/// A map whose nulls count as names that are not there.
struct Known<T>(BTreeMap<String, T>);

impl<T: Decode> Decode for Known<T> {
    fn decode(input: Input<'_, '_>, faults: &mut Faults) -> Option<Self> {
        let entries = super::plain::named(input, faults)?.iter();
        let given = entries.filter(|entry| !entry.value.is_null()).filter_map(|entry| {
            Some((entry.key.to_string(), T::decode(Input::of(entry), faults)?))
        });
        Some(Self(given.collect()))
    }
}

/// Nulls count as names that are not there.
impl Decode for DetectedVersions {
    fn decode(input: Input<'_, '_>, faults: &mut Faults) -> Option<Self> {
        let entries = super::plain::named(input, faults)?.iter();
        let given = entries.filter(|entry| !entry.value.is_null());
        let texts = given
            .filter_map(|entry| Some((&*entry.key, super::plain::text(Input::of(entry), faults)?)));
        Some(texts.collect())
    }
}

impl Decode for DeviceGroupFact {
    fn decode(input: Input<'_, '_>, faults: &mut Faults) -> Option<Self> {
        let mut fields = input.fields(faults)?;
        let (integration, name) = (fields.required("integration"), fields.required("name"));
        fields.finish();
        Some(Self { integration: integration?, name: name? })
    }
}

impl Decode for OsFacts {
    fn decode(input: Input<'_, '_>, faults: &mut Faults) -> Option<Self> {
        let mut fields = input.fields(faults)?;
        let os = Self {
            family: fields.nullable("family"),
            version: fields.nullable("version"),
            arch: fields.nullable("arch"),
        };
        fields.finish();
        Some(os)
    }
}
