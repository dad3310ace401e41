//! `ordain bump`: newer versions are found, pinned and written, and nothing
//! else of the document changes.

use std::collections::BTreeMap;
use std::fs;
use std::io::{BufRead as _, BufReader, Write as _};
use std::net::TcpListener;
use std::sync::{Arc, Mutex};
use std::thread;

use serde_json::json;

use crate::support::{Ran, Repository};

/// A web server of this machine's: answers by path, everything else is 404.
struct Web {
    address: String,
    asked: Arc<Mutex<Vec<String>>>,
}

impl Web {
    fn new(files: &[(&str, &[u8])]) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let address = format!("http://{}", listener.local_addr().unwrap());
        let asked = Arc::new(Mutex::new(Vec::new()));
        let files: BTreeMap<String, Vec<u8>> = files
            .iter()
            .map(|(path, body)| {
                let text = String::from_utf8_lossy(body).replace("SERVER", &address).into_bytes();
                ((*path).to_owned(), text)
            })
            .collect();
        let log = Arc::clone(&asked);
        thread::spawn(move || {
            for connection in listener.incoming() {
                let mut connection = connection.unwrap();
                let mut lines = BufReader::new(connection.try_clone().unwrap()).lines();
                let first = lines.next().unwrap().unwrap();
                for line in lines {
                    if line.unwrap().is_empty() {
                        break;
                    }
                }
                let path = first.split(' ').nth(1).unwrap().to_owned();
                let (status, body) = match files.get(&path) {
                    Some(body) => ("200 OK", body.clone()),
                    None => ("404 Not Found", Vec::new()),
                };
                log.lock().unwrap().push(path);
                let head = format!(
                    "HTTP/1.1 {status}\r\ncontent-length: {}\r\nconnection: close\r\n\r\n",
                    body.len()
                );
                connection.write_all(head.as_bytes()).unwrap();
                connection.write_all(&body).unwrap();
            }
        });
        Self { address, asked }
    }

    fn at(&self, path: &str) -> String {
        format!("{}{path}", self.address)
    }

    fn asked(&self) -> Vec<String> {
        self.asked.lock().unwrap().clone()
    }
}

/// What a download is, and its SHA-256.
const INSTALLER: &[u8] = b"the new installer";
const HASH: &str = "9c03d0fa6c855b2aa7fce7debd5db379f9c39bef6ac95be91a34711ad15ecca0";

fn bump(repository: &Repository, args: &[&str]) -> Ran {
    let mut all = vec!["bump"];
    all.extend(args);
    repository.run(&all)
}

fn software(repository: &Repository, name: &str, rest: &str) -> std::path::PathBuf {
    let head = format!(
        "# about {name}\nkind: Software\nname: {name}   # its name\ndetect: {{productCode: \"{{11111111-2222-3333-4444-555555555555}}\"}}\n"
    );
    repository.write(&format!("software/{name}/software.yaml"), &format!("{head}{rest}"))
}

/// The text with lines put in, which must come in this order, taken out again.
#[track_caller]
fn without(text: &str, added: &str) -> String {
    assert_eq!(text.matches(added).count(), 1, "{text}");
    text.replacen(added, "", 1)
}

#[test]
fn a_feed_is_followed_and_its_file_hashed() {
    let web = Web::new(&[
        ("/feed.json", br#"{"releases": [{"version": "1.0"}, {"version": "v1.2.0"}, {"version": "2.0-beta"}]}"#),
        ("/1.2.0/tool-1.2.0.exe", INSTALLER),
    ]);
    let small = Repository::small();
    let (feed, old) = (web.at("/feed.json"), web.at("/1.0/tool-1.0.exe"));
    let rest = format!(
        "latest:\n  feed: {{url: \"{feed}\", versions: \"releases[].version\"}}\n# the list\nversions:\n  # about one   \n  - version: '1.0' # first\n    artifacts:\n      - url: {old}\n        sha256: \"{}\"\n        size: 7\n\n# how\ninstall: {{exe: {{args: [/S]}}}}\n",
        "0".repeat(64)
    );
    let place = software(&small, "tool", &rest);
    let before = fs::read_to_string(&place).unwrap();
    let checked = bump(&small, &["--check", "--format", "json"]).exits(1).json();
    assert_eq!(checked["software"][0]["status"], "newer");
    assert_eq!(
        (&checked["software"][0]["from"], &checked["software"][0]["to"]),
        (&json!("1.0"), &json!("1.2.0"))
    );
    assert_eq!(fs::read_to_string(&place).unwrap(), before, "a check writes nothing");
    assert_eq!(web.asked(), ["/feed.json"], "a check fetches no files");

    bump(&small, &[]).exits(0);
    let after = fs::read_to_string(&place).unwrap();
    let added = format!(
        "  - version: \"1.2.0\"\n    artifacts:\n      - url: {}\n        sha256: {HASH}\n        size: {}\n",
        web.at("/1.2.0/tool-1.2.0.exe"),
        INSTALLER.len()
    );
    assert_eq!(without(&after, &added), before);
    small.run(&["validate"]).exits(0);
    let again = bump(&small, &["--check", "--format", "json"]).exits(0).json();
    assert_eq!(again["software"][0]["status"], "up-to-date");
}

const LISTED: &[u8] =
    br#"[{"name": "2.9.0"}, {"name": "2.10.0"}, {"name": "Insider"}, {"name": ".validation"}]"#;
const MANIFEST: &[u8] = b"PackageIdentifier: Example.Editor\nPackageVersion: 2.10.0\nInstallerType: wix\nInstallers:\n- Architecture: x64\n  InstallerUrl: SERVER/editor-2.10.0-x64.msi\n  InstallerSha256: AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA\n- Architecture: x86\n  InstallerUrl: SERVER/editor-2.10.0-x86.msi\n  InstallerSha256: BBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBB\nManifestType: installer\nManifestVersion: 1.6.0\n";

fn editor(web: &Web, small: &Repository) -> std::path::PathBuf {
    let rest = format!(
        "source: {{winget: Example.Editor}}\r\nversions: # newest last\r\n  - version: \"2.0\"\r\n  - version: \"2.9.0\"\r\n    artifacts:\r\n      - url: {}\r\n        sha256: \"{}\"\r\n        arch: x64\r\ninstall: {{msi: {{}}}}\r\n",
        web.at("/editor-2.9.0-x64.msi"),
        "0".repeat(64)
    );
    software(small, "editor", &rest)
}

#[test]
fn wingets_repository_gives_the_hashes() {
    let web = Web::new(&[
        ("/manifests/e/Example/Editor", LISTED),
        ("/manifests/e/Example/Editor/2.10.0/Example.Editor.installer.yaml", MANIFEST),
    ]);
    let small = Repository::small();
    let place = editor(&web, &small);
    let text = fs::read_to_string(&place).unwrap().replace("\r\n", "\n").replace('\n', "\r\n");
    fs::write(&place, &text).unwrap();
    bump(&small, &["editor", "--winget", &web.address]).exits(0);
    let after = fs::read_to_string(&place).unwrap();
    let added = format!(
        "  - version: \"2.10.0\"\r\n    artifacts:\r\n      - url: {}\r\n        sha256: {}\r\n        arch: x64\r\n",
        web.at("/editor-2.10.0-x64.msi"),
        "a".repeat(64)
    );
    assert_eq!(without(&after, &added), text);
    assert!(after.find("2.9.0").unwrap() < after.find("2.10.0").unwrap(), "the newest stands last");
    assert!(
        web.asked().iter().all(|path| !path.contains(".msi")),
        "nothing is fetched whose hash is given"
    );
    small.run(&["validate"]).exits(0);
}

#[test]
fn one_source_out_of_reach_keeps_nobody_else_from_their_versions() {
    let web = Web::new(&[
        ("/manifests/e/Example/Editor", LISTED),
        ("/manifests/e/Example/Editor/2.10.0/Example.Editor.installer.yaml", MANIFEST),
    ]);
    let small = Repository::small();
    let place = editor(&web, &small);
    // A port that was free a moment ago: nobody listens there.
    let gone = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap();
    let rest = format!(
        "latest: {{feed: {{url: \"http://{gone}/f.json\", versions: v}}}}\nversions: [{{version: \"1\"}}]\ninstall: {{msi: {{}}}}\n"
    );
    let other = software(&small, "lost", &rest);
    let before = fs::read_to_string(&other).unwrap();
    let ran = bump(&small, &["--winget", &web.address]).exits(3);
    let ran = ran.complains(&["lost:", "cannot be read", "is this machine online", "1 of 2"]);
    assert!(ran.out.contains("editor: 2.9.0 -> 2.10.0"), "{ran:?}");
    assert!(fs::read_to_string(place).unwrap().contains("2.10.0"));
    assert_eq!(fs::read_to_string(other).unwrap(), before);
}

#[test]
fn a_bucket_may_be_a_folder_and_its_makers_may_be_asked() {
    let web = Web::new(&[("/releases", b"tool 3.1 is out"), ("/v3/tool-3.1.zip", INSTALLER)]);
    let small = Repository::small();
    let manifest = json!({
        "version": "2.5", "homepage": "https://tools.example", "license": "MIT",
        "url": "https://tools.example/v2/tool-2.5.zip", "hash": "c".repeat(64),
        "checkver": {"url": web.at("/releases"), "regex": "tool ([\\d.]+)"},
        "autoupdate": {"url": web.at("/v$majorVersion/tool-$version.zip#/dl.zip")},
    });
    let buckets = tempfile::tempdir().unwrap();
    fs::create_dir_all(buckets.path().join("main/bucket")).unwrap();
    fs::write(buckets.path().join("main/bucket/tool.json"), manifest.to_string()).unwrap();
    let rest = format!(
        "source: {{scoop: main/tool}}\nversions: [{{version: \"2.4\", artifacts: [{{url: \"https://tools.example/v2/tool-2.4.zip\", sha256: \"{}\"}}]}}] # one line\ninstall: {{script: i.ps1}}\n",
        "0".repeat(64)
    );
    let place = software(&small, "tool", &rest);
    small.write("software/tool/i.ps1", "exit 0\n");
    let before = fs::read_to_string(&place).unwrap();
    let folder = buckets.path().to_str().unwrap();
    bump(&small, &["--scoop", folder]).exits(0);
    let middle = fs::read_to_string(&place).unwrap();
    let added = format!(
        "{{version: \"2.5\", artifacts: [{{url: https://tools.example/v2/tool-2.5.zip, sha256: {}}}]}}, ",
        "c".repeat(64)
    );
    assert_eq!(without(&middle, &added), before);
    assert_eq!(web.asked(), Vec::<String>::new(), "the bucket alone is asked");
    bump(&small, &["tool", "--upstream", "--scoop", folder]).exits(0);
    let after = fs::read_to_string(&place).unwrap();
    let added = format!(
        "{{version: \"3.1\", artifacts: [{{url: {}, sha256: {HASH}}}]}}, ",
        web.at("/v3/tool-3.1.zip")
    );
    assert_eq!(without(&after, &added), middle);
    small.run(&["validate"]).exits(0);
}

#[test]
fn what_is_no_version_is_never_newer() {
    let web = Web::new(&[("/feed.json", br#"{"v": "2.0 (fixed)"}"#)]);
    let small = Repository::small();
    let rest = format!(
        "versionScheme: semver\nlatest: {{feed: {{url: \"{}\", versions: v}}}}\nversions: [{{version: \"1.0.0\"}}]\ninstall: {{msi: {{}}}}\n",
        web.at("/feed.json")
    );
    let place = software(&small, "tool", &rest);
    let before = fs::read_to_string(&place).unwrap();
    bump(&small, &[]).exits(0).complains(&["0 written, 1 up to date"]);
    assert_eq!(fs::read_to_string(&place).unwrap(), before);
}

#[test]
fn nothing_is_written_that_would_not_validate() {
    let web = Web::new(&[("/feed.json", br#"{"v": "2.0"}"#)]);
    let small = Repository::small();
    let rest = format!(
        "latest: {{feed: {{url: \"{}\", versions: v}}}}\nversions:\n  - version: \"1.0\"\ninstall: {{msi: {{}}}}\n",
        web.at("/feed.json")
    );
    // One entry more, and the document is larger than any may be.
    let room = 1024 * 1024 - rest.len() - 200;
    let padding = format!("# {}\n", "x".repeat(77)).repeat(room / 80);
    let place = software(&small, "tool", &format!("{rest}{padding}"));
    let left = 1024 * 1024 - fs::metadata(&place).unwrap().len();
    let text = fs::read_to_string(&place).unwrap();
    fs::write(&place, format!("{text}#{}\n", "x".repeat(usize::try_from(left).unwrap() - 2)))
        .unwrap();
    small.run(&["validate"]).exits(0);
    let before = fs::read_to_string(&place).unwrap();
    bump(&small, &[]).exits(3).complains(&["nothing was written", "would not pass"]);
    assert_eq!(fs::read_to_string(&place).unwrap(), before);
}

#[test]
fn names_are_checked_before_anybody_is_asked() {
    let small = Repository::small();
    bump(&small, &["readr"]).exits(2).complains(&["no software `readr`", "did you mean `reader`?"]);
    bump(&small, &["reader"]).exits(2).complains(&["does not say where", "source: {winget: ID}"]);
    let nothing = bump(&small, &["--format", "json"]).exits(0).json();
    assert_eq!(nothing["totals"]["asked"], 0);
}

#[test]
fn a_file_that_is_too_large_or_gone_is_not_pinned() {
    let large = vec![7; 2 * 1024 * 1024];
    let web = Web::new(&[("/feed.json", br#"{"v": "2.0"}"#), ("/2.0.exe", &large)]);
    let small = Repository::small();
    let rest = |file: &str| {
        format!(
            "latest: {{feed: {{url: \"{}\", versions: v}}}}\nversions: [{{version: \"1.0\", artifacts: [{{url: \"{}\", sha256: \"{}\"}}]}}]\ninstall: {{msi: {{}}}}\n",
            web.at("/feed.json"),
            web.at(file),
            "0".repeat(64)
        )
    };
    let place = software(&small, "large", &rest("/1.0.exe"));
    software(&small, "gone", &rest("/gone-1.0.exe"));
    let before = fs::read_to_string(&place).unwrap();
    bump(&small, &["--max-download", "1"])
        .exits(3)
        .complains(&["larger than 1 MiB", "there is no `http"]);
    assert_eq!(fs::read_to_string(&place).unwrap(), before);
}

#[test]
fn a_name_without_a_bucket_is_looked_for_where_scoop_does() {
    let small = Repository::small();
    let buckets = small.path().join("buckets");
    for (bucket, version) in [("extras", "3.0"), ("games", "9.0")] {
        let folder = buckets.join(bucket).join("bucket");
        fs::create_dir_all(&folder).unwrap();
        fs::write(folder.join("tool.json"), json!({"version": version}).to_string()).unwrap();
    }
    let place =
        software(&small, "tool", "source: {scoop: tool}\nversions:\n  - version: \"2.0\"\n");
    let before = fs::read_to_string(&place).unwrap();
    bump(&small, &["--scoop", "buckets"]).exits(0);
    let after = fs::read_to_string(&place).unwrap();
    assert_eq!(without(&after, "  - version: \"3.0\"\n"), before);
    software(&small, "tool", "source: {scoop: nothing}\nversions:\n  - version: \"2.0\"\n");
    let ran = bump(&small, &["--scoop", "buckets", "--format", "json"]).exits(0).json();
    assert_eq!(ran["software"][0]["status"], "unknown");
}

#[test]
fn releases_at_github_are_hashed_by_github() {
    let release = format!(
        r#"{{"tag_name": "v1.4", "assets": [
            {{"browser_download_url": "SERVER/tool-1.4-x86.zip", "digest": "sha256:{}"}},
            {{"browser_download_url": "SERVER/tool-1.4-x64.zip", "digest": "sha256:{}"}}]}}"#,
        "b".repeat(64),
        "c".repeat(64)
    );
    let web = Web::new(&[("/repos/maker/tool/releases/latest", release.as_bytes())]);
    let small = Repository::small();
    let rest = format!(
        "source: {{github: maker/tool}}\n# one pattern\nartifacts:\n  - url: \"{}\"\nversions:\n  - {{version: \"1.3\", sha256: \"{}\"}} # old\ninstall: {{exe: {{}}}}\n",
        web.at("/tool-{version}-x64.zip"),
        "0".repeat(64)
    );
    let place = software(&small, "tool", &rest);
    let before = fs::read_to_string(&place).unwrap();
    bump(&small, &["--github-api", &web.address]).exits(0);
    let after = fs::read_to_string(&place).unwrap();
    let added = format!("  - {{version: \"1.4\", sha256: {}}}\n", "c".repeat(64));
    assert_eq!(without(&after, &added), before);
    small.run(&["validate"]).exits(0);
}

#[test]
fn fleet_gives_version_and_hash_of_a_maintained_app() {
    let manifest = json!({"versions": [{
        "version": "2.0.1", "sha256": "d".repeat(64),
        "queries": {"exists": "SELECT 1 FROM programs WHERE name = 'Tool';"},
        "installer_url": "https://tools.example/tool-2.0.1.msi",
    }]});
    let at = "/ee/maintained-apps/outputs/tool/windows.json";
    let web = Web::new(&[(at, manifest.to_string().as_bytes())]);
    let small = Repository::small();
    let rest = format!(
        "source: {{fleet: tool/windows}}\nversions:\n  - version: \"1.9\"\n    artifacts: [{{url: https://tools.example/tool-1.9.msi, sha256: {}}}]\ninstall: {{msi: {{}}}}\n",
        "a".repeat(64)
    );
    let place = software(&small, "tool", &rest);
    bump(&small, &["--fleet", &web.address]).exits(0);
    let text = fs::read_to_string(&place).unwrap();
    assert!(text.contains("\"2.0.1\"") && text.contains(&"d".repeat(64)), "{text}");
    assert_eq!(web.asked(), [at], "Fleet says the hash, and nothing is fetched");
    small.run(&["validate"]).exits(0);
}
