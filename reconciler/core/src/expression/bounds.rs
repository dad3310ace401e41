//! Keeps what is too deep or too long away from the parser, which recurses.
//!
//! Reads the source as far as strings and comments go, and refuses what the
//! parser's lexer would have to recover from: there the two could disagree
//! about where a string ends, and so about the depth.

use super::{BadExpression, MAX_SOURCE};

/// How deep brackets may stand in one another.
const MAX_BRACKETS: usize = 8;

/// How many words and signs there may be.
const MAX_TOKENS: usize = 1000;

/// Refuses a source that the parser should not see.
pub(super) fn check(source: &str) -> Result<(), BadExpression> {
    if source.len() > MAX_SOURCE {
        let message = format!("the expression is longer than {MAX_SOURCE} bytes");
        return Err(BadExpression::new(0, message));
    }
    let mut scan = Scan { chars: source.chars().collect(), at: 0, tokens: 0, depth: 0 };
    scan.run().map_err(|message| BadExpression::new(scan.at, message))
}

struct Scan {
    chars: Vec<char>,
    at: usize,
    tokens: usize,
    depth: usize,
}

impl Scan {
    fn run(&mut self) -> Result<(), String> {
        while let Some(&c) = self.chars.get(self.at) {
            if !self.is_word(self.at) || self.at == 0 || !self.is_word(self.at - 1) {
                self.tokens += usize::from(!c.is_whitespace());
            }
            match c {
                '\'' | '"' => self.string(c)?,
                '/' if self.chars.get(self.at + 1) == Some(&'/') => self.comment(),
                '`' => return Err("a backtick stands for nothing here".to_owned()),
                '(' | '[' | '{' => self.depth += 1,
                ')' | ']' | '}' => self.depth = self.depth.saturating_sub(1),
                _ => {}
            }
            if self.depth > MAX_BRACKETS {
                return Err(format!("brackets stand more than {MAX_BRACKETS} deep"));
            }
            if self.tokens > MAX_TOKENS {
                return Err(format!("the expression has more than {MAX_TOKENS} words and signs"));
            }
            self.at += 1;
        }
        Ok(())
    }

    fn is_word(&self, at: usize) -> bool {
        self.chars.get(at).is_some_and(|c| c.is_ascii_alphanumeric() || *c == '_')
    }

    fn comment(&mut self) {
        while self.chars.get(self.at + 1).is_some_and(|c| *c != '\n') {
            self.at += 1;
        }
    }

    /// Goes to the last quote of the string that begins here.
    fn string(&mut self, quote: char) -> Result<(), String> {
        let raw = self.prefix()?;
        let begin = self.at;
        let triple = self.is_triple(quote);
        self.at += if triple { 3 } else { 1 };
        loop {
            match self.chars.get(self.at) {
                Some('\\') if !raw => self.escape()?,
                Some(c) if *c == quote && !triple => return Ok(()),
                Some(c) if *c == quote && self.is_triple(quote) => {
                    self.at += 2;
                    return Ok(());
                }
                Some('\n' | '\r') if !triple => break,
                Some(_) => self.at += 1,
                None => break,
            }
        }
        self.at = begin;
        Err("a quote is not closed".to_owned())
    }

    fn is_triple(&self, quote: char) -> bool {
        self.chars[self.at..].starts_with(&[quote; 3])
    }

    /// Whether the string that begins here is raw.
    fn prefix(&self) -> Result<bool, String> {
        let words = self.chars[..self.at].iter().rev();
        let prefix: String =
            words.take_while(|c| c.is_ascii_alphanumeric() || **c == '_').collect();
        let prefix = prefix.to_ascii_lowercase();
        match (prefix.as_str(), prefix.starts_with('r')) {
            ("r" | "rb", _) => Ok(true),
            (_, true) => Err("a string cannot follow a name".to_owned()),
            (_, false) => Ok(false),
        }
    }

    fn escape(&mut self) -> Result<(), String> {
        let hex = |from: usize, count: usize| {
            let digits = self.chars.get(from..from + count);
            digits.is_some_and(|digits| digits.iter().all(char::is_ascii_hexdigit))
        };
        let octal = |from: usize| {
            let digits = self.chars.get(from..from + 3);
            digits.is_some_and(|digits| {
                matches!(digits[0], '0'..='3') && digits.iter().all(|c| matches!(c, '0'..='7'))
            })
        };
        let next = self.at + 1;
        let length = match self.chars.get(next) {
            Some('a' | 'b' | 'f' | 'n' | 'r' | 't' | 'v' | '"' | '\'' | '\\' | '?' | '`') => 2,
            Some('x' | 'X') if hex(next + 1, 2) => 4,
            Some('u') if hex(next + 1, 4) => 6,
            Some('U') if hex(next + 1, 8) => 10,
            Some('0'..='3') if octal(next) => 4,
            _ => return Err(
                "a backslash stands before no escape; write it twice, or put `r` before the quote"
                    .to_owned(),
            ),
        };
        self.at += length;
        Ok(())
    }
}
