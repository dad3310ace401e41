//! Values: scalars over one or several lines, flow collections, block texts.

use super::lines::Layout;

impl<'t> Layout<'t> {
    /// Writes a value that begins on the line at hand, with the lines that
    /// belong to it. `parent` is the column, before and after, of the key or
    /// dash that it belongs to.
    pub(super) fn value(&mut self, value: &'t str, parent: (usize, usize)) -> Option<()> {
        match value.chars().next()? {
            '&' | '!' | '*' => {
                let length = value.find(' ').unwrap_or(value.len());
                let behind = value[length..].trim_start_matches(' ');
                self.out.push_str(&value[..length]);
                if behind.is_empty() || behind.starts_with('#') {
                    return self.trailing(&value[length..]);
                }
                self.out.push(' ');
                self.value(behind, parent)
            }
            '|' | '>' => self.block_text(value, parent),
            quote @ ('"' | '\'') => self.quoted(value, quote, parent),
            '[' | '{' => self.flow(value, parent),
            _ => self.plain(value, parent),
        }
    }

    /// A plain scalar; deeper lines go on with it.
    fn plain(&mut self, value: &'t str, parent: (usize, usize)) -> Option<()> {
        if let Some(comment) = value.find(" #") {
            let end = value[..comment].trim_end().len();
            self.out.push_str(&value[..end]);
            return self.trailing(&value[end..]);
        }
        self.out.push_str(value.trim_end());
        self.out.push('\n');
        loop {
            let behind = &self.lines[self.next..];
            let empty = behind.iter().take_while(|line| line.trim().is_empty()).count();
            let Some(line) = behind.get(empty) else { return Some(()) };
            let content = line.trim_matches(' ');
            let column = line.len() - line.trim_start_matches(' ').len();
            if column <= parent.0 || content.starts_with('#') {
                return Some(());
            }
            if content.contains(" #") {
                return None;
            }
            self.out.extend(std::iter::repeat_n('\n', empty));
            self.indent(parent.1 + 2);
            self.out.push_str(content);
            self.out.push('\n');
            self.next += empty + 1;
        }
    }

    /// A text in quotes, over as many lines as it takes.
    fn quoted(&mut self, value: &'t str, quote: char, parent: (usize, usize)) -> Option<()> {
        if let Some(length) = quoted_length(value, quote) {
            self.out.push_str(&value[..length]);
            return self.trailing(&value[length..]);
        }
        self.out.push_str(value.trim_end_matches(' '));
        loop {
            let line = *self.lines.get(self.next)?;
            self.next += 1;
            self.out.push('\n');
            let content = line.trim_start_matches(' ');
            if content.is_empty() {
                continue;
            }
            self.indent(parent.1 + 2);
            if let Some(length) = end_of_quoted(content, quote) {
                self.out.push_str(&content[..length]);
                return self.trailing(&content[length..]);
            }
            self.out.push_str(content.trim_end_matches(' '));
        }
    }

    /// A flow collection, over as many lines as it takes.
    fn flow(&mut self, value: &'t str, parent: (usize, usize)) -> Option<()> {
        let mut depth = 0;
        let mut rest = value;
        loop {
            let end = self.flow_line(rest, &mut depth)?;
            if depth == 0 {
                return self.trailing(&rest[end..]);
            }
            // The line ends inside the brackets.
            let trimmed = self.out.trim_end_matches(' ').len();
            self.out.truncate(trimmed);
            self.out.push('\n');
            loop {
                rest = self.lines.get(self.next)?.trim_matches(' ');
                self.next += 1;
                if !rest.is_empty() {
                    break;
                }
            }
            let closing = usize::from(rest.starts_with([']', '}']));
            self.indent(parent.1 + 2 * (depth - closing));
        }
    }

    /// One line of a flow collection, up to its end or the closing bracket.
    fn flow_line(&mut self, line: &'t str, depth: &mut usize) -> Option<usize> {
        let mut at = 0;
        while let Some(sign) = line[at..].chars().next() {
            match sign {
                '[' | '{' => {
                    *depth += 1;
                    self.out.push(sign);
                    at += 1;
                    at += blanks(&line[at..]);
                }
                ']' | '}' => {
                    self.trim_line();
                    *depth = depth.checked_sub(1)?;
                    self.out.push(sign);
                    at += 1;
                    if *depth == 0 {
                        return Some(at);
                    }
                }
                ',' => {
                    self.trim_line();
                    self.out.push(sign);
                    at += 1;
                    at += blanks(&line[at..]);
                    if at < line.len() {
                        self.out.push(' ');
                    }
                }
                '#' if at == 0 || line[..at].ends_with(' ') => {
                    self.out.push_str(line[at..].trim_end());
                    return Some(line.len());
                }
                '"' | '\'' if self.out.ends_with([' ', '[', '{', ',']) => {
                    let length = quoted_length(&line[at..], sign)?;
                    self.out.push_str(&line[at..at + length]);
                    at += length;
                }
                ':' if line[at + 1..].starts_with(' ') => {
                    self.out.push_str(": ");
                    at += 1;
                    at += blanks(&line[at..]);
                }
                _ => {
                    self.out.push(sign);
                    at += sign.len_utf8();
                }
            }
        }
        Some(line.len())
    }

    /// Drops the blanks at the end of the line that is being written, but not
    /// its indentation.
    fn trim_line(&mut self) {
        let trimmed = self.out.trim_end_matches(' ').len();
        if !self.out[..trimmed].ends_with('\n') {
            self.out.truncate(trimmed);
        }
    }

    /// A literal or folded text: its lines keep their depth to one another.
    fn block_text(&mut self, header: &'t str, parent: (usize, usize)) -> Option<()> {
        let marks = header.split(' ').next()?;
        let digit = marks.chars().find_map(|mark| mark.to_digit(10));
        self.out.push_str(marks);
        self.trailing(&header[marks.len()..])?;
        let depth = |line: &str| line.len() - line.trim_start_matches(' ').len();
        let behind = &self.lines[self.next..];
        let inside = |line: &&str| line.trim().is_empty() || depth(line) > parent.0;
        let mut count = behind.iter().take_while(|line| inside(line)).count();
        let keep = marks.contains('+');
        while !keep && count > 0 && behind[count - 1].trim_matches(' ').is_empty() {
            count -= 1;
        }
        let first = behind[..count].iter().find(|line| !line.trim_matches(' ').is_empty());
        let (old, new) = match (digit, first) {
            (Some(digit), _) => (parent.0 + digit as usize, parent.1 + digit as usize),
            (None, Some(line)) => (depth(line), parent.1 + 2),
            (None, None) => (parent.0 + 2, parent.1 + 2),
        };
        for _ in 0..count {
            let line = self.lines[self.next];
            self.next += 1;
            // A shorter line is empty; a longer one of blanks has content.
            if line.len() > old || !line.trim_matches(' ').is_empty() {
                self.indent(new);
                self.out.push_str(line.get(old..)?);
            }
            self.out.push('\n');
        }
        Some(())
    }
}

fn blanks(text: &str) -> usize {
    text.len() - text.trim_start_matches(' ').len()
}

/// How long a text in quotes is, with its quotes; none where the line ends
/// before it.
pub(super) fn quoted_length(text: &str, quote: char) -> Option<usize> {
    end_of_quoted(&text[1..], quote).map(|length| length + 1)
}

/// The same behind the opening quote.
fn end_of_quoted(text: &str, quote: char) -> Option<usize> {
    let mut signs = text.char_indices().peekable();
    while let Some((at, sign)) = signs.next() {
        if sign == '\\' && quote == '"' {
            signs.next();
        } else if sign == quote {
            if quote == '\'' && signs.peek().is_some_and(|(_, next)| *next == '\'') {
                signs.next();
            } else {
                return Some(at + 1);
            }
        }
    }
    None
}
