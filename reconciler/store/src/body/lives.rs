//! Between columns and lives: what a computer was before, what is in doubt, who uses it.

use jiff::Timestamp;
use ordain_core::affinity::Logon;
use ordain_core::identity::{Life, Lives, Standing};
use serde::{Deserialize, Serialize};

use super::text::{json, millis, time, value};
use crate::rows::{ComputerRow, Doubt};
use crate::{AgentId, ComputerId, StoreError};

/// Lives beside the present one, as their column has them.
#[derive(Debug, Default, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", default)]
struct Others {
    former: Vec<Written>,
    doubtful: Option<Written>,
    foreign: Vec<Written>,
    doubt: Option<WrittenDoubt>,
}

#[derive(Debug, Serialize, Deserialize)]
struct Written {
    hardware: String,
    installation: Option<String>,
}

#[derive(Debug, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
enum WrittenDoubt {
    CopyOf(String),
    Another { agent: String, before: String },
}

/// Who uses a computer, as its column has it.
#[derive(Debug, Default, Serialize, Deserialize)]
#[serde(default)]
struct Affinity {
    logons: Vec<(String, i64)>,
    person: Option<String>,
}

impl From<&Life> for Written {
    fn from(life: &Life) -> Self {
        Self { hardware: life.hardware.clone(), installation: life.installation.clone() }
    }
}

impl From<Written> for Life {
    fn from(written: Written) -> Self {
        Self { hardware: written.hardware, installation: written.installation }
    }
}

/// The column of a computer's other lives.
pub(super) fn others(row: &ComputerRow) -> Result<String, StoreError> {
    let all = |lives: &[Life]| lives.iter().map(Written::from).collect();
    json(&Others {
        former: all(&row.lives.former),
        doubtful: row.lives.doubtful.as_ref().map(Written::from),
        foreign: all(&row.lives.foreign),
        doubt: row.doubt.as_ref().map(|doubt| match doubt {
            Doubt::CopyOf(original) => WrittenDoubt::CopyOf(original.to_string()),
            Doubt::Another(agent, before) => {
                WrittenDoubt::Another { agent: agent.to_string(), before: before.word().to_owned() }
            }
        }),
    })
}

/// Lives and doubt, read from the columns.
pub(super) fn lives(
    present: Life,
    others: Option<&str>,
) -> Result<(Lives, Option<Doubt>), StoreError> {
    let others: Others = others.map(value).transpose()?.unwrap_or_default();
    let all = |lives: Vec<Written>| lives.into_iter().map(Life::from).collect();
    let doubt = match others.doubt {
        None => None,
        Some(WrittenDoubt::CopyOf(original)) => Some(Doubt::CopyOf(ComputerId::new(original))),
        Some(WrittenDoubt::Another { agent, before }) => {
            Some(Doubt::Another(AgentId::new(agent), standing(&before)?))
        }
    };
    let lives = Lives {
        present,
        former: all(others.former),
        doubtful: others.doubtful.map(Life::from),
        foreign: all(others.foreign),
    };
    Ok((lives, doubt))
}

/// A standing's word.
pub(super) fn standing(word: &str) -> Result<Standing, StoreError> {
    Standing::from_word(word)
        .ok_or_else(|| StoreError::Damaged(format!("`{word}` is no standing of a computer")))
}

/// The column of those who use a computer.
pub(super) fn affinity(logons: &[Logon], person: Option<&str>) -> Result<String, StoreError> {
    let logons = logons.iter().map(|one| (one.upn.clone(), millis(one.at))).collect();
    json(&Affinity { logons, person: person.map(str::to_owned) })
}

/// Those who use a computer, read from the column.
pub(super) fn users(column: Option<&str>) -> Result<(Vec<Logon>, Option<String>), StoreError> {
    let read: Affinity = column.map(value).transpose()?.unwrap_or_default();
    let logon = |(upn, at): (String, i64)| -> Result<Logon, StoreError> {
        let at: Timestamp = time(at)?;
        Ok(Logon { upn, at })
    };
    let logons = read.logons.into_iter().map(logon).collect::<Result<_, _>>()?;
    Ok((logons, read.person))
}
