//! Where something runs, and why it cannot.

use ordain_schema::document::{OsFacts, OsFamily};

use crate::item::Reason;
use crate::order::{Expect, File, Reboot, What, Work, WorkPhase};

/// What surrounds everything that runs on one computer under one commit.
#[derive(Clone)]
pub struct Place<'a> {
    /// The tenant's id.
    pub tenant: &'a str,
    /// What people call the tenant in names of things, where it says.
    pub slug: Option<&'a str>,
    /// The computer's name.
    pub computer: &'a str,
    /// Its primary person's UPN, in lower case.
    pub person: Option<&'a str>,
    /// When the session may reboot it: the word of the mode.
    pub reboot: &'static str,
    /// The restart that an action may ask for; none where reboots are suppressed.
    pub restart: Option<Reboot>,
    /// Whether people work now, which keeps the computer from being restarted.
    pub restarts_barred: bool,
    /// The computer's operating system, as far as it is known.
    pub os: Option<&'a OsFacts>,
    /// How often an action that says nothing is tried.
    pub attempts: u32,
    /// The object id of the file at a path from the repository's root.
    pub blob: &'a dyn Fn(&str) -> Option<String>,
    /// The file of a secret, as this computer gets it.
    pub secret: &'a dyn Fn(&str) -> Option<File>,
    /// The public key of the tenant.
    pub recipient: Option<&'a str>,
}

impl Place<'_> {
    /// The restart within an action that cannot be held back for it.
    pub(super) fn restart_now(&self) -> Result<Work, NotExecutable> {
        if self.restarts_barred {
            return Err(NotExecutable::RebootsSuppressed);
        }
        self.restart()
    }

    /// The restart within an action; business hours hold such software back as a whole.
    pub(super) fn restart(&self) -> Result<Work, NotExecutable> {
        let restart = self.restart.clone().ok_or(NotExecutable::RebootsSuppressed)?;
        Ok(Work { phase: WorkPhase::Post, what: What::Reboot(restart), expect: Expect::Success })
    }

    pub(super) fn family(&self) -> Option<OsFamily> {
        self.os.and_then(|os| os.family)
    }
}

impl std::fmt::Debug for Place<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{}/{}", self.tenant, self.computer)
    }
}

/// Why something cannot be carried out.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum NotExecutable {
    /// A context on the controller.
    #[error("{0} actions are not carried out by this version")]
    Context(&'static str),
    /// A task that does not run on each computer.
    #[error("tasks that run on a {0} are not carried out by this version")]
    RunsOn(&'static str),
    /// A secret that is not there for the computer's tenant.
    #[error("there is no secret `{0}` for this tenant; add it with `ordain secrets add`")]
    NoSecret(String),
    /// A secret where a setting would show it.
    #[error("the parameter `{0}` is a secret, and settings show what they change; use a script")]
    InSetting(String),
    /// Nothing to encrypt to.
    #[error(
        "the tenant `{0}` has no public key to encrypt `{1}` to; run `ordain secrets init --tenant {0}` and commit"
    )]
    NoRecipient(String, String),
    /// A required parameter that nobody gives.
    #[error("the parameter `{0}` is required, and no value is given")]
    Parameter(String),
    /// A value that whoever onboards the computer must give.
    #[error("the parameter `{0}` must be given by whoever onboards the computer")]
    Asked(String),
    /// A value that nobody may give at an onboarding.
    #[error(
        "the parameter `{0}` may not be given at an onboarding: its deployment says no `override`"
    )]
    NotAsked(String),
    /// It ends with a reboot, and reboots are suppressed.
    #[error("it needs a reboot, and this session may not reboot the computer now")]
    RebootsSuppressed,
    /// A computed value that waits for this fact.
    #[error("a computed parameter needs `{0}`, which is not known")]
    Undecided(String),
    /// A value that no environment can hold.
    #[error("the parameter `{0}` holds a NUL character")]
    Nul(String),
    /// A value that does not fit where it is put.
    #[error("{0}")]
    Unfit(String),
    /// A setting of another system.
    #[error("`{0}` is not set on {1} computers by this version")]
    Setting(&'static str, &'static str),
    /// An action that is needed and not there.
    #[error("it has no `{0}`")]
    Missing(&'static str),
    /// A script that the commit lacks.
    #[error("there is no script `{0}`")]
    NoScript(String),
    /// A script whose ending names no interpreter.
    #[error("nothing is known to interpret `{0}`; give an `interpreter`")]
    NoInterpreter(String),
    /// An action without a script or built-in.
    #[error("its `{0}` says neither a script nor a built-in")]
    Empty(&'static str),
    /// A built-in that needs one artifact by name.
    #[error("its `{0}` must name one of several artifacts, or there is none")]
    NoArtifact(&'static str),
    /// A list by platform without an entry for this one.
    #[error("no entry of its `{0}` is for this computer")]
    NoPlatform(&'static str),
    /// A built-in that installs and cannot remove.
    #[error("`{0}` installs and removes nothing; give `uninstall` another action")]
    NoRemoval(&'static str),
    /// A store that files cannot be fetched from.
    #[error("the store `{0}` {1}")]
    Store(String, &'static str),
    /// A strategy that forbids it.
    #[error("its upgrade strategy is `none`")]
    NoUpgrade,
    /// A strategy that forbids it.
    #[error("its repair strategy is `none`")]
    NoRepair,
    /// An action that no such item knows.
    #[error("a {0} of such an item means nothing")]
    Misfit(&'static str),
}

impl NotExecutable {
    /// The reason in the words of the language, where it has one; the plan's
    /// own reason stands otherwise.
    pub fn reason(&self) -> Option<Reason> {
        match self {
            Self::Context(_) | Self::RunsOn(_) | Self::Setting(..) | Self::InSetting(_) => {
                Some(Reason::NotExecutedYet)
            }
            Self::NoPlatform(_) => Some(Reason::NoApplicableVersion),
            Self::RebootsSuppressed => Some(Reason::RebootsSuppressed),
            Self::NoUpgrade => Some(Reason::UpgradeNotPossible),
            Self::Parameter(_) | Self::Asked(_) | Self::NoSecret(_) => Some(Reason::MissingValue),
            Self::Undecided(_) => Some(Reason::Unknown),
            Self::NotAsked(_)
            | Self::NoRepair
            | Self::NoRecipient(..)
            | Self::Nul(_)
            | Self::Unfit(_)
            | Self::Missing(_)
            | Self::NoScript(_)
            | Self::NoInterpreter(_)
            | Self::Empty(_)
            | Self::NoArtifact(_)
            | Self::NoRemoval(_)
            | Self::Store(..)
            | Self::Misfit(_) => None,
        }
    }
}
