//! Enrolments beside the database: one line for each agent that was taken in,
//! and one for each computer that was removed.
//!
//! A database restored from a backup knows nothing of agents enrolled since;
//! this file does, so that nobody has to enrol a fleet again. At the start
//! each is told what the other lacks. It holds no secret: fingerprints only.

use std::collections::BTreeSet;
use std::fs::File;
use std::io::{self, Write as _};
use std::os::unix::fs::OpenOptionsExt as _;
use std::path::PathBuf;
use std::sync::{Arc, Mutex, PoisonError};

use jiff::Timestamp;
use ordain_core::identity::Life;
use ordain_store::rows::{AgentStatus, EnrolledAgent};
use ordain_store::{AgentId, ComputerId, Store, StoreError, TenantId, TenantScope};
use serde::{Deserialize, Serialize};

use crate::aside::spawn_blocking;
use crate::data::{DataError, DataFolder, names};

/// The file, open for appending.
pub(crate) struct Ledger {
    path: PathBuf,
    file: Arc<Mutex<File>>,
}

/// Why database and ledger could not be brought together.
#[derive(Debug, thiserror::Error)]
pub enum LedgerError {
    /// The file.
    #[error(transparent)]
    Data(#[from] DataError),
    /// The database.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// A line of the file says nothing that this program wrote.
    #[error("line {line} of enrolments.jsonl cannot be read: {problem}; mend or remove that line")]
    Line {
        /// Which, from 1.
        line: usize,
        /// What is wrong.
        problem: serde_json::Error,
    },
}

#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
enum Entry {
    Enrolled(Enrolled),
    Removed { computer: String, at: Timestamp },
}

#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
struct Enrolled {
    tenant: String,
    computer: String,
    agent: String,
    name: String,
    identity_key: String,
    installation_id: Option<String>,
    key_fingerprint: String,
    certificate_expires_at: Timestamp,
    at: Timestamp,
}

impl Ledger {
    /// Opens the file and brings it and the database together.
    pub(crate) async fn open(folder: &DataFolder, store: &dyn Store) -> Result<Self, LedgerError> {
        let entries = read(&folder.read(names::ENROLMENTS)?.unwrap_or_default())?;
        let path = folder.path(names::ENROLMENTS);
        let file = File::options()
            .create(true)
            .append(true)
            .mode(0o600)
            .open(&path)
            .map_err(|source| DataError::Disk { path: path.clone(), source })?;
        let ledger = Self { path, file: Arc::new(Mutex::new(file)) };
        let known: BTreeSet<String> =
            entries.iter().filter_map(Entry::agent).map(str::to_owned).collect();
        let restored = store.restore_enrolments(standing(entries)).await?;
        if restored > 0 {
            tracing::warn!(
                agents = restored,
                "the database did not know agents that enrolments.jsonl knows; it does again"
            );
        }
        for enrolled in missing(store, &known).await? {
            ledger.append(&Entry::Enrolled(enrolled)).await?;
        }
        Ok(ledger)
    }

    /// Writes an enrolment down.
    pub(crate) async fn enrolled(&self, agent: EnrolledAgent) -> Result<(), DataError> {
        self.append(&Entry::Enrolled(agent.into())).await
    }

    /// Writes a removal down.
    pub(crate) async fn removed(
        &self,
        computer: &ComputerId,
        at: Timestamp,
    ) -> Result<(), DataError> {
        self.append(&Entry::Removed { computer: computer.to_string(), at }).await
    }

    async fn append(&self, entry: &Entry) -> Result<(), DataError> {
        let failed = |source| DataError::Disk { path: self.path.clone(), source };
        let mut line =
            serde_json::to_string(entry).map_err(|error| failed(io::Error::other(error)))?;
        line.push('\n');
        let file = self.file.clone();
        let written = spawn_blocking(move || {
            let mut file = file.lock().unwrap_or_else(PoisonError::into_inner);
            file.write_all(line.as_bytes())?;
            file.sync_data()
        });
        written.await.unwrap_or_else(|error| Err(io::Error::other(error))).map_err(failed)
    }
}

/// Reads the lines; one that was cut off by a crash at the very end does not count.
fn read(text: &str) -> Result<Vec<Entry>, LedgerError> {
    let mut entries = Vec::new();
    for (index, line) in text.split_inclusive('\n').enumerate() {
        match serde_json::from_str(line) {
            Ok(entry) => entries.push(entry),
            Err(_) if !line.ends_with('\n') => {}
            Err(problem) => return Err(LedgerError::Line { line: index + 1, problem }),
        }
    }
    Ok(entries)
}

/// The agents of each computer that was not removed since, oldest first: those
/// of the life that its newest one belongs to.
fn standing(entries: Vec<Entry>) -> Vec<EnrolledAgent> {
    let mut agents: Vec<Enrolled> = Vec::new();
    for entry in entries {
        match entry {
            Entry::Enrolled(enrolled) => {
                let life = |one: &Enrolled| (one.identity_key.clone(), one.installation_id.clone());
                agents.retain(|one| {
                    one.agent != enrolled.agent
                        && (one.computer != enrolled.computer || life(one) == life(&enrolled))
                });
                agents.push(enrolled);
            }
            Entry::Removed { computer, .. } => agents.retain(|one| one.computer != computer),
        }
    }
    agents.into_iter().map(Into::into).collect()
}

/// The database's agents that the file does not know.
async fn missing(store: &dyn Store, known: &BTreeSet<String>) -> Result<Vec<Enrolled>, StoreError> {
    let mut missing = Vec::new();
    for agent in store.agents(&TenantScope::All).await? {
        if agent.status != AgentStatus::Active || known.contains(agent.id.as_str()) {
            continue;
        }
        let Some(computer) = store.computer(&TenantScope::All, &agent.computer).await? else {
            continue;
        };
        missing.push(Enrolled {
            tenant: agent.tenant.to_string(),
            computer: computer.id.to_string(),
            agent: agent.id.to_string(),
            name: computer.name,
            identity_key: agent.life.as_ref().unwrap_or(&computer.lives.present).hardware.clone(),
            installation_id: agent.life.unwrap_or(computer.lives.present).installation,
            key_fingerprint: agent.key_fingerprint,
            certificate_expires_at: agent.certificate_expires_at,
            at: agent.enrolled_at,
        });
    }
    Ok(missing)
}

impl Entry {
    fn agent(&self) -> Option<&str> {
        match self {
            Self::Enrolled(enrolled) => Some(&enrolled.agent),
            Self::Removed { .. } => None,
        }
    }
}

impl From<EnrolledAgent> for Enrolled {
    fn from(agent: EnrolledAgent) -> Self {
        Self {
            tenant: agent.tenant.to_string(),
            computer: agent.computer.to_string(),
            agent: agent.agent.to_string(),
            name: agent.name,
            identity_key: agent.life.hardware,
            installation_id: agent.life.installation,
            key_fingerprint: agent.key_fingerprint,
            certificate_expires_at: agent.certificate_expires_at,
            at: agent.at,
        }
    }
}

impl From<Enrolled> for EnrolledAgent {
    fn from(agent: Enrolled) -> Self {
        Self {
            tenant: TenantId::new(agent.tenant),
            computer: ComputerId::new(agent.computer),
            agent: AgentId::new(agent.agent),
            name: agent.name,
            life: Life { hardware: agent.identity_key, installation: agent.installation_id },
            key_fingerprint: agent.key_fingerprint,
            certificate_expires_at: agent.certificate_expires_at,
            at: agent.at,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const LINES: &str = r#"{"enrolled":{"tenant":"t","computer":"c-1","agent":"a-1","name":"one","identityKey":"k1","installationId":null,"keyFingerprint":"f1","certificateExpiresAt":"2030-01-01T00:00:00Z","at":"2029-01-01T00:00:00Z"}}
{"enrolled":{"tenant":"t","computer":"c-2","agent":"a-2","name":"two","identityKey":"k2","installationId":null,"keyFingerprint":"f2","certificateExpiresAt":"2030-01-01T00:00:00Z","at":"2029-01-01T00:00:00Z"}}
{"enrolled":{"tenant":"t","computer":"c-1","agent":"a-3","name":"one","identityKey":"k1","installationId":"i","keyFingerprint":"f3","certificateExpiresAt":"2030-01-01T00:00:00Z","at":"2029-02-01T00:00:00Z"}}
{"removed":{"computer":"c-2","at":"2029-03-01T00:00:00Z"}}
"#;

    #[test]
    fn agents_of_each_computers_last_life_stand() {
        let standing = standing(read(LINES).expect("entries"));
        let agents: Vec<&str> = standing.iter().map(|agent| agent.agent.as_str()).collect();
        assert_eq!(agents, ["a-3"]);
    }

    #[test]
    fn pathways_of_one_life_stand_together_and_a_move_counts() {
        let line = |tenant: &str, computer: &str, agent: &str| {
            let first = LINES.lines().next().expect("a line");
            let tenant = first.replace("\"t\"", &format!("\"{tenant}\""));
            let moved = tenant.replace("c-1", computer).replace("a-1", agent);
            format!("{moved}\n")
        };
        let text = line("t", "c-1", "a-1") + &line("t", "c-1", "a-2") + &line("u", "c-1", "a-1");
        let standing = standing(read(&text).expect("entries"));
        let told: Vec<_> =
            standing.iter().map(|one| (one.agent.as_str(), one.tenant.as_str())).collect();
        assert_eq!(told, [("a-2", "t"), ("a-1", "u")]);
    }

    #[test]
    fn a_line_cut_off_at_the_end_does_not_count_and_garbage_is_named() {
        assert_eq!(read(&LINES[..LINES.len() - 10]).expect("entries").len(), 3);
        let error =
            read(&LINES.replacen("\"removed\"", "\"renewed\"", 1)).expect_err("no such entry");
        assert!(matches!(error, LedgerError::Line { line: 4, .. }), "{error}");
    }
}
