//! The process-wide settings of libgit2, made once before its first use.
//!
//! Owns the only two unsafe calls of this crate. Every function that opens a
//! repository goes through [`prepare`].

use std::sync::Once;

use crate::transport;

/// Registers our transport and turns the owner check off.
///
/// git checks a folder's owner because it runs hooks and programs that the
/// folder's configuration names. Nothing here runs anything from a
/// repository, and a daemon commonly reads one that another account owns.
pub(crate) fn prepare() {
    static ONCE: Once = Once::new();
    ONCE.call_once(|| {
        #[expect(unsafe_code, reason = "libgit2's settings are process-wide; `Once` guards them")]
        // SAFETY: libgit2 asks that neither call races with the opening of
        // repositories or transports. `Once` makes every user of this crate,
        // the only one that holds git2, wait here first.
        let done = unsafe {
            git2::opts::set_verify_owner_validation(false)
                .and_then(|()| git2::transport::register(transport::SCHEME, transport::connect))
        };
        done.expect("both calls only allocate");
    });
}
