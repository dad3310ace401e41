//! From positions of the parser to spans.
//!
//! The parser counts lines from 1, columns from 0 and offsets in characters,
//! and lets a quoted scalar end behind its trailing comment; spans count
//! columns from 1 and end where the scalar does.

use saphyr_parser::Marker;

use crate::Span;

/// Finds bytes of a text by the offset in characters, going forward mostly.
#[derive(Debug)]
pub(super) struct Places<'t> {
    text: &'t str,
    ascii: bool,
    /// The last offset asked for, in characters and in bytes.
    known: (usize, usize),
}

impl<'t> Places<'t> {
    pub(super) fn new(text: &'t str) -> Self {
        Self { text, ascii: text.is_ascii(), known: (0, 0) }
    }

    /// The text from a position on.
    pub(super) fn from(&mut self, marker: Marker) -> &'t str {
        let index = marker.index();
        if self.ascii {
            return self.text.get(index..).unwrap_or("");
        }
        if index < self.known.0 {
            self.known = (0, 0);
        }
        let (characters, bytes) = self.known;
        let rest = &self.text[bytes..];
        let step = index - characters;
        let ahead = rest.char_indices().nth(step).map_or(rest.len(), |(offset, _)| offset);
        self.known = (index, bytes + ahead);
        &self.text[bytes + ahead..]
    }

    /// A stretch on one line as the parser gave it.
    pub(super) fn between(&mut self, start: Marker, end: Marker) -> Span {
        if start.line() == end.line() {
            return span(start, end.index() - start.index());
        }
        let line = self.from(start).split(['\n', '\r']).next().unwrap_or("");
        span(start, line.trim_end().chars().count())
    }

    /// The first tab in an indentation from the line of a position on.
    pub(super) fn tab_from(&self, start: Marker) -> Option<(u32, u32)> {
        let lines =
            self.text.split_inclusive('\n').enumerate().skip(start.line().saturating_sub(1));
        for (index, line) in lines {
            let indentation = line.len() - line.trim_start_matches([' ', '\t']).len();
            if let Some(column) = line[..indentation].find('\t') {
                return Some((narrow(index) + 1, narrow(column) + 1));
            }
        }
        None
    }

    /// A scalar in quotes: up to the closing quote, or the end of its line.
    pub(super) fn quoted(&mut self, start: Marker, end: Marker) -> Span {
        let rest = self.from(start);
        let mut characters = rest.chars().take_while(|c| !matches!(c, '\n' | '\r'));
        let Some(quote @ ('"' | '\'')) = characters.next() else {
            return self.between(start, end);
        };
        let mut length = 1;
        while let Some(character) = characters.next() {
            length += 1;
            if character == '\\' && quote == '"' {
                length += usize::from(characters.next().is_some());
            } else if character == quote {
                if quote == '"' || characters.clone().next() != Some('\'') {
                    break;
                }
                characters.next();
                length += 1;
            }
        }
        span(start, length)
    }
}

/// A stretch of some characters.
pub(super) fn span(start: Marker, length: usize) -> Span {
    let column = narrow(start.col()) + 1;
    Span { line: narrow(start.line()), column, end_column: column + narrow(length) }
}

fn narrow(number: usize) -> u32 {
    u32::try_from(number).unwrap_or(u32::MAX / 2)
}
