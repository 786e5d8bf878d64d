//! The choice, and what decided.

use std::collections::{BTreeMap, BTreeSet};

use super::cap::{Picked, pick};
use super::cover::satisfies;
use super::demand::{Clause, Demand, Demands, demands};
use super::model::{Asked, Candidate, Choice, LeftOut, Passed, Request, Unmet};
use super::people::People;
use super::standing::{Cost, Moment};

/// Chooses whom to ask.
///
/// Of all sets of people that satisfy every requirement which can be satisfied, the choice is the one with the fewest
/// people; among those, with the fewest who were not asked before; then with the fewest who are no person of the
/// roster; then with the least open reviews relative to capacity, added up; then with the most authorship, added up;
/// and then the one that the seed draws.
pub fn choose(request: &Request<'_>) -> Choice {
    let people = People::new(request.roster);
    let moment = Moment::new(&people, request.known);
    let asked_for = demands(request.review, &people, &moment);
    let costs: Vec<Cost> = asked_for.candidates.iter().map(|(_, standing)| standing.cost).collect();
    let picked = pick(&asked_for.demands, &costs, request.known.most);
    let unmet = unmet(&asked_for, &picked.chosen);
    let view = View::new(&asked_for, &picked, &costs);
    let mut asked: Vec<Asked> = picked.chosen.iter().map(|&at| view.asked(at)).collect();
    asked.sort_by(|left, right| {
        right.counts_for.len().cmp(&left.counts_for.len()).then_with(|| left.who.cmp(&right.who))
    });
    let left_out = left_out(&asked_for, &picked.chosen, &unmet);
    Choice { asked, left_out, unmet, unknown: asked_for.unknown, exact: picked.exact }
}

/// Returns the requirements that those chosen do not satisfy.
fn unmet(all: &Demands, chosen: &BTreeSet<usize>) -> BTreeMap<usize, Unmet> {
    let why = |demand: &Demand| {
        let open: BTreeSet<&String> = demand
            .whole
            .iter()
            .filter(|(_, clause)| !satisfies(chosen, clause))
            .flat_map(|(names, _)| names)
            .collect();
        let fits = demand.clauses.iter().all(|clause| satisfies(chosen, clause));
        let why = match &demand.unmet {
            Some(Unmet::NobodyNamed) => Unmet::NobodyNamed,
            // Somebody at capacity may have been asked for another requirement.
            _ if open.is_empty() => return None,
            Some(Unmet::NobodyLeft { names }) => {
                let names: BTreeSet<String> =
                    names.iter().filter(|name| open.contains(name)).cloned().collect();
                if names.is_empty() { Unmet::Most } else { Unmet::NobodyLeft { names } }
            }
            Some(why) if fits => why.clone(),
            _ => Unmet::Most,
        };
        Some((demand.requirement, why))
    };
    all.demands.iter().filter_map(why).collect()
}

/// Says of everybody who could have been asked and is not, why.
fn left_out(
    all: &Demands,
    chosen: &BTreeSet<usize>,
    unmet: &BTreeMap<usize, Unmet>,
) -> BTreeMap<Candidate, LeftOut> {
    let mut wanted: BTreeSet<usize> = BTreeSet::new();
    let mut concerned: BTreeSet<usize> = BTreeSet::new();
    for demand in &all.demands {
        concerned.extend(&demand.behind);
        for clause in &demand.clauses {
            concerned.extend(&clause.of);
            if unmet.contains_key(&demand.requirement) && !satisfies(chosen, clause) {
                wanted.extend(&clause.of);
            }
        }
    }
    let why = |at: &usize| {
        let (who, standing) = &all.candidates[*at];
        let beyond = all.beyond.contains(at) && wanted.contains(at);
        let why = match &standing.out {
            Some(out) if !beyond => out.clone(),
            _ if wanted.contains(at) => LeftOut::Most,
            _ => LeftOut::NotNeeded,
        };
        (who.clone(), why)
    };
    concerned.difference(chosen).map(why).collect()
}

/// What is looked at to say what decided.
struct View<'a> {
    all: &'a Demands,
    chosen: &'a BTreeSet<usize>,
    costs: &'a [Cost],
    /// Of each of those chosen, the clauses that had to be satisfied and that they are part of.
    within: BTreeMap<usize, Vec<&'a Clause>>,
    /// Of each of those chosen, the requirements that they count for, and those that they stand in for.
    counts: BTreeMap<usize, [BTreeSet<usize>; 2]>,
}

impl<'a> View<'a> {
    fn new(all: &'a Demands, picked: &'a Picked, costs: &'a [Cost]) -> Self {
        let chosen = &picked.chosen;
        let mut within: BTreeMap<usize, Vec<&Clause>> = BTreeMap::new();
        for clause in &picked.clauses {
            for &at in clause.of.iter().filter(|at| chosen.contains(at)) {
                within.entry(at).or_default().push(clause);
            }
        }
        let mut counts: BTreeMap<usize, [BTreeSet<usize>; 2]> = BTreeMap::new();
        for demand in &all.demands {
            for clause in &demand.clauses {
                for &at in clause.of.iter().filter(|at| chosen.contains(at)) {
                    let own = counts.entry(at).or_default();
                    own[usize::from(clause.stands_in)].insert(demand.requirement);
                }
            }
        }
        Self { all, chosen, costs, within, counts }
    }

    fn asked(&self, at: usize) -> Asked {
        let (who, standing) = &self.all.candidates[at];
        let [counts_for, stands_in_for] = self.counts.get(&at).cloned().unwrap_or_default();
        let (because, before) = self.decided(at);
        Asked {
            who: who.clone(),
            counts_for,
            stands_in_for,
            because,
            before: before.map(|at| self.all.candidates[at].0.clone()),
            open: standing.open,
            capacity: standing.capacity,
            over_capacity: matches!(standing.out, Some(LeftOut::AtCapacity { .. })),
        }
    }

    /// Says what decided for somebody, and who would have been next.
    fn decided(&self, at: usize) -> (Passed, Option<usize>) {
        let chosen = self.chosen;
        // What would not be satisfied without them.
        let is_broken = |clause: &&&Clause| {
            clause.of.iter().filter(|other| **other != at && chosen.contains(other)).count() < clause.need
        };
        let own = self.within.get(&at).into_iter().flatten();
        let broken: Vec<&Clause> = own.filter(is_broken).copied().collect();
        if !broken.is_empty() && broken.iter().all(|clause| clause.stands_in) {
            return (Passed::StandsIn, None);
        }
        if broken.iter().any(|clause| clause.of.iter().all(|other| chosen.contains(other))) {
            return (Passed::Only, None);
        }
        let Some((first, rest)) = broken.split_first() else { return (Passed::CoversMore, None) };
        let does_as_well = |other: &&usize| {
            !chosen.contains(other) && rest.iter().all(|clause| clause.of.binary_search(other).is_ok())
        };
        let as_well: Vec<usize> = first.of.iter().filter(does_as_well).copied().collect();
        let Some(next) = as_well.iter().copied().min_by_key(|&other| (self.costs[other], other)) else {
            return (Passed::CoversMore, None);
        };
        let (own, other) = (self.costs[at], self.costs[next]);
        let equal = |one: Cost| Cost { draw: 0, ..one } == Cost { draw: 0, ..own };
        let because = match () {
            // Where it is not proved that no fewer would do, somebody may have been taken for what others cover by now.
            () if other < own => Passed::CoversMore,
            () if own.anew < other.anew => Passed::Already,
            () if own.unrostered < other.unrostered => Passed::Rostered,
            () if own.load < other.load => Passed::LessLoad,
            () if own.unwritten < other.unwritten => {
                Passed::Authorship { wrote: u64::try_from(-own.unwritten).unwrap_or(u64::MAX) }
            }
            () => {
                let equals = as_well.iter().filter(|&&other| equal(self.costs[other])).count();
                Passed::Drawn { among: equals + 1 }
            }
        };
        (because, Some(next))
    }
}
