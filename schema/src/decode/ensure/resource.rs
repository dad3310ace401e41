//! Reading the kinds of resources that any computer may have.

use super::{Decode, Faults, Input, Scalar, rules};
use crate::Code;
use crate::document::{
    EnsureDirectory, EnsureFile, EnsureGroup, EnsureLine, EnsureService, EnsureSysctl, EnsureUser,
    OrParameter,
};

impl Decode for EnsureFile {
    fn decode(input: Input<'_, '_>, faults: &mut Faults) -> Option<Self> {
        let mut fields = input.fields(faults)?;
        fields.one_of(&[&["from"], &["content"]]);
        let path = fields.absolute_path();
        let from = fields.optional("from").map(|super::super::script::Script(path)| path);
        let content = fields.optional("content");
        let (mode, owner) = (fields.mode(), fields.owner());
        let present = fields.optional("present").unwrap_or(true);
        fields.finish();
        Some(Self { path: path?, from, content, mode, owner, present })
    }
}

impl Decode for EnsureDirectory {
    fn decode(input: Input<'_, '_>, faults: &mut Faults) -> Option<Self> {
        let mut fields = input.fields(faults)?;
        let path = fields.absolute_path();
        let (mode, owner) = (fields.mode(), fields.owner());
        let force = fields.or_default("force");
        let present = fields.optional("present").unwrap_or(true);
        fields.finish();
        Some(Self { path: path?, mode, owner, force, present })
    }
}

impl Decode for EnsureLine {
    fn decode(input: Input<'_, '_>, faults: &mut Faults) -> Option<Self> {
        let mut fields = input.fields(faults)?;
        let path = fields.absolute_path();
        let one_line = |text: &str| !text.contains(['\n', '\r', '\0']);
        let said = ("more than one line", "write one `line` for each");
        let line = fields.ruled("line", one_line, said);
        let (pattern, after) = (fields.regex("match"), fields.regex("after"));
        let present = fields.optional("present").unwrap_or(true);
        fields.finish();
        Some(Self { path: path?, line, pattern, after, present })
    }
}

impl Decode for EnsureService {
    fn decode(input: Input<'_, '_>, faults: &mut Faults) -> Option<Self> {
        let mut fields = input.fields(faults)?;
        fields.demand("name");
        let said = ("no name of a service", "write the name that the system has for it");
        let name = fields.ruled("name", rules::is_service, said);
        let start = match fields.input("start") {
            // Near to `disabled` in letters alone.
            Some(input) if input.raw() == Some("enabled") => {
                fields.faults.bad_value(input, "no value", "write `automatic`");
                fields.mark_faulty("start");
                None
            }
            _ => fields.optional("start"),
        };
        let running = fields.optional("running");
        let present = fields.optional("present").unwrap_or(true);
        fields.finish();
        Some(Self { name: name?, start, running, present })
    }
}

impl Decode for EnsureSysctl {
    fn decode(input: Input<'_, '_>, faults: &mut Faults) -> Option<Self> {
        let mut fields = input.fields(faults)?;
        fields.demand("key");
        let said = ("no setting of the kernel", "write its name, as `net.ipv4.ip_forward`");
        let key = fields.ruled("key", rules::is_sysctl, said);
        let value: Option<OrParameter<Scalar>> = fields.optional("value");
        let present = fields.optional("present").unwrap_or(true);
        fields.finish();
        let value = value.map(|value| match value {
            OrParameter::Written(text) => {
                OrParameter::Written(crate::Spanned::new(text.value.0, text.span))
            }
            OrParameter::Parameter(name) => OrParameter::Parameter(name),
        });
        Some(Self { key: key?, value, present })
    }
}

impl Decode for EnsureUser {
    fn decode(input: Input<'_, '_>, faults: &mut Faults) -> Option<Self> {
        let mut fields = input.fields(faults)?;
        fields.demand("name");
        let name = fields.account("name");
        let uid = fields.optional("uid");
        let (group, groups) = (fields.account("group"), fields.accounts("groups"));
        let one_line = |text: &str| !text.contains([':', '\n', '\0']);
        let said = ("a text with a colon or several lines", "write one line without colons");
        let comment = fields.ruled("comment", one_line, said);
        let said = ("no absolute path", "write the whole path, as `/home/jo`");
        let home = fields.ruled("home", |path| rules::is_absolute(path) && one_line(path), said);
        let said = ("no absolute path", "write the whole path, as `/bin/bash`");
        let shell = fields.ruled("shell", |path| rules::is_absolute(path) && one_line(path), said);
        let system = fields.or_default("system");
        let present = fields.optional("present").unwrap_or(true);
        fields.finish();
        Some(Self { name: name?, uid, group, groups, comment, home, shell, system, present })
    }
}

impl Decode for EnsureGroup {
    fn decode(input: Input<'_, '_>, faults: &mut Faults) -> Option<Self> {
        let mut fields = input.fields(faults)?;
        fields.one_of(&[&["members"], &["include", "exclude"]]);
        fields.demand("name");
        let name = fields.account("name");
        let gid = fields.optional("gid");
        let members = fields.accounts("members");
        let include = fields.accounts("include").unwrap_or_default();
        let exclude = fields.accounts("exclude").unwrap_or_default();
        let excluded: Vec<_> = exclude.iter().filter_map(OrParameter::written).collect();
        let both = include.iter().filter_map(OrParameter::written);
        for name in both.filter(|name| excluded.contains(name)) {
            let message = format!("`{}` is to be a member and to be none", name.value);
            let hint = "remove the name from `include` or from `exclude`";
            fields.faults.hinted(Code::BadValue, name.span, message, hint);
        }
        let present = fields.optional("present").unwrap_or(true);
        fields.finish();
        Some(Self { name: name?, gid, members, include, exclude, present })
    }
}
