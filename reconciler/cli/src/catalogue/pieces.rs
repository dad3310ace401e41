//! What an import reads: a file, a folder, an address on the web or standard
//! input, cut into the pieces that each describe something.

use std::fs;
use std::io::{ErrorKind, Read as _};
use std::path::Path;

use serde_json::Value;

use super::reason::{Reason, Refusal};
use super::settle::Entry;
use super::{brew, fleet, scoop, winget};
use crate::error::CommandError;
use crate::web::Web;

/// How large one manifest, or one list of them, may be.
const LARGEST: u64 = 64 * 1024 * 1024;
/// How deep folders are walked.
const DEEPEST: usize = 12;

/// A text and where it was read.
struct Piece {
    /// A path or address.
    place: String,
    text: String,
}

/// Everything that a scoop source has.
pub(crate) fn scoop(source: &str, web: &Web) -> Result<Vec<Entry>, CommandError> {
    let mut entries = Vec::new();
    for piece in pieces(source, web, "json")? {
        let (name, bucket) = of_place(&piece.place);
        if let Ok(value) = serde_json::from_str::<Value>(&piece.text) {
            let all = match &value {
                Value::Array(all) => all.iter().collect(),
                one => vec![one],
            };
            entries.extend(
                all.into_iter()
                    .map(|one| app(one, &piece.place, name.as_deref(), bucket.as_deref())),
            );
            continue;
        }
        for (line, text) in
            piece.text.lines().enumerate().filter(|(_, text)| !text.trim().is_empty())
        {
            let place = format!("{}:{}", piece.place, line + 1);
            entries.push(match serde_json::from_str::<Value>(text) {
                Ok(value) => app(&value, &place, None, None),
                Err(error) => {
                    Entry::Unreadable(place, Refusal::with(Reason::NotAManifest, error.to_string()))
                }
            });
        }
    }
    Ok(entries)
}

fn app(value: &Value, place: &str, name: Option<&str>, bucket: Option<&str>) -> Entry {
    match scoop::app(value, name, bucket) {
        Ok(app) => Entry::Scoop(Box::new(app)),
        Err(refusal) => {
            let named = value.get("id").or_else(|| value.get("name")).and_then(Value::as_str);
            Entry::Unreadable(named.or(name).unwrap_or(place).to_owned(), refusal)
        }
    }
}

/// Everything that a winget source has.
pub(crate) fn winget(source: &str, web: &Web) -> Result<Vec<Entry>, CommandError> {
    let pieces = if is_address(source) {
        siblings_on_the_web(source, web)?
    } else if Path::new(source).is_file() {
        siblings(Path::new(source))?
    } else {
        pieces(source, web, "yaml")?
    };
    let files: Vec<(String, String)> =
        pieces.into_iter().map(|piece| (piece.place, piece.text)).collect();
    let (manifests, refused) = winget::read(&files);
    let packages = winget::packages(manifests, |one, other| {
        ordain_core::version::compare(ordain_schema::document::VersionScheme::Segments, one, other)
    });
    let refused = refused.into_iter().map(|(place, refusal)| Entry::Unreadable(place, refusal));
    Ok(packages.into_iter().map(Entry::Winget).chain(refused).collect())
}

/// Everything that an answer of Homebrew's API has.
pub(crate) fn brew(source: &str, web: &Web) -> Result<Vec<Entry>, CommandError> {
    let mut entries = Vec::new();
    for piece in pieces(source, web, "json")? {
        match serde_json::from_str::<Value>(&piece.text) {
            Ok(value) => entries.extend(brew::kegs(&value).into_iter().map(|keg| match keg {
                Ok(keg) => Entry::Brew(keg),
                Err((name, refusal)) => {
                    Entry::Unreadable(name.unwrap_or_else(|| piece.place.clone()), refusal)
                }
            })),
            Err(error) => {
                let refusal = Refusal::with(Reason::NotAManifest, error.to_string());
                entries.push(Entry::Unreadable(piece.place, refusal));
            }
        }
    }
    Ok(entries)
}

/// Everything that a source of Fleet's maintained apps has; its index describes none.
pub(crate) fn fleet(source: &str, web: &Web) -> Result<Vec<Entry>, CommandError> {
    let entry = |piece: Piece| match serde_json::from_str::<Value>(&piece.text) {
        Ok(value) if value.get("apps").is_some() => None,
        Ok(value) => Some(match fleet::app(&value, &piece.place) {
            Ok(app) => Entry::Fleet(Box::new(app)),
            Err(refusal) => Entry::Unreadable(piece.place, refusal),
        }),
        Err(error) => {
            let refusal = Refusal::with(Reason::NotAManifest, error.to_string());
            Some(Entry::Unreadable(piece.place, refusal))
        }
    };
    // An app is called as its folder, also where only the file in it is named.
    let here = std::path::absolute(source).ok().filter(|path| path.exists());
    let source = here.map_or_else(|| source.to_owned(), |path| path.display().to_string());
    Ok(pieces(&source, web, "json")?.into_iter().filter_map(entry).collect())
}

/// The name and the bucket of a manifest, by where it lies: `BUCKET/bucket/NAME.json`.
fn of_place(place: &str) -> (Option<String>, Option<String>) {
    let path = place.split(['?', '#']).next().unwrap_or(place).replace('\\', "/");
    let parts: Vec<&str> = path.split('/').filter(|part| !part.is_empty()).collect();
    let name = parts.last().and_then(|file| file.strip_suffix(".json")).map(str::to_owned);
    let folder = parts.iter().rposition(|part| *part == "bucket");
    // On the web the branch stands between the repository and its folder.
    let branches = ["master", "main", "HEAD"];
    let above =
        folder.and_then(|at| parts[..at].iter().rev().find(|part| !branches.contains(part)));
    let bucket = above.map(|name| name.to_lowercase()).filter(|name| name != "." && name != "..");
    (name, bucket.map(|name| name.trim_start_matches("scoop-").to_owned()))
}

pub(crate) fn is_address(source: &str) -> bool {
    source.starts_with("https://") || source.starts_with("http://")
}

fn pieces(source: &str, web: &Web, ending: &str) -> Result<Vec<Piece>, CommandError> {
    if source == "-" {
        let mut text = String::new();
        let read = std::io::stdin().lock().take(LARGEST).read_to_string(&mut text);
        read.map_err(|error| unreadable(error, "standard input"))?;
        return Ok(vec![Piece { place: "-".to_owned(), text }]);
    }
    if is_address(source) {
        return Ok(vec![Piece { place: source.to_owned(), text: web.text(source)? }]);
    }
    let path = Path::new(source);
    for packed in ["zst", "gz", "xz", "zip"] {
        if path.extension().is_some_and(|ending| ending == packed) {
            let error = anyhow::anyhow!("`{source}` is compressed");
            return Err(CommandError::usage(error).hint(
                "unpack it into the command: for example `zstdcat FILE | ordain import scoop -`",
            ));
        }
    }
    let about = fs::metadata(path).map_err(|error| unreadable(error, source))?;
    if about.is_file() {
        return Ok(vec![file(path)?]);
    }
    let mut all = Vec::new();
    walk(path, ending, 0, &mut all)?;
    if all.is_empty() {
        let error = anyhow::anyhow!("`{source}` holds no .{ending} file");
        return Err(
            CommandError::usage(error).hint("name a manifest, or the folder that holds them")
        );
    }
    Ok(all)
}

/// The files of a folder, by path; hidden and retired folders are left out.
fn walk(
    folder: &Path,
    ending: &str,
    depth: usize,
    all: &mut Vec<Piece>,
) -> Result<(), CommandError> {
    let shown = folder.display().to_string();
    let listed = fs::read_dir(folder).and_then(Iterator::collect::<Result<Vec<_>, _>>);
    let mut listed = listed.map_err(|error| unreadable(error, &shown))?;
    listed.sort_by_key(fs::DirEntry::file_name);
    for entry in listed {
        let path = entry.path();
        let name = entry.file_name().to_string_lossy().into_owned();
        let kind = entry.file_type().map_err(|error| unreadable(error, &shown))?;
        if kind.is_dir() && depth < DEEPEST && !name.starts_with('.') && name != "deprecated" {
            walk(&path, ending, depth + 1, all)?;
        } else if kind.is_file() && path.extension().is_some_and(|found| found == ending) {
            all.push(file(&path)?);
        }
    }
    Ok(())
}

/// The files of one winget package, named by one of them.
fn siblings(path: &Path) -> Result<Vec<Piece>, CommandError> {
    let name = path.file_name().unwrap_or_default().to_string_lossy();
    let stem = stem(&name);
    let folder =
        path.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
    let mut all = Vec::new();
    walk(folder, "yaml", DEEPEST, &mut all)?;
    all.retain(|piece| {
        let file = piece.place.rsplit(['/', '\\']).next().unwrap_or(&piece.place);
        self::stem(file) == stem
    });
    Ok(all)
}

/// `Google.Chrome` of each of its files' names.
fn stem(file: &str) -> &str {
    let bare = file.strip_suffix(".yaml").unwrap_or(file);
    let bare = bare.strip_suffix(".installer").unwrap_or(bare);
    bare.split_once(".locale.").map_or(bare, |(stem, _)| stem)
}

/// The same on the web, where no folder can be listed: the installers beside
/// the file that is named, and the texts in the default language.
fn siblings_on_the_web(address: &str, web: &Web) -> Result<Vec<Piece>, CommandError> {
    let (folder, file) = address.rsplit_once('/').unwrap_or(("", address));
    let first = Piece { place: address.to_owned(), text: web.text(address)? };
    let mut all = vec![first];
    let singleton = all[0].text.lines().any(|line| {
        line.strip_prefix("ManifestType:")
            .is_some_and(|kind| matches!(kind.trim(), "singleton" | "merged"))
    });
    if singleton {
        return Ok(all);
    }
    let stem = stem(file);
    for ending in ["installer", "locale.en-US"] {
        let place = format!("{folder}/{stem}.{ending}.yaml");
        if place == address {
            continue;
        }
        match web.text_if_there(&place)? {
            Some(text) => all.push(Piece { place, text }),
            None if ending == "installer" => {
                let error = anyhow::anyhow!("there is no `{place}`");
                return Err(
                    CommandError::failed(error).hint("name the package's installer manifest")
                );
            }
            None => {}
        }
    }
    Ok(all)
}

fn file(path: &Path) -> Result<Piece, CommandError> {
    let place = path.display().to_string();
    let large = fs::metadata(path).is_ok_and(|about| about.len() > LARGEST);
    if large {
        let error = anyhow::anyhow!("`{place}` is larger than {} MiB", LARGEST / 1024 / 1024);
        return Err(CommandError::failed(error).hint("split it, or name a folder of manifests"));
    }
    let bytes = fs::read(path).map_err(|error| unreadable(error, &place))?;
    let text = String::from_utf8_lossy(&bytes);
    let text = text.strip_prefix('\u{feff}').unwrap_or(&text).to_owned();
    Ok(Piece { place, text })
}

fn unreadable(error: std::io::Error, what: &str) -> CommandError {
    let hint = (error.kind() == ErrorKind::NotFound)
        .then_some("name a file, a folder, an https address, or `-`");
    let error = anyhow::Error::new(error).context(format!("`{what}` cannot be read"));
    CommandError::failed(error).hint_if(hint)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn places_tell_names_and_buckets() {
        let cases = [
            ("Main/bucket/7zip.json", Some("7zip"), Some("main")),
            ("/x/Extras/bucket/sub/vlc.json", Some("vlc"), Some("extras")),
            (
                "https://raw.githubusercontent.com/ScoopInstaller/Main/master/bucket/git.json",
                Some("git"),
                Some("main"),
            ),
            (
                "https://raw.githubusercontent.com/Calinou/scoop-games/master/bucket/x.json?a",
                Some("x"),
                Some("games"),
            ),
            ("own/tool.json", Some("tool"), None),
            ("./bucket/tool.json", Some("tool"), None),
            ("-", None, None),
        ];
        for (place, name, bucket) in cases {
            let found = of_place(place);
            assert_eq!((found.0.as_deref(), found.1.as_deref()), (name, bucket), "{place}");
        }
    }

    #[test]
    fn files_of_a_package_have_one_stem() {
        for file in ["A.B.yaml", "A.B.installer.yaml", "A.B.locale.en-US.yaml"] {
            assert_eq!(stem(file), "A.B");
        }
    }
}
