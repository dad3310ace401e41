//! Whether a branch that moved may be followed.
//!
//! Owns the comparison of the commit accepted last with the head found now.
//! History that was rewritten or exchanged is refused unless a person allowed
//! it; what the new commit says is not looked at here.

use git2::ErrorCode;

use crate::id::CommitId;
use crate::repository::Repository;

/// How a head moved since the commit that was accepted last.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Movement {
    /// Nothing was accepted before.
    First,
    /// It did not move.
    Same,
    /// The accepted commit is an ancestor of the head.
    FastForward {
        /// Commits that came on top.
        commits: usize,
    },
    /// The head was set back or exchanged for another line of commits.
    Rewritten {
        /// The newest commit that both have.
        base: CommitId,
        /// Accepted commits that the head no longer has.
        dropped: usize,
        /// Commits that it has instead; 0 when it was only set back.
        commits: usize,
    },
    /// Both have no commit in common: it is another history.
    Unrelated,
    /// The accepted commit is not in the repository any more, so that nothing
    /// can be said; a new repository may stand in the old one's place.
    Lost,
}

/// Why two heads could not be compared.
#[derive(Debug, thiserror::Error)]
pub enum HeadError {
    /// The head itself is not there.
    #[error("commit {id} is not in the repository")]
    NoHead {
        /// The head.
        id: CommitId,
    },
    /// The clone lacks the history between the two.
    #[error("the clone is shallow: its history does not reach back to commit {accepted}")]
    Shallow {
        /// The commit accepted last.
        accepted: CommitId,
    },
    /// Anything else that git reports.
    #[error("git could not compare the commits")]
    Git(#[from] git2::Error),
}

/// A movement that is not followed, in words for status and log.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Refusal {
    /// See [`Movement::Rewritten`].
    #[error("the branch was rewritten: {dropped} accepted commit(s) after {base} are gone from it")]
    Rewritten {
        /// The newest commit that both have.
        base: CommitId,
        /// Accepted commits that are gone.
        dropped: usize,
    },
    /// See [`Movement::Unrelated`].
    #[error("the branch now has a history that is unrelated to the accepted commit")]
    Unrelated,
    /// See [`Movement::Lost`].
    #[error("the accepted commit is no longer in the repository")]
    Lost,
}

impl Movement {
    /// How `head` stands to the commit accepted last.
    pub fn between(
        repository: &Repository,
        accepted: Option<CommitId>,
        head: CommitId,
    ) -> Result<Self, HeadError> {
        let git = &repository.git;
        if git.find_commit(head.0).is_err() {
            return Err(HeadError::NoHead { id: head });
        }
        let Some(accepted) = accepted else {
            return Ok(Self::First);
        };
        if accepted == head {
            return Ok(Self::Same);
        }
        if git.find_commit(accepted.0).is_err() {
            return if repository.is_shallow() {
                Err(HeadError::Shallow { accepted })
            } else {
                Ok(Self::Lost)
            };
        }
        let base = match git.merge_base(accepted.0, head.0) {
            Ok(base) => base,
            Err(error) if error.code() == ErrorCode::NotFound => {
                return if repository.is_shallow() {
                    Err(HeadError::Shallow { accepted })
                } else {
                    Ok(Self::Unrelated)
                };
            }
            Err(error) => return Err(error.into()),
        };
        let (commits, dropped) = git.graph_ahead_behind(head.0, accepted.0)?;
        Ok(if base == accepted.0 {
            Self::FastForward { commits }
        } else {
            Self::Rewritten { base: CommitId(base), dropped, commits }
        })
    }

    /// Lets ordinary movements pass; the others only with `allow_rewrites`.
    pub fn permit(self, allow_rewrites: bool) -> Result<Self, Refusal> {
        match self {
            Self::First | Self::Same | Self::FastForward { .. } => Ok(self),
            Self::Rewritten { .. } | Self::Unrelated | Self::Lost if allow_rewrites => Ok(self),
            Self::Rewritten { base, dropped, .. } => Err(Refusal::Rewritten { base, dropped }),
            Self::Unrelated => Err(Refusal::Unrelated),
            Self::Lost => Err(Refusal::Lost),
        }
    }
}
