//! What of a run no order may hold: which secrets it is given, what the
//! computer makes for it, and what it hands back.

use std::collections::{BTreeMap, BTreeSet};

use ordain_schema::document::{self, Licence};

use crate::lower::NotExecutable;
use crate::lower::run::{Method, Setting};
use crate::order::{
    Argument, Dealing, File, Form, Hidden, HiddenVariable, Installer, Keeping, Made, Output,
    RunWhat, Secret,
};

/// How variables of licences begin.
const LICENCE: &str = "ORDAIN_LICENCE";

impl Setting<'_> {
    /// What the agent adds to a run; scripts are given everything, installers
    /// what their arguments name.
    pub(super) fn hidden(
        &self,
        method: Method,
        what: &RunWhat,
    ) -> Result<Option<Box<Hidden>>, NotExecutable> {
        let recipient = self.place.recipient.map(ToOwned::to_owned);
        let mut hidden = Hidden::new(self.item.clone(), recipient);
        let mut names = BTreeSet::new();
        let mut files: BTreeMap<String, File> = BTreeMap::new();
        match what {
            RunWhat::Script { .. } => {
                files.clone_from(self.parameters.secrets());
                hidden.made = self.made(method);
                hidden.variables = self.licence_variables(method, &mut names);
                hidden.outputs = self.outputs(method);
            }
            RunWhat::Installer(installer) => {
                let arguments = arguments(installer);
                names.extend(arguments.iter().filter_map(|argument| match argument {
                    Argument::Secret(name) => Some(name.clone()),
                    Argument::Text(_) | Argument::Parameter(_) => None,
                }));
                if arguments.iter().any(|one| matches!(one, Argument::Parameter(_))) {
                    files.clone_from(self.parameters.secrets());
                    hidden.made = self.made(method);
                }
            }
            RunWhat::Package { .. } | RunWhat::Ensure(_) => {}
        }
        for name in names {
            let file = (self.place.secret)(&name);
            let file = file.ok_or_else(|| NotExecutable::NoSecret(name.clone()))?;
            files.insert(name, file);
        }
        hidden.secrets = files.into_iter().map(|(name, file)| Secret { name, file }).collect();
        if hidden.is_nothing() {
            return Ok(None);
        }
        if hidden.recipient.is_none()
            && let Some(name) = only_for_the_tenant(&hidden)
        {
            let tenant = self.place.tenant.to_owned();
            return Err(NotExecutable::NoRecipient(tenant, name.to_owned()));
        }
        Ok(Some(Box::new(hidden)))
    }

    /// One argument; none where what it stands for has no value.
    pub(super) fn argument(
        &self,
        argument: &document::Argument,
    ) -> Result<Option<Argument>, NotExecutable> {
        Ok(match argument {
            document::Argument::Text(text) => Some(Argument::Text(text.clone())),
            document::Argument::Param(name) if self.parameters.is_hidden(name) => {
                Some(Argument::Parameter(name.value.clone()))
            }
            document::Argument::Param(name) => self.parameters.text(name).map(Argument::Text),
            document::Argument::Secret(name) => Some(Argument::Secret(name.value.clone())),
            document::Argument::Licence(field) => match self.licensed {
                Some(licence) => {
                    let found = licence.field(&field.value);
                    let found = found.ok_or_else(|| no_field(&field.value))?;
                    Some(Argument::Secret(found.secret.value.clone()))
                }
                None => None,
            },
        })
    }

    fn made(&self, method: Method) -> Vec<Made> {
        let dealing = match method {
            Method::Install | Method::Upgrade | Method::Repair | Method::Set => Dealing::Make,
            // A software that is well is not installed anew for a new value.
            Method::Test if self.detect.is_none() => Dealing::Judge,
            _ => Dealing::Give,
        };
        self.parameters.made().iter().map(|made| Made { dealing, ..made.clone() }).collect()
    }

    /// The fields of the licence, for what installs.
    fn licence_variables(
        &self,
        method: Method,
        names: &mut BTreeSet<String>,
    ) -> Vec<HiddenVariable> {
        let installs = matches!(
            method,
            Method::Download
                | Method::Install
                | Method::Upgrade
                | Method::Repair
                | Method::PostInstall
        );
        let Some(licence) = self.licensed.filter(|_| installs) else { return Vec::new() };
        let mut variables = Vec::new();
        for (field, secret) in licence.all_fields() {
            let form = if field == "file" { Form::File } else { Form::Value };
            let letter =
                |c: char| if c.is_ascii_alphanumeric() { c.to_ascii_uppercase() } else { '_' };
            let name = format!("{LICENCE}_{}", field.chars().map(letter).collect::<String>());
            let secret = secret.secret.value.clone();
            if is_main(licence, field) {
                let (name, secret) = (LICENCE.to_owned(), secret.clone());
                variables.push(HiddenVariable { name, secret, form });
            }
            names.insert(secret.clone());
            variables.push(HiddenVariable { name, secret, form });
        }
        variables.sort_by(|a, b| a.name.cmp(&b.name));
        variables
    }

    fn outputs(&self, method: Method) -> Vec<Output> {
        let written = self.outputs.filter(|_| method == Method::Set).into_iter().flatten();
        let each = written.map(|(name, output)| {
            let keeping = match (output.kind, output.escrow) {
                (document::OutputType::Secret, true) => Keeping::Escrow,
                (document::OutputType::Secret, false) => Keeping::Masked,
                (document::OutputType::String, _) => Keeping::Plain,
            };
            Output { name: name.clone(), keeping }
        });
        each.collect()
    }
}

/// Whether a field is what `ORDAIN_LICENCE` alone stands for.
fn is_main(licence: &Licence, field: &str) -> bool {
    field == "key" || (field == "file" && licence.key.is_none())
}

fn no_field(field: &str) -> NotExecutable {
    NotExecutable::Unfit(format!("its licence has no field `{field}`"))
}

/// What of it only the tenant may read.
fn only_for_the_tenant(hidden: &Hidden) -> Option<&str> {
    let made = hidden.made.iter().filter(|made| made.dealing == Dealing::Make);
    let kept = hidden.outputs.iter().filter(|output| output.keeping == Keeping::Escrow);
    let mut names = made.map(|made| &*made.parameter).chain(kept.map(|output| &*output.name));
    names.next()
}

/// The arguments of an installer, properties included.
fn arguments(installer: &Installer) -> Vec<&Argument> {
    match installer {
        Installer::Msi { properties, .. } => properties.iter().map(|(_, value)| value).collect(),
        Installer::Exe { arguments, .. } | Installer::Registered { arguments, .. } => {
            arguments.iter().collect()
        }
        Installer::Archive { .. } | Installer::Pkg { .. } | Installer::Dmg { .. } => Vec::new(),
    }
}
