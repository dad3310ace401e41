//! Files from templates and stores, arguments that stay whole, programs that
//! are closed first.

use ordain_schema::document::{ComputerFacts, OnBusy, OsFacts, OsFamily};

use super::world::{computer, lowered, told, with};
use crate::order::What;

#[test]
fn files_follow_templates_and_stores_and_arguments_stay_whole() {
    let text = "=== integrations/files.yaml
{kind: Integration, name: files, type: http, settings: {url: \"https://files.example/base/\"}}
=== software/x/software.yaml
kind: Software
name: x
detect:
  - {os: macos, file: {path: /x}}
  - {productCode: \"{A}\"}
artifacts:
  - {name: setup, url: \"https://example.com/{version}/x.exe\", os: windows}
  - {name: extra, store: files, path: \"x/{version}.cab\"}
versions:
  - version: \"1\"
  - version: \"2.0\"
    artifacts: [{name: setup, sha256: \"00\"}, {name: extra, sha256: \"00\"}]
parameters: {site: {type: string}, size: {type: integer}}
licence: optional
install:
  - {os: macos, pkg: {}}
  - {exe: {artifact: setup, args: [\"/S\", {param: site}, {param: size}, {licence: key}]}}
uninstall: {registered: {args: [\"/quiet\"]}}
upgradeStrategy: uninstall-install
closeFirst: {processes: [x.exe], onBusy: postpone}
=== deployments/x.yaml
kind: Deployment
name: x
software: x
target: {all: true}
parameters: {site: \"a b; $(c)\"}
"
    .replace("\"00\"", &format!("\"{}\"", "0".repeat(64)));
    let windows = |facts: ComputerFacts| ComputerFacts {
        os: Some(OsFacts { family: Some(OsFamily::Windows), version: None, arch: None }),
        ..facts
    };
    insta::assert_snapshot!(told(&text, windows(computer())), @r#"
    install software/x to 2.0 x2
      download: https://example.com/2.0/x.exe https://files.example/base/x/2.0.cab
      install: Exe { artifact: "setup", arguments: [Text("/S"), Text("a b; $(c)")] } (1800s)
      detect: ProductCode("{A}") -> >=2.0
    "#);
    let steps = lowered(&text, windows(computer()), &[]).steps;
    let mut runs =
        steps.into_iter().flat_map(|step| step.works).filter_map(|work| match work.what {
            What::Run(run) => Some(run),
            What::Probe(_) | What::Fetch(_) | What::Reboot(_) => None,
        });
    let run = runs.next().expect("it is installed");
    let files: Vec<(&str, &str)> =
        run.artifacts().iter().map(|one| (&*one.name, &*one.file)).collect();
    assert_eq!(files, [("setup", "x.exe"), ("extra", "2.0.cab")]);
    assert_eq!(run.close_first().map(|close| close.on_busy), Some(OnBusy::Postpone));
    // What was removed on the way cannot wait.
    let there = windows(with(&[("x", "1")], &[]));
    let lowered = lowered(&text, there, &[]);
    let works = lowered.steps.iter().flat_map(|step| &step.works);
    let busy: Vec<OnBusy> = works
        .filter_map(|work| match &work.what {
            What::Run(run) => run.close_first().map(|close| close.on_busy),
            What::Probe(_) | What::Fetch(_) | What::Reboot(_) => None,
        })
        .collect();
    assert_eq!(busy, [OnBusy::Postpone, OnBusy::Kill]);
}
