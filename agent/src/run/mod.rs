//! Running what an order names: a script by its object id, or a package manager.
//!
//! `process` starts and ends processes, `tree` kills what is left of them,
//! `output` bounds what they print and `mask` hides secrets in it, `script` makes
//! the private folder and checks the bytes, `scripted` runs one in it, `interpreter` and `person` say with what and as whom,
//! `packages` drives package managers, `answer` reads a test's verdict.
//! Whether an exit code is a success is judged by the core, not here.

pub mod answer;
pub mod mask;
pub mod output;
pub mod packages;
pub mod script;
pub mod stop;

mod close;
mod installers;
mod interpreter;
mod person;
mod process;
mod scripted;
mod tree;
mod watch;

use std::ffi::OsString;
use std::io;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use ordain_core::order::{Pending, Run, RunContext, RunWhat};

use self::output::{Bounded, LIMIT};
pub use self::process::{Ended, Launch, Printing, Way, supervise};
pub use self::stop::Stop;
pub use self::tree::kill as kill_tree;
pub use self::watch::Watch;
use crate::blobs::{BlobError, Blobs};
use crate::disk::DiskError;
use crate::fetch::{FetchError, Fetcher};
use crate::platform::Platform;
use crate::platform::spawn::Account;
use crate::secrets::{Handed, Keyring, SecretError};
use crate::unpack::UnpackError;

/// Where programs are looked for.
pub const PATH: &str = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin";

/// Why something was not run. Nothing has started.
#[derive(Debug, thiserror::Error)]
pub enum CannotRun {
    /// The script is not here or is not what its id says.
    #[error(transparent)]
    Blob(#[from] BlobError),
    /// No such interpreter.
    #[error("there is no {0} on this computer")]
    NoInterpreter(&'static str),
    /// An interpreter of another operating system.
    #[error("{0} runs on Windows only")]
    OnlyOnWindows(&'static str),
    /// Nobody to run it as.
    #[error("nobody is logged on, and this runs as the person who is")]
    NobodyLoggedOn,
    /// Somebody is, but not the primary person.
    #[error("the computer's primary person is not logged on, and this runs as that person")]
    PrimaryAway,
    /// Whoever is logged on has no account here.
    #[error("`{0}` is logged on but has no account on this computer")]
    NoAccount(String),
    /// Only root may run something as somebody else.
    #[error("running as `{0}` needs the agent to run as root")]
    NeedsRoot(String),
    /// An installer of another operating system.
    #[error("{0} runs on macOS only")]
    OnlyOnMacos(&'static str),
    /// A program that must not run meanwhile is running: it is left for another session.
    #[error("`{0}` is running")]
    Busy(String),
    /// A program that must not run meanwhile does not end.
    #[error("`{0}` is running and cannot be ended")]
    StillRuns(String),
    /// A file that it needs.
    #[error(transparent)]
    Fetch(#[from] FetchError),
    /// An archive.
    #[error(transparent)]
    Unpack(#[from] UnpackError),
    /// For the controller to run, not for an agent.
    #[error("the {0} context is the controller's, not a computer's")]
    NotHere(&'static str),
    /// A built-in that this platform does not have.
    #[error("`{0}` is not executed on this operating system yet")]
    NotExecutedYet(&'static str),
    /// A package manager that is not here.
    #[error("{0} is not on this computer")]
    NoManager(&'static str),
    /// A package's name or version that would mean something else on a command line.
    #[error("`{0}` is no package name or version")]
    BadPackage(String),
    /// A secret, or what it hands back.
    #[error(transparent)]
    Secret(#[from] SecretError),
    /// The private folder.
    #[error(transparent)]
    Disk(#[from] DiskError),
    /// The system did not start it.
    #[error("`{}` could not be started", program.display())]
    Start {
        /// What.
        program: PathBuf,
        /// What the system said.
        #[source]
        source: io::Error,
    },
}

impl CannotRun {
    /// What it waits for, where it has not failed.
    pub fn pending(&self) -> Option<Pending> {
        match self {
            Self::NobodyLoggedOn | Self::PrimaryAway => Some(Pending::LoggedOn),
            Self::Busy(_) => Some(Pending::Busy),
            _ => None,
        }
    }
}

/// Runs things on this computer.
pub struct Runner {
    platform: Arc<dyn Platform>,
    blobs: Arc<Blobs>,
    fetcher: Fetcher,
    keyring: Keyring,
    folder: PathBuf,
    me: Option<Account>,
    interpreters: interpreter::Interpreters,
    /// A private folder that is empty, for the next script that only looks.
    spare: Mutex<Option<script::Place>>,
}

impl Runner {
    /// Its private folders are made in `folder`.
    pub fn new(
        platform: Arc<dyn Platform>,
        blobs: Arc<Blobs>,
        fetcher: Fetcher,
        keyring: Keyring,
        folder: PathBuf,
    ) -> Self {
        Self {
            platform,
            blobs,
            fetcher,
            keyring,
            folder,
            me: Account::myself(),
            interpreters: interpreter::Interpreters::default(),
            spare: Mutex::default(),
        }
    }

    /// The tenant's identity, and the values that this computer made.
    pub fn keyring(&self) -> &Keyring {
        &self.keyring
    }

    /// Removes the folder that was kept for the next script that only looks.
    pub fn let_go(&self) {
        *self.spare() = None;
    }

    fn spare(&self) -> MutexGuard<'_, Option<script::Place>> {
        self.spare.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Runs something that only looks.
    pub fn look(&self, run: &Run, marker: &str, watch: &mut Watch<'_>) -> Result<Ended, CannotRun> {
        self.run(run, marker, false, watch)
    }

    /// Runs something that changes the computer; it outlives this program if need be.
    pub fn change(
        &self,
        run: &Run,
        marker: &str,
        watch: &mut Watch<'_>,
    ) -> Result<Ended, CannotRun> {
        self.run(run, marker, true, watch)
    }

    /// Runs a program that only looks, without a folder of its own.
    pub fn program(
        &self,
        program: &Path,
        args: Vec<OsString>,
        patience: Duration,
        marker: &str,
        watch: &mut Watch<'_>,
    ) -> io::Result<Ended> {
        supervise(&self.bare(program, args, patience, Printing::Pipes, marker), watch)
    }

    /// Runs one of the system's programs that changes the computer; it outlives
    /// this program if need be.
    pub fn tool(
        &self,
        program: &Path,
        args: Vec<OsString>,
        patience: Duration,
        marker: &str,
        watch: &mut Watch<'_>,
    ) -> Result<Ended, CannotRun> {
        let place = script::Place::make(&self.folder, marker, None)?;
        let output = place.path().join("output");
        let launch = self.bare(program, args, patience, Printing::File(&output), marker);
        let start = |source| CannotRun::Start { program: program.to_owned(), source };
        supervise(&launch, watch).map_err(start)
    }

    /// A program of the system by itself: no folder, no input, nobody's account.
    fn bare<'a>(
        &self,
        program: &'a Path,
        args: Vec<OsString>,
        timeout: Duration,
        printing: Printing<'a>,
        marker: &'a str,
    ) -> Launch<'a> {
        Launch {
            program,
            args,
            folder: Path::new("/"),
            environment: self.base_environment(None),
            input: None,
            account: None,
            timeout,
            printing,
            marker,
            mask: &mask::NOTHING,
        }
    }

    fn run(
        &self,
        run: &Run,
        marker: &str,
        changes: bool,
        watch: &mut Watch<'_>,
    ) -> Result<Ended, CannotRun> {
        if let Some(close) = run.close_first() {
            let persons = self.platform.logged_on();
            close::make_way(close, persons.iter().any(|name| name != "root"), watch)?;
        }
        match run.context {
            RunContext::System => self.run_as(run, marker, changes, None, watch),
            RunContext::User => {
                let meant = person::meant(&*self.platform, self.me.as_ref(), run.users.as_ref())?;
                self.run_for(&meant, run, marker, changes, watch)
            }
            RunContext::Metascript => Err(CannotRun::NotHere("metascript")),
            RunContext::Cloud => Err(CannotRun::NotHere("cloud")),
        }
    }

    /// Runs something for several persons, one after the other. What went worst
    /// stands for all; a test that says no needs no further one.
    fn run_for(
        &self,
        accounts: &[Account],
        run: &Run,
        marker: &str,
        changes: bool,
        watch: &mut Watch<'_>,
    ) -> Result<Ended, CannotRun> {
        let mut output = Bounded::new(LIMIT);
        let mut handed = Handed::default();
        let mut worst: Option<(Grade, Ended)> = None;
        for account in accounts {
            let mut ended = self.run_as(run, marker, changes, Some(account), watch)?;
            handed.add(std::mem::take(&mut ended.handed));
            if accounts.len() > 1 {
                output.push(format!("[{}]\n", account.name).as_bytes());
            }
            output.push(ended.output.as_bytes());
            let (grade, stopped) = (grade(run, changes, &ended), ended.way == Way::Stopped);
            if worst.as_ref().is_none_or(|(before, _)| *before < grade) {
                worst = Some((grade, ended));
            }
            if stopped || (!changes && grade == Grade::Bad) {
                break;
            }
        }
        let (_, ended) = worst.ok_or(CannotRun::NobodyLoggedOn)?;
        Ok(Ended { output: output.text(), handed, ..ended })
    }

    fn run_as(
        &self,
        run: &Run,
        marker: &str,
        changes: bool,
        account: Option<&Account>,
        watch: &mut Watch<'_>,
    ) -> Result<Ended, CannotRun> {
        match &run.what {
            RunWhat::Script { .. } => self.script(run, marker, changes, account, watch),
            RunWhat::Package { manager, name, version, remove } => {
                let place = script::Place::make(&self.folder, marker, None)?;
                let request =
                    packages::Request { name, version: version.as_deref(), remove: *remove };
                let deadline = Instant::now() + Duration::from_secs(run.timeout_seconds);
                let mut environment = self.base_environment(None);
                environment.extend(run.environment.iter().cloned());
                let mut shift = packages::Shift {
                    folder: place.path(),
                    environment,
                    marker,
                    deadline,
                    watch,
                    done: Vec::new(),
                };
                shift.carry_out(*manager, &request)
            }
            // Carried out by `crate::ensure`, without a process of its own.
            RunWhat::Ensure(_) => Err(CannotRun::NotExecutedYet("ensure")),
            RunWhat::Installer(installer) => self.install(installer, run, watch),
        }
    }

    /// Whether becoming that account is a change.
    fn drops_to(&self, account: &Account) -> bool {
        self.me.as_ref().is_none_or(|me| me.uid != account.uid)
    }

    fn base_environment(&self, account: Option<&Account>) -> Vec<(String, String)> {
        let account = account.or(self.me.as_ref());
        let home = account.map_or(Path::new("/"), |account| &account.home);
        let mut environment = vec![
            ("PATH".to_owned(), PATH.to_owned()),
            ("HOME".to_owned(), home.display().to_string()),
            ("LANG".to_owned(), "C.UTF-8".to_owned()),
        ];
        if let Some(account) = account {
            environment.extend(person::environment(account));
        }
        environment
    }
}

/// How well a run for one of several persons went; the greater the worse.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Grade {
    Good,
    WantsReboot,
    Bad,
}

fn grade(run: &Run, changes: bool, ended: &Ended) -> Grade {
    let Way::Exit(code) = ended.way else { return Grade::Bad };
    let success = run.success_codes.contains(&code) || (run.success_codes.is_empty() && code == 0);
    let well =
        if changes { success } else { answer::answer(&ended.answer, code, &run.success_codes) };
    if well {
        Grade::Good
    } else if changes && run.reboot_codes.contains(&code) {
        Grade::WantsReboot
    } else {
        Grade::Bad
    }
}

impl std::fmt::Debug for Runner {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Runner").field("folder", &self.folder).finish_non_exhaustive()
    }
}
