//! Files that installing needs: fetched over HTTP, checked, and kept by hash.
//!
//! `url` says where a file is, `line` gets there, `answer` reads what comes,
//! `keep` is the folder. Guarantees: what is handed out has the size and
//! SHA-256 of the order, hashed again each time; a download that broke off goes
//! on where it stood, also after a restart; a longer body than the order says
//! is cut off, and no download takes the disk's last space.

mod answer;
mod keep;
mod line;
mod url;

use std::fs::{File, OpenOptions};
use std::io::{self, BufReader, Seek as _, SeekFrom, Write as _};
use std::os::unix::fs::OpenOptionsExt as _;
use std::path::Path;
use std::time::Duration;

use ordain_core::order::Artifact;

use answer::Head;
pub use keep::{Keep, Kept};
pub use line::Roads;
use url::{BadUrl, Url};

use crate::disk::{self, DiskError};
use crate::proxy::BadProxy;

/// Asks whether whoever waits for a file has been told to stop.
pub type Stops<'a> = &'a dyn Fn() -> bool;

/// The session was told to stop.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("told to stop")]
pub struct Stopped;

/// Why a file is not here.
#[derive(Debug, thiserror::Error)]
pub enum FetchError {
    /// The session was told to stop.
    #[error(transparent)]
    Stopped(#[from] Stopped),
    /// The order names no place.
    #[error(transparent)]
    Url(#[from] BadUrl),
    /// The proxy's address makes no sense.
    #[error(transparent)]
    Proxy(#[from] BadProxy),
    /// The line broke, again and again.
    #[error("cannot fetch {url}")]
    Line {
        /// From where.
        url: String,
        /// What the system said.
        #[source]
        source: io::Error,
    },
    /// The server does not give it.
    #[error("cannot fetch {url}: the server answers {status}")]
    Status {
        /// From where.
        url: String,
        /// The status code.
        status: u16,
    },
    /// It leads on and on.
    #[error("cannot fetch {0}: it leads on more than {max} times", max = MAX_REDIRECTS)]
    Redirects(String),
    /// It has another length than the order says.
    #[error("{url} has {found} bytes, and the policy says {wanted}")]
    Size {
        /// From where.
        url: String,
        /// How many bytes came, at least.
        found: u64,
        /// How many the order says.
        wanted: u64,
    },
    /// It is another file than the order says.
    #[error("{url} has the SHA-256 {found}, and the policy says {wanted}")]
    Hash {
        /// From where.
        url: String,
        /// The hash of what came.
        found: String,
        /// The hash that the order says.
        wanted: String,
    },
    /// The disk would be full.
    #[error(
        "{url} does not fit: {} MiB of the disk are free, and {} MiB stay free",
        .free / MIB,
        RESERVE / MIB
    )]
    Full {
        /// From where.
        url: String,
        /// Free bytes.
        free: u64,
    },
    /// It is not here, and should be.
    #[error("the artifact `{0}` has not been fetched")]
    Missing(String),
    /// The folder.
    #[error(transparent)]
    Disk(#[from] DiskError),
}

const MIB: u64 = 1024 * 1024;
/// How much of the disk is never taken, in bytes.
const RESERVE: u64 = 256 * MIB;
/// How often a server may lead on.
const MAX_REDIRECTS: usize = 10;
/// How often a line may break without a byte having come.
const MAX_FAILURES: u32 = 3;
/// How long to wait after the first of them; doubled each time.
const PAUSE: Duration = Duration::from_secs(1);
/// How much is read at a time, in bytes.
const PIECE: usize = 128 * 1024;

/// Fetches files into a folder.
#[derive(Debug)]
pub struct Fetcher {
    keep: Keep,
    roads: Roads,
}

impl Fetcher {
    /// Over the folder of what is kept.
    pub fn new(keep: Keep, roads: Roads) -> Self {
        Self { keep, roads }
    }

    /// The folder.
    pub fn keep(&self) -> &Keep {
        &self.keep
    }

    /// Has all of these here, or says which is not.
    ///
    /// # Errors
    /// See [`FetchError`]; what was fetched so far is kept.
    pub fn fetch(&self, artifacts: &[Artifact], stops: Stops<'_>) -> Result<(), FetchError> {
        self.keep.trim(artifacts);
        for artifact in artifacts {
            if artifact.sha256.is_some() && self.keep.find(artifact)?.is_some() {
                continue;
            }
            let part = self.keep.part(artifact)?;
            self.complete(artifact, &part, stops)?;
            self.keep.put(artifact, &part)?;
        }
        Ok(())
    }

    /// Fetches until the file is whole and right.
    fn complete(
        &self,
        artifact: &Artifact,
        part: &Path,
        stops: Stops<'_>,
    ) -> Result<(), FetchError> {
        // What another try left may be of another file of that address.
        let mut resumed = length(part) > 0;
        loop {
            let come = self.patiently(artifact, part, stops);
            match come.and_then(|()| check(artifact, part)) {
                Err(FetchError::Hash { .. } | FetchError::Size { .. }) if resumed => {
                    resumed = false;
                    remove(part)?;
                }
                Err(error @ (FetchError::Hash { .. } | FetchError::Size { .. })) => {
                    remove(part)?;
                    return Err(error);
                }
                other => return other,
            }
        }
    }

    /// Fetches until a whole body has come, through lines that break.
    fn patiently(
        &self,
        artifact: &Artifact,
        part: &Path,
        stops: Stops<'_>,
    ) -> Result<(), FetchError> {
        let mut failures = 0;
        loop {
            let before = length(part);
            match self.download(artifact, part, stops) {
                Err(FetchError::Line { url, source }) => {
                    if is_stop(&source) {
                        return Err(Stopped.into());
                    }
                    failures = if length(part) > before { 0 } else { failures + 1 };
                    if failures >= MAX_FAILURES || source.kind() == io::ErrorKind::InvalidData {
                        return Err(FetchError::Line { url, source });
                    }
                    tracing::warn!(url, error = %source, "the line broke and is opened again");
                    if failures > 0 {
                        wait(PAUSE * 2_u32.pow(failures - 1), stops)?;
                    }
                }
                other => return other,
            }
        }
    }

    /// Asks for the file, or for what is missing of it.
    fn download(
        &self,
        artifact: &Artifact,
        part: &Path,
        stops: Stops<'_>,
    ) -> Result<(), FetchError> {
        let mut url: Url = artifact.url.parse()?;
        for _ in 0..=MAX_REDIRECTS {
            // Only what has a hash may be put together of parts.
            let have = if artifact.sha256.is_some() { length(part) } else { 0 };
            let broken = |source| FetchError::Line { url: url.to_string(), source };
            let proxy = self.roads.proxy(&url)?;
            let mut line = self.roads.open(&url, proxy.as_ref(), stops).map_err(broken)?;
            let through = proxy.filter(|_| !url.secure);
            let request = request(&url, have, through.map(|proxy| proxy.authorization()));
            line.write_all(request.as_bytes()).and_then(|()| line.flush()).map_err(broken)?;
            let mut line = BufReader::with_capacity(PIECE, line);
            let head = Head::read(&mut line).map_err(broken)?;
            match head.status {
                301 | 302 | 303 | 307 | 308 => {
                    let location = head.field("location").unwrap_or_default();
                    url = url.follow(location)?;
                }
                200 | 206 => {
                    let begins = if head.status == 206 { head.part_begins() } else { Some(0) };
                    let begins = begins.filter(|begins| *begins == 0 || *begins == have);
                    let begins = begins.ok_or_else(|| {
                        broken(io::Error::new(
                            io::ErrorKind::InvalidData,
                            "the server gives another part than was asked for",
                        ))
                    })?;
                    return take(artifact, &url, &head, head.body(line), (part, begins));
                }
                // There is no more of it than what is here.
                416 if have > 0 => return Ok(()),
                status => return Err(FetchError::Status { url: url.to_string(), status }),
            }
        }
        Err(FetchError::Redirects(artifact.url.clone()))
    }
}

/// Whether what came is what the order says.
fn check(artifact: &Artifact, part: &Path) -> Result<(), FetchError> {
    let url = || artifact.url.clone();
    let found = length(part);
    if let Some(wanted) = artifact.size.filter(|wanted| *wanted != found) {
        return Err(FetchError::Size { url: url(), found, wanted });
    }
    let Some(wanted) = artifact.sha256.as_ref().map(|hash| hash.to_ascii_lowercase()) else {
        return Ok(());
    };
    let found = keep::hash(part).map_err(disk::at("read", part))?;
    if found == wanted { Ok(()) } else { Err(FetchError::Hash { url: url(), found, wanted }) }
}

fn request(url: &Url, have: u64, through: Option<String>) -> String {
    let Url { server, target, .. } = url;
    let usual = if url.secure { 443 } else { 80 };
    let host = if server.port == usual && !server.host.contains(':') {
        server.host.clone()
    } else {
        server.authority()
    };
    let whole = match through {
        Some(_) => url.to_string(),
        None => target.clone(),
    };
    let range = if have > 0 { format!("Range: bytes={have}-\r\n") } else { String::new() };
    format!(
        "GET {whole} HTTP/1.1\r\nHost: {host}\r\nUser-Agent: ordain-agent/{}\r\nAccept: */*\r\nAccept-Encoding: identity\r\n{range}{}Connection: close\r\n\r\n",
        env!("CARGO_PKG_VERSION"),
        through.unwrap_or_default()
    )
}

/// Writes a body into the file, from there on.
fn take(
    artifact: &Artifact,
    url: &Url,
    head: &Head,
    mut body: impl io::Read,
    (part, begins): (&Path, u64),
) -> Result<(), FetchError> {
    let broken = |source| FetchError::Line { url: url.to_string(), source };
    let too_long = |found, wanted| FetchError::Size { url: url.to_string(), found, wanted };
    let announced = head.length().map(|length| begins.saturating_add(length));
    if let (Some(found), Some(wanted)) = (announced, artifact.size)
        && found > wanted
    {
        return Err(too_long(found, wanted));
    }
    let room = |more: u64| match keep::free(part) {
        Some(free) if free < more.saturating_add(RESERVE) => {
            Err(FetchError::Full { url: url.to_string(), free })
        }
        _ => Ok(()),
    };
    room(announced.unwrap_or_default().saturating_sub(begins))?;
    let mut file = open(part).map_err(disk::at("open", part))?;
    let placed = file.set_len(begins).and_then(|()| file.seek(SeekFrom::Start(begins)));
    placed.map_err(disk::at("write", part))?;
    let (mut total, mut checked) = (begins, begins);
    let mut piece = vec![0; PIECE];
    loop {
        let read = body.read(&mut piece).map_err(broken)?;
        if read == 0 {
            return Ok(());
        }
        total += read as u64;
        if let Some(wanted) = artifact.size.filter(|wanted| total > *wanted) {
            return Err(too_long(total, wanted));
        }
        if announced.is_none() && total - checked > 16 * MIB {
            room(0)?;
            checked = total;
        }
        file.write_all(&piece[..read]).map_err(disk::at("write", part))?;
    }
}

fn open(part: &Path) -> io::Result<File> {
    OpenOptions::new().write(true).create(true).truncate(false).mode(0o600).open(part)
}

/// Whether a line was given up because somebody said so.
fn is_stop(error: &io::Error) -> bool {
    error.get_ref().and_then(|inner| inner.downcast_ref::<Stopped>()).is_some()
}

fn length(part: &Path) -> u64 {
    part.metadata().map_or(0, |found| found.len())
}

fn remove(part: &Path) -> Result<(), DiskError> {
    match std::fs::remove_file(part) {
        Err(error) if error.kind() != io::ErrorKind::NotFound => {
            Err(disk::at("remove", part)(error))
        }
        _ => Ok(()),
    }
}

/// Waits, but not beyond a stop.
fn wait(pause: Duration, stops: Stops<'_>) -> Result<(), Stopped> {
    const GLANCE: Duration = Duration::from_millis(100);
    let mut left = pause;
    while !left.is_zero() {
        if stops() {
            return Err(Stopped);
        }
        std::thread::sleep(left.min(GLANCE));
        left = left.saturating_sub(GLANCE);
    }
    Ok(())
}
