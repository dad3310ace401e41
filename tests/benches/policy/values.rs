//! The same large repository without values, and with values in every tenant.

use std::fs;
use std::time::Duration;

use ordain_tests::generator::{generate, give_values};

use crate::figures::{ratio, title};
use crate::program::{Run, least, ordain};
use crate::repository::write;
use crate::scale::{SEED, SIZE};

/// How often each of the two is planned, in turns.
const RUNS: usize = 3;
/// How many items take a value from each tenant.
const ITEMS: usize = 20;

pub(crate) fn run() {
    title("Values in every tenant");
    let ordain = ordain();
    let generated = generate(SEED, SIZE);
    let folder = tempfile::tempdir().unwrap();
    let inventory = folder.path().join("fleet.jsonl");
    fs::write(&inventory, &generated.inventory).unwrap();
    let arguments = ["plan", "--totals", "--inventory", inventory.to_str().unwrap()];
    let (without, with) = (folder.path().join("without"), folder.path().join("with"));
    write(&without, &generated.files);
    write(&with, &give_values(generated.files, ITEMS));

    let mut best: [Option<Run>; 2] = [None, None];
    for _ in 0..RUNS {
        for (place, folder) in [&without, &with].into_iter().enumerate() {
            let run = least(1, &ordain, &arguments, folder);
            assert_eq!(run.code, 0, "{}", run.output);
            let kept = best[place].take().filter(|kept| kept.cpu < run.cpu);
            best[place] = Some(kept.unwrap_or(run));
        }
    }
    let [Some(without), Some(with)] = best else { unreachable!("both have run") };
    assert_eq!(without.output, with.output, "values decide about nobody");
    println!(
        "{ITEMS} items with a value of each of {} tenants: {:.1?} without, {:.1?} with",
        SIZE.tenants, without.cpu, with.cpu
    );
    ratio("plan with values, against the plan without", share(with.cpu, without.cpu), 1.2);
}

fn share(one: Duration, other: Duration) -> f64 {
    one.as_secs_f64() / other.as_secs_f64()
}
