//! Starting processes: as whom, and what happens to their orphans.
//!
//! The only unsafe code of the agent: dropping root before the program of a
//! logged-on person starts, which the standard library cannot do with that
//! person's supplementary groups.

use std::os::unix::process::CommandExt as _;
use std::path::PathBuf;
use std::process::Command;
use std::sync::atomic::{AtomicBool, Ordering};

use nix::unistd::{Gid, Uid, User, getgrouplist, setgid, setgroups, setuid};

/// An account of this computer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Account {
    /// Its name.
    pub name: String,
    /// Its number.
    pub uid: u32,
    /// Its primary group's number.
    pub gid: u32,
    /// Its home.
    pub home: PathBuf,
    groups: Vec<Gid>,
}

impl Account {
    /// Looks an account up by name.
    pub fn of(name: &str) -> Option<Self> {
        Self::from_user(User::from_name(name).ok()??)
    }

    /// The account that this program runs as.
    pub fn myself() -> Option<Self> {
        Self::from_user(User::from_uid(Uid::effective()).ok()??)
    }

    fn from_user(user: User) -> Option<Self> {
        let c_name = std::ffi::CString::new(user.name.clone()).ok()?;
        let groups = getgrouplist(&c_name, user.gid).unwrap_or_else(|_| vec![user.gid]);
        Some(Self {
            name: user.name,
            uid: user.uid.as_raw(),
            gid: user.gid.as_raw(),
            home: user.dir,
            groups,
        })
    }
}

/// Whether this program may become somebody else.
pub fn is_root() -> bool {
    Uid::effective().is_root()
}

static ADOPTS: AtomicBool = AtomicBool::new(false);

/// Makes orphans of this program's runs its own children, so that a run's
/// whole tree can be found; [`reap`] takes them in. For a program that starts
/// processes on the carrying thread alone.
pub fn adopt_orphans() {
    match nix::sys::prctl::set_child_subreaper(true) {
        Ok(()) => ADOPTS.store(true, Ordering::Relaxed),
        Err(error) => tracing::debug!(%error, "orphans of scripts cannot be adopted"),
    }
}

/// Whether every child of this program that it did not start itself is an
/// orphan of its runs.
pub fn adopts() -> bool {
    ADOPTS.load(Ordering::Relaxed)
}

/// Reaps adopted children that have ended. Only where no child of its own is waited for.
pub fn reap() {
    use nix::sys::wait::{WaitPidFlag, WaitStatus, waitpid};
    if !adopts() {
        return;
    }
    while matches!(
        waitpid(nix::unistd::Pid::from_raw(-1), Some(WaitPidFlag::WNOHANG)),
        Ok(WaitStatus::Exited(..) | WaitStatus::Signaled(..))
    ) {}
}

/// Has the command run as that account, all privileges dropped for good.
pub fn run_as(command: &mut Command, account: &Account) {
    let (uid, gid, groups) =
        (Uid::from_raw(account.uid), Gid::from_raw(account.gid), account.groups.clone());
    let drop_root = move || {
        setgroups(&groups)?;
        setgid(gid)?;
        setuid(uid)?;
        Ok(())
    };
    // SAFETY: between fork and exec the closure makes three system calls on
    // values made before the fork; it allocates nothing and takes no lock.
    #[expect(
        unsafe_code,
        reason = "supplementary groups of another account need a step between fork and exec"
    )]
    unsafe {
        command.pre_exec(drop_root);
    }
}
