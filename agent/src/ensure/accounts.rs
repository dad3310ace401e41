//! The accounts and groups of this computer, read from its own files.
//!
//! What a directory service adds is known by the system alone, and counts only
//! where somebody is looked up by name to own something.

use std::path::Path;

use super::ground::{Ground, read};
use super::{Fault, is_computer};

/// Users and groups as `passwd(5)` and `group(5)` list them.
#[derive(Debug)]
pub(super) struct Accounts {
    users: Vec<UserLine>,
    groups: Vec<GroupLine>,
    /// Whether the system may be asked about others.
    computer: bool,
}

/// One line of `/etc/passwd`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct UserLine {
    pub(super) name: String,
    pub(super) uid: u32,
    pub(super) gid: u32,
    pub(super) comment: String,
    pub(super) home: String,
    pub(super) shell: String,
}

/// One line of `/etc/group`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct GroupLine {
    pub(super) name: String,
    pub(super) gid: u32,
    pub(super) members: Vec<String>,
}

impl Accounts {
    pub(super) fn read(ground: &Ground) -> Result<Self, Fault> {
        Ok(Self {
            users: text(ground, "/etc/passwd")?.lines().filter_map(user_line).collect(),
            groups: text(ground, "/etc/group")?.lines().filter_map(group_line).collect(),
            computer: is_computer(ground.root()),
        })
    }

    pub(super) fn user(&self, name: &str) -> Option<&UserLine> {
        self.users.iter().find(|line| line.name == name)
    }

    pub(super) fn group(&self, name: &str) -> Option<&GroupLine> {
        self.groups.iter().find(|line| line.name == name)
    }

    /// The name of a group, or its number where it has none.
    pub(super) fn group_name(&self, gid: u32) -> String {
        let found = self.groups.iter().find(|line| line.gid == gid);
        found.map_or_else(|| gid.to_string(), |line| line.name.clone())
    }

    /// The groups beside the first one that list a user, sorted.
    pub(super) fn groups_of(&self, name: &str) -> Vec<&str> {
        let lists = |line: &&GroupLine| line.members.iter().any(|member| member == name);
        let mut names: Vec<&str> =
            self.groups.iter().filter(lists).map(|line| line.name.as_str()).collect();
        names.sort_unstable();
        names
    }

    /// Whether a user's first group is that one.
    pub(super) fn is_first_of(&self, user: &str, gid: u32) -> bool {
        self.user(user).is_some_and(|line| line.gid == gid)
    }

    /// A user's number, by name or as it is written.
    pub(super) fn uid(&self, text: &str) -> Option<u32> {
        self.user(text).map(|line| line.uid).or_else(|| text.parse().ok()).or_else(|| {
            let found = nix::unistd::User::from_name(text).ok().flatten();
            found.filter(|_| self.computer).map(|user| user.uid.as_raw())
        })
    }

    /// A group's number, by name or as it is written.
    pub(super) fn gid(&self, text: &str) -> Option<u32> {
        self.group(text).map(|line| line.gid).or_else(|| text.parse().ok()).or_else(|| {
            let found = nix::unistd::Group::from_name(text).ok().flatten();
            found.filter(|_| self.computer).map(|group| group.gid.as_raw())
        })
    }
}

fn text(ground: &Ground, path: &str) -> Result<String, Fault> {
    let Some((mut file, stat)) = ground.open(path)? else {
        return Err(Fault::Failed(format!("this computer has no {path}")));
    };
    let mut bytes = Vec::new();
    read(&mut file, &stat, path, &mut bytes)?;
    Ok(String::from_utf8_lossy(&bytes).into_owned())
}

fn user_line(line: &str) -> Option<UserLine> {
    let mut fields = line.split(':');
    let name = fields.next().filter(|name| !name.is_empty())?.to_owned();
    let _password = fields.next()?;
    let (uid, gid) = (fields.next()?.parse().ok()?, fields.next()?.parse().ok()?);
    let mut text = || fields.next().map(str::to_owned);
    Some(UserLine { name, uid, gid, comment: text()?, home: text()?, shell: text()? })
}

fn group_line(line: &str) -> Option<GroupLine> {
    let mut fields = line.split(':');
    let name = fields.next().filter(|name| !name.is_empty())?.to_owned();
    let _password = fields.next()?;
    let gid = fields.next()?.parse().ok()?;
    let members = fields.next()?.split(',').filter(|name| !name.is_empty()).map(str::to_owned);
    Some(GroupLine { name, gid, members: members.collect() })
}

/// Where the system's own programs stand.
pub(super) fn program(root: &Path, places: &[&str]) -> Option<std::path::PathBuf> {
    places.iter().map(|place| root.join(place)).find(|path| path.is_file())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_are_read_and_others_passed_over() {
        let jo = user_line("jo:x:1000:1000:Jo Doe,,,:/home/jo:/bin/bash").expect("a line");
        assert_eq!((jo.uid, &*jo.comment, &*jo.shell), (1000, "Jo Doe,,,", "/bin/bash"));
        assert_eq!(
            user_line("nobody:*:65534:65534::/:").map(|line| line.shell),
            Some(String::new())
        );
        for line in ["", "# a comment", "+::::::", "jo:x:1000", "jo:x:many:1:::"] {
            assert_eq!(user_line(line), None, "{line}");
        }
        let wheel = group_line("wheel:x:10:jo,remo").expect("a line");
        assert_eq!(wheel.members, ["jo", "remo"]);
        assert_eq!(group_line("empty:x:11:").map(|line| line.members.len()), Some(0));
        assert_eq!(group_line("empty:x"), None);
    }
}
