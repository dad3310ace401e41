//! Schedules with their targets resolved.

use std::sync::Arc;

use ordain_schema::document::{Body, Document, Schedule};

use super::{DocumentId, Names, Policy, Target, TenantId, Tenants};

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

impl Policy {
    /// What a schedule's document says.
    pub fn schedule(&self, entry: &ScheduleEntry) -> &Schedule {
        match &self.document(entry.document).body {
            Body::Schedule(schedule) => schedule,
            _ => unreachable!("entries are made of schedules alone"),
        }
    }

    /// A schedule's full name: `path#name`.
    pub fn schedule_name(&self, entry: &ScheduleEntry) -> String {
        let document = self.document(entry.document);
        format!("{}#{}", document.path, document.name.value)
    }

    /// What the schedule of a full name says.
    pub fn schedule_at(&self, name: &str) -> Option<&Schedule> {
        Some(self.schedule(&self.schedules()[self.schedule_index(name)?]))
    }

    /// Where the schedule of a full name stands among all.
    pub fn schedule_index(&self, name: &str) -> Option<usize> {
        self.schedules().iter().position(|entry| self.schedule_name(entry) == name)
    }
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
