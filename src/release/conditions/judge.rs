//! From what was gathered to how each condition stands.

use std::collections::{BTreeMap, BTreeSet};

use jiff::{SignedDuration, Timestamp};

use super::{Condition, Differs, Element, Flaw, Integration, Stand, Why};
use crate::digest::{CommitHash, Digest};
use crate::evidence::GateResult;
use crate::id::GateId;
use crate::lanes::Enforcement;
use crate::policy::Policies;
use crate::posture::Rollback;
use crate::release::proof::{SourceStand, SourceState, stops_a_claim};
use crate::release::{Divergence, LONGEST_DIVERGENCE_DAYS, Manifest, ReleasePlan};
use crate::verdict::{Debt, DebtKind, Verdict, family_enforcement, joined};

/// The release gate that looks at an environment before anything is deployed: no smoke.
const PREFLIGHT: &str = "preflight";

/// The families of which a gate is a smoke.
const SMOKES: [&str; 2] = ["uat-and-security", "runtime-health"];

/// What conditions are judged by.
#[derive(Clone, Copy, Debug)]
pub struct Given<'a> {
    /// What must be proved.
    pub plan: &'a ReleasePlan,
    /// The policies, whose levels say what stops a release.
    pub policies: &'a Policies,
    /// The commit.
    pub commit: &'a CommitHash,
    /// Whether it is integrated.
    pub integration: &'a Integration,
    /// Why it need not be.
    pub divergence: Option<&'a Divergence>,
    /// What is shipped, where a manifest says so.
    pub manifest: Option<&'a Manifest>,
    /// What the environment runs.
    pub deployed: Option<&'a Manifest>,
    /// Says whether it is recorded that this was deployed there.
    pub is_deployed: bool,
    /// What became of the release gates.
    pub verdict: &'a Verdict,
    /// What became of the source gates.
    pub source: &'a BTreeMap<GateId, SourceStand>,
    /// The commit for which what is skipped was validated.
    pub validated_against: &'a CommitHash,
    /// What the change ships as, in the seeds' word.
    pub change_class: Option<&'a str>,
    /// The time.
    pub now: Timestamp,
}

/// Judges every condition that applies, in their order. The same input gives the same stands.
pub fn conditions(given: &Given<'_>) -> Vec<Stand> {
    let single = [
        Some(profile_allowed(given)),
        Some(environment_takes_profile(given)),
        Some(change_class(given)),
        Some(source_integrated(given)),
        divergence(given),
        artifacts_unchanged(given),
        artifacts_pinned(given),
        rollback(given),
        manifest(given),
    ];
    let mut stands: Vec<Stand> = single.into_iter().flatten().collect();
    let families = families_proved(given, &stands);
    stands.push(families);
    stands.push(source_gates_proved(given));
    stands.extend(prior_validation(given));
    stands.sort_by_key(|own| own.condition);
    stands
}

/// Returns how what is released is taken back: as the manifest says, else as the environment does.
pub(in crate::release) fn way_back<'a>(
    plan: &'a ReleasePlan,
    manifest: Option<&'a Manifest>,
) -> Option<&'a Rollback> {
    manifest.map(|own| &own.rollback).or(plan.asked.environment.rollback.as_ref())
}

fn owner<'a>(given: &'a Given<'_>) -> &'a str {
    &given.plan.asked.environment.owner
}

fn stand(given: &Given<'_>, condition: Condition, holds: bool, (owner, because): (&str, Why)) -> Stand {
    let level = |family| family_enforcement(family, given.policies);
    let enforcement = condition.family().map_or(Enforcement::Blocking, level);
    at_level(condition, holds, (owner, because), enforcement)
}

fn at_level(
    condition: Condition,
    holds: bool,
    (owner, because): (&str, Why),
    enforcement: Enforcement,
) -> Stand {
    let debt = (!holds && !stops_a_claim(enforcement)).then(|| Debt {
        gate: Some(condition.gate()),
        kind: DebtKind::Enforcement(enforcement),
        owner: owner.to_owned(),
        permission: None,
        until: None,
    });
    Stand { condition, holds, owner: owner.to_owned(), because, enforcement, debt }
}

fn profile_allowed(given: &Given<'_>) -> Stand {
    let id = &given.plan.asked.profile.id;
    let own = given.plan.route.profiles.iter().find(|own| own.id == *id);
    let because = match own {
        Some(own) if own.forbidden.is_empty() => Why::Allowed,
        Some(own) => Why::Forbidden { reasons: own.forbidden.clone() },
        None => Why::Forbidden { reasons: Vec::new() },
    };
    stand(given, Condition::ProfileAllowed, because == Why::Allowed, (owner(given), because))
}

fn environment_takes_profile(given: &Given<'_>) -> Stand {
    let asked = &given.plan.asked;
    let because = match &asked.environment.profiles {
        Some(takes) if !takes.contains(&asked.profile.id) => Why::NotTaken { takes: takes.clone() },
        Some(_) | None => Why::Taken,
    };
    stand(given, Condition::EnvironmentTakesProfile, because == Why::Taken, (owner(given), because))
}

fn change_class(given: &Given<'_>) -> Stand {
    let class = given.change_class.map(str::to_owned);
    let (holds, because) = match (&given.plan.asked.environment.change_classes, class) {
        (Some(takes), Some(class)) if !takes.contains(&class) => {
            (false, Why::ClassNotTaken { class, takes: takes.clone() })
        }
        (_, class) => (true, Why::ClassTaken { class }),
    };
    stand(given, Condition::ChangeClass, holds, (owner(given), because))
}

fn source_integrated(given: &Given<'_>) -> Stand {
    let diverges = given.plan.asked.profile.may_diverge && given.divergence.is_some();
    let (holds, because) = match given.integration.clone() {
        Integration::Integrated { branch, tip } => (true, Why::Integrated { branch, tip }),
        Integration::NotIntegrated { .. } | Integration::Unknown { .. } if diverges => (true, Why::Diverges),
        Integration::NotIntegrated { branch, tip } => (false, Why::NotIntegrated { branch, tip }),
        Integration::Unknown { why } => (false, Why::IntegrationUnknown { why }),
    };
    stand(given, Condition::SourceIntegrated, holds, (owner(given), because))
}

/// A disposable validation is always marked, whether or not its commit happens to be integrated.
fn divergence(given: &Given<'_>) -> Option<Stand> {
    let may = given.plan.asked.profile.may_diverge;
    let of = |holds: bool, who: &str, because: Why| {
        Some(stand(given, Condition::Divergence, holds, (who, because)))
    };
    let marker = match (given.divergence, may) {
        (None, false) => return None,
        (None, true) => return of(false, owner(given), Why::NotMarked),
        (Some(_), false) => return of(false, owner(given), Why::MayNotDiverge),
        (Some(marker), true) => marker,
    };
    let blank = |text: &str| text.trim().is_empty();
    let longest = SignedDuration::from_hours(24 * LONGEST_DIVERGENCE_DAYS);
    let flaws: BTreeSet<Flaw> = [
        (Flaw::Reason, blank(&marker.reason)),
        (Flaw::Owner, blank(&marker.owner)),
        (Flaw::FollowUp, blank(&marker.follow_up)),
        (Flaw::Over, marker.until <= given.now),
        (Flaw::TooLong, marker.until.duration_since(given.now) > longest),
    ]
    .into_iter()
    .filter_map(|(flaw, is)| is.then_some(flaw))
    .collect();
    let who = if blank(&marker.owner) { owner(given) } else { &marker.owner };
    if !flaws.is_empty() {
        return of(false, who, Why::Flawed { flaws });
    }
    let Divergence { reason, owner, until, follow_up } = marker.clone();
    let mut stand = of(true, who, Why::Marked { reason, until, follow_up })?;
    stand.debt =
        Some(Debt { gate: None, kind: DebtKind::Divergence, owner, permission: None, until: Some(until) });
    Some(stand)
}

/// A family is proved by a gate that holds, or by a condition that is about it.
fn families_proved(given: &Given<'_>, stands: &[Stand]) -> Stand {
    let holds = |gate: &GateId| {
        given.verdict.gates.get(gate).is_some_and(|own| own.holds)
            || given.source.get(gate).is_some_and(SourceStand::holds)
    };
    let by_condition =
        |family: &str| stands.iter().any(|own| own.holds && own.condition.family() == Some(family));
    let unproved: BTreeSet<String> = given
        .plan
        .families
        .iter()
        .filter(|(family, gates)| !gates.iter().any(holds) && !by_condition(family))
        .map(|(family, _)| family.clone())
        .collect();
    let levels = unproved.iter().map(|family| family_enforcement(family, given.policies));
    let level = levels.max().unwrap_or(Enforcement::Blocking);
    let holds = unproved.is_empty();
    let because = match holds {
        true => Why::FamiliesProved { families: given.plan.families.len() },
        false => Why::FamiliesUnproved { families: unproved },
    };
    at_level(Condition::FamiliesProved, holds, (owner(given), because), level)
}

fn source_gates_proved(given: &Given<'_>) -> Stand {
    let open: BTreeMap<&GateId, &SourceStand> = given.source.iter().filter(|(_, own)| !own.holds()).collect();
    if open.is_empty() {
        let because = Why::SourceProved { gates: given.source.len() };
        return stand(given, Condition::SourceGatesProved, true, (owner(given), because));
    }
    let said = |own: &SourceStand| match &own.state {
        SourceState::Refuted { result, .. } => *result,
        SourceState::Missing => GateResult::Missing,
        SourceState::Proved { .. } | SourceState::LetPass { .. } => GateResult::Pass,
    };
    let names = open.values().flat_map(|own| own.owner.split(", "));
    let owners: BTreeSet<String> = names.map(str::to_owned).collect();
    let level = open.values().map(|own| own.enforcement).max().unwrap_or(Enforcement::Blocking);
    let gates = open.iter().map(|(id, own)| ((*id).clone(), said(own))).collect();
    let because = Why::SourceUnproved { gates };
    let mut stand = at_level(Condition::SourceGatesProved, false, (&joined(&owners), because), level);
    // Each gate owes for itself.
    stand.debt = None;
    stand
}

/// The five elements of a fast profile. The owner's approval of what holds in part is the gates' own affair: one that lacks
/// it does not hold, and is named here as well.
fn prior_validation(given: &Given<'_>) -> Option<Stand> {
    if !given.plan.asked.profile.fast {
        return None;
    }
    let gates = &given.plan.route.gates;
    let is_smoke = |id: &GateId| {
        let family = gates.get(id).and_then(|own| own.gate.family.as_deref());
        id.as_str() != PREFLIGHT && family.is_some_and(|family| SMOKES.contains(&family))
    };
    let passed = |id: &&GateId| {
        is_smoke(id) && given.verdict.gates.get(*id).is_some_and(|own| own.sealed.result == GateResult::Pass)
    };
    let smoke = gates.keys().find(passed);
    let is_proved = |own: &SourceStand| matches!(own.state, SourceState::Proved { .. });
    let in_part = given.verdict.gates.values();
    let lacks: BTreeSet<Element> = [
        // Where nothing was to be proved, nothing was validated.
        (Element::Validated, !given.source.values().any(is_proved)),
        (Element::Skipped, given.source.values().any(SourceStand::blocks)),
        (Element::Smoke, smoke.is_none()),
        (Element::Rollback, !is_whole(way_back(given.plan, given.manifest))),
        (
            Element::Approval,
            in_part.clone().any(|own| own.sealed.result == GateResult::Partial && own.blocks),
        ),
    ]
    .into_iter()
    .filter_map(|(element, is)| is.then_some(element))
    .collect();
    let plan = given.plan;
    let because = match smoke {
        Some(smoke) if lacks.is_empty() => Why::Validated {
            against: given.validated_against.clone(),
            smoke: smoke.clone(),
            skipped: plan.waived.len() + plan.skipped.len() + plan.source.len(),
        },
        Some(_) | None => Why::NotValidated { lacks },
    };
    let holds = matches!(because, Why::Validated { .. });
    Some(stand(given, Condition::PriorValidation, holds, (owner(given), because)))
}

fn artifacts_unchanged(given: &Given<'_>) -> Option<Stand> {
    if given.plan.asked.profile.new_artifacts {
        return None;
    }
    let because = match given.deployed {
        None => Why::NothingDeployed,
        Some(_) if !given.is_deployed => Why::DeployNotRecorded,
        Some(deployed) => {
            let runs = digests(deployed);
            // Without a manifest nothing else is shipped than what runs.
            let ships = given.manifest.map_or_else(|| runs.clone(), digests);
            let names: BTreeSet<&String> = runs.keys().chain(ships.keys()).collect();
            let differ = names.into_iter().filter(|name| runs.get(*name) != ships.get(*name));
            let artifacts: BTreeSet<String> = differ.cloned().collect();
            match artifacts.is_empty() {
                true => Why::Unchanged { artifacts: runs.len() },
                false => Why::Changed { artifacts },
            }
        }
    };
    let holds = matches!(because, Why::Unchanged { .. });
    Some(stand(given, Condition::ArtifactsUnchanged, holds, (owner(given), because)))
}

fn digests(manifest: &Manifest) -> BTreeMap<String, Digest> {
    manifest.artifacts.iter().map(|(name, own)| (name.clone(), own.digest)).collect()
}

fn artifacts_pinned(given: &Given<'_>) -> Option<Stand> {
    let manifest = given.manifest?;
    let because = match manifest.artifacts.len() {
        0 => Why::NothingPinned,
        artifacts => Why::Pinned { artifacts },
    };
    let holds = because != Why::NothingPinned;
    Some(stand(given, Condition::ArtifactsPinned, holds, (owner(given), because)))
}

fn is_whole(rollback: Option<&Rollback>) -> bool {
    rollback.is_some_and(|own| {
        let Rollback { command, manifest_or_revision, migration_posture: _, owner } = own;
        [command, manifest_or_revision, owner].into_iter().all(|text| !text.trim().is_empty())
    })
}

fn rollback(given: &Given<'_>) -> Option<Stand> {
    let profile = &given.plan.asked.profile;
    let is_asked = profile.fast || given.manifest.is_some() || given.plan.families.contains_key("rollback");
    let own = way_back(given.plan, given.manifest);
    if !is_asked && own.is_none() {
        return None;
    }
    let (holds, who, because) = match own.filter(|own| is_whole(Some(own))) {
        Some(own) => (true, own.owner.as_str(), Why::WayBack { owner: own.owner.clone() }),
        None => (false, owner(given), Why::NoWayBack),
    };
    Some(stand(given, Condition::Rollback, holds, (who, because)))
}

fn manifest(given: &Given<'_>) -> Option<Stand> {
    let own = given.manifest?;
    let asked = &given.plan.asked;
    let fields: BTreeSet<Differs> = [
        (Differs::Commit, own.commit != *given.commit),
        (Differs::Profile, own.profile != asked.profile.id),
        (Differs::Environment, own.environment != asked.environment.id),
        // A manifest that says nothing where something ships says something else.
        (Differs::ChangeClass, own.change_class.as_deref() != given.change_class),
        (Differs::Rollback, !is_whole(Some(&own.rollback))),
    ]
    .into_iter()
    .filter_map(|(field, is)| is.then_some(field))
    .collect();
    let because = match fields.is_empty() {
        true => Why::ManifestHolds,
        false => Why::ManifestDiffers { fields },
    };
    let holds = because == Why::ManifestHolds;
    Some(stand(given, Condition::Manifest, holds, (owner(given), because)))
}
