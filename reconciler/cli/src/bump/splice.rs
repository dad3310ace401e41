//! Putting an entry into `versions` of a document's text: every comment and
//! every other byte stays where it is.
//!
//! Pure. The answer is read again and compared with what was there: a text in
//! which the entry cannot be placed surely is left alone.

use std::fmt;

use ordain_schema::tree::{self, Node, Value};

use crate::catalogue::yaml::Yaml;

/// At which end of the list the newest version stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum End {
    /// Newest first.
    First,
    /// Newest last.
    Last,
}

/// Why a text cannot be edited.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum NoPlace {
    /// It is no YAML, or holds no document of that name.
    Unreadable,
    /// The layout leaves no place that is sure.
    Layout,
}

impl fmt::Display for NoPlace {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Unreadable => "the document cannot be read",
            Self::Layout => "its layout leaves no sure place for an entry",
        })
    }
}

/// The text with an entry more in the list at the key `versions` of the
/// document whose first key stands on that line.
pub(crate) fn insert(text: &str, line: u32, end: End, entry: &Yaml) -> Result<String, NoPlace> {
    let (before, faults) = tree::yaml(text);
    if faults.iter().any(tree::Fault::cuts) {
        return Err(NoPlace::Unreadable);
    }
    let at = before.iter().position(|node| node.span.line == line).ok_or(NoPlace::Unreadable)?;
    let entries = before[at].entries().ok_or(NoPlace::Unreadable)?;
    let lines = Lines::new(text);
    let versions = entries.iter().find(|entry| entry.key == "versions");
    let (place, added) = match versions.map(|entry| (&entry.value.value, entry)) {
        None => whole_list(&lines, entries, entry),
        Some((Value::Sequence(items), key)) if lines.sign(key.value.span) == Some('[') => {
            in_brackets(&lines, &key.value, items, end, entry)
        }
        Some((Value::Sequence(items), _)) => in_block(&lines, items, end, entry),
        Some((Value::Scalar(_), key)) if key.value.is_null() => below(&lines, key, entry),
        Some(_) => None,
    }
    .ok_or(NoPlace::Layout)?;
    let after = format!("{}{added}{}", &text[..place], &text[place..]);
    if is_what_was_meant(&before, at, &after, end) { Ok(after) } else { Err(NoPlace::Layout) }
}

/// A text by its lines.
struct Lines<'t> {
    text: &'t str,
    /// Where each line begins; one more for the end.
    starts: Vec<usize>,
    eol: &'static str,
}

impl<'t> Lines<'t> {
    fn new(text: &'t str) -> Self {
        let mut starts = vec![0];
        starts.extend(text.match_indices('\n').map(|(at, _)| at + 1));
        if starts.last() != Some(&text.len()) {
            starts.push(text.len());
        }
        let eol = if text.contains("\r\n") { "\r\n" } else { "\n" };
        Self { text, starts, eol }
    }

    fn count(&self) -> usize {
        self.starts.len() - 1
    }

    fn line(&self, index: usize) -> &'t str {
        self.text
            .get(self.starts[index]..self.starts[index + 1])
            .unwrap_or("")
            .trim_end_matches(['\n', '\r'])
    }

    /// The byte at which a place stands.
    fn byte(&self, span: ordain_schema::Span) -> Option<usize> {
        let start = *self.starts.get((span.line as usize).checked_sub(1)?)?;
        let line = self.text.get(start..)?;
        // A mark of the byte order is no column.
        let mark =
            if start == 0 && line.starts_with('\u{feff}') { '\u{feff}'.len_utf8() } else { 0 };
        let behind = line[mark..].char_indices().nth((span.column as usize).checked_sub(1)?);
        behind.map(|(offset, _)| start + mark + offset)
    }

    fn sign(&self, span: ordain_schema::Span) -> Option<char> {
        self.text.get(self.byte(span)?..)?.chars().next()
    }

    /// The line and the column of the dash that an item of a list has.
    fn dash(&self, item: &Node<'_>) -> Option<(usize, usize)> {
        let upwards = (0..item.span.line as usize).rev();
        let dash = |index: usize| {
            let line = self.line(index);
            let content = line.trim_start_matches(' ');
            content.starts_with('-').then(|| (index, line.len() - content.len()))
        };
        upwards.take(8).find_map(dash)
    }

    /// The line behind the last one that belongs to what begins on a line at
    /// a column: deeper lines, with what is empty between them.
    fn end_of(&self, first: usize, column: usize) -> usize {
        let mut end = first + 1;
        for index in first + 1..self.count() {
            let line = self.line(index);
            let content = line.trim_start_matches(' ');
            if content.is_empty() {
                continue;
            }
            if line.len() - content.len() <= column {
                break;
            }
            end = index + 1;
        }
        end
    }

    /// A text for the beginning of a line, with the breaks of this one.
    fn own(&self, text: &str, place: usize) -> String {
        let text = text.replace('\n', self.eol);
        if place > 0 && !self.text[..place].ends_with('\n') {
            // The last line has no end: what is added gets none either.
            return format!("{}{}", self.eol, text.trim_end_matches(['\r', '\n']));
        }
        text
    }
}

/// A list item in block style, from a column on.
fn item(entry: &Yaml, column: usize, short: bool) -> String {
    if short {
        return format!("{:column$}- {}\n", "", entry.flow());
    }
    let mut out = String::new();
    Yaml::List(vec![entry.clone()]).block(&mut out, column);
    out
}

/// Into a list of dashes.
fn in_block(
    lines: &Lines<'_>,
    items: &[Node<'_>],
    end: End,
    entry: &Yaml,
) -> Option<(usize, String)> {
    let near = match end {
        End::First => items.first()?,
        End::Last => items.last()?,
    };
    let (dash, column) = lines.dash(near)?;
    let line = match end {
        End::First => {
            // Comments directly above the first item are its own.
            let own = |index: &usize| {
                let line = lines.line(*index);
                line.find('#') == Some(column) && line[..column].trim().is_empty()
            };
            dash - (0..dash).rev().take_while(own).count()
        }
        End::Last => lines.end_of(dash, column),
    };
    let short = lines.sign(near.span) == Some('{');
    let place = lines.starts[line];
    Some((place, lines.own(&item(entry, column, short), place)))
}

/// Into a list in brackets.
fn in_brackets(
    lines: &Lines<'_>,
    list: &Node<'_>,
    items: &[Node<'_>],
    end: End,
    entry: &Yaml,
) -> Option<(usize, String)> {
    let open = lines.byte(list.span)?;
    let flow = entry.flow();
    match (end, items) {
        (_, []) => Some((open + 1, flow)),
        (End::First, _) => Some((open + 1, format!("{flow}, "))),
        (End::Last, [.., last]) => {
            let from = lines.byte(last.span)?;
            let behind = end_of_value(&lines.text[from..])?;
            Some((from + behind, format!(", {flow}")))
        }
    }
}

/// How long a value in brackets or braces is; none for other values.
fn end_of_value(text: &str) -> Option<usize> {
    if !text.starts_with(['{', '[']) {
        return None;
    }
    let (mut depth, mut quote, mut previous) = (0_usize, None, ' ');
    let mut signs = text.char_indices().peekable();
    while let Some((at, sign)) = signs.next() {
        match (quote, sign) {
            (Some('"'), '\\') => {
                signs.next();
            }
            (Some(open), sign) if sign == open => quote = None,
            (Some(_), _) => {}
            (None, '"' | '\'') if " [{,:\n".contains(previous) => quote = Some(sign),
            (None, '#') if previous.is_whitespace() => {
                while signs.next_if(|(_, sign)| *sign != '\n').is_some() {}
            }
            (None, '{' | '[') => depth += 1,
            (None, '}' | ']') => {
                depth -= 1;
                if depth == 0 {
                    return Some(at + 1);
                }
            }
            (None, _) => {}
        }
        previous = sign;
    }
    None
}

/// Below a key that has nothing yet.
fn below(lines: &Lines<'_>, key: &tree::Entry<'_>, entry: &Yaml) -> Option<(usize, String)> {
    let column = (key.span.column as usize).checked_sub(1)?;
    let line = lines.line((key.span.line as usize).checked_sub(1)?);
    if line.trim_start().trim_end() != "versions:" {
        return None;
    }
    let place = lines.starts[key.span.line as usize];
    Some((place, lines.own(&item(entry, column + 2, false), place)))
}

/// A list of its own, behind the key that says where versions come from.
fn whole_list(
    lines: &Lines<'_>,
    entries: &[tree::Entry<'_>],
    entry: &Yaml,
) -> Option<(usize, String)> {
    let behind = ["latest", "source", "detect"];
    let after = behind.iter().find_map(|key| entries.iter().find(|entry| entry.key == *key))?;
    let column = (after.span.column as usize).checked_sub(1)?;
    let first = (after.span.line as usize).checked_sub(1)?;
    // Keys in braces share lines with others.
    if lines.line(first).trim_start().starts_with('{') {
        return None;
    }
    let place = lines.starts[lines.end_of(first, column)];
    let text = format!("{:column$}versions:\n{}", "", item(entry, column + 2, false));
    Some((place, lines.own(&text, place)))
}

/// Whether the text says the same as before, and one entry more.
fn is_what_was_meant(before: &[Node<'_>], at: usize, after: &str, end: End) -> bool {
    let (after, faults) = tree::yaml(after);
    if !faults.is_empty() || after.len() != before.len() {
        return false;
    }
    before.iter().zip(&after).enumerate().all(|(index, (old, new))| {
        if index != at {
            return is_same(old, new);
        }
        let (Some(old), Some(new)) = (old.entries(), new.entries()) else { return false };
        let others = |entries: &[tree::Entry<'_>]| {
            entries.iter().filter(|entry| entry.key != "versions").count()
        };
        let kept = old.iter().filter(|entry| entry.key != "versions").all(|entry| {
            let there = new.iter().find(|other| other.key == entry.key);
            there.is_some_and(|there| is_same(&entry.value, &there.value))
        });
        let list = |entries: &[tree::Entry<'_>]| {
            let list = entries.iter().find(|entry| entry.key == "versions");
            match list.map(|entry| &entry.value.value) {
                Some(Value::Sequence(items)) => items.clone().into_iter().map(owned).collect(),
                _ => Vec::new(),
            }
        };
        let (mut was, is): (Vec<Owned>, Vec<Owned>) = (list(old), list(new));
        let added = match end {
            End::First => is.first(),
            End::Last => is.last(),
        };
        let Some(added) = added.cloned() else { return false };
        match end {
            End::First => was.insert(0, added),
            End::Last => was.push(added),
        }
        kept && others(old) == others(new) && was == is
    })
}

/// A value apart from its place.
#[derive(Debug, Clone, PartialEq)]
enum Owned {
    Scalar(String, tree::Style),
    Sequence(Vec<Owned>),
    Mapping(Vec<(String, Owned)>),
}

fn owned(node: Node<'_>) -> Owned {
    match node.value {
        Value::Scalar(scalar) => Owned::Scalar(scalar.text.into_owned(), scalar.style),
        Value::Sequence(items) => Owned::Sequence(items.into_iter().map(owned).collect()),
        Value::Mapping(entries) => {
            let entries =
                entries.into_iter().map(|entry| (entry.key.into_owned(), owned(entry.value)));
            Owned::Mapping(entries.collect())
        }
    }
}

fn is_same(one: &Node<'_>, other: &Node<'_>) -> bool {
    owned(one.clone()) == owned(other.clone())
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "a test that cannot prepare its world has failed")]
mod tests;
