//! A seeded generator of MSP-shaped repositories and inventories, for load.
//!
//! The same seed and size give the same bytes on every machine. A catalogue of
//! software with versions and prerequisites, tenants with deployments of their
//! own, a cross-tenant baseline, and computers whose detected software lags
//! behind in ways that give every action of the language.
//!
//! Beside it two catalogues without a fleet: [`small_documents`] of 40 keys
//! each, and [`prerequisites`] at random.

use std::fmt::Write as _;

/// How much to generate.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Size {
    /// Customers.
    pub tenants: usize,
    /// Deployments in each tenant's folder.
    pub deployments: usize,
    /// Software in the catalogue.
    pub catalogue: usize,
    /// Deployments that reach every tenant.
    pub baseline: usize,
    /// Computers, spread over the tenants.
    pub computers: usize,
}

/// A repository and an inventory.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Generated {
    /// Files by path, by path.
    pub files: Vec<(String, String)>,
    /// The inventory as JSON lines.
    pub inventory: String,
}

/// Numbers that look random and depend on the seed alone (SplitMix64).
#[derive(Debug, Clone)]
pub struct Random(u64);

impl Random {
    /// Starts from a seed.
    pub fn new(seed: u64) -> Self {
        Self(seed)
    }

    /// The next number below a bound, which must not be 0.
    pub fn below(&mut self, bound: usize) -> usize {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        usize::try_from((z ^ (z >> 31)) % bound as u64).expect("it is below a usize")
    }

    /// True once in so many times.
    pub fn one_in(&mut self, times: usize) -> bool {
        self.below(times) == 0
    }
}

/// Generates a repository and its inventory.
pub fn generate(seed: u64, size: Size) -> Generated {
    let mut random = Random::new(seed);
    let mut files = vec![repository("load")];
    for index in 0..size.catalogue {
        files.push((
            format!("software/{}/software.yaml", software(index)),
            software_document(index, &mut random),
        ));
    }
    for index in 0..size.baseline {
        let text = deployment(&format!("base-{index}"), index % size.catalogue, &mut random);
        files.push((format!("deployments/base-{index}.yaml"), text));
    }
    for tenant in 0..size.tenants {
        let folder = format!("tenants/{}", tenant_name(tenant));
        let document =
            format!("kind: Tenant\nname: {}\ntags: [ring-{}]\n", tenant_name(tenant), tenant % 7);
        files.push((format!("{folder}/tenant.yaml"), document));
        let first = random.below(size.catalogue);
        for index in 0..size.deployments {
            let text =
                deployment(&format!("own-{index}"), (first + index) % size.catalogue, &mut random);
            files.push((format!("{folder}/deployments/own-{index}.yaml"), text));
        }
    }
    files.sort();
    Generated { files, inventory: inventory(size, &mut random) }
}

/// The same repository where the first items of the catalogue need a value,
/// and every tenant gives one of its own to each of them.
pub fn give_values(mut files: Vec<(String, String)>, items: usize) -> Vec<(String, String)> {
    let needing: Vec<String> =
        (0..items).map(|index| format!("software/{}", software(index))).collect();
    for (path, text) in &mut files {
        let folder = path.rsplit_once('/').map_or("", |(folder, _)| folder);
        if needing.iter().any(|item| item == folder) {
            text.push_str("parameters: {token: {type: string, required: true}}\n");
        } else if let Some(tenant) =
            folder.strip_prefix("tenants/").filter(|_| path.ends_with("/tenant.yaml"))
        {
            text.push_str("values:\n");
            for item in &needing {
                writeln!(text, "  {item}: {{token: \"{tenant} {item}\"}}")
                    .expect("a string takes text");
            }
        }
    }
    files
}

/// A repository with that many documents of software, each with 40 keys at all
/// levels together, that need each other, and with 20 tasks that configure
/// them and 20 deployments.
pub fn small_documents(seed: u64, count: usize) -> Vec<(String, String)> {
    let mut random = Random::new(seed);
    let mut files = vec![repository("small")];
    for index in 0..20 {
        let folder = format!("tasks/settings-{index}");
        let text = format!(
            "kind: Task\nname: settings-{index}\ntest: {{script: test.sh}}\nset: {{script: set.sh}}\n"
        );
        files.push((format!("{folder}/task.yaml"), text));
        files.push((format!("{folder}/test.sh"), "exit 0\n".to_owned()));
        files.push((format!("{folder}/set.sh"), "exit 0\n".to_owned()));
        let text = deployment(&format!("base-{index}"), index * count / 20, &mut random);
        files.push((format!("deployments/base-{index}.yaml"), text));
    }
    for index in 0..count {
        let path = format!("software/{}/software.yaml", software(index));
        files.push((path, small_document(index, &mut random)));
    }
    let first = "kind: Software\nname: first\ndetect: {package: {manager: winget, name: first}}\n";
    files.push(("software/first/software.yaml".to_owned(), first.to_owned()));
    files.sort();
    files
}

fn small_document(index: usize, random: &mut Random) -> String {
    let name = software(index);
    let [major, minor] = [random.below(30), random.below(30)];
    // What comes later needs what came before, so that there is no circle; the
    // first one needs what no other names.
    let mut needed = || if index == 0 { "first".to_owned() } else { software(random.below(index)) };
    let [one, two, three] = [needed(), needed(), needed()];
    format!(
        "kind: Software
name: {name}
versionScheme: segments
upgradeStrategy: install-over
rebootNeeded: false
order: {{at: last}}
detect:
  registry:
    displayName: {{contains: Example {index}}}
platforms:
- {{os: windows, arch: x64}}
versions:
- {{version: \"{major}.{minor}.0\"}}
- version: \"{major}.{minor}.1\"
  install:
    package: {{manager: winget, name: Example.{name}, version: {major}.{minor}.1}}
install:
  package: {{manager: winget, name: Example.{name}}}
  timeout: 30m
  attempts: 2
uninstall:
  package: {{manager: winget, name: Example.{name}}}
configure: settings-{}
requires:
- software: {one}
- if: {{anyOf: [{two}], is: installed}}
  then: {{install: [{three}]}}
",
        index % 20,
    )
}

/// A catalogue of that many software of which each needs up to five others,
/// chosen at random among those before it.
pub fn prerequisites(seed: u64, count: usize) -> Vec<(String, String)> {
    let mut random = Random::new(seed);
    let mut files = vec![repository("random")];
    for index in 0..count {
        let name = software(index);
        let package = format!("{{package: {{manager: winget, name: {name}}}}}");
        let mut text = format!(
            "kind: Software\nname: {name}\ndetect: {package}\ninstall: {package}\nversions:\n\
             - {{version: \"{}.0\"}}\n",
            1 + random.below(9)
        );
        let needed: Vec<String> = (0..random.below(6))
            .filter(|_| index > 0)
            .map(|_| format!("{{software: {}}}", software(random.below(index))))
            .collect();
        if !needed.is_empty() {
            writeln!(text, "requires: [{}]", needed.join(", ")).expect("a string takes text");
        }
        files.push((format!("software/{name}/software.yaml"), text));
    }
    files.sort();
    files
}

fn repository(name: &str) -> (String, String) {
    let text =
        format!("apiVersion: ordain/v1\nkind: Repository\nname: {name}\ntimezone: Etc/UTC\n");
    ("ordain.yaml".to_owned(), text)
}

/// The name of a software of the catalogue.
pub fn software(index: usize) -> String {
    format!("app-{index:04}")
}

/// The id of a tenant.
pub fn tenant_name(index: usize) -> String {
    format!("t{index:04}")
}

/// How many versions each software has.
pub const VERSIONS: usize = 4;

fn software_document(index: usize, random: &mut Random) -> String {
    let name = software(index);
    let package = format!("{{package: {{manager: winget, name: {name}}}}}");
    let mut text = format!("kind: Software\nname: {name}\ndetect: {package}\nversions:\n");
    for version in 1..=VERSIONS {
        writeln!(text, "- {{version: \"{version}.{}.0\"}}", random.below(20))
            .expect("a string takes text");
    }
    writeln!(text, "install: {package}\nuninstall: {package}").expect("a string takes text");
    if index >= 10 && random.one_in(5) {
        let needed = random.below(index / 2);
        writeln!(text, "requires: [{{software: {}}}]", software(needed))
            .expect("a string takes text");
    }
    text
}

fn deployment(name: &str, item: usize, random: &mut Random) -> String {
    let target = match random.below(10) {
        0..=4 => "{all: true}".to_owned(),
        5 => "{all: true, only: servers}".to_owned(),
        6 => "{all: true, only: workstations-and-portables}".to_owned(),
        7 => "{tag: pilot}".to_owned(),
        8 => format!("{{tag: team-{}}}", random.below(10)),
        _ => "{tag: kiosk}".to_owned(),
    };
    let wish = match random.below(10) {
        0 => "\nversion: any",
        1 => "\nstate: update-if-found",
        2 => "\nversion: \">=2\"",
        3 => "\nversion: \"<=3\"",
        _ => "",
    };
    format!(
        "kind: Deployment\nname: {name}\nsoftware: {}{wish}\ntarget: {target}\n",
        software(item)
    )
}

fn inventory(size: Size, random: &mut Random) -> String {
    let mut text = String::new();
    for index in 0..size.computers {
        let tenant = tenant_name(index % size.tenants);
        let chassis = ["desktop", "portable", "server"][random.below(3)];
        let mut tags = vec![format!("\"team-{}\"", random.below(10))];
        if random.one_in(10) {
            tags.push("\"pilot\"".to_owned());
        }
        write!(
            text,
            "{{\"computer\":{{\"name\":\"pc-{index:05}\",\"tenant\":\"{tenant}\",\"chassis\":\"{chassis}\",\
             \"os\":{{\"family\":\"windows\",\"arch\":\"x64\"}},\"tags\":[{}],\"software\":{{",
            tags.join(",")
        )
        .expect("a string takes text");
        let start = random.below(size.catalogue);
        for offset in 0..40 {
            let comma = if offset == 0 { "" } else { "," };
            let name = software((start + offset * 7) % size.catalogue);
            let version = random.below(VERSIONS) + 1;
            write!(text, "{comma}\"{name}\":\"{version}.{}.0\"", random.below(20))
                .expect("a string takes text");
        }
        text.push_str("}}}\n");
    }
    text
}
