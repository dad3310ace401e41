//! The payload of an age file: chunks of 64 KiB, each sealed with its place and
//! whether it is the last.

use chacha20poly1305::aead::Aead as _;
use chacha20poly1305::{ChaCha20Poly1305, KeyInit as _, Nonce};
use rand::CryptoRng;

use super::{AgeError, FileKey, derive};

/// How much of the plaintext a chunk holds, in bytes.
const CHUNK: usize = 64 * 1024;
/// How much longer a sealed chunk is, in bytes.
const TAG: usize = 16;
/// How many bytes stand before the first chunk.
const SALT: usize = 16;

/// Opens a payload as a whole.
pub(super) fn open(key: &FileKey, payload: &[u8]) -> Result<Vec<u8>, AgeError> {
    let (salt, sealed) = payload.split_at_checked(SALT).ok_or(AgeError::Damaged)?;
    let cipher = cipher(key, salt);
    let mut plain = Vec::with_capacity(sealed.len());
    let mut chunks = sealed.chunks(CHUNK + TAG).enumerate().peekable();
    if chunks.peek().is_none() {
        return Err(AgeError::Damaged);
    }
    while let Some((index, chunk)) = chunks.next() {
        let last = chunks.peek().is_none();
        // Only the plaintext of nothing ends with an empty chunk.
        if chunk.len() < TAG || (chunk.len() == TAG && index > 0) {
            return Err(AgeError::Damaged);
        }
        let opened = cipher.decrypt(&nonce(index, last), chunk).map_err(|_| AgeError::Damaged)?;
        plain.extend(opened);
    }
    Ok(plain)
}

/// Seals a plaintext behind what stands in `file`.
pub(super) fn seal(
    key: &FileKey,
    plain: &[u8],
    random: &mut impl CryptoRng,
    file: &mut Vec<u8>,
) -> Result<(), AgeError> {
    let mut salt = [0; SALT];
    random.fill_bytes(&mut salt);
    file.extend_from_slice(&salt);
    let cipher = cipher(key, &salt);
    let mut chunks = plain.chunks(CHUNK).enumerate().peekable();
    let mut rest = plain.is_empty().then_some((0, plain));
    while let Some((index, chunk)) = rest.take().or_else(|| chunks.next()) {
        let last = chunks.peek().is_none();
        let sealed = cipher.encrypt(&nonce(index, last), chunk);
        file.extend(sealed.map_err(|_| AgeError::TooLarge)?);
    }
    Ok(())
}

fn cipher(key: &FileKey, salt: &[u8]) -> ChaCha20Poly1305 {
    ChaCha20Poly1305::new(&derive(key, salt, b"payload").into())
}

/// The place of a chunk, and whether it is the last.
fn nonce(index: usize, last: bool) -> Nonce {
    let mut nonce = [0; 12];
    nonce[3..11].copy_from_slice(&(index as u64).to_be_bytes());
    nonce[11] = u8::from(last);
    nonce.into()
}
