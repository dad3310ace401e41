//! Arbitrary values of the core, within what messages may say.
//!
//! What others are made of is boxed: nested by value, a strategy for tasks alone
//! nearly fills the stack of a test's thread.

mod settings;

use ordain_core::execute::{At, End, Outcome, Progress};
use ordain_core::item::{Act, Item, Phase, Reason};
use ordain_core::order::{
    Argument, Artifact, Audience, Check, CheckHow, CloseFirst, Dealing, Expect, File, FileVersion,
    Finding, Form, Found, Hidden, HiddenVariable, Installer, Interpreter, Keeping, Made, Needs,
    Offer, OnBusy, Output, PackageManager, Pending, Probe, Relation, Restarts, Run, RunContext,
    RunWhat, Secret, Stay, Step, Task, VersionScheme, What, Work, WorkPhase,
};
use proptest::collection::{btree_map, vec};
use proptest::option::of;
use proptest::prelude::*;
use proptest::sample::select;

use self::settings::settings;
use super::timing::{gate, moment, reboot};

fn software() -> impl Strategy<Value = Item> {
    "[a-z][a-z0-9-]{0,8}".prop_map(|name| Item::software(&name))
}

fn task_item() -> impl Strategy<Value = Item> {
    ("[a-z][a-z0-9-]{0,8}", of("[a-z0-9]{1,4}")).prop_map(|(name, instance)| Item::Task {
        name: name.into(),
        instance: instance.map(Into::into),
    })
}

fn item() -> impl Strategy<Value = Item> {
    prop_oneof![software(), task_item()]
}

pub(super) fn text() -> impl Strategy<Value = String> {
    ".{0,12}"
}

fn context() -> impl Strategy<Value = RunContext> {
    use RunContext::{Cloud, Metascript, System, User};
    select(vec![System, User, Metascript, Cloud])
}

fn manager() -> impl Strategy<Value = PackageManager> {
    use PackageManager::{Apk, Brew, Choco, Dpkg, Pkgutil, Rpm, Winget};
    select(vec![Dpkg, Rpm, Apk, Brew, Winget, Choco, Pkgutil])
}

fn what_runs() -> BoxedStrategy<RunWhat> {
    use Interpreter::{Bash, Cmd, Powershell, Pwsh, Python3, Sh};
    let interpreter = select(vec![Sh, Bash, Powershell, Pwsh, Cmd, Python3]);
    let method = of(select(vec!["get", "set", "test"]));
    prop_oneof![
        ("[0-9a-f]{40}", text(), interpreter, method, vec(file(), 0..3)).prop_map(
            |(blob, path, interpreter, method, library)| RunWhat::Script {
                blob,
                path,
                interpreter,
                method,
                library,
            }
        ),
        (manager(), "[a-z0-9.+]{1,9}", of("[0-9.~:]{1,9}"), any::<bool>()).prop_map(
            |(manager, name, version, remove)| RunWhat::Package { manager, name, version, remove }
        ),
        vec(settings(), 1..4).prop_map(RunWhat::Ensure),
        installer().prop_map(RunWhat::Installer),
    ]
    .boxed()
}

fn file() -> impl Strategy<Value = File> {
    ("lib/[a-z]{1,5}(/[a-z.]{3,5})?", "[0-9a-f]{40}").prop_map(|(path, blob)| File { path, blob })
}

fn run() -> BoxedStrategy<Run> {
    let codes = || vec(any::<i32>(), 0..3);
    let environment = btree_map("ORDAIN_[A-Z0-9_]{1,6}", "[^\0]{0,9}", 0..3);
    let person = of("[a-z]{1,5}@[a-z]{1,5}");
    let users = prop_oneof![Just(Audience::Each), person.prop_map(Audience::Primary)];
    let codes = (codes(), codes());
    (
        what_runs(),
        context(),
        of(users),
        1_u64..100_000,
        codes,
        environment,
        (of(text()), of(needs()), of(hidden())),
    )
        .prop_map(
            |(
                what,
                context,
                users,
                timeout_seconds,
                (success, reboot),
                environment,
                (input, needs, hidden),
            )| Run {
                what,
                context,
                users,
                timeout_seconds,
                success_codes: success,
                reboot_codes: reboot,
                environment: environment.into_iter().collect(),
                input: input.map(Into::into),
                needs: needs.map(Box::new),
                hidden: hidden.map(Box::new),
            },
        )
        .boxed()
}

fn needs() -> BoxedStrategy<Needs> {
    let on_busy = select(vec![OnBusy::Postpone, OnBusy::Prompt, OnBusy::Kill]);
    let close = (vec("[^\0]{0,9}", 0..3), on_busy)
        .prop_map(|(processes, on_busy)| CloseFirst { processes, on_busy });
    (vec(artifact(), 0..2), of(close))
        .prop_map(|(artifacts, close_first)| Needs { artifacts, close_first })
        .boxed()
}

fn argument() -> impl Strategy<Value = Argument> {
    prop_oneof![
        "[^\0]{0,9}".prop_map(Argument::Text),
        "[a-z-]{1,9}".prop_map(Argument::Secret),
        "[a-z-]{1,9}".prop_map(Argument::Parameter),
    ]
}

fn hidden() -> BoxedStrategy<Hidden> {
    let name = || "[a-z-]{1,9}";
    let secret = (name(), "secrets/[a-z]{1,5}.age", "[0-9a-f]{40}")
        .prop_map(|(name, path, blob)| Secret { name, file: File { path, blob } });
    let dealing = select(Dealing::ALL);
    let made = (name(), text(), 1_u32..300, of(any::<u64>()), dealing).prop_map(
        |(parameter, owner, length, rotate_seconds, dealing)| Made {
            parameter,
            owner,
            length,
            rotate_seconds,
            dealing,
        },
    );
    let variable = ("ORDAIN_[A-Z0-9_]{1,6}", name(), select(Form::ALL))
        .prop_map(|(name, secret, form)| HiddenVariable { name, secret, form });
    let output =
        (name(), select(Keeping::ALL)).prop_map(|(name, keeping)| Output { name, keeping });
    (item(), vec(secret, 0..3), vec(made, 0..2), vec(variable, 0..2), vec(output, 0..2), of(text()))
        .prop_map(|(item, secrets, made, variables, outputs, recipient)| Hidden {
            item,
            secrets,
            made,
            variables,
            outputs,
            recipient,
        })
        .boxed()
}

fn installer() -> BoxedStrategy<Installer> {
    let arguments = || vec(argument(), 0..3);
    let properties = vec(("[A-Z]{1,5}", argument()), 0..3);
    prop_oneof![
        (text(), properties, of(text()), any::<bool>()).prop_map(
            |(artifact, properties, transform, remove)| Installer::Msi {
                artifact,
                properties,
                transform,
                remove
            }
        ),
        (text(), arguments())
            .prop_map(|(artifact, arguments)| Installer::Exe { artifact, arguments }),
        (text(), "[^\0]{0,9}", any::<u32>()).prop_map(|(artifact, to, strip)| Installer::Archive {
            artifact,
            to,
            strip
        }),
        text().prop_map(|artifact| Installer::Pkg { artifact }),
        (text(), of("[^\0]{0,9}"), "[^\0]{0,9}").prop_map(|(artifact, app, to)| Installer::Dmg {
            artifact,
            app,
            to
        }),
        (text(), arguments()).prop_map(|(code, arguments)| Installer::Registered {
            by: Box::new(Probe::ProductCode(code)),
            arguments
        }),
    ]
    .boxed()
}

fn probe() -> BoxedStrategy<Probe> {
    let version = prop_oneof![
        Just(FileVersion::None),
        Just(FileVersion::Own),
        text().prop_map(FileVersion::Regex),
    ];
    prop_oneof![
        (manager(), text()).prop_map(|(manager, name)| Probe::Package { manager, name }),
        (text(), version).prop_map(|(path, version)| Probe::File { path, version }),
        (text(), text()).prop_map(|(run, version)| Probe::Command { run, version }),
        run().prop_map(Probe::Script),
        (text(), any::<bool>())
            .prop_map(|(contains, user)| Probe::RegistryContains { contains, user }),
        (text(), any::<bool>()).prop_map(|(regex, user)| Probe::RegistryRegex { regex, user }),
        text().prop_map(Probe::UpgradeCode),
        text().prop_map(Probe::ProductCode),
    ]
    .boxed()
}

fn artifact() -> BoxedStrategy<Artifact> {
    (text(), text(), text(), of("[0-9a-f]{64}"), of(any::<u64>()), any::<bool>())
        .prop_map(|(name, file, url, sha256, size, extract)| Artifact {
            name,
            file,
            url,
            sha256,
            size,
            extract,
        })
        .boxed()
}

fn expect() -> impl Strategy<Value = Expect> {
    use VersionScheme::{Apk, Auto, Dpkg, Rpm, Segments, Semver};
    let scheme = select(vec![Auto, Segments, Semver, Dpkg, Rpm, Apk]);
    let relation = select(vec![Relation::Equal, Relation::AtLeast, Relation::AtMost]);
    prop_oneof![
        select(vec![
            Expect::Success,
            Expect::Present,
            Expect::Absent,
            Expect::True,
            Expect::False,
            Expect::TrueEndsStep,
        ]),
        (relation, text(), scheme).prop_map(|(relation, version, scheme)| Expect::Version {
            relation,
            version,
            scheme,
        }),
    ]
}

fn work() -> BoxedStrategy<Work> {
    let what = prop_oneof![
        probe().prop_map(What::Probe).boxed(),
        run().prop_map(What::Run).boxed(),
        vec(artifact(), 0..3).prop_map(What::Fetch).boxed(),
        reboot().prop_map(What::Reboot).boxed(),
    ];
    (select(WorkPhase::ALL), what, expect())
        .prop_map(|(phase, what, expect)| Work { phase, what, expect })
        .boxed()
}

fn step() -> BoxedStrategy<Step> {
    (
        item(),
        select(Act::ALL),
        select(Reason::ALL),
        (of(text()), of(text())),
        select(Phase::ALL),
        vec(item(), 0..3),
        (1_u32..=100, of(gate())),
        vec(work(), 1..4),
    )
        .prop_map(|(item, act, reason, (from, to), phase, waits_for, (attempts, gate), works)| {
            Step {
                item,
                act,
                reason,
                from,
                to,
                phase,
                waits_for,
                attempts,
                gate,
                works: if act == Act::None { Vec::new() } else { works },
            }
        })
        .boxed()
}

fn check() -> BoxedStrategy<Check> {
    let offer = (manager(), text()).prop_map(|(manager, name)| Offer { manager, name });
    let of_software =
        (software(), probe(), of(run()), of(offer)).prop_map(|(item, probe, test, offered)| {
            Check { item, how: CheckHow::Software { probe, test, offered } }
        });
    let of_task = (task_item(), run(), any::<bool>()).prop_map(|(item, run, get)| Check {
        item,
        how: if get { CheckHow::Get(run) } else { CheckHow::Test(run) },
    });
    prop_oneof![of_software, of_task].boxed()
}

pub(super) fn task() -> impl Strategy<Value = Task> {
    prop_oneof![
        vec(check(), 0..4).prop_map(Task::Detect),
        (vec(step(), 1..4), of(reboot()), of(reboot())).prop_map(|(steps, start, end)| {
            Task::Execute { steps, restarts: Restarts { start, end } }
        }),
    ]
}

pub(super) fn progress() -> impl Strategy<Value = Progress> {
    let at = || {
        (any::<u32>(), 1_u32.., any::<u32>()).prop_map(|(step, attempt, work)| At {
            step,
            attempt,
            work,
        })
    };
    let end = prop_oneof![
        any::<i32>().prop_map(End::Exit),
        (any::<bool>(), any::<i32>()).prop_map(|(answer, code)| End::Answer { answer, code }),
        of(text()).prop_map(End::Detected),
        Just(End::Fetched),
        Just(End::TimedOut),
        Just(End::Killed),
        select(Pending::ALL).prop_map(End::Pending),
        select(Stay::ALL).prop_map(End::Stayed),
        text().prop_map(End::Failed),
    ];
    let outcome = (end, text(), any::<i64>(), any::<i64>()).prop_map(
        |(end, output, started_ms, ended_ms)| Outcome { end, output, started_ms, ended_ms },
    );
    prop_oneof![
        at().prop_map(Progress::Started),
        (at(), outcome).prop_map(|(at, outcome)| Progress::Finished(at, outcome)),
        at().prop_map(Progress::Interrupted),
        (0_u32..9, 0_i64..1 << 40).prop_map(|(step, at)| Progress::Held { step, at: moment(at) }),
        Just(Progress::Cancelled),
    ]
}

pub(super) fn finding() -> impl Strategy<Value = Finding> {
    let found = prop_oneof![
        (of(text()), of(any::<bool>()), of(vec(text(), 0..3)))
            .prop_map(|(version, test, offered)| Found::Software { version, test, offered }),
        (any::<bool>(), text()).prop_map(|(answer, changes)| Found::Answer { answer, changes }),
        text().prop_map(Found::Output),
        select(Pending::ALL).prop_map(Found::Pending),
        text().prop_map(Found::Failed),
    ];
    (item(), found).prop_map(|(item, found)| Finding { item, found })
}
