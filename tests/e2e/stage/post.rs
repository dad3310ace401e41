//! A real mail server on loopback, with TLS and a login (`smtp.py` over
//! aiosmtpd), and the controller's configuration for it.

use std::fs;
use std::process::Command;

use rcgen::{BasicConstraints, CertificateParams, IsCa, Issuer, KeyPair};
use serde_json::Value;

use super::{Process, Stage};

/// What the controller's log must never hold.
pub(crate) const PASSWORD: &str = "tungsten-Larder-93";

/// A mail server that runs.
pub(crate) struct PostOffice {
    server: Process,
    port: u16,
}

impl PostOffice {
    /// Starts one, `starttls` or `tls`, and writes `serve.yaml` for it.
    pub(crate) fn open(stage: &Stage, encryption: &str) -> Self {
        certificates(stage);
        let office = Self::again(stage, encryption, 0);
        let config = format!(
            "mail:\n  server: localhost\n  port: {}\n  encryption: {encryption}\n  user: ordain\n  \
             passwordFile: mail.password\n  from: Ordain <ordain@msp.example>\n  caFile: mail-ca.pem\n",
            office.port
        );
        fs::write(stage.path("serve.yaml"), config).expect("writable");
        fs::write(stage.path("mail.password"), format!("{PASSWORD}\n")).expect("writable");
        office
    }

    /// Starts one where another one was.
    pub(crate) fn again(stage: &Stage, encryption: &str, port: u16) -> Self {
        let script = concat!(env!("CARGO_MANIFEST_DIR"), "/e2e/stage/smtp.py");
        // The system's own: another one does not see the system's packages.
        let mut command = Command::new("/usr/bin/python3");
        command.arg(script).arg(encryption).arg(port.to_string());
        command.arg(stage.path("mail.pem")).arg(stage.path("mail.key")).args(["ordain", PASSWORD]);
        let server = Process::start("smtp.py (wants python3-aiosmtpd)", &mut command);
        let ready = server.says(&["ready "]);
        let port = ready.trim_start_matches("ready ").trim().parse().expect("a port");
        Self { server, port }
    }

    pub(crate) fn port(&self) -> u16 {
        self.port
    }

    /// Ends it; what it has not taken it never will.
    pub(crate) fn close(self) {
        self.server.kill();
    }

    /// Waits for the message to somebody whose subject holds the words.
    pub(crate) fn took(&self, to: &str, subject: &str) -> Value {
        self.took_after(0, to, subject)
    }

    /// How many lines it has said.
    pub(crate) fn said(&self) -> usize {
        self.server.said()
    }

    /// The same as [`PostOffice::took`], among the lines after the first `after` ones.
    pub(crate) fn took_after(&self, after: usize, to: &str, subject: &str) -> Value {
        read(&self.server.says_after(after, &["took ", &format!("\"to\": \"{to}\""), subject]))
    }

    /// What it has taken so far.
    pub(crate) fn taken(&self) -> Vec<Value> {
        self.server.results().lines().filter(|line| line.starts_with("took ")).map(read).collect()
    }
}

fn read(line: &str) -> Value {
    serde_json::from_str(line.trim_start_matches("took ")).expect("JSON")
}

/// An authority, and a certificate of it for `localhost`.
fn certificates(stage: &Stage) {
    let authority_key = KeyPair::generate().expect("a key");
    let mut authority = CertificateParams::default();
    authority.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
    let certificate = authority.self_signed(&authority_key).expect("a certificate");
    fs::write(stage.path("mail-ca.pem"), certificate.pem()).expect("writable");
    let issuer = Issuer::new(authority, authority_key);
    let key = KeyPair::generate().expect("a key");
    let server = CertificateParams::new(["localhost".to_owned()]).expect("a name");
    let certificate = server.signed_by(&key, &issuer).expect("a certificate");
    fs::write(stage.path("mail.pem"), certificate.pem()).expect("writable");
    fs::write(stage.path("mail.key"), key.serialize_pem()).expect("writable");
}
