//! Reading `Software`.

use super::action::script_or_action;
use super::{Decode, Faults, Fields, Input};
use crate::document::{
    Artifact, Feed, Latest, Order, Platform, Repair, RepairStrategy, Software, SoftwareActions,
    SoftwareVersion,
};
use crate::tree::Value;
use crate::{Code, Spanned};

pub(super) fn software(fields: &mut Fields<'_, '_, '_>) -> Software {
    Software {
        detect: fields.required_or_default("detect"),
        versions: fields.or_default("versions"),
        latest: fields.or_default("latest"),
        version_scheme: fields.or_default("versionScheme"),
        actions: actions(fields),
        upgrade_strategy: fields.or_default("upgradeStrategy"),
        repair: fields.or_default("repair"),
        configure: fields.optional("configure"),
        parameters: fields.or_default("parameters"),
        requires: fields.or_default("requires"),
        licence: fields.or_default("licence"),
        platforms: fields.optional("platforms"),
        applies_if: fields.or_default("appliesIf"),
        order: fields.or_default("order"),
        reboot_needed: fields.or_default("rebootNeeded"),
        publisher: fields.optional("publisher"),
        homepage: fields.optional("homepage"),
        icon: fields.optional("icon"),
    }
}

fn actions(fields: &mut Fields<'_, '_, '_>) -> SoftwareActions {
    SoftwareActions {
        install: fields.optional("install"),
        uninstall: fields.optional("uninstall"),
        upgrade: fields.optional("upgrade"),
        post_install: fields.optional("postInstall"),
        post_uninstall: fields.optional("postUninstall"),
        test: fields.optional("test"),
        download: fields.optional("download"),
    }
}

impl Decode for SoftwareVersion {
    fn decode(input: Input<'_, '_>, faults: &mut Faults) -> Option<Self> {
        if let Value::Scalar(_) = input.node.value {
            let hint = format!("write `{{version: \"{}\"}}`", input.raw().unwrap_or_default());
            faults.wrong_type(input, "a mapping").hint = Some(hint);
            return None;
        }
        let mut fields = input.fields(faults)?;
        let version: Option<Spanned<String>> = fields.required("version");
        if let Some(version) = version.as_ref().filter(|version| version.trim().is_empty()) {
            let message = "an empty text is no version";
            let hint = "write the version as the software reports it";
            fields.faults.hinted(Code::BadVersion, version.span, message, hint);
        }
        let artifacts = fields.or_default("artifacts");
        let actions = actions(&mut fields);
        let requires = fields.or_default("requires");
        let requires_version = fields.optional("requiresVersion");
        let notes = fields.optional("notes");
        fields.finish();
        Some(Self { version: version?, artifacts, actions, requires, requires_version, notes })
    }
}

impl Decode for Artifact {
    fn decode(input: Input<'_, '_>, faults: &mut Faults) -> Option<Self> {
        let mut fields = input.fields(faults)?;
        let url = fields.required("url");
        let sha256 = fields.optional("sha256").filter(|hash| is_sha256(hash, fields.faults));
        let (size, extract) = (fields.optional("size"), fields.or_default("extract"));
        let (os, arch) = (fields.optional("os"), fields.optional("arch"));
        let requires = fields.or_default("requires");
        fields.finish();
        Some(Self { url: url?, sha256, size, os, arch, extract, requires })
    }
}

fn is_sha256(hash: &Spanned<String>, faults: &mut Faults) -> bool {
    let fits = hash.len() == 64 && hash.bytes().all(|byte| byte.is_ascii_hexdigit());
    if !fits {
        let message = "`sha256` is no SHA-256 in hexadecimal";
        faults.hinted(Code::BadValue, hash.span, message, "write 64 hexadecimal digits");
    }
    fits
}

impl Decode for Latest {
    fn decode(input: Input<'_, '_>, faults: &mut Faults) -> Option<Self> {
        if !matches!(input.node.value, Value::Mapping(_)) {
            return match input.raw() {
                Some("static") => Some(Self::Static),
                Some("package") => Some(Self::Package),
                _ => {
                    let forms = ["static", "package", "{script: FILE}", "{feed: {url, versions}}"];
                    faults.bad_word(input, &forms);
                    None
                }
            };
        }
        let mut fields = input.fields(faults)?;
        fields.exactly_one_of(&[&["script"], &["feed"]]);
        let script = fields.script().map(Self::Script);
        let feed = fields.optional("feed").map(Self::Feed);
        fields.finish();
        script.or(feed)
    }
}

impl Decode for Feed {
    /// Every further key is a field path.
    fn decode(input: Input<'_, '_>, faults: &mut Faults) -> Option<Self> {
        let mut fields = input.fields(faults)?;
        let (url, versions) = (fields.required("url"), fields.required("versions"));
        let others: Vec<_> = fields.others().collect();
        let others = others.into_iter().filter_map(|entry| {
            Some((entry.key.to_string(), String::decode(Input::of(entry), faults)?))
        });
        Some(Self { fields: others.collect(), url: url?, versions: versions? })
    }
}

impl Decode for Repair {
    fn decode(input: Input<'_, '_>, faults: &mut Faults) -> Option<Self> {
        let mut fields = input.fields(faults)?;
        let strategy = fields.or_default("strategy");
        let script = fields.input("script");
        if strategy == RepairStrategy::Script && script.is_none() {
            fields.missing(&["script"]);
        }
        let script = script.and_then(|input| script_or_action(input, fields.faults));
        fields.finish();
        Some(Self { strategy, script })
    }
}

impl Decode for Platform {
    fn decode(input: Input<'_, '_>, faults: &mut Faults) -> Option<Self> {
        let mut fields = input.fields(faults)?;
        let platform = Self { os: fields.optional("os"), arch: fields.optional("arch") };
        fields.finish();
        Some(platform)
    }
}

impl Decode for Order {
    fn decode(input: Input<'_, '_>, faults: &mut Faults) -> Option<Self> {
        let mut fields = input.fields(faults)?;
        let order = Self { at: fields.optional("at"), rank: fields.or_default("rank") };
        fields.finish();
        Some(order)
    }
}
