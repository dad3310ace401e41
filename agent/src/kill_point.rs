//! Named points at which a crash test has the program kill itself.
//!
//! Built only with the feature `kill-points`: the shipped program contains
//! neither the names nor the environment variable. A test sets
//! `ORDAIN_KILL_AT=NAME` and finds the process gone as by `kill -9`.

/// Dies here where the environment says so.
#[cfg(feature = "kill-points")]
pub fn reach(name: &str) {
    if std::env::var("ORDAIN_KILL_AT").is_ok_and(|wanted| wanted == name) {
        let me = nix::unistd::getpid();
        let _ = nix::sys::signal::kill(me, nix::sys::signal::Signal::SIGKILL);
        std::thread::park();
    }
}

/// Does nothing: the program was built without kill points, and keeps not even their names.
#[cfg(not(feature = "kill-points"))]
#[inline(always)]
pub fn reach(_name: &str) {}
