//! A promotion for programs: one JSON document, and its schema.

use std::io::{self, Write};

use schemars::JsonSchema;
use serde::Serialize;

use super::Report;
use crate::release::promotion::{Claim, Condition, Found, State};
use crate::render::json::schema_of;
use crate::render::verdict::Kept;

/// What the `schema` field of the document says.
pub const PROMOTION_V1: &str = "laneway.promotion/v1";

/// Writes the document on one line.
pub fn write(out: &mut impl Write, report: &Report<'_>) -> io::Result<()> {
    serde_json::to_writer(&mut *out, &PromotionV1::from(report))?;
    out.write_all(b"\n")
}

/// Returns the JSON Schema of the document, as `schemas/promotion.v1.json` has it.
pub fn schema() -> io::Result<String> {
    schema_of::<PromotionV1<'static>>("urn:laneway:promotion:v1")
}

/// Whether a domain may be promoted on its own.
#[derive(Debug, Serialize, JsonSchema)]
#[schemars(rename = "Promotion", title = "Laneway promotion, version 1")]
struct PromotionV1<'a> {
    /// The version of this document. Fields may be added to it; none is removed or changes its meaning.
    #[schemars(extend("const" = PROMOTION_V1))]
    schema: &'static str,
    /// The domain.
    domain: &'a str,
    /// What is claimed of it.
    claim: ClaimV1,
    /// The commit.
    commit: String,
    /// The digest of the plan that the verdict is kept under.
    plan: String,
    /// What it comes to.
    outcome: &'static str,
    /// What the packet decides; nothing where there is no packet.
    decision: Option<&'static str>,
    /// The release profile that condition 5 looks at.
    profile: Option<&'a str>,
    /// The environment that condition 5 looks at.
    environment: Option<&'a str>,
    /// The conditions, in the order of the operating model.
    conditions: Vec<ConditionV1<'a>>,
    /// Why it does not hold whatever the conditions say.
    stops: Vec<&'a str>,
    /// What became of it in the store.
    kept: KeptV1,
    /// The seal, where one was written or stands.
    epoch: Option<u32>,
    /// What a reader should know beside it.
    notes: &'a [String],
}

/// What is claimed of a domain.
#[derive(Debug, Serialize, JsonSchema)]
#[schemars(rename = "Claim")]
enum ClaimV1 {
    /// It may be promoted on its own: all eight conditions.
    #[serde(rename = "independent")]
    Independent,
    /// Level 2: guards, degradation and evidence hold.
    #[serde(rename = "l2")]
    Level2,
}

/// What became of a verdict in the store.
#[derive(Debug, Serialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
#[schemars(rename = "Kept")]
enum KeptV1 {
    /// Nothing was written.
    Nowhere,
    /// It is sealed now.
    Sealed,
    /// A seal stands already.
    Standing,
    /// It does not hold, and is kept for the dashboard.
    Failed,
}

/// One condition.
#[derive(Debug, Serialize, JsonSchema)]
#[schemars(rename = "Condition")]
struct ConditionV1<'a> {
    /// Its number in the operating model.
    number: u8,
    /// Its word.
    id: &'static str,
    /// The gate that it is in the verdict.
    gate: String,
    /// What it asks for.
    title: &'static str,
    /// Says whether the claim rests on it.
    claimed: bool,
    /// How it stands.
    state: StateV1,
    /// Who answers for it.
    owner: &'a str,
    /// What shows it.
    proof: &'a [String],
    /// What is missing.
    missing: &'a [String],
    /// The digests of the records, and of the seal, that it was decided by.
    records: Vec<String>,
}

/// How a condition stands.
#[derive(Debug, Serialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
#[schemars(rename = "State")]
enum StateV1 {
    /// It is shown.
    Holds,
    /// It is not.
    Fails,
    /// Nothing says what it would be held against.
    Unknown,
}

impl<'a> From<&'a Report<'a>> for PromotionV1<'a> {
    fn from(report: &'a Report<'a>) -> Self {
        let promotion = report.promotion;
        let (kept, epoch) = match report.kept {
            Kept::Nowhere => (KeptV1::Nowhere, None),
            Kept::Sealed { epoch } => (KeptV1::Sealed, Some(epoch)),
            Kept::Standing { epoch } => (KeptV1::Standing, Some(epoch)),
            Kept::Failed { .. } => (KeptV1::Failed, None),
        };
        let conditions = promotion.conditions.iter();
        Self {
            schema: PROMOTION_V1,
            domain: promotion.domain.as_str(),
            claim: match promotion.claim {
                Claim::Independent => ClaimV1::Independent,
                Claim::Level2 => ClaimV1::Level2,
            },
            commit: report.commit.to_string(),
            plan: report.plan.to_string(),
            outcome: report.outcome.as_str(),
            decision: report.packet.map(|packet| packet.decision.as_str()),
            profile: promotion.profile.as_deref(),
            environment: promotion.environment.as_deref(),
            conditions: conditions
                .map(|(own, found)| ConditionV1::new(*own, promotion.claim, found))
                .collect(),
            stops: report.stops.iter().map(String::as_str).collect(),
            kept,
            epoch,
            notes: report.notes,
        }
    }
}

impl<'a> ConditionV1<'a> {
    fn new(condition: Condition, claim: Claim, found: &'a Found) -> Self {
        Self {
            number: condition.number(),
            id: condition.as_str(),
            gate: condition.gate().as_str().to_owned(),
            title: condition.title(),
            claimed: claim.needs(condition),
            state: match found.state {
                State::Holds => StateV1::Holds,
                State::Fails => StateV1::Fails,
                State::Unknown => StateV1::Unknown,
            },
            owner: &found.owner,
            proof: &found.proof,
            missing: &found.missing,
            records: found.records.iter().map(ToString::to_string).collect(),
        }
    }
}
