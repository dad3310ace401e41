//! The composition root: opens everything, starts the loops, and ends them in order.

use std::future::Future;
use std::net::{IpAddr, SocketAddr, TcpListener};
use std::sync::Arc;
use std::time::Duration;

use axum_server::Handle;
use jiff::Timestamp;
use ordain_source::Watch;
use ordain_store::{SqliteStore, Store, StoreError, TenantScope};
use rustls::ServerConfig;
use tokio::sync::{Notify, watch};
use tokio::task::JoinHandle;
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;

use crate::api;
use crate::authority::{Authority, AuthorityError};
use crate::config::ServeConfig;
use crate::controller::Controller;
use crate::data::{DataError, DataFolder, names};
use crate::drive::Drive;
use crate::follow::{Concern, Follower, Gatherer, Git, GitError, PolicyState, Timetable};
use crate::hub::Hub;
use crate::ledger::{Ledger, LedgerError};
use crate::listener::{self, Acceptor, TlsError};
use crate::notify::{Caller, HookError, Mailing, Outside, Post, PostError};
use crate::retention;
use crate::tokens::AdminToken;

/// How long the listener's certificate holds; it is renewed at a third of that.
const CERTIFICATE: Duration = Duration::from_hours(90 * 24);
/// How long a connection may be open without a request.
const FIRST_REQUEST: Duration = Duration::from_secs(30);

/// Why the daemon could not start, or stopped by itself.
#[derive(Debug, thiserror::Error)]
pub enum ServeError {
    /// The data folder.
    #[error(transparent)]
    Data(#[from] DataError),
    /// The certificate authority.
    #[error("the certificate authority")]
    Authority(#[from] AuthorityError),
    /// Enrolments beside the database.
    #[error("the enrolments")]
    Ledger(#[from] LedgerError),
    /// TLS.
    #[error(transparent)]
    Tls(#[from] TlsError),
    /// The database.
    #[error("the database")]
    Store(#[from] StoreError),
    /// A database that this version does not speak to.
    #[error("this version keeps its data in SQLite only: leave --database out")]
    Database,
    /// The repository.
    #[error("the configuration repository")]
    Git(#[from] GitError),
    /// The mail server.
    #[error("the mail server")]
    Post(#[from] PostError),
    /// A webhook.
    #[error("the webhooks")]
    Hook(#[from] HookError),
    /// The address.
    #[error("cannot listen on {address}")]
    Listen {
        /// The address.
        address: SocketAddr,
        /// What the system said.
        source: std::io::Error,
    },
}

impl ServeError {
    /// What to do about it.
    pub fn hint(&self) -> Option<String> {
        match self {
            Self::Data(error) | Self::Authority(AuthorityError::Data(error)) => {
                Some(error.hint().to_owned())
            }
            Self::Git(error) => error.hint(),
            Self::Listen { .. } => Some(
                "another program may use the port: choose one with --listen ADDRESS:PORT"
                    .to_owned(),
            ),
            Self::Authority(_)
            | Self::Ledger(_)
            | Self::Tls(_)
            | Self::Store(_)
            | Self::Post(_)
            | Self::Hook(_)
            | Self::Database => None,
        }
    }
}

/// Where a controller that has started is reached.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Listening {
    /// What agents and people are told to connect to.
    pub url: String,
    /// The address that is bound.
    pub address: SocketAddr,
    /// What agents pin.
    pub pin: String,
}

/// Runs the daemon until `shutdown` is ready, then ends it in order: no new
/// connections, sockets closed with a code, writes finished.
pub async fn serve(
    config: ServeConfig,
    shutdown: impl Future<Output = ()>,
) -> Result<(), ServeError> {
    serve_and_tell(config, |_| (), shutdown).await
}

/// The same, and says when it listens.
pub async fn serve_and_tell(
    config: ServeConfig,
    tell: impl FnOnce(&Listening),
    shutdown: impl Future<Output = ()>,
) -> Result<(), ServeError> {
    // Another part of the process may have installed it already.
    let _installed = rustls::crypto::ring::default_provider().install_default();
    if config.database.is_some() {
        return Err(ServeError::Database);
    }
    let folder = DataFolder::open(&config.data)?;
    let store = Arc::new(SqliteStore::open(&folder.path(names::DATABASE)).await?);
    let ended = match start(&config, &folder, store.clone()).await {
        Ok(running) => {
            tell(&running.listening);
            shutdown.await;
            running.stop(config.grace).await;
            folder.remove(names::ENDPOINT).map_err(ServeError::from)
        }
        Err(error) => Err(error),
    };
    store.close().await;
    tracing::info!("the controller has stopped");
    ended
}

/// A controller that has started.
struct Running {
    controller: Arc<Controller>,
    listening: Listening,
    handle: Handle<SocketAddr>,
    serving: JoinHandle<std::io::Result<()>>,
    loops: TaskTracker,
}

async fn start(
    config: &ServeConfig,
    folder: &DataFolder,
    store: Arc<dyn Store>,
) -> Result<Running, ServeError> {
    let authority = Authority::load_or_make(folder, Timestamp::now())?;
    let git =
        Arc::new(Git::open(config.repository.clone(), folder.root(), config.access.clone()).await?);
    let (listener, address) = bind(config.listen)?;
    let hosts = hosts(config, address.ip());
    let url = config.url.clone().unwrap_or_else(|| url(&hosts[0], address.port()));
    let listening = Listening { url: url.clone(), address, pin: authority.pin().to_owned() };

    let identity = authority.listener_identity(&hosts, Timestamp::now(), CERTIFICATE)?;
    let (renewed, tls) = watch::channel(listener::configure(&authority, identity)?);
    let branch = git.watch(config.poll);
    let Composed { controller, loops } =
        compose(config, folder, store, authority, (git, branch), url).await?;
    loops.spawn(renew(controller.clone(), hosts, renewed));
    let handle = Handle::new();
    let serving = axum_server::from_tcp(listener)
        .map_err(|source| ServeError::Listen { address, source })?
        .acceptor(Acceptor::new(tls))
        .handle(handle.clone())
        .first_request_timeout(FIRST_REQUEST)
        .serve(api::routes(controller.clone()).into_make_service());
    let serving = tokio::spawn(serving);
    announce(folder, &listening)?;
    tracing::info!(%address, url = listening.url, pin = listening.pin, branch = config.branch, repository = %config.repository, "listening");
    Ok(Running { controller, listening, handle, serving, loops })
}

/// Everything but the listener, its loops running.
pub(crate) struct Composed {
    pub(crate) controller: Arc<Controller>,
    pub(crate) loops: TaskTracker,
}

/// Puts the parts together, lets go on what was under way, and starts the loops.
pub(crate) async fn compose(
    config: &ServeConfig,
    folder: &DataFolder,
    store: Arc<dyn Store>,
    authority: Authority,
    (git, branch): (Arc<Git>, Watch),
    url: String,
) -> Result<Composed, ServeError> {
    let admin = AdminToken::load_or_make(folder)?;
    let ledger = Ledger::open(folder, &*store).await?;
    let closing = CancellationToken::new();
    let loops = TaskTracker::new();
    let (state, policy) = watch::channel(PolicyState::default());
    let mut follower = Follower::new(
        git.clone(),
        store.clone(),
        config.branch.clone(),
        config.allow_rewrites,
        config.clock.clone(),
        state,
    );
    follower.restore().await?;
    let hub = Arc::new(Hub::default());
    let readable = git.clone();
    let (outside, messengers) = messengers(config, &url, &store)?;
    let drive = Drive::new(
        store.clone(),
        hub.clone(),
        git,
        policy.clone(),
        config.clock.clone(),
        outside,
        closing.clone(),
    );
    let controller = Arc::new(Controller {
        store,
        authority,
        admin,
        ledger,
        hub,
        drive,
        policy,
        waker: branch.waker(),
        location: config.repository.clone(),
        url,
        webhook_secret: config.webhook_secret.clone(),
        agent_certificates: config.agent_certificates,
        clock: config.clock.clone(),
        arrivals: Notify::new(),
        sockets: TaskTracker::new(),
        closing: closing.clone(),
    });

    let open = controller.store.open_sessions(&TenantScope::All).await?;
    tracing::info!(sessions = open.len(), "sessions that were open go on");
    controller.drive.resume(&open).await;
    messengers.start(&loops, &closing).await;
    loops.spawn(follower.run(branch, closing));
    loops.spawn(Timetable::new(controller.clone()).await?.run());
    loops.spawn(Gatherer::new(controller.clone()).run());
    loops.spawn(retention::run(controller.clone()));
    loops.spawn(Concern::new(controller.clone(), readable).run());
    Ok(Composed { controller, loops })
}

impl Running {
    /// Ends everything, in order; what does not end in time is left behind.
    async fn stop(self, grace: Duration) {
        tracing::info!("stopping");
        self.handle.graceful_shutdown(Some(grace));
        self.controller.closing.cancel();
        self.loops.close();
        self.controller.sockets.close();
        let everything = async {
            self.loops.wait().await;
            self.controller.sockets.wait().await;
            self.controller.drive.wait().await;
            self.serving.await
        };
        match tokio::time::timeout(grace * 2, everything).await {
            Ok(Ok(Ok(()))) => {}
            Ok(Ok(Err(error))) => tracing::error!(%error, "the listener failed"),
            Ok(Err(error)) => tracing::error!(%error, "the listener panicked"),
            Err(_) => tracing::warn!("some connections did not end in time"),
        }
    }
}

/// Those who tell the outside what happens.
struct Messengers {
    store: Arc<dyn Store>,
    post: Option<Post>,
    callers: Vec<Caller>,
    hooks: Vec<String>,
}

/// Who is told, and those who tell it; nobody has been told anything yet.
fn messengers(
    config: &ServeConfig,
    url: &str,
    store: &Arc<dyn Store>,
) -> Result<(Outside, Messengers), ServeError> {
    let mut outside = Outside { hooks: config.webhooks.clone(), ..Outside::default() };
    let mut post = None;
    if let Some(mail) = &config.mail {
        let mailing = Mailing { url: url.to_owned(), called: Arc::default() };
        post = Some(Post::new(mail, store.clone(), mailing.called.clone())?);
        outside.mailing = Some(mailing);
    }
    let callers = config.webhooks.iter();
    let callers = callers.map(|hook| Caller::new(hook, store.clone(), outside.called.clone()));
    let callers = callers.collect::<Result<_, _>>()?;
    let hooks = config.webhooks.iter().map(|hook| hook.name.clone()).collect();
    Ok((outside, Messengers { store: store.clone(), post, callers, hooks }))
}

impl Messengers {
    async fn start(self, loops: &TaskTracker, closing: &CancellationToken) {
        match self.store.keep_calls_of(&self.hooks).await {
            Ok(0) => {}
            Ok(calls) => tracing::warn!(calls, "calls of webhooks that are gone are forgotten"),
            Err(error) => tracing::error!(%error, "calls of webhooks cannot be looked at"),
        }
        if let Some(post) = self.post {
            loops.spawn(post.run(closing.clone()));
        }
        for caller in self.callers {
            loops.spawn(caller.run(closing.clone()));
        }
    }
}

fn bind(address: SocketAddr) -> Result<(TcpListener, SocketAddr), ServeError> {
    let failed = |source| ServeError::Listen { address, source };
    let listener = TcpListener::bind(address).map_err(failed)?;
    listener.set_nonblocking(true).map_err(failed)?;
    let bound = listener.local_addr().map_err(failed)?;
    Ok((listener, bound))
}

/// The names and addresses that the certificate holds for, the preferred one first.
fn hosts(config: &ServeConfig, listening: IpAddr) -> Vec<String> {
    let mut hosts = config.names.clone();
    if !listening.is_unspecified() {
        hosts.push(listening.to_string());
    }
    hosts.extend(["localhost", "127.0.0.1", "::1"].map(str::to_owned));
    let mut seen = std::collections::HashSet::new();
    hosts.retain(|host| seen.insert(host.clone()));
    hosts
}

fn url(host: &str, port: u16) -> String {
    if host.parse::<std::net::Ipv6Addr>().is_ok() {
        format!("https://[{host}]:{port}")
    } else {
        format!("https://{host}:{port}")
    }
}

/// Writes down where the controller answers, for the verbs on this machine.
fn announce(folder: &DataFolder, listening: &Listening) -> Result<(), DataError> {
    let endpoint = serde_json::json!({"url": listening.url, "pin": listening.pin});
    folder.write(names::ENDPOINT, &format!("{endpoint}\n"))
}

/// Gives the listener a fresh certificate long before the old one ends.
async fn renew(
    controller: Arc<Controller>,
    hosts: Vec<String>,
    config: watch::Sender<Arc<ServerConfig>>,
) {
    loop {
        tokio::select! {
            () = controller.closing.cancelled() => return,
            () = tokio::time::sleep(CERTIFICATE / 3) => {}
        }
        let identity =
            controller.authority.listener_identity(&hosts, Timestamp::now(), CERTIFICATE);
        let fresh = identity
            .map_err(ServeError::from)
            .and_then(|identity| Ok(listener::configure(&controller.authority, identity)?));
        match fresh {
            Ok(fresh) => {
                config.send_replace(fresh);
                tracing::info!("the listener's certificate was renewed");
            }
            Err(error) => {
                tracing::error!(error = %api::chain(&error), "the listener's certificate was not renewed");
            }
        }
    }
}
