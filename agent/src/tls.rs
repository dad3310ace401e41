//! TLS with a controller that is known by its CA's key and nothing else.
//!
//! A pin is `sha256/` and the base64 of SHA-256 over the CA certificate's
//! SubjectPublicKeyInfo in DER, as RFC 7469 counts it. The server presents its
//! certificate and its CA's; no authority of the operating system is asked.

use std::fmt;
use std::str::FromStr;
use std::sync::Arc;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD as BASE64;
use rustls::client::WebPkiServerVerifier;
use rustls::client::danger::{HandshakeSignatureValid, ServerCertVerified, ServerCertVerifier};
use rustls::crypto::CryptoProvider;
use rustls::pki_types::{CertificateDer, PrivateKeyDer, ServerName, UnixTime};
use rustls::{
    CertificateError, ClientConfig, DigitallySignedStruct, Error, OtherError, RootCertStore,
    SignatureScheme,
};
use sha2::{Digest as _, Sha256};
use x509_parser::prelude::{FromDer as _, X509Certificate};

/// The fingerprint of a CA's key.
#[derive(Clone, PartialEq, Eq)]
pub struct Pin([u8; 32]);

/// A text that is no pin.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("`{0}` is no pin: `sha256/` and 44 characters of base64 are expected")]
pub struct BadPin(String);

impl FromStr for Pin {
    type Err = BadPin;

    fn from_str(text: &str) -> Result<Self, BadPin> {
        let bad = || BadPin(text.chars().take(80).collect());
        let hash =
            BASE64.decode(text.strip_prefix("sha256/").ok_or_else(bad)?).map_err(|_| bad())?;
        hash.try_into().map(Self).map_err(|_| bad())
    }
}

impl fmt::Display for Pin {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "sha256/{}", BASE64.encode(self.0))
    }
}

impl fmt::Debug for Pin {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Pin({self})")
    }
}

impl Pin {
    /// The pin of a certificate's key; none where the bytes are no certificate.
    pub fn of(certificate: &CertificateDer<'_>) -> Option<Self> {
        let (_, parsed) = X509Certificate::from_der(certificate).ok()?;
        Some(Self(Sha256::digest(parsed.tbs_certificate.subject_pki.raw).into()))
    }
}

/// The server's chain holds no certificate with the pinned key.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("the server is not the one that the pin names: it shows {found}, the pin is {pin}")]
pub struct PinMismatch {
    pin: Pin,
    found: String,
}

/// The pin mismatch beneath an error, if that is what it is about.
pub fn pin_mismatch<'a>(error: &'a (dyn std::error::Error + 'static)) -> Option<&'a PinMismatch> {
    let mut next = Some(error);
    while let Some(error) = next {
        let inner = error.downcast_ref::<std::io::Error>().and_then(std::io::Error::get_ref);
        let tls = error.downcast_ref::<Error>().or_else(|| inner?.downcast_ref::<Error>());
        if let Some(Error::InvalidCertificate(CertificateError::Other(OtherError(other)))) = tls {
            return other.downcast_ref();
        }
        next = error.source();
    }
    None
}

/// Accepts exactly the servers that the pinned CA vouches for.
#[derive(Debug)]
struct PinVerifier {
    pin: Pin,
    provider: Arc<CryptoProvider>,
}

impl ServerCertVerifier for PinVerifier {
    fn verify_server_cert(
        &self,
        end_entity: &CertificateDer<'_>,
        intermediates: &[CertificateDer<'_>],
        server_name: &ServerName<'_>,
        ocsp_response: &[u8],
        now: UnixTime,
    ) -> Result<ServerCertVerified, Error> {
        let pins = intermediates.iter().map(|each| (each, Pin::of(each)));
        let pinned = pins.clone().find(|(_, pin)| pin.as_ref() == Some(&self.pin));
        let Some((ca, _)) = pinned else {
            let found: Vec<String> =
                pins.filter_map(|(_, pin)| pin.map(|pin| pin.to_string())).collect();
            let found = if found.is_empty() { "no CA".to_owned() } else { found.join(", ") };
            let mismatch = PinMismatch { pin: self.pin.clone(), found };
            return Err(Error::InvalidCertificate(CertificateError::Other(OtherError(Arc::new(
                mismatch,
            )))));
        };
        let mut roots = RootCertStore::empty();
        roots.add(ca.clone().into_owned())?;
        let verifier =
            WebPkiServerVerifier::builder_with_provider(Arc::new(roots), self.provider.clone())
                .build()
                .map_err(|error| Error::General(error.to_string()))?;
        verifier.verify_server_cert(end_entity, &[], server_name, ocsp_response, now)
    }

    fn verify_tls12_signature(
        &self,
        message: &[u8],
        cert: &CertificateDer<'_>,
        dss: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, Error> {
        rustls::crypto::verify_tls12_signature(
            message,
            cert,
            dss,
            &self.provider.signature_verification_algorithms,
        )
    }

    fn verify_tls13_signature(
        &self,
        message: &[u8],
        cert: &CertificateDer<'_>,
        dss: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, Error> {
        rustls::crypto::verify_tls13_signature(
            message,
            cert,
            dss,
            &self.provider.signature_verification_algorithms,
        )
    }

    fn supported_verify_schemes(&self) -> Vec<SignatureScheme> {
        self.provider.signature_verification_algorithms.supported_schemes()
    }
}

/// A certificate with its key, as an agent presents it.
#[derive(Debug)]
pub struct Credential {
    /// The certificate.
    pub certificate: CertificateDer<'static>,
    /// Its key.
    pub key: PrivateKeyDer<'static>,
}

/// How the agent speaks TLS to that controller; without a credential as anybody.
pub fn client_config(pin: &Pin, credential: Option<Credential>) -> Result<ClientConfig, Error> {
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let verifier = Arc::new(PinVerifier { pin: pin.clone(), provider: provider.clone() });
    let builder = ClientConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()?
        .dangerous()
        .with_custom_certificate_verifier(verifier);
    let mut config = match credential {
        Some(Credential { certificate, key }) => {
            builder.with_client_auth_cert(vec![certificate], key)?
        }
        None => builder.with_no_client_auth(),
    };
    // One connection at a time, for hours: nothing is resumed.
    config.resumption = rustls::client::Resumption::disabled();
    Ok(config)
}
