//! A simulated agent: the real journal, the real taking in of orders and the
//! core's executor, around a pretended computer.
//!
//! It does one thing at a time, each of which may be its last: [`Fate`] says at
//! which write of the journal the program dies, or the power is cut. [`carry`]
//! is what it does with orders.

mod carry;

use std::collections::{BTreeSet, VecDeque};
use std::fs::{self, OpenOptions};
use std::path::{Path, PathBuf};

use jiff::Timestamp;
use ordain_agent::intake::{self, Came, Recent, Stand, Taken};
use ordain_agent::journal::{Journal, JournalError, OrderId};
use ordain_controller::simulation::Wire;
use ordain_core::execute::{At, Execution};
use ordain_wire::{AgentMessage, ControllerMessage, Facts, Hello, Identity, OsFacts, PROTOCOL};

use crate::computer::Computer;

/// How a program ends at a write of its journal.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Fate {
    DiesBefore,
    DiesBehind,
    /// The power is cut, and of what was written this share is on the disk, in thousandths.
    Torn(u64),
}

/// An agent and its computer.
pub(crate) struct Agent {
    pub(crate) tenant: String,
    pub(crate) name: String,
    pub(crate) computer: Computer,
    /// Seconds by which its clock is ahead of the world's.
    pub(crate) skew: i64,
    /// Whether its computer is online.
    pub(crate) online: bool,
    /// Its line, with what has not arrived yet at either end.
    pub(crate) wire: Option<Wire>,
    pub(crate) outbox: VecDeque<String>,
    pub(crate) inbox: VecDeque<String>,
    /// Whether the disk of its journal is full.
    pub(crate) full: bool,
    /// What becomes of the write so many from now.
    pub(crate) fate: Option<(u32, Fate)>,
    /// What was started: by session, order and place.
    pub(crate) started: Vec<(String, u64, At)>,
    /// How the items of orders ended that were carried out, by session.
    pub(crate) ended: Vec<(String, String, bool)>,
    place: PathBuf,
    program: Option<Program>,
    /// Bytes of the journal that a cut of the power leaves.
    durable: u64,
}

/// The program while it lives.
struct Program {
    journal: Journal,
    recent: Recent,
    greeted: bool,
    /// Reports up to this number were sent on this line.
    sent: u64,
    execution: Option<(OrderId, Execution)>,
    stops: BTreeSet<String>,
}

/// Why something was not written.
enum Cut {
    Died,
    Full,
}

impl Agent {
    pub(crate) fn new(place: &Path, tenant: &str, name: &str) -> Self {
        let place = place.join(format!("{tenant}.{name}"));
        let mut agent = Self {
            tenant: tenant.to_owned(),
            name: name.to_owned(),
            computer: Computer::default(),
            skew: 0,
            online: false,
            wire: None,
            outbox: VecDeque::new(),
            inbox: VecDeque::new(),
            full: false,
            fate: None,
            started: Vec::new(),
            ended: Vec::new(),
            place,
            program: None,
            durable: 0,
        };
        agent.start();
        agent
    }

    pub(crate) fn id(&self) -> String {
        format!("a-{}-{}", self.tenant, self.name)
    }

    pub(crate) fn computer_id(&self) -> String {
        format!("c-{}-{}", self.tenant, self.name)
    }

    /// What tells the computer from others.
    pub(crate) fn hardware(&self) -> String {
        format!("uuid:{}-{}", self.tenant, self.name)
    }

    pub(crate) fn lives(&self) -> bool {
        self.program.is_some()
    }

    /// Starts the program over its journal.
    pub(crate) fn start(&mut self) {
        if self.program.is_some() {
            return;
        }
        let journal = Journal::open(&self.place).expect("a journal survives whatever was cut");
        self.program = Some(Program {
            journal,
            recent: Recent::default(),
            greeted: false,
            sent: 0,
            execution: None,
            stops: BTreeSet::new(),
        });
        self.durable = self.length();
    }

    /// The program dies; what it had running may still take effect.
    pub(crate) fn die(&mut self) {
        self.program = None;
        self.cut();
    }

    /// The power is cut: what was not flushed is lost, and nothing takes effect any more.
    pub(crate) fn lose_power(&mut self) {
        self.die();
        self.truncate(self.durable);
        self.computer.boots += 1;
    }

    /// The line is cut, with everything that is on its way.
    pub(crate) fn cut(&mut self) {
        self.wire = None;
        self.outbox.clear();
        self.inbox.clear();
    }

    /// Takes a fresh line.
    pub(crate) fn connect(&mut self, wire: Wire, now: Timestamp) {
        self.cut();
        self.wire = Some(wire);
        let hello = self.hello(now);
        let Some(program) = &mut self.program else { return self.cut() };
        (program.greeted, program.sent) = (false, 0);
        self.say(&AgentMessage::Hello(hello));
    }

    fn hello(&self, now: Timestamp) -> Hello {
        let journal = self.program.as_ref().map(|program| &program.journal);
        Hello {
            protocol: PROTOCOL,
            version: "simulated".into(),
            boot_id: self.computer.boot_id(),
            identity: Identity {
                key: self.hardware(),
                installation_id: Some("1".into()),
                ..Identity::default()
            },
            highest_order: journal.map_or(0, Journal::highest_order),
            current_order: journal.and_then(Journal::current_order),
            acked: journal.map_or(0, Journal::acked),
            clock: self.now(now).as_second(),
        }
    }

    /// Its own clock.
    fn now(&self, now: Timestamp) -> Timestamp {
        Timestamp::from_second(now.as_second() + self.skew).expect("a time")
    }

    fn say(&mut self, message: &AgentMessage) {
        let text = serde_json::to_string(message).expect("messages are JSON");
        self.send(text);
    }

    fn send(&mut self, text: String) {
        if self.wire.is_some() {
            self.outbox.push_back(text);
        }
    }

    /// Takes one message in.
    pub(crate) fn hear(&mut self, text: &str, now: Timestamp) {
        let Some(program) = &mut self.program else { return };
        if let Some(order) = program.recent.again(text) {
            return self.take(order, text, now);
        }
        match ControllerMessage::read(text).expect("the controller makes sense") {
            ControllerMessage::Welcome(welcome) => {
                program.greeted = true;
                let _full = program.journal.ack(welcome.acked);
                let os =
                    OsFacts { family: "linux".into(), version: "13".into(), arch: "x64".into() };
                let facts = Facts { name: self.name.clone(), os, ..Facts::default() };
                self.say(&AgentMessage::Facts(facts));
                self.report();
            }
            ControllerMessage::Order(order) => self.take(order.into(), text, now),
            ControllerMessage::Cancel { session } => {
                let journal = &program.journal;
                let known = |number: &u64| journal.known(*number).map(|known| &known.session);
                if journal.unfinished().iter().filter_map(known).any(|known| *known == session) {
                    program.stops.insert(session);
                }
            }
            ControllerMessage::Ack { seq } => {
                let _full = program.journal.ack(seq);
            }
            ControllerMessage::Blob(_) => {}
            ControllerMessage::Removed { message } => {
                panic!("{} was removed: {message}", self.name)
            }
        }
    }

    fn take(&mut self, order: Came, text: &str, now: Timestamp) {
        let (id, agent, tenant) = (order.id(), self.id(), self.tenant.clone());
        let now = self.now(now).as_second();
        let stand = Stand { agent: &agent, tenant: &tenant, now, skew: 0 };
        let mut recent = match &mut self.program {
            Some(program) => std::mem::take(&mut program.recent),
            None => return,
        };
        let written =
            self.write(false, |journal| Ok(intake::take(order, text, &mut recent, journal, stand)));
        let Ok(taken) = written else { return };
        let Some(program) = &mut self.program else { return };
        program.recent = recent;
        match taken {
            Taken::In => self.report(),
            Taken::Before => {
                self.report();
                let Some(program) = &mut self.program else { return };
                let reports = program.journal.reports_of(id.number).expect("readable");
                for report in reports {
                    self.say(&AgentMessage::Report(report));
                }
            }
            Taken::Refused(refusal) => self.say(&AgentMessage::Refused(refusal)),
        }
    }

    /// Sends what the journal holds and this line has not seen.
    fn report(&mut self) {
        loop {
            let Some(program) = self.program.as_mut().filter(|program| program.greeted) else {
                return;
            };
            let batch = program.journal.unacked_after(program.sent, 16).expect("readable");
            let Some(last) = batch.last() else { return };
            program.sent = last.seq;
            for report in batch {
                self.send(report.text);
            }
        }
    }

    /// Whether something was not acknowledged.
    pub(crate) fn is_owed_an_answer(&mut self) -> bool {
        let Some(program) = &mut self.program else { return false };
        let acked = program.journal.acked();
        program.greeted && !program.journal.unacked_after(acked, 1).expect("readable").is_empty()
    }

    /// Sends again what was not acknowledged, as it does after a while.
    pub(crate) fn repeat(&mut self) {
        if let Some(program) = &mut self.program {
            program.sent = program.journal.acked();
        }
        self.report();
    }

    /// Writes to the journal, unless the program dies over it or the disk is full.
    fn write<T>(
        &mut self,
        flushed: bool,
        write: impl FnOnce(&mut Journal) -> Result<T, JournalError>,
    ) -> Result<T, Cut> {
        let fate = match &mut self.fate {
            Some((0, fate)) => Some(*fate),
            Some((away, _)) => {
                *away -= 1;
                None
            }
            None => None,
        };
        if fate.is_some() {
            self.fate = None;
        }
        if fate == Some(Fate::DiesBefore) {
            self.die();
            return Err(Cut::Died);
        }
        let before = self.length();
        let full = self.full;
        let Some(program) = &mut self.program else { return Err(Cut::Died) };
        program.journal.fill_disk(full);
        let written = write(&mut program.journal);
        let after = self.length();
        if flushed && written.is_ok() {
            self.durable = after;
        }
        match fate {
            None | Some(Fate::DiesBefore) => written.map_err(|_| Cut::Full),
            Some(Fate::DiesBehind) => {
                self.die();
                Err(Cut::Died)
            }
            Some(Fate::Torn(share)) => {
                self.die();
                self.truncate(before + after.saturating_sub(before) * share / 1000);
                self.computer.boots += 1;
                Err(Cut::Died)
            }
        }
    }

    fn length(&self) -> u64 {
        fs::metadata(self.place.join("log")).map_or(0, |file| file.len())
    }

    fn truncate(&self, length: u64) {
        if self.length() > length {
            let file = OpenOptions::new().write(true).open(self.place.join("log"));
            file.and_then(|file| file.set_len(length)).expect("a journal");
        }
    }
}
