//! Archives as they come, and archives that would rather be elsewhere.
#![expect(clippy::unwrap_used, reason = "tests fail by panicking")]

use std::fs;
use std::io::Write as _;
use std::os::unix::fs::{PermissionsExt as _, symlink};
use std::path::{Path, PathBuf};

use flate2::Compression;
use flate2::write::GzEncoder;
use tar::{Builder, EntryType, Header};
use zip::ZipWriter;
use zip::write::SimpleFileOptions;

use super::{UnpackError, unpack};

/// A tar archive of these entries; names are written as they stand, which the
/// usual way of writing one would refuse.
fn tape(entries: &[(&str, EntryType, &str)]) -> Vec<u8> {
    let mut builder = Builder::new(Vec::new());
    for (name, of, content) in entries {
        let mut header = Header::new_ustar();
        header.as_mut_bytes()[..name.len()].copy_from_slice(name.as_bytes());
        header.set_entry_type(*of);
        header.set_mode(if name.contains("run.") { 0o4755 } else { 0o644 });
        let body = if *of == EntryType::Regular { *content } else { "" };
        if matches!(of, EntryType::Symlink | EntryType::Link) {
            header.as_mut_bytes()[157..157 + content.len()].copy_from_slice(content.as_bytes());
        }
        header.set_size(body.len() as u64);
        header.set_cksum();
        builder.append(&header, body.as_bytes()).unwrap();
    }
    builder.into_inner().unwrap()
}

fn gzipped(bytes: &[u8]) -> Vec<u8> {
    let mut encoder = GzEncoder::new(Vec::new(), Compression::fast());
    encoder.write_all(bytes).unwrap();
    encoder.finish().unwrap()
}

fn zipped(entries: &[(&str, u32, &str)]) -> Vec<u8> {
    let mut writer = ZipWriter::new(std::io::Cursor::new(Vec::new()));
    for (name, mode, content) in entries {
        let options = SimpleFileOptions::default().unix_permissions(*mode);
        if mode & 0o170_000 == 0o120_000 {
            writer.add_symlink(*name, *content, options).unwrap();
        } else {
            writer.start_file(*name, options).unwrap();
            writer.write_all(content.as_bytes()).unwrap();
        }
    }
    writer.finish().unwrap().into_inner()
}

struct Stage {
    folder: tempfile::TempDir,
}

impl Stage {
    fn new() -> Self {
        Self { folder: tempfile::tempdir().unwrap() }
    }

    fn to(&self) -> PathBuf {
        self.folder.path().join("to")
    }

    fn unpack(&self, bytes: &[u8], strip: u32) -> Result<(), UnpackError> {
        let archive = self.folder.path().join("archive");
        fs::write(&archive, bytes).unwrap();
        unpack(&archive, &self.to(), strip, &|| false)
    }

    /// Every path below the folder, with what is in it.
    fn found(&self) -> Vec<String> {
        fn below(folder: &Path, root: &Path, found: &mut Vec<String>) {
            let Ok(entries) = folder.read_dir() else { return };
            for entry in entries.map(Result::unwrap) {
                let path = entry.path();
                let name = path.strip_prefix(root).unwrap().display().to_string();
                let of = entry.file_type().unwrap();
                if of.is_symlink() {
                    found.push(format!("{name} -> {}", fs::read_link(&path).unwrap().display()));
                } else if of.is_dir() {
                    found.push(format!("{name}/"));
                    below(&path, root, found);
                } else {
                    let mode = entry.metadata().unwrap().permissions().mode() & 0o7777;
                    let text = fs::read_to_string(&path).unwrap();
                    found.push(format!("{name} {mode:o} {text}"));
                }
            }
        }
        let mut found = Vec::new();
        below(&self.to(), &self.to(), &mut found);
        found.sort();
        found
    }
}

const FILE: EntryType = EntryType::Regular;

#[test]
fn every_kind_of_archive() {
    let tape = tape(&[
        ("tool-1/", EntryType::Directory, ""),
        ("tool-1/bin/run.sh", FILE, "#!"),
        ("tool-1/README", FILE, "hello"),
        ("tool-1/latest", EntryType::Symlink, "bin/run.sh"),
        ("tool-1/same", EntryType::Link, "tool-1/README"),
    ]);
    let expected =
        ["README 644 hello", "bin/", "bin/run.sh 755 #!", "latest -> bin/run.sh", "same 644 hello"];
    for bytes in [tape.clone(), gzipped(&tape)] {
        let stage = Stage::new();
        stage.unpack(&bytes, 1).unwrap();
        assert_eq!(stage.found(), expected);
        // A second time, over the first.
        stage.unpack(&bytes, 1).unwrap();
        assert_eq!(stage.found(), expected);
    }
    let stage = Stage::new();
    let bytes = zipped(&[
        ("tool-1/bin\\run.sh", 0o100_755, "#!"),
        ("tool-1/README", 0o100_644, "hello"),
        ("tool-1/latest", 0o120_777, "bin/run.sh"),
    ]);
    stage.unpack(&bytes, 1).unwrap();
    assert_eq!(stage.found(), expected[..4]);
    stage.unpack(&zipped(&[]), 0).unwrap();
}

#[test]
fn what_leads_outside_is_refused_before_anything_is_written() {
    let good = ("good", FILE, "x");
    let tapes = [
        ("../evil", FILE, "x"),
        ("/evil", FILE, "x"),
        ("a/../../evil", FILE, "x"),
        ("link", EntryType::Symlink, "/etc"),
        ("link", EntryType::Symlink, "../outside"),
        ("a/link", EntryType::Symlink, "b/../../../outside"),
        ("same", EntryType::Link, "../outside"),
        ("same", EntryType::Link, "/etc/passwd"),
        ("device", EntryType::Char, ""),
        ("pipe", EntryType::Fifo, ""),
    ];
    for evil in tapes {
        let stage = Stage::new();
        fs::write(stage.folder.path().join("outside"), "mine").unwrap();
        let error = stage.unpack(&gzipped(&tape(&[good, evil])), 0).unwrap_err();
        assert!(matches!(error, UnpackError::Evil { .. }), "{evil:?}: {error}");
        assert!(!stage.to().exists(), "{evil:?}");
        assert!(!stage.folder.path().join("evil").exists(), "{evil:?}");
    }
    for evil in
        [("../evil", 0o100_644, "x"), ("..\\evil", 0o100_644, "x"), ("l", 0o120_777, "/etc")]
    {
        let stage = Stage::new();
        let error = stage.unpack(&zipped(&[("good", 0o100_644, "x"), evil]), 0).unwrap_err();
        assert!(matches!(error, UnpackError::Evil { .. }), "{evil:?}: {error}");
        assert!(!stage.to().exists(), "{evil:?}");
    }
}

#[test]
fn links_in_the_folder_are_not_followed() {
    let stage = Stage::new();
    let outside = stage.folder.path().join("outside");
    fs::create_dir(&outside).unwrap();
    fs::write(outside.join("file"), "mine").unwrap();
    fs::create_dir(stage.to()).unwrap();
    symlink(&outside, stage.to().join("lib")).unwrap();
    symlink(outside.join("file"), stage.to().join("file")).unwrap();
    let error = stage.unpack(&tape(&[("lib/file", FILE, "theirs")]), 0).unwrap_err();
    assert!(matches!(error, UnpackError::Link(_)), "{error}");
    // A link in a file's place is replaced itself.
    stage.unpack(&tape(&[("file", FILE, "theirs")]), 0).unwrap();
    assert_eq!(fs::read_to_string(stage.to().join("file")).unwrap(), "theirs");
    assert_eq!(fs::read_to_string(outside.join("file")).unwrap(), "mine");
    // Neither is one that the archive brings.
    let bytes = tape(&[
        ("d/", EntryType::Directory, ""),
        ("e", EntryType::Symlink, "d"),
        ("e/file", FILE, "x"),
    ]);
    assert!(matches!(stage.unpack(&bytes, 0).unwrap_err(), UnpackError::Link(_)));
}

#[test]
fn what_is_no_archive_or_a_broken_one() {
    let stage = Stage::new();
    assert!(matches!(stage.unpack(b"hello", 0).unwrap_err(), UnpackError::Unknown));
    assert!(matches!(stage.unpack(b"", 0).unwrap_err(), UnpackError::Unknown));
    let whole = gzipped(&tape(&[("a", FILE, "x"), ("b", FILE, "y")]));
    let error = stage.unpack(&whole[..whole.len() - 12], 0).unwrap_err();
    assert!(matches!(error, UnpackError::Archive(_)), "{error}");
    assert!(!stage.to().exists());
    let archive = stage.folder.path().join("archive");
    assert!(matches!(
        unpack(&archive, Path::new("to"), 0, &|| false).unwrap_err(),
        UnpackError::Relative(_)
    ));
    fs::write(&archive, &whole).unwrap();
    let error = unpack(&archive, &stage.to(), 0, &|| true).unwrap_err();
    assert!(matches!(error, UnpackError::Stopped(_)), "{error}");
}
