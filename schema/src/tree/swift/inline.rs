//! What stands on one line: scalars and flow collections.

use std::borrow::Cow;

use super::{Read, Reader};
use crate::tree::{Entry, Node, Scalar, Style, Value, repetitions};

impl<'t> Reader<'t> {
    /// A scalar or flow collection on one line; goes to the next line.
    pub(super) fn inline(&mut self, start: usize) -> Read<Node<'t>> {
        let (node, end) = match self.byte(start)? {
            b'[' | b'{' => self.flow(start)?,
            b'"' | b'\'' => self.text_node(start)?,
            _ => self.plain(start)?,
        };
        let rest = self.blanks(end);
        if !self.is_line_end(rest)? {
            return None;
        }
        self.advance();
        Some(node)
    }

    /// A plain scalar in block context: up to the comment or the line's end.
    fn plain(&self, start: usize) -> Read<(Node<'t>, usize)> {
        let starts = match self.byte(start)? {
            b'=' | b'(' | b'\\' | b'^' | b';' => true,
            b'-' | b'<' => self.is_word(start + 1),
            byte => is_plain_start(byte),
        };
        if !starts {
            return None;
        }
        let mut end = start;
        let mut position = start;
        while let Some(byte) = self.byte(position) {
            match byte {
                b' ' => {
                    if self.byte(position + 1) == Some(b'#') {
                        break;
                    }
                }
                b':' if self.byte(position + 1).is_none_or(|next| next == b' ') => return None,
                _ => end = position + 1,
            }
            position += 1;
        }
        Some((self.scalar(start, end, Cow::Borrowed(&self.text[start..end]), Style::Plain), end))
    }

    fn is_word(&self, position: usize) -> bool {
        self.byte(position).is_some_and(|byte| byte.is_ascii_alphanumeric())
    }

    fn scalar(&self, start: usize, end: usize, text: Cow<'t, str>, style: Style) -> Node<'t> {
        Node { span: self.span(start, end), value: Value::Scalar(Scalar { text, style }) }
    }

    fn text_node(&self, start: usize) -> Read<(Node<'t>, usize)> {
        let (text, end) = self.quoted(start)?;
        Some((self.scalar(start, end, text, Style::Text), end))
    }

    /// A text in quotes on one line, and the byte behind it.
    pub(super) fn quoted(&self, start: usize) -> Read<(Cow<'t, str>, usize)> {
        let quote = self.bytes[start];
        let rest = &self.bytes[start + 1..self.end()];
        let stop = rest.iter().position(|byte| *byte == quote || *byte == b'\\')?;
        let end = start + 1 + stop;
        let plain = self.bytes[end] == quote && self.byte(end + 1) != Some(quote);
        if plain {
            return Some((Cow::Borrowed(&self.text[start + 1..end]), end + 1));
        }
        if quote == b'"' {
            return None;
        }
        self.single_quoted(start)
    }

    /// Two single quotes stand for one; a backslash is a backslash.
    fn single_quoted(&self, start: usize) -> Read<(Cow<'t, str>, usize)> {
        let mut position = start + 1;
        let mut doubled = false;
        loop {
            match (self.byte(position)?, self.byte(position + 1)) {
                (b'\'', Some(b'\'')) => {
                    doubled = true;
                    position += 2;
                }
                (b'\'', _) => break,
                _ => position += 1,
            }
        }
        let text = &self.text[start + 1..position];
        let text = if doubled { Cow::Owned(text.replace("''", "'")) } else { Cow::Borrowed(text) };
        Some((text, position + 1))
    }

    /// A flow collection on one line, and the byte behind it.
    fn flow(&mut self, start: usize) -> Read<(Node<'t>, usize)> {
        self.enter()?;
        let (value, end) = if self.bytes[start] == b'[' {
            self.flow_sequence(start + 1)?
        } else {
            self.flow_mapping(start + 1)?
        };
        self.depth -= 1;
        Some((Node { span: self.span(start, end), value }, end))
    }

    fn flow_sequence(&mut self, start: usize) -> Read<(Value<'t>, usize)> {
        let mut items = Vec::new();
        let mut position = self.blanks(start);
        if self.byte(position)? == b']' {
            return Some((Value::Sequence(items), position + 1));
        }
        loop {
            let (item, end) = self.flow_node(position)?;
            items.push(item);
            position = self.blanks(end);
            match self.byte(position)? {
                b',' => position = self.blanks(position + 1),
                b']' => return Some((Value::Sequence(items), position + 1)),
                _ => return None,
            }
        }
    }

    fn flow_mapping(&mut self, start: usize) -> Read<(Value<'t>, usize)> {
        let mut entries = Vec::new();
        let mut position = self.blanks(start);
        if self.byte(position)? == b'}' {
            return Some((Value::Mapping(entries), position + 1));
        }
        loop {
            let key = self.key(position)??;
            let value_start = self.blanks(key.colon + 1);
            let (value, end) = self.flow_node(value_start)?;
            entries.push(Entry { span: self.span(key.start, key.end), key: key.text, value });
            position = self.blanks(end);
            match self.byte(position)? {
                b',' => position = self.blanks(position + 1),
                b'}' => break,
                _ => return None,
            }
        }
        if !repetitions(&entries).is_empty() {
            return None;
        }
        Some((Value::Mapping(entries), position + 1))
    }

    fn flow_node(&mut self, start: usize) -> Read<(Node<'t>, usize)> {
        match self.byte(start)? {
            b'[' | b'{' => self.flow(start),
            b'"' | b'\'' => self.text_node(start),
            _ => self.flow_plain(start),
        }
    }

    /// A plain scalar between brackets.
    fn flow_plain(&self, start: usize) -> Read<(Node<'t>, usize)> {
        let first = self.byte(start)?;
        if !(is_plain_start(first) || first == b'-' && self.is_word(start + 1)) {
            return None;
        }
        let mut end = start;
        let mut position = start;
        while let Some(byte) = self.byte(position) {
            match byte {
                b' ' => {}
                b',' | b']' | b'}' => break,
                b'[' | b'{' | b'#' | b'"' | b'\'' => return None,
                b':' if !self.byte(position + 1).is_some_and(is_inner) => return None,
                _ => end = position + 1,
            }
            position += 1;
        }
        Some((self.scalar(start, end, Cow::Borrowed(&self.text[start..end]), Style::Plain), end))
    }
}

/// What may begin a plain scalar wherever it stands.
fn is_plain_start(byte: u8) -> bool {
    byte.is_ascii_alphanumeric()
        || byte >= 0x80
        || matches!(byte, b'_' | b'.' | b'/' | b'~' | b'+' | b'$')
}

/// What may stand behind a colon within a plain scalar.
fn is_inner(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || matches!(byte, b'/' | b'\\' | b'_' | b'.' | b'-')
}
