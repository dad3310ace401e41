//! What an order runs, out and in: probes and processes. What installing needs
//! is converted in `installer`.

use ordain_core::order::{Audience, File, FileVersion, Offer, Probe, Run, RunWhat};

use super::words::{Word, one_of};
use super::{MAX_LIST, MAX_TIMEOUT, Malformed, Problem, bounded};
use crate::order::FileVersionSpec;
use crate::{AudienceSpec, FileSpec, OfferSpec, ProbeSpec, RunSpec, RunWhatSpec};

/// The methods of a task's one script.
const METHODS: &[&str] = &["get", "set", "test"];

impl From<Probe> for ProbeSpec {
    fn from(probe: Probe) -> Self {
        match probe {
            Probe::Package { manager, name } => {
                Self::Package { manager: manager.word().to_owned(), name }
            }
            Probe::File { path, version } => Self::File {
                path,
                version: match version {
                    FileVersion::None => FileVersionSpec::None,
                    FileVersion::Own => FileVersionSpec::Own,
                    FileVersion::Regex(regex) => FileVersionSpec::Regex { regex },
                },
            },
            Probe::Command { run, version } => Self::Command { run, version },
            Probe::Script(run) => Self::Script { run: run.into() },
            Probe::RegistryContains { contains, user } => Self::RegistryContains { contains, user },
            Probe::RegistryRegex { regex, user } => Self::RegistryRegex { regex, user },
            Probe::UpgradeCode(code) => Self::UpgradeCode { code },
            Probe::ProductCode(code) => Self::ProductCode { code },
        }
    }
}

impl TryFrom<ProbeSpec> for Probe {
    type Error = Malformed;

    fn try_from(probe: ProbeSpec) -> Result<Self, Malformed> {
        Ok(match probe {
            ProbeSpec::Package { manager, name } => Self::Package {
                manager: Word::read(&manager).map_err(Malformed::at("probe"))?,
                name,
            },
            ProbeSpec::File { path, version } => Self::File {
                path,
                version: match version {
                    FileVersionSpec::None => FileVersion::None,
                    FileVersionSpec::Own => FileVersion::Own,
                    FileVersionSpec::Regex { regex } => FileVersion::Regex(regex),
                },
            },
            ProbeSpec::Command { run, version } => Self::Command { run, version },
            ProbeSpec::Script { run } => Self::Script(run.try_into()?),
            ProbeSpec::RegistryContains { contains, user } => {
                Self::RegistryContains { contains, user }
            }
            ProbeSpec::RegistryRegex { regex, user } => Self::RegistryRegex { regex, user },
            ProbeSpec::UpgradeCode { code } => Self::UpgradeCode(code),
            ProbeSpec::ProductCode { code } => Self::ProductCode(code),
        })
    }
}

impl From<Run> for RunSpec {
    fn from(run: Run) -> Self {
        Self {
            what: run.what.into(),
            context: run.context.word().to_owned(),
            users: run.users.map(Into::into),
            timeout_seconds: run.timeout_seconds,
            success_codes: run.success_codes,
            reboot_codes: run.reboot_codes,
            environment: run.environment.into_iter().collect(),
            input: run.input.map(|input| input.to_string()),
            needs: run.needs.map(|needs| Box::new((*needs).into())),
            hidden: run.hidden.map(|hidden| Box::new((*hidden).into())),
        }
    }
}

impl TryFrom<RunSpec> for Run {
    type Error = Malformed;

    fn try_from(run: RunSpec) -> Result<Self, Malformed> {
        let place = || Malformed::at("run");
        bounded("exit codes", run.success_codes.len(), MAX_LIST).map_err(place())?;
        bounded("exit codes", run.reboot_codes.len(), MAX_LIST).map_err(place())?;
        bounded("variables", run.environment.len(), MAX_LIST).map_err(place())?;
        if run.timeout_seconds == 0 || run.timeout_seconds > MAX_TIMEOUT {
            return Err(place()(Problem::TooMany {
                what: "seconds of time limit (at least 1)",
                count: run.timeout_seconds,
                limit: MAX_TIMEOUT,
            }));
        }
        if !run.environment.keys().all(|name| is_variable(name))
            || run.environment.values().any(|value| value.contains('\0'))
        {
            let text = "variables are named ORDAIN_… in upper case, and hold no NUL";
            return Err(place()(Problem::Missing(text)));
        }
        Ok(Self {
            what: run.what.try_into()?,
            context: Word::read(&run.context).map_err(place())?,
            users: run.users.map(Into::into),
            timeout_seconds: run.timeout_seconds,
            success_codes: run.success_codes,
            reboot_codes: run.reboot_codes,
            environment: run.environment.into_iter().collect(),
            input: run.input.map(Into::into),
            needs: run.needs.map(|needs| (*needs).try_into().map(Box::new)).transpose()?,
            hidden: run.hidden.map(|hidden| (*hidden).try_into().map(Box::new)).transpose()?,
        })
    }
}

/// Only the project's own variables may be set: no `PATH`, no `LD_PRELOAD`.
pub(super) fn is_variable(name: &str) -> bool {
    let plain = |byte: u8| byte.is_ascii_uppercase() || byte.is_ascii_digit() || byte == b'_';
    name.starts_with("ORDAIN_") && name.bytes().all(plain)
}

impl From<Offer> for OfferSpec {
    fn from(offer: Offer) -> Self {
        Self { manager: offer.manager.word().to_owned(), name: offer.name }
    }
}

impl TryFrom<OfferSpec> for Offer {
    type Error = Malformed;

    fn try_from(offer: OfferSpec) -> Result<Self, Malformed> {
        let manager = Word::read(&offer.manager).map_err(Malformed::at("offer"))?;
        Ok(Self { manager, name: offer.name })
    }
}

/// Whether a text may stand in a package manager's command line.
fn is_argument(text: &str) -> bool {
    let plain = |c: char| !c.is_whitespace() && !c.is_control();
    !text.is_empty() && !text.starts_with('-') && text.chars().all(plain)
}

pub(super) fn is_object_id(text: &str) -> bool {
    let hex = |byte: u8| byte.is_ascii_digit() || (b'a'..=b'f').contains(&byte);
    matches!(text.len(), 40 | 64) && text.bytes().all(hex)
}

/// A path within `lib/`, by plain names alone.
fn is_library_path(path: &str) -> bool {
    let plain = |name: &str| !matches!(name, "" | "." | "..") && !name.contains(['\\', '\0']);
    path.strip_prefix("lib/").is_some_and(|rest| rest.split('/').all(plain))
}

impl From<Audience> for AudienceSpec {
    fn from(users: Audience) -> Self {
        match users {
            Audience::Each => Self::Each,
            Audience::Primary(person) => Self::Primary { person },
        }
    }
}

impl From<AudienceSpec> for Audience {
    fn from(users: AudienceSpec) -> Self {
        match users {
            AudienceSpec::Each => Self::Each,
            AudienceSpec::Primary { person } => Self::Primary(person),
        }
    }
}

impl From<File> for FileSpec {
    fn from(file: File) -> Self {
        Self { path: file.path, blob: file.blob }
    }
}

impl From<FileSpec> for File {
    fn from(file: FileSpec) -> Self {
        Self { path: file.path, blob: file.blob }
    }
}

impl From<RunWhat> for RunWhatSpec {
    fn from(what: RunWhat) -> Self {
        match what {
            RunWhat::Script { blob, path, interpreter, method, library } => Self::Script {
                library: library.into_iter().map(Into::into).collect(),
                blob,
                path,
                interpreter: interpreter.word().to_owned(),
                method: method.map(ToOwned::to_owned),
            },
            RunWhat::Package { manager, name, version, remove } => {
                Self::Package { manager: manager.word().to_owned(), name, version, remove }
            }
            RunWhat::Ensure(all) => {
                Self::Ensure { resources: all.into_iter().map(Into::into).collect() }
            }
            RunWhat::Installer(installer) => Self::Installer { installer: installer.into() },
        }
    }
}

impl TryFrom<RunWhatSpec> for RunWhat {
    type Error = Malformed;

    fn try_from(what: RunWhatSpec) -> Result<Self, Malformed> {
        Ok(match what {
            RunWhatSpec::Script { blob, path, interpreter, method, library } => {
                let place = || Malformed::at("script");
                bounded("files", library.len(), MAX_LIST).map_err(place())?;
                let blobs = library.iter().map(|file| &file.blob).chain([&blob]);
                if !blobs.into_iter().all(|blob| is_object_id(blob)) {
                    let text = "an object id has 40 or 64 hexadecimal digits";
                    return Err(place()(Problem::Missing(text)));
                }
                if !library.iter().all(|file| is_library_path(&file.path)) {
                    let text = "a file that a script uses stands in `lib/`";
                    return Err(place()(Problem::Missing(text)));
                }
                let method = method.map(|word| one_of("method", METHODS, &word));
                Self::Script {
                    blob,
                    path,
                    interpreter: Word::read(&interpreter).map_err(place())?,
                    method: method.transpose().map_err(place())?,
                    library: library.into_iter().map(Into::into).collect(),
                }
            }
            RunWhatSpec::Package { manager, name, version, remove } => {
                let place = || Malformed::at("package");
                if !is_argument(&name) || !version.as_deref().is_none_or(is_argument) {
                    let text = "names and versions are no options and hold no blanks";
                    return Err(place()(Problem::Missing(text)));
                }
                Self::Package {
                    manager: Word::read(&manager).map_err(place())?,
                    name,
                    version,
                    remove,
                }
            }
            RunWhatSpec::Ensure { resources } => {
                bounded("settings", resources.len(), MAX_LIST).map_err(Malformed::at("ensure"))?;
                let all = resources.into_iter().map(TryInto::try_into);
                Self::Ensure(
                    all.collect::<Result<_, Malformed>>()
                        .map_err(|fault| fault.within("ensure"))?,
                )
            }
            RunWhatSpec::Installer { installer } => Self::Installer(installer.try_into()?),
        })
    }
}
