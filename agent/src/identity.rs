//! Who this computer is: the SMBIOS UUID, else maker and serial, else its own key.
//!
//! Owns the rule of the language ("Computers and persons") and the list of
//! values that many machines share. Never a MAC or a disk's serial. Reading
//! the firmware's files is here too; the folder comes from the platform.

use std::path::Path;

use ordain_wire::Identity;

/// What the firmware says, as it says it.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Dmi {
    /// `product_uuid`.
    pub uuid: Option<String>,
    /// `sys_vendor`.
    pub manufacturer: Option<String>,
    /// `product_name`.
    pub model: Option<String>,
    /// `product_serial`.
    pub serial: Option<String>,
}

impl Dmi {
    /// Reads the firmware's values; what is not there or not readable is none.
    pub fn read(root: &Path) -> Self {
        let value = |name: &str| {
            let text = std::fs::read_to_string(root.join(name)).ok()?;
            let text = text.trim();
            (!text.is_empty()).then(|| text.to_owned())
        };
        Self {
            uuid: value("product_uuid"),
            manufacturer: value("sys_vendor"),
            model: value("product_name"),
            serial: value("product_serial"),
        }
    }
}

/// Derives the identity; `fingerprint` is that of the agent's own key.
pub fn derive(dmi: &Dmi, installation_id: Option<String>, fingerprint: &str) -> Identity {
    let uuid = dmi.uuid.as_deref().and_then(usable_uuid);
    let serial = dmi.serial.as_deref().filter(|serial| usable_serial(serial));
    let maker = dmi.manufacturer.as_deref().and_then(trusted_maker);
    let key = match (&uuid, maker, serial) {
        (Some(uuid), _, _) => format!("uuid:{}", one_spelling(uuid)),
        (None, Some(maker), Some(serial)) => format!("serial:{maker}:{}", serial.to_lowercase()),
        (None, _, _) => format!("key:{fingerprint}"),
    };
    Identity {
        smbios_uuid: uuid,
        manufacturer: dmi.manufacturer.clone(),
        model: dmi.model.clone(),
        serial: serial.map(str::to_owned),
        installation_id,
        key,
    }
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
fn usable_serial(serial: &str) -> bool {
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

    const EXTRACT: &str = include_str!("../testdata/machine-identities.tsv");

    fn rows(kind: &'static str) -> impl Iterator<Item = Vec<&'static str>> {
        EXTRACT
            .lines()
            .filter(|line| !line.starts_with('#'))
            .map(|line| line.split('\t').collect())
            .filter(move |row: &Vec<&str>| row[0] == kind)
    }

    fn dmi(uuid: &str, manufacturer: &str, serial: &str) -> Dmi {
        Dmi {
            uuid: Some(uuid.to_owned()),
            manufacturer: Some(manufacturer.to_owned()),
            model: None,
            serial: Some(serial.to_owned()),
        }
    }

    fn key(dmi: &Dmi) -> String {
        derive(dmi, None, "f00d").key
    }

    #[test]
    fn values_that_many_machines_share_are_no_identity() {
        for row in rows("shared-value") {
            assert_eq!(key(&dmi(row[1], "Acme", "")), "key:f00d", "{}", row[1]);
            assert_eq!(
                key(&dmi(row[1], "Dell Inc.", "7XK2P93")),
                "serial:dell:7xk2p93",
                "{}",
                row[1]
            );
        }
    }

    #[test]
    fn real_machines_are_told_apart() {
        let mut seen = std::collections::BTreeMap::new();
        for row in rows("real-machine") {
            let identity = derive(&dmi(row[1], row[2], ""), None, "f00d");
            let odd = row[1].is_empty()
                || row[4].contains("malformed")
                || row[4].contains("not a UUID")
                || row[4].contains("one repeated digit");
            assert_eq!(identity.key.starts_with("uuid:"), !odd, "{row:?}");
            if !odd {
                assert_eq!(seen.insert(identity.key, row[6]), None, "{row:?}");
            }
        }
        assert!(seen.len() > 35, "the extract holds {} machines", seen.len());
    }

    #[test]
    fn both_spellings_of_a_uuid_are_one_computer() {
        for row in rows("same-machine-two-spellings") {
            let inside = row[5].split_whitespace().nth(2).expect("must equal UUID …");
            assert_eq!(key(&dmi(row[1], "", "")), key(&dmi(inside, "", "")), "{row:?}");
        }
    }

    #[test]
    fn placeholders_are_no_serials() {
        for row in rows("placeholder-text") {
            assert!(!usable_serial(row[1]), "{:?}", row[1]);
        }
        for serial in ["7XK2P93", "5CD1234XYZ", "PF0ABCDE", "VMware-42 1b ba bd 5f 4e af 7e"] {
            assert!(usable_serial(serial), "{serial}");
        }
    }

    #[test]
    fn only_trusted_makers_lend_their_serials() {
        for (maker, expected) in [
            ("Dell Inc.", "serial:dell:7xk2p93"),
            ("Hewlett-Packard", "serial:hp:7xk2p93"),
            ("HP", "serial:hp:7xk2p93"),
            ("LENOVO", "serial:lenovo:7xk2p93"),
            ("System manufacturer", "key:f00d"),
            ("Dellish Boards", "key:f00d"),
        ] {
            assert_eq!(key(&dmi("Not Settable", maker, "7XK2P93")), expected, "{maker}");
        }
    }

    #[test]
    fn firmware_that_says_nothing_leaves_the_key() {
        assert_eq!(key(&Dmi::default()), "key:f00d");
        assert_eq!(Dmi::read(Path::new("/nonexistent")), Dmi::default());
    }
}
