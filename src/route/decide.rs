//! The pipeline: a change and its policies in, a route out.

use std::collections::BTreeMap;
use std::sync::Arc;

use super::broad;
use super::demand::demands;
use super::gates::unite;
use super::model::{Mode, Request, Route, RoutedFile, SelectedGate, SkippedGate};
use super::profiles::allowances;
use super::reason::GateReason;
use super::select::{Selected, by_always, by_demands, close_over_needs, select};
use super::skip::skip_reason;
use crate::attribute::{Attributed, Touch, Witness, attribute, moved, with_moved};
use crate::change::Side;
use crate::class::ChangeClasses;
use crate::classify::{FileFacts, classify};
use crate::config::{DEFAULT_RUNNER, Runners};
use crate::graph::Graph;
use crate::id::{ARCHITECTURE_REVIEW, GateId};
use crate::lanes::RoutingRules;
use crate::policy::{Policies, PolicyBasis};
use crate::review::review;

/// Decides the route of a change. The same request gives the same route.
pub fn route(request: &Request<'_>) -> Route {
    let policies = request.policies;
    let moved = moved(policies, request.tracked);
    let (files, only_moved) = with_moved(&request.change.files, &moved);
    let empty = files.is_empty() && request.change.provenance.missing.is_none();
    let prose_only = is_prose_only(policies);

    let attributed = attribute(policies, &files);
    let facts: Vec<FileFacts> =
        attributed.groups.iter().map(|(group, _)| classify(policies, group, prose_only)).collect();
    let graph = Graph::new(policies);
    let impacts = graph.impacts(&attributed, &facts, prose_only);
    let witness = |touch: Touch| Witness { path: files[touch.first].path.clone(), files: touch.files };

    let rules = united_rules(policies);
    let gates = unite(policies);
    let demands = demands(&graph, &rules, (&attributed, &facts), &impacts);
    let is_code = |facts: &FileFacts| !facts.exempt && !facts.classes.is_docs_only();
    let code: Vec<bool> = attributed.of.iter().map(|group| is_code(&facts[*group])).collect();
    let mut selected = Selected::new();
    if !empty {
        by_demands(&gates, &demands, &witness, &mut selected);
        by_always(&gates, &files, &code, &witness, &mut selected);
    }
    for gate in &request.widen.add {
        select(&mut selected, gate, GateReason::Added);
    }
    let broad = broad::causes(request, &attributed, &demands, &witness);
    if !broad.is_empty() {
        for id in gates.keys().filter(|id| id.as_str() != ARCHITECTURE_REVIEW) {
            select(&mut selected, id, GateReason::Broad);
        }
    }
    let architecture = broad::reviews(request, (&attributed, &facts), &broad, &witness);
    for because in &architecture {
        let gate = GateId::from(ARCHITECTURE_REVIEW);
        select(&mut selected, &gate, GateReason::ReviewForced { because: because.clone() });
    }
    close_over_needs(&gates, &mut selected);

    let mode = policies.each.iter().map(|(_, policy)| policy.config.mode).max().unwrap_or_default();
    let has_code = code.contains(&true);
    let mut skipped = BTreeMap::new();
    for (id, gate) in gates.iter().filter(|(id, _)| !selected.contains_key(**id)).collect::<Vec<_>>() {
        let skip = skip_reason(id, gate, &demands, (empty, has_code));
        if mode == Mode::Observe && !empty && id.as_str() != ARCHITECTURE_REVIEW {
            select(&mut selected, id, GateReason::Observed { skip });
        } else {
            let skipped_gate =
                SkippedGate { gate: gate.shown.clone(), domains: gate.domains(), because: skip };
            skipped.insert((*id).clone(), skipped_gate);
        }
    }
    let runners = united_runners(policies);
    let selected_gates = selected.into_iter().filter_map(|(id, because)| {
        let gate = gates.get(&id)?;
        let label = gate.shown.runner.as_deref().unwrap_or(DEFAULT_RUNNER);
        let selected = SelectedGate {
            gate: gate.shown.clone(),
            domains: gate.domains(),
            state: gate.state,
            because,
            machines: runners.get(label).cloned().unwrap_or_default(),
        };
        Some((id, selected))
    });
    let selected_gates = selected_gates.collect();

    let review = review(&graph, (&attributed, &facts), &impacts, &moved, architecture, witness);
    let profiles = allowances(policies, (&attributed, &facts), !broad.is_empty(), witness);
    let classes = facts.iter().map(|facts| facts.classes).fold(ChangeClasses::NONE, ChangeClasses::union);
    let domains = graph.domains(&impacts, witness);
    let sides = Side::ALL.into_iter();
    let digests = sides.filter_map(|side| Some((side, policies.of(side)?.digest.clone()))).collect();
    let shared: Vec<Arc<FileFacts>> = facts.into_iter().map(Arc::new).collect();
    let Attributed { of, .. } = &attributed;
    let routed = files.iter().zip(only_moved).zip(of);
    let routed = routed.map(|((file, moved), group)| RoutedFile {
        file: file.clone(),
        facts: Arc::clone(&shared[*group]),
        moved,
    });
    Route {
        provenance: request.change.provenance.clone(),
        empty,
        basis: policies.basis,
        policies: digests,
        mode,
        moved,
        files: routed.collect(),
        classes,
        domains,
        gates: selected_gates,
        skipped,
        review,
        broad,
        profiles,
        runners: runners.into_iter().map(|(label, own)| (label, own.into_keys().collect())).collect(),
    }
}

/// Says whether a policy file that changed can only have changed in its prose. A policy from outside of the commits
/// says nothing about the files in them.
fn is_prose_only(policies: &Policies) -> bool {
    if policies.basis == PolicyBasis::External {
        return false;
    }
    match (policies.of(Side::MergeBase), policies.of(Side::Head)) {
        (Some(base), Some(head)) => base.means_the_same(head) && !head.is_broken(),
        _ => false,
    }
}

/// Requirements join: a rule that any policy states counts.
pub(super) fn united_rules(policies: &Policies) -> RoutingRules {
    let mut rules = RoutingRules::default();
    for (_, policy) in &policies.each {
        rules.add(&policy.lanes.rules);
    }
    rules
}

/// Joins what the policies say of each label: what the base says of it in a CI counts, so that a change cannot move a
/// gate to another machine; of what no base speaks, the head does.
fn united_runners(policies: &Policies) -> Runners {
    let mut runners = Runners::new();
    // In the order of their sides, so that the base's machine comes first.
    for (_, policy) in &policies.each {
        for (label, machines) in &policy.config.runners {
            let known = runners.entry(label.clone()).or_default();
            for (vendor, machine) in machines {
                known.entry(*vendor).or_insert_with(|| machine.clone());
            }
        }
    }
    runners
}
