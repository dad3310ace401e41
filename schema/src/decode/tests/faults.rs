//! Every kind of fault once: its place, its words, its hint.

use crate::read_file;

/// The findings of one file, a line each.
pub(super) fn found(path: &str, text: &str) -> String {
    let (_, diagnostics) = read_file(path, text.as_bytes());
    let lines = diagnostics.iter().map(|of| {
        let (span, code) = (of.span, of.code.word());
        let hint = of.hint.as_deref().unwrap_or("-");
        format!("{}:{}-{} {code} {} ({hint})", span.line, span.column, span.end_column, of.message)
    });
    lines.collect::<Vec<_>>().join("\n")
}

#[test]
fn deployments() {
    insta::assert_snapshot!(found("deployments/a.yaml", "
kind: Deployment
name: a
software: s
task: t
instance: i
state: instaled
version: 24.10
target: {all: true, group: g, tag: t}
enforcement: always
parameters:
  a: {b: 1}
  c:
  d: [1]
  e: {value: 1, overide: no}
  f: {secret: 7}
  h: .inf
propagate: yes
priority: 1.5
visibility: everywhere
expires: 2026-02-30
onUnmatch: false
rollout: {rings: []}
disabled: \"true\"
"), @r#"
    5:1-5 exclusive-keys `task` stands beside `software`, which excludes it (keep one of them)
    7:8-16 bad-value `instaled` is no value of `state` (did you mean `installed`? write one of `installed`, `absent`, `update-if-found`, `ignored`, `enforce`, `audit`, `monitor`)
    8:10-15 wrong-type `version` takes a text, not a number with a point (quote it: "=24.10")
    9:21-26 exclusive-keys `group` stands beside `all`, which excludes it (keep one of them)
    9:31-34 exclusive-keys `tag` stands beside `all`, which excludes it (keep one of them)
    10:14-20 bad-value `always` is no value of `enforcement` (write one of `required`, `onboarding`, `ad-hoc`, `optional`)
    12:6-12 bad-parameter the map for `a` stands bare (write a map as `{value: {…}}`)
    13:3-4 wrong-type `c` takes a value, not nothing (give it a value, or leave the key out)
    14:6-9 wrong-type `d` takes a value, `{secret: NAME}`, `{cel: …}` or `{value: …}`, not a list (write a value, `{secret: NAME}`, `{cel: …}` or `{value: …}`)
    15:17-24 unknown-key unknown key `overide` (did you mean `override`?)
    16:15-16 wrong-type `secret` takes a text, not a number (quote it: "7")
    17:6-10 bad-value `.inf` is no finite number, as `h` asks for (quote it if it is a text)
    18:12-15 wrong-type `propagate` takes true or false, not a text (write `true`)
    19:11-14 wrong-type `priority` takes a whole number, not a number with a point (write a whole number)
    20:13-23 bad-value `everywhere` is no value of `visibility` (write one of `technician-tools`, `self-service`)
    21:10-20 bad-value `2026-02-30` is no date, as `expires` asks for (write a day of the calendar as YYYY-MM-DD: 2026-03-02)
    22:12-17 bad-value `false` is no value of `onUnmatch` (write one of `leave`, `remove`)
    23:18-20 bad-value `rings` needs at least one entry (add an entry, or leave the key out)
    24:11-17 wrong-type `disabled` takes true or false, not a text (write `true` or `false`, without quotes)
    "#);
    insta::assert_snapshot!(found("deployments/b.yaml", "
kind: Deployment
name: a
software: s
instance: i
state: audit
version: any
target: {tenants: all}
propagate: true
---
kind: Deployment
name: b
task: t
state: installed
version: \"24.10\"
target:
- all
---
kind: Deployment
name: c
software: s
state: ignored
version: latest
target: {}
---
kind: Deployment
name: d
version: 7
---
kind: Deployment
name: e
software: s
target: {all: false, tenants: contoso, only: server}
---
kind: Deployment
name: f
task: t
version: any
target: all
"), @r#"
    5:11-12 bad-value software has no instances (remove `instance`)
    6:8-13 bad-value `audit` is no state of software (write one of `installed`, `absent`, `update-if-found`, `ignored`)
    8:19-22 bad-value `tenants` is for cloud tasks; software is installed on computers (choose a selector of computers, as `all: true`)
    9:12-16 bad-value `propagate` has no meaning in a cross-tenant file: it reaches every tenant (remove it, or move the file below `tenants/<id>/`)
    14:8-17 bad-value `installed` is no state of a task (write one of `enforce`, `audit`, `monitor`, `absent`, `ignored`)
    15:10-17 bad-value `24.10` is no wish for a version, as `version` asks for (write `latest`, `any`, "=24.10", ">=24.10" or "<=24.10")
    16:1-7 wrong-type `target` takes a mapping, not a list (write a mapping)
    19:1-5 missing-key one of `computer`, `person`, `script`, `group`, `tag`, `directoryGroup`, `product`, `agreement`, `deviceGroup`, `all`, `tenants`, `tenant`, `tenantTag` is missing in `target` at line 24 (add one of `computer`, `person`, `script`, `group`, `tag`, `directoryGroup`, `product`, `agreement`, `deviceGroup`, `all`, `tenants`, `tenant`, `tenantTag` at line 24)
    23:10-16 bad-value `version` has no meaning with `state: ignored` (remove `version`, or wish for `state: installed` of a software)
    26:1-5 missing-key one of `software`, `task`, `items` is missing (add one of `software`, `task`, `items`)
    26:1-5 missing-key `target` is missing (add `target`)
    28:10-11 wrong-type `version` takes a text, not a number (quote it: "=7")
    33:15-20 bad-value `all` may only be `true` (leave the key out instead)
    33:22-29 exclusive-keys `tenants` stands beside `all`, which excludes it (keep one of them)
    33:46-52 bad-value `server` is no value of `only` (did you mean `servers`? write one of `workstations`, `portables`, `workstations-and-portables`, `servers`, `domain-controllers`, `primary-domain-controllers`)
    38:10-13 bad-value a task has no version (remove `version`, or wish for `state: installed` of a software)
    39:9-12 wrong-type `target` takes a mapping, not a text (write `{all: true}`)
    "#);
}

#[test]
fn software() {
    insta::assert_snapshot!(found("software/s/software.yaml", "
kind: Software
detect:
  registry: {displayName: Acrobat}
  script: d.sh
versions:
- 24.1
- version: 24.10
- {version: '', requiresVersion: 3, artifacts: [{sha256: abc, os: win, size: -1}]}
- {notes: n}
latest: newest
versionScheme: debian
install: install.sh
uninstall: {script: a.sh, exe: {}, atempts: 1, attempts: 0}
upgrade: {timeout: 30}
test: {script: t.sh, timeout: 1w, interpreter: perl, successCodes: 0}
repair: {strategy: script}
requires:
- software: a
  absent: b
- {if: {anyOf: [a], is: there}}
- {then: {}}
- {}
licence: yes
platforms: {os: windows}
order: {at: middle, rank: 99999999999999999999}
"), @r#"
    2:1-5 missing-key `url` is missing in an entry of `artifacts` at line 9 (add `url`, or `store` and `path`, at line 9)
    2:1-5 missing-key `version` is missing in an entry of `versions` at line 10 (add `version` at line 10)
    2:1-5 missing-key one of `script`, `package`, `msi`, `exe`, `archive`, `pkg`, `dmg`, `registered` is missing in `upgrade` at line 15 (add one of `script`, `package`, `msi`, `exe`, `archive`, `pkg`, `dmg`, `registered` at line 15)
    2:1-5 missing-key `script` is missing in `repair` at line 17 (add `script` at line 17)
    2:1-5 missing-key `then` is missing in an entry of `requires` at line 21 (add `then` at line 21)
    2:1-5 missing-key one of `install`, `uninstall`, `fail` is missing in `then` at line 22 (add one of `install`, `uninstall`, `fail` at line 22)
    2:1-5 missing-key one of `software`, `absent`, `then` is missing in an entry of `requires` at line 23 (add one of `software`, `absent`, `then` at line 23)
    4:27-34 wrong-type `displayName` takes a mapping, not a text (write `{contains: Acrobat}` or `{regex: …}`)
    5:3-9 exclusive-keys `script` stands beside `registry`, which excludes it (keep one of them)
    7:3-7 wrong-type an entry of `versions` takes a mapping, not a number with a point (write `{version: "24.1"}`)
    8:12-17 wrong-type `version` takes a text, not a number with a point (quote it: "24.10")
    9:13-15 bad-version an empty text is no version (write the version as the software reports it)
    9:34-35 wrong-type `requiresVersion` takes a text, not a number (quote it: "3")
    9:58-61 bad-value `sha256` is no SHA-256 in hexadecimal (write 64 hexadecimal digits)
    9:67-70 bad-value `win` is no value of `os` (did you mean `windows`? write one of `windows`, `macos`, `linux`)
    9:78-80 bad-value `-1` is out of the range, as `size` asks for (write a number from 0 to 18446744073709551615)
    11:9-15 bad-value `newest` is no value of `latest` (write one of `static`, `package`, `source`, `{script: FILE}`, `{feed: {url, versions}}`)
    12:16-22 bad-value `debian` is no value of `versionScheme` (write one of `auto`, `segments`, `semver`, `dpkg`, `rpm`, `apk`)
    13:10-20 wrong-type `install` takes a mapping, not a text (write `{script: install.sh}`)
    14:27-30 exclusive-keys `exe` stands beside `script`, which excludes it (keep one of them)
    14:36-43 unknown-key unknown key `atempts` (remove it, or write one of `package`, `msi`, `archive`, `pkg`, `dmg`, `registered`, `closeFirst`, `use`, `interpreter`, `context`, `users`, `timeout`, `successCodes`, `rebootCodes`)
    14:58-59 bad-value `0` is out of the range, as `attempts` asks for (write 1 or more)
    15:20-22 bad-value `30` is no duration, as `timeout` asks for (write a number with a unit: 30s, 15m, 4h, 7d)
    16:31-33 bad-value `1w` is no duration, as `timeout` asks for (write a number with a unit: 30s, 15m, 4h, 7d)
    16:48-52 bad-value `perl` is no value of `interpreter` (write one of `sh`, `bash`, `powershell`, `pwsh`, `cmd`, `python3`)
    16:68-69 wrong-type `successCodes` takes a list, not a number (write `[…]`, or one entry a line, each after a dash)
    20:3-9 exclusive-keys `absent` stands beside `software`, which excludes it (keep one of them)
    21:25-30 bad-value `there` is no value of `is` (write one of `installed`, `absent`)
    24:10-13 bad-value `yes` is no value of `licence` (write one of `none`, `optional`, `required`)
    25:12-25 wrong-type `platforms` takes a list, not a mapping (write `[…]`, or one entry a line, each after a dash)
    26:13-19 bad-value `middle` is no value of `at` (write one of `first`, `last`)
    26:27-47 bad-value `99999999999999999999` is out of the range, as `rank` asks for (write a number from -9223372036854775808 to 9223372036854775807)
    "#);
    insta::assert_snapshot!(found("software/s/software.yaml", "
detect:
  command: {run: x}
latest: {feed: {url: u, other: 1}, script: s}
install: {package: {manager: apt, name: [x]}}
---
detect: {registry: {displayName: {regex: '(', contains: a}}}
---
detect: {file: {path: /x, version: '['}}
---
detect: {file: {version: 1}}
---
detect: {}
---
name: s
"), @r#"
    2:1-7 missing-key `version` is missing in `command` at line 3 (add `version` at line 3)
    2:1-7 missing-key `versions` is missing in `feed` at line 4 (add `versions` at line 4)
    4:32-33 wrong-type `other` takes a text, not a number (quote it: "1")
    4:36-42 exclusive-keys `script` stands beside `feed`, which excludes it (keep one of them)
    5:30-33 bad-value `apt` is no value of `manager` (did you mean `apk`? write one of `dpkg`, `rpm`, `apk`, `brew`, `winget`, `choco`, `pkgutil`)
    5:41-44 wrong-type `name` takes a text, not a list (write a text)
    7:42-45 bad-value `regex` is no regular expression: unclosed group (escape signs that stand for themselves with a backslash, and quote the text)
    7:47-55 exclusive-keys `contains` stands beside `regex`, which excludes it (keep one of them)
    9:36-39 bad-value `version` is no regular expression: unclosed character class (escape signs that stand for themselves with a backslash, and quote the text)
    11:1-7 missing-key `path` is missing in `file` at line 11 (add `path` at line 11)
    11:26-27 wrong-type `version` takes `true` or a regular expression, not a number (write `true` or a regular expression)
    13:1-7 missing-key one of `registry`, `upgradeCode`, `productCode`, `package`, `file`, `command`, `script` is missing in `detect` at line 13 (add one of `registry`, `upgradeCode`, `productCode`, `package`, `file`, `command`, `script` at line 13)
    15:1-5 missing-key `detect` is missing (add `detect`)
    "#);
}

#[test]
fn tasks_schedules_windows() {
    insta::assert_snapshot!(found("tasks/t/task.yaml", "
test: {script: t.sh}
script: all.sh
runsOn: server
parameters:
  a: {type: text}
  b: {type: select}
  c: {type: integer, minimum: 9, maximum: 1, pattern: '*'}
  d: string
inventory: {keep: all}
"), @"
    2:1-5 missing-key `values` is missing in `b` at line 7 (add `values` at line 7)
    2:1-5 missing-key `every` is missing in `inventory` at line 10 (add `every` at line 10)
    3:1-7 exclusive-keys `script` stands beside `test`, which excludes it (keep one of them)
    4:9-15 bad-value `server` is no value of `runsOn` (write one of `computer`, `tenant`, `person`)
    6:13-17 bad-value `text` is no value of `type` (write one of `string`, `integer`, `number`, `boolean`, `select`, `secret`, `file`, `uri`, `map`)
    8:34-41 bad-value `maximum` 1 is less than `minimum` 9 (write the greater one as `maximum`)
    8:55-58 bad-value `pattern` is no regular expression: repetition operator missing expression (escape signs that stand for themselves with a backslash, and quote the text)
    9:6-12 wrong-type `d` takes a mapping, not a text (write a mapping)
    10:19-22 bad-value `all` is no value of `keep` (write one of `latest`, `history`)
    ");
    insta::assert_snapshot!(found("schedules/s.yaml", "
name: s
target: {script: x.star}
when: {every: 1m, on: commit, cron: x}
execute: \"22:00\"
item: printer
reboot: {mode: force, timeout: 1m}
postpone: {}
concurrency: 0
notify: true
---
name: r
target: {all: true}
when: {on: push}
execute: {at: 24:00}
reboot: sometimes
offline: wait
---
name: q
when: hourly
reboot: {prompt: {timeout: soon}, mode: force}
"), @r#"
    2:1-5 missing-key `choices` is missing in `postpone` at line 8 (add `choices` at line 8)
    3:18-24 bad-value a schedule's target may not be a script (name the script in a Group, and target the group)
    4:15-17 bad-value `every: 1m` is less than five minutes (write 5m or more)
    4:19-21 exclusive-keys `on` stands beside `every`, which excludes it (keep one of them)
    4:31-35 exclusive-keys `cron` stands beside `every`, which excludes it (keep one of them)
    5:10-17 bad-value `22:00` is no value, as `execute` asks for (write `{at: "22:00"}`)
    6:7-14 bad-value `printer` names no item (write `software/NAME` or `task/NAME`)
    7:23-30 bad-value `timeout` belongs to the mode `prompt` alone (remove it, or the other mode)
    9:14-15 bad-value `0` is out of the range, as `concurrency` asks for (write 1 or more)
    10:9-13 wrong-type `notify` takes a mapping, not true or false (write a mapping)
    14:12-16 bad-value `push` is no occasion (write `on: commit`)
    15:15-20 bad-value `24:00` is no time of day, as `at` asks for (write hours and minutes: "22:00")
    16:9-18 bad-value `sometimes` is no value of `reboot` (write one of `suppress`, `if-needed`, `force`, `prompt`)
    17:10-14 bad-value `wait` is no value of `offline` (write one of `skip`, `on-connect`)
    19:1-5 missing-key `target` is missing (add `target`)
    20:7-13 wrong-type `when` takes a mapping, not a text (write a mapping)
    21:28-32 bad-value `soon` is no duration, as `timeout` asks for (write a number with a unit: 30s, 15m, 4h, 7d)
    21:35-39 exclusive-keys `mode` stands beside `prompt`, which excludes it (keep one of them)
    "#);
}

#[test]
fn the_rest() {
    insta::assert_snapshot!(found("tenants/t/tenant.yaml", "
name: t
parent: 7
businessHours: {start: 8, end: \"25:00\", days: [Mon]}
crossTenant: no
clients: [{integration: x}]
"), @r#"
    2:1-5 missing-key `id` is missing in an entry of `clients` at line 6 (add `id` at line 6)
    3:9-10 wrong-type `parent` takes a text, not a number (quote it: "7")
    4:24-25 bad-value `8` is no time of day, as `start` asks for (write hours and minutes: "22:00")
    4:32-39 bad-value `25:00` is no time of day, as `end` asks for (write hours and minutes: "22:00")
    4:48-51 bad-value `Mon` is no value of an entry of `days` (did you mean `MON`? write one of `MON`, `TUE`, `WED`, `THU`, `FRI`, `SAT`, `SUN`)
    5:14-16 wrong-type `crossTenant` takes true or false, not a text (write `false`)
    "#);
    insta::assert_snapshot!(found("ordain.yaml", "
name: r
apiVersion: 1
defaults: {attempts: 0, rollout: {rings: [{percent: 101%}, {soak: 1h}]}}
limits: {maxComputersChanged: 10 %, maxUninstalls: 1%, concurrentSessions: 5}
spec: {}
"), @"
    2:1-5 missing-key one of `percent`, `tag` is missing in an entry of `rings` at line 4 (add one of `percent`, `tag` at line 4)
    3:13-14 bad-value `1` is no version of the language (write `apiVersion: ordain/v1`)
    4:22-23 bad-value `0` is out of the range, as `attempts` asks for (write 1 or more)
    4:53-57 bad-value `101%` is no share in percent, as `percent` asks for (write 0% to 100%)
    5:31-35 bad-value `10 %` is no share in percent, as `maxComputersChanged` asks for (write 0% to 100%)
    5:52-54 wrong-type `maxUninstalls` takes a whole number, not a text (write a whole number)
    5:76-77 wrong-type `concurrentSessions` takes a mapping, not a number (write a mapping)
    6:1-5 unknown-key unknown key `spec` (a document has its fields at its top level)
    ");
    insta::assert_snapshot!(found("licences/l.yaml", "
name: l
key: ABC-DEF
file: {secret: f}
restrictToMajor: 24.1
---
name: k
software: s
"), @r#"
    2:1-5 missing-key `software` is missing (add `software`)
    3:6-13 wrong-type `key` takes a reference to a secret, not a text (write `{secret: NAME}`, with the secret in `secrets/NAME.age`)
    4:1-5 exclusive-keys `file` stands beside `key`, which excludes it (keep one of them)
    5:18-22 wrong-type `restrictToMajor` takes a text, not a number with a point (quote it: "24.1")
    7:1-5 missing-key one of `key`, `file`, `fields` is missing (add one of `key`, `file`, `fields`)
    "#);
    insta::assert_snapshot!(found("roles/r.yaml", "
name: r
subjects: someone
scope: {all: true, tag: x}
effect: Deny
"), @"
    2:1-5 missing-key `permissions` is missing (add `permissions`)
    3:11-18 wrong-type `subjects` takes a list, not a text (write `[…]`, or one entry a line, each after a dash)
    4:20-23 exclusive-keys `tag` stands beside `all`, which excludes it (keep one of them)
    5:9-13 bad-value `Deny` is no value of `effect` (did you mean `deny`? write one of `allow`, `deny`)
    ");
    insta::assert_snapshot!(found("brandings/b.yaml", "
name: b
colours: {accent: blue, base: '#12345'}
"), @r##"
    3:19-23 bad-value `accent` is no colour (write "#rrggbb", with the quotes)
    3:31-39 bad-value `base` is no colour (write "#rrggbb", with the quotes)
    "##);
    insta::assert_snapshot!(found("tests/t.yaml", "
name: t
now: 2026-03-02
session: maintainance
computers:
- {name: a, tenant: t, software: {x: 1.2, y: true}, chassis: laptop, facts: []}
- {tenant: t}
expect:
  a: [{action: none, from: 1.0}]
errors: [{code: unknown-refrence}]
"), @r#"
    2:1-5 missing-key `name` is missing in an entry of `computers` at line 7 (add `name` at line 7)
    2:1-5 missing-key `item` is missing in an entry of `a` at line 9 (add `item` at line 9)
    3:6-16 bad-value `2026-03-02` is no moment (write date, time and offset: 2026-03-02T09:00:00-06:00)
    4:10-22 bad-value `maintainance` is no value of `session` (did you mean `maintenance`? write one of `maintenance`, `item`, `onboarding`, `detection-only`, `resolution-only`, `inventory-only`, `download-only`, `repair`)
    6:38-41 wrong-type `x` takes a text, not a number with a point (quote it: "1.2")
    6:46-50 wrong-type `y` takes a text, not true or false (quote it: "true")
    6:62-68 bad-value `laptop` is no value of `chassis` (write one of `desktop`, `portable`, `server`, `unknown`)
    6:77-79 wrong-type `facts` takes a mapping by name, not a list (write a mapping by name)
    9:28-31 wrong-type `from` takes a text, not a number with a point (quote it: "1.0")
    10:17-33 bad-value `unknown-refrence` is no code of a diagnostic (did you mean `unknown-reference`?)
    "#);
    insta::assert_snapshot!(found(".ordain/trust.yaml", "
name: t
keys: {a: {key: k, person: p}}
roles: {rot: {keys: [a]}, root: {keys: [a, b], threshold: 3}, release: {keys: [a], threshold: 0}, \"tenant:\": {}}
controllerFacts: [products]
"), @"
    2:1-5 missing-key `objectFormat` is missing (add `objectFormat`)
    2:1-5 missing-key `keys` is missing in `tenant:` at line 4 (add `keys` at line 4)
    4:9-12 bad-value `rot` is no role (did you mean `root`?)
    4:44-45 unknown-reference no key is called `b` (add it to `keys`)
    4:59-60 bad-value a threshold of 3 can never be right with 2 keys (write a number from 1 to 2)
    4:95-96 bad-value a threshold of 0 can never be right with 1 keys (write a number from 1 to 1)
    4:99-108 bad-value `tenant:` is no role (write one of root, release, global, adhoc, heartbeat, agent-release, or `tenant:<id>`)
    5:19-27 bad-value `products` is no value of an entry of `controllerFacts` (did you mean `product`? write one of `product`, `agreement`, `directoryGroup`, `deviceGroup`, `filterScript`, `inventoryTag`, `approval`)
    ");
    insta::assert_snapshot!(found("groups/g.yaml", "
name: g
kind: Group
name: h
<<: *base
"), @"5:5-6 syntax this is no YAML: while parsing node, found unknown anchor (define the anchor with `&NAME` before the alias, or quote the `*`)");
    insta::assert_snapshot!(found("groups/h.yaml", "
name: h
computers: &all [a, 1]
persons: *all
"), @r#"
    3:21-22 wrong-type an entry of `computers` takes a text, not a number (quote it: "1")
    3:21-22 wrong-type an entry of `persons` takes a text, not a number (quote it: "1")
    "#);
}
