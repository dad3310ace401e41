//! Reading `Group`, `Computer`, `Licence`, `Branding`, `Integration`, `Role`.

use std::collections::BTreeMap;

use super::plain::TextOrNumber;
use super::{Decode, Faults, Fields, Input};
use crate::document::{
    Branding, Computer, Group, Integration, Licence, Role, RoleScope, SecretRef,
};
use crate::{Code, Spanned};

pub(super) fn group(fields: &mut Fields<'_, '_, '_>) -> Group {
    Group {
        computers: fields.or_default("computers"),
        persons: fields.or_default("persons"),
        condition: fields.optional("where"),
        script: fields.script(),
        except: fields.or_default("except"),
        excluded: fields.or_default("excluded"),
    }
}

pub(super) fn computer(fields: &mut Fields<'_, '_, '_>) -> Computer {
    Computer {
        tags: fields.or_default("tags"),
        person: fields.optional("person"),
        role: fields.optional("role"),
        excluded: fields.or_default("excluded"),
    }
}

pub(super) fn licence(fields: &mut Fields<'_, '_, '_>) -> Licence {
    fields.one_of(&[&["key"], &["file"]]);
    if ["key", "file", "fields"].into_iter().all(|key| fields.key(key).is_none()) {
        fields.missing(&["key", "file", "fields"]);
    }
    let named: BTreeMap<String, SecretRef> = fields.or_default("fields");
    let seats = fields.optional("seats");
    if seats == Some(0)
        && let Some(input) = fields.input("seats")
    {
        fields.faults.bad_value(input, "out of the range", "write 1 or more");
    }
    let major: Option<Spanned<TextOrNumber>> = fields.optional("restrictToMajor");
    Licence {
        software: fields.required_or_default("software"),
        key: fields.optional("key"),
        file: fields.optional("file"),
        fields: named.into_iter().filter(|(name, of)| is_field(name, of, fields.faults)).collect(),
        seats,
        restrict_to_major: major.map(|major| Spanned::new(major.value.0, major.span)),
    }
}

/// `key` and `file` are fields already.
fn is_field(name: &str, secret: &SecretRef, faults: &mut Faults) -> bool {
    let fits = !matches!(name, "key" | "file" | "");
    if !fits {
        let message = format!("`{name}` is a key of the licence itself");
        let hint = "write it beside `fields`, or give the field another name";
        faults.hinted(Code::BadName, secret.secret.span, message, hint);
    }
    fits
}

pub(super) fn integration(fields: &mut Fields<'_, '_, '_>) -> Integration {
    Integration {
        kind: fields.required_or_default("type"),
        settings: fields.or_default("settings"),
        disabled: fields.or_default("disabled"),
    }
}

pub(super) fn branding(fields: &mut Fields<'_, '_, '_>) -> Branding {
    let colours: BTreeMap<String, Spanned<String>> = fields.or_default("colours");
    let colours =
        colours.into_iter().filter(|(use_, colour)| is_colour(use_, colour, fields.faults));
    Branding {
        colours: colours.map(|(use_, colour)| (use_, colour.value)).collect(),
        from: fields.optional("from"),
        logo: fields.optional("logo"),
        subject: fields.optional("subject"),
        body: fields.optional("body"),
        default: fields.or_default("default"),
    }
}

fn is_colour(use_: &str, colour: &Spanned<String>, faults: &mut Faults) -> bool {
    let fits = colour.strip_prefix('#').is_some_and(|digits| {
        digits.len() == 6 && digits.bytes().all(|digit| digit.is_ascii_hexdigit())
    });
    if !fits {
        let message = format!("`{use_}` is no colour");
        faults.hinted(Code::BadValue, colour.span, message, "write \"#rrggbb\", with the quotes");
    }
    fits
}

pub(super) fn role(fields: &mut Fields<'_, '_, '_>) -> Role {
    Role {
        subjects: fields.required_or_default("subjects"),
        permissions: fields.required_or_default("permissions"),
        scope: fields.optional("scope"),
        effect: fields.or_default("effect"),
    }
}

impl Decode for RoleScope {
    fn decode(input: Input<'_, '_>, faults: &mut Faults) -> Option<Self> {
        let mut fields = input.fields(faults)?;
        fields.exactly_one_of(&[&["all"], &["tenant"], &["tag"]]);
        let scope = Self {
            all: fields.only_true("all").map(|all| all.value),
            tenant: fields.optional("tenant"),
            tag: fields.optional("tag"),
        };
        fields.finish();
        Some(scope)
    }
}
