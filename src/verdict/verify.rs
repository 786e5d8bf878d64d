//! A route, held against what was proved for it.

use std::collections::{BTreeMap, BTreeSet};

use jiff::Timestamp;

use super::{
    Expectation, Granted, Request, Verdict, architects, decide, expectations, granted, lapsed, trust,
};
use crate::digest::{CommitHash, Digest};
use crate::dsse::{KeyId, PublicKey};
use crate::evidence::{Evidence, GateResult, Outcome, Requirements, RunId, Seal, SealedGate};
use crate::id::GateId;
use crate::plan::{Difference, Plan};
use crate::policy::{Policies, PolicyBasis};
use crate::posture::{DriftLimits, Rollback};
use crate::route::Route;
use crate::trust::{Power, Trust};

/// What a route asks for, before any evidence is looked up.
#[derive(Clone, Debug)]
pub struct Asked {
    /// The digest of the plan: results of another plan do not count.
    pub plan: Digest,
    /// What must hold, gate by gate.
    pub expectations: BTreeMap<GateId, Expectation>,
    /// Whose signatures count, and how many are needed.
    pub trust: Trust,
    /// The architecture reviewers, as the base has them.
    pub architects: BTreeSet<String>,
    /// Where the policies come from.
    pub basis: PolicyBasis,
    /// The release profile, where it is a release that is asked about.
    pub profile: Option<String>,
    /// The environment.
    pub environment: Option<String>,
    /// From which severity of drift on a pass is no pass any more.
    pub drift: DriftLimits,
}

impl Asked {
    /// Takes what a route asks for, by the policies that decided it. `route_digest` is that of the route.
    pub fn of_route(route: &Route, policies: &Policies, route_digest: &str) -> Self {
        let plan = Plan::new(route, route_digest.to_owned());
        Self::of(&Requirements::of_route(&plan), route, policies)
    }

    /// Takes what is required of the gates of a route, with the profile and the environment of a release.
    pub fn of(requirements: &Requirements, route: &Route, policies: &Policies) -> Self {
        Self {
            plan: requirements.digest(),
            profile: requirements.profile.clone(),
            environment: requirements.environment.clone(),
            drift: DriftLimits::default(),
            expectations: expectations(route, policies),
            trust: trust(policies),
            architects: architects(policies),
            basis: policies.basis,
        }
    }

    /// Returns the keys that signatures are checked with.
    pub fn keys(&self) -> Vec<PublicKey> {
        self.trust.keys.iter().map(|key| key.key.clone()).collect()
    }

    /// Says whether a seal that these keys signed counts as one.
    pub fn is_sealed_by(&self, signers: &BTreeSet<KeyId>, now: Timestamp) -> bool {
        let counted = self.trust.count(signers, Power::Seal, None, now).len();
        u32::try_from(counted).unwrap_or(u32::MAX) >= self.trust.signing.seals
    }
}

/// What a verdict is made of besides what the route asks for.
#[derive(Clone, Copy, Debug)]
pub struct Proof<'a> {
    /// The commit.
    pub commit: &'a CommitHash,
    /// What was proved, for the commit under the plan.
    pub evidence: &'a Evidence,
    /// What a given route leaves out or says otherwise.
    pub differences: &'a [Difference],
    /// The time of the verdict.
    pub now: Timestamp,
}

/// A verdict, and what it was allowed.
#[derive(Clone, Debug)]
pub struct Verified {
    /// What was decided.
    pub verdict: Verdict,
    /// What somebody who may allowed.
    pub granted: Vec<Granted>,
}

/// Decides whether everything that a route asks for was proved. The same input gives the same verdict.
pub fn verify(asked: &Asked, policies: &Policies, proof: Proof<'_>) -> Verified {
    let Proof { commit, evidence, differences, now } = proof;
    let granted = granted(policies, evidence, &asked.trust, now);
    let lapsed = lapsed(policies, now);
    let mut verdict = decide(&Request {
        commit,
        plan: asked.plan,
        profile: asked.profile.as_deref(),
        environment: asked.environment.as_deref(),
        artifacts: &BTreeSet::new(),
        expectations: &asked.expectations,
        basis: asked.basis,
        evidence,
        granted: &granted,
        lapsed: &lapsed,
        architects: &asked.architects,
        trust: &asked.trust,
        drift: asked.drift,
        now,
    });
    let lowered = super::lowered::lowered(policies, &granted, commit, now);
    if !lowered.is_empty() {
        verdict.outcome = Outcome::Fails;
        verdict.stops.extend(lowered);
    }
    if !differences.is_empty() {
        verdict.outcome = Outcome::Fails;
        verdict.stops.insert("the route that was given does not hold what the commits derive".to_owned());
    }
    Verified { verdict, granted }
}

/// Returns the seal of a commit and plan that was not taken back, by its epoch.
pub fn standing(evidence: &Evidence) -> Option<u32> {
    evidence.seals.keys().copied().rfind(|epoch| !evidence.revocations.contains_key(epoch))
}

/// Returns the epoch that the next seal has.
pub fn next_epoch(evidence: &Evidence) -> u32 {
    evidence.seals.keys().last().map_or(0, |epoch| epoch.saturating_add(1))
}

/// A failure that came after a seal, by the gate and the digest of its record.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LaterFailure {
    /// Which seal it takes back.
    pub epoch: u32,
    /// The gate.
    pub gate: GateId,
    /// The record.
    pub record: Digest,
}

/// Returns the failure for which the seal that stands is to be taken back: a record that a gate rests on which stops the
/// verdict, and which the seal does not know. What only ran out of time, or lost a permission, takes back no seal: it held
/// when it was sealed.
pub fn later_failure(verdict: &Verdict, evidence: &Evidence) -> Option<LaterFailure> {
    let epoch = standing(evidence)?;
    let sealed = &evidence.seals.get(&epoch)?.content;
    let is_outcome = |digest: &Digest| {
        evidence.records.iter().any(|held| {
            held.digest == *digest && matches!(held.content.result, GateResult::Fail | GateResult::Partial)
        })
    };
    verdict.gates.iter().filter(|(_, judged)| judged.blocks).find_map(|(gate, judged)| {
        let known = sealed.gates.get(gate).map(|gate| &gate.records);
        let is_new = |digest: &&Digest| known.is_none_or(|known| !known.contains(*digest));
        let record = *judged.sealed.records.iter().filter(is_new).find(|digest| is_outcome(digest))?;
        Some(LaterFailure { epoch, gate: gate.clone(), record })
    })
}

/// Who decided, when, and about what: what a seal says beside its gates.
#[derive(Clone, Debug)]
pub struct Stamp {
    /// The commit.
    pub commit: CommitHash,
    /// The digest of the route.
    pub route: Option<Digest>,
    /// What the change ships as, in the seeds' word.
    pub change_class: Option<String>,
    /// The run that decided.
    pub run: RunId,
    /// When.
    pub decided: Timestamp,
    /// The key that signs it.
    pub key: Option<KeyId>,
    /// What is said of a release beside its gates.
    pub shipped: Shipped,
}

/// What a seal says of a release beside its gates; of a route, nothing.
#[derive(Clone, Debug, Default)]
pub struct Shipped {
    /// The digest of the manifest.
    pub manifest: Option<Digest>,
    /// The commit that gates which were not run anew had validated.
    pub validated_against: Option<CommitHash>,
    /// How it is taken back.
    pub rollback: Option<Rollback>,
    /// The conditions, as they are sealed beside the gates.
    pub conditions: BTreeMap<GateId, SealedGate>,
}

/// Returns a verdict as it is kept.
pub fn seal(asked: &Asked, verdict: &Verdict, epoch: u32, stamp: &Stamp) -> Seal {
    let gates = verdict.gates.iter().map(|(id, judged)| (id.clone(), judged.sealed.clone()));
    let shipped = &stamp.shipped;
    Seal {
        commit: stamp.commit.clone(),
        plan: asked.plan,
        route: stamp.route,
        epoch,
        outcome: verdict.outcome,
        profile: asked.profile.clone(),
        environment: asked.environment.clone(),
        release_manifest: shipped.manifest,
        change_class: stamp.change_class.clone(),
        validated_against: shipped.validated_against.clone(),
        gates: gates.chain(shipped.conditions.clone()).collect(),
        rollback: shipped.rollback.clone(),
        run: stamp.run.clone(),
        decided: stamp.decided,
        key_hint: stamp.key,
    }
}
