//! Reading `Task`.

use super::{Decode, Faults, Fields, Input};
use crate::document::{
    Generate, InventoryTask, Output, OutputType, Parameter, ParameterType, RunsOn, Seconds, Task,
};
use crate::tree::Value;
use crate::{Code, Spanned};

/// How long a generated value may be.
const LENGTHS: std::ops::RangeInclusive<u32> = 8..=256;
/// The shortest time after which one is made anew.
const SHORTEST: Seconds = Seconds(3600);

pub(super) fn task(fields: &mut Fields<'_, '_, '_>) -> Task {
    fields.one_of(&[&["script"], &["test", "set", "get"]]);
    fields.one_of(&[&["ensure"], &["script", "test", "set"]]);
    let task = Task {
        runs_on: fields.or_default("runsOn"),
        test: fields.optional("test"),
        set: fields.optional("set"),
        get: fields.optional("get"),
        unset: fields.optional("unset"),
        script: fields.script(),
        uses: fields.uses(),
        ensure: fields.or_default("ensure"),
        context: fields.optional("context"),
        parameters: fields.or_default("parameters"),
        outputs: fields.or_default("outputs"),
        reboot_after: fields.or_default("rebootAfter"),
        serial: fields.or_default("serial"),
        inventory: fields.optional("inventory"),
        onboarding_only: fields.or_default("onboardingOnly"),
        skip_in_automatic_onboarding: fields.or_default("skipInAutomaticOnboarding"),
        superseded_by: fields.optional("supersededBy"),
        requires: fields.or_default("requires"),
        platforms: fields.optional("platforms"),
        applies_if: fields.or_default("appliesIf"),
        order: fields.or_default("order"),
    };
    let ensure = fields.input("ensure");
    super::plain::not_empty(&task.ensure, ensure, fields.faults);
    super::ensure::check_task(&task, fields);
    check_cloud(&task, fields);
    task
}

/// A task that runs for a tenant has no computer on which these could be judged.
fn check_cloud(task: &Task, fields: &mut Fields<'_, '_, '_>) {
    if task.runs_on != RunsOn::Tenant {
        return;
    }
    for key in ["ensure", "requires", "platforms", "appliesIf", "rebootAfter"] {
        if let Some(span) = fields.key(key) {
            let message = format!("`{key}` has no meaning for a task that runs for a tenant");
            let hint = format!("remove `{key}`, or choose the tenants in the deployments' targets");
            fields.faults.hinted(Code::BadValue, span, message, hint);
            fields.mark_faulty(key);
        }
    }
}

impl Decode for Parameter {
    fn decode(input: Input<'_, '_>, faults: &mut Faults) -> Option<Self> {
        let mut fields = input.fields(faults)?;
        let kind = fields.required("type");
        let required = fields.or_default("required");
        let default = default(&mut fields, kind);
        let values: Option<Vec<String>> = fields.optional("values");
        if kind == Some(ParameterType::Select) && fields.key("values").is_none() {
            fields.missing(&["values"]);
        }
        let pattern = fields.regex("pattern");
        let (minimum, maximum) = (fields.optional("minimum"), fields.optional("maximum"));
        if let (Some(least), Some(greatest)) = (minimum, maximum)
            && least > greatest
            && let Some(span) = fields.key("maximum")
        {
            let message = format!("`maximum` {greatest} is less than `minimum` {least}");
            fields.faults.hinted(
                Code::BadValue,
                span,
                message,
                "write the greater one as `maximum`",
            );
        }
        let description = fields.optional("description");
        fields.finish();
        Some(Self {
            kind: kind?,
            required,
            default,
            values: values.unwrap_or_default(),
            pattern,
            minimum,
            maximum,
            description,
        })
    }
}

/// A value, `{cel: …}` with the place of its text, or `{generate: …}` where the
/// parameter is of a type that can be generated.
fn default(
    fields: &mut Fields<'_, '_, '_>,
    kind: Option<ParameterType>,
) -> Option<Spanned<serde_json::Value>> {
    let input = fields.input("default")?;
    let has = |key: &str| match &input.node.value {
        Value::Mapping(entries) => entries.iter().any(|entry| entry.key == key),
        Value::Scalar(_) | Value::Sequence(_) => false,
    };
    if has("cel") {
        return super::given::computed(input, fields.faults);
    }
    let generated = matches!(kind, Some(ParameterType::Secret | ParameterType::String));
    if generated && has("generate") {
        let mut inner = input.fields(fields.faults)?;
        let generate: Option<Generate> = inner.required("generate");
        inner.finish();
        generate?;
    }
    Spanned::decode(input, fields.faults)
}

impl Decode for Generate {
    fn decode(input: Input<'_, '_>, faults: &mut Faults) -> Option<Self> {
        let mut fields = input.fields(faults)?;
        let length: Option<Spanned<u32>> = fields.required("length");
        let rotate: Option<Spanned<Seconds>> = fields.optional("rotate");
        if let Some(length) = length.as_ref().filter(|length| !LENGTHS.contains(length)) {
            let message = format!("`length` {} is out of the range", length.value);
            let hint = format!("write a number from {} to {}", LENGTHS.start(), LENGTHS.end());
            fields.faults.hinted(Code::BadValue, length.span, message, hint);
        }
        if let Some(rotate) = rotate.as_ref().filter(|rotate| rotate.value < SHORTEST) {
            let message = format!("`rotate` {} is too short", rotate.value);
            fields.faults.hinted(Code::BadValue, rotate.span, message, "write 1h or more");
        }
        fields.finish();
        Some(Self { length: length?.value, rotate: rotate.map(|rotate| rotate.value) })
    }
}

impl Decode for Output {
    fn decode(input: Input<'_, '_>, faults: &mut Faults) -> Option<Self> {
        let mut fields = input.fields(faults)?;
        let kind = fields.required("type");
        let escrow = fields.or_default("escrow");
        if escrow && kind == Some(OutputType::String) {
            let span = fields.key("escrow").unwrap_or_default();
            let message = "only a secret is kept in escrow";
            fields.faults.hinted(Code::BadValue, span, message, "write `type: secret`");
        }
        let description = fields.optional("description");
        fields.finish();
        Some(Self { kind: kind?, escrow, description })
    }
}

impl Decode for InventoryTask {
    fn decode(input: Input<'_, '_>, faults: &mut Faults) -> Option<Self> {
        let mut fields = input.fields(faults)?;
        let every = fields.required("every");
        let (keep, fact) = (fields.or_default("keep"), fields.optional("fact"));
        fields.finish();
        Some(Self { every: every?, keep, fact })
    }
}
