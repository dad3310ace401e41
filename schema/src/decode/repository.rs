//! Reading `Repository`.

use super::{Decode, Faults, Fields, Input};
use crate::document::{ConcurrentSessions, Defaults, Limits, Repository, Retention, Versions};
use crate::{Code, Spanned};

/// The version of the language.
const API_VERSION: &str = "ordain/v1";

pub(super) fn repository(fields: &mut Fields<'_, '_, '_>) -> Repository {
    let api_version = fields.required_input("apiVersion").map(|input| {
        let version = input.raw().unwrap_or_default();
        if version != API_VERSION {
            let message = format!("`{version}` is no version of the language");
            let hint = format!("write `apiVersion: {API_VERSION}`");
            fields.faults.hinted(Code::BadValue, input.place, message, hint);
        }
        Spanned::new(version.to_owned(), input.place)
    });
    Repository {
        api_version: api_version.unwrap_or_default(),
        timezone: fields.optional("timezone"),
        defaults: fields.or_default("defaults"),
        limits: fields.or_default("limits"),
        versions: fields.or_default("versions"),
    }
}

impl Decode for Defaults {
    fn decode(input: Input<'_, '_>, faults: &mut Faults) -> Option<Self> {
        let mut fields = input.fields(faults)?;
        let defaults = Self {
            reboot: fields.optional("reboot"),
            business_hours: fields.optional("businessHours"),
            offline: fields.optional("offline"),
            rollout: fields.optional("rollout"),
            attempts: fields.optional("attempts"),
            retention: fields.optional("retention"),
        };
        if defaults.attempts == Some(0)
            && let Some(attempts) = fields.input("attempts")
        {
            fields.faults.bad_value(attempts, "out of the range", "write 1 or more");
        }
        fields.finish();
        Some(defaults)
    }
}

impl Decode for Retention {
    fn decode(input: Input<'_, '_>, faults: &mut Faults) -> Option<Self> {
        let mut fields = input.fields(faults)?;
        let retention =
            Self { logs: fields.optional("logs"), outcomes: fields.optional("outcomes") };
        fields.finish();
        Some(retention)
    }
}

impl Decode for Limits {
    fn decode(input: Input<'_, '_>, faults: &mut Faults) -> Option<Self> {
        let mut fields = input.fields(faults)?;
        let limits = Self {
            max_computers_changed: fields.optional("maxComputersChanged"),
            max_uninstalls: fields.optional("maxUninstalls"),
            concurrent_sessions: fields.optional("concurrentSessions"),
        };
        fields.finish();
        Some(limits)
    }
}

impl Decode for ConcurrentSessions {
    fn decode(input: Input<'_, '_>, faults: &mut Faults) -> Option<Self> {
        let mut fields = input.fields(faults)?;
        let sessions =
            Self { global: fields.optional("global"), per_tenant: fields.optional("perTenant") };
        fields.finish();
        Some(sessions)
    }
}

impl Decode for Versions {
    fn decode(input: Input<'_, '_>, faults: &mut Faults) -> Option<Self> {
        let mut fields = input.fields(faults)?;
        let versions = Self { cache_for: fields.optional("cacheFor") };
        fields.finish();
        Some(versions)
    }
}
