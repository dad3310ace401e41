//! Ids, and on whose behalf something is read.

use std::fmt;

macro_rules! ids {
    ($($(#[doc = $doc:literal])+ $name:ident,)+) => {$(
        $(#[doc = $doc])+
        #[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub struct $name(String);

        impl $name {
            /// Takes a text for an id; whether it names anything shows in use.
            pub fn new(id: impl Into<String>) -> Self {
                Self(id.into())
            }

            /// The id as text.
            pub fn as_str(&self) -> &str {
                &self.0
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(&self.0)
            }
        }
    )+};
}

ids! {
    /// A tenant's id, as its folder is called.
    TenantId,
    /// A computer's id, given at its first enrolment.
    ComputerId,
    /// An agent's id: one for each enrolment.
    AgentId,
    /// A session's id; later ones sort behind earlier ones.
    SessionId,
}

/// On whose behalf something is read: every read takes one, and sees nothing beyond.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum TenantScope {
    /// An operator of the whole installation, or the controller itself.
    All,
    /// One tenant.
    One(TenantId),
}

impl TenantScope {
    /// Whether this tenant's rows may be seen.
    pub fn sees(&self, tenant: &TenantId) -> bool {
        match self {
            Self::All => true,
            Self::One(own) => own == tenant,
        }
    }

    /// The one tenant, as the queries want it: none sees all.
    pub(crate) fn tenant(&self) -> Option<&str> {
        match self {
            Self::All => None,
            Self::One(tenant) => Some(tenant.as_str()),
        }
    }
}
