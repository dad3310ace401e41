//! Windows, days of the month and rings: what is wrong with them.

use super::faults::found;

#[test]
fn windows() {
    insta::assert_snapshot!(found("windows/w.yaml", "
name: w
allow: true
deny: true
cron: 0 22 * * *
from: 2026-01-01
---
name: v
allow: false
---
name: u
deny: true
from: 2026-02-01
to: 2026-01-01
"), @"
    2:1-5 missing-key `duration` is missing (add `duration`)
    4:1-5 exclusive-keys `deny` stands beside `allow`, which excludes it (keep one of them)
    6:1-5 exclusive-keys `from` stands beside `cron`, which excludes it (keep one of them)
    8:1-5 missing-key one of `cron`, `from` is missing (add one of `cron`, `from`)
    9:8-13 bad-value `allow` may only be `true` (leave the key out instead)
    14:5-15 bad-value the window ends on 2026-01-01 before it begins on 2026-02-01 (write the last day after the first)
    ");
    insta::assert_snapshot!(found("windows/n.yaml", "
name: a
deny: true
nth: 6
plus: 5h
---
name: b
deny: true
cron: 0 22 * * *
weekday: TUE
duration: 6h
---
name: c
allow: true
duration: 6h
---
name: d
allow: true
from: 2026-01-01
at: \"22:00\"
items: [s, driver/x, task/, {software: s, task: t}, {instance: i}, 7, {}]
---
name: e
allow: true
nth: 1
weekday: monday
duration: 1h
items: []
"), @r#"
    2:1-5 missing-key `weekday` is missing (add `weekday`)
    2:1-5 missing-key `duration` is missing (add `duration`)
    4:6-7 bad-value no month has a weekday 6 times (write a number from 1 to 5)
    5:7-9 bad-value `plus: 5h` is no number of days (write whole days, as `5d`, and the time of day as `at: "HH:MM"`)
    10:1-8 exclusive-keys `weekday` stands beside `cron`, which excludes it (keep one of them)
    13:1-5 missing-key `cron` is missing (add `cron`)
    17:1-5 missing-key `task` is missing in an entry of `items` at line 21 (add `task` at line 21)
    17:1-5 missing-key one of `software`, `task` is missing in an entry of `items` at line 21 (add one of `software`, `task` at line 21)
    20:1-3 exclusive-keys `at` stands beside `from`, which excludes it (keep one of them)
    21:12-20 bad-value `driver/x` names no item (write `software/NAME` or `task/NAME`)
    21:22-27 bad-value `task/` names no item (write `software/NAME` or `task/NAME`)
    21:43-47 exclusive-keys `task` stands beside `software`, which excludes it (keep one of them)
    21:68-69 wrong-type an entry of `items` takes a text, not a number (quote it: "7")
    26:10-16 bad-value `monday` is no value of `weekday` (write one of `MON`, `TUE`, `WED`, `THU`, `FRI`, `SAT`, `SUN`)
    "#);
    insta::assert_snapshot!(found("schedules/s.yaml", "
name: a
target: {all: true}
when: {nth: 2, cron: 0 8 * * *}
---
name: b
target: {all: true}
when: {weekday: TUE, at: 22}
---
name: c
target: {all: true}
when: {}
"), @r#"
    4:16-20 exclusive-keys `cron` stands beside `nth`, which excludes it (keep one of them)
    6:1-5 missing-key `nth` is missing in `when` at line 8 (add `nth` at line 8)
    8:26-28 bad-value `22` is no time of day, as `at` asks for (write hours and minutes: "22:00")
    10:1-5 missing-key one of `cron`, `every`, `on`, `nth` is missing in `when` at line 12 (add one of `cron`, `every`, `on`, `nth` at line 12)
    "#);
}

#[test]
fn rings() {
    insta::assert_snapshot!(found("ordain.yaml", "
name: r
apiVersion: ordain/v1
defaults:
  rollout:
    rings:
    - {percent: 5, tag: pilot}
    - {tag: [pilot]}
    - {all: false}
    - {tenant: contoso}
    - {script: a.star, soak: 1h}
    - {group: g, only: servers}
    - {tag: a, soak: soon}
"), @"
    2:1-5 missing-key one of `percent`, `tag` is missing in an entry of `rings` at line 10 (add one of `percent`, `tag` at line 10)
    2:1-5 missing-key one of `percent`, `tag` is missing in an entry of `rings` at line 11 (add one of `percent`, `tag` at line 11)
    7:20-23 exclusive-keys `tag` stands beside `percent`, which excludes it (keep one of them)
    8:13-20 wrong-type `tag` takes a text, not a list (write a text)
    9:13-18 bad-value `all` may only be `true` (leave the key out instead)
    10:8-14 unknown-key unknown key `tenant` (remove it, or write one of `computer`, `person`, `group`, `tag`, `directoryGroup`, `product`, `agreement`, `deviceGroup`, `all`, `percent`, `soak`)
    11:8-14 unknown-key unknown key `script` (remove it, or write one of `computer`, `person`, `group`, `tag`, `directoryGroup`, `product`, `agreement`, `deviceGroup`, `all`, `percent`)
    12:18-22 unknown-key unknown key `only` (remove it, or write one of `computer`, `person`, `tag`, `directoryGroup`, `product`, `agreement`, `deviceGroup`, `all`, `percent`, `soak`)
    13:22-26 bad-value `soon` is no duration, as `soak` asks for (write a number with a unit: 30s, 15m, 4h, 7d)
    ");
}
