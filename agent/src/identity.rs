//! Who this computer is: what its firmware says, read and named.
//!
//! Reading the firmware's files is here; the rule that makes a name of it is
//! `ordain_core::identity`. The folder comes from the platform.

use std::path::Path;

use ordain_core::identity::{Firmware, hardware};
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
    let firmware = Firmware {
        uuid: dmi.uuid.as_deref(),
        manufacturer: dmi.manufacturer.as_deref(),
        serial: dmi.serial.as_deref(),
    };
    let hardware = hardware(&firmware, fingerprint);
    Identity {
        smbios_uuid: hardware.uuid,
        manufacturer: dmi.manufacturer.clone(),
        model: dmi.model.clone(),
        serial: hardware.serial,
        installation_id,
        key: hardware.key,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn firmware_is_read_and_named() {
        let folder = tempfile::tempdir().expect("a temporary folder");
        for (name, text) in [
            ("product_uuid", "4C4C4544-0046-4810-8057-B3C04F385A31\n"),
            ("sys_vendor", "Dell Inc.\n"),
            ("product_name", "PowerEdge R620\n"),
            ("product_serial", "  \n"),
        ] {
            std::fs::write(folder.path().join(name), text).expect("writable");
        }
        let identity = derive(&Dmi::read(folder.path()), Some("i".into()), "f00d");
        assert_eq!(identity.smbios_uuid.as_deref(), Some("4c4c4544-0046-4810-8057-b3c04f385a31"));
        assert_eq!((identity.model.as_deref(), identity.serial), (Some("PowerEdge R620"), None));
        assert!(identity.key.starts_with("uuid:"), "{}", identity.key);
    }

    #[test]
    fn firmware_that_says_nothing_leaves_the_key() {
        assert_eq!(Dmi::read(Path::new("/nonexistent")), Dmi::default());
        assert_eq!(derive(&Dmi::default(), None, "f00d").key, "key:f00d");
    }
}
