//! What apt offers, by its own word: `apt-cache policy`, which only reads.
//!
//! The lists that it reads are as old as the last `apt-get update`, which is
//! not for detection to run. Of the versions that apt knows those count that
//! an archive holds and that are not newer than the one it would install
//! itself, so that pins and archives such as backports mean here what they
//! mean to apt.

use super::{command, last_line, unfinished};
use crate::run::packages::check_name;
use crate::run::{Runner, Watch, Way};

/// How many packages one process is asked for, so that what it prints is kept whole.
const AT_ONCE: usize = 16;
/// How many versions of a package are told, the newest first.
const MOST: usize = 100;

/// The versions of each package, newest first; none of one whose versions
/// cannot be found out.
pub(super) fn offered(
    names: &[&str],
    runner: &Runner,
    marker: &str,
    watch: &mut Watch<'_>,
) -> Vec<Option<Vec<String>>> {
    let mut found = vec![None; names.len()];
    let askable = (0..names.len()).filter(|at| check_name(names[*at]).is_ok());
    // apt leaves its own architecture out of its answer: such a name is asked for alone.
    let (alone, together): (Vec<usize>, Vec<usize>) =
        askable.partition(|at| names[*at].contains(':'));
    for places in together.chunks(AT_ONCE).chain(alone.chunks(1)) {
        let asked: Vec<&str> = places.iter().map(|at| names[*at]).collect();
        match ask(&asked, runner, marker, watch) {
            Ok(answer) => {
                let offers = parse(&answer);
                for at in places {
                    found[*at] = Some(of(&offers, names[*at]));
                }
            }
            Err(message) => {
                tracing::warn!(packages = ?asked, message, "what apt offers is not known");
            }
        }
    }
    found
}

fn ask(
    names: &[&str],
    runner: &Runner,
    marker: &str,
    watch: &mut Watch<'_>,
) -> Result<String, String> {
    let line = format!("apt-cache policy {}", names.join(" "));
    let ended = command::run(&line, runner, marker, watch)?.ok_or("there is no apt-cache here")?;
    match ended.way {
        Way::Exit(0) => Ok(ended.answer),
        way => Err(format!("apt-cache {}: {}", unfinished(way), last_line(&ended.output))),
    }
}

fn of(offers: &[(&str, Vec<String>)], name: &str) -> Vec<String> {
    let bare = name.split(':').next().unwrap_or(name);
    let asked = |wanted: &str| offers.iter().find(|(heading, _)| *heading == wanted);
    asked(name).or_else(|| asked(bare)).map(|(_, versions)| versions.clone()).unwrap_or_default()
}

/// The versions below each heading.
///
/// A heading starts its line and ends in a colon. A version stands five places
/// in, behind three stars where it is installed; each place that has it is a
/// line further in, of a priority and where it is: an archive's index in
/// several words, dpkg's own status in one.
fn parse(answer: &str) -> Vec<(&str, Vec<String>)> {
    let mut offers: Vec<(&str, Vec<String>)> = Vec::new();
    let mut candidate = "";
    let mut version = "";
    let mut is_reached = false;
    for line in answer.lines() {
        if let Some(heading) = line.strip_suffix(':').filter(|line| !line.starts_with(' ')) {
            offers.push((heading, Vec::new()));
            (candidate, version, is_reached) = ("", "", false);
        } else if let Some(named) = line.strip_prefix("  Candidate: ") {
            candidate = named;
        } else if line.starts_with("      ") {
            let is_index = line.split_whitespace().count() > 2;
            let Some((_, versions)) = offers.last_mut() else { continue };
            let is_new = versions.last().is_none_or(|last| last != version);
            if is_reached && is_index && is_new && versions.len() < MOST {
                versions.push(version.to_owned());
            }
        } else if let Some(row) = line.strip_prefix("     ").or_else(|| line.strip_prefix(" *** "))
        {
            version = row.split(' ').next().unwrap_or_default();
            is_reached |= !version.is_empty() && version == candidate;
        }
    }
    offers
}

#[cfg(test)]
mod tests {
    use super::*;

    const ANSWER: &str = "\
hello:
  Installed: 2.9-1
  Candidate: 2.10-3
  Version table:
     2.12-1~bpo12+1 100
        100 http://deb.debian.org/debian bookworm-backports/main amd64 Packages
     2.10-3 500
        500 http://deb.debian.org/debian bookworm/main amd64 Packages
       -500 http://security.debian.org bookworm-security/main amd64 Packages
 *** 2.9-1 100
        100 /var/lib/dpkg/status
     2.8-1 500 (phased 20%)
       1001 file:/srv/pool ./ Packages
local:
  Installed: 3.0
  Candidate: 3.0
  Version table:
 *** 3.0 100
        100 /var/lib/dpkg/status
     1.0 500
        500 file:/srv/pool ./ Packages
forbidden:
  Installed: (none)
  Candidate: (none)
  Version table:
     1.0 -1
         -1 file:/srv/pool ./ Packages
virtual:
  Installed: (none)
  Candidate: (none)
  Version table:
libc6:i386:
  Installed: (none)
  Candidate: 2.36-9
  Version table:
     2.36-9 500
        500 http://deb.debian.org/debian bookworm/main i386 Packages
";

    #[test]
    fn what_archives_hold_counts_up_to_what_apt_would_install() {
        let offers = parse(ANSWER);
        for (name, versions) in [
            ("hello", &["2.10-3", "2.8-1"][..]),
            ("hello:amd64", &["2.10-3", "2.8-1"]),
            ("local", &["1.0"]),
            ("forbidden", &[]),
            ("virtual", &[]),
            ("libc6:i386", &["2.36-9"]),
            ("libc6", &[]),
            ("unknown", &[]),
        ] {
            assert_eq!(of(&offers, name), versions, "{name}");
        }
    }

    #[test]
    fn anything_is_read_without_a_fault() {
        for text in [
            "",
            ":",
            "x",
            "      500 a b",
            "  Candidate: ",
            " *** ",
            "é:\n     é 1\n       1 a b\n",
        ] {
            let offers = parse(text);
            assert!(offers.iter().all(|(_, versions)| versions.is_empty()), "{text}");
        }
    }
}
