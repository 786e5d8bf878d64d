//! What many changes come to.

use std::collections::{BTreeMap, HashMap};
use std::sync::Arc;

use super::outcome::{Cause, Outcome, Replayed, Universe, Verdict};
use crate::id::{DomainId, GateId};
use crate::lanes::Layer;
use crate::path::RepoPath;
use crate::route::SkipReason;

/// The sums over replayed changes. Changes in which nothing changed are counted, and are in no other figure.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Sums {
    /// How many changes there are.
    pub changes: usize,
    /// How many of them are merges, each compared with its first parent or merge base.
    pub merges: usize,
    /// How many of those have more than two parents.
    pub octopuses: usize,
    /// In how many nothing changed.
    pub empty: usize,
    /// How many have no base that is known, or cannot be read: their route is broad.
    pub without_base: usize,
    /// How many files changed, each counted once a change.
    pub files: usize,
    /// Gates that would have run, of those that there were.
    pub gates: Tally,
    /// How many of those would have run for no other reason than that the route is broad.
    pub only_broad: usize,
    /// How many gates would have run, a change.
    pub spread: Spread,
    /// The same over the changes of which the route is not broad.
    pub narrow: Spread,
    /// By layer.
    pub layers: BTreeMap<Layer, Tally>,
    /// By domain; a gate counts for every domain whose lane asks for it or defines it.
    pub domains: BTreeMap<DomainId, DomainTally>,
    /// By gate.
    pub by_gate: BTreeMap<GateId, GateTally>,
    /// How many routes are broad.
    pub broad: usize,
    /// How many have each cause.
    pub causes: BTreeMap<Cause, usize>,
    /// How many changes have a file that no row maps.
    pub unmapped: usize,
    /// Each such file.
    pub unmapped_files: BTreeMap<RepoPath, FileTally>,
}

/// How many were selected of how many.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub struct Tally {
    /// How many would have run.
    pub selected: usize,
    /// How many there were.
    pub possible: usize,
}

/// How a number is spread over the changes. Percentiles are the nearest rank: a number that some change has.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Spread {
    /// How many changes.
    pub changes: usize,
    /// The least.
    pub least: usize,
    /// Half of the changes have no more.
    pub median: usize,
    /// Nine changes of ten have no more.
    pub p90: usize,
    /// The most.
    pub most: usize,
}

/// What comes to a domain.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct DomainTally {
    /// How many changes reach it: change it, rebuild it, or change what it consumes.
    pub reached: usize,
    /// Its gates.
    pub gates: Tally,
}

/// What comes to a gate.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct GateTally {
    /// Its title in the newest change that knows it.
    pub title: String,
    /// Its layer in that change.
    pub layer: Layer,
    /// In how many changes it would have run, of those that know it.
    pub runs: Tally,
    /// In how many for no other reason than that the route is broad.
    pub only_broad: usize,
    /// In how many it would not have, by why not.
    pub skipped: BTreeMap<SkipReason, usize>,
}

/// What comes to a file that no row maps.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct FileTally {
    /// How many changes it makes broad.
    pub changes: usize,
    /// How many of those would not be broad without it: it is their only unmapped file, and there is no other cause.
    pub alone: usize,
}

impl Tally {
    /// Counts others, too.
    const fn join(&mut self, other: Self) {
        self.selected += other.selected;
        self.possible += other.possible;
    }
}

impl Spread {
    /// Sums up numbers in any order.
    pub fn new(mut numbers: Vec<usize>) -> Self {
        numbers.sort_unstable();
        let rank = |percent: usize| {
            let rank = (numbers.len() * percent).div_ceil(100).max(1);
            numbers.get(rank - 1).copied().unwrap_or_default()
        };
        Self { changes: numbers.len(), least: rank(0), median: rank(50), p90: rank(90), most: rank(100) }
    }
}

impl Sums {
    /// Adds up changes, newest first.
    pub fn new(changes: &[Replayed]) -> Self {
        let mut sums = Self { changes: changes.len(), ..Self::default() };
        let (mut all, mut narrow) = (Vec::new(), Vec::new());
        // Each outcome and each universe once, in the order of their first changes.
        let mut outcomes: Vec<(&Outcome, usize, usize)> = Vec::new();
        let mut known: HashMap<*const Outcome, usize> = HashMap::new();
        for change in changes {
            sums.merges += usize::from(change.parents > 1);
            sums.octopuses += usize::from(change.parents > 2);
            sums.files += change.files;
            let outcome = &*change.outcome;
            if outcome.empty {
                sums.empty += 1;
                continue;
            }
            let place = *known.entry(Arc::as_ptr(&change.outcome)).or_insert_with(|| {
                outcomes.push((outcome, outcome.selected(), 0));
                outcomes.len() - 1
            });
            outcomes[place].2 += 1;
            let selected = outcomes[place].1;
            all.push(selected);
            if outcome.is_broad() {
                sums.broad(change);
            } else {
                narrow.push(selected);
            }
        }
        let mut counts: Vec<(&Universe, Count<'_>)> = Vec::new();
        for (outcome, _, changes) in outcomes {
            let universe = &*outcome.universe;
            let place =
                counts.iter().position(|(own, _)| std::ptr::eq(*own, universe)).unwrap_or_else(|| {
                    counts.push((universe, Count::default()));
                    counts.len() - 1
                });
            counts[place].1.add(outcome, changes);
        }
        for (universe, count) in counts {
            sums.gates(universe, count);
        }
        sums.spread = Spread::new(all);
        sums.narrow = Spread::new(narrow);
        sums
    }

    fn broad(&mut self, change: &Replayed) {
        let causes = &change.outcome.causes;
        self.broad += 1;
        self.without_base += usize::from(causes.iter().any(|cause| matches!(cause, Cause::MissingBase(_))));
        for cause in causes {
            *self.causes.entry(cause.clone()).or_default() += 1;
        }
        self.unmapped += usize::from(!change.unmapped.is_empty());
        let alone = change.unmapped.len() == 1 && causes.len() == 1;
        for file in &change.unmapped {
            let tally = self.unmapped_files.entry(file.clone()).or_default();
            tally.changes += 1;
            tally.alone += usize::from(alone);
        }
    }

    /// Adds what came of each gate of a universe.
    fn gates(&mut self, universe: &Universe, count: Count<'_>) {
        for (domain, reached) in count.reached {
            self.domains.entry(domain.clone()).or_default().reached += reached;
        }
        for (gate, own) in universe.gates.iter().zip(count.gates) {
            let skipped: usize = own.skipped.values().sum();
            let runs = Tally { selected: count.changes - skipped, possible: count.changes };
            self.gates.join(runs);
            self.only_broad += own.only_broad;
            self.layers.entry(gate.layer).or_default().join(runs);
            for domain in &gate.domains {
                self.domains.entry(domain.clone()).or_default().gates.join(runs);
            }
            let tally = self.by_gate.entry(gate.id.clone()).or_insert_with(|| GateTally {
                title: gate.title.clone(),
                layer: gate.layer,
                runs: Tally::default(),
                only_broad: 0,
                skipped: BTreeMap::new(),
            });
            tally.runs.join(runs);
            tally.only_broad += own.only_broad;
            for (why, changes) in own.skipped {
                *tally.skipped.entry(why.clone()).or_default() += changes;
            }
        }
    }
}

/// What comes to the gates of one universe: nearly every change has the same one, so that a gate is a place in a list
/// while changes are counted, and is looked up once.
#[derive(Default)]
struct Count<'a> {
    changes: usize,
    gates: Vec<GateCount<'a>>,
    reached: BTreeMap<&'a DomainId, usize>,
}

#[derive(Clone, Default)]
struct GateCount<'a> {
    only_broad: usize,
    skipped: BTreeMap<&'a SkipReason, usize>,
}

impl<'a> Count<'a> {
    /// Adds an outcome that so many changes have.
    fn add(&mut self, outcome: &'a Outcome, changes: usize) {
        self.changes += changes;
        self.gates.resize(outcome.verdicts.len(), GateCount::default());
        for (own, verdict) in self.gates.iter_mut().zip(&outcome.verdicts) {
            match verdict {
                Verdict::Selected => {}
                Verdict::OnlyBroad => own.only_broad += changes,
                Verdict::Skipped(why) => *own.skipped.entry(why).or_default() += changes,
            }
        }
        for domain in &outcome.domains {
            *self.reached.entry(domain).or_default() += changes;
        }
    }
}
