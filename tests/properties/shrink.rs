//! Cases as a proptest strategy that shrinks the model: a failing case loses files, rows, lanes and gates, not bytes.

use proptest::strategy::{NewTree, Strategy, ValueTree};
use proptest::test_runner::TestRunner;

use crate::dice::Dice;
use crate::generate;
use crate::model::{BASE_TIP, Case, HEAD, MERGE_BASE, Row, Workspace};

/// A case, and a seed from which a law draws what it does to it.
#[derive(Clone, Debug)]
pub(crate) struct Drawn {
    pub(crate) case: Case,
    pub(crate) seed: u64,
}

/// Makes cases.
#[derive(Debug)]
pub(crate) struct Cases;

/// A case with the smaller ones that were not tried yet.
pub(crate) struct Tree {
    base: Drawn,
    current: Drawn,
    left: std::vec::IntoIter<Case>,
}

impl Strategy for Cases {
    type Tree = Tree;
    type Value = Drawn;

    fn new_tree(&self, runner: &mut TestRunner) -> NewTree<Self> {
        use proptest::prelude::Rng as _;
        let (case, seed) = (runner.rng().next_u64(), runner.rng().next_u64());
        let drawn = Drawn { case: generate::case(&mut Dice::new(case)), seed };
        Ok(Tree { base: drawn.clone(), current: drawn, left: Vec::new().into_iter() })
    }
}

impl ValueTree for Tree {
    type Value = Drawn;

    fn current(&self) -> Drawn {
        self.current.clone()
    }

    fn simplify(&mut self) -> bool {
        self.base = self.current.clone();
        self.left = smaller(&self.base.case).into_iter();
        self.advance()
    }

    fn complicate(&mut self) -> bool {
        self.advance()
    }
}

impl Tree {
    fn advance(&mut self) -> bool {
        match self.left.next() {
            Some(case) => {
                self.current = Drawn { case, seed: self.base.seed };
                true
            }
            None => {
                self.current = self.base.clone();
                false
            }
        }
    }
}

/// Returns cases with a little less in them, those with much less first.
fn smaller(case: &Case) -> Vec<Case> {
    let mut all = Vec::new();
    let mut offer = |change: &dyn Fn(&mut Case)| {
        let mut less = case.clone();
        change(&mut less);
        if less != *case {
            all.push(less);
        }
    };
    offer(&|less| less.tracked.clear());
    offer(&|less| less.garbage = [None; 3]);
    offer(&|less| less.style = [0; 3]);
    offer(&|less| (less.all, less.kill_switch) = (false, false));
    offer(&|less| less.add.clear());
    offer(&|less| less.external = false);
    offer(&|less| less.missing_base = less.policies[MERGE_BASE].is_none());
    // Each of these leaves fewer distinct policies, or it would turn in circles.
    let [merge_base, base_tip, head] = &case.policies;
    if base_tip != merge_base {
        offer(&|less| less.policies[BASE_TIP].clone_from(merge_base));
        offer(&|less| less.policies[BASE_TIP].clone_from(head));
    }
    if base_tip != head || merge_base != head {
        offer(&|less| less.policies = [head.clone(), head.clone(), head.clone()]);
        if merge_base.is_some() {
            offer(&|less| less.policies = [merge_base.clone(), merge_base.clone(), merge_base.clone()]);
        }
    }
    for at in 0..case.files.len() {
        offer(&|less| drop(less.files.remove(at)));
        offer(&|less| less.files[at].present = [true; 3]);
    }
    for at in 0..case.tracked.len() {
        offer(&|less| drop(less.tracked.remove(at)));
    }
    for workspace in case.policies.iter().flatten() {
        let each = |less: &mut Case, change: &dyn Fn(&mut Workspace)| {
            less.policies.iter_mut().flatten().for_each(change);
        };
        offer(&|less| each(less, &|one| one.observe = false));
        offer(&|less| each(less, &|one| one.lanes_in_ci = false));
        offer(&|less| each(less, &|one| one.architects.clear()));
        for known in &workspace.rows {
            offer(&|less| each(less, &|one| one.rows.retain(|row| row != known)));
            for simpler in simpler_rows(known) {
                offer(&|less| {
                    each(less, &|one| {
                        one.rows
                            .iter_mut()
                            .filter(|row| *row == known)
                            .for_each(|row| row.clone_from(&simpler));
                    });
                });
            }
        }
        for known in &workspace.gates {
            offer(&|less| each(less, &|one| one.gates.retain(|gate| gate != known)));
            offer(&|less| {
                each(less, &|one| {
                    for gate in one.gates.iter_mut().filter(|gate| *gate == known) {
                        (gate.always, gate.run) = (None, None);
                        gate.needs.clear();
                    }
                });
            });
        }
        for known in &workspace.class_rules {
            offer(&|less| each(less, &|one| one.class_rules.retain(|rule| rule != known)));
        }
        for known in &workspace.kind_rules {
            offer(&|less| each(less, &|one| one.kind_rules.retain(|rule| rule != known)));
        }
        for known in &workspace.lanes {
            let same = |one: &mut Workspace, change: &dyn Fn(&mut crate::model::Lane)| {
                one.lanes.iter_mut().filter(|lane| lane.domain == known.domain).for_each(change);
            };
            offer(&|less| each(less, &|one| one.lanes.retain(|lane| lane.domain != known.domain)));
            offer(&|less| each(less, &|one| same(one, &|lane| lane.kind = None)));
            offer(&|less| each(less, &|one| same(one, &|lane| lane.reviewers.clear())));
            offer(&|less| each(less, &|one| same(one, &|lane| lane.entries.clear())));
            for entry in &known.entries {
                offer(&|less| {
                    each(less, &|one| same(one, &|lane| lane.entries.retain(|other| other != entry)))
                });
            }
        }
    }
    for side in [MERGE_BASE, BASE_TIP, HEAD] {
        let Some(workspace) = &case.policies[side] else { continue };
        for at in 0..workspace.rows.len() {
            offer(&|less| {
                less.policies[side].iter_mut().for_each(|one| drop(one.rows.remove(at)));
            });
        }
    }
    all
}

fn simpler_rows(row: &Row) -> Vec<Row> {
    let mut all = Vec::new();
    let mut offer = |change: &dyn Fn(&mut Row)| {
        let mut less = row.clone();
        change(&mut less);
        if less != *row {
            all.push(less);
        }
    };
    offer(&|less| less.map = 1);
    offer(&|less| less.class = None);
    offer(&|less| less.tags.clear());
    offer(&|less| less.reviewers.clear());
    offer(&|less| less.excluded.clear());
    offer(&|less| less.names.truncate(1));
    offer(&|less| less.owners.truncate(1));
    // `-` says less than a blank cell or a list.
    offer(&|less| less.consumers = less.consumers.as_ref().map(|_| Vec::new()));
    offer(&|less| less.imported_by = less.imported_by.as_ref().map(|_| Vec::new()));
    offer(&|less| less.consumes = less.consumes.as_ref().map(|_| Vec::new()));
    if row.kind == "package" {
        offer(&|less| (less.consumers, less.imported_by) = (Some(Vec::new()), Some(Vec::new())));
    }
    if row.columns.len() > 1 {
        offer(&|less| drop(less.columns.remove(0)));
        offer(&|less| drop(less.columns.remove(1)));
    }
    for column in 0..row.columns.len() {
        if row.columns[column].1.len() > 1 {
            for at in 0..row.columns[column].1.len() {
                offer(&|less| drop(less.columns[column].1.remove(at)));
            }
        }
    }
    all
}
