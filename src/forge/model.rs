//! What is to hold on a forge, and what came of it.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;

use crate::fault::Fault;
use crate::forge::call::Call;
use crate::roster::Forge;

/// What is to hold on a pull or merge request.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Posting {
    /// People to ask, by their handle on the forge, without `@`.
    pub people: BTreeSet<String>,
    /// Teams to ask, as `org/team` or by their slug; on GitLab there are none.
    pub teams: BTreeSet<String>,
    /// The comment, as Markdown; updated in place.
    pub comment: String,
    /// The status of the head commit.
    pub status: Status,
}

/// A commit status.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Status {
    /// How it stands.
    pub state: State,
    /// One line; what the forge has no room for is cut.
    pub description: String,
    /// Where more is to be read; the run of the CI, where this is `None`.
    pub target_url: Option<String>,
}

/// How a commit status stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum State {
    /// The route is decided.
    Success,
    /// It could not be decided.
    Error,
}

/// The pull or merge request that a CI's run is about, from its variables and its event.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Context {
    /// Which forge.
    pub forge: Forge,
    /// The root of its API, without a `/` at the end: `https://api.github.com`, `https://gitlab.com/api/v4`.
    pub api: String,
    /// `owner/repository` on GitHub; the numeric id or the full path of the project on GitLab.
    pub project: String,
    /// The number of the pull request, or the `iid` of the merge request.
    pub number: u64,
    /// The head commit that the run is about. Where the pull request has moved on since, only its status is set.
    pub head: Option<String>,
    /// The handle of its author, without `@`.
    pub author: Option<String>,
    /// The page of the CI's run.
    pub run_url: Option<String>,
    /// Says whether it comes from a fork, so that the token may not write.
    pub fork: bool,
}

/// What flags say of the pull request; it beats what the CI says.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Target {
    /// Which forge.
    pub forge: Option<Forge>,
    /// The root of its API.
    pub api: Option<String>,
    /// `owner/repository`, or GitLab's id or path of the project.
    pub project: Option<String>,
    /// The number of the pull request, or the `iid` of the merge request.
    pub number: Option<u64>,
}

/// How it is posted.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Options {
    /// Ask for reviews of a draft too.
    pub drafts: bool,
    /// Read, and make no call that writes.
    pub dry_run: bool,
    /// The login that the token writes as, where the forge does not tell.
    pub login: Option<String>,
}

/// What came of it.
#[derive(Clone, Debug, Default)]
pub struct Outcome {
    /// The calls that were made and accepted; of a dry run, those that would be made.
    pub calls: Vec<Call>,
    /// Who could not be asked, and why.
    pub refused: BTreeMap<String, String>,
    /// What else is to be said.
    pub notes: Vec<Note>,
    /// The comment, where the token of a fork's pull request may not write it.
    pub unposted: Option<String>,
    /// What the forge refused. What it accepted is in [`calls`](Self::calls) all the same.
    pub faults: Vec<Fault>,
}

/// What is to be said of a posting besides its calls.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Note {
    /// The pull request is not open: nothing was posted.
    Closed {
        /// The forge's word for how it stands.
        state: String,
    },
    /// It is a draft: nobody was asked.
    Draft,
    /// It has a newer head: only the status of the older one was set.
    Stale {
        /// The head of the run.
        head: String,
        /// The head that it has now.
        now: String,
    },
    /// The comment was cut.
    CommentCut {
        /// How many characters it had.
        characters: usize,
        /// How many the forge takes.
        most: usize,
    },
    /// The token may not write, as is usual for a fork.
    ReadOnly {
        /// What the forge said.
        message: String,
    },
    /// The forge wrote the comment as somebody else than expected.
    OtherLogin {
        /// The login that comments were looked for by.
        expected: String,
        /// The login that wrote.
        wrote: String,
    },
}

impl fmt::Display for Note {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Closed { state } => write!(f, "it is {state}: nothing is posted"),
            Self::Draft => f.write_str("it is a draft: nobody is asked yet; --drafts asks all the same"),
            Self::Stale { head, now } => write!(
                f,
                "its head is {now} by now: of this run, which is about {head}, only the commit status is posted"
            ),
            Self::CommentCut { characters, most } => {
                write!(f, "the comment has {characters} characters and is cut: the forge takes {most}")
            }
            Self::ReadOnly { message } => write!(
                f,
                "the token may not write here, as is usual for a fork: {message}. Nothing is lost: the comment goes to \
                 the job's summary"
            ),
            Self::OtherLogin { expected, wrote } => write!(
                f,
                "the token writes as `{wrote}`, not as `{expected}`: --as {wrote} saves a call each run"
            ),
        }
    }
}
