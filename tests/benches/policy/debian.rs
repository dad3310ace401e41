//! A catalogue with the dependencies of Debian, and one with random ones.

use std::fmt::Write as _;
use std::time::Duration;

use ordain_tests::generator::prerequisites;

use crate::data::{Names, rows};
use crate::figures::{count, memory, time, title};
use crate::program::{least, ordain};
use crate::repository::write;

const RUNS: usize = 3;
const SEED: u64 = 1;
/// Strongly connected components of more than one package, where the first of
/// alternatives counts: known from another program.
const CIRCLES: usize = 60;
/// The packages in them.
const IN_CIRCLES: usize = 159;

pub(crate) fn run() {
    title("Validation: 5,000 software with random prerequisites");
    let (_, random) = validate(&prerequisites(SEED, 5000), 0);
    time("validate", random.0, Duration::from_millis(150));
    println!("validate: {} MB", random.1);
    title("Validation: the Debian catalogue");
    let Some(files) = catalogue() else { return };
    println!("{} documents", files.len());
    let (output, (cpu, megabytes)) = validate(&files, 1);
    let found: serde_json::Value = serde_json::from_str(&output).unwrap();
    let circles: Vec<&serde_json::Value> = found["diagnostics"]
        .as_array()
        .unwrap()
        .iter()
        .filter(|one| one["code"] == "dependency-cycle")
        .collect();
    count("circles", circles.len(), CIRCLES);
    count("software in circles", circles.iter().map(|one| members(one)).sum(), IN_CIRCLES);
    time("validate", cpu, Duration::from_secs(5));
    memory("validate", megabytes, 1500);
}

/// The output, CPU time and megabytes of validating a folder with these files.
fn validate(files: &[(String, String)], code: i32) -> (String, (Duration, u64)) {
    let folder = tempfile::tempdir().unwrap();
    write(folder.path(), files);
    let run = least(RUNS, &ordain(), &["validate", "--format", "json"], folder.path());
    assert_eq!(run.code, code, "{}", &run.output[..run.output.len().min(2000)]);
    (run.output, (run.cpu, run.megabytes))
}

/// The documents that a circle names: every one of its edges starts in one.
fn members(circle: &serde_json::Value) -> usize {
    let related = circle["related"].as_array().into_iter().flatten();
    let files = related.map(|one| &one["file"]).chain([&circle["file"]]);
    files.map(serde_json::Value::to_string).collect::<std::collections::BTreeSet<_>>().len()
}

fn catalogue() -> Option<Vec<(String, String)>> {
    let rows = rows("debian-graph.tsv.zst")?;
    let mut names = Names::default();
    let mut files = vec![(
        "ordain.yaml".to_owned(),
        "apiVersion: ordain/v1\nkind: Repository\nname: debian\n".to_owned(),
    )];
    for row in &rows {
        let (name, package) = (names.of(&row[0]), &row[0]);
        let mut text = format!(
            "kind: Software\nname: {name}\ndetect: {{package: {{manager: dpkg, name: \"{package}\"}}}}\n\
             versions:\n- {{version: \"{}\"}}\ninstall: {{package: {{manager: dpkg, name: \"{package}\"}}}}\n\
             uninstall: {{package: {{manager: dpkg, name: \"{package}\"}}}}\n",
            row[1]
        );
        let needed = row.last().map_or("", String::as_str);
        if !needed.is_empty() {
            text.push_str("requires:\n");
        }
        for one in needed.split_whitespace() {
            writeln!(text, "- {{software: {}}}", names.of(one)).expect("a string takes text");
        }
        files.push((format!("software/{name}/software.yaml"), text));
    }
    Some(files)
}
