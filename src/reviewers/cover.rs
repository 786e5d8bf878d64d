//! The cheapest set of candidates that satisfies clauses.
//!
//! Clauses that are equal, or that others imply, are left out; those that share nobody are solved apart; candidates
//! that occur in the same clauses are interchangeable but for what they cost, so only their number is searched for.
//! What is left is branch and bound. It has a budget of steps, which is fixed, so that the same clauses always end the
//! same way; where it is spent, the candidate who satisfies most is taken again and again, and whoever is needless in
//! the end is taken out.

use std::collections::{BTreeMap, BTreeSet};

use super::demand::Clause;
use super::standing::Cost;

/// Up to how many clauses those that others imply are looked for: every pair is compared.
const WORTH_COMPARING: usize = 512;

/// How many steps may be taken.
#[derive(Debug)]
pub(super) struct Budget(u64);

impl Budget {
    /// A budget that is spent within tenths of a second.
    pub(super) const fn new() -> Self {
        Self(2_000_000)
    }

    /// Takes steps; nothing where there are not enough left.
    fn take(&mut self, steps: usize) -> Option<()> {
        self.0 = self.0.checked_sub(steps as u64)?;
        Some(())
    }

    /// Says whether steps are left.
    pub(super) const fn is_left(&self) -> bool {
        self.0 > 0
    }

    fn spend_all(&mut self) {
        self.0 = 0;
    }
}

/// Returns the set of least cost that satisfies all clauses; nothing where the budget does not suffice.
///
/// With a limit, `Some(None)` says that every set is larger.
pub(super) fn cheapest<'a>(
    clauses: impl IntoIterator<Item = &'a Clause>,
    costs: &[Cost],
    limit: usize,
    budget: &mut Budget,
) -> Option<Option<BTreeSet<usize>>> {
    if !budget.is_left() {
        return None;
    }
    let clauses = distinct(clauses);
    // Everything is laid out in maps and lists before the first step.
    let steps = clauses.iter().map(|(of, _)| 4 * of.len()).sum::<usize>();
    let found = budget.take(steps + 1).and_then(|()| parts(clauses, budget)).and_then(|parts| {
        let mut chosen = BTreeSet::new();
        for part in parts {
            match (Search::new(&part, costs, limit.saturating_sub(chosen.len())).run(budget))? {
                Some(own) => chosen.extend(own),
                None => return Some(None),
            }
        }
        Some((chosen.len() <= limit).then_some(chosen))
    });
    if found.is_none() {
        budget.spend_all();
    }
    found
}

/// Returns a set that satisfies all clauses and of which nobody is needless.
pub(super) fn greedy<'a>(clauses: impl IntoIterator<Item = &'a Clause>, costs: &[Cost]) -> BTreeSet<usize> {
    let clauses = distinct(clauses);
    let mut left: Vec<usize> = clauses.iter().map(|(_, need)| *need).collect();
    let mut within: Vec<Vec<usize>> = vec![Vec::new(); costs.len()];
    for (clause, (of, _)) in clauses.iter().enumerate() {
        for &at in of {
            within[at].push(clause);
        }
    }
    let mut gain: Vec<usize> = within.iter().map(Vec::len).collect();
    let mut chosen = BTreeSet::new();
    loop {
        let best =
            (0..costs.len()).filter(|at| gain[*at] > 0 && !chosen.contains(at)).max_by(|&left, &right| {
                gain[left].cmp(&gain[right]).then_with(|| (costs[right], right).cmp(&(costs[left], left)))
            });
        let Some(best) = best else { break };
        chosen.insert(best);
        for &clause in &within[best] {
            if left[clause] > 0 {
                left[clause] -= 1;
                if left[clause] == 0 {
                    clauses[clause].0.iter().for_each(|&at| gain[at] -= 1);
                }
            }
        }
    }
    without_needless(&clauses, costs, chosen)
}

/// Takes out those without whom all clauses are satisfied as well, the dearest first.
pub(super) fn pruned<'a>(
    clauses: impl IntoIterator<Item = &'a Clause>,
    costs: &[Cost],
    chosen: BTreeSet<usize>,
) -> BTreeSet<usize> {
    without_needless(&distinct(clauses), costs, chosen)
}

fn without_needless(clauses: &[Plain], costs: &[Cost], mut chosen: BTreeSet<usize>) -> BTreeSet<usize> {
    let mut within: BTreeMap<usize, Vec<usize>> = BTreeMap::new();
    let mut over = vec![0; clauses.len()];
    for (clause, (of, need)) in clauses.iter().enumerate() {
        let here = of.iter().filter(|at| chosen.contains(at));
        over[clause] = here.clone().count().saturating_sub(*need);
        here.for_each(|&at| within.entry(at).or_default().push(clause));
    }
    let mut dearest: Vec<usize> = chosen.iter().copied().collect();
    dearest.sort_by(|&left, &right| (costs[right], right).cmp(&(costs[left], left)));
    for at in dearest {
        let own = within.get(&at).map_or(&[][..], Vec::as_slice);
        if own.iter().all(|&clause| over[clause] > 0) {
            own.iter().for_each(|&clause| over[clause] -= 1);
            chosen.remove(&at);
        }
    }
    chosen
}

/// Says whether those chosen satisfy a clause.
pub(super) fn satisfies(chosen: &BTreeSet<usize>, clause: &Clause) -> bool {
    // The shorter of the two is gone through.
    let found = if chosen.len() < clause.of.len() {
        chosen.iter().filter(|at| clause.of.binary_search(at).is_ok()).count()
    } else {
        clause.of.iter().filter(|at| chosen.contains(at)).count()
    };
    found >= clause.need
}

type Plain = (Vec<usize>, usize);

/// Returns every set of candidates once, with the most that is needed of it, in one order whatever that of the input.
fn distinct<'a>(clauses: impl IntoIterator<Item = &'a Clause>) -> Vec<Plain> {
    let mut needs: BTreeMap<&[usize], usize> = BTreeMap::new();
    for clause in clauses {
        let need = needs.entry(&clause.of).or_default();
        *need = clause.need.max(*need);
    }
    needs.into_iter().map(|(of, need)| (of.to_vec(), need)).collect()
}

/// Leaves out clauses that others imply, and parts those that share nobody.
fn parts(mut clauses: Vec<Plain>, budget: &mut Budget) -> Option<Vec<Vec<Plain>>> {
    if clauses.len() <= WORTH_COMPARING {
        budget.take(clauses.len() * clauses.len())?;
        clauses.sort_by_key(|(of, _)| of.len());
        let mut kept: Vec<Plain> = Vec::new();
        for (of, need) in clauses {
            let implied = |own: &Plain| own.1 >= need && own.0.iter().all(|at| of.binary_search(at).is_ok());
            if !kept.iter().any(implied) {
                kept.push((of, need));
            }
        }
        clauses = kept;
        clauses.sort_unstable();
    }
    let mut group: BTreeMap<usize, usize> = BTreeMap::new();
    let mut parent: Vec<usize> = (0..clauses.len()).collect();
    for (clause, (of, _)) in clauses.iter().enumerate() {
        for &at in of {
            let other = *group.entry(at).or_insert(clause);
            let (one, two) = (root(&mut parent, clause), root(&mut parent, other));
            parent[one.max(two)] = one.min(two);
        }
    }
    let mut parts: BTreeMap<usize, Vec<Plain>> = BTreeMap::new();
    for (clause, plain) in clauses.into_iter().enumerate() {
        parts.entry(root(&mut parent, clause)).or_default().push(plain);
    }
    Some(parts.into_values().collect())
}

fn root(parent: &mut [usize], mut at: usize) -> usize {
    while parent[at] != at {
        parent[at] = parent[parent[at]];
        at = parent[at];
    }
    at
}

/// Candidates that occur in the same clauses, the cheapest first.
struct Kind {
    within: Vec<usize>,
    members: Vec<usize>,
}

/// A search for the cheapest set.
struct Search<'a> {
    costs: &'a [Cost],
    kinds: Vec<Kind>,
    /// Of each clause, its kinds.
    of: Vec<Vec<usize>>,
    limit: usize,
    /// How many are still needed of each clause.
    left: Vec<usize>,
    /// How many are still to be had of each clause.
    to_be_had: Vec<usize>,
    /// How many of each kind are taken.
    taken: Vec<usize>,
    /// The kinds of which no more is taken on this branch.
    closed: Vec<bool>,
    best: Option<(Cost, Vec<usize>)>,
}

impl<'a> Search<'a> {
    fn new(clauses: &[Plain], costs: &'a [Cost], limit: usize) -> Self {
        let mut within: BTreeMap<usize, Vec<usize>> = BTreeMap::new();
        for (clause, (of, _)) in clauses.iter().enumerate() {
            for &at in of {
                within.entry(at).or_default().push(clause);
            }
        }
        let mut kinds: BTreeMap<Vec<usize>, Vec<usize>> = BTreeMap::new();
        for (at, within) in within {
            kinds.entry(within).or_default().push(at);
        }
        let mut of = vec![Vec::new(); clauses.len()];
        let kinds: Vec<Kind> = kinds
            .into_iter()
            .enumerate()
            .map(|(kind, (within, mut members))| {
                within.iter().for_each(|&clause| of[clause].push(kind));
                members.sort_by_key(|&at| (costs[at], at));
                Kind { within, members }
            })
            .collect();
        Self {
            costs,
            of,
            limit,
            left: clauses.iter().map(|(_, need)| *need).collect(),
            to_be_had: clauses.iter().map(|(of, _)| of.len()).collect(),
            taken: vec![0; kinds.len()],
            closed: vec![false; kinds.len()],
            kinds,
            best: None,
        }
    }

    fn run(mut self, budget: &mut Budget) -> Option<Option<BTreeSet<usize>>> {
        self.step(Cost::default(), budget)?;
        let best = self.best.take();
        Some(best.map(|(_, taken)| {
            let members = self.kinds.iter().zip(taken);
            members.flat_map(|(kind, taken)| kind.members[..taken].iter().copied()).collect()
        }))
    }

    fn step(&mut self, cost: Cost, budget: &mut Budget) -> Option<()> {
        // The clauses are sorted at each step, and the kinds of some of them gone through.
        budget.take(4 * self.left.len() + self.kinds.len())?;
        let Some((clause, at_least)) = self.next() else {
            if self.best.as_ref().is_none_or(|(best, _)| cost < *best) {
                self.best = Some((cost, self.taken.clone()));
            }
            return Some(());
        };
        if self.to_be_had[clause] < self.left[clause] || self.is_hopeless(cost, at_least) {
            return Some(());
        }
        let mut open: Vec<usize> = self.of[clause].iter().copied().filter(|&kind| self.has(kind)).collect();
        open.sort_by_cached_key(|&kind| {
            let gain = self.kinds[kind].within.iter().filter(|&&clause| self.left[clause] > 0).count();
            (std::cmp::Reverse(gain), self.costs[self.kinds[kind].members[self.taken[kind]]])
        });
        let mut done = Some(());
        let mut closed = Vec::new();
        for kind in open {
            let own = self.costs[self.kinds[kind].members[self.taken[kind]]];
            let before = self.left.clone();
            self.taken[kind] += 1;
            for &clause in &self.kinds[kind].within {
                self.left[clause] = self.left[clause].saturating_sub(1);
                self.to_be_had[clause] -= 1;
            }
            done = self.step(cost + own, budget);
            self.taken[kind] -= 1;
            self.left = before;
            self.kinds[kind].within.iter().for_each(|&clause| self.to_be_had[clause] += 1);
            if done.is_none() {
                break;
            }
            // Every set with one more of this kind has been seen.
            self.close(kind, true);
            closed.push(kind);
            if self.to_be_had[clause] < self.left[clause] {
                break;
            }
        }
        closed.into_iter().for_each(|kind| self.close(kind, false));
        done
    }

    fn has(&self, kind: usize) -> bool {
        !self.closed[kind] && self.taken[kind] < self.kinds[kind].members.len()
    }

    fn close(&mut self, kind: usize, closed: bool) {
        self.closed[kind] = closed;
        let rest = self.kinds[kind].members.len() - self.taken[kind];
        for &clause in &self.kinds[kind].within {
            if closed {
                self.to_be_had[clause] -= rest;
            } else {
                self.to_be_had[clause] += rest;
            }
        }
    }

    /// Returns the clause that leaves least to choose, and how many people all clauses need at least; nothing where
    /// all are satisfied.
    fn next(&self) -> Option<(usize, usize)> {
        let slack = |&clause: &usize| {
            (self.to_be_had[clause].saturating_sub(self.left[clause]), self.of[clause].len(), clause)
        };
        let mut open: Vec<usize> = (0..self.left.len()).filter(|&clause| self.left[clause] > 0).collect();
        let tightest = open.iter().copied().min_by_key(slack)?;
        // Clauses that share no kind need different people.
        open.sort_by_key(|&clause| (self.of[clause].len(), clause));
        let mut seen = vec![false; self.kinds.len()];
        let mut at_least = 0;
        for clause in open {
            let own = || self.of[clause].iter().filter(|&&kind| self.has(kind));
            if own().all(|&kind| !seen[kind]) {
                at_least += self.left[clause];
                own().for_each(|&kind| seen[kind] = true);
            }
        }
        Some((tightest, at_least))
    }

    fn is_hopeless(&self, cost: Cost, at_least: usize) -> bool {
        let people = cost.people + at_least as u64;
        if people > self.limit as u64 {
            return true;
        }
        // Of what is added up, only authorship can make a set cheaper than its part.
        self.best.as_ref().is_some_and(|(best, _)| {
            (people, cost.anew, cost.unrostered, cost.load)
                > (best.people, best.anew, best.unrostered, best.load)
        })
    }
}
