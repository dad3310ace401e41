//! Reading `Tenant`.

use super::plain::TextOrNumber;
use super::{Decode, Faults, Fields, Input};
use crate::document::{Client, Notifications, Onboarding, Tenant};

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
    }
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
