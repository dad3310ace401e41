//! Signed statements: lines of text, and the armour of one or more signatures
//! below.
//!
//! Owns the form that approvals, heartbeats, recoveries and ad-hoc statements
//! share: a title, fields in one order, each `NAME VALUE`, nothing else. What
//! is signed is the text above the first armour, so `ssh-keygen -Y sign` makes
//! one and `-Y verify` checks one. What the fields mean is said where they are
//! used.

use crate::armour;
use crate::bounds;
use crate::refusal::{Checked, Refusal, RefusalCode};
use crate::sshsig::SshSignature;

/// Seconds since 1970, UTC.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub struct UnixTime(pub u64);

impl UnixTime {
    /// That many seconds later.
    #[must_use]
    pub fn after(self, seconds: u64) -> Self {
        Self(self.0.saturating_add(seconds))
    }
}

impl std::fmt::Display for UnixTime {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        self.0.fmt(f)
    }
}

/// A statement taken apart: what was signed, and by which signatures.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Statement<'a> {
    /// The signed text.
    pub text: &'a str,
    /// The signatures below it, not yet checked.
    pub signatures: Vec<SshSignature>,
}

pub(crate) fn bad(what: impl std::fmt::Display) -> Refusal {
    Refusal::new(RefusalCode::BadStatement, format!("no statement in the strict form: {what}"))
}

impl<'a> Statement<'a> {
    /// Takes a statement apart; it has from one signature to `most`.
    ///
    /// # Errors
    /// `too-large`, `bad-statement`, and what [`SshSignature::from_armour`] refuses.
    pub fn parse(bytes: &'a [u8], most: usize) -> Checked<Self> {
        if bytes.len() > bounds::STATEMENT_BYTES {
            let what = format!("a statement of {} bytes", bytes.len());
            return Err(Refusal::new(RefusalCode::TooLarge, what));
        }
        let text = std::str::from_utf8(bytes).map_err(|_| bad("it is not UTF-8"))?;
        if text.bytes().any(|byte| byte < b' ' && byte != b'\n') {
            return Err(bad("it holds a control character"));
        }
        let at = text
            .find(armour::BEGIN)
            .ok_or_else(|| Refusal::new(RefusalCode::Unsigned, "the statement has no signature"))?;
        let (text, mut rest) = text.split_at(at);
        let mut signatures = Vec::new();
        while !rest.is_empty() {
            let end = rest.find(armour::END).ok_or_else(|| bad("a signature does not end"))?;
            let (one, tail) = rest.split_at(end + armour::END.len());
            if signatures.len() == most {
                return Err(bad(format!("it has more than {most} signatures")));
            }
            signatures.push(SshSignature::from_armour(one)?);
            rest = tail;
        }
        Ok(Self { text, signatures })
    }
}

/// The fields of a statement, to be read in their order.
pub(crate) struct Lines<'a>(&'a str);

impl<'a> Lines<'a> {
    /// The fields below the title.
    pub(crate) fn below(text: &'a str, title: &str) -> Checked<Self> {
        let rest = text.strip_prefix(title).and_then(|rest| rest.strip_prefix('\n'));
        rest.map(Self).ok_or_else(|| bad(format!("it does not begin with `{title}`")))
    }

    /// The value of the next line, which has that name.
    pub(crate) fn field(&mut self, name: &str) -> Checked<&'a str> {
        self.optional(name).ok_or_else(|| bad(format!("`{name}` does not come next")))
    }

    /// The value of the next line, where it has that name.
    pub(crate) fn optional(&mut self, name: &str) -> Option<&'a str> {
        let (line, rest) = self.0.split_once('\n')?;
        let value = line.strip_prefix(name)?.strip_prefix(' ')?;
        self.0 = rest;
        Some(value)
    }

    /// The values of all next lines of that name, which are sorted and unique.
    pub(crate) fn repeated(&mut self, name: &str) -> Checked<Vec<&'a str>> {
        let values: Vec<&str> = std::iter::from_fn(|| self.optional(name)).collect();
        if values.windows(2).any(|pair| pair[0] >= pair[1]) {
            return Err(bad(format!("the lines `{name}` are not sorted, or one is there twice")));
        }
        Ok(values)
    }

    /// The next line, a whole number.
    pub(crate) fn number(&mut self, name: &str) -> Checked<u64> {
        number(self.field(name)?)
    }

    /// The next line, a time.
    pub(crate) fn time(&mut self, name: &str) -> Checked<UnixTime> {
        Ok(UnixTime(self.number(name)?))
    }

    /// The next line, 32 bytes in hexadecimal.
    pub(crate) fn digest(&mut self, name: &str) -> Checked<[u8; 32]> {
        digest(self.field(name)?)
    }

    /// Nothing may be left.
    pub(crate) fn end(self) -> Checked<()> {
        if self.0.is_empty() { Ok(()) } else { Err(bad("something is left at its end")) }
    }
}

/// A whole number in its one form.
pub(crate) fn number(text: &str) -> Checked<u64> {
    let number: Option<u64> = text.parse().ok();
    number.filter(|number| number.to_string() == text).ok_or_else(|| bad("a number is malformed"))
}

/// 32 bytes in lower-case hexadecimal.
pub(crate) fn digest(text: &str) -> Checked<[u8; 32]> {
    let mut bytes = [0; 32];
    let lower = !text.bytes().any(|byte| byte.is_ascii_uppercase());
    match hex::decode_to_slice(text, &mut bytes) {
        Ok(()) if lower => Ok(bytes),
        _ => Err(bad("an identity is not 64 lower-case hexadecimal digits")),
    }
}
