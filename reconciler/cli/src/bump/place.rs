//! Where a catalogue's repository can be read: a clone, GitHub, or a mirror
//! that answers as GitHub does.

use std::fs;
use std::io::ErrorKind;
use std::path::PathBuf;

use serde_json::Value;

use crate::client::segment;
use crate::error::CommandError;
use crate::web::Web;

/// A repository of manifests.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Place {
    /// A folder with the repository's files.
    Folder(PathBuf),
    /// A repository at GitHub, `OWNER/NAME`.
    GitHub(String),
    /// An address below which files have their paths; a folder's path answers
    /// with a JSON list of names.
    Mirror(String),
}

impl Place {
    /// What a person wrote: a folder, a repository's page at GitHub, or a mirror.
    pub(crate) fn of(written: &str) -> Self {
        let bare = written.trim_end_matches('/');
        if let Some(name) = bare.strip_prefix("https://github.com/") {
            return Self::GitHub(name.trim_end_matches(".git").to_owned());
        }
        if crate::catalogue::pieces::is_address(bare) {
            return Self::Mirror(bare.to_owned());
        }
        Self::Folder(PathBuf::from(written))
    }

    /// The names in a folder; none where there is no such folder.
    pub(crate) fn list(
        &self,
        path: &[&str],
        web: &Web,
        github: &str,
    ) -> Result<Option<Vec<String>>, CommandError> {
        let address = match self {
            Self::Folder(root) => {
                return listed(&path.iter().fold(root.clone(), |at, part| at.join(part)));
            }
            Self::GitHub(name) => format!("{github}/repos/{name}/contents/{}", joined(path)),
            Self::Mirror(base) => format!("{base}/{}", joined(path)),
        };
        let Some(text) = web.text_if_there(&address)? else { return Ok(None) };
        let answer: Value = serde_json::from_str(&text).unwrap_or_default();
        let Value::Array(entries) = answer else {
            let error = anyhow::anyhow!("`{address}` answers no list of files");
            return Err(CommandError::failed(error)
                .hint("a mirror answers a folder with a JSON list of names, as GitHub's contents API does"));
        };
        let name = |entry: &Value| entry.get("name").unwrap_or(entry).as_str().map(str::to_owned);
        Ok(Some(entries.iter().filter_map(name).collect()))
    }

    /// A file's text; none where there is no such file.
    pub(crate) fn file(&self, path: &[&str], web: &Web) -> Result<Option<String>, CommandError> {
        match self {
            Self::Folder(root) => {
                let place = path.iter().fold(root.clone(), |at, part| at.join(part));
                match fs::read_to_string(&place) {
                    Ok(text) => Ok(Some(text)),
                    Err(error) if error.kind() == ErrorKind::NotFound => Ok(None),
                    Err(error) => Err(unreadable(error, &place)),
                }
            }
            Self::GitHub(name) => web.text_if_there(&format!(
                "https://raw.githubusercontent.com/{name}/HEAD/{}",
                joined(path)
            )),
            Self::Mirror(base) => web.text_if_there(&format!("{base}/{}", joined(path))),
        }
    }
}

fn joined(path: &[&str]) -> String {
    path.iter().map(|part| segment(part)).collect::<Vec<_>>().join("/")
}

fn listed(place: &std::path::Path) -> Result<Option<Vec<String>>, CommandError> {
    let read = fs::read_dir(place).and_then(|entries| {
        entries.map(|entry| Ok(entry?.file_name().to_string_lossy().into_owned())).collect()
    });
    match read {
        Ok(names) => Ok(Some(names)),
        Err(error) if matches!(error.kind(), ErrorKind::NotFound | ErrorKind::NotADirectory) => {
            Ok(None)
        }
        Err(error) => Err(unreadable(error, place)),
    }
}

fn unreadable(error: std::io::Error, place: &std::path::Path) -> CommandError {
    CommandError::failed(
        anyhow::Error::new(error).context(format!("`{}` cannot be read", place.display())),
    )
}

/// Whether a name of a catalogue is a plain part of a path.
pub(crate) fn is_plain(part: &str) -> bool {
    let inner =
        |sign: char| !sign.is_control() && !matches!(sign, '/' | '\\' | ':' | '?' | '*' | '"');
    !part.is_empty() && part != "." && part != ".." && part.chars().all(inner)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn places_as_they_are_written() {
        assert_eq!(Place::of("https://github.com/a/b.git"), Place::GitHub("a/b".to_owned()));
        assert_eq!(
            Place::of("https://mirror.example/x/"),
            Place::Mirror("https://mirror.example/x".to_owned())
        );
        assert_eq!(Place::of("../winget-pkgs"), Place::Folder(PathBuf::from("../winget-pkgs")));
    }
}
