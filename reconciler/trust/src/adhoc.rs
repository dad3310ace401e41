//! Ad-hoc statements: a technician starts one script on some computers now.
//!
//! Owns the statement and the conditions under which it is taken, once.
//! Whether the script is the named one is checked where it is run.

use crate::approval::signer;
use crate::bounds;
use crate::heartbeat::{check_repo, check_role, validity};
use crate::object_id::ObjectId;
use crate::policy::Role;
use crate::recovery::check_time;
use crate::refusal::{Checked, Refusal, RefusalCode};
use crate::repo::RepoId;
use crate::sshsig::Namespace;
use crate::statement::{Lines, Statement, UnixTime, bad};
use crate::store::Store;

const TITLE: &str = "ordain-adhoc v1";
/// The longest that any policy may allow, in seconds: the policy's own bound,
/// 15 minutes where it gives none, is checked against the store.
const LONGEST: u64 = 86_400;

/// What is to be run.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum AdhocScript {
    /// A script of the repository, by its path from the root.
    Path(String),
    /// Any script, by the id of its bytes as a blob.
    Blob(ObjectId),
}

/// As whom it is to be run.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum AdhocRunsAs {
    /// The system.
    System,
    /// Who is logged on.
    User,
}

/// What an ad-hoc statement says.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Adhoc {
    /// The repository.
    pub repo: RepoId,
    /// What is to be run.
    pub script: AdhocScript,
    /// Its parameters, JSON in one line.
    pub parameters: String,
    /// As whom.
    pub runs_as: AdhocRunsAs,
    /// The agents, sorted.
    pub agents: Vec<String>,
    /// When it was signed.
    pub issued: UnixTime,
    /// Until when it may be started.
    pub expires: UnixTime,
    /// 64 hexadecimal digits that stand for this statement alone.
    pub nonce: String,
}

impl Adhoc {
    /// The text to sign in the namespace `ordain-adhoc@v1`.
    pub fn text(&self) -> String {
        let Self { repo, parameters, issued, expires, nonce, .. } = self;
        let script = match &self.script {
            AdhocScript::Path(path) => format!("path {path}"),
            AdhocScript::Blob(id) => format!("blob {id}"),
        };
        let runs_as = match self.runs_as {
            AdhocRunsAs::System => "system",
            AdhocRunsAs::User => "user",
        };
        let mut agents = String::new();
        agents.extend(self.agents.iter().map(|agent| format!("agent {agent}\n")));
        format!(
            "{TITLE}\nrepo {repo}\n{script}\nparameters {parameters}\nas {runs_as}\n{agents}\
             issued {issued}\nexpires {expires}\nnonce {nonce}\n"
        )
    }

    /// Reads the signed text.
    ///
    /// # Errors
    /// `bad-statement`, `too-long`.
    pub fn parse(text: &str) -> Checked<Self> {
        let mut lines = Lines::below(text, TITLE)?;
        let repo = RepoId(lines.digest("repo")?);
        let script = match lines.optional("path") {
            Some(path) => AdhocScript::Path(path.to_owned()),
            None => AdhocScript::Blob(lines.field("blob")?.parse().map_err(bad)?),
        };
        let parameters = lines.field("parameters")?.to_owned();
        let runs_as = match lines.field("as")? {
            "system" => AdhocRunsAs::System,
            "user" => AdhocRunsAs::User,
            _ => return Err(bad("`as` is neither system nor user")),
        };
        let agents = lines.repeated("agent")?.into_iter().map(str::to_owned).collect();
        let (issued, expires) = validity(&mut lines, LONGEST)?;
        let nonce = hex::encode(lines.digest("nonce")?);
        lines.end()?;
        Ok(Self { repo, script, parameters, runs_as, agents, issued, expires, nonce })
    }
}

/// Takes an ad-hoc statement for that agent, and remembers that it was used.
///
/// # Errors
/// `foreign-repository`, `not-allowed`, `too-wide`, `too-long`, `not-yet`,
/// `expired`, `not-addressed`, `replayed`, and those of statements.
pub(crate) fn take(store: &mut Store, bytes: &[u8], agent: &str, now: UnixTime) -> Checked<Adhoc> {
    let statement = Statement::parse(bytes, 1)?;
    let adhoc = Adhoc::parse(statement.text)?;
    check_repo(store, adhoc.repo)?;
    let message = statement.text.as_bytes();
    let key = signer(
        &statement.signatures[0],
        message,
        Namespace::Adhoc,
        &store.policy,
        &store.revoked(),
    )?;
    check_role(store, &key, &Role::Adhoc)?;
    let allowed = store.policy.document.adhoc.clone().unwrap_or_default();
    let most = allowed.max_agents.unwrap_or(25) as usize;
    if adhoc.agents.len() > most {
        let what = format!("{} agents are named, {most} are allowed", adhoc.agents.len());
        return Err(Refusal::new(RefusalCode::TooWide, what));
    }
    let longest = allowed.max_age.map_or(900, |age| age.0);
    if adhoc.expires > adhoc.issued.after(longest) {
        let what = format!("the policy allows {longest} seconds");
        return Err(Refusal::new(RefusalCode::TooLong, what));
    }
    check_time(store, adhoc.issued, adhoc.expires, now)?;
    if !adhoc.agents.iter().any(|named| named == agent) {
        return Err(Refusal::new(RefusalCode::NotAddressed, "the statement is for others"));
    }
    if store.nonces.contains_key(&adhoc.nonce) {
        return Err(Refusal::new(RefusalCode::Replayed, "the statement was used before"));
    }
    // Forgotten only when a signed time is past their end: with the clock set
    // back one is then refused as expired.
    let floor = store.floor;
    store.nonces.retain(|_, expires| *expires >= floor);
    if store.nonces.len() >= bounds::NONCES {
        return Err(Refusal::new(RefusalCode::TooLarge, "too many statements since a heartbeat"));
    }
    store.nonces.insert(adhoc.nonce.clone(), adhoc.expires);
    Ok(adhoc)
}
