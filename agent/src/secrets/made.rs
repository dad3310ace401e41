//! Values that this computer makes itself: passwords that differ everywhere.
//!
//! A value is kept encrypted to the tenant, which is what is reported, too:
//! whoever has the disk and not the identity has nothing. One file for each
//! parameter of each item, replaced as a whole. The report of a new value is
//! durable before the value is kept, and it is kept before anything runs with it.

use std::fs;
use std::io;
use std::path::PathBuf;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD as BASE64;
use ordain_core::order::{Dealing, Made, Run};
use ordain_wire::{ContentSpec, KeptSpec};
use rand::CryptoRng;
use serde::{Deserialize, Serialize};
use sha2::{Digest as _, Sha256};

use super::{Keyring, SecretError};
use crate::age;
use crate::disk;

/// Letters and digits.
const LETTERS: &[u8; 62] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789";

/// A value as it is kept.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Kept {
    /// The item that declares the parameter.
    pub owner: String,
    /// The parameter.
    pub parameter: String,
    /// When it was made, in milliseconds since the epoch.
    pub made_ms: i64,
    /// The value: an age file in base64.
    pub age: String,
}

/// A value that was made and is not kept yet.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Fresh(Kept);

impl Fresh {
    /// What the controller is told of it.
    pub fn report(&self) -> KeptSpec {
        let Kept { owner, parameter, made_ms, age } = self.0.clone();
        KeptSpec { item: owner, name: parameter, made_ms, content: ContentSpec::Escrow { age } }
    }
}

impl Keyring {
    /// Makes what a run makes and has not, or not any more.
    ///
    /// # Errors
    /// Where it could not be opened again, so that nothing is made.
    pub fn make(
        &self,
        run: &Run,
        now_ms: i64,
        random: &mut impl CryptoRng,
    ) -> Result<Vec<Fresh>, SecretError> {
        let mut fresh = Vec::new();
        for made in run.made().iter().filter(|made| made.dealing == Dealing::Make) {
            if self.due(made, now_ms)?.is_none() {
                continue;
            }
            // Without an identity this computer could not read it the next time.
            self.identities()?;
            let named = run.hidden.as_ref().and_then(|hidden| hidden.recipient.as_deref());
            let recipient = self.recipient(named)?;
            let value = value(made.length, random);
            let age = age::seal(&[recipient], value.as_bytes(), random);
            let age = age.map_err(|why| sealed(made, why))?;
            fresh.push(Fresh(Kept {
                owner: made.owner.clone(),
                parameter: made.parameter.clone(),
                made_ms: now_ms,
                age: BASE64.encode(age),
            }));
        }
        Ok(fresh)
    }

    /// Keeps a value, durably, in place of the one before.
    pub fn keep(&self, fresh: &Fresh) -> Result<(), SecretError> {
        let path = self.place(&fresh.0.owner, &fresh.0.parameter);
        disk::private_folder(&self.made_folder())?;
        let text = serde_json::to_vec_pretty(&fresh.0).expect("plain fields");
        Ok(disk::replace(&path, &text, 0o600)?)
    }

    /// Why the answer of a run's test is false before it is asked: a value that
    /// was not made yet, or that is to be made anew.
    ///
    /// # Errors
    /// Where a value that is kept cannot be read.
    pub fn judge(&self, run: &Run, now_ms: i64) -> Result<Option<String>, SecretError> {
        let mut why = Vec::new();
        for made in run.made().iter().filter(|made| made.dealing == Dealing::Judge) {
            why.extend(self.due(made, now_ms)?);
        }
        Ok((!why.is_empty()).then(|| why.join("\n")))
    }

    /// The values that there are, by parameter.
    pub(super) fn made_values(&self, run: &Run) -> Result<Vec<(String, String)>, SecretError> {
        let mut values = Vec::new();
        for made in run.made() {
            let Some(kept) = self.kept(made)? else { continue };
            let lost = || SecretError::LostValue(made.parameter.clone());
            let identities = self.identities()?;
            let file = BASE64.decode(&kept.age).map_err(|_| lost())?;
            let plain = age::open(&identities, &file).map_err(|_| lost())?;
            let value = String::from_utf8(plain).map_err(|_| lost())?;
            values.push((made.parameter.clone(), value));
        }
        Ok(values)
    }

    /// Why a value is to be made, where it is.
    fn due(&self, made: &Made, now_ms: i64) -> Result<Option<String>, SecretError> {
        let Some(kept) = self.kept(made)? else {
            return Ok(Some(format!("`{}` was not made yet", made.parameter)));
        };
        let Some(rotate) = made.rotate_seconds else { return Ok(None) };
        let rotate_ms = i64::try_from(rotate).unwrap_or(i64::MAX).saturating_mul(1000);
        let due = now_ms.saturating_sub(kept.made_ms) >= rotate_ms;
        Ok(due.then(|| format!("`{}` is due to be made anew", made.parameter)))
    }

    fn kept(&self, made: &Made) -> Result<Option<Kept>, SecretError> {
        let path = self.place(&made.owner, &made.parameter);
        let bytes = match fs::read(&path) {
            Ok(bytes) => bytes,
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(None),
            Err(error) => return Err(disk::at("read", &path)(error).into()),
        };
        let kept = serde_json::from_slice(&bytes);
        kept.map(Some).map_err(|_| SecretError::LostValue(made.parameter.clone()))
    }

    fn made_folder(&self) -> PathBuf {
        self.path().join("made")
    }

    fn place(&self, owner: &str, parameter: &str) -> PathBuf {
        let name = hex::encode(Sha256::digest(format!("{owner}\n{parameter}")));
        self.made_folder().join(format!("{name}.json"))
    }
}

fn sealed(made: &Made, why: age::AgeError) -> SecretError {
    SecretError::Sealed { name: made.parameter.clone(), why }
}

/// A value with a capital, a small letter and a digit, every such value as
/// likely as every other.
fn value(length: u32, random: &mut impl CryptoRng) -> String {
    loop {
        let value: String = (0..length).map(|_| letter(random)).collect();
        let has = |kind: fn(&u8) -> bool| value.bytes().any(|byte| kind(&byte));
        let all = has(u8::is_ascii_uppercase) && has(u8::is_ascii_lowercase);
        if length < 3 || (all && has(u8::is_ascii_digit)) {
            return value;
        }
    }
}

fn letter(random: &mut impl CryptoRng) -> char {
    // The greatest multiple of 62 that a byte holds; what is above would make
    // some letters more likely.
    const FAIR: u8 = 248;
    loop {
        let mut byte = [0];
        random.fill_bytes(&mut byte);
        if byte[0] < FAIR {
            return char::from(LETTERS[usize::from(byte[0]) % LETTERS.len()]);
        }
    }
}

#[cfg(test)]
mod tests {
    use rand::SeedableRng as _;
    use rand::rngs::StdRng;

    use super::*;

    #[test]
    fn values_are_as_long_as_wished_and_use_every_letter_alike() {
        let mut random = StdRng::seed_from_u64(11);
        let mut counts = [0_u32; 256];
        for _ in 0..2000 {
            let value = value(31, &mut random);
            assert_eq!(value.len(), 31);
            for byte in value.bytes() {
                counts[usize::from(byte)] += 1;
            }
            let has = |kind: fn(&u8) -> bool| value.bytes().any(|byte| kind(&byte));
            assert!(has(u8::is_ascii_uppercase) && has(u8::is_ascii_digit), "{value}");
        }
        let used: Vec<u32> = LETTERS.iter().map(|byte| counts[usize::from(*byte)]).collect();
        assert_eq!(used.iter().sum::<u32>(), 62_000);
        // A thousand of each are expected; six deviations are about 190.
        assert!(used.iter().all(|count| (800..1200).contains(count)), "{used:?}");
    }
}
