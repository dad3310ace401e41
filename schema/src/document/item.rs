//! The entries of a deployment's `items`, and the single deployments that they
//! stand for.

use std::borrow::Cow;
use std::collections::BTreeMap;

use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde::{Serialize, Serializer};

use super::{Deployment, DeploymentState, GivenParameter, VersionWish};
use crate::{Span, Spanned};

/// One item of several; what it says takes the place of the document's.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct DeploymentItem {
    /// The software, where the item is one.
    pub software: Option<Spanned<String>>,
    /// The task, where the item is one.
    pub task: Option<Spanned<String>>,
    /// Tells several uses of a task on one computer apart.
    pub instance: Option<Spanned<String>>,
    /// The wished state.
    pub state: Option<Spanned<DeploymentState>>,
    /// The wished version.
    pub version: Option<Spanned<VersionWish>>,
    /// Values by name, in the place of all of the document's.
    pub parameters: Option<BTreeMap<String, GivenParameter>>,
    /// The licence to install with.
    pub licence: Option<Spanned<String>>,
    /// The keys whose values are at fault: what they should say is unknown.
    pub faulty: Vec<&'static str>,
}

impl Serialize for DeploymentItem {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let Self { software, task, instance, state, version, parameters, licence, faulty: _ } =
            self;
        let alone = task.is_none()
            && instance.is_none()
            && state.is_none()
            && version.is_none()
            && parameters.is_none()
            && licence.is_none();
        if let Some(software) = software.as_ref().filter(|_| alone) {
            return software.serialize(serializer);
        }
        let shape = DeploymentItemShape {
            software: software.as_ref(),
            task: task.as_ref(),
            instance: instance.as_ref(),
            state: state.as_ref(),
            version: version.as_ref(),
            parameters: parameters.as_ref(),
            licence: licence.as_ref(),
        };
        shape.serialize(serializer)
    }
}

impl JsonSchema for DeploymentItem {
    fn inline_schema() -> bool {
        true
    }

    fn schema_name() -> Cow<'static, str> {
        "DeploymentItem".into()
    }

    fn json_schema(generator: &mut SchemaGenerator) -> Schema {
        let mapping = generator.subschema_for::<DeploymentItemShape<'_>>();
        json_schema!({"anyOf": [{"type": "string"}, mapping]})
    }
}

/// The mapping form of [`DeploymentItem`].
#[derive(Serialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
#[schemars(rename = "DeploymentItem")]
struct DeploymentItemShape<'a> {
    /// The software, where the item is one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    software: Option<&'a Spanned<String>>,
    /// The task, where the item is one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    task: Option<&'a Spanned<String>>,
    /// Tells several uses of a task on one computer apart.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    instance: Option<&'a Spanned<String>>,
    /// The wished state, in the place of the document's.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    state: Option<&'a Spanned<DeploymentState>>,
    /// The wished version, in the place of the document's.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    version: Option<&'a Spanned<VersionWish>>,
    /// Values for the task's parameters by name, in the place of all of the document's.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    parameters: Option<&'a BTreeMap<String, GivenParameter>>,
    /// The licence to install with, in the place of the document's.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    licence: Option<&'a Spanned<String>>,
}

/// One of the deployments that a document stands for.
#[derive(Debug, Clone, PartialEq)]
pub struct Single {
    /// Where its entry stands.
    pub span: Span,
    /// What it says, as if it stood alone.
    pub deployment: Deployment,
    /// The keys whose values are at fault, the document's included where they hold for it.
    pub faulty: Vec<&'static str>,
}

impl Deployment {
    /// The single deployments that stand for several items, in the order of
    /// the entries; none where the document names its item itself. `faulty`
    /// are the document's keys at fault.
    pub fn singles(&self, faulty: &[&'static str]) -> Option<Vec<Single>> {
        let entries = self.items.as_ref()?;
        Some(entries.iter().map(|entry| self.single(entry, faulty)).collect())
    }

    fn single(&self, entry: &Spanned<DeploymentItem>, faulty: &[&'static str]) -> Single {
        let own = &entry.value;
        let deployment = Self {
            software: own.software.clone(),
            task: own.task.clone(),
            items: None,
            instance: own.instance.clone().or_else(|| self.instance.clone()),
            state: own.state.clone().or_else(|| self.state.clone()),
            version: own.version.clone().or_else(|| self.version.clone()),
            parameters: own.parameters.clone().unwrap_or_else(|| self.parameters.clone()),
            licence: own.licence.clone().or_else(|| self.licence.clone()),
            ..self.clone()
        };
        let given = |key: &str| match key {
            "items" => true,
            "instance" => own.instance.is_some(),
            "state" => own.state.is_some(),
            "version" => own.version.is_some(),
            "parameters" => own.parameters.is_some(),
            "licence" => own.licence.is_some(),
            _ => false,
        };
        let inherited = faulty.iter().copied().filter(|key| !given(key));
        let faulty = own.faulty.iter().copied().chain(inherited).collect();
        Single { span: entry.span, deployment, faulty }
    }

    /// The parameters as written: the document's, then those of each entry.
    pub fn written_parameters(&self) -> impl Iterator<Item = &GivenParameter> {
        let entries = self.items.iter().flatten();
        let own = entries.filter_map(|entry| entry.parameters.as_ref());
        own.chain([&self.parameters]).flat_map(BTreeMap::values)
    }
}
