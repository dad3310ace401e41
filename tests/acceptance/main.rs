//! The language's scenarios: small repositories in `tests/scenarios`, each
//! with what the language says about it, run through the command line in this
//! process.
//!
//! How a scenario is written and run stands in `tests/scenarios/README.md`;
//! the six steps are those of [`steps`]. A failure names the folder and every
//! difference.
#![expect(clippy::unwrap_used, reason = "a test that cannot read its input has failed")]

mod ordain;
mod scenario;

mod compare;
mod plans;
mod steps;
mod tamper;

use std::path::Path;

use scenario::Scenario;

#[test]
fn every_scenario_holds() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("scenarios");
    let scenarios = Scenario::all(&folder);
    assert!(!scenarios.is_empty(), "there are no scenarios in {}", folder.display());
    let mut differences = Vec::new();
    for scenario in &scenarios {
        let found = steps::run(scenario);
        differences.extend(found.into_iter().map(|one| format!("{}: {one}", scenario.name)));
    }
    assert!(
        differences.is_empty(),
        "{} scenarios, {} differences:\n{}",
        scenarios.len(),
        differences.len(),
        differences.join("\n")
    );
}
