//! Signatures in the form SSHSIG (OpenSSH's PROTOCOL.sshsig).
//!
//! Owns version, namespace, reserved field and hash. Whether the key may sign
//! is the policy's to say; the arithmetic is `check`'s.

use sha2::{Digest as _, Sha256, Sha512};

use crate::armour::unarmoured;
use crate::check::check;
use crate::key::PublicKey;
use crate::packed::{Packed, put};
use crate::refusal::{Checked, Refusal, RefusalCode};

const MAGIC: &[u8] = b"SSHSIG";

/// What a signature is for. None is valid in another's place.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Namespace {
    /// Commits, as git signs them.
    Git,
    /// Approvals of a tree.
    Approval,
    /// Heartbeats.
    Heartbeat,
    /// Ad-hoc statements.
    Adhoc,
    /// Recovery to another head.
    Recovery,
    /// Reports of agents.
    Report,
}

impl Namespace {
    /// All of them.
    pub const ALL: [Self; 6] =
        [Self::Git, Self::Approval, Self::Heartbeat, Self::Adhoc, Self::Recovery, Self::Report];

    /// The text that is signed along; `ssh-keygen -Y sign -n` takes it.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Git => "git",
            Self::Approval => "ordain-approval@v1",
            Self::Heartbeat => "ordain-heartbeat@v1",
            Self::Adhoc => "ordain-adhoc@v1",
            Self::Recovery => "ordain-recovery@v1",
            Self::Report => "ordain-report@v1",
        }
    }
}

/// A signature in the strict form, not yet checked against anything.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SshSignature {
    /// The key that it says it is by.
    pub key: PublicKey,
    namespace: Vec<u8>,
    hash: SignedHash,
    signature: Vec<u8>,
}

/// The hash that the message goes through first.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum SignedHash {
    Sha256,
    Sha512,
}

impl SshSignature {
    /// Reads a signature from its armour.
    ///
    /// # Errors
    /// `bad-armour` and what [`Self::parse`] refuses.
    pub fn from_armour(armour: &str) -> Checked<Self> {
        Self::parse(&unarmoured(armour)?)
    }

    /// Reads a signature from its bytes.
    ///
    /// # Errors
    /// `bad-signature`, `weak-hash`, `weak-key`, `unsupported-key`.
    pub fn parse(bytes: &[u8]) -> Checked<Self> {
        let bad =
            |what: &str| Refusal::new(RefusalCode::BadSignature, format!("the signature: {what}"));
        let short = || bad("it is cut short");
        let mut packed = Packed(bytes);
        if packed.take(MAGIC.len()) != Some(MAGIC) {
            return Err(bad("it is none of SSH"));
        }
        if packed.number().ok_or_else(short)? != 1 {
            return Err(bad("its version is not 1"));
        }
        let key = packed.string().ok_or_else(short)?;
        let namespace = packed.string().ok_or_else(short)?.to_vec();
        if !packed.string().ok_or_else(short)?.is_empty() {
            return Err(bad("its reserved field is not empty"));
        }
        let hash = match packed.string().ok_or_else(short)? {
            b"sha256" => SignedHash::Sha256,
            b"sha512" => SignedHash::Sha512,
            other => {
                let name: String = String::from_utf8_lossy(other).chars().take(40).collect();
                let what = format!("the signature uses the hash `{name}`");
                return Err(Refusal::new(RefusalCode::WeakHash, what));
            }
        };
        let signature = packed.string().ok_or_else(short)?.to_vec();
        packed.end().ok_or_else(|| bad("something follows it"))?;
        Ok(Self { key: PublicKey::from_blob(key)?, namespace, hash, signature })
    }

    /// Checks that it is a signature over `message` for that purpose.
    ///
    /// # Errors
    /// `wrong-namespace`, `bad-signature`, `weak-hash`, `no-touch`, `forged`.
    pub fn verify(&self, message: &[u8], namespace: Namespace) -> Checked<()> {
        if self.namespace != namespace.as_str().as_bytes() {
            let found: String = String::from_utf8_lossy(&self.namespace).chars().take(40).collect();
            let wanted = namespace.as_str();
            let what = format!("the signature is for `{found}`, not for `{wanted}`");
            return Err(Refusal::new(RefusalCode::WrongNamespace, what));
        }
        check(&self.key, &self.signature, &self.signed(message))
    }

    /// The bytes that the key signed.
    fn signed(&self, message: &[u8]) -> Vec<u8> {
        let mut signed = MAGIC.to_vec();
        put(&mut signed, &self.namespace);
        put(&mut signed, b"");
        match self.hash {
            SignedHash::Sha256 => {
                put(&mut signed, b"sha256");
                put(&mut signed, &Sha256::digest(message));
            }
            SignedHash::Sha512 => {
                put(&mut signed, b"sha512");
                put(&mut signed, &Sha512::digest(message));
            }
        }
        signed
    }
}
