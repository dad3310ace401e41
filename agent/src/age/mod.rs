//! Secrets as age files: version 1 of the format, X25519 recipients, nothing else.
//!
//! Pure: bytes in, bytes out, randomness is a parameter. `keys` reads and
//! writes identities and recipients, `header` the text that opens a file,
//! `stream` the payload behind it. Files that the `age` program writes are read
//! here and the other way round; armour, passphrases and keys of SSH are not.
//!
//! Guarantees: what is read back is what was sealed, whole, or there is an
//! error; nothing of a plaintext is handed out before all of it is verified.

mod header;
mod keys;
mod stream;

use hkdf::Hkdf;
use rand::CryptoRng;
use sha2::Sha256;
use x25519_dalek::{PublicKey, StaticSecret};

use self::header::Header;
pub use self::keys::{BadKey, Identity, Recipient};

/// A file longer than this is refused, in bytes.
pub const LONGEST: usize = 4 * 1024 * 1024;
/// A plaintext longer than this is not sealed, in bytes.
pub const LONGEST_PLAIN: usize = 1024 * 1024;

/// Why a file cannot be opened or sealed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum AgeError {
    /// Not the format.
    #[error("it is no age file of version 1: {0}")]
    Malformed(&'static str),
    /// In text form.
    #[error("it is an age file in armour, which is not read; encrypt it without `--armor`")]
    Armoured,
    /// Past a limit.
    #[error("it is larger than a secret may be")]
    TooLarge,
    /// For somebody else.
    #[error("it is not encrypted to this identity")]
    NotForMe,
    /// The header was changed.
    #[error("its header was changed after it was encrypted")]
    Changed,
    /// The payload was changed or cut.
    #[error("its content was changed or cut off after it was encrypted")]
    Damaged,
    /// Nobody could read it.
    #[error("there is nobody to encrypt it to")]
    NoRecipient,
}

/// What a file key is in the format.
type FileKey = [u8; 16];

/// Opens a file with the first identity that it is encrypted to.
///
/// # Errors
/// Where the file is damaged, too large or for somebody else.
pub fn open(identities: &[Identity], file: &[u8]) -> Result<Vec<u8>, AgeError> {
    if file.len() > LONGEST {
        return Err(AgeError::TooLarge);
    }
    let (header, payload) = Header::read(file)?;
    let key = identities.iter().find_map(|identity| header.file_key(identity));
    let key = key.ok_or(AgeError::NotForMe)?;
    header.verify(&key)?;
    stream::open(&key, payload)
}

/// Seals a plaintext to recipients.
///
/// # Errors
/// Where there are none of them, or the plaintext is too long.
pub fn seal(
    recipients: &[Recipient],
    plain: &[u8],
    random: &mut impl CryptoRng,
) -> Result<Vec<u8>, AgeError> {
    if recipients.is_empty() {
        return Err(AgeError::NoRecipient);
    }
    if plain.len() > LONGEST_PLAIN {
        return Err(AgeError::TooLarge);
    }
    let mut key = FileKey::default();
    random.fill_bytes(&mut key);
    let mut file = header::write(&key, recipients, random)?;
    stream::seal(&key, plain, random, &mut file)?;
    Ok(file)
}

/// Derives a key of 32 bytes.
fn derive(secret: &[u8], salt: &[u8], info: &[u8]) -> [u8; 32] {
    let mut key = [0; 32];
    let expanded = Hkdf::<Sha256>::new(Some(salt), secret).expand(info, &mut key);
    expanded.expect("32 bytes are less than HKDF can give");
    key
}

/// The key under which a file key is wrapped for a recipient; none for a share
/// that would make it predictable.
fn wrapping_key(
    mine: &StaticSecret,
    theirs: &PublicKey,
    share: &PublicKey,
    recipient: &PublicKey,
) -> Option<[u8; 32]> {
    let shared = mine.diffie_hellman(theirs);
    if !shared.was_contributory() {
        return None;
    }
    let salt = [share.as_bytes().as_slice(), recipient.as_bytes()].concat();
    Some(derive(shared.as_bytes(), &salt, b"age-encryption.org/v1/X25519"))
}

#[cfg(test)]
mod tests {
    use rand::SeedableRng as _;
    use rand::rngs::StdRng;

    use super::*;

    fn identity(random: &mut StdRng) -> Identity {
        Identity::make(random)
    }

    #[test]
    fn what_is_sealed_opens_for_each_recipient_and_for_nobody_else() {
        let mut random = StdRng::seed_from_u64(7);
        let (first, second, other) =
            (identity(&mut random), identity(&mut random), identity(&mut random));
        let recipients = [first.recipient(), second.recipient()];
        for length in [0_u32, 1, 15, 64 * 1024 - 1, 64 * 1024, 64 * 1024 + 1, 200_000] {
            let plain: Vec<u8> = (0..length).map(|n: u32| (n % 251) as u8).collect();
            let file = seal(&recipients, &plain, &mut random).expect("sealed");
            for one in [&first, &second] {
                assert_eq!(open(std::slice::from_ref(one), &file).as_deref(), Ok(&*plain));
            }
            assert_eq!(open(std::slice::from_ref(&other), &file), Err(AgeError::NotForMe));
            assert_eq!(open(&[other.clone(), second.clone()], &file).as_deref(), Ok(&*plain));
        }
        assert_eq!(seal(&[], b"x", &mut random), Err(AgeError::NoRecipient));
        let long = vec![0; LONGEST_PLAIN + 1];
        assert_eq!(seal(&recipients, &long, &mut random), Err(AgeError::TooLarge));
    }

    #[test]
    fn no_bit_and_no_byte_of_a_file_can_be_changed() {
        let mut random = StdRng::seed_from_u64(8);
        let own = identity(&mut random);
        let file = seal(&[own.recipient()], b"the red door", &mut random).expect("sealed");
        let own = [own];
        for byte in 0..file.len() {
            for bit in 0..8 {
                let mut changed = file.clone();
                changed[byte] ^= 1 << bit;
                assert!(open(&own, &changed).is_err(), "bit {bit} of byte {byte}");
            }
            assert!(open(&own, &file[..byte]).is_err(), "cut after {byte} bytes");
        }
        let more = [file.as_slice(), b"\0"].concat();
        assert_eq!(open(&own, &more), Err(AgeError::Damaged));
    }

    #[test]
    fn a_long_file_cannot_be_cut_or_put_together_anew() {
        let mut random = StdRng::seed_from_u64(9);
        let own = [identity(&mut random)];
        let plain = vec![b'x'; 3 * 64 * 1024];
        let file = seal(&[own[0].recipient()], &plain, &mut random).expect("sealed");
        let chunk = 64 * 1024 + 16;
        let start = file.len() - 3 * chunk;
        for chunks in 0..3 {
            let cut = &file[..start + chunks * chunk];
            assert_eq!(open(&own, cut), Err(AgeError::Damaged), "{chunks} chunks");
        }
        let mut turned = file[..start].to_vec();
        turned.extend_from_slice(&file[start + chunk..start + 2 * chunk]);
        turned.extend_from_slice(&file[start..start + chunk]);
        turned.extend_from_slice(&file[start + 2 * chunk..]);
        assert_eq!(open(&own, &turned), Err(AgeError::Damaged));
    }

    #[test]
    fn what_is_no_such_file_says_so() {
        let own = [identity(&mut StdRng::seed_from_u64(10))];
        let armoured = b"-----BEGIN AGE ENCRYPTED FILE-----\nYWdl\n";
        assert_eq!(open(&own, armoured), Err(AgeError::Armoured));
        assert_eq!(open(&own, &vec![0; LONGEST + 1]), Err(AgeError::TooLarge));
        for text in [
            "",
            "age-encryption.org/v2\n",
            "age-encryption.org/v1\r\n",
            "age-encryption.org/v1\n---\n",
            "age-encryption.org/v1\n-> X25519\n\n--- AAAA\n",
            "age-encryption.org/v1\n->  X25519 a\n\n--- AAAA\n",
            "age-encryption.org/v1\n-> X25519 a\nAAAA=\n--- AAAA\n",
        ] {
            assert!(
                matches!(open(&own, text.as_bytes()), Err(AgeError::Malformed(_))),
                "{text:?} {:?}",
                open(&own, text.as_bytes())
            );
        }
    }
}
