//! Small repositories rich in collisions: few names, few tags, many deployments.
//!
//! Prerequisites only point at software further down the list, so that none is
//! in a circle; whatever else leads to an error is taken away afterwards.

use std::collections::BTreeMap;

use jiff::Timestamp;
use ordain_schema::document::Inventory;
use serde_json::{Value, json};

use super::fleet;
use super::keys::{computer, conditions, group, task, values, versions};
use super::random::Random;
use super::repository::{Doc, Keys, Repository};

pub(crate) const TENANTS: &[&str] = &["north", "south", "upper", "west"];
pub(crate) const SOFTWARE: &[&str] = &["alder", "birch", "cedar", "dogwood", "elm", "fir"];
pub(crate) const TASKS: &[&str] = &["ant", "bee", "cat"];
pub(crate) const COMPUTERS: &[&str] = &["pc-1", "pc-2", "pc-3"];
pub(crate) const PERSONS: &[&str] =
    &["ann@north.example", "bob@south.example", "cy@upper.example", "Dee@West.example"];
pub(crate) const VERSIONS: &[&str] = &["1.0", "1.1-beta", "2.0", "2.10", "3.0"];
pub(crate) const TAGS: &[&str] = &["red", "blue"];
pub(crate) const GROUPS: &[&str] = &["Staff", "Lab"];
pub(crate) const INTEGRATIONS: &[&str] = &["rmm", "psa"];

/// What makes some repositories plainer than others.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Style {
    /// Prerequisites in full form, which look at what is found.
    pub(crate) full_rules: bool,
}

/// A repository, and what is known of its computers.
#[derive(Debug, Clone)]
pub(crate) struct Case {
    pub(crate) repository: Repository,
    pub(crate) inventory: Inventory,
    /// What each filter script says, by its text; where nothing stands it has no answer.
    pub(crate) answers: BTreeMap<String, Vec<String>>,
    /// Tenants for which filter scripts have no answer.
    pub(crate) unanswered: Vec<String>,
    pub(crate) now: Timestamp,
    pub(crate) plot: Plot,
}

/// Which objects there are and where they stand.
#[derive(Debug, Clone)]
pub(crate) struct Plot {
    style: Style,
    /// The tenants, each after its parent.
    pub(crate) tenants: Vec<&'static str>,
    parents: BTreeMap<&'static str, &'static str>,
    /// The folders in which objects stand, by name; everything else is cross-tenant.
    homes: BTreeMap<&'static str, &'static str>,
    pub(crate) software: Vec<&'static str>,
    pub(crate) tasks: Vec<&'static str>,
}

/// A case of this seed; it has no errors.
pub(crate) fn case(seed: u64, style: Style) -> Case {
    let mut random = Random::new(seed);
    let random = &mut random;
    let now = random
        .pick(&["2026-03-02T15:00:00Z", "2026-03-02T23:30:00Z", "2026-03-02T00:10:00Z"])
        .parse()
        .unwrap();
    let plot = Plot::new(random, style);
    let mut repository = plot.repository(random);
    assert!(repository.mend(now), "seed {seed} is past mending:\n{}", repository.text());
    let inventory = fleet::inventory(random, &plot, &repository);
    let places: Vec<String> = inventory
        .computers
        .iter()
        .map(|one| {
            if random.chance(60) {
                one.name.clone()
            } else {
                format!("{}/{}", one.tenant, one.name)
            }
        })
        .collect();
    let answers =
        (0..3).map(|number| (filter(number), random.some(&places, 3))).collect::<BTreeMap<_, _>>();
    let unanswered =
        if random.chance(20) { vec![random.pick(&plot.tenants).to_owned()] } else { Vec::new() };
    Case { repository, inventory, answers, unanswered, now, plot }
}

/// The text of a filter script; the fourth has no answer.
fn filter(number: usize) -> String {
    format!("def filter(c):\n    return c.name == \"{number}\"\n")
}

/// A trust policy that believes the controller about some of what it knows.
fn trust(random: &mut Random) -> Keys {
    const KEY: &str =
        "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIGPKSUHyYcDnM1XC8JZG3xFcWqPHMbkXtpOzv/8WlxEa";
    let kinds = [
        "product",
        "agreement",
        "directoryGroup",
        "deviceGroup",
        "filterScript",
        "inventoryTag",
        "approval",
    ];
    let believed: Vec<&str> = kinds.into_iter().filter(|_| random.chance(40)).collect();
    vec![
        ("objectFormat", "sha1".into()),
        ("keys", json!({"jo": {"key": KEY, "person": "jo"}})),
        ("roles", json!({"root": {"keys": ["jo"]}})),
        ("controllerFacts", json!(believed)),
    ]
}

impl Plot {
    fn new(random: &mut Random, style: Style) -> Self {
        let tenants = TENANTS[..random.between(1, TENANTS.len())].to_vec();
        let mut parents = BTreeMap::new();
        for (place, tenant) in tenants.iter().enumerate().skip(1) {
            if random.chance(50) {
                parents.insert(*tenant, random.pick(&tenants[..place]));
            }
        }
        let software = SOFTWARE[..random.between(2, SOFTWARE.len())].to_vec();
        let tasks = TASKS[..random.between(1, TASKS.len())].to_vec();
        let mut homes = BTreeMap::new();
        for name in software.iter().chain(&tasks).chain(&["g-one", "g-two"]) {
            if random.chance(15) {
                homes.insert(*name, random.pick(&tenants));
            }
        }
        Self { style, tenants, parents, homes, software, tasks }
    }

    fn repository(&self, random: &mut Random) -> Repository {
        let mut repository = Repository::default();
        let mut add = |path: String, kind, name: &str, keys| {
            repository.docs.push(Doc { path, kind, name: name.to_owned(), keys, gone: false });
        };
        add(
            "ordain.yaml".into(),
            "Repository",
            "repo",
            self.keys(random, "Repository", "repo", ""),
        );
        if random.chance(25) {
            add(".ordain/trust.yaml".into(), "Trust", "trust", trust(random));
        }
        for tenant in &self.tenants {
            let path = format!("tenants/{tenant}/tenant.yaml");
            add(path, "Tenant", tenant, self.keys(random, "Tenant", tenant, tenant));
            for computer in COMPUTERS {
                if random.chance(15) {
                    let path = format!("tenants/{tenant}/computers/{computer}.yaml");
                    let keys = self.keys(random, "Computer", computer, tenant);
                    add(path, "Computer", computer, keys);
                }
            }
        }
        for name in &self.tasks {
            let path = format!("{}tasks/{name}/task.yaml", self.base(name));
            add(path, "Task", name, self.keys(random, "Task", name, ""));
        }
        for name in &self.software {
            let path = format!("{}software/{name}/software.yaml", self.base(name));
            add(path, "Software", name, self.keys(random, "Software", name, ""));
        }
        for name in INTEGRATIONS.iter().filter(|_| random.chance(70)).collect::<Vec<_>>() {
            let keys = self.keys(random, "Integration", name, "");
            add(format!("integrations/{name}.yaml"), "Integration", name, keys);
        }
        for name in ["lic-alder", "lic-birch"] {
            let keys = self.keys(random, "Licence", name, "");
            add(format!("licences/{name}.yaml"), "Licence", name, keys);
        }
        for name in ["g-one", "g-two"] {
            let path = format!("{}groups/{name}.yaml", self.base(name));
            add(path, "Group", name, self.keys(random, "Group", name, ""));
        }
        if random.chance(40) {
            let keys = self.keys(random, "Schedule", "dawn", "");
            add("schedules/dawn.yaml".into(), "Schedule", "dawn", keys);
        }
        for number in 0..random.between(5, 16) {
            let doc = self.deployment(random, &format!("d{number}"));
            repository.docs.push(doc);
        }
        repository.scripts = self.scripts(random, &repository.docs);
        repository
    }

    fn base(&self, name: &str) -> String {
        self.homes.get(name).map_or(String::new(), |tenant| format!("tenants/{tenant}/"))
    }

    /// The scripts that documents may name, beside all of them.
    fn scripts(&self, random: &mut Random, docs: &[Doc]) -> BTreeMap<String, String> {
        let mut scripts =
            BTreeMap::from([("secrets/key.age".to_owned(), "age-encryption.org/v1\n".to_owned())]);
        for doc in docs {
            let Some((folder, _)) = doc.path.rsplit_once('/') else { continue };
            let names: &[&str] = match doc.kind {
                "Task" => &["test.sh", "set.sh"],
                "Software" => &["install.sh", "uninstall.sh", "upgrade.sh", "latest.sh"],
                "Group" | "Deployment" => &["lab.star"],
                _ => &[],
            };
            for name in names {
                let text = if *name == "lab.star" {
                    filter(random.below(4))
                } else {
                    format!("#!/bin/sh\n# {}\n", random.below(3))
                };
                scripts.insert(format!("{folder}/{name}"), text);
            }
        }
        if self.tenants.len() > 1 {
            // The deployments of every tenant may yet come to name one.
            for tenant in &self.tenants {
                scripts.insert(format!("tenants/{tenant}/deployments/lab.star"), filter(1));
            }
        }
        scripts
    }

    /// Another text for a script.
    pub(crate) fn script(random: &mut Random, path: &str) -> String {
        if path.ends_with("lab.star") {
            filter(random.below(4))
        } else {
            format!("#!/bin/sh\n# {}\n", random.below(9))
        }
    }

    /// A deployment of that name, anywhere.
    pub(crate) fn deployment(&self, random: &mut Random, name: &str) -> Doc {
        let scope = if random.chance(50) { random.pick(&self.tenants) } else { "" };
        let base = if scope.is_empty() { String::new() } else { format!("tenants/{scope}/") };
        let file = random.pick(&["a", "b", "c", "sub/d", name, name]);
        let keys = self.keys(random, "Deployment", name, scope);
        let path = format!("{base}deployments/{file}.yaml");
        Doc { path, kind: "Deployment", name: name.to_owned(), keys, gone: false }
    }

    /// The same document with other keys.
    pub(crate) fn again(&self, random: &mut Random, doc: &Doc) -> Doc {
        let scope = doc.path.strip_prefix("tenants/").and_then(|rest| rest.split('/').next());
        let keys = self.keys(random, doc.kind, &doc.name, scope.unwrap_or_default());
        Doc { keys, ..doc.clone() }
    }

    /// Keys for a document of a kind; `scope` is the tenant in whose folder it stands.
    fn keys(&self, random: &mut Random, kind: &str, name: &str, scope: &str) -> Keys {
        match kind {
            "Repository" => vec![
                ("apiVersion", json!("ordain/v1")),
                ("timezone", json!(random.pick(&["Etc/UTC", "Europe/Berlin", "America/Chicago"]))),
            ],
            "Tenant" => self.tenant(random, name),
            "Computer" => computer(random),
            "Task" => task(random),
            "Software" => self.software(random, name),
            "Integration" => vec![("type", json!("halo")), ("disabled", json!(random.chance(25)))],
            "Licence" => {
                let mut keys = vec![
                    ("software", json!(name.trim_start_matches("lic-"))),
                    ("key", json!({"secret": "key"})),
                ];
                if random.chance(50) {
                    keys.push(("restrictToMajor", json!(random.pick(&["1", "2"]))));
                }
                keys
            }
            "Group" => group(random),
            "Schedule" => vec![
                ("target", self.target(random, "", false)),
                ("when", json!({"cron": "0 5 * * *"})),
            ],
            _ => self.deployed(random, name, scope),
        }
    }

    fn tenant(&self, random: &mut Random, name: &str) -> Keys {
        let mut keys = vec![("domains", json!([format!("{name}.example")]))];
        if let Some(parent) = self.parents.get(name).filter(|_| random.chance(90)) {
            keys.push(("parent", json!(parent)));
        }
        if random.chance(12) {
            keys.push(("crossTenant", json!(false)));
        }
        if random.chance(30) {
            keys.push(("tags", json!(random.some(TAGS, 2))));
        }
        if random.chance(30) {
            let zones = ["Pacific/Kiritimati", "America/Los_Angeles", "Asia/Tokyo"];
            keys.push(("timezone", json!(random.pick(&zones))));
        }
        if random.chance(45) {
            let own = |names: &[&'static str]| -> Vec<&'static str> {
                names.iter().copied().filter(|name| !self.homes.contains_key(name)).collect()
            };
            keys.push(("values", values(random, &own(&self.software), &own(&self.tasks))));
        }
        keys
    }

    fn software(&self, random: &mut Random, name: &str) -> Keys {
        let plain = random.chance(40);
        let mut keys = vec![
            ("detect", json!({"file": {"path": format!("/x/{name}"), "version": true}})),
            ("install", json!({"script": "install.sh"})),
            ("uninstall", json!({"script": "uninstall.sh"})),
        ];
        keys.push(("versions", versions(random, plain)));
        if !plain {
            let strategies = ["none", "upgrade-script", "uninstall-install"];
            let mut maybe = |percent, key, value: Value| {
                if random.chance(percent) {
                    keys.push((key, value));
                }
            };
            maybe(12, "latest", json!({"script": "latest.sh"}));
            maybe(40, "test", json!({"script": "install.sh"}));
            maybe(10, "licence", json!("required"));
            maybe(8, "upgradeStrategy", json!(strategies[0]));
            maybe(15, "platforms", json!([{"os": "windows"}]));
            maybe(8, "platforms", json!([{"os": "linux", "arch": "x64"}, {"arch": "x86"}]));
            maybe(20, "order", json!({"rank": 1}));
            maybe(10, "order", json!({"at": "last"}));
            maybe(10, "repair", json!({"strategy": "none"}));
            maybe(10, "publisher", json!("someone"));
            maybe(6, "upgrade", json!({"script": "upgrade.sh"}));
            keys.dedup_by_key(|(key, _)| *key);
        }
        // Values name both, whether or not a task declares the second one too.
        let mut declared = json!({"q": {"type": "string"}, "p": {"type": "string"}});
        if random.chance(15) {
            declared["q"]["required"] = json!(true);
        }
        keys.push(("parameters", declared));
        if random.chance(35) {
            keys.push(("configure", json!(random.pick(&self.tasks))));
        }
        if !plain && self.style.full_rules && random.chance(15) {
            keys.push(("appliesIf", conditions(random, &self.software)));
        }
        let requires = self.requires(random, name);
        if !requires.is_empty() {
            keys.push(("requires", json!(requires)));
        }
        keys
    }

    fn requires(&self, random: &mut Random, name: &str) -> Vec<Value> {
        let own = self.software.iter().position(|one| *one == name).unwrap_or(0);
        let (below, mut others) = (&self.software[own + 1..], self.software.clone());
        others.retain(|other| *other != name);
        if below.is_empty() {
            return Vec::new();
        }
        let mut rules: Vec<Value> = Vec::new();
        for _ in 0..random.pick(&[0, 0, 0, 1, 1, 2, 3]) {
            let rule = match random.below(if self.style.full_rules { 4 } else { 3 }) {
                0 if random.chance(35) => {
                    let version = random.pick(&[">=2.0", "<=2.10", "=1.0", ">=1.1-beta"]);
                    json!({"software": random.pick(below), "version": version})
                }
                0 | 1 => json!({"software": random.pick(below)}),
                2 => json!({"absent": random.pick(below)}),
                _ => {
                    let subjects = [random.pick(&others), random.pick(&others)];
                    let named = if subjects[0] == subjects[1] { &subjects[..1] } else { &subjects };
                    let mut condition = serde_json::Map::new();
                    condition.insert(random.pick(&["anyOf", "allOf"]).into(), json!(named));
                    condition.insert("is".into(), random.pick(&["installed", "absent"]).into());
                    let then = match random.below(3) {
                        0 => json!({"install": [random.pick(below)]}),
                        1 => json!({"uninstall": [random.pick(below)]}),
                        _ => json!({"fail": "not here"}),
                    };
                    json!({"if": condition, "then": then})
                }
            };
            if !rules.contains(&rule) {
                rules.push(rule);
            }
        }
        rules
    }
}
