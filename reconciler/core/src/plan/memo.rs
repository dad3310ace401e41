//! The state table's answers, each worked out once for all computers alike.
//!
//! What comes of a software depends on its document, the licence, the kind of
//! platform, the need, and what is detected; on nothing else of a computer.
//! Fifty thousand computers ask a few thousand different questions.

use std::cell::RefCell;
use std::rc::Rc;

use ordain_schema::document::{Arch, OsFamily};
use rustc_hash::FxHashMap;

use super::versions::licence;
use super::wish::{Case, Detected, Need, Outcome, detected};
use crate::fleet::Subject;
use crate::policy::{DocumentId, ItemId};

/// Answers of the state table for the computers of one world.
#[derive(Debug, Default)]
pub(super) struct Memo<'w> {
    outcomes: RefCell<FxHashMap<Question<'w>, Rc<(Outcome, bool)>>>,
}

/// Everything that an answer depends on.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
struct Question<'w> {
    item: ItemId,
    licence: Option<DocumentId>,
    os: Option<(Option<OsFamily>, Option<Arch>)>,
    need: Need<'w>,
    test: Option<bool>,
    detected: Detected<'w>,
}

impl<'w> Memo<'w> {
    /// What comes of a need for a software, and whether an offer from outside was missing.
    pub(super) fn outcome(
        &self,
        subject: &Subject<'w>,
        item: ItemId,
        licence_document: Option<DocumentId>,
        need: Need<'w>,
    ) -> Rc<(Outcome, bool)> {
        let name = subject.world.policy.items().entry(item).item.name();
        let question = Question {
            item,
            licence: licence_document,
            os: subject.facts.os.as_ref().map(|os| (os.family, os.arch)),
            need,
            test: subject.facts.tests.get(name).copied(),
            detected: detected(subject, name),
        };
        if let Some(known) = self.outcomes.borrow().get(&question) {
            return known.clone();
        }
        let answer = Rc::new(answer(subject, &question, name));
        self.outcomes.borrow_mut().insert(question, answer.clone());
        answer
    }
}

fn answer<'w>(subject: &Subject<'w>, question: &Question<'w>, name: &str) -> (Outcome, bool) {
    let policy = subject.world.policy;
    let software =
        policy.software(question.item).expect("only software has prerequisites and versions");
    let licence = licence(policy, question.licence);
    let found = (question.detected, question.test);
    Case::new(subject, name, software, licence, found).outcome(question.need)
}
