//! Reading actions.

use super::by_platform::FromFields;
use super::script::Script;
use super::{Decode, Faults, Fields, Input};
use crate::document::Action;
use crate::tree::{Plain, Value};

/// What an action runs: exactly one of these keys.
const FORMS: &[&[&str]] = &[
    &["script"],
    &["package"],
    &["msi"],
    &["exe"],
    &["archive"],
    &["pkg"],
    &["dmg"],
    &["registered"],
];

impl Decode for Action {
    fn decode(input: Input<'_, '_>, faults: &mut Faults) -> Option<Self> {
        if let Some(Plain::Text(text)) = input.node.plain() {
            let hint = format!("write `{{script: {text}}}`");
            faults.wrong_type(input, "a mapping").hint = Some(hint);
            return None;
        }
        let mut fields = input.fields(faults)?;
        let action = Self::from_fields(&mut fields);
        fields.finish();
        Some(action)
    }
}

impl FromFields for Action {
    fn from_fields(fields: &mut Fields<'_, '_, '_>) -> Self {
        fields.exactly_one_of(FORMS);
        let action = Self {
            script: fields.script(),
            package: fields.optional("package"),
            msi: fields.optional("msi"),
            exe: fields.optional("exe"),
            archive: fields.optional("archive"),
            pkg: fields.optional("pkg"),
            dmg: fields.optional("dmg"),
            registered: fields.optional("registered"),
            close_first: fields.optional("closeFirst"),
            uses: fields.uses(),
            interpreter: fields.optional("interpreter"),
            context: fields.optional("context"),
            users: fields.optional("users"),
            timeout: fields.optional("timeout"),
            attempts: fields.optional("attempts"),
            success_codes: fields.optional("successCodes"),
            reboot_codes: fields.optional("rebootCodes"),
        };
        if action.attempts == Some(0)
            && let Some(attempts) = fields.input("attempts")
        {
            fields.faults.bad_value(attempts, "out of the range", "write 1 or more");
        }
        action
    }
}

/// An action, or the name of its script alone.
pub(super) fn script_or_action(input: Input<'_, '_>, faults: &mut Faults) -> Option<Action> {
    if matches!(input.node.value, Value::Scalar(_)) {
        let Script(script) = Script::decode(input, faults)?;
        return Some(Action { script: Some(script), ..Action::default() });
    }
    Action::decode(input, faults)
}
