//! Why a route is broad, and why an architecture review is forced.

use std::collections::{BTreeMap, BTreeSet};

use super::demand::Demands;
use super::model::Request;
use super::reason::BroadReason;
use crate::attribute::{Attributed, Touch, Witness};
use crate::change::Side;
use crate::class::ChangeClass;
use crate::classify::FileFacts;
use crate::id::DomainId;
use crate::policy::{PolicyBasis, label};
use crate::review::ReviewReason;

/// Returns every cause of the broad route; none, and it is not broad.
pub(super) fn causes(
    request: &Request<'_>,
    attributed: &Attributed,
    demands: &Demands<'_>,
    witness: &impl Fn(Touch) -> Witness,
) -> BTreeSet<BroadReason> {
    let policies = request.policies;
    let mut causes = BTreeSet::new();
    let mut unmapped: BTreeMap<Side, Touch> = BTreeMap::new();
    for (group, touch) in &attributed.groups {
        for policy in group.unmapped(policies) {
            unmapped.entry(policy).and_modify(|own| *own = own.and(*touch)).or_insert(*touch);
        }
    }
    causes.extend(
        unmapped.into_iter().map(|(policy, touch)| BroadReason::Unmapped { policy, files: witness(touch) }),
    );
    if policies.basis == PolicyBasis::HeadOnly {
        causes.insert(BroadReason::NoBasePolicy);
    }
    if let Some(why) = &request.change.provenance.missing {
        causes.insert(BroadReason::MissingBase { why: why.clone() });
    }
    let needed: BTreeSet<&DomainId> = demands.affected.union(&demands.consulted).copied().collect();
    for (sides, policy) in &policies.each {
        let policy_side = label(*sides);
        if policy.is_broken() {
            causes.insert(BroadReason::BrokenPolicy { policy: policy_side, faults: policy.faults.len() });
            continue;
        }
        let laneless = |domain: &&&DomainId| {
            policy.domains.contains(**domain) && !policy.lanes.lanes.contains_key(**domain)
        };
        causes.extend(
            needed
                .iter()
                .filter(laneless)
                .map(|domain| BroadReason::NoLane { domain: (*domain).clone(), policy: policy_side }),
        );
    }
    let widen = &request.widen;
    causes.extend(widen.all.clone().map(|reason| BroadReason::All { reason }));
    causes.extend(widen.kill_switch.clone().map(|value| BroadReason::KillSwitch { value }));
    causes
}

/// Returns every cause of an architecture review; none, and it is not forced.
pub(super) fn reviews(
    request: &Request<'_>,
    (attributed, facts): (&Attributed, &[FileFacts]),
    broad: &BTreeSet<BroadReason>,
    witness: &impl Fn(Touch) -> Witness,
) -> BTreeSet<ReviewReason> {
    let mut causes = BTreeSet::new();
    let touched = |count: &dyn Fn(&FileFacts) -> bool| {
        let groups = attributed.groups.iter().zip(facts).filter(|(_, facts)| count(facts));
        groups.map(|((_, touch), _)| *touch).reduce(Touch::and).map(witness)
    };
    let delivery = |facts: &FileFacts| facts.policy_file && facts.classes.has(ChangeClass::Delivery);
    causes.extend(touched(&|facts| !facts.mapped).map(|files| ReviewReason::Unmapped { files }));
    causes.extend(touched(&delivery).map(|files| ReviewReason::PolicyChange { files }));
    for (sides, policy) in &request.policies.each {
        if policy.is_broken() {
            causes.insert(ReviewReason::BrokenPolicy { policy: label(*sides) });
        }
    }
    let no_base =
        |cause: &BroadReason| matches!(cause, BroadReason::NoBasePolicy | BroadReason::MissingBase { .. });
    if broad.iter().any(no_base) {
        causes.insert(ReviewReason::MissingBase);
    }
    causes
}
