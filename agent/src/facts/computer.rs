//! The machine itself: chassis, processor, memory, time zone.

use std::fs;
use std::path::Path;

use super::first_line;

/// desktop, portable, server or unknown, after the chassis types of SMBIOS (DSP0134, 7.4.1).
pub(super) fn chassis(dmi_root: &Path) -> &'static str {
    let kind = first_line(&dmi_root.join("chassis_type")).and_then(|kind| kind.parse::<u8>().ok());
    // The highest bit says whether the chassis has a lock.
    match kind.map(|kind| kind & 0x7f) {
        Some(3..=7 | 13 | 15 | 16 | 24 | 34..=36) => "desktop",
        Some(8..=11 | 14 | 30..=32) => "portable",
        Some(17 | 23 | 25 | 27..=29) => "server",
        _ => "unknown",
    }
}

/// The policy's word for a processor's architecture.
pub(super) fn arch(machine: &str) -> &str {
    match machine {
        "x86_64" | "amd64" => "x64",
        "aarch64" | "arm64" => "arm64",
        "i386" | "i486" | "i586" | "i686" => "x86",
        other => other,
    }
}

/// The processor's own name.
pub(super) fn cpu_model(root: &Path) -> Option<String> {
    let text = fs::read_to_string(root.join("proc/cpuinfo")).ok()?;
    let line = text.lines().find(|line| line.starts_with("model name"))?;
    Some(line.split_once(':')?.1.trim().to_owned())
}

/// The computer's memory.
pub(super) fn memory_bytes(root: &Path) -> Option<u64> {
    let text = fs::read_to_string(root.join("proc/meminfo")).ok()?;
    let line = text.lines().find(|line| line.starts_with("MemTotal:"))?;
    let kibibytes: u64 = line.split_whitespace().nth(1)?.parse().ok()?;
    Some(kibibytes * 1024)
}

/// The IANA name of the computer's time zone.
pub(super) fn time_zone(root: &Path) -> Option<String> {
    let plain = |name: &str| {
        !name.is_empty() && name.chars().all(|c| c.is_ascii_alphanumeric() || "/_+-".contains(c))
    };
    let link = fs::read_link(root.join("etc/localtime")).ok();
    let of_link =
        link.as_deref().and_then(Path::to_str).and_then(|target| target.split_once("zoneinfo/"));
    of_link
        .map(|(_, name)| name.to_owned())
        .or_else(|| first_line(&root.join("etc/timezone")))
        .filter(|name| plain(name))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn chassis_types_become_words() {
        let folder = tempfile::tempdir().expect("a temporary folder");
        assert_eq!(chassis(folder.path()), "unknown");
        for (kind, word) in [
            ("3", "desktop"),
            ("10", "portable"),
            ("138", "portable"),
            ("23", "server"),
            ("1", "unknown"),
            ("x", "unknown"),
        ] {
            fs::write(folder.path().join("chassis_type"), format!("{kind}\n")).expect("writable");
            assert_eq!(chassis(folder.path()), word, "{kind}");
        }
    }

    #[test]
    fn the_time_zone_is_the_links_or_the_files() {
        let root = tempfile::tempdir().expect("a temporary folder");
        fs::create_dir(root.path().join("etc")).expect("writable");
        assert_eq!(time_zone(root.path()), None);
        fs::write(root.path().join("etc/timezone"), "Etc/UTC\n").expect("writable");
        assert_eq!(time_zone(root.path()).as_deref(), Some("Etc/UTC"));
        std::os::unix::fs::symlink(
            "/usr/share/zoneinfo/America/Chicago",
            root.path().join("etc/localtime"),
        )
        .expect("writable");
        assert_eq!(time_zone(root.path()).as_deref(), Some("America/Chicago"));
    }
}
