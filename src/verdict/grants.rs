//! Which keys and permissions count for a change: those of the base.

use std::collections::BTreeSet;

use jiff::{SignedDuration, Timestamp};

use super::Granted;
use super::owners::base;
use crate::change::Side;
use crate::evidence::Evidence;
use crate::id::GateId;
use crate::lanes::Lanes;
use crate::permission::{Kind, LONGEST_BREAK_GLASS_DAYS, Permission, Scope};
use crate::policy::{Policies, Policy};
use crate::trust::{Power, Signing, Trust, TrustedKey};

/// Returns whose signatures count for a change: a key that the base trusts and that the change does not take out; and how
/// many are needed, which is the most that any policy asks for.
pub fn trust(policies: &Policies) -> Trust {
    let keys = |lanes: &Lanes| lanes.trust.keys.clone();
    // A key is its bytes: a line that names it otherwise, or trusts it with less, is another line for the same key.
    let same_key = |left: &TrustedKey, right: &TrustedKey| left.key == right.key;
    let signing = policies.each.iter().map(|(_, policy)| policy.lanes.trust.signing);
    Trust {
        keys: kept(policies, keys, same_key, TrustedKey::means_the_same),
        signing: signing.fold(Signing::default(), Signing::max),
    }
}

/// Returns the permissions that count for a change: those that the base has and the change does not take out, and those
/// that are kept as records and signed with enough keys that the base trusts.
pub fn granted(policies: &Policies, evidence: &Evidence, trust: &Trust, now: Timestamp) -> Vec<Granted> {
    let stated = of_base(policies).into_iter().map(|permission| Granted {
        by: BTreeSet::from([permission.owner.clone()]),
        permission,
        record: None,
    });
    let mut granted: Vec<Granted> = stated.collect();
    let mut seen = BTreeSet::new();
    for held in &evidence.permissions {
        let permission = &held.content;
        let gate = match &permission.scope {
            Scope::Gate(gate) => Some(gate),
            // A key for some gates cannot allow what is about others as well.
            Scope::Family(_) | Scope::Finding(_) | Scope::Plan(_) => None,
        };
        let power = match permission.kind {
            Kind::Approval => Power::Approve,
            Kind::Waiver => Power::Waive,
            Kind::BreakGlass => Power::BreakGlass,
        };
        let counted = trust.count(&held.signers, power, gate, now);
        let by = holders(trust, power, gate, now, |key| counted.contains(&key.key.id()));
        let enough = counted.len() >= trust.signing.permissions.max(1) as usize;
        if enough && by.contains(&permission.owner) && seen.insert(held.digest) {
            granted.push(Granted { permission: permission.clone(), record: Some(held.digest), by });
        }
    }
    granted.retain(|own| is_in_order(own) && own.permission.is_in_force(now));
    granted
}

/// Returns the permissions that the base has and that are not in force: each is an error of the base's lanes.
pub fn lapsed(policies: &Policies, now: Timestamp) -> Vec<Permission> {
    let mut lapsed = of_base(policies);
    lapsed.retain(|permission| !permission.is_in_force(now));
    lapsed
}

/// Says whether a permission is what its kind has to be, whoever gave it: break-glass is signed, and ends within days.
pub(super) fn is_in_order(granted: &Granted) -> bool {
    let Granted { permission, record, by } = granted;
    let is_short = permission.expires.duration_since(permission.created)
        <= SignedDuration::from_hours(24 * LONGEST_BREAK_GLASS_DAYS);
    let is_fit = permission.kind != Kind::BreakGlass || record.is_some() && is_short;
    is_fit && !permission.owner.trim().is_empty() && by.contains(&permission.owner)
}

/// Returns the names of those who hold keys that may do this.
fn holders(
    trust: &Trust,
    power: Power,
    gate: Option<&GateId>,
    now: Timestamp,
    takes: impl Fn(&TrustedKey) -> bool,
) -> BTreeSet<String> {
    let may = |key: &&TrustedKey| takes(key) && key.may(power, gate, now);
    trust.keys.iter().filter(may).map(|key| key.owner.clone()).collect()
}

fn of_base(policies: &Policies) -> Vec<Permission> {
    let permissions = |lanes: &Lanes| lanes.permissions.clone();
    kept(policies, permissions, |left, right| left.id == right.id, Permission::means_the_same)
}

/// Returns what the base has and the change leaves as it is. What the change does is told by comparing head with the merge
/// base; where that is not known, or does not hold together, what the head lacks may have been taken out by it.
fn kept<T>(
    policies: &Policies,
    list: impl Fn(&Lanes) -> Vec<T>,
    is_about_the_same: impl Fn(&T, &T) -> bool,
    means_the_same: impl Fn(&T, &T) -> bool,
) -> Vec<T> {
    let lines = |policy: Option<&Policy>| policy.map(|policy| list(&policy.lanes)).unwrap_or_default();
    let before = policies.of(Side::MergeBase);
    let is_known = before.is_some_and(|policy| !policy.is_broken());
    let (before, after) = (lines(before), lines(policies.of(Side::Head)));
    let is_left = |own: &T| {
        let stays = |line: &T| after.iter().any(|other| means_the_same(line, other));
        if is_known {
            before.iter().filter(|line| is_about_the_same(line, own)).all(stays)
        } else {
            stays(own)
        }
    };
    lines(base(policies)).into_iter().filter(is_left).collect()
}
