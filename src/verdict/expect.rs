//! From a route and its policies to what must hold.

use std::collections::{BTreeMap, BTreeSet};

use super::Expectation;
use super::owners::owners;
use crate::change::{Side, Sides};
use crate::evidence::Required;
use crate::id::{ARCHITECTURE_REVIEW, GateId};
use crate::lanes::{Enforcement, Gate};
use crate::policy::{Policies, Policy};
use crate::route::{Route, SelectedGate};

/// The sides of the base: what counts only as the base has it.
const BASE: Sides = Sides::NONE.with(Side::MergeBase).with(Side::BaseTip);

/// Returns what a route requires, gate by gate. What any policy asks for is asked for; what a policy lets go is let go only
/// where the base does so.
pub fn expectations(route: &Route, policies: &Policies) -> BTreeMap<GateId, Expectation> {
    let expectation = |(id, selected): (&GateId, &SelectedGate)| {
        let gate = &selected.gate;
        let by_approval_only = id.as_str() == ARCHITECTURE_REVIEW;
        let expectation = Expectation {
            required: Required {
                title: gate.title.clone(),
                run: gate.run.clone(),
                evidence_types: gate.evidence_types.clone(),
                family: gate.family.clone(),
            },
            state: selected.state,
            owners: owners(&selected.domains, policies),
            enforcement: if by_approval_only { Enforcement::Blocking } else { enforcement(id, policies) },
            may_not_apply: !by_approval_only && may_not_apply(id, policies),
            needs_artifact: needs_artifact(id, policies),
            by_approval_only,
        };
        (id.clone(), expectation)
    };
    route.gates.iter().map(expectation).collect()
}

/// Returns each policy's definition of a gate.
fn definitions<'a>(
    id: &GateId,
    policies: &'a Policies,
) -> impl Iterator<Item = (Sides, &'a Policy, &'a Gate)> {
    policies
        .each
        .iter()
        .filter_map(move |(sides, policy)| policy.lanes.gates.get(id).map(|gate| (*sides, &**policy, gate)))
}

/// Returns the strictest level that any policy gives a family that any policy puts the gate in. A gate that some policy puts
/// in no family blocks, and so does one whose family no policy of the base states: a change lowers nothing.
fn enforcement(id: &GateId, policies: &Policies) -> Enforcement {
    let families: BTreeSet<Option<&str>> =
        definitions(id, policies).map(|(.., gate)| gate.family.as_deref()).collect();
    let of_family = |family: Option<&str>| {
        let Some(family) = family else { return Enforcement::Blocking };
        let stating = policies.each.iter().filter_map(|(sides, policy)| {
            policy.lanes.families.get(family).map(|family| (sides.meets(BASE), family.enforcement))
        });
        let stating: Vec<(bool, Enforcement)> = stating.collect();
        if !stating.iter().any(|(base, _)| *base) {
            return Enforcement::Blocking;
        }
        stating.into_iter().map(|(_, level)| level).max().unwrap_or_default()
    };
    families.into_iter().map(of_family).max().unwrap_or_default()
}

/// Says whether a pass must name an artifact: any policy asks for it.
fn needs_artifact(id: &GateId, policies: &Policies) -> bool {
    let families: BTreeSet<&str> =
        definitions(id, policies).filter_map(|(.., gate)| gate.family.as_deref()).collect();
    let stated = |policy: &Policy| {
        families.iter().any(|family| policy.lanes.families.get(*family).is_some_and(|own| own.needs_artifact))
    };
    policies.each.iter().any(|(_, policy)| stated(policy))
}

/// Says whether a result may say that the gate does not apply: the base lets it, and no policy that knows the gate does not.
fn may_not_apply(id: &GateId, policies: &Policies) -> bool {
    let mut by_base = false;
    for (sides, _, gate) in definitions(id, policies) {
        if !gate.not_applicable {
            return false;
        }
        by_base |= sides.meets(BASE);
    }
    by_base
}
