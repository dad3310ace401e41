//! How deep a script nests, judged before it is parsed.
//!
//! The parser walks down a level of stack for each bracket, prefix and link of
//! a chain. What stands between two commas or at one line's end never nests
//! deeper than it has words and signs, so these are counted; texts and
//! comments are passed over.

/// The deepest nesting that a script may have.
const MAX_NESTING: usize = 500;

/// The line and column, from 1, where a script nests too deep.
pub(crate) fn too_deep(source: &str) -> Option<(u32, u32)> {
    let mut scan =
        Scan { rest: source.chars().peekable(), line: 1, column: 0, now: 0, open: vec![] };
    while let Some(sign) = scan.next() {
        scan.sign(sign);
        if scan.now > MAX_NESTING {
            return Some((scan.line, scan.column));
        }
    }
    None
}

struct Scan<'a> {
    rest: std::iter::Peekable<std::str::Chars<'a>>,
    line: u32,
    column: u32,
    /// The depth here.
    now: usize,
    /// The depth before each open bracket.
    open: Vec<usize>,
}

impl Scan<'_> {
    fn next(&mut self) -> Option<char> {
        let sign = self.rest.next()?;
        if sign == '\n' {
            (self.line, self.column) = (self.line + 1, 0);
        } else {
            self.column += 1;
        }
        Some(sign)
    }

    fn sign(&mut self, sign: char) {
        match sign {
            '\n' if self.open.is_empty() => self.now = 0,
            ',' => self.now = self.open.last().map_or(0, |before| before + 1),
            '(' | '[' | '{' => {
                self.open.push(self.now);
                self.now += 1;
            }
            ')' | ']' | '}' => self.now = self.open.pop().unwrap_or(0) + 1,
            '#' => while self.rest.next_if(|sign| *sign != '\n').is_some() {},
            '"' | '\'' => self.text(sign),
            _ if is_word(sign) => {
                while self.rest.peek().copied().is_some_and(is_word) {
                    self.next();
                }
                self.now += 1;
            }
            _ if sign.is_whitespace() => (),
            _ => self.now += 1,
        }
    }

    /// Passes over a text, behind its first quote.
    fn text(&mut self, quote: char) {
        let mut quotes = 1;
        while quotes < 3 && self.rest.peek() == Some(&quote) {
            self.next();
            quotes += 1;
        }
        if quotes == 2 {
            return;
        }
        let mut closing = 0;
        while closing < quotes {
            match self.next() {
                None => return,
                Some('\n') if quotes == 1 => return,
                Some('\\') => {
                    self.next();
                    closing = 0;
                }
                Some(sign) if sign == quote => closing += 1,
                Some(_) => closing = 0,
            }
        }
    }
}

fn is_word(sign: char) -> bool {
    sign.is_alphanumeric() || sign == '_'
}

#[cfg(test)]
mod tests {
    use super::too_deep;

    #[test]
    fn depth_is_counted_and_width_is_not() {
        let many = 2_000;
        let deep = [
            "(".repeat(many),
            "-".repeat(many),
            "not ".repeat(many),
            format!("x = 1{}", " + 1".repeat(many)),
            format!("x = f{}", "(1)".repeat(many)),
            format!("x = [{}1", "lambda: ".repeat(many)),
            format!("x = a{}", ".b".repeat(many)),
        ];
        for source in deep {
            assert!(too_deep(&source).is_some(), "{}", &source[..20]);
        }
        let wide = [
            format!("x = [{}]", "(\"a\", {\"b\": 1}),\n".repeat(many)),
            format!("x = \"{}\"", "(".repeat(many)),
            format!("x = '''{}'''\ny = \"\\\"{}\"", "(\n".repeat(many), "(".repeat(many)),
            format!("# {}", "(".repeat(many)),
            "x = f(1)\n".repeat(many),
        ];
        for source in wide {
            assert_eq!(too_deep(&source), None, "{}", &source[..20]);
        }
    }
}
