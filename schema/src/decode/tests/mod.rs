//! The decoders against the schemas, and every kind of fault once.
#![expect(clippy::unwrap_used, reason = "tests fail by panicking")]

use schemars::JsonSchema;

use super::*;
use crate::conformance::nonconformities;
use crate::document::*;
use crate::{read_file, tree};

mod ensure;
mod faults;
mod installers;
mod known;
mod short;
mod tasks;
mod time;

/// Where a document of a kind stands.
fn path(kind: Kind) -> String {
    match kind {
        Kind::Repository => "ordain.yaml".to_owned(),
        Kind::Tenant => "tenants/d/tenant.yaml".to_owned(),
        Kind::Software => "software/d/software.yaml".to_owned(),
        Kind::Task => "tasks/d/task.yaml".to_owned(),
        Kind::Computer => "tenants/d/computers/d.yaml".to_owned(),
        Kind::Trust => ".ordain/trust.yaml".to_owned(),
        other => format!("{}s/d.yaml", other.word().to_lowercase()),
    }
}

/// The keys that a type's decoder asks for.
fn known<T: Decode>() -> Vec<&'static str> {
    let (nodes, _) = tree::yaml("{}");
    let mut faults = Faults::new("x.yaml", false);
    T::decode(Input::root(&nodes[0], "x"), &mut faults);
    sorted(faults.known.pop().unwrap_or_default())
}

fn sorted(mut keys: Vec<&'static str>) -> Vec<&'static str> {
    keys.sort_unstable();
    keys.dedup();
    keys
}

fn properties(schema: &serde_json::Value) -> Vec<String> {
    let keys = schema["properties"].as_object().into_iter().flatten();
    let mut keys: Vec<String> = keys.map(|(key, _)| key.clone()).collect();
    keys.sort_unstable();
    keys
}

fn check<T: Decode + JsonSchema>() {
    let schema = schemars::schema_for!(T).to_value();
    assert_eq!(known::<T>(), properties(&schema), "{}", T::schema_name());
}

#[test]
fn decoders_ask_for_what_the_schemas_have() {
    check::<Action>();
    check::<OnPlatform<Action>>();
    check::<AdhocBounds>();
    check::<AgreementRow>();
    check::<Approval>();
    check::<ArchiveAction>();
    check::<Artifact>();
    check::<BusinessHours>();
    check::<Client>();
    check::<CloseFirst>();
    check::<CommandDetect>();
    check::<ComputerFacts>();
    check::<ConcurrentSessions>();
    check::<Condition>();
    check::<Consequence>();
    check::<Defaults>();
    check::<Detect>();
    check::<OnPlatform<Detect>>();
    check::<DeviceGroup>();
    check::<DmgAction>();
    check::<DeviceGroupFact>();
    check::<EnsureDefaults>();
    check::<EnsureDirectory>();
    check::<EnsureFeature>();
    check::<EnsureFile>();
    check::<EnsureGroup>();
    check::<EnsureLine>();
    check::<EnsureRegistry>();
    check::<EnsureScheduledTask>();
    check::<EnsureService>();
    check::<EnsureSysctl>();
    check::<EnsureUser>();
    check::<ExeAction>();
    check::<ExpectedAction>();
    check::<ExpectedConflict>();
    check::<ExpectedError>();
    check::<FileDetect>();
    check::<GivenFile>();
    check::<InventoryTask>();
    check::<Limits>();
    check::<MsiAction>();
    check::<Notifications>();
    check::<Notify>();
    check::<Onboarding>();
    check::<OnlyWhere>();
    check::<Order>();
    check::<OsFacts>();
    check::<Output>();
    check::<PackageAction>();
    check::<PackageDetect>();
    check::<Parameter>();
    check::<PersonFacts>();
    check::<PkgAction>();
    check::<Platform>();
    check::<Postpone>();
    check::<RegisteredAction>();
    check::<RegistryDetect>();
    check::<Repair>();
    check::<Retention>();
    check::<Ring>();
    check::<RoleScope>();
    check::<Rollout>();
    check::<RolloutFacts>();
    check::<Rule>();
    check::<SecretRef>();
    check::<SoftwareVersion>();
    check::<Source>();
    check::<Target>();
    check::<TenantFacts>();
    check::<TestSession>();
    check::<TextMatch>();
    check::<Trigger>();
    check::<TrustKey>();
    check::<Versions>();
    check::<When>();
    let deployment = crate::json_schema(Kind::Deployment);
    assert_eq!(known::<Exception>(), properties(&deployment["$defs"]["Exception"]));
    let task = crate::json_schema(Kind::Task);
    assert_eq!(known::<Ensure>(), properties(&task["$defs"]["Ensure"]));
    assert_eq!(known::<DeploymentItem>(), properties(&deployment["$defs"]["DeploymentItem"]));
    let test = crate::json_schema(Kind::Test);
    assert_eq!(known::<ExpectedHold>(), properties(&test["$defs"]["ExpectedHold"]));
    let window = crate::json_schema(Kind::Window);
    assert_eq!(known::<WindowItem>(), properties(&window["$defs"]["WindowItem"]));
    for kind in Kind::ALL {
        let (nodes, _) = tree::yaml("{}");
        let mut faults = Faults::new("x.yaml", false);
        let mut fields = Input::root(&nodes[0], "").fields(&mut faults).unwrap();
        fields.input("kind");
        fields.input("name");
        body(*kind, &mut fields);
        fields.finish();
        let keys = sorted(faults.known.pop().unwrap());
        assert_eq!(keys, properties(&crate::json_schema(*kind)), "{}", kind.word());
    }
}

/// One document of each kind with every key that can stand together.
const WHOLE: &str = include_str!("whole.yaml");

#[test]
fn whole_documents_are_read_and_conform() {
    let (nodes, faults) = tree::yaml(WHOLE);
    assert_eq!(faults, []);
    let mut kinds = Vec::new();
    let texts = WHOLE.split("---\n").filter(|text| text.contains("kind:"));
    for (node, text) in nodes.iter().zip(texts) {
        let kind = Kind::of(node.get("kind").and_then(|kind| Input::root(kind, "").raw()).unwrap());
        let kind = kind.unwrap();
        let (documents, diagnostics) = read_file(&path(kind), text.as_bytes());
        assert_eq!(diagnostics, [], "{text}");
        assert_eq!(documents.len(), 1);
        assert_eq!(documents[0].body.kind(), kind);
        assert_eq!(nonconformities(kind, &node.to_json()), Vec::<String>::new(), "{text}");
        kinds.push(kind);
    }
    let lacking: Vec<_> = Kind::ALL.iter().filter(|kind| !kinds.contains(kind)).collect();
    assert!(lacking.is_empty(), "{lacking:?}");
}

#[test]
fn what_is_written_back_conforms() {
    let texts = WHOLE.split("---\n").filter(|text| text.contains("kind:"));
    for text in texts {
        let (nodes, _) = tree::yaml(text);
        let kind = nodes[0].get("kind").and_then(|kind| Input::root(kind, "").raw()).unwrap();
        let kind = Kind::of(kind).unwrap();
        let (documents, _) = read_file(&path(kind), text.as_bytes());
        let mut json = to_json(&documents[0].body);
        json["kind"] = kind.word().into();
        json["name"] = documents[0].name.value.clone().into();
        assert_eq!(nonconformities(kind, &json), Vec::<String>::new(), "{json:#}");
        // The text of the JSON is YAML: read again, it is the same document.
        let (again, diagnostics) = read_file(&path(kind), json.to_string().as_bytes());
        assert_eq!(diagnostics, [], "{json:#}");
        assert_eq!(to_json(&again[0].body), to_json(&documents[0].body));
    }
}

/// All values below a value, itself included.
fn collect(value: &serde_json::Value, pool: &mut Vec<serde_json::Value>) {
    pool.push(value.clone());
    match value {
        serde_json::Value::Array(items) => items.iter().for_each(|item| collect(item, pool)),
        serde_json::Value::Object(map) => map.values().for_each(|item| collect(item, pool)),
        _ => {}
    }
}

/// Replaces or removes one value somewhere below.
fn change(value: &mut serde_json::Value, pool: &[serde_json::Value], seed: &mut crate::fuzz::Seed) {
    let stop = seed.below(4) == 0;
    match value {
        serde_json::Value::Array(items) if !items.is_empty() && !stop => {
            let index = seed.below(items.len());
            change(&mut items[index], pool, seed);
        }
        serde_json::Value::Object(map) if !map.is_empty() && !stop => {
            let key = map.keys().nth(seed.below(map.len())).unwrap().clone();
            if seed.below(6) == 0 {
                map.remove(&key);
            } else {
                change(&mut map[&key], pool, seed);
            }
        }
        other => *other = pool[seed.below(pool.len())].clone(),
    }
}

#[test]
fn what_the_decoders_accept_conforms() {
    const SEED: u64 = 17;
    let (nodes, _) = tree::yaml(WHOLE);
    let documents: Vec<_> = nodes.iter().map(tree::Node::to_json).collect();
    let mut pool = Vec::new();
    for document in &documents {
        collect(document, &mut pool);
    }
    let (mut seed, mut accepted) = (crate::fuzz::Seed(SEED), 0);
    for round in 0..6_000 {
        let original = &documents[seed.below(documents.len())];
        let kind = Kind::of(original["kind"].as_str().unwrap()).unwrap();
        let mut document = original.clone();
        change(&mut document, &pool, &mut seed);
        let (read, diagnostics) = read_file(&path(kind), document.to_string().as_bytes());
        if diagnostics.is_empty() && !read.is_empty() {
            accepted += 1;
            let found = nonconformities(kind, &document);
            assert!(found.is_empty(), "seed {SEED} round {round}: {found:?}\n{document:#}");
        }
    }
    assert!(accepted > 200, "nearly nothing is accepted: {accepted}");
}

fn to_json(body: &Body) -> serde_json::Value {
    let value = match body {
        Body::Repository(of) => serde_json::to_value(of),
        Body::Tenant(of) => serde_json::to_value(of),
        Body::Software(of) => serde_json::to_value(of),
        Body::Task(of) => serde_json::to_value(of),
        Body::Deployment(of) => serde_json::to_value(of),
        Body::Group(of) => serde_json::to_value(of),
        Body::Computer(of) => serde_json::to_value(of),
        Body::Schedule(of) => serde_json::to_value(of),
        Body::Window(of) => serde_json::to_value(of),
        Body::Licence(of) => serde_json::to_value(of),
        Body::Branding(of) => serde_json::to_value(of),
        Body::Integration(of) => serde_json::to_value(of),
        Body::Role(of) => serde_json::to_value(of),
        Body::Test(of) => serde_json::to_value(of),
        Body::Trust(of) => serde_json::to_value(of),
    };
    value.unwrap()
}

#[test]
fn numbers_that_are_names() {
    let ticket = "kind: Deployment\nname: d\nsoftware: s\ntarget: {all: true}\nticket: 04711\n";
    let (documents, found) = read_file("deployments/d.yaml", ticket.as_bytes());
    assert_eq!(found, []);
    let Body::Deployment(deployment) = &documents[0].body else { panic!("no deployment") };
    assert_eq!(deployment.ticket.as_deref(), Some("04711"));
    let major = "kind: Licence\nname: l\nsoftware: s\nkey: {secret: k}\nrestrictToMajor: 24\n";
    let (documents, found) = read_file("licences/l.yaml", major.as_bytes());
    assert_eq!(found, []);
    let Body::Licence(licence) = &documents[0].body else { panic!("no licence") };
    assert_eq!(licence.restrict_to_major.as_ref().map(|major| major.as_str()), Some("24"));
}

#[test]
fn one_place_or_several_to_show() {
    let text = |visibility: &str| {
        format!(
            "kind: Deployment\nname: d\nsoftware: s\ntarget: {{all: true}}\nvisibility: {visibility}\n"
        )
    };
    for visibility in ["self-service", "[self-service]"] {
        let text = text(visibility);
        let (documents, found) = read_file("deployments/d.yaml", text.as_bytes());
        assert_eq!(found, []);
        let Body::Deployment(deployment) = &documents[0].body else { panic!("no deployment") };
        assert_eq!(deployment.visibility, Some(vec![Visibility::SelfService]));
    }
}
