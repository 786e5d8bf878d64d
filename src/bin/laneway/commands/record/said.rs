//! What a source says of gates.

use std::collections::BTreeSet;
use std::sync::Arc;

use jiff::Timestamp;
use laneway::evidence::{Artifact, GateResult, Origin, Shard, Tool};
use laneway::fault::{Code, Fault};
use laneway::id::GateId;
use laneway::plan::Plan;
use laneway::results::{self, Reported};
use laneway::source::Source;

use super::files;
use super::given::{Given, future};
use crate::args::RecordArgs;

/// The type of evidence that a command's own exit code is, where the plan accepts any.
pub(super) const COMMAND: &str = "command";

/// What a source says of one gate.
#[derive(Clone, Debug)]
pub(super) struct Said {
    pub(super) gate: GateId,
    pub(super) result: GateResult,
    pub(super) reason: Option<String>,
    /// One line for people.
    pub(super) summary: Option<String>,
    pub(super) origin: Origin,
    pub(super) owner: Option<String>,
    pub(super) evidence_types: BTreeSet<String>,
    /// What the run left, and what of it stands for the gate's own proof.
    pub(super) artifacts: Vec<Artifact>,
    /// Documents that speak of many gates: they are kept, and are no artifact of this one.
    pub(super) documents: Vec<Artifact>,
    /// Which try, counted from 1, of those that the source knows.
    pub(super) attempt: u32,
    pub(super) shard: Shard,
    pub(super) started: Option<Timestamp>,
    pub(super) finished: Option<Timestamp>,
    pub(super) valid_until: Option<Timestamp>,
    pub(super) tool: Tool,
}

/// Returns what laneway itself calls itself.
pub(super) fn laneway() -> Tool {
    Tool { name: "laneway".to_owned(), version: Some(env!("CARGO_PKG_VERSION").to_owned()) }
}

/// Returns the types of evidence that the command of a gate is by itself.
pub(super) fn own_types(plan: &Plan, gate: &GateId) -> BTreeSet<String> {
    let accepted = plan.gates.get(gate).map(|own| own.evidence_types.clone()).unwrap_or_default();
    if accepted.is_empty() { BTreeSet::from([COMMAND.to_owned()]) } else { accepted }
}

/// A report, read.
#[derive(Debug)]
pub(super) struct Report {
    pub(super) source: Arc<Source>,
    reported: Reported,
}

/// Reads every report that is named.
pub(super) fn reports(args: &RecordArgs, given: &Given, now: Timestamp) -> Result<Vec<Report>, Vec<Fault>> {
    let mut reports = Vec::new();
    let mut faults = Vec::new();
    for (flag, file) in files::named(args) {
        let code = match flag {
            "--junit" => Code::JunitSyntax,
            "--sarif" => Code::SarifSyntax,
            "--cobertura" => Code::CoberturaSyntax,
            _ => continue,
        };
        let source = match files::read(flag, file, code) {
            Ok(source) => source,
            Err(fault) => {
                faults.push(fault);
                continue;
            }
        };
        let reported = match (code, given.least) {
            (Code::JunitSyntax, _) => results::junit(&source),
            (Code::SarifSyntax, _) => results::sarif(&source),
            (_, Some(least)) => results::cobertura(&source, least),
            (_, None) => continue,
        };
        match reported {
            Ok(reported) => {
                faults.extend(reported.finished.and_then(|time| future(source.name(), time, now)));
                reports.push(Report { source, reported });
            }
            Err(own) => faults.extend(own),
        }
    }
    if faults.is_empty() { Ok(reports) } else { Err(faults) }
}

/// Takes the worst of the exit code and the reports, for each gate that is named.
pub(super) fn ran(
    args: &RecordArgs,
    given: &Given,
    plan: &Plan,
    gates: &[GateId],
    reports: &[Report],
) -> Vec<Said> {
    let mut verdicts: Vec<(GateResult, Option<String>)> = Vec::new();
    if let Some(code) = args.exit_code {
        let result = if code == 0 { GateResult::Pass } else { GateResult::Fail };
        verdicts.push((result, (code != 0).then(|| format!("it exited with {code}"))));
    }
    verdicts.extend(reports.iter().map(|own| (own.reported.result, own.reported.reason.clone())));
    let worst = verdicts
        .iter()
        .map(|(result, _)| *result)
        .max_by_key(|result| weight(*result))
        .unwrap_or(GateResult::Blocked);
    let reasons: Vec<String> = verdicts.into_iter().filter_map(|(_, reason)| reason).collect();
    let reason = args.reason.clone().or_else(|| (!reasons.is_empty()).then(|| reasons.join("; ")));
    let reported = || reports.iter().map(|own| &own.reported);
    let summaries: Vec<&str> = reported().map(|own| own.summary.as_str()).collect();
    let of_reports: BTreeSet<String> = reported().map(|own| own.evidence_type.to_owned()).collect();
    let said = |gate: &GateId| {
        let mut evidence_types = of_reports.clone();
        if args.exit_code.is_some() {
            evidence_types.extend(own_types(plan, gate));
        }
        Said {
            gate: gate.clone(),
            result: worst,
            reason: reason.clone(),
            summary: (!summaries.is_empty()).then(|| summaries.join("; ")),
            origin: Origin::Executed,
            owner: None,
            evidence_types,
            artifacts: reports.iter().map(|own| files::artifact(own.source.name(), &own.source)).collect(),
            documents: Vec::new(),
            attempt: 1,
            shard: given.shard,
            started: reported().filter_map(|own| own.started).min(),
            finished: reported().filter_map(|own| own.finished).max(),
            valid_until: None,
            tool: reported().next().map_or_else(laneway, |own| own.tool.clone()),
        }
    };
    gates.iter().map(said).collect()
}

/// Takes somebody's word for it, which is never a pass.
pub(super) fn word(args: &RecordArgs, given: &Given, result: GateResult, gates: &[GateId]) -> Vec<Said> {
    let said = |gate: &GateId| Said {
        gate: gate.clone(),
        result,
        reason: args.reason.clone(),
        summary: None,
        origin: Origin::Executed,
        owner: None,
        evidence_types: BTreeSet::new(),
        artifacts: Vec::new(),
        documents: Vec::new(),
        attempt: 1,
        shard: given.shard,
        started: None,
        finished: None,
        valid_until: None,
        tool: laneway(),
    };
    gates.iter().map(said).collect()
}

/// Returns how much a result weighs against another one of the same run.
const fn weight(result: GateResult) -> u8 {
    match result {
        GateResult::Fail => 3,
        GateResult::Partial => 2,
        GateResult::Blocked | GateResult::Missing | GateResult::NotApplicable => 1,
        GateResult::Pass => 0,
    }
}
