//! Knowing the right controller by its authority: by the certificate, or by
//! the hash of its public key, as agents do.

use std::sync::Arc;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use rustls::client::WebPkiServerVerifier;
use rustls::client::danger::{HandshakeSignatureValid, ServerCertVerified, ServerCertVerifier};
use rustls::crypto::{CryptoProvider, ring};
use rustls::pki_types::pem::PemObject;
use rustls::pki_types::{CertificateDer, ServerName, UnixTime};
use rustls::server::ParsedCertificate;
use rustls::{ClientConfig, DigitallySignedStruct, Error, RootCertStore, SignatureScheme};
use sha2::{Digest, Sha256};

use super::endpoint::Trust;
use crate::error::CommandError;

/// How TLS is set up; none where the machine's own authorities count.
pub(super) fn configuration(trust: &Trust) -> Result<Option<ClientConfig>, CommandError> {
    // Another part of the process may have installed it already.
    let _installed = ring::default_provider().install_default();
    match trust {
        Trust::System => Ok(None),
        Trust::Authority(pem, path) => {
            let roots = roots(pem).ok_or_else(|| {
                let error = anyhow::anyhow!("`{}` holds no certificate", path.display());
                CommandError::failed(error).hint("the controller's data folder holds its ca.pem")
            })?;
            let config = ClientConfig::builder().with_root_certificates(roots);
            Ok(Some(config.with_no_client_auth()))
        }
        Trust::Pin(pin) => {
            let wanted = pin.strip_prefix("sha256/").and_then(|hash| STANDARD.decode(hash).ok());
            let wanted =
                wanted.and_then(|hash| <[u8; 32]>::try_from(hash).ok()).ok_or_else(|| {
                    let error = anyhow::anyhow!("`{pin}` is no pin");
                    CommandError::usage(error).hint(
                        "a pin is `sha256/` and the hash in base64, as `ordain enroll` shows it",
                    )
                })?;
            let provider = Arc::new(ring::default_provider());
            let verifier = Arc::new(Pinned { wanted, provider });
            let config =
                ClientConfig::builder().dangerous().with_custom_certificate_verifier(verifier);
            Ok(Some(config.with_no_client_auth()))
        }
    }
}

fn roots(pem: &[u8]) -> Option<RootCertStore> {
    let mut roots = RootCertStore::empty();
    for certificate in CertificateDer::pem_slice_iter(pem) {
        roots.add(certificate.ok()?).ok()?;
    }
    (!roots.is_empty()).then_some(roots)
}

/// Accepts what the one authority has signed whose public key has this hash;
/// the controller sends that authority's certificate along.
#[derive(Debug)]
struct Pinned {
    wanted: [u8; 32],
    provider: Arc<CryptoProvider>,
}

impl Pinned {
    fn is_meant(&self, certificate: &CertificateDer<'_>) -> bool {
        let Ok(parsed) = ParsedCertificate::try_from(certificate) else {
            return false;
        };
        let hash: [u8; 32] = Sha256::digest(parsed.subject_public_key_info()).into();
        hash == self.wanted
    }
}

impl ServerCertVerifier for Pinned {
    fn verify_server_cert(
        &self,
        end_entity: &CertificateDer<'_>,
        intermediates: &[CertificateDer<'_>],
        server_name: &ServerName<'_>,
        ocsp_response: &[u8],
        now: UnixTime,
    ) -> Result<ServerCertVerified, Error> {
        let authority = intermediates.iter().find(|certificate| self.is_meant(certificate));
        let authority = authority.ok_or_else(|| {
            Error::General(
                "the certificate comes from another authority than the pin says".to_owned(),
            )
        })?;
        let mut roots = RootCertStore::empty();
        roots.add(authority.clone().into_owned())?;
        let verifier =
            WebPkiServerVerifier::builder_with_provider(Arc::new(roots), self.provider.clone())
                .build()
                .map_err(|error| Error::General(error.to_string()))?;
        verifier.verify_server_cert(end_entity, intermediates, server_name, ocsp_response, now)
    }

    fn verify_tls12_signature(
        &self,
        message: &[u8],
        certificate: &CertificateDer<'_>,
        signed: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, Error> {
        let algorithms = &self.provider.signature_verification_algorithms;
        rustls::crypto::verify_tls12_signature(message, certificate, signed, algorithms)
    }

    fn verify_tls13_signature(
        &self,
        message: &[u8],
        certificate: &CertificateDer<'_>,
        signed: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, Error> {
        let algorithms = &self.provider.signature_verification_algorithms;
        rustls::crypto::verify_tls13_signature(message, certificate, signed, algorithms)
    }

    fn supported_verify_schemes(&self) -> Vec<SignatureScheme> {
        self.provider.signature_verification_algorithms.supported_schemes()
    }
}
