//! How deployments are named: by the path of their file, or `path#name`.

use ordain_schema::document::{Body, Document};

use super::{DeploymentId, DocumentId, Policy};

impl Policy {
    /// How a deployment is named: its path, `path#name` where the file holds several.
    pub fn deployment_name(&self, id: DeploymentId) -> String {
        let entry = self.deployment(id);
        let document = self.document(entry.document);
        if entry.alone {
            document.path.to_string()
        } else {
            format!("{}#{}", document.path, document.name.value)
        }
    }

    /// Every name that a deployment answers to: `path#name`, and where it is the
    /// only one of its file the path alone.
    pub fn deployment_names(&self, id: DeploymentId) -> Vec<String> {
        let entry = self.deployment(id);
        let document = self.document(entry.document);
        let full = format!("{}#{}", document.path, document.name.value);
        let path = entry.alone.then(|| document.path.to_string());
        path.into_iter().chain([full]).collect()
    }

    /// The deployments of a document by its name, as [`Self::deployment_name`]
    /// gives it: one, or as many as it has items. None where no document, or
    /// more than one, is called so.
    pub fn deployments_named(&self, name: &str) -> Option<Vec<DeploymentId>> {
        let (path, wanted) =
            name.split_once('#').map_or((name, None), |(path, wanted)| (path, Some(wanted)));
        let mut documents = self
            .deployments_in(path)
            .filter(|(_, document)| wanted.is_none_or(|wanted| document.name.value == wanted));
        let (id, _) = documents.next().filter(|_| documents.next().is_none())?;
        let entries = self.deployments.iter().enumerate().filter(|(_, one)| one.document == id);
        Some(entries.map(|(index, _)| DeploymentId(index as u32)).collect())
    }

    /// The documents of deployments in a file.
    pub fn deployments_in(&self, path: &str) -> impl Iterator<Item = (DocumentId, &Document)> {
        let first = self.documents.partition_point(|document| *document.path < *path);
        let numbered = self.documents.iter().enumerate().skip(first);
        let of_file = numbered.take_while(move |(_, document)| *document.path == *path);
        let deployments = of_file.filter(|(_, one)| matches!(one.body, Body::Deployment(_)));
        deployments.map(|(index, document)| (DocumentId(index as u32), &**document))
    }
}
