//! Reading the settings that several kinds of documents share: secrets, hours,
//! reboots, the moment of execution.

use super::written::parse_time;
use super::{Decode, Faults, Input};
use crate::Code;
use crate::document::{BusinessHours, Execute, OnTimeout, Reboot, RebootMode, Seconds, SecretRef};
use crate::tree::Value;

impl Decode for SecretRef {
    fn decode(input: Input<'_, '_>, faults: &mut Faults) -> Option<Self> {
        if let Value::Scalar(_) = input.node.value {
            let hint = "write `{secret: NAME}`, with the secret in `secrets/NAME.age`";
            faults.wrong_type(input, "a reference to a secret").hint = Some(hint.to_owned());
            return None;
        }
        let mut fields = input.fields(faults)?;
        let secret = fields.required("secret");
        fields.finish();
        Some(Self { secret: secret? })
    }
}

impl Decode for BusinessHours {
    fn decode(input: Input<'_, '_>, faults: &mut Faults) -> Option<Self> {
        let mut fields = input.fields(faults)?;
        let (start, end) = (fields.required("start"), fields.required("end"));
        let days = fields.optional("days");
        fields.finish();
        Some(Self { start: start?, end: end?, days })
    }
}

impl Decode for Execute {
    fn decode(input: Input<'_, '_>, faults: &mut Faults) -> Option<Self> {
        if let Value::Mapping(_) = &input.node.value {
            let mut fields = input.fields(faults)?;
            let at = fields.required("at");
            fields.finish();
            return at.map(Self::At);
        }
        match input.raw() {
            Some("immediately") => Some(Self::Immediately),
            Some("active-hours") => Some(Self::ActiveHours),
            Some(text) if parse_time(text).is_some() => {
                let hint = format!("write `{{at: \"{text}\"}}`");
                faults.bad_value(input, "no value", &hint);
                None
            }
            _ => {
                faults.bad_word(input, &["immediately", "active-hours", "{at: \"HH:MM\"}"]);
                None
            }
        }
    }
}

/// How long a person is asked where nothing is said.
const PROMPT_TIMEOUT: Seconds = Seconds(15 * 60);

const REBOOT_WORDS: &[&str] = &["suppress", "if-needed", "force", "prompt"];

impl Decode for Reboot {
    /// A mode alone, `{mode, …}`, or `{prompt: {timeout, onTimeout}}`.
    fn decode(input: Input<'_, '_>, faults: &mut Faults) -> Option<Self> {
        if !matches!(input.node.value, Value::Mapping(_)) {
            let mode = reboot_mode(input, None, None, faults)?;
            return Some(Self { mode, during_business_hours: false });
        }
        let mut fields = input.fields(faults)?;
        fields.one_of(&[&["prompt"], &["mode", "timeout", "onTimeout"]]);
        let (mode, prompt) = (fields.input("mode"), fields.input("prompt"));
        let timeout: Option<Seconds> = fields.optional("timeout");
        let on_timeout: Option<OnTimeout> = fields.optional("onTimeout");
        let prompt = prompt.filter(|prompt| !prompt.node.is_null());
        let mode = match (mode, prompt) {
            (_, Some(prompt)) => prompt_mode(prompt, fields.faults),
            (Some(mode), None) => reboot_mode(mode, timeout, on_timeout, fields.faults),
            (None, None) if fields.key("prompt").is_some() => Some(asked(timeout, on_timeout)),
            (None, None) => Some(RebootMode::IfNeeded),
        };
        if !matches!(mode, None | Some(RebootMode::Prompt { .. })) {
            for key in ["timeout", "onTimeout"] {
                if let Some(span) = fields.key(key) {
                    let message = format!("`{key}` belongs to the mode `prompt` alone");
                    fields.faults.hinted(
                        Code::BadValue,
                        span,
                        message,
                        "remove it, or the other mode",
                    );
                }
            }
        }
        let during_business_hours = fields.or_default("duringBusinessHours");
        fields.finish();
        Some(Self { mode: mode?, during_business_hours })
    }
}

fn asked(timeout: Option<Seconds>, on_timeout: Option<OnTimeout>) -> RebootMode {
    RebootMode::Prompt {
        timeout: timeout.unwrap_or(PROMPT_TIMEOUT),
        on_timeout: on_timeout.unwrap_or(OnTimeout::Suppress),
    }
}

fn reboot_mode(
    input: Input<'_, '_>,
    timeout: Option<Seconds>,
    on_timeout: Option<OnTimeout>,
    faults: &mut Faults,
) -> Option<RebootMode> {
    match input.raw() {
        Some("suppress") => Some(RebootMode::Suppress),
        Some("if-needed") => Some(RebootMode::IfNeeded),
        Some("force") => Some(RebootMode::Force),
        Some("prompt") => Some(asked(timeout, on_timeout)),
        _ => {
            faults.bad_word(input, REBOOT_WORDS);
            None
        }
    }
}

fn prompt_mode(input: Input<'_, '_>, faults: &mut Faults) -> Option<RebootMode> {
    let mut fields = input.fields(faults)?;
    let (timeout, on_timeout) = (fields.optional("timeout"), fields.optional("onTimeout"));
    fields.finish();
    Some(asked(timeout, on_timeout))
}
