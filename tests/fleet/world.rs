//! Everything at once: a repository, a daemon, agents, and the clock they share.
//!
//! Nothing moves but by what is called here, one thing after the other.

use std::path::{Path, PathBuf};

use jiff::{SignedDuration, Timestamp};
use ordain_controller::simulation::Wanted;
use ordain_core::identity::Life;
use ordain_core::session::Kind;
use ordain_store::rows::{EnrolledAgent, OutcomeRow, SessionFilter, SessionRow};
use ordain_store::{
    AgentId, ComputerId, Computers as _, Enrolments as _, Sessions as _, TenantId, TenantScope,
};
use tokio::sync::mpsc::error::TryRecvError;
use tokio::sync::watch;

use crate::agent::Agent;
use crate::house::House;
use crate::repository::Configured;

/// How far the clock goes at a time.
const TICK: SignedDuration = SignedDuration::from_mins(1);
/// More rounds than anything takes that ends.
const PATIENCE: u32 = 5_000;

/// Everything.
pub(crate) struct World {
    // In this order: what runs goes before the folder that it runs in.
    pub(crate) house: Option<House>,
    pub(crate) agents: Vec<Agent>,
    pub(crate) repository: Configured,
    clock: watch::Sender<Timestamp>,
    /// Sessions that were asked for.
    asked: u32,
    folder: tempfile::TempDir,
}

impl World {
    /// An empty repository on a Monday morning, and nobody there.
    pub(crate) fn new() -> Self {
        // In memory where there is such a place: what is cut off is said, not waited for.
        let memory = Path::new("/dev/shm");
        let folder =
            if memory.is_dir() { tempfile::tempdir_in(memory) } else { tempfile::tempdir() };
        let folder = folder.expect("a folder");
        let repository = Configured::new(&folder.path().join("policy"));
        let monday = "2026-01-05T06:00:00Z".parse().expect("a time");
        let (clock, _) = watch::channel(monday);
        Self { house: None, agents: Vec::new(), repository, clock, asked: 0, folder }
    }

    pub(crate) fn now(&self) -> Timestamp {
        *self.clock.borrow()
    }

    fn data(&self) -> PathBuf {
        self.folder.path().join("data")
    }

    /// Starts the daemon.
    pub(crate) fn start(&mut self) {
        if self.house.is_none() {
            let house = House::start(&self.repository.place, &self.data(), self.clock.subscribe());
            self.house = Some(house);
            self.settle();
        }
    }

    /// The daemon is gone, in the middle of whatever it did.
    pub(crate) fn crash(&mut self) {
        for agent in &mut self.agents {
            agent.cut();
        }
        self.house = None;
    }

    /// Lets the daemon go on until it waits; where it dies over that, it is gone.
    pub(crate) fn settle(&mut self) {
        if self.house.as_ref().is_some_and(|house| !house.rest()) {
            self.crash();
        }
        for agent in &mut self.agents {
            let Some(wire) = &mut agent.wire else { continue };
            loop {
                match wire.hear.try_recv() {
                    Ok(text) => agent.inbox.push_back(text),
                    Err(TryRecvError::Empty) => break,
                    Err(TryRecvError::Disconnected) => {
                        agent.cut();
                        break;
                    }
                }
            }
        }
    }

    /// Commits the files, and has the daemon follow.
    pub(crate) fn commit(&mut self) {
        let revision = self.repository.commit(self.now().as_second());
        if let Some(house) = &self.house {
            house.ask(house.daemon.follow(&revision));
        }
        self.settle();
    }

    /// Enrols a computer.
    pub(crate) fn enrol(&mut self, tenant: &str, name: &str) -> usize {
        let agent = Agent::new(&self.folder.path().join("agents"), tenant, name);
        let row = EnrolledAgent {
            tenant: TenantId::new(tenant),
            computer: ComputerId::new(agent.computer_id()),
            agent: AgentId::new(agent.id()),
            name: name.to_owned(),
            life: Life { hardware: agent.hardware(), installation: Some("1".to_owned()) },
            key_fingerprint: agent.id(),
            certificate_expires_at: self.now() + SignedDuration::from_hours(24 * 300),
            at: self.now(),
        };
        let house = self.house.as_ref().expect("somebody to enrol at");
        let enrolled = house.ask(house.store.restore_enrolments(vec![row])).expect("stored");
        assert_eq!(enrolled, 1, "{tenant}/{name} is enrolled once");
        self.agents.push(agent);
        self.agents.len() - 1
    }

    /// Opens a line for an agent that may have one.
    pub(crate) fn connect(&mut self, place: usize) {
        let now = self.now();
        let Some(house) = &self.house else { return };
        let agent = &mut self.agents[place];
        if agent.online && agent.lives() {
            let id = agent.id();
            let opened = house.calm.run(house.daemon.connect(&id));
            match opened {
                Some(wire) => {
                    let wire = wire.expect("the store answers").expect("a welcome agent");
                    agent.connect(wire, now);
                }
                None => self.crash(),
            }
        }
    }

    /// Lets one message of an agent arrive.
    pub(crate) fn deliver(&mut self, place: usize) -> bool {
        let agent = &mut self.agents[place];
        let (Some(wire), Some(text)) = (&agent.wire, agent.outbox.pop_front()) else {
            return false;
        };
        if wire.say.send(text).is_err() {
            agent.cut();
        }
        true
    }

    /// Lets one message arrive at an agent.
    pub(crate) fn hand_over(&mut self, place: usize) -> bool {
        let now = self.now();
        let agent = &mut self.agents[place];
        let Some(text) = agent.inbox.pop_front() else { return false };
        agent.hear(&text, now);
        true
    }

    /// Everybody does what there is to do; false where nobody had anything.
    pub(crate) fn round(&mut self) -> bool {
        let now = self.now();
        let mut moved = false;
        for place in 0..self.agents.len() {
            if !self.agents[place].lives() {
                self.agents[place].start();
                moved = true;
            }
            if self.house.is_some()
                && self.agents[place].online
                && self.agents[place].wire.is_none()
            {
                self.connect(place);
                moved = true;
            }
            while self.hand_over(place) {
                moved = true;
            }
            while self.agents[place].act(now) {
                moved = true;
            }
            while self.deliver(place) {
                moved = true;
            }
        }
        self.settle();
        moved || self.agents.iter().any(|agent| !agent.inbox.is_empty())
    }

    /// Lets everybody go on until nobody has anything to do.
    pub(crate) fn run(&mut self) {
        for _ in 0..PATIENCE {
            if !self.round() {
                return;
            }
        }
        panic!("it does not come to rest");
    }

    /// Sets the clock, and nothing else.
    pub(crate) fn set_clock(&mut self, to: Timestamp) {
        self.clock.send_replace(to);
        self.settle();
    }

    /// Lets time pass.
    pub(crate) fn wait(&mut self, time: SignedDuration) {
        let until = self.now() + time;
        while self.now() < until {
            self.set_clock((self.now() + TICK).min(until));
            for agent in &mut self.agents {
                if agent.is_owed_an_answer() {
                    agent.repeat();
                }
            }
            self.run();
        }
    }

    /// Asks for a session as a technician does.
    pub(crate) fn session(&mut self, place: usize, kind: Kind, item: Option<&str>) -> String {
        self.asked += 1;
        let wanted = Wanted {
            id: format!("s-0000{:06}", self.asked),
            computer: self.agents[place].computer_id(),
            kind,
            item: item.map(str::to_owned),
        };
        let id = wanted.id.clone();
        if let Some(house) = &self.house
            && house.calm.run(house.daemon.begin(wanted)).is_none()
        {
            self.crash();
        }
        self.settle();
        id
    }

    /// Cancels the open sessions of a computer.
    pub(crate) fn cancel(&mut self, place: usize) {
        let computer = self.agents[place].computer_id();
        for (row, _) in self.sessions(place) {
            if let Some(house) = self.house.as_ref().filter(|_| row.open) {
                house.calm.run(house.daemon.cancel(&computer, row.id.as_str()));
            }
        }
        self.settle();
    }

    /// A computer's sessions, oldest first, with how their items ended.
    pub(crate) fn sessions(&self, place: usize) -> Vec<(SessionRow, Vec<OutcomeRow>)> {
        let house = self.house.as_ref().expect("a daemon");
        let computer = Some(ComputerId::new(self.agents[place].computer_id()));
        let filter = SessionFilter { computer, open: false, before: None, limit: 1000 };
        house.ask(async {
            let rows = house.store.sessions(&TenantScope::All, &filter).await.expect("stored");
            let mut sessions = Vec::new();
            for row in rows.into_iter().rev() {
                let outcomes = house.store.outcomes(&TenantScope::All, &row.id).await;
                sessions.push((row, outcomes.expect("stored")));
            }
            sessions.sort_by_key(|(row, _)| (row.created_at, row.id.to_string()));
            sessions
        })
    }

    /// What the daemon knows to be on a computer.
    pub(crate) fn known(&self, place: usize) -> Vec<String> {
        let house = self.house.as_ref().expect("a daemon");
        let computer = ComputerId::new(self.agents[place].computer_id());
        let findings = house.ask(house.store.findings(&TenantScope::All, Some(&computer)));
        let findings = findings.expect("stored").into_iter();
        let shown = findings.map(|one| {
            let version = one.version.unwrap_or_else(|| "none".to_owned());
            format!("  known: {} {version} {:?} {:?}", one.item, one.answer, one.failure)
        });
        shown.collect()
    }

    /// Whether a session is open.
    pub(crate) fn is_busy(&self) -> bool {
        let house = self.house.as_ref().expect("a daemon");
        !house.ask(house.store.open_sessions(&TenantScope::All)).expect("stored").is_empty()
    }
}
