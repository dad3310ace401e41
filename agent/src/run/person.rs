//! Running as the person who is logged on.

use std::path::Path;

use super::CannotRun;
use crate::platform::Platform;
use crate::platform::spawn::{Account, is_root};

/// The account of the first person who is logged on; root is no person.
pub(super) fn logged_on(
    platform: &dyn Platform,
    me: Option<&Account>,
) -> Result<Account, CannotRun> {
    let names = platform.logged_on();
    let name = names.iter().find(|name| *name != "root").ok_or(CannotRun::NobodyLoggedOn)?;
    let account = Account::of(name).ok_or_else(|| CannotRun::NoAccount(name.clone()))?;
    if !is_root() && me.is_none_or(|me| me.uid != account.uid) {
        return Err(CannotRun::NeedsRoot(name.clone()));
    }
    Ok(account)
}

/// What a program of that account finds in its environment, beside PATH, HOME and LANG.
pub(super) fn environment(account: &Account) -> Vec<(String, String)> {
    let mut environment = vec![
        ("USER".to_owned(), account.name.clone()),
        ("LOGNAME".to_owned(), account.name.clone()),
    ];
    let runtime = format!("/run/user/{}", account.uid);
    if Path::new(&runtime).is_dir() {
        let bus = format!("{runtime}/bus");
        if Path::new(&bus).exists() {
            environment.push(("DBUS_SESSION_BUS_ADDRESS".to_owned(), format!("unix:path={bus}")));
        }
        environment.push(("XDG_RUNTIME_DIR".to_owned(), runtime));
    }
    environment
}

/// Where a program of that account starts.
pub(super) fn start_folder(account: &Account) -> &Path {
    if account.home.is_dir() { &account.home } else { Path::new("/") }
}
