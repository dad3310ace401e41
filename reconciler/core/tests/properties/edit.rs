//! Random changes of a repository, as commits make them.

use super::generator::{Case, Plot};
use super::random::Random;
use super::repository::Doc;

/// Where changes may be made.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Within<'a> {
    /// Anywhere.
    Everything,
    /// In this folder alone.
    Folder(&'a str),
}

impl Within<'_> {
    fn holds(self, path: &str) -> bool {
        match self {
            Self::Everything => true,
            Self::Folder(folder) => path.starts_with(folder),
        }
    }
}

/// The case after one to three changes that lead to no error; none where none was found.
pub(crate) fn edited(random: &mut Random, case: &Case, within: Within<'_>) -> Option<Case> {
    let mut edited = case.clone();
    let mut done = 0;
    let wanted = random.between(1, 3);
    for _ in 0..12 {
        let mut next = edited.clone();
        edit(random, &mut next, within);
        if next.repository.load(next.now).is_valid() {
            edited = next;
            done += 1;
        }
        if done == wanted {
            break;
        }
    }
    (done > 0).then_some(edited)
}

fn edit(random: &mut Random, case: &mut Case, within: Within<'_>) {
    let plot = case.plot.clone();
    let repository = &mut case.repository;
    let places: Vec<usize> = repository
        .docs
        .iter()
        .enumerate()
        .filter(|(_, doc)| within.holds(&doc.path))
        .map(|(place, _)| place)
        .collect();
    match random.below(20) {
        0..=9 if !places.is_empty() => {
            let doc = &mut repository.docs[random.pick(&places)];
            *doc = edited_doc(random, &plot, doc);
        }
        10..=12 if !places.is_empty() => {
            repository.docs.remove(random.pick(&places));
        }
        13 if !places.is_empty() => {
            let place = random.pick(&places);
            relocate(random, case, place, within);
        }
        14..=16 => {
            let name = format!("e{}", random.below(1000));
            let doc = plot.deployment(random, &name);
            if within.holds(&doc.path) {
                repository.docs.push(doc);
            }
        }
        _ => {
            let paths: Vec<String> = repository
                .scripts
                .keys()
                .filter(|path| within.holds(path) && !path.starts_with("secrets/"))
                .cloned()
                .collect();
            if !paths.is_empty() {
                let path = random.pick(&paths);
                if random.chance(15) {
                    repository.scripts.remove(&path);
                } else {
                    let text = Plot::script(random, &path);
                    repository.scripts.insert(path, text);
                }
            }
        }
    }
}

/// The document with other keys: all of them, or one.
fn edited_doc(random: &mut Random, plot: &Plot, doc: &Doc) -> Doc {
    let again = plot.again(random, doc);
    if random.chance(40) {
        return again;
    }
    let keys: Vec<&str> = doc.keys.iter().chain(&again.keys).map(|(key, _)| *key).collect();
    let chosen = random.pick(&keys);
    let mut edited = doc.clone();
    edited.keys.retain(|(key, _)| *key != chosen);
    edited.keys.extend(again.keys.into_iter().filter(|(key, _)| *key == chosen));
    edited
}

/// Moves a document elsewhere, with the scripts beside it.
fn relocate(random: &mut Random, case: &mut Case, place: usize, within: Within<'_>) {
    let repository = &mut case.repository;
    let doc = &mut repository.docs[place];
    let home = random.pick(&case.plot.tenants);
    let base = if random.chance(50) { String::new() } else { format!("tenants/{home}/") };
    let path = match doc.kind {
        "Software" => format!("{base}software/{}/software.yaml", doc.name),
        "Task" => format!("{base}tasks/{}/task.yaml", doc.name),
        "Group" => format!("{base}groups/{}.yaml", doc.name),
        "Deployment" => format!("{base}deployments/{}.yaml", random.pick(&["a", "b", "z"])),
        _ => return,
    };
    if !within.holds(&path) {
        return;
    }
    let folder = |path: &str| path.rsplit_once('/').map_or("", |(folder, _)| folder).to_owned();
    let (from, to) = (folder(&doc.path), folder(&path));
    doc.path = path;
    let copies: Vec<(String, String)> = repository
        .scripts
        .iter()
        .filter(|(path, _)| folder(path) == from)
        .map(|(path, text)| (path.replacen(&from, &to, 1), text.clone()))
        .collect();
    for (path, text) in copies {
        repository.scripts.entry(path).or_insert(text);
    }
}
