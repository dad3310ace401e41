//! The canonical layout of YAML, for `ordain fmt`: blanks and line breaks are
//! put right, nothing else is touched.
//!
//! Two blanks of indentation a level, lists indented below their key, one
//! blank after colons and commas, none inside brackets, no blanks at the ends
//! of lines, at most one empty line in a row. The order of keys, comments,
//! quotes and line breaks inside brackets stay as they were written.
//!
//! Every answer is checked: the same tree, the same signs other than blanks,
//! and nothing more to do for a second run. What fails the check is given back
//! with fewer changes, in the end as it was.

mod lines;
mod value;

use crate::Diagnostic;
use crate::tree::{self, Node, Value};

/// Lays a YAML text out. The error is the text's first fault; its file is
/// empty, for the caller to fill in.
pub fn format(text: &str) -> Result<String, Diagnostic> {
    const ROUNDS: usize = 4;
    let before = read(text)?;
    let mut answer = step(text, &before);
    for _ in 0..ROUNDS {
        let Ok(nodes) = read(&answer) else { break };
        let next = step(&answer, &nodes);
        if next == answer {
            return Ok(answer);
        }
        answer = next;
    }
    Ok(text.to_owned())
}

/// The text with as many changes as leave its meaning alone.
fn step(text: &str, nodes: &[Node<'_>]) -> String {
    let tidy = tidy(text);
    let answers = [lines::layout(text), lines::layout(&tidy), Some(tidy)];
    let mut right = answers.into_iter().flatten().filter(|answer| is_same(text, nodes, answer));
    right.next().unwrap_or_else(|| text.to_owned())
}

/// The documents; the first fault that leaves something of the text unread.
fn read(text: &str) -> Result<Vec<Node<'_>>, Diagnostic> {
    let (nodes, faults) = tree::yaml(text);
    match faults.into_iter().find(tree::Fault::cuts) {
        Some(fault) => Err(fault.in_file("")),
        None => Ok(nodes),
    }
}

/// Whether two texts mean the same, by two independent measures.
fn is_same(before: &str, nodes: &[Node<'_>], after: &str) -> bool {
    let signs = |text| str::chars(text).filter(|sign| !sign.is_whitespace() && *sign != '\u{feff}');
    signs(before).eq(signs(after))
        && read(after).is_ok_and(|after| {
            after.len() == nodes.len()
                && nodes.iter().zip(&after).all(|(one, other)| is_equal(one, other))
        })
}

/// Equality of what nodes are, wherever they stand.
fn is_equal(one: &Node<'_>, other: &Node<'_>) -> bool {
    match (&one.value, &other.value) {
        (Value::Scalar(one), Value::Scalar(other)) => one == other,
        (Value::Sequence(one), Value::Sequence(other)) => {
            one.len() == other.len()
                && one.iter().zip(other).all(|(one, other)| is_equal(one, other))
        }
        (Value::Mapping(one), Value::Mapping(other)) => {
            one.len() == other.len()
                && one
                    .iter()
                    .zip(other)
                    .all(|(one, other)| one.key == other.key && is_equal(&one.value, &other.value))
        }
        _ => false,
    }
}

/// Line breaks and the end of the text alone.
fn tidy(text: &str) -> String {
    let text = text.strip_prefix('\u{feff}').unwrap_or(text).replace("\r\n", "\n");
    let trimmed = text.trim_end_matches(['\n', '\r', ' ']);
    if trimmed.is_empty() { String::new() } else { format!("{trimmed}\n") }
}

#[cfg(test)]
mod tests;
