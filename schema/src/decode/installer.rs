//! Reading the built-in actions and their arguments.

use super::plain::not_empty;
use super::{Decode, Faults, Input};
use crate::document::{
    ArchiveAction, Argument, CloseFirst, DmgAction, ExeAction, MsiAction, PackageAction, PkgAction,
    RegisteredAction,
};
use crate::tree::Value;
use crate::{Code, Spanned};

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

impl Decode for PkgAction {
    fn decode(input: Input<'_, '_>, faults: &mut Faults) -> Option<Self> {
        let mut fields = input.fields(faults)?;
        let action = Self { artifact: fields.optional("artifact") };
        fields.finish();
        Some(action)
    }
}

impl Decode for DmgAction {
    fn decode(input: Input<'_, '_>, faults: &mut Faults) -> Option<Self> {
        let mut fields = input.fields(faults)?;
        let action = Self {
            artifact: fields.optional("artifact"),
            app: fields.optional("app"),
            to: fields.optional("to"),
        };
        fields.finish();
        Some(action)
    }
}

impl Decode for RegisteredAction {
    fn decode(input: Input<'_, '_>, faults: &mut Faults) -> Option<Self> {
        let mut fields = input.fields(faults)?;
        let action = Self { args: fields.or_default("args") };
        fields.finish();
        Some(action)
    }
}

impl Decode for Argument {
    /// A text, or where the whole argument comes from.
    fn decode(input: Input<'_, '_>, faults: &mut Faults) -> Option<Self> {
        if !matches!(input.node.value, Value::Mapping(_)) {
            return String::decode(input, faults).map(Self::Text);
        }
        let mut fields = input.fields(faults)?;
        fields.exactly_one_of(&[&["param"], &["secret"], &["licence"]]);
        let param = fields.optional("param").map(Self::Param);
        let secret = fields.optional("secret").map(Self::Secret);
        let licence = fields.optional("licence").map(Self::Licence);
        fields.finish();
        param.or(secret).or(licence)
    }
}

impl Decode for CloseFirst {
    fn decode(input: Input<'_, '_>, faults: &mut Faults) -> Option<Self> {
        let mut fields = input.fields(faults)?;
        let listed = fields.required_input("processes");
        let processes = listed.and_then(|listed| Vec::decode(listed, fields.faults));
        not_empty(processes.as_deref().unwrap_or_default(), listed, fields.faults);
        let on_busy = fields.or_default("onBusy");
        fields.finish();
        Some(Self { processes: processes?, on_busy })
    }
}
