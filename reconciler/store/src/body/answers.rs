//! The store's traits, answered by the queries of this folder.

use async_trait::async_trait;
use jiff::Timestamp;
use ordain_core::identity::{Happening, Standing};

use super::super::Database;
use super::{
    approvals, commits, computers, enrolments, facts, followed, identities, kept, outcomes,
    restore, retention, serial, sessions,
};
use crate::rows::{
    AgentRow, ApprovalRow, AuditRow, BurnOutcome, CommitRow, ComputerRow, ConcernedRow, Decide,
    Decided, EnrolAgent, EnrolRefusal, Enrolled, EnrolledAgent, EventRow, FactChange, FactRow,
    FindingRow, KeptRow, LatestOutcome, Meet, Met, OrderRow, OutcomeRow, PauseRow, Pruned,
    Retained, SerialClaim, SessionFilter, SessionRow, SessionWrite, TokenHash, TokenRow, Undecided,
};
use crate::{
    AgentId, Commits, ComputerId, Computers, Enrolments, Keeping, SessionId, Sessions, StoreError,
    TenantId, TenantScope,
};

#[async_trait]
impl Commits for Database {
    async fn record_commit(&self, commit: CommitRow) -> Result<(), StoreError> {
        write!(self, |on| commits::record(on, &commit))
    }

    async fn commit_in_force(&self, scope: &TenantScope) -> Result<Option<CommitRow>, StoreError> {
        read!(self, commits::in_force, scope)
    }

    async fn rejected_commits(&self, scope: &TenantScope) -> Result<Vec<CommitRow>, StoreError> {
        read!(self, commits::rejected, scope)
    }

    async fn commit_followed(&self, scope: &TenantScope) -> Result<Option<CommitRow>, StoreError> {
        read!(self, commits::followed, scope)
    }

    async fn approve_commit(&self, revision: &str, at: Timestamp) -> Result<(), StoreError> {
        let revision = revision.to_owned();
        write!(self, |on| commits::approve(on, &revision, at))
    }

    async fn is_approved(
        &self,
        _installation: &TenantScope,
        revision: &str,
    ) -> Result<bool, StoreError> {
        read!(self, commits::is_approved, revision)
    }

    async fn note_followed(
        &self,
        revision: &str,
        concerned: Vec<(TenantId, String)>,
    ) -> Result<(), StoreError> {
        let revision = revision.to_owned();
        write!(self, |on| commits::note_followed(on, &revision, &concerned))
    }

    async fn concerned(
        &self,
        scope: &TenantScope,
        revision: &str,
    ) -> Result<Vec<ConcernedRow>, StoreError> {
        read!(self, commits::concerned, scope, revision)
    }

    async fn commit_history(
        &self,
        scope: &TenantScope,
        limit: u32,
    ) -> Result<Vec<CommitRow>, StoreError> {
        read!(self, commits::history, scope, limit)
    }
}

#[async_trait]
impl Enrolments for Database {
    async fn add_token(&self, token: TokenRow) -> Result<(), StoreError> {
        write!(self, |on| enrolments::add_token(on, &token))
    }

    async fn look_at_token(
        &self,
        scope: &TenantScope,
        token: &TokenHash,
        now: Timestamp,
    ) -> Result<BurnOutcome, StoreError> {
        read!(self, enrolments::look, scope, token, now)
    }

    async fn enrol(&self, agent: EnrolAgent) -> Result<Result<Enrolled, EnrolRefusal>, StoreError> {
        write!(self, |on| enrolments::enrol(on, &agent))
    }

    async fn restore_enrolments(&self, agents: Vec<EnrolledAgent>) -> Result<u64, StoreError> {
        write!(self, |on| restore::enrolments(on, &agents))
    }

    async fn agent(
        &self,
        scope: &TenantScope,
        id: &AgentId,
    ) -> Result<Option<AgentRow>, StoreError> {
        read!(self, enrolments::agent, scope, id)
    }

    async fn agents(&self, scope: &TenantScope) -> Result<Vec<AgentRow>, StoreError> {
        read!(self, enrolments::agents, scope, None)
    }

    async fn agents_of(
        &self,
        scope: &TenantScope,
        computer: &ComputerId,
    ) -> Result<Vec<AgentRow>, StoreError> {
        read!(self, enrolments::agents, scope, Some(computer))
    }

    async fn agent_seen(
        &self,
        id: &AgentId,
        at: Timestamp,
        version: &str,
        highest_order: u64,
    ) -> Result<(), StoreError> {
        let (id, version) = (id.clone(), version.to_owned());
        write!(self, |on| enrolments::seen(on, &id, at, &version, highest_order))
    }

    async fn meet(&self, said: Meet) -> Result<Option<Met>, StoreError> {
        write!(self, |on| identities::meet(on, &said))
    }

    async fn decide(&self, asked: Decide) -> Result<Result<Decided, Undecided>, StoreError> {
        write!(self, |on| identities::decide(on, &asked))
    }

    async fn certificate_renewed(
        &self,
        id: &AgentId,
        expires_at: Timestamp,
    ) -> Result<(), StoreError> {
        let id = id.clone();
        write!(self, |on| enrolments::renewed(on, &id, expires_at))
    }

    async fn acknowledge(&self, id: &AgentId, seq: u64) -> Result<(), StoreError> {
        let id = id.clone();
        write!(self, |on| enrolments::acknowledge(on, &id, seq))
    }
}

#[async_trait]
impl Computers for Database {
    async fn computers(&self, scope: &TenantScope) -> Result<Vec<ComputerRow>, StoreError> {
        read!(self, computers::all, scope)
    }

    async fn computer(
        &self,
        scope: &TenantScope,
        id: &ComputerId,
    ) -> Result<Option<ComputerRow>, StoreError> {
        read!(self, computers::one, scope, id)
    }

    async fn computers_named(
        &self,
        scope: &TenantScope,
        name: &str,
    ) -> Result<Vec<ComputerRow>, StoreError> {
        read!(self, computers::named, scope, name)
    }

    async fn record_facts(
        &self,
        id: &ComputerId,
        facts: &serde_json::Value,
        at: Timestamp,
    ) -> Result<(), StoreError> {
        let (id, facts) = (id.clone(), facts.clone());
        write!(self, |on| computers::record_facts(on, &id, &facts, at))
    }

    async fn findings(
        &self,
        scope: &TenantScope,
        computer: Option<&ComputerId>,
    ) -> Result<Vec<FindingRow>, StoreError> {
        read!(self, computers::findings, scope, computer)
    }

    async fn remove_computer(
        &self,
        tenant: &TenantId,
        id: &ComputerId,
    ) -> Result<Vec<AgentId>, StoreError> {
        let (tenant, id) = (tenant.clone(), id.clone());
        write!(self, |on| computers::remove(on, &tenant, &id))
    }

    async fn stand(
        &self,
        id: &ComputerId,
        happening: Happening,
        onboarding: bool,
        at: Timestamp,
    ) -> Result<Option<Standing>, StoreError> {
        let id = id.clone();
        write!(self, |on| identities::stand(on, &id, happening, onboarding, at))
    }

    async fn exclude(
        &self,
        tenant: &TenantId,
        id: &ComputerId,
        since: Option<Timestamp>,
    ) -> Result<(), StoreError> {
        let (tenant, id) = (tenant.clone(), id.clone());
        write!(self, |on| identities::exclude(on, &tenant, &id, since))
    }

    async fn move_computer(
        &self,
        id: &ComputerId,
        to: &TenantId,
        onboarding: bool,
        at: Timestamp,
    ) -> Result<Result<Vec<AgentId>, Undecided>, StoreError> {
        let (id, to) = (id.clone(), to.clone());
        write!(self, |on| identities::move_to(on, &id, &to, onboarding, at))
    }

    async fn note_logon(
        &self,
        id: &ComputerId,
        upn: &str,
        at: Timestamp,
    ) -> Result<bool, StoreError> {
        let (id, upn) = (id.clone(), upn.to_owned());
        write!(self, |on| identities::note_logon(on, &id, &upn, at))
    }

    async fn give_person(&self, id: &ComputerId, upn: Option<&str>) -> Result<(), StoreError> {
        let (id, upn) = (id.clone(), upn.map(str::to_owned));
        write!(self, |on| identities::give_person(on, &id, upn.as_deref()))
    }

    async fn facts(
        &self,
        scope: &TenantScope,
        computer: Option<&ComputerId>,
    ) -> Result<Vec<FactRow>, StoreError> {
        read!(self, facts::all, scope, computer)
    }

    async fn fact_history(
        &self,
        scope: &TenantScope,
        computer: &ComputerId,
        fact: &str,
    ) -> Result<Vec<FactChange>, StoreError> {
        read!(self, facts::history, scope, computer, fact)
    }

    async fn approve(
        &self,
        tenant: &TenantId,
        id: &ComputerId,
        deployment: &str,
        at: Timestamp,
    ) -> Result<(), StoreError> {
        let (tenant, id, deployment) = (tenant.clone(), id.clone(), deployment.to_owned());
        write!(self, |on| approvals::approve(on, &tenant, &id, &deployment, at))
    }

    async fn withdraw(
        &self,
        tenant: &TenantId,
        id: &ComputerId,
        deployment: &str,
    ) -> Result<bool, StoreError> {
        let (tenant, id, deployment) = (tenant.clone(), id.clone(), deployment.to_owned());
        write!(self, |on| approvals::withdraw(on, &tenant, &id, &deployment))
    }

    async fn approvals(&self, scope: &TenantScope) -> Result<Vec<ApprovalRow>, StoreError> {
        read!(self, approvals::all, scope)
    }

    async fn pause(&self, pause: PauseRow) -> Result<(), StoreError> {
        write!(self, |on| computers::pause(on, &pause))
    }

    async fn resume(&self, tenant: Option<&TenantId>) -> Result<(), StoreError> {
        let tenant = tenant.cloned();
        write!(self, |on| computers::resume(on, tenant.as_ref()))
    }

    async fn pauses(&self, scope: &TenantScope) -> Result<Vec<PauseRow>, StoreError> {
        read!(self, computers::pauses, scope)
    }
}

#[async_trait]
impl Keeping for Database {
    async fn keep(&self, rows: Vec<KeptRow>) -> Result<(), StoreError> {
        write!(self, |on| kept::keep(on, &rows))
    }

    async fn kept(
        &self,
        scope: &TenantScope,
        computer: &ComputerId,
    ) -> Result<Vec<KeptRow>, StoreError> {
        read!(self, kept::of_computer, scope, computer)
    }

    async fn note_audit(&self, row: AuditRow) -> Result<(), StoreError> {
        write!(self, |on| kept::note(on, &row))
    }

    async fn audit(&self, scope: &TenantScope, limit: u32) -> Result<Vec<AuditRow>, StoreError> {
        read!(self, kept::audit, scope, limit)
    }
}

#[async_trait]
impl Sessions for Database {
    async fn journal(&self, write: SessionWrite) -> Result<(), StoreError> {
        write!(self, |on| sessions::journal(on, &write))
    }

    async fn session(
        &self,
        scope: &TenantScope,
        id: &SessionId,
    ) -> Result<Option<SessionRow>, StoreError> {
        read!(self, sessions::one, scope, id)
    }

    async fn sessions(
        &self,
        scope: &TenantScope,
        filter: &SessionFilter,
    ) -> Result<Vec<SessionRow>, StoreError> {
        read!(self, sessions::list, scope, filter)
    }

    async fn open_sessions(&self, scope: &TenantScope) -> Result<Vec<SessionRow>, StoreError> {
        read!(self, sessions::open, scope)
    }

    async fn session_counts(&self, scope: &TenantScope) -> Result<Vec<(String, u64)>, StoreError> {
        read!(self, sessions::counts, scope)
    }

    async fn events(
        &self,
        scope: &TenantScope,
        id: &SessionId,
        from: u64,
    ) -> Result<Vec<EventRow>, StoreError> {
        read!(self, sessions::events, scope, id, from)
    }

    async fn outcomes(
        &self,
        scope: &TenantScope,
        id: &SessionId,
    ) -> Result<Vec<OutcomeRow>, StoreError> {
        read!(self, outcomes::of_session, scope, id)
    }

    async fn latest_outcomes(&self, scope: &TenantScope) -> Result<Vec<LatestOutcome>, StoreError> {
        read!(self, outcomes::latest, scope)
    }

    async fn schedules_followed(
        &self,
        _installation: &TenantScope,
    ) -> Result<Option<Timestamp>, StoreError> {
        read!(self, followed::until, followed::SCHEDULES)
    }

    async fn note_schedules_followed(&self, until: Timestamp) -> Result<(), StoreError> {
        write!(self, |on| followed::note(on, followed::SCHEDULES, until))
    }

    async fn take_serial(&self, claim: SerialClaim) -> Result<bool, StoreError> {
        write!(self, |on| serial::take(on, &claim))
    }

    async fn serial_line(&self, scope: &TenantScope) -> Result<Vec<ComputerId>, StoreError> {
        read!(self, serial::line, scope)
    }

    async fn prune(&self, before: Retained, most: u32) -> Result<Pruned, StoreError> {
        write!(self, |on| retention::prune(on, &before, most))
    }

    async fn order(
        &self,
        scope: &TenantScope,
        agent: &AgentId,
        number: u64,
    ) -> Result<Option<OrderRow>, StoreError> {
        read!(self, sessions::order, scope, agent, number)
    }

    async fn last_order(
        &self,
        scope: &TenantScope,
        id: &SessionId,
    ) -> Result<Option<OrderRow>, StoreError> {
        read!(self, sessions::last_order, scope, id)
    }
}
