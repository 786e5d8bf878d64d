//! A change that asks for less than the base does. Its own verdict is held to the stricter of both all the same; but what is
//! merged holds for every change after it, so a step down needs a waiver.

use std::collections::BTreeSet;

use jiff::Timestamp;

use super::Granted;
use super::owners::base;
use crate::change::Side;
use crate::digest::CommitHash;
use crate::lanes::{Enforcement, EvidenceKind, Lanes};
use crate::permission::{Kind, Scope};
use crate::policy::Policies;

/// Returns a sentence for each family and each kind of evidence that the head asks for less strictly than the base, without
/// a waiver of the family that is in force.
pub(super) fn lowered(
    policies: &Policies,
    granted: &[Granted],
    commit: &CommitHash,
    now: Timestamp,
) -> BTreeSet<String> {
    let mut stops = BTreeSet::new();
    let (Some(base), Some(head)) = (base(policies), policies.of(Side::Head)) else { return stops };
    let (before, after) = (&base.lanes, &head.lanes);
    let is_waived = |family: &str| {
        granted.iter().map(|own| &own.permission).any(|permission| {
            permission.kind == Kind::Waiver
                && permission.scope == Scope::Family(family.to_owned())
                && permission.subject.is(commit)
                && permission.is_in_force(now)
        })
    };
    for (id, family) in &before.families {
        let head = after.families.get(id).map(|own| own.enforcement);
        if let Some(level) = head.filter(|own| *own < family.enforcement && !is_waived(id)) {
            stops.insert(says(&format!("family `{id}`"), family.enforcement, level, &[id]));
        }
    }
    for (kind, stated) in &before.evidence_kinds {
        // A kind that nobody states adds nothing to what its family asks for.
        let level = after.evidence_kinds.get(kind).map_or(Enforcement::ReportOnly, |own| own.enforcement);
        let families = families_of(*kind, before);
        let open: Vec<&str> = families.iter().map(String::as_str).filter(|own| !is_waived(own)).collect();
        if level < stated.enforcement && !open.is_empty() {
            stops.insert(says(
                &format!("evidence kind `{}`", kind.as_str()),
                stated.enforcement,
                level,
                &open,
            ));
        }
    }
    stops
}

fn says(what: &str, before: Enforcement, after: Enforcement, families: &[&str]) -> String {
    let (before, after) = (before.as_str(), after.as_str());
    let scopes: Vec<String> = families.iter().map(|family| format!("`family: {family}`")).collect();
    let scopes = scopes.join(" and ");
    format!("the change lowers {what} from `{before}` to `{after}`, and no waiver with {scopes} is in force")
}

/// Returns the families whose gates are evidence of a kind.
fn families_of(kind: EvidenceKind, lanes: &Lanes) -> BTreeSet<String> {
    let usual =
        lanes.families.keys().filter(|family| EvidenceKind::of_family(family).contains(&kind)).cloned();
    let gates = lanes.gates.values().chain(lanes.release_gates.values());
    let stated =
        gates.filter(|gate| gate.evidence_kinds.contains(&kind)).filter_map(|gate| gate.family.clone());
    usual.chain(stated).collect()
}
