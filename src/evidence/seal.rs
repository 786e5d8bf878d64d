//! A verdict as it is kept, and what takes it back.

use std::collections::{BTreeMap, BTreeSet};

use jiff::Timestamp;

use crate::digest::{CommitHash, Digest};
use crate::dsse::KeyId;
use crate::evidence::{GateResult, RunId};
use crate::id::GateId;
use crate::posture::Rollback;

/// What a verdict comes to.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Outcome {
    /// Every gate passed, or was reused with proof, or does not apply where it need not.
    Clean,
    /// It holds, and rests on somebody's word: approvals, waivers, a level of enforcement that does not block.
    WithDebt,
    /// It does not hold.
    Fails,
}

impl Outcome {
    /// Every outcome, in order.
    pub const ALL: [Self; 3] = [Self::Clean, Self::WithDebt, Self::Fails];

    /// Returns the word of documents.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Clean => "clean",
            Self::WithDebt => "with_debt",
            Self::Fails => "fails",
        }
    }
}

/// How a gate's standing is shown: the six results, with those apart that a glance must tell from them.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Shown {
    /// It ran, and passed.
    Passed,
    /// It did not run: an executed pass is cited.
    Reused,
    /// Somebody approved what cannot run: a review, a gate that is removed.
    Approved,
    /// It failed.
    Failed,
    /// It holds in part.
    Partial,
    /// Runs of it disagree.
    Flaky,
    /// It could not run.
    Blocked,
    /// Nothing says that it ran.
    Missing,
    /// It does not apply.
    NotApplicable,
    /// It does not hold, and somebody let it pass for a while.
    Waived,
}

impl Shown {
    /// Every standing, in the order of the documentation.
    pub const ALL: [Self; 10] = [
        Self::Passed,
        Self::Reused,
        Self::Approved,
        Self::Failed,
        Self::Partial,
        Self::Flaky,
        Self::Blocked,
        Self::Missing,
        Self::NotApplicable,
        Self::Waived,
    ];

    /// Returns the word of documents.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Passed => "passed",
            Self::Reused => "reused",
            Self::Approved => "approved",
            Self::Failed => "failed",
            Self::Partial => "partial",
            Self::Flaky => "flaky",
            Self::Blocked => "blocked",
            Self::Missing => "missing",
            Self::NotApplicable => "not_applicable",
            Self::Waived => "waived",
        }
    }
}

/// What a verdict says of one gate.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SealedGate {
    /// What became of it.
    pub result: GateResult,
    /// How it is shown.
    pub shown: Shown,
    /// Who answers for it.
    pub owner: String,
    /// What kinds of evidence there is.
    pub evidence_types: BTreeSet<String>,
    /// The digest of what its run left, where one thing stands for all.
    pub artifact: Option<Digest>,
    /// Why it is no pass.
    pub missing_reason: Option<String>,
    /// The digests of the records that this rests on.
    pub records: BTreeSet<Digest>,
    /// The ids of the permissions that it rests on, each with the digest of its record where it is kept as one.
    pub permissions: BTreeMap<String, Option<Digest>>,
}

/// The verdict of one plan for one commit.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Seal {
    /// The commit.
    pub commit: CommitHash,
    /// The digest of the plan.
    pub plan: Digest,
    /// The digest of the route that the plan was made of; nothing where it was made of a profile alone.
    pub route: Option<Digest>,
    /// Which seal of the commit and plan it is, counted from 0; a revoked one is followed by the next.
    pub epoch: u32,
    /// What it comes to.
    pub outcome: Outcome,
    /// The release profile.
    pub profile: Option<String>,
    /// The environment.
    pub environment: Option<String>,
    /// The digest of the release manifest.
    pub release_manifest: Option<Digest>,
    /// What the change ships as, in the seeds' word.
    pub change_class: Option<String>,
    /// The commit that gates which were not run anew had validated.
    pub validated_against: Option<CommitHash>,
    /// Every expected gate.
    pub gates: BTreeMap<GateId, SealedGate>,
    /// How what is shipped is taken back.
    pub rollback: Option<Rollback>,
    /// The run that decided it.
    pub run: RunId,
    /// When it was decided.
    pub decided: Timestamp,
    /// The key that the seal is signed with, so that its signature is one read. It decides nothing.
    pub key_hint: Option<KeyId>,
}

/// Why a seal is taken back.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Cause {
    /// Somebody decided so.
    ByHand,
    /// A gate failed later, on the same commit under the same plan.
    LaterFailure {
        /// The digest of that record.
        record: Digest,
    },
}

/// A seal that is taken back.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Revocation {
    /// The commit.
    pub commit: CommitHash,
    /// The digest of the plan.
    pub plan: Digest,
    /// Which seal.
    pub epoch: u32,
    /// Who took it back.
    pub owner: String,
    /// Why, in words.
    pub reason: String,
    /// Why.
    pub cause: Cause,
    /// When.
    pub revoked: Timestamp,
}
