//! The most important clauses that a limited number of people can satisfy.

use std::collections::BTreeSet;

use super::cover::{Budget, cheapest, greedy, pruned, satisfies};
use super::demand::{Clause, Demand};
use super::standing::Cost;

/// Those who are asked.
#[derive(Debug)]
pub(super) struct Picked {
    /// Their indices.
    pub(super) chosen: BTreeSet<usize>,
    /// What they had to satisfy: every clause, or those that fit.
    pub(super) clauses: Vec<Clause>,
    /// Says whether no smaller set would do.
    pub(super) exact: bool,
}

/// Picks the cheapest set that satisfies all demands. Where it is larger than `most`, one demand after another is taken
/// up if all that were taken up before still fit with it; then as much of the others as fits.
pub(super) fn pick(demands: &[Demand], costs: &[Cost], most: usize) -> Picked {
    let mut budget = Budget::new();
    let all = || demands.iter().flat_map(|demand| &demand.clauses);
    let found = cheapest(all(), costs, usize::MAX, &mut budget).flatten();
    let (chosen, exact) = match found {
        Some(chosen) => (chosen, true),
        None => (greedy(all(), costs), false),
    };
    if chosen.len() <= most {
        return Picked { chosen, clauses: all().cloned().collect(), exact };
    }
    budget = Budget::new();
    let mut fitted = Fitted { kept: Vec::new(), chosen: BTreeSet::new(), costs, most, budget, apart: None };
    let rest: Vec<&Demand> = demands.iter().filter(|demand| !fitted.take(&demand.clauses)).collect();
    for demand in rest {
        for clause in &demand.clauses {
            let parts = (1..=clause.need.min(most)).rev().map(|need| Clause { need, ..clause.clone() });
            let mut parts = parts.map(|part| fitted.take(&[part]));
            // The largest part that fits.
            let _ = parts.any(|fits| fits);
        }
    }
    let Fitted { kept, chosen, mut budget, .. } = fitted;
    // Enough budget for every search means that none was cut short.
    let is_left = exact && budget.is_left();
    match cheapest(&kept, costs, most, &mut budget).flatten() {
        Some(chosen) => Picked { chosen, clauses: kept, exact: is_left },
        None => Picked { chosen: pruned(&kept, costs, chosen), clauses: kept, exact: false },
    }
}

/// The clauses that were taken up, and a set of at most `most` that satisfies them.
struct Fitted<'a> {
    kept: Vec<Clause>,
    chosen: BTreeSet<usize>,
    costs: &'a [Cost],
    most: usize,
    budget: Budget,
    /// Clauses that share nobody, and need as many people as may be asked: whoever else is needed is one too many.
    apart: Option<BTreeSet<usize>>,
}

impl Fitted<'_> {
    /// Takes clauses up if they fit.
    fn take(&mut self, clauses: &[Clause]) -> bool {
        let open: Vec<&Clause> = clauses.iter().filter(|clause| !satisfies(&self.chosen, clause)).collect();
        if !open.is_empty() {
            let full = self.apart.as_ref().is_some_and(|apart| {
                open.iter().any(|clause| clause.of.iter().all(|at| !apart.contains(at)))
            });
            if full {
                return false;
            }
            match self.with(clauses) {
                Some(chosen) => self.chosen = chosen,
                None => return false,
            }
        }
        self.kept.extend(clauses.iter().cloned());
        if !open.is_empty() && self.budget.is_left() {
            self.apart = self.packed();
        }
        true
    }

    /// Returns a set that satisfies these clauses as well.
    fn with(&mut self, clauses: &[Clause]) -> Option<BTreeSet<usize>> {
        let both = || self.kept.iter().chain(clauses);
        match cheapest(both(), self.costs, self.most, &mut self.budget) {
            Some(found) => found,
            None if self.chosen.len() >= self.most => None,
            None => {
                let mut more = self.chosen.clone();
                more.extend(greedy(clauses, self.costs));
                Some(more).filter(|chosen| chosen.len() <= self.most)
            }
        }
    }

    fn packed(&self) -> Option<BTreeSet<usize>> {
        let mut sorted: Vec<&Clause> = self.kept.iter().collect();
        sorted.sort_by_key(|clause| (clause.of.len(), *clause));
        let mut seen = BTreeSet::new();
        let mut people = 0;
        for clause in sorted {
            if clause.of.iter().all(|at| !seen.contains(at)) {
                seen.extend(clause.of.iter().copied());
                people += clause.need;
            }
        }
        (people >= self.most).then_some(seen)
    }
}
