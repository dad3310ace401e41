//! A seeded generator of MSP-shaped repositories and inventories, for load.
//!
//! The same seed and size give the same bytes on every machine. A catalogue of
//! software with versions and prerequisites, tenants with deployments of their
//! own, a cross-tenant baseline, and computers whose detected software lags
//! behind in ways that give every action of the language.

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
    let mut files = vec![(
        "ordain.yaml".to_owned(),
        "apiVersion: ordain/v1\nkind: Repository\nname: load\ntimezone: Etc/UTC\n".to_owned(),
    )];
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
