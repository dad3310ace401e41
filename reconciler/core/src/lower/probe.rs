//! A software's detector as the agent runs it, and the package whose versions count.

use ordain_schema::document::{
    self, ByPlatform, Detect, Latest, OsFacts, RegistryContext, Software,
};

use crate::lower::NotExecutable;
use crate::lower::run::{Method, Setting};
use crate::order::{FileVersion, Offer, Probe};
use crate::plan::{Choice, choose};

/// Lowers a detector.
pub(super) fn probe(
    setting: &Setting<'_>,
    detect: &ByPlatform<Detect>,
) -> Result<Probe, NotExecutable> {
    let Choice::Fits(detect) = choose(detect, setting.place.os) else {
        return Err(NotExecutable::NoPlatform("detect"));
    };
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
pub(super) fn offer(software: &Software, os: Option<&OsFacts>) -> Option<Offer> {
    if !matches!(software.latest, Latest::Package) {
        return None;
    }
    let installed = software.actions.install.as_deref().and_then(|by| match choose(by, os) {
        Choice::Fits(install) => install.package.as_ref(),
        Choice::Nothing | Choice::Unknown(_) => None,
    });
    let detected = match choose(&software.detect, os) {
        Choice::Fits(detect) => detect.package.as_ref(),
        Choice::Nothing | Choice::Unknown(_) => None,
    };
    installed
        .map(|package| (package.manager, &package.name))
        .or_else(|| detected.map(|package| (package.manager, &package.name)))
        .map(|(manager, name)| Offer { manager, name: name.clone() })
}
