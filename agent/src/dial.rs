//! A TLS line to the controller: direct or through a proxy, within a time limit.

use std::io;
use std::sync::Arc;
use std::time::Duration;

use rustls::ClientConfig;
use rustls::pki_types::ServerName;
use tokio::net::TcpStream;
use tokio::time::timeout;
use tokio_rustls::TlsConnector;
use tokio_rustls::client::TlsStream;

use crate::proxy::{Proxy, ProxyError};
use crate::server::Server;

/// How long each part of connecting may take.
const PATIENCE: Duration = Duration::from_secs(20);

/// Why there is no line.
#[derive(Debug, thiserror::Error)]
pub enum DialError {
    /// Nobody answers there.
    #[error("cannot reach {whom}")]
    Reach {
        /// The server or the proxy.
        whom: String,
        /// What the system said.
        #[source]
        source: io::Error,
    },
    /// The proxy does not help.
    #[error("through the proxy {proxy}")]
    Proxy {
        /// Which.
        proxy: String,
        /// Why.
        #[source]
        source: ProxyError,
    },
    /// The host is neither a name nor an address.
    #[error("`{0}` is no host name")]
    Name(String),
    /// TLS failed.
    #[error("no secure connection to {whom}")]
    Tls {
        /// The server.
        whom: String,
        /// Why.
        #[source]
        source: io::Error,
    },
}

/// Opens a line to the server.
pub async fn dial(
    server: &Server,
    proxy: Option<&Proxy>,
    config: Arc<ClientConfig>,
) -> Result<TlsStream<TcpStream>, DialError> {
    let (host, port, whom) = match proxy {
        Some(proxy) => (proxy.host.as_str(), proxy.port, proxy.to_string()),
        None => (server.host.as_str(), server.port, server.to_string()),
    };
    let reach = |source| DialError::Reach { whom: whom.clone(), source };
    let late = |_| io::Error::from(io::ErrorKind::TimedOut);
    let tcp =
        timeout(PATIENCE, TcpStream::connect((host, port))).await.map_err(late).and_then(|tcp| tcp);
    let mut tcp = tcp.map_err(reach)?;
    let _ = tcp.set_nodelay(true);
    if let Some(proxy) = proxy {
        let connected = proxy.connect(&mut tcp, server, PATIENCE).await;
        connected.map_err(|source| DialError::Proxy { proxy: proxy.to_string(), source })?;
    }
    let name = ServerName::try_from(server.host.clone())
        .map_err(|_| DialError::Name(server.host.clone()))?;
    let tls = timeout(PATIENCE, TlsConnector::from(config).connect(name, tcp))
        .await
        .map_err(late)
        .and_then(|tls| tls);
    tls.map_err(|source| DialError::Tls { whom: server.to_string(), source })
}
