//! What the tree says of every pattern: whether it matches a file, and whether its row owns one that it matches.

use rayon::prelude::*;

use super::claims::patterns;
use super::subject::Subject;
use crate::pattern::{PatternSet, Scratch};

/// What the tree says of one pattern, each by the index of the first such file.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Fact {
    /// The pattern matches it, and its row does not take it out.
    pub(super) matched: Option<usize>,
    /// The row owns it as well.
    pub(super) owned: Option<usize>,
}

impl Fact {
    fn with(self, other: Self) -> Self {
        let first = |left: Option<usize>, right: Option<usize>| left.into_iter().chain(right).min();
        Self { matched: first(self.matched, other.matched), owned: first(self.owned, other.owned) }
    }
}

/// Returns the facts of every pattern of every row, in the order of [`patterns`].
pub(super) fn facts(subject: &Subject<'_>) -> Vec<Vec<Fact>> {
    let rows = &subject.policy.rows;
    let mut owned: Vec<Option<usize>> = vec![None; rows.len()];
    for (file, (owners, attached)) in subject.attributed.iter().enumerate() {
        for hit in owners.iter().chain(attached) {
            owned[hit.row].get_or_insert(file);
        }
    }
    // The one pattern of a row that has a file has it; the others are matched once more.
    let mut facts: Vec<Vec<Fact>> = Vec::with_capacity(rows.len());
    let mut set = PatternSet::new();
    for (index, row) in rows.iter().enumerate() {
        let count = patterns(row).count();
        facts.push(vec![Fact { matched: owned[index], owned: owned[index] }; count]);
        if count > 1 || owned[index].is_none() {
            facts[index].fill(Fact::default());
            patterns(row).enumerate().for_each(|(at, pattern)| set.insert((index, at), pattern));
        }
    }
    if set.is_empty() {
        return facts;
    }
    let found = |file: usize, scratch: &mut Scratch<(usize, usize)>| -> Vec<((usize, usize), Fact)> {
        let path = &subject.tree[file];
        let (owners, attached) = &subject.attributed[file];
        let has = |row: usize| owners.iter().chain(attached).any(|hit| hit.row == row);
        let taken_out = |row: usize| rows[row].excluded.iter().any(|pattern| pattern.matches(path));
        let matches = set.matches(path, scratch).iter().map(|found| found.key);
        matches
            .filter(|(row, _)| has(*row) || !taken_out(*row))
            .map(|key| (key, Fact { matched: Some(file), owned: has(key.0).then_some(file) }))
            .collect()
    };
    // Most files say nothing new, and the first file that says something counts: the order of threads does not.
    let said: Vec<((usize, usize), Fact)> = (0..subject.tree.len())
        .into_par_iter()
        .with_min_len(512)
        .map_init(Scratch::new, |scratch, file| found(file, scratch))
        .flatten_iter()
        .collect();
    for ((row, at), fact) in said {
        facts[row][at] = facts[row][at].with(fact);
    }
    facts
}
