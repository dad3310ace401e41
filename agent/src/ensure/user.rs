//! An account of this computer, through the programs that keep its files.

use ordain_core::order::User;
use ordain_schema::document::ensure::rules::is_account;

use super::accounts::{Accounts, UserLine};
use super::ground::Ground;
use super::{Changes, Fault, Shift, Way};

const USERADD: &[&str] = &["usr/sbin/useradd", "sbin/useradd"];
const USERMOD: &[&str] = &["usr/sbin/usermod", "sbin/usermod"];
const USERDEL: &[&str] = &["usr/sbin/userdel", "sbin/userdel"];

impl Shift<'_, '_> {
    pub(super) fn user(
        &mut self,
        ground: &Ground,
        user: &User,
        present: bool,
        way: Way,
    ) -> Result<Changes, Fault> {
        check(user)?;
        let accounts = self.accounts(ground)?;
        let line = accounts.user(&user.name).cloned();
        match (line, present) {
            (None, false) => Ok(Changes::new()),
            (Some(_), false) => {
                if way == Way::Set {
                    self.change(ground, USERDEL, &[&user.name])?;
                }
                Ok(vec!["is removed; its files stay".to_owned()])
            }
            (None, true) => {
                let args = new(user, accounts.group(&user.name).is_some());
                let told = format!("is made{}", told(user));
                if way == Way::Set {
                    let args: Vec<&str> = args.iter().map(String::as_str).collect();
                    self.change(ground, USERADD, &args)?;
                }
                Ok(vec![told])
            }
            (Some(line), true) => {
                let Differences { args, found } = differences(user, &line, accounts);
                if way == Way::Set && !found.is_empty() {
                    let mut args: Vec<&str> = args.iter().map(String::as_str).collect();
                    args.push(&user.name);
                    self.change(ground, USERMOD, &args)?;
                }
                Ok(found)
            }
        }
    }
}

/// Nothing of an order reaches a command line as anything but what it is.
fn check(user: &User) -> Result<(), Fault> {
    let names = [Some(&user.name), user.group.as_ref()].into_iter().flatten();
    let mut names = names.chain(user.groups.iter().flatten());
    let texts = [&user.comment, &user.home, &user.shell].into_iter().flatten();
    let odd = |text: &&String| text.starts_with('-') || text.contains([':', '\n', '\0']);
    if let Some(odd) = names.find(|name| !is_account(name)) {
        return Err(Fault::Failed(format!("`{odd}` is no name of an account")));
    }
    match texts.into_iter().find(odd) {
        Some(odd) => Err(Fault::Failed(format!("`{odd}` cannot stand in a list of accounts"))),
        None => Ok(()),
    }
}

fn new(user: &User, has_group: bool) -> Vec<String> {
    let mut args: Vec<String> = vec![if user.system { "--system" } else { "--create-home" }.into()];
    let mut option = |name: &str, value: Option<String>| {
        args.extend(value.into_iter().flat_map(|value| [name.to_owned(), value]));
    };
    option("--uid", user.uid.map(|uid| uid.to_string()));
    // A group of the account's own name is its first one, not in its way.
    let own = user.group.clone().or_else(|| has_group.then(|| user.name.clone()));
    option("--gid", own);
    let groups = user.groups.as_ref().filter(|groups| !groups.is_empty());
    option("--groups", groups.map(|groups| groups.join(",")));
    option("--comment", user.comment.clone());
    option("--home-dir", user.home.clone());
    option("--shell", user.shell.clone());
    args.push(user.name.clone());
    args
}

fn told(user: &User) -> String {
    let mut text = String::new();
    let mut add = |what: &str, value: Option<&str>| {
        text.extend(value.map(|value| format!(", {what} {value}")));
    };
    let uid = user.uid.map(|uid| uid.to_string());
    add("number", uid.as_deref());
    add("group", user.group.as_deref());
    let groups = user.groups.as_ref().map(|groups| groups.join(" "));
    add("groups", groups.as_deref().filter(|groups| !groups.is_empty()));
    add("home", user.home.as_deref());
    add("shell", user.shell.as_deref());
    text
}

/// What differs, and the options that mend it.
#[derive(Default)]
struct Differences {
    args: Vec<String>,
    found: Changes,
}

fn differences(user: &User, line: &UserLine, accounts: &Accounts) -> Differences {
    let mut differences = Differences::default();
    let mut compare = |what: &str, option: &str, now: &str, wished: Option<&str>| {
        if let Some(wished) = wished.filter(|wished| *wished != now) {
            let shown =
                |text: &str| if text.is_empty() { "none".to_owned() } else { text.to_owned() };
            differences.found.push(format!("{what} {} becomes {}", shown(now), shown(wished)));
            differences.args.extend([option.to_owned(), wished.to_owned()]);
        }
    };
    let uid = user.uid.map(|uid| uid.to_string());
    compare("number", "--uid", &line.uid.to_string(), uid.as_deref());
    let first = user.group.as_deref().filter(|group| accounts.gid(group) != Some(line.gid));
    compare("group", "--gid", &accounts.group_name(line.gid), first);
    let groups = user.groups.as_ref().map(|groups| {
        let first = user.group.as_ref().map_or(Some(line.gid), |group| accounts.gid(group));
        let other = |group: &&String| accounts.group(group).map(|line| line.gid) != first;
        let mut names: Vec<&str> = groups.iter().filter(other).map(String::as_str).collect();
        names.sort_unstable();
        names.dedup();
        names.join(",")
    });
    let own = accounts.group_name(line.gid);
    let now: Vec<&str> =
        accounts.groups_of(&user.name).into_iter().filter(|group| *group != own).collect();
    compare("groups", "--groups", &now.join(","), groups.as_deref());
    compare("comment", "--comment", &line.comment, user.comment.as_deref());
    compare("home", "--home", &line.home, user.home.as_deref());
    compare("shell", "--shell", &line.shell, user.shell.as_deref());
    differences
}
