//! Identities and recipients in the text form of age: Bech32 over 32 bytes.

use std::fmt;
use std::str::FromStr;

use bech32::primitives::decode::CheckedHrpstring;
use bech32::{Bech32, Hrp};
use rand::CryptoRng;
use x25519_dalek::{PublicKey, StaticSecret};

const SECRET: &str = "age-secret-key-";
const PUBLIC: &str = "age";

/// Why a text is no key. The text itself is not repeated: it may be a secret.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum BadKey {
    /// No identity.
    #[error("an identity is one line that begins with AGE-SECRET-KEY-1")]
    Identity,
    /// No recipient.
    #[error("a recipient is one line that begins with age1")]
    Recipient,
    /// A file without any identity.
    #[error("the file holds no identity, which is a line that begins with AGE-SECRET-KEY-1")]
    NoIdentity,
}

/// A private key. It prints nothing of itself but by [`Identity::to_text`].
#[derive(Clone)]
pub struct Identity(StaticSecret);

impl Identity {
    /// A new one.
    pub fn make(random: &mut impl CryptoRng) -> Self {
        let mut bytes = [0; 32];
        random.fill_bytes(&mut bytes);
        Self(StaticSecret::from(bytes))
    }

    /// All identities of a file: one a line, empty lines and comments aside.
    ///
    /// # Errors
    /// Where a line is none, or where there is none.
    pub fn read_all(text: &str) -> Result<Vec<Self>, BadKey> {
        let lines = text.lines().map(str::trim);
        let lines = lines.filter(|line| !line.is_empty() && !line.starts_with('#'));
        let all: Vec<Self> = lines.map(str::parse).collect::<Result<_, _>>()?;
        if all.is_empty() { Err(BadKey::NoIdentity) } else { Ok(all) }
    }

    /// Its text form: the secret itself.
    pub fn to_text(&self) -> String {
        let hrp = Hrp::parse(SECRET).expect("it is one");
        bech32::encode_upper::<Bech32>(hrp, self.0.as_bytes()).expect("32 bytes fit")
    }

    /// The public half.
    pub fn recipient(&self) -> Recipient {
        Recipient(PublicKey::from(&self.0))
    }

    pub(super) fn secret(&self) -> &StaticSecret {
        &self.0
    }
}

impl fmt::Debug for Identity {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Identity({})", self.recipient())
    }
}

impl FromStr for Identity {
    type Err = BadKey;

    fn from_str(text: &str) -> Result<Self, BadKey> {
        // One spelling: the format has these in upper case.
        if text.bytes().any(|byte| byte.is_ascii_lowercase()) {
            return Err(BadKey::Identity);
        }
        let bytes = decoded(text, SECRET).ok_or(BadKey::Identity)?;
        Ok(Self(StaticSecret::from(bytes)))
    }
}

/// A public key.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Recipient(PublicKey);

impl Recipient {
    pub(super) fn key(&self) -> &PublicKey {
        &self.0
    }
}

impl fmt::Display for Recipient {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let hrp = Hrp::parse(PUBLIC).expect("it is one");
        let text = bech32::encode_lower::<Bech32>(hrp, self.0.as_bytes()).expect("32 bytes fit");
        f.write_str(&text)
    }
}

impl FromStr for Recipient {
    type Err = BadKey;

    fn from_str(text: &str) -> Result<Self, BadKey> {
        if text.bytes().any(|byte| byte.is_ascii_uppercase()) {
            return Err(BadKey::Recipient);
        }
        let bytes = decoded(text, PUBLIC).ok_or(BadKey::Recipient)?;
        Ok(Self(PublicKey::from(bytes)))
    }
}

fn decoded(text: &str, prefix: &str) -> Option<[u8; 32]> {
    let parsed = CheckedHrpstring::new::<Bech32>(text).ok()?;
    if !parsed.hrp().as_str().eq_ignore_ascii_case(prefix) {
        return None;
    }
    let bytes: Vec<u8> = parsed.byte_iter().collect();
    bytes.try_into().ok()
}

#[cfg(test)]
mod tests {
    use rand::SeedableRng as _;
    use rand::rngs::StdRng;

    use super::*;

    #[test]
    fn keys_are_read_as_they_are_written_and_in_no_other_way() {
        let identity = Identity::make(&mut StdRng::seed_from_u64(1));
        let (secret, public) = (identity.to_text(), identity.recipient().to_string());
        assert!(secret.starts_with("AGE-SECRET-KEY-1") && public.starts_with("age1"));
        let again: Identity = secret.parse().expect("as written");
        assert_eq!(again.recipient(), public.parse().expect("as written"));
        for text in [
            "",
            &public,
            &secret.to_lowercase(),
            &secret[..secret.len() - 1],
            &secret.replace("1Q", "1P"),
            &format!(" {secret}"),
            &format!("{secret}Q"),
        ] {
            if text != secret {
                assert!(text.parse::<Identity>().is_err(), "{text}");
            }
        }
        for text in ["", &secret, &public.to_uppercase(), &public[..public.len() - 1]] {
            assert_eq!(text.parse::<Recipient>(), Err(BadKey::Recipient), "{text}");
        }
        assert!(!format!("{identity:?}").contains("SECRET"));
    }

    #[test]
    fn a_file_may_hold_several_with_comments() {
        let mut random = StdRng::seed_from_u64(2);
        let all = [Identity::make(&mut random), Identity::make(&mut random)];
        let text = format!("# made\n{}\r\n\n  {}\n", all[0].to_text(), all[1].to_text());
        let read = Identity::read_all(&text).expect("two");
        assert_eq!(
            read.iter().map(Identity::recipient).collect::<Vec<_>>(),
            all.iter().map(Identity::recipient).collect::<Vec<_>>()
        );
        assert_eq!(Identity::read_all("# nothing\n").err(), Some(BadKey::NoIdentity));
        assert_eq!(Identity::read_all("hello\n").err(), Some(BadKey::Identity));
    }
}
