//! Reading actions.

use super::script::Script;
use super::{Decode, Faults, Input};
use crate::document::{Action, ArchiveAction, ExeAction, MsiAction, PackageAction};
use crate::tree::{Plain, Value};
use crate::{Code, Spanned};

/// What an action runs: exactly one of these keys.
const FORMS: &[&[&str]] = &[&["script"], &["package"], &["msi"], &["exe"], &["archive"]];

impl Decode for Action {
    fn decode(input: Input<'_, '_>, faults: &mut Faults) -> Option<Self> {
        if let Some(Plain::Text(text)) = input.node.plain() {
            let hint = format!("write `{{script: {text}}}`");
            faults.wrong_type(input, "a mapping").hint = Some(hint);
            return None;
        }
        let mut fields = input.fields(faults)?;
        fields.exactly_one_of(FORMS);
        let action = Self {
            script: fields.script(),
            package: fields.optional("package"),
            msi: fields.optional("msi"),
            exe: fields.optional("exe"),
            archive: fields.optional("archive"),
            interpreter: fields.optional("interpreter"),
            context: fields.optional("context"),
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
        fields.finish();
        Some(action)
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

impl Decode for PackageAction {
    fn decode(input: Input<'_, '_>, faults: &mut Faults) -> Option<Self> {
        let mut fields = input.fields(faults)?;
        let (manager, name) = (fields.required("manager"), fields.required("name"));
        let version = fields.optional("version");
        fields.finish();
        Some(Self { manager: manager?, name: name?, version })
    }
}

impl Decode for MsiAction {
    fn decode(input: Input<'_, '_>, faults: &mut Faults) -> Option<Self> {
        let mut fields = input.fields(faults)?;
        let action = Self {
            artifact: fields.optional("artifact"),
            properties: fields.or_default("properties"),
            transform: fields.optional("transform"),
        };
        fields.finish();
        Some(action)
    }
}

impl Decode for ExeAction {
    fn decode(input: Input<'_, '_>, faults: &mut Faults) -> Option<Self> {
        let mut fields = input.fields(faults)?;
        let action =
            Self { artifact: fields.optional("artifact"), args: fields.or_default("args") };
        fields.finish();
        Some(action)
    }
}

impl Decode for ArchiveAction {
    fn decode(input: Input<'_, '_>, faults: &mut Faults) -> Option<Self> {
        let mut fields = input.fields(faults)?;
        let artifact = fields.optional("artifact");
        let to: Option<Spanned<String>> = fields.required("to");
        let strip = fields.or_default("strip");
        if let Some(to) = to.as_ref().filter(|to| to.is_empty()) {
            let hint = "write the folder that the archive is unpacked to";
            fields.faults.hinted(Code::BadValue, to.span, "`to` names no folder", hint);
        }
        fields.finish();
        Some(Self { artifact, to: to?.value, strip })
    }
}
