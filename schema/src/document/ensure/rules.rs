//! How paths, modes, owners and names of resources must look, whether they are
//! written or come from a parameter.

/// Permission bits, written in octal with three or four digits.
pub fn mode(text: &str) -> Option<u32> {
    let octal = matches!(text.len(), 3 | 4) && text.bytes().all(|byte| byte.is_ascii_digit());
    u32::from_str_radix(text, 8).ok().filter(|_| octal)
}

/// A user and a group, each by name or number; at least one of them.
pub fn owner(text: &str) -> Option<(Option<&str>, Option<&str>)> {
    let (user, group) =
        text.split_once(':').map_or((text, None), |(user, group)| (user, Some(group)));
    let user = Some(user).filter(|user| !user.is_empty());
    let sound = user.into_iter().chain(group).all(is_account);
    (sound && (user.is_some() || group.is_some())).then_some((user, group))
}

/// Whether a text can name a user or a group: no option, no field of a list.
pub fn is_account(name: &str) -> bool {
    let plain = |c: char| !c.is_control() && !matches!(c, ':' | ',' | '/' | '\n');
    !name.is_empty()
        && !name.starts_with('-')
        && name.trim() == name
        && name.chars().count() <= 256
        && name.chars().all(plain)
}

/// Whether a path names one place whatever the folder at hand is, and none above it.
pub fn is_absolute(path: &str) -> bool {
    let mut letters = path.chars();
    let drive = letters.next().is_some_and(|letter| letter.is_ascii_alphabetic())
        && letters.next() == Some(':')
        && matches!(letters.next(), Some('\\' | '/'));
    let rooted = path.starts_with('/') || path.starts_with(r"\\") || path.starts_with('%') || drive;
    let parts = path.split(['/', '\\']);
    rooted && !path.contains('\0') && !parts.into_iter().any(|part| part == "..")
}

/// Whether a text names a kernel's setting.
pub fn is_sysctl(key: &str) -> bool {
    let plain = |c: char| c.is_ascii_alphanumeric() || "._-/:@".contains(c);
    let mut parts = key.split(['.', '/']);
    key.contains(['.', '/']) && key.chars().all(plain) && !parts.any(str::is_empty)
}

/// Whether a text names a service: a plain name, no option and no path.
pub fn is_service(name: &str) -> bool {
    let plain = |c: char| !c.is_control() && !c.is_whitespace() && !matches!(c, '/');
    !name.is_empty() && !name.starts_with('-') && name.chars().all(plain)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn modes_are_octal() {
        for (text, bits) in [
            ("0644", Some(0o644)),
            ("644", Some(0o644)),
            ("4755", Some(0o4755)),
            ("0888", None),
            ("64", None),
            ("00644", None),
            ("+644", None),
            ("u+rw", None),
            ("", None),
        ] {
            assert_eq!(mode(text), bits, "{text}");
        }
    }

    #[test]
    fn owners_are_names_or_numbers() {
        for (text, found) in [
            ("root", Some((Some("root"), None))),
            ("root:adm", Some((Some("root"), Some("adm")))),
            (":adm", Some((None, Some("adm")))),
            ("0:0", Some((Some("0"), Some("0")))),
            (r"CONTOSO\jo", Some((Some(r"CONTOSO\jo"), None))),
            ("root:", None),
            (":", None),
            ("", None),
            ("-r", None),
            ("a:b:c", None),
            ("a b", Some((Some("a b"), None))),
            (" a", None),
            ("a\nb", None),
        ] {
            assert_eq!(owner(text), found, "{text}");
        }
    }

    #[test]
    fn paths_are_absolute() {
        for path in ["/etc/motd", r"C:\ProgramData\x", r"\\srv\share\x", r"%ProgramData%\x", "/"] {
            assert!(is_absolute(path), "{path}");
        }
        for path in ["", "etc/motd", "/etc/../x", r"C:x", r"C:\a\..\b", "./x", "~/x", "/a\0b"] {
            assert!(!is_absolute(path), "{path}");
        }
    }

    #[test]
    fn names_of_the_kernel_and_of_services() {
        for key in ["net.ipv4.ip_forward", "net/ipv4/conf/eth0.100/forwarding", "vm.swappiness"] {
            assert!(is_sysctl(key), "{key}");
        }
        for key in ["", "vm", "net..x", "../x", "net.ipv4 x", "net.*.x", "/net"] {
            assert!(!is_sysctl(key), "{key}");
        }
        for name in ["ssh", "ssh.service", "getty@tty1.service", "Spooler"] {
            assert!(is_service(name), "{name}");
        }
        for name in ["", "-f", "a b", "../a"] {
            assert!(!is_service(name), "{name}");
        }
    }
}
