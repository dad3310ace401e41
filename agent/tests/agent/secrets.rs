//! Secrets in orders: given to scripts, hidden in what they print, kept where
//! they are handed back.

use std::path::Path;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD as BASE64;
use ordain_agent::age::{self, Identity};
use ordain_agent::secrets::Keyring;
use ordain_trust::{ObjectFormat, blob_id};
use ordain_wire::{
    Blob, CheckHowSpec, ContentSpec, EndSpec, ExpectSpec, FileSpec, FoundSpec, HiddenSpec,
    KeptSpec, MadeSpec, OutputSpec, Report, ReportBody, RunSpec, SecretSpec,
};

use crate::bench::{Bench, ends, findings};
use crate::orders::{detect, execute, shell, step, work};

const SECRET: &str = "hunter2-correct-horse";

/// A bench whose agent has its tenant's identity.
fn enrolled() -> (Bench, Identity) {
    let bench = Bench::new();
    let identity = Identity::make(&mut rand::rng());
    let keyring = Keyring::new(bench.folder.path());
    keyring.keep_identities(std::slice::from_ref(&identity)).unwrap();
    (bench, identity)
}

fn hidden(identity: &Identity) -> HiddenSpec {
    HiddenSpec {
        item: "task/t".into(),
        secrets: Vec::new(),
        made: Vec::new(),
        variables: Vec::new(),
        outputs: Vec::new(),
        recipient: Some(identity.recipient().to_string()),
    }
}

/// Delivers a secret that names an item.
fn secret(bench: &Bench, identity: &Identity, item: &str) -> SecretSpec {
    let plain = format!("ordain-secret/v1\nfor: {item}\n\n{SECRET}");
    let file = age::seal(&[identity.recipient()], plain.as_bytes(), &mut rand::rng()).unwrap();
    let id = blob_id(&file, ObjectFormat::Sha1).unwrap();
    bench.desk.blobs.want([id]);
    let blob = Blob { id: id.to_string(), data: Some(BASE64.encode(file)) };
    bench.desk.blobs.deliver(&blob).unwrap();
    let (path, blob) = ("secrets/key.age".into(), id.to_string());
    SecretSpec { name: "key".into(), file: FileSpec { path, blob } }
}

fn with(script: &str, hidden: HiddenSpec) -> RunSpec {
    let input = Some(r#"{"key":{"secret":"key"}}"#.to_owned());
    let input = input.filter(|_| !hidden.secrets.is_empty());
    RunSpec { input, hidden: Some(Box::new(hidden)), ..shell(script, 60) }
}

/// Whether any file below a folder holds those bytes.
fn holds(folder: &Path, wanted: &[u8]) -> bool {
    folder.read_dir().unwrap().any(|entry| {
        let path = entry.unwrap().path();
        if path.is_dir() {
            return holds(&path, wanted);
        }
        let bytes = std::fs::read(&path).unwrap_or_default();
        bytes.windows(wanted.len()).any(|window| window == wanted)
    })
}

fn kept(reports: &[Report]) -> Vec<KeptSpec> {
    let kept = reports.iter().filter_map(|report| match &report.body {
        ReportBody::Kept(kept) => Some(kept.clone()),
        _ => None,
    });
    kept.collect()
}

fn opened(identity: &Identity, kept: &KeptSpec) -> String {
    let ContentSpec::Escrow { age: file } = &kept.content else {
        panic!("{kept:?} is readable by everybody")
    };
    let file = BASE64.decode(file).unwrap();
    String::from_utf8(age::open(std::slice::from_ref(identity), &file).unwrap()).unwrap()
}

#[test]
fn a_script_has_its_secret_and_nobody_reads_it_elsewhere() {
    let (mut bench, identity) = enrolled();
    // A part of it proves that it is there; the whole must stand in no file.
    let script = "grep -q correct-horse || exit 4\necho \"it is $ORDAIN_PARAM_KEY\"\nprintf '%s' \"$ORDAIN_PARAM_KEY\" >&2\n";
    bench.keep(script);
    let mut hidden = hidden(&identity);
    hidden.secrets = vec![secret(&bench, &identity, "task/t")];
    let (end, output) =
        bench.run_one(1, work("set", with(script, hidden.clone()), ExpectSpec::Success));
    assert_eq!(end, EndSpec::Exit { code: 0 }, "{output}");
    assert_eq!(output, "it is ***\n***");
    let found = bench.find_one(2, CheckHowSpec::Get { run: with(script, hidden) });
    assert_eq!(found, FoundSpec::Output { output: "it is ***\n".into() });
    assert!(!holds(bench.folder.path(), SECRET.as_bytes()));
    let mut streamed = String::new();
    while let Ok(message) = bench.live.try_recv() {
        if let ordain_wire::AgentMessage::Output { text, .. } = message {
            streamed.push_str(&text);
        }
    }
    assert!(streamed.contains("it is ***") && !streamed.contains(SECRET), "{streamed}");
}

#[test]
fn a_secret_for_another_item_fails_the_work_and_nothing_runs() {
    let (bench, identity) = enrolled();
    let script = format!("touch {}\n", bench.folder.path().join("ran").display());
    bench.keep(&script);
    let mut hidden = hidden(&identity);
    hidden.secrets = vec![secret(&bench, &identity, "task/other")];
    let (end, _) =
        bench.run_one(1, work("set", with(&script, hidden.clone()), ExpectSpec::Success));
    let EndSpec::Failed { message } = end else { panic!("{end:?}") };
    assert!(message.contains("ordain secrets add key --for task/t"), "{message}");
    let found = bench.find_one(2, CheckHowSpec::Test { run: with(&script, hidden) });
    assert!(matches!(found, FoundSpec::Failed { .. }), "{found:?}");
    assert!(!bench.folder.path().join("ran").exists());
}

#[test]
fn what_is_handed_back_is_reported_with_the_end_of_the_work() {
    let (bench, identity) = enrolled();
    let script = "printf 'key %s-%s' 111 222 | tee \"$ORDAIN_OUTPUT/recovery\"\necho 7 > \"$ORDAIN_OUTPUT/disks\"\necho x > \"$ORDAIN_OUTPUT/odd\"\n";
    bench.keep(script);
    let mut hidden = hidden(&identity);
    let output =
        |name: &str, keeping: &str| OutputSpec { name: name.into(), keeping: keeping.into() };
    hidden.outputs = vec![output("disks", "plain"), output("recovery", "escrow")];
    let set = work("set", with(script, hidden), ExpectSpec::Success);
    let reports = bench.carry_out(&execute(1, vec![step("task/t", vec![set])]));
    let (end, printed) = &ends(&reports)[0];
    assert_eq!(*end, EndSpec::Exit { code: 0 });
    assert_eq!(printed, "***[the output `odd` is not declared, and is dropped]\n");
    let kept = kept(&reports);
    assert_eq!(kept.len(), 2, "{kept:?}");
    assert_eq!(kept[0].content, ContentSpec::Plain { text: "7".into() });
    assert_eq!((&*kept[1].item, &*kept[1].name), ("task/t", "recovery"));
    assert_eq!(opened(&identity, &kept[1]), "key 111-222");
    assert!(!holds(bench.folder.path(), b"111-222"));
}

#[test]
fn a_value_is_made_once_escrowed_first_and_stays() {
    let (bench, identity) = enrolled();
    let file = bench.folder.path().join("set").display().to_string();
    let set = format!("printf '%s' \"$ORDAIN_PARAM_PASSWORD\" | sha256sum >> {file}\n");
    let test = format!(
        "[ \"$(printf '%s' \"$ORDAIN_PARAM_PASSWORD\" | sha256sum)\" = \"$(tail -n 1 {file})\" ]\n"
    );
    bench.keep(&set);
    bench.keep(&test);
    let run = |script: &str, dealing: &str| {
        let mut hidden = hidden(&identity);
        let (parameter, owner) = ("password".into(), "task/t".into());
        let dealing = dealing.into();
        hidden.made =
            vec![MadeSpec { parameter, owner, length: 24, rotate_seconds: None, dealing }];
        RunSpec { input: Some("{}".into()), ..with(script, hidden) }
    };
    let check = |number| {
        let found = findings(
            &bench
                .carry_out(&detect(number, vec![CheckHowSpec::Test { run: run(&test, "judge") }])),
        );
        let FoundSpec::Answer { answer, changes } = found[0].clone() else { panic!("{found:?}") };
        (answer, changes)
    };
    assert_eq!(check(1), (false, "`password` was not made yet".into()));
    let put_right = |number| {
        let works = vec![
            work("set", run(&set, "make"), ExpectSpec::Success),
            work("test", run(&test, "judge"), ExpectSpec::True),
        ];
        bench.carry_out(&execute(number, vec![step("task/t", works)]))
    };
    let reports = put_right(2);
    let escrowed = kept(&reports);
    assert_eq!(escrowed.len(), 1);
    let password = opened(&identity, &escrowed[0]);
    assert_eq!(password.len(), 24);
    // What the tenant can read is durable before anything runs with it.
    let place = |wanted: fn(&ReportBody) -> bool| {
        reports.iter().position(|report| wanted(&report.body)).expect("reported")
    };
    let finished = place(|body| {
        matches!(body, ReportBody::Progress(ordain_wire::ProgressSpec::Finished { .. }))
    });
    assert!(place(|body| matches!(body, ReportBody::Kept(_))) < finished);
    assert!(ends(&reports).iter().all(|(end, _)| !matches!(end, EndSpec::Failed { .. })));
    assert_eq!(check(3), (true, String::new()));
    assert_eq!(kept(&put_right(4)), [], "nothing is made again");
    assert!(check(5).0);
    let lines = std::fs::read_to_string(&file).unwrap();
    let mut lines: Vec<&str> = lines.lines().collect();
    lines.dedup();
    assert_eq!(lines.len(), 1, "the same value both times");
    assert!(!holds(bench.folder.path(), password.as_bytes()));
}
