//! Reading prerequisites.

use super::{Decode, Faults, Input};
use crate::document::{Condition, Consequence, Rule};

impl Decode for Rule {
    fn decode(input: Input<'_, '_>, faults: &mut Faults) -> Option<Self> {
        let mut fields = input.fields(faults)?;
        fields.exactly_one_of(&[&["software"], &["absent"], &["then", "if"]]);
        let rule = Self {
            software: fields.optional("software"),
            absent: fields.optional("absent"),
            condition: fields.optional("if"),
            then: fields.optional("then"),
        };
        if fields.key("if").is_some() && fields.key("then").is_none() {
            fields.missing(&["then"]);
        }
        fields.finish();
        Some(rule)
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
