//! The state table's answers, each worked out once for all computers alike.
//!
//! What comes of a software depends on its document, the licence, the kind of
//! platform, the wish, what is detected, and whether a value is missing; on
//! nothing else of a computer.
//! Fifty thousand computers ask a few thousand different questions.

use std::cell::RefCell;
use std::rc::Rc;
use std::sync::Arc;

use ordain_schema::document::{Arch, OsFamily, VersionBound};
use rustc_hash::FxHashMap;

use super::applies::{Applies, applies};
use super::versions::licence;
use super::wish::{Case, Detected, Found, Need, Outcome, detected};
use crate::fleet::Subject;
use crate::item::Act;
use crate::parameter::{self, Computed, Recipient};
use crate::policy::{DeploymentId, DocumentId, ItemId, Policy, TenantId, WishId};
use crate::resolve::Missing;

/// Answers of the state table for the computers of one world, and which values
/// are missing in its tenants.
#[derive(Debug, Default)]
pub(super) struct Memo<'w> {
    answers: RefCell<FxHashMap<Question<'w>, Rc<Answer>>>,
    missing: RefCell<Lacks>,
    computed: RefCell<Waiting<'w>>,
}

/// The computed values of items, by tenant.
type Waiting<'w> = FxHashMap<(Option<TenantId>, Recipient), Rc<[Computed<'w>]>>;

/// What items lack of their own parameters, by tenant, for people.
type Lacks = FxHashMap<(Option<TenantId>, Recipient), Option<Arc<str>>>;

/// What the state table says of a software on a computer.
#[derive(Debug)]
pub(super) struct Answer {
    /// What comes of it.
    pub(super) outcome: Outcome,
    /// Whether an offer from outside would be needed and is not there.
    pub(super) unheard: bool,
    /// The detected version.
    pub(super) from: Option<Arc<str>>,
}

/// Who asks for a software.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Asked {
    /// Its winner.
    Winner(DeploymentId),
    /// A prerequisite: it must be there, in a version that all of these allow.
    Present(Bounds),
    /// A prerequisite: it must not be there.
    Absent,
}

/// The versions that prerequisites ask for, in order and each once.
pub(super) type Bounds = Rc<[VersionBound]>;

/// The same without what only means something within a computer's plan.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
enum Wanted {
    Winner(WishId),
    Present(Bounds),
    Absent,
}

/// Everything that an answer depends on.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
struct Question<'w> {
    item: ItemId,
    licence: Option<DocumentId>,
    os: Option<(Option<OsFamily>, Option<Arch>)>,
    wanted: Wanted,
    test: Option<bool>,
    detected: Detected<'w>,
    lacks_value: bool,
}

impl<'w> Memo<'w> {
    /// What an item lacks of its own parameters in a tenant, for people.
    pub(super) fn missing(
        &self,
        policy: &Policy,
        tenant: Option<TenantId>,
        recipient: Recipient,
    ) -> Option<Arc<str>> {
        if !policy.items().entry(recipient.item).needs_values {
            return None;
        }
        let mut known = self.missing.borrow_mut();
        let answer = known.entry((tenant, recipient)).or_insert_with(|| {
            parameter::missing(policy, tenant, recipient).map(|gone| gone.to_string().into())
        });
        answer.clone()
    }

    /// What the computed values of an item wait for on a computer: a fact that
    /// is not known, or that gives nothing which fits.
    pub(super) fn undecided(&self, subject: &Subject<'w>, recipient: Recipient) -> Option<Missing> {
        let policy = subject.world.policy;
        if !policy.computes() {
            return None;
        }
        let key = (subject.tenant.id, recipient);
        let known = self.computed.borrow().get(&key).cloned();
        let values = known.unwrap_or_else(|| {
            let values: Rc<[Computed<'w>]> =
                parameter::computed_values(policy, subject.tenant.id, recipient).into();
            self.computed.borrow_mut().insert(key, values.clone());
            values
        });
        if values.is_empty() { None } else { parameter::undecided(&values, subject.values()) }
    }

    /// What comes of a software for which somebody asks; its winner counts also
    /// where it is not the winner that asks.
    pub(super) fn answer(
        &self,
        subject: &Subject<'w>,
        item: ItemId,
        winner: Option<DeploymentId>,
        asked: &Asked,
    ) -> Rc<Answer> {
        let outcome = match applies(subject, item) {
            Applies::Yes => {
                let answer = self.in_table(subject, item, winner, asked);
                match self.waits(subject, Recipient::new(item, winner), &answer) {
                    Some(missing) => Outcome::Undecided(missing),
                    None => return answer,
                }
            }
            Applies::No => Outcome::NotApplicable,
            Applies::Unknown(missing) => Outcome::Undecided(missing),
        };
        let name = subject.world.policy.items().entry(item).item.name();
        Rc::new(Answer { outcome, unheard: false, from: detected(subject, name).version() })
    }

    /// What a change to a software waits for; taking it off needs no values.
    fn waits(
        &self,
        subject: &Subject<'w>,
        recipient: Recipient,
        answer: &Answer,
    ) -> Option<Missing> {
        let Outcome::Change(changes) = &answer.outcome else { return None };
        let puts_on = changes.iter().any(|change| change.act != Act::Uninstall);
        if puts_on { self.undecided(subject, recipient) } else { None }
    }

    /// What the state table says of a software that is for the computer.
    fn in_table(
        &self,
        subject: &Subject<'w>,
        item: ItemId,
        winner: Option<DeploymentId>,
        asked: &Asked,
    ) -> Rc<Answer> {
        let policy = subject.world.policy;
        let licence = winner.and_then(|id| policy.deployment(id).licence_document);
        let lacks = self.missing(policy, subject.tenant.id, Recipient::new(item, winner));
        let name = policy.items().entry(item).item.name();
        let question = Question {
            item,
            licence,
            os: subject.facts.os.as_ref().map(|os| (os.family, os.arch)),
            wanted: match asked {
                Asked::Winner(id) => Wanted::Winner(policy.deployment(*id).wish_id),
                Asked::Present(bounds) => Wanted::Present(bounds.clone()),
                Asked::Absent => Wanted::Absent,
            },
            test: subject.facts.tests.get(name).copied(),
            detected: detected(subject, name),
            lacks_value: lacks.is_some(),
        };
        if let Some(known) = self.answers.borrow().get(&question) {
            return known.clone();
        }
        let answer = Rc::new(work_out(subject, policy, &question, asked));
        self.answers.borrow_mut().insert(question, answer.clone());
        answer
    }
}

fn work_out<'w>(
    subject: &Subject<'w>,
    policy: &'w Policy,
    question: &Question<'w>,
    asked: &Asked,
) -> Answer {
    let software =
        policy.software(question.item).expect("only software has prerequisites and versions");
    let name = policy.items().entry(question.item).item.name();
    let need = match asked {
        Asked::Winner(id) => Need::Winner(&policy.deployment(*id).wish),
        Asked::Present(bounds) => Need::Present(bounds),
        Asked::Absent => Need::Absent,
    };
    let found = Found {
        detected: question.detected,
        test: question.test,
        lacks_value: question.lacks_value,
    };
    let case = Case::new(subject, name, software, licence(policy, question.licence), found);
    let (outcome, unheard) = case.outcome(need);
    Answer { outcome, unheard, from: question.detected.version() }
}
