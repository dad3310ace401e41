//! Running as the persons who are logged on.

use std::path::Path;

use ordain_core::order::Audience;

use super::CannotRun;
use crate::platform::Platform;
use crate::platform::spawn::{Account, is_root};

/// The accounts of those for whom something runs: who is at the screen, or
/// whom `users` says. Root is no person.
pub(super) fn meant(
    platform: &dyn Platform,
    me: Option<&Account>,
    users: Option<&Audience>,
) -> Result<Vec<Account>, CannotRun> {
    let mut names = platform.logged_on();
    names.retain(|name| name != "root");
    match users {
        None => names.truncate(1),
        Some(Audience::Each) => {}
        Some(Audience::Primary(person)) => {
            if !names.is_empty() {
                names.retain(|name| person.as_deref().is_some_and(|upn| is_of(name, upn)));
                names.truncate(1);
                if names.is_empty() {
                    return Err(CannotRun::PrimaryAway);
                }
            }
        }
    }
    if names.is_empty() {
        return Err(CannotRun::NobodyLoggedOn);
    }
    names.iter().map(|name| account(name, me)).collect()
}

fn account(name: &str, me: Option<&Account>) -> Result<Account, CannotRun> {
    let account = Account::of(name).ok_or_else(|| CannotRun::NoAccount(name.to_owned()))?;
    if !is_root() && me.is_none_or(|me| me.uid != account.uid) {
        return Err(CannotRun::NeedsRoot(name.to_owned()));
    }
    Ok(account)
}

/// Whether an account is that of a person: called by the whole UPN, or by what
/// stands before its `@`, with or without a domain in front.
fn is_of(name: &str, upn: &str) -> bool {
    let bare = name.rsplit('\\').next().unwrap_or(name);
    let local = upn.split('@').next().unwrap_or(upn);
    name.eq_ignore_ascii_case(upn) || bare.eq_ignore_ascii_case(local)
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

#[cfg(test)]
mod tests {
    use super::is_of;

    #[test]
    fn accounts_of_a_person() {
        for (name, is) in [
            ("jo", true),
            ("Jo", true),
            ("CONTOSO\\jo", true),
            ("jo@contoso.example", true),
            ("jo@other.example", false),
            ("joan", false),
            ("contoso.example", false),
        ] {
            assert_eq!(is_of(name, "jo@contoso.example"), is, "{name}");
        }
    }
}
