//! `Task.ensure` on one computer: parameters become values, files object ids.
//!
//! What a parameter gives must look as what is written there must; a key whose
//! parameter has no value counts as not given.

use ordain_schema::document::ensure::rules;
use ordain_schema::document::{self, EnsureText, OrParameter, OsFamily, RegistryValue};
use serde_json::Value;

use crate::lower::{NotExecutable, Parameters, Place};
use crate::order::ensure::File;
use crate::order::{
    Content, Defaults, Directory, Ensure, Group, Line, Registry, RegistryType, Resource,
    ScheduledTask, Service, Sysctl, Trigger, User,
};
use crate::policy::beside;

/// What lowering the resources of a task needs.
#[derive(Debug, Clone, Copy)]
pub struct EnsureInput<'a> {
    /// Where it is carried out.
    pub place: &'a Place<'a>,
    /// The document's path from the repository's root.
    pub path: &'a str,
    /// The values of the task's parameters.
    pub parameters: &'a Parameters,
}

impl EnsureInput<'_> {
    /// The resources with their values, in the order of the document.
    ///
    /// # Errors
    /// Where a value is missing or does not fit, or where a kind is not one of
    /// the computer's system.
    pub fn lower<'e>(
        &self,
        ensure: impl IntoIterator<Item = &'e document::Ensure>,
    ) -> Result<Vec<Ensure>, NotExecutable> {
        ensure.into_iter().map(|one| self.one(one)).collect()
    }

    fn one(&self, one: &document::Ensure) -> Result<Ensure, NotExecutable> {
        if let Some(family) = self.place.family()
            && !is_of(one, family)
        {
            return Err(NotExecutable::Setting(one.word(), family_name(family)));
        }
        if let Some(name) =
            one.parameters().into_iter().find(|name| self.parameters.is_hidden(name))
        {
            return Err(NotExecutable::InSetting(name.value.clone()));
        }
        let resource = match one {
            document::Ensure::File(file) => Resource::File(self.file(file)?),
            document::Ensure::Directory(one) => Resource::Directory(Directory {
                path: self.path(&one.path)?,
                mode: self.mode(one.mode.as_ref())?,
                owner: self.owner(one.owner.as_ref())?,
                force: one.force,
            }),
            document::Ensure::Line(one) => Resource::Line(self.line(one)?),
            document::Ensure::Service(one) => Resource::Service(Service {
                name: self.ruled("name", &one.name, rules::is_service)?,
                start: one.start,
                running: one.running,
            }),
            document::Ensure::LocalGroup(one) => Resource::Group(Group {
                name: self.account(&one.name)?,
                gid: one.gid,
                members: one.members.as_ref().map(|all| self.accounts(all)).transpose()?,
                include: self.accounts(&one.include)?,
                exclude: self.accounts(&one.exclude)?,
            }),
            document::Ensure::User(one) => Resource::User(self.user(one)?),
            document::Ensure::Sysctl(one) => Resource::Sysctl(Sysctl {
                key: self.ruled("key", &one.key, rules::is_sysctl)?,
                value: match &one.value {
                    Some(value) if one.present => Some(self.needed("value", value)?),
                    _ => None,
                },
            }),
            document::Ensure::Registry(one) => Resource::Registry(self.registry(one)?),
            document::Ensure::Feature(one) => Resource::Feature(self.needed("name", &one.name)?),
            document::Ensure::ScheduledTask(one) => Resource::ScheduledTask(self.scheduled(one)?),
            document::Ensure::Defaults(one) => Resource::Defaults(self.defaults(one)?),
        };
        Ok(Ensure { present: one.is_present(), resource })
    }

    fn file(&self, one: &document::EnsureFile) -> Result<File, NotExecutable> {
        let content = match (&one.from, &one.content) {
            (Some(from), _) if one.present => {
                let path = beside(self.path, from.trim_start_matches("./"));
                let blob = (self.place.blob)(&path);
                let blob = blob.ok_or_else(|| NotExecutable::NoScript(path.clone()))?;
                Some(Content::Blob { blob, path })
            }
            (None, Some(content)) if one.present => {
                self.text(content).map(|text| Content::Text(text.into()))
            }
            _ => None,
        };
        Ok(File {
            path: self.path(&one.path)?,
            content,
            mode: self.mode(one.mode.as_ref())?,
            owner: self.owner(one.owner.as_ref())?,
        })
    }

    fn line(&self, one: &document::EnsureLine) -> Result<Line, NotExecutable> {
        let line = one.line.as_ref().map(|line| self.needed("line", line)).transpose()?;
        let pattern = one.pattern.as_ref().map(|pattern| pattern.value.clone());
        if let Some(line) = &line {
            if line.contains(['\n', '\r', '\0']) {
                return Err(unfit("line", line));
            }
            let finds = pattern.as_ref().and_then(|pattern| regex::Regex::new(pattern).ok());
            if one.present && finds.is_some_and(|regex| !regex.is_match(line)) {
                return Err(NotExecutable::Unfit("`match` does not find the `line` itself".into()));
            }
        }
        let after = one.after.as_ref().map(|after| after.value.clone());
        Ok(Line { path: self.path(&one.path)?, line, pattern, after })
    }

    fn user(&self, one: &document::EnsureUser) -> Result<User, NotExecutable> {
        let plain = |key, text: Option<&EnsureText>, rule: fn(&str) -> bool| match text
            .and_then(|text| self.text(text))
        {
            Some(text) if !rule(&text) || text.contains([':', '\n', '\0']) => {
                Err(unfit(key, &text))
            }
            text => Ok(text),
        };
        Ok(User {
            name: self.account(&one.name)?,
            uid: one.uid,
            group: plain("group", one.group.as_ref(), rules::is_account)?,
            groups: one.groups.as_ref().map(|all| self.accounts(all)).transpose()?,
            comment: plain("comment", one.comment.as_ref(), |_| true)?,
            home: plain("home", one.home.as_ref(), rules::is_absolute)?,
            shell: plain("shell", one.shell.as_ref(), rules::is_absolute)?,
            system: one.system,
        })
    }

    fn registry(&self, one: &document::EnsureRegistry) -> Result<Registry, NotExecutable> {
        let values = one.values.iter().filter_map(|(name, value)| {
            let RegistryValue { kind, value } = value;
            let value = self.value(value)?;
            let kind = kind.or_else(|| RegistryType::of(&value)).filter(|kind| kind.takes(&value));
            Some(match kind {
                Some(kind) => Ok((name.clone(), kind, value)),
                None => Err(unfit(name, &value.to_string())),
            })
        });
        Ok(Registry {
            key: self.needed("key", &one.key)?,
            values: values.collect::<Result<_, _>>()?,
            each_user: one.each_user,
        })
    }

    fn scheduled(
        &self,
        one: &document::EnsureScheduledTask,
    ) -> Result<ScheduledTask, NotExecutable> {
        let trigger = one.when.as_ref().and_then(|when| match (&when.at, &when.every, &when.on) {
            (Some(at), _, _) => {
                Some(Trigger::At { hour: at.hour, minute: at.minute, days: when.days.clone() })
            }
            (_, Some(every), _) => Some(Trigger::Every(every.value.0)),
            (_, _, Some(event)) => Some(Trigger::On(*event)),
            (None, None, None) => None,
        });
        let run = one.run.as_ref().map(|run| self.needed("run", run)).transpose()?;
        let args = one.args.iter().map(|arg| self.needed("args", arg)).collect::<Result<_, _>>()?;
        let user = one.user.as_ref().and_then(|user| self.text(user));
        Ok(ScheduledTask { name: self.needed("name", &one.name)?, run, args, user, trigger })
    }

    fn defaults(&self, one: &document::EnsureDefaults) -> Result<Defaults, NotExecutable> {
        let values = one.values.iter();
        let values = values.filter_map(|(name, value)| Some((name.clone(), self.value(value)?)));
        Ok(Defaults {
            domain: self.needed("domain", &one.domain)?,
            values: values.collect(),
            each_user: one.each_user,
        })
    }

    /// A text as it is written, or as its parameter gives it; numbers and
    /// booleans as they are written in YAML.
    fn text(&self, text: &EnsureText) -> Option<String> {
        match text {
            OrParameter::Written(text) => Some(text.value.clone()),
            OrParameter::Parameter(name) => match self.parameters.get(name)? {
                Value::String(text) => Some(text.clone()),
                Value::Null => None,
                other => Some(other.to_string()),
            },
        }
    }

    fn value(&self, value: &OrParameter<Value>) -> Option<Value> {
        match value {
            OrParameter::Written(value) => Some(value.value.clone()),
            OrParameter::Parameter(name) => {
                self.parameters.get(name).filter(|value| !value.is_null()).cloned()
            }
        }
    }

    /// A text without which the resource means nothing.
    fn needed(&self, key: &'static str, text: &EnsureText) -> Result<String, NotExecutable> {
        match (self.text(text), text) {
            (Some(text), _) => Ok(text),
            (None, OrParameter::Parameter(name)) => {
                Err(NotExecutable::Parameter(name.value.clone()))
            }
            (None, OrParameter::Written(_)) => Err(NotExecutable::Missing(key)),
        }
    }

    fn ruled(
        &self,
        key: &'static str,
        text: &EnsureText,
        rule: impl Fn(&str) -> bool,
    ) -> Result<String, NotExecutable> {
        let text = self.needed(key, text)?;
        if rule(&text) { Ok(text) } else { Err(unfit(key, &text)) }
    }

    fn path(&self, text: &EnsureText) -> Result<String, NotExecutable> {
        self.ruled("path", text, rules::is_absolute)
    }

    fn account(&self, text: &EnsureText) -> Result<String, NotExecutable> {
        self.ruled("name", text, rules::is_account)
    }

    fn accounts(&self, all: &[EnsureText]) -> Result<Vec<String>, NotExecutable> {
        all.iter().map(|one| self.account(one)).collect()
    }

    fn mode(&self, text: Option<&EnsureText>) -> Result<Option<u32>, NotExecutable> {
        let Some(text) = text.and_then(|text| self.text(text)) else { return Ok(None) };
        rules::mode(&text).map(Some).ok_or_else(|| unfit("mode", &text))
    }

    fn owner(&self, text: Option<&EnsureText>) -> Result<Option<String>, NotExecutable> {
        let Some(text) = text.and_then(|text| self.text(text)) else { return Ok(None) };
        if rules::owner(&text).is_some() { Ok(Some(text)) } else { Err(unfit("owner", &text)) }
    }
}

fn unfit(key: &str, text: &str) -> NotExecutable {
    let plain = |c: char| if c.is_control() { ' ' } else { c };
    let shown: String = text.chars().take(60).map(plain).collect();
    NotExecutable::Unfit(format!("`{shown}` does not fit `{key}`"))
}

/// Whether a system has such resources.
fn is_of(one: &document::Ensure, family: OsFamily) -> bool {
    match one {
        document::Ensure::Registry(_)
        | document::Ensure::Feature(_)
        | document::Ensure::ScheduledTask(_) => family == OsFamily::Windows,
        document::Ensure::Defaults(_) => family == OsFamily::Macos,
        document::Ensure::Sysctl(_) => family == OsFamily::Linux,
        document::Ensure::File(_)
        | document::Ensure::Directory(_)
        | document::Ensure::Line(_)
        | document::Ensure::Service(_)
        | document::Ensure::LocalGroup(_)
        | document::Ensure::User(_) => true,
    }
}

fn family_name(family: OsFamily) -> &'static str {
    match family {
        OsFamily::Windows => "Windows",
        OsFamily::Macos => "macOS",
        OsFamily::Linux => "Linux",
    }
}
