//! Plans for many computers, tenant by tenant, without holding more than one
//! tenant's rows at a time.

use std::ops::Range;

use roaring::RoaringBitmap;

use super::evaluate::Evaluation;
use super::memo::Memo;
use super::row::{ComputerPlan, TenantPlan, Totals};
use super::{is_reached, plan_resolved, tenant};
use crate::fleet::{Subject, World};
use crate::resolve::{Candidates, Request, Resolution, Sets, winners};

/// Plans for the computers of one world, for one session.
#[derive(Debug)]
pub struct Planner<'w> {
    world: &'w World<'w>,
    request: &'w Request,
    candidates: Candidates<'w>,
    memo: Memo<'w>,
}

impl<'w> Planner<'w> {
    /// Prepares to plan.
    pub fn new(world: &'w World<'w>, request: &'w Request) -> Self {
        Self { world, request, candidates: Candidates::new(world), memo: Memo::default() }
    }

    /// The plan of every computer that the session reaches, by tenant and name.
    pub fn computers(&self) -> impl Iterator<Item = ComputerPlan> {
        let ranges = self.world.ranges().into_iter();
        ranges.flat_map(|(tenant, range)| self.tenant(tenant, range.collect()))
    }

    /// The same for the computers at these places of the fleet.
    pub fn only(&self, places: &RoaringBitmap) -> impl Iterator<Item = ComputerPlan> {
        let of = |range: &Range<usize>| -> Vec<usize> {
            places.range(range.start as u32..range.end as u32).map(|place| place as usize).collect()
        };
        let ranges =
            self.world.ranges().into_iter().map(move |(tenant, range)| (tenant, of(&range)));
        let some = ranges.filter(|(_, places)| !places.is_empty());
        some.flat_map(|(tenant, places)| self.tenant(tenant, places))
    }

    /// What every tenant would get of cloud items.
    pub fn tenants(&self) -> Vec<TenantPlan> {
        tenant::plan(self.world, &self.candidates, self.request)
    }

    /// Counts over the whole plan, without putting it in order and words.
    pub fn totals(&self) -> Totals {
        let mut totals = Totals::default();
        for (tenant, range) in self.world.ranges() {
            for (subject, resolution) in self.resolved(tenant, range.collect()) {
                let evaluated = Evaluation::new(&subject, &resolution, self.request, &self.memo);
                totals.computers += 1;
                evaluated.count(self.world.policy, &resolution, self.request, &mut totals);
            }
        }
        self.tenants().iter().for_each(|tenant| totals.add_tenant(tenant));
        totals
    }

    fn tenant(
        &self,
        tenant: &'w str,
        places: Vec<usize>,
    ) -> impl Iterator<Item = ComputerPlan> + use<'_, 'w> {
        self.resolved(tenant, places).map(|(subject, resolution)| {
            plan_resolved(&subject, &resolution, self.request, &self.memo)
        })
    }

    /// Those computers of a tenant that the session reaches, with what was decided for them.
    fn resolved(
        &self,
        tenant: &'w str,
        places: Vec<usize>,
    ) -> impl Iterator<Item = (Subject<'w>, Resolution)> + use<'_, 'w> {
        let subjects: Vec<Subject<'w>> =
            places.into_iter().map(|place| self.world.subject(place)).collect();
        let sets = Sets::new(subjects);
        let ids = self.candidates.of(tenant);
        let winners = winners(self.world, &sets, ids, self.request, |_| true);
        let resolutions = winners.by_computer(sets.subjects().len());
        let both = sets.into_subjects().into_iter().zip(resolutions);
        both.filter(|(subject, _)| is_reached(subject, self.request))
    }
}
