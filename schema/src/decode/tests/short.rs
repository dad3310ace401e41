//! Faults in what keeps a policy short: several items, days, what narrows a target.

use super::faults::found;

#[test]
fn several_items() {
    insta::assert_snapshot!(found("deployments/c.yaml", "
kind: Deployment
name: a
items: [a]
software: b
target: {all: true}
---
kind: Deployment
name: b
items:
- a
- 7
- {software: b, task: c, state: enforce}
- {state: absent}
- {software: d, state: enforce, target: {all: true}}
- {task: e, version: any}
- {software: f, state: absent}
- {software: g, state: ignored}
- [h]
state: installed
instance: i
version: latest
target: {tenants: all}
---
kind: Deployment
name: c
items: a
target: {all: true}
"), @r#"
    5:1-9 exclusive-keys `software` stands beside `items`, which excludes it (keep one of them)
    8:1-5 missing-key one of `software`, `task` is missing in an entry of `items` at line 14 (add one of `software`, `task` at line 14)
    12:3-4 wrong-type an entry of `items` takes a text, not a number (quote it: "7")
    13:17-21 exclusive-keys `task` stands beside `software`, which excludes it (keep one of them)
    15:24-31 bad-value `enforce` is no state of software (write one of `installed`, `absent`, `update-if-found`, `ignored`)
    15:33-39 unknown-key unknown key `target` (remove it, or write one of `task`, `instance`, `version`, `parameters`, `licence`)
    16:22-25 bad-value a task has no version (remove `version`, or wish for `state: installed` of a software)
    19:3-6 wrong-type an entry of `items` takes a mapping, not a list (write a mapping)
    20:8-17 bad-value `installed` is no state of a task (write one of `enforce`, `audit`, `monitor`, `absent`, `ignored`)
    21:11-12 bad-value software has no instances (remove `instance`)
    22:10-16 bad-value `version` has no meaning with `state: absent` (remove `version`, or wish for `state: installed` of a software)
    23:19-22 bad-value `tenants` is for cloud tasks; software is installed on computers (choose a selector of computers, as `all: true`)
    27:8-9 wrong-type `items` takes a list, not a text (write `[…]`, or one entry a line, each after a dash)
    "#);
}

#[test]
fn mandatory_and_days() {
    let text = "
{name: a, software: s, target: {all: true}, mandatory: true, enforcement: ad-hoc}
---
{name: b, software: s, target: {all: true}, mandatory: true, enforcement: required}
---
{name: c, software: s, target: {all: true}, mandatory: false, enforcement: ad-hoc}
---
{name: d, software: s, target: {all: true}, mandatory: true, enforcement: never}
---
{name: e, software: s, target: {all: true}, starts: 2026-03-02, expires: 2026-03-02}
---
{name: f, software: s, target: {all: true}, starts: 2026-03-03, expires: 2026-03-02}
";
    insta::assert_snapshot!(found("deployments/a.yaml", text), @"
    2:56-60 bad-value `mandatory` goes with the enforcement `required` alone (remove `mandatory`, or `enforcement`)
    8:75-80 bad-value `never` is no value of `enforcement` (write one of `required`, `onboarding`, `ad-hoc`, `optional`)
    12:53-63 bad-value `starts` is 2026-03-03, after the last day, 2026-03-02 (let it start on its last day or earlier)
    ");
    insta::assert_snapshot!(found("tenants/t/deployments/a.yaml", text), @"
    2:56-60 bad-value `mandatory` has no meaning in a tenant's file: it is for every tenant (remove it, or move the file to `deployments/`)
    4:56-60 bad-value `mandatory` has no meaning in a tenant's file: it is for every tenant (remove it, or move the file to `deployments/`)
    8:56-60 bad-value `mandatory` has no meaning in a tenant's file: it is for every tenant (remove it, or move the file to `deployments/`)
    8:75-80 bad-value `never` is no value of `enforcement` (write one of `required`, `onboarding`, `ad-hoc`, `optional`)
    12:53-63 bad-value `starts` is 2026-03-03, after the last day, 2026-03-02 (let it start on its last day or earlier)
    ");
}

#[test]
fn what_narrows_a_target() {
    insta::assert_snapshot!(found("deployments/n.yaml", "
name: a
software: s
target:
  all: true
  only: {}
  except: [{tag: a, group: b}, all, {only: servers}, {tenant: t}, {tag: c, except: []}]
---
name: b
software: s
target: {all: true, only: {os: [], chassis: desktop, role: dc, kind: x}}
---
name: c
software: s
target: {all: true, only: {os: beos, chassis: [unknown, server]}, except: {tag: a}}
---
name: d
task: t
target: {tenants: all, except: [{tenant: t}]}
"), @"
    2:1-5 missing-key one of `os`, `chassis`, `role` is missing in `only` at line 6 (add one of `os`, `chassis`, `role` at line 6)
    2:1-5 missing-key one of `computer`, `person`, `script`, `group`, `tag`, `directoryGroup`, `product`, `agreement`, `deviceGroup`, `all`, `tenants`, `tenant`, `tenantTag` is missing in an entry of `except` at line 7 (add one of `computer`, `person`, `script`, `group`, `tag`, `directoryGroup`, `product`, `agreement`, `deviceGroup`, `all`, `tenants`, `tenant`, `tenantTag` at line 7)
    7:21-26 exclusive-keys `group` stands beside `tag`, which excludes it (keep one of them)
    7:32-35 wrong-type an entry of `except` takes a mapping, not a text (write one selector, as `{group: NAME}`)
    7:38-42 unknown-key unknown key `only` (remove it, or write one of `computer`, `person`, `script`, `group`, `tag`, `directoryGroup`, `product`, `agreement`, `deviceGroup`, `all`, `tenants`, `tenant`, `tenantTag`)
    7:63-64 bad-value `tenant` is for cloud tasks; software is installed on computers (choose a selector of computers, as `all: true`)
    7:76-82 unknown-key unknown key `except` (remove it, or write one of `computer`, `person`, `script`, `group`, `directoryGroup`, `product`, `agreement`, `deviceGroup`, `all`, `tenants`, `tenant`, `tenantTag`)
    11:32-34 bad-value `os` needs at least one entry (add an entry, or leave the key out)
    11:45-52 wrong-type `chassis` takes a list, not a text (write `[…]`, or one entry a line, each after a dash)
    11:60-62 bad-value `dc` is no value of `role` (write one of `domain-controllers`, `primary-domain-controllers`)
    11:64-68 unknown-key unknown key `kind` (remove it)
    15:32-36 bad-value `beos` is no value of `os` (write one of `windows`, `macos`, `linux`)
    15:48-55 bad-value `unknown` is no value of an entry of `chassis` (write one of `desktop`, `portable`, `server`)
    15:75-83 wrong-type `except` takes a list, not a mapping (write `[…]`, or one entry a line, each after a dash)
    ");
    insta::assert_snapshot!(found("schedules/n.yaml", "
name: a
when: {on: commit}
target: {all: true, only: {os: linux}, except: [{script: a.star}]}
"), @"
    4:58-64 bad-value a schedule's target may not be a script (name the script in a Group, and target the group)
    ");
}
