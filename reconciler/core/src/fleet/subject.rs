//! One computer of a world: its facts, its pins and its primary person.

use std::cell::OnceCell;

use ordain_schema::document::{
    Chassis, Computer, ComputerFacts, ControllerFact, DomainRole, Only, OnlyKind, OnlyWhere,
    PersonFacts,
};

use super::attested::EVERYTHING;
use super::{Attested, TenantView, World};
use crate::expression::Facts;
use crate::policy::{kind_of_chassis, kind_of_role};

/// One computer of a world.
#[derive(Debug)]
pub struct Subject<'a> {
    /// The world it stands in.
    pub world: &'a World<'a>,
    /// What was reported of it.
    pub facts: &'a ComputerFacts,
    /// Its tenant.
    pub tenant: &'a TenantView,
    /// What git pins about it.
    pub pin: Option<&'a Computer>,
    /// Its primary person.
    pub person: Option<Primary<'a>>,
    /// Which facts of the controller's count.
    pub attested: &'a Attested,
    values: OnceCell<Facts>,
}

/// A computer's primary person.
#[derive(Debug, Clone)]
pub struct Primary<'a> {
    /// The UPN in lower case.
    pub upn: String,
    /// What is known of that person, where anything is.
    pub facts: Option<&'a PersonFacts>,
    /// The person's tenant.
    pub tenant: String,
}

/// Whether a computer is what a target asks for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kindred {
    /// It is.
    Yes,
    /// It is not.
    No,
    /// This fact of it is not known.
    Unknown(&'static str),
}

impl Kindred {
    /// Both: a definite no absorbs what is not known.
    fn and(self, other: Self) -> Self {
        match (self, other) {
            (Self::No, _) | (_, Self::No) => Self::No,
            (Self::Yes, other) => other,
            (unknown, _) => unknown,
        }
    }

    /// One of both: a definite yes absorbs what is not known.
    fn or(self, other: Self) -> Self {
        match (self, other) {
            (Self::Yes, _) | (_, Self::Yes) => Self::Yes,
            (Self::No, other) => other,
            (unknown, _) => unknown,
        }
    }
}

impl From<bool> for Kindred {
    fn from(answer: bool) -> Self {
        if answer { Self::Yes } else { Self::No }
    }
}

impl<'a> Subject<'a> {
    pub(super) fn new(world: &'a World<'a>, facts: &'a ComputerFacts) -> Self {
        Self::seen(world, facts, &world.attested)
    }

    /// The same computer, as the controller sees it: for when something is done
    /// on it, and for that nothing is.
    #[must_use]
    pub fn believing(&self) -> Self {
        Self::seen(self.world, self.facts, &EVERYTHING)
    }

    fn seen(world: &'a World<'a>, facts: &'a ComputerFacts, attested: &'a Attested) -> Self {
        let tenant =
            world.tenant(&facts.tenant).expect("a world knows the tenants of its computers");
        let pin = world.policy.pin(tenant.id, &facts.name);
        let person = primary(world, facts, pin, attested);
        Self { world, facts, tenant, pin, person, attested, values: OnceCell::new() }
    }

    /// Whether it, its tenant or its primary person bears a tag.
    pub fn has_tag(&self, tag: &str) -> bool {
        self.tags().any(|own| own == tag)
    }

    /// The tags that it, its tenant and its primary person bear; one may come
    /// several times. Where those of an inventory do not count, those of git.
    pub fn tags(&self) -> impl Iterator<Item = &'a str> {
        let pinned = self.pin.into_iter().flat_map(|pin| &pin.tags);
        let counts = self.attested.counts(ControllerFact::InventoryTag);
        let told = counts.then(|| {
            let persons = self.person_facts().into_iter().flat_map(|person| &person.tags);
            self.facts.tags.iter().chain(&self.tenant.tags).chain(persons)
        });
        let declared = self.tenant.id.filter(|_| !counts);
        let declared = declared.and_then(|id| self.world.policy.tenant(id));
        let declared = declared.into_iter().flat_map(|tenant| &tenant.tags);
        told.into_iter().flatten().chain(pinned).chain(declared).map(String::as_str)
    }

    /// What is known of its primary person.
    pub fn person_facts(&self) -> Option<&'a PersonFacts> {
        self.person.as_ref().and_then(|person| person.facts)
    }

    /// Whether it is what a target is limited to.
    pub fn fits(&self, only: &Only) -> Kindred {
        let OnlyWhere { os, chassis, role } = match only {
            Only::Kind(kind) => return self.is_kind(*kind),
            Only::Where(only) => only,
        };
        let family = self.facts.os.as_ref().and_then(|os| os.family);
        let runs = match family {
            _ if os.is_empty() => Kindred::Yes,
            Some(family) => os.contains(&family).into(),
            None => Kindred::Unknown("computer.os.family"),
        };
        let kinds = chassis.iter().map(|chassis| self.is_kind(kind_of_chassis(*chassis)));
        let shaped = kinds.reduce(Kindred::or).unwrap_or(Kindred::Yes);
        let serves = role.map_or(Kindred::Yes, |role| self.is_kind(kind_of_role(role)));
        runs.and(shaped).and(serves)
    }

    /// Whether it is of a kind, by chassis and domain role.
    pub fn is_kind(&self, kind: OnlyKind) -> Kindred {
        let role = self.facts.domain_role;
        let controller = matches!(role, Some(DomainRole::Dc | DomainRole::PrimaryDc));
        let chassis = self.facts.chassis.filter(|chassis| *chassis != Chassis::Unknown);
        let answer = match (kind, chassis) {
            (OnlyKind::PrimaryDomainControllers, _) if role.is_some() => {
                role == Some(DomainRole::PrimaryDc)
            }
            (OnlyKind::DomainControllers, _) if role.is_some() => controller,
            (OnlyKind::Servers, _) if controller => true,
            (_, _) if controller => false,
            (_, None) => return Kindred::Unknown("computer.chassis"),
            (OnlyKind::Servers, Some(chassis)) => chassis == Chassis::Server,
            (OnlyKind::Workstations, Some(chassis)) => chassis == Chassis::Desktop,
            (OnlyKind::Portables, Some(chassis)) => chassis == Chassis::Portable,
            (OnlyKind::WorkstationsAndPortables, Some(chassis)) => {
                matches!(chassis, Chassis::Desktop | Chassis::Portable)
            }
            (OnlyKind::DomainControllers | OnlyKind::PrimaryDomainControllers, Some(_)) => false,
        };
        answer.into()
    }

    /// Everything an expression may ask about.
    pub fn values(&self) -> &Facts {
        self.values.get_or_init(|| super::facts::of(self))
    }
}

fn primary<'a>(
    world: &World<'a>,
    facts: &ComputerFacts,
    pin: Option<&Computer>,
    attested: &Attested,
) -> Option<Primary<'a>> {
    let pinned = pin.and_then(|pin| pin.person.as_ref()).map(|upn| upn.to_lowercase());
    if let Some(upn) = pinned {
        return Some(person(world, facts, upn, attested));
    }
    let reported = person(world, facts, facts.person.as_ref()?.to_lowercase(), attested);
    (reported.tenant == facts.tenant).then_some(reported)
}

fn person<'a>(
    world: &World<'a>,
    facts: &ComputerFacts,
    upn: String,
    attested: &Attested,
) -> Primary<'a> {
    let owner = |row: &PersonFacts| match &row.tenant {
        Some(tenant) => tenant.clone(),
        None => world.tenant_of_domain(&upn).unwrap_or(&facts.tenant).to_owned(),
    };
    let counts = attested.counts(ControllerFact::DirectoryGroup);
    let rows = if counts { world.fleet.persons(&upn) } else { &[] };
    let row = rows.iter().find(|row| owner(row) == facts.tenant).or_else(|| rows.first());
    let tenant = match row {
        Some(row) => owner(row),
        None => world.tenant_of_domain(&upn).unwrap_or(&facts.tenant).to_owned(),
    };
    Primary { upn, facts: row, tenant }
}
