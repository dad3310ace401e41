//! Coming back for what sessions left undone, once the first of what held it
//! back opens.
//!
//! What is due stands in the store, and is taken out of it by the very write
//! that begins the session. A look starts no more than so many, however many
//! windows open at once.

use std::collections::BTreeMap;
use std::sync::Arc;

use jiff::Timestamp;
use ordain_core::fleet::World;
use ordain_core::resolve::is_excluded;
use ordain_core::session::Origin;
use ordain_schema::document::Offline;
use ordain_store::rows::{ComputerRow, DueRow};
use ordain_store::{StoreError, TenantId, TenantScope};

use super::InForce;
use super::starts::is_under_way;
use crate::aside::spawn_blocking;
use crate::controller::Controller;
use crate::drive::request::Asked;
use crate::drive::{begin, undone::Again};
use crate::recorded;

/// How many sessions are started in one look.
const MOST: u32 = 200;

/// Starts what may be carried out by now.
pub(super) async fn come_back(controller: &Controller, now: Timestamp) -> Result<(), StoreError> {
    let Some(in_force) = controller.policy.borrow().in_force.clone() else { return Ok(()) };
    let due = controller.store.due(&TenantScope::All, now, MOST).await?;
    let mut tenants: BTreeMap<TenantId, Vec<DueRow>> = BTreeMap::new();
    for row in due {
        tenants.entry(row.tenant.clone()).or_default().push(row);
    }
    for (tenant, due) in tenants {
        let scope = TenantScope::One(tenant);
        let excluded = excluded(controller, &in_force, &scope, now).await?;
        for row in due {
            let computer = controller.store.computer(&scope, &row.computer).await?;
            let computer =
                computer.filter(|row| !excluded.contains(&row.name) && row.standing.is_settled());
            let begun = match computer {
                Some(computer) => begin_again(controller, &scope, &computer, &row).await?,
                None => false,
            };
            if !begun {
                controller.store.forget_held(row).await?;
            }
        }
    }
    Ok(())
}

/// The names of a tenant's computers that sessions leave alone.
async fn excluded(
    controller: &Controller,
    in_force: &Arc<InForce>,
    scope: &TenantScope,
    now: Timestamp,
) -> Result<Vec<String>, StoreError> {
    let online = |id: &_| controller.hub.is_online(id);
    let computers =
        recorded::computers(&*controller.store, scope, Some(&in_force.policy), online).await?;
    let in_force = in_force.clone();
    let looked = spawn_blocking(move || {
        let fleet = in_force.fleet(computers);
        let world = World::new(&in_force.policy, &fleet, now);
        let excluded = world.subjects().filter(is_excluded);
        excluded.map(|subject| subject.facts.name.clone()).collect()
    });
    looked.await.map_err(|_| StoreError::Damaged("a defect of this program".to_owned()))
}

/// Starts the session, unless one of its sort is under way: that one does the
/// same, and what it leaves it writes down itself.
async fn begin_again(
    controller: &Controller,
    scope: &TenantScope,
    computer: &ComputerRow,
    due: &DueRow,
) -> Result<bool, StoreError> {
    let (kind, asked) = Again::read(&due.request)?;
    if is_under_way(controller, scope, &computer.id, kind, &asked, None).await? {
        return Ok(false);
    }
    let wish = begin::Wish { kind, origin: Origin::Schedule, offline: Offline::OnConnect };
    let asked = Asked { again: Some(due.session.to_string()), ..asked };
    let row = begin::row(computer, kind, begin::new_id(), controller.clock.now());
    controller.drive.begin(row, wish, &asked).await?;
    Ok(true)
}
