//! Public keys of SSH: reading them strictly, and what counts as one.
//!
//! Owns the packed form of a key and its line as it stands in the policy.
//! Checking a signature with one is `check`'s.

use base64::Engine as _;
use base64::engine::general_purpose::{STANDARD, STANDARD_NO_PAD};
use num_bigint::BigUint;
use sha2::{Digest as _, Sha256};

use crate::bounds;
use crate::packed::Packed;
use crate::refusal::{Checked, Refusal, RefusalCode};

/// SHA-256 over a key's packed form. Displays as `ssh-keygen -l` does.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Fingerprint(pub [u8; 32]);

impl std::fmt::Display for Fingerprint {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "SHA256:{}", STANDARD_NO_PAD.encode(self.0))
    }
}

impl std::str::FromStr for Fingerprint {
    type Err = Refusal;

    fn from_str(text: &str) -> Checked<Self> {
        let bytes = text.strip_prefix("SHA256:").and_then(|text| STANDARD_NO_PAD.decode(text).ok());
        let bytes: Option<[u8; 32]> = bytes.and_then(|bytes| bytes.try_into().ok());
        bytes.map(Self).ok_or_else(|| {
            let text: String = text.chars().take(80).collect();
            Refusal::new(RefusalCode::BadStatement, format!("`{text}` is no fingerprint"))
        })
    }
}

/// A public key of a kind that counts. Two are equal where their packed forms are.
#[derive(Debug, Clone)]
pub struct PublicKey {
    blob: Vec<u8>,
    pub(crate) material: Material,
}

/// The numbers of a key.
#[derive(Debug, Clone)]
pub(crate) enum Material {
    Ed25519(Box<ed25519_dalek::VerifyingKey>),
    /// On a hardware key, with SHA-256 of what it was made for.
    SkEd25519(Box<ed25519_dalek::VerifyingKey>, [u8; 32]),
    P256(Box<p256::ecdsa::VerifyingKey>),
    /// On a hardware key, with SHA-256 of what it was made for.
    SkP256(Box<p256::ecdsa::VerifyingKey>, [u8; 32]),
    Rsa {
        exponent: BigUint,
        modulus: BigUint,
        /// Bytes of the modulus, and so of every signature.
        length: usize,
    },
}

impl PartialEq for PublicKey {
    fn eq(&self, other: &Self) -> bool {
        self.blob == other.blob
    }
}

impl Eq for PublicKey {}

impl PublicKey {
    /// Reads a key in its packed form (RFC 4253, RFC 5656, RFC 8709 and
    /// OpenSSH's PROTOCOL.u2f).
    ///
    /// # Errors
    /// `unsupported-key` for a kind that does not count, `weak-key` for one
    /// that is too short or no point of its curve, or not in the one form.
    pub fn from_blob(blob: &[u8]) -> Checked<Self> {
        let mut packed = Packed(blob);
        let kind = packed.string().ok_or_else(malformed)?;
        let material = match kind {
            b"ssh-ed25519" => Material::Ed25519(ed25519(&mut packed)?),
            b"sk-ssh-ed25519@openssh.com" => {
                Material::SkEd25519(ed25519(&mut packed)?, application(&mut packed)?)
            }
            b"ecdsa-sha2-nistp256" => Material::P256(p256(&mut packed)?),
            b"sk-ecdsa-sha2-nistp256@openssh.com" => {
                Material::SkP256(p256(&mut packed)?, application(&mut packed)?)
            }
            b"ssh-rsa" => rsa(&mut packed)?,
            other => {
                let kind: String = String::from_utf8_lossy(other).chars().take(60).collect();
                let what = format!("keys of the kind `{kind}` do not count");
                return Err(Refusal::new(RefusalCode::UnsupportedKey, what));
            }
        };
        packed.end().ok_or_else(malformed)?;
        Ok(Self { blob: blob.to_vec(), material })
    }

    /// Reads the line that stands in a `.pub` file: kind, base64, comment.
    ///
    /// # Errors
    /// As [`Self::from_blob`]; `unsupported-key` as well for options before the key.
    pub fn from_line(line: &str) -> Checked<Self> {
        let mut words = line.trim_end_matches('\n').splitn(3, ' ');
        let (kind, letters) = (words.next().unwrap_or_default(), words.next().unwrap_or_default());
        let blob = STANDARD.decode(letters).map_err(|_| {
            let what = "a key is written as kind, base64 and comment, with one space between";
            Refusal::new(RefusalCode::UnsupportedKey, what)
        })?;
        if Packed(&blob).string() != Some(kind.as_bytes()) {
            return Err(malformed());
        }
        Self::from_blob(&blob)
    }

    /// The packed form.
    pub fn blob(&self) -> &[u8] {
        &self.blob
    }

    /// SHA-256 over the packed form.
    pub fn fingerprint(&self) -> Fingerprint {
        Fingerprint(Sha256::digest(&self.blob).into())
    }
}

fn malformed() -> Refusal {
    Refusal::new(RefusalCode::WeakKey, "the key is malformed")
}

fn weak(what: impl Into<String>) -> Refusal {
    Refusal::new(RefusalCode::WeakKey, what)
}

fn ed25519(packed: &mut Packed<'_>) -> Checked<Box<ed25519_dalek::VerifyingKey>> {
    let bytes: &[u8; 32] =
        packed.string().and_then(|bytes| bytes.try_into().ok()).ok_or_else(malformed)?;
    let key = ed25519_dalek::VerifyingKey::from_bytes(bytes)
        .map_err(|_| weak("the key is no point of its curve"))?;
    // One point has one form, and none of the eight that sign anything.
    if key.is_weak() || key.to_edwards().compress().as_bytes() != bytes {
        return Err(weak("the key is one for which anybody can sign"));
    }
    Ok(Box::new(key))
}

fn p256(packed: &mut Packed<'_>) -> Checked<Box<p256::ecdsa::VerifyingKey>> {
    if packed.string() != Some(b"nistp256") {
        return Err(malformed());
    }
    let point = packed.string().filter(|point| point.len() == 65 && point[0] == 4);
    let key = p256::ecdsa::VerifyingKey::from_sec1_bytes(point.ok_or_else(malformed)?)
        .map_err(|_| weak("the key is no point of its curve"))?;
    Ok(Box::new(key))
}

/// Hardware keys made for SSH say so: one made for a web site signs what the
/// web site asks.
fn application(packed: &mut Packed<'_>) -> Checked<[u8; 32]> {
    let name = packed.string().ok_or_else(malformed)?;
    if !name.starts_with(b"ssh:") {
        return Err(weak("the hardware key was not made for SSH"));
    }
    Ok(Sha256::digest(name).into())
}

fn rsa(packed: &mut Packed<'_>) -> Checked<Material> {
    let exponent = BigUint::from_bytes_be(packed.positive().ok_or_else(malformed)?);
    let bytes = packed.positive().ok_or_else(malformed)?;
    let modulus = BigUint::from_bytes_be(bytes);
    let bits = modulus.bits();
    if !(bounds::RSA_LEAST_BITS..=bounds::RSA_MOST_BITS).contains(&bits) {
        let least = bounds::RSA_LEAST_BITS;
        return Err(weak(format!("an RSA key of {bits} bits; it takes {least} at least")));
    }
    let usual = exponent >= BigUint::from(65_537_u32) && exponent.bits() <= 32;
    if !usual || !exponent.bit(0) || !modulus.bit(0) {
        return Err(weak("an RSA key with an unusual exponent or an even modulus"));
    }
    Ok(Material::Rsa { exponent, modulus, length: bytes.len() })
}
