//! Values that whoever onboards a computer gives, and what is left out where nobody does.

use std::collections::BTreeMap;

use ordain_schema::document::SessionKind;
use serde_json::{Value, json};

use super::world::{lowered_in, tell, with};
use crate::order::What;
use crate::resolve::{Request, TakingIn};

const POLICY: &str = "=== tasks/asks/task.yaml
{kind: Task, name: asks, test: {script: t.sh}, set: {script: s.sh}, parameters: {must: {type: string}, may: {type: integer}, not: {type: string}}}
=== tasks/asks/t.sh
=== tasks/asks/s.sh
=== tasks/quiet/task.yaml
{kind: Task, name: quiet, test: {script: t.sh}, set: {script: s.sh}, skipInAutomaticOnboarding: true}
=== tasks/quiet/t.sh
=== tasks/quiet/s.sh
=== deployments/asks.yaml
{kind: Deployment, name: asks, task: asks, target: {all: true}, parameters: {must: {value: m, override: require}, may: {value: 1, override: allow}, not: n}}
=== deployments/quiet.yaml
{kind: Deployment, name: quiet, task: quiet, target: {all: true}}
";

fn told(kind: SessionKind, automatic: bool, given: Value) -> String {
    let given: BTreeMap<String, BTreeMap<String, Value>> =
        serde_json::from_value(given).expect("values by item and name");
    let taking = TakingIn { automatic, given };
    let request = Request { kind, taking, ..Request::default() };
    let facts = with(&[], &[("task/asks", false), ("task/quiet", false)]);
    let lowered = lowered_in(POLICY, facts, &request);
    let mut text = tell(&lowered);
    for step in &lowered.steps {
        let Some(What::Run(run)) = step.works.first().map(|work| &work.what) else { continue };
        let values = run.environment.iter().filter(|(name, _)| name.starts_with("ORDAIN_PARAM_"));
        text.extend(values.map(|(name, value)| format!("\n{name}={value}")));
    }
    text
}

#[test]
fn a_value_is_given_for_an_onboarding_alone() {
    let given = json!({"task/asks": {"must": "given", "may": 7}});
    let onboarded = told(SessionKind::Onboarding, false, given.clone());
    assert!(
        onboarded.contains("PARAM_MUST=given") && onboarded.contains("PARAM_MAY=7"),
        "{onboarded}"
    );
    assert!(onboarded.contains("PARAM_NOT=n"), "{onboarded}");
    let other = told(SessionKind::Maintenance, false, given);
    assert!(other.contains("PARAM_MUST=m") && other.contains("PARAM_MAY=1"), "{other}");
}

#[test]
fn what_must_be_given_and_what_may_not() {
    let lacking = told(SessionKind::Onboarding, false, json!({}));
    assert!(
        lacking.contains("task/asks fails, missing-value: the parameter `must` must be given"),
        "{lacking}"
    );
    assert!(lacking.contains("set task/quiet"), "nothing else is stopped: {lacking}");
    let given = json!({"task/asks": {"must": "x", "not": "y"}});
    let refused = told(SessionKind::Onboarding, false, given);
    assert!(refused.contains("`not` may not be given at an onboarding"), "{refused}");
}

#[test]
fn where_nobody_is_asked_some_tasks_are_left_out() {
    assert!(told(SessionKind::Onboarding, false, json!({})).contains("task/quiet"));
    assert!(!told(SessionKind::Onboarding, true, json!({})).contains("task/quiet"));
    assert!(told(SessionKind::Maintenance, true, json!({})).contains("task/quiet"));
}
