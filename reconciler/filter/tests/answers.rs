//! Filter scripts of a policy over a fleet: who is asked about whom.

use std::collections::BTreeMap;

use jiff::Timestamp;
use ordain_core::fleet::Fleet;
use ordain_core::load::{Loaded, load};
use ordain_schema::document::ComputerFacts;
use ordain_schema::{Content, Entry, Mode, Snapshot};

const FIXED: &[(&str, &str)] = &[
    ("ordain.yaml", "apiVersion: ordain/v1\nkind: Repository\nname: demo\n"),
    ("software/a/software.yaml", "kind: Software\nname: a\ndetect: {file: {path: /a}}\n"),
    ("tenants/contoso/tenant.yaml", "kind: Tenant\nname: contoso\n"),
    ("tenants/contoso-east/tenant.yaml", "kind: Tenant\nname: contoso-east\nparent: contoso\n"),
    ("tenants/fabrikam/tenant.yaml", "kind: Tenant\nname: fabrikam\n"),
];

const INVENTORY: &str = "
persons:
  - {upn: Jo@contoso.example, tenant: contoso, groups: [Büro]}
  - {upn: al@fabrikam.example, tenant: fabrikam, groups: [Büro]}
computers:
  - {name: pc-01, tenant: contoso, tags: [lab], person: jo@contoso.example}
  - {name: pc-02, tenant: contoso}
  - {name: pc-01, tenant: contoso-east}
  - {name: pc-01, tenant: fabrikam, tags: [lab]}
  - {name: pc-03, tenant: fabrikam, person: al@fabrikam.example}
";

fn snapshot(files: &[(&str, &str)]) -> Snapshot {
    let entry = |text: &str| Entry {
        mode: Mode::File,
        id: Some(format!("{:040x}", text.len()).into()),
        content: Content::Bytes(text.as_bytes().into()),
    };
    let all = FIXED.iter().chain(files);
    let entries: BTreeMap<String, Entry> =
        all.map(|(path, text)| ((*path).to_owned(), entry(text))).collect();
    Snapshot { revision: None, entries }
}

fn loaded(snapshot: &Snapshot) -> Loaded {
    let loaded = load(snapshot, Timestamp::UNIX_EPOCH);
    assert!(loaded.is_valid(), "{:?}", loaded.diagnostics);
    loaded
}

/// Whom a script names of the inventory's computers, none where anything is
/// unknown, and what went wrong.
fn answered(files: &[(&str, &str)], path: &str, more: &str) -> (Option<Vec<String>>, Vec<String>) {
    let (fleet, errors) = fleet(files, more);
    let named = |facts: &ComputerFacts| {
        let holds = fleet.script(path)?.holds(&facts.tenant, &facts.name)?;
        Some(holds.then(|| format!("{}/{}", facts.tenant, facts.name)))
    };
    let names: Option<Vec<Option<String>>> = fleet.computers().iter().map(named).collect();
    (names.map(|names| names.into_iter().flatten().collect()), errors)
}

/// The fleet with the inventory's lines and more, and what went wrong.
fn fleet(files: &[(&str, &str)], more: &str) -> (Fleet, Vec<String>) {
    let snapshot = snapshot(files);
    let (inventory, found) = ordain_schema::inventory("i", format!("{INVENTORY}{more}").as_bytes());
    assert!(found.is_empty(), "{found:?}");
    let mut fleet = Fleet::new(inventory);
    let policy = loaded(&snapshot).policy;
    let sources = ordain_filter::sources(&policy, &snapshot);
    let errors = ordain_filter::answer(&policy, &sources, &mut fleet);
    (fleet, errors.iter().map(ToString::to_string).collect())
}

fn deployment(target: &str) -> String {
    format!("kind: Deployment\nname: d\nsoftware: a\nstate: ignored\ntarget: {target}\n")
}

const LAB: &str = "def members(computers, persons, tenant):\n    \
    return [c[\"name\"] for c in computers if \"lab\" in c[\"tags\"]]\n";
const ALL: &str = "def members(computers, persons, tenant):\n    \
    return [c[\"name\"] for c in computers]\n";

fn shared(script: &str, more: &str) -> (Option<Vec<String>>, Vec<String>) {
    let deployment = deployment("{script: x.star}");
    let files = [("deployments/d.yaml", &*deployment), ("deployments/x.star", script)];
    answered(&files, "deployments/x.star", more)
}

fn strings(all: &[&str]) -> Vec<String> {
    all.iter().map(|one| (*one).to_owned()).collect()
}

#[test]
fn each_tenant_is_asked_by_itself() {
    assert_eq!(shared(LAB, "").0, Some(strings(&["contoso/pc-01", "fabrikam/pc-01"])));
    let alone = "def members(computers, persons, tenant):\n    \
        tenants = set([c[\"tenant\"] for c in computers] + [p[\"tenant\"] for p in persons])\n    \
        return [c[\"name\"] for c in computers if list(tenants) == [tenant[\"id\"]]]\n";
    let every = [
        "contoso/pc-01",
        "contoso/pc-02",
        "contoso-east/pc-01",
        "fabrikam/pc-01",
        "fabrikam/pc-03",
    ];
    assert_eq!(shared(alone, "").0, Some(strings(&every)));
}

#[test]
fn persons_are_known_by_upn_in_lower_case() {
    let office = "def members(computers, persons, tenant):\n    \
        office = [p[\"upn\"] for p in persons if \"Büro\" in p[\"groups\"]]\n    \
        return [c[\"name\"] for c in computers if c.get(\"person\") in office]\n";
    assert_eq!(shared(office, "").0, Some(strings(&["contoso/pc-01", "fabrikam/pc-03"])));
}

#[test]
fn names_of_other_tenants_say_nothing() {
    let greedy = "def members(computers, persons, tenant):\n    \
        return [\"fabrikam/pc-01\", \"contoso/pc-02\", \"nobody\", \"pc-03\", \"a/b/c\"]\n";
    let expected = ["contoso/pc-02", "fabrikam/pc-01", "fabrikam/pc-03"];
    assert_eq!(shared(greedy, "").0, Some(strings(&expected)));
}

#[test]
fn a_tenants_script_is_asked_about_its_own() {
    let folder = "tenants/contoso/deployments";
    let script = format!("{folder}/x.star");
    for (propagate, expected) in [
        ("", &["contoso/pc-01", "contoso/pc-02"][..]),
        ("propagate: true\n", &["contoso/pc-01", "contoso/pc-02", "contoso-east/pc-01"][..]),
    ] {
        let deployment = deployment("{script: x.star}") + propagate;
        let files = [(&*format!("{folder}/d.yaml"), &*deployment), (&*script, ALL)];
        assert_eq!(answered(&files, &script, "").0, Some(strings(expected)), "{propagate}");
    }
}

#[test]
fn a_groups_script_is_asked_where_the_group_is_used() {
    let group = "kind: Group\nname: lab\nscript: x.star\n";
    let used = deployment("{group: lab}");
    let mut files = vec![("groups/lab.yaml", group), ("groups/x.star", ALL)];
    assert_eq!(answered(&files, "groups/x.star", "").0, None);
    files.push(("tenants/fabrikam/deployments/d.yaml", &used));
    let expected = Some(strings(&["fabrikam/pc-01", "fabrikam/pc-03"]));
    assert_eq!(answered(&files, "groups/x.star", "").0, expected);
}

#[test]
fn an_answer_of_the_inventory_stands() {
    let (names, errors) = shared("not even a script (", "scripts: {deployments/x.star: [pc-02]}\n");
    assert_eq!((names, errors), (Some(strings(&["contoso/pc-02"])), Vec::new()));
}

#[test]
fn a_script_that_fails_for_a_tenant_is_unknown_there_and_there_alone() {
    let failing = "def members(computers, persons, tenant):\n    return [computers[1][\"name\"]]\n";
    let deployment = deployment("{script: x.star}");
    let files = [("deployments/d.yaml", &*deployment), ("deployments/x.star", failing)];
    let (fleet, errors) = fleet(&files, "");
    let members = fleet.script("deployments/x.star").expect("it was asked");
    let holds = |tenant, name| members.holds(tenant, name);
    assert_eq!((holds("contoso", "pc-01"), holds("contoso", "pc-02")), (Some(false), Some(true)));
    // One computer only: there is no second one.
    assert_eq!((holds("contoso-east", "pc-01"), holds("fabrikam", "pc-03")), (None, Some(true)));
    assert_eq!(errors.len(), 1);
    assert!(errors[0].starts_with("deployments/x.star:"), "{errors:?}");
}

#[test]
fn who_is_asked_about_is_known_before() {
    let used = deployment("{script: x.star}");
    let files = [
        ("tenants/fabrikam/deployments/d.yaml", &*used),
        ("tenants/fabrikam/deployments/x.star", ALL),
    ];
    let policy = loaded(&snapshot(&files)).policy;
    let asked = ["contoso", "fabrikam", "nobody"].map(|name| ordain_filter::asks(&policy, name));
    assert_eq!(asked, [false, true, false]);
}

#[test]
fn a_fault_is_a_diagnostic_at_its_line() {
    let files = [
        ("deployments/d.yaml", &*deployment("{script: x.star}")),
        ("deployments/x.star", "def members(computers, persons, tenant):\n    return nobody\n"),
    ];
    let snapshot = snapshot(&files);
    let mut loaded = loaded(&snapshot);
    ordain_filter::diagnose(&mut loaded, &snapshot);
    let found: Vec<_> =
        loaded.diagnostics.iter().filter(|one| one.code.word() == "bad-expression").collect();
    assert_eq!((found.len(), &*found[0].file, found[0].span.line), (1, "deployments/x.star", 2));
    // An answer may come from elsewhere; without one the plan says that it is unknown.
    assert!(loaded.is_valid());
}
