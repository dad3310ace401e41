//! One action as a process: its script or built-in, context, time limit, codes.

use std::collections::{BTreeMap, BTreeSet};

use ordain_schema::Spanned;
use ordain_schema::document::{
    self, Action, ByPlatform, Detect, Interpreter, Licence, OsFamily, RunContext, Users,
};

use crate::item::Item;
use crate::lower::probe::probe;
use crate::lower::{NotExecutable, Parameters, Place};
use crate::order::{
    Argument, Artifact, Audience, CloseFirst, File, Installer, Needs, Run, RunWhat,
};
use crate::policy::beside;

/// Time limits in seconds where an action says nothing.
const CHANGE_SECONDS: u64 = 30 * 60;
const READ_SECONDS: u64 = 5 * 60;
/// Where applications of macOS are.
const APPLICATIONS: &str = "/Applications";
/// The longest time limit that an agent accepts: a week.
const MAX_SECONDS: u64 = 7 * 24 * 3600;

/// What an action is called for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Method {
    Detect,
    Download,
    Install,
    Upgrade,
    Repair,
    PostInstall,
    Uninstall,
    PostUninstall,
    Test,
    Get,
    Set,
    Unset,
}

impl Method {
    /// The value of `ORDAIN_METHOD`, and the name in messages.
    pub(super) fn word(self) -> &'static str {
        match self {
            Self::Detect => "detect",
            Self::Download => "download",
            Self::Install => "install",
            Self::Upgrade => "upgrade",
            Self::Repair => "repair",
            Self::PostInstall => "post-install",
            Self::Uninstall => "uninstall",
            Self::PostUninstall => "post-uninstall",
            Self::Test => "test",
            Self::Get => "get",
            Self::Set => "set",
            Self::Unset => "unset",
        }
    }

    /// Whether programs are closed before it.
    fn closes(self) -> bool {
        matches!(
            self,
            Self::Install
                | Self::Upgrade
                | Self::Repair
                | Self::Uninstall
                | Self::Set
                | Self::Unset
        )
    }

    fn seconds(self) -> u64 {
        match self {
            Self::Detect | Self::Test | Self::Get => READ_SECONDS,
            Self::Download
            | Self::Install
            | Self::Upgrade
            | Self::Repair
            | Self::PostInstall
            | Self::Uninstall
            | Self::PostUninstall
            | Self::Set
            | Self::Unset => CHANGE_SECONDS,
        }
    }
}

/// What surrounds the actions of one item.
#[derive(Debug, Clone, Copy)]
pub(super) struct Setting<'a> {
    pub(super) place: &'a Place<'a>,
    pub(super) item: &'a Item,
    /// The document's path.
    pub(super) path: &'a str,
    /// The context where an action says nothing.
    pub(super) context: Option<RunContext>,
    /// The files of `lib/` that all its scripts use.
    pub(super) uses: &'a [Spanned<String>],
    pub(super) parameters: &'a Parameters,
    /// The detected version.
    pub(super) from: Option<&'a str>,
    /// The version it is brought to.
    pub(super) to: Option<&'a str>,
    /// The artifacts that are fetched for it.
    pub(super) artifacts: &'a [Artifact],
    /// Programs that must not run while it changes, where an action says nothing.
    pub(super) close_first: Option<&'a document::CloseFirst>,
    /// How what is installed is found.
    pub(super) detect: Option<&'a ByPlatform<Detect>>,
    /// The licence that its deployment names.
    pub(super) licensed: Option<&'a Licence>,
    /// What it hands back.
    pub(super) outputs: Option<&'a BTreeMap<String, document::Output>>,
}

impl Setting<'_> {
    /// Lowers an action.
    pub(super) fn run(&self, method: Method, action: &Action) -> Result<Run, NotExecutable> {
        let what = self.what(method, action)?;
        let hidden = self.hidden(method, &what)?;
        let context = on_computer(action.context.or(self.context))?;
        let reboots: &[i32] = if action.msi.is_some() { &[1641, 3010] } else { &[] };
        Ok(Run {
            what,
            context,
            users: action.users.as_ref().map(|users| self.users(users.value)),
            timeout_seconds: seconds(action.timeout.map(|timeout| timeout.0), method),
            success_codes: action.success_codes.clone().unwrap_or_else(|| vec![0]),
            reboot_codes: action.reboot_codes.clone().unwrap_or_else(|| reboots.to_vec()),
            environment: self.environment(method),
            input: self.parameters.input(),
            needs: self.needs(method, action),
            hidden,
        })
    }

    /// Lowers a script that is named without an action around it; `whole` is
    /// for a task's one script, which serves several methods.
    pub(super) fn script(
        &self,
        method: Method,
        script: &str,
        whole: bool,
    ) -> Result<Run, NotExecutable> {
        let what = self.interpreted(script, &[], None, whole.then_some(method.word()))?;
        let hidden = self.hidden(method, &what)?;
        Ok(Run {
            what,
            context: on_computer(self.context)?,
            users: None,
            timeout_seconds: seconds(None, method),
            success_codes: vec![0],
            reboot_codes: Vec::new(),
            environment: self.environment(method),
            input: self.parameters.input(),
            needs: None,
            hidden,
        })
    }

    /// What the agent does itself, without any process: nothing that scripts are told.
    #[expect(clippy::unused_self, reason = "beside the other ways to run")]
    pub(super) fn native(&self, method: Method, what: RunWhat) -> Run {
        Run {
            what,
            context: RunContext::System,
            users: None,
            needs: None,
            hidden: None,
            timeout_seconds: method.seconds(),
            success_codes: vec![0],
            reboot_codes: Vec::new(),
            environment: Vec::new(),
            input: None,
        }
    }

    fn needs(&self, method: Method, action: &Action) -> Option<Box<Needs>> {
        let close_first = action.close_first.as_ref().or(self.close_first);
        let close_first = close_first
            .filter(|_| method.closes())
            .map(|close| CloseFirst { processes: close.processes.clone(), on_busy: close.on_busy });
        let artifacts = match method {
            Method::Download
            | Method::Install
            | Method::Upgrade
            | Method::Repair
            | Method::PostInstall => self.artifacts.to_vec(),
            Method::Uninstall if takes_artifact(action) => self.artifacts.to_vec(),
            _ => Vec::new(),
        };
        let nothing = artifacts.is_empty() && close_first.is_none();
        (!nothing).then(|| Box::new(Needs { artifacts, close_first }))
    }

    fn what(&self, method: Method, action: &Action) -> Result<RunWhat, NotExecutable> {
        if let Some(script) = &action.script {
            return self.interpreted(script, &action.uses, action.interpreter, None);
        }
        let remove = method == Method::Uninstall;
        if let Some(package) = &action.package {
            let wanted = package.version.as_deref().or(self.to).filter(|_| !remove);
            return Ok(RunWhat::Package {
                manager: package.manager,
                name: package.name.clone(),
                version: wanted.map(ToOwned::to_owned),
                remove,
            });
        }
        self.installer(method, action).map(RunWhat::Installer)
    }

    fn installer(&self, method: Method, action: &Action) -> Result<Installer, NotExecutable> {
        let remove = method == Method::Uninstall;
        let artifact = |named: &Option<Spanned<String>>| {
            self.artifact(named.as_ref().map(|name| name.as_str()), method)
        };
        let adds = |word| if remove { Err(NotExecutable::NoRemoval(word)) } else { Ok(()) };
        if let Some(msi) = &action.msi {
            let mut properties = Vec::new();
            for (name, value) in &msi.properties {
                properties.extend(self.argument(value)?.map(|value| (name.clone(), value)));
            }
            let transform = msi.transform.as_ref().map(|_| artifact(&msi.transform)).transpose()?;
            let artifact = artifact(&msi.artifact)?;
            return Ok(Installer::Msi { artifact, properties, transform, remove });
        }
        if let Some(exe) = &action.exe {
            let arguments = self.arguments(&exe.args)?;
            return Ok(Installer::Exe { artifact: artifact(&exe.artifact)?, arguments });
        }
        if let Some(archive) = &action.archive {
            adds("archive")?;
            let (to, strip) = (archive.to.clone(), archive.strip);
            return Ok(Installer::Archive { artifact: artifact(&archive.artifact)?, to, strip });
        }
        if let Some(pkg) = &action.pkg {
            adds("pkg")?;
            return Ok(Installer::Pkg { artifact: artifact(&pkg.artifact)? });
        }
        if let Some(dmg) = &action.dmg {
            adds("dmg")?;
            let to = dmg.to.clone().unwrap_or_else(|| APPLICATIONS.to_owned());
            let (artifact, app) = (artifact(&dmg.artifact)?, dmg.app.clone());
            return Ok(Installer::Dmg { artifact, app, to });
        }
        match (&action.registered, self.detect) {
            (Some(registered), Some(detect)) => {
                let by = Box::new(probe(self, detect)?);
                let arguments = self.arguments(&registered.args)?;
                Ok(Installer::Registered { by, arguments })
            }
            _ => Err(NotExecutable::Empty(method.word())),
        }
    }

    /// The name of an artifact: of the one that is named, by its name or file
    /// name, else of the only one.
    fn artifact(&self, named: Option<&str>, method: Method) -> Result<String, NotExecutable> {
        let found = match (named, self.artifacts) {
            (Some(name), all) => all.iter().find(|one| one.name == name || one.file == name),
            (None, [only]) => Some(only),
            (None, _) => None,
        };
        let name = found.map(|one| one.name.clone());
        name.ok_or(NotExecutable::NoArtifact(method.word()))
    }

    fn arguments(&self, written: &[document::Argument]) -> Result<Vec<Argument>, NotExecutable> {
        let each = written.iter().filter_map(|argument| self.argument(argument).transpose());
        each.collect()
    }

    fn interpreted(
        &self,
        script: &str,
        uses: &[Spanned<String>],
        interpreter: Option<Interpreter>,
        method: Option<&'static str>,
    ) -> Result<RunWhat, NotExecutable> {
        let path = beside(self.path, script.trim_start_matches("./"));
        let Some(blob) = (self.place.blob)(&path) else {
            return Err(NotExecutable::NoScript(path));
        };
        let known = interpreter.or_else(|| by_ending(&path, self.place.family()));
        let Some(interpreter) = known else {
            return Err(NotExecutable::NoInterpreter(path));
        };
        let library = self.library(uses)?;
        Ok(RunWhat::Script { blob, path, interpreter, method, library })
    }

    /// The files of `lib/` beside a script, by path and each once.
    fn library(&self, own: &[Spanned<String>]) -> Result<Vec<File>, NotExecutable> {
        let paths: BTreeSet<&str> = self.uses.iter().chain(own).map(|file| file.as_str()).collect();
        let file = |path: &str| match (self.place.blob)(path) {
            Some(blob) => Ok(File { path: path.to_owned(), blob }),
            None => Err(NotExecutable::NoScript(path.to_owned())),
        };
        paths.into_iter().map(file).collect()
    }

    fn users(&self, users: Users) -> Audience {
        match users {
            Users::Each => Audience::Each,
            Users::Primary => Audience::Primary(self.place.person.map(ToOwned::to_owned)),
        }
    }

    fn environment(&self, method: Method) -> Vec<(String, String)> {
        let optional = [
            ("ORDAIN_VERSION", self.to),
            ("ORDAIN_DETECTED", self.from),
            ("ORDAIN_TENANT_SLUG", self.place.slug),
        ];
        let optional = optional
            .into_iter()
            .filter_map(|(name, value)| Some((name.to_owned(), value?.replace('\0', ""))));
        let mut all: Vec<(String, String)> = vec![
            ("ORDAIN_ITEM".into(), self.item.to_string()),
            ("ORDAIN_METHOD".into(), method.word().into()),
            ("ORDAIN_TENANT".into(), self.place.tenant.into()),
            ("ORDAIN_COMPUTER".into(), self.place.computer.into()),
            ("ORDAIN_REBOOT".into(), self.place.reboot.into()),
        ];
        all.extend(optional);
        all.extend(self.parameters.environment());
        all.sort();
        all.dedup_by(|a, b| a.0 == b.0);
        all
    }
}

/// Whether an action needs the file of what it removes.
pub(super) fn takes_artifact(action: &Action) -> bool {
    action.msi.is_some() || action.exe.is_some()
}

fn seconds(given: Option<u64>, method: Method) -> u64 {
    given.unwrap_or_else(|| method.seconds()).clamp(1, MAX_SECONDS)
}

fn on_computer(context: Option<RunContext>) -> Result<RunContext, NotExecutable> {
    match context {
        None => Ok(RunContext::System),
        Some(context @ (RunContext::System | RunContext::User)) => Ok(context),
        Some(RunContext::Metascript) => Err(NotExecutable::Context("metascript")),
        Some(RunContext::Cloud) => Err(NotExecutable::Context("cloud")),
    }
}

/// What a script's ending says of its interpreter.
fn by_ending(path: &str, family: Option<OsFamily>) -> Option<Interpreter> {
    let (_, ending) = path.rsplit_once('.')?;
    Some(match ending.to_ascii_lowercase().as_str() {
        "sh" => Interpreter::Sh,
        "bash" => Interpreter::Bash,
        "ps1" if family == Some(OsFamily::Windows) => Interpreter::Powershell,
        "ps1" => Interpreter::Pwsh,
        "cmd" | "bat" => Interpreter::Cmd,
        "py" => Interpreter::Python3,
        _ => return None,
    })
}
