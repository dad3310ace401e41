//! What single documents give and use: values of parameters, files of `lib/`.

use ordain_schema::Spanned;
use ordain_schema::document::{Action, Body, Document, Software, SoftwareActions, Task};
use serde_json::Value;

use crate::parameter::computed;

/// Every value of a parameter that a document gives, as written.
pub fn given_values(document: &Document) -> Vec<&Spanned<Value>> {
    let declared = match &document.body {
        Body::Deployment(deployment) => {
            return deployment.written_parameters().map(|given| &given.value).collect();
        }
        Body::Tenant(tenant) => {
            let all = tenant.values.values().flat_map(|item| item.parameters.values());
            return all.map(|given| &given.value).collect();
        }
        Body::Software(software) => &software.parameters,
        Body::Task(task) => &task.parameters,
        _ => return Vec::new(),
    };
    declared.values().filter_map(|one| one.default.as_ref()).collect()
}

/// Whether a document gives a value that each computer computes.
pub(super) fn computes(document: &Document) -> bool {
    given_values(document).into_iter().any(|value| computed(value).is_some())
}

/// The files of `lib/` that a document's scripts use, by their paths from the
/// root; one may come several times.
pub fn libraries(body: &Body) -> Vec<&Spanned<String>> {
    match body {
        Body::Software(software) => {
            let actions = actions_of_software(software).flat_map(|action| &action.uses);
            software.uses.iter().chain(actions).collect()
        }
        Body::Task(task) => {
            let actions = actions_of_task(task).flat_map(|action| &action.uses);
            task.uses.iter().chain(actions).collect()
        }
        _ => Vec::new(),
    }
}

/// Every action of a software, those of its versions included.
pub(crate) fn actions_of_software(software: &Software) -> impl Iterator<Item = &Action> {
    let own = software.versions.iter().map(|version| &version.actions);
    let actions = own.chain([&software.actions]).flat_map(SoftwareActions::all);
    actions.chain(software.repair.script.as_ref())
}

/// Every action of a task.
pub(crate) fn actions_of_task(task: &Task) -> impl Iterator<Item = &Action> {
    [&task.test, &task.set, &task.get, &task.unset].into_iter().flatten()
}
