//! A TLS line to the controller, by hand: for requests that no program of
//! ours would make, and for bytes that mean nothing.

use std::fs;
use std::io::{ErrorKind, Read as _, Write as _};
use std::net::TcpStream;
use std::path::Path;
use std::sync::Arc;

use rustls::pki_types::pem::PemObject as _;
use rustls::pki_types::{CertificateDer, PrivateKeyDer, ServerName};
use rustls::{ClientConfig, ClientConnection, RootCertStore, StreamOwned};

use super::{PATIENCE, Stage};

/// An open line.
pub(crate) struct Line(StreamOwned<ClientConnection, TcpStream>);

impl Line {
    /// Opens one, with the certificate and key of that agent's folder where one is given.
    pub(crate) fn open(stage: &Stage, agent: Option<&Path>) -> Self {
        let mut roots = RootCertStore::empty();
        let authority = CertificateDer::from_pem_file(stage.path("controller/ca.pem"));
        roots.add(authority.expect("PEM")).expect("an authority");
        let provider = Arc::new(rustls::crypto::ring::default_provider());
        let config = ClientConfig::builder_with_provider(provider);
        let config = config.with_safe_default_protocol_versions().expect("ring's own");
        let config = config.with_root_certificates(roots);
        let config = match agent {
            None => config.with_no_client_auth(),
            Some(folder) => {
                let certificate = CertificateDer::from_pem_file(folder.join("certificate.pem"));
                let key = PrivateKeyDer::from_pem_file(folder.join("key.pem"));
                let (certificate, key) = (certificate.expect("PEM"), key.expect("PEM"));
                config.with_client_auth_cert(vec![certificate], key).expect("they fit")
            }
        };
        let name = ServerName::try_from("127.0.0.1").expect("an address");
        let tls = ClientConnection::new(Arc::new(config), name).expect("a client");
        let tcp = TcpStream::connect(("127.0.0.1", stage.port())).expect("it listens");
        tcp.set_read_timeout(Some(PATIENCE)).expect("settable");
        Self(StreamOwned::new(tls, tcp))
    }

    /// Sends bytes.
    pub(crate) fn send(&mut self, bytes: &[u8]) {
        self.0.write_all(bytes).expect("the line takes it");
        self.0.flush().expect("the line takes it");
    }

    /// Sends a request; the body and its length are added to the head.
    pub(crate) fn request(&mut self, head: &str, body: &str) {
        let length = body.len();
        self.send(format!("{head}\r\nContent-Length: {length}\r\n\r\n{body}").as_bytes());
    }

    /// Reads up to the end of the next head.
    pub(crate) fn head(&mut self) -> String {
        let mut head = Vec::new();
        let mut byte = [0];
        while !head.ends_with(b"\r\n\r\n") {
            match self.0.read(&mut byte) {
                Ok(1) => head.push(byte[0]),
                Ok(_) => break,
                Err(error) if error.kind() == ErrorKind::UnexpectedEof => break,
                Err(error) => panic!("no answer: {error}"),
            }
        }
        String::from_utf8_lossy(&head).into_owned()
    }

    /// Reads what comes until the other end closes.
    pub(crate) fn rest(&mut self) -> Vec<u8> {
        let mut bytes = Vec::new();
        match self.0.read_to_end(&mut bytes) {
            Ok(_) => {}
            // Closed without manners is closed too.
            Err(error)
                if matches!(
                    error.kind(),
                    ErrorKind::UnexpectedEof | ErrorKind::ConnectionReset
                ) => {}
            Err(error) => panic!("the line is not closed: {error}"),
        }
        bytes
    }

    /// Makes the line an agent's socket.
    pub(crate) fn upgrade(&mut self) -> String {
        self.send(
            b"GET /agent/v1/connect HTTP/1.1\r\nHost: 127.0.0.1\r\nConnection: Upgrade\r\n\
              Upgrade: websocket\r\nSec-WebSocket-Version: 13\r\n\
              Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n",
        );
        self.head()
    }
}

/// A frame of a WebSocket, as a client sends it: RFC 6455, section 5.2.
pub(crate) fn frame(opcode: u8, payload: &[u8]) -> Vec<u8> {
    let length = u8::try_from(payload.len()).expect("short").min(125);
    let mut frame = vec![0x80 | opcode, 0x80 | length];
    // A mask of zeros changes nothing and is as good as any.
    frame.extend([0; 4]);
    frame.extend(payload);
    frame
}

/// Copies the files that prove who an agent is.
pub(crate) fn steal(from: &Path, to: &Path) {
    for name in ["certificate.pem", "key.pem"] {
        fs::copy(from.join(name), to.join(name)).expect("readable here");
    }
}
