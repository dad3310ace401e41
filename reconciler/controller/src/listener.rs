//! The one TLS listener: who is on the other side, if they say so.
//!
//! A client certificate is optional here; whoever needs one asks for
//! [`Peer::bearer`]. One that the authority did not sign, or that has
//! expired, ends the handshake.

use std::io;
use std::sync::Arc;
use std::time::Duration;

use axum::extract::Request;
use axum_server::accept::Accept;
use futures_util::future::BoxFuture;
use rustls::pki_types::CertificateDer;
use rustls::server::WebPkiClientVerifier;
use rustls::{RootCertStore, ServerConfig};
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::sync::watch;
use tokio_rustls::TlsAcceptor;
use tokio_rustls::server::TlsStream;
use tower::Service;

use crate::authority::{Authority, Bearer, ListenerIdentity};

/// How long a handshake may take.
const HANDSHAKE: Duration = Duration::from_secs(10);

/// Who is on the other side of a connection.
#[derive(Debug, Clone)]
pub(crate) struct Peer {
    certificate: Option<Arc<CertificateDer<'static>>>,
}

impl Peer {
    /// The agent that the peer's certificate names, where it showed one.
    pub(crate) fn bearer(&self) -> Option<Bearer> {
        Bearer::of(self.certificate.as_ref()?)
    }
}

/// Why the listener's configuration could not be made.
#[derive(Debug, thiserror::Error)]
pub enum TlsError {
    /// A certificate or key does not fit.
    #[error("the listener's certificate cannot be used")]
    Rustls(#[from] rustls::Error),
    /// The authority cannot stand for clients.
    #[error("the authority's certificate cannot be used")]
    Verifier(#[from] rustls::server::VerifierBuilderError),
}

/// TLS with optional client certificates of this authority.
pub(crate) fn configure(
    authority: &Authority,
    identity: ListenerIdentity,
) -> Result<Arc<ServerConfig>, TlsError> {
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let mut roots = RootCertStore::empty();
    roots.add(authority.certificate().clone())?;
    let verifier = WebPkiClientVerifier::builder_with_provider(Arc::new(roots), provider.clone())
        .allow_unauthenticated()
        .build()?;
    let mut config = ServerConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()?
        .with_client_cert_verifier(verifier)
        .with_single_cert(identity.chain, identity.key)?;
    config.alpn_protocols = vec![b"http/1.1".to_vec()];
    Ok(Arc::new(config))
}

/// Takes connections in, always with the newest configuration.
#[derive(Clone)]
pub(crate) struct Acceptor {
    config: watch::Receiver<Arc<ServerConfig>>,
}

impl Acceptor {
    pub(crate) fn new(config: watch::Receiver<Arc<ServerConfig>>) -> Self {
        Self { config }
    }
}

impl<I, S> Accept<I, S> for Acceptor
where
    I: AsyncRead + AsyncWrite + Unpin + Send + 'static,
    S: Send + 'static,
{
    type Stream = TlsStream<I>;
    type Service = WithPeer<S>;
    type Future = BoxFuture<'static, io::Result<(Self::Stream, Self::Service)>>;

    fn accept(&self, stream: I, service: S) -> Self::Future {
        let acceptor = TlsAcceptor::from(self.config.borrow().clone());
        Box::pin(async move {
            let stream = tokio::time::timeout(HANDSHAKE, acceptor.accept(stream)).await??;
            let certificates = stream.get_ref().1.peer_certificates();
            let certificate = certificates
                .and_then(|chain| chain.first())
                .map(|leaf| Arc::new(leaf.clone().into_owned()));
            Ok((stream, WithPeer { inner: service, peer: Peer { certificate } }))
        })
    }
}

/// Tells every request of a connection who the peer is.
#[derive(Clone)]
pub(crate) struct WithPeer<S> {
    inner: S,
    peer: Peer,
}

impl<S, B> Service<Request<B>> for WithPeer<S>
where
    S: Service<Request<B>>,
{
    type Response = S::Response;
    type Error = S::Error;
    type Future = S::Future;

    fn poll_ready(
        &mut self,
        context: &mut std::task::Context<'_>,
    ) -> std::task::Poll<Result<(), Self::Error>> {
        self.inner.poll_ready(context)
    }

    fn call(&mut self, mut request: Request<B>) -> Self::Future {
        request.extensions_mut().insert(self.peer.clone());
        self.inner.call(request)
    }
}
