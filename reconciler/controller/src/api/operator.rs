//! Who asks, and how far that one may see.

use std::sync::Arc;

use axum::extract::FromRequestParts;
use axum::http::request::Parts;
use axum::http::{StatusCode, header};
use ordain_store::{TenantId, TenantScope};

use super::Refusal;
use crate::controller::Controller;

/// Somebody with the right to ask.
pub(crate) struct Operator {
    /// What that one may see and do.
    pub(crate) scope: TenantScope,
}

impl Operator {
    /// The scope narrowed to a tenant, where one was asked for.
    pub(crate) fn narrowed(&self, tenant: Option<&str>) -> Result<TenantScope, Refusal> {
        let Some(tenant) = tenant else { return Ok(self.scope.clone()) };
        let tenant = TenantId::new(tenant);
        if !self.scope.sees(&tenant) {
            return Err(Refusal::new(
                StatusCode::FORBIDDEN,
                "out-of-scope",
                format!("you may not see the tenant `{tenant}`"),
            ));
        }
        Ok(TenantScope::One(tenant))
    }
}

impl Operator {
    /// Whether that one may act on what is of a tenant, or of all of them.
    pub(crate) fn whole(&self, tenant: Option<&TenantId>) -> Result<(), Refusal> {
        let may = match tenant {
            Some(tenant) => self.scope.sees(tenant),
            None => self.scope == TenantScope::All,
        };
        if may {
            return Ok(());
        }
        let text = "this concerns tenants that you may not see";
        Err(Refusal::new(StatusCode::FORBIDDEN, "out-of-scope", text))
    }
}

impl FromRequestParts<Arc<Controller>> for Operator {
    type Rejection = Refusal;

    async fn from_request_parts(
        parts: &mut Parts,
        controller: &Arc<Controller>,
    ) -> Result<Self, Refusal> {
        let offered =
            parts.headers.get(header::AUTHORIZATION).and_then(|value| value.to_str().ok());
        let token = offered
            .and_then(|value| value.split_once(' '))
            .filter(|(scheme, _)| scheme.eq_ignore_ascii_case("bearer"));
        let Some((_, token)) = token else {
            return Err(Refusal::new(StatusCode::UNAUTHORIZED, "token-missing", "this needs the administrator's token")
                .hint("send `Authorization: Bearer TOKEN`; the token stands in admin.token in the data folder"));
        };
        if !controller.admin.is(token) {
            return Err(Refusal::new(
                StatusCode::UNAUTHORIZED,
                "token-wrong",
                "this is not the administrator's token",
            )
            .hint("the token stands in admin.token in the controller's data folder"));
        }
        Ok(Self { scope: TenantScope::All })
    }
}
