//! Faults in artifacts and their templates, in lists by platform, in what
//! built-in actions are given, and in licences.

use super::faults::found;
use crate::document::Body;
use crate::read_file;

const HASH: &str = "9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08";

#[test]
fn artifacts() {
    insta::assert_snapshot!(found("software/s/software.yaml", "
detect: {productCode: x}
artifacts:
- {name: a b, url: u}
- {sha256: 0}
- {url: 'https://x/{ver}/a'}
- {store: s}
- {path: p}
- {url: u, store: s, path: p}
- {name: a, url: u}
- {name: a, url: v}
- {name: a, url: v, os: linux}
latest: source
source: {github: chrome, winget: x}
"), @r#"
    2:1-7 missing-key `path` is missing in an entry of `artifacts` at line 7 (add `path` at line 7)
    2:1-7 missing-key `store` is missing in an entry of `artifacts` at line 8 (add `store` at line 8)
    2:1-7 missing-key `url` is missing in an entry of `artifacts` at line 5 (add `url`, or `store` and `path`, at line 5)
    4:10-13 bad-name `a b` is no name of an artifact (use letters, digits, dots, dashes and underscores, at most 63)
    5:12-13 wrong-type `sha256` takes a text, not a number (quote it: "0")
    6:9-28 bad-value `https://x/{ver}/a` holds braces that stand for nothing (write `{version}`, which stands for the version as written; nothing else does)
    9:12-17 exclusive-keys `store` stands beside `url`, which excludes it (keep one of them)
    9:22-26 exclusive-keys `path` stands beside `url`, which excludes it (keep one of them)
    11:3-20 duplicate-name a second artifact is called `a` (give it another name, or say by `os` and `arch` what each is for)
    14:18-24 bad-value `chrome` names no repository (write `OWNER/NAME`)
    14:26-32 exclusive-keys `winget` stands beside `github`, which excludes it (keep one of them)
    "#);
}

#[test]
fn artifacts_of_versions() {
    insta::assert_snapshot!(found("software/s/software.yaml", &format!("
detect: {{productCode: x}}
artifacts:
- {{name: setup, url: 'https://x/{{version}}.exe', os: windows, arch: x64}}
- {{name: setup, url: 'https://x/{{version}}-arm.exe', os: windows, arch: arm64}}
versions:
- {{version: '1', artifacts: [{{name: setp, sha256: {HASH}}}]}}
- {{version: '2', artifacts: [{{name: setup, sha256: {HASH}}}]}}
- {{version: '3', artifacts: [{{name: setup, arch: x64, sha256: {HASH}}}, {{name: setup, arch: x64}}]}}
- {{version: '4', sha256: {HASH}}}
- {{version: '5', sha256: {HASH}, artifacts: []}}
")), @r#"
    7:37-41 unknown-reference the software has no such artifact `setp` (did you mean `setup`?)
    8:30-117 bad-value several artifacts of the software could be meant (say which: `name`, and `os` or `arch` where the name is not enough)
    9:137-142 duplicate-name a second artifact is called `setup` (give it another name, or say by `os` and `arch` what each is for)
    10:18-24 bad-value the software has several artifacts, and this is the hash of one (write `artifacts` with `name` and `sha256` for each of them)
    11:18-24 bad-value the software has several artifacts, and this is the hash of one (write `artifacts` with `name` and `sha256` for each of them)
    11:92-101 exclusive-keys `artifacts` stands beside `sha256`, which excludes it (keep one of them)
    "#);
}

#[test]
fn installers() {
    insta::assert_snapshot!(found("software/s/software.yaml", "
detect:
- {os: windows, productCode: x, file: {path: /x}}
- {os: win, productCode: x}
- productCode
install: []
uninstall: [{os: linux, script: u.sh, registerd: {}}, {arch: x64}]
upgrade: {exe: {args: [1, {param: a, secret: b}, {licence: number}, {}]}}
closeFirst: {processes: [], onBusy: wait}
"), @r#"
    2:1-7 missing-key one of `script`, `package`, `msi`, `exe`, `archive`, `pkg`, `dmg`, `registered` is missing in an entry of `uninstall` at line 7 (add one of `script`, `package`, `msi`, `exe`, `archive`, `pkg`, `dmg`, `registered` at line 7)
    2:1-7 missing-key one of `param`, `secret`, `licence` is missing in an entry of `args` at line 8 (add one of `param`, `secret`, `licence` at line 8)
    3:33-37 exclusive-keys `file` stands beside `productCode`, which excludes it (keep one of them)
    4:8-11 bad-value `win` is no value of `os` (did you mean `windows`? write one of `windows`, `macos`, `linux`)
    5:3-14 wrong-type an entry of `detect` takes a mapping, not a text (write a mapping)
    6:10-12 bad-value `install` needs at least one entry (add an entry, or leave the key out)
    7:39-48 unknown-key unknown key `registerd` (did you mean `registered`?)
    8:24-25 wrong-type an entry of `args` takes a text, not a number (quote it: "1")
    8:38-44 exclusive-keys `secret` stands beside `param`, which excludes it (keep one of them)
    9:25-27 bad-value `processes` needs at least one entry (add an entry, or leave the key out)
    9:37-41 bad-value `wait` is no value of `onBusy` (write one of `postpone`, `prompt`, `kill`)
    "#);
}

#[test]
fn licences() {
    insta::assert_snapshot!(found("licences/l.yaml", "
name: l
software: s
fields: {key: {secret: a}, number: b}
seats: 0
"), @r#"
    4:24-25 bad-name `key` is a key of the licence itself (write it beside `fields`, or give the field another name)
    4:36-37 wrong-type `number` takes a reference to a secret, not a text (write `{secret: NAME}`, with the secret in `secrets/NAME.age`)
    5:8-9 bad-value `0` is out of the range, as `seats` asks for (write 1 or more)
    "#);
}

/// What the versions of a document say of their artifacts: file name, hash,
/// platform and the line that stands for it.
fn completed(text: &str) -> Vec<Vec<String>> {
    let (documents, diagnostics) = read_file("software/s/software.yaml", text.as_bytes());
    assert_eq!(diagnostics, []);
    let Body::Software(software) = &documents[0].body else { panic!("no software") };
    let versions = software.versions.iter().map(|version| {
        let each = version.artifacts.iter().map(|artifact| {
            format!(
                "{} {} {:?} {}",
                artifact.file_name(&version.version).unwrap_or_default(),
                artifact.sha256.as_ref().map_or("-", |hash| &hash[..4]),
                artifact.os,
                artifact.span.line
            )
        });
        each.collect()
    });
    versions.collect()
}

#[test]
fn versions_take_from_templates_what_they_lack() {
    let text = format!(
        "detect: {{productCode: x}}
artifacts:
- {{name: exe, url: 'https://x/{{version}}/s-{{version}}.exe?v={{version}}', os: windows}}
- {{name: pkg, store: s, path: '{{version}}.pkg', os: macos}}
versions:
- version: '1'
- version: '2'
  artifacts: [{{name: pkg, sha256: {HASH}}}]
- version: '3'
  artifacts: []
- version: '4'
  artifacts: [{{url: https://x/own.exe}}, {{name: exe, sha256: {HASH}}}]
"
    );
    assert_eq!(
        completed(&text),
        [
            vec!["s-1.exe - Some(Windows) 6".to_owned(), "1.pkg - Some(Macos) 6".to_owned()],
            vec!["2.pkg 9f86 Some(Macos) 8".to_owned()],
            vec![],
            vec!["own.exe - None 12".to_owned(), "s-4.exe 9f86 Some(Windows) 12".to_owned()],
        ]
    );
    let only = format!(
        "detect: {{productCode: x}}
artifacts: [{{url: 'https://x/{{version}}.exe'}}]
versions:
- {{version: '1', sha256: {HASH}}}
- {{version: '2', size: 3}}
"
    );
    assert_eq!(
        completed(&only),
        [vec!["1.exe 9f86 None 4".to_owned()], vec!["2.exe - None 5".to_owned()]]
    );
}
