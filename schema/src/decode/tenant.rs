//! Reading `Tenant`.

use std::collections::BTreeMap;

use super::faults::excerpt;
use super::given::TenantValues;
use super::plain::{TextOrNumber, named};
use super::{Decode, Faults, Fields, Input};
use crate::document::{Client, ItemValues, Notifications, Onboarding, Tenant};
use crate::{Code, Spanned};

pub(super) fn tenant(fields: &mut Fields<'_, '_, '_>) -> Tenant {
    Tenant {
        display_name: fields.optional("displayName"),
        slug: fields.optional("slug"),
        parent: fields.optional("parent"),
        timezone: fields.optional("timezone"),
        business_hours: fields.optional("businessHours"),
        cross_tenant: fields.optional("crossTenant").unwrap_or(true),
        mode: fields.or_default("mode"),
        onboarding: fields.or_default("onboarding"),
        preflight: fields.or_default("preflight"),
        tags: fields.or_default("tags"),
        domains: fields.or_default("domains"),
        clients: fields.or_default("clients"),
        notifications: fields.optional("notifications"),
        branding: fields.optional("branding"),
        values: fields.optional("values").map(|Values(values)| values).unwrap_or_default(),
    }
}

/// Values by item.
struct Values(BTreeMap<String, ItemValues>);

impl Decode for Values {
    fn decode(input: Input<'_, '_>, faults: &mut Faults) -> Option<Self> {
        let entries = named(input, faults)?;
        let values = entries.iter().filter_map(|entry| {
            let item = Spanned::new(entry.key.to_string(), entry.span);
            let TenantValues(parameters) = TenantValues::decode(Input::of(entry), faults)?;
            let key = Spanned::new((), entry.span);
            is_item(&item, faults).then_some((item.value, ItemValues { key, parameters }))
        });
        Some(Self(values.collect()))
    }
}

/// `software/NAME`, `task/NAME` or `task/NAME#INSTANCE`.
fn is_item(item: &Spanned<String>, faults: &mut Faults) -> bool {
    let fits = match (item.strip_prefix("software/"), item.strip_prefix("task/")) {
        (Some(name), _) => !name.is_empty() && !name.contains('#'),
        (None, Some(task)) => {
            let (name, instance) = task.split_once('#').unwrap_or((task, "-"));
            !name.is_empty() && !instance.is_empty()
        }
        (None, None) => false,
    };
    if !fits {
        let message = format!("`{}` names no item", excerpt(item));
        let hint = "write `software/NAME`, `task/NAME` or `task/NAME#INSTANCE`";
        faults.hinted(Code::BadValue, item.span, message, hint);
    }
    fits
}

impl Decode for Onboarding {
    fn decode(input: Input<'_, '_>, faults: &mut Faults) -> Option<Self> {
        let mut fields = input.fields(faults)?;
        let onboarding = Self {
            enabled: fields.optional("enabled").unwrap_or(true),
            automatic: fields.or_default("automatic"),
        };
        fields.finish();
        Some(onboarding)
    }
}

impl Decode for Client {
    fn decode(input: Input<'_, '_>, faults: &mut Faults) -> Option<Self> {
        let mut fields = input.fields(faults)?;
        let integration = fields.required("integration");
        // Most systems number their clients.
        let id = fields.required("id").map(|TextOrNumber(id)| id);
        fields.finish();
        Some(Self { integration: integration?, id: id? })
    }
}

impl Decode for Notifications {
    fn decode(input: Input<'_, '_>, faults: &mut Faults) -> Option<Self> {
        let mut fields = input.fields(faults)?;
        let notifications =
            Self { recipients: fields.or_default("recipients"), email: fields.optional("email") };
        fields.finish();
        Some(notifications)
    }
}
