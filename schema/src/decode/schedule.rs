//! Reading `Schedule`.

use super::window::{NthKeys, nth_keys};
use super::{Decode, Faults, Fields, Input};
use crate::document::{Notify, Postpone, Schedule, Seconds, When};
use crate::{Code, Spanned};

/// The shortest rhythm of a schedule.
const SHORTEST: Seconds = Seconds(5 * 60);

pub(super) fn schedule(fields: &mut Fields<'_, '_, '_>) -> Schedule {
    let schedule = Schedule {
        target: fields.required_or_default("target"),
        when: fields.required_or_default("when"),
        execute: fields.or_default("execute"),
        timezone: fields.optional("timezone"),
        item: fields.optional("item"),
        offline: fields.optional("offline"),
        reboot: fields.optional("reboot"),
        notify: fields.or_default("notify"),
        postpone: fields.optional("postpone"),
        preflight: fields.or_default("preflight"),
        concurrency: fields.optional("concurrency"),
        jitter: fields.optional("jitter"),
        disabled: fields.or_default("disabled"),
    };
    for script in schedule.target.selectors().filter_map(|target| target.script.as_ref()) {
        let message = "a schedule's target may not be a script";
        let hint = "name the script in a Group, and target the group";
        fields.faults.hinted(Code::BadValue, script.span, message, hint);
    }
    if schedule.concurrency == Some(0)
        && let Some(concurrency) = fields.input("concurrency")
    {
        fields.faults.bad_value(concurrency, "out of the range", "write 1 or more");
    }
    if let Some(item) = &schedule.item {
        check_item(item, fields.faults);
    }
    schedule
}

/// `software/NAME` or `task/NAME`, with `#INSTANCE` for a task.
pub(super) fn check_item(item: &Spanned<String>, faults: &mut Faults) {
    let name = item.strip_prefix("software/").or_else(|| item.strip_prefix("task/"));
    if name.is_none_or(str::is_empty) {
        let message = format!("`{}` names no item", item.value);
        let hint = "write `software/NAME` or `task/NAME`";
        faults.hinted(Code::BadValue, item.span, message, hint);
    }
}

impl Decode for When {
    fn decode(input: Input<'_, '_>, faults: &mut Faults) -> Option<Self> {
        let mut fields = input.fields(faults)?;
        fields.exactly_one_of(&[&["cron"], &["every"], &["on"], &["nth", "weekday", "plus", "at"]]);
        let every = fields.optional("every").filter(|every| is_long_enough(every, fields.faults));
        let on = fields.optional("on").filter(|on| is_commit(on, fields.faults));
        let cron = fields.optional("cron");
        let NthKeys { nth, weekday, plus, at } = nth_keys(&mut fields);
        let when = Self { cron, every, on, nth, weekday, plus, at };
        fields.finish();
        Some(when)
    }
}

fn is_long_enough(every: &Spanned<Seconds>, faults: &mut Faults) -> bool {
    let fits = every.value >= SHORTEST;
    if !fits {
        let message = format!("`every: {}` is less than five minutes", every.value);
        faults.hinted(Code::BadValue, every.span, message, "write 5m or more");
    }
    fits
}

fn is_commit(on: &Spanned<String>, faults: &mut Faults) -> bool {
    let fits = on.value == "commit";
    if !fits {
        let message = format!("`{}` is no occasion", super::faults::excerpt(on));
        faults.hinted(Code::BadValue, on.span, message, "write `on: commit`");
    }
    fits
}

impl Decode for Notify {
    fn decode(input: Input<'_, '_>, faults: &mut Faults) -> Option<Self> {
        let mut fields = input.fields(faults)?;
        let notify = Self {
            before: fields.or_default("before"),
            after: fields.or_default("after"),
            when_compliant: fields.or_default("whenCompliant"),
        };
        fields.finish();
        Some(notify)
    }
}

impl Decode for Postpone {
    fn decode(input: Input<'_, '_>, faults: &mut Faults) -> Option<Self> {
        let mut fields = input.fields(faults)?;
        let (choices, max) = (fields.required("choices"), fields.optional("max"));
        fields.finish();
        Some(Self { choices: choices?, max })
    }
}
