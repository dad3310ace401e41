//! Inventory tasks on their rhythm, who uses a computer, and taking computers in.

use jiff::{SignedDuration, Timestamp};
use ordain_controller::Clock;
use ordain_wire::{AgentMessage, Facts};
use reqwest::{Method, StatusCode};
use serde_json::{Value, json};
use tokio::sync::watch;

use crate::agent::{Agent, Line, enrolled};
use crate::harness::{Running, start, start_with};

async fn in_force(controller: &Running) {
    let commit = controller.repo.commit("more");
    let wished = |status: &Value| status["commit"]["inForce"] == commit.as_str();
    controller.eventually("the commit in force", wished).await;
}

/// Connects and says what the computer is.
async fn told(agent: &Agent, controller: &Running, users: &[&str]) -> Line {
    let (mut line, _) = agent.connect(controller).await;
    say(&mut line, users).await;
    line
}

async fn say(line: &mut Line, users: &[&str]) {
    let users = users.iter().map(|user| (*user).to_owned()).collect();
    line.say(&AgentMessage::Facts(Facts { users, ..Facts::default() })).await;
}

async fn count(controller: &Running, status: &str, count: usize) {
    let wished = |shown: &Value| shown["sessions"][status] == count;
    controller.eventually(&format!("{count} {status}"), wished).await;
}

/// What is known of the only computer, in the file that plans are made from.
async fn recorded(controller: &Running) -> Value {
    controller.get("/api/v1/inventory").await["computers"][0].clone()
}

#[tokio::test(flavor = "multi_thread")]
async fn inventory_tasks_run_on_their_rhythm_and_feed_groups() {
    let start: Timestamp = "2026-03-02T08:00:00Z".parse().unwrap();
    let (hand, shown) = watch::channel(start);
    let controller = start_with(|config| config.clock = Clock::set_by(shown)).await;
    let repo = &controller.repo;
    repo.write(
        "tasks/disks/task.yaml",
        "get: {script: get.sh}\ninventory: {every: 1h, fact: disk, keep: history}\n",
    );
    repo.write("tasks/disks/get.sh", "echo ssd\n");
    repo.write(
        "groups/fast.yaml",
        "kind: Group\nname: fast\nwhere: computer.facts.disk == \"ssd\"\n",
    );
    repo.write(
        "deployments/tool.yaml",
        "kind: Deployment\nname: tool\nsoftware: tool\ntarget: {group: fast}\n",
    );
    in_force(&controller).await;
    let mut agent = enrolled(&controller, "contoso", "pc").await;
    controller.post("/api/v1/computers/pc/exclude", json!({"excluded": true})).await;
    let mut line = told(&agent, &controller, &[]).await;

    // Inventory goes on where no session of any other kind may.
    agent.says = "ssd\n".to_owned();
    hand.send(start + SignedDuration::from_secs(15)).unwrap();
    agent.serve_until_acked(&mut line, 1).await;
    count(&controller, "passed", 1).await;
    controller.post("/api/v1/computers/pc/exclude", json!({"excluded": false})).await;
    let known = recorded(&controller).await;
    assert_eq!(known["facts"]["disk"], "ssd", "{known}");
    let listed = controller.get("/api/v1/sessions").await;
    assert_eq!(listed["sessions"][0]["kind"], "inventory-only");

    // The group has it at once: the next session installs what it gives.
    let session = controller.session("pc").await;
    agent.serve_until_acked(&mut line, 2).await;
    controller.followed(&session).await;
    assert_eq!(agent.installed.as_deref(), Some("1.0"));

    // Output that says nothing takes nothing away; the next change is kept beside the last.
    for (hours, says) in [(1, "\n"), (2, "{\"kind\": \"nvme\"}"), (3, "{\"kind\": \"nvme\"}")] {
        agent.says = says.to_owned();
        hand.send(start + SignedDuration::from_hours(hours)).unwrap();
        agent.serve_until_acked(&mut line, 1).await;
        count(&controller, "passed", 2 + usize::try_from(hours).unwrap()).await;
        let disk = recorded(&controller).await["facts"]["disk"].clone();
        assert_eq!(disk, if hours == 1 { json!("ssd") } else { json!({"kind": "nvme"}) });
    }
    let history = controller.get("/api/v1/computers/pc/facts/disk").await;
    let values: Vec<&Value> =
        history["changes"].as_array().unwrap().iter().map(|one| &one["value"]).collect();
    assert_eq!(values, [&json!({"kind": "nvme"}), &json!("ssd")]);
}

#[tokio::test(flavor = "multi_thread")]
async fn whose_computer_it_is_follows_from_who_is_logged_on() {
    let controller = start().await;
    controller.repo.write(
        "tenants/fabrikam/tenant.yaml",
        "kind: Tenant\nname: fabrikam\ndomains: [fabrikam.example]\n",
    );
    controller.repo.write(
        "deployments/tool.yaml",
        "kind: Deployment\nname: tool\nsoftware: tool\ntarget: {person: jo@contoso.example}\n",
    );
    in_force(&controller).await;
    let mut agent = enrolled(&controller, "contoso", "pc").await;
    let mut line = told(&agent, &controller, &["al@fabrikam.example", "root"]).await;
    let one = |shown: &Value| shown["logons"].as_array().unwrap().len() == 1;
    controller.until("/api/v1/computers/pc", "a logon", one).await;
    assert_eq!(recorded(&controller).await["person"], Value::Null, "a guest counts as none");
    let (jo, guest) = ("Jo@Contoso.Example", "al@fabrikam.example");
    for user in [jo, guest, "al@contoso.example", guest, jo] {
        say(&mut line, &[user]).await;
    }
    let all = |shown: &Value| shown["logons"].as_array().unwrap().len() == 6;
    let shown = controller.until("/api/v1/computers/pc", "all logons", all).await;
    assert_eq!(shown["person"], "jo@contoso.example", "{shown}");
    assert_eq!(recorded(&controller).await["person"], "jo@contoso.example");
    let session = controller.session("pc").await;
    agent.serve_until_acked(&mut line, 2).await;
    controller.followed(&session).await;
    assert_eq!(agent.installed.as_deref(), Some("1.0"), "targets have it at once");
}

const QUEUE: &str = "parameters: {queue: {type: string}, colour: {type: boolean}}\ntest: {script: t.sh}\nset: {script: s.sh}\n";

async fn with_onboarding(controller: &Running, tenant: &str) {
    let repo = &controller.repo;
    repo.write("tenants/contoso/tenant.yaml", &format!("kind: Tenant\nname: contoso\n{tenant}"));
    for (task, more) in [("printer", ""), ("asks", "skipInAutomaticOnboarding: true\n")] {
        repo.write(&format!("tasks/{task}/task.yaml"), &format!("{QUEUE}{more}"));
        repo.write(&format!("tasks/{task}/t.sh"), "false\n");
        repo.write(&format!("tasks/{task}/s.sh"), "true\n");
        repo.write(
            &format!("deployments/{task}.yaml"),
            &format!("kind: Deployment\nname: {task}\ntask: {task}\nenforcement: onboarding\ntarget: {{all: true}}\nparameters: {{queue: {{value: any, override: require}}, colour: {{value: false, override: allow}}}}\n"),
        );
    }
    repo.write(
        "deployments/tool.yaml",
        "kind: Deployment\nname: tool\nsoftware: tool\ntarget: {person: jo@contoso.example}\n",
    );
    in_force(controller).await;
}

fn items(shown: &Value) -> Vec<String> {
    let action = |one: &Value| {
        format!("{} {} {}", one["item"], one["phase"], one["result"]).replace('"', "")
    };
    shown["actions"].as_array().unwrap().iter().map(action).collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn whoever_onboards_a_computer_says_whose_it_is_and_what_is_asked() {
    let controller = start().await;
    with_onboarding(&controller, "").await;
    let mut agent = enrolled(&controller, "contoso", "pc").await;
    agent.holds = false;
    let mut line = told(&agent, &controller, &[]).await;
    let wanted = |more: Value| {
        let mut wanted = json!({"computers": ["pc"], "kind": "onboarding"});
        wanted.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
        Some(wanted)
    };
    for more in [
        json!({"person": "nobody"}),
        json!({"parameters": {"task/none": {"queue": "x"}}}),
        json!({"parameters": {"task/printer": {"none": "x"}}}),
        json!({"parameters": {"task/printer": {"colour": "perhaps"}}}),
        json!({"parameters": {"task/printer": {"queue": {"secret": "x"}}}}),
    ] {
        let (status, body) =
            controller.api(Method::POST, "/api/v1/sessions", wanted(more.clone())).await;
        assert_eq!(status, StatusCode::UNPROCESSABLE_ENTITY, "{more}: {body}");
    }
    let plain = json!({"computers": ["pc"], "person": "jo@contoso.example"});
    let (status, _) = controller.api(Method::POST, "/api/v1/sessions", Some(plain)).await;
    assert_eq!(status, StatusCode::BAD_REQUEST, "an onboarding alone");

    let parameters = json!({"task/printer": {"queue": "front desk", "colour": "true"}});
    let more = json!({"person": "Jo@contoso.example", "parameters": parameters});
    let made = controller.post("/api/v1/sessions", wanted(more).unwrap()).await;
    let session = made["sessions"][0]["id"].as_str().unwrap().to_owned();
    agent.serve_until_acked(&mut line, 4).await;
    controller.followed(&session).await;
    let shown = controller.get(&format!("/api/v1/sessions/{session}")).await;
    assert_eq!(
        items(&shown),
        [
            "task/asks onboarding failed",
            "task/printer onboarding passed",
            "software/tool main passed"
        ],
        "{shown}"
    );
    let message = shown["actions"][0]["message"].as_str().unwrap();
    assert!(message.contains("`queue` must be given by whoever onboards"), "{message}");
    assert_eq!(shown["status"], "partially-passed");
    let computer = controller.get("/api/v1/computers/pc").await;
    assert_eq!(
        (&computer["standing"], &computer["person"]),
        (&json!("failed"), &json!("jo@contoso.example"))
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn an_onboarding_may_start_by_itself_and_does_but_once() {
    let controller = start().await;
    with_onboarding(&controller, "onboarding: {automatic: true}\n").await;
    controller.repo.write(
        "deployments/printer.yaml",
        "kind: Deployment\nname: printer\ntask: printer\nenforcement: onboarding\ntarget: {all: true}\nparameters: {queue: any, colour: {value: false, override: allow}}\n",
    );
    in_force(&controller).await;
    let mut agent = enrolled(&controller, "contoso", "pc").await;
    assert_eq!(controller.get("/api/v1/computers/pc").await["standing"], "identifying");
    agent.holds = false;
    let mut line = told(&agent, &controller, &[]).await;
    let detect = line.order().await;
    agent.obey(&mut line, &detect).await;
    // Somebody logs on while it is carried out: the rest of the session sees that.
    let execute = line.order().await;
    say(&mut line, &["jo@contoso.example"]).await;
    agent.obey(&mut line, &execute).await;
    agent.serve_until_acked(&mut line, 2).await;
    count(&controller, "passed", 1).await;
    let listed = controller.get("/api/v1/sessions").await;
    let session = listed["sessions"][0]["id"].as_str().unwrap().to_owned();
    let shown = controller.get(&format!("/api/v1/sessions/{session}")).await;
    // What asks somebody is left out, and who logged on meanwhile counts for the rest.
    assert_eq!(shown["kind"], "onboarding");
    assert_eq!(items(&shown), ["task/printer onboarding passed", "software/tool main passed"]);
    assert_eq!(controller.get("/api/v1/computers/pc").await["standing"], "onboarded");
    let value = |name: &str| {
        let found = agent.environment.iter().find(|(key, _)| key == name);
        found.map(|(_, value)| value.clone())
    };
    assert_eq!(value("ORDAIN_PARAM_QUEUE").as_deref(), Some("any"));

    // Connecting again starts nothing.
    drop(line);
    let _line = told(&agent, &controller, &[]).await;
    count(&controller, "passed", 1).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn where_nothing_but_observing_is_allowed_nobody_is_taken_in() {
    let controller = start().await;
    with_onboarding(&controller, "mode: observe\nonboarding: {automatic: true}\n").await;
    let printer = "kind: Deployment\nname: printer\ntask: printer\nenforcement: onboarding\ntarget: {all: true}\nparameters: {queue: any, colour: {value: false, override: allow}}\n";
    controller.repo.write("deployments/printer.yaml", printer);
    controller.repo.write("deployments/asks.yaml", &printer.replace("printer", "asks"));
    in_force(&controller).await;
    let mut agent = enrolled(&controller, "contoso", "pc").await;
    agent.holds = false;
    let mut line = told(&agent, &controller, &[]).await;
    let asked = json!({"computers": ["pc"], "kind": "onboarding"});
    controller.post("/api/v1/sessions", asked).await;
    agent.serve_until_acked(&mut line, 1).await;
    count(&controller, "passed", 1).await;
    assert_eq!(controller.get("/api/v1/computers/pc").await["standing"], "needs-onboarding");

    // From the day on which something may be done it starts by itself.
    let text = "kind: Tenant\nname: contoso\nonboarding: {automatic: true}\n";
    controller.repo.write("tenants/contoso/tenant.yaml", text);
    in_force(&controller).await;
    drop(line);
    let mut line = told(&agent, &controller, &[]).await;
    agent.serve_until_acked(&mut line, 3).await;
    count(&controller, "passed", 2).await;
    assert_eq!(controller.get("/api/v1/computers/pc").await["standing"], "onboarded");
}

/// The policy as it lies in the repository's work tree.
fn committed(controller: &Running) -> std::sync::Arc<ordain_core::policy::Policy> {
    use ordain_schema::{Content, Entry, Mode, Snapshot};
    let listed = controller.repo.git(&["ls-files"]);
    let entry = |path: &str| {
        let bytes = std::fs::read(controller.repo.0.join(path)).unwrap();
        let content = Content::Bytes(bytes.into());
        (path.to_owned(), Entry { mode: Mode::File, id: Some("0".repeat(40).into()), content })
    };
    let snapshot = Snapshot { revision: None, entries: listed.lines().map(entry).collect() };
    ordain_core::load::load(&snapshot, Timestamp::now()).policy
}

#[tokio::test(flavor = "multi_thread")]
async fn the_exported_file_gives_the_plan_of_the_daemon() {
    let controller = start().await;
    let repo = &controller.repo;
    repo.write("tasks/disks/task.yaml", "get: {script: get.sh}\ninventory: {every: 1h}\n");
    repo.write("tasks/disks/get.sh", "echo ssd\n");
    repo.write(
        "groups/fast.yaml",
        "kind: Group\nname: fast\nwhere: computer.facts.disks == \"ssd\"\n",
    );
    for (name, target) in [
        ("a", "group: fast"),
        ("b", "person: jo@contoso.example"),
        ("c", "person: al@contoso.example"),
    ] {
        repo.write(
            &format!("tasks/{name}/task.yaml"),
            "test: {script: t.sh}\nset: {script: t.sh}\n",
        );
        repo.write(&format!("tasks/{name}/t.sh"), "false\n");
        repo.write(
            &format!("deployments/{name}.yaml"),
            &format!("kind: Deployment\nname: {name}\ntask: {name}\ntarget: {{{target}}}\n"),
        );
    }
    in_force(&controller).await;
    let mut agent = enrolled(&controller, "contoso", "pc").await;
    (agent.says, agent.holds) = ("ssd\n".to_owned(), false);
    let mut line = told(&agent, &controller, &["jo@contoso.example"]).await;
    // The inventory task is asked as soon as the computer is there.
    agent.serve_until_acked(&mut line, 1).await;
    count(&controller, "passed", 1).await;
    let wanted = json!({"computers": ["pc"], "kind": "detection-only"});
    controller.post("/api/v1/sessions", wanted).await;
    agent.serve_until_acked(&mut line, 1).await;
    count(&controller, "passed", 2).await;
    let listed = controller.get("/api/v1/sessions?limit=1").await;
    let session = listed["sessions"][0]["id"].as_str().unwrap().to_owned();
    let shown = controller.get(&format!("/api/v1/sessions/{session}")).await;
    let daemon: Vec<String> = shown["actions"]
        .as_array()
        .unwrap()
        .iter()
        .map(|one| format!("{} {} {}", one["item"], one["action"], one["reason"]).replace('"', ""))
        .collect();
    assert_eq!(
        daemon,
        [
            "software/tool install software-missing",
            "task/a set not-compliant",
            "task/b set not-compliant"
        ]
    );

    let exported = controller.get("/api/v1/inventory").await;
    let (inventory, faults): (ordain_schema::document::Inventory, _) =
        ordain_schema::inventory("export.json", exported.to_string().as_bytes());
    assert_eq!(faults, []);
    let policy = committed(&controller);
    let fleet = ordain_core::fleet::Fleet::new(inventory);
    let request = ordain_core::resolve::Request::default();
    let plan = ordain_core::plan::plan(&policy, &fleet, &request, Timestamp::now());
    let offline: Vec<String> = plan.computers[0]
        .actions
        .iter()
        .map(|one| format!("{} {} {}", one.item, one.act.word(), one.reason.word()))
        .collect();
    assert_eq!(offline, daemon);
}
