//! Reading `Task`.

use super::{Decode, Faults, Fields, Input};
use crate::Code;
use crate::document::{InventoryTask, Parameter, ParameterType, RunsOn, Task};

pub(super) fn task(fields: &mut Fields<'_, '_, '_>) -> Task {
    fields.one_of(&[&["script"], &["test", "set", "get"]]);
    let task = Task {
        runs_on: fields.or_default("runsOn"),
        test: fields.optional("test"),
        set: fields.optional("set"),
        get: fields.optional("get"),
        script: fields.script(),
        context: fields.optional("context"),
        parameters: fields.or_default("parameters"),
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
    check_cloud(&task, fields);
    task
}

/// A task that runs for a tenant has no computer on which these could be judged.
fn check_cloud(task: &Task, fields: &mut Fields<'_, '_, '_>) {
    if task.runs_on != RunsOn::Tenant {
        return;
    }
    for key in ["requires", "platforms", "appliesIf"] {
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
        let (required, default) = (fields.or_default("required"), fields.optional("default"));
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

impl Decode for InventoryTask {
    fn decode(input: Input<'_, '_>, faults: &mut Faults) -> Option<Self> {
        let mut fields = input.fields(faults)?;
        let every = fields.required("every");
        let (keep, fact) = (fields.or_default("keep"), fields.optional("fact"));
        fields.finish();
        Some(Self { every: every?, keep, fact })
    }
}
