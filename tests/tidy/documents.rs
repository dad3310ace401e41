//! Documentation that stays true: links resolve, commands exist.
//!
//! Owns every `.md` file. References that are generated (`docs/cli.md`,
//! `docs/diagnostics.md`, `schema/json/`) are compared with their source by
//! the crate they come from.

use std::path::Path;

use crate::worktree::{TextFile, files, refuse, root, text};

/// Commands that come with cargo itself.
const CARGO: [&str; 12] = [
    "build", "run", "test", "bench", "check", "clippy", "doc", "fmt", "tree", "install", "deny",
    "metadata",
];

#[test]
fn links_resolve() {
    let mut faults = Vec::new();
    for page in files(&[".md"]) {
        for (line, link) in links(&page.text) {
            if link.contains("://") || link.starts_with("mailto:") {
                continue;
            }
            if let Some(fault) = broken(&page, link) {
                faults.push(format!("{}:{line}: {link}: {fault}", page.path));
            }
        }
    }
    refuse("broken links", &faults);
}

#[test]
fn commands_exist() {
    let aliases = text(".cargo/config.toml");
    let reference = text("docs/cli.md");
    let mut faults = Vec::new();
    for page in files(&[".md"]) {
        for (line, command) in commands(&page.text) {
            let mut words = command.split_whitespace();
            let (program, verb) = (words.next(), words.next().unwrap_or_default());
            let known = match program {
                Some("cargo") => CARGO.contains(&verb) || aliases.contains(&format!("\n{verb} = ")),
                Some("ordain") => {
                    verb.starts_with('-') || reference.contains(&format!("ordain {verb}"))
                }
                _ => true,
            };
            if !known {
                faults.push(format!("{}:{line}: {command}", page.path));
            }
        }
    }
    refuse("no such command", &faults);
}

#[test]
fn readme_starts_with_the_demo_and_verify() {
    let readme = text("README.md");
    let shown: Vec<&str> = commands(&readme)
        .into_iter()
        .map(|(_, command)| command)
        .filter(|command| command.starts_with("cargo "))
        .collect();
    assert_eq!(
        shown.get(..2),
        Some(["cargo demo", "cargo verify"].as_slice()),
        "these are the first two commands of the README"
    );
}

/// Why a link from `page` leads nowhere, if it does.
fn broken(page: &TextFile, link: &str) -> Option<String> {
    let (path, anchor) = link.split_once('#').unwrap_or((link, ""));
    let folder = Path::new(&page.path).parent()?;
    let target = root().join(folder).join(path);
    let text = if path.is_empty() {
        page.text.clone()
    } else if !target.exists() {
        return Some("no such file".to_owned());
    } else if anchor.is_empty() {
        return None;
    } else {
        std::fs::read_to_string(&target).ok()?
    };
    let headings = prose(&text)
        .filter(|(_, line)| line.starts_with('#'))
        .map(|(_, line)| slug(line.trim_start_matches('#').trim()));
    let found = anchor.is_empty() || headings.into_iter().any(|heading| heading == anchor);
    (!found).then(|| "no such heading".to_owned())
}

/// The anchor that forges make of a heading.
fn slug(heading: &str) -> String {
    heading
        .to_lowercase()
        .chars()
        .filter(|letter| letter.is_alphanumeric() || [' ', '-', '_'].contains(letter))
        .map(|letter| if letter == ' ' { '-' } else { letter })
        .collect()
}

/// `](target)` outside of code, with line numbers from 1.
fn links(text: &str) -> Vec<(usize, &str)> {
    let mut found = Vec::new();
    for (number, line) in prose(text) {
        let mut rest = line;
        while let Some((_, after)) = rest.split_once("](") {
            let (link, next) = after.split_once(')').unwrap_or((after, ""));
            found.push((number, link));
            rest = next;
        }
    }
    found
}

/// Lines outside of fenced code, with numbers from 1.
fn prose(text: &str) -> impl Iterator<Item = (usize, &str)> {
    let mut fenced = false;
    text.lines().enumerate().filter_map(move |(index, line)| {
        if line.trim_start().starts_with("```") {
            fenced = !fenced;
            return None;
        }
        (!fenced).then_some((index + 1, line))
    })
}

/// Commands in fenced blocks marked `sh`, with line numbers from 1.
fn commands(text: &str) -> Vec<(usize, &str)> {
    let mut shell = false;
    let mut found = Vec::new();
    for (index, line) in text.lines().enumerate() {
        let line = line.trim();
        if let Some(language) = line.strip_prefix("```") {
            shell = language == "sh";
        } else if shell && !line.is_empty() && !line.starts_with('#') {
            found.push((index + 1, line.split(" #").next().unwrap_or(line).trim()));
        }
    }
    found
}
