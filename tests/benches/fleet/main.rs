//! The controller with 20,000 agents in a steady state: sessions that find 50
//! items in order, begun, looked at, planned, ended and on the disk.
//!
//! `cargo bench -p ordain-tests --bench fleet [COMPUTERS [ROUNDS]]`. The daemon
//! is the real one without its listener, its database a file with a flush for
//! every commit; an agent is a task that answers every order that all is well,
//! over a line within the process, in the JSON of the wire. Both share the
//! process and its two threads, so what is measured is the least of what the
//! controller can do.
#![expect(clippy::print_stdout, clippy::unwrap_used, reason = "a bench tells, and may fail")]
#![expect(clippy::cast_precision_loss, reason = "figures for people")]

#[path = "../../fleet/repository.rs"]
#[expect(dead_code, reason = "nothing is removed here")]
mod repository;

mod agents;
mod figures;

use std::path::Path;
use std::sync::Arc;
use std::time::Instant;

use jiff::Timestamp;
use ordain_controller::simulation::{Daemon, Wanted};
use ordain_controller::{Clock, ServeConfig};
use ordain_core::identity::Life;
use ordain_core::session::Kind;
use ordain_source::Location;
use ordain_store::rows::EnrolledAgent;
use ordain_store::{AgentId, ComputerId, Enrolments as _, SqliteStore, TenantId};

use repository::Configured;

/// As the daemon has it.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

/// Items that a session looks at.
const ITEMS: usize = 50;
/// Sessions that are begun at a time.
const AT_A_TIME: usize = 64;
/// Threads of the runtime.
const THREADS: usize = 2;

fn main() {
    let mut numbers = std::env::args().skip(1).filter_map(|word| word.parse::<usize>().ok());
    let (computers, rounds) = (numbers.next().unwrap_or(20_000), numbers.next().unwrap_or(1));
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .worker_threads(THREADS)
        .enable_all()
        .build()
        .unwrap();
    runtime.block_on(measure(computers, rounds));
    runtime.shutdown_background();
}

async fn measure(computers: usize, rounds: usize) {
    let folder = tempfile::tempdir().unwrap();
    let repository = policy(&folder.path().join("policy"));
    let data = folder.path().join("data");
    std::fs::create_dir_all(&data).unwrap();
    let file = data.join(ordain_controller::names::DATABASE);
    let store = Arc::new(SqliteStore::open(&file).await.unwrap());
    let mut config = ServeConfig::new(Location::Folder(repository.place.clone()), data);
    let (_clock, shown) = tokio::sync::watch::channel(Timestamp::now());
    config.clock = Clock::set_by(shown);
    let revision = repository.commit(1_700_000_000);
    let daemon = Arc::new(Daemon::start(&config, store.clone()).await.unwrap());
    daemon.follow(&revision).await;
    println!("{computers} computers, {ITEMS} items each, {THREADS} threads");

    let rows = (0..computers).map(enrolled).collect();
    store.restore_enrolments(rows).await.unwrap();
    let begun = Instant::now();
    let ended = agents::connect(&daemon, computers).await;
    println!("connecting: {:.0} a second", computers as f64 / begun.elapsed().as_secs_f64());

    // The first session of each writes down what it finds; from the second on nothing is news.
    for round in 0..=rounds {
        let before = figures::size(&file);
        let (begun, cpu) = (Instant::now(), figures::cpu());
        begin(&daemon, round, computers).await;
        ended.wait((round + 1) * computers).await;
        let (took, cpu) = (begun.elapsed().as_secs_f64(), figures::cpu() - cpu);
        let sessions = computers as f64;
        println!(
            "{}: {:.0} sessions a second in {took:.1} s, {:.2} ms CPU and {:.0} bytes of database a session, {} MB resident at most",
            if round == 0 { "first sessions" } else { "steady state" },
            sessions / took,
            cpu * 1000.0 / sessions,
            (figures::size(&file) - before) as f64 / sessions,
            figures::peak_megabytes(),
        );
    }
}

/// Begins a session on each, as many at a time as the daemon's own starts.
async fn begin(daemon: &Arc<Daemon>, round: usize, computers: usize) {
    let mut beginning = tokio::task::JoinSet::new();
    for first in 0..AT_A_TIME {
        let daemon = daemon.clone();
        beginning.spawn(async move {
            for number in (first..computers).step_by(AT_A_TIME) {
                let id = format!("s-{round:04}{number:08}");
                let (computer, kind) = (computer(number), Kind::Maintenance);
                let wanted = Wanted { id, computer, kind, item: None };
                assert!(daemon.begin(wanted).await.unwrap().is_some());
            }
        });
    }
    beginning.join_all().await;
}

fn computer(number: usize) -> String {
    format!("c-{number:05}")
}

fn enrolled(number: usize) -> EnrolledAgent {
    let agent = agents::id(number);
    EnrolledAgent {
        tenant: TenantId::new(format!("t{}", number % 50)),
        computer: ComputerId::new(computer(number)),
        agent: AgentId::new(agent.clone()),
        name: format!("pc-{number:05}"),
        life: Life { hardware: agents::hardware(number), installation: Some("1".to_owned()) },
        key_fingerprint: agent,
        certificate_expires_at: Timestamp::now() + jiff::SignedDuration::from_hours(24 * 30),
        at: Timestamp::now(),
    }
}

/// 50 tenants, 50 pieces of software for everybody, and a schedule.
fn policy(place: &Path) -> Configured {
    let repository = Configured::new(place);
    repository.write("ordain.yaml", "kind: Repository\nname: bench\napiVersion: ordain/v1\n");
    for tenant in 0..50 {
        repository.write(
            &format!("tenants/t{tenant}/tenant.yaml"),
            &format!("kind: Tenant\nname: t{tenant}\nonboarding: {{enabled: false}}\n"),
        );
    }
    for item in 0..ITEMS {
        repository.write(
            &format!("software/app-{item}/software.yaml"),
            &format!(
                "kind: Software\nname: app-{item}\n\
                 detect: {{package: {{manager: dpkg, name: app-{item}}}}}\n\
                 versions: [{{version: \"1.0\"}}]\n\
                 install: {{package: {{manager: dpkg, name: app-{item}}}}}\n\
                 uninstall: {{package: {{manager: dpkg, name: app-{item}}}}}\n"
            ),
        );
    }
    let all: Vec<String> = (0..ITEMS).map(|item| format!("app-{item}")).collect();
    repository.write(
        "deployments/baseline.yaml",
        &format!(
            "kind: Deployment\nname: baseline\nitems: [{}]\ntarget: {{all: true}}\n",
            all.join(", ")
        ),
    );
    repository
}
