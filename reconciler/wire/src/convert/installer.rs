//! What installing needs, out and in.

use ordain_core::order::{Argument, Artifact, CloseFirst, Installer, Needs};

use super::words::Word;
use super::{MAX_LIST, Malformed, Problem, bounded};
use crate::{ArgumentSpec, ArtifactSpec, CloseFirstSpec, InstallerSpec, NeedsSpec};

/// The longest path, name or argument, in bytes.
const MAX_TEXT: usize = 32 * 1024;

impl From<Needs> for NeedsSpec {
    fn from(needs: Needs) -> Self {
        Self {
            artifacts: needs.artifacts.into_iter().map(Into::into).collect(),
            close_first: needs.close_first.map(|close| CloseFirstSpec {
                processes: close.processes,
                on_busy: close.on_busy.word().to_owned(),
            }),
        }
    }
}

impl TryFrom<NeedsSpec> for Needs {
    type Error = Malformed;

    fn try_from(needs: NeedsSpec) -> Result<Self, Malformed> {
        Ok(Self {
            artifacts: files(needs.artifacts)?,
            close_first: needs.close_first.map(CloseFirst::try_from).transpose()?,
        })
    }
}

impl TryFrom<CloseFirstSpec> for CloseFirst {
    type Error = Malformed;

    fn try_from(close: CloseFirstSpec) -> Result<Self, Malformed> {
        let place = || Malformed::at("closeFirst");
        bounded("programs", close.processes.len(), MAX_LIST).map_err(place())?;
        texts(&close.processes).map_err(place())?;
        let on_busy = Word::read(&close.on_busy).map_err(place())?;
        Ok(Self { processes: close.processes, on_busy })
    }
}

/// Converts a list of files.
pub(super) fn files(all: Vec<ArtifactSpec>) -> Result<Vec<Artifact>, Malformed> {
    bounded("artifacts", all.len(), MAX_LIST).map_err(Malformed::at("artifacts"))?;
    all.into_iter().map(Artifact::try_from).collect()
}

impl From<Artifact> for ArtifactSpec {
    fn from(artifact: Artifact) -> Self {
        let Artifact { name, file, url, sha256, size, extract } = artifact;
        Self { name, file, url, sha256, size, extract }
    }
}

impl TryFrom<ArtifactSpec> for Artifact {
    type Error = Malformed;

    fn try_from(artifact: ArtifactSpec) -> Result<Self, Malformed> {
        let ArtifactSpec { name, file, url, sha256, size, extract } = artifact;
        let hex = |hash: &String| hash.len() == 64 && hash.bytes().all(|b| b.is_ascii_hexdigit());
        if !sha256.as_ref().is_none_or(hex) {
            let text = "a SHA-256 has 64 hexadecimal digits";
            return Err(Malformed::at("artifact")(Problem::Missing(text)));
        }
        Ok(Self { name, file, url, sha256, size, extract })
    }
}

/// Texts that a program can be given.
fn texts<'a>(all: impl IntoIterator<Item = &'a String>) -> Result<(), Problem> {
    let fits = |text: &&String| text.len() <= MAX_TEXT && !text.contains('\0');
    if all.into_iter().all(|text| fits(&text)) {
        Ok(())
    } else {
        Err(Problem::Missing("arguments are short and hold no NUL"))
    }
}

/// Arguments that a program can be given.
fn arguments(all: Vec<ArgumentSpec>) -> Result<Vec<Argument>, Problem> {
    bounded("arguments", all.len(), MAX_LIST)?;
    texts(all.iter().map(|argument| match argument {
        ArgumentSpec::Text(text) => text,
        ArgumentSpec::Secret { secret } => secret,
        ArgumentSpec::Parameter { parameter } => parameter,
    }))?;
    Ok(all.into_iter().map(Into::into).collect())
}

fn specs(all: Vec<Argument>) -> Vec<ArgumentSpec> {
    all.into_iter().map(Into::into).collect()
}

impl From<Installer> for InstallerSpec {
    fn from(installer: Installer) -> Self {
        match installer {
            Installer::Msi { artifact, properties, transform, remove } => {
                let properties = properties.into_iter().map(|(name, value)| (name, value.into()));
                Self::Msi { artifact, properties: properties.collect(), transform, remove }
            }
            Installer::Exe { artifact, arguments } => {
                Self::Exe { artifact, arguments: specs(arguments) }
            }
            Installer::Archive { artifact, to, strip } => Self::Archive { artifact, to, strip },
            Installer::Pkg { artifact } => Self::Pkg { artifact },
            Installer::Dmg { artifact, app, to } => Self::Dmg { artifact, app, to },
            Installer::Registered { by, arguments } => {
                Self::Registered { by: Box::new((*by).into()), arguments: specs(arguments) }
            }
        }
    }
}

impl TryFrom<InstallerSpec> for Installer {
    type Error = Malformed;

    fn try_from(installer: InstallerSpec) -> Result<Self, Malformed> {
        let place = || Malformed::at("installer");
        let list = |all| arguments(all).map_err(place());
        Ok(match installer {
            InstallerSpec::Msi { artifact, properties, transform, remove } => {
                let (names, values): (Vec<_>, Vec<_>) = properties.into_iter().unzip();
                texts(&names).map_err(place())?;
                let properties = names.into_iter().zip(list(values)?).collect();
                Self::Msi { artifact, properties, transform, remove }
            }
            InstallerSpec::Exe { artifact, arguments } => {
                Self::Exe { artifact, arguments: list(arguments)? }
            }
            InstallerSpec::Archive { artifact, to, strip } => {
                texts([&to]).map_err(place())?;
                Self::Archive { artifact, to, strip }
            }
            InstallerSpec::Pkg { artifact } => Self::Pkg { artifact },
            InstallerSpec::Dmg { artifact, app, to } => {
                texts(app.iter().chain([&to])).map_err(place())?;
                Self::Dmg { artifact, app, to }
            }
            InstallerSpec::Registered { by, arguments } => {
                let arguments = list(arguments)?;
                Self::Registered { by: Box::new((*by).try_into()?), arguments }
            }
        })
    }
}
