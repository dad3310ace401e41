//! Reads strict JSON (RFC 8259) into the same nodes as YAML, at the speed
//! that an inventory of a whole fleet asks for.

use std::borrow::Cow;

use super::{Entry, Fault, MAX_DEPTH, Node, Scalar, Style, Value, drop_duplicates};
use crate::{Code, Span};

/// The value of a text that holds exactly one, and its duplicate keys.
/// `line` is the line of the text's first character in its file.
pub fn json(text: &str, line: u32) -> Result<(Node<'_>, Vec<Fault>), Fault> {
    let mut reader =
        Reader { text, position: 0, line, seen: 0, column: 1, depth: 0, faults: Vec::new() };
    let node = reader.value()?;
    reader.blanks();
    if reader.position < text.len() {
        return Err(reader.fault("something stands behind the value"));
    }
    Ok((node, reader.faults))
}

struct Reader<'t> {
    text: &'t str,
    /// The next byte.
    position: usize,
    line: u32,
    /// The byte up to which columns are counted, and the column there.
    seen: usize,
    column: u32,
    depth: usize,
    faults: Vec<Fault>,
}

impl<'t> Reader<'t> {
    fn peek(&self) -> Option<u8> {
        self.text.as_bytes().get(self.position).copied()
    }

    fn blanks(&mut self) {
        while let Some(byte) = self.peek() {
            match byte {
                b' ' | b'\t' | b'\r' => self.position += 1,
                b'\n' => {
                    self.position += 1;
                    self.line += 1;
                    self.seen = self.position;
                    self.column = 1;
                }
                _ => break,
            }
        }
    }

    /// The column of the next byte, counted in characters.
    fn here(&mut self) -> u32 {
        let passed = &self.text.as_bytes()[self.seen..self.position];
        let characters = passed.iter().filter(|byte| (**byte & 0xC0) != 0x80).count();
        self.column += u32::try_from(characters).unwrap_or(u32::MAX / 2);
        self.seen = self.position;
        self.column
    }

    fn fault(&mut self, message: &str) -> Fault {
        let column = self.here();
        let span = Span { line: self.line, column, end_column: column + 1 };
        Fault::new(Code::Syntax, span, format!("this is no JSON: {message}"))
    }

    fn value(&mut self) -> Result<Node<'t>, Fault> {
        self.blanks();
        let (line, column) = (self.line, self.here());
        let value = match self.peek() {
            Some(b'{') => self.nested(Self::object)?,
            Some(b'[') => self.nested(Self::array)?,
            Some(b'"') => Value::Scalar(Scalar { text: self.string()?, style: Style::Text }),
            Some(_) => Value::Scalar(Scalar { text: self.word()?, style: Style::Plain }),
            None => return Err(self.fault("a value is missing at the end")),
        };
        let end_column = if self.line == line { self.here() } else { column + 1 };
        Ok(Node { span: Span { line, column, end_column }, value })
    }

    fn nested(
        &mut self,
        read: impl FnOnce(&mut Self) -> Result<Value<'t>, Fault>,
    ) -> Result<Value<'t>, Fault> {
        if self.depth == MAX_DEPTH {
            let mut fault = self.fault("");
            fault.code = Code::TooLarge;
            fault.message = format!("nested deeper than {MAX_DEPTH} levels");
            return Err(fault);
        }
        self.depth += 1;
        self.position += 1;
        let value = read(self);
        self.depth -= 1;
        value
    }

    fn array(&mut self) -> Result<Value<'t>, Fault> {
        let mut items = Vec::new();
        self.blanks();
        if self.peek() == Some(b']') {
            self.position += 1;
            return Ok(Value::Sequence(items));
        }
        loop {
            items.push(self.value()?);
            self.blanks();
            match self.peek() {
                Some(b',') => self.position += 1,
                Some(b']') => {
                    self.position += 1;
                    return Ok(Value::Sequence(items));
                }
                _ => return Err(self.fault("a list goes on with `,` or ends with `]`")),
            }
        }
    }

    fn object(&mut self) -> Result<Value<'t>, Fault> {
        let mut entries = Vec::new();
        self.blanks();
        if self.peek() == Some(b'}') {
            self.position += 1;
            return Ok(Value::Mapping(entries));
        }
        loop {
            entries.push(self.entry()?);
            self.blanks();
            match self.peek() {
                Some(b',') => self.position += 1,
                Some(b'}') => {
                    self.position += 1;
                    drop_duplicates(&mut entries, &mut self.faults);
                    return Ok(Value::Mapping(entries));
                }
                _ => return Err(self.fault("an object goes on with `,` or ends with `}`")),
            }
        }
    }

    fn entry(&mut self) -> Result<Entry<'t>, Fault> {
        self.blanks();
        if self.peek() != Some(b'"') {
            return Err(self.fault("a key in double quotes is missing"));
        }
        let (line, column) = (self.line, self.here());
        let key = self.string()?;
        let span = Span { line, column, end_column: self.here() };
        self.blanks();
        if self.peek() != Some(b':') {
            return Err(self.fault("a key is followed by `:`"));
        }
        self.position += 1;
        Ok(Entry { key, span, value: self.value()? })
    }

    /// A number, `true`, `false` or `null`.
    fn word(&mut self) -> Result<Cow<'t, str>, Fault> {
        let rest = &self.text[self.position..];
        let end = rest
            .bytes()
            .position(|byte| !matches!(byte, b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9' | b'+' | b'-' | b'.'))
            .unwrap_or(rest.len());
        let word = &rest[..end];
        if !(matches!(word, "true" | "false" | "null") || is_number(word)) {
            return Err(self.fault("a value is expected here"));
        }
        self.position += end;
        Ok(Cow::Borrowed(word))
    }

    /// A text in double quotes; the position is at the opening one.
    fn string(&mut self) -> Result<Cow<'t, str>, Fault> {
        self.position += 1;
        let start = self.position;
        let rest = &self.text.as_bytes()[start..];
        let stop = rest.iter().position(|byte| matches!(byte, b'"' | b'\\') || *byte < 0x20);
        match stop.map(|stop| (stop, rest[stop])) {
            Some((stop, b'"')) => {
                self.position = start + stop + 1;
                Ok(Cow::Borrowed(&self.text[start..start + stop]))
            }
            Some((_, b'\\')) => self.escaped(start).map(Cow::Owned),
            Some((stop, _)) => {
                self.position = start + stop;
                Err(self.fault("a text may not hold control characters"))
            }
            None => Err(self.fault("a text is not closed")),
        }
    }

    /// A text with escapes: finds its end and leaves them to `serde_json`.
    fn escaped(&mut self, start: usize) -> Result<String, Fault> {
        let bytes = self.text.as_bytes();
        let mut end = start;
        loop {
            match bytes.get(end) {
                Some(b'"') => break,
                Some(b'\\') => end += 2,
                Some(_) => end += 1,
                None => return Err(self.fault("a text is not closed")),
            }
        }
        let quoted = &self.text[start - 1..=end];
        match serde_json::from_str(quoted) {
            Ok(text) => {
                self.position = end + 1;
                Ok(text)
            }
            Err(_) => Err(self.fault("a text with an unknown escape or a control character")),
        }
    }
}

/// `-? (0 | [1-9][0-9]*) (\.[0-9]+)? ([eE][+-]?[0-9]+)?`
fn is_number(word: &str) -> bool {
    let word = word.strip_prefix('-').unwrap_or(word);
    let (mantissa, exponent) = match word.split_once(['e', 'E']) {
        Some((mantissa, exponent)) => {
            (mantissa, Some(exponent.strip_prefix(['+', '-']).unwrap_or(exponent)))
        }
        None => (word, None),
    };
    let (whole, fraction) = match mantissa.split_once('.') {
        Some((whole, fraction)) => (whole, Some(fraction)),
        None => (mantissa, None),
    };
    let digits = |text: &str| !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
    digits(whole)
        && (whole == "0" || !whole.starts_with('0'))
        && fraction.is_none_or(digits)
        && exponent.is_none_or(digits)
}
