//! Requirements as clauses: so many of these people.

use std::collections::{BTreeMap, BTreeSet};

use super::model::{Candidate, LeftOut, Unmet};
use super::people::People;
use super::standing::{Moment, Standing};
use crate::quorum::{Need, Quorum};
use crate::review::{Requirement, Review, ReviewerReason};

/// So many of these candidates.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Clause {
    /// Indices of candidates, sorted.
    pub(super) of: Vec<usize>,
    /// How many of them; at least 1, and no more than there are.
    pub(super) need: usize,
    /// Says whether these are not who is named: nobody of those can look.
    pub(super) stands_in: bool,
}

/// A requirement as clauses.
#[derive(Debug)]
pub(super) struct Demand {
    /// Its index in [`Review::requirements`].
    pub(super) requirement: usize,
    /// Everyone behind its names.
    pub(super) behind: BTreeSet<usize>,
    /// What those asked must satisfy; nothing where nobody can be asked.
    pub(super) clauses: Vec<Clause>,
    /// Why the requirement is unmet even where all clauses are satisfied.
    pub(super) unmet: Option<Unmet>,
    /// What the requirement asks for, whoever of them can be asked, with the names that it is about.
    pub(super) whole: Vec<(BTreeSet<String>, Clause)>,
}

/// Everyone who could be asked, and what is to be satisfied, the most important demand first.
#[derive(Debug)]
pub(super) struct Demands {
    /// Sorted; clauses hold indices into it.
    pub(super) candidates: Vec<(Candidate, Standing)>,
    /// Architecture, then moved files, then owners by the number of their files, then consumers.
    pub(super) demands: Vec<Demand>,
    /// Those at capacity who are asked all the same, because the roster has nobody else left.
    pub(super) beyond: BTreeSet<usize>,
    /// Names that the roster does not know.
    pub(super) unknown: BTreeSet<String>,
}

/// Returns what the requirements of a review demand of whom.
pub(super) fn demands(review: &Review, people: &People<'_>, moment: &Moment<'_>) -> Demands {
    let mut behind: BTreeMap<&str, Vec<Candidate>> = BTreeMap::new();
    let named = review.requirements.iter().flat_map(|requirement| &requirement.quorum.of);
    for name in named.chain(&review.architecture_reviewers) {
        behind.entry(name).or_insert_with(|| people.behind(name));
    }
    let mut candidates: Vec<Candidate> = behind.values().flatten().cloned().collect();
    candidates.sort_unstable();
    candidates.dedup();
    let candidates: Vec<_> = candidates
        .into_iter()
        .map(|who| {
            let standing = moment.of(&who);
            (who, standing)
        })
        .collect();
    let index = |who: &Candidate| {
        candidates.binary_search_by(|(own, _)| own.cmp(who)).expect("every candidate was collected")
    };
    let behind: BTreeMap<&str, Vec<usize>> =
        behind.into_iter().map(|(name, all)| (name, all.iter().map(index).collect())).collect();
    let mut look = Look {
        candidates: &candidates,
        architecture: union(&review.architecture_reviewers, &behind),
        is_spent: is_spent(people, moment),
        beyond: BTreeSet::new(),
    };
    let mut order: Vec<(usize, &Requirement)> = review.requirements.iter().enumerate().collect();
    order.sort_by(|(_, left), (_, right)| rank(left).cmp(&rank(right)).then_with(|| left.cmp(right)));
    let demands: Vec<Demand> =
        order.into_iter().map(|(at, own)| look.demand(at, &own.quorum, &behind)).collect();
    let beyond = look.beyond;
    let mut names: BTreeSet<&String> = review.requirements.iter().flat_map(|own| &own.quorum.of).collect();
    if demands.iter().any(|own| own.clauses.iter().any(|clause| clause.stands_in)) {
        names.extend(&review.architecture_reviewers);
    }
    let is_unknown = |name: &&&String| matches!(people.find(name), Candidate::Unknown(_));
    let unknown = names.iter().filter(is_unknown).map(|&name| name.clone()).collect();
    Demands { candidates, demands, beyond, unknown }
}

/// What decides where nobody who is named can look.
struct Look<'a> {
    candidates: &'a [(Candidate, Standing)],
    architecture: Vec<usize>,
    /// Says whether the roster has people, and nobody of them is left.
    is_spent: bool,
    beyond: BTreeSet<usize>,
}

impl Look<'_> {
    fn demand(&mut self, requirement: usize, quorum: &Quorum, behind: &BTreeMap<&str, Vec<usize>>) -> Demand {
        let everyone = union(&quorum.of, behind);
        let all_of = |names: &BTreeSet<String>, need: usize| {
            (names.clone(), Clause { of: union(names, behind), need, stands_in: false })
        };
        let whole = match quorum.need {
            Need::Any => vec![all_of(&quorum.of, 1)],
            Need::AtLeast(needed) => vec![all_of(&quorum.of, people(needed))],
            Need::All => quorum.of.iter().map(|name| all_of(&[name.clone()].into(), 1)).collect(),
        };
        let mut clauses = Vec::new();
        let mut unmet = None;
        match quorum.need {
            _ if quorum.of.is_empty() => {
                clauses.extend(self.stand_in());
                unmet = Some(Unmet::NobodyNamed);
            }
            Need::Any => match self.clause(&everyone, 1) {
                Some(clause) => clauses.push(clause),
                None => {
                    clauses.extend(self.stand_in());
                    unmet = Some(Unmet::NobodyLeft { names: quorum.of.clone() });
                }
            },
            Need::All => {
                let mut names = BTreeSet::new();
                for name in &quorum.of {
                    match self.clause(behind.get(name.as_str()).map_or(&[], Vec::as_slice), 1) {
                        Some(clause) => clauses.push(clause),
                        None => {
                            clauses.extend(self.stand_in());
                            names.insert(name.clone());
                        }
                    }
                }
                unmet = (!names.is_empty()).then_some(Unmet::NobodyLeft { names });
            }
            Need::AtLeast(needed) => {
                let wanted = people(needed);
                match self.clause(&everyone, wanted) {
                    Some(clause) => {
                        let left = clause.of.len();
                        if left < wanted {
                            let left = u32::try_from(left).unwrap_or(u32::MAX);
                            unmet = Some(Unmet::TooFew { needed, left });
                        }
                        clauses.push(clause);
                    }
                    None => {
                        clauses.extend(self.stand_in());
                        unmet = Some(Unmet::NobodyLeft { names: quorum.of.clone() });
                    }
                }
            }
        }
        clauses.sort_unstable();
        clauses.dedup();
        Demand { requirement, behind: everyone.into_iter().collect(), clauses, unmet, whole }
    }

    /// Returns a clause over those who can be asked, for as many of them as there are; nothing where there is nobody.
    fn clause(&mut self, everyone: &[usize], wanted: usize) -> Option<Clause> {
        let of = self.left(everyone).or_else(|| self.spent(everyone))?;
        Some(Clause { need: wanted.min(of.len()), of, stands_in: false })
    }

    /// Returns a clause for one of the architecture reviewers, who stand in.
    fn stand_in(&mut self) -> Option<Clause> {
        let everyone = self.architecture.clone();
        let of = self.left(&everyone).or_else(|| self.spent(&everyone))?;
        Some(Clause { of, need: 1, stands_in: true })
    }

    fn left(&self, everyone: &[usize]) -> Option<Vec<usize>> {
        let is_left = |at: &&usize| self.candidates[**at].1.out.is_none();
        Some(everyone.iter().filter(is_left).copied().collect::<Vec<_>>()).filter(|left| !left.is_empty())
    }

    /// Returns those at capacity, where the roster has nobody left.
    fn spent(&mut self, everyone: &[usize]) -> Option<Vec<usize>> {
        if !self.is_spent || self.left(&self.architecture).is_some() {
            return None;
        }
        let is_full = |at: &&usize| matches!(self.candidates[**at].1.out, Some(LeftOut::AtCapacity { .. }));
        let full: Vec<usize> = everyone.iter().filter(is_full).copied().collect();
        self.beyond.extend(&full);
        Some(full).filter(|full| !full.is_empty())
    }
}

fn people(needed: u32) -> usize {
    usize::try_from(needed).unwrap_or(usize::MAX).max(1)
}

fn is_spent(people: &People<'_>, moment: &Moment<'_>) -> bool {
    let mut all = people.roster().people.keys().map(|name| Candidate::Person(name.clone()));
    !people.roster().people.is_empty() && all.all(|who| moment.of(&who).out.is_some())
}

fn union(names: &BTreeSet<String>, behind: &BTreeMap<&str, Vec<usize>>) -> Vec<usize> {
    let mut all: Vec<usize> =
        names.iter().filter_map(|name| behind.get(name.as_str())).flatten().copied().collect();
    all.sort_unstable();
    all.dedup();
    all
}

/// Returns what is asked for first, where not everybody may be: the lowest rank.
fn rank(requirement: &Requirement) -> (u8, std::cmp::Reverse<usize>) {
    let kind = |reason: &ReviewerReason| match reason {
        ReviewerReason::Architecture => 0,
        ReviewerReason::Moved { .. } => 1,
        ReviewerReason::Owns { .. } => 2,
        ReviewerReason::Consumes { .. } => 3,
    };
    let files = requirement.files.as_ref().map_or(0, |witness| witness.files);
    (requirement.because.iter().map(kind).min().unwrap_or(3), std::cmp::Reverse(files))
}
