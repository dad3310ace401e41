//! The state table's answers, each worked out once for all computers alike.
//!
//! What comes of a software depends on its document, the licence, the kind of
//! platform, the wish, and what is detected; on nothing else of a computer.
//! Fifty thousand computers ask a few thousand different questions.

use std::cell::RefCell;
use std::rc::Rc;
use std::sync::Arc;

use ordain_schema::document::{Arch, OsFamily};
use rustc_hash::FxHashMap;

use super::versions::licence;
use super::wish::{Case, Detected, Need, Outcome, detected};
use crate::fleet::Subject;
use crate::policy::{DeploymentId, DocumentId, ItemId, Policy, WishId};

/// Answers of the state table for the computers of one world.
#[derive(Debug, Default)]
pub(super) struct Memo<'w> {
    answers: RefCell<FxHashMap<Question<'w>, Rc<Answer>>>,
}

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
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Asked {
    /// Its winner.
    Winner(DeploymentId),
    /// A prerequisite: it must be there.
    Present,
    /// A prerequisite: it must not be there.
    Absent,
}

/// Everything that an answer depends on.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
struct Question<'w> {
    item: ItemId,
    licence: Option<DocumentId>,
    os: Option<(Option<OsFamily>, Option<Arch>)>,
    wish: Result<WishId, bool>,
    test: Option<bool>,
    detected: Detected<'w>,
}

impl<'w> Memo<'w> {
    /// What comes of a software for which somebody asks.
    pub(super) fn answer(
        &self,
        subject: &Subject<'w>,
        item: ItemId,
        licence: Option<DocumentId>,
        asked: Asked,
    ) -> Rc<Answer> {
        let policy = subject.world.policy;
        let name = policy.items().entry(item).item.name();
        let question = Question {
            item,
            licence,
            os: subject.facts.os.as_ref().map(|os| (os.family, os.arch)),
            wish: match asked {
                Asked::Winner(id) => Ok(policy.deployment(id).wish_id),
                Asked::Present => Err(true),
                Asked::Absent => Err(false),
            },
            test: subject.facts.tests.get(name).copied(),
            detected: detected(subject, name),
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
    asked: Asked,
) -> Answer {
    let software =
        policy.software(question.item).expect("only software has prerequisites and versions");
    let name = policy.items().entry(question.item).item.name();
    let need = match asked {
        Asked::Winner(id) => Need::Winner(&policy.deployment(id).wish),
        Asked::Present => Need::Present,
        Asked::Absent => Need::Absent,
    };
    let found = (question.detected, question.test);
    let case = Case::new(subject, name, software, licence(policy, question.licence), found);
    let (outcome, unheard) = case.outcome(need);
    let from = match question.detected {
        Detected::Version(version) => Some(version.into()),
        Detected::Missing | Detected::Unknown => None,
    };
    Answer { outcome, unheard, from }
}
