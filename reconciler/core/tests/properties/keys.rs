//! The keys of documents that name no other document but licences and scripts.

use serde_json::{Value, json};

use super::generator::{COMPUTERS, PERSONS, TAGS, VERSIONS};
use super::random::Random;
use super::repository::Keys;

pub(crate) fn versions(random: &mut Random, plain: bool) -> Value {
    let all = random.some(VERSIONS, 4);
    let entry = |random: &mut Random, version: &str| {
        let mut entry = json!({"version": version});
        if !plain && random.chance(10) {
            let arch = random.pick(&["x64", "x86"]);
            let (url, sha256) = (format!("https://x.example/{version}"), "a".repeat(64));
            entry["artifacts"] = json!([{"url": url, "sha256": sha256, "arch": arch}]);
        }
        if !plain && version == "2.10" && all.contains(&"1.0") && random.chance(60) {
            entry["requiresVersion"] = json!("1.0");
        }
        entry
    };
    all.iter().map(|version| entry(random, version)).collect()
}

pub(crate) fn software_wish(random: &mut Random, keys: &mut Keys) {
    let state =
        random.pick(&["installed", "installed", "", "", "absent", "update-if-found", "ignored"]);
    if !state.is_empty() {
        keys.push(("state", json!(state)));
    }
    if matches!(state, "" | "installed") && random.chance(60) {
        let version = random.pick(&["1.0", "v1.0", "1.0.0", "2.0", "2.10", "3.0"]);
        let sign = random.pick(&["=", "=", ">=", "<=", ""]);
        let word = random.pick(&["latest", "any"]);
        let wish = if sign.is_empty() { word.to_owned() } else { format!("{sign}{version}") };
        keys.push(("version", json!(wish)));
    }
    let licence = keys.iter().find_map(|(_, value)| match value.as_str() {
        Some("alder") => Some("lic-alder"),
        Some("birch") => Some("lic-birch"),
        _ => None,
    });
    if let Some(licence) = licence.filter(|_| random.chance(40)) {
        keys.push(("licence", json!(licence)));
    }
}

pub(crate) fn task_wish(random: &mut Random, keys: &mut Keys) {
    let state = random.pick(&["enforce", "", "", "audit", "monitor", "ignored"]);
    if !state.is_empty() {
        keys.push(("state", json!(state)));
    }
    if random.chance(25) {
        keys.push(("instance", json!(random.pick(&["one", "two"]))));
    }
    let mut given = serde_json::Map::new();
    if random.chance(25) {
        given.insert("p".to_owned(), json!(random.pick(&["x", "y"])));
    }
    if random.chance(60) {
        given.insert("r".to_owned(), json!(random.pick(&["x", "y"])));
    }
    if !given.is_empty() {
        keys.push(("parameters", given.into()));
    }
}

/// Values of a tenant for some of these items.
pub(crate) fn values(random: &mut Random, software: &[&str], tasks: &[&str]) -> Value {
    let mut values = serde_json::Map::new();
    let mut add = |random: &mut Random, key: String, names: &[&str]| {
        let mut given = serde_json::Map::new();
        for name in random.some(names, 2) {
            given.insert(name.to_owned(), random.pick(&[json!("x"), json!("z"), Value::Null]));
        }
        values.insert(key, given.into());
    };
    for name in random.some(software, 2) {
        add(random, format!("software/{name}"), &["q", "p"]);
    }
    for name in random.some(tasks, 2) {
        let instance = random.pick(&["", "", "#one"]);
        add(random, format!("task/{name}{instance}"), &["p", "r"]);
    }
    values.into()
}

pub(crate) fn task(random: &mut Random) -> Keys {
    let mut keys = vec![
        ("test", json!({"script": "test.sh"})),
        ("set", json!({"script": "set.sh"})),
        (
            "parameters",
            json!({
                "p": {"type": "string", "required": false},
                "r": {"type": "string", "required": random.chance(30)},
            }),
        ),
    ];
    match random.below(10) {
        0 => keys.push(("runsOn", json!("person"))),
        1 => keys.push(("runsOn", json!("tenant"))),
        2 => keys.push(("onboardingOnly", json!(true))),
        _ => {}
    }
    if random.chance(30) {
        keys.push(("order", json!({"rank": random.pick(&[-1, 0, 1, 2])})));
    }
    if random.chance(15) {
        keys.push(("platforms", json!([{"os": "windows"}])));
    }
    if random.chance(15) {
        keys.push(("appliesIf", json!([{"cel": condition(random, 1)}])));
    }
    keys
}

pub(crate) fn computer(random: &mut Random) -> Keys {
    let mut keys = vec![("tags", json!(random.some(TAGS, 2)))];
    if random.chance(30) {
        keys.push(("person", json!(random.pick(PERSONS))));
    }
    if random.chance(15) {
        keys.push(("excluded", json!(true)));
    }
    keys
}

pub(crate) fn group(random: &mut Random) -> Keys {
    let mut keys = vec![("computers", json!(random.some(COMPUTERS, 2)))];
    if random.chance(25) {
        keys.push(("persons", json!(random.some(PERSONS, 2))));
    }
    if random.chance(55) {
        keys.push(("where", json!(condition(random, 2))));
    }
    if random.chance(20) {
        keys.push(("script", json!("lab.star")));
    }
    if random.chance(25) {
        keys.push(("except", json!([random.pick(&[COMPUTERS, PERSONS].concat())])));
    }
    if random.chance(10) {
        keys.push(("excluded", json!(true)));
    }
    keys
}

/// What computers must be, as a mapping.
pub(crate) fn only(random: &mut Random) -> Value {
    let mut only = json!({});
    if random.chance(60) {
        let words = ["windows", "linux"];
        only["os"] = random.pick(&[json!(words[0]), json!(words[1]), json!(words)]);
    }
    if random.chance(60) {
        let mut all = random.some(&["desktop", "portable", "server"], 2);
        all.push(random.pick(&["desktop", "portable", "server"]));
        only["chassis"] = json!(all);
    }
    if random.chance(20) || only == json!({}) {
        only["role"] = json!(random.pick(&["domain-controllers", "primary-domain-controllers"]));
    }
    only
}

/// A selector whose computers are taken out.
pub(crate) fn exception(random: &mut Random) -> Value {
    match random.below(8) {
        0 | 1 => json!({"computer": random.pick(COMPUTERS)}),
        2 => json!({"person": random.pick(PERSONS)}),
        3 => json!({"script": "lab.star"}),
        4 => json!({"group": random.pick(&["g-one", "g-two"])}),
        5 => json!({"product": random.pick(&["Gold", "Silver"])}),
        _ => json!({"tag": random.pick(TAGS)}),
    }
}

/// Conditions under which an item applies.
pub(crate) fn conditions(random: &mut Random, software: &[&str]) -> Value {
    let one = |random: &mut Random| match random.below(3) {
        0 => json!({"software": random.pick(software)}),
        1 => json!({"absent": random.pick(software)}),
        _ => json!({"cel": condition(random, 1)}),
    };
    (0..random.between(1, 2)).map(|_| one(random)).collect()
}

fn condition(random: &mut Random, depth: usize) -> String {
    if depth > 0 && random.chance(60) {
        let (left, right) = (condition(random, depth - 1), condition(random, depth - 1));
        return match random.below(3) {
            0 => format!("!({left})"),
            1 => format!("({left}) && ({right})"),
            _ => format!("({left}) || ({right})"),
        };
    }
    random
        .pick(&[
            "computer.facts.dept == \"a\"",
            "computer.facts.floor != \"a\"",
            "has(computer.facts.dept)",
            "has(person.upn)",
            "\"red\" in computer.tags",
            "\"blue\" in tenant.tags",
            "\"red\" in person.tags",
            "\"Lab\" in person.groups",
            "computer.os.family == \"windows\"",
            "computer.facts.flag",
            "true",
        ])
        .to_owned()
}
