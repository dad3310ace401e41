//! The two HTTP/1.1 requests an agent makes beside its socket: one request, one answer.

use std::collections::BTreeMap;
use std::time::Duration;

use tokio::io::{AsyncRead, AsyncReadExt as _, AsyncWrite, AsyncWriteExt as _};
use tokio::time::timeout;

/// The longest answer, in bytes.
const LONGEST: u64 = 1024 * 1024;
/// How long the whole exchange may take.
const PATIENCE: Duration = Duration::from_mins(1);

/// What a server answered.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Answer {
    /// The status code.
    pub status: u16,
    /// The header fields by name in lower case.
    pub fields: BTreeMap<String, String>,
    /// The body.
    pub body: Vec<u8>,
}

/// Why there is no answer.
#[derive(Debug, thiserror::Error)]
pub enum HttpError {
    /// The line broke.
    #[error("the connection broke")]
    Line(#[from] std::io::Error),
    /// It took too long.
    #[error("no answer within {} s", PATIENCE.as_secs())]
    Late,
    /// What came is no HTTP.
    #[error("what answers does not speak HTTP: {0}")]
    Garbage(&'static str),
}

/// Asks for `path` over that line, which is used up; a body makes it a POST of JSON.
pub async fn exchange<S>(
    mut line: S,
    authority: &str,
    path: &str,
    body: Option<&[u8]>,
) -> Result<Answer, HttpError>
where
    S: AsyncRead + AsyncWrite + Unpin,
{
    let head = match body {
        Some(body) => format!(
            "POST {path} HTTP/1.1\r\nHost: {authority}\r\nContent-Type: application/json\r\nContent-Length: {}\r\nConnection: close\r\n\r\n",
            body.len()
        ),
        None => format!("GET {path} HTTP/1.1\r\nHost: {authority}\r\nConnection: close\r\n\r\n"),
    };
    let conversation = async {
        line.write_all(head.as_bytes()).await?;
        line.write_all(body.unwrap_or_default()).await?;
        line.flush().await?;
        let mut bytes = Vec::new();
        let mut bounded = (&mut line).take(LONGEST);
        loop {
            match bounded.read_buf(&mut bytes).await {
                Ok(0) => break,
                Ok(_) if is_whole(&bytes) => break,
                Ok(_) => {}
                // Servers that drop the line without a farewell are common.
                Err(error) if error.kind() == std::io::ErrorKind::UnexpectedEof => break,
                Err(error) => return Err(error),
            }
        }
        Ok(bytes)
    };
    let bytes = timeout(PATIENCE, conversation).await.map_err(|_| HttpError::Late)??;
    parse(&bytes)
}

fn is_whole(bytes: &[u8]) -> bool {
    let Ok(answer) = parse(bytes) else { return false };
    let length =
        answer.fields.get("content-length").and_then(|length| length.parse::<usize>().ok());
    length.is_some_and(|length| answer.body.len() >= length)
}

fn parse(bytes: &[u8]) -> Result<Answer, HttpError> {
    let end = memchr::memmem::find(bytes, b"\r\n\r\n")
        .ok_or(HttpError::Garbage("the head does not end"))?;
    let head = std::str::from_utf8(&bytes[..end])
        .map_err(|_| HttpError::Garbage("the head is no text"))?;
    let mut lines = head.split("\r\n");
    let status = lines.next().unwrap_or_default();
    let mut words = status.split(' ');
    if !words.next().unwrap_or_default().starts_with("HTTP/1.") {
        return Err(HttpError::Garbage("the first line is no status"));
    }
    let status = words
        .next()
        .and_then(|code| code.parse().ok())
        .ok_or(HttpError::Garbage("no status code"))?;
    let fields = lines.filter_map(|line| line.split_once(':'));
    let fields: BTreeMap<String, String> =
        fields.map(|(name, value)| (name.to_ascii_lowercase(), value.trim().to_owned())).collect();
    let body = &bytes[end + 4..];
    let chunked = fields
        .get("transfer-encoding")
        .is_some_and(|coding| coding.eq_ignore_ascii_case("chunked"));
    let body = if chunked {
        joined(body).ok_or(HttpError::Garbage("the chunks do not add up"))?
    } else {
        body.to_vec()
    };
    Ok(Answer { status, fields, body })
}

/// Puts chunks together; what is missing at the end is left to the caller's JSON.
fn joined(mut rest: &[u8]) -> Option<Vec<u8>> {
    let mut body = Vec::new();
    while let Some(end) = memchr::memmem::find(rest, b"\r\n") {
        let size = std::str::from_utf8(&rest[..end]).ok()?;
        let size = usize::from_str_radix(size.split(';').next()?.trim(), 16).ok()?;
        if size == 0 {
            return Some(body);
        }
        rest = rest.get(end + 2..)?;
        body.extend_from_slice(rest.get(..size)?);
        rest = rest.get(size + 2..)?;
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn answers_are_read() {
        let answer =
            parse(b"HTTP/1.1 403 Forbidden\r\nContent-Type: application/json\r\nDate: x\r\n\r\n{}")
                .expect("HTTP");
        assert_eq!((answer.status, answer.body.as_slice()), (403, &b"{}"[..]));
        assert_eq!(answer.fields.get("date").map(String::as_str), Some("x"));
        let chunked = parse(b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n4\r\nabcd\r\n2;x\r\nef\r\n0\r\n\r\n").expect("HTTP");
        assert_eq!(chunked.body, b"abcdef");
        assert!(is_whole(b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok"));
        assert!(!is_whole(b"HTTP/1.1 200 OK\r\nContent-Length: 3\r\n\r\nok"));
    }

    #[test]
    fn garbage_is_no_answer() {
        for bytes in [
            &b""[..],
            b"SSH-2.0-OpenSSH_9\r\n\r\n",
            b"HTTP/1.1 OK\r\n\r\n",
            b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nffffffffffffffffff\r\n",
            b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n4\r\nab",
            b"\xff\xfe\r\n\r\n",
        ] {
            assert!(parse(bytes).is_err(), "{bytes:?}");
        }
    }
}
