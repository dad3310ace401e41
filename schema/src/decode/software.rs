//! Reading `Software`.

use super::action::script_or_action;
use super::artifact::{Said, complete, is_sha256, templates};
use super::{Decode, Faults, Fields, Input};
use crate::document::{
    Artifact, Latest, Order, Platform, Repair, RepairStrategy, Software, SoftwareActions,
    SoftwareVersion,
};
use crate::tree::Value;
use crate::{Code, Spanned};

pub(super) fn software(fields: &mut Fields<'_, '_, '_>) -> Software {
    let detect = fields.required_or_default("detect");
    let written = fields.or_default("artifacts");
    let artifacts = templates(written, fields.faults);
    let known = !fields.faulty().contains(&"artifacts");
    let versions = fields.list("versions", |input, faults| {
        version(input, known.then_some(artifacts.as_slice()), faults)
    });
    let latest = fields.or_default("latest");
    let source = fields.optional("source");
    if matches!(latest, Latest::Source) && fields.key("source").is_none() {
        fields.missing(&["source"]);
    }
    Software {
        detect,
        artifacts,
        versions: versions.unwrap_or_default(),
        latest,
        source,
        version_scheme: fields.or_default("versionScheme"),
        actions: actions(fields),
        close_first: fields.optional("closeFirst"),
        uses: fields.uses(),
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
        version(input, Some(&[]), faults)
    }
}

/// A version with what its artifacts take from the software's templates; those
/// are none where they are at fault and so not known.
fn version(
    input: Input<'_, '_>,
    templates: Option<&[Spanned<Artifact>]>,
    faults: &mut Faults,
) -> Option<SoftwareVersion> {
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
    let chosen = fields.one_of(&[&["artifacts"], &["sha256", "size"]]);
    let only = chosen.filter(|key| *key != "artifacts").and_then(|key| fields.key(key));
    let listed: Option<Vec<Spanned<Artifact>>> = fields.optional("artifacts");
    let sha256: Option<Spanned<String>> = fields.optional("sha256");
    let sha256 = sha256.filter(|hash| is_sha256(hash, fields.faults));
    let size = fields.optional("size");
    let actions = actions(&mut fields);
    let requires = fields.or_default("requires");
    let requires_version = fields.optional("requiresVersion");
    let notes = fields.optional("notes");
    let Some(version) = version else {
        fields.finish();
        return None;
    };
    let said = Said { version: version.clone(), listed, sha256: sha256.clone(), size, only };
    let artifacts = complete(said, templates, fields.faults);
    fields.finish();
    Some(SoftwareVersion {
        version,
        artifacts,
        sha256,
        size,
        actions,
        requires,
        requires_version,
        notes,
    })
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
