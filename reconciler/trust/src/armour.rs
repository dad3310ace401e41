//! The armour of a signature: the text between BEGIN and END.
//!
//! Only the text that `ssh-keygen -Y sign` writes counts, to the byte, so that
//! one signature has one armour.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;

use crate::bounds;
use crate::refusal::{Checked, Refusal, RefusalCode};

/// The first line of every armour.
pub const BEGIN: &str = "-----BEGIN SSH SIGNATURE-----\n";
/// The last line of every armour.
pub const END: &str = "-----END SSH SIGNATURE-----\n";
/// Letters in a full line.
const WIDTH: usize = 70;

/// The bytes inside of an armour.
///
/// # Errors
/// `bad-armour` for any text that [`armoured`] would not have written.
pub fn unarmoured(text: &str) -> Checked<Vec<u8>> {
    let bad = |what: &str| {
        Refusal::new(RefusalCode::BadArmour, format!("the signature's armour: {what}"))
    };
    if text.len() > bounds::ARMOUR_BYTES {
        return Err(bad("it is too long"));
    }
    let inner = text.strip_prefix(BEGIN).and_then(|rest| rest.strip_suffix(END));
    let inner = inner.ok_or_else(|| bad("it is not that of an SSH signature"))?;
    let letters: String = inner.split('\n').collect();
    let bytes = STANDARD.decode(letters).map_err(|_| bad("it is no base64"))?;
    if armoured(&bytes) == text { Ok(bytes) } else { Err(bad("it is not laid out as usual")) }
}

/// The armour of a signature, as `ssh-keygen` writes it.
pub fn armoured(bytes: &[u8]) -> String {
    let letters = STANDARD.encode(bytes);
    let mut text = String::with_capacity(letters.len() + letters.len() / WIDTH + 80);
    text.push_str(BEGIN);
    let mut rest = letters.as_str();
    while !rest.is_empty() {
        let (line, tail) = rest.split_at(rest.len().min(WIDTH));
        text.push_str(line);
        text.push('\n');
        rest = tail;
    }
    text.push_str(END);
    text
}
