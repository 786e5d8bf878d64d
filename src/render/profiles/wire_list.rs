//! The document that `laneway profile list --format json` prints.

use std::collections::BTreeSet;

use schemars::JsonSchema;
use serde::Serialize;

use super::{ProfileList, words};
use crate::environment::{Environment, Section};
use crate::id::GateId;
use crate::lanes::{Family, Gate, Lanes, Profile, ProfileWhen};
use crate::posture::Drift;
use crate::render::verdict::wire::EnforcementV1;
use crate::render::wire_reason::{ClassV1, MapKindV1, ReleaseClassV1, words};

/// What the `schema` field of the document says.
pub const PROFILE_LIST_V1: &str = "laneway.profile-list/v1";

words! {
    /// How far what runs has drifted from what is declared.
    DriftV1 of Drift { Low, Medium, High, Critical }
}

/// The release profiles of a policy, and its environments.
#[derive(Debug, Serialize, JsonSchema)]
#[schemars(rename = "ProfileList", title = "Laneway profile list, version 1")]
pub(super) struct ProfileListV1<'a> {
    /// The version of this document. Fields may be added to it; none is removed or changes its meaning.
    #[schemars(extend("const" = PROFILE_LIST_V1))]
    pub schema: &'static str,
    /// The SHA-256 of the policy's files, in hexadecimal.
    pub policy: &'a str,
    /// Whether something is wrong with the policy: then the lists hold what could be read.
    pub broken: bool,
    /// The profiles, by id.
    pub profiles: Vec<ListedV1<'a>>,
    /// The families that one of them asks for, by id.
    pub families: Vec<FamilyV1<'a>>,
    /// The gates that one of them names, by id.
    pub gates: Vec<GateProofV1<'a>>,
    /// The environments that take one of them, by id.
    pub environments: Vec<EnvironmentV1<'a>>,
}

/// A release profile.
#[derive(Debug, Serialize, JsonSchema)]
#[schemars(rename = "Listed")]
pub(super) struct ListedV1<'a> {
    /// Its id.
    pub id: &'a str,
    /// What people call it.
    pub title: &'a str,
    /// When to use it.
    pub use_when: &'a str,
    /// What it may ship; null where it may ship everything.
    pub release_classes: Option<Vec<ReleaseClassV1>>,
    /// Change classes that it does not ship.
    pub excluded_classes: Vec<ClassV1>,
    /// Kinds of map rows of which it ships no file.
    pub excluded_map_kinds: Vec<MapKindV1>,
    /// The families that must be proved.
    pub families: Vec<&'a str>,
    /// The release gates: proved in the environment.
    pub gates: Vec<&'a str>,
    /// The gates that must have been proved for the commit, whatever the change is.
    pub source_gates: Vec<&'a str>,
    /// Whether the gates of the change's route must have been proved for the commit as well.
    pub route_gates: bool,
    /// What comes on top for some changes.
    pub when: Vec<WhenV1<'a>>,
    /// Whether what it skips must have been proved before, for the same commit or the same artifacts.
    pub fast: bool,
    /// Whether the commit may lie outside of the integration branch, with a divergence marker.
    pub may_diverge: bool,
    /// Whether it may ship other artifacts than those that the environment runs.
    pub new_artifacts: bool,
    /// Whether something may be deployed with it.
    pub deploys: bool,
    /// From which drift on a pass is partial.
    pub drift_partial: DriftV1,
    /// From which drift on a pass is a failure.
    pub drift_fail: DriftV1,
    /// The environments that take it.
    pub environments: Vec<&'a str>,
}

/// What a profile asks for on top.
#[derive(Debug, Serialize, JsonSchema)]
#[schemars(rename = "When")]
pub(super) struct WhenV1<'a> {
    /// For a file that ships as one of these, or of which nobody says what it ships as.
    pub release_classes: Vec<ReleaseClassV1>,
    /// For a file of one of these classes.
    pub classes: Vec<ClassV1>,
    /// For a file that a row of one of these kinds has.
    pub map_kinds: Vec<MapKindV1>,
    /// For a file that a row with one of these tags owns.
    pub tags: Vec<&'a str>,
    /// Release gates on top.
    pub gates: Vec<&'a str>,
    /// Gates that must have been proved for the commit, on top.
    pub source_gates: Vec<&'a str>,
    /// Families on top.
    pub families: Vec<&'a str>,
}

/// A family of gates.
#[derive(Debug, Serialize, JsonSchema)]
#[schemars(rename = "Family")]
pub(super) struct FamilyV1<'a> {
    /// Its id.
    pub id: &'a str,
    /// What people call it.
    pub title: &'a str,
    /// The proof that it asks for.
    pub proof: &'a str,
    /// How strictly it is asked for.
    pub enforcement: EnforcementV1,
    /// Whether a pass must name an artifact by its digest.
    pub needs_artifact: bool,
}

/// How a gate is proved.
#[derive(Debug, Serialize, JsonSchema)]
#[schemars(rename = "GateProof")]
pub(super) struct GateProofV1<'a> {
    /// Its id.
    pub id: &'a str,
    /// What people call it.
    pub title: &'a str,
    /// Whether it is a release gate; the others are gates of routes.
    pub release: bool,
    /// The family that it is a proof of.
    pub family: Option<&'a str>,
    /// Its command; null where it has none.
    pub run: Option<&'a str>,
    /// How it is proved: its command, one of laneway's own, or `from outside`.
    pub proof: &'a str,
    /// The types of evidence, one of which a result must be; any where there is none.
    pub evidence_types: Vec<&'a str>,
}

/// A target environment.
#[derive(Debug, Serialize, JsonSchema)]
#[schemars(rename = "Environment")]
pub(super) struct EnvironmentV1<'a> {
    /// Its id.
    pub id: &'a str,
    /// What people call it.
    pub title: &'a str,
    /// What its description must say that it is a description of.
    pub target: &'a str,
    /// Who answers for whatever nobody else does.
    pub owner: &'a str,
    /// The profiles that it takes; null where it takes every one.
    pub profiles: Option<Vec<&'a str>>,
    /// The change classes that it takes; null where it takes every one.
    pub change_classes: Option<Vec<&'a str>>,
    /// What must be there, by section.
    pub wanted: Vec<SectionV1<'a>>,
    /// How many checks preflight makes.
    pub checks: usize,
    /// The command that deploys; null where there is none.
    pub deploy: Option<&'a str>,
    /// The command that takes it back, where the manifest does not say; null where there is none.
    pub rollback: Option<&'a str>,
}

/// How much a section of an environment asks for.
#[derive(Debug, Serialize, JsonSchema)]
#[schemars(rename = "Section")]
pub(super) struct SectionV1<'a> {
    /// The section.
    pub section: &'static str,
    /// The names of its items.
    pub items: Vec<&'a str>,
}

impl<'a> From<&ProfileList<'a>> for ProfileListV1<'a> {
    fn from(list: &ProfileList<'a>) -> Self {
        let lanes = &list.policy.lanes;
        let profiles: Vec<&Profile> = list.profiles().collect();
        let takes = |environment: &&Environment| match list.only {
            Some(id) => environment.takes(id),
            None => true,
        };
        Self {
            schema: PROFILE_LIST_V1,
            policy: &list.policy.digest,
            broken: list.policy.is_broken(),
            families: families(lanes, &profiles).into_iter().map(FamilyV1::from).collect(),
            gates: gates(lanes, &profiles),
            profiles: profiles.iter().map(|own| ListedV1::new(lanes, own)).collect(),
            environments: lanes.environments.values().filter(takes).map(EnvironmentV1::from).collect(),
        }
    }
}

/// Returns the families that some of the profiles ask for.
pub(super) fn families<'a>(lanes: &'a Lanes, profiles: &[&Profile]) -> Vec<&'a Family> {
    let asks = |family: &str| {
        profiles.iter().any(|own| {
            let always = own.families.as_ref().is_none_or(|all| all.contains(family));
            always || own.when.iter().any(|when| when.families.contains(family))
        })
    };
    lanes.families.values().filter(|family| asks(&family.id)).collect()
}

fn gates<'a>(lanes: &'a Lanes, profiles: &[&Profile]) -> Vec<GateProofV1<'a>> {
    let mut named: BTreeSet<&GateId> = BTreeSet::new();
    for own in profiles {
        named.extend(own.gates.iter().chain(&own.source_gates));
        named.extend(own.when.iter().flat_map(|when| when.gates.iter().chain(&when.source_gates)));
    }
    let known = named.into_iter().filter_map(|id| lanes.gate(id));
    let release = |gate: &Gate| lanes.release_gates.contains_key(&gate.id);
    known
        .map(|gate| GateProofV1 {
            id: gate.id.as_str(),
            title: &gate.title,
            release: release(gate),
            family: gate.family.as_deref(),
            run: gate.run.as_deref(),
            proof: words::proof(gate),
            evidence_types: texts(&gate.evidence_types),
        })
        .collect()
}

impl<'a> ListedV1<'a> {
    fn new(lanes: &'a Lanes, own: &'a Profile) -> Self {
        let all = || lanes.families.keys().map(String::as_str).collect();
        let taken = lanes.environments.values().filter(|environment| environment.takes(&own.id));
        Self {
            id: &own.id,
            title: &own.title,
            use_when: &own.use_when,
            release_classes: own
                .release_classes
                .as_ref()
                .map(|classes| classes.iter().map(|class| (*class).into()).collect()),
            excluded_classes: own.excludes.classes.iter().map(|class| (*class).into()).collect(),
            excluded_map_kinds: own.excludes.map_kinds.iter().map(|kind| (*kind).into()).collect(),
            families: own.families.as_ref().map_or_else(all, texts),
            gates: ids(&own.gates),
            source_gates: ids(&own.source_gates),
            route_gates: own.route_gates,
            when: own.when.iter().map(WhenV1::from).collect(),
            fast: own.fast,
            may_diverge: own.may_diverge,
            new_artifacts: own.new_artifacts,
            deploys: own.deploys,
            drift_partial: own.drift.partial.into(),
            drift_fail: own.drift.fail.into(),
            environments: taken.map(|environment| environment.id.as_str()).collect(),
        }
    }
}

impl<'a> From<&'a ProfileWhen> for WhenV1<'a> {
    fn from(own: &'a ProfileWhen) -> Self {
        Self {
            release_classes: own.release_classes.iter().map(|class| (*class).into()).collect(),
            classes: own.classes.iter().map(|class| (*class).into()).collect(),
            map_kinds: own.map_kinds.iter().map(|kind| (*kind).into()).collect(),
            tags: texts(&own.tags),
            gates: ids(&own.gates),
            source_gates: ids(&own.source_gates),
            families: texts(&own.families),
        }
    }
}

impl<'a> From<&'a Family> for FamilyV1<'a> {
    fn from(own: &'a Family) -> Self {
        Self {
            id: &own.id,
            title: &own.title,
            proof: &own.proof,
            enforcement: own.enforcement.into(),
            needs_artifact: own.needs_artifact,
        }
    }
}

impl<'a> From<&'a Environment> for EnvironmentV1<'a> {
    fn from(own: &'a Environment) -> Self {
        let section = |section: Section| SectionV1 {
            section: section.as_str(),
            items: own
                .wanted
                .iter()
                .filter(|item| item.section == section)
                .map(|item| item.name.as_str())
                .collect(),
        };
        Self {
            id: &own.id,
            title: &own.title,
            target: &own.target,
            owner: &own.owner,
            profiles: own.profiles.as_ref().map(texts),
            change_classes: own.change_classes.as_ref().map(texts),
            wanted: Section::ALL.map(section).into_iter().filter(|own| !own.items.is_empty()).collect(),
            checks: own.checks.len(),
            deploy: own.deploy.as_ref().map(|deploy| deploy.run.as_str()),
            rollback: own.rollback.as_ref().map(|rollback| rollback.command.as_str()),
        }
    }
}

fn texts(own: &BTreeSet<String>) -> Vec<&str> {
    own.iter().map(String::as_str).collect()
}

fn ids(own: &BTreeSet<GateId>) -> Vec<&str> {
    own.iter().map(|id| id.as_str()).collect()
}
