//! One script in its private folder, with all that it is given.

use std::ffi::OsString;
use std::time::Duration;

use ordain_core::order::{Run, RunWhat};

use super::process::{Ended, Launch, Printing, Way, supervise};
use super::watch::Watch;
use super::{CannotRun, Runner, person, script};
use crate::platform::spawn::Account;
use crate::secrets::{HandedFolder, Opened, SecretError, VARIABLE};

impl Runner {
    /// Runs a script, as that account or as this program.
    pub(super) fn script(
        &self,
        run: &Run,
        marker: &str,
        changes: bool,
        account: Option<&Account>,
        watch: &mut Watch<'_>,
    ) -> Result<Ended, CannotRun> {
        let RunWhat::Script { blob, path, interpreter, method, library } = &run.what else {
            return Err(CannotRun::NotExecutedYet("script"));
        };
        let opened = self.keyring.open(run, &self.blobs)?;
        let (program, leading) = self.interpreters.find(*interpreter)?;
        let reader = account.filter(|account| self.drops_to(account));
        let shared = !changes && reader.is_none() && library.is_empty();
        let spare = if shared { self.spare().take() } else { None };
        let place = spare.map_or_else(|| script::Place::make(&self.folder, marker, reader), Ok)?;
        let script = if shared {
            place.link(path, blob, &self.blobs)?
        } else {
            place.write(path, blob, &self.blobs, reader)?
        };
        for file in library {
            place.add(file, &self.blobs, reader)?;
        }
        let output = place.path().join("output");
        let mut environment = self.base_environment(account);
        environment.extend(run.environment.iter().cloned());
        environment.push(("ORDAIN_FOLDER".to_owned(), place.path().display().to_string()));
        environment.push(("ORDAIN_SESSION".to_owned(), watch.session.to_owned()));
        let stops = || watch.stops();
        let artifacts = run.artifacts();
        environment.extend(self.lay_out(artifacts, place.path(), reader.is_some(), &stops)?);
        if let Some(method) = method {
            environment.push(("ORDAIN_METHOD".to_owned(), (*method).to_owned()));
        }
        environment.extend(given(&opened, &place, reader)?);
        let handed = match run.outputs() {
            [] => None,
            _ => Some(HandedFolder::make(place.path(), reader)?),
        };
        environment.extend(
            handed.iter().map(|folder| (VARIABLE.to_owned(), folder.path().display().to_string())),
        );
        let input = opened.input.as_ref().map(|input| input.0.as_slice());
        let launch = Launch {
            program: &program,
            args: leading
                .iter()
                .map(OsString::from)
                .chain([script.clone().into_os_string()])
                .collect(),
            folder: account.map_or(place.path(), person::start_folder),
            environment,
            input: input.or(run.input.as_deref().map(str::as_bytes)),
            account: reader,
            timeout: Duration::from_secs(run.timeout_seconds),
            printing: if changes { Printing::File(&output) } else { Printing::Pipes },
            marker,
            mask: &opened.mask,
        };
        let ended = supervise(&launch, watch)
            .map_err(|source| CannotRun::Start { program: program.clone(), source });
        if shared && place.is_empty_without(&script) {
            *self.spare() = Some(place);
        }
        match handed {
            Some(folder) => taken(&folder, run, ended?),
            None => ended,
        }
    }
}

/// The variables that hold what was opened; files stand in the run's folder.
fn given(
    opened: &Opened,
    place: &script::Place,
    reader: Option<&Account>,
) -> Result<Vec<(String, String)>, CannotRun> {
    let mut variables = Vec::new();
    for (name, plain) in &opened.environment {
        let text = String::from_utf8(plain.0.clone());
        let text = text.map_err(|_| SecretError::NoText(name.clone()))?;
        variables.push((name.clone(), text));
    }
    for (index, (name, plain)) in opened.files.iter().enumerate() {
        let path = place.put_bytes(&format!("secret-{index}"), &plain.0, reader)?;
        variables.push((name.clone(), path.display().to_string()));
    }
    Ok(variables)
}

/// What a run handed back, with its secrets hidden in what it printed.
fn taken(folder: &HandedFolder, run: &Run, ended: Ended) -> Result<Ended, CannotRun> {
    let handed = folder.take(run.outputs())?;
    let mask = handed.mask();
    let (mut output, answer) = (mask.hide(&ended.output), mask.hide(&ended.answer));
    for name in &handed.undeclared {
        output.extend(["[the output `", name, "` is not declared, and is dropped]\n"]);
    }
    let failed = ended.way != Way::Exit(0);
    tracing::debug!(outputs = handed.outputs.len(), failed, "a script handed something back");
    Ok(Ended { output, answer, handed, ..ended })
}
