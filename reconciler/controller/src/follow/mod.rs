//! Following the branch: each new head is read, judged, and put in force or
//! refused with its reasons.
//!
//! The loop takes no argument beyond what is stored and what git says; a
//! signal only wakes it. A commit is in force once that is on the disk; at a
//! restart the last accepted one is read again from git. [`git`] is the way to
//! the repository, [`judge`] the decision about a commit, [`concern`] whom one
//! in force gives something to do; [`timetable`] starts what goes by the clock,
//! [`gather`] what asks computers and takes them in, `comeback` what was held back.

mod comeback;
mod concern;
mod gather;
mod git;
mod judge;
mod limits;
mod past;
pub(crate) mod rollouts;
mod starts;
pub(crate) mod timetable;

use std::sync::Arc;

use jiff::Timestamp;
use ordain_core::fleet::Fleet;
use ordain_core::policy::Policy;
use ordain_schema::document::{ComputerFacts, Inventory};
use ordain_source::head::Refusal;
use ordain_source::{CommitId, Movement, Watch};
use ordain_store::rows::{CommitRow, DiagnosticRow, Verdict};
use ordain_store::{Store, StoreError, TenantScope};
use tokio::sync::watch;
use tokio_util::sync::CancellationToken;

use crate::api::chain;
use crate::aside::spawn_blocking;
use crate::clock::Clock;
use crate::filters::FilterScripts;
use crate::{kill_point, recorded};

pub(crate) use concern::Concern;
pub(crate) use gather::Gatherer;
pub(crate) use git::Git;
pub use git::GitError;
use judge::Judge;
pub(crate) use past::Past;
pub(crate) use timetable::Timetable;

/// The policy that sessions follow, and how the branch stands.
#[derive(Debug, Clone, Default)]
pub(crate) struct PolicyState {
    /// The branch's head as it was seen last.
    pub(crate) head: Option<String>,
    /// The commit in force.
    pub(crate) in_force: Option<Arc<InForce>>,
    /// Why the branch cannot be read now, where it cannot.
    pub(crate) problem: Option<String>,
}

/// A commit in force.
#[derive(Debug)]
pub(crate) struct InForce {
    /// Its object id.
    pub(crate) revision: String,
    /// What it says.
    pub(crate) policy: Arc<Policy>,
    /// The filter scripts that it names.
    pub(crate) scripts: FilterScripts,
}

impl InForce {
    /// Computers, by tenant, with what this commit's filter scripts say of them.
    fn fleet(&self, computers: Vec<ComputerFacts>) -> Fleet {
        self.answered(Fleet::new(Inventory { computers, ..Inventory::default() }))
    }

    /// A fleet with what this commit's filter scripts say of it, tenant by tenant.
    fn answered(&self, mut fleet: Fleet) -> Fleet {
        let tenants = fleet.computers().chunk_by(|a, b| a.tenant == b.tenant);
        let asked = tenants.filter(|all| self.scripts.ask_about(&self.policy, &all[0].tenant));
        let asked: Vec<Vec<ComputerFacts>> = asked.map(<[ComputerFacts]>::to_vec).collect();
        for tenant in asked {
            self.scripts.answer(&self.policy, tenant, &mut fleet);
        }
        fleet
    }
}

/// The loop's own things.
pub(crate) struct Follower {
    git: Arc<Git>,
    store: Arc<dyn Store>,
    branch: String,
    allow_rewrites: bool,
    clock: Clock,
    state: watch::Sender<PolicyState>,
    judge: Judge,
    /// The head that was decided about last.
    decided: Option<CommitId>,
    /// Whether that one waits for a person, since it exceeds limits.
    waits: bool,
}

/// Why one look at the branch came to nothing; the next one may do better.
#[derive(Debug, thiserror::Error)]
enum LookError {
    #[error(transparent)]
    Git(#[from] GitError),
    #[error("the store")]
    Store(#[from] StoreError),
}

impl Follower {
    pub(crate) fn new(
        git: Arc<Git>,
        store: Arc<dyn Store>,
        branch: String,
        allow_rewrites: bool,
        clock: Clock,
        state: watch::Sender<PolicyState>,
    ) -> Self {
        let judge = Judge::default();
        Self {
            git,
            store,
            branch,
            allow_rewrites,
            clock,
            state,
            judge,
            decided: None,
            waits: false,
        }
    }

    /// Puts the commit accepted last in force again.
    pub(crate) async fn restore(&mut self) -> Result<(), StoreError> {
        let Some(last) = self.store.commit_in_force(&TenantScope::All).await? else {
            return Ok(());
        };
        match self.judge.judge(&self.git, &last.revision).await {
            Ok(judged) if judged.is_valid() => {
                tracing::info!(
                    revision = last.revision,
                    "the commit accepted last is in force again"
                );
                let in_force = Arc::new(judged.put_in_force(last.revision));
                self.put_in_force(in_force, last.decided_at).await?;
            }
            Ok(judged) => {
                self.trouble(format!(
                    "commit {} was accepted before, but this program finds errors in it",
                    last.revision
                ));
                judged.log_errors();
            }
            Err(error) => self.trouble(format!(
                "commit {} was accepted before, but cannot be read: {}",
                last.revision,
                chain(&error)
            )),
        }
        Ok(())
    }

    /// Looks at the branch now, and whenever something calls, until the end.
    pub(crate) async fn run(mut self, mut watch: Watch, closing: CancellationToken) {
        loop {
            match self.look().await {
                Ok(()) => self.clear_trouble(),
                Err(error) => self.trouble(chain(&error)),
            }
            tokio::select! {
                () = closing.cancelled() => return,
                signal = watch.next() => tracing::debug!(?signal, "looking at the branch"),
            }
        }
    }

    async fn look(&mut self) -> Result<(), LookError> {
        self.git.refresh().await?;
        let head = self.git.head(&self.branch).await?;
        self.state.send_if_modified(|state| {
            state.head.replace(head.to_string()) != Some(head.to_string())
        });
        if self.decided == Some(head) && !self.may_go_now(head).await? {
            return Ok(());
        }
        let accepted =
            self.store.commit_in_force(&TenantScope::All).await?.map(|commit| commit.revision);
        let movement = self.git.movement(accepted.as_deref(), head).await?;
        if !self.stands(movement).await? {
            match movement.permit(self.allow_rewrites) {
                Err(refusal) => self.reject(head, vec![rewritten(&refusal)]).await?,
                Ok(_) => self.decide(head).await?,
            }
        }
        self.decided = Some(head);
        Ok(())
    }

    /// Whether the head waited for a person, who has let it go.
    async fn may_go_now(&self, head: CommitId) -> Result<bool, StoreError> {
        Ok(self.waits && self.store.is_approved(&TenantScope::All, &head.to_string()).await?)
    }

    /// The limits that a commit exceeds and nobody has approved; against the one in force.
    async fn beyond(&self, after: &Arc<InForce>) -> Result<Vec<DiagnosticRow>, LookError> {
        let before = self.state.borrow().in_force.clone();
        let Some(before) = before.filter(|before| limits::limits(&before.policy)) else {
            return Ok(Vec::new());
        };
        if self.store.is_approved(&TenantScope::All, &after.revision).await? {
            return Ok(Vec::new());
        }
        let computers =
            recorded::computers(&*self.store, &TenantScope::All, Some(&after.policy), |_| false)
                .await?;
        let approvals =
            recorded::approvals(&*self.store, &TenantScope::All, Some(&after.policy)).await?;
        let (after, now, known) = (after.clone(), self.clock.now(), (computers, approvals));
        let found = spawn_blocking(move || limits::exceeded(&before, &after, known, now));
        Ok(found.await.map_err(|_| GitError::Panicked)?)
    }

    /// Whether the head is in force already and nothing was rejected since, as after a restart.
    async fn stands(&self, movement: Movement) -> Result<bool, StoreError> {
        if movement != Movement::Same || self.state.borrow().in_force.is_none() {
            return Ok(false);
        }
        Ok(self.store.rejected_commits(&TenantScope::All).await?.is_empty())
    }

    async fn decide(&mut self, head: CommitId) -> Result<(), LookError> {
        let revision = head.to_string();
        let judged = self.judge.judge(&self.git, &revision).await?;
        if !judged.is_valid() {
            judged.log_errors();
            return Ok(self.reject(head, judged.rows).await?);
        }
        let (rows, documents, warnings) = (judged.rows.clone(), judged.documents, judged.warnings);
        let in_force = Arc::new(judged.put_in_force(revision.clone()));
        let beyond = self.beyond(&in_force).await?;
        self.waits = !beyond.is_empty();
        if self.waits {
            return Ok(self.reject(head, beyond).await?);
        }
        let decided_at = self.clock.now();
        self.record(CommitRow {
            revision: revision.clone(),
            verdict: Verdict::Accepted,
            decided_at,
            diagnostics: rows,
        })
        .await?;
        kill_point::reach("commit-accepted");
        self.put_in_force(in_force, decided_at).await?;
        tracing::info!(revision, documents, warnings, "the commit is in force");
        Ok(())
    }

    async fn reject(
        &self,
        head: CommitId,
        diagnostics: Vec<DiagnosticRow>,
    ) -> Result<(), StoreError> {
        let in_force =
            self.state.borrow().in_force.as_ref().map(|in_force| in_force.revision.clone());
        let first = diagnostics.first().map(|first| format!("{}: {}", place(first), first.message));
        self.record(CommitRow {
            revision: head.to_string(),
            verdict: Verdict::Rejected,
            decided_at: self.clock.now(),
            diagnostics,
        })
        .await?;
        tracing::error!(revision = %head, reason = first, in_force, "the commit is rejected; what was in force stays");
        Ok(())
    }

    /// Stores a decision, unless it is the last one over again.
    async fn record(&self, commit: CommitRow) -> Result<(), StoreError> {
        let last = self.store.commit_history(&TenantScope::All, 1).await?;
        let known = last.first().is_some_and(|last| {
            (&last.revision, last.verdict, &last.diagnostics)
                == (&commit.revision, commit.verdict, &commit.diagnostics)
        });
        if known { Ok(()) } else { self.store.record_commit(commit).await }
    }

    /// Puts a commit in force, once its rollouts are written down.
    async fn put_in_force(
        &self,
        in_force: Arc<InForce>,
        decided_at: Timestamp,
    ) -> Result<(), StoreError> {
        let (policy, revision) = (&in_force.policy, &in_force.revision);
        rollouts::follow(&*self.store, policy, revision, decided_at).await?;
        self.publish(in_force);
        Ok(())
    }

    fn publish(&self, in_force: Arc<InForce>) {
        self.state.send_modify(|state| state.in_force = Some(in_force));
    }

    /// Notes why the branch cannot be read; says so in the log when it is news.
    fn trouble(&self, problem: String) {
        self.state.send_if_modified(|state| {
            let news = state.problem.as_ref() != Some(&problem);
            if news {
                tracing::error!(problem, "the branch cannot be followed now");
                state.problem = Some(problem);
            }
            news
        });
    }

    fn clear_trouble(&self) {
        self.state.send_if_modified(|state| {
            let had = state.problem.take().is_some();
            if had {
                tracing::info!("the branch can be followed again");
            }
            had
        });
    }
}

/// A refusal to follow the branch, as a diagnostic of the whole commit.
fn rewritten(refusal: &Refusal) -> DiagnosticRow {
    DiagnosticRow {
        severity: "error".into(),
        code: "rewritten-history".into(),
        message: refusal.to_string(),
        hint: Some(
            "push the accepted commits again, or restart the controller with --allow-rewrites"
                .into(),
        ),
        file: String::new(),
        line: 0,
        column: 0,
        end_column: 0,
        related: Vec::new(),
    }
}

/// `file:line`, or the whole commit.
fn place(row: &DiagnosticRow) -> String {
    if row.file.is_empty() { "the commit".to_owned() } else { format!("{}:{}", row.file, row.line) }
}
