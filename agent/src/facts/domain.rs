//! Whether a computer belongs to a domain, from the files that joining leaves.
//!
//! Samba as a domain controller, sssd as a member; everything else stands
//! alone. Which controller is the primary one is not told by a file, so that
//! role is never claimed here.

use std::fs;
use std::path::Path;

use crate::platform::sessions::key_values;

/// How a computer stands to a domain.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Membership {
    /// standalone, member or dc.
    pub(super) role: &'static str,
    /// The domain's name.
    pub(super) domain: Option<String>,
}

pub(super) fn membership(root: &Path) -> Membership {
    let samba = settings(root, "etc/samba/smb.conf");
    let server_role =
        samba.get("server role").map(|role| role.to_ascii_lowercase()).unwrap_or_default();
    let realm = samba.get("realm").map(|realm| realm.to_ascii_lowercase());
    if server_role.contains("domain controller") {
        return Membership { role: "dc", domain: realm };
    }
    if let Some(domains) = settings(root, "etc/sssd/sssd.conf").get("domains") {
        let first = domains.split(',').map(str::trim).find(|domain| !domain.is_empty());
        return Membership { role: "member", domain: first.map(str::to_ascii_lowercase) };
    }
    if samba.get("security").is_some_and(|security| security.eq_ignore_ascii_case("ads")) {
        return Membership { role: "member", domain: realm };
    }
    Membership { role: "standalone", domain: None }
}

fn settings(root: &Path, path: &str) -> std::collections::BTreeMap<String, String> {
    let text = fs::read_to_string(root.join(path)).unwrap_or_default();
    let lines = text.lines().filter(|line| !line.trim_start().starts_with(';'));
    let settings = key_values(&lines.collect::<Vec<_>>().join("\n"));
    settings.into_iter().map(|(key, value)| (key.to_ascii_lowercase(), value)).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn joining_leaves_its_trace() {
        for (path, text, role, domain) in [
            ("etc/hosts", "", "standalone", None),
            (
                "etc/sssd/sssd.conf",
                "[sssd]\ndomains = Corp.Example, other\n",
                "member",
                Some("corp.example"),
            ),
            (
                "etc/samba/smb.conf",
                "[global]\n realm = CORP.EXAMPLE\n server role = active directory domain controller\n",
                "dc",
                Some("corp.example"),
            ),
            (
                "etc/samba/smb.conf",
                "[global]\n realm = CORP.EXAMPLE\n security = ADS\n",
                "member",
                Some("corp.example"),
            ),
            (
                "etc/samba/smb.conf",
                "[global]\n; security = ads\n workgroup = HOME\n",
                "standalone",
                None,
            ),
        ] {
            let root = tempfile::tempdir().expect("a temporary folder");
            let file = root.path().join(path);
            fs::create_dir_all(file.parent().expect("has one")).expect("writable");
            fs::write(file, text).expect("writable");
            let expected = Membership { role, domain: domain.map(str::to_owned) };
            assert_eq!(membership(root.path()), expected, "{text}");
        }
    }
}
