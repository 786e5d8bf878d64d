//! Which lines of the two tables count for a change.
//!
//! Permissions count as the base has them. A line counts where the newest base has it and the change does not take it
//! out; one that only the change adds is listed and excuses nothing yet. The one exception is a change that touches
//! nothing but the two tables: whatever is found there was found before, so what it grants it does not grant itself.

use std::collections::{BTreeMap, BTreeSet};

use jiff::civil::Date;

use crate::guard::known::Known;
use crate::guard::ledger::Ledger;
use crate::path::RepoPath;

/// What the base says.
#[derive(Clone, Debug)]
pub enum Base {
    /// The tables of the merge base and of the newest commit of the base branch.
    Known {
        /// Of the merge base.
        merge_base: Ledger,
        /// Of the newest commit of the base branch.
        tip: Ledger,
        /// The change touches nothing but the two tables.
        alone: bool,
    },
    /// There is none, so no line counts.
    Missing,
    /// The tables do not stand in the commits, so no change adds to them.
    Outside,
}

/// The tables of head and base, and where files moved between the two.
#[derive(Clone, Debug)]
pub struct Origin {
    /// The tables as the head has them.
    pub head: Ledger,
    /// The tables as the base has them.
    pub base: Base,
    /// The new path of each file that moved, by its old one.
    pub renamed: BTreeMap<RepoPath, RepoPath>,
}

/// The lines that count.
#[derive(Clone, Debug, Default)]
pub struct Grants {
    /// The findings of the baseline.
    pub baseline: BTreeSet<Known>,
    /// The findings of the debt, with the last day on which each is allowed.
    pub debt: BTreeMap<Known, Date>,
    /// Lines of the head that the base does not have, or not for as long.
    pub only_head: BTreeSet<Known>,
    /// Those count, because the change consists of nothing else.
    pub alone: bool,
}

impl Origin {
    /// Returns the lines that count.
    pub fn grants(&self) -> Grants {
        let mut grants = Grants::default();
        let as_head_has_them = |grants: &mut Grants| {
            grants.baseline = self.head.baseline.keys().cloned().collect();
            grants.debt = self.head.debt.iter().map(|(known, line)| (known.clone(), line.expires)).collect();
        };
        let (merge_base, tip) = match &self.base {
            Base::Known { merge_base, tip, alone } => {
                grants.alone = *alone;
                (merge_base, tip)
            }
            Base::Outside => {
                as_head_has_them(&mut grants);
                return grants;
            }
            Base::Missing => {
                grants.only_head = self.head.baseline.keys().chain(self.head.debt.keys()).cloned().collect();
                return grants;
            }
        };
        self.add_only_head(tip, &mut grants.only_head);
        if grants.alone {
            as_head_has_them(&mut grants);
            return grants;
        }
        for known in tip.baseline.keys() {
            let is_there = self.kept(known, |known| self.head.baseline.get(known)).is_some();
            if is_there || !merge_base.baseline.contains_key(known) {
                grants.baseline.insert(known.clone());
            }
        }
        for (known, line) in &tip.debt {
            let kept = self.kept(known, |known| self.head.debt.get(known));
            if kept.is_some() || !merge_base.debt.contains_key(known) {
                // A day that the change puts off counts when the base has it; one that it brings forward, at once.
                let expires = kept.map_or(line.expires, |kept| kept.expires.min(line.expires));
                grants.debt.insert(known.clone(), expires);
            }
        }
        grants
    }

    /// Adds the lines that the base does not have, or not for as long.
    fn add_only_head(&self, tip: &Ledger, only_head: &mut BTreeSet<Known>) {
        let old = self.old_paths();
        for known in self.head.baseline.keys() {
            if !known_before(known, &old, |known| tip.baseline.contains_key(known)) {
                only_head.insert(known.clone());
            }
        }
        for (known, line) in &self.head.debt {
            let before = |known: &Known| tip.debt.get(known).is_some_and(|base| base.expires >= line.expires);
            if !known_before(known, &old, before) {
                only_head.insert(known.clone());
            }
        }
    }

    /// Returns the old path of each file that moved, by its new one.
    pub fn old_paths(&self) -> BTreeMap<RepoPath, RepoPath> {
        self.renamed.iter().map(|(old, new)| (new.clone(), old.clone())).collect()
    }

    /// Returns what the head has for a line, also where the line followed its file.
    fn kept<'a, Line>(&'a self, known: &Known, get: impl Fn(&Known) -> Option<&'a Line>) -> Option<&'a Line> {
        get(known).or_else(|| get(&known.moved(&self.renamed)?))
    }
}

/// Says whether the base has a line, also where the line followed its file.
fn known_before(known: &Known, old: &BTreeMap<RepoPath, RepoPath>, has: impl Fn(&Known) -> bool) -> bool {
    has(known) || known.moved(old).is_some_and(|before| has(&before))
}
