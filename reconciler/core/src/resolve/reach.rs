//! Whether a deployment's target selects a computer.

use ordain_schema::document::{ControllerFact, DeviceGroupFact};

use crate::expression::Verdict;
use crate::fleet::{Kindred, Subject, World};
use crate::policy::{DeploymentEntry, DocumentId, Selector, Target};

/// Something that would have to be known.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Missing {
    /// What depends on it, for people.
    pub what: String,
    /// The fact: a dotted path, `script PATH` or `available.NAME`.
    pub fact: String,
}

/// Whether a target selects a computer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Reach {
    /// It does.
    Yes,
    /// It does not.
    No,
    /// It cannot be known: it does not, and that is reported.
    Unknown(Missing),
    /// Only the controller could know, and agents do not believe it about that.
    Unattested(Missing),
}

impl From<bool> for Reach {
    fn from(answer: bool) -> Self {
        if answer { Self::Yes } else { Self::No }
    }
}

/// Whether a deployment reaches a computer of its tenants.
pub fn reaches(subject: &Subject<'_>, deployment: &DeploymentEntry) -> Reach {
    if subject.person.is_none() && super::runs_on_persons(subject.world.policy, deployment) {
        return Reach::No;
    }
    selects(subject, &deployment.target)
}

/// Whether a target selects a computer: the selector, `only` and `except`
/// together, where a definite no absorbs an unknown.
pub fn selects(subject: &Subject<'_>, target: &Target) -> Reach {
    let fits = target.only.as_ref().map_or(Kindred::Yes, |only| subject.fits(only));
    if fits == Kindred::No {
        return Reach::No;
    }
    let selected = match (selector(subject, &target.selector), fits) {
        (Reach::Yes | Reach::Unattested(_), Kindred::Unknown(fact)) => Reach::Unknown(Missing {
            what: "the kind of computer".to_owned(),
            fact: fact.to_owned(),
        }),
        (other, _) => other,
    };
    without(selected, target.except.iter().map(|exception| selector(subject, exception)))
}

/// The same for what the controller may decide alone: when something is done,
/// and that nothing is. All that it knows counts.
pub fn selects_believing(subject: &Subject<'_>, target: &Target) -> Reach {
    if subject.attested.is_everything() {
        return selects(subject, target);
    }
    selects(&subject.believing(), target)
}

/// What is left of an answer once exceptions are taken out: where one of them
/// is not known, neither is the answer. What nobody knows weighs more than what
/// the controller might, since it leaves the computer out in any case.
fn without(selected: Reach, exceptions: impl Iterator<Item = Reach>) -> Reach {
    if selected == Reach::No {
        return Reach::No;
    }
    let (mut unknown, mut unattested) = (None, None);
    for exception in exceptions {
        match exception {
            Reach::Yes => return Reach::No,
            Reach::No => {}
            Reach::Unknown(missing) => unknown = unknown.or(Some(missing)),
            Reach::Unattested(missing) => unattested = unattested.or(Some(missing)),
        }
    }
    match (selected, unknown, unattested) {
        (Reach::Yes | Reach::Unattested(_), Some(missing), _) => Reach::Unknown(missing),
        (Reach::Yes, None, Some(missing)) => Reach::Unattested(missing),
        (selected, ..) => selected,
    }
}

fn selector(subject: &Subject<'_>, selector: &Selector) -> Reach {
    let facts = subject.facts;
    match selector {
        Selector::Computer { tenant, name } => (*name == facts.name
            && tenant.as_ref().is_none_or(|tenant| *tenant == facts.tenant))
        .into(),
        Selector::Person(upn) => {
            subject.person.as_ref().is_some_and(|person| person.upn == *upn).into()
        }
        Selector::Script(path) => script(subject, path),
        Selector::Group(None) | Selector::Nothing => Reach::No,
        Selector::Group(Some(group)) => member(subject, *group),
        Selector::Tag(tag) if subject.has_tag(tag) => Reach::Yes,
        Selector::Tag(tag) => {
            doubt(subject, ControllerFact::InventoryTag, "tag", tag).unwrap_or(Reach::No)
        }
        Selector::DirectoryGroup(group) => {
            doubt(subject, ControllerFact::DirectoryGroup, "directory group", group).unwrap_or_else(
                || subject.person_facts().is_some_and(|one| one.groups.contains(group)).into(),
            )
        }
        Selector::Product(product) => doubt(subject, ControllerFact::Product, "product", product)
            .unwrap_or_else(|| subject.tenant.products.contains(product).into()),
        Selector::Agreement(name) => doubt(subject, ControllerFact::Agreement, "agreement", name)
            .unwrap_or_else(|| subject.tenant.agreements.contains(name).into()),
        Selector::DeviceGroup { disabled: true, .. } => Reach::No,
        Selector::DeviceGroup { integration, name, disabled: false } => {
            let own =
                |group: &DeviceGroupFact| group.integration == *integration && group.name == *name;
            doubt(subject, ControllerFact::DeviceGroup, "device group", name)
                .unwrap_or_else(|| facts.device_groups.iter().any(own).into())
        }
        Selector::All => Reach::Yes,
        Selector::AllTenants | Selector::Tenant(_) | Selector::TenantTag(_) => Reach::No,
    }
}

/// That a fact of the controller's does not count; none where it does.
fn doubt(subject: &Subject<'_>, kind: ControllerFact, word: &str, name: &str) -> Option<Reach> {
    let missing = || Missing {
        what: "a target that agents cannot check".to_owned(),
        fact: format!("{word} {name}"),
    };
    (!subject.attested.counts(kind)).then(|| Reach::Unattested(missing()))
}

fn script(subject: &Subject<'_>, path: &str) -> Reach {
    if let Some(doubt) = doubt(subject, ControllerFact::FilterScript, "script", path) {
        return doubt;
    }
    let (tenant, name) = (&subject.facts.tenant, &subject.facts.name);
    match subject.world.fleet.script(path).and_then(|members| members.holds(tenant, name)) {
        Some(holds) => holds.into(),
        None => Reach::Unknown(Missing {
            what: format!("filter script {path}"),
            fact: format!("script {path}"),
        }),
    }
}

/// Whether a computer is a member of a group: the union of its parts minus
/// `except`; what is not known makes no member, unless another part does.
pub(super) fn member(subject: &Subject<'_>, id: DocumentId) -> Reach {
    let Some(group) = subject.world.policy.group(id) else {
        return Reach::No;
    };
    let (tenant, name) = (&subject.facts.tenant, &subject.facts.name);
    let upn = subject.person.as_ref().map(|person| person.upn.as_str());
    let excepted = |one: &crate::policy::Listed| {
        one.is_computer(tenant, name) || upn.is_some_and(|upn| one.is_person(upn))
    };
    if group.except.iter().any(excepted) {
        return Reach::No;
    }
    let listed = group.computers.iter().any(|one| one.is_computer(tenant, name));
    if listed || upn.is_some_and(|upn| group.persons.iter().any(|person| person == upn)) {
        return Reach::Yes;
    }
    let described = group.condition.as_ref().map_or(Reach::No, |condition| {
        match condition.evaluate(subject.values()) {
            Verdict::True => Reach::Yes,
            Verdict::False => Reach::No,
            Verdict::Unknown { fact } => {
                // Whatever is not known beside it, it might decide.
                let doubted = condition.paths().any(|path| subject.attested.hides(path));
                let missing = Missing { what: format!("group {}", group.name), fact };
                if doubted { Reach::Unattested(missing) } else { Reach::Unknown(missing) }
            }
        }
    });
    match (described, group.script.as_ref().map(|path| script(subject, path))) {
        (Reach::Yes, _) | (_, Some(Reach::Yes)) => Reach::Yes,
        (Reach::Unattested(missing), _) | (_, Some(Reach::Unattested(missing))) => {
            Reach::Unattested(missing)
        }
        (Reach::No, Some(other)) => other,
        (other, _) => other,
    }
}

/// Whether a cloud deployment reaches a tenant.
pub fn reaches_tenant(world: &World<'_>, tenant: &str, deployment: &DeploymentEntry) -> Reach {
    selects_tenant(world, tenant, &deployment.target)
}

/// Whether a target selects a tenant.
pub fn selects_tenant(world: &World<'_>, tenant: &str, target: &Target) -> Reach {
    let selector = |selector: &Selector| match selector {
        Selector::AllTenants => Reach::Yes,
        Selector::Tenant(id) => (id == tenant).into(),
        Selector::TenantTag(tag) => {
            world.tenant(tenant).is_some_and(|view| view.tags.contains(tag)).into()
        }
        _ => Reach::No,
    };
    without(selector(&target.selector), target.except.iter().map(selector))
}
