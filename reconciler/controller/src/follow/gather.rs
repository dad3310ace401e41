//! Asking inventory tasks on their rhythm, and starting onboardings that start by themselves.
//!
//! The loop looks at who is connected and at what is stored. A computer that
//! was away when its turn came is asked when it is back; of several turns that
//! it missed the last one counts. A session's id follows from its computer and
//! its turn, so that a crash in between asks nobody twice.

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::num::NonZeroU64;
use std::sync::Arc;

use jiff::{SignedDuration, Timestamp};
use ordain_core::fleet::World;
use ordain_core::identity::Standing;
use ordain_core::inventory::Inventories;
use ordain_core::policy::Policy;
use ordain_core::resolve::Candidates;
use ordain_core::schedule::{self, Seat};
use ordain_core::session::{Kind, Origin};
use ordain_schema::document::{ComputerFacts, Offline, TenantMode};
use ordain_store::rows::{ComputerRow, SessionFilter};
use ordain_store::{ComputerId, SessionId, StoreError, TenantId, TenantScope};

use super::InForce;
use crate::aside::spawn_blocking;
use crate::controller::Controller;
use crate::drive::begin;
use crate::drive::request::Asked;
use crate::{api, recorded, tokens};

/// How often the loop looks.
const TICK: SignedDuration = SignedDuration::from_secs(15);

/// The loop's own things.
pub(crate) struct Gatherer {
    controller: Arc<Controller>,
    /// The last turn of each computer and rhythm that needs no second look.
    done: HashMap<(ComputerId, NonZeroU64), Timestamp>,
}

/// Computers whose turn has come, by name, with their rhythms.
type Due = BTreeMap<String, (ComputerRow, BTreeMap<NonZeroU64, Timestamp>)>;

impl Gatherer {
    pub(crate) fn new(controller: Arc<Controller>) -> Self {
        Self { controller, done: HashMap::new() }
    }

    /// Looks, until the end.
    pub(crate) async fn run(mut self) {
        let closing = self.controller.closing.clone();
        let clock = self.controller.clock.clone();
        loop {
            let now = clock.now();
            if let Err(error) = self.look(now).await {
                tracing::error!(error = %api::chain(&error), "who is to be asked is not known; trying again");
            }
            tokio::select! {
                () = closing.cancelled() => return,
                () = self.controller.arrivals.notified() => {}
                () = clock.reach(now + TICK) => {}
            }
        }
    }

    async fn look(&mut self, now: Timestamp) -> Result<(), StoreError> {
        let Some(in_force) = self.controller.policy.borrow().in_force.clone() else {
            return Ok(());
        };
        let rhythms = Inventories::of(&in_force.policy).rhythms();
        let starting = starting(&in_force.policy);
        if rhythms.is_empty() && starting.is_empty() {
            return Ok(());
        }
        let mut due: BTreeMap<TenantId, Due> = BTreeMap::new();
        for row in self.controller.store.computers(&TenantScope::All).await? {
            if !self.controller.hub.is_online(&row.id)
                || row.facts.is_none()
                || !row.standing.is_settled()
            {
                continue;
            }
            if row.standing == Standing::NeedsOnboarding && starting.contains(row.tenant.as_str()) {
                self.onboard(&row).await?;
            }
            let turns = self.turns(&rhythms, &row, now);
            if !turns.is_empty() {
                due.entry(row.tenant.clone()).or_default().insert(row.name.clone(), (row, turns));
            }
        }
        for (tenant, due) in due {
            self.ask(&in_force, tenant, due).await?;
        }
        Ok(())
    }

    /// Starts the onboarding of a computer, once for each life of it.
    async fn onboard(&self, row: &ComputerRow) -> Result<(), StoreError> {
        let parts = ["onboarding", row.id.as_str()];
        let id = SessionId::new(tokens::derived_id("s-", row.begun_at.as_millisecond(), &parts));
        let asked = Asked { automatic: true, ..Asked::default() };
        self.begin(row, id, Kind::Onboarding, Origin::Onboarding, &asked).await
    }

    /// The turns of a computer that came and were not looked at.
    fn turns(
        &self,
        rhythms: &BTreeSet<NonZeroU64>,
        row: &ComputerRow,
        now: Timestamp,
    ) -> BTreeMap<NonZeroU64, Timestamp> {
        let seat = Seat(tokens::spread(&["inventory", row.id.as_str()]));
        let turn = |every: &NonZeroU64| {
            let last = schedule::turn(*every, seat, now)?;
            let done = self.done.get(&(row.id.clone(), *every)).is_some_and(|done| *done >= last);
            (!done).then_some((*every, last))
        };
        rhythms.iter().filter_map(turn).collect()
    }

    async fn ask(
        &mut self,
        in_force: &Arc<InForce>,
        tenant: TenantId,
        due: Due,
    ) -> Result<(), StoreError> {
        let scope = TenantScope::One(tenant);
        let (store, hub) = (&*self.controller.store, &self.controller.hub);
        let policy = Some(&*in_force.policy);
        let computers = recorded::computers(store, &scope, policy, |id| hub.is_online(id)).await?;
        let (policy, now) = (in_force.clone(), self.controller.clock.now());
        let looked = spawn_blocking(move || items(&policy, computers, due, now)).await;
        let Ok(asked) = looked else {
            tracing::error!(?scope, "a defect of this program; no inventory task is asked now");
            return Ok(());
        };
        for (row, turns, inventory) in asked {
            if self.is_being_asked(&row).await? {
                continue;
            }
            let last = turns.values().max().copied().unwrap_or(now);
            let rhythms: Vec<String> = turns.keys().map(ToString::to_string).collect();
            let parts = ["inventory", row.id.as_str(), &rhythms.join(" ")];
            let id = SessionId::new(tokens::derived_id("s-", last.as_millisecond(), &parts));
            if !inventory.is_empty() {
                let asked = Asked { inventory, ..Asked::default() };
                self.begin(&row, id, Kind::InventoryOnly, Origin::Schedule, &asked).await?;
            }
            self.done
                .extend(turns.into_iter().map(|(every, turn)| ((row.id.clone(), every), turn)));
        }
        Ok(())
    }

    /// Whether a session that only asks is not over: a second one has time.
    async fn is_being_asked(&self, row: &ComputerRow) -> Result<bool, StoreError> {
        let scope = TenantScope::One(row.tenant.clone());
        let computer = Some(row.id.clone());
        let filter = SessionFilter { computer, open: true, before: None, limit: 1000 };
        let open = self.controller.store.sessions(&scope, &filter).await?;
        Ok(open.iter().any(|session| session.kind == Kind::InventoryOnly.word()))
    }

    async fn begin(
        &self,
        computer: &ComputerRow,
        id: SessionId,
        kind: Kind,
        origin: Origin,
        asked: &Asked,
    ) -> Result<(), StoreError> {
        let scope = TenantScope::One(computer.tenant.clone());
        if self.controller.store.session(&scope, &id).await?.is_some() {
            return Ok(());
        }
        let offline = if kind == Kind::InventoryOnly { Offline::Skip } else { Offline::OnConnect };
        let wish = begin::Wish { kind, origin, offline };
        let row = begin::row(computer, kind, id, self.controller.clock.now());
        self.controller.drive.begin(row, wish, asked).await?;
        Ok(())
    }
}

/// The tenants whose onboardings start by themselves. Where nothing but
/// observing is allowed, nobody would be taken in by one.
fn starting(policy: &Policy) -> BTreeSet<&str> {
    let starts = |id| {
        policy.tenant(id).is_some_and(|one| {
            one.onboarding.enabled && one.onboarding.automatic && one.mode == TenantMode::Enforce
        })
    };
    let all = policy.tenants().iter().filter(|(id, _)| starts(*id));
    all.map(|(_, node)| &*node.id).collect()
}

/// Which tasks are asked on each of the computers that are due.
fn items(
    in_force: &InForce,
    computers: Vec<ComputerFacts>,
    mut due: Due,
    now: Timestamp,
) -> Vec<(ComputerRow, BTreeMap<NonZeroU64, Timestamp>, Vec<String>)> {
    let fleet = in_force.fleet(computers);
    let world = World::new(&in_force.policy, &fleet, now);
    let (inventories, candidates) = (Inventories::of(&in_force.policy), Candidates::new(&world));
    let mut asked = Vec::new();
    for place in 0..fleet.computers().len() {
        let subject = world.subject(place);
        let Some((row, turns)) = due.remove(&subject.facts.name) else { continue };
        let rhythms = turns.keys().copied().collect();
        let items = inventories.on(&subject, &candidates, &rhythms);
        asked.push((row, turns, items.iter().map(ToString::to_string).collect()));
    }
    asked
}
