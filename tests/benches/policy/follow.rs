//! What the daemon does with a commit, in this process: read what changed,
//! check the whole, compare with the policy before, plan whom it touches.

use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use jiff::Timestamp;
use ordain_core::change::{Changed, Places, touched, woken};
use ordain_core::fleet::{Fleet, World};
use ordain_core::load::load_again;
use ordain_core::plan::Planner;
use ordain_core::policy::Policy;
use ordain_core::resolve::Request;
use ordain_schema::{FilesRead, InventoryLines, Severity, Snapshot};
use ordain_source::Repository;

use crate::program::own_cpu;

/// A fleet that follows the commits of a repository.
pub(crate) struct Follower {
    git: Repository,
    fleet: Fleet,
    now: Timestamp,
    snapshot: Option<Snapshot>,
    files: FilesRead,
    policy: Arc<Policy>,
}

/// What a commit took, and came to.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct Followed {
    /// CPU time of reading and checking.
    pub(crate) read: Duration,
    /// CPU time of finding whom it could touch.
    pub(crate) compare: Duration,
    /// CPU time of their new plans.
    pub(crate) plan: Duration,
    /// How many were planned.
    pub(crate) planned: u64,
    /// How many have something else to do.
    pub(crate) woken: u64,
}

impl Followed {
    /// From the commit to the new plan.
    pub(crate) fn sum(&self) -> Duration {
        self.read + self.compare + self.plan
    }
}

impl Follower {
    /// Reads a first commit.
    pub(crate) fn new(folder: &Path, commit: &str, inventory: &str) -> Self {
        let mut lines = InventoryLines::new("inventory.jsonl");
        inventory.lines().for_each(|line| lines.line(line));
        let (inventory, found) = lines.finish();
        assert!(found.is_empty(), "{found:?}");
        let empty = ordain_core::load::load(
            &Snapshot { revision: None, entries: std::collections::BTreeMap::new() },
            Timestamp::UNIX_EPOCH,
        );
        let mut new = Self {
            git: Repository::open(folder).unwrap(),
            fleet: Fleet::new(inventory),
            now: "2026-11-23T10:00:00Z".parse().unwrap(),
            snapshot: None,
            files: FilesRead::default(),
            policy: empty.policy,
        };
        new.policy = new.read(commit);
        new
    }

    fn read(&mut self, commit: &str) -> Arc<Policy> {
        let id = commit.parse().unwrap();
        let snapshot = match self.snapshot.take() {
            None => self.git.snapshot_at(id).unwrap(),
            Some(before) => self.git.snapshot_after(before, id).unwrap(),
        };
        let loaded = load_again(&snapshot, self.now, &mut self.files);
        self.snapshot = Some(snapshot);
        let mut errors = loaded.diagnostics.iter().filter(|one| one.severity == Severity::Error);
        if let Some(error) = errors.next() {
            panic!("{commit}: {}:{} {}", error.file, error.span.line, error.message);
        }
        loaded.policy
    }

    /// Follows the next commit.
    pub(crate) fn follow(&mut self, commit: &str) -> Followed {
        let start = own_cpu();
        let policy = self.read(commit);
        let read = own_cpu();
        let request = Request::default();
        let changed = Changed::between(&self.policy, &policy);
        let (places, compared, planned, woken) = {
            let old = World::new(&self.policy, &self.fleet, self.now);
            let new = World::new(&policy, &self.fleet, self.now);
            let places = touched(&old, &new, &changed, &request);
            let compared = own_cpu();
            let plans: Vec<_> = plans(&new, &places, &request);
            let planned = own_cpu();
            assert!(plans.len() as u64 <= places.len());
            (places.len(), compared, planned, woken(&old, &new, &changed).len())
        };
        self.policy = policy;
        Followed {
            read: read.saturating_sub(start),
            compare: compared.saturating_sub(read),
            plan: planned.saturating_sub(compared),
            planned: places,
            woken,
        }
    }
}

fn plans(
    world: &World<'_>,
    places: &Places,
    request: &Request,
) -> Vec<ordain_core::plan::ComputerPlan> {
    Planner::new(world, request).only(places).collect()
}
