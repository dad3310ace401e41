//! A group of this computer and its members.

use ordain_core::order::Group;
use ordain_schema::document::ensure::rules::is_account;

use super::accounts::{Accounts, GroupLine};
use super::ground::Ground;
use super::{Changes, Fault, Shift, Way};

const GROUPADD: &[&str] = &["usr/sbin/groupadd", "sbin/groupadd"];
const GROUPMOD: &[&str] = &["usr/sbin/groupmod", "sbin/groupmod"];
const GROUPDEL: &[&str] = &["usr/sbin/groupdel", "sbin/groupdel"];
const GPASSWD: &[&str] = &["usr/bin/gpasswd", "bin/gpasswd"];

impl Shift<'_, '_> {
    pub(super) fn group(
        &mut self,
        ground: &Ground,
        group: &Group,
        present: bool,
        way: Way,
    ) -> Result<Changes, Fault> {
        let lists = group.members.iter().chain([&group.include, &group.exclude]).flatten();
        if let Some(odd) = [&group.name].into_iter().chain(lists).find(|name| !is_account(name)) {
            return Err(Fault::Failed(format!("`{odd}` is no name of an account")));
        }
        let accounts = self.accounts(ground)?;
        let line = accounts.group(&group.name).cloned();
        if !present {
            if line.is_some() && way == Way::Set {
                self.change(ground, GROUPDEL, &[&group.name])?;
            }
            return Ok(Vec::from_iter(line.map(|_| "is removed".to_owned())));
        }
        let mut found = Changes::new();
        let gid = group.gid.map(|gid| gid.to_string());
        let members = members(group, line.as_ref(), accounts);
        match &line {
            None => {
                let number = gid.as_ref().map(|gid| format!(", number {gid}")).unwrap_or_default();
                found.push(format!("is made{number}"));
                if way == Way::Set {
                    let mut args: Vec<&str> = Vec::new();
                    args.extend(gid.iter().flat_map(|gid| ["--gid", gid.as_str()]));
                    args.push(&group.name);
                    self.change(ground, GROUPADD, &args)?;
                }
            }
            Some(line) => {
                if let Some(gid) = gid.filter(|gid| *gid != line.gid.to_string()) {
                    found.push(format!("number {} becomes {gid}", line.gid));
                    if way == Way::Set {
                        self.change(ground, GROUPMOD, &["--gid", &gid, &group.name])?;
                    }
                }
            }
        }
        let Members { now, wished } = members;
        found.extend(
            wished
                .iter()
                .filter(|name| !now.contains(name))
                .map(|name| format!("`{name}` becomes a member")),
        );
        found.extend(
            now.iter()
                .filter(|name| !wished.contains(name))
                .map(|name| format!("`{name}` is a member no longer")),
        );
        if now != wished && way == Way::Set {
            self.change(ground, GPASSWD, &["--members", &wished.join(","), &group.name])?;
        }
        Ok(found)
    }
}

/// Who is listed, and who is to be; sorted.
struct Members {
    now: Vec<String>,
    wished: Vec<String>,
}

fn members(group: &Group, line: Option<&GroupLine>, accounts: &Accounts) -> Members {
    let mut now = line.map(|line| line.members.clone()).unwrap_or_default();
    let mut wished = group.members.clone().unwrap_or_else(|| now.clone());
    wished.extend(group.include.iter().cloned());
    wished.retain(|name| !group.exclude.contains(name));
    // Whose first group it is, is a member without being listed.
    if let Some(gid) = line.map(|line| line.gid) {
        let listed = now.clone();
        wished.retain(|name| listed.contains(name) || !accounts.is_first_of(name, gid));
    }
    for list in [&mut now, &mut wished] {
        list.sort_unstable();
        list.dedup();
    }
    Members { now, wished }
}
