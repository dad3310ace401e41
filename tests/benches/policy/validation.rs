//! 2,000 documents of 40 keys, against a validator of JSON Schema.
//!
//! The peer is `jsonschema-cli`; `JSONSCHEMA_CLI=PROGRAM` names it where the
//! path of programs does not lead to it. It is given the same documents as
//! JSON and the schema of their kind, all in one process and without a word
//! about those that are well: its fastest way. It looks at each document
//! alone; `ordain validate` also follows the references.

use std::fs;
use std::path::{Path, PathBuf};

use ordain_tests::generator::small_documents;

use crate::figures::{memory, ratio, title};
use crate::program::{Run, least, ordain};
use crate::repository::write;

const SEED: u64 = 1;
const DOCUMENTS: usize = 2000;
const RUNS: usize = 5;

pub(crate) fn run() {
    title("Validation: 2,000 documents of 40 keys");
    let folder = tempfile::tempdir().unwrap();
    let (yaml, json) = (folder.path().join("yaml"), folder.path().join("json"));
    let files = small_documents(SEED, DOCUMENTS);
    write(&yaml, &files);
    let names = as_json(&files, &json);
    let ordain = ordain();
    let Some(peer) = peer() else {
        let ours = least(RUNS, &ordain, &["validate"], &yaml);
        println!("`ordain validate`: {:.1?} CPU, {} MB", ours.cpu, ours.megabytes);
        return println!(
            "no ratio: install the peer with `cargo install jsonschema-cli --root FOLDER` and \
             name it, `JSONSCHEMA_CLI=FOLDER/bin/jsonschema-cli`"
        );
    };
    let schema =
        Path::new(env!("CARGO_MANIFEST_DIR")).join("../schema/json/Software.json").canonicalize();
    let schema = schema.unwrap();
    let mut arguments = vec!["validate", "--errors-only", schema.to_str().unwrap()];
    arguments.extend(names.iter().flat_map(|name| ["-i", name]));
    // Turn by turn, so that a busy computer is as hard on both.
    let turn = |_| {
        let ours = least(1, &ordain, &["validate"], &yaml);
        let theirs = least(1, &peer, &arguments, &json);
        assert_eq!((ours.code, theirs.code), (0, 0), "{}{}", ours.output, theirs.output);
        (ours, theirs)
    };
    let (ours, theirs): (Vec<Run>, Vec<Run>) = (0..RUNS).map(turn).unzip();
    let best = |runs: Vec<Run>| runs.into_iter().min_by_key(|run| run.cpu).unwrap();
    let (ours, theirs) = (best(ours), best(theirs));
    println!("`ordain validate`: {:.1?} CPU, {:.1?} from start to end", ours.cpu, ours.wall);
    println!("`jsonschema-cli`: {:.1?} CPU, {:.1?} from start to end", theirs.cpu, theirs.wall);
    ratio("ratio of CPU times", ours.cpu.as_secs_f64() / theirs.cpu.as_secs_f64(), 1.2);
    memory("`ordain validate`", ours.megabytes, 100);
}

fn peer() -> Option<PathBuf> {
    if let Some(named) = std::env::var_os("JSONSCHEMA_CLI") {
        return Some(named.into());
    }
    let path = std::env::var_os("PATH")?;
    std::env::split_paths(&path)
        .map(|folder| folder.join("jsonschema-cli"))
        .find(|program| program.is_file())
}

/// Writes the software documents as JSON; gives the names of the files.
fn as_json(files: &[(String, String)], folder: &Path) -> Vec<String> {
    fs::create_dir_all(folder).unwrap();
    let software = files.iter().filter(|(path, _)| path.starts_with("software/app-"));
    let names = software.enumerate().map(|(index, (_, text))| {
        let value: serde_json::Value = serde_yaml::from_str(text).unwrap();
        assert_eq!(keys(&value), 40, "{text}");
        let name = format!("{index}.json");
        fs::write(folder.join(&name), value.to_string()).unwrap();
        name
    });
    names.collect()
}

fn keys(value: &serde_json::Value) -> usize {
    match value {
        serde_json::Value::Object(map) => map.len() + map.values().map(keys).sum::<usize>(),
        serde_json::Value::Array(list) => list.iter().map(keys).sum(),
        _ => 0,
    }
}
