//! Real data, where it was fetched.
//!
//! `ORDAIN_DATA` names a folder with `debian-graph.tsv.zst` (a row for each
//! package of Debian bookworm main: the first field its name, the last the
//! names that it needs, with spaces between) and `scoop-main-history.tsv.zst`
//! (a row for each change of Scoop's main bucket: number of the commit, its
//! id, its time, files in it, `add`, `bump`, `edit`, `reformat`, `move` or
//! `delete`, the application, its version before and after). The program
//! `zstd` unpacks them.

use std::collections::{HashMap, HashSet};
use std::path::PathBuf;
use std::process::Command;

/// The rows of a file, fields by tab; nothing where there is no data.
pub(crate) fn rows(file: &str) -> Option<Vec<Vec<String>>> {
    let Some(folder) = std::env::var_os("ORDAIN_DATA") else {
        println!("passed over: `ORDAIN_DATA` names no folder that holds `{file}`");
        return None;
    };
    let path = PathBuf::from(folder).join(file);
    let unpacked = Command::new("zstd").args(["--decompress", "--stdout"]).arg(&path).output();
    let output = unpacked.expect("the program `zstd` is installed");
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    let text = String::from_utf8(output.stdout).unwrap();
    let rows = text.lines().filter(|line| !line.starts_with('#'));
    Some(rows.map(|line| line.split('\t').map(str::to_owned).collect()).collect())
}

/// Names of others made names of the language, each one different.
#[derive(Debug, Default)]
pub(crate) struct Names {
    of: HashMap<String, String>,
    taken: HashSet<String>,
}

impl Names {
    /// The name in the language; the same each time.
    pub(crate) fn of(&mut self, foreign: &str) -> String {
        if let Some(known) = self.of.get(foreign) {
            return known.clone();
        }
        let letter = |letter: char| match letter {
            'a'..='z' | '0'..='9' => letter,
            'A'..='Z' => letter.to_ascii_lowercase(),
            '+' => 'p',
            _ => '-',
        };
        let plain: String = foreign.chars().map(letter).take(56).collect();
        let plain = plain.trim_matches('-');
        let numbered = (2..).map(|number| format!("{plain}-{number}"));
        let mut own = std::iter::once(plain.to_owned()).chain(numbered);
        let own = own.find(|name| !self.taken.contains(name)).expect("numbers do not end");
        self.taken.insert(own.clone());
        self.of.insert(foreign.to_owned(), own.clone());
        own
    }
}
