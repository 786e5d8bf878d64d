//! The document that `laneway run --format json` prints.

use std::collections::BTreeMap;

use schemars::JsonSchema;
use serde::Serialize;

use super::model::{GateRun, Recorded, RunReport, Try};
use crate::evidence::GateResult;
use crate::id::GateId;

/// What the `schema` field of the document says.
pub const RUN_V1: &str = "laneway.run/v1";

/// What running the gates of a route came to.
#[derive(Debug, Serialize, JsonSchema)]
#[schemars(rename = "Run", title = "Laneway run, version 1")]
pub(super) struct RunV1<'a> {
    /// The version of this document. Fields may be added to it; none is removed or changes its meaning.
    #[schemars(extend("const" = RUN_V1))]
    pub schema: &'static str,
    /// The digest of the route.
    pub route: &'a str,
    /// The digest of the plan that results are for.
    pub plan: String,
    /// Whether nothing was run: what follows says what would be.
    pub dry_run: bool,
    /// Whether everything that was to run passed; null for a dry run.
    pub holds: Option<bool>,
    /// Whether results are kept.
    pub recorded: bool,
    /// The commit that they are kept for; null where they are not kept.
    pub commit: Option<&'a str>,
    /// The run that they are results of; null where they are not kept.
    pub run: Option<&'a str>,
    /// Why they are not kept; null where they are.
    pub not_recorded: Option<&'a str>,
    /// The gates that were asked for and have a command, by id.
    pub gates: Vec<GateRunV1<'a>>,
    /// Gates without a command: evidence from elsewhere must satisfy them.
    pub elsewhere: Vec<OtherV1<'a>>,
    /// Gates that only an approval satisfies.
    pub approvals: Vec<OtherV1<'a>>,
    /// How many gates of the route were not asked for.
    pub left_out: usize,
    /// Paths that the gates changed in the working tree, so that it is not the commit's any more.
    pub changed: &'a [String],
    /// The epoch of the seal that was taken back because of a failure; null where none was.
    pub revoked_seal: Option<u32>,
    /// How long all of it took, in seconds.
    pub seconds: f64,
}

/// What became of one gate.
#[derive(Debug, Serialize, JsonSchema)]
#[schemars(rename = "GateRun")]
pub(super) struct GateRunV1<'a> {
    /// Its id.
    pub id: &'a str,
    /// What people call it.
    pub title: &'a str,
    /// What its last try came to: pass, fail or blocked; null for a dry run.
    pub result: Option<ResultV1>,
    /// Whether it failed, and passed when it was tried again.
    pub flaky: bool,
    /// Who answers for it.
    pub owner: &'a str,
    /// Its command.
    pub command: &'a str,
    /// The gates that must have passed before.
    pub needs: Vec<&'a str>,
    /// How long it may take, in seconds; null where it may take as long as it likes.
    pub timeout_seconds: Option<f64>,
    /// The gates that share its execution.
    pub shared_with: Vec<&'a str>,
    /// The digest of the record that is cited instead of running it; null where it runs.
    pub reused_from: Option<String>,
    /// The digest of the record that cites; null where there is none.
    pub citation: Option<String>,
    /// Every try, in their order.
    pub tries: Vec<TryV1<'a>>,
}

/// One try of a gate.
#[derive(Debug, Serialize, JsonSchema)]
#[schemars(rename = "Try")]
pub(super) struct TryV1<'a> {
    /// Which one, as it is recorded.
    pub attempt: u32,
    /// What it came to.
    pub result: ResultV1,
    /// Whether it ran, to whatever end.
    pub ran: bool,
    /// Why it is no pass; null where it is one.
    pub reason: Option<&'a str>,
    /// What else there is to say.
    pub notes: &'a [String],
    /// When it began, as RFC 3339.
    pub started: String,
    /// When it ended.
    pub finished: String,
    /// How long it took, in seconds.
    pub seconds: f64,
    /// The digest of its record; null where none is kept.
    pub record: Option<String>,
    /// The digest of its output; null where none is kept.
    pub log: Option<String>,
}

/// A gate that is not run here.
#[derive(Debug, Serialize, JsonSchema)]
#[schemars(rename = "Other")]
pub(super) struct OtherV1<'a> {
    /// Its id.
    pub id: &'a str,
    /// What people call it.
    pub title: &'a str,
}

/// What a gate came to.
#[derive(Debug, Serialize, JsonSchema)]
#[schemars(rename = "Result")]
#[serde(rename_all = "snake_case")]
pub(super) enum ResultV1 {
    /// It holds.
    Pass,
    /// It ran, and does not hold.
    Fail,
    /// It holds in part.
    Partial,
    /// It could not run.
    Blocked,
    /// It was not tried.
    Missing,
    /// It has nothing to say.
    NotApplicable,
}

impl From<GateResult> for ResultV1 {
    fn from(result: GateResult) -> Self {
        match result {
            GateResult::Pass => Self::Pass,
            GateResult::Fail => Self::Fail,
            GateResult::Partial => Self::Partial,
            GateResult::Blocked => Self::Blocked,
            GateResult::Missing => Self::Missing,
            GateResult::NotApplicable => Self::NotApplicable,
        }
    }
}

impl<'a> From<&'a RunReport> for RunV1<'a> {
    fn from(report: &'a RunReport) -> Self {
        let (commit, run, not_recorded) = match &report.recorded {
            Recorded::As { commit, run } => (Some(commit.as_str()), Some(run.as_str()), None),
            Recorded::Not(why) => (None, None, Some(why.as_str())),
        };
        Self {
            schema: RUN_V1,
            route: &report.route,
            plan: report.plan.to_string(),
            dry_run: report.dry_run,
            holds: (!report.dry_run).then(|| report.holds()),
            recorded: commit.is_some() && !report.dry_run,
            commit,
            run,
            not_recorded,
            gates: report.gates.iter().map(|(id, gate)| GateRunV1::new(id, gate, report.dry_run)).collect(),
            elsewhere: others(&report.elsewhere),
            approvals: others(&report.approvals),
            left_out: report.left_out,
            changed: &report.changed,
            revoked_seal: report.revoked,
            seconds: report.took.as_secs_f64(),
        }
    }
}

impl<'a> GateRunV1<'a> {
    fn new(id: &'a GateId, gate: &'a GateRun, dry_run: bool) -> Self {
        Self {
            id: id.as_str(),
            title: &gate.title,
            result: (!dry_run).then(|| gate.result().into()),
            flaky: gate.is_flaky(),
            owner: &gate.owner,
            command: &gate.command,
            needs: gate.needs.iter().map(GateId::as_str).collect(),
            timeout_seconds: gate.timeout.map(|limit| limit.as_secs_f64()),
            shared_with: gate.shared_with.iter().map(GateId::as_str).collect(),
            reused_from: gate.reused.map(|cited| cited.from.to_string()),
            citation: gate.reused.and_then(|cited| cited.record).map(|record| record.to_string()),
            tries: gate.tries.iter().map(TryV1::from).collect(),
        }
    }
}

impl<'a> From<&'a Try> for TryV1<'a> {
    fn from(own: &'a Try) -> Self {
        Self {
            attempt: own.attempt,
            result: own.result.into(),
            ran: own.ran,
            reason: own.reason.as_deref(),
            notes: &own.notes,
            started: own.started.to_string(),
            finished: own.finished.to_string(),
            seconds: own.took().as_secs_f64(),
            record: own.record.map(|digest| digest.to_string()),
            log: own.log.map(|digest| digest.to_string()),
        }
    }
}

fn others(gates: &BTreeMap<GateId, String>) -> Vec<OtherV1<'_>> {
    gates.iter().map(|(id, title)| OtherV1 { id: id.as_str(), title }).collect()
}
