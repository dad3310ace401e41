//! The history of a real package repository, replayed as commits of a catalogue.
//!
//! Each application is a software document. A bump adds a version, of which
//! the last ten stay; an edit changes how it is installed; a reformat changes
//! lines and no meaning. The fleet has 20 tenants with 100 computers each;
//! every tenant deploys some 40 applications in their latest version, and
//! every computer has all of these in some version.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;
use std::time::Duration;

use git2::Repository;
use ordain_core::version::{check, compare};
use ordain_schema::document::VersionScheme;
use ordain_tests::generator::{Random, tenant_name};

use crate::data::{Names, rows};
use crate::figures::{count, time, title};
use crate::follow::{Followed, Follower};
use crate::repository::{Change, commit, init};

const SEED: u64 = 1;
const COMMITS: usize = 5000;
const REFORMATS: usize = 266;
const TENANTS: usize = 20;
const COMPUTERS: usize = 2000;
const APPS: usize = 40;
const KEPT: usize = 10;

/// One change of one application.
struct Row {
    commit: usize,
    op: String,
    app: String,
    version: String,
}

/// An application as it stands.
#[derive(Debug, Default, Clone)]
struct App {
    versions: Vec<String>,
    edits: usize,
    layout: usize,
}

/// The catalogue as it stands, and who deploys what.
struct Catalogue {
    apps: BTreeMap<String, App>,
    deployed: BTreeMap<String, Vec<usize>>,
}

pub(crate) fn run() {
    title("Replay of a catalogue's history");
    let Some(rows) = rows("scoop-main-history.tsv.zst") else { return };
    let mut names = Names::default();
    let rows: Vec<Row> = rows.iter().map(|fields| row(fields, &mut names)).collect();
    let deployed = deployed(&rows);
    let inventory = inventory(&rows, &deployed);
    let folder = tempfile::tempdir().unwrap();
    let git = init(folder.path());
    let first = commit(&git, &start()).to_string();
    let mut catalogue = Catalogue { apps: BTreeMap::new(), deployed };
    let mut follower = Follower::new(folder.path(), &first, &inventory);

    let (mut followed, mut reformats): (Vec<Followed>, Vec<Followed>) = (Vec::new(), Vec::new());
    let mut waiting: BTreeMap<String, Change> = BTreeMap::new();
    for of_commit in rows.chunk_by(|a, b| a.commit == b.commit) {
        let early = of_commit[0].commit <= COMMITS;
        // Reformats get commits of their own, so that each is seen alone.
        let (same, other): (Vec<&Row>, Vec<&Row>) =
            of_commit.iter().partition(|row| row.op == "reformat");
        for row in other {
            waiting.extend(catalogue.change(row));
        }
        // Past the replay, what lies between two reformats is one commit.
        if !waiting.is_empty() && (early || !same.is_empty()) {
            let one = follow(&git, &mut follower, &std::mem::take(&mut waiting));
            followed.extend(early.then_some(one));
        }
        for row in same {
            let one = follow(&git, &mut follower, &catalogue.change(row));
            followed.extend(early.then_some(one));
            reformats.push(one);
        }
    }
    report(&followed, &reformats);
}

fn follow(
    git: &Repository,
    follower: &mut Follower,
    changes: &BTreeMap<String, Change>,
) -> Followed {
    let changes: Vec<Change> = changes.values().cloned().collect();
    follower.follow(&commit(git, &changes).to_string())
}

fn report(followed: &[Followed], reformats: &[Followed]) {
    let mean = |of: fn(&Followed) -> Duration| {
        followed.iter().map(of).sum::<Duration>() / u32::try_from(followed.len()).unwrap()
    };
    let mut sums: Vec<Duration> = followed.iter().map(Followed::sum).collect();
    sums.sort();
    println!(
        "{} commits, {} plans made, {} computers woken; seed {SEED}",
        followed.len(),
        followed.iter().map(|one| one.planned).sum::<u64>(),
        followed.iter().map(|one| one.woken).sum::<u64>()
    );
    println!(
        "mean: read and check {:.2?}, compare {:.2?}, plan {:.2?}; 99 of 100 within {:.1?}",
        mean(|one| one.read),
        mean(|one| one.compare),
        mean(|one| one.plan),
        sums[sums.len() * 99 / 100]
    );
    time("mean from a commit to the new plan", mean(Followed::sum), Duration::from_millis(20));
    count("changes that leave every version alone", reformats.len(), REFORMATS);
    let woken: u64 = reformats.iter().map(|one| one.woken).sum();
    count("computers that these wake", usize::try_from(woken).unwrap(), 0);
}

fn row(fields: &[String], names: &mut Names) -> Row {
    let version = if fields[7].is_empty() { &fields[6] } else { &fields[7] };
    Row {
        commit: fields[0].parse().unwrap(),
        op: fields[4].clone(),
        app: names.of(&fields[5]),
        version: version.clone(),
    }
}

/// The tenants that deploy each application. What is reformatted at any time
/// is deployed somewhere.
fn deployed(rows: &[Row]) -> BTreeMap<String, Vec<usize>> {
    let early = rows.iter().filter(|row| row.commit <= COMMITS);
    let apps: Vec<&str> =
        early.map(|row| row.app.as_str()).collect::<BTreeSet<_>>().into_iter().collect();
    let mut random = Random::new(SEED);
    let mut deployed: BTreeMap<String, BTreeSet<usize>> = BTreeMap::new();
    for tenant in 0..TENANTS {
        for _ in 0..APPS {
            let app = apps[random.below(apps.len())];
            deployed.entry(app.to_owned()).or_default().insert(tenant);
        }
    }
    for (index, row) in rows.iter().filter(|row| row.op == "reformat").enumerate() {
        let tenants = deployed.entry(row.app.clone()).or_default();
        if tenants.is_empty() {
            tenants.insert(index % TENANTS);
        }
    }
    deployed.into_iter().map(|(app, tenants)| (app, tenants.into_iter().collect())).collect()
}

fn inventory(rows: &[Row], deployed: &BTreeMap<String, Vec<usize>>) -> String {
    let mut versions: BTreeMap<&str, Vec<&str>> = BTreeMap::new();
    for row in rows.iter().filter(|row| row.commit <= COMMITS && !row.version.is_empty()) {
        versions.entry(&row.app).or_default().push(&row.version);
    }
    let mut random = Random::new(SEED);
    let mut text = String::new();
    for index in 0..COMPUTERS {
        let tenant = index % TENANTS;
        let mut software = serde_json::Map::new();
        for (app, _) in deployed.iter().filter(|(_, tenants)| tenants.contains(&tenant)) {
            let known = versions.get(app.as_str()).map_or(&["0"][..], Vec::as_slice);
            software.insert(app.clone(), known[random.below(known.len())].into());
        }
        let computer = serde_json::json!({"computer": {
            "name": format!("pc-{index:04}"),
            "tenant": tenant_name(tenant),
            "chassis": "desktop",
            "os": {"family": "windows", "arch": "x64"},
            "software": software,
        }});
        writeln!(text, "{computer}").unwrap();
    }
    text
}

fn start() -> Vec<Change> {
    let repository = "apiVersion: ordain/v1\nkind: Repository\nname: replay\n".to_owned();
    let tenants = (0..TENANTS).map(|tenant| {
        let name = tenant_name(tenant);
        (format!("tenants/{name}/tenant.yaml"), Some(format!("kind: Tenant\nname: {name}\n")))
    });
    std::iter::once(("ordain.yaml".to_owned(), Some(repository))).chain(tenants).collect()
}

impl Catalogue {
    /// The files that a change changes, by path.
    fn change(&mut self, row: &Row) -> BTreeMap<String, Change> {
        let is_new = !self.apps.contains_key(&row.app);
        let app = self.apps.entry(row.app.clone()).or_default();
        match row.op.as_str() {
            "edit" => app.edits += 1,
            "reformat" => app.layout += 1,
            _ => {}
        }
        if !row.version.is_empty() && row.op != "delete" {
            app.take(&row.version);
        }
        let app = app.clone();
        let mut files = vec![(software_path(&row.app), Some(app.document(&row.app)))];
        if row.op == "delete" {
            self.apps.remove(&row.app);
            files[0].1 = None;
        }
        if is_new || row.op == "delete" {
            for tenant in self.deployed.get(&row.app).into_iter().flatten() {
                let path = format!("tenants/{}/deployments/{}.yaml", tenant_name(*tenant), row.app);
                let text = format!(
                    "kind: Deployment\nname: {0}\nsoftware: {0}\nversion: latest\ntarget: {{all: true}}\n",
                    row.app
                );
                files.push((path, (row.op != "delete").then_some(text)));
            }
        }
        files.into_iter().map(|file| (file.0.clone(), file)).collect()
    }
}

fn software_path(app: &str) -> String {
    format!("software/{app}/software.yaml")
}

impl App {
    fn take(&mut self, version: &str) {
        let scheme = VersionScheme::Segments;
        // The history has a few texts that nobody would accept as a version.
        if check(scheme, version).is_err() {
            return;
        }
        // Two of them may compare equal: the later way of writing it stays.
        self.versions.retain(|known| compare(scheme, known, version).is_ne());
        self.versions.push(version.to_owned());
        let gone = self.versions.len().saturating_sub(KEPT);
        self.versions.drain(..gone);
    }

    /// The document; the layout changes lines and comments alone.
    fn document(&self, name: &str) -> String {
        let package = format!("{{package: {{manager: winget, name: \"{name}\"}}}}");
        let install = format!(
            "install: {{package: {{manager: winget, name: \"{name}\"}}, timeout: {}m}}\n",
            10 + self.edits
        );
        let uninstall = format!("uninstall: {package}\n");
        let mut text = format!("kind: Software\nname: \"{name}\"\ndetect: {package}\n");
        if self.layout.is_multiple_of(2) {
            text.push_str(&install);
            text.push_str(&uninstall);
        } else {
            text.push_str(&uninstall);
            write!(text, "# Layout {}\n\n{install}", self.layout).unwrap();
        }
        if !self.versions.is_empty() {
            text.push_str("versions:\n");
        }
        for version in &self.versions {
            let version = serde_json::Value::from(version.as_str());
            match self.layout % 2 {
                0 => writeln!(text, "- {{version: {version}}}").unwrap(),
                _ => writeln!(text, "  - version: {version}").unwrap(),
            }
        }
        text
    }
}
