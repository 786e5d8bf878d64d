//! The documents, which are the contract with whoever tracks them.

use std::io;

use schemars::JsonSchema;
use serde::Serialize;
use serde_json::Value;

use crate::render::json::schema_of;
use crate::render::yaml::Yaml;

/// What the `schema` field of each document says.
pub(super) const FAIRWAY_V1: &str = "laneway.fairway/v1";

/// The keys that stand first, in this order; the others follow sorted.
const FIRST: [&str; 5] = ["schema", "kind", "id", "status", "title"];

/// An item of tracking.
#[derive(Clone, Debug, Serialize, JsonSchema)]
#[serde(tag = "kind", rename_all = "snake_case")]
#[schemars(rename = "Item", title = "Laneway export for Fairway, version 1")]
pub enum ItemV1 {
    /// One domain, or one release profile that is brought in.
    Epic(EpicV1),
    /// One owned gate, smoke or packet.
    Task(TaskV1),
    /// One result of a gate: exact command, result, artifacts, commit and profile.
    Evidence(EvidenceV1),
    /// What somebody else must take up: who consumes, or who reviews.
    Handoff(HandoffV1),
    /// An approval of an exception, given or wanted.
    Review(ReviewV1),
}

/// Whether something is left to do.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
#[schemars(rename = "Status")]
pub enum StatusV1 {
    /// Something is left to do.
    Open,
    /// It is done, as things stand.
    Done,
    /// It is gone from policy and store, or does not count any more.
    Closed,
}

/// One domain, or one release profile.
#[derive(Clone, Debug, Serialize, JsonSchema)]
#[schemars(rename = "Epic")]
pub struct EpicV1 {
    /// The version of this document. Fields may be added to it; none is removed or changes its meaning.
    #[schemars(extend("const" = FAIRWAY_V1))]
    pub schema: &'static str,
    /// `epic/<domain>` or `epic/profile.<profile>`.
    pub id: String,
    /// Done, when every task is.
    pub status: StatusV1,
    /// What people call it.
    pub title: String,
    /// What it is of.
    pub epic_of: EpicOfV1,
    /// The id of the domain or of the profile.
    pub name: String,
    /// Who answers for it.
    pub owners: Vec<String>,
    /// The ids of its tasks.
    pub tasks: Vec<String>,
}

/// What an epic is of.
#[derive(Clone, Copy, Debug, Serialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
#[schemars(rename = "EpicOf")]
pub enum EpicOfV1 {
    /// A domain.
    Domain,
    /// A release profile.
    ReleaseProfile,
}

/// One gate.
#[derive(Clone, Debug, Serialize, JsonSchema)]
#[schemars(rename = "Task")]
pub struct TaskV1 {
    /// The version of this document.
    #[schemars(extend("const" = FAIRWAY_V1))]
    pub schema: &'static str,
    /// `task/<gate>`.
    pub id: String,
    /// Done, when every newest verdict is one that stands, and takes the gate as proved or approved.
    pub status: StatusV1,
    /// What people call the gate.
    pub title: String,
    /// The gate.
    pub gate: String,
    /// What kind of task it is.
    pub task_of: TaskOfV1,
    /// The layer of the gate.
    pub layer: String,
    /// The gate family that it is a proof of.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub family: Option<String>,
    /// The command; without one, evidence from elsewhere must satisfy the gate.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub command: Option<String>,
    /// Who answers for it.
    pub owners: Vec<String>,
    /// The ids of the epics that it is part of.
    pub epics: Vec<String>,
    /// How it stands in the newest verdict of each profile and environment.
    pub verdicts: Vec<TaskVerdictV1>,
}

/// What kind of task a gate is.
#[derive(Clone, Copy, Debug, Serialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
#[schemars(rename = "TaskOf")]
pub enum TaskOfV1 {
    /// A gate of the contract, or of one domain.
    Gate,
    /// A smoke of those who consume.
    Smoke,
    /// A part of the service's evidence.
    Packet,
}

/// How a gate stands.
#[derive(Clone, Debug, Serialize, JsonSchema)]
#[schemars(rename = "TaskVerdict")]
pub struct TaskVerdictV1 {
    /// The commit.
    pub commit: String,
    /// The release profile; none for a route.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub profile: Option<String>,
    /// The environment.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub environment: Option<String>,
    /// What the verdict came to: clean, `with_debt`, fails, revoked.
    pub outcome: String,
    /// How the gate is shown: passed, reused, approved, failed, partial, flaky, blocked, missing, `not_applicable`, waived.
    pub standing: String,
    /// Who answers for the result.
    pub owner: String,
    /// Why it is no pass.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub reason: Option<String>,
    /// The ids of the evidence.
    pub evidence: Vec<String>,
    /// The ids of the reviews that it rests on.
    pub reviews: Vec<String>,
}

/// One result of a gate.
#[derive(Clone, Debug, Serialize, JsonSchema)]
#[schemars(rename = "Evidence")]
pub struct EvidenceV1 {
    /// The version of this document.
    #[schemars(extend("const" = FAIRWAY_V1))]
    pub schema: &'static str,
    /// `evidence/<digest of the record>`.
    pub id: String,
    /// Done: it is recorded.
    pub status: StatusV1,
    /// The gate and the commit.
    pub title: String,
    /// The id of the task.
    pub task: String,
    /// The gate.
    pub gate: String,
    /// The commit that it is about.
    pub source_commit: String,
    /// The digest of the plan.
    pub plan: String,
    /// The release profile; none for a route.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub profile: Option<String>,
    /// The environment.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub environment: Option<String>,
    /// The exact command.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub command: Option<String>,
    /// pass, fail, partial, blocked, missing, `not_applicable`.
    pub result: String,
    /// Why it is no pass.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub reason: Option<String>,
    /// The digest of the record that is cited instead of running the gate.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub reused_from: Option<String>,
    /// What the run left.
    pub artifacts: Vec<ArtifactV1>,
    /// Who answers for it.
    pub owner: String,
    /// The run.
    pub run: String,
    /// Which try of it.
    pub attempt: u32,
    /// When it began.
    pub started: String,
    /// When it ended.
    pub finished: String,
    /// The digest of the record.
    pub record: String,
}

/// A file that a run left.
#[derive(Clone, Debug, Serialize, JsonSchema)]
#[schemars(rename = "Artifact")]
pub struct ArtifactV1 {
    /// What it is called.
    pub name: String,
    /// `sha256:` and its digest.
    pub digest: String,
}

/// What somebody else must take up.
#[derive(Clone, Debug, Serialize, JsonSchema)]
#[schemars(rename = "Handoff")]
pub struct HandoffV1 {
    /// The version of this document.
    #[schemars(extend("const" = FAIRWAY_V1))]
    pub schema: &'static str,
    /// `handoff/<gate>`, with `.<consumer>` behind it where the smoke names one.
    pub id: String,
    /// Open: it goes away when the gate holds.
    pub status: StatusV1,
    /// What must be taken up.
    pub title: String,
    /// The id of the task.
    pub task: String,
    /// To whom it goes: those who consume, or those who review.
    pub handoff_to: HandoffToV1,
    /// The domain that consumes, where the smoke names one.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub consumer: Option<String>,
    /// Who hands it over.
    pub from: Vec<String>,
    /// Who takes it up.
    pub to: Vec<String>,
    /// The commit of the verdict.
    pub commit: String,
    /// How the gate is shown.
    pub standing: String,
    /// Why it is no pass.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub reason: Option<String>,
}

/// To whom a handoff goes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
#[schemars(rename = "HandoffTo")]
pub enum HandoffToV1 {
    /// The owner of a consumer's smoke.
    Consumer,
    /// A reviewer.
    Reviewer,
}

/// An approval of an exception.
#[derive(Clone, Debug, Serialize, JsonSchema)]
#[schemars(rename = "Review")]
pub struct ReviewV1 {
    /// The version of this document.
    #[schemars(extend("const" = FAIRWAY_V1))]
    pub schema: &'static str,
    /// `review/<permission>` for one that the lanes state, `review/<permission>.<digest>` for a record.
    pub id: String,
    /// Open before it counts, done while it is in force, closed after.
    pub status: StatusV1,
    /// What is allowed.
    pub title: String,
    /// Whose approval it is.
    pub review_of: ReviewOfV1,
    /// approval, waiver, `break_glass`.
    pub permission: String,
    /// What it is about: `gate:`, `family:`, `finding:` or `plan:` with a name.
    pub scope: String,
    /// The commit on which it counts, or `*`.
    pub subject: String,
    /// Who allows it.
    pub owner: String,
    /// Who bears what risk remains.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub residual_risk_owner: Option<String>,
    /// Why.
    pub reason: String,
    /// When it was given.
    pub created: String,
    /// When it ends.
    pub expires: String,
    /// `in_force`, `not_yet`, `expired`, `taken_back`.
    pub state: String,
    /// The digest of its record; none where the lanes state it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub record: Option<String>,
}

/// Whose approval a review is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
#[schemars(rename = "ReviewOf")]
pub enum ReviewOfV1 {
    /// Of the architecture: a plan, the architecture review.
    Architecture,
    /// Of security: secrets, certificates, security proofs.
    Security,
    /// Of governance: everything else.
    Governance,
}

impl ItemV1 {
    /// Returns the id, which is the path of its file without `.yaml`.
    pub fn id(&self) -> &str {
        match self {
            Self::Epic(own) => &own.id,
            Self::Task(own) => &own.id,
            Self::Evidence(own) => &own.id,
            Self::Handoff(own) => &own.id,
            Self::Review(own) => &own.id,
        }
    }

    /// Returns the document as YAML.
    pub fn document(&self) -> String {
        let value = serde_json::to_value(self).expect("texts, numbers and lists are JSON");
        yaml(value).document()
    }
}

/// Returns the JSON Schema of the documents, as `schemas/fairway.v1.json` has it.
pub fn schema() -> io::Result<String> {
    schema_of::<ItemV1>("urn:laneway:fairway:v1")
}

/// Takes a value of JSON, which has neither nulls nor fractions here.
fn yaml(value: Value) -> Yaml {
    match value {
        Value::Null => Yaml::text(""),
        Value::Bool(own) => Yaml::Bool(own),
        Value::Number(own) => own.as_u64().map_or_else(|| Yaml::text(own.to_string()), Yaml::Number),
        Value::String(own) => Yaml::Text(own),
        Value::Array(items) => Yaml::List(items.into_iter().map(yaml).collect()),
        Value::Object(members) => {
            let mut members: Vec<(String, Value)> = members.into_iter().collect();
            let first = |key: &str| FIRST.iter().position(|own| *own == key).unwrap_or(FIRST.len());
            members.sort_by(|(left, _), (right, _)| (first(left), left).cmp(&(first(right), right)));
            Yaml::Map(members.into_iter().map(|(key, value)| (key, yaml(value))).collect())
        }
    }
}
