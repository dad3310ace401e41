//! The verbs around sessions.

use clap::{Args, Subcommand};

use super::{ConnectionArgs, Format};

/// Lists, shows, starts, cancels, postpones, repeats and follows sessions.
#[derive(Debug, Args)]
#[command(
    after_help = "Examples:\n  ordain sessions\n  ordain sessions start --computer pc-02 --wait\n  ordain sessions logs s-01JB4 --follow"
)]
pub(crate) struct SessionsArgs {
    #[command(subcommand)]
    pub verb: Option<SessionsVerb>,
    #[command(flatten)]
    pub connection: ConnectionArgs,
    /// How the result is written.
    #[arg(long, global = true, value_enum, default_value_t = Format::Human)]
    pub format: Format,
}

/// What can be done with sessions.
#[derive(Debug, Subcommand)]
pub(crate) enum SessionsVerb {
    List(ListSessions),
    Show(OneSession),
    Start(StartSessions),
    Cancel(CancelSession),
    Postpone(PostponeSession),
    Rerun(RerunSession),
    Logs(SessionLogs),
}

/// Lists sessions, the newest first; so does no verb at all.
#[derive(Debug, Default, Args)]
#[command(after_help = "Example:\n  ordain sessions list --tenant contoso --open")]
pub(crate) struct ListSessions {
    /// This tenant's only.
    #[arg(long, value_name = "TENANT")]
    pub tenant: Option<String>,
    /// This computer's only.
    #[arg(long, value_name = "COMPUTER")]
    pub computer: Option<String>,
    /// Only those that are not over.
    #[arg(long)]
    pub open: bool,
    /// At most this many.
    #[arg(long, value_name = "N")]
    pub limit: Option<u32>,
}

/// Shows one session with its stages and actions.
#[derive(Debug, Args)]
#[command(after_help = "Example:\n  ordain sessions show s-01JB4 --format json")]
pub(crate) struct OneSession {
    /// The session's id.
    #[arg(value_name = "ID")]
    pub id: String,
}

/// Starts a session on each of the computers.
#[derive(Debug, Args)]
#[command(
    after_help = "Examples:\n  ordain sessions start --computer pc-02 pc-03 --tenant contoso --wait\n  ordain sessions start --computer pc-02 --item software/chrome\n  ordain sessions start --computer pc-02 --kind onboarding --person jo@contoso.example --set task/printer:queue=front-desk"
)]
pub(crate) struct StartSessions {
    /// The computers: NAME, or TENANT/NAME.
    #[arg(long = "computer", value_name = "NAME", required = true, num_args = 1..)]
    pub computers: Vec<String>,
    /// The tenant that they belong to.
    #[arg(long, value_name = "TENANT")]
    pub tenant: Option<String>,
    /// The kind of session; `maintenance`, or `item` where an item is named.
    #[arg(long, value_name = "KIND")]
    pub kind: Option<String>,
    /// Limits the session to one item.
    #[arg(long, value_name = "ITEM", conflicts_with = "deployment")]
    pub item: Option<String>,
    /// Limits the session to one deployment's item.
    #[arg(long, value_name = "DEPLOYMENT")]
    pub deployment: Option<String>,
    /// Passes every window; the reason stands in the session and its log.
    #[arg(long, value_name = "REASON")]
    pub emergency: Option<String>,
    /// Whose the computers are: the primary person, visible to every target of the
    /// session; for the kind `onboarding`.
    #[arg(long, value_name = "UPN")]
    pub person: Option<String>,
    /// Gives a parameter another value, where its deployment says `override`; for the
    /// kind `onboarding`.
    #[arg(long = "set", value_name = "ITEM:PARAMETER=VALUE", value_parser = given)]
    pub given: Vec<Given>,
    /// Starts on more than ten computers without asking.
    #[arg(long)]
    pub yes: bool,
    /// Waits for the end with a live view; exit code 0 when all passed, 1 when not, 3 when nobody answers any more.
    #[arg(long)]
    pub wait: bool,
}

/// A value that whoever onboards a computer gives.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Given {
    /// `software/NAME`, `task/NAME` or `task/NAME#INSTANCE`.
    pub item: String,
    /// The parameter.
    pub parameter: String,
    /// Its value as written.
    pub value: String,
}

fn given(text: &str) -> Result<Given, String> {
    let parts = text.split_once('=').and_then(|(name, value)| {
        let (item, parameter) = name.split_once(':')?;
        Some((item, parameter, value))
    });
    let (item, parameter, value) =
        parts.ok_or("write it as ITEM:PARAMETER=VALUE, as in task/printer:queue=front-desk")?;
    Ok(Given { item: item.to_owned(), parameter: parameter.to_owned(), value: value.to_owned() })
}

/// Cancels a session; what runs on the computer is told to stop.
#[derive(Debug, Args)]
#[command(after_help = "Example:\n  ordain sessions cancel s-01JB4")]
pub(crate) struct CancelSession {
    /// The session's id.
    #[arg(value_name = "ID")]
    pub id: String,
}

/// Puts a session off of which nothing is under way; it begins anew afterwards.
#[derive(Debug, Args)]
#[command(after_help = "Example:\n  ordain sessions postpone s-01JB4 --for 4h")]
pub(crate) struct PostponeSession {
    /// The session's id.
    #[arg(value_name = "ID")]
    pub id: String,
    /// For how long: 15m, 4h, 1d; one of the choices where its schedule has some.
    #[arg(long = "for", value_name = "DURATION", value_parser = super::seconds)]
    pub time: u64,
}

/// Does a session again that is over, or one of its actions alone.
#[derive(Debug, Args)]
#[command(
    after_help = "Examples:\n  ordain sessions rerun s-01JB4 --wait\n  ordain sessions rerun s-01JB4 --item software/chrome"
)]
pub(crate) struct RerunSession {
    /// The session's id.
    #[arg(value_name = "ID")]
    pub id: String,
    /// One of its actions: software/NAME, task/NAME or task/NAME#INSTANCE.
    #[arg(long, value_name = "ITEM")]
    pub item: Option<String>,
    /// Waits for the end with a live view; exit code 0 when it passed, 1 when not, 3 when nobody answers any more.
    #[arg(long)]
    pub wait: bool,
}

/// Prints what happened in a session.
#[derive(Debug, Args)]
#[command(after_help = "Example:\n  ordain sessions logs s-01JB4 --follow")]
pub(crate) struct SessionLogs {
    /// The session's id.
    #[arg(value_name = "ID")]
    pub id: String,
    /// Goes on as things happen, until the session is over.
    #[arg(long)]
    pub follow: bool,
}
