//! What every test stands on: a folder with a repository, a controller's
//! data, agents' data, and the place where scripts of the policy work.
//!
//! [`process`] runs programs, [`programs`] finds them, [`repository`] is git,
//! [`post`] is a mail server, [`session`] reads sessions, [`gate`] holds scripts back, [`line`] is TLS by
//! hand, [`listener`] is called by webhooks, [`policy`] is the small policy that most tests begin with.

mod gate;
mod line;
mod listener;
mod policy;
mod post;
mod process;
mod programs;
mod repository;
mod session;

use std::cell::Cell;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use serde_json::Value;
use tempfile::TempDir;

pub(crate) use gate::{Gate, Held};
pub(crate) use line::{Line, frame, steal};
pub(crate) use listener::{Call, Listener};
pub(crate) use policy::POLICY;
pub(crate) use post::{PASSWORD, PostOffice};
pub(crate) use process::{PATIENCE, Process};
pub(crate) use programs::{Build, program, wants_root_on_debian};
pub(crate) use repository::Repository;
pub(crate) use session::Session;

/// The computer of tests that need only one.
pub(crate) const COMPUTER: &str = "pc-01";

/// A test's own world.
pub(crate) struct Stage {
    folder: TempDir,
    build: Build,
    port: Cell<u16>,
    /// The config repository.
    pub(crate) repository: Repository,
}

/// What `ordain enroll` gives.
pub(crate) struct Invitation {
    pub(crate) server: String,
    pub(crate) token: String,
    pub(crate) pin: String,
}

impl Stage {
    /// A world with that policy committed; the controller does not run yet.
    pub(crate) fn new(build: Build, policy: &[(&str, &str)]) -> Self {
        let folder = tempfile::Builder::new().prefix("ordain-e2e-").tempdir().expect("room");
        // Scripts of other accounts work here too.
        open_to_all(folder.path());
        let place = folder.path().join("place");
        fs::create_dir(&place).expect("writable");
        open_to_all(&place);
        let repository = Repository::make(folder.path(), &place);
        if !policy.is_empty() {
            repository.push(policy);
        }
        Self { folder, build, port: Cell::new(0), repository }
    }

    /// A world with a controller and one connected computer, the commit in force.
    pub(crate) fn running(build: Build, policy: &[(&str, &str)]) -> (Self, Process, Process) {
        let stage = Self::new(build, policy);
        let controller = stage.controller();
        controller.says(&["the commit is in force"]);
        stage.enrol(COMPUTER);
        let agent = stage.agent(COMPUTER);
        (stage, controller, agent)
    }

    /// A path below the test's folder.
    pub(crate) fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    /// A file below the place where scripts work; empty where there is none.
    pub(crate) fn read(&self, name: &str) -> String {
        fs::read_to_string(self.path("place").join(name)).unwrap_or_default()
    }

    /// One of the two programs, in a bare environment.
    pub(crate) fn command(&self, name: &str) -> Command {
        let mut command = Command::new(program(self.build, name));
        command.env_clear().env("PATH", std::env::var_os("PATH").unwrap_or_default());
        command.env("HOME", self.folder.path()).current_dir(self.folder.path());
        command
    }

    /// Starts the controller and waits until it answers.
    pub(crate) fn controller(&self) -> Process {
        self.controller_with(|_| ())
    }

    /// The same, with more arguments or environment.
    pub(crate) fn controller_with(&self, more: impl FnOnce(&mut Command)) -> Process {
        let mut command = self.command("ordain");
        command.args(["serve", "--branch", "main", "--repo"]).arg(self.repository.path());
        command.arg("--data").arg(self.path("controller"));
        // The first start chooses a port; later ones must answer where agents look.
        command.arg("--listen").arg(format!("127.0.0.1:{}", self.port.get()));
        more(&mut command);
        let controller = Process::start("ordain serve", &mut command);
        controller.says(&["listening", "url="]);
        self.port.set(self.endpoint());
        controller
    }

    /// The controller's port.
    pub(crate) fn port(&self) -> u16 {
        self.port.get()
    }

    fn endpoint(&self) -> u16 {
        let text = fs::read_to_string(self.path("controller/endpoint.json")).expect("announced");
        let announced: Value = serde_json::from_str(&text).expect("JSON");
        let url = announced["url"].as_str().expect("a URL");
        let port = url.rsplit(':').next().expect("a port");
        port.parse().expect("a port")
    }

    /// A client's command that asks this controller.
    pub(crate) fn client(&self, arguments: &[&str]) -> Command {
        let mut command = self.command("ordain");
        command.args(arguments).arg("--data").arg(self.path("controller"));
        command
    }

    /// Runs a client's command to its end.
    pub(crate) fn run(&self, arguments: &[&str]) -> Process {
        let name = format!("ordain {}", arguments.join(" "));
        let client = Process::start(&name, &mut self.client(arguments));
        client.ends();
        client
    }

    /// What a client's command answers in JSON; it must succeed.
    pub(crate) fn ask(&self, arguments: &[&str]) -> Value {
        let client = self.run(&[arguments, &["--format", "json"]].concat());
        let (status, results) = (client.ends(), client.results());
        assert!(status.success(), "{arguments:?}: {status}\n{results}{}", client.errors());
        serde_json::from_str(&results).expect("JSON")
    }

    /// Makes a token for a tenant.
    pub(crate) fn invite(&self, tenant: &str) -> Invitation {
        let made = self.ask(&["enroll", "--tenant", tenant]);
        let word = |key: &str| made[key].as_str().expect("a word").to_owned();
        Invitation { server: word("server"), token: word("token"), pin: word("pin") }
    }

    /// Enrols a computer of the tenant `acme`.
    pub(crate) fn enrol(&self, name: &str) {
        let invitation = self.invite("acme");
        let enrolled = self.enrol_with(name, &invitation, |_| ());
        let status = enrolled.ends();
        assert!(status.success(), "{status}: {}", enrolled.errors());
    }

    /// Runs an enrolment to its end.
    pub(crate) fn enrol_with(
        &self,
        name: &str,
        invitation: &Invitation,
        more: impl FnOnce(&mut Command),
    ) -> Process {
        let mut command = self.command("ordain-agent");
        command.args(["enroll", "--name", name, "--server", &invitation.server]);
        command.args(["--token", &invitation.token, "--pin", &invitation.pin]);
        command.arg("--data").arg(self.agent_data(name));
        self.stage_platform(name, &mut command);
        more(&mut command);
        let enrolled = Process::start("ordain-agent enroll", &mut command);
        enrolled.ends();
        enrolled
    }

    /// An agent's data folder.
    pub(crate) fn agent_data(&self, name: &str) -> PathBuf {
        self.path(&format!("agent-{name}"))
    }

    /// Starts an agent and waits until it is connected.
    pub(crate) fn agent(&self, name: &str) -> Process {
        let agent = self.agent_with(name, |_| ());
        agent.says(&["connected"]);
        agent
    }

    /// Starts an agent.
    pub(crate) fn agent_with(&self, name: &str, more: impl FnOnce(&mut Command)) -> Process {
        let mut command = self.command("ordain-agent");
        command.arg("run").arg("--data").arg(self.agent_data(name));
        self.stage_platform(name, &mut command);
        more(&mut command);
        Process::start(&format!("ordain-agent {name}"), &mut command)
    }

    /// Where the build allows it, each agent gets a computer of its own.
    fn stage_platform(&self, name: &str, command: &mut Command) {
        if self.build == Build::KillPoints {
            command.env("ORDAIN_PLATFORM", self.platform(name));
        }
    }

    /// The folder that says what the platform of an agent is.
    pub(crate) fn platform(&self, name: &str) -> PathBuf {
        let folder = self.path(&format!("platform-{name}"));
        if !folder.exists() {
            fs::create_dir(&folder).expect("writable");
            fs::write(folder.join("boot_id"), "the-only-boot").expect("writable");
        }
        folder
    }

    /// Has the computer's session run to its end.
    pub(crate) fn session(&self) -> Session {
        Self::waited_for(&self.start_session())
    }

    /// Starts a session of the computer; the client waits for its end.
    pub(crate) fn start_session(&self) -> Process {
        let arguments = ["sessions", "start", "--computer", COMPUTER, "--wait"];
        let arguments = [&arguments[..], &["--format", "json"]].concat();
        Process::start("ordain sessions start", &mut self.client(&arguments))
    }

    /// The same, held: returns once a script of it stands before the gate.
    pub(crate) fn held_session(&self) -> (Process, Held) {
        let gate = Gate::make(&self.path("place/gate"));
        let client = self.start_session();
        (client, gate.is_reached())
    }

    /// The session that such a client has waited for.
    pub(crate) fn waited_for(client: &Process) -> Session {
        let (status, results) = (client.ends(), client.results());
        let answer: Value = serde_json::from_str(&results)
            .unwrap_or_else(|_| panic!("{status}: {results}{}", client.errors()));
        let session = Session::new(answer["sessions"][0].clone());
        assert_eq!(status.success(), session.status() == "passed", "{session:?}");
        session
    }

    /// The one session that the controller knows of, at its end.
    pub(crate) fn only_session(&self) -> (String, Session) {
        let listed = self.ask(&["sessions", "list", "--computer", COMPUTER]);
        assert_eq!(listed["sessions"].as_array().map(Vec::len), Some(1), "{listed:#}");
        let id = listed["sessions"][0]["id"].as_str().expect("an id").to_owned();
        // Ends with the session.
        let followed = self.run(&["sessions", "logs", &id, "--follow"]);
        assert!(followed.ends().success(), "{}", followed.errors());
        let session = Session::new(self.ask(&["sessions", "show", &id]));
        (id, session)
    }

    /// Plans again, and has another session: there must be nothing left to do.
    pub(crate) fn is_settled(&self) {
        let starts = self.read("starts");
        let clone = self.repository.clone_path().display().to_string();
        let plan = self.ask(&["plan", &clone]);
        let totals = &plan["totals"];
        for kind in ["install", "update", "uninstall", "downgrade", "repair", "set", "failed"] {
            assert_eq!(totals[kind], 0, "{kind}: {plan:#}");
        }
        let again = self.session();
        assert_eq!(again.status(), "passed", "{again:?}");
        assert!(again.actions().iter().all(|action| action["action"] == "none"), "{again:?}");
        assert_eq!(self.read("starts"), starts, "a settled session starts nothing");
    }
}

fn open_to_all(folder: &Path) {
    use std::os::unix::fs::PermissionsExt as _;
    fs::set_permissions(folder, fs::Permissions::from_mode(0o777)).expect("our own");
}
