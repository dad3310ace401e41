//! Carrying orders out, one after the other, on a thread of its own.
//!
//! The connection takes an order in ([`crate::intake`]) and hands its number
//! over; from then on only the journal counts. `detection` finds out,
//! `execution` walks steps with the core's executor, `native` hands settings
//! without scripts to [`crate::ensure`], `kept` makes values and takes what scripts hand back, `orphan` deals with what
//! an earlier run of the program left behind. Nothing here knows whether the
//! controller can be reached.

mod detection;
mod execution;
mod kept;
mod native;
mod orphan;
mod reboot;

use std::path::{Path, PathBuf};
use std::sync::mpsc::{self, RecvTimeoutError};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use ordain_core::order::{Check, CheckHow, Probe, Run, Step, Task, What};
use ordain_trust::ObjectId;
use ordain_wire::{AgentMessage, AtSpec, Malformed, Order, ReportBody};
use tokio::sync::Notify;

use crate::blobs::Blobs;
use crate::command::chain;
use crate::detect::Detectors;
use crate::disk;
use crate::ensure::Settings;
use crate::fetch::{Fetcher, Keep, Roads};
use crate::journal::{Given, Journal, JournalError, OrderId};
use crate::platform::Platform;
use crate::platform::spawn;
use crate::run::output::Decoder;
use crate::run::{Runner, Stop};
use crate::secrets::Keyring;

/// What the connection and the carrying thread share.
#[derive(Debug)]
pub struct Desk {
    journal: Mutex<Journal>,
    /// Rings when the journal holds something new to report.
    pub reported: Notify,
    /// The scripts.
    pub blobs: Arc<Blobs>,
    /// What is to stop.
    pub stop: Stop,
}

impl Desk {
    /// Over an open journal and the kept scripts.
    pub fn new(journal: Journal, blobs: Arc<Blobs>) -> std::io::Result<Self> {
        Ok(Self {
            journal: Mutex::new(journal),
            reported: Notify::new(),
            blobs,
            stop: Stop::new()?,
        })
    }

    /// The journal, for as long as the guard lives.
    pub fn journal(&self) -> MutexGuard<'_, Journal> {
        self.journal.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Writes reports down; waits for as long as the disk does not take them.
    fn report(&self, order: &OrderId, bodies: &[ReportBody]) {
        self.insist(|journal| journal.report(order, bodies));
        self.reported.notify_one();
    }

    fn insist(&self, mut write: impl FnMut(&mut Journal) -> Result<(), JournalError>) {
        loop {
            let written = write(&mut self.journal());
            match written {
                Ok(()) => return,
                Err(error) => {
                    tracing::error!(error = %chain(&error), "nothing goes on until the journal can be written");
                    std::thread::sleep(DISK_PATIENCE);
                }
            }
        }
    }
}

/// Where the parts of a computer are that tests put elsewhere.
#[derive(Debug, Clone)]
pub struct Roots {
    /// Above the package managers' databases; `/` on a computer.
    pub system: PathBuf,
    /// Where private folders of runs are made.
    pub runs: PathBuf,
    /// Where the tenant's identity and values that were made are kept.
    pub data: PathBuf,
    /// Where fetched files are kept.
    pub artifacts: PathBuf,
    /// The proxy on the way to them; as the environment says without one.
    pub proxy: Option<String>,
}

/// Hands numbers of accepted orders to the carrying thread.
#[derive(Debug, Clone)]
pub struct Queue(mpsc::Sender<u64>);

impl Queue {
    /// Has the order carried out after those before it.
    pub fn put(&self, number: u64) {
        // The thread lives as long as the program.
        let _ = self.0.send(number);
    }
}

/// Starts the carrying thread; it first finishes what the journal says is not over.
pub fn start(
    desk: Arc<Desk>,
    platform: Arc<dyn Platform>,
    roots: Roots,
    live: tokio::sync::mpsc::Sender<AgentMessage>,
) -> std::io::Result<Queue> {
    let (sender, orders) = mpsc::channel();
    // Before anybody can put a new order in, which would then be carried out twice.
    let left_over = desk.journal().unfinished();
    let fetcher = Fetcher::new(Keep::new(roots.artifacts.clone()), Roads::new(roots.proxy.clone()));
    let keyring = Keyring::new(roots.data.clone());
    let (blobs, runs) = (desk.blobs.clone(), roots.runs.clone());
    let runner = Runner::new(platform.clone(), blobs, fetcher, keyring, runs);
    let detectors = Detectors::new(&roots.system);
    let settings = Settings::default();
    let nonce = rand::random();
    let carrier = Carrier { desk, platform, roots, runner, detectors, settings, live, nonce };
    std::thread::Builder::new()
        .name("carry".to_owned())
        .spawn(move || carrier.carry_on(left_over, &orders))?;
    Ok(Queue(sender))
}

/// How long a full disk is waited for before the journal is tried again.
const DISK_PATIENCE: Duration = Duration::from_secs(2);
/// After this long without work, caches are dropped and orphans reaped.
const IDLE: Duration = Duration::from_secs(30);

struct Carrier {
    desk: Arc<Desk>,
    platform: Arc<dyn Platform>,
    roots: Roots,
    runner: Runner,
    detectors: Detectors,
    settings: Settings,
    live: tokio::sync::mpsc::Sender<AgentMessage>,
    /// Tells the runs of this start of the program from those of others.
    nonce: u32,
}

impl Carrier {
    fn carry_on(mut self, left_over: Vec<u64>, orders: &mpsc::Receiver<u64>) {
        self.sweep(&left_over);
        for number in left_over {
            self.carry_out(number);
        }
        loop {
            match orders.recv_timeout(IDLE) {
                Ok(number) => self.carry_out(number),
                Err(RecvTimeoutError::Timeout) => {
                    self.detectors.forget();
                    self.settings.forget();
                }
                Err(RecvTimeoutError::Disconnected) => return,
            }
            spawn::reap();
        }
    }

    /// Removes private folders of runs that are over.
    fn sweep(&self, left_over: &[u64]) {
        let journal = self.desk.journal();
        let kept: Vec<String> = left_over
            .iter()
            .filter_map(|number| Some(journal.known(*number)?.starting.as_ref()?.marker.clone()))
            .collect();
        drop(journal);
        let Ok(entries) = self.roots.runs.read_dir() else { return };
        for entry in entries.filter_map(Result::ok) {
            if !kept.iter().any(|marker| entry.file_name() == marker.as_str()) {
                let _ = std::fs::remove_dir_all(entry.path());
            }
        }
    }

    fn carry_out(&mut self, number: u64) {
        let Some((order, task)) = self.order(number) else { return };
        let mut last = Vec::new();
        match task.as_deref() {
            Ok(Task::Detect(checks)) => last.push(self.detect(&order, checks)),
            Ok(Task::Execute { steps, restarts }) => {
                self.execute(&order, steps.clone(), restarts.clone());
            }
            // Taken in by another version of the program, before an update.
            Err(error) => {
                tracing::error!(order = number, %error, "an accepted order does not make sense any more");
            }
        }
        last.push(ReportBody::Ended);
        self.desk.report(&order, &last);
        tracing::info!(order = number, session = order.session, "order ended");
        self.desk.stop.forget(&order.session);
    }

    /// The order of that number, from memory or as the journal has it.
    fn order(&self, number: u64) -> Option<(OrderId, Result<Arc<Task>, Malformed>)> {
        let fresh = self.desk.journal().take_fresh(number);
        if let Some(Given { id, task }) = fresh {
            return Some((id, Ok(task)));
        }
        let read = self.desk.journal().order(number);
        match read {
            Ok(order) => order.map(|Order { number, session, body, .. }| {
                (OrderId { number, session }, Task::try_from(body).map(Arc::new))
            }),
            Err(error) => {
                tracing::error!(order = number, error = %chain(&error), "an order cannot be read back");
                None
            }
        }
    }

    /// Fetches the scripts that are not here; comes back without them when the session stops.
    fn fetch(&self, order: &OrderId, runs: impl Iterator<Item = ObjectId>) {
        self.desk.blobs.want(runs);
        self.desk.blobs.wait(|| self.desk.stop.is_requested(&order.session));
    }

    /// Sends what a process prints to whoever follows; lost where nobody listens.
    fn stream(&self, order: u64, at: AtSpec) -> impl FnMut(&[u8]) + use<> {
        let live = self.live.clone();
        let mut decoder = Decoder::default();
        let mut left = STREAMED;
        move |bytes| {
            let text = decoder.decode(&bytes[..bytes.len().min(left)]);
            left -= bytes.len().min(left);
            if !text.is_empty() {
                let _ = live.try_send(AgentMessage::Output { order, at, text });
            }
        }
    }
}

/// How much of one process's output is streamed at most, in bytes.
const STREAMED: usize = 1024 * 1024;

/// Milliseconds since the epoch, by this computer's clock.
pub(crate) fn now_ms() -> i64 {
    let since = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
    i64::try_from(since.as_millis()).unwrap_or(i64::MAX)
}

fn scripts_of_check(check: &Check) -> Vec<ObjectId> {
    let runs: Vec<&Run> = match &check.how {
        CheckHow::Software { probe, test, offered: _ } => {
            scripted(probe).into_iter().chain(test).collect()
        }
        CheckHow::Test(run) | CheckHow::Get(run) => vec![run],
    };
    runs.into_iter().flat_map(script_ids).collect()
}

fn scripts_of_step(step: &Step) -> Vec<ObjectId> {
    let runs = step.works.iter().filter_map(|work| match &work.what {
        What::Run(run) => Some(run),
        What::Probe(probe) => scripted(probe),
        What::Fetch(_) | What::Reboot(_) => None,
    });
    runs.flat_map(script_ids).collect()
}

fn scripted(probe: &Probe) -> Option<&Run> {
    match probe {
        Probe::Script(run) => Some(run),
        _ => None,
    }
}

fn script_ids(run: &Run) -> impl Iterator<Item = ObjectId> {
    run.blobs().into_iter().filter_map(|blob| blob.parse().ok())
}

/// The standard places within a data folder.
pub fn roots(data: &Path, proxy: Option<String>) -> Roots {
    let (runs, artifacts) = (data.join("run"), data.join("artifacts"));
    Roots { system: PathBuf::from("/"), runs, data: data.to_owned(), artifacts, proxy }
}

/// Opens the journal and the scripts of a data folder.
pub fn desk(data: &Path) -> Result<Desk, OpenError> {
    let journal = Journal::open(&data.join("journal"))?;
    let blobs = Arc::new(Blobs::open(data.join("blobs"))?);
    Ok(Desk::new(journal, blobs)?)
}

/// Why the desk cannot be laid.
#[derive(Debug, thiserror::Error)]
pub enum OpenError {
    /// The journal.
    #[error(transparent)]
    Journal(#[from] JournalError),
    /// The scripts.
    #[error(transparent)]
    Disk(#[from] disk::DiskError),
    /// The system.
    #[error("the system refuses a handle")]
    Handle(#[from] std::io::Error),
}
