//! A contract for programs: one JSON document, and its schema. It is what is recorded as well.

use std::collections::{BTreeMap, BTreeSet};
use std::io::{self, Write};

use schemars::JsonSchema;
use serde::Serialize;

use crate::environment::Want;
use crate::release::contract::{Contract, ContractItem, Proof, State};
use crate::render::json::schema_of;

/// What the `schema` field of the document says.
pub const CONTRACT_V1: &str = "laneway.contract/v1";

/// Writes the document on one line.
pub fn write(out: &mut impl Write, contract: &Contract) -> io::Result<()> {
    out.write_all(&document(contract)?)
}

/// Returns the document, on one line.
pub fn document(contract: &Contract) -> io::Result<Vec<u8>> {
    let mut bytes = serde_json::to_vec(&ContractV1::from(contract))?;
    bytes.push(b'\n');
    Ok(bytes)
}

/// Returns the JSON Schema of the document, as `schemas/contract.v1.json` has it.
pub fn schema() -> io::Result<String> {
    schema_of::<ContractV1<'static>>("urn:laneway:contract:v1")
}

/// What a release profile asks of an environment, and whether the environment has it. It has names, states, times and
/// digests; no value of the environment stands in it.
#[derive(Debug, Serialize, JsonSchema)]
#[schemars(rename = "Contract", title = "Laneway release contract, version 1")]
struct ContractV1<'a> {
    /// The version of this document. Fields may be added to it; none is removed or changes its meaning.
    #[schemars(extend("const" = CONTRACT_V1))]
    schema: &'static str,
    /// Says whether everything holds.
    holds: bool,
    /// The commit.
    commit: &'a str,
    /// The SHA-256 of the plan that it is for.
    plan: String,
    /// The release profile.
    profile: &'a str,
    /// The environment.
    environment: &'a str,
    /// What the environment is.
    target: &'a str,
    /// What the change ships as; `null` where nothing ships.
    change_class: Option<&'static str>,
    /// The change classes that profile and environment both take; `null` where every one is taken.
    allowed_change_classes: Option<&'a BTreeSet<String>>,
    /// When the environment was looked at.
    taken: String,
    /// How old the description may be, in hours.
    max_age_hours: u32,
    /// When the contract was resolved.
    resolved: String,
    /// The items of the sections that the profile asks for.
    items: Vec<ItemV1<'a>>,
    /// How many items the description has that the policy does not name.
    unlisted: usize,
    /// The validations that the release goes through.
    phases: Vec<PhaseV1<'a>>,
    /// How the release is taken back; `null` where nothing says so.
    rollback: Option<RollbackV1<'a>>,
    /// What must be proved.
    required_evidence: Vec<EvidenceV1<'a>>,
    /// What the contract comes to for each release gate that it can prove.
    gates: BTreeMap<&'a str, ProofV1<'a>>,
}

/// An item of a section.
#[derive(Debug, Serialize, JsonSchema)]
#[schemars(rename = "Item")]
struct ItemV1<'a> {
    /// The section: `secrets`.
    section: &'static str,
    /// Its name.
    name: &'a str,
    /// The field of the description that tells it.
    field: &'a str,
    /// Who answers for it.
    owner: &'a str,
    /// What is wanted, as the policy says it.
    want: WantV1<'a>,
    /// `holds`, `missing`, `stale`, `differs` or `not_applicable`.
    state: &'static str,
    /// By how many hours it is stale.
    #[serde(skip_serializing_if = "Option::is_none")]
    stale_hours: Option<i64>,
    /// Why it need not be there.
    #[serde(skip_serializing_if = "Option::is_none")]
    reason: Option<&'a str>,
    /// The SHA-256 of an artifact.
    #[serde(skip_serializing_if = "Option::is_none")]
    digest: Option<String>,
    /// When it last changed.
    #[serde(skip_serializing_if = "Option::is_none")]
    changed: Option<String>,
    /// Until when it is valid.
    #[serde(skip_serializing_if = "Option::is_none")]
    valid_until: Option<String>,
}

/// What is wanted of an item: with no field, that it is there.
#[derive(Debug, Serialize, JsonSchema)]
#[schemars(rename = "Want")]
struct WantV1<'a> {
    /// Exactly this, which the policy states.
    #[serde(skip_serializing_if = "Option::is_none")]
    equals: Option<&'a str>,
    /// It is at most so many days old.
    #[serde(skip_serializing_if = "Option::is_none")]
    max_age_days: Option<u32>,
    /// It is valid for so many days more.
    #[serde(skip_serializing_if = "Option::is_none")]
    min_days: Option<u32>,
}

/// A validation.
#[derive(Debug, Serialize, JsonSchema)]
#[schemars(rename = "Phase")]
struct PhaseV1<'a> {
    /// The release gate.
    gate: &'a str,
    /// What people call it.
    title: &'a str,
    /// Its command.
    run: &'a str,
}

/// The way back.
#[derive(Debug, Serialize, JsonSchema)]
#[schemars(rename = "Rollback")]
struct RollbackV1<'a> {
    /// The command.
    command: &'a str,
    /// What it goes back to.
    manifest_or_revision: &'a str,
    /// Whether the data can go back.
    migration_posture: &'static str,
    /// Who does it.
    owner: &'a str,
}

/// A gate that must be proved.
#[derive(Debug, Serialize, JsonSchema)]
#[schemars(rename = "Evidence")]
struct EvidenceV1<'a> {
    /// The gate.
    gate: &'a str,
    /// Its family; `null` where it is of none.
    family: Option<&'a str>,
    /// Who answers for it.
    owner: &'a str,
    /// Says whether it is proved in the environment; otherwise for the commit alone, before.
    in_environment: bool,
}

/// What the contract comes to for a gate.
#[derive(Debug, Serialize, JsonSchema)]
#[schemars(rename = "Proof")]
struct ProofV1<'a> {
    /// `pass`, `fail` or `not_applicable`.
    result: &'static str,
    /// Why it is no pass.
    reasons: &'a [String],
    /// Who answers for it.
    owners: &'a BTreeSet<String>,
    /// From when on it does not count any more.
    #[serde(skip_serializing_if = "Option::is_none")]
    valid_until: Option<String>,
}

impl<'a> From<&'a Contract> for ContractV1<'a> {
    fn from(own: &'a Contract) -> Self {
        let phases = own.phases.iter().map(|phase| PhaseV1 {
            gate: phase.gate.as_str(),
            title: &phase.title,
            run: &phase.run,
        });
        let rollback = own.rollback.as_ref().map(|rollback| RollbackV1 {
            command: &rollback.command,
            manifest_or_revision: &rollback.manifest_or_revision,
            migration_posture: rollback.migration_posture.as_str(),
            owner: &rollback.owner,
        });
        let evidence = own.evidence.iter().map(|evidence| EvidenceV1 {
            gate: evidence.gate.as_str(),
            family: evidence.family.as_deref(),
            owner: &evidence.owner,
            in_environment: evidence.in_environment,
        });
        Self {
            schema: CONTRACT_V1,
            holds: own.holds(),
            commit: own.commit.as_str(),
            plan: format!("sha256:{}", own.plan),
            profile: &own.profile,
            environment: &own.environment,
            target: &own.target,
            change_class: own.change_class,
            allowed_change_classes: own.classes.as_ref(),
            taken: own.taken.to_string(),
            max_age_hours: own.max_age_hours,
            resolved: own.resolved.to_string(),
            items: own.items.iter().map(ItemV1::from).collect(),
            unlisted: own.unlisted,
            phases: phases.collect(),
            rollback,
            required_evidence: evidence.collect(),
            gates: own.gates.iter().map(|(id, proof)| (id.as_str(), ProofV1::from(proof))).collect(),
        }
    }
}

impl<'a> From<&'a ContractItem> for ItemV1<'a> {
    fn from(own: &'a ContractItem) -> Self {
        let (mut equals, mut max_age_days, mut min_days) = (None, None, None);
        match &own.want {
            Want::Present => {}
            Want::Equals { value } => equals = Some(value.as_str()),
            Want::Fresh { max_age_days: days } => max_age_days = Some(*days),
            Want::Valid { min_days: days } => min_days = Some(*days),
        }
        let (mut stale_hours, mut reason) = (None, None);
        match &own.state {
            State::Holds | State::Missing | State::Differs => {}
            State::Stale { hours } => stale_hours = Some(*hours),
            State::NotApplicable { reason: why } => reason = Some(why.as_str()),
        }
        Self {
            section: own.section.as_str(),
            name: &own.name,
            field: &own.field,
            owner: &own.owner,
            want: WantV1 { equals, max_age_days, min_days },
            state: own.state.as_str(),
            stale_hours,
            reason,
            digest: own.digest.map(|digest| format!("sha256:{digest}")),
            changed: own.changed.map(|time| time.to_string()),
            valid_until: own.valid_until.map(|time| time.to_string()),
        }
    }
}

impl<'a> From<&'a Proof> for ProofV1<'a> {
    fn from(own: &'a Proof) -> Self {
        Self {
            result: own.result.as_str(),
            reasons: &own.reasons,
            owners: &own.owners,
            valid_until: own.valid_until.map(|time| time.to_string()),
        }
    }
}
