//! Files: an archive from a server of files becomes software on a computer, is
//! updated, and is put off while the program runs.

use std::fs;
use std::io::{BufRead as _, BufReader, Write as _};
use std::net::{TcpListener, TcpStream};
use std::path::Path;
use std::process::{Child, Command, Stdio};

use crate::stage::{Build, Stage};

/// A server that gives the files of a folder.
fn serve(folder: &Path) -> String {
    let listener = TcpListener::bind("127.0.0.1:0").expect("a port");
    let address = format!("http://{}", listener.local_addr().expect("bound"));
    let folder = folder.to_owned();
    std::thread::spawn(move || {
        for line in listener.incoming() {
            let Ok(line) = line else { return };
            // An agent that goes away is none of the server's business.
            let _ = give(line, &folder);
        }
    });
    address
}

fn give(mut line: TcpStream, folder: &Path) -> std::io::Result<()> {
    let mut request = String::new();
    let mut lines = BufReader::new(line.try_clone()?);
    lines.read_line(&mut request)?;
    let mut field = String::new();
    while lines.read_line(&mut field)? > 2 {
        field.clear();
    }
    let name = request.split(' ').nth(1).unwrap_or_default().trim_start_matches('/');
    let head = |status: &str, length: usize| {
        format!("HTTP/1.1 {status}\r\nContent-Length: {length}\r\nConnection: close\r\n\r\n")
    };
    match fs::read(folder.join(name)) {
        Ok(content) => {
            line.write_all(head("200 OK", content.len()).as_bytes())?;
            line.write_all(&content)
        }
        Err(_) => line.write_all(head("404 Not Found", 0).as_bytes()),
    }
}

/// Packs a version of the program with the system's own `tar`; gives its hash.
fn pack(folder: &Path, version: &str) -> String {
    let top = format!("watchdog-{version}");
    fs::create_dir_all(folder.join(&top).join("bin")).expect("writable");
    fs::copy("/bin/cat", folder.join(&top).join("bin/ordain-e2e-dog")).expect("a program");
    fs::write(folder.join(&top).join("VERSION"), format!("{version}\n")).expect("writable");
    let archive = format!("{top}.tar.gz");
    let packed = Command::new("tar").args(["-czf", &archive, &top]).current_dir(folder).status();
    assert!(packed.expect("tar is installed").success());
    let hash = Command::new("sha256sum").arg(folder.join(&archive)).output();
    let hash = String::from_utf8(hash.expect("coreutils are installed").stdout).expect("text");
    hash.split(' ').next().expect("a hash").to_owned()
}

fn software(address: &str, versions: &[(&str, &str)]) -> String {
    let listed = versions.iter().map(|(version, hash)| {
        format!("- {{version: \"{version}\", artifacts: [{{name: archive, sha256: {hash}}}]}}\n")
    });
    format!(
        "kind: Software
name: watchdog
detect:
- {{os: windows, productCode: \"{{A}}\"}}
- {{os: linux, file: {{path: \"{{place}}/dog/VERSION\", version: '[0-9.]+'}}}}
artifacts:
- {{name: installer, os: windows, url: \"{address}/{{version}}.msi\"}}
- {{name: archive, os: linux, url: \"{address}/watchdog-{{version}}.tar.gz\"}}
versions:
{}install:
- {{os: windows, msi: {{}}}}
- {{os: linux, archive: {{artifact: archive, to: \"{{place}}/dog\", strip: 1}}}}
postInstall: {{script: post.sh}}
closeFirst: {{processes: [ordain-e2e-dog]}}
",
        listed.collect::<String>()
    )
}

/// The program as it was installed, alive until it is killed.
fn dog(path: &Path) -> Child {
    Command::new(path).stdin(Stdio::piped()).spawn().expect("it was installed")
}

const REST: &[(&str, &str)] = &[
    ("ordain.yaml", "apiVersion: ordain/v1\nkind: Repository\nname: e2e\ntimezone: Etc/UTC\n"),
    ("tenants/acme/tenant.yaml", "kind: Tenant\nname: acme\n"),
    ("tenants/other/tenant.yaml", "kind: Tenant\nname: other\n"),
    (
        "software/watchdog/post.sh",
        "[ -s \"$ORDAIN_ARTIFACT_ARCHIVE\" ] && echo post \"$ORDAIN_VERSION\" >> {place}/starts\n",
    ),
    (
        "deployments/watchdog.yaml",
        "kind: Deployment\nname: watchdog\nsoftware: watchdog\ntarget: {all: true}\n",
    ),
];

const DOCUMENT: &str = "software/watchdog/software.yaml";

#[test]
fn an_archive_becomes_software_and_waits_for_who_uses_it() {
    let files = tempfile::tempdir().expect("room");
    let address = serve(files.path());
    let (old, new) = (pack(files.path(), "1.0"), pack(files.path(), "1.1"));
    let first = software(&address, &[("1.0", &old)]);
    let policy = [REST, &[(DOCUMENT, &*first)]].concat();
    let (stage, controller, _agent) = Stage::running(Build::Shipped, &policy);
    let session = stage.session();
    assert_eq!(session.status(), "passed", "{session:?}");
    assert_eq!(session.deeds(), ["software/watchdog install software-missing - 1.0 done passed"]);
    assert_eq!(
        (stage.read("dog/VERSION"), stage.read("starts")),
        ("1.0\n".into(), "post 1.0\n".into())
    );
    stage.is_settled();

    let both = software(&address, &[("1.0", &old), ("1.1", &new)]);
    let commit = stage.repository.push(&[(DOCUMENT, &both)]);
    controller.says(&["the commit is in force", &commit]);
    let mut used = dog(&stage.path("place/dog/bin/ordain-e2e-dog"));
    let session = stage.session();
    assert_eq!(session.status(), "partially-passed", "{session:?}");
    assert_eq!(session.deeds(), ["software/watchdog update update-available 1.0 1.1 held -"]);
    assert_eq!(used.try_wait().expect("it is ours"), None, "nobody ended it");
    used.kill().expect("it is ours");
    used.wait().expect("it is ours");
    let session = stage.session();
    assert_eq!(session.deeds(), ["software/watchdog update update-available 1.0 1.1 done passed"]);
    assert_eq!(stage.read("dog/VERSION"), "1.1\n");
    stage.is_settled();
}
