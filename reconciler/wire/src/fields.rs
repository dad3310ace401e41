//! The fields of tagged shapes side by side, as they stand in the text.
//!
//! serde reads an enum that bears its tag within by way of a copy of all its
//! fields. Orders hold hundreds of such shapes; those that every check has are
//! read here in one go, into fields that may be missing, and then put together.
//! The shapes themselves are told in [`crate::order`] and [`crate::controller`].

use std::fmt;
use std::marker::PhantomData;

use serde::de::value::MapAccessDeserializer;
use serde::de::{Error, MapAccess, Visitor};
use serde::{Deserialize, Deserializer};

use crate::{
    CheckHowSpec, CheckSpec, FileVersionSpec, OfferSpec, OrderBody, ProbeSpec, RestartsSpec,
    RunSpec, StepSpec,
};

/// The fields of an [`OrderBody`].
#[derive(Deserialize)]
pub(crate) struct BodyFields {
    r#type: BodyType,
    checks: Option<Vec<CheckSpec>>,
    steps: Option<Vec<StepSpec>>,
    #[serde(default)]
    restarts: Box<RestartsSpec>,
}

#[derive(Deserialize)]
#[serde(rename_all = "kebab-case")]
enum BodyType {
    Detect,
    Execute,
}

impl TryFrom<BodyFields> for OrderBody {
    type Error = &'static str;

    fn try_from(fields: BodyFields) -> Result<Self, &'static str> {
        match fields.r#type {
            BodyType::Detect => {
                let checks = fields.checks.ok_or("missing field `checks`")?;
                Ok(Self::Detect { checks })
            }
            BodyType::Execute => {
                let steps = fields.steps.ok_or("missing field `steps`")?;
                Ok(Self::Execute { steps, restarts: fields.restarts })
            }
        }
    }
}

/// The fields of a [`CheckHowSpec`].
#[derive(Deserialize)]
pub(crate) struct HowFields {
    r#type: HowType,
    probe: Option<ProbeSpec>,
    test: Option<RunSpec>,
    offered: Option<OfferSpec>,
    run: Option<RunSpec>,
}

#[derive(Deserialize)]
#[serde(rename_all = "kebab-case")]
enum HowType {
    Software,
    Test,
    Get,
}

impl TryFrom<HowFields> for CheckHowSpec {
    type Error = &'static str;

    fn try_from(fields: HowFields) -> Result<Self, &'static str> {
        let HowFields { r#type, probe, test, offered, run } = fields;
        let run = run.ok_or("missing field `run`");
        Ok(match r#type {
            HowType::Software => {
                Self::Software { probe: probe.ok_or("missing field `probe`")?, test, offered }
            }
            HowType::Test => Self::Test { run: run? },
            HowType::Get => Self::Get { run: run? },
        })
    }
}

/// The fields of a [`ProbeSpec`].
#[derive(Deserialize)]
pub(crate) struct ProbeFields {
    r#type: ProbeType,
    manager: Option<String>,
    name: Option<String>,
    path: Option<String>,
    version: Option<TextOr<FileVersionSpec>>,
    run: Option<TextOr<RunSpec>>,
    contains: Option<String>,
    regex: Option<String>,
    user: Option<bool>,
    code: Option<String>,
}

#[derive(Deserialize)]
#[serde(rename_all = "kebab-case")]
enum ProbeType {
    Package,
    File,
    Command,
    Script,
    RegistryContains,
    RegistryRegex,
    UpgradeCode,
    ProductCode,
}

impl TryFrom<ProbeFields> for ProbeSpec {
    type Error = &'static str;

    fn try_from(fields: ProbeFields) -> Result<Self, &'static str> {
        const VERSION: &str = "missing or wrong field `version`";
        const RUN: &str = "missing or wrong field `run`";
        let user = fields.user.ok_or("missing field `user`");
        let code = fields.code.ok_or("missing field `code`");
        Ok(match fields.r#type {
            ProbeType::Package => Self::Package {
                manager: fields.manager.ok_or("missing field `manager`")?,
                name: fields.name.ok_or("missing field `name`")?,
            },
            ProbeType::File => Self::File {
                path: fields.path.ok_or("missing field `path`")?,
                version: fields.version.and_then(TextOr::fields).ok_or(VERSION)?,
            },
            ProbeType::Command => Self::Command {
                run: fields.run.and_then(TextOr::text).ok_or(RUN)?,
                version: fields.version.and_then(TextOr::text).ok_or(VERSION)?,
            },
            ProbeType::Script => {
                Self::Script { run: fields.run.and_then(TextOr::fields).ok_or(RUN)? }
            }
            ProbeType::RegistryContains => Self::RegistryContains {
                contains: fields.contains.ok_or("missing field `contains`")?,
                user: user?,
            },
            ProbeType::RegistryRegex => Self::RegistryRegex {
                regex: fields.regex.ok_or("missing field `regex`")?,
                user: user?,
            },
            ProbeType::UpgradeCode => Self::UpgradeCode { code: code? },
            ProbeType::ProductCode => Self::ProductCode { code: code? },
        })
    }
}

/// The fields of a [`FileVersionSpec`].
#[derive(Deserialize)]
pub(crate) struct FileVersionFields {
    r#type: FileVersionType,
    regex: Option<String>,
}

#[derive(Deserialize)]
#[serde(rename_all = "kebab-case")]
enum FileVersionType {
    None,
    Own,
    Regex,
}

impl TryFrom<FileVersionFields> for FileVersionSpec {
    type Error = &'static str;

    fn try_from(fields: FileVersionFields) -> Result<Self, &'static str> {
        Ok(match fields.r#type {
            FileVersionType::None => Self::None,
            FileVersionType::Own => Self::Own,
            FileVersionType::Regex => {
                Self::Regex { regex: fields.regex.ok_or("missing field `regex`")? }
            }
        })
    }
}

/// What stands under one name in different shapes: a text, or fields.
enum TextOr<T> {
    Text(String),
    Fields(T),
}

impl<T> TextOr<T> {
    fn text(self) -> Option<String> {
        match self {
            Self::Text(text) => Some(text),
            Self::Fields(_) => None,
        }
    }

    fn fields(self) -> Option<T> {
        match self {
            Self::Text(_) => None,
            Self::Fields(fields) => Some(fields),
        }
    }
}

impl<'de, T: Deserialize<'de>> Deserialize<'de> for TextOr<T> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(EitherOf(PhantomData))
    }
}

struct EitherOf<T>(PhantomData<T>);

impl<'de, T: Deserialize<'de>> Visitor<'de> for EitherOf<T> {
    type Value = TextOr<T>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a text or an object")
    }

    fn visit_str<E: Error>(self, text: &str) -> Result<TextOr<T>, E> {
        Ok(TextOr::Text(text.to_owned()))
    }

    fn visit_map<A: MapAccess<'de>>(self, map: A) -> Result<TextOr<T>, A::Error> {
        T::deserialize(MapAccessDeserializer::new(map)).map(TextOr::Fields)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_probe_is_read_as_it_is_written() {
        let run = r#"{"what": {"type": "installer", "installer": {"type": "pkg", "artifact": "a"}}, "context": "system", "timeoutSeconds": 5, "successCodes": [0]}"#;
        let script = format!(r#"{{"type": "script", "run": {run}}}"#);
        let good = [
            r#"{"type": "package", "manager": "dpkg", "name": "hello"}"#,
            r#"{"version": {"type": "none"}, "path": "/etc/app", "type": "file", "ofTomorrow": {}}"#,
            r#"{"type": "file", "path": "/etc/app", "version": {"type": "own"}}"#,
            r#"{"type": "file", "path": "/etc/app", "version": {"regex": "v(.*)", "type": "regex"}}"#,
            r#"{"type": "command", "run": "app --version", "version": "[0-9.]+"}"#,
            &script,
            r#"{"type": "registry-contains", "contains": "App", "user": true}"#,
            r#"{"type": "registry-regex", "regex": "^App", "user": false}"#,
            r#"{"type": "upgrade-code", "code": "{1}"}"#,
            r#"{"type": "product-code", "code": "{2}"}"#,
        ];
        for text in good {
            let probe: ProbeSpec = serde_json::from_str(text).expect(text);
            let again = serde_json::to_string(&probe).expect("plain fields");
            let expected: serde_json::Value = serde_json::from_str(text).expect("an object");
            for (name, value) in serde_json::from_str::<serde_json::Value>(&again)
                .expect("an object")
                .as_object()
                .expect("an object")
            {
                assert_eq!(expected.get(name), Some(value), "{name} of {text}");
            }
            assert_eq!(serde_json::from_str::<ProbeSpec>(&again).expect("as written"), probe);
        }
    }

    #[test]
    fn a_probe_that_lacks_something_says_what() {
        for (text, message) in [
            (r#"{"type": "package", "manager": "dpkg"}"#, "missing field `name`"),
            (r#"{"manager": "dpkg", "name": "a"}"#, "missing field `type`"),
            (r#"{"type": "of-tomorrow"}"#, "unknown variant `of-tomorrow`"),
            (r#"{"type": "file", "path": "/a", "version": "1"}"#, "wrong field `version`"),
            (
                r#"{"type": "file", "path": "/a", "version": {"type": "regex"}}"#,
                "missing field `regex`",
            ),
            (r#"{"type": "file", "path": "/a", "version": 1}"#, "a text or an object"),
            (r#"{"type": "command", "run": {}, "version": "1"}"#, "missing field `what`"),
            (r#"{"type": "script", "run": "rm -rf /"}"#, "wrong field `run`"),
            (r#"{"type": "registry-regex", "regex": "a"}"#, "missing field `user`"),
            (r#"{"type": "upgrade-code", "user": true}"#, "missing field `code`"),
        ] {
            let error = serde_json::from_str::<ProbeSpec>(text).expect_err(text).to_string();
            assert!(error.contains(message), "{error} of {text}");
        }
    }
}
