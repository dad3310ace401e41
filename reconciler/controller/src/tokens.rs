//! Tokens: the administrator's, and those that enrol agents.
//!
//! Random, 256 bits, never stored in clear beyond the administrator's own
//! file; compared by digest, so that time tells nothing.

use std::fmt::Write as _;

use ordain_store::rows::TokenHash;
use sha2::{Digest, Sha256};

use crate::data::{DataError, DataFolder, names};

/// SHA-256 of the administrator's token.
#[derive(Clone, PartialEq, Eq)]
pub(crate) struct AdminToken([u8; 32]);

impl AdminToken {
    /// Reads `admin.token`, making it at the first start.
    pub(crate) fn load_or_make(folder: &DataFolder) -> Result<Self, DataError> {
        let text = match folder.read(names::ADMIN_TOKEN)? {
            Some(text) if !text.trim().is_empty() => text,
            Some(_) | None => {
                let token = random("oat_");
                folder.write_secret(names::ADMIN_TOKEN, &format!("{token}\n"))?;
                token
            }
        };
        Ok(Self(Sha256::digest(text.trim()).into()))
    }

    /// Whether this is the token. Digests are compared, of which nobody can
    /// choose the first bytes, so that the comparison's time tells nothing.
    pub(crate) fn is(&self, offered: &str) -> bool {
        let offered: [u8; 32] = Sha256::digest(offered.trim()).into();
        self.0.iter().zip(offered).fold(0, |different, (own, other)| different | (own ^ other)) == 0
    }
}

/// A new token that enrols agents.
pub(crate) fn enrolment_token() -> String {
    random("oet_")
}

/// A new token for a link by which a person decides, once.
pub(crate) fn link() -> String {
    random("olk_")
}

/// How a token is stored.
pub(crate) fn hash(token: &str) -> TokenHash {
    TokenHash(hex::encode(Sha256::digest(token.trim())))
}

/// An id of 128 random bits with a prefix.
pub(crate) fn random_id(prefix: &str) -> String {
    let bytes: [u8; 16] = rand::random();
    format!("{prefix}{}", base32(&bytes))
}

/// An id that sorts behind every one made in an earlier millisecond.
pub(crate) fn ordered_id(prefix: &str, unix_millis: i64) -> String {
    ordered(prefix, unix_millis, rand::random())
}

/// A number that follows from parts alone, evenly spread over all numbers.
pub(crate) fn spread(parts: &[&str]) -> u64 {
    let mut first = [0; 8];
    first.copy_from_slice(&digest(parts).as_ref()[..8]);
    u64::from_be_bytes(first)
}

/// The same id for the same moment and parts: what it names is made once.
pub(crate) fn derived_id(prefix: &str, unix_millis: i64, parts: &[&str]) -> String {
    let mut tail = [0; 6];
    tail.copy_from_slice(&digest(parts).as_ref()[..6]);
    ordered(prefix, unix_millis, tail)
}

/// A hash of parts that no other division into parts has.
fn digest(parts: &[&str]) -> ring::digest::Digest {
    let mut digest = ring::digest::Context::new(&ring::digest::SHA256);
    for part in parts {
        digest.update(&(part.len() as u64).to_be_bytes());
        digest.update(part.as_bytes());
    }
    digest.finish()
}

fn ordered(prefix: &str, unix_millis: i64, tail: [u8; 6]) -> String {
    let millis = u64::try_from(unix_millis).unwrap_or(0).to_be_bytes();
    let mut bytes = [0; 12];
    bytes[..6].copy_from_slice(&millis[2..]);
    bytes[6..].copy_from_slice(&tail);
    format!("{prefix}{}", base32(&bytes))
}

fn random(prefix: &str) -> String {
    let bytes: [u8; 32] = rand::random();
    format!("{prefix}{}", base32(&bytes))
}

/// RFC 4648's base32hex in lower case without padding: it sorts as its bytes.
fn base32(bytes: &[u8]) -> String {
    const DIGITS: &[u8; 32] = b"0123456789abcdefghijklmnopqrstuv";
    let mut text = String::with_capacity(bytes.len() * 8 / 5 + 1);
    let (mut held, mut bits) = (0_u32, 0_u32);
    let mut push = |five: u32| {
        // Writing to a string has no way to fail.
        let _written = text.write_char(char::from(DIGITS[(five & 31) as usize]));
    };
    for byte in bytes {
        held = (held << 8) | u32::from(*byte);
        bits += 8;
        while bits >= 5 {
            bits -= 5;
            push(held >> bits);
        }
        held &= (1 << bits) - 1;
    }
    if bits > 0 {
        push(held << (5 - bits));
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn base32_is_the_published_one() {
        // RFC 4648, section 10, in lower case and without padding.
        for (text, wanted) in [
            ("", ""),
            ("f", "co"),
            ("fo", "cpng"),
            ("foo", "cpnmu"),
            ("foob", "cpnmuog"),
            ("fooba", "cpnmuoj1"),
            ("foobar", "cpnmuoj1e8"),
        ] {
            assert_eq!(base32(text.as_bytes()), wanted);
        }
    }

    #[test]
    fn later_ids_sort_behind() {
        let ids: Vec<_> = [1, 255, 256, 1_700_000_000_000, 1_700_000_000_001]
            .map(|at| ordered_id("s-", at))
            .into();
        assert!(ids.is_sorted(), "{ids:?}");
        assert_eq!(ids[0].len(), 2 + 20);
    }

    #[test]
    fn the_administrators_token_is_kept() {
        let place = tempfile::tempdir().expect("a temporary folder");
        let folder = DataFolder::open(place.path()).expect("a folder");
        let made = AdminToken::load_or_make(&folder).expect("made");
        let text = folder.read(names::ADMIN_TOKEN).expect("readable").expect("there");
        assert!(made.is(&text) && made.is(text.trim()) && !made.is("") && !made.is(&text[1..]));
        assert!(AdminToken::load_or_make(&folder).expect("read") == made);
        assert_eq!(text.trim().len(), 4 + 52, "256 bits");
    }
}
