//! Faults in settings without scripts: one kind each, what each kind needs.

use super::faults::found;
use crate::document::{Body, Ensure};
use crate::read_file;

#[test]
fn resources_are_of_one_kind() {
    insta::assert_snapshot!(found("tasks/t/task.yaml", "
name: t
ensure:
- {file: {path: /a}, directory: {path: /b}}
- {}
- file
- {fiel: {path: /a}}
- {file: {path: /a, present: no}, present: false}
- {file: {path: /a, present: false}, present: false}
- present: false
"), @"
    2:1-5 missing-key one of `registry`, `file`, `directory`, `line`, `service`, `feature`, `scheduledTask`, `localGroup`, `user`, `sysctl`, `defaults` is missing in an entry of `ensure` at line 5 (add one of `registry`, `file`, `directory`, `line`, `service`, `feature`, `scheduledTask`, `localGroup`, `user`, `sysctl`, `defaults` at line 5)
    2:1-5 missing-key one of `registry`, `file`, `directory`, `line`, `service`, `feature`, `scheduledTask`, `localGroup`, `user`, `sysctl`, `defaults` is missing in an entry of `ensure` at line 7 (add one of `registry`, `file`, `directory`, `line`, `service`, `feature`, `scheduledTask`, `localGroup`, `user`, `sysctl`, `defaults` at line 7)
    2:1-5 missing-key one of `registry`, `file`, `directory`, `line`, `service`, `feature`, `scheduledTask`, `localGroup`, `user`, `sysctl`, `defaults` is missing in an entry of `ensure` at line 10 (add one of `registry`, `file`, `directory`, `line`, `service`, `feature`, `scheduledTask`, `localGroup`, `user`, `sysctl`, `defaults` at line 10)
    4:22-31 exclusive-keys `directory` stands beside `file`, which excludes it (keep one of them)
    6:3-7 wrong-type an entry of `ensure` takes a mapping, not a text (write a mapping)
    7:4-8 unknown-key unknown key `fiel` (did you mean `file`?)
    8:30-32 wrong-type `present` takes true or false, not a text (write `false`)
    8:44-49 exclusive-keys `present` stands beside the kind and within it (keep one of them)
    9:47-52 exclusive-keys `present` stands beside the kind and within it (keep one of them)
    ");
}

#[test]
fn a_task_has_one_way_to_test_and_set() {
    insta::assert_snapshot!(found("tasks/t/task.yaml", "
name: t
test: {script: t.sh}
ensure: [{file: {path: /a}}]
---
name: t
ensure: []
set: {script: t.sh}
get: {script: t.sh}
---
name: t
ensure: [{file: {path: /a}}]
script: t.sh
---
name: t
runsOn: tenant
ensure: [{file: {path: /a}}]
---
name: t
context: user
ensure: [{file: {path: /a}}]
---
name: t
ensure: []
"), @"
    4:1-7 exclusive-keys `ensure` stands beside `test`, which excludes it (keep one of them)
    7:9-11 bad-value `ensure` needs at least one entry (add an entry, or leave the key out)
    8:1-4 exclusive-keys `set` stands beside `ensure`, which excludes it (keep one of them)
    13:1-7 exclusive-keys `script` stands beside `ensure`, which excludes it (keep one of them)
    17:1-7 bad-value `ensure` has no meaning for a task that runs for a tenant (remove `ensure`, or choose the tenants in the deployments' targets)
    20:1-8 bad-value `ensure` is carried out by the system, in no other context (remove `context`, or write scripts that run in it)
    24:9-11 bad-value `ensure` needs at least one entry (add an entry, or leave the key out)
    ");
}

#[test]
fn what_each_kind_needs() {
    insta::assert_snapshot!(found("tasks/t/task.yaml", r"
name: t
ensure:
- file: {path: etc/motd, from: a, content: b, mode: 0644, owner: 'a:b:c', sha: x}
- file: {mode: rw, content: 7}
- directory: {path: /srv/../etc, recurse: true}
- line: {path: /etc/a}
- line: {path: /etc/a, present: false}
- line: {path: /etc/a, line: b, match: '^c'}
- line: {path: /etc/a, line: 'b', match: '('}
- service: {start: on, running: started}
- service: {name: -f, start: enabled}
- sysctl: {key: swappiness, value: [1]}
- sysctl: {key: vm.swappiness}
- user: {name: 'a:b', uid: -1, groups: [x, '-y'], home: here}
- localGroup: {name: a, members: [x], include: [y]}
- localGroup: {name: a, include: [x, y], exclude: [y]}
- user: {}
"), @r#"
    2:1-5 missing-key `path` is missing in `file` at line 5 (add `path` at line 5)
    2:1-5 missing-key `line` is missing in `line` at line 7 (add `line` at line 7)
    2:1-5 missing-key one of `line`, `match` is missing in `line` at line 8 (add one of `line`, `match` at line 8)
    2:1-5 missing-key `name` is missing in `service` at line 11 (add `name` at line 11)
    2:1-5 missing-key `value` is missing in `sysctl` at line 14 (add `value` at line 14)
    2:1-5 missing-key `name` is missing in `user` at line 18 (add `name` at line 18)
    4:16-24 bad-value `etc/motd` is no absolute path, as `path` asks for (write the whole path, as `/etc/motd`, without `..`)
    4:35-42 exclusive-keys `content` stands beside `from`, which excludes it (keep one of them)
    4:53-57 wrong-type `mode` takes a text, not a number (quote it: "0644")
    4:66-73 bad-value `a:b:c` is no owner, as `owner` asks for (write `USER`, `USER:GROUP` or `:GROUP`, each a name or a number)
    4:75-78 unknown-key unknown key `sha` (remove it, or write one of `present`)
    5:16-18 bad-value `rw` is no mode, as `mode` asks for (write the permission bits in octal, in quotes: "0644")
    5:29-30 wrong-type `content` takes a text, not a number (quote it: "7")
    6:21-32 bad-value `/srv/../etc` is no absolute path, as `path` asks for (write the whole path, as `/etc/motd`, without `..`)
    6:34-41 unknown-key unknown key `recurse` (remove it, or write one of `mode`, `owner`, `force`, `present`)
    9:40-44 bad-value `match` does not find the `line` itself, so that every run would change another one (let the expression match the line as it is to be, too)
    10:42-45 bad-value `match` is no regular expression: unclosed group (escape signs that stand for themselves with a backslash, and quote the text)
    11:20-22 bad-value `on` is no value of `start` (write one of `automatic`, `manual`, `disabled`)
    11:33-40 wrong-type `running` takes true or false, not a text (write `true` or `false`, without quotes)
    12:19-21 bad-value `-f` is no name of a service, as `name` asks for (write the name that the system has for it)
    12:30-37 bad-value `enabled` is no value, as `start` asks for (write `automatic`)
    13:17-27 bad-value `swappiness` is no setting of the kernel, as `key` asks for (write its name, as `net.ipv4.ip_forward`)
    13:36-39 wrong-type `value` takes a text, not a list (write a text)
    15:16-21 bad-value `a:b` is no name of an account, as `name` asks for (write the name as the system lists it)
    15:28-30 bad-value `-1` is out of the range, as `uid` asks for (write a number from 0 to 4294967295)
    15:44-48 bad-value `-y` is no name of an account, as `groups` asks for (write the name as the system lists it)
    15:57-61 bad-value `here` is no absolute path, as `home` asks for (write the whole path, as `/home/jo`)
    16:39-46 exclusive-keys `include` stands beside `members`, which excludes it (keep one of them)
    17:38-39 bad-value `y` is to be a member and to be none (remove the name from `include` or from `exclude`)
    "#);
}

#[test]
fn what_only_other_systems_have() {
    insta::assert_snapshot!(found("tasks/t/task.yaml", r"
name: t
ensure:
- registry: {key: SOFTWARE\X, values: {a: true, b: 1.5, c: 5000000000, d: {type: dword, value: x}, e: {type: word, value: 1}, f: {value: 1}}}
- registry: {key: HKLM\X, eachUser: true}
- registry: {values: {}}
- feature: {}
- scheduledTask: {name: a}
- scheduledTask: {name: a, run: b, when: {at: '3:00', every: 30s}}
- scheduledTask: {name: a, run: b, when: {days: [SUN]}}
- scheduledTask: {name: a, run: b, when: {on: idle}}
- scheduledTask: {name: a, present: false}
- defaults: {values: [a]}
"), @r#"
    2:1-5 missing-key `type` is missing in `f` at line 4 (add `type` at line 4)
    2:1-5 missing-key `key` is missing in `registry` at line 6 (add `key` at line 6)
    2:1-5 missing-key `name` is missing in `feature` at line 7 (add `name` at line 7)
    2:1-5 missing-key `run` is missing in `scheduledTask` at line 8 (add `run` at line 8)
    2:1-5 missing-key `when` is missing in `scheduledTask` at line 8 (add `when` at line 8)
    2:1-5 missing-key `at` is missing in `when` at line 10 (add `at` at line 10)
    2:1-5 missing-key `domain` is missing in `defaults` at line 13 (add `domain` at line 13)
    4:19-29 bad-value `SOFTWARE\X` is no key of the registry, as `key` asks for (begin with its root, and part it with backslashes: `HKLM\SOFTWARE\Contoso`)
    4:43-47 wrong-type `a` takes a value of the registry, not true or false (write 1 or 0)
    4:52-55 wrong-type `b` takes a value of the registry, not a number with a point (write a text, a whole number, a list of texts, or `{type: qword, value: …}`)
    4:60-70 wrong-type `c` takes a value of the registry, not a number (write a text, a whole number, a list of texts, or `{type: qword, value: …}`)
    4:96-97 bad-value the value does not fit its type, which is for a whole number from 0 to 4294967295 (mend the value, or its `type`)
    4:110-114 bad-value `word` is no value of `type` (did you mean `dword`? write one of `string`, `expand`, `multi`, `dword`, `qword`, `binary`)
    5:19-25 bad-value `eachUser` is for keys below `HKCU` (begin the key with `HKCU`, or remove `eachUser`)
    9:47-53 bad-value `3:00` is no time of day, as `at` asks for (write hours and minutes: "22:00")
    9:55-60 exclusive-keys `every` stands beside `at`, which excludes it (keep one of them)
    11:47-51 bad-value `idle` is no value of `on` (write one of `startup`, `logon`)
    13:22-25 wrong-type `values` takes a mapping by name, not a list (write a mapping by name)
    "#);
}

#[test]
fn parameters_of_settings_are_declared() {
    insta::assert_snapshot!(found("tasks/t/task.yaml", "
name: t
parameters: {motto: {type: string}, more: {type: map}}
ensure:
- file: {path: /a, content: {param: moto}}
- file: {path: /a, content: {param: more}}
- file: {path: /a, content: {param: motto, default: x}}
- file: {path: /a, content: {param: }}
- sysctl: {key: {param: none}, value: {param: none}}
"), @"
    5:37-41 bad-parameter the task declares no parameter `moto` (did you mean `motto`?)
    6:37-41 bad-parameter `more` is a map, and a setting takes a single value (declare one parameter for each value)
    7:44-51 unknown-key unknown key `default` (remove it)
    8:30-35 wrong-type `param` takes a text, not nothing (give it a value, or leave the key out)
    9:25-29 bad-parameter the task declares no parameter `none` (did you mean `more`?)
    9:47-51 bad-parameter the task declares no parameter `none` (did you mean `more`?)
    ");
}

#[test]
fn presence_stands_within_or_beside() {
    let text = "
name: t
ensure:
- {file: {path: /a}, present: false}
- {file: {path: /a, present: false}}
- {file: {path: /a}}
- {sysctl: {key: vm.x}, present: false}
";
    let (documents, diagnostics) = read_file("tasks/t/task.yaml", text.as_bytes());
    assert_eq!(diagnostics, []);
    let Body::Task(task) = &documents[0].body else { panic!("no task") };
    let present: Vec<bool> = task.ensure.iter().map(|one| one.is_present()).collect();
    assert_eq!(present, [false, false, true, false]);
    assert_eq!(task.ensure[0], task.ensure[1]);
    let undone: Vec<Ensure> = task.ensure.iter().map(|one| one.value.clone().inverse()).collect();
    assert_eq!(undone[0], task.ensure[2].value);
    assert_eq!(undone[2], task.ensure[0].value);
}
