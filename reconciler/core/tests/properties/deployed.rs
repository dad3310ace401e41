//! The keys of deployments, and the targets of whatever has one.

use serde_json::{Value, json};

use super::generator::{COMPUTERS, GROUPS, INTEGRATIONS, PERSONS, Plot, TAGS};
use super::keys::{exception, only, software_wish, task_wish};
use super::random::Random;
use super::repository::Keys;

impl Plot {
    pub(crate) fn deployed(&self, random: &mut Random, name: &str, scope: &str) -> Keys {
        let propagate = !scope.is_empty() && random.chance(45);
        // Few items are hot, so that deployments meet.
        let hot = if random.chance(50) { 2 } else { usize::MAX };
        let mut keys: Keys = Vec::new();
        let mut cloud = false;
        if random.chance(18) {
            let entries = (0..random.between(1, 4)).map(|_| self.entry(random, hot));
            keys.push(("items", entries.collect()));
            if random.chance(20) {
                keys.push(("state", json!("ignored")));
            }
        } else if random.chance(70) {
            keys.push((
                "software",
                json!(random.pick(&self.software[..hot.min(self.software.len())])),
            ));
            software_wish(random, &mut keys);
            if random.chance(40) {
                keys.push(("parameters", json!({"q": random.pick(&["x", "y"])})));
            }
        } else {
            let task = random.pick(&self.tasks[..hot.min(self.tasks.len())]);
            keys.push(("task", json!(task)));
            cloud = task == "cat" && random.chance(70);
            task_wish(random, &mut keys);
        }
        let mut target = self.target(random, scope, propagate);
        if cloud {
            target = match random.below(3) {
                0 => json!({"tenants": "all"}),
                1 => json!({"tenantTag": random.pick(TAGS)}),
                _ => json!({"tenant": random.pick(&self.tenants)}),
            };
        }
        keys.push(("target", target));
        let mut maybe = |percent, key, value: Value| {
            if random.chance(percent) {
                keys.push((key, value));
            }
        };
        maybe(if propagate { 100 } else { 0 }, "propagate", json!(true));
        maybe(5, "disabled", json!(true));
        maybe(10, "notes", json!(format!("about {name}")));
        if random.chance(20) {
            keys.push(("priority", json!(random.pick(&[0, 1, -1]))));
        }
        if random.chance(28) {
            let kinds = ["onboarding", "ad-hoc", "optional", "optional"];
            keys.push(("enforcement", json!(random.pick(&kinds))));
        }
        if random.chance(12) {
            let days = ["2026-03-01", "2026-03-02", "2026-03-03", "2026-12-01"];
            keys.push(("expires", json!(random.pick(&days))));
        }
        if random.chance(10) {
            let days = ["2026-03-01", "2026-03-02", "2026-03-03", "2026-04-01"];
            keys.push(("starts", json!(random.pick(&days))));
        }
        let required = keys.iter().all(|(key, _)| *key != "enforcement");
        if scope.is_empty() && required && random.chance(15) {
            keys.push(("mandatory", json!(true)));
        }
        keys
    }

    /// One of several items of a deployment.
    fn entry(&self, random: &mut Random, hot: usize) -> Value {
        let mut keys: Keys = Vec::new();
        if random.chance(75) {
            let software = &self.software[..hot.min(self.software.len())];
            keys.push(("software", json!(random.pick(software))));
            if random.chance(70) {
                software_wish(random, &mut keys);
            }
        } else {
            keys.push(("task", json!(random.pick(&self.tasks))));
            task_wish(random, &mut keys);
        }
        match &keys[..] {
            [("software", name)] => name.clone(),
            _ => keys.into_iter().map(|(key, value)| (key.to_owned(), value)).collect(),
        }
    }

    pub(crate) fn target(&self, random: &mut Random, scope: &str, propagate: bool) -> Value {
        let mut target = match random.below(24) {
            0 | 1 => json!({"computer": random.pick(COMPUTERS)}),
            2 => {
                let own = !scope.is_empty() && !propagate;
                let tenant = if own { scope } else { random.pick(&self.tenants) };
                json!({"computer": format!("{tenant}/{}", random.pick(COMPUTERS))})
            }
            3 | 4 => json!({"person": random.pick(PERSONS)}),
            5 | 6 => json!({"script": "lab.star"}),
            7..=10 => json!({"group": random.pick(&["g-one", "g-two"])}),
            11..=14 => json!({"tag": random.pick(TAGS)}),
            15 => json!({"directoryGroup": random.pick(GROUPS)}),
            16 => json!({"product": random.pick(&["Gold", "Silver"])}),
            17 => json!({"agreement": random.pick(&["Managed", "Basic"])}),
            18 => {
                let integration = random.pick(INTEGRATIONS);
                json!({"deviceGroup": {"integration": integration, "name": "Lab"}})
            }
            _ => json!({"all": true}),
        };
        if random.chance(25) {
            let kinds = ["workstations", "portables", "servers", "domain-controllers"];
            let kinds = [&kinds[..], &["workstations-and-portables", "primary-domain-controllers"]];
            target["only"] = json!(random.pick(&kinds.concat()));
        } else if random.chance(20) {
            target["only"] = only(random);
        }
        if random.chance(20) {
            target["except"] = (0..random.between(1, 2)).map(|_| exception(random)).collect();
        }
        target
    }
}
