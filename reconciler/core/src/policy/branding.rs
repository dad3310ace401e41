//! How messages to persons of a tenant look.

use ordain_schema::document::{Body, Branding, Document, Scope};

use super::{Policy, TenantId};

impl Policy {
    /// The branding of a tenant: the one that it names, else the nearest that
    /// is for everybody: its own, that of a tenant above it, a cross-tenant one.
    pub fn branding(&self, tenant: TenantId) -> Option<&Branding> {
        let named = self.tenant(tenant).and_then(|tenant| tenant.branding.as_ref());
        let fits = |document: &Document, branding: &Branding| match named {
            Some(name) => document.name.value == name.value,
            None => branding.default,
        };
        let mut scopes: Vec<Option<TenantId>> = self.tenants().line(tenant).map(Some).collect();
        scopes.push(None);
        let of_scope = |scope: Option<TenantId>| {
            self.documents().iter().find_map(|document| match &document.body {
                Body::Branding(branding) if fits(document, branding) => {
                    let at = match &document.scope {
                        Scope::CrossTenant => None,
                        Scope::Tenant(_) => Some(self.tenants().of_scope(&document.scope)?),
                    };
                    (at == scope).then_some(&**branding)
                }
                _ => None,
            })
        };
        scopes.into_iter().find_map(of_scope)
    }
}
