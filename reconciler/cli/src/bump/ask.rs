//! Asking a source for the newest version that it has.

use ordain_schema::document::{Feed, VersionScheme};

use super::offer::Offer;
use super::place::Place;
use super::{feed, fleet, github, scoop, winget};
use crate::error::CommandError;
use crate::web::Web;

/// Where a document says newer versions are.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Ask<'a> {
    /// A package of winget's.
    Winget(&'a str),
    /// `BUCKET/NAME` of scoop's.
    Scoop(&'a str),
    /// `NAME/windows` or `NAME/darwin` of Fleet's maintained apps.
    Fleet(&'a str),
    /// The releases of `OWNER/NAME` at GitHub.
    GitHub(&'a str),
    /// A JSON feed.
    Feed(&'a Feed),
}

/// The places that are asked.
pub(crate) struct Sources<'a> {
    /// winget's repository.
    pub winget: &'a Place,
    /// Fleet's repository.
    pub fleet: &'a Place,
    /// The scoop buckets, where they are not where scoop knows them.
    pub scoop: Option<&'a Place>,
    /// Whether makers are asked where a scoop manifest says how.
    pub upstream: bool,
    /// The address of GitHub's API.
    pub github: &'a str,
    /// The way to all of them.
    pub web: &'a Web,
}

impl Ask<'_> {
    /// What is asked, for people: `winget Google.Chrome`.
    pub(crate) fn shown(&self) -> String {
        match self {
            Self::Winget(id) => format!("winget {id}"),
            Self::Scoop(id) => format!("scoop {id}"),
            Self::Fleet(slug) => format!("fleet {slug}"),
            Self::GitHub(id) => format!("github {id}"),
            Self::Feed(feed) => format!("feed {}", feed.url),
        }
    }

    /// The newest version; none where the source knows no such thing.
    pub(crate) fn newest(
        &self,
        scheme: VersionScheme,
        sources: &Sources<'_>,
    ) -> Result<Option<Offer>, CommandError> {
        match self {
            Self::Winget(id) => winget::newest(id, sources),
            Self::Scoop(id) => scoop::newest(id, sources),
            Self::Fleet(slug) => fleet::newest(slug, sources),
            Self::GitHub(id) => github::newest(id, sources),
            Self::Feed(feed) => feed::newest(feed, scheme, sources),
        }
    }
}
