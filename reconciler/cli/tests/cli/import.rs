//! `ordain import`: every entry becomes a valid document or a stated reason,
//! and nothing that is there is written over.

use std::collections::BTreeMap;
use std::fs;

use serde_json::{Value, json};

use crate::support::{Ran, Repository};

const CATALOGUES: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/catalogues");

fn source(path: &str) -> String {
    format!("{CATALOGUES}/{path}")
}

fn import(repository: &Repository, from: &str, path: &str, more: &[&str]) -> Ran {
    let source = source(path);
    let mut args = vec!["import", from, source.as_str(), "--format", "json"];
    args.extend(more);
    repository.run(&args)
}

/// Ids by a key of their rows.
fn by<'a>(answer: &'a Value, list: &str, key: &str) -> BTreeMap<&'a str, &'a str> {
    let rows = answer[list].as_array().unwrap().iter();
    rows.filter_map(|row| Some((row["id"].as_str()?, row[key].as_str()?))).collect()
}

fn read(repository: &Repository, path: &str) -> String {
    fs::read_to_string(repository.path().join(path)).unwrap()
}

#[track_caller]
fn is_valid_and_laid_out(repository: &Repository) {
    let answer = repository.run(&["validate", "--format", "json"]).exits(0).json();
    assert_eq!(answer["errors"], 0, "{answer:#}");
    repository.run(&["fmt"]).exits(0);
    let changed = repository.run(&["fmt", "--check", "--format", "json"]).exits(0).json();
    assert_eq!(changed["files"], json!([]));
}

#[test]
fn rows_of_a_bucket_become_documents_or_reasons() {
    let small = Repository::small();
    let answer = import(&small, "scoop", "scoop-rows.jsonl", &[]).exits(0).json();
    assert_eq!(answer["totals"]["read"], 44);
    assert_eq!(answer["totals"]["written"], 44);
    assert_eq!(answer["totals"]["pinned"], 0, "rows have no hashes");
    let reasons = answer["totals"]["ownTool"].as_object().unwrap();
    let all: u64 = reasons.values().map(|count| count.as_u64().unwrap()).sum();
    assert_eq!(all, 44);
    for reason in
        ["other-hash", "own-scripts", "unpacks-installer", "unknown-archive", "no-address"]
    {
        assert!(reasons.contains_key(reason), "{reason}: {reasons:?}");
    }
    let names = by(&answer, "written", "name");
    assert_eq!(names["extras/flux"], "flux");
    assert_eq!(names["main/flux"], "main-flux", "the first of two has the short name");
    assert_eq!(names["extras/dotPeek"], "dotpeek");
    is_valid_and_laid_out(&small);
    let text = read(&small, "software/keepass-plugin-keeagent/software.yaml");
    assert!(text.starts_with("# yaml-language-server: $schema="), "{text}");
    assert!(text.contains("requires:\n  - {software: keepass}\n"), "{text}");
    assert!(text.contains("source: {scoop: extras/keepass-plugin-keeagent}\n"), "{text}");
}

#[test]
fn nothing_is_written_twice_or_over() {
    let small = Repository::small();
    import(&small, "scoop", "buckets", &[]).exits(1);
    let path = "software/runtime/software.yaml";
    let again = import(&small, "scoop", "buckets", &[]).exits(1).json();
    assert_eq!(again["totals"]["written"], 0);
    assert_eq!(again["totals"]["unchanged"], 7);
    small.write(path, &format!("{}# mine\n", read(&small, path)));
    let kept = import(&small, "scoop", "buckets", &["--only", "runtime"]).exits(1).json();
    assert_eq!(by(&kept, "refused", "reason")["main/runtime"], "exists");
    assert!(read(&small, path).ends_with("# mine\n"));
    let dry = import(&small, "scoop", "buckets", &["--only", "runtime", "--force", "--dry-run"])
        .exits(0)
        .json();
    assert_eq!((&dry["totals"]["written"], &dry["dryRun"]), (&json!(1), &json!(true)));
    assert!(read(&small, path).ends_with("# mine\n"));
    import(&small, "scoop", "buckets", &["--only", "runtime", "--force"]).exits(0);
    assert!(!read(&small, path).contains("# mine"));
}

#[test]
fn manifests_of_a_bucket_are_pinned_where_that_is_possible() {
    let small = Repository::small();
    let answer = import(&small, "scoop", "buckets", &[]).exits(1).json();
    let ways = by(&answer, "written", "way");
    assert_eq!((ways["main/grep-tool"], ways["main/runtime"]), ("pinned", "pinned"));
    let reasons = by(&answer, "written", "reason");
    let expected = [
        ("main/old-hash", "other-hash"),
        ("main/packer", "unknown-archive"),
        ("main/scripted", "own-scripts"),
        ("main/two-files", "several-files"),
        ("main/wizard", "unpacks-installer"),
    ];
    assert_eq!(reasons, expected.into());
    let refused: BTreeMap<&str, &str> = answer["refused"]
        .as_array()
        .unwrap()
        .iter()
        .map(|row| {
            (
                row["id"].as_str().unwrap().rsplit('/').next().unwrap(),
                row["reason"].as_str().unwrap(),
            )
        })
        .collect();
    let expected = [
        ("newest", "moving-version"),
        ("nothing", "no-version"),
        ("torn.json:1", "not-a-manifest"),
    ];
    assert_eq!(refused, expected.into());
    is_valid_and_laid_out(&small);

    let text = read(&small, "software/grep-tool/software.yaml");
    let tail = text.split_once("platforms:").unwrap().1;
    assert_eq!(
        tail,
        r#"
  - {os: windows, arch: x64}
  - {os: windows, arch: x86}
detect:
  file:
    path: 'C:\Program Files\grep-tool\ordain-version.txt'
    version: '\S+'
source: {scoop: main/grep-tool}
versions:
  - version: "14.1.0"
    artifacts:
      - url: https://tools.example/14.1.0/grep-14.1.0-x64.zip
        sha256: aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa
        arch: x64
      - url: https://tools.example/14.1.0/grep-14.1.0-x86.zip
        sha256: bbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbb
        arch: x86
install: {script: install.ps1}
uninstall: {script: uninstall.ps1}
requires:
  - {software: runtime}
"#
    );
    assert!(text.contains("# Licence: MIT (https://tools.example/licence)\n"), "{text}");
    let install = read(&small, "software/grep-tool/install.ps1");
    assert!(
        install.contains("'grep-{version}-x64'.Replace('{version}', $env:ORDAIN_VERSION)"),
        "{install}"
    );
    let text = read(&small, "software/runtime/software.yaml");
    assert!(text.contains("# Left out: its own tool also sets RUNTIME_DATA\n"), "{text}");
    let install = read(&small, "software/runtime/install.ps1");
    assert!(install.contains("'Kim’’s Runtime'"), "{install}");
    assert!(
        install.contains("Copy-Item -Force $env:ORDAIN_ARTIFACT (Join-Path $to 'runtime.exe')")
    );
    assert!(read(&small, "software/runtime/uninstall.ps1").contains("$kept = @('data', 'conf')"));
}

#[test]
fn what_another_tool_would_install_can_be_refused() {
    let small = Repository::small();
    let answer = import(&small, "scoop", "buckets", &["--pinned"]).exits(1).json();
    assert_eq!(
        by(&answer, "written", "way"),
        [("main/grep-tool", "pinned"), ("main/runtime", "pinned")].into()
    );
    assert_eq!(by(&answer, "refused", "reason")["main/wizard"], "unpacks-installer");
    is_valid_and_laid_out(&small);
}

#[test]
fn packages_of_winget_are_detected_as_they_show_themselves() {
    let small = Repository::small();
    let answer = import(&small, "winget", "winget", &[]).exits(1).json();
    let names = by(&answer, "written", "name");
    let expected = [
        ("Contoso.Editor", "editor"),
        ("Contoso.Meter", "meter"),
        ("Example.Chat", "chat"),
        ("Example.Editor", "example-editor"),
        ("Example.Viewer", "viewer"),
        ("Solo.App", "app"),
    ];
    // `viewer` is in the repository already, as another product.
    assert_eq!(names, expected.into_iter().filter(|(id, _)| *id != "Example.Viewer").collect());
    let reasons = by(&answer, "refused", "reason");
    assert_eq!(reasons["Example.Viewer"], "exists");
    assert_eq!(reasons["Contoso.Store"], "packaged-app");
    assert_eq!(reasons["Contoso.Tool"], "portable-program");
    assert_eq!(reasons["Contoso.Loud"], "no-silent-install");
    assert_eq!(reasons.len(), 5);
    is_valid_and_laid_out(&small);
    let text = read(&small, "software/example-editor/software.yaml");
    assert!(text.contains("upgradeCode: '{AAAAAAAA-BBBB-CCCC-DDDD-EEEEEEEEEEEE}'"), "{text}");
    assert!(
        text.contains("- version: \"2.10.0\"") && !text.contains("2.9.1"),
        "the newest alone: {text}"
    );
    assert!(text.contains("arch: arm64"), "{text}");
    let text = read(&small, "software/meter/software.yaml");
    assert!(text.contains("args: [--silent, /v/qn REBOOT=R, --no-telemetry]"), "{text}");
    let text = read(&small, "software/chat/software.yaml");
    for part in ["args: [/S]", "context: user", "successCodes: [0, 2]", "rebootCodes: [3010]"] {
        assert!(text.contains(part), "{part}: {text}");
    }
    let text = read(&small, "software/app/software.yaml");
    assert!(text.contains("# Left out: found by the name Solo App"), "{text}");
    assert!(text.contains(r"regex: '^Solo App( \(?v?\d.*)?$'"), "{text}");
}

#[test]
fn one_package_may_be_meant_and_named() {
    let small = Repository::small();
    let file = "winget/manifests/e/Example/Viewer/1.10/Example.Viewer.installer.yaml";
    let answer = import(&small, "winget", file, &["--name", "image-viewer"]).exits(0).json();
    assert_eq!(by(&answer, "written", "version")["Example.Viewer"], "1.10.0", "as it shows itself");
    let text = read(&small, "software/image-viewer/software.yaml");
    for part in [
        "# Left out: needs Example.Elsewhere, which was not imported\n",
        r"regex: '^Example Viewer \d\S* \(beta\)$'",
        "url: https://downloads.example/viewer/viewer-1.10.exe",
        "args: [/VERYSILENT, /SUPPRESSMSGBOXES, /NORESTART, /SP-, \"/MERGETASKS=!desktopicon\"]",
        "source: {winget: Example.Viewer}",
    ] {
        assert!(text.contains(part), "{part}: {text}");
    }
    is_valid_and_laid_out(&small);
    let all = import(&small, "winget", "winget/manifests/e/Example/Editor", &["--versions", "5"])
        .exits(0)
        .json();
    assert_eq!(all["totals"]["written"], 1);
    let text = read(&small, "software/editor/software.yaml");
    let (first, second) = (text.find("\"2.10.0\"").unwrap(), text.find("\"2.9.1\"").unwrap());
    assert!(first < second, "the newest stands first: {text}");
    is_valid_and_laid_out(&small);
}

#[test]
fn what_is_not_there_or_not_carried_out_is_said() {
    let small = Repository::small();
    small.run(&["import", "scoop", "nowhere"]).exits(3).complains(&["`nowhere` cannot be read"]);
    small.run(&["import", "fleet", "x.json"]).exits(3).complains(&["x.json` cannot be read"]);
    small
        .run(&["import", "scoop", "rows.jsonl.zst"])
        .exits(2)
        .complains(&["compressed", "zstdcat"]);
    let rows = source("scoop-rows.jsonl");
    small.run(&["import", "scoop", &rows, "--name", "x"]).exits(2).complains(&["--name"]);
    small.run(&["import", "scoop", &rows, "--only", "none"]).exits(2);
    small
        .run(&["import", "scoop", "http://example.org/x.json"])
        .exits(2)
        .complains(&["no https address"]);
    let human = small.run(&["import", "scoop", &rows, "--dry-run"]).exits(0);
    assert!(
        human.out.contains("own-scripts") && human.out.contains("44 documents would be written")
    );
}

#[test]
fn formulae_and_casks_are_left_to_homebrew() {
    let small = Repository::small();
    let both = json!({
        "formulae": [
            {"name": "wget", "desc": "Retriever: of files", "license": "GPL-3.0", "homepage": "https://wget.example", "versions": {"stable": "1.25"}},
            {"name": "gone", "versions": {"stable": "1"}, "disabled": true},
        ],
        "casks": [{"token": "vlc", "name": ["VLC"], "version": "3.0.21", "homepage": "https://vlc.example"}],
    });
    let file = small.write("brew.json", &both.to_string());
    let args = ["import", "brew", file.to_str().unwrap(), "--format", "json"];
    let answer = small.run(&args).exits(1).json();
    assert_eq!(by(&answer, "refused", "reason"), [("gone", "retired")].into());
    assert_eq!(by(&answer, "written", "name"), [("vlc", "vlc"), ("wget", "wget")].into());
    is_valid_and_laid_out(&small);
    let text = read(&small, "software/wget/software.yaml");
    assert!(
        text.contains("latest: package\ninstall:\n  package: {manager: brew, name: wget}\n"),
        "{text}"
    );
    assert!(text.contains("  - {os: linux}\n"), "{text}");
}

#[test]
fn fleets_apps_bring_their_scripts_along_and_an_msi_needs_none() {
    let small = Repository::small();
    let app = |query: &str, file: &str, more: Value| {
        let mut version = json!({
            "version": "1.2.3", "queries": {"exists": query}, "sha256": "a".repeat(64),
            "installer_url": format!("https://apps.example/{file}"),
            "install_script_ref": "in", "uninstall_script_ref": "out",
        });
        version.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
        let refs = json!({"in": "#!/bin/sh\nsudo place $INSTALLER_PATH\n", "out": "remove it\n"});
        json!({"versions": [version], "refs": refs}).to_string()
    };
    let windows = "SELECT 1 FROM programs WHERE name LIKE 'Player %' AND publisher = 'P';";
    let mac = "SELECT 1 FROM apps WHERE bundle_identifier = 'example.player';";
    let coded = json!({"upgrade_code": "{23170F69-40C1-2702-0000-000004000000}"});
    let outputs = tempfile::tempdir().unwrap();
    for (place, text) in [
        ("apps.json", json!({"version": 2, "apps": []}).to_string()),
        ("player/windows.json", app(windows, "player.exe", json!({}))),
        ("player/darwin.json", app(mac, "player.zip", json!({}))),
        ("zip/windows.json", app(windows, "zip.msi?x=1", coded)),
        ("moving/windows.json", app(windows, "m.exe", json!({"sha256": "no_check"}))),
    ] {
        let place = outputs.path().join(place);
        fs::create_dir_all(place.parent().unwrap()).unwrap();
        fs::write(place, text).unwrap();
    }
    let folder = outputs.path().to_str().unwrap();
    let args = ["import", "fleet", folder, "--format", "json"];
    let answer = small.run(&args).exits(1).json();
    let reasons: Vec<&str> = by(&answer, "refused", "reason").into_values().collect();
    assert_eq!(reasons, ["no-hash"]);
    let names = by(&answer, "written", "name");
    let expected =
        [("player/darwin", "player-macos"), ("player/windows", "player"), ("zip/windows", "zip")];
    assert_eq!(names, expected.into());
    is_valid_and_laid_out(&small);
    let player = read(&small, "software/player/software.yaml");
    for part in
        ["regex: \"^Player .*$\"", "install: {script: install.ps1}", "fleet: player/windows"]
    {
        assert!(player.contains(part), "{part}: {player}");
    }
    let script = read(&small, "software/player-macos/install.sh");
    let told =
        "#!/bin/sh\nexport INSTALLER_PATH=\"$ORDAIN_ARTIFACT\"\nsudo place $INSTALLER_PATH\n";
    assert_eq!(script, told);
    assert!(read(&small, "software/player-macos/detect.sh").contains("= 'example.player' ]"));
    let zip = read(&small, "software/zip/software.yaml");
    assert!(zip.contains("msi: {}") && zip.contains("registered: {}"), "{zip}");
    assert!(!small.path().join("software/zip/install.ps1").exists());
    // One app by its file alone: what is there already stays.
    let one = outputs.path().join("player/windows.json");
    let again = ["import", "fleet", one.to_str().unwrap(), "--format", "json"];
    assert_eq!(small.run(&again).exits(0).json()["totals"]["unchanged"], 1);
}
