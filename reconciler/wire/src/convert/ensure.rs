//! Settings without scripts, out and in. Paths and names are judged where they
//! are used; what must be there is judged here.

use ordain_core::order::{
    Content, Defaults, Directory, Ensure, Group, Line, Registry, RegistryType, Resource,
    ScheduledTask, Service, Sysctl, Trigger, User,
};

use ordain_core::order::ensure::File;

use super::words::Word;
use super::{MAX_LIST, Malformed, Problem, bounded};
use crate::{EnsureSpec, ResourceSpec, TriggerSpec};

impl From<Ensure> for EnsureSpec {
    fn from(ensure: Ensure) -> Self {
        Self { present: ensure.present, resource: ensure.resource.into() }
    }
}

impl From<Resource> for ResourceSpec {
    fn from(resource: Resource) -> Self {
        match resource {
            Resource::Registry(Registry { key, values, each_user }) => Self::Registry {
                key,
                values: values
                    .into_iter()
                    .map(|(name, kind, value)| (name, kind.word().to_owned(), value))
                    .collect(),
                each_user,
            },
            Resource::File(File { path, content, mode, owner }) => {
                let (text, blob) = match content {
                    None => (None, None),
                    Some(Content::Text(text)) => (Some(text.to_string()), None),
                    Some(Content::Blob { blob, path }) => (None, Some((blob, path))),
                };
                Self::File { path, text, blob, mode, owner }
            }
            Resource::Directory(Directory { path, mode, owner, force }) => {
                Self::Directory { path, mode, owner, force }
            }
            Resource::Line(Line { path, line, pattern, after }) => {
                Self::Line { path, line, pattern, after }
            }
            Resource::Service(Service { name, start, running }) => {
                Self::Service { name, start: start.map(|start| start.word().to_owned()), running }
            }
            Resource::Feature(name) => Self::Feature { name },
            Resource::ScheduledTask(ScheduledTask { name, run, args, user, trigger }) => {
                Self::ScheduledTask { name, run, args, user, trigger: trigger.map(Into::into) }
            }
            Resource::Group(Group { name, gid, members, include, exclude }) => {
                Self::Group { name, gid, members, include, exclude }
            }
            Resource::User(User { name, uid, group, groups, comment, home, shell, system }) => {
                Self::User { name, uid, group, groups, comment, home, shell, system }
            }
            Resource::Sysctl(Sysctl { key, value }) => Self::Sysctl { key, value },
            Resource::Defaults(Defaults { domain, values, each_user }) => {
                Self::Defaults { domain, values, each_user }
            }
        }
    }
}

impl TryFrom<EnsureSpec> for Ensure {
    type Error = Malformed;

    fn try_from(spec: EnsureSpec) -> Result<Self, Malformed> {
        let EnsureSpec { present, resource } = spec;
        let resource = Resource::try_from(resource)?;
        let lacking = match &resource {
            Resource::Line(line) if present && line.line.is_none() => Some("it needs a line"),
            Resource::Line(line) if line.line.is_none() && line.pattern.is_none() => {
                Some("it needs a line or a pattern")
            }
            Resource::Sysctl(sysctl) if present && sysctl.value.is_none() => {
                Some("it needs a value")
            }
            _ => None,
        };
        match lacking {
            Some(what) => Err(Malformed::at(resource.word())(Problem::Missing(what))),
            None => Ok(Self { present, resource }),
        }
    }
}

impl TryFrom<ResourceSpec> for Resource {
    type Error = Malformed;

    fn try_from(spec: ResourceSpec) -> Result<Self, Malformed> {
        Ok(match spec {
            ResourceSpec::Registry { key, values, each_user } => registry(key, values, each_user)?,
            ResourceSpec::File { path, text, blob, mode, owner } => {
                let content = match (text, blob) {
                    (Some(_), Some(_)) => {
                        let text = "a file has one content, not two";
                        return Err(Malformed::at("file")(Problem::Missing(text)));
                    }
                    (Some(text), None) => Some(Content::Text(text.into())),
                    (None, Some((blob, path))) => {
                        if !super::run::is_object_id(&blob) {
                            let text = "an object id has 40 or 64 hexadecimal digits";
                            return Err(Malformed::at("file")(Problem::Missing(text)));
                        }
                        Some(Content::Blob { blob, path })
                    }
                    (None, None) => None,
                };
                Self::File(File { path, content, mode: bits("file", mode)?, owner })
            }
            ResourceSpec::Directory { path, mode, owner, force } => {
                Self::Directory(Directory { path, mode: bits("directory", mode)?, owner, force })
            }
            ResourceSpec::Line { path, line, pattern, after } => {
                Self::Line(Line { path, line, pattern, after })
            }
            ResourceSpec::Service { name, start, running } => {
                let start = start.map(|word| Word::read(&word)).transpose();
                Self::Service(Service {
                    name,
                    start: start.map_err(Malformed::at("service"))?,
                    running,
                })
            }
            ResourceSpec::Feature { name } => Self::Feature(name),
            ResourceSpec::ScheduledTask { name, run, args, user, trigger } => {
                bounded("arguments", args.len(), MAX_LIST).map_err(Malformed::at("task"))?;
                let trigger = trigger.map(TryInto::try_into).transpose()?;
                Self::ScheduledTask(ScheduledTask { name, run, args, user, trigger })
            }
            ResourceSpec::Group { name, gid, members, include, exclude } => {
                let longest = [members.as_ref().unwrap_or(&include), &include, &exclude];
                for list in longest {
                    bounded("members", list.len(), MAX_LIST).map_err(Malformed::at("group"))?;
                }
                Self::Group(Group { name, gid, members, include, exclude })
            }
            ResourceSpec::User { name, uid, group, groups, comment, home, shell, system } => {
                bounded("groups", groups.as_ref().map_or(0, Vec::len), MAX_LIST)
                    .map_err(Malformed::at("user"))?;
                Self::User(User { name, uid, group, groups, comment, home, shell, system })
            }
            ResourceSpec::Sysctl { key, value } => Self::Sysctl(Sysctl { key, value }),
            ResourceSpec::Defaults { domain, values, each_user } => {
                bounded("values", values.len(), MAX_LIST).map_err(Malformed::at("defaults"))?;
                Self::Defaults(Defaults { domain, values, each_user })
            }
        })
    }
}

fn registry(
    key: String,
    values: Vec<(String, String, serde_json::Value)>,
    each_user: bool,
) -> Result<Resource, Malformed> {
    let place = || Malformed::at("registry");
    bounded("values", values.len(), MAX_LIST).map_err(place())?;
    let each = values.into_iter().map(|(name, kind, value)| {
        let kind = RegistryType::read(&kind)?;
        let fits = kind.takes(&value);
        if fits { Ok((name, kind, value)) } else { Err(Problem::Missing("a value of its type")) }
    });
    let values = each.collect::<Result<_, _>>().map_err(place())?;
    Ok(Resource::Registry(Registry { key, values, each_user }))
}

/// Permission bits, and nothing beyond them.
fn bits(place: &str, mode: Option<u32>) -> Result<Option<u32>, Malformed> {
    match mode {
        Some(mode) if mode > 0o7777 => Err(Malformed::at(place)(Problem::TooMany {
            what: "as permission bits",
            count: mode.into(),
            limit: 0o7777,
        })),
        mode => Ok(mode),
    }
}

impl From<Trigger> for TriggerSpec {
    fn from(trigger: Trigger) -> Self {
        match trigger {
            Trigger::At { hour, minute, days } => Self::At {
                hour,
                minute,
                days: days.map(|days| days.into_iter().map(|day| day.word().to_owned()).collect()),
            },
            Trigger::Every(seconds) => Self::Every(seconds),
            Trigger::On(event) => Self::On(event.word().to_owned()),
        }
    }
}

impl TryFrom<TriggerSpec> for Trigger {
    type Error = Malformed;

    fn try_from(spec: TriggerSpec) -> Result<Self, Malformed> {
        let place = || Malformed::at("trigger");
        Ok(match spec {
            TriggerSpec::At { hour, minute, days } => {
                let days = days.map(|days| days.iter().map(|day| Word::read(day)).collect());
                Self::At { hour, minute, days: days.transpose().map_err(place())? }
            }
            TriggerSpec::Every(seconds) => Self::Every(seconds),
            TriggerSpec::On(event) => Self::On(Word::read(&event).map_err(place())?),
        })
    }
}
