//! From verdicts and lanes to what is missing to step up.

use std::collections::{BTreeMap, BTreeSet};

use jiff::Timestamp;
use jiff::civil::Date;
use jiff::tz::TimeZone;

use super::model::percent;
use super::seen::verdicts;
use super::{
    About, Graduation, LEAST_COMPLETE, LEAST_VERDICTS, Line, Missing, Scope, Scoped, WARNING_COMPLETE,
    WARNING_VERDICTS, WINDOW,
};
use crate::evidence::{Archive, Seal, SealedGate, Shown};
use crate::id::GateId;
use crate::lanes::{Enforcement, EvidenceKind, Gate, Lanes};
use crate::permission::{Permission, Scope as Covers};
use crate::release::{Condition, promotion};

/// Computes where every family and every kind of evidence stands.
pub fn graduation(archive: &Archive, lanes: &Lanes, now: Timestamp) -> Graduation {
    let seen = verdicts(archive);
    let today = now.to_zoned(TimeZone::UTC).date();
    let look = Look { archive, lanes, now, today, seen: &seen };
    let families = lanes.families.values().map(|family| {
        let about = About::Family(family.id.clone());
        look.line(about, family.title.clone(), family.enforcement, family.report_only_until)
    });
    let kinds = EvidenceKind::ALL.into_iter().map(|kind| {
        let (level, until) = look.level(kind);
        look.line(About::Kind(kind), kind.as_str().replace('_', " "), level, until)
    });
    Graduation { lines: families.chain(kinds).collect() }
}

/// Returns the level above.
const fn above(level: Enforcement) -> Option<Enforcement> {
    match level {
        Enforcement::ReportOnly => Some(Enforcement::Warning),
        Enforcement::Warning => Some(Enforcement::BlockingClaims),
        Enforcement::BlockingClaims => Some(Enforcement::Blocking),
        Enforcement::Blocking => None,
    }
}

struct Look<'a> {
    archive: &'a Archive,
    lanes: &'a Lanes,
    now: Timestamp,
    today: Date,
    seen: &'a BTreeMap<Scope, Vec<&'a Seal>>,
}

impl Look<'_> {
    fn line(&self, about: About, title: String, level: Enforcement, until: Option<Date>) -> Line {
        let next = above(level);
        let scopes = self.seen.iter().filter_map(|(scope, seals)| self.scoped(&about, level, scope, seals));
        let finding = (level == Enforcement::ReportOnly).then_some(until).and_then(|until| match until {
            None => {
                Some("it is at `report_only` without a `report_only_until`: nothing ends that".to_owned())
            }
            Some(until) if until < self.today => {
                Some(format!("it is at `report_only`, and was to be so until {until} only"))
            }
            Some(_) => None,
        });
        let all = self.lanes.gates.values().chain(self.lanes.release_gates.values());
        let gates = all.filter(|gate| is_of(gate, &about)).count();
        Line { scopes: scopes.collect(), about, title, level, next, until, gates, finding }
    }

    /// Returns the level of a kind: that of the least strict of its gates, each of which is held to the stricter of its family
    /// and of its kinds; with the first day on which any of them is to end.
    fn level(&self, kind: EvidenceKind) -> (Enforcement, Option<Date>) {
        let stated = self.lanes.evidence_kinds.get(&kind);
        let about = About::Kind(kind);
        let all = self.lanes.gates.values().chain(self.lanes.release_gates.values());
        let mut least: Option<Enforcement> = None;
        let mut until = stated.and_then(|own| own.report_only_until);
        for gate in all.filter(|gate| is_of(gate, &about)) {
            let family = gate.family.as_ref().and_then(|id| self.lanes.families.get(id));
            let of_family = family.map_or(Enforcement::Blocking, |own| own.enforcement);
            let kinds = gate.kinds();
            let kinds = kinds.iter().filter_map(|own| self.lanes.evidence_kinds.get(own));
            let level = kinds.map(|own| own.enforcement).max().map_or(of_family, |own| own.max(of_family));
            least = Some(least.map_or(level, |own| own.min(level)));
            if level == Enforcement::ReportOnly {
                let days = [until, family.and_then(|own| own.report_only_until)];
                until = days.into_iter().flatten().min();
            }
        }
        let level = least.or(stated.map(|own| own.enforcement)).unwrap_or_default();
        (level, until.filter(|_| level == Enforcement::ReportOnly))
    }

    /// Returns what the verdicts of one scope say; nothing where none of them expected a gate of it.
    fn scoped(&self, about: &About, level: Enforcement, scope: &Scope, seals: &[&Seal]) -> Option<Scoped> {
        let of = |seal: &&Seal| -> Vec<(GateId, SealedGate)> {
            let gates = seal.gates.iter().filter(|(id, _)| self.is_gate_of(id, about));
            gates.map(|(id, own)| (id.clone(), own.clone())).collect()
        };
        let each: Vec<Vec<(GateId, SealedGate)>> =
            seals.iter().map(of).filter(|own| !own.is_empty()).collect();
        if each.is_empty() {
            return None;
        }
        let all = || each.iter().flatten().map(|(_, own)| own.shown);
        let count = |is: &dyn Fn(Shown) -> bool| all().filter(|shown| is(*shown)).count();
        let newest = &each[each.len().saturating_sub(WINDOW)..];
        let mut scoped = Scoped {
            scope: scope.clone(),
            verdicts: each.len(),
            expected: all().count(),
            missing: count(&|shown| shown == Shown::Missing),
            failures: count(&|shown| is_failure(shown) && shown != Shown::Missing),
            waived: count(&|shown| shown == Shown::Waived),
            unowned: self.unowned(newest),
            lacks: BTreeSet::new(),
        };
        scoped.lacks = lacks(&scoped, level, newest);
        Some(scoped)
    }

    fn is_gate_of(&self, id: &GateId, about: &About) -> bool {
        match (self.lanes.gate(id), condition_family(id), about) {
            (Some(gate), _, _) => is_of(gate, about),
            (None, Some(family), About::Family(own)) => family == own,
            (None, Some(family), About::Kind(kind)) => EvidenceKind::of_family(family).contains(kind),
            (None, None, _) => false,
        }
    }

    /// Returns the gates that did not hold, did not later either, and that nobody answers for. What was let pass counts like
    /// what failed: the permission may have run out since.
    fn unowned(&self, newest: &[Vec<(GateId, SealedGate)>]) -> BTreeSet<GateId> {
        let mut open = BTreeSet::new();
        for (gate, sealed) in newest.iter().flatten() {
            match sealed.shown {
                Shown::Passed | Shown::Reused | Shown::Approved | Shown::NotApplicable => {
                    open.remove(gate);
                }
                Shown::Failed
                | Shown::Partial
                | Shown::Flaky
                | Shown::Blocked
                | Shown::Missing
                | Shown::Waived => {
                    open.insert(gate.clone());
                }
            }
        }
        open.retain(|gate| !self.is_covered(gate));
        open
    }

    /// Says whether somebody allows that a gate does not hold, and answers for it.
    fn is_covered(&self, gate: &GateId) -> bool {
        let family = self.lanes.gate(gate).and_then(|own| own.family.as_deref());
        let family = family.or_else(|| condition_family(gate));
        let kept = self.archive.permissions.iter();
        let kept =
            kept.filter(|held| !self.archive.unpermitted.contains(&held.digest)).map(|held| &held.content);
        let covers = |permission: &Permission| {
            let is_about = match &permission.scope {
                Covers::Gate(own) => own == gate,
                Covers::Family(own) => Some(own.as_str()) == family,
                Covers::Finding(_) | Covers::Plan(_) => false,
            };
            is_about && permission.is_in_force(self.now) && !permission.owner.trim().is_empty()
        };
        self.lanes.permissions.iter().chain(kept).any(covers)
    }
}

fn is_of(gate: &Gate, about: &About) -> bool {
    match about {
        About::Family(family) => gate.family.as_ref() == Some(family),
        About::Kind(kind) => gate.kinds().contains(kind),
    }
}

const fn is_failure(shown: Shown) -> bool {
    match shown {
        Shown::Failed | Shown::Partial | Shown::Flaky | Shown::Blocked | Shown::Missing => true,
        Shown::Passed | Shown::Reused | Shown::Approved | Shown::NotApplicable | Shown::Waived => false,
    }
}

/// Says what is missing to step up from a level.
fn lacks(scoped: &Scoped, level: Enforcement, newest: &[Vec<(GateId, SealedGate)>]) -> BTreeSet<Missing> {
    let mut lacks = BTreeSet::new();
    let mut evidence = |seen: usize, wanted: usize, complete: Option<u32>, least: u32| {
        if seen < wanted {
            lacks.insert(Missing::Verdicts { seen, wanted });
        }
        if let Some(percent) = complete.filter(|own| *own < least) {
            lacks.insert(Missing::Evidence { percent, wanted: least });
        }
    };
    match level {
        Enforcement::ReportOnly => {
            evidence(scoped.verdicts, LEAST_VERDICTS, scoped.complete(), LEAST_COMPLETE);
        }
        Enforcement::Warning => {
            let gates = newest.iter().flatten();
            let there = gates.clone().filter(|(_, own)| own.shown != Shown::Missing).count();
            let complete = percent(there, gates.count());
            evidence(scoped.verdicts, WARNING_VERDICTS, complete, WARNING_COMPLETE);
        }
        Enforcement::BlockingClaims => {
            if !scoped.unowned.is_empty() {
                lacks.insert(Missing::Unowned { gates: scoped.unowned.clone() });
            }
        }
        Enforcement::Blocking => {}
    }
    lacks
}

/// Returns the family of a condition of a release or of a promotion, by the name that it is sealed under.
fn condition_family(gate: &GateId) -> Option<&'static str> {
    let of_promotion = promotion::Condition::of_gate(gate).map(promotion::Condition::family);
    of_promotion.or_else(|| Condition::of_gate(gate).and_then(Condition::family))
}
