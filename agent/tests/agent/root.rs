//! A folder laid out as a computer's root, and settings put right below it.

use std::collections::BTreeMap;
use std::fs;
use std::os::unix::fs::MetadataExt as _;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::{Duration, Instant};

use ordain_agent::blobs::Blobs;
use ordain_agent::ensure::{Outcome, Settings, Shift};
use ordain_agent::fetch::{Fetcher, Keep, Roads};
use ordain_agent::run::{Runner, Stop, Watch};
use ordain_agent::secrets::Keyring;
use ordain_core::order::ensure::File;
use ordain_core::order::{Content, Directory, Ensure, Line, Resource, Sysctl};
use tempfile::TempDir;

use crate::bench::Laid;
use crate::orders;

/// A root, and what carries settings out below it.
pub(crate) struct Root {
    pub(crate) folder: TempDir,
    pub(crate) platform: Arc<Laid>,
    pub(crate) blobs: Arc<Blobs>,
    pub(crate) settings: Settings,
    /// Of what is random, for messages.
    pub(crate) seed: u64,
}

impl Root {
    pub(crate) fn new() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let root = folder.path().join("root");
        for part in ["etc/sysctl.d", "proc/sys/vm", "proc/sys/net/ipv4", "srv"] {
            fs::create_dir_all(root.join(part)).unwrap();
        }
        fs::write(
            root.join("etc/passwd"),
            "root:x:0:0:root:/root:/bin/sh\njo:x:1000:1000::/:/bin/sh\n",
        )
        .unwrap();
        fs::write(root.join("etc/group"), "root:x:0:\noffice:x:1500:jo\n").unwrap();
        fs::write(root.join("proc/sys/vm/swappiness"), "60\n").unwrap();
        fs::write(root.join("proc/sys/net/ipv4/tcp_rmem"), "4096\t131072\t6291456\n").unwrap();
        let platform = Arc::new(Laid { users: Vec::new(), folder: folder.path().to_owned(), root });
        let blobs = Arc::new(Blobs::open(folder.path().join("blobs")).unwrap());
        Self { folder, platform, blobs, settings: Settings::default(), seed: 0 }
    }

    pub(crate) fn path(&self, path: &str) -> PathBuf {
        self.platform.root.join(path.trim_start_matches('/'))
    }

    pub(crate) fn read(&self, path: &str) -> String {
        fs::read_to_string(self.path(path)).unwrap()
    }

    pub(crate) fn mode(&self, path: &str) -> u32 {
        self.path(path).symlink_metadata().unwrap().mode() & 0o7777
    }

    pub(crate) fn keep(&self, content: &str) -> String {
        let id = orders::id(content);
        self.blobs.want([id.parse().unwrap()]);
        self.blobs.deliver(&orders::blob(content)).unwrap();
        id
    }

    pub(crate) fn shift<T>(&mut self, act: impl FnOnce(&mut Shift<'_, '_>) -> T) -> T {
        let stop = Stop::new().unwrap();
        let keep = Keep::new(self.folder.path().join("artifacts"));
        let fetcher = Fetcher::new(keep, Roads::new(None));
        let runner = Runner::new(
            self.platform.clone(),
            self.blobs.clone(),
            fetcher,
            Keyring::new(self.folder.path()),
            self.folder.path().join("run"),
        );
        let mut nobody = |_: &[u8]| {};
        let mut watch = Watch::over(&stop, "s", &mut nobody);
        act(&mut Shift {
            settings: &mut self.settings,
            platform: &*self.platform,
            blobs: &self.blobs,
            runner: &runner,
            marker: "m",
            deadline: Instant::now() + Duration::from_mins(1),
            watch: &mut watch,
        })
    }

    pub(crate) fn look(&mut self, all: &[Ensure]) -> Outcome {
        self.shift(|shift| shift.look(all))
    }

    pub(crate) fn set(&mut self, all: &[Ensure]) -> Outcome {
        self.shift(|shift| shift.set(all))
    }

    /// Looking changes nothing, setting does what looking said, and then
    /// nothing is left to do. Gives what was told.
    pub(crate) fn settles(&mut self, all: &[Ensure]) -> String {
        let said = format!("seed {}: {all:?}", self.seed);
        let before = self.picture();
        let looked = self.look(all);
        assert_eq!(self.picture(), before, "looking changes nothing: {said}");
        let set = self.set(all);
        assert_eq!(set.settled.as_ref().map(|_| ()), Ok(()), "{said}");
        let after = self.picture();
        for _ in 0..2 {
            let again = self.look(all);
            assert_eq!((again.settled, again.changes.as_str()), (Ok(true), ""), "{said}");
            assert_eq!(self.set(all).settled, Ok(true), "{said}");
            assert_eq!(self.picture(), after, "nothing is written twice: {said}");
        }
        assert_eq!(looked.settled, Ok(looked.changes.is_empty()), "{said}");
        set.changes
    }

    /// Everything below the root, with what a write would leave a trace in.
    pub(crate) fn picture(&self) -> BTreeMap<PathBuf, (u64, i64, u32, u32, u64)> {
        let mut all = BTreeMap::new();
        let mut open = vec![self.platform.root.clone()];
        while let Some(path) = open.pop() {
            let is = path.symlink_metadata().unwrap();
            if is.is_dir() {
                open.extend(fs::read_dir(&path).unwrap().map(|entry| entry.unwrap().path()));
            }
            all.insert(path, (is.ino(), is.ctime_nsec(), is.mode(), is.uid(), is.len()));
        }
        all
    }
}

pub(crate) fn there(resource: Resource) -> Ensure {
    Ensure { present: true, resource }
}

pub(crate) fn gone(resource: Resource) -> Ensure {
    Ensure { present: false, resource }
}

pub(crate) fn file(
    path: &str,
    content: Option<&str>,
    mode: Option<u32>,
    owner: Option<&str>,
) -> Resource {
    let content = content.map(|text| Content::Text(text.into()));
    Resource::File(File { path: path.into(), content, mode, owner: owner.map(str::to_owned) })
}

pub(crate) fn directory(path: &str, mode: Option<u32>, force: bool) -> Resource {
    Resource::Directory(Directory { path: path.into(), mode, owner: None, force })
}

pub(crate) fn line(path: &str, line: &str, pattern: Option<&str>) -> Resource {
    let pattern = pattern.map(str::to_owned);
    Resource::Line(Line { path: path.into(), line: Some(line.into()), pattern, after: None })
}

pub(crate) fn sysctl(key: &str, value: &str) -> Resource {
    Resource::Sysctl(Sysctl { key: key.into(), value: Some(value.into()) })
}
