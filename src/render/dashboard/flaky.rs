//! Gates whose runs disagree, and runs as they are put together from their parts.

use std::cmp::Reverse;
use std::collections::{BTreeMap, BTreeSet};

use super::model::{Flaky, Given};
use crate::digest::{CommitHash, Digest};
use crate::environment::Section;
use crate::evidence::{GateResult, Origin, Record, RunId};
use crate::id::GateId;

/// A commit under a plan.
type Subject<'a> = (&'a CommitHash, Digest);

/// One try of one run, with all of its parts that are there.
pub(super) type Tries<'a> = BTreeMap<(Subject<'a>, &'a RunId, u32), Vec<&'a Record>>;

/// Returns the tries of each gate that ran.
pub(super) fn tries(given: Given<'_>) -> BTreeMap<&GateId, Tries<'_>> {
    let mut gates: BTreeMap<&GateId, Tries<'_>> = BTreeMap::new();
    for held in &given.archive.records {
        let record = &held.content;
        let ran = matches!(record.result, GateResult::Pass | GateResult::Fail | GateResult::Partial);
        // An environment changes: two looks at it that differ disagree about nothing.
        let is_test = !Section::is_observation(&record.evidence_types);
        if record.origin == Origin::Executed && ran && is_test {
            let subject = (&record.subjects.commit, record.plan);
            let own = gates.entry(&record.gate).or_default();
            own.entry((subject, &record.run, record.attempt)).or_default().push(record);
        }
    }
    gates
}

/// Returns the gates whose runs disagree on some commit.
pub(super) fn flaky(given: Given<'_>) -> Vec<Flaky<'_>> {
    let gates = tries(given);
    let mut flaky: Vec<Flaky<'_>> =
        gates.iter().filter_map(|(gate, tries)| judged(given, gate, tries)).collect();
    flaky.sort_by(|left, right| {
        let share = |own: &Flaky<'_>| Reverse(own.disagree * 10_000 / own.subjects.max(1));
        (Reverse(left.disagree), share(left), left.gate).cmp(&(
            Reverse(right.disagree),
            share(right),
            right.gate,
        ))
    });
    flaky
}

fn judged<'a>(given: Given<'a>, gate: &'a GateId, tries: &Tries<'a>) -> Option<Flaky<'a>> {
    let mut outcomes: BTreeMap<Subject<'a>, (BTreeSet<GateResult>, &'a Record)> = BTreeMap::new();
    let mut newest: Option<&'a Record> = None;
    for ((subject, _, _), parts) in tries {
        // The parts of one try are one outcome: its worst part.
        let worst = parts.iter().map(|part| badness(part.result)).max().map_or(GateResult::Pass, |own| own.1);
        let Some(last) = parts.iter().copied().max_by_key(|part| part.finished) else { continue };
        let own = outcomes.entry(*subject).or_insert_with(|| (BTreeSet::new(), last));
        own.0.insert(worst);
        own.1 = if own.1.finished < last.finished { last } else { own.1 };
        newest = newest.filter(|own| own.finished >= last.finished).or(Some(last));
    }
    let disagreeing = || outcomes.values().filter(|(outcomes, _)| outcomes.len() > 1);
    let (_, last) = disagreeing().max_by_key(|(_, last)| (last.finished, &last.subjects.commit))?;
    Some(Flaky {
        gate,
        title: given.lanes.and_then(|lanes| lanes.gates.get(gate)).map(|own| own.title.as_str()),
        owner: newest.map_or("", |record| &record.owner),
        disagree: disagreeing().count(),
        subjects: outcomes.len(),
        last: last.finished,
        commit: &last.subjects.commit,
    })
}

/// Returns a result with how bad it is.
const fn badness(result: GateResult) -> (u8, GateResult) {
    let rank = match result {
        GateResult::Fail => 2,
        GateResult::Partial => 1,
        GateResult::Pass | GateResult::Blocked | GateResult::Missing | GateResult::NotApplicable => 0,
    };
    (rank, result)
}
