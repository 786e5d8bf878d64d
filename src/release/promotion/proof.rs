//! What is proved of single gates for a commit, under whatever plan.

use std::collections::{BTreeMap, BTreeSet};

use jiff::Timestamp;

use crate::digest::{CommitHash, Digest};
use crate::evidence::{Evidence, GateResult, Shown};
use crate::id::{DomainId, GateId};
use crate::policy::{Policies, PolicyBasis};
use crate::posture::DriftLimits;
use crate::route::{Route, SelectedGate, gate_state};
use crate::verdict::{Expectation, Request, architects, decide, expectations, granted, lapsed, trust};

/// What there is for a commit, by the plan that it is for.
pub type Plans = BTreeMap<Digest, Evidence>;

/// What is proved of a gate.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Proved {
    /// How it stands; a pass only where some plan has one and none has a failure.
    pub shown: Shown,
    /// Why it is no pass.
    pub reason: Option<String>,
    /// The records that this rests on.
    pub records: BTreeSet<Digest>,
}

impl Proved {
    /// Says whether it passed, here or where it is cited from. Somebody's word is no proof.
    pub const fn holds(&self) -> bool {
        matches!(self.shown, Shown::Passed | Shown::Reused)
    }
}

/// What is proved of several gates.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Proofs {
    /// By gate; one that is not here is not proved.
    pub gates: BTreeMap<GateId, Proved>,
    /// What of the commit's evidence cannot be read, and may be about any gate.
    pub unread: BTreeSet<String>,
}

/// Looks the gates up in everything that there is for a commit. Gates of routes are proved without a profile, gates of
/// releases under the `target`: a profile in an environment.
pub fn proofs(
    gates: &BTreeSet<GateId>,
    plans: &Plans,
    (route, policies): (&Route, &Policies),
    (commit, domain): (&CommitHash, &DomainId),
    target: Option<(&str, &str)>,
    now: Timestamp,
) -> Proofs {
    let all = expected(gates, route, policies, domain);
    let is_release =
        |id: &GateId| policies.each.iter().any(|(_, own)| own.lanes.release_gates.contains_key(id));
    let (release, plain): (BTreeMap<_, _>, BTreeMap<_, _>) =
        all.into_iter().partition(|(id, _)| is_release(id));
    let mut proofs = Proofs::default();
    let (trust, architects) = (trust(policies), architects(policies));
    let lapsed = lapsed(policies, now);
    for (plan, evidence) in plans {
        let granted = granted(policies, evidence, &trust, now);
        let kinds = [(&plain, None), (&release, target)];
        for (expectations, target) in kinds.into_iter().filter(|(own, _)| !own.is_empty()) {
            let verdict = decide(&Request {
                commit,
                plan: *plan,
                profile: target.map(|own| own.0),
                environment: target.map(|own| own.1),
                artifacts: &BTreeSet::new(),
                expectations,
                // Where the policies come from is asked of the promotion, once.
                basis: PolicyBasis::BaseAndHead,
                evidence,
                granted: &granted,
                lapsed: &lapsed,
                architects: &architects,
                trust: &trust,
                now,
                drift: DriftLimits::default(),
            });
            proofs.unread.extend(verdict.stops);
            for (gate, judged) in verdict.gates {
                let sealed = judged.sealed;
                proofs.add(gate, sealed.result, sealed.shown, sealed.missing_reason, sealed.records);
            }
        }
    }
    proofs
}

impl Proofs {
    /// Joins what two plans say: a failure outweighs a pass, a pass outweighs nothing.
    fn add(
        &mut self,
        gate: GateId,
        result: GateResult,
        shown: Shown,
        reason: Option<String>,
        records: BTreeSet<Digest>,
    ) {
        if shown == Shown::Missing {
            return;
        }
        // What is let pass failed all the same.
        let shown = match (shown, result) {
            (Shown::Waived, GateResult::Fail) => Shown::Failed,
            (own, _) => own,
        };
        let new = Proved { shown, reason, records };
        match self.gates.get_mut(&gate) {
            Some(own) if weight(own.shown) >= weight(new.shown) => own.records.extend(new.records),
            Some(own) => {
                let before = std::mem::take(&mut own.records);
                *own = new;
                own.records.extend(before);
            }
            None => {
                self.gates.insert(gate, new);
            }
        }
    }
}

const fn weight(shown: Shown) -> u8 {
    match shown {
        Shown::Failed => 5,
        Shown::Flaky | Shown::Partial => 4,
        Shown::Passed => 3,
        Shown::Reused => 2,
        Shown::Blocked | Shown::Approved | Shown::NotApplicable | Shown::Waived => 1,
        Shown::Missing => 0,
    }
}

/// Returns what each gate is held to.
fn expected(
    gates: &BTreeSet<GateId>,
    route: &Route,
    policies: &Policies,
    domain: &DomainId,
) -> BTreeMap<GateId, Expectation> {
    let mut selected = BTreeMap::new();
    for (_, policy) in &policies.each {
        for id in gates {
            let Some(gate) = policy.lanes.gate(id) else { continue };
            // In the order of the sides, so that the base's definition is the one that counts.
            selected.entry(id.clone()).or_insert_with(|| SelectedGate {
                gate: gate.clone(),
                domains: BTreeSet::from([domain.clone()]),
                state: gate_state(id, policies),
                because: BTreeSet::new(),
                machines: BTreeMap::new(),
            });
        }
    }
    let route = Route { gates: selected, skipped: BTreeMap::new(), ..route.clone() };
    expectations(&route, policies)
}
