//! Whose turn it is: limits on how many sessions run at a time.

use std::collections::{HashMap, VecDeque};
use std::sync::{Mutex, MutexGuard, PoisonError};

use ordain_store::{ComputerId, TenantId};

/// How many may run; none is without limit.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(crate) struct Limits {
    pub(crate) global: Option<u32>,
    pub(crate) per_tenant: Option<u32>,
}

/// The computers whose sessions run, and those that wait.
#[derive(Debug, Default)]
pub(crate) struct Turns(Mutex<Book>);

#[derive(Debug, Default)]
struct Book {
    running: HashMap<ComputerId, TenantId>,
    waiting: VecDeque<(ComputerId, TenantId)>,
}

impl Turns {
    fn book(&self) -> MutexGuard<'_, Book> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Takes a turn, where there is one; else the computer waits in line.
    pub(crate) fn take(&self, computer: &ComputerId, tenant: &TenantId, limits: Limits) -> bool {
        let mut book = self.book();
        if book.running.contains_key(computer) {
            return true;
        }
        if book.has_room(tenant, limits) {
            book.waiting.retain(|(waiting, _)| waiting != computer);
            book.running.insert(computer.clone(), tenant.clone());
            return true;
        }
        if !book.waiting.iter().any(|(waiting, _)| waiting == computer) {
            book.waiting.push_back((computer.clone(), tenant.clone()));
        }
        false
    }

    /// Takes a turn whether there is one or not: what has begun goes on.
    pub(crate) fn keep(&self, computer: &ComputerId, tenant: &TenantId) {
        self.book().running.insert(computer.clone(), tenant.clone());
    }

    /// Gives a turn back.
    pub(crate) fn release(&self, computer: &ComputerId) {
        let mut book = self.book();
        book.running.remove(computer);
        book.waiting.retain(|(waiting, _)| waiting != computer);
    }

    /// The computers in line that there is room for now; they are to be woken.
    pub(crate) fn next(&self, limits: Limits) -> Vec<ComputerId> {
        let book = self.book();
        let mut tenants: HashMap<&TenantId, u32> = HashMap::new();
        let mut chosen = Vec::new();
        for (computer, tenant) in &book.waiting {
            let taken = u32::try_from(chosen.len()).unwrap_or(u32::MAX);
            if limits.global.is_some_and(|limit| book.count(None) + taken >= limit) {
                break;
            }
            let own = tenants.entry(tenant).or_insert_with(|| book.count(Some(tenant)));
            if limits.per_tenant.is_none_or(|limit| *own < limit) {
                *own += 1;
                chosen.push(computer.clone());
            }
        }
        chosen
    }
}

impl Book {
    fn count(&self, tenant: Option<&TenantId>) -> u32 {
        let counted =
            self.running.values().filter(|own| tenant.is_none_or(|tenant| *own == tenant)).count();
        u32::try_from(counted).unwrap_or(u32::MAX)
    }

    fn has_room(&self, tenant: &TenantId, limits: Limits) -> bool {
        limits.global.is_none_or(|limit| self.count(None) < limit)
            && limits.per_tenant.is_none_or(|limit| self.count(Some(tenant)) < limit)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn computer(name: &str) -> ComputerId {
        ComputerId::new(name)
    }

    #[test]
    fn limits_hold_and_those_in_line_follow() {
        let (turns, a, b) = (Turns::default(), TenantId::new("a"), TenantId::new("b"));
        let limits = Limits { global: Some(3), per_tenant: Some(2) };
        assert!(
            turns.take(&computer("a1"), &a, limits) && turns.take(&computer("a1"), &a, limits),
            "again is the same turn"
        );
        assert!(turns.take(&computer("a2"), &a, limits));
        assert!(!turns.take(&computer("a3"), &a, limits), "the tenant's limit");
        assert!(turns.take(&computer("b1"), &b, limits), "another tenant passes");
        assert!(!turns.take(&computer("b2"), &b, limits), "the global limit");
        assert_eq!(turns.next(limits), []);
        turns.release(&computer("b1"));
        assert_eq!(turns.next(limits), [computer("b2")], "a3 waits for its own tenant");
        turns.release(&computer("a1"));
        assert_eq!(turns.next(limits), [computer("a3"), computer("b2")]);
        assert!(turns.take(&computer("a3"), &a, limits));
        turns.keep(&computer("c1"), &TenantId::new("c"));
        turns.keep(&computer("c2"), &TenantId::new("c"));
        assert_eq!(turns.next(limits), [], "what has begun counts, also beyond the limit");
        assert_eq!(turns.next(Limits::default()), [computer("b2")]);
    }
}
