//! Restarts: around an execution, within an action, and where they are suppressed.

use super::world::{computer, lowered, tell};
use crate::order::{Ask, Reboot};

const TOOL: &str = "
=== software/tool/software.yaml
detect: {script: detect.sh}
versions: [{version: \"1\"}]
install: {script: install.sh}
=== software/tool/detect.sh
=== software/tool/install.sh
=== deployments/tool.yaml
kind: Deployment
name: tool
software: tool
target: {all: true}
";

/// The repository's settings, and software that needs a restart where that is said.
fn text(defaults: &str, needed: bool) -> String {
    let key = if needed { "rebootNeeded: true\n" } else { "" };
    let detect = "=== software/tool/detect.sh";
    let tool = TOOL.replace(detect, &format!("{key}{detect}"));
    format!(
        "=== ordain.yaml\napiVersion: ordain/v1\nkind: Repository\nname: r\ndefaults: {{{defaults}}}\n{tool}"
    )
}

/// A restart in a few words.
fn word(reboot: Option<&Reboot>) -> String {
    let Some(reboot) = reboot else { return "none".to_owned() };
    let mut words = vec![if reboot.only_pending { "pending" } else { "always" }.to_owned()];
    if let Some(Ask { seconds, on_timeout }) = reboot.ask {
        words.push(format!("ask {seconds}s {on_timeout:?}"));
    }
    words.extend((!reboot.barred.is_empty()).then(|| format!("barred x{}", reboot.barred.len())));
    words.join(", ")
}

fn around(defaults: &str) -> String {
    let restarts = lowered(&text(defaults, false), computer(), &[]).restarts;
    format!("{} / {}", word(restarts.start.as_ref()), word(restarts.end.as_ref()))
}

#[test]
fn restarts_around_an_execution() {
    for (defaults, told) in [
        ("attempts: 1", "none / pending"),
        ("reboot: if-needed", "none / pending"),
        ("reboot: suppress", "none / none"),
        ("reboot: force", "always / always"),
        ("reboot: {mode: prompt, timeout: 5m, onTimeout: fail}", "none / pending, ask 300s Fail"),
        // Tuesday: seven more working days within the eight that are told, and whatever is behind.
        ("businessHours: {start: \"08:00\", end: \"18:00\"}", "none / pending, barred x8"),
        (
            "reboot: {mode: force, duringBusinessHours: true}, businessHours: {start: \"08:00\", end: \"18:00\"}",
            "always / always",
        ),
    ] {
        assert_eq!(around(defaults), told, "{defaults}");
    }
}

#[test]
fn software_that_needs_a_restart() {
    let told = |defaults: &str| tell(&lowered(&text(defaults, true), computer(), &[]));
    insta::assert_snapshot!(told("reboot: if-needed"), @r"
    install software/tool to 1 x1
      install: Sh software/tool/install.sh (1800s)
      post: reboot
      detect: Sh software/tool/detect.sh (300s) -> >=1
    ");
    let suppressed = "software/tool fails, reboots-suppressed: it needs a reboot, and this session may not reboot the computer now\nnone software/tool x1";
    assert_eq!(told("reboot: suppress"), suppressed);
    // While people work it is held back, not failed.
    let day = "reboot: force, businessHours: {start: \"08:00\", end: \"18:00\"}";
    let lowered = lowered(&text(day, true), computer(), &[]);
    assert_eq!(tell(&lowered), told("attempts: 1"));
    assert!(lowered.steps[0].gate.is_some(), "{lowered:?}");
}

#[test]
fn what_a_session_that_only_downloads_does() {
    let text = "
=== software/tool/software.yaml
detect: {script: detect.sh}
requires: [{software: other}]
versions: [{version: \"1\", artifacts: [{url: \"https://files.example/tool.tgz\", sha256: \"0000000000000000000000000000000000000000000000000000000000000000\", size: 1}]}]
install: {script: install.sh}
rebootNeeded: true
=== software/tool/detect.sh
=== software/tool/install.sh
=== software/other/software.yaml
detect: {script: detect.sh}
versions: [{version: \"1\"}]
install: {script: install.sh}
=== software/other/detect.sh
=== software/other/install.sh
=== deployments/tool.yaml
kind: Deployment
name: tool
software: tool
target: {all: true}
";
    let lowered = lowered(text, computer(), &[]).downloads();
    insta::assert_snapshot!(tell(&lowered), @r"
    install software/tool to 1 x2
      download: https://files.example/tool.tgz
    ");
    assert!(lowered.restarts.is_empty());
    assert_eq!(lowered.rows.len(), 2, "the plan is shown whole");
}
