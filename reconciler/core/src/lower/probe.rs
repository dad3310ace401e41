//! A software's detector as the agent runs it, and the package whose versions count.

use ordain_schema::document::{self, Detect, Latest, RegistryContext, Software};

use crate::lower::NotExecutable;
use crate::lower::run::{Method, Setting};
use crate::order::{FileVersion, Offer, Probe};

/// Lowers a detector.
pub(super) fn probe(setting: &Setting<'_>, detect: &Detect) -> Result<Probe, NotExecutable> {
    if let Some(package) = &detect.package {
        return Ok(Probe::Package { manager: package.manager, name: package.name.clone() });
    }
    if let Some(file) = &detect.file {
        let version = match &file.version {
            None | Some(document::FileVersion::Own(false)) => FileVersion::None,
            Some(document::FileVersion::Own(true)) => FileVersion::Own,
            Some(document::FileVersion::Regex(regex)) => FileVersion::Regex(regex.value.clone()),
        };
        return Ok(Probe::File { path: file.path.value.clone(), version });
    }
    if let Some(command) = &detect.command {
        let (run, version) = (command.run.value.clone(), command.version.value.clone());
        return Ok(Probe::Command { run, version });
    }
    if let Some(script) = &detect.script {
        return setting.script(Method::Detect, script, false).map(Probe::Script);
    }
    if let Some(registry) = &detect.registry {
        let user = registry.context == RegistryContext::User;
        let name = &registry.display_name;
        if let Some(contains) = &name.contains {
            return Ok(Probe::RegistryContains { contains: contains.value.clone(), user });
        }
        if let Some(regex) = &name.regex {
            return Ok(Probe::RegistryRegex { regex: regex.value.clone(), user });
        }
    }
    if let Some(code) = &detect.upgrade_code {
        return Ok(Probe::UpgradeCode(code.value.clone()));
    }
    match &detect.product_code {
        Some(code) => Ok(Probe::ProductCode(code.value.clone())),
        None => Err(NotExecutable::Missing("detect")),
    }
}

/// The package whose versions a software takes, where it takes those of a
/// package manager: the one that is installed, else the one that is detected.
pub(crate) fn offer(software: &Software) -> Option<Offer> {
    if !matches!(software.latest, Latest::Package) {
        return None;
    }
    let install = software.actions.install.as_deref();
    let installed = install.and_then(|install| install.package.as_ref());
    let detected = software.detect.package.as_ref();
    installed
        .map(|package| (package.manager, &package.name))
        .or_else(|| detected.map(|package| (package.manager, &package.name)))
        .map(|(manager, name)| Offer { manager, name: name.clone() })
}
