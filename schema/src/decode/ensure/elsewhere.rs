//! Reading the kinds of resources that only Windows or macOS has.

use super::{Decode, Faults, Input, bad};
use crate::Spanned;
use crate::document::{
    EnsureDefaults, EnsureFeature, EnsureRegistry, EnsureScheduledTask, OrParameter, RegistryType,
    RegistryValue, Seconds, Trigger,
};
use crate::tree::{Plain, Value};

/// The roots of the registry, as people write them.
const ROOTS: &[&str] = &[
    "HKLM",
    "HKCU",
    "HKCR",
    "HKU",
    "HKCC",
    "HKEY_LOCAL_MACHINE",
    "HKEY_CURRENT_USER",
    "HKEY_CLASSES_ROOT",
    "HKEY_USERS",
    "HKEY_CURRENT_CONFIG",
];

fn root(key: &str) -> &str {
    key.split('\\').next().unwrap_or_default().trim_end_matches(':')
}

fn is_key(key: &str) -> bool {
    let known = ROOTS.iter().any(|known| known.eq_ignore_ascii_case(root(key)));
    known && key.split('\\').skip(1).any(|part| !part.is_empty()) && !key.contains('\0')
}

impl Decode for EnsureRegistry {
    fn decode(input: Input<'_, '_>, faults: &mut Faults) -> Option<Self> {
        let mut fields = input.fields(faults)?;
        fields.demand("key");
        let said = (
            "no key of the registry",
            r"begin with its root, and part it with backslashes: `HKLM\SOFTWARE\Contoso`",
        );
        let key = fields.ruled("key", is_key, said);
        let values = fields.or_default("values");
        let each_user = fields.or_default("eachUser");
        let present = fields.optional("present").unwrap_or(true);
        let written = key.as_ref().and_then(OrParameter::written);
        if let Some(key) = written.filter(|key| each_user && is_key(key))
            && !["HKCU", "HKEY_CURRENT_USER"].iter().any(|own| own.eq_ignore_ascii_case(root(key)))
        {
            let message = "`eachUser` is for keys below `HKCU`";
            let hint = "begin the key with `HKCU`, or remove `eachUser`";
            bad(fields.faults, key.span, message, hint);
        }
        fields.finish();
        Some(Self { key: key?, values, each_user, present })
    }
}

impl Decode for RegistryValue {
    fn decode(input: Input<'_, '_>, faults: &mut Faults) -> Option<Self> {
        let typed =
            matches!(input.node.value, Value::Mapping(_)) && input.node.get("param").is_none();
        if !typed {
            let value: OrParameter<serde_json::Value> = OrParameter::decode(input, faults)?;
            let fits = value.written().is_none_or(|value| RegistryType::of(value).is_some());
            if !fits {
                let hint = match input.node.plain() {
                    Some(Plain::Boolean(_)) => "write 1 or 0",
                    _ => {
                        "write a text, a whole number, a list of texts, or `{type: qword, value: …}`"
                    }
                };
                faults.wrong_type(input, "a value of the registry").hint = Some(hint.to_owned());
                return None;
            }
            return Some(Self { kind: None, value });
        }
        let mut fields = input.fields(faults)?;
        let kind: Option<RegistryType> = fields.required("type");
        let value: Option<OrParameter<serde_json::Value>> = fields.required("value");
        if let (Some(kind), Some(written)) = (kind, value.as_ref().and_then(OrParameter::written))
            && !kind.takes(written)
        {
            let message =
                format!("the value does not fit its type, which is for {}", kind.described());
            bad(fields.faults, written.span, message, "mend the value, or its `type`");
        }
        fields.finish();
        Some(Self { kind: Some(kind?), value: value? })
    }
}

impl Decode for EnsureFeature {
    fn decode(input: Input<'_, '_>, faults: &mut Faults) -> Option<Self> {
        let mut fields = input.fields(faults)?;
        let name = fields.required("name");
        let present = fields.optional("present").unwrap_or(true);
        fields.finish();
        Some(Self { name: name?, present })
    }
}

impl Decode for EnsureScheduledTask {
    fn decode(input: Input<'_, '_>, faults: &mut Faults) -> Option<Self> {
        let mut fields = input.fields(faults)?;
        let name = fields.required("name");
        let (run, args) = (fields.optional("run"), fields.or_default("args"));
        let (user, when) = (fields.optional("user"), fields.optional("when"));
        let present = fields.optional("present").unwrap_or(true);
        fields.finish();
        Some(Self { name: name?, run, args, user, when, present })
    }
}

impl Decode for Trigger {
    fn decode(input: Input<'_, '_>, faults: &mut Faults) -> Option<Self> {
        let mut fields = input.fields(faults)?;
        fields.exactly_one_of(&[&["at", "days"], &["every"], &["on"]]);
        if fields.key("days").is_some() && fields.key("every").or(fields.key("on")).is_none() {
            fields.demand("at");
        }
        let (at, days) = (fields.optional("at"), fields.optional("days"));
        let every: Option<Spanned<Seconds>> = fields.optional("every");
        if let Some(short) = every.as_ref().filter(|every| every.value < Seconds(60)) {
            let message = "a scheduled task runs every minute at most";
            bad(fields.faults, short.span, message, "write `1m` or more");
        }
        let on = fields.optional("on");
        fields.finish();
        Some(Self { at, days, every, on })
    }
}

impl Decode for EnsureDefaults {
    fn decode(input: Input<'_, '_>, faults: &mut Faults) -> Option<Self> {
        let mut fields = input.fields(faults)?;
        let (domain, values) = (fields.required("domain"), fields.or_default("values"));
        let each_user = fields.or_default("eachUser");
        let present = fields.optional("present").unwrap_or(true);
        fields.finish();
        Some(Self { domain: domain?, values, each_user, present })
    }
}
