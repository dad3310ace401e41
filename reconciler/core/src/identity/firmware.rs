//! The name of a machine: the SMBIOS UUID, else maker and serial, else the agent's key.
//!
//! Owns the rule of the language ("Computers and persons") and the list of
//! values that many machines share. Never a MAC or a disk's serial. Reading
//! the firmware's files is the agent's business.

/// What the firmware says, as it says it.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Firmware<'a> {
    /// The system UUID.
    pub uuid: Option<&'a str>,
    /// The maker of the machine.
    pub manufacturer: Option<&'a str>,
    /// The machine's serial.
    pub serial: Option<&'a str>,
}

/// The machine as it is told from all others.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Hardware {
    /// `uuid:…`, `serial:MAKER:…` or `key:…`.
    pub key: String,
    /// The UUID in lower case, where it is one that a single machine bears.
    pub uuid: Option<String>,
    /// The serial, where it is no placeholder.
    pub serial: Option<String>,
}

/// Derives the name; `fingerprint` is that of the agent's own key.
pub fn hardware(firmware: &Firmware<'_>, fingerprint: &str) -> Hardware {
    let uuid = firmware.uuid.and_then(usable_uuid);
    let serial = firmware.serial.filter(|serial| is_usable_serial(serial));
    let maker = firmware.manufacturer.and_then(trusted_maker);
    let key = match (&uuid, maker, serial) {
        (Some(uuid), _, _) => format!("uuid:{}", one_spelling(uuid)),
        (None, Some(maker), Some(serial)) => {
            format!("serial:{maker}:{}", serial.trim().to_lowercase())
        }
        (None, _, _) => format!("key:{fingerprint}"),
    };
    Hardware { key, uuid, serial: serial.map(str::to_owned) }
}

/// UUIDs that were found on many different machines, or that are a text book's example.
const SHARED: &[&str] = &[
    "03000200-0400-0500-0006-000700080009",
    "ffffff00-ffff-ffff-ffff-ffffffffffff",
    "12345678-1234-5678-90ab-cddeefaabbcc",
    "12345678-1234-5678-1234-567812345678",
    "00010203-0405-0607-0809-0a0b0c0d0e0f",
    "01020304-0506-0708-090a-0b0c0d0e0f10",
    "deadbeef-dead-beef-dead-beefdeadbeef",
];

/// A well-formed UUID in lower case that one machine alone can bear.
fn usable_uuid(text: &str) -> Option<String> {
    let uuid = text.trim().to_ascii_lowercase();
    let shape = uuid.split('-').map(str::len).eq([8, 4, 4, 4, 12]);
    let digits: Vec<u8> = uuid.bytes().filter(|byte| *byte != b'-').collect();
    if !shape || !digits.iter().all(u8::is_ascii_hexdigit) {
        return None;
    }
    // All zeros, all F, EEEE…, FEFE…: one byte over and over.
    let repeats = digits.chunks_exact(2).all(|pair| pair == &digits[..2]);
    let shared = SHARED.iter().any(|known| *known == uuid || swapped(known) == uuid);
    (!repeats && !shared).then_some(uuid)
}

/// The same UUID with its first three fields in the other byte order.
///
/// SMBIOS stores them little-endian; tools disagree about it, so that host and
/// guest, or two systems on one machine, print the two spellings.
fn swapped(uuid: &str) -> String {
    let turn = |field: &str| {
        let pairs: Vec<&str> = (0..field.len()).step_by(2).map(|at| &field[at..at + 2]).collect();
        pairs.into_iter().rev().collect::<String>()
    };
    let (head, tail) = uuid.split_at(18);
    let turned: Vec<String> = head.split('-').map(turn).collect();
    format!("{}{tail}", turned.join("-"))
}

/// Of both spellings always the same one, so that they are one computer.
fn one_spelling(uuid: &str) -> String {
    swapped(uuid).min(uuid.to_owned())
}

/// Makers whose serials are unique, under one name each.
fn trusted_maker(manufacturer: &str) -> Option<&'static str> {
    let name = manufacturer.trim().to_ascii_lowercase();
    let first = name.split(|c: char| !c.is_ascii_alphanumeric()).next().unwrap_or_default();
    match first {
        "dell" => Some("dell"),
        "lenovo" => Some("lenovo"),
        "hp" | "hpe" | "hewlett" => Some("hp"),
        _ => None,
    }
}

/// How the texts begin that factories leave where a serial belongs.
const PLACEHOLDERS: &[&str] = &[
    "to be filled",
    "default string",
    "oem default",
    "oem test",
    "not ",
    "system ",
    "chassis serial",
    "base board serial",
    "serial number",
    "type1",
    "unknown",
    "invalid",
    "0123456789",
    "123456789",
];

/// Such texts as a whole; fewer than four letters are none anyway.
const PLACEHOLDER_WORDS: &[&str] = &["empty", "none", "null", "standard", "all series"];

/// Whether a serial can tell one machine from another.
fn is_usable_serial(serial: &str) -> bool {
    let text = serial.trim().to_ascii_lowercase();
    let letters: Vec<char> = text.chars().filter(char::is_ascii_alphanumeric).collect();
    let same = letters.iter().all(|letter| *letter == letters[0]);
    letters.len() >= 4
        && !same
        && !text.contains("xxx")
        && !PLACEHOLDERS.iter().any(|known| text.starts_with(known))
        && !PLACEHOLDER_WORDS.contains(&text.as_str())
}

#[cfg(test)]
mod tests {
    use super::*;

    const EXTRACT: &str = include_str!("../../testdata/machine-identities.tsv");

    fn rows(kind: &'static str) -> impl Iterator<Item = Vec<&'static str>> {
        EXTRACT
            .lines()
            .filter(|line| !line.starts_with('#'))
            .map(|line| line.split('\t').collect())
            .filter(move |row: &Vec<&str>| row[0] == kind)
    }

    fn key(uuid: &str, manufacturer: &str, serial: &str) -> String {
        let firmware =
            Firmware { uuid: Some(uuid), manufacturer: Some(manufacturer), serial: Some(serial) };
        hardware(&firmware, "f00d").key
    }

    #[test]
    fn values_that_many_machines_share_are_no_identity() {
        for row in rows("shared-value") {
            assert_eq!(key(row[1], "Acme", ""), "key:f00d", "{}", row[1]);
            assert_eq!(key(row[1], "Dell Inc.", "7XK2P93"), "serial:dell:7xk2p93", "{}", row[1]);
        }
    }

    #[test]
    fn real_machines_are_told_apart() {
        let mut seen = std::collections::BTreeMap::new();
        for row in rows("real-machine") {
            let key = key(row[1], row[2], "");
            let odd = row[1].is_empty()
                || row[4].contains("malformed")
                || row[4].contains("not a UUID")
                || row[4].contains("one repeated digit");
            assert_eq!(key.starts_with("uuid:"), !odd, "{row:?}");
            if !odd {
                assert_eq!(seen.insert(key, row[6]), None, "{row:?}");
            }
        }
        assert!(seen.len() > 35, "the extract holds {} machines", seen.len());
    }

    #[test]
    fn both_spellings_of_a_uuid_are_one_computer() {
        let mut pairs = 0;
        for row in rows("same-machine-two-spellings") {
            let inside = row[5].split_whitespace().nth(2).expect("must equal UUID …");
            assert_eq!(key(row[1], "", ""), key(inside, "", ""), "{row:?}");
            pairs += 1;
        }
        assert_eq!(pairs, 2);
        // Shared values are shared in either spelling.
        for row in rows("shared-value").filter(|row| row[1].len() == 36) {
            assert_eq!(key(&swapped(row[1]), "Acme", ""), "key:f00d", "{}", row[1]);
        }
    }

    #[test]
    fn placeholders_are_no_serials() {
        for row in rows("placeholder-text") {
            assert!(!is_usable_serial(row[1]), "{:?}", row[1]);
        }
        for serial in ["7XK2P93", "5CD1234XYZ", "PF0ABCDE", "VMware-42 1b ba bd 5f 4e af 7e"] {
            assert!(is_usable_serial(serial), "{serial}");
        }
    }

    #[test]
    fn trusted_makers_as_real_machines_spell_them() {
        let mut trusted = std::collections::BTreeMap::new();
        for row in rows("real-machine") {
            trusted.insert(row[2], key("Not Settable", row[2], " 7XK2P93 "));
        }
        let lends = |maker: &str| trusted.get(maker).map(String::as_str);
        for (maker, expected) in [
            ("Dell Inc.", "serial:dell:7xk2p93"),
            ("Dell Computer Corporation", "serial:dell:7xk2p93"),
            ("Hewlett-Packard", "serial:hp:7xk2p93"),
            ("HP", "serial:hp:7xk2p93"),
            ("LENOVO", "serial:lenovo:7xk2p93"),
            ("System manufacturer", "key:f00d"),
            ("VMware, Inc.", "key:f00d"),
            ("Not Specified", "key:f00d"),
            ("IBM", "key:f00d"),
        ] {
            assert_eq!(lends(maker), Some(expected), "{maker}");
        }
        assert_eq!(key("", "Dellish Boards", "7XK2P93"), "key:f00d");
    }

    #[test]
    fn firmware_that_says_nothing_leaves_the_key() {
        assert_eq!(hardware(&Firmware::default(), "f00d").key, "key:f00d");
    }
}
