//! Reads the part of YAML that policies are written in, several times faster
//! than the full parser: block collections, flow collections on one line,
//! scalars on one line, comments.
//!
//! It never judges. Whatever is unusual or could be wrong (a tab, an anchor, a
//! scalar over several lines, a key that stands twice) makes it give up, and
//! the full parser reads the text from the start. What it does read it reads
//! exactly as the full parser does, places included; tests hold the two
//! against each other.

mod inline;

use std::borrow::Cow;

use super::{Entry, MAX_DEPTH, Node, Value, repetitions};
use crate::Span;

/// The documents of a text; none where the full parser must have a look.
pub(crate) fn swift(text: &str) -> Option<Vec<Node<'_>>> {
    let odd = |byte: &u8| (*byte < b' ' && *byte != b'\n') || *byte == 0x7f;
    if text.as_bytes().iter().any(odd) {
        return None;
    }
    let ascii = text.is_ascii();
    if !ascii && !text.chars().all(is_common) {
        return None;
    }
    let mut reader = Reader {
        text,
        bytes: text.as_bytes(),
        ascii,
        line: 0,
        line_start: 0,
        next_start: 0,
        indent: 0,
        depth: 0,
    };
    reader.stream()
}

/// Characters that are one column wide for everybody and break no line.
fn is_common(character: char) -> bool {
    character < '\u{7f}'
        || matches!(character, '\u{a1}'..='\u{1fff}' | '\u{2010}'..='\u{2027}' | '\u{2030}'..='\u{d7ff}' | '\u{10000}'..)
}

/// At most this many bytes of a line are a key for the full parser.
const LONGEST_KEY: usize = 1000;

struct Reader<'t> {
    text: &'t str,
    bytes: &'t [u8],
    ascii: bool,
    /// The number of the line at hand; 0 before the first one.
    line: u32,
    /// Its first byte.
    line_start: usize,
    /// The first byte behind its line break.
    next_start: usize,
    /// The blanks before its content.
    indent: usize,
    depth: usize,
}

/// What the reader gives up with.
type Read<T> = Option<T>;

impl<'t> Reader<'t> {
    fn stream(&mut self) -> Read<Vec<Node<'t>>> {
        let mut documents = Vec::new();
        let mut more = self.advance();
        let mut separated = true;
        while more {
            if self.is_separator() {
                separated = true;
                more = self.advance();
                continue;
            }
            if !separated || self.bytes[self.content()] == b'%' {
                return None;
            }
            let node = self.block_node()?;
            if !node.is_null() {
                documents.push(node);
            }
            separated = false;
            more = !self.at_end();
        }
        Some(documents)
    }

    /// Goes to the next line that has content; false at the end of the text.
    fn advance(&mut self) -> bool {
        loop {
            if self.next_start >= self.bytes.len() {
                self.line_start = self.bytes.len();
                self.indent = 0;
                return false;
            }
            let start = self.next_start;
            let rest = &self.bytes[start..];
            let length = rest.iter().position(|byte| *byte == b'\n').unwrap_or(rest.len());
            self.line += 1;
            self.line_start = start;
            self.next_start = start + length + 1;
            let line = &rest[..length];
            let Some(indent) = line.iter().position(|byte| *byte != b' ') else { continue };
            if line[indent] != b'#' {
                self.indent = indent;
                return true;
            }
        }
    }

    fn at_end(&self) -> bool {
        self.line_start >= self.bytes.len()
    }

    /// The first byte of the line's content.
    fn content(&self) -> usize {
        self.line_start + self.indent
    }

    /// The end of the line at hand.
    fn end(&self) -> usize {
        (self.next_start - 1).min(self.bytes.len())
    }

    fn byte(&self, position: usize) -> Option<u8> {
        if position < self.end() { Some(self.bytes[position]) } else { None }
    }

    fn is_separator(&self) -> bool {
        let line = &self.bytes[self.line_start..self.end()];
        self.indent == 0
            && line.strip_prefix(b"---").is_some_and(|rest| rest.iter().all(|byte| *byte == b' '))
    }

    fn column(&self, position: usize) -> u32 {
        let before = &self.text[self.line_start..position];
        let columns = if self.ascii { before.len() } else { before.chars().count() };
        columns as u32 + 1
    }

    fn span(&self, start: usize, end: usize) -> Span {
        Span { line: self.line, column: self.column(start), end_column: self.column(end) }
    }

    /// A node that begins with the line at hand.
    fn block_node(&mut self) -> Read<Node<'t>> {
        let start = self.content();
        if self.is_dash(start) {
            return self.sequence(self.indent);
        }
        // Three dots end a document, three dashes with content begin one.
        if self.indent == 0 && matches!(self.text.get(start..start + 3), Some("..." | "---")) {
            return None;
        }
        if let Some(key) = self.key(start)? {
            return self.mapping(start, key);
        }
        let column = self.indent;
        let node = self.inline(start)?;
        // What stands deeper, or beside it, would belong to it or be wrong.
        (self.at_end() || self.indent < column || self.is_separator()).then_some(node)
    }

    fn is_dash(&self, position: usize) -> bool {
        self.byte(position) == Some(b'-') && self.byte(position + 1).is_none_or(|next| next == b' ')
    }

    /// A block sequence whose dashes stand at an indentation.
    fn sequence(&mut self, indent: usize) -> Read<Node<'t>> {
        self.enter()?;
        let span = self.span(self.content(), self.content() + 1);
        let mut items = Vec::new();
        while !self.at_end() && self.indent == indent && self.is_dash(self.content()) {
            if self.is_separator() {
                break;
            }
            items.push(self.item(indent)?);
        }
        self.leave(indent)?;
        Some(Node { span, value: Value::Sequence(items) })
    }

    fn item(&mut self, indent: usize) -> Read<Node<'t>> {
        let start = self.blanks(self.content() + 1);
        if self.is_line_end(start)? {
            self.advance();
            return if self.at_end() || self.indent <= indent { None } else { self.block_node() };
        }
        if self.is_dash(start) {
            return None;
        }
        if let Some(key) = self.key(start)? {
            return self.mapping(start, key);
        }
        let node = self.inline(start)?;
        (self.at_end() || self.indent <= indent).then_some(node)
    }

    /// A block mapping whose first key is read.
    fn mapping(&mut self, start: usize, first: Key<'t>) -> Read<Node<'t>> {
        self.enter()?;
        let indent = start - self.line_start;
        let column = self.column(start);
        let span =
            Span { end_column: self.column(first.end).max(column + 1), ..self.span(start, start) };
        let mut entries = Vec::with_capacity(8);
        let mut key = first;
        loop {
            let at = self.span(key.start, key.end);
            let value = self.value(&key, indent)?;
            entries.push(Entry { key: key.text, span: at, value });
            if self.at_end() || self.indent != indent || self.is_separator() {
                break;
            }
            let start = self.content();
            if self.is_dash(start) {
                return None;
            }
            key = self.key(start)??;
        }
        if !repetitions(&entries).is_empty() {
            return None;
        }
        self.leave(indent)?;
        Some(Node { span, value: Value::Mapping(entries) })
    }

    fn enter(&mut self) -> Read<()> {
        self.depth += 1;
        (self.depth < MAX_DEPTH).then_some(())
    }

    /// After a collection the text goes on further out, or beside it.
    fn leave(&mut self, indent: usize) -> Read<()> {
        self.depth -= 1;
        (self.at_end() || self.indent <= indent).then_some(())
    }

    /// The value of a key; afterwards the line at hand is the next one.
    fn value(&mut self, key: &Key<'t>, indent: usize) -> Read<Node<'t>> {
        let start = self.blanks(key.colon + 1);
        if !self.is_line_end(start)? {
            let node = self.inline(start)?;
            return (self.at_end() || self.indent <= indent).then_some(node);
        }
        self.advance();
        if self.at_end() || self.is_separator() {
            return None;
        }
        if self.indent > indent {
            return self.block_node();
        }
        if self.indent < indent || !self.is_dash(self.content()) {
            return None;
        }
        // The full parser puts a list that is not indented at its first item.
        let first = self.blanks(self.content() + 1);
        let (line, column) = (self.line, self.column(first));
        let mut node = self.sequence(indent)?;
        node.span = Span { line, column, end_column: column + 1 };
        Some(node)
    }

    /// Whether nothing but a comment follows.
    fn is_line_end(&self, position: usize) -> Read<bool> {
        match self.byte(position) {
            None => Some(true),
            Some(b'#') => (self.bytes[position - 1] == b' ').then_some(true),
            Some(_) => Some(false),
        }
    }

    fn blanks(&self, mut position: usize) -> usize {
        while self.byte(position) == Some(b' ') {
            position += 1;
        }
        position
    }

    /// The key that begins at a position; an inner none where none does.
    fn key(&self, start: usize) -> Read<Option<Key<'t>>> {
        let (text, end) = match self.byte(start)? {
            b'"' | b'\'' => self.quoted(start)?,
            b'A'..=b'Z' | b'a'..=b'z' | b'0'..=b'9' | b'_' => {
                let mut end = start + 1;
                while self.byte(end).is_some_and(is_key_byte) {
                    end += 1;
                }
                (Cow::Borrowed(&self.text[start..end]), end)
            }
            _ => return Some(None),
        };
        if self.byte(end) != Some(b':') {
            return Some(None);
        }
        let behind = self.byte(end + 1).is_none_or(|byte| byte == b' ');
        if !behind || end - start > LONGEST_KEY {
            return if behind { None } else { Some(None) };
        }
        Some(Some(Key { text, start, end, colon: end }))
    }
}

/// A key with its place.
struct Key<'t> {
    text: Cow<'t, str>,
    start: usize,
    end: usize,
    /// Where its colon is.
    colon: usize,
}

fn is_key_byte(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'-' | b'.' | b'/' | b'+' | b'@')
}
