//! A configuration repository: files, and commits of them.

use std::path::{Path, PathBuf};

use git2::{IndexAddOption, Repository, RepositoryInitOptions, Signature, Time};

/// A repository with a work tree.
pub(crate) struct Configured {
    pub(crate) place: PathBuf,
    git: Repository,
}

impl Configured {
    pub(crate) fn new(place: &Path) -> Self {
        let mut options = RepositoryInitOptions::new();
        options.initial_head("main");
        let git = Repository::init_opts(place, &options).expect("a repository");
        Self { place: place.to_owned(), git }
    }

    pub(crate) fn write(&self, path: &str, text: &str) {
        let path = self.place.join(path);
        std::fs::create_dir_all(path.parent().expect("below the repository")).expect("a folder");
        std::fs::write(path, text).expect("writable");
    }

    pub(crate) fn remove(&self, path: &str) {
        std::fs::remove_file(self.place.join(path)).expect("a file");
    }

    /// Commits everything; the same files at the same second make the same commit.
    pub(crate) fn commit(&self, seconds: i64) -> String {
        let mut index = self.git.index().expect("an index");
        index.add_all(["*"], IndexAddOption::DEFAULT, None).expect("added");
        index.update_all(["*"], None).expect("removed");
        let tree = index.write_tree().expect("a tree");
        index.write().expect("written");
        let tree = self.git.find_tree(tree).expect("just written");
        let who = Signature::new("Test", "test@example.org", &Time::new(seconds, 0));
        let who = who.expect("a name");
        let head = self.git.head().ok().and_then(|head| head.peel_to_commit().ok());
        let parents: Vec<&git2::Commit<'_>> = head.iter().collect();
        let commit = self.git.commit(Some("HEAD"), &who, &who, "a commit", &tree, &parents);
        commit.expect("committed").to_string()
    }
}
