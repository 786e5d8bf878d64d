//! Routes beside what was recorded of their gates.

use std::collections::BTreeMap;

use super::outcome::{KnownGate, Replayed, Universe, Verdict};
use super::results::{Record, Recorded};
use crate::id::GateId;
use crate::route::SkipReason;

/// What recorded results say of the routes.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Judged {
    /// How many results were recorded.
    pub records: usize,
    /// How many gates failed, each counted once a change.
    pub failures: usize,
    /// Those that the route leaves out.
    pub missed: Vec<Miss>,
    /// How many of the others run for no other reason than that the route is broad.
    pub caught_by_broad: usize,
    /// How long the recorded runs took that say so, in milliseconds.
    pub took: u64,
    /// How long those of them took that the route leaves out.
    pub saved: u64,
    /// Results on commits that are no head of a replayed change, by what was written.
    pub unknown_commits: BTreeMap<String, Unplaced>,
    /// Results of gates that the policy of their change does not know, by what was written.
    pub unknown_gates: BTreeMap<String, Unplaced>,
    /// Results on a shortened id that more than one head begins with.
    pub ambiguous_commits: BTreeMap<String, Unplaced>,
}

/// A failure that the route would have missed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Miss {
    /// The change, by its place in the list.
    pub change: usize,
    /// The gate.
    pub gate: GateId,
    /// Why the route leaves it out.
    pub because: SkipReason,
    /// The first line that records the failure.
    pub line: u32,
    /// Says that the gate is recorded as passed on the same commit, too: it may only be unsteady.
    pub also_passed: bool,
}

/// Results that cannot be held beside a route.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Unplaced {
    /// How many there are.
    pub records: usize,
    /// How many of them are failures.
    pub failures: usize,
    /// The line of the first.
    pub line: u32,
}

impl Judged {
    /// Returns how many recorded failures cannot be held beside a route.
    pub fn unplaced_failures(&self) -> usize {
        let all = [&self.unknown_commits, &self.unknown_gates, &self.ambiguous_commits];
        all.into_iter().flat_map(|own| own.values()).map(|own| own.failures).sum()
    }
}

/// What is recorded of a gate in a change.
#[derive(Default)]
struct Known {
    failed: Option<u32>,
    passed: bool,
}

/// Holds results beside the routes of changes.
pub fn judge(changes: &[Replayed], records: &[Record]) -> Judged {
    let mut judged = Judged { records: records.len(), ..Judged::default() };
    let mut heads: BTreeMap<&str, Vec<usize>> = BTreeMap::new();
    for (index, change) in changes.iter().enumerate() {
        heads.entry(&change.head).or_default().push(index);
    }
    let mut names = Names::default();
    let mut known: BTreeMap<(usize, usize), Known> = BTreeMap::new();
    for record in records {
        let mut found =
            heads.range(record.commit.as_str()..).take_while(|(head, _)| head.starts_with(&record.commit));
        let Some((_, at)) = found.next() else {
            unplaced(&mut judged.unknown_commits, &record.commit, record);
            continue;
        };
        if found.next().is_some() {
            unplaced(&mut judged.ambiguous_commits, &record.commit, record);
            continue;
        }
        let mut is_known = false;
        let mut is_left_out = false;
        for change in at {
            let outcome = &*changes[*change].outcome;
            let Some(gate) = names.find(&outcome.universe, &record.gate) else { continue };
            is_known = true;
            is_left_out |= !outcome.verdicts[gate].runs();
            let own = known.entry((*change, gate)).or_default();
            match record.result {
                Recorded::Failed => {
                    own.failed.get_or_insert(record.line);
                }
                Recorded::Passed => own.passed = true,
                Recorded::Neither => {}
            }
        }
        if !is_known {
            unplaced(&mut judged.unknown_gates, &record.gate, record);
            continue;
        }
        let took = record.milliseconds.unwrap_or_default();
        judged.took = judged.took.saturating_add(took);
        if is_left_out {
            judged.saved = judged.saved.saturating_add(took);
        }
    }
    for ((change, gate), known) in known {
        let Some(line) = known.failed else { continue };
        let outcome = &*changes[change].outcome;
        judged.failures += 1;
        match &outcome.verdicts[gate] {
            Verdict::Selected => {}
            Verdict::OnlyBroad => judged.caught_by_broad += 1,
            Verdict::Skipped(because) => judged.missed.push(Miss {
                change,
                gate: outcome.universe.gates[gate].id.clone(),
                because: because.clone(),
                line,
                also_passed: known.passed,
            }),
        }
    }
    judged
}

fn unplaced(list: &mut BTreeMap<String, Unplaced>, name: &str, record: &Record) {
    let own = list.entry(name.to_owned()).or_insert(Unplaced { line: record.line, ..Unplaced::default() });
    own.records += 1;
    own.failures += usize::from(record.result == Recorded::Failed);
}

/// Looks gates up by id, or by a title that only one has, and remembers the titles of the last universe.
#[derive(Default)]
struct Names<'a> {
    of: Option<&'a Universe>,
    titles: BTreeMap<&'a str, Option<usize>>,
}

impl<'a> Names<'a> {
    fn find(&mut self, universe: &'a Universe, name: &str) -> Option<usize> {
        if let Ok(at) = universe.gates.binary_search_by(|gate: &KnownGate| gate.id.as_str().cmp(name)) {
            return Some(at);
        }
        if self.of.is_none_or(|own| !std::ptr::eq(own, universe)) {
            self.of = Some(universe);
            self.titles.clear();
            for (at, gate) in universe.gates.iter().enumerate() {
                self.titles.entry(&gate.title).and_modify(|at| *at = None).or_insert(Some(at));
            }
        }
        self.titles.get(name).copied().flatten()
    }
}
