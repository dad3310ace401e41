//! The data folder: who this agent is to its controller, its key and certificate.
//!
//! `agent.json` is written last, so that an enrolment that was cut off leaves
//! no half-enrolled agent; the key is made once and stays. Everything is
//! readable by the owner alone.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use rcgen::{CertificateParams, KeyPair, PKCS_ECDSA_P256_SHA256};
use rustls::pki_types::pem::PemObject as _;
use rustls::pki_types::{CertificateDer, PrivateKeyDer};
use serde::{Deserialize, Serialize};
use sha2::{Digest as _, Sha256};
use x509_parser::prelude::{FromDer as _, X509Certificate};

use crate::disk::{self, DiskError};
use crate::server::Server;
use crate::tls::{Credential, Pin};

/// What an enrolment left behind.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Enrolment {
    /// The controller's address.
    pub server: String,
    /// The pin of its CA's key.
    pub pin: String,
    /// The agent's id.
    pub agent: String,
    /// Its tenant.
    pub tenant: String,
    /// The computer's name as it was enrolled.
    pub name: String,
    /// The proxy to use; none looks into the environment.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub proxy: Option<String>,
    /// The trust anchor from the installer line.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub anchor: Option<String>,
    /// Set when the controller said that it does not know this agent any more.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub removed: bool,
}

/// Why the data folder is of no use.
#[derive(Debug, thiserror::Error)]
pub enum HomeError {
    /// Nobody enrolled it.
    #[error("{} holds no enrolment", .0.display())]
    NotEnrolled(PathBuf),
    /// The controller took it out.
    #[error("the controller has removed this agent (`{0}`)")]
    Removed(String),
    /// A file of it makes no sense.
    #[error("{} is damaged: {why}", path.display())]
    Damaged {
        /// Which.
        path: PathBuf,
        /// What is wrong.
        why: String,
    },
    /// The disk.
    #[error(transparent)]
    Disk(#[from] DiskError),
    /// A key cannot be made.
    #[error("a key cannot be made")]
    Key(#[from] rcgen::Error),
}

/// A data folder.
#[derive(Debug, Clone)]
pub struct Home {
    folder: PathBuf,
}

impl Home {
    /// That folder, which need not be there yet.
    pub fn new(folder: impl Into<PathBuf>) -> Self {
        Self { folder: folder.into() }
    }

    /// Its path.
    pub fn path(&self) -> &Path {
        &self.folder
    }

    /// The enrolment, if there is one.
    pub fn enrolment(&self) -> Result<Option<Enrolment>, HomeError> {
        let path = self.folder.join("agent.json");
        let bytes = match fs::read(&path) {
            Ok(bytes) => bytes,
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(None),
            Err(error) => return Err(disk::at("read", &path)(error).into()),
        };
        let parsed = serde_json::from_slice(&bytes);
        parsed.map(Some).map_err(|error| HomeError::Damaged { path, why: error.to_string() })
    }

    /// The enrolment of an agent that may connect.
    pub fn enrolled(&self) -> Result<Enrolment, HomeError> {
        let enrolment =
            self.enrolment()?.ok_or_else(|| HomeError::NotEnrolled(self.folder.clone()))?;
        if enrolment.removed {
            return Err(HomeError::Removed(enrolment.agent));
        }
        Ok(enrolment)
    }

    /// Keeps an enrolment, durably.
    pub fn keep(&self, enrolment: &Enrolment) -> Result<(), HomeError> {
        let text = serde_json::to_vec_pretty(enrolment).expect("plain text fields");
        Ok(disk::replace(&self.folder.join("agent.json"), &text, 0o600)?)
    }

    /// The controller's address and pin, as they were enrolled.
    pub fn controller(&self, enrolment: &Enrolment) -> Result<(Server, Pin), HomeError> {
        let damaged =
            |why: String| HomeError::Damaged { path: self.folder.join("agent.json"), why };
        let server =
            enrolment.server.parse::<Server>().map_err(|error| damaged(error.to_string()))?;
        let pin = enrolment.pin.parse::<Pin>().map_err(|error| damaged(error.to_string()))?;
        Ok((server, pin))
    }

    /// The agent's own key, made at the first call.
    pub fn key(&self) -> Result<KeyPair, HomeError> {
        let path = self.folder.join("key.pem");
        match fs::read_to_string(&path) {
            Ok(text) => KeyPair::from_pkcs8_pem_and_sign_algo(&text, &PKCS_ECDSA_P256_SHA256)
                .map_err(|error| HomeError::Damaged { path, why: error.to_string() }),
            Err(error) if error.kind() == io::ErrorKind::NotFound => {
                disk::private_folder(&self.folder)?;
                let key = KeyPair::generate_for(&PKCS_ECDSA_P256_SHA256)?;
                disk::replace(&path, key.serialize_pem().as_bytes(), 0o600)?;
                Ok(key)
            }
            Err(error) => Err(disk::at("read", &path)(error).into()),
        }
    }

    /// Keeps a certificate, durably.
    pub fn keep_certificate(&self, certificate: &str) -> Result<(), HomeError> {
        Ok(disk::replace(&self.folder.join("certificate.pem"), certificate.as_bytes(), 0o600)?)
    }

    /// The certificate in PEM, and how long it is good for.
    pub fn certificate(&self) -> Result<(String, Validity), HomeError> {
        let path = self.folder.join("certificate.pem");
        let text = fs::read_to_string(&path).map_err(disk::at("read", &path))?;
        let damaged = |why: String| HomeError::Damaged { path: path.clone(), why };
        let der = certificate_of(&text).map_err(damaged)?;
        let validity =
            Validity::of(&der).ok_or_else(|| damaged("it is no certificate".to_owned()))?;
        Ok((text, validity))
    }

    /// What the agent presents to its controller.
    pub fn credential(&self) -> Result<Credential, HomeError> {
        let path = self.folder.join("certificate.pem");
        let (text, _) = self.certificate()?;
        let certificate = certificate_of(&text).map_err(|why| HomeError::Damaged { path, why })?;
        let key = PrivateKeyDer::try_from(self.key()?.serialize_der()).map_err(|why| {
            HomeError::Damaged { path: self.folder.join("key.pem"), why: why.to_owned() }
        })?;
        Ok(Credential { certificate, key })
    }
}

/// The certificate in a PEM text.
pub fn certificate_of(pem: &str) -> Result<CertificateDer<'static>, String> {
    CertificateDer::from_pem_slice(pem.as_bytes()).map_err(|error| error.to_string())
}

/// A request for a certificate over that key; the controller chooses the subject.
pub fn signing_request(key: &KeyPair) -> Result<String, HomeError> {
    Ok(CertificateParams::new(Vec::<String>::new())?.serialize_request(key)?.pem()?)
}

/// The fingerprint of a key: SHA-256 of its public half (SubjectPublicKeyInfo), in hexadecimal.
pub fn fingerprint(key: &KeyPair) -> String {
    use rcgen::PublicKeyData as _;
    hex::encode(Sha256::digest(key.subject_public_key_info()))
}

/// From when to when a certificate is good, in seconds since the epoch.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Validity {
    /// First second.
    pub from: i64,
    /// Last second.
    pub to: i64,
}

impl Validity {
    fn of(certificate: &CertificateDer<'_>) -> Option<Self> {
        let (_, parsed) = X509Certificate::from_der(certificate).ok()?;
        let validity = parsed.validity();
        Some(Self { from: validity.not_before.timestamp(), to: validity.not_after.timestamp() })
    }

    /// When it is to be renewed: at half of its life.
    pub fn half_life(&self) -> i64 {
        self.from + (self.to - self.from) / 2
    }
}

/// Seconds since the epoch, by this computer's clock.
pub fn now() -> i64 {
    let since = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or(Duration::ZERO);
    i64::try_from(since.as_secs()).unwrap_or(i64::MAX)
}

#[cfg(test)]
mod tests {
    use std::os::unix::fs::PermissionsExt as _;

    use super::*;

    #[test]
    fn the_key_is_made_once_and_nobody_else_reads_it() {
        let folder = tempfile::tempdir().expect("a temporary folder");
        let home = Home::new(folder.path().join("data"));
        let key = home.key().expect("made");
        assert_eq!(fingerprint(&key), fingerprint(&home.key().expect("read")));
        let mode = fs::metadata(home.path().join("key.pem")).expect("there").permissions().mode();
        assert_eq!(mode & 0o777, 0o600);
        assert_eq!(fs::metadata(home.path()).expect("there").permissions().mode() & 0o777, 0o700);
    }

    #[test]
    fn what_is_not_there_and_what_makes_no_sense_are_told_apart() {
        let folder = tempfile::tempdir().expect("a temporary folder");
        let home = Home::new(folder.path());
        assert!(matches!(home.enrolled(), Err(HomeError::NotEnrolled(_))));
        fs::write(folder.path().join("agent.json"), b"{").expect("writable");
        assert!(matches!(home.enrolled(), Err(HomeError::Damaged { .. })));
        fs::write(folder.path().join("key.pem"), b"no key").expect("writable");
        assert!(matches!(home.key(), Err(HomeError::Damaged { .. })));
    }
}
