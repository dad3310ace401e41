//! One HTTP/1.1 answer as it comes: its head, then its body piece by piece.

use std::collections::BTreeMap;
use std::io::{self, BufRead, Read};

/// The longest head, in bytes.
const LONGEST_HEAD: u64 = 64 * 1024;
/// The longest line that says how long a chunk is, in bytes.
const LONGEST_LINE: u64 = 4 * 1024;

/// The head of an answer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Head {
    /// The status code.
    pub(super) status: u16,
    /// The header fields by name in lower case; the last one of a name counts.
    fields: BTreeMap<String, String>,
}

fn garbage(why: &'static str) -> io::Error {
    io::Error::new(io::ErrorKind::InvalidData, format!("what answers does not speak HTTP: {why}"))
}

impl Head {
    /// Reads the head; answers that only announce one (1xx) are passed over.
    pub(super) fn read(line: &mut impl BufRead) -> io::Result<Self> {
        let mut left = LONGEST_HEAD;
        loop {
            let head = Self::read_one(line, &mut left)?;
            if head.status >= 200 {
                return Ok(head);
            }
        }
    }

    fn read_one(line: &mut impl BufRead, left: &mut u64) -> io::Result<Self> {
        let status = text_line(line, left)?;
        let mut words = status.split(' ');
        if !words.next().unwrap_or_default().starts_with("HTTP/1.") {
            return Err(garbage("the first line is no status"));
        }
        let status = words.next().and_then(|code| code.parse().ok());
        let status = status.ok_or_else(|| garbage("no status code"))?;
        let mut fields = BTreeMap::new();
        loop {
            let field = text_line(line, left)?;
            if field.is_empty() {
                return Ok(Self { status, fields });
            }
            if let Some((name, value)) = field.split_once(':') {
                fields.insert(name.to_ascii_lowercase(), value.trim().to_owned());
            }
        }
    }

    /// A field.
    pub(super) fn field(&self, name: &str) -> Option<&str> {
        self.fields.get(name).map(String::as_str)
    }

    /// How long the body is, where that is told beforehand.
    pub(super) fn length(&self) -> Option<u64> {
        if self.is_chunked() { None } else { self.field("content-length")?.parse().ok() }
    }

    fn is_chunked(&self) -> bool {
        self.field("transfer-encoding").is_some_and(|coding| {
            coding
                .rsplit(',')
                .next()
                .is_some_and(|last| last.trim().eq_ignore_ascii_case("chunked"))
        })
    }

    /// Where a part of a file begins, as `bytes FIRST-LAST/WHOLE`.
    pub(super) fn part_begins(&self) -> Option<u64> {
        let range = self.field("content-range")?.strip_prefix("bytes ")?;
        range.split('-').next()?.trim().parse().ok()
    }

    /// The body behind the head.
    pub(super) fn body<R: BufRead>(&self, line: R) -> Body<R> {
        let framing = match (self.is_chunked(), self.length()) {
            (true, _) => Framing::Chunk { left: 0, first: true },
            (false, Some(length)) => Framing::Length(length),
            (false, None) => Framing::Close,
        };
        Body { line, framing }
    }
}

/// A line without its end.
fn text_line(line: &mut impl BufRead, left: &mut u64) -> io::Result<String> {
    let mut bytes = Vec::new();
    let read = line.by_ref().take(*left).read_until(b'\n', &mut bytes)?;
    *left -= read as u64;
    if bytes.pop() != Some(b'\n') {
        return Err(if *left == 0 {
            garbage("a line does not end")
        } else {
            io::ErrorKind::UnexpectedEof.into()
        });
    }
    if bytes.last() == Some(&b'\r') {
        bytes.pop();
    }
    String::from_utf8(bytes).map_err(|_| garbage("the head is no text"))
}

/// A body; its end is told from a line that broke.
pub(super) struct Body<R> {
    line: R,
    framing: Framing,
}

enum Framing {
    /// So many bytes are left.
    Length(u64),
    /// So many bytes of a chunk are left.
    Chunk { left: u64, first: bool },
    /// Until the line is closed.
    Close,
    /// It is over.
    Over,
}

impl<R: BufRead> Read for Body<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        if buffer.is_empty() {
            return Ok(0);
        }
        if let Framing::Chunk { left: 0, first } = self.framing {
            self.framing = self.next_chunk(first)?;
        }
        let most = match &self.framing {
            Framing::Length(left) | Framing::Chunk { left, .. } => *left,
            Framing::Close => u64::MAX,
            Framing::Over => 0,
        };
        if most == 0 {
            return Ok(0);
        }
        let most = usize::try_from(most).unwrap_or(usize::MAX).min(buffer.len());
        let read = self.line.read(&mut buffer[..most])?;
        match &mut self.framing {
            Framing::Length(_) | Framing::Chunk { .. } if read == 0 => {
                return Err(io::ErrorKind::UnexpectedEof.into());
            }
            Framing::Length(left) | Framing::Chunk { left, .. } => *left -= read as u64,
            Framing::Close | Framing::Over => {}
        }
        Ok(read)
    }
}

impl<R: BufRead> Body<R> {
    fn next_chunk(&mut self, first: bool) -> io::Result<Framing> {
        let mut left = LONGEST_LINE;
        if !first && !text_line(&mut self.line, &mut left)?.is_empty() {
            return Err(garbage("a chunk is longer than it says"));
        }
        let size = text_line(&mut self.line, &mut left)?;
        let size = size.split(';').next().unwrap_or_default().trim();
        let size = u64::from_str_radix(size, 16).map_err(|_| garbage("a chunk has no length"))?;
        Ok(if size == 0 { Framing::Over } else { Framing::Chunk { left: size, first: false } })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(bytes: &[u8]) -> io::Result<(u16, Vec<u8>)> {
        let mut line = bytes;
        let head = Head::read(&mut line)?;
        let mut body = Vec::new();
        head.body(line).read_to_end(&mut body)?;
        Ok((head.status, body))
    }

    #[test]
    fn bodies_of_every_kind() {
        for (bytes, body) in [
            (&b"HTTP/1.1 200 OK\r\nContent-Length: 3\r\n\r\nabcd"[..], &b"abc"[..]),
            (b"HTTP/1.0 200 OK\n\nabc", b"abc"),
            (b"HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 200 OK\r\nContent-Length: 1\r\n\r\na", b"a"),
            (
                b"HTTP/1.1 200 OK\r\nTransfer-Encoding: gzip, Chunked\r\n\r\n2;x\r\nab\r\n1\r\nc\r\n0\r\n\r\n",
                b"abc",
            ),
        ] {
            assert_eq!(read(bytes).expect("an answer").1, body);
        }
    }

    #[test]
    fn broken_lines_and_garbage_are_told_from_the_end() {
        for bytes in [
            &b""[..],
            b"SSH-2.0-OpenSSH_9\r\n\r\n",
            b"HTTP/1.1 OK\r\n\r\n",
            b"HTTP/1.1 200 OK\r\nContent-Length: 3\r\n\r\nab",
            b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nab",
            b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n1\r\nab\r\n0\r\n",
            b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n1\r\na\r\n",
            b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nffffffffffffffffff\r\n",
            b"HTTP/1.1 200 OK\r\nA: b",
        ] {
            assert!(read(bytes).is_err(), "{bytes:?}");
        }
        let endless = [&b"HTTP/1.1 200 OK\r\nA: "[..], &vec![b'a'; 80 * 1024]].concat();
        assert!(read(&endless).is_err());
    }

    #[test]
    fn parts() {
        let head = |range: &str| {
            let text = format!("HTTP/1.1 206 Partial\r\nContent-Range: {range}\r\n\r\n");
            Head::read(&mut text.as_bytes()).expect("an answer").part_begins()
        };
        assert_eq!(head("bytes 7-9/10"), Some(7));
        assert_eq!(head("bytes */10"), None);
        assert_eq!(head("lines 1-2/3"), None);
    }
}
