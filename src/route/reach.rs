//! Which gates a change could ask for at all.

use std::collections::BTreeSet;

use super::decide::united_rules;
use super::demand::demands;
use super::gates::unite;
use super::reason::GateReason;
use super::select::{Selected, by_demands, close_over_needs, select};
use crate::attribute::{Attributed, Group, Touch, Witness};
use crate::classify::{FileFacts, classify};
use crate::graph::Graph;
use crate::id::GateId;
use crate::lanes::AlwaysScope;
use crate::path::RepoPath;
use crate::policy::Policies;

/// Returns every gate that a change could select whose files are among the `groups`, the broad route and what is
/// widened by hand apart. More files never select less, so one change of all of them selects what any does.
///
/// `always` with `paths` counts as reached: a path that matches can be added.
pub fn reachable(policies: &Policies, groups: &[Group]) -> BTreeSet<GateId> {
    let groups = groups.iter().enumerate().map(|(first, group)| (group.clone(), Touch { first, files: 1 }));
    let attributed = Attributed { groups: groups.collect(), of: Vec::new() };
    let rules = united_rules(policies);
    let gates = unite(policies);
    let graph = Graph::new(policies);
    let witness = |touch: Touch| Witness { path: RepoPath::from("-"), files: touch.files };
    let mut selected = Selected::new();
    // A file of the policy is `delivery` where the policy changes, and `docs` where only its prose does.
    for prose_only in [false, true] {
        let facts: Vec<FileFacts> =
            attributed.groups.iter().map(|(group, _)| classify(policies, group, prose_only)).collect();
        let impacts = graph.impacts(&attributed, &facts, prose_only);
        let demands = demands(&graph, &rules, (&attributed, &facts), &impacts);
        by_demands(&gates, &demands, &witness, &mut selected);
        let is_code = facts.iter().any(|facts| !facts.exempt && !facts.classes.is_docs_only());
        for (id, gate) in &gates {
            for always in gate.definitions.iter().filter_map(|gate| gate.always.as_ref()) {
                if always.scope == AlwaysScope::EveryChange || is_code {
                    let files = witness(Touch { first: 0, files: 1 });
                    select(&mut selected, id, GateReason::Always { scope: always.scope, files });
                }
            }
        }
    }
    close_over_needs(&gates, &mut selected);
    selected.into_keys().collect()
}
