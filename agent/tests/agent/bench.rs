//! The carrying thread without a connection: orders in, reports out.

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use ordain_agent::carry::{self, Desk, Queue};
use ordain_agent::intake::{self, Recent, Stand, Taken};
use ordain_agent::platform::Platform;
use ordain_wire::{
    AgentMessage, ControllerMessage, EndSpec, FoundSpec, Order, ProgressSpec, Report, ReportBody,
};
use tempfile::TempDir;

use crate::orders;

/// A platform that a test lays out: `boot`, `reboot`, `restart-pending` and
/// `ask` stand in its folder, the words of the command one a line.
pub(crate) struct Laid {
    pub(crate) users: Vec<String>,
    pub(crate) folder: PathBuf,
    pub(crate) root: PathBuf,
}

impl Laid {
    fn text(&self, name: &str) -> Option<String> {
        std::fs::read_to_string(self.folder.join(name)).ok()
    }
}

impl Platform for Laid {
    fn dmi_root(&self) -> &Path {
        Path::new("/nonexistent")
    }
    fn boot_id(&self) -> String {
        self.text("boot").unwrap_or_else(|| "this-boot".into())
    }
    fn logged_on(&self) -> Vec<String> {
        self.users.clone()
    }
    fn reboot_command(&self) -> Vec<String> {
        self.text("reboot").unwrap_or_default().lines().map(str::to_owned).collect()
    }
    fn is_restart_pending(&self) -> bool {
        self.folder.join("restart-pending").exists()
    }
    fn ask_program(&self) -> Option<PathBuf> {
        Some(self.folder.join("ask")).filter(|program| program.exists())
    }
    fn settings_root(&self) -> &Path {
        &self.root
    }
}

/// How long anything may take before a test gives up.
pub(crate) const PATIENCE: Duration = Duration::from_mins(1);

pub(crate) struct Bench {
    pub(crate) folder: TempDir,
    pub(crate) desk: Arc<Desk>,
    queue: Queue,
    pub(crate) live: tokio::sync::mpsc::Receiver<AgentMessage>,
    runtime: tokio::runtime::Runtime,
}

impl Bench {
    pub(crate) fn new() -> Self {
        Self::with_users(&[])
    }

    pub(crate) fn with_users(users: &[&str]) -> Self {
        Self::within(tempfile::tempdir().unwrap(), users)
    }

    pub(crate) fn within(folder: TempDir, users: &[&str]) -> Self {
        let desk = Arc::new(carry::desk(folder.path()).unwrap());
        let users = users.iter().map(|user| (*user).to_owned()).collect();
        let folder_path = folder.path().to_owned();
        let platform = Arc::new(Laid { users, folder: folder_path, root: "/".into() });
        let (sender, live) = tokio::sync::mpsc::channel(1024);
        let roots = carry::roots(folder.path(), None);
        let queue = carry::start(desk.clone(), platform, roots, sender).unwrap();
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
        Self { folder, desk, queue, live, runtime }
    }

    /// Puts a script where the controller would have delivered it.
    pub(crate) fn keep(&self, script: &str) {
        let id = orders::id(script).parse().unwrap();
        self.desk.blobs.want([id]);
        self.desk.blobs.deliver(&orders::blob(script)).unwrap();
    }

    pub(crate) fn take(&self, order: &Order) {
        let stand = Stand { agent: "a-1", tenant: "contoso", now: 0, skew: 0 };
        let text = serde_json::to_string(&ControllerMessage::Order(order.clone())).unwrap();
        let (mut recent, mut journal) = (Recent::default(), self.desk.journal());
        let taken = intake::take(order.clone().into(), &text, &mut recent, &mut journal, stand);
        drop(journal);
        assert_eq!(taken, Taken::In);
        self.queue.put(order.number);
    }

    /// Returns when the journal satisfies the condition.
    pub(crate) fn until(
        &self,
        what: &str,
        condition: impl Fn(&[Report]) -> bool,
        number: u64,
    ) -> Vec<Report> {
        self.runtime.block_on(async {
            let wait = async {
                loop {
                    let reports = self.desk.journal().reports_of(number).unwrap();
                    if condition(&reports) {
                        return reports;
                    }
                    tokio::select! {
                        () = self.desk.reported.notified() => {}
                        () = self.desk.blobs.asked() => {}
                    }
                }
            };
            tokio::time::timeout(PATIENCE, wait)
                .await
                .unwrap_or_else(|_| panic!("{what} did not come"))
        })
    }

    /// Takes the order in and returns its reports when it has ended.
    pub(crate) fn carry_out(&self, order: &Order) -> Vec<Report> {
        self.take(order);
        self.until(
            "the end",
            |reports| reports.iter().any(|report| report.body == ReportBody::Ended),
            order.number,
        )
    }

    /// Carries an order of one step with one piece of work out; how that ended, and what it printed.
    pub(crate) fn run_one(&self, number: u64, work: ordain_wire::WorkSpec) -> (EndSpec, String) {
        let reports =
            self.carry_out(&orders::execute(number, vec![orders::step("task/t", vec![work])]));
        let mut ends = ends(&reports);
        assert_eq!(ends.len(), 1, "{reports:?}");
        ends.remove(0)
    }

    /// Carries a detection of one thing out.
    pub(crate) fn find_one(&self, number: u64, how: ordain_wire::CheckHowSpec) -> FoundSpec {
        let reports = self.carry_out(&orders::detect(number, vec![how]));
        findings(&reports).remove(0)
    }
}

/// How each piece of work ended, and what it printed.
pub(crate) fn ends(reports: &[Report]) -> Vec<(EndSpec, String)> {
    let ends = reports.iter().filter_map(|report| match &report.body {
        ReportBody::Progress(ProgressSpec::Finished { outcome, .. }) => {
            Some((outcome.end.clone(), outcome.output.clone()))
        }
        _ => None,
    });
    ends.collect()
}

pub(crate) fn findings(reports: &[Report]) -> Vec<FoundSpec> {
    let found = reports.iter().find_map(|report| match &report.body {
        ReportBody::Detected { findings } => {
            Some(findings.iter().map(|finding| finding.found.clone()).collect())
        }
        _ => None,
    });
    found.expect("a detection reports")
}
