//! Signers: keys that are known beforehand, software that plays hardware keys,
//! and signatures with any field spoilt.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use p256::ecdsa::signature::Signer as _;
use sha2::{Digest as _, Sha256, Sha512};

/// A key and whose it is.
#[derive(Clone)]
pub(crate) struct Signer {
    pub(crate) name: &'static str,
    pub(crate) person: &'static str,
    secret: Secret,
    /// The flags of a hardware key.
    pub(crate) flags: u8,
}

#[derive(Clone)]
enum Secret {
    Ed25519(ed25519_dalek::SigningKey),
    SkEd25519(ed25519_dalek::SigningKey),
    P256(p256::ecdsa::SigningKey),
    SkP256(p256::ecdsa::SigningKey),
}

const APPLICATION: &[u8] = b"ssh:";

/// Bytes with their length before them, one after the other.
pub(crate) fn packed(parts: &[&[u8]]) -> Vec<u8> {
    let mut bytes = Vec::new();
    for part in parts {
        bytes.extend_from_slice(&u32::try_from(part.len()).unwrap().to_be_bytes());
        bytes.extend_from_slice(part);
    }
    bytes
}

/// A key's line in the policy.
pub(crate) fn key_line(kind: &str, blob: &[u8]) -> String {
    format!("{kind} {}", STANDARD.encode(blob))
}

/// The armour of a signature, as `ssh-keygen` lays it out.
pub(crate) fn armour(signature: &[u8]) -> String {
    ordain_trust::armour::armoured(signature)
}

impl Signer {
    fn seeded(seed: &str) -> [u8; 32] {
        Sha256::digest(seed).into()
    }

    pub(crate) fn ed25519(name: &'static str, person: &'static str) -> Self {
        let secret = Secret::Ed25519(ed25519_dalek::SigningKey::from_bytes(&Self::seeded(name)));
        Self { name, person, secret, flags: 0 }
    }

    pub(crate) fn sk_ed25519(name: &'static str, person: &'static str) -> Self {
        let secret = Secret::SkEd25519(ed25519_dalek::SigningKey::from_bytes(&Self::seeded(name)));
        Self { name, person, secret, flags: 1 }
    }

    pub(crate) fn p256(name: &'static str, person: &'static str) -> Self {
        let key = p256::ecdsa::SigningKey::from_bytes(&Self::seeded(name).into()).unwrap();
        Self { name, person, secret: Secret::P256(key), flags: 0 }
    }

    pub(crate) fn sk_p256(name: &'static str, person: &'static str) -> Self {
        let key = p256::ecdsa::SigningKey::from_bytes(&Self::seeded(name).into()).unwrap();
        Self { name, person, secret: Secret::SkP256(key), flags: 5 }
    }

    pub(crate) fn kind(&self) -> &'static str {
        match self.secret {
            Secret::Ed25519(_) => "ssh-ed25519",
            Secret::SkEd25519(_) => "sk-ssh-ed25519@openssh.com",
            Secret::P256(_) => "ecdsa-sha2-nistp256",
            Secret::SkP256(_) => "sk-ecdsa-sha2-nistp256@openssh.com",
        }
    }

    /// The public key in its packed form.
    pub(crate) fn blob(&self) -> Vec<u8> {
        let kind = self.kind().as_bytes();
        match &self.secret {
            Secret::Ed25519(key) => packed(&[kind, key.verifying_key().as_bytes()]),
            Secret::SkEd25519(key) => packed(&[kind, key.verifying_key().as_bytes(), APPLICATION]),
            Secret::P256(key) => {
                let point = key.verifying_key().to_encoded_point(false);
                packed(&[kind, b"nistp256", point.as_bytes()])
            }
            Secret::SkP256(key) => {
                let point = key.verifying_key().to_encoded_point(false);
                packed(&[kind, b"nistp256", point.as_bytes(), APPLICATION])
            }
        }
    }

    /// The public key's line.
    pub(crate) fn line(&self) -> String {
        key_line(self.kind(), &self.blob())
    }

    pub(crate) fn fingerprint(&self) -> ordain_trust::Fingerprint {
        ordain_trust::PublicKey::from_blob(&self.blob()).unwrap().fingerprint()
    }

    /// The bytes of a signature over `message` in a namespace.
    pub(crate) fn sign(&self, namespace: &str, message: &[u8]) -> Vec<u8> {
        self.sign_hashed(namespace, "sha512", &Sha512::digest(message))
    }

    /// The same, with SHA-256.
    pub(crate) fn sign_sha256(&self, namespace: &str, message: &[u8]) -> Vec<u8> {
        self.sign_hashed(namespace, "sha256", &Sha256::digest(message))
    }

    pub(crate) fn sign_hashed(&self, namespace: &str, hash: &str, digest: &[u8]) -> Vec<u8> {
        let fields: [&[u8]; 4] = [namespace.as_bytes(), b"", hash.as_bytes(), digest];
        let signed = [b"SSHSIG", packed(&fields).as_slice()].concat();
        let signature = self.raw(&signed);
        let fields: [&[u8]; 5] =
            [&self.blob(), namespace.as_bytes(), b"", hash.as_bytes(), &signature];
        [b"SSHSIG\0\0\0\x01", packed(&fields).as_slice()].concat()
    }

    /// The armour of a signature over `message` in a namespace.
    pub(crate) fn armour(&self, namespace: &str, message: &[u8]) -> String {
        armour(&self.sign(namespace, message))
    }

    /// A statement with its signature below.
    pub(crate) fn statement(&self, namespace: &str, text: &str) -> Vec<u8> {
        format!("{text}{}", self.armour(namespace, text.as_bytes())).into_bytes()
    }

    /// The packed signature over the bytes themselves.
    fn raw(&self, signed: &[u8]) -> Vec<u8> {
        let kind = self.kind().as_bytes();
        let counter = 7_u32.to_be_bytes();
        let touched = || {
            let mut bytes = Sha256::digest(APPLICATION).to_vec();
            bytes.push(self.flags);
            bytes.extend_from_slice(&counter);
            bytes.extend_from_slice(&Sha256::digest(signed));
            bytes
        };
        let tail = [&[self.flags], counter.as_slice()].concat();
        match &self.secret {
            Secret::Ed25519(key) => packed(&[kind, &key.sign(signed).to_bytes()]),
            Secret::SkEd25519(key) => {
                [packed(&[kind, &key.sign(&touched()).to_bytes()]), tail].concat()
            }
            Secret::P256(key) => packed(&[kind, &scalars(&key.sign(signed))]),
            Secret::SkP256(key) => {
                [packed(&[kind, &scalars(&key.sign(&touched()))]), tail].concat()
            }
        }
    }
}

fn scalars(signature: &p256::ecdsa::Signature) -> Vec<u8> {
    let (first, second) = signature.split_bytes();
    packed(&[&mpint(&first), &mpint(&second)])
}

fn mpint(bytes: &[u8]) -> Vec<u8> {
    let start = bytes.iter().position(|byte| *byte != 0).unwrap_or(bytes.len());
    let bytes = &bytes[start..];
    if bytes.first().is_some_and(|first| *first >= 0x80) {
        [&[0], bytes].concat()
    } else {
        bytes.to_vec()
    }
}
