//! A service, through systemd where systemd runs the computer.

use std::collections::BTreeMap;

use ordain_core::order::{Service, ServiceStart};
use ordain_schema::document::ensure::rules::is_service;

use super::ground::Ground;
use super::{Changes, Fault, Shift, Way};
use crate::platform::sessions::key_values;

const SYSTEMCTL: &[&str] = &["usr/bin/systemctl", "bin/systemctl"];
/// There exactly where systemd runs the system, as `sd_booted(3)` has it.
const BOOTED: &str = "/run/systemd/system";

impl Shift<'_, '_> {
    pub(super) fn service(
        &mut self,
        ground: &Ground,
        service: &Service,
        present: bool,
        way: Way,
    ) -> Result<Changes, Fault> {
        if !is_service(&service.name) {
            return Err(Fault::Failed("it is no name of a service".to_owned()));
        }
        if ground.stat(BOOTED)?.is_none() {
            let why = "systemd does not run this computer, and services are set through systemd";
            return Err(Fault::Failed(why.to_owned()));
        }
        let unit = self.unit(ground, &service.name)?;
        if !unit.is_known && !present {
            return Ok(Changes::new());
        }
        if !unit.is_known {
            let why = "the system has no such service";
            return match way {
                Way::Look => Ok(vec![why.to_owned()]),
                Way::Set => Err(Fault::Failed(why.to_owned())),
            };
        }
        if present && service.start == Some(ServiceStart::Automatic) && unit.file == "static" {
            let why = "it is static: nothing but another unit can start it with the system";
            return Err(Fault::Failed(why.to_owned()));
        }
        let (start, running) = if present {
            (service.start, service.running)
        } else {
            (Some(ServiceStart::Disabled), Some(false))
        };
        let mut found = Changes::new();
        for verb in start.map(|start| unit.verbs(start)).unwrap_or_default() {
            found.push(told(verb, &unit.file));
            if way == Way::Set {
                self.change(ground, SYSTEMCTL, &[verb, "--", &service.name])?;
            }
        }
        if let Some(running) = running.filter(|running| *running != unit.runs) {
            found.push(if running { "is started" } else { "is stopped" }.to_owned());
            if way == Way::Set {
                let verb = if running { "start" } else { "stop" };
                self.change(ground, SYSTEMCTL, &[verb, "--", &service.name])?;
            }
        }
        Ok(found)
    }

    fn unit(&mut self, ground: &Ground, name: &str) -> Result<Unit, Fault> {
        let wanted = "--property=LoadState,ActiveState,UnitFileState";
        let said = self.ask(ground, SYSTEMCTL, &["show", wanted, "--", name])?;
        let unit = Unit::read(&key_values(&said)).ok_or_else(|| {
            Fault::Failed("systemctl does not say how it stands with the service".to_owned())
        })?;
        // A script of System V: whether it starts stands in links beside systemd.
        if unit.file == "generated" {
            let said = self.ask(ground, SYSTEMCTL, &["is-enabled", "--", name])?;
            return Ok(Unit { file: said.trim().to_owned(), ..unit });
        }
        Ok(unit)
    }
}

/// How it stands with a unit of systemd.
#[derive(Debug, PartialEq, Eq)]
struct Unit {
    is_known: bool,
    runs: bool,
    /// The word for when it starts.
    file: String,
}

impl Unit {
    fn read(said: &BTreeMap<String, String>) -> Option<Self> {
        let load = said.get("LoadState")?;
        let active = said.get("ActiveState")?;
        Some(Self {
            is_known: load != "not-found",
            runs: matches!(active.as_str(), "active" | "activating" | "reloading" | "refreshing"),
            file: said.get("UnitFileState").cloned().unwrap_or_default(),
        })
    }

    /// What brings it to start as wished, in this order.
    fn verbs(&self, start: ServiceStart) -> Vec<&'static str> {
        let masked = self.file.starts_with("masked");
        match start {
            ServiceStart::Automatic => {
                let enabled = matches!(self.file.as_str(), "enabled" | "alias");
                let unmask = masked.then_some("unmask");
                unmask.into_iter().chain((!enabled).then_some("enable")).collect()
            }
            ServiceStart::Manual if masked => vec!["unmask"],
            ServiceStart::Manual | ServiceStart::Disabled => {
                let enabled = matches!(
                    self.file.as_str(),
                    "enabled" | "enabled-runtime" | "linked" | "linked-runtime" | "alias"
                );
                Vec::from_iter(enabled.then_some("disable"))
            }
        }
    }
}

fn told(verb: &str, now: &str) -> String {
    let now = if now.is_empty() { "not set up" } else { now };
    match verb {
        "enable" => format!("is {now}, starts with the system"),
        "disable" => format!("is {now}, starts with the system no longer"),
        _ => format!("is {now}, may be started again"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_systemd_says_is_compared_with_the_wish() {
        use ServiceStart::{Automatic, Disabled, Manual};
        for (file, automatic, manual, disabled) in [
            ("enabled", &[][..], &["disable"][..], &["disable"][..]),
            ("disabled", &["enable"], &[], &[]),
            ("masked", &["unmask", "enable"], &["unmask"], &[]),
            ("", &["enable"], &[], &[]),
        ] {
            let unit = Unit { is_known: true, runs: false, file: file.to_owned() };
            let found = [Automatic, Manual, Disabled].map(|start| unit.verbs(start));
            assert_eq!(found, [automatic.to_vec(), manual.to_vec(), disabled.to_vec()], "{file}");
        }
        let said = key_values("LoadState=loaded\nActiveState=active\nUnitFileState=enabled\n");
        let unit = Unit { is_known: true, runs: true, file: "enabled".into() };
        assert_eq!(Unit::read(&said), Some(unit));
        assert_eq!(Unit::read(&key_values("Failed to connect to bus")), None);
    }
}
