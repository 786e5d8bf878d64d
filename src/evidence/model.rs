//! One gate's result in one run.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;

use jiff::Timestamp;

use crate::digest::{CommitHash, Digest};
use crate::id::GateId;
use crate::posture::Drift;

/// What became of a gate.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum GateResult {
    /// It ran, and holds.
    Pass,
    /// It ran, and does not hold.
    Fail,
    /// It holds in part: a risk remains, or several runs disagree.
    Partial,
    /// It could not run: a need failed, the run was cancelled, the environment was not there.
    Blocked,
    /// It should have run, and nothing says that it did.
    Missing,
    /// It has nothing to say about this change.
    NotApplicable,
}

impl GateResult {
    /// Every result, in the order of the documentation.
    pub const ALL: [Self; 6] =
        [Self::Pass, Self::Fail, Self::Partial, Self::Blocked, Self::Missing, Self::NotApplicable];

    /// Returns the word of documents.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Pass => "pass",
            Self::Fail => "fail",
            Self::Partial => "partial",
            Self::Blocked => "blocked",
            Self::Missing => "missing",
            Self::NotApplicable => "not_applicable",
        }
    }

    /// Reads the word of documents.
    pub fn parse(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|result| result.as_str() == word)
    }
}

impl fmt::Display for GateResult {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.as_str().fmt(f)
    }
}

/// Whether a gate ran for this record.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Origin {
    /// It did.
    Executed,
    /// It did not: a record of an earlier run is cited, which must itself be of an executed pass.
    Reused {
        /// The digest of that record.
        from: Digest,
    },
}

/// What a record is about.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Subjects {
    /// The commit.
    pub commit: CommitHash,
    /// Manifests and images that the result holds for as well, by name: whoever ships the same bytes may cite it.
    pub artifacts: BTreeMap<String, Digest>,
}

/// Part `index` of `total`, counted from 1.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Shard {
    /// Which one.
    pub index: u32,
    /// Of how many.
    pub total: u32,
}

impl Shard {
    /// The one part of a run that is not divided.
    pub const WHOLE: Self = Self { index: 1, total: 1 };
}

/// A file that a run left, by its digest: a report, a log, an image.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Artifact {
    /// What it is called.
    pub name: String,
    /// Its digest.
    pub digest: Digest,
}

/// What wrote a record.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Tool {
    /// Its name: `laneway`, `junit`, `github-actions`.
    pub name: String,
    /// Its version, where it says one.
    pub version: Option<String>,
}

/// Where a remote validation failed.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Phase {
    /// The phase.
    pub phase: String,
    /// As whom it ran.
    pub principal: String,
    /// In which project.
    pub project: String,
    /// By which the logs of both sides are found.
    pub correlation_id: String,
    /// What is done about it.
    pub resolution: Resolution,
}

impl fmt::Display for Phase {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { phase, principal, project, correlation_id, resolution } = self;
        write!(f, "phase {phase}, as {principal} in project {project}, correlation id {correlation_id}; ")?;
        match resolution {
            Resolution::ForwardFix(what) => write!(f, "forward fix: {what}"),
            Resolution::Rollback(what) => write!(f, "rollback: {what}"),
        }
    }
}

/// What is done about a failure.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Resolution {
    /// It is mended in what comes next.
    ForwardFix(String),
    /// What was shipped is taken back.
    Rollback(String),
}

/// The name of a run: of a CI's build, or of one on a developer's machine. Letters, digits, `-` and `_`, at most 100.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct RunId(String);

impl RunId {
    /// Takes a name, or says what is wrong with it. It becomes part of a path.
    pub fn parse(text: &str) -> Result<Self, String> {
        let plain = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_');
        match text {
            "" => Err("it is empty".to_owned()),
            long if long.len() > 100 => Err("it has more than 100 characters".to_owned()),
            text if text.bytes().all(plain) => Ok(Self(text.to_owned())),
            _ => Err("it may have letters, digits, `-` and `_`".to_owned()),
        }
    }

    /// Returns the name.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for RunId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

impl fmt::Debug for RunId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

/// One gate's result in one run.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Record {
    /// What it is about.
    pub subjects: Subjects,
    /// The gate.
    pub gate: GateId,
    /// The digest of the plan that it is for.
    pub plan: Digest,
    /// The release profile, where there is one.
    pub profile: Option<String>,
    /// The environment, where there is one.
    pub environment: Option<String>,
    /// What became of the gate.
    pub result: GateResult,
    /// Whether it ran.
    pub origin: Origin,
    /// Who answers for it.
    pub owner: String,
    /// What kinds of evidence it is.
    pub evidence_types: BTreeSet<String>,
    /// What the run left, sorted by name.
    pub artifacts: Vec<Artifact>,
    /// What was run.
    pub command: Option<String>,
    /// Why it is no pass; there for every other result.
    pub missing_reason: Option<String>,
    /// The run.
    pub run: RunId,
    /// Which try of the run, counted from 1.
    pub attempt: u32,
    /// Which part of it.
    pub shard: Shard,
    /// When it began.
    pub started: Timestamp,
    /// When it ended.
    pub finished: Timestamp,
    /// From when on it does not count any more.
    pub valid_until: Option<Timestamp>,
    /// What wrote it.
    pub tool: Tool,
    /// Where a remote validation failed.
    pub failure: Option<Phase>,
    /// How far things have drifted.
    pub drift: Option<Drift>,
}
