//! Line by line: how deep each one stands, and what belongs to the one above.

/// The text laid out; none where it uses forms that are left alone.
pub(super) fn layout(text: &str) -> Option<String> {
    let text = text.strip_prefix('\u{feff}').unwrap_or(text);
    let lines: Vec<&str> =
        text.split('\n').map(|line| line.strip_suffix('\r').unwrap_or(line)).collect();
    let mut layout = Layout {
        lines,
        next: 0,
        out: String::with_capacity(text.len()),
        levels: Vec::new(),
        waiting: Vec::new(),
    };
    layout.run()?;
    Some(layout.out)
}

/// A block collection that is open: its column before and after.
#[derive(Debug, Clone, Copy)]
struct Level {
    old: usize,
    new: usize,
    is_list: bool,
}

/// What stands between two lines with content.
#[derive(Debug, Clone, Copy)]
enum Between<'t> {
    Empty,
    Comment { column: usize, text: &'t str },
}

pub(super) struct Layout<'t> {
    pub(super) lines: Vec<&'t str>,
    /// The line behind the one at hand.
    pub(super) next: usize,
    pub(super) out: String,
    levels: Vec<Level>,
    waiting: Vec<Between<'t>>,
}

impl<'t> Layout<'t> {
    fn run(&mut self) -> Option<()> {
        while let Some(line) = self.lines.get(self.next).copied() {
            self.next += 1;
            let content = line.trim_matches(' ');
            let column = line.len() - line.trim_start_matches(' ').len();
            if content.is_empty() {
                self.waiting.push(Between::Empty);
            } else if content.starts_with('#') {
                let text = content.trim_end();
                self.waiting.push(Between::Comment { column, text });
            } else if column == 0 && is_marker(content) {
                self.flush(0, 0);
                self.levels.clear();
                self.out.push_str(content);
                self.out.push('\n');
            } else if is_left_alone(column, content) {
                return None;
            } else {
                self.content(column, content)?;
            }
        }
        while matches!(self.waiting.last(), Some(Between::Empty)) {
            self.waiting.pop();
        }
        self.flush(usize::MAX, 0);
        Some(())
    }

    /// Writes what waits, above a line that stood at a column.
    fn flush(&mut self, old: usize, new: usize) {
        for between in std::mem::take(&mut self.waiting) {
            match between {
                Between::Empty => {
                    if !self.out.is_empty() && !self.out.ends_with("\n\n") {
                        self.out.push('\n');
                    }
                }
                Between::Comment { column, text } => {
                    let level = self.levels.iter().rev().find(|level| level.old == column);
                    let column =
                        if column == old { new } else { level.map_or(new, |level| level.new) };
                    self.indent(column);
                    self.out.push_str(text);
                    self.out.push('\n');
                }
            }
        }
    }

    pub(super) fn indent(&mut self, column: usize) {
        self.out.extend(std::iter::repeat_n(' ', column));
    }

    /// A line with a dash, a key or a value of its own.
    fn content(&mut self, column: usize, content: &'t str) -> Option<()> {
        let before = self.levels.clone();
        let new = self.place(column, is_dash(content));
        // Comments above belong to the levels that were open when they were written.
        let after = std::mem::replace(&mut self.levels, before);
        self.flush(column, new);
        self.levels = after;
        self.indent(new);
        let (mut old, mut new, mut rest) = (column, new, content);
        let mut parent = (old, new);
        while is_dash(rest) {
            self.out.push('-');
            let behind = rest[1..].trim_start_matches(' ');
            if behind.is_empty() || behind.starts_with('#') {
                self.trailing(&rest[1..])?;
                return Some(());
            }
            self.out.push(' ');
            parent = (old, new);
            old += rest.len() - behind.len();
            new += 2;
            rest = behind;
            if is_dash(rest) || key_length(rest).is_some() {
                self.levels.push(Level { old, new, is_list: is_dash(rest) });
            }
        }
        if let Some(length) = key_length(rest) {
            parent = (old, new);
            self.out.push_str(&rest[..length]);
            self.out.push(':');
            let behind = &rest[length + 1..];
            let value = behind.trim_start_matches(' ');
            if value.is_empty() || value.starts_with('#') {
                return self.trailing(behind);
            }
            self.out.push(' ');
            rest = value;
        }
        self.value(rest, parent)
    }

    /// The new column of a line, with the levels open up to it.
    fn place(&mut self, column: usize, is_list: bool) -> usize {
        while let Some(top) = self.levels.last() {
            let ends = top.old > column || (top.old == column && top.is_list && !is_list);
            if !ends {
                break;
            }
            self.levels.pop();
        }
        let new = match self.levels.last() {
            None => 0,
            Some(top) if top.old == column && top.is_list == is_list => return top.new,
            Some(top) => top.new + 2,
        };
        self.levels.push(Level { old: column, new, is_list });
        new
    }

    /// What stands behind a value: nothing, or a comment, whose distance is kept.
    pub(super) fn trailing(&mut self, rest: &str) -> Option<()> {
        let text = rest.trim_end();
        let comment = text.trim_start_matches(' ');
        if !(comment.is_empty() || comment.starts_with('#') && rest.starts_with(' ')) {
            return None;
        }
        self.out.push_str(text);
        self.out.push('\n');
        Some(())
    }
}

fn is_marker(content: &str) -> bool {
    let rest = content.strip_prefix("---").or_else(|| content.strip_prefix("..."));
    rest.is_some_and(|rest| rest.is_empty() || rest.trim_start().starts_with('#'))
}

/// Forms that no policy needs: explicit keys, directives, a document that
/// begins beside its marker.
fn is_left_alone(column: usize, content: &str) -> bool {
    let explicit = content == "?" || content.starts_with("? ");
    let directive = column == 0 && (content.starts_with('%') || content.starts_with("---"));
    explicit || directive || content.starts_with('\t')
}

fn is_dash(content: &str) -> bool {
    content == "-" || content.starts_with("- ")
}

/// How long the key is with which a line begins; none where it has no key.
fn key_length(content: &str) -> Option<usize> {
    let is_end = |at: usize| {
        content[at..].starts_with(':')
            && matches!(content.as_bytes().get(at + 1), None | Some(b' '))
    };
    match content.chars().next()? {
        '[' | '{' | '|' | '>' | '#' => None,
        quote @ ('"' | '\'') => {
            let length = super::value::quoted_length(content, quote)?;
            is_end(length).then_some(length)
        }
        _ => {
            let comment = content.find(" #").unwrap_or(content.len());
            content[..comment].match_indices(':').map(|(at, _)| at).find(|at| is_end(*at))
        }
    }
}
