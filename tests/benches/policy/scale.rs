//! 200 tenants with 100 deployments each, 400 software, 50,000 computers.

use std::fs;
use std::time::Duration;

use ordain_tests::generator::{Generated, Size, generate, tenant_name};

use crate::figures::{memory, time, title, wall};
use crate::follow::Follower;
use crate::program::{least, ordain};
use crate::repository::{Change, commit_packed, init, write};

pub(crate) const SEED: u64 = 1;
pub(crate) const SIZE: Size =
    Size { tenants: 200, deployments: 100, catalogue: 400, baseline: 20, computers: 50_000 };
const RUNS: usize = 3;

pub(crate) fn run() {
    title("Policy at scale");
    let ordain = ordain();
    let generated = generate(SEED, SIZE);
    println!(
        "{} documents, {} computers, inventory of {} MB, seed {SEED}",
        generated.files.len(),
        SIZE.computers,
        generated.inventory.len() / 1_000_000,
    );
    let folder = tempfile::tempdir().unwrap();
    let (policy, inventory) = (folder.path().join("policy"), folder.path().join("fleet.jsonl"));
    write(&policy, &generated.files);
    fs::write(&inventory, &generated.inventory).unwrap();
    let inventory = inventory.to_str().unwrap();
    let git = init(&policy);
    let whole: Vec<Change> =
        generated.files.iter().map(|(path, text)| (path.clone(), Some(text.clone()))).collect();
    commit_packed(&git, &[&whole, &[change_of_one_tenant(&generated)]]);

    let all = least(RUNS, &ordain, &["plan", "--totals", "--inventory", inventory], &policy);
    assert_eq!(all.code, 0, "{}", all.output);
    println!("{}", all.output.trim());
    time("load, resolve and totals", all.cpu, Duration::from_secs(5));
    memory("load, resolve and totals", all.megabytes, 1000);

    let diff = ["diff", "HEAD~1", "HEAD", "--inventory", inventory, "--format", "markdown"];
    let diff = least(RUNS, &ordain, &diff, &policy);
    assert_eq!(diff.code, 0, "{}", diff.output);
    println!("{}", diff.output.lines().find(|line| !line.is_empty()).unwrap_or_default());
    wall("`ordain diff` of a change of one tenant", diff.wall, Duration::from_secs(1));
    println!("`ordain diff`: {:.1?} CPU, {} MB", diff.cpu, diff.megabytes);

    let [first, second] = ["HEAD~1", "HEAD"].map(|revision| {
        git.revparse_single(revision).unwrap().peel_to_commit().unwrap().id().to_string()
    });
    let mut follower = Follower::new(&policy, &first, &generated.inventory);
    let mut runs: Vec<_> = (0..RUNS)
        .map(|_| {
            let followed = follower.follow(&second);
            follower.follow(&first);
            followed
        })
        .collect();
    runs.sort_by_key(super::follow::Followed::sum);
    let best = runs[0];
    println!(
        "one tenant changed, {} planned, {} woken: read {:.1?}, compare {:.1?}, plan {:.1?}",
        best.planned, best.woken, best.read, best.compare, best.plan
    );
    time("a change of one tenant, followed", best.sum(), Duration::from_millis(200));
}

/// One deployment of one tenant wishes for another version.
fn change_of_one_tenant(generated: &Generated) -> Change {
    let folder = format!("tenants/{}/deployments/", tenant_name(7));
    let has = |(path, text): &&(String, String)| {
        path.starts_with(&folder) && text.contains("{all: true}") && !text.contains("version")
    };
    let (path, text) = generated.files.iter().find(has).unwrap();
    (path.clone(), Some(text.replace("\ntarget:", "\nversion: \">=3\"\ntarget:")))
}
