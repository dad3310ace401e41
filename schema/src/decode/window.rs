//! Reading `Window`, and days of the month, which schedules have too.

use super::{Decode, Faults, Fields, Input};
use crate::document::{Seconds, TimeOfDay, Weekday, Window, WindowItem};
use crate::tree::Value;
use crate::{Code, Spanned};

pub(super) fn window(fields: &mut Fields<'_, '_, '_>) -> Window {
    fields.exactly_one_of(&[&["allow"], &["deny"]]);
    fields
        .exactly_one_of(&[&["cron", "nth", "weekday", "plus", "at", "duration"], &["from", "to"]]);
    fields.one_of(&[&["cron"], NTH]);
    let NthKeys { nth, weekday, plus, at } = nth_keys(fields);
    let window = Window {
        allow: fields.only_true("allow"),
        deny: fields.only_true("deny"),
        cron: fields.optional("cron"),
        nth,
        weekday,
        plus,
        at,
        duration: fields.optional("duration"),
        from: fields.optional("from"),
        to: fields.optional("to"),
        timezone: fields.optional("timezone"),
        target: fields.optional("target"),
        items: fields.optional("items"),
        overrun: fields.optional("overrun"),
    };
    let opens = fields.is_given("cron") || NTH.iter().any(|key| fields.is_given(key));
    if opens != fields.is_given("duration") {
        fields.missing(&[if opens { "duration" } else { "cron" }]);
    }
    if let (Some(from), Some(to)) = (&window.from, &window.to)
        && from.value > to.value
    {
        let message = format!("the window ends on {} before it begins on {}", to.value, from.value);
        let hint = "write the last day after the first";
        fields.faults.hinted(Code::BadValue, to.span, message, hint);
    }
    window
}

const NTH: &[&str] = &["nth", "weekday", "plus", "at"];

/// The keys of a day of the month.
pub(super) struct NthKeys {
    pub(super) nth: Option<Spanned<u32>>,
    pub(super) weekday: Option<Weekday>,
    pub(super) plus: Option<Seconds>,
    pub(super) at: Option<TimeOfDay>,
}

/// `nth` and `weekday` belong together; `plus` counts whole days.
pub(super) fn nth_keys(fields: &mut Fields<'_, '_, '_>) -> NthKeys {
    let nth: Option<Spanned<u32>> = fields.optional("nth");
    let plus: Option<Spanned<Seconds>> = fields.optional("plus");
    let keys = NthKeys {
        nth: nth.filter(|nth| is_of_a_month(nth, fields.faults)),
        weekday: fields.optional("weekday"),
        plus: plus.filter(|plus| is_whole_days(plus, fields.faults)).map(|plus| plus.value),
        at: fields.optional("at"),
    };
    let clash = fields.faulty().contains(&"cron");
    if !clash && NTH.iter().any(|key| fields.is_given(key)) {
        for key in ["nth", "weekday"] {
            if fields.key(key).is_none() {
                fields.missing(&[key]);
            }
        }
    }
    keys
}

fn is_of_a_month(nth: &Spanned<u32>, faults: &mut Faults) -> bool {
    let fits = (1..=5).contains(&nth.value);
    if !fits {
        let message = format!("no month has a weekday {} times", nth.value);
        faults.hinted(Code::BadValue, nth.span, message, "write a number from 1 to 5");
    }
    fits
}

fn is_whole_days(plus: &Spanned<Seconds>, faults: &mut Faults) -> bool {
    let fits = plus.value.0.is_multiple_of(86_400);
    if !fits {
        let message = format!("`plus: {}` is no number of days", plus.value);
        let hint = "write whole days, as `5d`, and the time of day as `at: \"HH:MM\"`";
        faults.hinted(Code::BadValue, plus.span, message, hint);
    }
    fits
}

/// The name of a software, `software/NAME`, `task/NAME`, or a mapping.
impl Decode for WindowItem {
    fn decode(input: Input<'_, '_>, faults: &mut Faults) -> Option<Self> {
        if let Value::Scalar(_) = input.node.value {
            let text: Spanned<String> = Spanned::decode(input, faults)?;
            return Some(Self::named(&text, faults));
        }
        let mut fields = input.fields(faults)?;
        fields.exactly_one_of(&[&["software"], &["task", "instance"]]);
        let item = Self {
            software: fields.optional("software"),
            task: fields.optional("task"),
            instance: fields.optional("instance"),
        };
        if fields.is_given("instance") && fields.key("task").is_none() {
            fields.missing(&["task"]);
        }
        fields.finish();
        (item != Self::default()).then_some(item)
    }
}

impl WindowItem {
    fn named(text: &Spanned<String>, faults: &mut Faults) -> Self {
        let of = |name: &str| Some(Spanned::new(name.to_owned(), text.span));
        if text.contains('/') {
            super::schedule::check_item(text, faults);
        }
        match text.split_once('/') {
            None => Self { software: of(text), ..Self::default() },
            Some(("task", name)) => {
                let (name, instance) = name
                    .split_once('#')
                    .map_or((name, None), |(name, of)| (name, Some(of.to_owned())));
                Self { task: of(name), instance, ..Self::default() }
            }
            Some((_, name)) => Self { software: of(name), ..Self::default() },
        }
    }
}
