//! A target with its names resolved.

use std::sync::Arc;

use ordain_schema::document::{self, Only, OnlyChassis, OnlyKind, OnlyRole, OnlyWhere};

use super::{DocumentId, Kind, Names, TenantId, Tenants, beside};

/// Which computers, or tenants, a target selects.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Selector {
    /// Computers of that name; of one tenant where it is given.
    Computer {
        /// The tenant's id, where it was written `TENANT/NAME`.
        tenant: Option<String>,
        /// The computer's name.
        name: String,
    },
    /// Computers whose primary person it is; the UPN in lower case.
    Person(String),
    /// The answer of the filter script at this path.
    Script(String),
    /// A group; none where the name means nothing.
    Group(Option<DocumentId>),
    /// What bears a tag.
    Tag(String),
    /// Primary computers of members of a directory group.
    DirectoryGroup(String),
    /// Tenants with an active agreement for a product.
    Product(String),
    /// Tenants with an active agreement.
    Agreement(String),
    /// A group of an RMM.
    DeviceGroup {
        /// The integration's name.
        integration: String,
        /// The group's name there.
        name: String,
        /// Whether the integration is left aside.
        disabled: bool,
    },
    /// Every computer in reach.
    All,
    /// Cloud tasks: every tenant in reach.
    AllTenants,
    /// Cloud tasks: one tenant.
    Tenant(String),
    /// Cloud tasks: tenants that bear a tag.
    TenantTag(String),
    /// No selector: reaches nothing, and is an error.
    Nothing,
}

/// A target: a selector, what it is limited to, and what is taken out.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Target {
    /// Which computers.
    pub selector: Selector,
    /// What they must be; a mapping that says what a word says is that word.
    pub only: Option<Only>,
    /// Whose computers are taken out; in order, each once.
    pub except: Vec<Selector>,
}

/// Where the names of a target are looked up.
#[derive(Clone, Copy)]
struct At<'a> {
    path: &'a str,
    scope: Option<TenantId>,
    tenants: &'a Tenants,
    names: &'a Names,
    documents: &'a [Arc<document::Document>],
}

impl At<'_> {
    fn is_disabled(&self, integration: &str) -> bool {
        let found = self.names.lookup(self.tenants, Kind::Integration, self.scope, integration);
        found.found().is_some_and(|id| match &self.documents[id.0 as usize].body {
            document::Body::Integration(integration) => integration.disabled,
            _ => false,
        })
    }

    fn selector(&self, target: &document::Target) -> Selector {
        if let Some(name) = &target.computer {
            let (tenant, name) = match name.split_once('/') {
                Some((tenant, name)) => (Some(tenant.to_owned()), name),
                None => (None, name.as_str()),
            };
            Selector::Computer { tenant, name: name.to_owned() }
        } else if let Some(upn) = &target.person {
            Selector::Person(upn.to_lowercase())
        } else if let Some(script) = &target.script {
            Selector::Script(beside(self.path, script))
        } else if let Some(group) = &target.group {
            Selector::Group(self.names.lookup(self.tenants, Kind::Group, self.scope, group).found())
        } else if let Some(tag) = &target.tag {
            Selector::Tag(tag.value.clone())
        } else if let Some(group) = &target.directory_group {
            Selector::DirectoryGroup(group.value.clone())
        } else if let Some(product) = &target.product {
            Selector::Product(product.value.clone())
        } else if let Some(agreement) = &target.agreement {
            Selector::Agreement(agreement.value.clone())
        } else if let Some(group) = &target.device_group {
            Selector::DeviceGroup {
                integration: group.integration.value.clone(),
                name: group.name.value.clone(),
                disabled: self.is_disabled(&group.integration),
            }
        } else if target.all.is_some() {
            Selector::All
        } else if target.tenants.is_some() {
            Selector::AllTenants
        } else if let Some(tenant) = &target.tenant {
            Selector::Tenant(tenant.value.clone())
        } else if let Some(tag) = &target.tenant_tag {
            Selector::TenantTag(tag.value.clone())
        } else {
            Selector::Nothing
        }
    }
}

/// A mapping that says no more than one of the words becomes that word.
fn plain(only: &Only) -> Only {
    let Only::Where(OnlyWhere { os, chassis, role }) = only else {
        return only.clone();
    };
    let (mut os, mut chassis) = (os.clone(), chassis.clone());
    os.sort_unstable();
    os.dedup();
    chassis.sort_unstable();
    chassis.dedup();
    let kind = match (os.as_slice(), chassis.as_slice(), role) {
        ([], [OnlyChassis::Desktop], None) => OnlyKind::Workstations,
        ([], [OnlyChassis::Portable], None) => OnlyKind::Portables,
        ([], [OnlyChassis::Server], None) => OnlyKind::Servers,
        ([], [OnlyChassis::Desktop, OnlyChassis::Portable], None) => {
            OnlyKind::WorkstationsAndPortables
        }
        ([], [], Some(role)) => kind_of_role(*role),
        _ => return Only::Where(OnlyWhere { os, chassis, role: *role }),
    };
    Only::Kind(kind)
}

/// The word for a domain role.
pub(crate) fn kind_of_role(role: OnlyRole) -> OnlyKind {
    match role {
        OnlyRole::DomainControllers => OnlyKind::DomainControllers,
        OnlyRole::PrimaryDomainControllers => OnlyKind::PrimaryDomainControllers,
    }
}

/// The word for a chassis.
pub(crate) fn kind_of_chassis(chassis: OnlyChassis) -> OnlyKind {
    match chassis {
        OnlyChassis::Desktop => OnlyKind::Workstations,
        OnlyChassis::Portable => OnlyKind::Portables,
        OnlyChassis::Server => OnlyKind::Servers,
    }
}

impl Target {
    pub(super) fn compile(
        target: &document::Target,
        path: &str,
        scope: Option<TenantId>,
        tenants: &Tenants,
        names: &Names,
        documents: &[Arc<document::Document>],
    ) -> Self {
        let at = At { path, scope, tenants, names, documents };
        let mut except: Vec<Selector> =
            target.except.iter().map(|exception| at.selector(&exception.0)).collect();
        except.sort();
        except.dedup();
        let only = target.only.as_ref().map(|only| plain(only));
        Self { selector: at.selector(target), only, except }
    }

    /// Its selector, then those of its exceptions.
    pub fn selectors(&self) -> impl Iterator<Item = &Selector> {
        std::iter::once(&self.selector).chain(&self.except)
    }

    /// Scope by what is targeted: 2 for a computer, 1 for a person, else 0.
    pub fn class(&self) -> u8 {
        match self.selector {
            Selector::Computer { .. } => 2,
            Selector::Person(_) => 1,
            _ => 0,
        }
    }

    /// Rank of the selector; higher wins. Cloud selectors rank from the one to the all.
    pub fn selector_rank(&self) -> u8 {
        match self.selector {
            Selector::Computer { .. } | Selector::Person(_) => 10,
            Selector::Script(_) => 8,
            Selector::Group(_) => 7,
            Selector::Tag(_) | Selector::TenantTag(_) => 6,
            Selector::Tenant(_) => 9,
            Selector::DirectoryGroup(_) => 5,
            Selector::Product(_) => 4,
            Selector::Agreement(_) => 3,
            Selector::DeviceGroup { .. } => 2,
            Selector::All | Selector::AllTenants => 1,
            Selector::Nothing => 0,
        }
    }

    /// Rank of `only`; higher wins. A mapping ranks by its role, else by its
    /// chassis; an operating system alone stands between none and the rest.
    pub fn only_rank(&self) -> u8 {
        match &self.only {
            Some(Only::Kind(kind)) => rank_of_kind(*kind),
            Some(Only::Where(OnlyWhere { role: Some(role), .. })) => {
                rank_of_kind(kind_of_role(*role))
            }
            Some(Only::Where(OnlyWhere { chassis, .. })) => match chassis[..] {
                [] => 1,
                [one] => rank_of_kind(kind_of_chassis(one)),
                _ => rank_of_kind(OnlyKind::WorkstationsAndPortables),
            },
            None => 0,
        }
    }
}

fn rank_of_kind(kind: OnlyKind) -> u8 {
    match kind {
        OnlyKind::PrimaryDomainControllers => 5,
        OnlyKind::DomainControllers => 4,
        OnlyKind::Servers | OnlyKind::Workstations | OnlyKind::Portables => 3,
        OnlyKind::WorkstationsAndPortables => 2,
    }
}

/// The word of a selector, as people write it.
pub fn selector_word(selector: &Selector) -> &'static str {
    match selector {
        Selector::Computer { .. } => "computer",
        Selector::Person(_) => "person",
        Selector::Script(_) => "script",
        Selector::Group(_) => "group",
        Selector::Tag(_) => "tag",
        Selector::DirectoryGroup(_) => "directoryGroup",
        Selector::Product(_) => "product",
        Selector::Agreement(_) => "agreement",
        Selector::DeviceGroup { .. } => "deviceGroup",
        Selector::All => "all",
        Selector::AllTenants => "tenants",
        Selector::Tenant(_) => "tenant",
        Selector::TenantTag(_) => "tenantTag",
        Selector::Nothing => "nothing",
    }
}
