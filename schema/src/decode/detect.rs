//! Reading detectors.

use super::by_platform::FromFields;
use super::{Decode, Faults, Fields, Input};
use crate::Spanned;
use crate::document::{
    CommandDetect, Detect, FileDetect, FileVersion, PackageDetect, RegistryDetect, TextMatch,
};
use crate::tree::Plain;

/// How software is found: exactly one of these keys.
const FORMS: &[&[&str]] = &[
    &["registry"],
    &["upgradeCode"],
    &["productCode"],
    &["package"],
    &["file"],
    &["command"],
    &["script"],
];

impl Decode for Detect {
    fn decode(input: Input<'_, '_>, faults: &mut Faults) -> Option<Self> {
        let mut fields = input.fields(faults)?;
        let detect = Self::from_fields(&mut fields);
        fields.finish();
        Some(detect)
    }
}

impl FromFields for Detect {
    fn from_fields(fields: &mut Fields<'_, '_, '_>) -> Self {
        fields.exactly_one_of(FORMS);
        Self {
            registry: fields.optional("registry"),
            upgrade_code: fields.optional("upgradeCode"),
            product_code: fields.optional("productCode"),
            package: fields.optional("package"),
            file: fields.optional("file"),
            command: fields.optional("command"),
            script: fields.script(),
        }
    }
}

impl Decode for RegistryDetect {
    fn decode(input: Input<'_, '_>, faults: &mut Faults) -> Option<Self> {
        let mut fields = input.fields(faults)?;
        let (display_name, context) =
            (fields.required("displayName"), fields.or_default("context"));
        fields.finish();
        Some(Self { display_name: display_name?, context })
    }
}

impl Decode for TextMatch {
    fn decode(input: Input<'_, '_>, faults: &mut Faults) -> Option<Self> {
        if let Some(Plain::Text(text)) = input.node.plain() {
            let hint = format!("write `{{contains: {text}}}` or `{{regex: …}}`");
            faults.wrong_type(input, "a mapping").hint = Some(hint);
            return None;
        }
        let mut fields = input.fields(faults)?;
        fields.exactly_one_of(&[&["contains"], &["regex"]]);
        let text = Self { contains: fields.optional("contains"), regex: fields.regex("regex") };
        fields.finish();
        Some(text)
    }
}

impl Decode for PackageDetect {
    fn decode(input: Input<'_, '_>, faults: &mut Faults) -> Option<Self> {
        let mut fields = input.fields(faults)?;
        let (manager, name) = (fields.required("manager"), fields.required("name"));
        fields.finish();
        Some(Self { manager: manager?, name: name? })
    }
}

impl Decode for FileDetect {
    fn decode(input: Input<'_, '_>, faults: &mut Faults) -> Option<Self> {
        let mut fields = input.fields(faults)?;
        let path = fields.required("path");
        let version = match fields.input("version") {
            None => None,
            Some(input) => match input.node.plain() {
                Some(Plain::Boolean(own)) => Some(FileVersion::Own(own)),
                Some(Plain::Text(_)) => fields.regex("version").map(FileVersion::Regex),
                _ => {
                    fields.faults.wrong_type(input, "`true` or a regular expression");
                    None
                }
            },
        };
        fields.finish();
        Some(Self { path: path?, version })
    }
}

impl Decode for CommandDetect {
    fn decode(input: Input<'_, '_>, faults: &mut Faults) -> Option<Self> {
        let mut fields = input.fields(faults)?;
        let run: Option<Spanned<String>> = fields.required("run");
        let version = fields.regex("version");
        if fields.key("version").is_none() {
            fields.missing(&["version"]);
        }
        fields.finish();
        Some(Self { run: run?, version: version? })
    }
}
