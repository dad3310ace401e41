//! What can be asked of the store, one trait for each family of tables.
//!
//! Writes carry their tenant in the row; reads take a [`TenantScope`] and see
//! nothing beyond it.

use async_trait::async_trait;
use jiff::Timestamp;
use ordain_core::identity::{Happening, Standing};

use crate::rows::{
    AgentRow, ApprovalRow, AuditRow, BurnOutcome, CommitRow, ComputerRow, ConcernedRow, Decide,
    Decided, DueRow, EnrolAgent, EnrolRefusal, Enrolled, EnrolledAgent, EventRow, FactChange,
    FactRow, FindingRow, HaltRow, HeldRow, InstalledRow, KeptRow, LatestOutcome, Meet, Met,
    OrderRow, OutcomeRow, PauseRow, Pruned, Retained, RolloutKey, RolloutRow, SerialClaim,
    SessionFilter, SessionRow, SessionWrite, TokenHash, TokenRow, Undecided,
};
use crate::{AgentId, ComputerId, Outgoing, SessionId, StoreError, TenantId, TenantScope};

/// Everything the controller remembers.
pub trait Store:
    Commits
    + Enrolments
    + Computers
    + Keeping
    + Sessions
    + Outgoing
    + Unfinished
    + std::fmt::Debug
    + Send
    + Sync
{
}

impl<T> Store for T where
    T: Commits
        + Enrolments
        + Computers
        + Keeping
        + Sessions
        + Outgoing
        + Unfinished
        + std::fmt::Debug
        + Send
        + Sync
{
}

/// Decisions about commits.
#[async_trait]
pub trait Commits {
    /// Adds a decision.
    async fn record_commit(&self, commit: CommitRow) -> Result<(), StoreError>;

    /// The last commit that took effect.
    async fn commit_in_force(&self, scope: &TenantScope) -> Result<Option<CommitRow>, StoreError>;

    /// Commits rejected since one last took effect, newest first, at most 20.
    async fn rejected_commits(&self, scope: &TenantScope) -> Result<Vec<CommitRow>, StoreError>;

    /// The last commit in force of which it is known whom it concerned.
    async fn commit_followed(&self, scope: &TenantScope) -> Result<Option<CommitRow>, StoreError>;

    /// Notes that a person lets a commit take effect that exceeds limits.
    async fn approve_commit(&self, revision: &str, at: Timestamp) -> Result<(), StoreError>;

    /// Whether a person has let a commit go.
    async fn is_approved(&self, scope: &TenantScope, revision: &str) -> Result<bool, StoreError>;

    /// Notes which computers a commit in force concerned, by tenant and name;
    /// the commits in force before it were followed together with it.
    async fn note_followed(
        &self,
        revision: &str,
        concerned: Vec<(TenantId, String)>,
    ) -> Result<(), StoreError>;

    /// Whom a commit concerned, and since when each is as it says.
    async fn concerned(
        &self,
        scope: &TenantScope,
        revision: &str,
    ) -> Result<Vec<ConcernedRow>, StoreError>;

    /// The last decisions, newest first.
    async fn commit_history(
        &self,
        scope: &TenantScope,
        limit: u32,
    ) -> Result<Vec<CommitRow>, StoreError>;
}

/// Tokens and agents.
#[async_trait]
pub trait Enrolments {
    /// Adds a token.
    async fn add_token(&self, token: TokenRow) -> Result<(), StoreError>;

    /// What using a token would give now; does not use it.
    async fn look_at_token(
        &self,
        scope: &TenantScope,
        token: &TokenHash,
        now: Timestamp,
    ) -> Result<BurnOutcome, StoreError>;

    /// Burns a token and adds its bearer, all or nothing. Of two with the same
    /// last use of a token exactly one gets it.
    async fn enrol(&self, agent: EnrolAgent) -> Result<Result<Enrolled, EnrolRefusal>, StoreError>;

    /// Takes in agents that this database does not know, with their computers;
    /// gives how many. Such an agent takes the place of the computer's others.
    async fn restore_enrolments(&self, agents: Vec<EnrolledAgent>) -> Result<u64, StoreError>;

    /// One agent, whatever its status.
    async fn agent(
        &self,
        scope: &TenantScope,
        id: &AgentId,
    ) -> Result<Option<AgentRow>, StoreError>;

    /// All agents, whatever their status, by tenant and id.
    async fn agents(&self, scope: &TenantScope) -> Result<Vec<AgentRow>, StoreError>;

    /// A computer's agents, whatever their status, by id.
    async fn agents_of(
        &self,
        scope: &TenantScope,
        computer: &ComputerId,
    ) -> Result<Vec<AgentRow>, StoreError>;

    /// Notes that an agent connected: when, its version, the highest order it knows.
    async fn agent_seen(
        &self,
        id: &AgentId,
        at: Timestamp,
        version: &str,
        highest_order: u64,
    ) -> Result<(), StoreError>;

    /// An agent says who it is: its computer is the same, begins another life,
    /// or needs a decision; none where the agent or its computer is not known.
    async fn meet(&self, said: Meet) -> Result<Option<Met>, StoreError>;

    /// A person decides who a computer in doubt is.
    async fn decide(&self, asked: Decide) -> Result<Result<Decided, Undecided>, StoreError>;

    /// Notes an agent's new certificate.
    async fn certificate_renewed(
        &self,
        id: &AgentId,
        expires_at: Timestamp,
    ) -> Result<(), StoreError>;

    /// Marks reports up to this number as stored, where no session's journal takes them.
    async fn acknowledge(&self, id: &AgentId, seq: u64) -> Result<(), StoreError>;
}

/// Computers and what is known of them.
#[async_trait]
pub trait Computers {
    /// All computers, by tenant and name.
    async fn computers(&self, scope: &TenantScope) -> Result<Vec<ComputerRow>, StoreError>;

    /// One computer.
    async fn computer(
        &self,
        scope: &TenantScope,
        id: &ComputerId,
    ) -> Result<Option<ComputerRow>, StoreError>;

    /// The computers of a name: at most one for each tenant.
    async fn computers_named(
        &self,
        scope: &TenantScope,
        name: &str,
    ) -> Result<Vec<ComputerRow>, StoreError>;

    /// Notes what an agent reported of its computer.
    async fn record_facts(
        &self,
        id: &ComputerId,
        facts: &serde_json::Value,
        at: Timestamp,
    ) -> Result<(), StoreError>;

    /// The last answers about items, of one computer or of all.
    async fn findings(
        &self,
        scope: &TenantScope,
        computer: Option<&ComputerId>,
    ) -> Result<Vec<FindingRow>, StoreError>;

    /// Forgets a computer and what is known of it; its agents are removed. Gives those agents.
    async fn remove_computer(
        &self,
        tenant: &TenantId,
        id: &ComputerId,
    ) -> Result<Vec<AgentId>, StoreError>;

    /// Lets something happen to a computer's standing; gives it as it is then.
    async fn stand(
        &self,
        id: &ComputerId,
        happening: Happening,
        onboarding: bool,
        at: Timestamp,
    ) -> Result<Option<Standing>, StoreError>;

    /// Keeps sessions away from a computer since a moment, or no more.
    async fn exclude(
        &self,
        tenant: &TenantId,
        id: &ComputerId,
        since: Option<Timestamp>,
    ) -> Result<(), StoreError>;

    /// Takes a computer to another tenant, without anything that was found out
    /// about it; gives its agents.
    async fn move_computer(
        &self,
        id: &ComputerId,
        to: &TenantId,
        onboarding: bool,
        at: Timestamp,
    ) -> Result<Result<Vec<AgentId>, Undecided>, StoreError>;

    /// Notes who is logged on; false where that is no news.
    async fn note_logon(
        &self,
        id: &ComputerId,
        upn: &str,
        at: Timestamp,
    ) -> Result<bool, StoreError>;

    /// Notes whose computer it is, as a person says.
    async fn give_person(&self, id: &ComputerId, upn: Option<&str>) -> Result<(), StoreError>;

    /// What inventory tasks said last, of one computer or of all, by tenant, computer and name.
    async fn facts(
        &self,
        scope: &TenantScope,
        computer: Option<&ComputerId>,
    ) -> Result<Vec<FactRow>, StoreError>;

    /// What a fact was whose changes are kept, newest first, at most 1000.
    async fn fact_history(
        &self,
        scope: &TenantScope,
        computer: &ComputerId,
        fact: &str,
    ) -> Result<Vec<FactChange>, StoreError>;

    /// Approves an optional deployment, named as `path#name`, on a computer.
    async fn approve(
        &self,
        tenant: &TenantId,
        id: &ComputerId,
        deployment: &str,
        at: Timestamp,
    ) -> Result<(), StoreError>;

    /// Takes an approval back; gives whether there was one.
    async fn withdraw(
        &self,
        tenant: &TenantId,
        id: &ComputerId,
        deployment: &str,
    ) -> Result<bool, StoreError>;

    /// What is approved, by tenant and computer.
    async fn approvals(&self, scope: &TenantScope) -> Result<Vec<ApprovalRow>, StoreError>;

    /// Stops all starts of a tenant, or of all; again is the same.
    async fn pause(&self, pause: PauseRow) -> Result<(), StoreError>;

    /// Ends a pause.
    async fn resume(&self, tenant: Option<&TenantId>) -> Result<(), StoreError>;

    /// The pauses that hold: that of all, and those of tenants in scope.
    async fn pauses(&self, scope: &TenantScope) -> Result<Vec<PauseRow>, StoreError>;
}

/// What computers handed back or made, and who read it.
#[async_trait]
pub trait Keeping {
    /// Keeps what an agent reported; the same report again changes nothing.
    async fn keep(&self, rows: Vec<KeptRow>) -> Result<(), StoreError>;

    /// What is kept of a computer, by item and name, the newest of each first.
    async fn kept(
        &self,
        scope: &TenantScope,
        computer: &ComputerId,
    ) -> Result<Vec<KeptRow>, StoreError>;

    /// Notes that somebody did something.
    async fn note_audit(&self, row: AuditRow) -> Result<(), StoreError>;

    /// What was done last, newest first.
    async fn audit(&self, scope: &TenantScope, limit: u32) -> Result<Vec<AuditRow>, StoreError>;
}

/// Sessions, their journals, and orders.
#[async_trait]
pub trait Sessions {
    /// Appends to a session's journal, making the session with its first entry.
    /// A journal that is longer than the writer thinks, or an order's number
    /// that is not above the agent's last one, is a conflict.
    async fn journal(&self, write: SessionWrite) -> Result<(), StoreError>;

    /// One session.
    async fn session(
        &self,
        scope: &TenantScope,
        id: &SessionId,
    ) -> Result<Option<SessionRow>, StoreError>;

    /// Sessions, newest first.
    async fn sessions(
        &self,
        scope: &TenantScope,
        filter: &SessionFilter,
    ) -> Result<Vec<SessionRow>, StoreError>;

    /// All sessions that can still move, oldest first.
    async fn open_sessions(&self, scope: &TenantScope) -> Result<Vec<SessionRow>, StoreError>;

    /// How many sessions there are of each status.
    async fn session_counts(&self, scope: &TenantScope) -> Result<Vec<(String, u64)>, StoreError>;

    /// A session's journal from an entry on, in its order.
    async fn events(
        &self,
        scope: &TenantScope,
        id: &SessionId,
        from: u64,
    ) -> Result<Vec<EventRow>, StoreError>;

    /// How a session's items ended, in the plan's order.
    async fn outcomes(
        &self,
        scope: &TenantScope,
        id: &SessionId,
    ) -> Result<Vec<OutcomeRow>, StoreError>;

    /// How each item ended on each computer in the last session that was about
    /// it, by tenant, computer and item.
    async fn latest_outcomes(&self, scope: &TenantScope) -> Result<Vec<LatestOutcome>, StoreError>;

    /// Up to when the sessions that schedules start by the clock were begun.
    async fn schedules_followed(
        &self,
        scope: &TenantScope,
    ) -> Result<Option<Timestamp>, StoreError>;

    /// Notes that all such sessions were begun up to a moment; time goes forward only.
    async fn note_schedules_followed(&self, until: Timestamp) -> Result<(), StoreError>;

    /// Takes the turns that a session needs of what runs one at a time in the
    /// whole installation: all of them, or none and a place in line. They are
    /// given back when the session is over, with the write that says so.
    async fn take_serial(&self, claim: SerialClaim) -> Result<bool, StoreError>;

    /// The computers whose sessions stand in line for such turns, those that
    /// came first first.
    async fn serial_line(&self, scope: &TenantScope) -> Result<Vec<ComputerId>, StoreError>;

    /// Removes what need not be kept any longer, of at most so many sessions;
    /// gives how many that were, so that whoever asks can go on.
    async fn prune(&self, before: Retained, most: u32) -> Result<Pruned, StoreError>;

    /// An agent's order by its number.
    async fn order(
        &self,
        scope: &TenantScope,
        agent: &AgentId,
        number: u64,
    ) -> Result<Option<OrderRow>, StoreError>;

    /// The last order of a session.
    async fn last_order(
        &self,
        scope: &TenantScope,
        id: &SessionId,
    ) -> Result<Option<OrderRow>, StoreError>;
}

/// What is not finished: what is held back, rollouts, and what deployments take away again.
#[async_trait]
pub trait Unfinished {
    /// What is held back, by tenant, computer and item.
    async fn held(&self, scope: &TenantScope) -> Result<Vec<HeldRow>, StoreError>;

    /// The computers with something that may start by now, first come first, at most so many.
    async fn due(
        &self,
        scope: &TenantScope,
        now: Timestamp,
        limit: u32,
    ) -> Result<Vec<DueRow>, StoreError>;

    /// Forgets what a session left; what a later one left stays.
    async fn forget_held(&self, due: DueRow) -> Result<(), StoreError>;

    /// Follows a commit: starts the rollouts it declares that are new or of
    /// another content, and forgets those of deployments that are gone.
    async fn follow_rollouts(&self, declared: Vec<RolloutRow>) -> Result<(), StoreError>;

    /// Starts rollouts: one of the same content goes on, one of another begins anew.
    async fn start_rollouts(&self, rollouts: Vec<RolloutRow>) -> Result<(), StoreError>;

    /// The rollouts that have started, by item. A tenant sees its own and the
    /// cross-tenant ones, of the latter no count.
    async fn rollouts(&self, scope: &TenantScope) -> Result<Vec<RolloutRow>, StoreError>;

    /// Halts a rollout; false where it has halted, or is not there.
    async fn halt_rollout(&self, key: RolloutKey, halt: HaltRow) -> Result<bool, StoreError>;

    /// Lets a halted rollout go on, and what waits for it be looked at; false
    /// where it has not halted.
    async fn clear_rollout(&self, key: RolloutKey, at: Timestamp) -> Result<bool, StoreError>;

    /// The computers on which an item was tried by a deployment, by its path,
    /// in sessions made since a moment, and failed the last time; by tenant and name.
    async fn failures(
        &self,
        scope: &TenantScope,
        item: &str,
        by: &str,
        since: Timestamp,
    ) -> Result<Vec<(TenantId, String)>, StoreError>;

    /// What deployments have installed on a computer and take away again, by item.
    async fn installed(
        &self,
        scope: &TenantScope,
        computer: &ComputerId,
    ) -> Result<Vec<InstalledRow>, StoreError>;
}
