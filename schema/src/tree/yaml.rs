//! Reads YAML 1.2: from the parser's events to nodes.
//!
//! The events are taken one by one with a stack of our own, so that the depth
//! of a text costs no stack of the program.

use std::borrow::Cow;
use std::collections::HashMap;

use saphyr_parser::{Event, Marker, Parser, ScalarStyle, ScanError, StrInput, Tag};

use super::place::{self, Places};
use super::{Entry, Fault, MAX_DEPTH, MAX_EXPANDED, Node, Scalar, Style, Value, drop_duplicates};
use crate::{Code, Span};

/// Nodes that may stand behind anchors of one file; bounds the copies kept.
const MAX_ANCHORED: usize = 10 * MAX_EXPANDED;

/// The documents of a text, without the empty ones, and what is wrong with it.
/// A fault other than a duplicate key ends the reading; documents before it
/// are given.
pub(crate) fn yaml(text: &str) -> (Vec<Node<'_>>, Vec<Fault>) {
    let text = text.strip_prefix('\u{feff}').unwrap_or(text);
    let mut builder = Builder::new(text);
    let mut parser = Parser::new_from_str(text);
    if let Err(fault) = builder.run(&mut parser) {
        builder.faults.push(fault);
    }
    (builder.documents, builder.faults)
}

/// A collection that is being read.
struct Frame<'t> {
    start: Marker,
    anchor: usize,
    kind: FrameKind<'t>,
}

enum FrameKind<'t> {
    Sequence(Vec<Node<'t>>),
    Mapping { entries: Vec<Entry<'t>>, key: Option<(Cow<'t, str>, Span)> },
}

/// A node behind an anchor, kept for its aliases.
struct Anchored<'t> {
    node: Node<'t>,
    count: usize,
}

struct Builder<'t> {
    documents: Vec<Node<'t>>,
    faults: Vec<Fault>,
    stack: Vec<Frame<'t>>,
    places: Places<'t>,
    /// Whether the text may hold an alias at all.
    aliases: bool,
    anchors: HashMap<usize, Anchored<'t>>,
    anchored: usize,
    expanded: usize,
}

impl<'t> Builder<'t> {
    fn new(text: &'t str) -> Self {
        Self {
            documents: Vec::new(),
            faults: Vec::new(),
            stack: Vec::new(),
            places: Places::new(text),
            aliases: text.contains('*'),
            anchors: HashMap::new(),
            anchored: 0,
            expanded: 0,
        }
    }

    fn run(&mut self, parser: &mut Parser<'t, StrInput<'t>>) -> Result<(), Fault> {
        while let Some(event) = parser.next_event() {
            match event {
                Ok((event, span)) => self.event(event, span)?,
                Err(error) => return Err(self.syntax(&error)),
            }
        }
        Ok(())
    }

    fn event(&mut self, event: Event<'t>, at: saphyr_parser::Span) -> Result<(), Fault> {
        match event {
            Event::Scalar(text, style, anchor, tag) => {
                let style = scalar_style(style, tag.as_deref(), at)?;
                self.scalar(text, style, anchor, at)
            }
            Event::SequenceStart(anchor, tag) => {
                check_tag(tag.as_deref(), at)?;
                self.open(FrameKind::Sequence(Vec::new()), anchor, at)
            }
            Event::MappingStart(anchor, tag) => {
                check_tag(tag.as_deref(), at)?;
                self.open(FrameKind::Mapping { entries: Vec::new(), key: None }, anchor, at)
            }
            Event::SequenceEnd | Event::MappingEnd => self.close(at),
            Event::Alias(anchor) => self.alias(anchor, at),
            Event::DocumentEnd => {
                // An anchor is known to its own document alone.
                self.anchors.clear();
                Ok(())
            }
            Event::Nothing | Event::StreamStart | Event::StreamEnd | Event::DocumentStart(_) => {
                Ok(())
            }
        }
    }

    fn scalar(
        &mut self,
        text: Cow<'t, str>,
        style: ScalarStyle,
        anchor: usize,
        at: saphyr_parser::Span,
    ) -> Result<(), Fault> {
        let span = match style {
            ScalarStyle::SingleQuoted | ScalarStyle::DoubleQuoted => {
                self.places.quoted(at.start, at.end)
            }
            ScalarStyle::Plain | ScalarStyle::Literal | ScalarStyle::Folded => {
                self.places.between(at.start, at.end)
            }
        };
        let style = if style == ScalarStyle::Plain { Style::Plain } else { Style::Text };
        self.put(Node { span, value: Value::Scalar(Scalar { text, style }) }, anchor)
    }

    fn open(
        &mut self,
        kind: FrameKind<'t>,
        anchor: usize,
        at: saphyr_parser::Span,
    ) -> Result<(), Fault> {
        if let Some(Frame { kind: FrameKind::Mapping { key: None, .. }, .. }) = self.stack.last() {
            return Err(key_is_no_text(place::span(at.start, 1)));
        }
        if self.stack.len() == MAX_DEPTH {
            return Err(too_deep(place::span(at.start, 1)));
        }
        self.stack.push(Frame { start: at.start, anchor, kind });
        Ok(())
    }

    fn close(&mut self, at: saphyr_parser::Span) -> Result<(), Fault> {
        let Some(frame) = self.stack.pop() else {
            return Ok(());
        };
        // In block style the end has no length and stands behind the collection.
        let flow = at.end.index() > at.start.index();
        let mut span = if flow {
            // The event ends behind a trailing comment; the bracket is its first character.
            let bracket = at.start;
            let end = Marker::new(bracket.index() + 1, bracket.line(), bracket.col() + 1);
            self.places.between(frame.start, end)
        } else {
            place::span(frame.start, 1)
        };
        let value = match frame.kind {
            FrameKind::Sequence(items) => Value::Sequence(items),
            FrameKind::Mapping { mut entries, .. } => {
                drop_duplicates(&mut entries, &mut self.faults);
                if let (false, Some(first)) = (flow, entries.first()) {
                    span.end_column = span.end_column.max(first.span.end_column);
                }
                Value::Mapping(entries)
            }
        };
        self.put(Node { span, value }, frame.anchor)
    }

    fn alias(&mut self, anchor: usize, at: saphyr_parser::Span) -> Result<(), Fault> {
        let span = self.places.between(at.start, at.end);
        let Some(anchored) = self.anchors.get(&anchor) else {
            let message = "the alias has no finished anchor before it in its document";
            let mut fault = Fault::new(Code::Syntax, span, message);
            fault.hint = Some("write the value out".to_owned());
            return Err(fault);
        };
        self.expanded += anchored.count;
        if self.expanded > MAX_EXPANDED {
            let message = format!("aliases of this file expand past {MAX_EXPANDED} nodes");
            let mut fault = Fault::new(Code::TooLarge, span, message);
            fault.hint = Some("write less, or split the file".to_owned());
            return Err(fault);
        }
        let mut node = anchored.node.clone();
        node.span = span;
        self.put(node, 0)
    }

    /// Hands a finished node to the collection around it.
    fn put(&mut self, node: Node<'t>, anchor: usize) -> Result<(), Fault> {
        if anchor != 0 && self.aliases {
            self.keep(anchor, &node)?;
        }
        match self.stack.last_mut().map(|frame| &mut frame.kind) {
            None => {
                if !node.is_null() {
                    self.documents.push(node);
                }
            }
            Some(FrameKind::Sequence(items)) => items.push(node),
            Some(FrameKind::Mapping { entries, key }) => match key.take() {
                Some((text, span)) => entries.push(Entry { key: text, span, value: node }),
                None => match node.value {
                    Value::Scalar(scalar) => *key = Some((scalar.text, node.span)),
                    Value::Sequence(_) | Value::Mapping(_) => {
                        return Err(key_is_no_text(node.span));
                    }
                },
            },
        }
        Ok(())
    }

    /// The parser's fault, put where a person looks for it.
    fn syntax(&mut self, error: &ScanError) -> Fault {
        let (info, marker) = (error.info(), *error.marker());
        let mut span = place::span(marker, 1);
        if info.contains("recursion limit") {
            return too_deep(span);
        }
        if let Some((open, start)) = self.unclosed(marker) {
            let message = format!("this is no YAML: the `{open}` is never closed");
            let mut fault = Fault::new(Code::Syntax, place::span(start, 1), message);
            fault.hint = Some(format!("close it with `{}`", if open == '[' { ']' } else { '}' }));
            return fault;
        }
        if info.contains("tab")
            && let Some((line, column)) = self.places.tab_from(marker)
        {
            span = Span { line, column, end_column: column + 1 };
        }
        let mut fault = Fault::new(Code::Syntax, span, format!("this is no YAML: {info}"));
        fault.hint = Some(hint(info).to_owned());
        fault
    }

    /// The innermost bracket that is open where the text ends.
    fn unclosed(&mut self, marker: Marker) -> Option<(char, Marker)> {
        if !self.places.from(marker).trim().is_empty() {
            return None;
        }
        let start = self.stack.last()?.start;
        let open = self.places.from(start).chars().next()?;
        matches!(open, '[' | '{').then_some((open, start))
    }

    fn keep(&mut self, anchor: usize, node: &Node<'t>) -> Result<(), Fault> {
        let count = node.count(MAX_EXPANDED);
        self.anchored += count;
        if self.anchored > MAX_ANCHORED {
            let message = format!("more than {MAX_ANCHORED} nodes stand behind anchors");
            let mut fault = Fault::new(Code::TooLarge, node.span, message);
            fault.hint = Some("write less, or split the file".to_owned());
            return Err(fault);
        }
        self.anchors.insert(anchor, Anchored { node: node.clone(), count });
        Ok(())
    }
}

fn too_deep(span: Span) -> Fault {
    let message = format!("nested deeper than {MAX_DEPTH} levels");
    let mut fault = Fault::new(Code::TooLarge, span, message);
    fault.hint = Some("write it flatter".to_owned());
    fault
}

/// A tag may only say that a scalar is a text; `!!str 24.10` is one.
fn scalar_style(
    style: ScalarStyle,
    tag: Option<&Tag>,
    at: saphyr_parser::Span,
) -> Result<ScalarStyle, Fault> {
    match tag {
        None => Ok(style),
        Some(tag) if is_text(tag) => Ok(match style {
            ScalarStyle::Plain => ScalarStyle::SingleQuoted,
            other => other,
        }),
        Some(_) => Err(foreign_tag(at)),
    }
}

fn is_text(tag: &Tag) -> bool {
    (tag.is_yaml_core_schema() && tag.suffix == "str")
        || (tag.handle.is_empty() && tag.suffix == "!")
}

fn check_tag(tag: Option<&Tag>, at: saphyr_parser::Span) -> Result<(), Fault> {
    match tag {
        None => Ok(()),
        Some(tag) if tag.is_yaml_core_schema() && matches!(&*tag.suffix, "seq" | "map") => Ok(()),
        Some(_) => Err(foreign_tag(at)),
    }
}

fn foreign_tag(at: saphyr_parser::Span) -> Fault {
    let mut fault =
        Fault::new(Code::Syntax, place::span(at.start, 1), "tags are no part of the language");
    fault.hint = Some("remove the tag; quote a value that is a text".to_owned());
    fault
}

fn key_is_no_text(span: Span) -> Fault {
    let mut fault = Fault::new(Code::Syntax, span, "a key must be a text, not a list or mapping");
    fault.hint = Some("quote a key that begins with `{` or `[`".to_owned());
    fault
}

/// What to do about the faults that people make.
fn hint(info: &str) -> &'static str {
    let hints = [
        ("tab", "indent with blanks; YAML allows no tabs there"),
        (
            "mapping values are not allowed",
            "quote a value that holds `: `, and check the indentation",
        ),
        ("quoted scalar, found unexpected end", "close the quote"),
        ("unknown escape", "use single quotes for a text with backslashes, or write `\\\\`"),
        ("unexpected character", "quote a value that begins with `@`, `%` or a backquote"),
        ("unknown anchor", "define the anchor with `&NAME` before the alias, or quote the `*`"),
        (
            "block mapping, did not find expected key",
            "check the indentation of this line and the ones above",
        ),
        ("did not find expected '-'", "check the indentation of the list"),
        ("simple key expect", "write `key: value`"),
        ("document start", "check the indentation of this line, and quotes and brackets before it"),
        ("indentation", "indent this line as its neighbours are indented"),
        ("bracket", "close only what is open"),
        ("trailing content", "quote the whole value, or nothing of it"),
        ("':'", "write a blank behind the colon, or quote the text"),
        ("byte order mark", "remove the invisible character"),
        ("flow mapping", "close the `{` or set a comma"),
        ("flow sequence", "close the `[` or set a comma"),
    ];
    let known = hints.iter().find(|(part, _)| info.contains(part));
    known.map_or("check quotes, brackets and indentation here and just before", |(_, hint)| *hint)
}
