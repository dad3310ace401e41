//! A server of files that breaks lines, lies about lengths, leads on, and
//! remembers what it was asked.

use std::io::{BufRead as _, BufReader, Write as _};
use std::net::{TcpListener, TcpStream};
use std::sync::{Arc, Mutex};

/// What the server does with one request.
#[derive(Debug, Clone)]
pub(crate) enum Turn {
    /// Gives the file, or the part that is asked for.
    Whole,
    /// Says how long it is, and breaks the line after so many bytes.
    Cut(usize),
    /// Gives the whole file whatever part is asked for, without saying how long it is.
    Endless,
    /// Leads on to that address.
    Lead(String),
    /// Answers with that status.
    Status(u16),
}

pub(crate) struct Server {
    pub(crate) address: String,
    asked: Arc<Mutex<Vec<String>>>,
}

impl Server {
    /// Serves `content` under every path; the turns in order, and [`Turn::Whole`] after them.
    pub(crate) fn new(content: &[u8], turns: Vec<Turn>) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let address = format!("http://{}", listener.local_addr().unwrap());
        let asked = Arc::new(Mutex::new(Vec::new()));
        let (content, kept) = (content.to_vec(), asked.clone());
        std::thread::spawn(move || {
            let mut turns = turns.into_iter();
            for line in listener.incoming() {
                let turn = turns.next().unwrap_or(Turn::Whole);
                let Ok(line) = line else { return };
                // A client that goes away is none of the server's business.
                let _ = serve(line, &content, &turn, &kept);
            }
        });
        Self { address, asked }
    }

    /// The path of each request, with the first byte that it asked for.
    pub(crate) fn asked(&self) -> Vec<String> {
        self.asked.lock().unwrap().clone()
    }
}

fn serve(
    mut line: TcpStream,
    content: &[u8],
    turn: &Turn,
    asked: &Mutex<Vec<String>>,
) -> std::io::Result<()> {
    let mut reader = BufReader::new(line.try_clone()?);
    let mut request = String::new();
    reader.read_line(&mut request)?;
    let mut begins = 0;
    loop {
        let mut field = String::new();
        reader.read_line(&mut field)?;
        if field.trim().is_empty() {
            break;
        }
        if let Some(range) = field.strip_prefix("Range: bytes=") {
            begins = range.trim().trim_end_matches('-').parse().unwrap_or(0);
        }
    }
    let path = request.split(' ').nth(1).unwrap_or_default();
    asked.lock().unwrap().push(format!("{path} {begins}"));
    let head = |length: usize| {
        if begins == 0 {
            return format!("HTTP/1.1 200 OK\r\nContent-Length: {length}\r\n\r\n");
        }
        let last = content.len().saturating_sub(1);
        format!(
            "HTTP/1.1 206 Partial Content\r\nContent-Length: {length}\r\nContent-Range: bytes {begins}-{last}/{}\r\n\r\n",
            content.len()
        )
    };
    match turn {
        Turn::Whole if begins > content.len() => {
            line.write_all(b"HTTP/1.1 416 No\r\nContent-Length: 0\r\n\r\n")
        }
        Turn::Whole => {
            line.write_all(head(content.len() - begins).as_bytes())?;
            line.write_all(&content[begins..])
        }
        Turn::Cut(after) => {
            line.write_all(head(content.len() - begins).as_bytes())?;
            line.write_all(&content[begins..][..*after])
        }
        Turn::Endless => {
            line.write_all(b"HTTP/1.1 200 OK\r\n\r\n")?;
            line.write_all(content)
        }
        Turn::Lead(to) => {
            let text = format!("HTTP/1.1 302 Found\r\nLocation: {to}\r\nContent-Length: 0\r\n\r\n");
            line.write_all(text.as_bytes())
        }
        Turn::Status(status) => {
            let text = format!("HTTP/1.1 {status} No\r\nContent-Length: 0\r\n\r\n");
            line.write_all(text.as_bytes())
        }
    }
}
