//! The trust policy in force: keys that were read, roles that can be reached.
//!
//! Owns what the document `Trust` must be beyond its grammar before anything
//! is judged by it: keys that count, no key twice, thresholds that enough
//! persons can reach. The document's own grammar is the schema's.

use std::collections::{BTreeMap, BTreeSet};

use ordain_schema::Severity;
use ordain_schema::document::{self, Body, Trust};
use sha2::{Digest as _, Sha256};

use crate::key::{Fingerprint, PublicKey};
use crate::object_id::ObjectFormat;
use crate::refusal::{Checked, Refusal, RefusalCode};

/// Where the policy stands in a repository.
pub const POLICY_PATH: &str = ".ordain/trust.yaml";

/// What a key may be allowed to sign.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Role {
    /// `.ordain/`, recovery, the genesis.
    Root,
    /// Promotions.
    Release,
    /// One tenant's folder.
    Tenant(String),
    /// Everything else in the tree.
    Global,
    /// Ad-hoc statements.
    Adhoc,
    /// Heartbeats.
    Heartbeat,
    /// Updates of the agent.
    AgentRelease,
}

impl Role {
    /// The role of that name in the policy.
    pub fn parse(text: &str) -> Option<Self> {
        Some(match text {
            "root" => Self::Root,
            "release" => Self::Release,
            "global" => Self::Global,
            "adhoc" => Self::Adhoc,
            "heartbeat" => Self::Heartbeat,
            "agent-release" => Self::AgentRelease,
            _ => {
                let tenant = text.strip_prefix("tenant:")?;
                return ordain_schema::is_name(tenant).then(|| Self::Tenant(tenant.to_owned()));
            }
        })
    }
}

impl std::fmt::Display for Role {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Root => f.write_str("root"),
            Self::Release => f.write_str("release"),
            Self::Tenant(tenant) => write!(f, "tenant:{tenant}"),
            Self::Global => f.write_str("global"),
            Self::Adhoc => f.write_str("adhoc"),
            Self::Heartbeat => f.write_str("heartbeat"),
            Self::AgentRelease => f.write_str("agent-release"),
        }
    }
}

/// A trust policy that can be in force.
#[derive(Debug, Clone, PartialEq)]
pub struct Policy {
    /// The document.
    pub document: Trust,
    /// SHA-256 of the file.
    pub digest: [u8; 32],
    /// The format that all objects have.
    pub format: ObjectFormat,
    holders: Vec<Holder>,
    roles: BTreeMap<Role, Bearers>,
}

/// A key and whose it is.
#[derive(Debug, Clone, PartialEq)]
struct Holder {
    key: PublicKey,
    fingerprint: Fingerprint,
    /// Folded, so that two spellings are one person.
    person: String,
}

/// Who bears a role: places in `holders`.
#[derive(Debug, Clone, PartialEq)]
struct Bearers {
    keys: BTreeSet<usize>,
    threshold: usize,
}

fn bad(what: impl Into<String>) -> Refusal {
    Refusal::new(RefusalCode::BadPolicy, what)
}

impl Policy {
    /// Reads the file `.ordain/trust.yaml`.
    ///
    /// # Errors
    /// `bad-policy` with the first of its faults.
    pub fn parse(bytes: &[u8]) -> Checked<Self> {
        let (documents, faults) = ordain_schema::read_file(POLICY_PATH, bytes);
        if let Some(fault) = faults.iter().find(|fault| fault.severity == Severity::Error) {
            let line = fault.span.line;
            return Err(bad(format!("{POLICY_PATH}:{line}: {}", fault.message)));
        }
        let mut documents = documents.into_iter();
        match (documents.next().map(|document| document.body), documents.next()) {
            (Some(Body::Trust(document)), None) => {
                Self::of(*document, Sha256::digest(bytes).into())
            }
            _ => Err(bad("the trust policy is not one document of the kind Trust")),
        }
    }

    fn of(document: Trust, digest: [u8; 32]) -> Checked<Self> {
        let mut holders: Vec<Holder> = Vec::new();
        let mut places = BTreeMap::new();
        for (name, entry) in &document.keys {
            let key = PublicKey::from_line(&entry.key)
                .map_err(|refusal| bad(format!("the key `{name}`: {refusal}")))?;
            if holders.iter().any(|holder| holder.key == key) {
                return Err(bad(format!("the key `{name}` stands there twice")));
            }
            let person = entry.person.trim().to_lowercase();
            if person.is_empty() {
                return Err(bad(format!("the key `{name}` is nobody's")));
            }
            places.insert(name.as_str(), holders.len());
            holders.push(Holder { fingerprint: key.fingerprint(), key, person });
        }
        let mut roles = BTreeMap::new();
        for (name, entry) in &document.roles {
            let role = Role::parse(name).ok_or_else(|| bad(format!("`{name}` is no role")))?;
            let keys: Option<BTreeSet<usize>> =
                entry.keys.iter().map(|key| places.get(key.as_str()).copied()).collect();
            let keys =
                keys.ok_or_else(|| bad(format!("`{name}` names a key that is not there")))?;
            let threshold = entry.threshold.unwrap_or(1) as usize;
            let most = persons(&holders, &keys);
            if threshold < 1 || threshold > most {
                let what = format!("`{name}` needs {threshold} of {most} persons");
                return Err(bad(what));
            }
            roles.insert(role, Bearers { keys, threshold });
        }
        for needed in [Role::Root, Role::Release] {
            if !roles.contains_key(&needed) {
                return Err(bad(format!("nobody bears the role `{needed}`")));
            }
        }
        let format = match document.object_format {
            document::ObjectFormat::Sha1 => ObjectFormat::Sha1,
            document::ObjectFormat::Sha256 => ObjectFormat::Sha256,
        };
        Ok(Self { document, digest, format, holders, roles })
    }

    /// Whether the policy names that key at all.
    pub fn knows(&self, key: &PublicKey) -> bool {
        self.holders.iter().any(|holder| holder.key == *key)
    }

    /// Whether some key bears the role.
    pub fn has(&self, role: &Role) -> bool {
        self.roles.contains_key(role)
    }

    /// Whether the key bears the role.
    pub fn bears(&self, key: &Fingerprint, role: &Role) -> bool {
        self.roles.get(role).is_some_and(|bearers| {
            bearers.keys.iter().any(|place| self.holders[*place].fingerprint == *key)
        })
    }

    /// The persons that the role needs, none where nobody bears it.
    pub fn threshold(&self, role: &Role) -> Option<usize> {
        self.roles.get(role).map(|bearers| bearers.threshold)
    }

    /// Distinct persons among those keys who bear the role. Two keys of one
    /// person count once.
    pub fn persons(&self, keys: &BTreeSet<Fingerprint>, role: &Role) -> usize {
        let Some(bearers) = self.roles.get(role) else { return 0 };
        let signed = bearers.keys.iter().copied();
        let signed = signed.filter(|place| keys.contains(&self.holders[*place].fingerprint));
        persons(&self.holders, &signed.collect())
    }

    /// Whether those keys reach the role's threshold.
    pub fn reached(&self, keys: &BTreeSet<Fingerprint>, role: &Role) -> bool {
        self.threshold(role).is_some_and(|threshold| self.persons(keys, role) >= threshold)
    }
}

fn persons(holders: &[Holder], keys: &BTreeSet<usize>) -> usize {
    keys.iter().map(|place| holders[*place].person.as_str()).collect::<BTreeSet<_>>().len()
}
