//! Reading artifacts, the templates that they follow, and sources of versions.
//!
//! A version's artifact that says no place of its own takes from the template
//! of its name what it lacks, so that whoever reads versions later finds whole
//! artifacts there.

use super::{Decode, Faults, Input, nearest};
use crate::document::{Artifact, Feed, Latest, Source};
use crate::tree::Value;
use crate::{Code, Span, Spanned};

impl Decode for Artifact {
    fn decode(input: Input<'_, '_>, faults: &mut Faults) -> Option<Self> {
        let mut fields = input.fields(faults)?;
        let name = fields.optional("name").filter(|name| is_artifact_name(name, fields.faults));
        fields.one_of(&[&["url"], &["store", "path"]]);
        let url = fields.optional("url").filter(|url| is_template(url, fields.faults));
        let store = fields.optional("store");
        let path = fields.optional("path").filter(|path| is_template(path, fields.faults));
        match (fields.key("url"), fields.key("store"), fields.key("path")) {
            (None, Some(_), None) => fields.missing(&["path"]),
            (None, None, Some(_)) => fields.missing(&["store"]),
            _ => {}
        }
        let said = ["url", "store", "path"].into_iter().any(|key| fields.key(key).is_some());
        let sha256 = fields.optional("sha256").filter(|hash| is_sha256(hash, fields.faults));
        let (size, extract) = (fields.optional("size"), fields.or_default("extract"));
        let (os, arch) = (fields.optional("os"), fields.optional("arch"));
        let requires = fields.or_default("requires");
        fields.finish();
        let artifact = Self { name, url, store, path, sha256, size, os, arch, extract, requires };
        let whole = artifact.url.is_some() || (artifact.store.is_some() && artifact.path.is_some());
        (whole || !said).then_some(artifact)
    }
}

/// Letters, digits, dots, dashes and underscores.
fn is_artifact_name(name: &Spanned<String>, faults: &mut Faults) -> bool {
    let plain = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'.' | b'-' | b'_');
    let fits = (1..=63).contains(&name.len())
        && name.bytes().all(plain)
        && name.starts_with(|first: char| first.is_ascii_alphanumeric());
    if !fits {
        let message = format!("`{}` is no name of an artifact", super::faults::excerpt(name));
        let hint = "use letters, digits, dots, dashes and underscores, at most 63";
        faults.hinted(Code::BadName, name.span, message, hint);
    }
    fits
}

/// Only `{version}` stands for something.
fn is_template(text: &Spanned<String>, faults: &mut Faults) -> bool {
    let rest = text.replace("{version}", "");
    let fits = !rest.contains(['{', '}']);
    if !fits {
        let message =
            format!("`{}` holds braces that stand for nothing", super::faults::excerpt(text));
        let hint = "write `{version}`, which stands for the version as written; nothing else does";
        faults.hinted(Code::BadValue, text.span, message, hint);
    }
    fits
}

/// Whether a text is a hash.
pub(super) fn is_sha256(hash: &Spanned<String>, faults: &mut Faults) -> bool {
    let fits = hash.len() == 64 && hash.bytes().all(|byte| byte.is_ascii_hexdigit());
    if !fits {
        let message = "`sha256` is no SHA-256 in hexadecimal";
        faults.hinted(Code::BadValue, hash.span, message, "write 64 hexadecimal digits");
    }
    fits
}

/// The templates of a software: whole, and no two the same.
pub(super) fn templates(
    written: Vec<Spanned<Artifact>>,
    faults: &mut Faults,
) -> Vec<Spanned<Artifact>> {
    let whole = written.into_iter().filter(|artifact| {
        if artifact.location().is_none() {
            without_place(artifact.span, faults);
        }
        artifact.location().is_some()
    });
    let all: Vec<_> = whole.collect();
    duplicates(&all, faults);
    all
}

/// What a version says of its artifacts.
pub(super) struct Said {
    /// The version as written, and where it stands.
    pub(super) version: Spanned<String>,
    /// The list, where there is one.
    pub(super) listed: Option<Vec<Spanned<Artifact>>>,
    /// The hash of the only one.
    pub(super) sha256: Option<Spanned<String>>,
    /// The size of the only one, and the place of the first of the two keys.
    pub(super) size: Option<u64>,
    /// Where the first of the two keys stands.
    pub(super) only: Option<Span>,
}

/// The artifacts of a version, with what they take from the templates; those
/// are none where they are at fault and so not known.
pub(super) fn complete(
    said: Said,
    templates: Option<&[Spanned<Artifact>]>,
    faults: &mut Faults,
) -> Vec<Spanned<Artifact>> {
    let Some(templates) = templates else {
        let listed = said.listed.into_iter().flatten();
        return listed.filter(|artifact| artifact.location().is_some()).collect();
    };
    let version = said.version;
    if let Some(place) = said.only {
        let own = Artifact { sha256: said.sha256, size: said.size, ..Artifact::default() };
        if let [template] = templates {
            return vec![Spanned::new(follow(own, template), place)];
        }
        let (message, hint) = match templates {
            [] => (
                "the software has no artifact whose hash this could be",
                "add `artifacts` with a `url` to the software, or to the version",
            ),
            _ => (
                "the software has several artifacts, and this is the hash of one",
                "write `artifacts` with `name` and `sha256` for each of them",
            ),
        };
        faults.hinted(Code::BadValue, place, message, hint);
        return Vec::new();
    }
    let Some(listed) = said.listed else {
        return templates
            .iter()
            .map(|template| Spanned::new(template.value.clone(), version.span))
            .collect();
    };
    let whole = listed.into_iter().filter_map(|own| {
        if own.location().is_some() {
            return Some(own);
        }
        let template = template(&own, &version, templates, faults)?;
        Some(Spanned::new(follow(own.value, template), own.span))
    });
    let all: Vec<_> = whole.collect();
    duplicates(&all, faults);
    all
}

/// The template that an artifact without a place follows.
fn template<'a>(
    own: &Spanned<Artifact>,
    version: &str,
    templates: &'a [Spanned<Artifact>],
    faults: &mut Faults,
) -> Option<&'a Artifact> {
    let same = |template: &&Spanned<Artifact>| {
        let named = own
            .name
            .as_ref()
            .is_none_or(|name| template.called(version).is_some_and(|called| called == name.value));
        named
            && own.os.is_none_or(|os| template.os == Some(os))
            && own.arch.is_none_or(|arch| template.arch == Some(arch))
    };
    let found: Vec<_> = templates.iter().filter(same).collect();
    match found.as_slice() {
        [only] => return Some(only),
        [] if templates.is_empty() => without_place(own.span, faults),
        [] => {
            let names: Vec<String> =
                templates.iter().filter_map(|template| template.called(version)).collect();
            let name = own.name.as_ref().map_or("", |name| name.as_str());
            let hint = match nearest(name, names.iter().map(String::as_str)) {
                Some(near) if near != name => format!("did you mean `{near}`?"),
                _ => format!(
                    "name one of {}, or give it a `url` of its own",
                    names.iter().map(|name| format!("`{name}`")).collect::<Vec<_>>().join(", ")
                ),
            };
            let message = if name.is_empty() {
                "the software has no such artifact".to_owned()
            } else {
                format!("the software has no such artifact `{name}`")
            };
            let place = own.name.as_ref().map_or(own.span, |name| name.span);
            faults.hinted(Code::UnknownReference, place, message, hint);
        }
        several => {
            let message = "several artifacts of the software could be meant";
            let hint = "say which: `name`, and `os` or `arch` where the name is not enough";
            faults.hinted(Code::BadValue, own.span, message, hint);
            for template in several {
                faults.relate(template.span.line, "this one could be".to_owned());
            }
        }
    }
    None
}

/// What an artifact is with what it takes from its template.
fn follow(own: Artifact, template: &Artifact) -> Artifact {
    Artifact {
        name: own.name.or_else(|| template.name.clone()),
        sha256: own.sha256.or_else(|| template.sha256.clone()),
        size: own.size.or(template.size),
        extract: own.extract || template.extract,
        requires: own.requires.into_iter().chain(template.requires.iter().cloned()).collect(),
        ..template.clone()
    }
}

fn without_place(place: Span, faults: &mut Faults) {
    let message = format!("`url` is missing in an entry of `artifacts` at line {}", place.line);
    let hint = format!("add `url`, or `store` and `path`, at line {}", place.line);
    let span = faults.document;
    faults.hinted(Code::MissingKey, span, message, hint);
    if place.line != span.line {
        faults.relate(place.line, "the entry stands here".to_owned());
    }
}

/// Reports names that mean two artifacts of one platform.
fn duplicates(all: &[Spanned<Artifact>], faults: &mut Faults) {
    for (index, artifact) in all.iter().enumerate() {
        let Some(name) = &artifact.name else { continue };
        let same = |other: &&Spanned<Artifact>| {
            other.name.as_ref() == Some(name)
                && (other.os, other.arch) == (artifact.os, artifact.arch)
        };
        if let Some(first) = all[..index].iter().find(same) {
            let message = format!("a second artifact is called `{}`", name.value);
            let hint = "give it another name, or say by `os` and `arch` what each is for";
            let place =
                if artifact.span.line == first.span.line { name.span } else { artifact.span };
            faults.hinted(Code::DuplicateName, place, message, hint);
            faults.relate(first.span.line, "the first one stands here".to_owned());
        }
    }
}

impl Decode for Latest {
    fn decode(input: Input<'_, '_>, faults: &mut Faults) -> Option<Self> {
        if !matches!(input.node.value, Value::Mapping(_)) {
            return match input.raw() {
                Some("static") => Some(Self::Static),
                Some("package") => Some(Self::Package),
                Some("source") => Some(Self::Source),
                _ => {
                    let forms = [
                        "static",
                        "package",
                        "source",
                        "{script: FILE}",
                        "{feed: {url, versions}}",
                    ];
                    faults.bad_word(input, &forms);
                    None
                }
            };
        }
        let mut fields = input.fields(faults)?;
        fields.exactly_one_of(&[&["script"], &["feed"]]);
        let script = fields.script().map(Self::Script);
        let feed = fields.optional("feed").map(Self::Feed);
        fields.finish();
        script.or(feed)
    }
}

impl Decode for Feed {
    /// Every further key is a field path.
    fn decode(input: Input<'_, '_>, faults: &mut Faults) -> Option<Self> {
        let mut fields = input.fields(faults)?;
        let (url, versions) = (fields.required("url"), fields.required("versions"));
        let others: Vec<_> = fields.others().collect();
        let others = others.into_iter().filter_map(|entry| {
            Some((entry.key.to_string(), String::decode(Input::of(entry), faults)?))
        });
        Some(Self { fields: others.collect(), url: url?, versions: versions? })
    }
}

impl Decode for Source {
    fn decode(input: Input<'_, '_>, faults: &mut Faults) -> Option<Self> {
        let mut fields = input.fields(faults)?;
        fields.exactly_one_of(&[
            &["winget"],
            &["scoop"],
            &["brew"],
            &["fleet"],
            &["github"],
            &["feed"],
        ]);
        let source = Self {
            winget: fields.optional("winget"),
            scoop: fields.optional("scoop"),
            brew: fields.optional("brew"),
            fleet: fields.optional("fleet"),
            github: fields.optional("github").filter(|name| is_repository(name, fields.faults)),
            feed: fields.optional("feed"),
        };
        fields.finish();
        Some(source)
    }
}

fn is_repository(name: &Spanned<String>, faults: &mut Faults) -> bool {
    let mut parts = name.split('/');
    let fits = parts.clone().count() == 2
        && parts.all(|part| !part.is_empty() && !part.contains([' ', ':']));
    if !fits {
        let message = format!("`{}` names no repository", super::faults::excerpt(name));
        faults.hinted(Code::BadValue, name.span, message, "write `OWNER/NAME`");
    }
    fits
}
