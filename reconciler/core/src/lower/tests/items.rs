//! What becomes of software and tasks, kind by kind.

use ordain_schema::document::RunContext;

use super::world::{computer, deployed, looked_at, lowered, tell, told, with};
use crate::item::Item;
use crate::order::{Finding, Found, Run, What};

/// Software `x` with these further lines, and a deployment of it with those.
fn x(software: &str, deployment: &str) -> String {
    format!(
        "=== software/x/software.yaml
kind: Software
name: x
detect: {{package: {{manager: dpkg, name: x}}}}
versions: [{{version: \"1\"}}, {{version: \"2\"}}, {{version: \"3\"}}]
install: {{script: install.sh}}
uninstall: {{script: uninstall.sh, timeout: 90s}}
upgrade: {{script: upgrade.py, attempts: 5}}
{software}
=== software/x/install.sh
=== software/x/uninstall.sh
=== software/x/upgrade.py
=== software/x/post.bash
=== software/x/test.ps1
{}",
        deployed("software", "x", deployment)
    )
}

#[test]
fn an_install_is_detected_again_and_tested() {
    let more = "postInstall: {script: post.bash}\ntest: {script: test.ps1}";
    insta::assert_snapshot!(told(&x(more, ""), computer()), @r#"
    install software/x to 3 x2
      install: Sh software/x/install.sh (1800s)
      detect: package x -> >=3
      post: Bash software/x/post.bash (1800s)
      test: Pwsh software/x/test.ps1 (300s) -> True
    "#);
}

#[test]
fn what_must_be_detected_follows_the_wish() {
    let table = [
        ("", ">=3"),
        ("version: any", "Present"),
        ("version: \"=2\"", "=2"),
        ("version: \">=2\"", ">=2"),
        ("version: \"<=2\"", "<=2"),
    ];
    for (wish, expected) in table {
        let told = told(&x("", wish), computer());
        assert!(told.ends_with(&format!("-> {expected}")), "{wish}: {told}");
    }
}

#[test]
fn updates_follow_their_strategy() {
    let update = |strategy: &str| {
        let more = format!("upgradeStrategy: {strategy}\npostUninstall: {{script: post.bash}}");
        told(&x(&more, ""), with(&[("x", "1")], &[]))
    };
    insta::assert_snapshot!(update("install-over"), @r#"
    update software/x to 3 x2
      install: Sh software/x/install.sh (1800s)
      detect: package x -> >=3
    "#);
    insta::assert_snapshot!(update("uninstall-install"), @r#"
    update software/x to 3 x2
      uninstall: Sh software/x/uninstall.sh (90s)
      detect: package x -> Absent
      post: Bash software/x/post.bash (1800s)
      install: Sh software/x/install.sh (1800s)
      detect: package x -> >=3
    "#);
    insta::assert_snapshot!(update("upgrade-script"), @r#"
    update software/x to 3 x5
      install: Python3 software/x/upgrade.py (1800s)
      detect: package x -> >=3
    "#);
}

#[test]
fn downgrades_and_uninstalls() {
    insta::assert_snapshot!(told(&x("", "version: \"=1\""), with(&[("x", "2")], &[])), @r#"
    downgrade software/x to 1 x2
      install: Sh software/x/install.sh (1800s)
      detect: package x -> =1
    "#);
    insta::assert_snapshot!(told(&x("", "state: absent"), with(&[("x", "2")], &[])), @r#"
    uninstall software/x x2
      uninstall: Sh software/x/uninstall.sh (90s)
      detect: package x -> Absent
    "#);
}

#[test]
fn repairs_follow_their_strategy() {
    let repair = |strategy: &str| {
        let more = format!("test: {{script: test.ps1}}\nrepair: {strategy}");
        told(&x(&more, ""), with(&[("x", "3")], &[("x", false)]))
    };
    insta::assert_snapshot!(repair("{strategy: install-over}"), @r#"
    repair software/x to 3 x2
      install: Sh software/x/install.sh (1800s)
      detect: package x -> Present
      test: Pwsh software/x/test.ps1 (300s) -> True
    "#);
    insta::assert_snapshot!(repair("{strategy: uninstall-install}"), @r#"
    repair software/x to 3 x2
      uninstall: Sh software/x/uninstall.sh (90s)
      detect: package x -> Absent
      install: Sh software/x/install.sh (1800s)
      detect: package x -> Present
      test: Pwsh software/x/test.ps1 (300s) -> True
    "#);
    insta::assert_snapshot!(repair("{strategy: script, script: {script: upgrade.py}}"), @r#"
    repair software/x to 3 x2
      install: Python3 software/x/upgrade.py (1800s)
      detect: package x -> Present
      test: Pwsh software/x/test.ps1 (300s) -> True
    "#);
}

#[test]
fn a_patch_is_two_steps_and_each_is_held_against_itself() {
    let text = "=== software/x/software.yaml
kind: Software
name: x
detect: {package: {manager: dpkg, name: x}}
versions:
  - {version: \"1\"}
  - {version: \"1.1\", requiresVersion: \"1\", install: {script: patch.sh}}
install: {package: {manager: dpkg, name: x}}
=== software/x/patch.sh
=== deployments/x.yaml
kind: Deployment
name: x
software: x
version: \"=1.1\"
target: {all: true}
";
    insta::assert_snapshot!(told(text, computer()), @r#"
    install software/x to 1 x2
      install: add package x 1 (1800s)
      detect: package x -> >=1
    update software/x to 1.1 x2
      install: Sh software/x/patch.sh (1800s)
      detect: package x -> =1.1
    "#);
}

#[test]
fn built_ins_and_the_artifacts_that_fit() {
    let text = "=== software/x/software.yaml
kind: Software
name: x
detect: {productCode: \"{4A03706F-666A-4037-7777-5F2748764D10}\"}
versions:
  - version: \"1\"
    artifacts:
      - {url: \"https://example.com/x-x64.msi?a=1\", arch: x64, sha256: \"00\"}
      - {url: \"https://example.com/x-x86.msi\", arch: x86, sha256: \"00\"}
      - {url: \"https://example.com/x.dmg\", os: macos, sha256: \"00\"}
install: {msi: {properties: {ALLUSERS: \"1\"}}}
=== deployments/x.yaml
kind: Deployment
name: x
software: x
target: {all: true}
"
    .replace("\"00\"", &format!("\"{}\"", "0".repeat(64)));
    insta::assert_snapshot!(told(&text, computer()), @r#"
    install software/x to 1 x2
      download: https://example.com/x-x64.msi?a=1
      install: Msi { artifact: "x-x64.msi", properties: [("ALLUSERS", Text("1"))], transform: None, remove: false } (1800s)
      detect: ProductCode("{4A03706F-666A-4037-7777-5F2748764D10}") -> >=1
    "#);
    let run = first_run(&text);
    assert_eq!((run.success_codes, run.reboot_codes), (vec![0], vec![1641, 3010]));
}

fn first_run(text: &str) -> Run {
    let lowered = lowered(text, computer(), &[]);
    let works = lowered.steps.into_iter().flat_map(|step| step.works);
    let mut runs = works.filter_map(|work| match work.what {
        What::Run(run) => Some(run),
        What::Probe(_) | What::Fetch(_) | What::Reboot(_) => None,
    });
    runs.next().expect("something runs")
}

/// A task with its parameters, and what a deployment gives.
fn power(parameters: &str, given: &str) -> String {
    format!(
        "=== tasks/power/task.yaml
kind: Task
name: power
script: power.sh
parameters: {parameters}
=== tasks/power/power.sh
=== deployments/power.yaml
kind: Deployment
name: power
task: power
instance: front-desk
parameters: {given}
target: {{all: true}}
"
    )
}

#[test]
fn a_task_is_set_and_tested_and_gets_its_parameters_as_data() {
    let text = power(
        "{ac-timeout: {type: integer, required: true}, plan: {type: string, default: high}, more: {type: map}}",
        "{ac-timeout: 30, plan: '\"; $(calc)', more: {value: {a: [1]}}}",
    );
    let facts = with(&[], &[("task/power#front-desk", false)]);
    insta::assert_snapshot!(told(&text, facts.clone()), @r#"
    set task/power#front-desk x2
      set: Sh tasks/power/power.sh set (1800s)
      test: Sh tasks/power/power.sh test (300s) -> True
    "#);
    let lowered = lowered(&text, facts, &[]);
    let What::Run(run) = &lowered.steps[0].works[0].what else { panic!("a task runs") };
    let environment: Vec<String> =
        run.environment.iter().map(|(name, value)| format!("{name}={value}")).collect();
    insta::assert_snapshot!(environment.join("\n"), @r#"
    ORDAIN_COMPUTER=pc-01
    ORDAIN_ITEM=task/power#front-desk
    ORDAIN_METHOD=set
    ORDAIN_PARAM_AC_TIMEOUT=30
    ORDAIN_PARAM_MORE={"a":[1]}
    ORDAIN_PARAM_PLAN="; $(calc)
    ORDAIN_REBOOT=if-needed
    ORDAIN_TENANT=contoso
    "#);
    insta::assert_snapshot!(run.input.as_deref().unwrap_or(""), @r#"
    {"ac-timeout":30,"more":{"a":[1]},"plan":"\"; $(calc)"}
    "#);
    assert_eq!(run.context, RunContext::System);
}

#[test]
fn what_this_version_cannot_carry_out_fails_and_says_so() {
    let metascript =
        power("{}", "{}").replace("script: power.sh", "context: metascript\nscript: power.sh");
    insta::assert_snapshot!(told(&metascript, computer()), @r#"
    task/power#front-desk fails, not-executed-yet: metascript actions are not carried out by this version
    none task/power#front-desk x1
    "#);
}

const CONFIGURED: &str = "=== software/app/software.yaml
kind: Software
name: app
detect: {package: {manager: dpkg, name: app}}
versions: [{version: \"2\"}]
install: {package: {manager: dpkg, name: app}}
configure: app-settings
requires: [{software: runtime}]
=== software/runtime/software.yaml
kind: Software
name: runtime
detect: {script: detect.sh}
versions: [{version: \"9\"}]
install: {package: {manager: dpkg, name: runtime}}
=== software/runtime/detect.sh
=== tasks/app-settings/task.yaml
kind: Task
name: app-settings
test: {script: test.sh}
set: {script: set.sh}
parameters: {server: {type: string, required: true}}
=== tasks/app-settings/test.sh
=== tasks/app-settings/set.sh
=== deployments/app.yaml
kind: Deployment
name: app
software: app
parameters: {server: srv-01}
target: {all: true}
";

#[test]
fn a_configuration_task_is_tested_first_where_its_software_changes() {
    insta::assert_snapshot!(told(CONFIGURED, computer()), @r#"
    install software/runtime to 9 x2
      install: add package runtime 9 (1800s)
      detect: Sh software/runtime/detect.sh (300s) -> >=9
    install software/app to 2 x2 after software/runtime
      install: add package app 2 (1800s)
      detect: package app -> >=2
    set task/app-settings x2 after software/app
      test: Sh tasks/app-settings/test.sh (300s) -> TrueEndsStep
      set: Sh tasks/app-settings/set.sh (1800s)
      test: Sh tasks/app-settings/test.sh (300s) -> True
    "#);
    let there = with(&[("app", "2"), ("runtime", "9")], &[("task/app-settings", false)]);
    insta::assert_snapshot!(told(CONFIGURED, there), @r#"
    set task/app-settings x2 after software/app
      set: Sh tasks/app-settings/set.sh (1800s)
      test: Sh tasks/app-settings/test.sh (300s) -> True
    "#);
}

#[test]
fn a_failed_detection_fails_the_item_and_so_its_dependants() {
    let failed = Finding {
        item: Item::software("runtime"),
        found: Found::Failed("detect.sh was killed after 300s".into()),
    };
    insta::assert_snapshot!(tell(&lowered(CONFIGURED, computer(), &[failed])), @r#"
    software/runtime fails, detection-failed: detect.sh was killed after 300s
    none software/runtime x1
    install software/app to 2 x2 after software/runtime
      install: add package app 2 (1800s)
      detect: package app -> >=2
    set task/app-settings x2 after software/app
      test: Sh tasks/app-settings/test.sh (300s) -> TrueEndsStep
      set: Sh tasks/app-settings/set.sh (1800s)
      test: Sh tasks/app-settings/test.sh (300s) -> True
    "#);
}

#[test]
fn what_a_session_looks_at() {
    insta::assert_snapshot!(looked_at(CONFIGURED, computer()), @r#"
    software/app: package app
    software/runtime: Sh software/runtime/detect.sh (300s)
    task/app-settings: test Sh tasks/app-settings/test.sh (300s)
    "#);
    let ignored = x("test: {script: test.ps1}", "state: ignored");
    assert_eq!(looked_at(&ignored, computer()), "");
    let tested = x("test: {script: test.ps1}", "state: absent");
    insta::assert_snapshot!(looked_at(&tested, computer()), @r#"
    software/x: package x, then Pwsh software/x/test.ps1 (300s)
    "#);
    let elsewhere = x("platforms: [{os: windows}]", "");
    assert_eq!(looked_at(&elsewhere, computer()), "");
    let monitor = power("{}", "{}").replace("instance:", "state: monitor\ninstance:");
    insta::assert_snapshot!(looked_at(&monitor, computer()), @r#"
    task/power#front-desk: get Sh tasks/power/power.sh get (300s)
    "#);
}

#[test]
fn what_the_manager_offers_is_asked_where_its_versions_count() {
    let asked = |install: &str, detect: &str| {
        let text = x("latest: package\ntest: {script: test.ps1}", "")
            .replace("versions: [{version: \"1\"}, {version: \"2\"}, {version: \"3\"}]\n", "")
            .replace("{script: install.sh}", install)
            .replace("{package: {manager: dpkg, name: x}}", detect);
        looked_at(&text, computer())
    };
    let (script, package) = ("{script: install.sh}", "{package: {manager: dpkg, name: x}}");
    let other = "{package: {manager: rpm, name: y}}";
    let file = "{file: {path: /opt/x}}";
    insta::assert_snapshot!(
        [
            asked(script, package),
            asked(other, package),
            asked(other, file),
            asked(script, file),
            looked_at(&x("latest: {script: test.ps1}", ""), computer()),
        ]
        .join("\n"),
        @r#"
    software/x: package x, then Pwsh software/x/test.ps1 (300s), offered by dpkg: x
    software/x: package x, then Pwsh software/x/test.ps1 (300s), offered by rpm: y
    software/x: File { path: "/opt/x", version: None }, then Pwsh software/x/test.ps1 (300s), offered by rpm: y
    software/x: File { path: "/opt/x", version: None }, then Pwsh software/x/test.ps1 (300s)
    software/x: package x
    "#
    );
}

#[test]
fn what_a_rule_asks_about_is_looked_at_also_where_it_is_ignored() {
    let text = x("requires: [{if: {anyOf: [y], is: installed}, then: {uninstall: [z]}}]", "")
        + "=== deployments/y.yaml
kind: Deployment
name: y
software: y
state: ignored
target: {all: true}
";
    let other = |name: &str| {
        format!(
            "=== software/{name}/software.yaml
kind: Software
name: {name}
detect: {{package: {{manager: dpkg, name: {name}}}}}
uninstall: {{package: {{manager: dpkg, name: {name}}}}}
"
        )
    };
    let text = text + &other("y") + &other("z");
    insta::assert_snapshot!(looked_at(&text, computer()), @r#"
    software/x: package x
    software/y: package y
    software/z: package z
    "#);
}
