//! Reading `Test`.

use super::fleet::{check_moment, inventory};
use super::schedule::check_item;
use super::{Decode, Faults, Fields, Input, nearest};
use crate::document::{
    ExpectedAction, ExpectedConflict, ExpectedError, ExpectedHold, GivenFile, SessionKind, Test,
    TestSession,
};
use crate::tree::Value;
use crate::{Code, Spanned};

/// What a plan may say of an item.
const ACTIONS: &[&str] = &["none", "install", "update", "downgrade", "uninstall", "repair", "set"];
/// The parts of a session.
const PHASES: &[&str] = &["onboarding", "main"];
/// What leads to a conflict.
const RULES: &[&str] = &["state", "path", "prerequisite"];

pub(super) fn test(fields: &mut Fields<'_, '_, '_>) -> Test {
    Test {
        inventory: inventory(fields),
        session: fields.optional("session"),
        expect: fields.or_default("expect"),
        partial: fields.or_default("partial"),
        conflicts: fields.or_default("conflicts"),
        errors: fields.optional("errors"),
        given: fields.or_default("given"),
    }
}

impl Decode for TestSession {
    /// A kind alone, or its keys.
    fn decode(input: Input<'_, '_>, faults: &mut Faults) -> Option<Self> {
        if let Value::Scalar(_) = input.node.value {
            let kind: Spanned<SessionKind> = Spanned::decode(input, faults)?;
            if kind.value == SessionKind::Item {
                let hint = "write `{kind: item, item: software/NAME}`";
                faults.bad_value(input, "no session by itself", hint);
            }
            return Some(Self { kind: Some(kind), ..Self::default() });
        }
        let mut fields = input.fields(faults)?;
        let session = Self {
            kind: fields.optional("kind"),
            item: fields.optional("item"),
            schedule: fields.optional("schedule"),
            deployment: fields.optional("deployment"),
        };
        let named = fields.key("item").is_some() || fields.key("deployment").is_some();
        if session.kind.as_ref().is_some_and(|kind| kind.value == SessionKind::Item) && !named {
            fields.missing(&["item"]);
        }
        if let Some(item) = &session.item {
            check_item(item, fields.faults);
        }
        fields.finish();
        Some(session)
    }
}

/// A text or null, which is a value of its own.
struct OrNull<T>(Option<T>);

impl<T: Decode> Decode for OrNull<T> {
    fn decode(input: Input<'_, '_>, faults: &mut Faults) -> Option<Self> {
        if input.node.is_null() {
            return Some(Self(None));
        }
        T::decode(input, faults).map(|value| Self(Some(value)))
    }
}

impl Decode for ExpectedAction {
    fn decode(input: Input<'_, '_>, faults: &mut Faults) -> Option<Self> {
        let mut fields = input.fields(faults)?;
        let item: Option<Spanned<String>> = fields.required("item");
        if let Some(item) = &item {
            check_item(item, fields.faults);
        }
        let mut or_null = |key| fields.optional(key).map(|OrNull(text)| text);
        let (from, to) = (or_null("from"), or_null("to"));
        let (by, because) = (or_null("by"), or_null("because"));
        let action = Self {
            item: Spanned::default(),
            action: fields.word("action", ACTIONS),
            reason: fields.optional("reason"),
            from,
            to,
            by,
            line: fields.optional("line"),
            because,
            waits_for: fields.optional("waitsFor"),
            phase: fields.word("phase", PHASES),
            failed: fields.optional("failed"),
            parameters: fields.optional("parameters"),
            ring: fields.optional("ring").map(|OrNull(ring)| ring),
            held_by: fields.optional("heldBy"),
        };
        fields.finish();
        Some(Self { item: item?, ..action })
    }
}

/// What holds an action back, alone or with the moment until which it does.
impl Decode for ExpectedHold {
    fn decode(input: Input<'_, '_>, faults: &mut Faults) -> Option<Self> {
        if let Value::Scalar(_) = input.node.value {
            return String::decode(input, faults).map(|what| Self { what, until: None });
        }
        let mut fields = input.fields(faults)?;
        let what = fields.required("what");
        let until: Option<OrNull<Spanned<String>>> = fields.optional("until");
        let until = until.filter(|OrNull(until)| {
            until.as_ref().is_none_or(|until| check_moment(until, fields.faults))
        });
        fields.finish();
        Some(Self { what: what?, until: until.map(|OrNull(until)| until) })
    }
}

impl Decode for ExpectedConflict {
    fn decode(input: Input<'_, '_>, faults: &mut Faults) -> Option<Self> {
        let mut fields = input.fields(faults)?;
        let item = fields.required("item");
        let (rule, by) = (fields.word("rule", RULES), fields.optional("by"));
        fields.finish();
        Some(Self { item: item?, rule, by })
    }
}

impl Decode for ExpectedError {
    fn decode(input: Input<'_, '_>, faults: &mut Faults) -> Option<Self> {
        let mut fields = input.fields(faults)?;
        let code: Option<Spanned<String>> = fields.required("code");
        let code = code.filter(|code| is_code(code, fields.faults));
        let at = fields.optional("at");
        fields.finish();
        Some(Self { code: code?, at })
    }
}

fn is_code(code: &Spanned<String>, faults: &mut Faults) -> bool {
    let words = || Code::ALL.iter().map(|code| code.word());
    let fits = words().any(|word| word == code.value);
    if !fits {
        let hint = match nearest(code, words()) {
            Some(near) => format!("did you mean `{near}`?"),
            None => "the codes are listed in docs/diagnostics.md".to_owned(),
        };
        let message = format!("`{}` is no code of a diagnostic", super::faults::excerpt(code));
        faults.hinted(Code::BadValue, code.span, message, hint);
    }
    fits
}

/// Whether a text is the path of a file within the repository.
fn is_path(file: &Spanned<String>, faults: &mut Faults) -> bool {
    let fits = file.split('/').all(|part| !matches!(part, "" | "." | ".."));
    if !fits {
        let message =
            format!("`{}` is no path within the repository", super::faults::excerpt(file));
        let hint = "write the path from the root, as `deployments/new.yaml`";
        faults.hinted(Code::BadValue, file.span, message, hint);
    }
    fits
}

impl Decode for GivenFile {
    fn decode(input: Input<'_, '_>, faults: &mut Faults) -> Option<Self> {
        let mut fields = input.fields(faults)?;
        let file: Option<Spanned<String>> = fields.required("file");
        let file = file.filter(|file| is_path(file, fields.faults));
        let text = fields.required("text");
        fields.finish();
        Some(Self { file: file?.value, text: text? })
    }
}
