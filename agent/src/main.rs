//! `ordain-agent`: parses the command line, calls the library, turns its answer
//! into an exit code. Everything else is in the library.

mod cli;

use std::process::ExitCode;
use std::sync::Arc;

use clap::Parser as _;
use ordain_agent::command::{CommandError, Kind};
use ordain_agent::doctor::{self, Verdict};
use ordain_agent::enrol;
use ordain_agent::home::{Home, HomeError};
use ordain_agent::journal::JournalError;
use ordain_agent::link::{Link, Pace};
use ordain_agent::local::{self, Wish};
use ordain_agent::{carry, disk, platform, printer, unit};
use tokio::signal::unix::{SignalKind, signal};

use self::cli::{Cli, Doctor, Enroll, Ensure, Format, LogLevel, Run, Verb};

fn main() -> ExitCode {
    let cli = Cli::parse();
    let done = match cli.verb {
        Verb::Enroll(arguments) => enroll(arguments),
        Verb::Run(arguments) => run(&arguments),
        Verb::Install(arguments) => {
            unit::install(&arguments.data).map(|()| printer::line("the service runs"))
        }
        Verb::Uninstall => unit::uninstall()
            .map(|()| printer::line("the service is gone; data and enrolment stay")),
        Verb::Identity(arguments) => enrol::keep_identity(&arguments.data.data, &arguments.file)
            .map(|told| printer::line(&told)),
        Verb::Doctor(arguments) => examine(&arguments),
        Verb::Ensure(arguments) => ensure(arguments),
    };
    match done {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            printer::complain(&error.to_string());
            ExitCode::from(error.kind.code())
        }
    }
}

fn runtime() -> Result<tokio::runtime::Runtime, CommandError> {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build();
    runtime.map_err(|error| {
        CommandError::new(Kind::CouldNot, format!("the system gives no event loop: {error}"))
    })
}

fn enroll(arguments: Enroll) -> Result<(), CommandError> {
    let wish = enrol::Wish {
        server: arguments.server,
        token: arguments.token,
        pin: arguments.pin,
        data: arguments.data.data,
        name: arguments.name,
        proxy: arguments.proxy,
        anchor: arguments.anchor,
        identity: arguments.identity,
    };
    let enrolment = runtime()?.block_on(enrol::enrol(&wish, &*platform::present()))?;
    printer::line(&format!(
        "enrolled `{}` as agent `{}` of tenant `{}`",
        enrolment.name, enrolment.agent, enrolment.tenant
    ));
    printer::line(&format!("next: ordain-agent run --data {}", wish.data.display()));
    Ok(())
}

fn run(arguments: &Run) -> Result<(), CommandError> {
    log_to_stderr(arguments.log);
    let home = Home::new(&arguments.data.data);
    let enrolment = home.enrolled().map_err(|error| match &error {
        HomeError::NotEnrolled(_) => {
            CommandError::chain(Kind::CouldNot, &error).hint("run `ordain-agent enroll` first")
        }
        HomeError::Removed(_) => CommandError::chain(Kind::Refused, &error)
            .hint("enrol again with a new token from `ordain enroll`"),
        _ => CommandError::chain(Kind::CouldNot, &error),
    })?;
    let lock = disk::Lock::take(home.path())
        .map_err(|error| CommandError::chain(Kind::CouldNot, &error))?;
    let _lock = lock.ok_or_else(|| {
        let message = format!("another agent runs with {}", home.path().display());
        CommandError::new(Kind::CouldNot, message)
            .hint("stop it first: systemctl stop ordain-agent")
    })?;
    let (server, _) =
        home.controller(&enrolment).map_err(|error| CommandError::chain(Kind::CouldNot, &error))?;
    let proxy =
        enrol::choose_proxy(arguments.proxy.as_deref().or(enrolment.proxy.as_deref()), &server)?;
    let desk = Arc::new(carry::desk(home.path()).map_err(|error| not_opened(&error))?);
    let (live, output) = tokio::sync::mpsc::channel(64);
    let platform = platform::present();
    platform::spawn::adopt_orphans();
    let named = arguments.proxy.clone().or_else(|| enrolment.proxy.clone());
    let roots = carry::roots(home.path(), named);
    let queue = carry::start(desk.clone(), platform.clone(), roots, live).map_err(|error| {
        CommandError::new(Kind::CouldNot, format!("no thread can be started: {error}"))
    })?;
    let link = Link {
        home,
        enrolment,
        proxy,
        platform,
        desk: desk.clone(),
        queue,
        live: output,
        pace: Pace::default(),
    };
    let held = runtime()?.block_on(async { link.hold(told_to_stop()?).await });
    // A record that is being written is finished; what runs lives on.
    let _journal = desk.journal();
    if let Err(error) = &held {
        tracing::error!(error = error.message, "the agent stops");
    } else {
        tracing::info!("the agent stops; what it started goes on");
    }
    held
}

fn not_opened(error: &carry::OpenError) -> CommandError {
    match error {
        carry::OpenError::Journal(JournalError::Damaged { .. } | JournalError::Foreign { .. }) => {
            CommandError::chain(Kind::Refused, error)
                .hint("what this agent did is not known any more: keep a copy of the data folder, empty it, and enrol again")
        }
        _ => CommandError::chain(Kind::CouldNot, error),
    }
}

/// Resolves when the program is told to stop.
fn told_to_stop() -> Result<impl Future<Output = ()>, CommandError> {
    let cannot = |error: std::io::Error| {
        CommandError::new(Kind::CouldNot, format!("signals cannot be received: {error}"))
    };
    let mut terminate = signal(SignalKind::terminate()).map_err(cannot)?;
    let mut interrupt = signal(SignalKind::interrupt()).map_err(cannot)?;
    Ok(async move {
        tokio::select! {
            _ = terminate.recv() => {}
            _ = interrupt.recv() => {}
        }
    })
}

fn log_to_stderr(level: LogLevel) {
    let level = match level {
        LogLevel::Error => tracing::Level::ERROR,
        LogLevel::Warn => tracing::Level::WARN,
        LogLevel::Info => tracing::Level::INFO,
        LogLevel::Debug => tracing::Level::DEBUG,
        LogLevel::Trace => tracing::Level::TRACE,
    };
    let colour = std::io::IsTerminal::is_terminal(&std::io::stderr())
        && std::env::var_os("NO_COLOR").is_none();
    tracing_subscriber::fmt()
        .with_max_level(level)
        .with_writer(std::io::stderr)
        .with_ansi(colour)
        .with_target(false)
        .init();
}

fn ensure(arguments: Ensure) -> Result<(), CommandError> {
    let Ensure { file, what_if, parameters } = arguments;
    let outcome = local::ensure(&Wish { file, parameters, what_if }, platform::present())?;
    if !outcome.changes.is_empty() {
        printer::line(&outcome.changes);
    }
    match outcome.settled {
        Ok(false) if what_if => {
            Err(CommandError::new(Kind::Findings, "the computer is not as the task says"))
        }
        Ok(_) => Ok(()),
        Err(message) => Err(CommandError::new(Kind::CouldNot, message)),
    }
}

fn examine(arguments: &Doctor) -> Result<(), CommandError> {
    let found =
        runtime()?.block_on(doctor::examine(&arguments.data.data, arguments.proxy.as_deref()));
    match arguments.format {
        Format::Json => {
            let text = serde_json::to_string_pretty(&serde_json::json!({ "parts": found }));
            printer::line(&text.expect("plain fields"));
        }
        Format::Human => {
            for part in &found {
                let word = match part.verdict {
                    Verdict::Ok => "ok",
                    Verdict::Warning => "look",
                    Verdict::Failed => "BAD",
                };
                printer::line(&format!("{word:<5} {:<12} {}", part.part, part.message));
                if let Some(hint) = &part.hint {
                    printer::line(&format!("{:<18} hint: {hint}", ""));
                }
            }
        }
    }
    match found.iter().filter(|part| part.verdict == Verdict::Failed).count() {
        0 => Ok(()),
        count => Err(CommandError::new(
            Kind::Findings,
            format!("{count} of {} parts are not as they should be", found.len()),
        )),
    }
}
