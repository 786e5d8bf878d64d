//! One gate: from its records and permissions to its standing.

use std::collections::{BTreeMap, BTreeSet};

use super::aggregate::{Counted, Settled, keep_newest, settle};
use super::counts::{is_about, result_of, set_aside};
use super::grants::is_in_order;
use super::{Because, Debt, DebtKind, Expectation, Granted, Judged, Request, Unfit, Word, joined};
use crate::digest::Digest;
use crate::evidence::{Broken, Drift, GateResult, Held, Origin, Record, SealedGate, Shown};
use crate::id::GateId;
use crate::lanes::Enforcement;
use crate::permission::{Kind, Permission, Scope};
use crate::route::GateState;

/// What is kept under one gate.
#[derive(Debug, Default)]
pub(super) struct Kept<'a> {
    /// Its records, by digest.
    pub(super) records: BTreeMap<Digest, &'a Held<Record>>,
    /// What cannot be read.
    pub(super) broken: Vec<&'a Broken>,
}

/// What a gate rests on while it is judged.
#[derive(Default)]
struct Standing {
    because: BTreeSet<Because>,
    permissions: BTreeMap<String, Option<Digest>>,
    debts: BTreeSet<Debt>,
}

/// Judges one gate, and returns what the verdict owes for it.
pub(super) fn judge(
    request: &Request<'_>,
    (gate, expectation): (&GateId, &Expectation),
    kept: &Kept<'_>,
) -> (Judged, BTreeSet<Debt>) {
    let mut standing = Standing::default();
    let mut counted = counted(request, (gate, expectation), kept, &mut standing.because);
    if expectation.required.is_observation() {
        keep_newest(&mut counted);
    }
    let settled = settle(&counted, expectation.may_not_apply);
    let (mut result, mut shown) = shown(&settled);
    if !expectation.by_approval_only {
        standing.because.extend(settled.because.iter().cloned());
    }
    if !kept.broken.is_empty() {
        (result, shown) = (GateResult::Blocked, Shown::Blocked);
        standing.because.extend(kept.broken.iter().map(|broken| unreadable(broken)));
    }
    if expectation.state != GateState::Current {
        standing.because.insert(Because::Changed { state: expectation.state });
    }

    let mut holds = match result {
        GateResult::Pass => !expectation.by_approval_only,
        GateResult::NotApplicable if expectation.may_not_apply => {
            standing.because.insert(Because::MayNotApply)
        }
        GateResult::NotApplicable => {
            standing.because.insert(Because::MustApply);
            false
        }
        GateResult::Fail | GateResult::Partial | GateResult::Blocked | GateResult::Missing => false,
    };
    let ask = Ask { request, gate, expectation };
    if !holds && kept.broken.is_empty() {
        if expectation.by_approval_only || expectation.state != GateState::Current {
            if ask.architects_approve(&mut standing) {
                (holds, shown) = (true, Shown::Approved);
                // The approval of a review is its evidence; that of a gate which is taken out is not.
                if expectation.by_approval_only {
                    result = GateResult::Pass;
                }
            } else {
                standing.because.insert(Because::ApprovalWanted);
            }
        }
        if !holds && result == GateResult::Partial {
            holds = ask.risk_is_accepted(&mut standing);
            if !holds {
                standing.because.insert(Because::RiskOwnerWanted);
            }
        }
    }
    if !holds && ask.is_waived(&mut standing) {
        (holds, shown) = (true, Shown::Waived);
    }
    let blocks = !holds && ask.stops(&mut standing);
    if !holds {
        ask.lapsed(&mut standing);
    }
    let sealed = SealedGate {
        result,
        shown,
        owner: joined(&expectation.owners),
        evidence_types: types(&settled),
        artifact: artifact(&settled),
        missing_reason: reason(request, result, &settled, &standing.because),
        records: rests_on(&counted),
        permissions: standing.permissions,
    };
    let enforcement = expectation.enforcement;
    (Judged { sealed, enforcement, holds, blocks, because: standing.because }, standing.debts)
}

/// Returns the records that count, and says of the others why they do not.
fn counted<'a>(
    request: &Request<'_>,
    (gate, expectation): (&GateId, &Expectation),
    kept: &Kept<'a>,
    because: &mut BTreeSet<Because>,
) -> Vec<Counted<'a>> {
    let mut counted = Vec::new();
    for (digest, held) in kept.records.iter().filter(|(_, held)| is_about(request, gate, &held.content)) {
        let record = &held.content;
        if let Some(why) = set_aside(request, (gate, expectation), kept, held) {
            because.insert(Because::SetAside { record: *digest, why });
            continue;
        }
        let of = super::Try { run: record.run.clone(), attempt: record.attempt };
        because.insert(match record.origin {
            Origin::Reused { from } if record.result == GateResult::Pass => {
                Because::Cited { record: *digest, cited: from, of }
            }
            Origin::Executed | Origin::Reused { .. } => Because::Recorded {
                record: *digest,
                result: record.result,
                of,
                shard: record.shard,
                reason: record.missing_reason.clone(),
            },
        });
        let result = result_of(request, record);
        let is_told = |severity: &Drift| *severity != Drift::Low || result != record.result;
        if let Some(severity) = record.drift.filter(is_told) {
            because.insert(Because::Drifted { record: *digest, severity, result });
        }
        if let Some(phase) = &record.failure {
            because.insert(Because::FailedIn { record: *digest, phase: phase.clone() });
        }
        counted.push(Counted { held, result });
    }
    counted
}

/// Returns the result, and how it is shown.
const fn shown(settled: &Settled<'_>) -> (GateResult, Shown) {
    let shown = match settled.result {
        GateResult::Pass if settled.reused => Shown::Reused,
        GateResult::Pass => Shown::Passed,
        GateResult::Fail => Shown::Failed,
        GateResult::Partial if settled.flaky => Shown::Flaky,
        GateResult::Partial => Shown::Partial,
        GateResult::Blocked => Shown::Blocked,
        GateResult::Missing => Shown::Missing,
        GateResult::NotApplicable => Shown::NotApplicable,
    };
    (settled.result, shown)
}

fn unreadable(broken: &Broken) -> Because {
    let fault = broken.faults.first().map(|fault| fault.message.clone());
    Because::Broken { key: broken.key.clone(), fault }
}

/// What permissions are looked for.
struct Ask<'a, 'b> {
    request: &'b Request<'a>,
    gate: &'b GateId,
    expectation: &'b Expectation,
}

impl<'b> Ask<'_, 'b> {
    /// Returns the permissions of these kinds that are about the gate on this commit, in an order of their own.
    fn about(&self, kinds: &[Kind]) -> Vec<&'b Granted> {
        let is_meant =
            |own: &&Granted| kinds.contains(&own.permission.kind) && self.is_about(&own.permission);
        let mut found: Vec<&Granted> = self.request.granted.iter().filter(is_meant).collect();
        found.sort_by(|left, right| {
            (&left.permission.id, left.record).cmp(&(&right.permission.id, right.record))
        });
        found
    }

    fn is_about(&self, permission: &Permission) -> bool {
        let is_scope = match &permission.scope {
            Scope::Gate(gate) => gate == self.gate,
            Scope::Family(family) => self.expectation.required.family.as_ref() == Some(family),
            Scope::Plan(plan) => *plan == self.request.plan,
            Scope::Finding(_) => false,
        };
        is_scope && permission.subject.is(self.request.commit)
    }

    /// Says why a permission is not in force, whatever it is asked for.
    fn out_of_force(&self, granted: &Granted) -> Option<Unfit> {
        let Permission { created, expires, .. } = granted.permission;
        if self.request.now < created {
            return Some(Unfit::NotYet { at: created });
        }
        if expires <= self.request.now {
            return Some(Unfit::RanOut { at: expires });
        }
        (!is_in_order(granted)).then_some(Unfit::NoBreakGlass)
    }

    /// Says whether an architecture reviewer approves the gate itself.
    fn architects_approve(&self, standing: &mut Standing) -> bool {
        let mut approved = false;
        for granted in self.about(&[Kind::Approval]) {
            // A whole family or plan is not a word about this gate.
            if !matches!(granted.permission.scope, Scope::Gate(_)) {
                continue;
            }
            let is_architect = self.request.architects.contains(&granted.permission.owner);
            let unfit = self.out_of_force(granted).or((!is_architect).then_some(Unfit::NoArchitect));
            if let Some(why) = unfit {
                standing.because.insert(Because::Refused { word: word(granted), why });
                continue;
            }
            approved = true;
            standing.because.insert(Because::Approved { word: word(granted) });
            standing.rest_on(granted);
            if !self.expectation.by_approval_only {
                standing.debts.insert(self.debt(DebtKind::RemovedGate, granted));
            }
        }
        approved
    }

    /// Says whether somebody approves what holds in part, and names who bears the risk.
    fn risk_is_accepted(&self, standing: &mut Standing) -> bool {
        let mut accepted = false;
        for granted in self.about(&[Kind::Approval]) {
            let owner =
                granted.permission.residual_risk_owner.as_ref().filter(|name| !name.trim().is_empty());
            match (self.out_of_force(granted), owner) {
                (None, Some(risk_owner)) => {
                    accepted = true;
                    let risk_owner = risk_owner.clone();
                    standing.because.insert(Because::RiskAccepted { word: word(granted), risk_owner });
                    standing.rest_on(granted);
                    standing.debts.insert(self.debt(DebtKind::ResidualRisk, granted));
                }
                (unfit, _) => {
                    let why = unfit.unwrap_or(Unfit::NoRiskOwner);
                    standing.because.insert(Because::Refused { word: word(granted), why });
                }
            }
        }
        accepted
    }

    /// Says whether somebody lets the gate pass for a while.
    fn is_waived(&self, standing: &mut Standing) -> bool {
        let mut waived = false;
        for granted in self.about(&[Kind::Waiver, Kind::BreakGlass]) {
            let kind = granted.permission.kind;
            let stands_in_for_a_review = self.expectation.by_approval_only && kind == Kind::Waiver;
            let unfit = self.out_of_force(granted).or(stands_in_for_a_review.then_some(Unfit::NoWaiver));
            if let Some(why) = unfit {
                standing.because.insert(Because::Refused { word: word(granted), why });
                continue;
            }
            waived = true;
            let expires = granted.permission.expires;
            standing.because.insert(Because::Waived { word: word(granted), expires });
            standing.rest_on(granted);
            let owed = if kind == Kind::BreakGlass { DebtKind::BreakGlass } else { DebtKind::Waiver };
            standing.debts.insert(self.debt(owed, granted));
        }
        waived
    }

    /// Says whether a gate that does not hold stops the verdict.
    fn stops(&self, standing: &mut Standing) -> bool {
        let enforcement = self.expectation.enforcement;
        let stops = match enforcement {
            Enforcement::Blocking => true,
            // A profile is what claims are made by.
            Enforcement::BlockingClaims => self.request.profile.is_some(),
            Enforcement::ReportOnly | Enforcement::Warning => false,
        };
        if enforcement != Enforcement::Blocking {
            let family = self.expectation.required.family.clone();
            standing.because.insert(Because::Lenient { family, enforcement });
        }
        if !stops {
            standing.debts.insert(Debt {
                gate: Some(self.gate.clone()),
                kind: DebtKind::Enforcement(enforcement),
                owner: joined(&self.expectation.owners),
                permission: None,
                until: None,
            });
        }
        stops
    }

    /// Tells what would have helped and is not in force.
    fn lapsed(&self, standing: &mut Standing) {
        for permission in self.request.lapsed.iter().filter(|permission| self.is_about(permission)) {
            let granted = Granted {
                by: BTreeSet::from([permission.owner.clone()]),
                permission: permission.clone(),
                record: None,
            };
            if let Some(why) = self.out_of_force(&granted) {
                standing.because.insert(Because::Refused { word: word(&granted), why });
            }
        }
    }

    fn debt(&self, kind: DebtKind, granted: &Granted) -> Debt {
        debt(Some(self.gate), kind, granted)
    }
}

impl Standing {
    fn rest_on(&mut self, granted: &Granted) {
        self.permissions.insert(granted.permission.id.clone(), granted.record);
    }
}

/// Returns what is owed for a permission.
pub(super) fn debt(gate: Option<&GateId>, kind: DebtKind, granted: &Granted) -> Debt {
    let Permission { id, owner, residual_risk_owner, expires, .. } = &granted.permission;
    let bears = residual_risk_owner.as_ref().filter(|_| kind == DebtKind::ResidualRisk);
    Debt {
        gate: gate.cloned(),
        kind,
        owner: bears.unwrap_or(owner).clone(),
        permission: Some((id.clone(), granted.record)),
        until: Some(*expires),
    }
}

fn word(granted: &Granted) -> Word {
    let Permission { id, kind, owner, .. } = &granted.permission;
    Word { id: id.clone(), record: granted.record, kind: *kind, owner: owner.clone() }
}

fn types(settled: &Settled<'_>) -> BTreeSet<String> {
    settled.decisive.iter().flat_map(|held| held.content.evidence_types.iter().cloned()).collect()
}

/// Returns the digest of what the run left, where one thing stands for all: the only artifact, or the only one besides a log.
fn artifact(settled: &Settled<'_>) -> Option<Digest> {
    let artifacts = || settled.decisive.iter().flat_map(|held| &held.content.artifacts);
    let only = |digests: BTreeSet<Digest>| (digests.len() == 1).then(|| digests.first().copied()).flatten();
    let others: BTreeSet<Digest> =
        artifacts().filter(|own| own.name != "log").map(|own| own.digest).collect();
    if others.is_empty() { only(artifacts().map(|own| own.digest).collect()) } else { only(others) }
}

/// Returns every record that counts, and what those cite.
fn rests_on(counted: &[Counted<'_>]) -> BTreeSet<Digest> {
    let cited = |held: &Held<Record>| match held.content.origin {
        Origin::Reused { from } => Some(from),
        Origin::Executed => None,
    };
    counted.iter().flat_map(|own| [Some(own.held.digest), cited(own.held)]).flatten().collect()
}

/// Returns why the gate did not pass, in a few words: the record's own, where it has some.
fn reason(
    request: &Request<'_>,
    result: GateResult,
    settled: &Settled<'_>,
    because: &BTreeSet<Because>,
) -> Option<String> {
    let is_broken = because.iter().any(|why| matches!(why, Because::Broken { .. }));
    let said = || {
        let mut worst = settled.decisive.iter().filter(|held| result_of(request, &held.content) == result);
        worst.find_map(|held| held.content.missing_reason.clone())
    };
    let words = match result {
        GateResult::Pass => return None,
        GateResult::Blocked if is_broken => "something that is kept under it cannot be read".to_owned(),
        GateResult::Partial if settled.flaky => "runs of it disagree".to_owned(),
        _ if said().is_some() => said().unwrap_or_default(),
        GateResult::Fail => "it failed".to_owned(),
        GateResult::Partial => "it holds in part".to_owned(),
        GateResult::Blocked => "the records of a run contradict each other".to_owned(),
        GateResult::Missing if settled.decisive.is_empty() => {
            match because.contains(&Because::ApprovalWanted) {
                true => "an approval of an architecture reviewer is wanted".to_owned(),
                false => "nothing that counts says that it ran".to_owned(),
            }
        }
        GateResult::Missing => "parts of its run are missing".to_owned(),
        GateResult::NotApplicable => "it does not apply".to_owned(),
    };
    // A seal has no other place for where a remote validation failed.
    let failure = settled.decisive.iter().find_map(|held| held.content.failure.as_ref());
    Some(words + &failure.map(|phase| format!("; {phase}")).unwrap_or_default())
}
