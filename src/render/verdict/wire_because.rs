//! Why a gate stands as it stands, as the JSON document has it.

use std::collections::BTreeSet;

use schemars::JsonSchema;
use serde::Serialize;

use super::because;
use super::wire::{EnforcementV1, PermissionKindV1, ResultV1};
use crate::evidence::{Drift, Resolution};
use crate::render::wire_part::StateV1;
use crate::render::wire_reason::{Because as Sentence, words};
use crate::verdict::{Because, SetAside, Try, Uncitable, Unfit, Word};

words! {
    /// How far what runs has drifted.
    DriftV1 of Drift { Low, Medium, High, Critical }
}
words! {
    /// Why a citation does not hold.
    UncitableV1 of Uncitable {
        NotThere, NoPass, Reused, OtherPlan, OtherSubject, OtherPart, NotCounted, TakenBack, Unsettled, Unknown,
    }
}

/// Which try of which run.
#[derive(Debug, Serialize, JsonSchema)]
#[schemars(rename = "Try")]
pub struct TryV1<'a> {
    /// The run.
    pub run: &'a str,
    /// Which try of it, counted from 1.
    pub attempt: u32,
}

impl<'a> From<&'a Try> for TryV1<'a> {
    fn from(own: &'a Try) -> Self {
        Self { run: own.run.as_str(), attempt: own.attempt }
    }
}

/// A permission, as a reason names it.
#[derive(Debug, Serialize, JsonSchema)]
#[schemars(rename = "Word")]
pub struct WordV1<'a> {
    /// Its id.
    pub id: &'a str,
    /// The digest of its record; null where the base has it in its lanes.
    pub record: Option<String>,
    /// What it does.
    pub permission: PermissionKindV1,
    /// Who gave it.
    pub owner: &'a str,
}

impl<'a> From<&'a Word> for WordV1<'a> {
    fn from(own: &'a Word) -> Self {
        Self {
            id: &own.id,
            record: own.record.as_ref().map(ToString::to_string),
            permission: own.kind.into(),
            owner: &own.owner,
        }
    }
}

/// Why a gate stands as it stands.
#[derive(Debug, Serialize, JsonSchema)]
#[serde(tag = "kind", rename_all = "snake_case")]
#[schemars(rename = "GateStandingReason")]
#[expect(missing_docs, reason = "the facts are those of the core's enum, which documents them")]
pub enum BecauseV1<'a> {
    /// A record of a run says so.
    Recorded {
        record: String,
        result: ResultV1,
        of: TryV1<'a>,
        part: u32,
        parts: u32,
        reason: Option<&'a str>,
    },
    /// A record cites a run that passed, and that holds.
    Cited { record: String, cited: String, of: TryV1<'a> },
    /// A record says `pass`, and also that what runs has drifted too far for one.
    Drifted { record: String, severity: DriftV1, result: ResultV1 },
    /// A record says where a remote validation failed, and what is done about it.
    FailedIn {
        record: String,
        phase: &'a str,
        principal: &'a str,
        project: &'a str,
        correlation_id: &'a str,
        forward_fix: Option<&'a str>,
        rollback: Option<&'a str>,
    },
    /// A record does not count.
    SetAside { record: String, why: SetAsideV1<'a> },
    /// Nothing that counts says that it ran.
    NoRecord,
    /// Parts of a run are missing.
    PartsMissing { of: TryV1<'a>, missing: u32, first: u32, total: u32 },
    /// The records of a run differ in how many parts it has.
    PartsDiffer { of: TryV1<'a>, totals: &'a BTreeSet<u32> },
    /// Several records are of one part of a run.
    PartTwice { of: TryV1<'a>, part: u32 },
    /// Runs disagree: one passed, another did not.
    RunsDisagree { passed: TryV1<'a>, other: TryV1<'a>, result: ResultV1 },
    /// Something that is kept under the gate cannot be read.
    Broken { key: &'a str, fault: Option<&'a str> },
    /// The base lets a result say that the gate does not apply.
    MayNotApply,
    /// A result says that the gate does not apply, and the base does not let it.
    MustApply,
    /// The change takes the gate out, or defines it anew.
    Changed { state: StateV1 },
    /// An approval of an architecture reviewer is wanted.
    ApprovalWanted,
    /// It needs an approval that names who bears the risk that remains.
    RiskOwnerWanted,
    /// Somebody who may approved it.
    Approved { word: WordV1<'a> },
    /// Somebody who may approved what it holds in part.
    RiskAccepted { word: WordV1<'a>, risk_owner: &'a str },
    /// Somebody let it pass for a while.
    Waived { word: WordV1<'a>, expires: String },
    /// A permission that is about the gate does not count for it.
    Refused { word: WordV1<'a>, why: UnfitV1 },
    /// The gate's family does not stop a verdict yet.
    Lenient { family: Option<&'a str>, enforcement: EnforcementV1 },
}

/// Why a record does not count.
#[derive(Debug, Serialize, JsonSchema)]
#[serde(tag = "kind", rename_all = "snake_case")]
#[schemars(rename = "SetAside")]
#[expect(missing_docs, reason = "the facts are those of the core's enum, which documents them")]
pub enum SetAsideV1<'a> {
    /// Another command ran than the plan's.
    OtherCommand { ran: &'a str },
    /// It does not say what ran, and the change defines the gate anew.
    NoCommand,
    /// It is no evidence of a type that the gate accepts.
    OtherTypes,
    /// Too few keys that may attest the gate signed it.
    Unsigned { have: u32, need: u32 },
    /// It has run out.
    RanOut { at: String },
    /// It is of the future.
    InFuture { at: String },
    /// It says that the run ended before it began.
    EndsFirst,
    /// It passes without an artifact, and the gate's family needs one.
    NoArtifact,
    /// Only an approval satisfies the gate.
    ApprovalOnly,
    /// It is part of a seal that somebody took back.
    TakenBack { epoch: u32 },
    /// What it cites does not prove it.
    Citation { cited: String, uncitable: UncitableV1 },
}

impl<'a> From<&'a SetAside> for SetAsideV1<'a> {
    fn from(core: &'a SetAside) -> Self {
        match core {
            SetAside::OtherCommand { ran } => Self::OtherCommand { ran },
            SetAside::NoCommand => Self::NoCommand,
            SetAside::OtherTypes => Self::OtherTypes,
            SetAside::Unsigned { have, need } => Self::Unsigned { have: *have, need: *need },
            SetAside::RanOut { at } => Self::RanOut { at: at.to_string() },
            SetAside::InFuture { at } => Self::InFuture { at: at.to_string() },
            SetAside::EndsFirst => Self::EndsFirst,
            SetAside::NoArtifact => Self::NoArtifact,
            SetAside::ApprovalOnly => Self::ApprovalOnly,
            SetAside::TakenBack { epoch } => Self::TakenBack { epoch: *epoch },
            SetAside::Citation { cited, why } => {
                Self::Citation { cited: cited.to_string(), uncitable: (*why).into() }
            }
        }
    }
}

/// Why a permission does not count for a gate.
#[derive(Debug, Serialize, JsonSchema)]
#[serde(tag = "kind", rename_all = "snake_case")]
#[schemars(rename = "Unfit")]
#[expect(missing_docs, reason = "the facts are those of the core's enum, which documents them")]
pub enum UnfitV1 {
    /// Whoever gave it is no architecture reviewer.
    NoArchitect,
    /// It names nobody who bears the risk that remains.
    NoRiskOwner,
    /// A waiver cannot stand in for a review.
    NoWaiver,
    /// A break-glass permission must be kept as a signed record, and end within days.
    NoBreakGlass,
    /// It has run out.
    RanOut { at: String },
    /// It is not in force yet.
    NotYet { at: String },
}

impl From<&Unfit> for UnfitV1 {
    fn from(core: &Unfit) -> Self {
        match core {
            Unfit::NoArchitect => Self::NoArchitect,
            Unfit::NoRiskOwner => Self::NoRiskOwner,
            Unfit::NoWaiver => Self::NoWaiver,
            Unfit::NoBreakGlass => Self::NoBreakGlass,
            Unfit::RanOut { at } => Self::RanOut { at: at.to_string() },
            Unfit::NotYet { at } => Self::NotYet { at: at.to_string() },
        }
    }
}

impl<'a> From<&'a Because> for Sentence<BecauseV1<'a>> {
    fn from(core: &'a Because) -> Self {
        let reason = match core {
            Because::Recorded { record, result, of, shard, reason } => BecauseV1::Recorded {
                record: record.to_string(),
                result: (*result).into(),
                of: of.into(),
                part: shard.index,
                parts: shard.total,
                reason: reason.as_deref(),
            },
            Because::Cited { record, cited, of } => {
                BecauseV1::Cited { record: record.to_string(), cited: cited.to_string(), of: of.into() }
            }
            Because::Drifted { record, severity, result } => BecauseV1::Drifted {
                record: record.to_string(),
                severity: (*severity).into(),
                result: (*result).into(),
            },
            Because::FailedIn { record, phase } => {
                let (forward_fix, rollback) = match &phase.resolution {
                    Resolution::ForwardFix(what) => (Some(what.as_str()), None),
                    Resolution::Rollback(what) => (None, Some(what.as_str())),
                };
                BecauseV1::FailedIn {
                    record: record.to_string(),
                    phase: &phase.phase,
                    principal: &phase.principal,
                    project: &phase.project,
                    correlation_id: &phase.correlation_id,
                    forward_fix,
                    rollback,
                }
            }
            Because::SetAside { record, why } => {
                BecauseV1::SetAside { record: record.to_string(), why: why.into() }
            }
            Because::NoRecord => BecauseV1::NoRecord,
            Because::PartsMissing { of, missing, first, total } => {
                BecauseV1::PartsMissing { of: of.into(), missing: *missing, first: *first, total: *total }
            }
            Because::PartsDiffer { of, totals } => BecauseV1::PartsDiffer { of: of.into(), totals },
            Because::PartTwice { of, part } => BecauseV1::PartTwice { of: of.into(), part: *part },
            Because::RunsDisagree { passed, other, result } => BecauseV1::RunsDisagree {
                passed: passed.into(),
                other: other.into(),
                result: (*result).into(),
            },
            Because::Broken { key, fault } => BecauseV1::Broken { key, fault: fault.as_deref() },
            Because::MayNotApply => BecauseV1::MayNotApply,
            Because::MustApply => BecauseV1::MustApply,
            Because::Changed { state } => BecauseV1::Changed { state: (*state).into() },
            Because::ApprovalWanted => BecauseV1::ApprovalWanted,
            Because::RiskOwnerWanted => BecauseV1::RiskOwnerWanted,
            Because::Approved { word } => BecauseV1::Approved { word: word.into() },
            Because::RiskAccepted { word, risk_owner } => {
                BecauseV1::RiskAccepted { word: word.into(), risk_owner }
            }
            Because::Waived { word, expires } => {
                BecauseV1::Waived { word: word.into(), expires: expires.to_string() }
            }
            Because::Refused { word, why } => BecauseV1::Refused { word: word.into(), why: why.into() },
            Because::Lenient { family, enforcement } => {
                BecauseV1::Lenient { family: family.as_deref(), enforcement: (*enforcement).into() }
            }
        };
        Self { reason, text: because::sentence(core) }
    }
}
