//! The engine.

use std::collections::{BTreeMap, BTreeSet};

use super::counts::only_helps;
use super::grants::is_in_order;
use super::judge::{Kept, debt, judge};
use super::{Debt, DebtKind, Granted, Request, Verdict};
use crate::evidence::Outcome;
use crate::id::GateId;
use crate::permission::{Kind, Permission, Scope};
use crate::policy::PolicyBasis;

/// Decides. The same request gives the same verdict, whatever the order of what it holds.
pub fn decide(request: &Request<'_>) -> Verdict {
    let mut stops = BTreeSet::new();
    let mut debts = BTreeSet::new();
    let (kept, unread) = kept(request, &mut stops);
    basis(request, &mut stops, &mut debts);
    let nothing = Kept::default();
    let mut gates = BTreeMap::new();
    for (id, expectation) in request.expectations {
        let own = kept.get(id).unwrap_or(&nothing);
        let (judged, owed) = judge(request, (id, expectation), own);
        debts.extend(owed);
        gates.insert(id.clone(), judged);
    }
    let outcome = if !stops.is_empty() || gates.values().any(|judged| judged.blocks) {
        Outcome::Fails
    } else if debts.is_empty() {
        Outcome::Clean
    } else {
        Outcome::WithDebt
    };
    Verdict { outcome, gates, stops, debts, expired: expired(request), unread }
}

/// Sorts what the store holds by gate. What cannot be read and belongs to no gate stops the verdict, unless all that it
/// could have done is help.
fn kept<'a>(
    request: &Request<'a>,
    stops: &mut BTreeSet<String>,
) -> (BTreeMap<&'a GateId, Kept<'a>>, BTreeSet<String>) {
    let mut kept: BTreeMap<&GateId, Kept<'_>> = BTreeMap::new();
    let mut unread = BTreeSet::new();
    for held in &request.evidence.records {
        let own = kept.entry(&held.content.gate).or_default().records.entry(held.digest).or_insert(held);
        // One statement may have been looked up twice, and signed in between.
        if (own.signers.len(), &own.signers) < (held.signers.len(), &held.signers) {
            *own = held;
        }
    }
    for broken in &request.evidence.broken {
        match &broken.gate {
            Some(gate) if request.expectations.contains_key(gate) => {
                kept.entry(gate).or_default().broken.push(broken);
            }
            None if only_helps(&broken.key) => {
                unread.insert(broken.key.clone());
            }
            Some(_) | None => {
                stops.insert(format!("evidence cannot be read: {}", broken.key));
            }
        }
    }
    (kept, unread)
}

/// A policy that is not the one of base and head was chosen by whoever asks: an architecture reviewer has to agree.
fn basis(request: &Request<'_>, stops: &mut BTreeSet<String>, debts: &mut BTreeSet<Debt>) {
    let why = match request.basis {
        PolicyBasis::BaseAndHead => return,
        PolicyBasis::HeadOnly => "there is no policy of the base",
        PolicyBasis::External => "the policy is a folder outside of the commits",
    };
    let counts = |granted: &&Granted| {
        let Permission { kind, scope, subject, owner, .. } = &granted.permission;
        let is_fit = match kind {
            Kind::Approval => request.architects.contains(owner),
            Kind::BreakGlass => true,
            Kind::Waiver => false,
        };
        is_fit
            && *scope == Scope::Plan(request.plan)
            && subject.is(request.commit)
            && granted.permission.is_in_force(request.now)
            && is_in_order(granted)
    };
    let owed: Vec<Debt> =
        request.granted.iter().filter(counts).map(|granted| debt(None, DebtKind::Basis, granted)).collect();
    if owed.is_empty() {
        let plan = request.plan;
        stops.insert(format!("{why}, and no architecture reviewer approves plan {plan}"));
    }
    debts.extend(owed);
}

/// Returns what the base has for one of the gates, or for the plan, and is not in force.
fn expired(request: &Request<'_>) -> BTreeMap<String, jiff::Timestamp> {
    let is_about = |permission: &&Permission| {
        let is_scope = match &permission.scope {
            Scope::Gate(gate) => request.expectations.contains_key(gate),
            Scope::Family(family) => {
                request.expectations.values().any(|own| own.required.family.as_ref() == Some(family))
            }
            Scope::Plan(plan) => *plan == request.plan,
            Scope::Finding(_) => false,
        };
        is_scope && permission.subject.is(request.commit) && permission.expires <= request.now
    };
    let lapsed = request.lapsed.iter().filter(is_about);
    lapsed.map(|permission| (permission.id.clone(), permission.expires)).collect()
}
