//! What to do about a gate that does not stand as it should.

use std::collections::BTreeSet;

use super::report::Report;
use crate::environment::Section;
use crate::evidence::Shown;
use crate::id::GateId;
use crate::route::GateState;
use crate::verdict::Judged;

/// The type of evidence of the checks of an environment.
const PREFLIGHT: &str = "preflight";

/// Returns what to do next, in one sentence; nothing for a gate that is in order.
///
/// A pass beside a failure on one commit is a disagreement, so what failed is never mended by another run alone.
pub(super) fn next(report: &Report<'_>, id: &GateId, judged: &Judged) -> Option<String> {
    let expectation = report.expectations.get(id);
    let release = report.release.as_ref().map(|own| {
        let asked = &own.plan.asked;
        format!(" --profile {} --environment {}", asked.profile.id, asked.environment.id)
    });
    let under = release.as_deref().unwrap_or_default();
    let by = |types: &BTreeSet<String>, own: &str| types.contains(own) && report.release.is_some();
    let run = match expectation {
        Some(own) if by(&own.required.evidence_types, Section::EVIDENCE_TYPE) => {
            format!("resolve the release contract with `laneway profile resolve{under}`")
        }
        Some(own) if by(&own.required.evidence_types, PREFLIGHT) => {
            format!("make the checks of the environment with `laneway profile preflight{under}`")
        }
        Some(own) if own.required.run.is_none() => {
            format!("record its result with `laneway record {id}{under}`: it has no command of its own")
        }
        _ => format!(
            "run it with `laneway run {id}{under}`, or record its result with `laneway record {id}{under}`"
        ),
    };
    let approve = |more: &str| {
        format!(
            "`laneway evidence approve --gate {id} --subject {} --owner NAME{more} --reason WHY --expires TIME`",
            report.commit,
        )
    };
    if expectation.is_some_and(|own| own.by_approval_only) {
        let is_open = !judged.holds;
        return is_open.then(|| format!("an architecture reviewer approves it with {}", approve("")));
    }
    let changed = match expectation.map(|own| own.state) {
        Some(GateState::Retired) => "; or an architecture reviewer approves that it goes",
        Some(GateState::Redefined) => "; or an architecture reviewer approves how it changes",
        Some(GateState::Current) | None => "",
    };
    let risk = " --residual-risk-owner NAME";
    match judged.sealed.shown {
        Shown::Passed | Shown::Reused | Shown::Approved if judged.holds => None,
        Shown::NotApplicable if judged.holds => None,
        Shown::Passed | Shown::Reused | Shown::Approved | Shown::Missing => Some(run + changed),
        Shown::Failed if report.release.is_some() => {
            Some(format!("mend what it names, or take the release back, and ship a new commit{changed}"))
        }
        Shown::Failed => {
            Some(format!("mend it in a new commit: on this one, a pass beside the failure is flaky{changed}"))
        }
        Shown::Partial if judged.holds => {
            Some("bring down the risk that remains before the approval ends".to_owned())
        }
        Shown::Partial => {
            Some(format!("bring down the risk that remains, or have it approved with {}", approve(risk)))
        }
        Shown::Flaky if judged.holds => {
            Some("find out why its runs disagree before the approval ends".to_owned())
        }
        Shown::Flaky => {
            Some(format!("find out why its runs disagree, or have the risk approved with {}", approve(risk)))
        }
        Shown::Blocked => Some(format!("take away what blocks it, and {run}{changed}")),
        Shown::NotApplicable => {
            Some(format!("{run}; only a base with `not_applicable: allowed` lets it be left out"))
        }
        Shown::Waived => Some("mend it before the permission ends".to_owned()),
    }
}
