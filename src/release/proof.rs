//! What was proved for a commit before: the source gates of a release, by the evidence of any plan of no environment.
//!
//! A release asks for what a route proves and runs none of it. Whatever plan a result was recorded for counts, because the
//! gate's command and its types of evidence are held against what is asked for now; and a failure counts under any plan, so
//! that nobody chooses the plan by which a commit looks sound.

use std::collections::{BTreeMap, BTreeSet};

use jiff::Timestamp;

use crate::digest::{CommitHash, Digest};
use crate::evidence::{Evidence, GateResult, Origin, Record, SealedGate, Shown};
use crate::id::GateId;
use crate::lanes::Enforcement;
use crate::permission::Permission;
use crate::policy::{Policies, PolicyBasis};
use crate::posture::DriftLimits;
use crate::trust::Trust;
use crate::verdict::{
    Because, Debt, DebtKind, Expectation, Granted, Judged, Request, decide, granted, joined, lapsed,
};

/// What a store holds for a commit under one plan.
#[derive(Clone, Debug)]
pub struct Around {
    /// The digest of the plan.
    pub plan: Digest,
    /// What there is.
    pub evidence: Evidence,
}

/// What the source gates are judged by.
#[derive(Clone, Copy, Debug)]
pub struct SourceRequest<'a> {
    /// The commit.
    pub commit: &'a CommitHash,
    /// What each gate is held to.
    pub expectations: &'a BTreeMap<GateId, Expectation>,
    /// What there is for the commit, plan by plan.
    pub own: &'a [Around],
    /// The commit that had the same artifacts validated, where it is another one, with what there is for it.
    pub other: Option<(&'a CommitHash, &'a [Around])>,
    /// The artifacts that are shipped: a result of another commit counts only where it names them all.
    pub artifacts: &'a BTreeSet<Digest>,
    /// Who may allow something.
    pub policies: &'a Policies,
    /// Whose signatures count.
    pub trust: &'a Trust,
    /// The architecture reviewers, as the base has them.
    pub architects: &'a BTreeSet<String>,
    /// The time.
    pub now: Timestamp,
}

/// Whether a source gate was proved, and where.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum SourceState {
    /// Evidence says so.
    Proved {
        /// The commit.
        commit: CommitHash,
        /// The digest of the plan.
        plan: Digest,
        /// How it is shown there.
        shown: Shown,
    },
    /// It was not, and somebody who may lets it pass.
    LetPass {
        /// The digest of the plan.
        plan: Digest,
        /// How it is shown there.
        shown: Shown,
    },
    /// A result that counts is against it.
    Refuted {
        /// The commit.
        commit: CommitHash,
        /// The digest of the plan.
        plan: Digest,
        /// What it says.
        result: GateResult,
        /// Why, in its own words.
        reason: Option<String>,
    },
    /// Nothing that counts says that it ran.
    Missing,
}

/// A source gate of a release.
#[derive(Clone, Debug)]
pub struct SourceStand {
    /// What became of it.
    pub state: SourceState,
    /// Who answers for it.
    pub owner: String,
    /// The family that it is a proof of.
    pub family: Option<String>,
    /// What becomes of a verdict that it does not satisfy.
    pub enforcement: Enforcement,
    /// The records that this rests on.
    pub records: BTreeSet<Digest>,
    /// What is owed for it.
    pub debts: BTreeSet<Debt>,
}

impl SourceStand {
    /// Says whether it holds, on evidence or on somebody's word.
    pub const fn holds(&self) -> bool {
        match self.state {
            SourceState::Proved { .. } | SourceState::LetPass { .. } => true,
            SourceState::Refuted { .. } | SourceState::Missing => false,
        }
    }

    /// Says whether it stops a release: a release is a claim.
    pub const fn blocks(&self) -> bool {
        !self.holds() && stops_a_claim(self.enforcement)
    }
}

/// Says whether a level of enforcement stops what is claimed under a release profile.
pub const fn stops_a_claim(level: Enforcement) -> bool {
    match level {
        Enforcement::Blocking | Enforcement::BlockingClaims => true,
        Enforcement::ReportOnly | Enforcement::Warning => false,
    }
}

/// A gate as one plan of one commit has it.
struct Seen<'a> {
    commit: &'a CommitHash,
    plan: Digest,
    judged: Judged,
    debts: BTreeSet<Debt>,
    is_other: bool,
}

/// Returns the failure of a source gate that a seal does not know: it was recorded after the seal was written, or under a
/// plan that had nothing then.
pub fn later_source_failure(
    source: &BTreeMap<GateId, SourceStand>,
    own: &[Around],
    sealed: &SealedGate,
) -> Option<(GateId, Digest)> {
    let says = |digest: &Digest| {
        let records = own.iter().flat_map(|around| &around.evidence.records);
        let mut found = records.filter(|held| held.digest == *digest);
        found.any(|held| matches!(held.content.result, GateResult::Fail | GateResult::Partial))
    };
    let open = source.iter().filter(|(_, stand)| stand.blocks());
    open.flat_map(|(id, stand)| stand.records.iter().map(move |record| (id, record)))
        .find(|(_, record)| !sealed.records.contains(*record) && says(record))
        .map(|(id, record)| (id.clone(), *record))
}

/// Judges the source gates of a release.
pub fn source_stands(request: &SourceRequest<'_>) -> BTreeMap<GateId, SourceStand> {
    let lapsed = lapsed(request.policies, request.now);
    let mut seen: BTreeMap<&GateId, Vec<Seen<'_>>> = BTreeMap::new();
    for around in request.own {
        let granted = granted(request.policies, &around.evidence, request.trust, request.now);
        see(request, (request.commit, false), around, (&granted, &lapsed), &mut seen);
    }
    if let Some((commit, arounds)) = request.other {
        for around in arounds {
            let evidence = of_same_artifacts(&around.evidence, request.artifacts);
            let around = Around { plan: around.plan, evidence };
            // What somebody allowed for another commit is not allowed for this one.
            see(request, (commit, true), &around, (&[], &[]), &mut seen);
        }
    }
    let stand = |(id, expectation): (&GateId, &Expectation)| {
        let seen = seen.get(id).map(Vec::as_slice).unwrap_or_default();
        (id.clone(), stand(id, expectation, seen))
    };
    request.expectations.iter().map(stand).collect()
}

fn see<'a>(
    request: &SourceRequest<'a>,
    (commit, is_other): (&'a CommitHash, bool),
    around: &Around,
    (granted, lapsed): (&[Granted], &[Permission]),
    seen: &mut BTreeMap<&'a GateId, Vec<Seen<'a>>>,
) {
    let verdict = decide(&Request {
        commit,
        plan: around.plan,
        profile: None,
        environment: None,
        artifacts: &BTreeSet::new(),
        expectations: request.expectations,
        // Where the policies come from is judged once, with the release gates.
        basis: PolicyBasis::BaseAndHead,
        evidence: &around.evidence,
        granted,
        lapsed,
        architects: request.architects,
        trust: request.trust,
        drift: DriftLimits::default(),
        now: request.now,
    });
    // Something that cannot be read may be what took a seal back, so nothing of the plan is a proof.
    let is_sound = verdict.stops.is_empty();
    for (id, judged) in verdict.gates {
        let Some((id, _)) = request.expectations.get_key_value(&id) else { continue };
        let is_against = is_against(&judged);
        if !is_sound && !is_against {
            continue;
        }
        let debts = verdict.debts.iter().filter(|debt| debt.gate.as_ref() == Some(id)).cloned().collect();
        seen.entry(id).or_default().push(Seen { commit, plan: around.plan, judged, debts, is_other });
    }
}

/// Leaves of what there is for another commit what counts for this one: what is against a gate, and what ran there and names
/// every artifact that is shipped.
fn of_same_artifacts(evidence: &Evidence, artifacts: &BTreeSet<Digest>) -> Evidence {
    let counts = |record: &Record| match record.result {
        GateResult::Fail | GateResult::Partial | GateResult::Blocked | GateResult::Missing => true,
        GateResult::Pass | GateResult::NotApplicable => {
            let named = record.subjects.artifacts.values().copied();
            let named: BTreeSet<Digest> =
                named.chain(record.artifacts.iter().map(|own| own.digest)).collect();
            record.origin == Origin::Executed && !artifacts.is_empty() && artifacts.is_subset(&named)
        }
    };
    let mut evidence = evidence.clone();
    evidence.records.retain(|held| counts(&held.content));
    evidence.permissions.clear();
    evidence
}

/// Says whether a gate has a result that is against it, or something that cannot be read and may be one.
fn is_against(judged: &Judged) -> bool {
    matches!(judged.sealed.result, GateResult::Fail | GateResult::Partial)
        || judged.because.iter().any(|why| matches!(why, Because::Broken { .. }))
}

fn is_proved(judged: &Judged) -> bool {
    let is_shown = match judged.sealed.shown {
        Shown::Passed | Shown::Reused | Shown::NotApplicable => true,
        // Of a review the approval is the evidence; that of a gate which is taken out is not.
        Shown::Approved => judged.sealed.result == GateResult::Pass,
        Shown::Failed | Shown::Partial | Shown::Flaky | Shown::Blocked | Shown::Missing | Shown::Waived => {
            false
        }
    };
    judged.holds && is_shown
}

fn stand(id: &GateId, expectation: &Expectation, seen: &[Seen<'_>]) -> SourceStand {
    let mut debts = BTreeSet::new();
    let refuted = seen.iter().find(|own| is_against(&own.judged) && !own.judged.holds);
    // The commit itself before another one with the same artifacts.
    let proved = seen.iter().filter(|own| is_proved(&own.judged)).min_by_key(|own| own.is_other);
    let let_pass = || seen.iter().find(|own| own.judged.holds);
    let (state, chosen) = match (refuted, proved) {
        (Some(own), _) => {
            let state = SourceState::Refuted {
                commit: own.commit.clone(),
                plan: own.plan,
                result: own.judged.sealed.result,
                reason: own.judged.sealed.missing_reason.clone(),
            };
            (state, Some(own))
        }
        (None, Some(own)) => {
            let (commit, plan, shown) = (own.commit.clone(), own.plan, own.judged.sealed.shown);
            (SourceState::Proved { commit, plan, shown }, Some(own))
        }
        (None, None) => match let_pass() {
            Some(own) => {
                let state = SourceState::LetPass { plan: own.plan, shown: own.judged.sealed.shown };
                debts.extend(own.debts.iter().cloned());
                (state, Some(own))
            }
            None => (SourceState::Missing, None),
        },
    };
    // A failure under another plan that somebody lets pass is owed all the same.
    for own in seen.iter().filter(|own| is_against(&own.judged) && own.judged.holds) {
        debts.extend(own.debts.iter().cloned());
    }
    let owner = joined(&expectation.owners);
    let mut stand = SourceStand {
        records: chosen.map(|own| own.judged.sealed.records.clone()).unwrap_or_default(),
        state,
        family: expectation.required.family.clone(),
        enforcement: expectation.enforcement,
        debts: BTreeSet::new(),
        owner,
    };
    if !stand.holds() {
        debts.clear();
        if !stand.blocks() {
            debts.insert(Debt {
                gate: Some(id.clone()),
                kind: DebtKind::Enforcement(expectation.enforcement),
                owner: stand.owner.clone(),
                permission: None,
                until: None,
            });
        }
    }
    stand.debts = debts;
    stand
}
