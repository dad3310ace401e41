//! A throw-away root with an agent in it, and the guide's scanner beside it.

use std::path::{Path, PathBuf};
use std::process::Command;

use crate::stage::{Build, COMPUTER, Process, Stage, program};

/// The guide's tests; content for Debian 11, which it has none newer of.
const GUIDE: &str = "/usr/share/xml/scap/ssg/content/ssg-debian11-oval.xml";

/// Files that the example's tasks may touch.
const TOUCHED: &str = "/etc/passwd /etc/passwd- /etc/group /etc/group- /etc/shadow /etc/shadow- \
    /etc/gshadow /etc/gshadow- /etc/login.defs /etc/security/namespace.conf /etc/securetty \
    /etc/aliases /etc/systemd/coredump.conf /etc/audit/auditd.conf \
    /etc/ssh/ssh_config.d/02-ospp.conf /tmp/tmp-inst /var/tmp/tmp-inst";

/// The root of a running agent; gone with it.
pub(super) struct Root {
    agent: Process,
    variables: PathBuf,
}

impl Root {
    /// A world whose one computer lives in a throw-away root, the commit in force.
    pub(super) fn running(files: &[(&str, &str)]) -> (Stage, Process, Self) {
        for wanted in [GUIDE, "/usr/bin/oscap"] {
            assert!(
                Path::new(wanted).is_file(),
                "{wanted} is missing: `cargo verify --only needs` installs it"
            );
        }
        let stage = Stage::new(Build::Shipped, files);
        let controller = stage.controller();
        controller.says(&["the commit is in force"]);
        stage.enrol(COMPUTER);
        let (script, variables) = (stage.path("root.sh"), stage.path("variables.xml"));
        std::fs::write(&script, include_str!("root.sh")).expect("writable");
        std::fs::write(&variables, include_str!("variables.xml")).expect("writable");
        let agent =
            stage.agent_with(COMPUTER, |command| *command = within(&stage, &script, command));
        agent.says(&["connected"]);
        (stage, controller, Self { agent, variables })
    }

    /// Runs a line of shell within; what it prints.
    pub(super) fn run(&self, line: &str) -> String {
        let output = self.shell(line).output().expect("nsenter is installed");
        let said = String::from_utf8_lossy(&output.stderr);
        assert!(output.status.success(), "{line}: {said}");
        String::from_utf8_lossy(&output.stdout).into_owned()
    }

    /// Whether the guide's own test of a rule says that it holds.
    pub(super) fn holds(&self, rule: &str) -> bool {
        let definition = format!("oval:ssg-{rule}:def:1");
        let variables = self.variables.display();
        let said =
            self.run(&format!("oscap oval eval --variables {variables} --id {definition} {GUIDE}"));
        let answer =
            said.lines().find_map(|line| line.strip_prefix(&format!("Definition {definition}: ")));
        match answer {
            Some("true") => true,
            Some("false") => false,
            _ => panic!("{rule}: {said}"),
        }
    }

    /// What the tasks may touch, to the byte and the nanosecond.
    pub(super) fn state(&self) -> String {
        let looks = format!("stat -c '%n %i %a %U:%G %y' {TOUCHED}; cat {TOUCHED} 2>&1 || true");
        self.run(&looks)
    }

    fn shell(&self, line: &str) -> Command {
        let mut command = Command::new("nsenter");
        command.arg("--target").arg(self.agent.pid().to_string());
        command.args(["--mount", "--root", "--wd=/", "sh", "-c", line]);
        command
    }
}

/// The same command, in a root of its own.
fn within(stage: &Stage, script: &Path, command: &Command) -> Command {
    let programs = program(Build::Shipped, "ordain-agent");
    let programs = programs.parent().expect("a folder");
    let mut outer = Command::new("unshare");
    outer.args(["--mount", "sh"]).arg(script).arg(stage.path("")).arg(programs);
    outer.arg(command.get_program()).args(command.get_args()).env_clear().current_dir("/");
    outer.envs(command.get_envs().filter_map(|(name, value)| Some((name, value?))));
    outer
}
