//! Properties: lost lines, crashes on both sides, repeated and reordered
//! reports; the session ends, and as the undisturbed one does.

use std::collections::{BTreeSet, VecDeque};

use proptest::prelude::*;
use proptest::sample::select;

use super::agent::Agent;
use super::*;

/// What the driver does next.
#[derive(Debug, Clone, Copy, PartialEq)]
enum Move {
    PerformEffect,
    AgentWorks,
    Deliver,
    DeliverAgain(usize),
    DeliverEarly(usize),
    Connect,
    Disconnect,
    ControllerCrashes,
    AgentCrashes,
    Wake,
    Postpone,
    RepeatEvent(usize),
}

fn any_move() -> impl Strategy<Value = Move> {
    prop_oneof![
        4 => Just(Move::PerformEffect),
        5 => Just(Move::AgentWorks),
        4 => Just(Move::Deliver),
        1 => (0_usize..9).prop_map(Move::DeliverAgain),
        1 => (1_usize..4).prop_map(Move::DeliverEarly),
        2 => Just(Move::Connect),
        1 => Just(Move::Disconnect),
        1 => Just(Move::ControllerCrashes),
        1 => Just(Move::AgentCrashes),
        1 => Just(Move::Wake),
        1 => Just(Move::Postpone),
        1 => (0_usize..9).prop_map(Move::RepeatEvent),
    ]
}

/// A controller's shell around one session, and the computer's agent.
struct World {
    session: Session,
    created: Created,
    journal: Vec<(Timestamp, Event)>,
    effects: VecDeque<Effect>,
    agent: Agent,
    connected: bool,
    rows: Vec<PlannedRow>,
    numbers: u64,
    now: i64,
    /// The second at which the plan is carried out.
    execute_at: i64,
    /// Whether a test must hold before anything runs; it does not the first times.
    guarded: bool,
    /// Whether the plan has something that runs one at a time, and restarts before.
    serial: bool,
}

impl World {
    fn new(kind: Kind, connected: bool, rows: Vec<PlannedRow>) -> Self {
        let created = created(kind, connected);
        let mut world = Self {
            session: Session::new(created.clone()),
            created,
            journal: Vec::new(),
            effects: VecDeque::new(),
            agent: Agent::default(),
            connected,
            rows,
            numbers: 0,
            now: 0,
            execute_at: 0,
            guarded: false,
            serial: false,
        };
        world.event(Event::Begun);
        world
    }

    fn event(&mut self, event: Event) {
        self.now += 1;
        self.journal.push((at(self.now), event.clone()));
        self.effects.extend(self.session.step(event, at(self.now)));
    }

    fn perform(&mut self, effect: Effect) {
        match effect {
            Effect::Resolve => {
                let names: Vec<&str> = self.rows.iter().map(|row| row.item.name()).collect();
                let mut event = resolved(&names);
                if let Event::Resolved { preflight, .. } = &mut event {
                    let guard = Check { item: Item::task("guard"), how: check("guard").how };
                    preflight.extend(self.guarded.then_some(guard));
                }
                self.event(event);
            }
            Effect::MakePlan => {
                let mut event = planned_for(&self.rows, self.execute_at);
                if let Event::Planned { serial, restarts, .. } = &mut event {
                    serial.extend(self.serial.then(|| "tasks/t/task.yaml".to_owned()));
                    let reboot =
                        crate::order::Reboot { only_pending: false, ask: None, barred: Vec::new() };
                    *restarts =
                        Restarts { start: self.serial.then(|| reboot.clone()), end: Some(reboot) };
                }
                self.event(event);
            }
            Effect::TakeSerial(_) => self.event(Event::SerialTaken),
            Effect::NumberOrder => {
                self.numbers += 1;
                self.event(Event::Numbered(self.numbers));
            }
            Effect::SendOrder { number, task } => {
                assert!(number <= self.numbers, "a number is durable before it is sent");
                let refusal = self.connected.then(|| self.agent.receive(number, &task));
                if let Some(refusal) = refusal.flatten() {
                    self.event(refusal);
                }
            }
            Effect::CancelOrder { number } => {
                if self.connected {
                    self.agent.cancel(number);
                }
            }
            Effect::Wake { .. } => self.event(Event::Woken),
            Effect::WakeAt(time) => {
                self.now = self.now.max(time.as_second() - at(0).as_second());
                self.event(Event::Woken);
            }
            Effect::Ended(status) => assert_eq!(self.session.status(), status),
        }
    }

    fn deliver(&mut self, place: usize) {
        if let Some(event) = self.agent.report(place).filter(|_| self.connected) {
            self.event(event);
        }
    }

    fn go(&mut self, next: Move) {
        match next {
            Move::PerformEffect => {
                if let Some(effect) = self.effects.pop_front() {
                    self.perform(effect);
                }
            }
            Move::AgentWorks => self.agent.work(),
            Move::Deliver => {
                if self.connected && self.agent.next < self.agent.journal.len() {
                    self.deliver(self.agent.next);
                    self.agent.next += 1;
                }
            }
            Move::DeliverAgain(back) => {
                if let Some(place) = self.agent.next.checked_sub(back + 1) {
                    self.deliver(place);
                }
            }
            Move::DeliverEarly(ahead) => self.deliver(self.agent.next + ahead),
            Move::Connect => {
                self.connected = true;
                self.event(Event::Connected);
            }
            Move::Disconnect => {
                self.connected = false;
                self.event(Event::Disconnected);
            }
            Move::ControllerCrashes => self.replay(),
            Move::AgentCrashes => self.agent.crash(),
            Move::Wake => self.event(Event::Woken),
            Move::Postpone => self.event(Event::Postponed(at(self.now + 40))),
            Move::RepeatEvent(back) => {
                // A line's state is no news that could come late.
                let place = self.journal.len().checked_sub(back + 1);
                let event = place.map(|place| self.journal[place].1.clone());
                let event =
                    event.filter(|event| !matches!(event, Event::Connected | Event::Disconnected));
                if let Some(event) = event {
                    self.event(event);
                }
            }
        }
    }

    fn replay(&mut self) {
        let replayed = Session::replay(self.created.clone(), self.journal.iter().cloned());
        assert_eq!(replayed, self.session, "the journal tells everything");
        self.effects = replayed.pending().into();
    }

    /// Nothing is in the way any more.
    fn calm(&mut self) {
        if !self.connected {
            self.go(Move::Connect);
        }
        self.effects.extend(self.session.pending());
        for _ in 0..2000 {
            if self.session.status().is_over() {
                return;
            }
            self.go(Move::PerformEffect);
            self.go(Move::AgentWorks);
            self.go(Move::Deliver);
        }
        panic!("it does not end: {:#?}", self.session);
    }

    fn shown(&self) -> Vec<(String, &'static str, Option<&'static str>)> {
        let actions = self.session.actions().map(|action| {
            let result = action.result.map(crate::execute::ActionResult::word);
            (action.row.item.to_string(), action.status.word(), result)
        });
        actions.collect()
    }
}

fn rows() -> impl Strategy<Value = Vec<PlannedRow>> {
    let kinds = select(vec!["good", "good", "bad", "idle", "doomed"]);
    prop::collection::vec((kinds, any::<bool>()), 0..5).prop_map(|kinds| {
        let mut rows: Vec<PlannedRow> = Vec::new();
        for (index, (kind, waits)) in kinds.into_iter().enumerate() {
            let name = format!("{kind}{index}");
            let mut row = match kind {
                "idle" => idle(&name, Reason::UpToDate),
                "doomed" => doomed(&name, Reason::NoLicence),
                _ => row(&name),
            };
            let before = rows.last().filter(|_| waits).map(|before| before.item.clone());
            row.waits_for.extend(before);
            rows.push(row);
        }
        rows
    })
}

fn kind() -> impl Strategy<Value = Kind> {
    select(Kind::ALL)
}

/// Anything that could stand in a journal, in no sensible order.
fn any_event() -> impl Strategy<Value = Event> {
    let place = || {
        (0_u32..2, 1_u32..3, 0_u32..3).prop_map(|(step, attempt, work)| crate::execute::At {
            step,
            attempt,
            work,
        })
    };
    let progress = prop_oneof![
        place().prop_map(Progress::Started),
        place().prop_map(Progress::Interrupted),
        Just(Progress::Cancelled),
        (place(), any::<i32>()).prop_map(|(at, code)| {
            let end = crate::execute::End::Exit(code);
            Progress::Finished(
                at,
                crate::execute::Outcome {
                    end,
                    output: String::new(),
                    started_ms: i64::MIN,
                    ended_ms: i64::MAX,
                },
            )
        }),
    ];
    let report = prop_oneof![
        Just(Report::Accepted),
        Just(Report::Ended),
        Just(Report::Detected(vec![finding("good0")])),
        progress.prop_map(Report::Progress),
    ];
    prop_oneof![
        Just(Event::Begun),
        Just(Event::Connected),
        Just(Event::Disconnected),
        Just(resolved(&["good0"])),
        Just(Event::NotResolved("no".into())),
        (1_u64..4).prop_map(Event::Numbered),
        (0_i64..60).prop_map(|second| planned_for(&[row("good0"), row("bad1")], second)),
        Just(Event::NotPlanned("no".into())),
        (1_u64..4, 0_u64..9, report).prop_map(|(order, seq, report)| Event::Reported {
            order,
            seq,
            report
        }),
        (1_u64..4, select(vec!["busy", "stale", "malformed"])).prop_map(|(order, code)| {
            Event::Refused { order, code: code.into(), message: String::new() }
        }),
        Just(Event::Woken),
        Just(Event::SerialTaken),
        (0_i64..60).prop_map(|second| Event::Postponed(at(second))),
        Just(Event::Lost("gone".into())),
    ]
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(300))]

    #[test]
    fn storms_change_nothing_in_the_end(
        rows in rows(),
        kind in kind(),
        connected in any::<bool>(),
        execute_at in 0_i64..200,
        guarded in any::<bool>(),
        serial in any::<bool>(),
        moves in prop::collection::vec(any_move(), 0..120),
    ) {
        let mut calm = World::new(kind, true, rows.clone());
        calm.calm();
        let mut stormy = World::new(kind, connected, rows);
        stormy.execute_at = execute_at;
        stormy.guarded = guarded;
        stormy.serial = serial;
        for each in moves {
            stormy.go(each);
        }
        stormy.calm();
        prop_assert_eq!(calm.session.status(), stormy.session.status());
        prop_assert_eq!(calm.shown(), stormy.shown());
        let installed = |world: &World| world.agent.installed.iter().cloned().collect::<BTreeSet<_>>();
        prop_assert_eq!(installed(&calm), installed(&stormy));
        let started: BTreeSet<_> = stormy.agent.started.iter().collect();
        prop_assert_eq!(started.len(), stormy.agent.started.len(), "nothing starts twice within an attempt");
        stormy.replay();
    }

    #[test]
    fn a_cancelled_session_ends(
        rows in rows(),
        before in prop::collection::vec(any_move(), 0..60),
        after in prop::collection::vec(any_move(), 0..60),
    ) {
        let mut world = World::new(Kind::Maintenance, true, rows);
        for each in before {
            world.go(each);
        }
        world.event(Event::Cancelled);
        for each in after {
            world.go(each);
        }
        world.calm();
        prop_assert!(world.session.status().is_over());
        world.replay();
    }

    #[test]
    fn no_order_of_events_panics_and_an_end_is_an_end(
        events in prop::collection::vec(any_event(), 0..60),
        kind in kind(),
        connected in any::<bool>(),
    ) {
        let mut session = Session::new(created(kind, connected));
        let mut ended = None;
        for (second, event) in (0_i64..).zip(events) {
            let effects = session.step(event, at(second));
            if let Some(status) = ended {
                prop_assert_eq!(session.status(), status);
                prop_assert!(effects.is_empty());
            }
            ended = Some(session.status()).filter(|status| status.is_over());
            prop_assert_eq!(session.waiting_for().is_none(), ended.is_some());
        }
    }
}
