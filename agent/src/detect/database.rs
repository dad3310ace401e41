//! Package databases that are plain files: read once, kept until they change.
//!
//! dpkg's `status` (`deb822(5)` stanzas) and Alpine's `installed` are read
//! natively, no process is started. What is kept is only the name and version
//! of what is installed.

use std::collections::HashMap;
use std::fs::{self, File};
use std::io::{self, Read as _};
use std::os::unix::fs::MetadataExt as _;
use std::path::PathBuf;

/// How a database is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Layout {
    /// dpkg's status file.
    Dpkg,
    /// Alpine's list of what is installed.
    Apk,
}

/// A database file and what was last read of it.
#[derive(Debug)]
pub struct Database {
    path: PathBuf,
    layout: Layout,
    read: Option<(Stamp, Installed)>,
    /// Whether what was read was compared with the file since [`Database::look_again`].
    is_current: bool,
}

/// Tells whether a file is still the one that was read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Stamp {
    device: u64,
    inode: u64,
    size: u64,
    modified: (i64, i64),
    changed: (i64, i64),
}

impl Database {
    /// Of that file, not read yet.
    pub fn new(path: impl Into<PathBuf>, layout: Layout) -> Self {
        Self { path: path.into(), layout, read: None, is_current: false }
    }

    /// The installed version of a package; none where it is not (wholly) installed.
    ///
    /// # Errors
    /// Where the file cannot be read; `NotFound` where there is none.
    pub fn version(&mut self, name: &str) -> io::Result<Option<&str>> {
        if !self.is_current {
            self.refresh()?;
            self.is_current = true;
        }
        Ok(self.read.as_ref().and_then(|(_, installed)| installed.version(name)))
    }

    /// Compares with the file before the next answer. What was read counts for
    /// as long as device, inode, size and the times of change and of its inode
    /// are the same: package managers replace their file by another, and not
    /// even root writes into one without the latter time moving on.
    pub fn look_again(&mut self) {
        self.is_current = false;
    }

    fn refresh(&mut self) -> io::Result<()> {
        let stamp = stamp(&fs::metadata(&self.path)?);
        if self.read.as_ref().is_none_or(|(read, _)| *read != stamp) {
            // Replaced by rename on every change: one open file is one state.
            let mut file = File::open(&self.path)?;
            let opened = file.metadata()?;
            let mut bytes =
                Vec::with_capacity(usize::try_from(opened.len()).unwrap_or_default() + 1);
            file.read_to_end(&mut bytes)?;
            self.read = Some((self::stamp(&opened), Installed::parse(&bytes, self.layout)));
        }
        Ok(())
    }
}

fn stamp(file: &fs::Metadata) -> Stamp {
    Stamp {
        device: file.dev(),
        inode: file.ino(),
        size: file.size(),
        modified: (file.mtime(), file.mtime_nsec()),
        changed: (file.ctime(), file.ctime_nsec()),
    }
}

/// What a database says is installed.
#[derive(Debug, Default)]
pub(super) struct Installed {
    packages: HashMap<Box<str>, Vec<Package>>,
    /// The computer's own architecture, in the manager's words.
    native: Option<Box<str>>,
}

#[derive(Debug)]
struct Package {
    architecture: Box<str>,
    version: Box<str>,
}

impl Installed {
    pub(super) fn parse(bytes: &[u8], layout: Layout) -> Self {
        match layout {
            Layout::Dpkg => parse_dpkg(bytes),
            Layout::Apk => parse_apk(bytes),
        }
    }

    /// A name may say its architecture: `libc6:i386`. Without one the
    /// computer's own counts first, as it does for apt.
    pub(super) fn version(&self, name: &str) -> Option<&str> {
        if let Some(packages) = self.packages.get(name) {
            let own = |package: &&Package| {
                let architecture = &*package.architecture;
                matches!(architecture, "all" | "noarch" | "")
                    || self.native.as_deref() == Some(architecture)
            };
            let package = packages.iter().find(own).or_else(|| packages.first());
            return package.map(|package| &*package.version);
        }
        let (bare, architecture) = name.rsplit_once(':')?;
        let packages = self.packages.get(bare)?;
        let asked = |package: &&Package| match architecture {
            "any" => true,
            "native" => self.native.as_deref() == Some(&package.architecture),
            _ => &*package.architecture == architecture,
        };
        packages.iter().find(asked).map(|package| &*package.version)
    }

    fn add(&mut self, name: &[u8], architecture: &[u8], version: &[u8]) {
        let text = |bytes| String::from_utf8_lossy(bytes).into_owned().into_boxed_str();
        let package = Package { architecture: text(architecture), version: text(version) };
        self.packages.entry(text(name)).or_default().push(package);
    }
}

/// The fields of one stanza that matter.
#[derive(Default)]
struct Stanza<'a> {
    name: &'a [u8],
    status: &'a [u8],
    architecture: &'a [u8],
    version: &'a [u8],
}

fn parse_dpkg(bytes: &[u8]) -> Installed {
    let mut installed = Installed::default();
    let mut stanza = Stanza::default();
    for line in lines(bytes) {
        match line.first() {
            None => close_dpkg(&mut installed, &std::mem::take(&mut stanza)),
            // A continuation of a long field; none of those that matter has one.
            Some(b' ' | b'\t') => {}
            Some(b'P' | b'p' | b'S' | b's' | b'A' | b'a' | b'V' | b'v') => {
                if let Some(value) = field(line, b"Package") {
                    stanza.name = value;
                } else if let Some(value) = field(line, b"Status") {
                    stanza.status = value;
                } else if let Some(value) = field(line, b"Architecture") {
                    stanza.architecture = value;
                } else if let Some(value) = field(line, b"Version") {
                    stanza.version = value;
                }
            }
            Some(_) => {}
        }
    }
    close_dpkg(&mut installed, &stanza);
    installed
}

fn close_dpkg(installed: &mut Installed, stanza: &Stanza<'_>) {
    if stanza.name == b"dpkg" && stanza.architecture != b"all" {
        installed.native = Some(String::from_utf8_lossy(stanza.architecture).into());
    }
    if !stanza.name.is_empty() && !stanza.version.is_empty() && is_installed(stanza.status) {
        installed.add(stanza.name, stanza.architecture, stanza.version);
    }
}

/// Status is WANT FLAG STATE. A package that is unpacked, half-installed or
/// half-configured does not count, nor one that must be reinstalled; one that
/// only waits for triggers works.
fn is_installed(status: &[u8]) -> bool {
    let mut words = status.split(|byte| *byte == b' ').filter(|word| !word.is_empty());
    let (_want, flag, state) = (words.next(), words.next(), words.next());
    flag == Some(b"ok")
        && matches!(state, Some(b"installed" | b"triggers-pending" | b"triggers-awaited"))
}

fn parse_apk(bytes: &[u8]) -> Installed {
    let mut installed = Installed::default();
    let mut stanza = Stanza::default();
    for line in lines(bytes) {
        match line {
            [] => {
                let done = std::mem::take(&mut stanza);
                if !done.name.is_empty() && !done.version.is_empty() {
                    installed.add(done.name, b"", done.version);
                }
            }
            [b'P', b':', name @ ..] => stanza.name = name,
            [b'V', b':', version @ ..] => stanza.version = version,
            _ => {}
        }
    }
    if !stanza.name.is_empty() && !stanza.version.is_empty() {
        installed.add(stanza.name, b"", stanza.version);
    }
    installed
}

fn field<'a>(line: &'a [u8], name: &[u8]) -> Option<&'a [u8]> {
    let (head, rest) = line.split_at_checked(name.len())?;
    let value = rest.strip_prefix(b":")?;
    head.eq_ignore_ascii_case(name).then(|| value.trim_ascii())
}

fn lines(bytes: &[u8]) -> impl Iterator<Item = &[u8]> {
    let mut start = 0;
    let ends = memchr::memchr_iter(b'\n', bytes).chain(std::iter::once(bytes.len()));
    ends.map(move |end| {
        let line = &bytes[start..end];
        start = end + 1;
        line.strip_suffix(b"\r").unwrap_or(line)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Stanzas of a real Debian 12 status file, shortened, and its odd states.
    const STATUS: &[u8] = include_bytes!("../../testdata/dpkg-status");

    #[test]
    fn packages_of_a_real_status_file_are_found() {
        let installed = Installed::parse(STATUS, Layout::Dpkg);
        for (name, version) in [
            ("dpkg", Some("1.21.22")),
            ("dpkg:amd64", Some("1.21.22")),
            ("dpkg:i386", None),
            ("adduser", Some("3.134")),
            ("adduser:all", Some("3.134")),
            ("libc6", Some("2.36-9+deb12u14")),
            ("libc6:i386", Some("2.36-9+deb12u9")),
            ("g++", Some("4:12.2.0-3")),
            ("held", Some("1.0-1")),
            ("only-foreign", Some("2.0")),
            ("awaiting", Some("5.1")),
            ("unpacked", None),
            ("half-installed", None),
            ("half-configured", None),
            ("reinstreq", None),
            ("removed", None),
            ("Description", None),
            ("", None),
        ] {
            assert_eq!(installed.version(name), version, "{name}");
        }
    }

    #[test]
    fn alpine_packages_are_found() {
        let text = b"C:Q1abc=\nP:musl\nV:1.2.4-r2\nA:x86_64\n\nP:busybox\nV:1.36.1-r15\nF:bin\nR:busybox\n";
        let installed = Installed::parse(text, Layout::Apk);
        assert_eq!(installed.version("musl"), Some("1.2.4-r2"));
        assert_eq!(installed.version("busybox"), Some("1.36.1-r15"));
        assert_eq!(installed.version("bash"), None);
    }

    #[test]
    fn a_changed_file_is_read_again() {
        let folder = tempfile::tempdir().expect("a temporary folder");
        let path = folder.path().join("status");
        let mut database = Database::new(&path, Layout::Dpkg);
        assert_eq!(
            database.version("x").map_err(|error| error.kind()).err(),
            Some(io::ErrorKind::NotFound)
        );
        for version in ["1.0", "1.1"] {
            let fresh = folder.path().join("status-new");
            fs::write(
                &fresh,
                format!("Package: x\nStatus: install ok installed\nVersion: {version}\n"),
            )
            .expect("writable");
            fs::rename(&fresh, &path).expect("writable");
            database.look_again();
            assert_eq!(database.version("x").expect("readable"), Some(version));
        }
    }

    #[test]
    fn nonsense_is_no_package() {
        for text in [
            &b""[..],
            b"\n\n\n",
            b"Package",
            b"Package:\nStatus: install ok installed\nVersion: 1\n",
            b"\xff\xfe\x00",
        ] {
            assert!(Installed::parse(text, Layout::Dpkg).packages.is_empty());
            assert!(Installed::parse(text, Layout::Apk).packages.is_empty());
        }
    }
}
