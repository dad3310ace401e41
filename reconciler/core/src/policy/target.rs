//! A target with its names resolved.

use std::sync::Arc;

use ordain_schema::document::{self, Only};

use super::{DocumentId, Kind, Names, TenantId, Tenants, beside};

/// Which computers, or tenants, a target selects.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
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

/// A target: a selector and the kinds of computers it is limited to.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Target {
    /// Which computers.
    pub selector: Selector,
    /// Of which kind.
    pub only: Option<Only>,
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
        let only = target.only.as_ref().map(|only| only.value);
        let integration_disabled = |name: &str| {
            let found = names.lookup(tenants, Kind::Integration, scope, name).found();
            found.is_some_and(|id| match &documents[id.0 as usize].body {
                document::Body::Integration(integration) => integration.disabled,
                _ => false,
            })
        };
        let selector = if let Some(name) = &target.computer {
            let (tenant, name) = match name.split_once('/') {
                Some((tenant, name)) => (Some(tenant.to_owned()), name),
                None => (None, name.as_str()),
            };
            Selector::Computer { tenant, name: name.to_owned() }
        } else if let Some(upn) = &target.person {
            Selector::Person(upn.to_lowercase())
        } else if let Some(script) = &target.script {
            Selector::Script(beside(path, script))
        } else if let Some(group) = &target.group {
            Selector::Group(names.lookup(tenants, Kind::Group, scope, group).found())
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
                disabled: integration_disabled(&group.integration),
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
        };
        Self { selector, only }
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

    /// Rank of `only`; higher wins.
    pub fn only_rank(&self) -> u8 {
        match self.only {
            Some(Only::PrimaryDomainControllers) => 4,
            Some(Only::DomainControllers) => 3,
            Some(Only::Servers | Only::Workstations | Only::Portables) => 2,
            Some(Only::WorkstationsAndPortables) => 1,
            None => 0,
        }
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
