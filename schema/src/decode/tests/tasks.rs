//! Faults of tasks: what is undone, generated, handed back and used.

use super::faults::found;

#[test]
fn generated_values_and_outputs() {
    insta::assert_snapshot!(found("tasks/t/task.yaml", "
kind: Task
script: t.sh
unset: u.sh
parameters:
  a: {type: secret, default: {generate: {length: 7}}}
  b: {type: string, default: {generate: {length: 20, rotate: 30m}, more: 1}}
  c: {type: secret, default: {generate: {rotate: 1d}}}
  d: {type: map, default: {generate: 1}}
  e: {type: string, default: {cel: [1]}}
  f: {type: string, default: {cel: a, value: 1}}
outputs:
  key: {type: string, escrow: yes}
  other: {escrow: true}
  plain: {type: string, escrow: true}
rebootAfter: 1
use: lib/a.sh
"), @"
    2:1-5 missing-key `length` is missing in `generate` at line 8 (add `length` at line 8)
    2:1-5 missing-key `type` is missing in `other` at line 14 (add `type` at line 14)
    4:8-12 wrong-type `unset` takes a mapping, not a text (write `{script: u.sh}`)
    6:50-51 bad-value `length` 7 is out of the range (write a number from 8 to 256)
    7:62-65 bad-value `rotate` 30m is too short (write 1h or more)
    7:68-72 unknown-key unknown key `more` (remove it)
    10:36-39 wrong-type `cel` takes a text, not a list (write a text)
    11:39-44 unknown-key unknown key `value` (remove it)
    13:31-34 wrong-type `escrow` takes true or false, not a text (write `true`)
    15:25-31 bad-value only a secret is kept in escrow (write `type: secret`)
    16:14-15 wrong-type `rebootAfter` takes true or false, not a number (write `true` or `false`, without quotes)
    17:6-14 wrong-type `use` takes a list, not a text (write `[…]`, or one entry a line, each after a dash)
    ");
}
