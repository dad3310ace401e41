//! Reading prerequisites.

use super::faults::excerpt;
use super::written::parse_wish;
use super::{Decode, Faults, Input};
use crate::Code;
use crate::document::{Condition, Consequence, Rule, VersionBound, VersionWish};
use crate::tree::Plain;

impl Decode for Rule {
    fn decode(input: Input<'_, '_>, faults: &mut Faults) -> Option<Self> {
        let mut fields = input.fields(faults)?;
        fields.exactly_one_of(&[&["software", "version"], &["absent"], &["then", "if"]]);
        let rule = Self {
            software: fields.optional("software"),
            version: fields.optional("version"),
            absent: fields.optional("absent"),
            condition: fields.optional("if"),
            then: fields.optional("then"),
        };
        if fields.key("if").is_some() && fields.key("then").is_none() {
            fields.missing(&["then"]);
        }
        if fields.key("version").is_some()
            && fields.key("software").is_none()
            && fields.key("absent").is_none()
        {
            fields.missing(&["software"]);
        }
        fields.finish();
        Some(rule)
    }
}

impl Decode for VersionBound {
    /// `=V`, `>=V` or `<=V`; anything else is no bound.
    fn decode(input: Input<'_, '_>, faults: &mut Faults) -> Option<Self> {
        if let Some(Plain::Integer(_) | Plain::Float(_)) = input.node.plain() {
            let hint = format!("quote it: \">={}\"", input.raw().unwrap_or_default());
            faults.wrong_type(input, "a text").hint = Some(hint);
            return None;
        }
        let text = String::decode(input, faults)?;
        let bound = parse_wish(&text).and_then(|wish| match wish {
            VersionWish::Exactly(version) => Some(Self::Exactly(version)),
            VersionWish::AtLeast(version) => Some(Self::AtLeast(version)),
            VersionWish::AtMost(version) => Some(Self::AtMost(version)),
            VersionWish::Latest | VersionWish::Any => None,
        });
        if bound.is_none() {
            let message =
                format!("`{}` is no version that a prerequisite may ask for", excerpt(&text));
            let hint = "write \"=V\", \">=V\" or \"<=V\" with a version V";
            faults.hinted(Code::BadVersion, input.place, message, hint);
        }
        bound
    }
}

impl Decode for Condition {
    fn decode(input: Input<'_, '_>, faults: &mut Faults) -> Option<Self> {
        let mut fields = input.fields(faults)?;
        fields.exactly_one_of(&[&["anyOf"], &["allOf"]]);
        let (any_of, all_of) = (fields.optional("anyOf"), fields.optional("allOf"));
        let is = fields.required("is");
        fields.finish();
        Some(Self { any_of, all_of, is: is? })
    }
}

impl Decode for Consequence {
    fn decode(input: Input<'_, '_>, faults: &mut Faults) -> Option<Self> {
        let mut fields = input.fields(faults)?;
        fields.exactly_one_of(&[&["install"], &["uninstall"], &["fail"]]);
        let then = Self {
            install: fields.optional("install"),
            uninstall: fields.optional("uninstall"),
            fail: fields.optional("fail"),
        };
        fields.finish();
        Some(then)
    }
}
