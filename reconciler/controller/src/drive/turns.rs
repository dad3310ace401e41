//! Whose turn it is: limits on how many sessions run at a time, and the line
//! of those that wait, the most urgent first.

use std::collections::{BTreeMap, HashMap};
use std::hash::Hash;
use std::sync::{Mutex, MutexGuard, PoisonError};

use ordain_core::session::Origin;
use ordain_store::{ComputerId, TenantId};

/// How many may run; none is without limit.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(crate) struct Limits {
    pub(crate) global: Option<u32>,
    pub(crate) per_tenant: Option<u32>,
}

/// A computer's session that wants to run.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Claim {
    pub(crate) computer: ComputerId,
    pub(crate) tenant: TenantId,
    /// The schedule that started it, and how many of its sessions may run at a time.
    pub(crate) schedule: Option<(String, Option<u32>)>,
    /// Who wants it: the first goes first.
    pub(crate) origin: Origin,
}

/// The computers whose sessions run, and those that wait.
#[derive(Debug, Default)]
pub(crate) struct Turns(Mutex<Book>);

/// Where a computer stands in line: by who wants its session, then by its coming.
type Place = (usize, u64);

#[derive(Debug, Default)]
struct Book {
    running: HashMap<ComputerId, Claim>,
    count: Count,
    waiting: BTreeMap<Place, Claim>,
    places: HashMap<ComputerId, Place>,
    /// How many have ever stood in line.
    came: u64,
}

impl Turns {
    fn book(&self) -> MutexGuard<'_, Book> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Takes a turn, where there is one and nobody more urgent, or earlier,
    /// could take it; else the computer waits in line.
    pub(crate) fn take(&self, claim: Claim, limits: Limits) -> bool {
        let mut book = self.book();
        if book.running.contains_key(&claim.computer) {
            return true;
        }
        if book.waiting.is_empty() && book.count.has_room(&claim, limits) {
            book.run(claim);
            return true;
        }
        let place = book.stand(claim.clone());
        let taken = book.chosen(limits, Some(place)).last() == Some(&claim.computer);
        if taken {
            book.run(claim);
        }
        taken
    }

    /// Takes a turn whether there is one or not: what has begun goes on.
    pub(crate) fn keep(&self, claim: Claim) {
        self.book().run(claim);
    }

    /// Gives a turn back.
    pub(crate) fn release(&self, computer: &ComputerId) {
        self.book().leave(computer);
    }

    /// The computers in line that there is room for now; they are to be woken.
    pub(crate) fn next(&self, limits: Limits) -> Vec<ComputerId> {
        self.book().chosen(limits, None)
    }
}

/// How many run, also by tenant and schedule.
#[derive(Debug, Default, Clone)]
struct Count {
    all: u32,
    tenants: HashMap<TenantId, u32>,
    schedules: HashMap<String, u32>,
}

impl Count {
    fn add(&mut self, claim: &Claim) {
        self.all += 1;
        *self.tenants.entry(claim.tenant.clone()).or_default() += 1;
        if let Some((schedule, _)) = &claim.schedule {
            *self.schedules.entry(schedule.clone()).or_default() += 1;
        }
    }

    fn remove(&mut self, claim: &Claim) {
        self.all -= 1;
        one_less(&mut self.tenants, &claim.tenant);
        if let Some((schedule, _)) = &claim.schedule {
            one_less(&mut self.schedules, schedule);
        }
    }

    fn has_room(&self, claim: &Claim, limits: Limits) -> bool {
        let below = |count: Option<&u32>, limit: Option<u32>| {
            limit.is_none_or(|limit| count.copied().unwrap_or(0) < limit)
        };
        let schedule = claim.schedule.as_ref();
        below(Some(&self.all), limits.global)
            && below(self.tenants.get(&claim.tenant), limits.per_tenant)
            && schedule.is_none_or(|(name, limit)| below(self.schedules.get(&**name), *limit))
    }
}

fn one_less<K: Hash + Eq>(counts: &mut HashMap<K, u32>, key: &K) {
    if let Some(count) = counts.get_mut(key) {
        *count -= 1;
        if *count == 0 {
            counts.remove(key);
        }
    }
}

impl Book {
    /// Has a claim stand in line, where it stood before unless it is more or less urgent now.
    fn stand(&mut self, claim: Claim) -> Place {
        let urgency = claim.origin as usize;
        let came = if let Some(place) = self.places.get(&claim.computer).copied() {
            self.waiting.remove(&place);
            place.1
        } else {
            self.came += 1;
            self.came
        };
        self.places.insert(claim.computer.clone(), (urgency, came));
        self.waiting.insert((urgency, came), claim);
        (urgency, came)
    }

    fn run(&mut self, claim: Claim) {
        self.leave(&claim.computer);
        self.count.add(&claim);
        self.running.insert(claim.computer.clone(), claim);
    }

    /// Takes a computer out of the line, and its turn from it.
    fn leave(&mut self, computer: &ComputerId) {
        if let Some(place) = self.places.remove(computer) {
            self.waiting.remove(&place);
        }
        if let Some(ran) = self.running.remove(computer) {
            self.count.remove(&ran);
        }
    }

    /// Those in line that there is room for, in their order; up to a place, where one is given.
    fn chosen(&self, limits: Limits, up_to: Option<Place>) -> Vec<ComputerId> {
        let mut chosen = Vec::new();
        if self.waiting.is_empty() {
            return chosen;
        }
        let mut count = self.count.clone();
        for (place, claim) in &self.waiting {
            let full = limits.global.is_some_and(|global| count.all >= global);
            if full || up_to.is_some_and(|last| *place > last) {
                break;
            }
            if count.has_room(claim, limits) {
                count.add(claim);
                chosen.push(claim.computer.clone());
            }
        }
        chosen
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn claim(computer: &str, tenant: &str) -> Claim {
        Claim {
            computer: ComputerId::new(computer),
            tenant: TenantId::new(tenant),
            schedule: None,
            origin: Origin::Schedule,
        }
    }

    fn names(computers: &[ComputerId]) -> Vec<&str> {
        computers.iter().map(ComputerId::as_str).collect()
    }

    #[test]
    fn limits_hold_and_those_in_line_follow() {
        let turns = Turns::default();
        let limits = Limits { global: Some(3), per_tenant: Some(2) };
        let take = |computer: &str, tenant: &str| turns.take(claim(computer, tenant), limits);
        let next = |limits| turns.next(limits);
        assert!(take("a1", "a") && take("a1", "a"), "again is the same turn");
        assert!(take("a2", "a"));
        assert!(!take("a3", "a"), "the tenant's limit");
        assert!(take("b1", "b"), "another tenant passes");
        assert!(!take("b2", "b"), "the global limit");
        assert_eq!(next(limits), []);
        turns.release(&ComputerId::new("b1"));
        assert_eq!(names(&next(limits)), ["b2"], "a3 waits for its own tenant");
        assert!(!take("b3", "b"), "whoever comes now stands behind b2");
        turns.release(&ComputerId::new("a1"));
        assert_eq!(names(&next(limits)), ["a3", "b2"]);
        assert!(take("a3", "a"));
        turns.keep(claim("c1", "c"));
        turns.keep(claim("c2", "c"));
        assert_eq!(next(limits), [], "what has begun counts, also beyond the limit");
        assert_eq!(names(&next(Limits::default())), ["b2", "b3"]);
    }

    #[test]
    fn who_wants_it_comes_before_who_came_first() {
        let turns = Turns::default();
        let limits = Limits { global: Some(1), per_tenant: None };
        assert!(turns.take(claim("running", "a"), limits));
        let order =
            [Origin::Schedule, Origin::Connectivity, Origin::Onboarding, Origin::Technician];
        for origin in order {
            let claim = Claim { origin, ..claim(origin.word(), "a") };
            assert!(!turns.take(claim, limits));
        }
        turns.release(&ComputerId::new("running"));
        for (less_urgent, origin) in order.iter().enumerate().rev() {
            assert_eq!(names(&turns.next(limits)), [origin.word()]);
            let take =
                |origin: Origin| turns.take(Claim { origin, ..claim(origin.word(), "a") }, limits);
            for other in &order[..less_urgent] {
                assert!(!take(*other), "{other} while it is {origin}'s turn");
            }
            assert!(take(*origin));
            turns.release(&ComputerId::new(origin.word()));
        }
    }

    #[test]
    fn a_schedule_runs_as_many_as_it_says() {
        let turns = Turns::default();
        let of = |computer: &str, schedule: &str, limit| Claim {
            schedule: Some((schedule.to_owned(), limit)),
            ..claim(computer, "a")
        };
        let take = |claim| turns.take(claim, Limits::default());
        assert!(take(of("1", "s", Some(2))) && take(of("2", "s", Some(2))));
        assert!(!take(of("3", "s", Some(2))), "its own limit");
        assert!(take(of("4", "t", None)) && take(claim("5", "a")), "others pass");
        turns.release(&ComputerId::new("1"));
        assert_eq!(names(&turns.next(Limits::default())), ["3"]);
    }
}
