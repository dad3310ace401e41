//! Reading `Task.ensure`: the resource and its kind; how each kind's keys are
//! read stands in `resource.rs`.

use super::faults::excerpt;
use super::{Decode, Faults, Fields, Input};
use crate::document::ensure::rules;
use crate::document::{Ensure, EnsureText, OrParameter, ParameterType, RunContext, Task};
use crate::tree::{Plain, Value};
use crate::{Code, Span, Spanned};

mod elsewhere;
mod resource;

/// The kinds, in the order of the documentation.
const KINDS: &[&[&str]] = &[
    &["registry"],
    &["file"],
    &["directory"],
    &["line"],
    &["service"],
    &["feature"],
    &["scheduledTask"],
    &["localGroup"],
    &["user"],
    &["sysctl"],
    &["defaults"],
];

impl Decode for Ensure {
    fn decode(input: Input<'_, '_>, faults: &mut Faults) -> Option<Self> {
        let mut fields = input.fields(faults)?;
        let chosen = fields.exactly_one_of(KINDS);
        let within = chosen.and_then(|kind| input.node.get(kind)?.get("present"));
        let beside: Option<Spanned<bool>> = fields.optional("present");
        let one = [
            fields.optional("registry").map(Self::Registry),
            fields.optional("file").map(Self::File),
            fields.optional("directory").map(Self::Directory),
            fields.optional("line").map(Self::Line),
            fields.optional("service").map(Self::Service),
            fields.optional("feature").map(Self::Feature),
            fields.optional("scheduledTask").map(Self::ScheduledTask),
            fields.optional("localGroup").map(Self::LocalGroup),
            fields.optional("user").map(Self::User),
            fields.optional("sysctl").map(Self::Sysctl),
            fields.optional("defaults").map(Self::Defaults),
        ];
        if let (Some(beside), Some(within)) = (&beside, within) {
            let message = "`present` stands beside the kind and within it";
            fields.faults.hinted(Code::ExclusiveKeys, beside.span, message, "keep one of them");
            fields.faults.relate(within.span.line, "the other one stands here".to_owned());
        }
        let one = one.into_iter().flatten().next().map(|one| match &beside {
            Some(present) => one.with_presence(present.value),
            None => one,
        });
        if let Some(one) = &one
            && let Some(kind) = fields.input(one.word())
        {
            check_whole(one, kind, fields.faults);
        }
        fields.finish();
        one
    }
}

impl<T: Decode> Decode for OrParameter<T> {
    fn decode(input: Input<'_, '_>, faults: &mut Faults) -> Option<Self> {
        if input.node.get("param").is_none() {
            return Spanned::decode(input, faults).map(Self::Written);
        }
        let mut fields = input.fields(faults)?;
        let name = fields.required("param");
        fields.finish();
        name.map(Self::Parameter)
    }
}

/// What a resource needs that is to be there, or gone.
fn check_whole(one: &Ensure, input: Input<'_, '_>, faults: &mut Faults) {
    let Some(mut fields) = input.fields(faults) else { return };
    match one {
        Ensure::Line(line) if line.present => {
            fields.demand("line");
            // What `match` would not find again would be added with every run.
            if let (Some(text), Some(pattern)) =
                (line.line.as_ref().and_then(OrParameter::written), &line.pattern)
                && regex::Regex::new(pattern).is_ok_and(|regex| !regex.is_match(text))
            {
                let message = "`match` does not find the `line` itself, so that every run would change another one";
                let hint = "let the expression match the line as it is to be, too";
                bad(fields.faults, pattern.span, message, hint);
            }
        }
        Ensure::Line(_) if fields.key("line").or(fields.key("match")).is_none() => {
            fields.missing(&["line", "match"]);
        }
        Ensure::Sysctl(sysctl) if sysctl.present => fields.demand("value"),
        Ensure::ScheduledTask(task) if task.present => {
            fields.demand("run");
            fields.demand("when");
        }
        _ => {}
    }
}

/// What the texts of a resource must look like.
impl Fields<'_, '_, '_> {
    /// A text that must satisfy a rule, where it is written.
    fn ruled(
        &mut self,
        key: &'static str,
        rule: impl Fn(&str) -> bool,
        (wanted, hint): (&str, &str),
    ) -> Option<EnsureText> {
        let text: EnsureText = self.optional(key)?;
        if let Some(written) = text.written().filter(|written| !rule(written)) {
            let message = format!("`{}` is {wanted}, as `{key}` asks for", excerpt(written));
            self.faults.hinted(Code::BadValue, written.span, message, hint);
            self.mark_faulty(key);
        }
        Some(text)
    }

    /// An absolute path.
    fn absolute_path(&mut self) -> Option<EnsureText> {
        self.demand("path");
        let said = ("no absolute path", "write the whole path, as `/etc/motd`, without `..`");
        self.ruled("path", rules::is_absolute, said)
    }

    fn mode(&mut self) -> Option<EnsureText> {
        let said = ("no mode", "write the permission bits in octal, in quotes: \"0644\"");
        self.ruled("mode", |text| rules::mode(text).is_some(), said)
    }

    fn owner(&mut self) -> Option<EnsureText> {
        let said = ("no owner", "write `USER`, `USER:GROUP` or `:GROUP`, each a name or a number");
        self.ruled("owner", |text| rules::owner(text).is_some(), said)
    }

    fn account(&mut self, key: &'static str) -> Option<EnsureText> {
        let said = ("no name of an account", "write the name as the system lists it");
        self.ruled(key, rules::is_account, said)
    }

    fn accounts(&mut self, key: &'static str) -> Option<Vec<EnsureText>> {
        let all: Vec<EnsureText> = self.optional(key)?;
        for name in
            all.iter().filter_map(OrParameter::written).filter(|name| !rules::is_account(name))
        {
            let message =
                format!("`{}` is no name of an account, as `{key}` asks for", excerpt(name));
            let hint = "write the name as the system lists it";
            self.faults.hinted(Code::BadValue, name.span, message, hint);
            self.mark_faulty(key);
        }
        Some(all)
    }

    /// Reports a key that is not there.
    fn demand(&mut self, key: &'static str) {
        if self.key(key).is_none() {
            self.missing(&[key]);
        }
    }
}

/// What `ensure` asks of the task around it: parameters that are declared and
/// that a setting can take, and a computer to carry it out on.
pub(super) fn check_task(task: &Task, fields: &mut Fields<'_, '_, '_>) {
    if task.ensure.is_empty() {
        return;
    }
    let known = !fields.faulty().contains(&"parameters");
    for name in task.ensure.iter().flat_map(|one| one.parameters()) {
        match task.parameters.get(&name.value).map(|declared| declared.kind) {
            None if known => undeclared(task, name, fields.faults),
            Some(ParameterType::Map) => {
                let message =
                    format!("`{}` is a map, and a setting takes a single value", name.value);
                let hint = "declare one parameter for each value";
                fields.faults.hinted(Code::BadParameter, name.span, message, hint);
            }
            None | Some(_) => {}
        }
    }
    let elsewhere = task.context.filter(|context| *context != RunContext::System);
    if let (Some(_), Some(context)) = (elsewhere, fields.key("context")) {
        let message = "`ensure` is carried out by the system, in no other context";
        let hint = "remove `context`, or write scripts that run in it";
        fields.faults.hinted(Code::BadValue, context, message, hint);
        fields.mark_faulty("context");
    }
}

fn undeclared(task: &Task, name: &Spanned<String>, faults: &mut Faults) {
    let message = format!("the task declares no parameter `{}`", excerpt(name));
    let near = super::nearest(name, task.parameters.keys().map(String::as_str));
    let hint = match near {
        Some(near) => format!("did you mean `{near}`?"),
        None => "declare it in `parameters` of the task".to_owned(),
    };
    faults.hinted(Code::BadParameter, name.span, message, hint);
}

/// A whole number or a text, as a text.
struct Scalar(String);

impl Decode for Scalar {
    fn decode(input: Input<'_, '_>, faults: &mut Faults) -> Option<Self> {
        let raw = match &input.node.value {
            Value::Scalar(scalar) => match scalar.plain() {
                Plain::Integer(Some(number)) => Some(number.to_string()),
                _ => None,
            },
            Value::Sequence(_) | Value::Mapping(_) => None,
        };
        raw.or_else(|| String::decode(input, faults)).map(Self)
    }
}

/// Reports at a key.
fn bad(faults: &mut Faults, span: Span, message: impl Into<String>, hint: &str) {
    faults.hinted(Code::BadValue, span, message, hint);
}
