//! The strict form of a commit.
//!
//! Owns the grammar: `tree`, `parent`*, `author`, `committer`, one signature
//! header, a blank line, the message. Everything else that git would take,
//! encodings, merged tags, further headers, is refused. Does not judge the
//! signature; see [`crate::sshsig`].

use sha2::{Digest as _, Sha256};

use crate::bounds;
use crate::object_id::{ObjectFormat, ObjectId};
use crate::refusal::{Checked, Refusal, RefusalCode};

/// SHA-256 over a commit without its signature header: what was signed.
/// Displays as 64 hexadecimal digits.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct PayloadId(pub [u8; 32]);

impl std::fmt::Display for PayloadId {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&hex::encode(self.0))
    }
}

/// A commit in the strict form.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Commit {
    /// The root tree.
    pub tree: ObjectId,
    /// The parents in their order.
    pub parents: Vec<ObjectId>,
    /// What was signed: all bytes but the signature header.
    pub payload: Vec<u8>,
    /// SHA-256 of the payload.
    pub payload_id: PayloadId,
    /// The armoured signature, with a line feed after every line.
    pub armour: String,
}

impl Commit {
    /// Reads a commit of a repository of `format`.
    ///
    /// # Errors
    /// `too-large`, `bad-commit`, `unsigned`, `several-signatures`.
    pub fn parse(bytes: &[u8], format: ObjectFormat) -> Checked<Self> {
        if bytes.len() > bounds::COMMIT_BYTES {
            let what = format!("a commit of {} bytes", bytes.len());
            return Err(Refusal::new(RefusalCode::TooLarge, what));
        }
        let text = std::str::from_utf8(bytes).map_err(|_| bad("it is not UTF-8"))?;
        if let Some(found) = text.bytes().find(|byte| matches!(byte, 0 | b'\r')) {
            return Err(bad(&format!("it holds the byte {found}")));
        }
        let mut headers = Headers { text, at: 0 };
        let tree = id(headers.value("tree").ok_or_else(|| bad("no tree comes first"))?, format)?;
        let mut parents = Vec::new();
        while let Some(parent) = headers.value("parent") {
            parents.push(id(parent, format)?);
        }
        for role in ["author", "committer"] {
            let who = headers.value(role).ok_or_else(|| bad(&format!("no {role} follows")))?;
            if !is_identity(who) {
                return Err(bad(&format!("its {role} is malformed")));
            }
        }
        let before = headers.at;
        let armour = headers.signature(format)?;
        let after = headers.at;
        if !text[after..].starts_with('\n') {
            return Err(headers.unexpected());
        }
        let payload = [&bytes[..before], &bytes[after..]].concat();
        let payload_id = PayloadId(Sha256::digest(&payload).into());
        Ok(Self { tree, parents, payload, payload_id, armour })
    }

    /// The message, after the blank line.
    pub fn message(&self) -> &str {
        let text = std::str::from_utf8(&self.payload).unwrap_or_default();
        text.split_once("\n\n").map_or("", |(_, message)| message)
    }
}

/// The bytes of a commit with its signature, where git puts it. `text` is the
/// commit without one, `armour` that of a signature over it.
pub fn signed(text: &str, armour: &str, format: ObjectFormat) -> Vec<u8> {
    let (headers, message) = text.split_once("\n\n").unwrap_or((text, ""));
    let header = signature_header(format);
    let folded = armour.trim_end_matches('\n').replace('\n', "\n ");
    format!("{headers}\n{header} {folded}\n\n{message}").into_bytes()
}

fn bad(what: &str) -> Refusal {
    Refusal::new(RefusalCode::BadCommit, format!("no commit in the strict form: {what}"))
}

fn id(text: &str, format: ObjectFormat) -> Checked<ObjectId> {
    let id: ObjectId = text.parse().map_err(|_| bad("an id is malformed"))?;
    if id.format() != format || id.as_bytes().iter().all(|byte| *byte == 0) {
        return Err(bad("an id is of another format, or of nothing"));
    }
    Ok(id)
}

/// The word before the armour, by object format.
fn signature_header(format: ObjectFormat) -> &'static str {
    match format {
        ObjectFormat::Sha1 => "gpgsig",
        ObjectFormat::Sha256 => "gpgsig-sha256",
    }
}

/// The lines before the blank one.
struct Headers<'a> {
    text: &'a str,
    at: usize,
}

impl<'a> Headers<'a> {
    /// The value of the next line, where the line has that name.
    fn value(&mut self, name: &str) -> Option<&'a str> {
        let rest = self.text[self.at..].strip_prefix(name)?.strip_prefix(' ')?;
        let (value, _) = rest.split_once('\n')?;
        self.at += name.len() + 1 + value.len() + 1;
        Some(value)
    }

    /// The signature's lines, without the space that continues a header.
    fn signature(&mut self, format: ObjectFormat) -> Checked<String> {
        if self.text[self.at..].starts_with('\n') {
            return Err(Refusal::new(RefusalCode::Unsigned, "the commit has no signature"));
        }
        let Some(first) = self.value(signature_header(format)) else {
            return Err(self.unexpected());
        };
        let mut armour = format!("{first}\n");
        while let Some(rest) = self.text[self.at..].strip_prefix(' ') {
            let (line, _) = rest.split_once('\n').ok_or_else(|| bad("a header does not end"))?;
            self.at += 1 + line.len() + 1;
            armour.push_str(line);
            armour.push('\n');
        }
        Ok(armour)
    }

    /// What stands where the signature, or the blank line, should.
    fn unexpected(&self) -> Refusal {
        let line = self.text[self.at..].lines().next().unwrap_or_default();
        let name = line.split(' ').next().unwrap_or_default();
        if name == "gpgsig" || name == "gpgsig-sha256" {
            let what = format!("a second signature, or one for the other format: `{name}`");
            return Refusal::new(RefusalCode::SeveralSignatures, what);
        }
        let name: String = name.chars().take(40).collect();
        bad(&format!("the header `{name}` has no place there"))
    }
}

/// `NAME <EMAIL> SECONDS ZONE`, as `git fsck` wants it.
fn is_identity(text: &str) -> bool {
    let parts = || {
        let (name, rest) = text.split_once(" <")?;
        let (email, rest) = rest.split_once("> ")?;
        let (seconds, zone) = rest.split_once(' ')?;
        Some((name, email, seconds, zone))
    };
    let Some((name, email, seconds, zone)) = parts() else { return false };
    let named = !name.is_empty() && !name.contains(['<', '>']) && !email.contains(['<', '>']);
    let canonical = seconds == "0" || !seconds.starts_with('0');
    let timed = (1..=11).contains(&seconds.len())
        && canonical
        && seconds.bytes().all(|byte| byte.is_ascii_digit());
    let zoned = zone.len() == 5
        && zone.starts_with(['+', '-'])
        && zone[1..].bytes().all(|byte| byte.is_ascii_digit());
    named && timed && zoned
}
