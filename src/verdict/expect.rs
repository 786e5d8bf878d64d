//! From a route and its policies to what must hold.

use std::collections::{BTreeMap, BTreeSet};

use super::Expectation;
use super::owners::owners;
use crate::change::{Side, Sides};
use crate::evidence::Required;
use crate::id::{ARCHITECTURE_REVIEW, GateId};
use crate::lanes::{Enforcement, EvidenceKind, Gate};
use crate::policy::{Policies, Policy};
use crate::route::{Route, SelectedGate};

/// The sides of the base: what counts only as the base has it.
const BASE: Sides = Sides::NONE.with(Side::MergeBase).with(Side::BaseTip);

/// Returns what a route requires, gate by gate. What any policy asks for is asked for; what a policy lets go is let go only
/// where the base does so.
pub fn expectations(route: &Route, policies: &Policies) -> BTreeMap<GateId, Expectation> {
    expected(&route.gates, policies)
}

/// Returns what gates are held to, whether or not a route has them.
pub fn expected(
    gates: &BTreeMap<GateId, SelectedGate>,
    policies: &Policies,
) -> BTreeMap<GateId, Expectation> {
    let expectation = |(id, selected): (&GateId, &SelectedGate)| {
        let gate = &selected.gate;
        let by_approval_only = id.as_str() == ARCHITECTURE_REVIEW;
        let expectation = Expectation {
            required: Required::of(gate),
            state: selected.state,
            owners: owners(&selected.domains, policies),
            enforcement: if by_approval_only { Enforcement::Blocking } else { enforcement(id, policies) },
            may_not_apply: !by_approval_only && may_not_apply(id, policies),
            needs_artifact: needs_artifact(id, policies),
            by_approval_only,
        };
        (id.clone(), expectation)
    };
    gates.iter().map(expectation).collect()
}

/// Returns each policy's definition of a gate.
fn definitions<'a>(
    id: &GateId,
    policies: &'a Policies,
) -> impl Iterator<Item = (Sides, &'a Policy, &'a Gate)> {
    policies
        .each
        .iter()
        .filter_map(move |(sides, policy)| policy.lanes.gate(id).map(|gate| (*sides, &**policy, gate)))
}

/// Returns the strictest level that any policy gives a family that any policy puts the gate in, or a kind of evidence that
/// any policy says it is. A gate that some policy puts in no family blocks, and so does one whose family no policy of the base
/// states: a change lowers nothing. A kind only ever adds to that.
fn enforcement(id: &GateId, policies: &Policies) -> Enforcement {
    by_family(id, policies).max(by_kind(id, policies))
}

/// Returns the strictest level that any policy gives a kind of evidence that any policy says a gate is.
fn by_kind(id: &GateId, policies: &Policies) -> Enforcement {
    let kinds: BTreeSet<EvidenceKind> =
        definitions(id, policies).flat_map(|(.., gate)| gate.kinds()).collect();
    let stated = policies.each.iter().flat_map(|(_, policy)| &policy.lanes.evidence_kinds);
    let levels = stated.filter(|(kind, _)| kinds.contains(kind)).map(|(_, level)| level.enforcement);
    levels.max().unwrap_or(Enforcement::ReportOnly)
}

/// Returns the strictest level of the gate's families.
fn by_family(id: &GateId, policies: &Policies) -> Enforcement {
    let families: BTreeSet<Option<&str>> =
        definitions(id, policies).map(|(.., gate)| gate.family.as_deref()).collect();
    let of_family = |family: Option<&str>| {
        family.map_or(Enforcement::Blocking, |family| family_enforcement(family, policies))
    };
    families.into_iter().map(of_family).max().unwrap_or_default()
}

/// Returns the strictest level that any policy gives a family; one that no policy of the base states blocks.
pub fn family_enforcement(family: &str, policies: &Policies) -> Enforcement {
    let stating = policies.each.iter().filter_map(|(sides, policy)| {
        policy.lanes.families.get(family).map(|family| (sides.meets(BASE), family.enforcement))
    });
    let stating: Vec<(bool, Enforcement)> = stating.collect();
    if !stating.iter().any(|(base, _)| *base) {
        return Enforcement::Blocking;
    }
    stating.into_iter().map(|(_, level)| level).max().unwrap_or_default()
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
