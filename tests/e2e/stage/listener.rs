//! An HTTP listener on loopback that a webhook calls, and that fails on wish.

use std::collections::VecDeque;
use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::net::{TcpListener, TcpStream};
use std::sync::mpsc::{Receiver, Sender, channel};
use std::thread;

use super::PATIENCE;

/// A request that came.
#[derive(Debug)]
pub(crate) struct Call {
    headers: Vec<(String, String)>,
    pub(crate) body: String,
}

/// A listener that answers 204, after the answers it was told to begin with.
pub(crate) struct Listener {
    port: u16,
    calls: Receiver<Call>,
}

impl Listener {
    /// Opens one. Each answer is a status and further headers; for an empty one
    /// the line is cut off without a word.
    pub(crate) fn open(first: &[&str]) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").expect("a port");
        let port = listener.local_addr().expect("bound").port();
        let (sender, calls) = channel();
        let mut first: VecDeque<String> = first.iter().map(ToString::to_string).collect();
        thread::spawn(move || {
            for line in listener.incoming() {
                let answer = first.pop_front().unwrap_or_else(|| "204 No Content".into());
                if line.is_ok_and(|line| answered(line, &answer, &sender).is_none()) {
                    return;
                }
            }
        });
        Self { port, calls }
    }

    pub(crate) fn port(&self) -> u16 {
        self.port
    }

    /// The next request, come or yet to come.
    pub(crate) fn next(&self) -> Call {
        self.calls.recv_timeout(PATIENCE).expect("a webhook is called")
    }
}

impl Call {
    /// A header's value; empty where there is none.
    pub(crate) fn header(&self, name: &str) -> &str {
        let found = self.headers.iter().find(|(known, _)| known == name);
        found.map_or("", |(_, value)| value)
    }
}

/// Reads one request and answers it; none once nobody looks any more.
fn answered(line: TcpStream, answer: &str, calls: &Sender<Call>) -> Option<()> {
    let mut reader = BufReader::new(line);
    let mut headers = Vec::new();
    loop {
        let mut text = String::new();
        // Whoever leaves in the middle has asked for nothing.
        if reader.read_line(&mut text).unwrap_or(0) == 0 {
            return Some(());
        }
        match text.trim_end() {
            "" => break,
            text => {
                let (name, value) = text.split_once(": ").unwrap_or((text, ""));
                headers.push((name.to_lowercase(), value.to_owned()));
            }
        }
    }
    let mut call = Call { headers, body: String::new() };
    let length = call.header("content-length").parse().unwrap_or(0);
    let mut body = vec![0; length];
    if reader.read_exact(&mut body).is_err() {
        return Some(());
    }
    call.body = String::from_utf8_lossy(&body).into_owned();
    let sent = calls.send(call);
    if !answer.is_empty() {
        let answer = format!("HTTP/1.1 {answer}\r\nContent-Length: 0\r\nConnection: close\r\n\r\n");
        // The caller may be gone: that is its own affair.
        drop(reader.get_mut().write_all(answer.as_bytes()));
    }
    sent.ok()
}
