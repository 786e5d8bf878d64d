//! The document that `laneway reviewers --format json` prints.

use std::collections::{BTreeMap, BTreeSet};

use schemars::JsonSchema;
use serde::Serialize;

use super::report::{Report, SaidBy};
use super::says;
use crate::id::DomainId;
use crate::policy::RosterBasis;
use crate::quorum::Need;
use crate::render::wire_part::{ChangeV1, Ids};
use crate::render::wire_reason::{Because, FilesV1, ReviewerReasonV1, RowV1, words};
use crate::review::Requirement;
use crate::reviewers::{Asked, Candidate, LeftOut, Passed, Unmet};
use crate::roster::Forge;

/// What the `schema` field of the document says.
pub const REVIEWERS_V1: &str = "laneway.reviewers/v1";

words! {
    /// Where the roster comes from.
    RosterBasisV1 of RosterBasis { MergeBase, External, Absent, NoBase }
}
words! {
    /// Where a word comes from that the roster does not know.
    SaidByV1 of SaidBy { Author, Load, Already }
}
words! {
    /// A forge.
    ForgeV1 of Forge { Github, Gitlab }
}

/// Whom to ask for a review of a change, and why them.
#[derive(Debug, Serialize, JsonSchema)]
#[schemars(rename = "Reviewers", title = "Laneway reviewers, version 1")]
pub struct ReviewersV1<'a> {
    /// The version of this document. Fields may be added to it; none is removed or changes its meaning.
    #[schemars(extend("const" = REVIEWERS_V1))]
    pub schema: &'static str,
    /// The digest of the route whose review it is.
    pub digest: &'a str,
    /// Where the change was read from.
    pub change: ChangeV1<'a>,
    /// The day on which absences were looked up.
    pub date: String,
    /// What the choice among equals was drawn from.
    pub seed: &'a str,
    /// How many are asked at most.
    pub most: usize,
    /// Who wrote the change, as it was said: they are not asked.
    pub authors: &'a BTreeSet<String>,
    /// The roster.
    pub roster: RosterV1,
    /// Whether an architecture review is forced that nobody is named for.
    pub lacks_architecture_reviewers: bool,
    /// How many of whom must look.
    pub requirements: Vec<RequirementV1<'a>>,
    /// Who is asked, the most needed first.
    pub asked: Vec<AskedV1<'a>>,
    /// Whether it is proved that no fewer people would do.
    pub exact: bool,
    /// Who could have been asked and is not.
    pub left_out: Vec<LeftOutV1<'a>>,
    /// What those asked do not satisfy.
    pub unmet: Vec<UnmetV1<'a>>,
    /// Names of maps and lanes that the roster does not know.
    pub unknown: &'a BTreeSet<String>,
    /// Words of arguments and files that the roster does not know.
    pub strangers: Vec<StrangerV1<'a>>,
    /// What else is to be said, in sentences for people.
    pub notes: &'a [String],
}

/// The roster.
#[derive(Debug, Serialize, JsonSchema)]
#[schemars(rename = "Roster")]
pub struct RosterV1 {
    /// Where it comes from.
    pub basis: RosterBasisV1,
    /// How many people it has.
    pub people: usize,
    /// How many teams.
    pub teams: usize,
}

/// How many of whom must look.
#[derive(Debug, Serialize, JsonSchema)]
#[schemars(rename = "Requirement")]
pub struct RequirementV1<'a> {
    /// How many.
    pub need: NeedV1,
    /// Of whom: names of maps and lanes.
    pub of: &'a BTreeSet<String>,
    /// For which domains.
    pub domains: Ids<'a, DomainId>,
    /// At which files; null where it is about the whole change.
    pub files: Option<FilesV1<'a>>,
    /// Why.
    pub because: Vec<Because<ReviewerReasonV1<'a>>>,
    /// The rows by which its domains are reached.
    pub rows: Vec<RowV1<'a>>,
    /// Whether those asked satisfy it.
    pub met: bool,
    /// Who of those asked counts for it, by name.
    pub asked: Vec<&'a str>,
}

/// How many of the names.
#[derive(Debug, Serialize, JsonSchema)]
#[serde(tag = "kind", rename_all = "snake_case")]
#[schemars(rename = "Need")]
pub enum NeedV1 {
    /// One of them is enough.
    Any,
    /// Each of them; of a team, one of its people.
    All,
    /// So many people of them.
    AtLeast {
        /// How many.
        people: u32,
    },
}

impl From<Need> for NeedV1 {
    fn from(need: Need) -> Self {
        match need {
            Need::Any => Self::Any,
            Need::All => Self::All,
            Need::AtLeast(people) => Self::AtLeast { people },
        }
    }
}

/// What somebody is.
#[derive(Clone, Copy, Debug, Serialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
#[schemars(rename = "Who")]
pub enum WhoV1 {
    /// A person of the roster.
    Person,
    /// A team of the roster that lists nobody, asked as a whole.
    Team,
    /// A name that the roster does not know, asked as it stands.
    Unknown,
}

impl From<&Candidate> for WhoV1 {
    fn from(who: &Candidate) -> Self {
        match who {
            Candidate::Person(_) => Self::Person,
            Candidate::Team(_) => Self::Team,
            Candidate::Unknown(_) => Self::Unknown,
        }
    }
}

/// Somebody who is asked.
#[derive(Debug, Serialize, JsonSchema)]
#[schemars(rename = "Asked")]
pub struct AskedV1<'a> {
    /// The name in the roster, or the name as it stands.
    pub name: &'a str,
    /// What they are.
    pub who: WhoV1,
    /// What people call them.
    pub title: Option<&'a str>,
    /// Their handles, by forge.
    pub handles: BTreeMap<ForgeV1, &'a str>,
    /// The requirements that they count for, by their place in `requirements`, counted from 0.
    pub counts_for: &'a BTreeSet<usize>,
    /// The requirements whose own people cannot look, so that they stand in.
    pub stands_in_for: &'a BTreeSet<usize>,
    /// What decided for them.
    pub because: Because<PassedV1>,
    /// The next best who would have done as well.
    pub before: Option<&'a str>,
    /// Their open reviews.
    pub open: u32,
    /// How many they take.
    pub capacity: Option<u32>,
    /// Whether they are asked beyond that, because the roster has nobody else left.
    pub over_capacity: bool,
}

/// What decided.
#[derive(Debug, Serialize, JsonSchema)]
#[serde(tag = "kind", rename_all = "snake_case")]
#[schemars(rename = "Passed")]
pub enum PassedV1 {
    /// Nobody else can count for what they count for.
    Only,
    /// Nobody else who is left counts for all that they count for.
    CoversMore,
    /// They were asked before, or have looked already.
    Already,
    /// They are a person of the roster, and the others are not.
    Rostered,
    /// They have fewer open reviews for their capacity.
    LessLoad,
    /// They wrote more of what changes.
    Authorship {
        /// How many lines, or commits.
        wrote: u64,
    },
    /// Drawn among equals by the seed.
    Drawn {
        /// How many equals, they included.
        among: usize,
    },
    /// Stands in where nobody who is named can look.
    StandsIn,
}

impl From<Passed> for PassedV1 {
    fn from(passed: Passed) -> Self {
        match passed {
            Passed::Only => Self::Only,
            Passed::CoversMore => Self::CoversMore,
            Passed::Already => Self::Already,
            Passed::Rostered => Self::Rostered,
            Passed::LessLoad => Self::LessLoad,
            Passed::Authorship { wrote } => Self::Authorship { wrote },
            Passed::Drawn { among } => Self::Drawn { among },
            Passed::StandsIn => Self::StandsIn,
        }
    }
}

/// Somebody who is not asked.
#[derive(Debug, Serialize, JsonSchema)]
#[schemars(rename = "LeftOut")]
pub struct LeftOutV1<'a> {
    /// The name in the roster, or the name as it stands.
    pub name: &'a str,
    /// What they are.
    pub who: WhoV1,
    /// Why.
    pub because: Because<LeftOutReasonV1<'a>>,
}

/// Why somebody is not asked.
#[derive(Debug, Serialize, JsonSchema)]
#[serde(tag = "kind", rename_all = "snake_case")]
#[schemars(rename = "LeftOutReason")]
pub enum LeftOutReasonV1<'a> {
    /// Wrote the change.
    Author,
    /// Is away.
    Absent {
        /// The last day, where it is known.
        until: Option<String>,
        /// Why.
        reason: Option<&'a str>,
    },
    /// Has as many open reviews as they take.
    AtCapacity {
        /// The open reviews.
        open: u32,
        /// How many they take.
        capacity: u32,
    },
    /// Others who are asked are enough.
    NotNeeded,
    /// As many as may be asked are asked.
    Most,
}

impl<'a> From<&'a LeftOut> for LeftOutReasonV1<'a> {
    fn from(why: &'a LeftOut) -> Self {
        match why {
            LeftOut::Author => Self::Author,
            LeftOut::Absent { until, reason } => {
                Self::Absent { until: until.map(|day| day.to_string()), reason: reason.as_deref() }
            }
            LeftOut::AtCapacity { open, capacity } => Self::AtCapacity { open: *open, capacity: *capacity },
            LeftOut::NotNeeded => Self::NotNeeded,
            LeftOut::Most => Self::Most,
        }
    }
}

/// A requirement that those asked do not satisfy.
#[derive(Debug, Serialize, JsonSchema)]
#[schemars(rename = "Unmet")]
pub struct UnmetV1<'a> {
    /// Which, by its place in `requirements`, counted from 0.
    pub requirement: usize,
    /// Why.
    pub because: Because<UnmetReasonV1<'a>>,
}

/// Why a requirement is not satisfied.
#[derive(Debug, Serialize, JsonSchema)]
#[serde(tag = "kind", rename_all = "snake_case")]
#[schemars(rename = "UnmetReason")]
pub enum UnmetReasonV1<'a> {
    /// It names nobody.
    NobodyNamed,
    /// Nobody behind these of its names can look.
    NobodyLeft {
        /// The names.
        names: &'a BTreeSet<String>,
    },
    /// Fewer people than it needs can look.
    TooFew {
        /// How many it needs.
        needed: u32,
        /// How many can look.
        left: u32,
    },
    /// As many as may be asked are asked.
    Most,
}

impl<'a> From<&'a Unmet> for UnmetReasonV1<'a> {
    fn from(why: &'a Unmet) -> Self {
        match why {
            Unmet::NobodyNamed => Self::NobodyNamed,
            Unmet::NobodyLeft { names } => Self::NobodyLeft { names },
            Unmet::TooFew { needed, left } => Self::TooFew { needed: *needed, left: *left },
            Unmet::Most => Self::Most,
        }
    }
}

/// A word that the roster does not know.
#[derive(Debug, Serialize, JsonSchema)]
#[schemars(rename = "Stranger")]
pub struct StrangerV1<'a> {
    /// The word.
    pub word: &'a str,
    /// Where it comes from.
    pub said_by: SaidByV1,
}

impl<'a> From<&'a Report<'_>> for ReviewersV1<'a> {
    fn from(report: &'a Report<'_>) -> Self {
        let choice = report.choice;
        let requirements = report.requirements().iter().enumerate();
        Self {
            schema: REVIEWERS_V1,
            digest: report.digest,
            change: report.route.into(),
            date: report.known.today.to_string(),
            seed: &report.known.seed,
            most: report.known.most,
            authors: &report.known.authors,
            roster: RosterV1 {
                basis: report.basis.into(),
                people: report.roster.people.len(),
                teams: report.roster.teams.len(),
            },
            lacks_architecture_reviewers: report.lacks_architects(),
            requirements: requirements.map(|(at, own)| requirement(report, at, own)).collect(),
            asked: choice.asked.iter().map(|own| asked(report, own)).collect(),
            exact: choice.exact,
            left_out: choice.left_out.iter().map(left_out).collect(),
            unmet: choice
                .unmet
                .iter()
                .map(|(&requirement, why)| UnmetV1 {
                    requirement,
                    because: Because { reason: why.into(), text: says::unmet(why, report.known.most) },
                })
                .collect(),
            unknown: &choice.unknown,
            strangers: report
                .strangers
                .iter()
                .map(|(by, word)| StrangerV1 { word, said_by: (*by).into() })
                .collect(),
            notes: report.notes,
        }
    }
}

fn requirement<'a>(report: &'a Report<'_>, at: usize, own: &'a Requirement) -> RequirementV1<'a> {
    let asked = report.choice.asked.iter().filter(|asked| asked.counts_for.contains(&at));
    let mut rows: Vec<_> = own.domains.iter().flat_map(|domain| report.rows(domain)).collect();
    rows.sort_unstable();
    rows.dedup();
    RequirementV1 {
        need: own.quorum.need.into(),
        of: &own.quorum.of,
        domains: Ids(&own.domains),
        files: own.files.as_ref().map(FilesV1::from),
        because: own.because.iter().map(Because::from).collect(),
        rows: rows.into_iter().map(RowV1::from).collect(),
        met: !report.choice.unmet.contains_key(&at),
        asked: asked.map(|asked| asked.who.name()).collect(),
    }
}

fn asked<'a>(report: &'a Report<'_>, own: &'a Asked) -> AskedV1<'a> {
    let handles = report.handles(&own.who).into_iter().flatten();
    AskedV1 {
        name: own.who.name(),
        who: (&own.who).into(),
        title: report.title(&own.who),
        handles: handles.map(|(forge, handle)| ((*forge).into(), handle.as_str())).collect(),
        counts_for: &own.counts_for,
        stands_in_for: &own.stands_in_for,
        because: Because { reason: own.because.into(), text: says::passed(own) },
        before: own.before.as_ref().map(Candidate::name),
        open: own.open,
        capacity: own.capacity,
        over_capacity: own.over_capacity,
    }
}

fn left_out<'a>((who, why): (&'a Candidate, &'a LeftOut)) -> LeftOutV1<'a> {
    LeftOutV1 {
        name: who.name(),
        who: who.into(),
        because: Because { reason: why.into(), text: says::left_out(why) },
    }
}
