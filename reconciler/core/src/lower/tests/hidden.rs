//! What no order may hold: secrets by their files, values that computers make,
//! what comes back.

use super::world::{looked_at, lowered, told, with};
use crate::order::{
    Argument, Dealing, File, Form, Hidden, Installer, Keeping, Run, RunWhat, Step, What,
};

/// A task with these parameters, and what a deployment gives.
fn door(task: &str, parameters: &str, more: &str) -> String {
    format!(
        "=== tasks/door/task.yaml
kind: Task
name: door
test: {{script: test.sh}}
set: {{script: set.sh}}
{task}
=== tasks/door/test.sh
=== tasks/door/set.sh
=== deployments/door.yaml
kind: Deployment
name: door
task: door
instance: back
target: {{all: true}}
parameters: {parameters}
=== {more}
"
    )
}

fn recipient() -> String {
    format!("age1{}", "q".repeat(58))
}

fn with_recipient(text: &str) -> String {
    format!("{text}=== tenants/contoso/secrets/recipient.txt\n{}\n", recipient())
}

fn runs(step: &Step) -> Vec<&Run> {
    let each = step.works.iter().filter_map(|work| match &work.what {
        What::Run(run) => Some(run),
        _ => None,
    });
    each.collect()
}

fn steps(text: &str) -> Vec<Step> {
    lowered(text, with(&[], &[("task/door#back", false)]), &[]).steps
}

fn hidden(run: &Run) -> &Hidden {
    run.hidden.as_deref().expect("something is hidden")
}

#[test]
fn a_secret_travels_by_the_nearest_file_and_its_name() {
    let given = "{key: {secret: wifi}, host: a, more: {value: {deep: {secret: wifi}}}}";
    let task = "parameters: {key: {type: secret}, host: {type: string}, more: {type: map}}";
    let root = door(task, given, "secrets/wifi.age");
    let own = format!("{root}=== tenants/contoso/secrets/wifi.age\n");
    for (text, path) in [(root, "secrets/wifi.age"), (own, "tenants/contoso/secrets/wifi.age")] {
        let steps = steps(&text);
        for run in runs(&steps[0]) {
            let secret = &hidden(run).secrets[0];
            let blob = format!("id({path})");
            assert_eq!(
                (secret.name.as_str(), secret.file.clone()),
                ("wifi", File { path: path.into(), blob: blob.clone() })
            );
            assert!(run.blobs().contains(&blob.as_str()));
            assert_eq!(hidden(run).item.to_string(), "task/door#back");
            let variables: Vec<&str> =
                run.environment.iter().map(|(name, _)| name.as_str()).collect();
            assert!(variables.contains(&"ORDAIN_PARAM_HOST"));
            assert!(!variables.contains(&"ORDAIN_PARAM_KEY"), "{variables:?}");
            assert!(!variables.contains(&"ORDAIN_PARAM_MORE"), "{variables:?}");
            let input = r#"{"host":"a","key":{"secret":"wifi"},"more":{"deep":{"secret":"wifi"}}}"#;
            assert_eq!(run.input.as_deref(), Some(input));
        }
    }
}

#[test]
fn what_the_computer_makes_is_judged_made_and_escrowed() {
    let task =
        "parameters: {password: {type: secret, default: {generate: {length: 20, rotate: 30d}}}}";
    let steps = steps(&with_recipient(&door(task, "{}", "x")));
    let runs = runs(&steps[0]);
    let dealings: Vec<Dealing> = runs.iter().map(|run| run.made()[0].dealing).collect();
    assert_eq!(dealings, [Dealing::Make, Dealing::Judge]);
    let made = &runs[0].made()[0];
    assert_eq!((made.owner.as_str(), made.length), ("task/door#back", 20));
    assert_eq!(made.rotate_seconds, Some(30 * 24 * 3600));
    assert_eq!(hidden(runs[0]).recipient, Some(recipient()));
    assert_eq!(runs[0].input.as_deref(), Some("{}"));

    let text = door(task, "{}", "x");
    let said = told(&text, with(&[], &[("task/door#back", false)]));
    assert!(said.contains("ordain secrets init --tenant contoso"), "{said}");
}

#[test]
fn outputs_are_of_set_alone_and_need_somebody_who_may_read_them() {
    let task =
        "outputs: {key: {type: secret, escrow: true}, pin: {type: secret}, id: {type: string}}";
    let steps = steps(&with_recipient(&door(task, "{}", "x")));
    let runs = runs(&steps[0]);
    let kept: Vec<(&str, Keeping)> =
        runs[0].outputs().iter().map(|output| (output.name.as_str(), output.keeping)).collect();
    assert_eq!(kept, [("id", Keeping::Plain), ("key", Keeping::Escrow), ("pin", Keeping::Masked)]);
    assert!(runs[1].outputs().is_empty());
    let said = told(&door(task, "{}", "x"), with(&[], &[("task/door#back", false)]));
    assert!(said.contains("has no public key to encrypt `key` to"), "{said}");
}

#[test]
fn a_setting_takes_no_secret() {
    let task = "parameters: {key: {type: secret}}\nensure: [{file: {path: /etc/key, content: {param: key}}}]";
    let text = door(task, "{key: {secret: wifi}}", "secrets/wifi.age")
        .replace("test: {script: test.sh}\nset: {script: set.sh}\n", "")
        .replace("=== tasks/door/test.sh\n=== tasks/door/set.sh\n", "");
    let said = told(&text, with(&[], &[("task/door#back", false)]));
    assert!(said.contains("not-executed-yet: the parameter `key` is a secret"), "{said}");
}

const LICENSED: &str = "=== software/app/software.yaml
kind: Software
name: app
detect: {script: detect.sh}
licence: required
versions: [{version: \"1\", artifacts: [{name: setup, url: \"https://a.example/s.exe\"}]}]
install: {exe: {args: [/S, {licence: number}, {secret: token}, {param: password}, {param: plain}]}}
postInstall: {script: post.sh}
parameters: {password: {type: secret}, plain: {type: string, default: \"x\"}}
=== software/app/detect.sh
=== software/app/post.sh
=== licences/app.yaml
kind: Licence
name: app
software: app
file: {secret: licence-file}
fields: {number: {secret: number}}
=== deployments/app.yaml
kind: Deployment
name: app
software: app
licence: app
target: {all: true}
parameters: {password: {secret: password}}
=== secrets/licence-file.age
=== secrets/number.age
=== secrets/token.age
=== secrets/password.age
";

#[test]
fn an_installer_has_what_its_arguments_name_and_a_script_the_licence() {
    let lowered = lowered(LICENSED, with(&[], &[]), &[]);
    let runs = runs(&lowered.steps[0]);
    let RunWhat::Installer(Installer::Exe { arguments, .. }) = &runs[0].what else {
        panic!("{runs:?}")
    };
    let secret = |name: &str| Argument::Secret(name.to_owned());
    assert_eq!(
        *arguments,
        [
            Argument::Text("/S".to_owned()),
            secret("number"),
            secret("token"),
            Argument::Parameter("password".to_owned()),
            Argument::Text("x".to_owned()),
        ]
    );
    let names = |run: &Run| -> Vec<String> {
        hidden(run).secrets.iter().map(|secret| secret.name.clone()).collect()
    };
    assert_eq!(names(runs[0]), ["number", "password", "token"]);
    assert_eq!(names(runs[1]), ["licence-file", "number", "password"]);
    let variables: Vec<(&str, &str, Form)> = hidden(runs[1])
        .variables
        .iter()
        .map(|one| (one.name.as_str(), one.secret.as_str(), one.form))
        .collect();
    assert_eq!(
        variables,
        [
            ("ORDAIN_LICENCE", "licence-file", Form::File),
            ("ORDAIN_LICENCE_FILE", "licence-file", Form::File),
            ("ORDAIN_LICENCE_NUMBER", "number", Form::Value),
        ]
    );
    assert!(looked_at(LICENSED, with(&[], &[])).contains("detect.sh"));
}
