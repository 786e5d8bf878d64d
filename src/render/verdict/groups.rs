//! The gates of a verdict as its readers look at them: what stops it, what it owes, what is in order.

use std::collections::BTreeMap;

use super::report::Report;
use crate::evidence::{Outcome, Shown};
use crate::id::GateId;
use crate::render::reason::count;
use crate::verdict::Judged;

/// A gate with what became of it.
pub(super) type Gate<'a> = (&'a GateId, &'a Judged);

/// The gates by standing, by id.
pub(super) type ByStanding<'a> = BTreeMap<Shown, Vec<Gate<'a>>>;

/// The gates of a verdict, each in one of three.
#[derive(Debug, Default)]
pub(super) struct Groups<'a> {
    /// Those that stop it.
    pub(super) stopping: ByStanding<'a>,
    /// Those that it holds in spite of, or on somebody's word.
    pub(super) owed: ByStanding<'a>,
    /// All others.
    pub(super) settled: ByStanding<'a>,
}

impl<'a> Groups<'a> {
    /// Sorts the gates of a report.
    pub(super) fn of(report: &Report<'a>) -> Self {
        let mut groups = Self::default();
        for (id, judged) in &report.verdict.gates {
            let group = match judged {
                judged if judged.blocks => &mut groups.stopping,
                judged if is_debt(report, id, judged) => &mut groups.owed,
                _ => &mut groups.settled,
            };
            group.entry(judged.sealed.shown).or_default().push((id, judged));
        }
        groups
    }
}

/// Says whether a gate that does not stop the verdict is why it is not clean.
pub(super) fn is_debt(report: &Report<'_>, id: &GateId, judged: &Judged) -> bool {
    let settled =
        matches!(judged.sealed.shown, Shown::Passed | Shown::Reused | Shown::Approved | Shown::NotApplicable);
    let owes = || report.verdict.debts.iter().any(|debt| debt.gate.as_ref() == Some(id));
    !judged.blocks && (!(judged.holds && settled) || owes())
}

/// Returns how many gates a part has.
pub(super) fn size(part: &ByStanding<'_>) -> usize {
    part.values().map(Vec::len).sum()
}

/// Returns what the verdict comes to, in words.
pub(super) fn headline(report: &Report<'_>, groups: &Groups<'_>) -> String {
    let all = report.verdict.gates.len();
    let gates = count(all, "gate");
    let beside = report.release.as_ref().map(|own| own.judgement);
    let open = beside.map_or(0, |own| own.stands.iter().filter(|own| own.blocks()).count());
    match report.verdict.outcome {
        Outcome::Clean if beside.is_some() => {
            let conditions = beside.map_or(0, |own| own.stands.len());
            format!("Clean: all {gates} and {} are in order", count(conditions, "condition"))
        }
        Outcome::Clean if all == 0 => "Clean: no gate is asked for".to_owned(),
        Outcome::Clean => format!(
            "Clean: {} in order",
            if all == 1 { "1 gate is".to_owned() } else { format!("all {gates} are") }
        ),
        Outcome::WithDebt => match size(&groups.owed) {
            0 if beside.is_some() => {
                format!("Holds with debt: {}", count(report.verdict.debts.len(), "debt"))
            }
            0 => format!("Holds with debt: {}", count(report.verdict.debts.len(), "permission")),
            owed => format!("Holds with debt: {owed} of {gates}"),
        },
        Outcome::Fails => {
            let others = report.verdict.stops.len();
            let stopping = size(&groups.stopping);
            if beside.is_some() {
                let besides =
                    if others == 0 { String::new() } else { format!(", and {}", count(others, "reason")) };
                let conditions = count(open, "condition");
                return format!("Does not hold: {stopping} of {gates}, {conditions}{besides}");
            }
            match (stopping, others) {
                (0, 0) => "Does not hold".to_owned(),
                (0, others) => format!("Does not hold: {}", count(others, "reason")),
                (stopping, 0) => format!("Does not hold: {stopping} of {gates}"),
                (stopping, others) => {
                    format!("Does not hold: {stopping} of {gates}, and {} besides", count(others, "reason"))
                }
            }
        }
    }
}

/// Lists how many gates have which standing: `10 passed, 2 reused`.
pub(super) fn tally(part: &ByStanding<'_>) -> String {
    let each = part.iter().map(|(shown, gates)| format!("{} {}", gates.len(), words(*shown)));
    each.collect::<Vec<_>>().join(", ")
}

/// Returns a standing as people read it.
pub(crate) const fn words(shown: Shown) -> &'static str {
    match shown {
        Shown::Passed => "passed",
        Shown::Reused => "reused",
        Shown::Approved => "approved",
        Shown::Failed => "failed",
        Shown::Partial => "partial",
        Shown::Flaky => "flaky",
        Shown::Blocked => "blocked",
        Shown::Missing => "missing",
        Shown::NotApplicable => "not applicable",
        Shown::Waived => "waived",
    }
}
