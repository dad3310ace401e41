//! Opening secrets and making values, on a folder of its own.

use std::os::unix::fs::PermissionsExt as _;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD as BASE64;
use ordain_core::item::Item;
use ordain_core::order::{
    Dealing, File, HiddenVariable, Interpreter, Made, Output, RunContext, RunWhat,
};
use ordain_trust::{ObjectFormat, blob_id};
use ordain_wire::{Blob, ContentSpec};
use rand::SeedableRng as _;
use rand::rngs::StdRng;

use super::*;

struct Desk {
    folder: tempfile::TempDir,
    keyring: Keyring,
    blobs: Blobs,
    identity: Identity,
    random: StdRng,
}

impl Desk {
    fn new() -> Self {
        let folder = tempfile::tempdir().expect("a temporary folder");
        let mut random = StdRng::seed_from_u64(3);
        let identity = Identity::make(&mut random);
        let keyring = Keyring::new(folder.path());
        keyring.keep_identities(std::slice::from_ref(&identity)).expect("writable");
        let blobs = Blobs::open(folder.path().join("blobs")).expect("writable");
        Self { folder, keyring, blobs, identity, random }
    }

    /// A secret as the repository has it.
    fn secret(&mut self, name: &str, items: &[&str], value: &[u8]) -> Secret {
        let items = items.iter().map(|item| item.parse().expect("an item")).collect();
        let open = OpenSecret { items, tenants: Vec::new(), value: value.to_vec() };
        self.sealed(name, &open.write())
    }

    fn sealed(&mut self, name: &str, plain: &[u8]) -> Secret {
        let file = age::seal(&[self.identity.recipient()], plain, &mut self.random);
        self.kept(name, &file.expect("sealed"))
    }

    fn kept(&mut self, name: &str, file: &[u8]) -> Secret {
        let id = blob_id(file, ObjectFormat::Sha1).expect("an id");
        self.blobs.want([id]);
        let blob = Blob { id: id.to_string(), data: Some(BASE64.encode(file)) };
        self.blobs.deliver(&blob).expect("delivered");
        let (path, blob) = (format!("secrets/{name}.age"), id.to_string());
        Secret { name: name.to_owned(), file: File { path, blob } }
    }

    fn run(&self, secrets: Vec<Secret>, input: &str) -> Run {
        let recipient = Some(self.identity.recipient().to_string());
        let mut hidden = Hidden::new(Item::task("vpn"), recipient);
        hidden.secrets = secrets;
        Run {
            what: RunWhat::Script {
                blob: "00".repeat(20),
                path: "tasks/vpn/set.sh".to_owned(),
                interpreter: Interpreter::Sh,
                method: None,
                library: Vec::new(),
            },
            context: RunContext::System,
            users: None,
            timeout_seconds: 60,
            success_codes: vec![0],
            reboot_codes: Vec::new(),
            environment: Vec::new(),
            input: (!input.is_empty()).then(|| input.into()),
            needs: None,
            hidden: Some(Box::new(hidden)),
        }
    }

    fn open(&self, run: &Run) -> Result<Opened, SecretError> {
        self.keyring.open(run, &self.blobs)
    }

    fn refusal(&self, run: &Run) -> String {
        self.open(run).expect_err("refused").to_string()
    }
}

fn variables(opened: &Opened) -> Vec<(&str, String)> {
    let text = |plain: &Plain| String::from_utf8_lossy(&plain.0).into_owned();
    opened.environment.iter().map(|(name, plain)| (name.as_str(), text(plain))).collect()
}

#[test]
fn a_secret_stands_where_its_name_stood() {
    let mut desk = Desk::new();
    let key = desk.secret("vpn-key", &["task/vpn"], b"s3cret \"quoted\"");
    let input = r#"{"host":"a","key":{"secret":"vpn-key"},"peers":{"one":{"secret":"vpn-key"}}}"#;
    let opened = desk.open(&desk.run(vec![key], input)).expect("opened");
    let json: Value =
        serde_json::from_slice(&opened.input.as_ref().expect("input").0).expect("JSON");
    assert_eq!(json["key"], "s3cret \"quoted\"");
    assert_eq!(json["peers"]["one"], "s3cret \"quoted\"");
    assert_eq!(json["host"], "a");
    let given = variables(&opened);
    assert_eq!(given[0], ("ORDAIN_PARAM_KEY", "s3cret \"quoted\"".to_owned()));
    assert_eq!(given[1].0, "ORDAIN_PARAM_PEERS");
    assert_eq!(given.len(), 2, "what is no secret stands in the order");
    assert_eq!(
        opened.mask.hide("s3cret \"quoted\" or \"s3cret \\\"quoted\\\"\""),
        "*** or \"***\""
    );
    assert!(!format!("{opened:?}").contains("s3cret"));
}

#[test]
fn a_licence_is_a_value_or_a_file() {
    let mut desk = Desk::new();
    let key = desk.secret("key", &["task/vpn"], b"AAAA-BBBB");
    let file = desk.secret("file", &["task/vpn"], b"\0\xff licence");
    let mut run = desk.run(vec![key, file], "");
    let variable = |name: &str, secret: &str, form| HiddenVariable {
        name: name.to_owned(),
        secret: secret.to_owned(),
        form,
    };
    let hidden = run.hidden.as_mut().expect("there");
    hidden.variables = vec![
        variable("ORDAIN_LICENCE", "key", Form::Value),
        variable("ORDAIN_LICENCE_FILE", "file", Form::File),
    ];
    let opened = desk.open(&run).expect("opened");
    assert_eq!(variables(&opened), [("ORDAIN_LICENCE", "AAAA-BBBB".to_owned())]);
    assert_eq!(
        opened.files,
        [("ORDAIN_LICENCE_FILE".to_owned(), Plain(b"\0\xff licence".to_vec()))]
    );
    run.hidden.as_mut().expect("there").variables[1].form = Form::Value;
    assert!(desk.refusal(&run).contains("`file` holds bytes"), "{}", desk.refusal(&run));
}

#[test]
fn what_cannot_be_given_says_what_to_do() {
    let mut desk = Desk::new();
    let input = r#"{"key":{"secret":"key"}}"#;
    let other = desk.secret("key", &["task/other", "software/vpn"], b"x");
    assert!(desk.refusal(&desk.run(vec![other], input)).contains("--for task/vpn"));
    let plain = desk.sealed("key", b"made by the age program");
    let run = desk.run(vec![plain], input);
    assert!(desk.refusal(&run).contains("ordain secrets add"), "{}", desk.refusal(&run));
    let stranger = Identity::make(&mut desk.random);
    let file = age::seal(&[stranger.recipient()], b"x", &mut desk.random).expect("sealed");
    let foreign = desk.kept("key", &file);
    assert!(desk.refusal(&desk.run(vec![foreign], input)).contains("rewrap"));
    let broken = desk.kept("key", b"no age file");
    assert!(desk.refusal(&desk.run(vec![broken], input)).contains("cannot be opened"));
    let nul = desk.secret("key", &["task/vpn"], b"a\0b");
    assert!(desk.refusal(&desk.run(vec![nul], input)).contains("no variable can hold"));
    let good = desk.secret("key", &["task/vpn"], b"fine");
    let run = desk.run(vec![good], input);
    assert!(desk.open(&run).is_ok());
    fs::remove_file(desk.folder.path().join(IDENTITY)).expect("there");
    assert!(desk.refusal(&run).contains("ordain-agent identity"));
    fs::write(desk.folder.path().join(IDENTITY), "hello").expect("writable");
    assert!(desk.refusal(&run).contains("AGE-SECRET-KEY-1"));
}

#[test]
fn nobody_else_reads_the_identity() {
    let desk = Desk::new();
    let about = fs::metadata(desk.folder.path().join(IDENTITY)).expect("there");
    assert_eq!(about.permissions().mode() & 0o777, 0o600);
    assert_eq!(desk.keyring.identities().expect("kept").len(), 1);
}

fn made(dealing: Dealing, rotate_seconds: Option<u64>) -> Made {
    let (parameter, owner) = ("password".to_owned(), "task/vpn".to_owned());
    Made { parameter, owner, length: 20, rotate_seconds, dealing }
}

#[test]
fn a_value_is_made_once_and_again_when_it_is_due() {
    let mut desk = Desk::new();
    let with = |dealing| {
        let mut run = desk.run(Vec::new(), "{}");
        run.hidden.as_mut().expect("there").made = vec![made(dealing, Some(100))];
        run
    };
    let (test, set, get) = (with(Dealing::Judge), with(Dealing::Make), with(Dealing::Give));
    let judge = |now| desk.keyring.judge(&test, now).expect("judged");
    assert_eq!(judge(0).as_deref(), Some("`password` was not made yet"));
    assert!(variables(&desk.open(&get).expect("opened")).is_empty());
    let fresh = desk.keyring.make(&set, 1_000, &mut desk.random).expect("made");
    assert_eq!(judge(1_000).as_deref(), Some("`password` was not made yet"), "it is not kept yet");
    desk.keyring.keep(&fresh[0]).expect("kept");
    assert_eq!(judge(1_000), None);
    let before = desk.open(&get).expect("opened");
    let first = variables(&before);
    assert_eq!((first[0].0, first[0].1.len()), ("ORDAIN_PARAM_PASSWORD", 20));
    let ContentSpec::Escrow { age: sealed } = fresh[0].report().content else {
        panic!("only the tenant may read it")
    };
    let sealed = BASE64.decode(sealed).expect("base64");
    let opened = age::open(std::slice::from_ref(&desk.identity), &sealed).expect("the tenant's");
    assert_eq!(String::from_utf8_lossy(&opened), first[0].1);
    let again = desk.keyring.make(&set, 100_999, &mut desk.random).expect("nothing to make");
    assert_eq!(again, []);
    assert_eq!(judge(100_999), None);
    assert_eq!(judge(101_000).as_deref(), Some("`password` is due to be made anew"));
    assert_eq!(judge(-5_000), None, "a clock that goes back makes nothing due");
    let fresh = desk.keyring.make(&set, 101_000, &mut desk.random).expect("made");
    desk.keyring.keep(&fresh[0]).expect("kept");
    assert_ne!(variables(&desk.open(&get).expect("opened")), first);
}

#[test]
fn nothing_is_made_that_nobody_could_read() {
    let mut desk = Desk::new();
    let mut run = desk.run(Vec::new(), "{}");
    run.hidden.as_mut().expect("there").made = vec![made(Dealing::Make, None)];
    let stranger = Identity::make(&mut desk.random).recipient().to_string();
    for recipient in [None, Some(stranger)] {
        run.hidden.as_mut().expect("there").recipient = recipient;
        assert!(desk.keyring.make(&run, 0, &mut desk.random).is_err());
        assert!(desk.open(&run).is_err(), "and nothing runs");
    }
    run.hidden.as_mut().expect("there").recipient = Some(desk.identity.recipient().to_string());
    fs::remove_file(desk.folder.path().join(IDENTITY)).expect("there");
    assert!(matches!(desk.keyring.make(&run, 0, &mut desk.random), Err(SecretError::NoIdentity)));
    assert!(!desk.folder.path().join("made").exists());
}

#[test]
fn what_is_handed_back_is_plain_files_and_bounded() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let handed = HandedFolder::make(folder.path(), None).expect("made");
    let output = |name: &str, keeping| Output { name: name.to_owned(), keeping };
    let declared = [
        output("key", Keeping::Escrow),
        output("id", Keeping::Plain),
        output("none", Keeping::Masked),
    ];
    fs::write(handed.path().join("key"), "12345\r\n").expect("writable");
    fs::write(handed.path().join("id"), "a\nb\n\n").expect("writable");
    fs::write(handed.path().join("more"), "x").expect("writable");
    let taken = handed.take(&declared).expect("taken");
    let values: Vec<&[u8]> = taken.outputs.iter().map(|(_, plain)| plain.0.as_slice()).collect();
    assert_eq!(values, [&b"12345"[..], b"a\nb\n"]);
    assert_eq!(taken.undeclared, ["more"]);
    assert_eq!(taken.mask().hide("key 12345, id a"), "key ***, id a");
    fs::write(handed.path().join("id"), vec![b'x'; 64 * 1024 + 1]).expect("writable");
    let refused = |declared: &[Output]| handed.take(declared).expect_err("refused").to_string();
    assert!(refused(&declared).contains("longer than"));
    fs::remove_file(handed.path().join("id")).expect("there");
    std::os::unix::fs::symlink("/etc/passwd", handed.path().join("id")).expect("writable");
    assert!(refused(&declared).contains("is no file"));
}
