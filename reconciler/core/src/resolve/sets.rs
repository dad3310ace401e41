//! The computers of one tenant as sets: what selectors and kinds are made of.
//!
//! A set holds places: the index of a computer among those of its tenant, by
//! name. Tags are turned into sets once; a target that several deployments
//! share is asked once.

use std::cell::RefCell;
use std::rc::Rc;

use ordain_schema::document::ControllerFact;
use roaring::RoaringBitmap;
use rustc_hash::FxHashMap;

use super::reach::{Missing, Reach, selects};
use crate::fleet::Subject;
use crate::policy::{Selector, Target};

/// The computers of one tenant.
#[derive(Debug)]
pub struct Sets<'w> {
    subjects: Vec<Subject<'w>>,
    tags: FxHashMap<&'w str, RoaringBitmap>,
    count_tags: bool,
    persons: RoaringBitmap,
    targets: RefCell<FxHashMap<&'w Target, Rc<Reached>>>,
}

/// Which computers a target selects, and of which that cannot be known.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Reached {
    /// It selects these.
    pub yes: RoaringBitmap,
    /// What is missing to know it of these.
    pub unknown: Vec<(Missing, RoaringBitmap)>,
    /// What only the controller knows about these, and is not believed about.
    pub unattested: Vec<(Missing, RoaringBitmap)>,
}

/// Computers by what is missing of them.
type Groups = FxHashMap<Missing, RoaringBitmap>;

fn sorted(groups: Groups) -> Vec<(Missing, RoaringBitmap)> {
    let mut sorted: Vec<_> = groups.into_iter().collect();
    sorted.sort_by(|a, b| a.0.cmp(&b.0));
    sorted
}

impl<'w> Sets<'w> {
    /// Takes in the computers of one tenant, by name.
    pub fn new(subjects: Vec<Subject<'w>>) -> Self {
        let mut tags: FxHashMap<&'w str, RoaringBitmap> = FxHashMap::default();
        let mut persons = RoaringBitmap::new();
        for (place, subject) in (0..).zip(&subjects) {
            for tag in subject.tags() {
                tags.entry(tag).or_default().insert(place);
            }
            if subject.person.is_some() {
                persons.insert(place);
            }
        }
        let counts = |one: &Subject<'_>| one.attested.counts(ControllerFact::InventoryTag);
        let count_tags = subjects.iter().all(counts);
        Self { subjects, tags, count_tags, persons, targets: RefCell::default() }
    }

    /// The computers.
    pub fn subjects(&self) -> &[Subject<'w>] {
        &self.subjects
    }

    /// The computers, when nothing more is asked of the sets.
    pub fn into_subjects(self) -> Vec<Subject<'w>> {
        self.subjects
    }

    /// All of them.
    pub fn all(&self) -> RoaringBitmap {
        (0..self.subjects.len() as u32).collect()
    }

    /// Those that have a primary person.
    pub fn with_person(&self) -> &RoaringBitmap {
        &self.persons
    }

    /// Which of them a target selects.
    pub fn reached(&self, target: &'w Target) -> Rc<Reached> {
        if let Some(known) = self.targets.borrow().get(target) {
            return known.clone();
        }
        let reached = Rc::new(self.ask(target));
        self.targets.borrow_mut().insert(target, reached.clone());
        reached
    }

    fn ask(&self, target: &Target) -> Reached {
        let is_narrowed = target.only.is_some() || !target.except.is_empty();
        match &target.selector {
            Selector::All if !is_narrowed => Reached { yes: self.all(), ..Reached::default() },
            // Where those of an inventory do not count, having none says nothing.
            Selector::Tag(_) if !self.count_tags => self.one_by_one(&self.all(), target),
            Selector::Tag(tag) if !is_narrowed => Reached {
                yes: self.tags.get(tag.as_str()).cloned().unwrap_or_default(),
                ..Reached::default()
            },
            Selector::Tag(tag) => match self.tags.get(tag.as_str()) {
                Some(bearing) => self.one_by_one(bearing, target),
                None => Reached::default(),
            },
            _ => self.one_by_one(&self.all(), target),
        }
    }

    fn one_by_one(&self, among: &RoaringBitmap, target: &Target) -> Reached {
        let mut reached = Reached::default();
        let (mut unknown, mut unattested) = (Groups::default(), Groups::default());
        for place in among {
            match selects(&self.subjects[place as usize], target) {
                Reach::Yes => {
                    reached.yes.insert(place);
                }
                Reach::No => {}
                Reach::Unknown(missing) => {
                    unknown.entry(missing).or_default().insert(place);
                }
                Reach::Unattested(missing) => {
                    unattested.entry(missing).or_default().insert(place);
                }
            }
        }
        reached.unknown = sorted(unknown);
        reached.unattested = sorted(unattested);
        reached
    }
}
