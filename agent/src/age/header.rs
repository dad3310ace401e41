//! The header of an age file: for whom the file key is wrapped, and a MAC over it.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD_NO_PAD as BASE64;
use chacha20poly1305::aead::Aead as _;
use chacha20poly1305::{ChaCha20Poly1305, KeyInit as _, Nonce};
use hmac::{Hmac, Mac as _};
use rand::CryptoRng;
use sha2::Sha256;
use x25519_dalek::{PublicKey, StaticSecret};

use super::{AgeError, FileKey, Identity, Recipient, derive, wrapping_key};

const OPENING: &str = "age-encryption.org/v1\n";
const ARMOUR: &[u8] = b"-----BEGIN AGE ENCRYPTED FILE-----";
/// The word of the only kind of recipient that is read.
const KIND: &str = "X25519";
/// How many letters a full line of a wrapped key has.
const LINE: usize = 64;
/// More recipients than these are not read.
const MOST: usize = 10_000;

/// A header that was read.
pub(super) struct Header<'f> {
    /// Everything that the MAC is over.
    signed: &'f [u8],
    mac: [u8; 32],
    wrapped: Vec<Wrapped>,
}

/// A file key, wrapped for a recipient.
struct Wrapped {
    share: [u8; 32],
    body: [u8; 32],
}

impl<'f> Header<'f> {
    /// Reads the header, and hands back what follows it.
    pub(super) fn read(file: &'f [u8]) -> Result<(Self, &'f [u8]), AgeError> {
        if file.starts_with(ARMOUR) {
            return Err(AgeError::Armoured);
        }
        if !file.starts_with(OPENING.as_bytes()) {
            return Err(AgeError::Malformed("it opens otherwise"));
        }
        let mut lines = Lines { file, at: OPENING.len() };
        let mut wrapped = Vec::new();
        let mut count = 0_usize;
        loop {
            let before = lines.at;
            let line = lines.next()?;
            if let Some(mac) = line.strip_prefix("--- ") {
                if count == 0 {
                    return Err(AgeError::Malformed("it names no recipient"));
                }
                let mac = decoded(mac)?;
                let signed = &file[..before + 3];
                return Ok((Self { signed, mac, wrapped }, &file[lines.at..]));
            }
            count += 1;
            if count > MOST {
                return Err(AgeError::TooLarge);
            }
            wrapped.extend(stanza(line, &mut lines)?);
        }
    }

    /// The file key, where it is wrapped for an identity.
    pub(super) fn file_key(&self, identity: &Identity) -> Option<FileKey> {
        let recipient = identity.recipient();
        self.wrapped.iter().find_map(|one| {
            let share = PublicKey::from(one.share);
            let key = wrapping_key(identity.secret(), &share, &share, recipient.key())?;
            let cipher = ChaCha20Poly1305::new(&key.into());
            let key = cipher.decrypt(&Nonce::default(), one.body.as_slice()).ok()?;
            key.try_into().ok()
        })
    }

    /// Whether the header is as it was written.
    pub(super) fn verify(&self, key: &FileKey) -> Result<(), AgeError> {
        mac(key, self.signed).verify_slice(&self.mac).map_err(|_| AgeError::Changed)
    }
}

/// Writes a header.
pub(super) fn write(
    key: &FileKey,
    recipients: &[Recipient],
    random: &mut impl CryptoRng,
) -> Result<Vec<u8>, AgeError> {
    let mut text = OPENING.to_owned();
    for recipient in recipients {
        let mut bytes = [0; 32];
        random.fill_bytes(&mut bytes);
        let mine = StaticSecret::from(bytes);
        let share = PublicKey::from(&mine);
        let wrapping = wrapping_key(&mine, recipient.key(), &share, recipient.key());
        let cipher = ChaCha20Poly1305::new(&wrapping.ok_or(AgeError::NoRecipient)?.into());
        let body = cipher.encrypt(&Nonce::default(), key.as_slice());
        let body = body.map_err(|_| AgeError::TooLarge)?;
        let (share, body) = (BASE64.encode(share.as_bytes()), BASE64.encode(body));
        text.extend(["-> ", KIND, " ", &share, "\n", &body, "\n"]);
    }
    text.push_str("---");
    let sum = mac(key, text.as_bytes()).finalize().into_bytes();
    text.extend([" ", &BASE64.encode(sum), "\n"]);
    Ok(text.into_bytes())
}

fn mac(key: &FileKey, signed: &[u8]) -> Hmac<Sha256> {
    let key = derive(key, &[], b"header");
    let mut mac = <Hmac<Sha256> as hmac::Mac>::new_from_slice(&key).expect("any length will do");
    mac.update(signed);
    mac
}

/// A stanza from its first line on; none for a kind of recipient that is not read here.
fn stanza(first: &str, lines: &mut Lines<'_>) -> Result<Option<Wrapped>, AgeError> {
    let words = first.strip_prefix("-> ").ok_or(AgeError::Malformed("a stanza opens otherwise"))?;
    let words: Vec<&str> = words.split(' ').collect();
    let plain = |word: &&str| !word.is_empty() && word.bytes().all(|b| b.is_ascii_graphic());
    if !words.iter().all(plain) {
        return Err(AgeError::Malformed("a stanza has odd words"));
    }
    let mut body = Vec::new();
    loop {
        let line = lines.next()?;
        if line.len() > LINE {
            return Err(AgeError::Malformed("a line is too long"));
        }
        let piece = BASE64.decode(line).map_err(|_| AgeError::Malformed("a line is no base64"))?;
        body.extend(piece);
        if line.len() < LINE {
            break;
        }
    }
    if words[0] != KIND {
        return Ok(None);
    }
    let odd = AgeError::Malformed("a recipient has odd fields");
    let [_, share] = words[..] else { return Err(odd) };
    Ok(Some(Wrapped { share: decoded(share)?, body: body.try_into().map_err(|_| odd)? }))
}

fn decoded(text: &str) -> Result<[u8; 32], AgeError> {
    let bytes = BASE64.decode(text).ok().and_then(|bytes| bytes.try_into().ok());
    bytes.ok_or(AgeError::Malformed("32 bytes in base64 are expected"))
}

/// The lines of a header.
struct Lines<'f> {
    file: &'f [u8],
    at: usize,
}

impl<'f> Lines<'f> {
    fn next(&mut self) -> Result<&'f str, AgeError> {
        let rest = &self.file[self.at..];
        let end = memchr::memchr(b'\n', rest).ok_or(AgeError::Malformed("its header is cut"))?;
        self.at += end + 1;
        str::from_utf8(&rest[..end]).map_err(|_| AgeError::Malformed("its header is no text"))
    }
}
