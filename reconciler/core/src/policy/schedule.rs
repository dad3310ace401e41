//! Schedules with their targets resolved.

use std::sync::Arc;

use ordain_schema::document::{Body, Document};

use super::{DocumentId, Names, Target, TenantId, Tenants};

/// One schedule.
#[derive(Debug, Clone)]
pub struct ScheduleEntry {
    /// Its document.
    pub document: DocumentId,
    /// The tenant in whose folder it stands; none for cross-tenant ones.
    pub scope: Option<TenantId>,
    /// Which computers it starts sessions for.
    pub target: Target,
}

pub(super) fn compile(
    documents: &[Arc<Document>],
    tenants: &Tenants,
    names: &Names,
) -> Vec<ScheduleEntry> {
    let schedules = documents.iter().enumerate().filter_map(|(index, document)| {
        let Body::Schedule(schedule) = &document.body else {
            return None;
        };
        let scope = tenants.of_scope(&document.scope);
        let target =
            Target::compile(&schedule.target, &document.path, scope, tenants, names, documents);
        Some(ScheduleEntry { document: DocumentId(index as u32), scope, target })
    });
    schedules.collect()
}
