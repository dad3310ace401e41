//! Whether a signature is one over these bytes by this key.
//!
//! Owns the packed form of a signature and the arithmetic around the crates
//! that do it. Nothing secret is handled here, so nothing needs constant time.

use num_bigint::BigUint;
use p256::ecdsa::signature::Verifier as _;
use sha2::{Digest as _, Sha256, Sha512};

use crate::key::{Material, PublicKey};
use crate::packed::Packed;
use crate::refusal::{Checked, Refusal, RefusalCode};

/// The flag of a hardware key that somebody touched it.
const TOUCHED: u8 = 1;
/// The flag of a hardware key that it knew who touched it.
const VERIFIED: u8 = 4;

/// Checks `signature`, in its packed form, over `message`.
///
/// # Errors
/// `bad-signature`, `weak-hash`, `no-touch`, `forged`.
pub(crate) fn check(key: &PublicKey, signature: &[u8], message: &[u8]) -> Checked<()> {
    let mut packed = Packed(signature);
    let kind = packed.string().ok_or_else(malformed)?;
    let bytes = packed.string().ok_or_else(malformed)?;
    match &key.material {
        Material::Ed25519(key) => {
            expect(kind, b"ssh-ed25519")?;
            packed.end().ok_or_else(malformed)?;
            ed25519(key, bytes, message)
        }
        Material::SkEd25519(key, application) => {
            expect(kind, b"sk-ssh-ed25519@openssh.com")?;
            ed25519(key, bytes, &touched(packed, application, message)?)
        }
        Material::P256(key) => {
            expect(kind, b"ecdsa-sha2-nistp256")?;
            packed.end().ok_or_else(malformed)?;
            p256(key, bytes, message)
        }
        Material::SkP256(key, application) => {
            expect(kind, b"sk-ecdsa-sha2-nistp256@openssh.com")?;
            p256(key, bytes, &touched(packed, application, message)?)
        }
        Material::Rsa { exponent, modulus, length } => {
            packed.end().ok_or_else(malformed)?;
            let padded = match kind {
                b"rsa-sha2-256" => padded(&SHA256_INFO, &Sha256::digest(message), *length),
                b"rsa-sha2-512" => padded(&SHA512_INFO, &Sha512::digest(message), *length),
                b"ssh-rsa" => {
                    let what = "the signature uses SHA-1";
                    return Err(Refusal::new(RefusalCode::WeakHash, what));
                }
                _ => return Err(malformed()),
            };
            let number = BigUint::from_bytes_be(bytes);
            if bytes.len() != *length || number >= *modulus {
                return Err(malformed());
            }
            // EMSA-PKCS1-v1_5 by comparing the whole block (RFC 8017, 8.2.2):
            // nothing is taken apart that a forger could have shaped.
            let opened = number.modpow(exponent, modulus);
            if opened == BigUint::from_bytes_be(&padded) { Ok(()) } else { Err(forged()) }
        }
    }
}

fn malformed() -> Refusal {
    Refusal::new(RefusalCode::BadSignature, "the signature is malformed")
}

fn forged() -> Refusal {
    Refusal::new(RefusalCode::Forged, "the signature is not one over these bytes by this key")
}

fn expect(found: &[u8], wanted: &[u8]) -> Checked<()> {
    if found == wanted { Ok(()) } else { Err(malformed()) }
}

fn ed25519(key: &ed25519_dalek::VerifyingKey, bytes: &[u8], message: &[u8]) -> Checked<()> {
    let bytes: &[u8; 64] = bytes.try_into().map_err(|_| malformed())?;
    let signature = ed25519_dalek::Signature::from_bytes(bytes);
    key.verify_strict(message, &signature).map_err(|_| forged())
}

fn p256(key: &p256::ecdsa::VerifyingKey, bytes: &[u8], message: &[u8]) -> Checked<()> {
    let mut packed = Packed(bytes);
    let (first, second) = (scalar(&mut packed)?, scalar(&mut packed)?);
    packed.end().ok_or_else(malformed)?;
    let signature = p256::ecdsa::Signature::from_scalars(first, second).map_err(|_| malformed())?;
    key.verify(message, &signature).map_err(|_| forged())
}

fn scalar(packed: &mut Packed<'_>) -> Checked<[u8; 32]> {
    let number = packed.positive().filter(|number| number.len() <= 32).ok_or_else(malformed)?;
    let mut bytes = [0; 32];
    bytes[32 - number.len()..].copy_from_slice(number);
    Ok(bytes)
}

/// What a hardware key signs in place of the message (PROTOCOL.u2f).
fn touched(mut rest: Packed<'_>, application: &[u8; 32], message: &[u8]) -> Checked<Vec<u8>> {
    let flags = rest.take(1).ok_or_else(malformed)?[0];
    let counter = rest.number().ok_or_else(malformed)?;
    rest.end().ok_or_else(malformed)?;
    if flags & TOUCHED == 0 {
        let what = "the hardware key signed without being touched";
        return Err(Refusal::new(RefusalCode::NoTouch, what));
    }
    if flags & !(TOUCHED | VERIFIED) != 0 {
        return Err(malformed());
    }
    let mut signed = application.to_vec();
    signed.push(flags);
    signed.extend_from_slice(&counter.to_be_bytes());
    signed.extend_from_slice(&Sha256::digest(message));
    Ok(signed)
}

/// `DigestInfo` of SHA-256, up to the hash (RFC 8017, 9.2).
const SHA256_INFO: [u8; 19] = [
    0x30, 0x31, 0x30, 0x0d, 0x06, 0x09, 0x60, 0x86, 0x48, 0x01, 0x65, 0x03, 0x04, 0x02, 0x01, 0x05,
    0x00, 0x04, 0x20,
];
/// `DigestInfo` of SHA-512, up to the hash.
const SHA512_INFO: [u8; 19] = [
    0x30, 0x51, 0x30, 0x0d, 0x06, 0x09, 0x60, 0x86, 0x48, 0x01, 0x65, 0x03, 0x04, 0x02, 0x03, 0x05,
    0x00, 0x04, 0x40,
];

/// The block that a right signature opens to; `length` is that of a modulus,
/// far longer than any hash.
fn padded(info: &[u8], hash: &[u8], length: usize) -> Vec<u8> {
    let mut block = vec![0, 1];
    block.resize(length - info.len() - hash.len() - 1, 0xff);
    block.push(0);
    block.extend_from_slice(info);
    block.extend_from_slice(hash);
    block
}
