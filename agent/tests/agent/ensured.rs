//! Settings without scripts through the real program: found out about, set,
//! tested again, on this very computer.

use std::fs;
use std::os::unix::fs::PermissionsExt as _;
use std::process::Command;

use ordain_wire::{
    CheckHowSpec, EndSpec, EnsureSpec, ExpectSpec, FoundSpec, Report, ResourceSpec, RunSpec,
    RunWhatSpec,
};

use crate::bench::{ends, findings};
use crate::orders::{self, blob, execute, id, shell, step, work};
use crate::stage::{Conversation, Stage, error_of, output};

fn ensured(resources: Vec<ResourceSpec>, present: bool) -> RunSpec {
    let resources = resources.into_iter().map(|resource| EnsureSpec { present, resource });
    let what = RunWhatSpec::Ensure { resources: resources.collect() };
    RunSpec { what, ..shell("", 60) }
}

fn file(path: &std::path::Path, text: &str) -> ResourceSpec {
    ResourceSpec::File {
        path: path.display().to_string(),
        text: Some(text.into()),
        blob: None,
        mode: None,
        owner: None,
    }
}

/// What a session does with a task: looks, sets, tests, and looks again.
struct Played {
    conversation: Conversation,
    number: u64,
}

impl Played {
    async fn look(&mut self, run: &RunSpec, files: &[&str]) -> FoundSpec {
        let check = CheckHowSpec::Test { run: run.clone() };
        let reports = self.order(|number| orders::detect(number, vec![check]), files).await;
        findings(&reports).remove(0)
    }

    async fn set(&mut self, run: &RunSpec, files: &[&str]) -> Vec<(EndSpec, String)> {
        let works = vec![
            work("set", run.clone(), ExpectSpec::Success),
            work("test", run.clone(), ExpectSpec::True),
        ];
        let steps = vec![step("task/t", works)];
        let reports = self.order(|number| execute(number, steps), files).await;
        ends(&reports)
    }

    async fn order(
        &mut self,
        order: impl FnOnce(u64) -> ordain_wire::Order,
        files: &[&str],
    ) -> Vec<Report> {
        self.number += 1;
        self.conversation.order(&order(self.number)).await;
        self.conversation.until_ended(self.number, files).await
    }
}

const DONE: EndSpec = EndSpec::Exit { code: 0 };
const TRUE: EndSpec = EndSpec::Answer { answer: true, code: 0 };

#[tokio::test]
async fn files_folders_and_lines_are_as_ordered() {
    let stage = Stage::new().await;
    stage.enrol().await;
    let _agent = stage.run();
    let mut played = Played { conversation: stage.connected().await, number: 0 };
    let place = stage.folder.path().join("place");
    let content = "from the repository\n";
    let path = |name: &str| place.join(name).display().to_string();
    let run = ensured(
        vec![
            ResourceSpec::Directory {
                path: place.display().to_string(),
                mode: Some(0o750),
                owner: None,
                force: false,
            },
            file(&place.join("motd"), "hello\n"),
            ResourceSpec::File {
                path: path("issue"),
                text: None,
                blob: Some((id(content), "tasks/t/issue".into())),
                mode: Some(0o600),
                owner: None,
            },
            ResourceSpec::Line {
                path: path("conf"),
                line: Some("b = 2".into()),
                pattern: None,
                after: None,
            },
        ],
        true,
    );
    let FoundSpec::Answer { answer: false, changes } = played.look(&run, &[content]).await else {
        panic!("it is not as ordered")
    };
    assert_eq!(changes.lines().count(), 6, "{changes}");
    assert!(!place.exists(), "looking changes nothing");
    let ends = played.set(&run, &[content]).await;
    assert_eq!(ends, [(DONE, changes), (TRUE, String::new())]);
    assert_eq!(fs::read_to_string(place.join("motd")).unwrap(), "hello\n");
    assert_eq!(fs::read_to_string(place.join("issue")).unwrap(), content);
    assert_eq!(place.metadata().unwrap().permissions().mode() & 0o7777, 0o750);
    let found = played.look(&run, &[]).await;
    assert_eq!(found, FoundSpec::Answer { answer: true, changes: String::new() });

    fs::write(place.join("motd"), "I know better\n").unwrap();
    let found = played.look(&run, &[]).await;
    let FoundSpec::Answer { answer: false, changes } = found else { panic!("{found:?}") };
    assert_eq!(
        changes,
        format!(
            "file {}: content changes, 14 bytes become 6\n  -I know better\n  +hello",
            path("motd")
        )
    );
}

#[tokio::test]
async fn a_file_of_another_id_is_refused_and_never_written() {
    let stage = Stage::new().await;
    stage.enrol().await;
    let _agent = stage.run();
    let mut conversation = stage.connected().await;
    let path = stage.folder.path().join("issue");
    let resource = ResourceSpec::File {
        path: path.display().to_string(),
        text: None,
        blob: Some((id("right\n"), "tasks/t/issue".into())),
        mode: None,
        owner: None,
    };
    let run = ensured(vec![resource], true);
    let set = work("set", run, ExpectSpec::Success);
    conversation.order(&execute(1, vec![step("task/t", vec![set])])).await;
    let false_one = ordain_wire::Blob { id: id("right\n"), data: blob("wrong\n").data };
    while !matches!(conversation.hear().await, ordain_wire::AgentMessage::WantBlobs { .. }) {}
    conversation.say(&ordain_wire::ControllerMessage::Blob(false_one)).await;
    let refusal = conversation
        .hear_until(&[], |message| match message {
            ordain_wire::AgentMessage::Refused(refusal) => Some(refusal),
            _ => None,
        })
        .await;
    assert_eq!(refusal.code, "script-mismatch", "{}", refusal.message);
    let reports = conversation.until_ended(1, &[]).await;
    let (end, _) = ends(&reports).remove(0);
    assert!(
        matches!(&end, EndSpec::Failed { message } if message.contains("script-mismatch")),
        "{end:?}"
    );
    assert!(!path.exists());
}

/// Accounts of a test, gone when it ends.
struct Accounts {
    user: String,
    group: String,
}

impl Drop for Accounts {
    fn drop(&mut self) {
        for (program, name) in
            [("userdel", &self.user), ("groupdel", &self.user), ("groupdel", &self.group)]
        {
            let _ = Command::new(program).arg(name).output();
        }
    }
}

/// A line of `/etc/passwd` or `/etc/group`.
fn listed(file: &str, name: &str) -> Option<Vec<String>> {
    let text = fs::read_to_string(file).unwrap();
    let line = text.lines().find(|line| line.split(':').next() == Some(name))?;
    Some(line.split(':').map(str::to_owned).collect())
}

#[tokio::test]
async fn accounts_and_groups_are_as_ordered() {
    assert!(nix::unistd::geteuid().is_root(), "this test makes accounts: run it as root");
    let number = std::process::id();
    let accounts =
        Accounts { user: format!("ordain-u{number}"), group: format!("ordain-g{number}") };
    let stage = Stage::new().await;
    stage.enrol().await;
    let _agent = stage.run();
    let mut played = Played { conversation: stage.connected().await, number: 0 };
    let home = stage.folder.path().join("home").display().to_string();
    let group = |members: Option<&[&str]>, include: &[&str]| {
        let own = |names: &[&str]| names.iter().map(|name| (*name).to_owned()).collect();
        ResourceSpec::Group {
            name: accounts.group.clone(),
            gid: None,
            members: members.map(own),
            include: own(include),
            exclude: Vec::new(),
        }
    };
    let user = |shell: &str, groups: Option<Vec<String>>| ResourceSpec::User {
        name: accounts.user.clone(),
        uid: None,
        group: None,
        groups,
        comment: Some("Help desk".into()),
        home: Some(home.clone()),
        shell: Some(shell.into()),
        system: false,
    };
    let run = ensured(
        vec![group(None, &[]), user("/bin/sh", None), group(None, &[&accounts.user])],
        true,
    );
    let ends = played.set(&run, &[]).await;
    assert_eq!((&ends[0].0, &ends[1].0), (&DONE, &TRUE), "{ends:?}");
    let line = listed("/etc/passwd", &accounts.user).expect("it was made");
    assert_eq!(line[4..], ["Help desk".to_owned(), home.clone(), "/bin/sh".to_owned()]);
    assert_eq!(listed("/etc/group", &accounts.group).expect("it was made")[3], accounts.user);
    let found = played.look(&run, &[]).await;
    assert_eq!(found, FoundSpec::Answer { answer: true, changes: String::new() });

    let run = ensured(vec![user("/bin/bash", Some(Vec::new()))], true);
    let ends = played.set(&run, &[]).await;
    assert_eq!((&ends[0].0, &ends[1].0), (&DONE, &TRUE), "{ends:?}");
    let told = &ends[0].1;
    assert!(told.contains("shell /bin/sh becomes /bin/bash"), "{told}");
    assert!(told.contains(&format!("groups {} becomes none", accounts.group)), "{told}");
    assert_eq!(listed("/etc/group", &accounts.group).expect("it is there")[3], "");

    let run = ensured(vec![group(Some(&[&accounts.user]), &[])], true);
    assert_eq!(played.set(&run, &[]).await[1].0, TRUE);
    let run = ensured(vec![user("/bin/bash", None), group(None, &[])], false);
    let ends = played.set(&run, &[]).await;
    assert_eq!((&ends[0].0, &ends[1].0), (&DONE, &TRUE), "{ends:?}");
    assert_eq!(listed("/etc/passwd", &accounts.user), None);
    assert_eq!(listed("/etc/group", &accounts.group), None);
    assert!(std::path::Path::new(&home).is_dir(), "its files stay");
}

#[tokio::test]
async fn a_task_is_tried_on_this_computer_without_a_controller() {
    let folder = tempfile::tempdir().unwrap();
    let target = folder.path().join("motd");
    let text = format!(
        "kind: Task\nname: motd\nparameters: {{motto: {{type: string, default: kind}}, mode: {{type: string}}}}\nensure:\n- file: {{path: {0}, content: {{param: motto}}, mode: {{param: mode}}}}\n- file: {{path: {0}.issue, from: issue}}\n",
        target.display()
    );
    fs::write(folder.path().join("task.yaml"), text).unwrap();
    fs::write(folder.path().join("issue"), "an issue\n").unwrap();
    let tried = |more: &[&str]| {
        let mut command = Command::new(env!("CARGO_BIN_EXE_ordain-agent"));
        command.arg("ensure").arg(folder.path().join("task.yaml")).args(more);
        output(command)
    };
    let what_if = tried(&["--what-if"]).await;
    let said = String::from_utf8(what_if.stdout.clone()).unwrap();
    assert_eq!(what_if.status.code(), Some(1), "{}", error_of(&what_if));
    assert_eq!(
        said,
        format!(
            "file {0}: is made, 4 bytes, mode 0644\nfile {0}.issue: is made, 9 bytes, mode 0644\n",
            target.display()
        )
    );
    assert!(!target.exists());
    let set = tried(&["--param", "motto=hello", "--param", "mode=0600"]).await;
    assert_eq!(set.status.code(), Some(0), "{}", error_of(&set));
    assert_eq!(fs::read_to_string(&target).unwrap(), "hello");
    assert_eq!(target.metadata().unwrap().permissions().mode() & 0o7777, 0o600);
    let again = tried(&["--what-if", "--param", "motto=hello"]).await;
    assert_eq!((again.status.code(), again.stdout.len()), (Some(0), 0), "{}", error_of(&again));
    for (more, code, message) in [
        (&["--param", "moto=x"][..], 2, "the task declares no parameter `moto`"),
        (&["--param", "mode=rw"], 3, "`rw` does not fit `mode`"),
        (&["--param", "motto"], 2, "write NAME=VALUE"),
    ] {
        let refused = tried(more).await;
        assert_eq!(refused.status.code(), Some(code), "{}", error_of(&refused));
        assert!(error_of(&refused).contains(message), "{}", error_of(&refused));
    }
}
