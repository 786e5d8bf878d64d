//! Who must look, as the JSON documents have it.

use schemars::JsonSchema;
use serde::Serialize;

use super::wire_part::Ids;
use super::wire_reason::{Because, FilesV1, ReviewReasonV1, ReviewerReasonV1};
use crate::id::DomainId;
use crate::quorum::Need;
use crate::review::{Requirement, Review, Reviewer};

/// Who must look.
#[derive(Debug, Serialize, JsonSchema)]
#[schemars(rename = "Review")]
pub struct ReviewV1<'a> {
    /// The architecture review.
    pub architecture: ArchitectureV1<'a>,
    /// Everyone who must look, by name.
    pub reviewers: Vec<ReviewerV1<'a>>,
    /// How many of whom must look, each once: all of these must be met.
    pub requirements: Vec<RequirementV1<'a>>,
}

/// The architecture review.
#[derive(Debug, Serialize, JsonSchema)]
#[schemars(rename = "Architecture")]
pub struct ArchitectureV1<'a> {
    /// Whether it is forced.
    pub required: bool,
    /// Why.
    pub because: Vec<Because<ReviewReasonV1<'a>>>,
    /// Who the architecture reviewers are.
    pub reviewers: Ids<'a, String>,
}

/// Someone who must look.
#[derive(Debug, Serialize, JsonSchema)]
#[schemars(rename = "Reviewer")]
pub struct ReviewerV1<'a> {
    /// A person or a team.
    pub owner: &'a str,
    /// For which domains.
    pub domains: Ids<'a, DomainId>,
    /// At which files; null for the architecture reviewers, who look at the whole.
    pub files: Option<FilesV1<'a>>,
    /// Why.
    pub because: Vec<Because<ReviewerReasonV1<'a>>>,
}

/// How many of those named must look.
#[derive(Clone, Copy, Debug, Serialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
#[schemars(rename = "Need")]
pub enum NeedV1 {
    /// One of them.
    Any,
    /// Each of them; of a team, one of its people is enough.
    All,
    /// So many people of them.
    AtLeast,
}

/// Some of those named, who must look.
#[derive(Debug, Serialize, JsonSchema)]
#[schemars(rename = "Requirement")]
pub struct RequirementV1<'a> {
    /// How many.
    pub need: NeedV1,
    /// How many people, where `need` is `at_least`; otherwise null.
    pub at_least: Option<u32>,
    /// Of whom: people and teams.
    pub of: Ids<'a, String>,
    /// For which domains.
    pub domains: Ids<'a, DomainId>,
    /// At which files; null where it is about the whole change.
    pub files: Option<FilesV1<'a>>,
    /// Why.
    pub because: Vec<Because<ReviewerReasonV1<'a>>>,
}

impl<'a> From<&'a Requirement> for RequirementV1<'a> {
    fn from(requirement: &'a Requirement) -> Self {
        let (need, at_least) = match requirement.quorum.need {
            Need::Any => (NeedV1::Any, None),
            Need::All => (NeedV1::All, None),
            Need::AtLeast(people) => (NeedV1::AtLeast, Some(people)),
        };
        Self {
            need,
            at_least,
            of: Ids(&requirement.quorum.of),
            domains: Ids(&requirement.domains),
            files: requirement.files.as_ref().map(FilesV1::from),
            because: requirement.because.iter().map(Because::from).collect(),
        }
    }
}

impl<'a> From<&'a Review> for ReviewV1<'a> {
    fn from(review: &'a Review) -> Self {
        Self {
            architecture: ArchitectureV1 {
                required: !review.architecture.is_empty(),
                because: review.architecture.iter().map(Because::from).collect(),
                reviewers: Ids(&review.architecture_reviewers),
            },
            reviewers: review.reviewers.iter().map(ReviewerV1::from).collect(),
            requirements: review.requirements.iter().map(RequirementV1::from).collect(),
        }
    }
}

impl<'a> From<(&'a String, &'a Reviewer)> for ReviewerV1<'a> {
    fn from((owner, reviewer): (&'a String, &'a Reviewer)) -> Self {
        Self {
            owner,
            domains: Ids(&reviewer.domains),
            files: reviewer.files.as_ref().map(FilesV1::from),
            because: reviewer.because.iter().map(Because::from).collect(),
        }
    }
}
