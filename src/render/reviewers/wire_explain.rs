//! A reviewer in the document that `laneway explain --format json` prints.

use schemars::JsonSchema;
use serde::Serialize;

use super::explain::{Explained, Fate, Step, fate_said};
use super::report::Report;
use super::says;
use super::wire::{UnmetReasonV1, WhoV1};
use crate::render::wire_reason::Because;

/// Why somebody is asked for a review, or is not.
#[derive(Debug, Serialize, JsonSchema)]
#[schemars(rename = "Reviewer")]
pub struct ReviewerSubjectV1<'a> {
    /// The name in the roster, or the name as it stands.
    pub name: &'a str,
    /// What they are.
    pub who: WhoV1,
    /// What people call them.
    pub title: Option<&'a str>,
    /// The names by which maps and lanes mean them.
    pub named_as: Vec<&'a str>,
    /// The requirements of the change that name them.
    pub requirements: Vec<StepV1<'a>>,
    /// Who stands behind the name.
    pub behind: Vec<BehindV1<'a>>,
    /// The seed that was drawn from.
    pub seed: &'a str,
    /// The day on which absences were looked up.
    pub date: String,
}

/// A requirement that names somebody.
#[derive(Debug, Serialize, JsonSchema)]
#[schemars(rename = "ReviewerStep")]
pub struct StepV1<'a> {
    /// Its place in the requirements of the review, counted from 0.
    pub requirement: usize,
    /// How many of whom, and at which files, in a sentence.
    pub text: String,
    /// What leads to it: files, row, domain, quorum.
    pub chains: &'a [Vec<String>],
    /// Who is asked and counts for it, or stands in.
    pub asked: Vec<&'a str>,
    /// Why it is not met; null where it is.
    pub unmet: Option<Because<UnmetReasonV1<'a>>>,
}

/// Somebody who stands behind a name.
#[derive(Debug, Serialize, JsonSchema)]
#[schemars(rename = "Behind")]
pub struct BehindV1<'a> {
    /// The name in the roster, or the name as it stands.
    pub name: &'a str,
    /// What they are.
    pub who: WhoV1,
    /// Whether they are asked.
    pub asked: bool,
    /// Why, or why not, in a sentence; `laneway reviewers` has the facts.
    pub text: String,
}

impl<'a> ReviewerSubjectV1<'a> {
    /// Lays out an explanation.
    pub fn new(report: &'a Report<'_>, explained: &'a Explained<'_>) -> Self {
        Self {
            name: explained.who.name(),
            who: (&explained.who).into(),
            title: explained.title,
            named_as: explained.named_as.iter().map(String::as_str).collect(),
            requirements: explained.steps.iter().map(|own| step(report, own)).collect(),
            behind: explained
                .behind
                .iter()
                .map(|(who, fate)| BehindV1 {
                    name: who.name(),
                    who: who.into(),
                    asked: matches!(fate, Fate::Asked(_)),
                    text: fate_said(*fate),
                })
                .collect(),
            seed: &report.known.seed,
            date: report.known.today.to_string(),
        }
    }
}

fn step<'a>(report: &Report<'_>, own: &'a Step<'_>) -> StepV1<'a> {
    StepV1 {
        requirement: own.at,
        text: says::requirement(own.requirement),
        chains: &own.chains,
        asked: own.asked.iter().map(|asked| asked.who.name()).collect(),
        unmet: own.unmet.map(|why| Because { reason: why.into(), text: says::unmet(why, report.known.most) }),
    }
}
