//! A setting of the kernel: now, through `/proc/sys`, and for the next start
//! of the system, in a file of its own below `/etc/sysctl.d`.

use std::fs::File;
use std::io::Write as _;

use ordain_core::order::Sysctl;
use ordain_schema::document::ensure::rules;
use rustix::fs::{FileType, OFlags, fstat};

use super::file::PLAIN;
use super::ground::{Ground, cannot, read};
use super::write::{self, Fresh, Owner};
use super::{Changes, Fault, Shift, Way};

impl Shift<'_, '_> {
    pub(super) fn sysctl(
        &mut self,
        ground: &Ground,
        sysctl: &Sysctl,
        present: bool,
        way: Way,
    ) -> Result<Changes, Fault> {
        let key = Key::of(&sysctl.key)?;
        let kept = key.file();
        if !present {
            let there = ground.stat(&kept)?.is_some();
            if there
                && way == Way::Set
                && let Some(spot) = ground.spot(&kept)?
            {
                write::remove(&spot)?;
            }
            return Ok(Vec::from_iter(
                there.then(|| "is no longer set at the system's start".into()),
            ));
        }
        let wished = words(sysctl.value.as_deref().unwrap_or_default());
        if wished.is_empty() || wished.contains(['\0', '\n']) {
            return Err(Fault::Failed("its value is not one line of text".to_owned()));
        }
        let mut found = Changes::new();
        let live = key.live();
        let now = self.text(ground, &live)?;
        let now = now.ok_or_else(|| Fault::Failed("the kernel has no such setting".to_owned()))?;
        if words(&now) != wished {
            found.push(format!("{} becomes {wished}", words(&now)));
            if way == Way::Set {
                set_live(ground, &live, &wished)?;
            }
        }
        let line = format!("# Kept by policy.\n{} = {wished}\n", key.written());
        if self.text(ground, &kept)?.as_deref() != Some(&*line) {
            found.push(format!("{wished} is set at the system's start, by {kept}"));
            if way == Way::Set {
                let spot = ground.spot_in_made(&kept, &mut |_| ())?;
                let (content, owner) = (line.as_bytes(), Owner::default());
                write::replace(&spot, &Fresh { content, mode: PLAIN, owner, old: None })?;
            }
        }
        Ok(found)
    }

    /// The text of a file; none where it is not there.
    fn text(&mut self, ground: &Ground, path: &str) -> Result<Option<String>, Fault> {
        let Some((mut file, stat)) = ground.open(path)? else { return Ok(None) };
        read(&mut file, &stat, path, &mut self.settings.buffer)?;
        Ok(Some(String::from_utf8_lossy(&self.settings.buffer).into_owned()))
    }
}

/// The parts of a setting's name.
struct Key(Vec<String>);

impl Key {
    /// As `sysctl.d(5)` reads it: the sign that comes first parts the name,
    /// and the other one stands for it within a part.
    fn of(text: &str) -> Result<Self, Fault> {
        if !rules::is_sysctl(text) {
            return Err(Fault::Failed("it is no setting of the kernel".to_owned()));
        }
        let slashes = text.find(['.', '/']).is_some_and(|at| text.as_bytes()[at] == b'/');
        let part = |part: &str| if slashes { part.to_owned() } else { part.replace('/', ".") };
        let parts = text.split(if slashes { '/' } else { '.' });
        Ok(Self(parts.map(part).collect()))
    }

    fn live(&self) -> String {
        format!("/proc/sys/{}", self.0.join("/"))
    }

    /// Behind the system's own files, which are read in the order of their names.
    fn file(&self) -> String {
        format!("/etc/sysctl.d/99-zz-ordain-{}.conf", self.0.join("."))
    }

    fn written(&self) -> String {
        self.0.join("/")
    }
}

/// The words of a value: the kernel parts them by tabs, people by blanks.
fn words(value: &str) -> String {
    value.split_ascii_whitespace().collect::<Vec<_>>().join(" ")
}

fn set_live(ground: &Ground, path: &str, value: &str) -> Result<(), Fault> {
    let spot = ground.spot(path)?;
    let spot = spot.ok_or_else(|| Fault::Failed("the kernel has no such setting".to_owned()))?;
    let handle = spot.open(OFlags::WRONLY | OFlags::TRUNC);
    let mut handle = File::from(handle.map_err(|error| cannot("open", path, error))?);
    let stat = fstat(&handle).map_err(|error| cannot("look at", path, error))?;
    if FileType::from_raw_mode(stat.st_mode) != FileType::RegularFile {
        return Err(Fault::refused(path, "it is no ordinary file"));
    }
    // The kernel takes a value in one write, or not at all.
    let written = handle.write_all(format!("{value}\n").as_bytes());
    written.map_err(|error| cannot("set", path, error))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_read_as_sysctl_reads_them() {
        for (text, live, file) in [
            ("net.ipv4.ip_forward", "net/ipv4/ip_forward", "net.ipv4.ip_forward"),
            (
                "net.ipv4.conf.eth0/100.forwarding",
                "net/ipv4/conf/eth0.100/forwarding",
                "net.ipv4.conf.eth0.100.forwarding",
            ),
            (
                "net/ipv4/conf/eth0.100/forwarding",
                "net/ipv4/conf/eth0.100/forwarding",
                "net.ipv4.conf.eth0.100.forwarding",
            ),
        ] {
            let key = Key::of(text).expect("a name");
            assert_eq!(key.live(), format!("/proc/sys/{live}"), "{text}");
            assert_eq!(key.file(), format!("/etc/sysctl.d/99-zz-ordain-{file}.conf"), "{text}");
            assert_eq!(key.written(), live, "{text}");
        }
        for text in ["", "swappiness", "../kernel/x", "net..x", "a.b\nc"] {
            assert!(Key::of(text).is_err(), "{text}");
        }
        assert_eq!(words("4096\t131072\t6291456\n"), "4096 131072 6291456");
    }
}
