//! The document that `laneway evidence show --format json` prints.
//!
//! Digests and keys are hexadecimal digits, times RFC 3339 in UTC.

use std::collections::{BTreeMap, BTreeSet};

use schemars::JsonSchema;
use serde::Serialize;

use crate::evidence::MigrationPosture;
use crate::render::verdict::wire::{OutcomeV1, PermissionKindV1, ResultV1, ShownV1};
pub use crate::render::verdict::wire_because::DriftV1;
use crate::render::wire_reason::words;

/// What the `schema` field of the document says.
pub const EVIDENCE_V1: &str = "laneway.evidence/v1";

words! {
    /// Whether the data can go back.
    MigrationPostureV1 of MigrationPosture { ForwardOnly, Reversible, ManualReview }
}

/// What a store holds of what was asked for.
#[derive(Debug, Serialize, JsonSchema)]
#[schemars(rename = "Evidence", title = "Laneway evidence, version 1")]
pub struct EvidenceV1 {
    /// The version of this document. Fields may be added to it; none is removed or changes its meaning.
    #[schemars(extend("const" = EVIDENCE_V1))]
    pub schema: &'static str,
    /// The store.
    pub store: String,
    /// What was asked for.
    pub view: ViewV1,
    /// Every object of the store that cannot be read, whatever was asked for.
    pub broken: Vec<BrokenV1>,
}

/// What was asked for.
#[derive(Debug, Serialize, JsonSchema)]
#[serde(tag = "kind", rename_all = "snake_case")]
#[schemars(rename = "View")]
pub enum ViewV1 {
    /// What there is.
    Subjects {
        /// The plan that they were narrowed to; null for all.
        plan: Option<String>,
        /// The commits, newest first.
        subjects: Vec<SubjectV1>,
    },
    /// A commit.
    Commit(CommitV1),
    /// A gate.
    Gate(GateHistoryV1),
    /// One statement, or one file.
    Object(Box<ObjectV1>),
}

/// A commit with its verdicts.
#[derive(Debug, Serialize, JsonSchema)]
#[schemars(rename = "Subject")]
pub struct SubjectV1 {
    /// The commit.
    pub commit: String,
    /// When something was last proved or decided about it.
    pub newest: String,
    /// How many results there are.
    pub records: usize,
    /// Its verdicts, newest first.
    pub verdicts: Vec<VerdictSummaryV1>,
}

/// A verdict.
#[derive(Debug, Clone, Serialize, JsonSchema)]
#[schemars(rename = "VerdictSummary")]
pub struct VerdictSummaryV1 {
    /// The digest of its statement.
    pub digest: String,
    /// The plan.
    pub plan: String,
    /// The release profile.
    pub profile: Option<String>,
    /// The environment.
    pub environment: Option<String>,
    /// What it comes to.
    pub outcome: OutcomeV1,
    /// Which seal of the commit and plan it is.
    pub epoch: u32,
    /// When it was decided.
    pub decided: String,
    /// The run that decided.
    pub run: String,
    /// How many gates have which standing.
    pub counts: BTreeMap<ShownV1, usize>,
    /// What took it back; null where it stands.
    pub revocation: Option<RevocationV1>,
    /// Who signed it.
    pub signatures: Vec<SignatureV1>,
}

/// What took a verdict back.
#[derive(Debug, Clone, Serialize, JsonSchema)]
#[schemars(rename = "Revocation")]
pub struct RevocationV1 {
    /// The digest of its statement.
    pub digest: String,
    /// Who took it back.
    pub owner: String,
    /// Why.
    pub reason: String,
    /// The record of a later failure that did; null where somebody did.
    pub later_failure: Option<String>,
    /// When.
    pub revoked: String,
    /// Who signed it.
    pub signatures: Vec<SignatureV1>,
}

/// A signature.
#[derive(Debug, Clone, Serialize, JsonSchema)]
#[schemars(rename = "Signature")]
pub struct SignatureV1 {
    /// The key.
    pub key: String,
    /// What the lanes call the key; null for one that they do not know, whose signature was not checked.
    pub name: Option<String>,
    /// Who holds the key; null for one that the lanes do not know.
    pub owner: Option<String>,
}

/// A commit.
#[derive(Debug, Serialize, JsonSchema)]
#[schemars(rename = "Commit")]
pub struct CommitV1 {
    /// The commit.
    pub commit: String,
    /// Its plans, that with the newest verdict first.
    pub plans: Vec<PlanV1>,
    /// The permissions for this commit, or for any, that are kept as records.
    pub permissions: Vec<PermissionRecordV1>,
}

/// What was proved for a plan on a commit.
#[derive(Debug, Serialize, JsonSchema)]
#[schemars(rename = "Plan")]
pub struct PlanV1 {
    /// The digest of the plan.
    pub plan: String,
    /// The release profile.
    pub profile: Option<String>,
    /// The environment.
    pub environment: Option<String>,
    /// Its verdicts, newest first.
    pub verdicts: Vec<VerdictSummaryV1>,
    /// Every gate of the newest verdict, and every gate with a result, by id.
    pub gates: Vec<GateV1>,
}

/// A gate on a commit.
#[derive(Debug, Serialize, JsonSchema)]
#[schemars(rename = "Gate")]
pub struct GateV1 {
    /// The gate.
    pub id: String,
    /// What became of it in the newest verdict; null where that does not know the gate.
    pub result: Option<ResultV1>,
    /// How that is shown.
    pub shown: Option<ShownV1>,
    /// Who answers for it.
    pub owner: Option<String>,
    /// Why it is no pass.
    pub missing_reason: Option<String>,
    /// The permissions that the verdict rests on.
    pub permissions: Vec<UsedPermissionV1>,
    /// Its results, newest first.
    pub records: Vec<RecordV1>,
}

/// A permission that a verdict rests on.
#[derive(Debug, Serialize, JsonSchema)]
#[schemars(rename = "UsedPermission")]
pub struct UsedPermissionV1 {
    /// Its id.
    pub id: String,
    /// The digest of its record; null where the base had it in its lanes.
    pub record: Option<String>,
}

/// A permission that is kept as a record.
#[derive(Debug, Serialize, JsonSchema)]
#[schemars(rename = "PermissionRecord")]
pub struct PermissionRecordV1 {
    /// The digest of its statement.
    pub digest: String,
    /// Its id.
    pub id: String,
    /// What it does.
    #[serde(rename = "permission")]
    pub kind: PermissionKindV1,
    /// What it is about.
    pub scope: String,
    /// The commit on which it counts, or `*`.
    pub subject: String,
    /// Who allows it.
    pub owner: String,
    /// Who bears what risk remains.
    pub residual_risk_owner: Option<String>,
    /// Why.
    pub reason: String,
    /// When it was given.
    pub created: String,
    /// From when on it does not count any more.
    pub expires: String,
    /// Whether it was taken back.
    pub taken_back: bool,
    /// Who signed it.
    pub signatures: Vec<SignatureV1>,
}

/// A gate's result in one run.
#[derive(Debug, Clone, Serialize, JsonSchema)]
#[schemars(rename = "Record")]
pub struct RecordV1 {
    /// The digest of its statement.
    pub digest: String,
    /// The commit.
    pub commit: String,
    /// Manifests and images that it holds for as well, by name.
    pub subjects: BTreeMap<String, String>,
    /// The plan.
    pub plan: String,
    /// The release profile.
    pub profile: Option<String>,
    /// The environment.
    pub environment: Option<String>,
    /// The gate.
    pub gate: String,
    /// What became of it.
    pub result: ResultV1,
    /// The record that it cites instead of having run; null where it ran.
    pub reused_from: Option<String>,
    /// Who answers for it.
    pub owner: String,
    /// Why it is no pass.
    pub missing_reason: Option<String>,
    /// What kinds of evidence it is.
    pub evidence_types: BTreeSet<String>,
    /// What the run left.
    pub artifacts: Vec<ArtifactV1>,
    /// What was run.
    pub command: Option<String>,
    /// The run.
    pub run: String,
    /// Which try of it.
    pub attempt: u32,
    /// Which part of it.
    pub part: u32,
    /// Of how many.
    pub parts: u32,
    /// When it began.
    pub started: String,
    /// When it ended.
    pub finished: String,
    /// How long it took.
    pub milliseconds: i64,
    /// From when on it does not count any more.
    pub valid_until: Option<String>,
    /// What wrote it.
    pub tool: String,
    /// The tool's version.
    pub tool_version: Option<String>,
    /// Where a remote validation failed.
    pub failure: Option<FailureV1>,
    /// How far what runs has drifted.
    pub drift: Option<DriftV1>,
    /// Whether the newest verdict of its commit and plan rests on it.
    pub counted: bool,
    /// Who signed it.
    pub signatures: Vec<SignatureV1>,
}

/// A file that a run left.
#[derive(Debug, Clone, Serialize, JsonSchema)]
#[schemars(rename = "Artifact")]
pub struct ArtifactV1 {
    /// What it is called.
    pub name: String,
    /// Its digest.
    pub digest: String,
    /// Where the store has it: logs and reports are kept. Null for what is not, such as an image.
    pub key: Option<String>,
}

/// Where a remote validation failed.
#[derive(Debug, Clone, Serialize, JsonSchema)]
#[schemars(rename = "Failure")]
pub struct FailureV1 {
    /// The phase.
    pub phase: String,
    /// As whom it ran.
    pub principal: String,
    /// In which project.
    pub project: String,
    /// By which the logs of both sides are found.
    pub correlation_id: String,
    /// What mends it in what comes next.
    pub forward_fix: Option<String>,
    /// What takes back what was shipped.
    pub rollback: Option<String>,
}

/// The history of a gate.
#[derive(Debug, Serialize, JsonSchema)]
#[schemars(rename = "GateHistory")]
pub struct GateHistoryV1 {
    /// The gate.
    pub gate: String,
    /// How many results there are of each kind.
    pub counts: BTreeMap<ResultV1, usize>,
    /// The commits and plans on which its runs disagree.
    pub flaky: Vec<FlakyV1>,
    /// How long its runs took.
    pub durations: Option<DurationsV1>,
    /// Its results, newest first.
    pub records: Vec<RecordV1>,
    /// What verdicts say of it, newest first.
    pub verdicts: Vec<StandingV1>,
}

/// Where runs of a gate disagree.
#[derive(Debug, Serialize, JsonSchema)]
#[schemars(rename = "Flaky")]
pub struct FlakyV1 {
    /// The commit.
    pub commit: String,
    /// The plan.
    pub plan: String,
}

/// How long runs took, of those that ran to an end.
#[derive(Debug, Serialize, JsonSchema)]
#[schemars(rename = "Durations")]
pub struct DurationsV1 {
    /// How many.
    pub runs: usize,
    /// The shortest, in milliseconds.
    pub shortest: i64,
    /// The median.
    pub median: i64,
    /// The longest.
    pub longest: i64,
    /// All of them together.
    pub total: i64,
}

/// What a verdict says of a gate.
#[derive(Debug, Serialize, JsonSchema)]
#[schemars(rename = "Standing")]
pub struct StandingV1 {
    /// The commit.
    pub commit: String,
    /// The plan.
    pub plan: String,
    /// When it was decided.
    pub decided: String,
    /// What became of the gate.
    pub result: ResultV1,
    /// How that is shown.
    pub shown: ShownV1,
    /// Who answers for it.
    pub owner: String,
    /// Why it is no pass.
    pub missing_reason: Option<String>,
}

/// One statement, or one file.
#[derive(Debug, Serialize, JsonSchema)]
#[serde(tag = "object", rename_all = "snake_case")]
#[schemars(rename = "Object")]
pub enum ObjectV1 {
    /// A gate's result.
    Record {
        /// What it says.
        record: RecordV1,
        /// The records that cite it.
        cited_by: Vec<String>,
    },
    /// A permission.
    Permission(PermissionRecordV1),
    /// A verdict.
    Verdict {
        /// What it comes to.
        verdict: VerdictSummaryV1,
        /// The commit.
        commit: String,
        /// The digest of the route that the plan was made of.
        route: Option<String>,
        /// The digest of the release manifest.
        release_manifest: Option<String>,
        /// What the change ships as.
        change_class: Option<String>,
        /// The commit that gates which were not run anew had validated.
        validated_against: Option<String>,
        /// How what is shipped is taken back.
        rollback: Option<RollbackV1>,
        /// Every gate; of its records only those that the verdict rests on.
        gates: Vec<GateV1>,
    },
    /// What took a verdict back.
    Revocation {
        /// The commit.
        commit: String,
        /// The plan.
        plan: String,
        /// Which seal.
        epoch: u32,
        /// What it says.
        revocation: RevocationV1,
    },
    /// A file: a log, a report, an image.
    Artifact {
        /// Its digest.
        digest: String,
        /// Where the store has it; null where it does not.
        key: Option<String>,
        /// What it is called.
        names: BTreeSet<String>,
        /// The records that name it, newest first.
        records: Vec<RecordV1>,
    },
}

/// How what is shipped is taken back.
#[derive(Debug, Serialize, JsonSchema)]
#[schemars(rename = "Rollback")]
pub struct RollbackV1 {
    /// The command.
    pub command: String,
    /// What it goes back to.
    pub manifest_or_revision: String,
    /// Whether the data can go back.
    pub migration_posture: MigrationPostureV1,
    /// Who does it.
    pub owner: String,
}

/// An object that cannot be read, or is not what its name says.
#[derive(Debug, Serialize, JsonSchema)]
#[schemars(rename = "Broken")]
pub struct BrokenV1 {
    /// Its name in the store.
    pub key: String,
    /// The gate that it is kept under, where the name says one.
    pub gate: Option<String>,
    /// What is wrong with it.
    pub faults: Vec<String>,
}
