//! The controller's own certificate authority: one key, made at first start.
//!
//! Signs the listener's certificate and the agents'. Agents know it by its
//! pin: SHA-256 over the authority's public key (SPKI, DER). Who may connect
//! is not decided here: a certificate says who somebody is, the store says
//! whether that one is still welcome.

use std::time::Duration;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use jiff::Timestamp;
use ordain_store::AgentId;
use rcgen::{
    BasicConstraints, CertificateParams, CertificateSigningRequestParams, DnType,
    ExtendedKeyUsagePurpose, IsCa, Issuer, KeyPair, KeyUsagePurpose, PKCS_ECDSA_P256_SHA256,
    PublicKeyData as _, SanType, SerialNumber,
};
use rustls::pki_types::{CertificateDer, PrivateKeyDer, PrivatePkcs8KeyDer};
use sha2::{Digest, Sha256};
use x509_parser::prelude::{FromDer as _, GeneralName, X509Certificate};

use crate::data::{DataError, DataFolder, names};

/// Ten years.
const AUTHORITY_LIFETIME: Duration = Duration::from_hours(3653 * 24);
/// Clocks of others may be behind ours by so much.
const BACKDATED: Duration = Duration::from_hours(24);
/// What stands before an agent's id in its certificate.
const AGENT_URI: &str = "ordain:agent:";

/// The controller's certificate authority.
pub struct Authority {
    issuer: Issuer<'static, KeyPair>,
    certificate: CertificateDer<'static>,
    pem: String,
    pin: String,
}

/// Why a certificate could not be made or read.
#[derive(Debug, thiserror::Error)]
pub enum AuthorityError {
    /// Its files cannot be used.
    #[error(transparent)]
    Data(#[from] DataError),
    /// One of its two files is missing.
    #[error(
        "of the authority's two files ca.key and ca.pem only one is there: restore both from a backup"
    )]
    Half,
    /// A key or certificate cannot be made or read.
    #[error("cannot make or read a certificate")]
    Certificate(#[from] rcgen::Error),
    /// The agent's request asks for something else than P-256.
    #[error("the certificate request is not over an ECDSA P-256 key")]
    KeyKind,
}

/// The listener's certificate with its key.
pub(crate) struct ListenerIdentity {
    /// Leaf first, then the authority, so that agents can pin the latter.
    pub(crate) chain: Vec<CertificateDer<'static>>,
    /// The leaf's key.
    pub(crate) key: PrivateKeyDer<'static>,
}

/// An agent's new certificate.
pub(crate) struct Issued {
    /// In PEM.
    pub(crate) pem: String,
    /// When it ends.
    pub(crate) expires_at: Timestamp,
}

/// A certificate request whose own signature holds.
pub(crate) struct Request {
    key: rcgen::PublicKey,
}

/// Who a certificate says its bearer is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Bearer {
    /// The agent.
    pub(crate) agent: AgentId,
    /// SHA-256 of its public key (SPKI, DER) in hexadecimal.
    pub(crate) key_fingerprint: String,
}

impl Authority {
    /// Reads the authority from the data folder, making it at the first start.
    pub fn load_or_make(folder: &DataFolder, now: Timestamp) -> Result<Self, AuthorityError> {
        match (folder.read(names::CA_KEY)?, folder.read(names::CA_CERTIFICATE)?) {
            (Some(key), Some(pem)) => Self::read(&key, pem),
            (None, None) => {
                let (key, pem) = make(now)?;
                folder.write(names::CA_CERTIFICATE, &pem)?;
                folder.write_secret(names::CA_KEY, &key)?;
                Self::read(&key, pem)
            }
            (Some(_), None) | (None, Some(_)) => Err(AuthorityError::Half),
        }
    }

    fn read(key: &str, pem: String) -> Result<Self, AuthorityError> {
        use rustls::pki_types::pem::PemObject as _;
        let key = KeyPair::from_pem(key)?;
        let pin =
            format!("sha256/{}", STANDARD.encode(Sha256::digest(key.subject_public_key_info())));
        let certificate = CertificateDer::from_pem_slice(pem.as_bytes())
            .map_err(|_| rcgen::Error::CouldNotParseCertificate)?;
        let issuer = Issuer::from_ca_cert_der(&certificate, key)?;
        Ok(Self { issuer, certificate, pem, pin })
    }

    /// `sha256/` and the base64 of SHA-256 over the authority's public key (SPKI, DER).
    pub fn pin(&self) -> &str {
        &self.pin
    }

    /// The authority's certificate in PEM.
    pub fn pem(&self) -> &str {
        &self.pem
    }

    pub(crate) fn certificate(&self) -> &CertificateDer<'static> {
        &self.certificate
    }

    /// A fresh key and certificate for the listener.
    pub(crate) fn listener_identity(
        &self,
        hosts: &[String],
        now: Timestamp,
        lifetime: Duration,
    ) -> Result<ListenerIdentity, AuthorityError> {
        let mut parameters = CertificateParams::new(hosts.to_vec())?;
        parameters.distinguished_name = name("Ordain controller");
        parameters.extended_key_usages = vec![ExtendedKeyUsagePurpose::ServerAuth];
        bound(&mut parameters, now, lifetime);
        let key = KeyPair::generate()?;
        let leaf = parameters.signed_by(&key, &self.issuer)?;
        let chain = vec![leaf.der().clone(), self.certificate.clone()];
        Ok(ListenerIdentity { chain, key: PrivatePkcs8KeyDer::from(key.serialize_der()).into() })
    }

    /// A certificate for an agent over the key of its request; everything else in the request is ignored.
    pub(crate) fn issue(
        &self,
        agent: &AgentId,
        request: &Request,
        now: Timestamp,
        lifetime: Duration,
    ) -> Result<Issued, AuthorityError> {
        let mut parameters = CertificateParams::default();
        parameters.distinguished_name = name(agent.as_str());
        parameters.subject_alt_names =
            vec![SanType::URI(format!("{AGENT_URI}{agent}").try_into()?)];
        parameters.extended_key_usages = vec![ExtendedKeyUsagePurpose::ClientAuth];
        bound(&mut parameters, now, lifetime);
        let certificate = parameters.signed_by(&request.key, &self.issuer)?;
        Ok(Issued { pem: certificate.pem(), expires_at: now + lifetime })
    }
}

impl Request {
    /// Reads a PKCS#10 request in PEM and checks that its sender holds the key.
    pub(crate) fn read(pem: &str) -> Result<Self, AuthorityError> {
        let request = CertificateSigningRequestParams::from_pem(pem)?;
        if request.public_key.algorithm() != &PKCS_ECDSA_P256_SHA256 {
            return Err(AuthorityError::KeyKind);
        }
        Ok(Self { key: request.public_key })
    }

    /// SHA-256 of the public key (SPKI, DER) in hexadecimal.
    pub(crate) fn key_fingerprint(&self) -> String {
        hex::encode(Sha256::digest(self.key.subject_public_key_info()))
    }

    /// The key as an uncompressed point, for checking signatures with.
    pub(crate) fn point(&self) -> &[u8] {
        self.key.der_bytes()
    }
}

impl Bearer {
    /// Reads who a certificate is for; its chain was checked by TLS.
    pub(crate) fn of(certificate: &CertificateDer<'_>) -> Option<Self> {
        let (_, certificate) = X509Certificate::from_der(certificate).ok()?;
        let names = certificate.subject_alternative_name().ok()??;
        let agent = names.value.general_names.iter().find_map(|name| match name {
            GeneralName::URI(uri) => uri.strip_prefix(AGENT_URI),
            _ => None,
        })?;
        let key_fingerprint = hex::encode(Sha256::digest(certificate.public_key().raw));
        Some(Self { agent: AgentId::new(agent), key_fingerprint })
    }
}

/// A new authority: its key and certificate in PEM.
fn make(now: Timestamp) -> Result<(String, String), AuthorityError> {
    let key = KeyPair::generate()?;
    let mut parameters = CertificateParams::default();
    parameters.distinguished_name = name("Ordain authority");
    parameters.is_ca = IsCa::Ca(BasicConstraints::Constrained(0));
    parameters.key_usages = vec![KeyUsagePurpose::KeyCertSign, KeyUsagePurpose::CrlSign];
    bound(&mut parameters, now, AUTHORITY_LIFETIME);
    parameters.use_authority_key_identifier_extension = false;
    let certificate = parameters.self_signed(&key)?;
    Ok((key.serialize_pem(), certificate.pem()))
}

fn name(common: &str) -> rcgen::DistinguishedName {
    let mut name = rcgen::DistinguishedName::new();
    name.push(DnType::CommonName, common);
    name
}

/// Sets a serial number of its own and the days between which a certificate holds.
fn bound(parameters: &mut CertificateParams, now: Timestamp, lifetime: Duration) {
    let epoch = rcgen::date_time_ymd(1970, 1, 1);
    let now = Duration::from_secs(u64::try_from(now.as_second()).unwrap_or(0));
    parameters.not_before = epoch + now.saturating_sub(BACKDATED);
    parameters.not_after = epoch + now + lifetime;
    parameters.use_authority_key_identifier_extension = true;
    let mut serial: [u8; 16] = rand::random();
    serial[0] &= 0x7f;
    parameters.serial_number = Some(SerialNumber::from_slice(&serial));
}

#[cfg(test)]
pub(crate) mod tests {
    use rustls::pki_types::pem::PemObject as _;

    use super::*;

    pub(crate) fn request(key: &KeyPair) -> String {
        CertificateParams::default().serialize_request(key).expect("a request").pem().expect("PEM")
    }

    fn day(day: i64) -> Timestamp {
        Timestamp::from_second(1_800_000_000 + day * 86_400).expect("a time")
    }

    #[test]
    fn the_authority_is_made_once() {
        let place = tempfile::tempdir().expect("a temporary folder");
        let folder = DataFolder::open(place.path()).expect("a folder");
        let made = Authority::load_or_make(&folder, day(0)).expect("made");
        let read = Authority::load_or_make(&folder, day(1)).expect("read");
        assert_eq!((made.pin(), made.pem()), (read.pin(), read.pem()));
        assert!(made.pin().starts_with("sha256/") && made.pin().len() == 7 + 44);
        folder.remove(names::CA_KEY).expect("removed");
        assert!(matches!(Authority::load_or_make(&folder, day(1)), Err(AuthorityError::Half)));
    }

    #[test]
    fn an_agents_certificate_names_it_and_its_key() {
        let place = tempfile::tempdir().expect("a temporary folder");
        let folder = DataFolder::open(place.path()).expect("a folder");
        let authority = Authority::load_or_make(&folder, day(0)).expect("made");
        let key = KeyPair::generate().expect("a key");
        let request = Request::read(&request(&key)).expect("a request");
        let issued = authority
            .issue(&AgentId::new("a-1"), &request, day(0), Duration::from_hours(24))
            .expect("issued");
        assert_eq!(issued.expires_at, day(1));
        let der = CertificateDer::from_pem_slice(issued.pem.as_bytes()).expect("PEM");
        let bearer = Bearer::of(&der).expect("an agent");
        assert_eq!(
            bearer,
            Bearer { agent: AgentId::new("a-1"), key_fingerprint: request.key_fingerprint() }
        );
        assert_eq!(Bearer::of(authority.certificate()), None);
    }

    #[test]
    fn other_keys_and_garbage_are_refused() {
        let key = KeyPair::generate_for(&rcgen::PKCS_ED25519).expect("a key");
        assert!(matches!(Request::read(&request(&key)), Err(AuthorityError::KeyKind)));
        let good = request(&KeyPair::generate().expect("a key"));
        for bad in ["", "-----BEGIN", &good.replace('A', "B"), &"x".repeat(10_000)] {
            assert!(Request::read(bad).is_err());
        }
    }
}
